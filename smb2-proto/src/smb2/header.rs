//! The SMB2 header ([MS-SMB2] 2.2.1), and the headers of encrypted and compressed messages.

use crate::NtStatus;
use crate::flag_set::flag_set;
use adjoin_wire::{Cursor, ErrorKind, Partial, Span, Spanned, WireError, octets_by_size, open_enum};

/// Octets of an SMB2 header.
pub const HEADER_LEN: usize = 64;

open_enum! {
    /// Command ([MS-SMB2] 2.2.1.2).
    pub struct Command(u16);
    NEGOTIATE = 0x0000, "NEGOTIATE";
    SESSION_SETUP = 0x0001, "SESSION_SETUP";
    LOGOFF = 0x0002, "LOGOFF";
    TREE_CONNECT = 0x0003, "TREE_CONNECT";
    TREE_DISCONNECT = 0x0004, "TREE_DISCONNECT";
    CREATE = 0x0005, "CREATE";
    CLOSE = 0x0006, "CLOSE";
    FLUSH = 0x0007, "FLUSH";
    READ = 0x0008, "READ";
    WRITE = 0x0009, "WRITE";
    LOCK = 0x000a, "LOCK";
    IOCTL = 0x000b, "IOCTL";
    CANCEL = 0x000c, "CANCEL";
    ECHO = 0x000d, "ECHO";
    QUERY_DIRECTORY = 0x000e, "QUERY_DIRECTORY";
    CHANGE_NOTIFY = 0x000f, "CHANGE_NOTIFY";
    QUERY_INFO = 0x0010, "QUERY_INFO";
    SET_INFO = 0x0011, "SET_INFO";
    OPLOCK_BREAK = 0x0012, "OPLOCK_BREAK";
    SERVER_TO_CLIENT_NOTIFICATION = 0x0013, "SERVER_TO_CLIENT_NOTIFICATION";
}

flag_set! {
    /// Flags of the header ([MS-SMB2] 2.2.1.2).
    HeaderFlags(u32) {
        /// SMB2_FLAGS_SERVER_TO_REDIR: a response.
        RESPONSE = 0x0000_0001;
        /// SMB2_FLAGS_ASYNC_COMMAND: the header holds an AsyncId.
        ASYNC = 0x0000_0002;
        /// SMB2_FLAGS_RELATED_OPERATIONS: session, tree and file of the message before.
        RELATED = 0x0000_0004;
        /// SMB2_FLAGS_SIGNED.
        SIGNED = 0x0000_0008;
        /// SMB2_FLAGS_PRIORITY_MASK, lowest bit.
        PRIORITY_0 = 0x0000_0010;
        /// SMB2_FLAGS_PRIORITY_MASK, middle bit.
        PRIORITY_1 = 0x0000_0020;
        /// SMB2_FLAGS_PRIORITY_MASK, highest bit.
        PRIORITY_2 = 0x0000_0040;
        /// SMB2_FLAGS_DFS_OPERATIONS.
        DFS = 0x1000_0000;
        /// SMB2_FLAGS_REPLAY_OPERATION.
        REPLAY = 0x2000_0000;
    }
}

/// The header of an SMB2 message, ASYNC ([MS-SMB2] 2.2.1.1) or SYNC (2.2.1.2). Integers are
/// little-endian.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Header {
    /// ProtocolId: `FE 53 4D 42`.
    pub protocol_id: Spanned<[u8; 4]>,
    /// StructureSize: 64.
    pub structure_size: Spanned<u16>,
    /// CreditCharge: reserved in dialect 2.0.2.
    pub credit_charge: Spanned<u16>,
    /// Status in a response. In a request ChannelSequence and Reserved in dialect 3.0 and later,
    /// 0 before: see [`Header::status`] and [`Header::channel_sequence`].
    pub status_word: Spanned<u32>,
    /// Command.
    pub command: Spanned<Command>,
    /// CreditRequest, or CreditResponse in a response.
    pub credits: Spanned<u16>,
    /// Flags.
    pub flags: Spanned<HeaderFlags>,
    /// NextCommand: octets from this header to the next one of a compound, 0 in the last.
    pub next_command: Spanned<u32>,
    /// MessageId: the same in request, interim response and response.
    pub message_id: Spanned<u64>,
    /// AsyncId of the ASYNC form.
    pub async_id: Option<Spanned<u64>>,
    /// Reserved of the SYNC form; clients before SMB2.1 put their process id here.
    pub process_id: Option<Spanned<u32>>,
    /// TreeId of the SYNC form.
    pub tree_id: Option<Spanned<u32>>,
    /// SessionId.
    pub session_id: Spanned<u64>,
    /// Signature: 0 in an unsigned message.
    pub signature: Spanned<[u8; 16]>,
}

