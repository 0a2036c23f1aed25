//! What a domain tells its new member: the answer of `NetrLogonGetDomainInfo`, [MS-NRPC] 3.5.4.4.10.

use adjoin_wire::{ErrorKind, Guid, Spanned, WireError};
use rpce_proto::{ArrayCounts, ByteOrder, Ndr, WideText};

use super::channel::authenticator;
use crate::Sid;

/// Results of `NetrLogonGetDomainInfo`. Normally sealed.
///
/// ```text
/// [in,out] PNETLOGON_AUTHENTICATOR ReturnAuthenticator;
/// [out,switch_is(Level)] PNETLOGON_DOMAIN_INFORMATION DomBuffer;
/// union { PNETLOGON_DOMAIN_INFO DomainInfo; PNETLOGON_LSA_POLICY_INFO LsaPolicyInfo; }
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LogonGetDomainInfoReply<'a> {
    /// The level that was asked for, repeated by the union.
    pub level: Spanned<u32>,
    /// The domain, at level 1; `None` when NULL.
    pub domain_info: Option<NetlogonDomainInfo<'a>>,
    /// NTSTATUS.
    pub status: Spanned<u32>,
}

impl<'a> LogonGetDomainInfoReply<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        authenticator(r, "ReturnAuthenticator")?;
        // The union is aligned as its widest arm, and so is the arm.
        r.align(r.encoding().word(), "DomBuffer")?;
        self.level = r.u32("Level")?;
        let present = *r.pointer("DomBuffer")? != 0;
        match *self.level {
            _ if !present => {}
            1 => self.domain_info.insert(NetlogonDomainInfo::default()).read(r)?,
            2 => lsa_policy(r)?,
            _ => {
                let other = ErrorKind::Unsupported("a level that is not specified");
                return Err(WireError::new(other, self.level.span.start, "Level"));
            }
        }
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }
}

/// `NETLOGON_DOMAIN_INFO`, [MS-NRPC] 2.2.1.3.11, without the policy of the local security authority, which
/// is not used, and the members that are reserved.
///
/// ```text
/// NETLOGON_ONE_DOMAIN_INFO PrimaryDomain; ULONG TrustedDomainCount;
/// [size_is(TrustedDomainCount)] PNETLOGON_ONE_DOMAIN_INFO TrustedDomains;
/// NETLOGON_LSA_POLICY_INFO LsaPolicy; RPC_UNICODE_STRING DnsHostNameInDs, DummyString2..4;
/// ULONG WorkstationFlags, SupportedEncTypes, DummyLong3, DummyLong4;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NetlogonDomainInfo<'a> {
    /// The domain of the member.
    pub primary_domain: NetlogonOneDomainInfo<'a>,
    /// How many domains it trusts, itself among them.
    pub trusted_domain_count: Spanned<u32>,
    /// Those domains.
    pub trusted_domains: TrustedDomains<'a>,
    /// The member's DNS name as the directory has it; `None` when NULL.
    pub dns_host_name_in_ds: Option<Spanned<WideText<'a>>>,
    /// Bits: 1 the member learns of inbound trusts, 2 it keeps its service principal names itself.
    pub workstation_flags: Spanned<u32>,
    /// `msDS-SupportedEncryptionTypes` of the member's account; all ones when there is none.
    pub supported_enc_types: Spanned<u32>,
}

impl<'a> NetlogonDomainInfo<'a> {
    fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        let primary = self.primary_domain.read_fixed(r)?;
        self.trusted_domain_count = r.u32("TrustedDomainCount")?;
        let trusted = *r.pointer("TrustedDomains")? != 0;
        let policy = policy_fixed(r)?;
        let host = r.unicode_string_header("DnsHostNameInDs")?;
        let dummies = three_headers(r)?;
        self.workstation_flags = r.u32("WorkstationFlags")?;
        self.supported_enc_types = r.u32("SupportedEncTypes")?;
        r.u32("DummyLong3")?;
        r.u32("DummyLong4")?;
        r.align(r.encoding().word(), "DomBuffer")?;
        self.primary_domain.read_deferred(r, primary)?;
        if trusted {
            let count = r.conformance(NetlogonOneDomainInfo::LEN, "TrustedDomains")?;
            self.trusted_domains = TrustedDomains::read(r, *count)?;
            let mut domains = self.trusted_domains.iter();
            for domain in domains.by_ref() {
                domain?;
            }
            *r = domains.referents;
        }
        if policy {
            policy_deferred(r)?;
        }
        self.dns_host_name_in_ds = r.unicode_string_text(host, "DnsHostNameInDs")?;
        skip_strings(r, dummies)
    }
}

