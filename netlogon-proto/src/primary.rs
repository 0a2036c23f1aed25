//! The search for a primary domain controller over mailslots, [MS-ADTS] 6.3.1.4 and 6.3.1.5.

use crate::version::Trailer;
use crate::{NtVersion, Opcode};
use adjoin_wire::{Cursor, Partial, Spanned, Text, Utf16Le, WireError};

/// `NETLOGON_LOGON_QUERY`, [MS-ADTS] 6.3.1.4: opcode 7.
///
/// UTF-16 strings begin at an even offset from the start of the message.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LogonPrimaryQuery<'a> {
    /// 7.
    pub opcode: Spanned<Opcode>,
    /// NetBIOS name of the client, in the OEM character set.
    pub computer_name: Spanned<Text<'a>>,
    /// Mailslot that the answer is sent to.
    pub mailslot_name: Spanned<Text<'a>>,
    /// NetBIOS name of the client.
    pub unicode_computer_name: Spanned<Utf16Le<'a>>,
    /// What the client understands.
    pub nt_version: Spanned<NtVersion>,
    /// Must be 0xffff.
    pub lm_nt_token: Spanned<u16>,
    /// Must be 0xffff.
    pub lm20_token: Spanned<u16>,
}

impl<'a> LogonPrimaryQuery<'a> {
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
        self.opcode = Opcode::LOGON_PRIMARY_QUERY.expect(c)?;
        self.computer_name = c.bytes_nul("ComputerName")?.map(Text::new);
        self.mailslot_name = c.bytes_nul("MailslotName")?.map(Text::new);
        c.align(2, 0, "Pad")?;
        self.unicode_computer_name = c.utf16_nul("UnicodeComputerName")?;
        let mut trailer = Trailer::default();
        let outcome = trailer.read(c, "NETLOGON_LOGON_QUERY");
        Trailer { nt_version: self.nt_version, lm_nt_token: self.lm_nt_token, lm20_token: self.lm20_token } =
            trailer;
        outcome
    }
}

/// `NETLOGON_PRIMARY_RESPONSE`, [MS-ADTS] 6.3.1.5: opcode 12.
///
/// UTF-16 strings begin at an even offset from the start of the message.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PrimaryResponse<'a> {
    /// 12.
    pub opcode: Spanned<Opcode>,
    /// NetBIOS name of the primary domain controller, in the OEM character set.
    pub primary_dc_name: Spanned<Text<'a>>,
    /// NetBIOS name of the primary domain controller.
    pub unicode_primary_dc_name: Spanned<Utf16Le<'a>>,
    /// NetBIOS name of the domain.
    pub unicode_domain_name: Spanned<Utf16Le<'a>>,
    /// 1.
    pub nt_version: Spanned<NtVersion>,
    /// Must be 0xffff.
    pub lm_nt_token: Spanned<u16>,
    /// Must be 0xffff.
    pub lm20_token: Spanned<u16>,
}

impl<'a> PrimaryResponse<'a> {
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
        self.opcode = Opcode::LOGON_PRIMARY_RESPONSE.expect(c)?;
        self.primary_dc_name = c.bytes_nul("PrimaryDCName")?.map(Text::new);
        c.align(2, 0, "Pad")?;
        self.unicode_primary_dc_name = c.utf16_nul("UnicodePrimaryDCName")?;
        self.unicode_domain_name = c.utf16_nul("UnicodeDomainName")?;
        let mut trailer = Trailer::default();
        let outcome = trailer.read(c, "NETLOGON_PRIMARY_RESPONSE");
        Trailer { nt_version: self.nt_version, lm_nt_token: self.lm_nt_token, lm20_token: self.lm20_token } =
            trailer;
        outcome
    }
}
