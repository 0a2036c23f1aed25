//! NEGOTIATE ([MS-SMB2] 2.2.3, 2.2.4).

use super::{At, CompressionAlgorithm};
use crate::FileTime;
use crate::flag_set::flag_set;
use adjoin_wire::{Cursor, ErrorKind, Guid, Spanned, Utf16Le, WireError, octets_by_size, open_enum};

open_enum! {
    /// A dialect ([MS-SMB2] 2.2.3).
    pub struct Dialect(u16);
    SMB_2_0_2 = 0x0202, "SMB 2.0.2";
    SMB_2_1 = 0x0210, "SMB 2.1";
    WILDCARD = 0x02ff, "SMB 2.???";
    SMB_3_0 = 0x0300, "SMB 3.0";
    SMB_3_0_2 = 0x0302, "SMB 3.0.2";
    SMB_3_1_1 = 0x0311, "SMB 3.1.1";
}

flag_set! {
    /// SecurityMode ([MS-SMB2] 2.2.3).
    SecurityMode(u16) {
        /// SMB2_NEGOTIATE_SIGNING_ENABLED.
        SIGNING_ENABLED = 0x0001;
        /// SMB2_NEGOTIATE_SIGNING_REQUIRED.
        SIGNING_REQUIRED = 0x0002;
    }
}

flag_set! {
    /// Capabilities ([MS-SMB2] 2.2.3).
    Capabilities(u32) {
        /// SMB2_GLOBAL_CAP_DFS.
        DFS = 0x0000_0001;
        /// SMB2_GLOBAL_CAP_LEASING.
        LEASING = 0x0000_0002;
        /// SMB2_GLOBAL_CAP_LARGE_MTU.
        LARGE_MTU = 0x0000_0004;
        /// SMB2_GLOBAL_CAP_MULTI_CHANNEL.
        MULTI_CHANNEL = 0x0000_0008;
        /// SMB2_GLOBAL_CAP_PERSISTENT_HANDLES.
        PERSISTENT_HANDLES = 0x0000_0010;
        /// SMB2_GLOBAL_CAP_DIRECTORY_LEASING.
        DIRECTORY_LEASING = 0x0000_0020;
        /// SMB2_GLOBAL_CAP_ENCRYPTION.
        ENCRYPTION = 0x0000_0040;
        /// SMB2_GLOBAL_CAP_NOTIFICATIONS.
        NOTIFICATIONS = 0x0000_0080;
    }
}

open_enum! {
    /// ContextType of a negotiate context ([MS-SMB2] 2.2.3.1).
    pub struct ContextType(u16);
    PREAUTH_INTEGRITY_CAPABILITIES = 0x0001, "PREAUTH_INTEGRITY_CAPABILITIES";
    ENCRYPTION_CAPABILITIES = 0x0002, "ENCRYPTION_CAPABILITIES";
    COMPRESSION_CAPABILITIES = 0x0003, "COMPRESSION_CAPABILITIES";
    NETNAME_NEGOTIATE_CONTEXT_ID = 0x0005, "NETNAME_NEGOTIATE_CONTEXT_ID";
    TRANSPORT_CAPABILITIES = 0x0006, "TRANSPORT_CAPABILITIES";
    RDMA_TRANSFORM_CAPABILITIES = 0x0007, "RDMA_TRANSFORM_CAPABILITIES";
    SIGNING_CAPABILITIES = 0x0008, "SIGNING_CAPABILITIES";
    CONTEXTTYPE_RESERVED = 0x0100, "CONTEXTTYPE_RESERVED";
}

open_enum! {
    /// HashAlgorithms of SMB2_PREAUTH_INTEGRITY_CAPABILITIES ([MS-SMB2] 2.2.3.1.1).
    pub struct HashAlgorithm(u16);
    SHA_512 = 0x0001, "SHA-512";
}

open_enum! {
    /// Ciphers of SMB2_ENCRYPTION_CAPABILITIES ([MS-SMB2] 2.2.3.1.2). 0 in an answer says that none
    /// was agreed.
    pub struct Cipher(u16);
    NONE = 0x0000, "none";
    AES_128_CCM = 0x0001, "AES-128-CCM";
    AES_128_GCM = 0x0002, "AES-128-GCM";
    AES_256_CCM = 0x0003, "AES-256-CCM";
    AES_256_GCM = 0x0004, "AES-256-GCM";
}

open_enum! {
    /// SigningAlgorithms of SMB2_SIGNING_CAPABILITIES ([MS-SMB2] 2.2.3.1.7).
    pub struct SigningAlgorithm(u16);
    HMAC_SHA256 = 0x0000, "HMAC-SHA256";
    AES_CMAC = 0x0001, "AES-CMAC";
    AES_GMAC = 0x0002, "AES-GMAC";
}