/// `NETLOGON_ONE_DOMAIN_INFO`, [MS-NRPC] 2.2.1.3.10, without the members that are reserved.
///
/// ```text
/// RPC_UNICODE_STRING DomainName, DnsDomainName, DnsForestName; GUID DomainGuid; PRPC_SID DomainSid;
/// RPC_UNICODE_STRING TrustExtension, DummyString2..4; ULONG DummyLong1..4;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NetlogonOneDomainInfo<'a> {
    /// NetBIOS name; `None` when NULL.
    pub domain_name: Option<Spanned<WideText<'a>>>,
    /// DNS name; `None` when NULL.
    pub dns_domain_name: Option<Spanned<WideText<'a>>>,
    /// DNS name of the forest; `None` when NULL: only the member's own domain has it.
    pub dns_forest_name: Option<Spanned<WideText<'a>>>,
    /// GUID; zeros for a domain that has none.
    pub domain_guid: Spanned<Guid>,
    /// SID; `None` when NULL, and in big-endian stubs.
    pub domain_sid: Option<Spanned<Sid<'a>>>,
    /// What the trust is; `None` for the member's own domain.
    pub trust_extension: Option<TrustExtension>,
}

/// Which of the pointers of a [`NetlogonOneDomainInfo`] are not NULL, in their order.
type Present = [bool; 8];

impl<'a> NetlogonOneDomainInfo<'a> {
    /// Octets of the fixed part in the shorter of the two encodings.
    const LEN: usize = 92;

    fn read_fixed(&mut self, r: &mut Ndr<'a>) -> Result<Present, WireError> {
        let name = r.unicode_string_header("DomainName")?;
        let dns = r.unicode_string_header("DnsDomainName")?;
        let forest = r.unicode_string_header("DnsForestName")?;
        self.domain_guid = r.guid("DomainGuid")?;
        let sid = *r.pointer("DomainSid")? != 0;
        let trust = r.unicode_string_header("TrustExtension")?;
        let [two, three, four] = three_headers(r)?;
        for _ in 0..4 {
            r.u32("DummyLong")?;
        }
        Ok([name, dns, forest, sid, trust, two, three, four])
    }

    fn read_deferred(&mut self, r: &mut Ndr<'a>, present: Present) -> Result<(), WireError> {
        let [name, dns, forest, sid, trust, two, three, four] = present;
        self.domain_name = r.unicode_string_text(name, "DomainName")?;
        self.dns_domain_name = r.unicode_string_text(dns, "DnsDomainName")?;
        self.dns_forest_name = r.unicode_string_text(forest, "DnsForestName")?;
        if sid {
            let parts = r.conformance(4, "DomainSid")?;
            // Revision, count and authority stand before the sub-authorities.
            let octets = r.bytes(parts.saturating_mul(4).saturating_add(8), "DomainSid")?;
            self.domain_sid = (r.encoding().order == ByteOrder::Little).then(|| octets.map(Sid));
        }
        if trust {
            self.trust_extension = TrustExtension::read(r)?;
        }
        skip_strings(r, [two, three, four])
    }
}

/// What a trust is: the octets of `TrustExtension`, [MS-NRPC] 2.2.1.3.9, which is a string only by its type.
///
/// ```text
/// ULONG Flags, ParentIndex, TrustType, TrustAttributes;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TrustExtension {
    /// What the domain is to the server: bits as in [`DomainTrust::flags`](super::DomainTrust::flags).
    pub flags: Spanned<u32>,
    /// Index of the parent domain in the list.
    pub parent_index: Spanned<u32>,
    /// What kind of trust.
    pub trust_type: Spanned<u32>,
    /// Attributes of the trust, bits.
    pub trust_attributes: Spanned<u32>,
}