impl Header {
    /// True for a response.
    #[must_use]
    pub fn is_response(&self) -> bool {
        self.flags.contains(HeaderFlags::RESPONSE)
    }

    /// Status of a response.
    #[must_use]
    pub fn status(&self) -> Option<Spanned<NtStatus>> {
        self.is_response().then(|| self.status_word.map(NtStatus))
    }

    /// ChannelSequence of a request ([MS-SMB2] 2.2.1.2), the lower half of the status word.
    #[must_use]
    pub fn channel_sequence(&self) -> Option<Spanned<u16>> {
        let span = self.status_word.span;
        if span.is_none() || self.flags.span.is_none() || self.is_response() {
            return None;
        }
        let [low, high, ..] = self.status_word.to_le_bytes();
        let span = Span::new(span.start, span.start.saturating_add(2));
        Some(Spanned::new(u16::from_le_bytes([low, high]), span))
    }

    pub(super) fn read(&mut self, c: &mut Cursor<'_>) -> Result<(), WireError> {
        self.protocol_id = c.array("ProtocolId")?;
        if *self.protocol_id != *b"\xfeSMB" {
            let kind = ErrorKind::Malformed("an SMB2 header begins with FE 53 4D 42");
            return Err(WireError::new(kind, self.protocol_id.span.start, "ProtocolId"));
        }
        self.structure_size = c.u16_le("StructureSize")?;
        if *self.structure_size != 64 {
            let kind = ErrorKind::Malformed("the StructureSize of an SMB2 header is 64");
            return Err(WireError::new(kind, self.structure_size.span.start, "StructureSize"));
        }
        self.credit_charge = c.u16_le("CreditCharge")?;
        self.status_word = c.u32_le("Status")?;
        self.command = c.u16_le("Command")?.map(Command);
        self.credits = c.u16_le("CreditRequest/CreditResponse")?;
        self.flags = c.u32_le("Flags")?.map(HeaderFlags::from_bits_retain);
        self.next_command = c.u32_le("NextCommand")?;
        self.message_id = c.u64_le("MessageId")?;
        if self.flags.contains(HeaderFlags::ASYNC) {
            self.async_id = Some(c.u64_le("AsyncId")?);
        } else {
            self.process_id = Some(c.u32_le("Reserved")?);
            self.tree_id = Some(c.u32_le("TreeId")?);
        }
        self.session_id = c.u64_le("SessionId")?;
        self.signature = c.array("Signature")?;
        Ok(())
    }
}

/// SMB2 TRANSFORM_HEADER ([MS-SMB2] 2.2.41): what follows is encrypted.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TransformHeader<'a> {
    /// ProtocolId: `FD 53 4D 42`.
    pub protocol_id: Spanned<[u8; 4]>,
    /// Signature: the authentication tag of the cipher.
    pub signature: Spanned<[u8; 16]>,
    /// Nonce: 11 octets count for CCM, 12 for GCM.
    pub nonce: Spanned<[u8; 16]>,
    /// OriginalMessageSize, in octets.
    pub original_message_size: Spanned<u32>,
    /// Flags in dialect 3.1.1 (1 is encrypted), EncryptionAlgorithm in 3.0 and 3.0.2 (1 is AES-128-CCM).
    pub flags: Spanned<u16>,
    /// SessionId: the only thing about the session that can be seen.
    pub session_id: Spanned<u64>,
    /// The encrypted message.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub ciphertext: Spanned<&'a [u8]>,
}