open_enum! {
    /// RDMATransformIds of SMB2_RDMA_TRANSFORM_CAPABILITIES ([MS-SMB2] 2.2.3.1.6).
    pub struct RdmaTransform(u16);
    NONE = 0x0000, "none";
    ENCRYPTION = 0x0001, "encryption";
    SIGNING = 0x0002, "signing";
}

/// What a negotiate context says, by its type ([MS-SMB2] 2.2.3.1.1 to 2.2.3.1.7).
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum ContextData<'a> {
    /// The hashes that protect the negotiation.
    Preauth(Algorithms<'a, HashAlgorithm>),
    /// Ciphers, the client's best first; the one that the server chose.
    Encryption(Algorithms<'a, Cipher>),
    /// Compression: algorithms, and whether messages may be chains of them.
    Compression {
        /// CompressionAlgorithms.
        algorithms: Algorithms<'a, CompressionAlgorithm>,
        /// Flags: 1 allows chains.
        flags: Spanned<u32>,
    },
    /// The server's name as the client knows it.
    Netname(Spanned<Utf16Le<'a>>),
    /// Flags: 1 accepts that the transport protects in place of SMB (QUIC).
    Transport(Spanned<u32>),
    /// What protects RDMA.
    Rdma(Algorithms<'a, RdmaTransform>),
    /// Signing algorithms, the client's best first; the one that the server chose.
    Signing(Algorithms<'a, SigningAlgorithm>),
    /// Another context.
    Other,
}

/// A list of algorithms: its elements are read as they are asked for.
#[derive(Clone, Debug)]
pub struct Algorithms<'a, T> {
    cursor: Cursor<'a>,
    left: u16,
    wrap: fn(u16) -> T,
}

impl<T> Iterator for Algorithms<'_, T> {
    type Item = Spanned<T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some(self.cursor.u16_le("Algorithms").ok()?.map(self.wrap))
    }
}

impl<T> core::iter::FusedIterator for Algorithms<'_, T> {}

/// Count, so many octets of other fields, then the algorithms; fewer than counted are an error.
fn algorithms<'a, T>(
    c: &mut Cursor<'a>,
    between: usize,
    wrap: fn(u16) -> T,
) -> Result<Algorithms<'a, T>, WireError> {
    let count = c.u16_le("AlgorithmCount")?;
    c.skip(between, "Data")?;
    let cursor = *c;
    c.skip(usize::from(*count).saturating_mul(2), "Algorithms")?;
    Ok(Algorithms { cursor, left: *count, wrap })
}

impl<'a> NegotiateContext<'a> {
    /// The data by its type.
    ///
    /// # Errors
    /// `Truncated` when a list counts more elements than there are.
    pub fn read(&self) -> Result<ContextData<'a>, WireError> {
        let mut c = Cursor::at(self.data.value, self.data.span.start);
        let c = &mut c;
        Ok(match *self.context_type {
            ContextType::PREAUTH_INTEGRITY_CAPABILITIES => {
                // SaltLength stands between the count and the hashes.
                ContextData::Preauth(algorithms(c, 2, HashAlgorithm)?)
            }
            ContextType::ENCRYPTION_CAPABILITIES => ContextData::Encryption(algorithms(c, 0, Cipher)?),
            ContextType::COMPRESSION_CAPABILITIES => {
                // Padding and Flags stand there.
                let mut flags = *c;
                flags.skip(4, "Padding")?;
                let flags = flags.u32_le("Flags")?;
                ContextData::Compression { algorithms: algorithms(c, 6, CompressionAlgorithm)?, flags }
            }
            ContextType::NETNAME_NEGOTIATE_CONTEXT_ID => ContextData::Netname(self.data.map(Utf16Le::new)),
            ContextType::TRANSPORT_CAPABILITIES => ContextData::Transport(c.u32_le("Flags")?),
            ContextType::RDMA_TRANSFORM_CAPABILITIES => ContextData::Rdma(algorithms(c, 6, RdmaTransform)?),
            ContextType::SIGNING_CAPABILITIES => ContextData::Signing(algorithms(c, 0, SigningAlgorithm)?),
            _ => ContextData::Other,
        })
    }
}

/// The dialects that a client offers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dialects<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Dialects<'a> {
    /// The dialects in the order of the message.
    #[must_use]
    pub const fn iter(&self) -> DialectsIter<'a> {
        DialectsIter { cursor: self.cursor }
    }
}

impl<'a> IntoIterator for Dialects<'a> {
    type Item = Spanned<Dialect>;
    type IntoIter = DialectsIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Iterator over dialects: [`Dialects::iter`].
#[derive(Clone, Debug)]
pub struct DialectsIter<'a> {
    cursor: Cursor<'a>,
}

