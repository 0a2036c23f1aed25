//! The extended answer to an LDAP ping, [MS-ADTS] 6.3.1.9.

use crate::version::Trailer;
use crate::{DsFlags, NtVersion, Opcode};
use adjoin_wire::{CompressedName, Cursor, ErrorKind, Guid, Partial, Spanned, WireError};
use core::net::Ipv4Addr;

/// The domain controller's address, [MS-ADTS] 6.3.1.9 (`DcSockAddr`), 16 octets.
///
/// A domain controller that has IPv6 addresses only says 127.0.0.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DcSockAddr {
    /// Address family, little-endian: 2, IPv4.
    pub sin_family: Spanned<u16>,
    /// Port, little-endian: 0.
    pub sin_port: Spanned<u16>,
    /// IPv4 address, first octet first, although the rest of the message is little-endian.
    pub sin_addr: Spanned<[u8; 4]>,
    /// Eight octets, 0.
    pub sin_zero: Spanned<[u8; 8]>,
}

impl DcSockAddr {
    /// The number of octets, which DcSockAddrSize repeats.
    pub const LEN: u8 = 16;

    /// `sin_addr` as an address.
    #[must_use]
    pub fn address(&self) -> Ipv4Addr {
        Ipv4Addr::from(self.sin_addr.value)
    }

    fn read(&mut self, c: &mut Cursor<'_>) -> Result<(), WireError> {
        self.sin_family = c.u16_le("DcSockAddr.sin_family")?;
        self.sin_port = c.u16_le("DcSockAddr.sin_port")?;
        self.sin_addr = c.array("DcSockAddr.sin_addr")?;
        self.sin_zero = c.array("DcSockAddr.sin_zero")?;
        Ok(())
    }
}

/// `NETLOGON_SAM_LOGON_RESPONSE_EX`, [MS-ADTS] 6.3.1.9: opcodes 23, 24 and 25.
///
/// Names are compressed as in RFC 1035 4.1.4; pointers count from the first octet of the opcode.
/// The pseudo-code of [MS-ADTS] 6.3.7 has pointers of eight bits for single labels: no domain
/// controller sends those.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SamLogonResponseEx<'a> {
    /// 23 usable, 24 not ready, 25 the account is not known.
    pub opcode: Spanned<Opcode>,
    /// Must be 0.
    pub sbz: Spanned<u16>,
    /// What the domain controller is and runs.
    pub flags: Spanned<DsFlags>,
    /// The domain's GUID.
    pub domain_guid: Spanned<Guid>,
    /// DNS name of the forest.
    pub dns_forest_name: Spanned<CompressedName<'a>>,
    /// DNS name of the domain, or of the application naming context that was asked for.
    pub dns_domain_name: Spanned<CompressedName<'a>>,
    /// DNS name of the domain controller.
    pub dns_host_name: Spanned<CompressedName<'a>>,
    /// NetBIOS name of the domain.
    pub netbios_domain_name: Spanned<CompressedName<'a>>,
    /// NetBIOS name of the domain controller.
    pub netbios_computer_name: Spanned<CompressedName<'a>>,
    /// The account that was asked for; empty when none was.
    pub user_name: Spanned<CompressedName<'a>>,
    /// The domain controller's site.
    pub dc_site_name: Spanned<CompressedName<'a>>,
    /// The client's site; empty when the directory has no subnet for the client's address.
    pub client_site_name: Spanned<CompressedName<'a>>,
    /// Size of the next field in octets.
    pub dc_sock_addr_size: Option<Spanned<u8>>,
    /// The domain controller's address; present when the client set
    /// [`NtVersion::V5EX_WITH_IP`], which Windows does over mailslots and not over LDAP.
    pub dc_sock_addr: Option<DcSockAddr>,
    /// The site to try next; only for a client that set [`NtVersion::WITH_CLOSEST_SITE`], and
    /// even then rare.
    pub next_closest_site_name: Option<Spanned<CompressedName<'a>>>,
    /// What the message contains, not what the client asked for: 5, and 8 with an address.
    pub nt_version: Spanned<NtVersion>,
    /// Must be 0xffff.
    pub lm_nt_token: Spanned<u16>,
    /// Must be 0xffff.
    pub lm20_token: Spanned<u16>,
}

