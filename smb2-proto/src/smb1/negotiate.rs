//! SMB_COM_NEGOTIATE ([MS-CIFS] 2.2.4.52, [MS-SMB] 2.2.4.5).

use super::{At, Flags2};
use crate::flag_set::flag_set;
use crate::{FileTime, SmbText};
use adjoin_wire::{Cursor, ErrorKind, Guid, Spanned, Text, WireError, octets_by_size};

/// The dialects that a client offers, as text: `NT LM 0.12`, `SMB 2.???`.
#[derive(Clone, Copy, Debug, Default)]
pub struct DialectStrings<'a> {
    cursor: Cursor<'a>,
}

impl<'a> DialectStrings<'a> {
    /// The dialects; a response answers with an index into this list. After an error nothing comes.
    #[must_use]
    pub const fn iter(&self) -> DialectStringsIter<'a> {
        DialectStringsIter { cursor: self.cursor }
    }
}

impl<'a> IntoIterator for DialectStrings<'a> {
    type Item = Result<Spanned<Text<'a>>, WireError>;
    type IntoIter = DialectStringsIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Iterator over dialects: [`DialectStrings::iter`].
#[derive(Clone, Debug)]
pub struct DialectStringsIter<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Iterator for DialectStringsIter<'a> {
    type Item = Result<Spanned<Text<'a>>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.cursor.is_empty() {
            return None;
        }
        let mut read = || {
            let format = self.cursor.u8("BufferFormat")?;
            if *format != 2 {
                let kind = ErrorKind::Malformed("the BufferFormat of a dialect is 2");
                return Err(WireError::new(kind, format.span.start, "BufferFormat"));
            }
            Ok(self.cursor.bytes_nul("DialectString")?.map(Text::new))
        };
        let item = read();
        if item.is_err() {
            self.cursor.take_rest();
        }
        Some(item)
    }
}

impl core::iter::FusedIterator for DialectStringsIter<'_> {}

/// SMB_COM_NEGOTIATE Request ([MS-CIFS] 2.2.4.52.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NegotiateRequest<'a> {
    /// Dialects.
    pub dialects: DialectStrings<'a>,
}

impl<'a> NegotiateRequest<'a> {
    pub(super) fn read(&mut self, at: At<'a, '_>) -> Result<(), WireError> {
        self.dialects = DialectStrings { cursor: at.bytes };
        self.dialects.iter().try_for_each(|dialect| dialect.map(|_| ()))
    }
}

flag_set! {
    /// SecurityMode ([MS-CIFS] 2.2.4.52.2).
    SecurityMode(u8) {
        /// NEGOTIATE_USER_SECURITY.
        USER_SECURITY = 0x01;
        /// NEGOTIATE_ENCRYPT_PASSWORDS.
        ENCRYPT_PASSWORDS = 0x02;
        /// NEGOTIATE_SECURITY_SIGNATURES_ENABLED.
        SIGNATURES_ENABLED = 0x04;
        /// NEGOTIATE_SECURITY_SIGNATURES_REQUIRED.
        SIGNATURES_REQUIRED = 0x08;
    }
}

flag_set! {
    /// Capabilities ([MS-CIFS] 2.2.4.52.2, [MS-SMB] 2.2.4.5.2.1).
    Capabilities(u32) {
        /// CAP_RAW_MODE.
        RAW_MODE = 0x0000_0001;
        /// CAP_MPX_MODE.
        MPX_MODE = 0x0000_0002;
        /// CAP_UNICODE.
        UNICODE = 0x0000_0004;
        /// CAP_LARGE_FILES.
        LARGE_FILES = 0x0000_0008;
        /// CAP_NT_SMBS.
        NT_SMBS = 0x0000_0010;
        /// CAP_RPC_REMOTE_APIS.
        RPC_REMOTE_APIS = 0x0000_0020;
        /// CAP_STATUS32.
        STATUS32 = 0x0000_0040;
        /// CAP_LEVEL_II_OPLOCKS.
        LEVEL_II_OPLOCKS = 0x0000_0080;
        /// CAP_LOCK_AND_READ.
        LOCK_AND_READ = 0x0000_0100;
        /// CAP_NT_FIND.
        NT_FIND = 0x0000_0200;
        /// CAP_DFS.
        DFS = 0x0000_1000;
        /// CAP_INFOLEVEL_PASSTHRU.
        INFOLEVEL_PASSTHRU = 0x0000_2000;
        /// CAP_LARGE_READX.
        LARGE_READX = 0x0000_4000;
        /// CAP_LARGE_WRITEX.
        LARGE_WRITEX = 0x0000_8000;
        /// CAP_LWIO.
        LWIO = 0x0001_0000;
        /// CAP_UNIX.
        UNIX = 0x0080_0000;
        /// CAP_DYNAMIC_REAUTH.
        DYNAMIC_REAUTH = 0x2000_0000;
        /// CAP_EXTENDED_SECURITY.
        EXTENDED_SECURITY = 0x8000_0000;
    }
}