impl Iterator for DialectsIter<'_> {
    type Item = Spanned<Dialect>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.cursor.u16_le("Dialects").ok()?.map(Dialect))
    }
}

impl core::iter::FusedIterator for DialectsIter<'_> {}

/// One negotiate context ([MS-SMB2] 2.2.3.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NegotiateContext<'a> {
    /// ContextType.
    pub context_type: Spanned<ContextType>,
    /// Data, by type: [`NegotiateContext::read`].
    pub data: Spanned<&'a [u8]>,
}

/// NegotiateContextList of dialect 3.1.1.
#[derive(Clone, Copy, Debug, Default)]
pub struct NegotiateContexts<'a> {
    cursor: Cursor<'a>,
    origin: usize,
    count: u16,
}

impl<'a> NegotiateContexts<'a> {
    /// NegotiateContextCount.
    #[must_use]
    pub const fn count(&self) -> u16 {
        self.count
    }

    /// The contexts in order; after an error nothing more comes.
    #[must_use]
    pub const fn iter(&self) -> NegotiateContextsIter<'a> {
        NegotiateContextsIter { cursor: self.cursor, origin: self.origin, left: self.count }
    }

    fn set(&mut self, at: At<'a>, offset: u32, count: u16) -> Result<(), WireError> {
        if count == 0 {
            return Ok(());
        }
        let mut cursor = at.whole;
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        if offset < super::HEADER_LEN {
            let kind = ErrorKind::Malformed("a list that lies in the header");
            return Err(cursor.error(kind, "NegotiateContextOffset"));
        }
        let origin = cursor.offset();
        cursor.skip(offset, "NegotiateContextOffset")?;
        *self = Self { cursor, origin, count };
        self.iter().try_for_each(|context| context.map(|_| ()))
    }
}

impl<'a> IntoIterator for NegotiateContexts<'a> {
    type Item = Result<NegotiateContext<'a>, WireError>;
    type IntoIter = NegotiateContextsIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Iterator over negotiate contexts: [`NegotiateContexts::iter`].
#[derive(Clone, Debug)]
pub struct NegotiateContextsIter<'a> {
    cursor: Cursor<'a>,
    origin: usize,
    left: u16,
}

impl<'a> NegotiateContextsIter<'a> {
    fn read(&mut self) -> Result<NegotiateContext<'a>, WireError> {
        let c = &mut self.cursor;
        // Each context but the last is padded to a multiple of 8 ([MS-SMB2] 2.2.3.1).
        c.align(8, self.origin, "Padding")?;
        let context_type = c.u16_le("ContextType")?.map(ContextType);
        let length = c.u16_le("DataLength")?;
        c.skip(4, "Reserved")?;
        let data = c.bytes(usize::from(*length), "Data")?;
        Ok(NegotiateContext { context_type, data })
    }
}

impl<'a> Iterator for NegotiateContextsIter<'a> {
    type Item = Result<NegotiateContext<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let item = self.read();
        if item.is_err() {
            self.left = 0;
        }
        Some(item)
    }
}

impl core::iter::FusedIterator for NegotiateContextsIter<'_> {}

/// SMB2 NEGOTIATE Request ([MS-SMB2] 2.2.3).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NegotiateRequest<'a> {
    /// DialectCount.
    pub dialect_count: Spanned<u16>,
    /// SecurityMode.
    pub security_mode: Spanned<SecurityMode>,
    /// Capabilities.
    pub capabilities: Spanned<Capabilities>,
    /// ClientGuid.
    pub client_guid: Spanned<Guid>,
    /// ClientStartTime: without SMB 3.1.1 among the dialects.
    pub client_start_time: Option<Spanned<FileTime>>,
    /// NegotiateContextOffset: with SMB 3.1.1 among the dialects.
    pub negotiate_context_offset: Option<Spanned<u32>>,
    /// NegotiateContextCount: with SMB 3.1.1 among the dialects.
    pub negotiate_context_count: Option<Spanned<u16>>,
    /// Dialects.
    pub dialects: Dialects<'a>,
    /// NegotiateContextList.
    pub contexts: NegotiateContexts<'a>,
}

