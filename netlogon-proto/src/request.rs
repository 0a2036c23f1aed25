//! The mailslot ping, [MS-ADTS] 6.3.1.6.

use crate::version::Trailer;
use crate::{NtVersion, Opcode, Sid};
use adjoin_wire::{Cursor, ErrorKind, Partial, Spanned, Text, Utf16Le, WireError};

/// `NETLOGON_SAM_LOGON_REQUEST`, [MS-ADTS] 6.3.1.6: opcode 18.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SamLogonRequest<'a> {
    /// 18.
    pub opcode: Spanned<Opcode>,
    /// How often this request was sent before.
    pub request_count: Spanned<u16>,
    /// NetBIOS name of the client.
    pub unicode_computer_name: Spanned<Utf16Le<'a>>,
    /// The account to look up; empty when only a domain controller is looked for.
    pub unicode_user_name: Spanned<Utf16Le<'a>>,
    /// Mailslot that the answer is sent to.
    pub mailslot_name: Spanned<Text<'a>>,
    /// Kinds of account that will do: 0x80 workstation trust, 0x100 server trust, 0 any.
    pub allowable_account_control_bits: Spanned<u32>,
    /// Size of DomainSid in octets, without the padding in front of it.
    pub domain_sid_size: Spanned<u32>,
    /// SID of the domain, when DomainSidSize is not 0. It begins at a multiple of four octets
    /// from the start of the message; the specification doesn't mention the padding.
    pub domain_sid: Option<Spanned<Sid<'a>>>,
    /// What the client understands.
    pub nt_version: Spanned<NtVersion>,
    /// Must be 0xffff.
    pub lm_nt_token: Spanned<u16>,
    /// Must be 0xffff.
    pub lm20_token: Spanned<u16>,
}

impl<'a> SamLogonRequest<'a> {
    /// Reads a whole message.
    ///
    /// # Errors
    /// `Truncated` when it is cut, `Malformed` for another opcode, `Trailing` for octets behind
    /// the end.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads as much as there is.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|m: &mut Self| m.read(&mut Cursor::new(bytes)))
    }

    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        self.opcode = c.u16_le("Opcode")?.map(Opcode);
        if *self.opcode != Opcode::LOGON_SAM_LOGON_REQUEST {
            let kind = ErrorKind::Malformed("opcode of another message");
            return Err(WireError::new(kind, self.opcode.span.start, "Opcode"));
        }
        self.request_count = c.u16_le("RequestCount")?;
        self.unicode_computer_name = c.utf16_nul("UnicodeComputerName")?;
        self.unicode_user_name = c.utf16_nul("UnicodeUserName")?;
        self.mailslot_name = c.bytes_nul("MailslotName")?.map(Text::new);
        self.allowable_account_control_bits = c.u32_le("AllowableAccountControlBits")?;
        self.domain_sid_size = c.u32_le("DomainSidSize")?;
        // Without a SID there is no padding either.
        if *self.domain_sid_size > 0 {
            c.align(4, 0, "DomainSid")?;
            let size = usize::try_from(*self.domain_sid_size).unwrap_or(usize::MAX);
            self.domain_sid = Some(c.bytes(size, "DomainSid")?.map(Sid));
        }
        let mut trailer = Trailer::default();
        let outcome = trailer.read(c, "NETLOGON_SAM_LOGON_REQUEST");
        Trailer { nt_version: self.nt_version, lm_nt_token: self.lm_nt_token, lm20_token: self.lm20_token } =
            trailer;
        outcome
    }
}
