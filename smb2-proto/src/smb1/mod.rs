//! SMB1 ([MS-CIFS] and its extensions in [MS-SMB]): what is left of it in a domain join.

mod file;
mod header;
mod negotiate;
mod session;
mod transaction;

pub use file::{
    CloseRequest, NtCreateRequest, NtCreateResponse, OpenRequest, OpenResponse, ReadRequest, ReadResponse,
    WriteRequest, WriteResponse,
};
pub use header::{Command, Flags, Flags2, HEADER_LEN, Header};
pub use negotiate::{
    Capabilities, DialectStrings, DialectStringsIter, NegotiateRequest, NegotiateResponse, SecurityMode,
};
pub use session::{SessionSetupRequest, SessionSetupResponse, TreeConnectRequest, TreeConnectResponse};
pub use transaction::{PipeFunction, TransactionRequest, TransactionResponse};

use crate::SmbText;
use adjoin_wire::{Cursor, ErrorKind, Partial, Span, Spanned, Text, Utf16Le, WireError};
use core::fmt;

/// Longest AndX chain that is followed; offsets must grow along it as well.
pub const MAX_CHAIN: usize = 16;

/// An SMB1 message: a header and one block for each command of its AndX chain.
#[derive(Clone, Copy, Default)]
pub struct Message<'a> {
    /// The header.
    pub header: Header,
    bytes: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads the header and walks all blocks.
    ///
    /// # Errors
    /// The first error of the header or of a block.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// The header as far as `bytes` have it. The error is that of the first block that has one;
    /// [`Message::blocks`] gives each block as far as it goes, with its own error.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|message: &mut Self| {
            message.header.read(&mut Cursor::new(bytes))?;
            message.bytes = bytes;
            message.blocks().try_for_each(|block| block.error.map_or(Ok(()), Err))
        })
    }

    /// The octets of the message.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The commands of the chain in order; spans are relative to the header.
    #[must_use]
    pub fn blocks(&self) -> Blocks<'a> {
        let next = (!self.bytes.is_empty()).then_some((*self.header.command, HEADER_LEN));
        Blocks { header: self.header, bytes: self.bytes, next, left: MAX_CHAIN }
    }
}

/// The header and how many octets there are: a password can be in them.
impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({:?}, {} octets)", self.header, self.bytes.len())
    }
}

/// One command of a message: parameter words and data bytes ([MS-CIFS] 2.2.3.2, 2.2.3.3).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Block<'a> {
    /// The command.
    pub command: Command,
    /// WordCount: how many two-octet words follow.
    pub word_count: Spanned<u8>,
    /// Words.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub words: Spanned<&'a [u8]>,
    /// ByteCount. It is too small for data above 64 KiB.
    pub byte_count: Spanned<u16>,
    /// Bytes.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub bytes: Spanned<&'a [u8]>,
    /// What words and bytes mean.
    pub body: Body<'a>,
}

/// Words and bytes by their place: a password can be in them.
impl fmt::Debug for Block<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Block")
            .field("command", &self.command)
            .field("word_count", &self.word_count)
            .field("words", &self.words.span)
            .field("byte_count", &self.byte_count)
            .field("bytes", &self.bytes.span)
            .field("body", &self.body)
            .finish()
    }
}

