//! The short answers, [MS-ADTS] 6.3.1.7 and 6.3.1.8: opcodes 19, 20 and 21.

use crate::version::Trailer;
use crate::{DsFlags, NtVersion, Opcode};
use adjoin_wire::{CompressedName, Cursor, Guid, Partial, Spanned, Utf16Le, WireError};
use core::net::Ipv4Addr;

/// `NETLOGON_SAM_LOGON_RESPONSE_NT40`, [MS-ADTS] 6.3.1.7.
///
/// As an answer to a client that asked for the extended form it means that the domain controller
/// emulates NT 4: the client throws it away.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SamLogonResponseNt40<'a> {
    /// 19 usable, 20 not ready, 21 the account is not known.
    pub opcode: Spanned<Opcode>,
    /// NetBIOS name of the domain controller, with two backslashes in front.
    pub unicode_logon_server: Spanned<Utf16Le<'a>>,
    /// The account that was asked for.
    pub unicode_user_name: Spanned<Utf16Le<'a>>,
    /// NetBIOS name of the domain.
    pub unicode_domain_name: Spanned<Utf16Le<'a>>,
    /// 1.
    pub nt_version: Spanned<NtVersion>,
    /// Must be 0xffff.
    pub lm_nt_token: Spanned<u16>,
    /// Must be 0xffff.
    pub lm20_token: Spanned<u16>,
}

impl<'a> SamLogonResponseNt40<'a> {
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
        self.opcode = Opcode::read(c, 19..=21)?;
        self.unicode_logon_server = c.utf16_nul("UnicodeLogonServer")?;
        self.unicode_user_name = c.utf16_nul("UnicodeUserName")?;
        self.unicode_domain_name = c.utf16_nul("UnicodeDomainName")?;
        let mut trailer = Trailer::default();
        let outcome = trailer.read(c, "NETLOGON_SAM_LOGON_RESPONSE_NT40");
        Trailer { nt_version: self.nt_version, lm_nt_token: self.lm_nt_token, lm20_token: self.lm20_token } =
            trailer;
        outcome
    }

    /// The message has this structure, and not that of [`SamLogonResponse`], which begins the
    /// same: NtVersion decides, in the last eight octets; in a message that was cut, what stands
    /// behind the three strings.
    pub(crate) fn is_one(bytes: &[u8]) -> bool {
        if let Some(version) = Trailer::version_at_end(bytes) {
            return !version.contains(NtVersion::V5);
        }
        let mut c = Cursor::new(bytes);
        let names = c.skip(2, "Opcode").is_ok() && (0..3).all(|_| c.utf16_nul("name").is_ok());
        names && (4..=Trailer::LEN).contains(&c.remaining()) && Trailer::may_start(c.peek())
    }
}

/// `NETLOGON_SAM_LOGON_RESPONSE`, [MS-ADTS] 6.3.1.8.
///
/// DNS names are compressed; pointers count from the first octet of the opcode.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SamLogonResponse<'a> {
    /// 19 usable, 20 not ready, 21 the account is not known.
    pub opcode: Spanned<Opcode>,
    /// NetBIOS name of the domain controller, with two backslashes in front.
    pub unicode_logon_server: Spanned<Utf16Le<'a>>,
    /// The account that was asked for.
    pub unicode_user_name: Spanned<Utf16Le<'a>>,
    /// NetBIOS name of the domain.
    pub unicode_domain_name: Spanned<Utf16Le<'a>>,
    /// The domain's GUID.
    pub domain_guid: Spanned<Guid>,
    /// Must be all zero.
    pub null_guid: Spanned<Guid>,
    /// DNS name of the forest.
    pub dns_forest_name: Spanned<CompressedName<'a>>,
    /// DNS name of the domain.
    pub dns_domain_name: Spanned<CompressedName<'a>>,
    /// DNS name of the domain controller.
    pub dns_host_name: Spanned<CompressedName<'a>>,
    /// The domain controller's IPv4 address as a little-endian number: last octet first, unlike
    /// the address in the extended answer.
    pub dc_ip_address: Spanned<u32>,
    /// The specification allows PDC and DS only; others are seen.
    pub flags: Spanned<DsFlags>,
    /// 3.
    pub nt_version: Spanned<NtVersion>,
    /// Must be 0xffff.
    pub lm_nt_token: Spanned<u16>,
    /// Must be 0xffff.
    pub lm20_token: Spanned<u16>,
}

impl<'a> SamLogonResponse<'a> {
    /// Reads a whole message.
    ///
    /// # Errors
    /// `Truncated` when it is cut, `Malformed` for another opcode or a bad name, `Trailing` for
    /// octets behind the end.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads as much as there is.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|m: &mut Self| m.read(&mut Cursor::new(bytes)))
    }

    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        let message = c.peek();
        self.opcode = Opcode::read(c, 19..=21)?;
        self.unicode_logon_server = c.utf16_nul("UnicodeLogonServer")?;
        self.unicode_user_name = c.utf16_nul("UnicodeUserName")?;
        self.unicode_domain_name = c.utf16_nul("UnicodeDomainName")?;
        self.domain_guid = c.guid_le("DomainGuid")?;
        self.null_guid = c.guid_le("NullGuid")?;
        self.dns_forest_name = CompressedName::read(c, message, 0, "DnsForestName")?;
        self.dns_domain_name = CompressedName::read(c, message, 0, "DnsDomainName")?;
        self.dns_host_name = CompressedName::read(c, message, 0, "DnsHostName")?;
        self.dc_ip_address = c.u32_le("DcIpAddress")?;
        self.flags = c.u32_le("Flags")?.map(DsFlags::from_bits_retain);
        let mut trailer = Trailer::default();
        let outcome = trailer.read(c, "NETLOGON_SAM_LOGON_RESPONSE");
        Trailer { nt_version: self.nt_version, lm_nt_token: self.lm_nt_token, lm20_token: self.lm20_token } =
            trailer;
        outcome
    }

    /// `dc_ip_address` as an address.
    #[must_use]
    pub fn address(&self) -> Ipv4Addr {
        Ipv4Addr::from(self.dc_ip_address.value)
    }
}