impl<'a> NegotiateRequest<'a> {
    pub(super) fn read(&mut self, at: At<'a>) -> Result<(), WireError> {
        let mut c = at.body;
        self.dialect_count = c.u16_le("DialectCount")?;
        self.security_mode = c.u16_le("SecurityMode")?.map(SecurityMode::from_bits_retain);
        c.skip(2, "Reserved")?;
        self.capabilities = c.u32_le("Capabilities")?.map(Capabilities::from_bits_retain);
        self.client_guid = c.guid_le("ClientGuid")?;
        // What these eight octets are is known only from the dialects behind them.
        let mut either = c;
        c.skip(8, "ClientStartTime/NegotiateContextOffset")?;
        let mut dialects = c.sub(usize::from(*self.dialect_count).saturating_mul(2), "Dialects")?;
        self.dialects = Dialects { cursor: dialects };
        let newest = self.dialects.iter().any(|d| *d == Dialect::SMB_3_1_1);
        if newest {
            self.negotiate_context_offset = Some(either.u32_le("NegotiateContextOffset")?);
            self.negotiate_context_count = Some(either.u16_le("NegotiateContextCount")?);
        } else {
            self.client_start_time = Some(either.u64_le("ClientStartTime")?.map(FileTime));
        }
        dialects.take_rest();
        dialects.finish("Dialects")?;
        if let (Some(offset), Some(count)) = (self.negotiate_context_offset, self.negotiate_context_count) {
            self.contexts.set(at, *offset, *count)?;
        }
        Ok(())
    }
}

/// SMB2 NEGOTIATE Response ([MS-SMB2] 2.2.4).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NegotiateResponse<'a> {
    /// SecurityMode.
    pub security_mode: Spanned<SecurityMode>,
    /// DialectRevision.
    pub dialect_revision: Spanned<Dialect>,
    /// NegotiateContextCount in dialect 3.1.1, reserved before.
    pub negotiate_context_count: Spanned<u16>,
    /// ServerGuid.
    pub server_guid: Spanned<Guid>,
    /// Capabilities.
    pub capabilities: Spanned<Capabilities>,
    /// MaxTransactSize, in octets.
    pub max_transact_size: Spanned<u32>,
    /// MaxReadSize, in octets.
    pub max_read_size: Spanned<u32>,
    /// MaxWriteSize, in octets.
    pub max_write_size: Spanned<u32>,
    /// SystemTime: the server's clock.
    pub system_time: Spanned<FileTime>,
    /// ServerStartTime: 0 from a current Windows.
    pub server_start_time: Spanned<FileTime>,
    /// SecurityBufferOffset, from the header.
    pub security_buffer_offset: Spanned<u16>,
    /// SecurityBufferLength, in octets.
    pub security_buffer_length: Spanned<u16>,
    /// NegotiateContextOffset in dialect 3.1.1, reserved before.
    pub negotiate_context_offset: Spanned<u32>,
    /// Buffer: a GSS-API token (SPNEGO NegTokenInit2); it may be empty.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub security_buffer: Spanned<&'a [u8]>,
    /// NegotiateContextList of dialect 3.1.1.
    pub contexts: NegotiateContexts<'a>,
}

octets_by_size!(
    NegotiateResponse {
        security_mode, dialect_revision, negotiate_context_count, server_guid, capabilities,
        max_transact_size, max_read_size, max_write_size, system_time, server_start_time,
        security_buffer_offset, security_buffer_length, negotiate_context_offset, contexts,
    } { security_buffer }
);

impl<'a> NegotiateResponse<'a> {
    pub(super) fn read(&mut self, at: At<'a>) -> Result<(), WireError> {
        let mut c = at.body;
        self.security_mode = c.u16_le("SecurityMode")?.map(SecurityMode::from_bits_retain);
        self.dialect_revision = c.u16_le("DialectRevision")?.map(Dialect);
        self.negotiate_context_count = c.u16_le("NegotiateContextCount/Reserved")?;
        self.server_guid = c.guid_le("ServerGuid")?;
        self.capabilities = c.u32_le("Capabilities")?.map(Capabilities::from_bits_retain);
        self.max_transact_size = c.u32_le("MaxTransactSize")?;
        self.max_read_size = c.u32_le("MaxReadSize")?;
        self.max_write_size = c.u32_le("MaxWriteSize")?;
        self.system_time = c.u64_le("SystemTime")?.map(FileTime);
        self.server_start_time = c.u64_le("ServerStartTime")?.map(FileTime);
        self.security_buffer_offset = c.u16_le("SecurityBufferOffset")?;
        self.security_buffer_length = c.u16_le("SecurityBufferLength")?;
        self.negotiate_context_offset = c.u32_le("NegotiateContextOffset/Reserved2")?;
        let (offset, length) = (*self.security_buffer_offset, *self.security_buffer_length);
        at.buffer(&mut self.security_buffer, offset, length, "SecurityBuffer")?;
        if *self.dialect_revision == Dialect::SMB_3_1_1 {
            self.contexts.set(at, *self.negotiate_context_offset, *self.negotiate_context_count)?;
        }
        Ok(())
    }
}