octets_by_size!(
    TransformHeader {
        protocol_id, signature, nonce, original_message_size, flags, session_id,
    } { ciphertext }
);

impl<'a> TransformHeader<'a> {
    /// Reads an encrypted message.
    ///
    /// # Errors
    /// `Malformed` without the ProtocolId, `Truncated`; `Trailing` when more than
    /// OriginalMessageSize octets follow.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// As much of the message as `bytes` have.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|header: &mut Self| header.read(&mut Cursor::new(bytes)))
    }

    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        self.protocol_id = c.array("ProtocolId")?;
        if *self.protocol_id != *b"\xfdSMB" {
            let kind = ErrorKind::Malformed("an encrypted message begins with FD 53 4D 42");
            return Err(WireError::new(kind, self.protocol_id.span.start, "ProtocolId"));
        }
        self.signature = c.array("Signature")?;
        self.nonce = c.array("Nonce")?;
        self.original_message_size = c.u32_le("OriginalMessageSize")?;
        c.skip(2, "Reserved")?;
        self.flags = c.u16_le("Flags/EncryptionAlgorithm")?;
        self.session_id = c.u64_le("SessionId")?;
        let size = usize::try_from(*self.original_message_size).unwrap_or(usize::MAX);
        let mut message = c.sub(size, "OriginalMessageSize")?;
        self.ciphertext = message.take_rest();
        message.finish("OriginalMessageSize")?;
        c.finish("OriginalMessageSize")
    }
}

open_enum! {
    /// CompressionAlgorithm ([MS-SMB2] 2.2.3.1.3).
    pub struct CompressionAlgorithm(u16);
    NONE = 0x0000, "NONE";
    LZNT1 = 0x0001, "LZNT1";
    LZ77 = 0x0002, "LZ77";
    LZ77_HUFFMAN = 0x0003, "LZ77+Huffman";
    PATTERN_V1 = 0x0004, "Pattern_V1";
    LZ4 = 0x0005, "LZ4";
}

/// SMB2 COMPRESSION_TRANSFORM_HEADER ([MS-SMB2] 2.2.42): what follows is compressed. For the
/// chained form the first payload header is given; [`CompressionHeader::payloads`] gives all.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CompressionHeader<'a> {
    /// ProtocolId: `FC 53 4D 42`.
    pub protocol_id: Spanned<[u8; 4]>,
    /// OriginalCompressedSegmentSize, in octets.
    pub original_compressed_segment_size: Spanned<u32>,
    /// CompressionAlgorithm (of the first payload).
    pub compression_algorithm: Spanned<CompressionAlgorithm>,
    /// Flags: 1 is chained.
    pub flags: Spanned<u16>,
    /// Offset: octets of uncompressed data in front; Length of the first payload when chained.
    pub offset_or_length: Spanned<u32>,
    /// What follows.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub payload: Spanned<&'a [u8]>,
}

octets_by_size!(
    CompressionHeader {
        protocol_id, original_compressed_segment_size, compression_algorithm, flags, offset_or_length,
    } { payload }
);