/// SMB_COM_NEGOTIATE Response. With fewer than 17 words (a dialect before `NT LM 0.12`, or no
/// dialect at all) only the index is read.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NegotiateResponse<'a> {
    /// DialectIndex into the request's list; 0xffff: none of them.
    pub dialect_index: Spanned<u16>,
    /// SecurityMode.
    pub security_mode: Option<Spanned<SecurityMode>>,
    /// MaxBufferSize, in octets.
    pub max_buffer_size: Option<Spanned<u32>>,
    /// SessionKey.
    pub session_key: Option<Spanned<u32>>,
    /// Capabilities.
    pub capabilities: Option<Spanned<Capabilities>>,
    /// SystemTime: the server's clock.
    pub system_time: Option<Spanned<FileTime>>,
    /// ServerTimeZone: minutes west of UTC, signed.
    pub server_time_zone: Option<Spanned<i16>>,
    /// Challenge, without extended security.
    pub challenge: Option<Spanned<&'a [u8]>>,
    /// DomainName, without extended security.
    pub domain_name: Option<Spanned<SmbText<'a>>>,
    /// ServerName, without extended security.
    pub server_name: Option<Spanned<SmbText<'a>>>,
    /// ServerGUID, with extended security.
    pub server_guid: Option<Spanned<Guid>>,
    /// SecurityBlob, with extended security: a GSS-API token; it may be empty.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub security_blob: Option<Spanned<&'a [u8]>>,
}

octets_by_size!(
    NegotiateResponse {
        dialect_index, security_mode, max_buffer_size, session_key, capabilities, system_time,
        server_time_zone, challenge, domain_name, server_name, server_guid,
    } { security_blob }
);

impl<'a> NegotiateResponse<'a> {
    pub(super) fn read(&mut self, at: At<'a, '_>) -> Result<(), WireError> {
        let mut c = at.words;
        self.dialect_index = c.u16_le("DialectIndex")?;
        if at.word_count != 17 {
            return Ok(());
        }
        self.security_mode = Some(c.u8("SecurityMode")?.map(SecurityMode::from_bits_retain));
        c.skip(4, "MaxMpxCount")?;
        self.max_buffer_size = Some(c.u32_le("MaxBufferSize")?);
        c.skip(4, "MaxRawSize")?;
        self.session_key = Some(c.u32_le("SessionKey")?);
        let capabilities = c.u32_le("Capabilities")?.map(Capabilities::from_bits_retain);
        self.capabilities = Some(capabilities);
        self.system_time = Some(c.u64_le("SystemTime")?.map(FileTime));
        self.server_time_zone = Some(c.array("ServerTimeZone")?.map(i16::from_le_bytes));
        let challenge_length = c.u8("ChallengeLength")?;
        let mut bytes = at.bytes;
        if capabilities.contains(Capabilities::EXTENDED_SECURITY)
            || (at.header.flags2.contains(Flags2::EXTENDED_SECURITY) && *challenge_length == 0)
        {
            self.server_guid = Some(bytes.guid_le("ServerGUID")?);
            self.security_blob = Some(bytes.take_rest());
        } else {
            self.challenge = Some(bytes.bytes(usize::from(*challenge_length), "Challenge")?);
            // These two are not aligned ([MS-CIFS] 2.2.4.52.2).
            self.domain_name = at.string(&mut bytes, "DomainName");
            self.server_name = at.string(&mut bytes, "ServerName");
        }
        Ok(())
    }
}