impl TrustExtension {
    /// `None` when there are not sixteen octets.
    fn read(r: &mut Ndr<'_>) -> Result<Option<Self>, WireError> {
        let mut counts = ArrayCounts::default();
        r.array_counts(&mut counts)?;
        let units = r.fits(*counts.actual_count, 2, "TrustExtension")?;
        if units != 8 {
            r.bytes(units.saturating_mul(2), "TrustExtension")?;
            return Ok(None);
        }
        Ok(Some(Self {
            flags: halves(r, "TrustExtension.Flags")?,
            parent_index: halves(r, "TrustExtension.ParentIndex")?,
            trust_type: halves(r, "TrustExtension.TrustType")?,
            trust_attributes: halves(r, "TrustExtension.TrustAttributes")?,
        }))
    }
}

/// A number that was sent as two characters, the lower one first, whatever the byte order of the stub.
fn halves(r: &mut Ndr<'_>, field: &'static str) -> Result<Spanned<u32>, WireError> {
    let (low, high) = (r.u16(field)?, r.u16(field)?);
    Ok(Spanned::new(u32::from(*high) << 16 | u32::from(*low), low.span.to(high.span)))
}

/// The trusted domains of a [`NetlogonDomainInfo`].
#[derive(Clone, Copy, Debug, Default)]
pub struct TrustedDomains<'a> {
    elements: Ndr<'a>,
    /// What the elements point to: it follows the last of them.
    referents: Ndr<'a>,
    count: usize,
}

impl<'a> TrustedDomains<'a> {
    fn read(r: &mut Ndr<'a>, count: usize) -> Result<Self, WireError> {
        r.align(r.encoding().word(), "TrustedDomains")?;
        let elements = *r;
        for _ in 0..count {
            NetlogonOneDomainInfo::default().read_fixed(r)?;
        }
        Ok(Self { elements, referents: *r, count })
    }

    /// The domains in order. An error ends the iteration.
    #[must_use]
    pub const fn iter(&self) -> TrustedDomainIter<'a> {
        TrustedDomainIter { elements: self.elements, referents: self.referents, left: self.count }
    }
}

/// Iterator over [`TrustedDomains`].
#[derive(Clone, Debug)]
pub struct TrustedDomainIter<'a> {
    elements: Ndr<'a>,
    referents: Ndr<'a>,
    left: usize,
}

impl<'a> Iterator for TrustedDomainIter<'a> {
    type Item = Result<NetlogonOneDomainInfo<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let mut domain = NetlogonOneDomainInfo::default();
        let present = domain.read_fixed(&mut self.elements);
        let read = present.and_then(|present| domain.read_deferred(&mut self.referents, present));
        if read.is_err() {
            self.left = 0;
        }
        Some(read.map(|()| domain))
    }
}

impl core::iter::FusedIterator for TrustedDomainIter<'_> {}

fn three_headers(r: &mut Ndr<'_>) -> Result<[bool; 3], WireError> {
    Ok([
        r.unicode_string_header("DummyString2")?,
        r.unicode_string_header("DummyString3")?,
        r.unicode_string_header("DummyString4")?,
    ])
}

fn skip_strings(r: &mut Ndr<'_>, present: [bool; 3]) -> Result<(), WireError> {
    for present in present {
        r.unicode_string_text(present, "DummyString")?;
    }
    Ok(())
}

/// `NETLOGON_LSA_POLICY_INFO`, [MS-NRPC] 2.2.1.3.5: `ULONG LsaPolicySize; [size_is(..)] UCHAR *LsaPolicy`.
fn lsa_policy(r: &mut Ndr<'_>) -> Result<(), WireError> {
    if policy_fixed(r)? { policy_deferred(r) } else { Ok(()) }
}

fn policy_fixed(r: &mut Ndr<'_>) -> Result<bool, WireError> {
    r.align(r.encoding().word(), "LsaPolicy")?;
    r.u32("LsaPolicySize")?;
    Ok(*r.pointer("LsaPolicy")? != 0)
}

fn policy_deferred(r: &mut Ndr<'_>) -> Result<(), WireError> {
    let size = r.conformance(1, "LsaPolicy")?;
    r.bytes(*size, "LsaPolicy").map(|_| ())
}
