//! Any message of the family, told apart by opcode and NtVersion.

use crate::{
    DbChange, LogonPrimaryQuery, LogonRequest, LogonResponse2, NtVersion, Opcode, PrimaryResponse,
    SamLogonRequest, SamLogonResponse, SamLogonResponseEx, SamLogonResponseNt40,
};
use adjoin_wire::{Cursor, Partial, Spanned, WireError, octets_by_size};

/// A message with an opcode that this crate has no structure for.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UnknownMessage<'a> {
    /// What it is.
    pub opcode: Spanned<Opcode>,
    /// Everything behind the opcode.
    pub body: Spanned<&'a [u8]>,
}

octets_by_size!(UnknownMessage { opcode } { body });

/// A message of [MS-ADTS] 6.3.1.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "the largest is the usual one, and nothing is allocated")]
pub enum Message<'a> {
    /// Opcodes 23, 24, 25.
    SamLogonResponseEx(SamLogonResponseEx<'a>),
    /// Opcodes 19, 20, 21 with [`NtVersion::V5`].
    SamLogonResponse(SamLogonResponse<'a>),
    /// Opcodes 19, 20, 21 without it.
    SamLogonResponseNt40(SamLogonResponseNt40<'a>),
    /// Opcode 18.
    SamLogonRequest(SamLogonRequest<'a>),
    /// Opcode 7.
    LogonPrimaryQuery(LogonPrimaryQuery<'a>),
    /// Opcode 12.
    PrimaryResponse(PrimaryResponse<'a>),
    /// Opcode 0.
    LogonRequest(LogonRequest<'a>),
    /// Opcode 6.
    LogonResponse2(LogonResponse2<'a>),
    /// Opcode 10.
    DbChange(DbChange<'a>),
    /// Any other opcode; not an error.
    Unknown(UnknownMessage<'a>),
}

impl Default for Message<'_> {
    fn default() -> Self {
        Self::Unknown(UnknownMessage::default())
    }
}

impl<'a> Message<'a> {
    /// Reads a whole message.
    ///
    /// # Errors
    /// As the `parse` of the structure that the opcode stands for; `Truncated` without an opcode.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads as much as there is.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        fn wrap<'a, T>(partial: Partial<T>, variant: fn(T) -> Message<'a>) -> Partial<Message<'a>> {
            Partial { value: variant(partial.value), error: partial.error }
        }
        let mut c = Cursor::new(bytes);
        let opcode = match c.u16_le("Opcode") {
            Ok(opcode) => opcode.map(Opcode),
            Err(error) => return Partial { value: Self::default(), error: Some(error) },
        };
        match opcode.value.0 {
            23..=25 => wrap(SamLogonResponseEx::parse_partial(bytes), Self::SamLogonResponseEx),
            19..=21 if SamLogonResponseNt40::is_one(bytes) => {
                wrap(SamLogonResponseNt40::parse_partial(bytes), Self::SamLogonResponseNt40)
            }
            19..=21 => wrap(SamLogonResponse::parse_partial(bytes), Self::SamLogonResponse),
            18 => wrap(SamLogonRequest::parse_partial(bytes), Self::SamLogonRequest),
            7 => wrap(LogonPrimaryQuery::parse_partial(bytes), Self::LogonPrimaryQuery),
            12 => wrap(PrimaryResponse::parse_partial(bytes), Self::PrimaryResponse),
            0 => wrap(LogonRequest::parse_partial(bytes), Self::LogonRequest),
            6 => wrap(LogonResponse2::parse_partial(bytes), Self::LogonResponse2),
            10 => wrap(DbChange::parse_partial(bytes), Self::DbChange),
            _ => {
                let body = c.take_rest();
                Partial { value: Self::Unknown(UnknownMessage { opcode, body }), error: None }
            }
        }
    }

    /// The opcode; not reached in a message of less than two octets.
    #[must_use]
    pub const fn opcode(&self) -> Spanned<Opcode> {
        match self {
            Self::SamLogonResponseEx(m) => m.opcode,
            Self::SamLogonResponse(m) => m.opcode,
            Self::SamLogonResponseNt40(m) => m.opcode,
            Self::SamLogonRequest(m) => m.opcode,
            Self::LogonPrimaryQuery(m) => m.opcode,
            Self::PrimaryResponse(m) => m.opcode,
            Self::LogonRequest(m) => m.opcode,
            Self::LogonResponse2(m) => m.opcode,
            Self::DbChange(m) => m.opcode,
            Self::Unknown(m) => m.opcode,
        }
    }

    /// NtVersion, unless the message has none, the opcode is unknown or the message was cut before it.
    #[must_use]
    pub fn nt_version(&self) -> Option<Spanned<NtVersion>> {
        let version = match self {
            Self::SamLogonResponseEx(m) => m.nt_version,
            Self::SamLogonResponse(m) => m.nt_version,
            Self::SamLogonResponseNt40(m) => m.nt_version,
            Self::SamLogonRequest(m) => m.nt_version,
            Self::LogonPrimaryQuery(m) => m.nt_version,
            Self::PrimaryResponse(m) => m.nt_version,
            Self::DbChange(m) => m.nt_version,
            Self::LogonRequest(_) | Self::LogonResponse2(_) | Self::Unknown(_) => return None,
        };
        version.reached().is_some().then_some(version)
    }

    /// An answer in the extended form, the only one that a client since Windows 2000 accepts
    /// from an LDAP ping.
    #[must_use]
    pub const fn is_extended(&self) -> bool {
        matches!(self, Self::SamLogonResponseEx(_))
    }
}