impl<'a> CompressionHeader<'a> {
    /// Reads the header of a compressed message.
    ///
    /// # Errors
    /// `Malformed` without the ProtocolId, `Truncated`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// As much of the message as `bytes` have.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|header: &mut Self| header.read(&mut Cursor::new(bytes)))
    }

    /// True when the message is a chain of payloads, each with its own algorithm.
    #[must_use]
    pub fn is_chained(&self) -> bool {
        *self.flags & 1 != 0
    }

    /// The payloads of a chained message, each with its own algorithm; of another message the only one,
    /// without the octets in front of it that are not compressed. What runs past the end is `Truncated`:
    /// the header doesn't tell a lie from a cut.
    #[must_use]
    pub const fn payloads(&self) -> CompressedPayloads<'a> {
        let cursor = Cursor::at(self.payload.value, self.payload.span.start);
        CompressedPayloads { first: Some(*self), cursor, done: self.payload.span.is_none() }
    }

    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        self.protocol_id = c.array("ProtocolId")?;
        if *self.protocol_id != *b"\xfcSMB" {
            let kind = ErrorKind::Malformed("a compressed message begins with FC 53 4D 42");
            return Err(WireError::new(kind, self.protocol_id.span.start, "ProtocolId"));
        }
        self.original_compressed_segment_size = c.u32_le("OriginalCompressedSegmentSize")?;
        self.compression_algorithm = c.u16_le("CompressionAlgorithm")?.map(CompressionAlgorithm);
        self.flags = c.u16_le("Flags")?;
        self.offset_or_length = c.u32_le("Offset/Length")?;
        self.payload = c.take_rest();
        Ok(())
    }
}

/// One payload of a compressed message (SMB2_COMPRESSION_CHAINED_PAYLOAD_HEADER, [MS-SMB2] 2.2.42.2).
#[derive(Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CompressedPayload<'a> {
    /// CompressionAlgorithm; `NONE` for octets that are as they were.
    pub compression_algorithm: Spanned<CompressionAlgorithm>,
    /// OriginalPayloadSize, in octets, of the algorithms that need it, in a chain.
    pub original_payload_size: Option<Spanned<u32>>,
    /// The compressed octets, as far as the input has them.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub data: Spanned<&'a [u8]>,
}

octets_by_size!(CompressedPayload { compression_algorithm, original_payload_size } { data });

/// Iterator over payloads: [`CompressionHeader::payloads`]. An error ends it.
#[derive(Clone, Debug)]
pub struct CompressedPayloads<'a> {
    /// The header, which has the first payload's fields.
    first: Option<CompressionHeader<'a>>,
    cursor: Cursor<'a>,
    done: bool,
}

impl<'a> CompressedPayloads<'a> {
    fn read(&mut self) -> Result<CompressedPayload<'a>, WireError> {
        let c = &mut self.cursor;
        let (compression_algorithm, length) = match self.first.take() {
            Some(header) if !header.is_chained() => {
                self.done = true;
                // Offset counts from the end of the header; what lies in front is not compressed.
                c.skip(usize::try_from(*header.offset_or_length).unwrap_or(usize::MAX), "Offset")?;
                return Ok(CompressedPayload {
                    compression_algorithm: header.compression_algorithm,
                    original_payload_size: None,
                    data: c.take_rest(),
                });
            }
            Some(header) => (header.compression_algorithm, header.offset_or_length),
            None => {
                let algorithm = c.u16_le("CompressionAlgorithm")?.map(CompressionAlgorithm);
                c.skip(2, "Flags")?;
                (algorithm, c.u32_le("Length")?)
            }
        };
        let mut left = usize::try_from(*length).unwrap_or(usize::MAX);
        let mut original_payload_size = None;
        // The size counts among the octets of the payload.
        if matches!(compression_algorithm.0, 1..=3 | 5) {
            original_payload_size = Some(c.u32_le("OriginalPayloadSize")?);
            left = left.checked_sub(4).ok_or_else(|| {
                let kind = ErrorKind::Malformed("shorter than the size in it");
                WireError::new(kind, length.span.start, "Length")
            })?;
        }
        let data = c.bytes(left, "CompressedData")?;
        self.done = c.is_empty();
        Ok(CompressedPayload { compression_algorithm, original_payload_size, data })
    }
}

impl<'a> Iterator for CompressedPayloads<'a> {
    type Item = Result<CompressedPayload<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let item = self.read();
        self.done |= item.is_err();
        Some(item)
    }
}

impl core::iter::FusedIterator for CompressedPayloads<'_> {}