/// What comes next behind ClientSiteName.
#[derive(PartialEq)]
enum Next {
    SockAddr,
    SiteName,
    Trailer,
}

impl Next {
    /// The optional fields are told apart by their octets, because the bits of NtVersion that
    /// announce them stand at the very end, which a cut message doesn't have, and because those
    /// bits aren't always right.
    fn behind_names(rest: &[u8], sock_addr_allowed: bool) -> Self {
        let whole = Trailer::version_at_end(rest);
        if whole.is_some() && rest.len() == Trailer::LEN {
            return Self::Trailer;
        }
        // Size 16, family AF_INET: a site name has no NUL in its first label, and NtVersion is odd.
        if sock_addr_allowed && rest.iter().zip([DcSockAddr::LEN, 2, 0]).all(|(b, want)| *b == want) {
            return if rest.is_empty() { Self::Trailer } else { Self::SockAddr };
        }
        if whole.is_none() && Trailer::may_start(rest) { Self::Trailer } else { Self::SiteName }
    }
}

impl<'a> SamLogonResponseEx<'a> {
    const NAME: &'static str = "NETLOGON_SAM_LOGON_RESPONSE_EX";

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
        self.opcode = c.u16_le("Opcode")?.map(Opcode);
        if !self.opcode.is_extended() {
            let kind = ErrorKind::Malformed("opcode of another message");
            return Err(WireError::new(kind, self.opcode.span.start, "Opcode"));
        }
        self.sbz = c.u16_le("Sbz")?;
        self.flags = c.u32_le("Flags")?.map(DsFlags::from_bits_retain);
        self.domain_guid = c.guid_le("DomainGuid")?;
        let name = |c: &mut Cursor<'a>, field| CompressedName::read(c, message, 0, field);
        self.dns_forest_name = name(c, "DnsForestName")?;
        self.dns_domain_name = name(c, "DnsDomainName")?;
        self.dns_host_name = name(c, "DnsHostName")?;
        self.netbios_domain_name = name(c, "NetbiosDomainName")?;
        self.netbios_computer_name = name(c, "NetbiosComputerName")?;
        self.user_name = name(c, "UserName")?;
        self.dc_site_name = name(c, "DcSiteName")?;
        self.client_site_name = name(c, "ClientSiteName")?;

        let mut next = Next::behind_names(c.peek(), true);
        if next == Next::SockAddr {
            self.dc_sock_addr_size = Some(c.u8("DcSockAddrSize")?);
            self.dc_sock_addr.insert(DcSockAddr::default()).read(c)?;
            next = Next::behind_names(c.peek(), false);
        }
        if next == Next::SiteName {
            self.next_closest_site_name = Some(name(c, "NextClosestSiteName")?);
        }
        let mut trailer = Trailer::default();
        let outcome = trailer.read(c, Self::NAME);
        Trailer { nt_version: self.nt_version, lm_nt_token: self.lm_nt_token, lm20_token: self.lm20_token } =
            trailer;
        outcome
    }

    /// NtVersion announces exactly the optional fields that are there.
    #[must_use]
    pub fn version_agrees(&self) -> bool {
        self.nt_version.contains(NtVersion::V5EX_WITH_IP) == self.dc_sock_addr.is_some()
            && (self.nt_version.contains(NtVersion::WITH_CLOSEST_SITE)
                || self.next_closest_site_name.is_none())
    }

    /// The client's address is in no subnet that the directory knows: no site was found for it.
    /// False while the field was not reached.
    #[must_use]
    pub fn client_has_no_site(&self) -> bool {
        self.client_site_name.reached().is_some_and(|name| name.is_empty())
    }
}