/// The meaning of a block, by command, direction and WordCount.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Body<'a> {
    /// Not decoded: see words and bytes of the block.
    #[default]
    Other,
    /// A response of no words with an error status.
    Error,
    /// [MS-CIFS] 2.2.4.52.1.
    NegotiateRequest(NegotiateRequest<'a>),
    /// [MS-CIFS] 2.2.4.52.2, [MS-SMB] 2.2.4.5.2.
    NegotiateResponse(NegotiateResponse<'a>),
    /// [MS-CIFS] 2.2.4.53.1, [MS-SMB] 2.2.4.6.1.
    SessionSetupRequest(SessionSetupRequest<'a>),
    /// [MS-CIFS] 2.2.4.53.2, [MS-SMB] 2.2.4.6.2.
    SessionSetupResponse(SessionSetupResponse<'a>),
    /// [MS-CIFS] 2.2.4.55.1.
    TreeConnectRequest(TreeConnectRequest<'a>),
    /// [MS-CIFS] 2.2.4.55.2.
    TreeConnectResponse(TreeConnectResponse<'a>),
    /// [MS-CIFS] 2.2.4.64.1.
    NtCreateRequest(NtCreateRequest<'a>),
    /// [MS-CIFS] 2.2.4.64.2.
    NtCreateResponse(NtCreateResponse),
    /// [MS-CIFS] 2.2.4.41.1.
    OpenRequest(OpenRequest<'a>),
    /// [MS-CIFS] 2.2.4.41.2.
    OpenResponse(OpenResponse),
    /// [MS-CIFS] 2.2.4.5.1.
    CloseRequest(CloseRequest),
    /// [MS-CIFS] 2.2.4.42.1.
    ReadRequest(ReadRequest),
    /// [MS-CIFS] 2.2.4.42.2.
    ReadResponse(ReadResponse<'a>),
    /// [MS-CIFS] 2.2.4.43.1.
    WriteRequest(WriteRequest<'a>),
    /// [MS-CIFS] 2.2.4.43.2.
    WriteResponse(WriteResponse),
    /// [MS-CIFS] 2.2.4.33.1.
    TransactionRequest(TransactionRequest<'a>),
    /// [MS-CIFS] 2.2.4.33.2.
    TransactionResponse(TransactionResponse<'a>),
}

/// Iterator over the commands of a chain: [`Message::blocks`].
#[derive(Clone)]
pub struct Blocks<'a> {
    header: Header,
    bytes: &'a [u8],
    next: Option<(Command, usize)>,
    left: usize,
}

/// Where the walk is.
impl fmt::Debug for Blocks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blocks(next {:?} of {} octets)", self.next, self.bytes.len())
    }
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Partial<Block<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        let (command, offset) = self.next.take()?;
        let mut following = None;
        let mut item = Partial::fill(|block: &mut Block<'a>| {
            block.command = command;
            let whole = Cursor::new(self.bytes);
            let mut c = whole;
            c.skip(offset, "AndXOffset")?;
            block.word_count = c.u8("WordCount")?;
            let count = usize::from(*block.word_count);
            let mut words = c.sub(count.saturating_mul(2), "Words")?;
            let parameters = words;
            block.words = words.take_rest();
            if command.is_andx() && count >= 2 {
                let mut andx = parameters;
                let next = Command(*andx.u8("AndXCommand")?);
                andx.skip(1, "AndXReserved")?;
                let at = andx.u16_le("AndXOffset")?;
                if next != Command::NO_ANDX_COMMAND {
                    following = Some((next, at));
                }
            }
            words.finish("Words")?;
            block.byte_count = c.u16_le("ByteCount")?;
            // Data of a read or write may be longer than ByteCount can tell, and some writers leave
            // it out: the message's end is the bound that counts, ByteCount the usual one.
            let mut ahead = c;
            let length = usize::from(*block.byte_count).min(c.remaining());
            block.bytes = ahead.bytes(length, "Bytes")?;
            let at = At {
                header: &self.header,
                whole,
                words: parameters,
                word_count: count,
                bytes: Cursor::at(block.bytes.value, block.bytes.span.start),
            };
            block.read(at)?;
            if length < usize::from(*block.byte_count) {
                let missing = usize::from(*block.byte_count).saturating_sub(length);
                return Err(ahead.error(ErrorKind::Truncated { missing }, "Bytes"));
            }
            Ok(())
        });
        self.left = self.left.saturating_sub(1);
        if let Some((next, at)) = following {
            let complain = |kind| Some(WireError::new(kind, at.span.start, "AndXOffset"));
            if usize::from(*at) <= offset {
                let kind = ErrorKind::Malformed("an AndX chain that doesn't lead forward");
                item.error = item.error.or_else(|| complain(kind));
            } else if self.left == 0 {
                item.error =
                    item.error.or_else(|| complain(ErrorKind::Limit("an AndX chain that is too long")));
            } else if usize::from(*at) < self.bytes.len() {
                self.next = Some((next, usize::from(*at)));
            } else {
                let missing = usize::from(*at).saturating_sub(self.bytes.len());
                item.error = item.error.or_else(|| {
                    let kind = ErrorKind::Truncated { missing: missing.saturating_add(1) };
                    Some(WireError::new(kind, self.bytes.len(), "AndXOffset"))
                });
            }
        }
        Some(item)
    }
}

impl core::iter::FusedIterator for Blocks<'_> {}

impl<'a> Block<'a> {
    fn read(&mut self, at: At<'a, '_>) -> Result<(), WireError> {
        let response = at.header.is_response();
        let (body, error) = match (self.command, response, at.word_count) {
            (_, true, 0) if at.header.status.is_error() => (Body::Error, None),
            (Command::NEGOTIATE, false, _) => fill(at, NegotiateRequest::read, Body::NegotiateRequest),
            (Command::NEGOTIATE, true, 1 | 13 | 17) => {
                fill(at, NegotiateResponse::read, Body::NegotiateResponse)
            }
            (Command::SESSION_SETUP_ANDX, false, 10 | 12 | 13) => {
                fill(at, SessionSetupRequest::read, Body::SessionSetupRequest)
            }
            (Command::SESSION_SETUP_ANDX, true, 3 | 4) => {
                fill(at, SessionSetupResponse::read, Body::SessionSetupResponse)
            }
            (Command::TREE_CONNECT_ANDX, false, 4) => {
                fill(at, TreeConnectRequest::read, Body::TreeConnectRequest)
            }
            (Command::TREE_CONNECT_ANDX, true, 2 | 3 | 7) => {
                fill(at, TreeConnectResponse::read, Body::TreeConnectResponse)
            }
            (Command::NT_CREATE_ANDX, false, 24) => fill(at, NtCreateRequest::read, Body::NtCreateRequest),
            (Command::NT_CREATE_ANDX, true, 34..) => fill(at, NtCreateResponse::read, Body::NtCreateResponse),
            (Command::OPEN_ANDX, false, 15) => fill(at, OpenRequest::read, Body::OpenRequest),
            (Command::OPEN_ANDX, true, 15 | 19) => fill(at, OpenResponse::read, Body::OpenResponse),
            (Command::CLOSE, false, 3) => fill(at, CloseRequest::read, Body::CloseRequest),
            (Command::READ_ANDX, false, 10 | 12) => fill(at, ReadRequest::read, Body::ReadRequest),
            (Command::READ_ANDX, true, 12) => fill(at, ReadResponse::read, Body::ReadResponse),
            (Command::WRITE_ANDX, false, 12 | 14) => fill(at, WriteRequest::read, Body::WriteRequest),
            (Command::WRITE_ANDX, true, 6) => fill(at, WriteResponse::read, Body::WriteResponse),
            (Command::TRANSACTION, false, 14..) => {
                fill(at, TransactionRequest::read, Body::TransactionRequest)
            }
            (Command::TRANSACTION, true, 10..) => {
                fill(at, TransactionResponse::read, Body::TransactionResponse)
            }
            _ => (Body::Other, None),
        };
        self.body = body;
        error.map_or(Ok(()), Err)
    }
}

fn fill<'a, 'h, T: Default>(
    at: At<'a, 'h>,
    read: impl FnOnce(&mut T, At<'a, 'h>) -> Result<(), WireError>,
    wrap: impl FnOnce(T) -> Body<'a>,
) -> (Body<'a>, Option<WireError>) {
    let part = Partial::fill(|body: &mut T| read(body, at));
    (wrap(part.value), part.error)
}

/// Where a block is read.
#[derive(Clone, Copy)]
pub(crate) struct At<'a, 'h> {
    pub(crate) header: &'h Header,
    /// The whole message: offsets count from its start.
    pub(crate) whole: Cursor<'a>,
    pub(crate) words: Cursor<'a>,
    pub(crate) word_count: usize,
    /// Bytes, as far as the input has them.
    pub(crate) bytes: Cursor<'a>,
}

impl<'a> At<'a, '_> {
    /// The words behind AndXCommand, AndXReserved and AndXOffset.
    pub(crate) fn andx_words(&self) -> Result<Cursor<'a>, WireError> {
        let mut c = self.words;
        c.skip(4, "AndX")?;
        Ok(c)
    }

    /// Sets `to` to `length` octets at `offset` of the message; of octets that the capture cut, to
    /// what is left. No octets lie anywhere.
    pub(crate) fn buffer(
        &self,
        to: &mut Spanned<&'a [u8]>,
        offset: usize,
        length: usize,
        field: &'static str,
    ) -> Result<(), WireError> {
        let mut c = self.whole;
        if length == 0 {
            let at = if offset <= c.remaining() { offset } else { 0 };
            *to = Spanned::new(&[], Span::new(at, at));
            return Ok(());
        }
        if offset < HEADER_LEN {
            return Err(c.error(ErrorKind::Malformed("data that lie in the header"), field));
        }
        c.skip(offset, field)?;
        let mut buffer = c.sub(length, field)?;
        *to = buffer.take_rest();
        buffer.finish(field)
    }

    /// A string of the header's form up to its NUL, or to the end of Bytes: the last string of a
    /// session setup often comes with half a terminator or none. Nothing is left: no string.
    pub(crate) fn string(&self, c: &mut Cursor<'a>, field: &'static str) -> Option<Spanned<SmbText<'a>>> {
        if self.header.is_unicode() { unicode(c, field) } else { oem(c, field) }
    }

    /// The octet in front of an UTF-16LE string that begins at an odd offset of the message
    /// ([MS-CIFS] 2.2.1.1.1).
    pub(crate) fn pad(&self, c: &mut Cursor<'a>) {
        if self.header.is_unicode() && c.offset() & 1 != 0 && !c.is_empty() {
            // The cursor isn't empty, so that one octet is there.
            let _ = c.skip(1, "Pad");
        }
    }
}

/// UTF-16LE up to a NUL or the end.
pub(crate) fn unicode<'a>(c: &mut Cursor<'a>, field: &'static str) -> Option<Spanned<SmbText<'a>>> {
    if c.is_empty() {
        return None;
    }
    let text = c.utf16_nul(field).unwrap_or_else(|_| c.take_rest().map(Utf16Le::new));
    Some(text.map(SmbText::Unicode))
}

/// Octets up to a NUL or the end.
pub(crate) fn oem<'a>(c: &mut Cursor<'a>, field: &'static str) -> Option<Spanned<SmbText<'a>>> {
    if c.is_empty() {
        return None;
    }
    let text = c.bytes_nul(field).unwrap_or_else(|_| c.take_rest());
    Some(text.map(|octets| SmbText::Oem(Text::new(octets))))
}
