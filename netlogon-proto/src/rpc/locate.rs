//! Finding domain controllers and domains by RPC: [MS-NRPC] 3.5.4.3.

use adjoin_wire::{Guid, Spanned, WireError};
use rpce_proto::{Ndr, WideText};

use super::Opnum;
use crate::DsFlags;

/// Arguments of `DsrGetDcName`, `DsrGetDcNameEx` and `DsrGetDcNameEx2`, [MS-NRPC] 3.5.4.3.1 to 3.
///
/// ```text
/// [in,unique,string] LOGONSRV_HANDLE ComputerName;
/// [in,unique,string] wchar_t *AccountName; [in] ULONG AllowableAccountControlBits;  /* ..Ex2 */
/// [in,unique,string] wchar_t *DomainName; [in,unique] GUID *DomainGuid;
/// [in,unique,string] wchar_t *SiteName;     /* in the first form: [in,unique] GUID *SiteGuid */
/// [in] ULONG Flags; [out] PDOMAIN_CONTROLLER_INFOW *DomainControllerInfo;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DsrGetDcName<'a> {
    /// The server that is asked; `None` when NULL.
    pub computer_name: Option<Spanned<WideText<'a>>>,
    /// The account that the domain controller must know; only in `DsrGetDcNameEx2`.
    pub account_name: Option<Spanned<WideText<'a>>>,
    /// Which kinds of account; only in `DsrGetDcNameEx2`.
    pub allowable_account_control_bits: Option<Spanned<u32>>,
    /// The domain; `None` when NULL.
    pub domain_name: Option<Spanned<WideText<'a>>>,
    /// The domain's GUID; `None` when NULL.
    pub domain_guid: Option<Spanned<Guid>>,
    /// The site; `None` when NULL.
    pub site_name: Option<Spanned<WideText<'a>>>,
    /// What the domain controller must be: the flags of `DsGetDcName`.
    pub flags: Spanned<u32>,
}

impl<'a> DsrGetDcName<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>, opnum: Opnum) -> Result<(), WireError> {
        self.computer_name = r.unique_string("ComputerName")?;
        if opnum == Opnum::DSR_GET_DC_NAME_EX2 {
            self.account_name = r.unique_string("AccountName")?;
            self.allowable_account_control_bits = Some(r.u32("AllowableAccountControlBits")?);
        }
        self.domain_name = r.unique_string("DomainName")?;
        self.domain_guid = unique_guid(r, "DomainGuid")?;
        if opnum == Opnum::DSR_GET_DC_NAME {
            unique_guid(r, "SiteGuid")?;
        } else {
            self.site_name = r.unique_string("SiteName")?;
        }
        self.flags = r.u32("Flags")?;
        Ok(())
    }
}

fn unique_guid(r: &mut Ndr<'_>, field: &'static str) -> Result<Option<Spanned<Guid>>, WireError> {
    match *r.pointer(field)? {
        0 => Ok(None),
        _ => Ok(Some(r.guid(field)?)),
    }
}

/// Results of the same operations: `DOMAIN_CONTROLLER_INFOW`, [MS-NRPC] 2.2.1.2.1.
///
/// ```text
/// [string,unique] wchar_t *DomainControllerName, *DomainControllerAddress;
/// ULONG DomainControllerAddressType; GUID DomainGuid;
/// [string,unique] wchar_t *DomainName, *DnsForestName; ULONG Flags;
/// [string,unique] wchar_t *DcSiteName, *ClientSiteName;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DsrGetDcNameReply<'a> {
    /// The domain controller, with two backslashes.
    pub domain_controller_name: Option<Spanned<WideText<'a>>>,
    /// Its address as text, with two backslashes.
    pub domain_controller_address: Option<Spanned<WideText<'a>>>,
    /// 1: an IP address; 2: a NetBIOS name. `None` when no domain controller was found.
    pub domain_controller_address_type: Option<Spanned<u32>>,
    /// The domain's GUID.
    pub domain_guid: Option<Spanned<Guid>>,
    /// The domain.
    pub domain_name: Option<Spanned<WideText<'a>>>,
    /// The forest.
    pub dns_forest_name: Option<Spanned<WideText<'a>>>,
    /// What the domain controller is.
    pub flags: Option<Spanned<DsFlags>>,
    /// The domain controller's site.
    pub dc_site_name: Option<Spanned<WideText<'a>>>,
    /// The client's site.
    pub client_site_name: Option<Spanned<WideText<'a>>>,
    /// A Win32 error code.
    pub status: Spanned<u32>,
}

impl<'a> DsrGetDcNameReply<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        if *r.pointer("DomainControllerInfo")? != 0 {
            self.read_info(r)?;
        }
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }

    fn read_info(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        let name = *r.pointer("DomainControllerName")? != 0;
        let address = *r.pointer("DomainControllerAddress")? != 0;
        self.domain_controller_address_type = Some(r.u32("DomainControllerAddressType")?);
        self.domain_guid = Some(r.guid("DomainGuid")?);
        let domain = *r.pointer("DomainName")? != 0;
        let forest = *r.pointer("DnsForestName")? != 0;
        self.flags = Some(r.u32("Flags")?.map(DsFlags::from_bits_retain));
        let dc_site = *r.pointer("DcSiteName")? != 0;
        let client_site = *r.pointer("ClientSiteName")? != 0;
        self.domain_controller_name = deferred(r, name, "DomainControllerName")?;
        self.domain_controller_address = deferred(r, address, "DomainControllerAddress")?;
        self.domain_name = deferred(r, domain, "DomainName")?;
        self.dns_forest_name = deferred(r, forest, "DnsForestName")?;
        self.dc_site_name = deferred(r, dc_site, "DcSiteName")?;
        self.client_site_name = deferred(r, client_site, "ClientSiteName")?;
        Ok(())
    }
}

/// The text of a pointer inside a structure: it follows the structure.
fn deferred<'a>(
    r: &mut Ndr<'a>,
    present: bool,
    field: &'static str,
) -> Result<Option<Spanned<WideText<'a>>>, WireError> {
    if present { Ok(Some(r.string(field)?.text)) } else { Ok(None) }
}

/// Arguments of `DsrGetSiteName`, [MS-NRPC] 3.5.4.3.6:
/// `[in,unique,string] LOGONSRV_HANDLE ComputerName`.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DsrGetSiteName<'a> {
    /// The computer whose site is wanted; `None` when NULL.
    pub computer_name: Option<Spanned<WideText<'a>>>,
}

impl<'a> DsrGetSiteName<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        self.computer_name = r.unique_string("ComputerName")?;
        Ok(())
    }
}

/// Results of `DsrGetSiteName`: `[out,string] wchar_t **SiteName`.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DsrGetSiteNameReply<'a> {
    /// The site; `None` when NULL.
    pub site_name: Option<Spanned<WideText<'a>>>,
    /// A Win32 error code.
    pub status: Spanned<u32>,
}

impl<'a> DsrGetSiteNameReply<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        self.site_name = r.unique_string("SiteName")?;
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }
}

/// Arguments of `DsrEnumerateDomainTrusts`, [MS-NRPC] 3.5.4.7.1.
///
/// ```text
/// [in,unique,string] LOGONSRV_HANDLE ServerName; [in] ULONG Flags;
/// [out] PNETLOGON_TRUSTED_DOMAIN_ARRAY Domains;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DsrEnumerateDomainTrusts<'a> {
    /// The server that is asked; `None` when NULL.
    pub server_name: Option<Spanned<WideText<'a>>>,
    /// Which trusts are wanted.
    pub flags: Spanned<u32>,
}

impl<'a> DsrEnumerateDomainTrusts<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        self.server_name = r.unique_string("ServerName")?;
        self.flags = r.u32("Flags")?;
        Ok(())
    }
}

/// Results of `DsrEnumerateDomainTrusts`.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DsrEnumerateDomainTrustsReply<'a> {
    /// How many domains.
    pub domain_count: Spanned<u32>,
    /// The domains.
    pub domains: DomainTrusts<'a>,
    /// A Win32 error code.
    pub status: Spanned<u32>,
}

impl<'a> DsrEnumerateDomainTrustsReply<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        let word = r.encoding().word();
        r.align(word, "Domains")?;
        self.domain_count = r.u32("DomainCount")?;
        if *r.pointer("Domains")? != 0 {
            // 44 octets is the shorter of the two encodings.
            let count = r.conformance(44, "Domains")?;
            self.domains = DomainTrusts::read(r, *count)?;
            let mut trusts = self.domains.iter();
            for trust in trusts.by_ref() {
                trust?;
            }
            *r = trusts.referents;
        }
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }
}

/// The domains of a [`DsrEnumerateDomainTrustsReply`].
#[derive(Clone, Copy, Debug, Default)]
pub struct DomainTrusts<'a> {
    elements: Ndr<'a>,
    /// Names and SIDs: they follow the last element.
    referents: Ndr<'a>,
    count: usize,
}

impl<'a> DomainTrusts<'a> {
    fn read(r: &mut Ndr<'a>, count: usize) -> Result<Self, WireError> {
        let elements = *r;
        for _ in 0..count {
            DomainTrust::read_element(r)?;
        }
        Ok(Self { elements, referents: *r, count })
    }

    /// The domains in order. An error ends the iteration.
    #[must_use]
    pub const fn iter(&self) -> DomainTrustIter<'a> {
        DomainTrustIter { elements: self.elements, referents: self.referents, left: self.count }
    }
}

/// Iterator over [`DomainTrusts`].
#[derive(Clone, Debug)]
pub struct DomainTrustIter<'a> {
    elements: Ndr<'a>,
    referents: Ndr<'a>,
    left: usize,
}

impl<'a> Iterator for DomainTrustIter<'a> {
    type Item = Result<DomainTrust<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let item = DomainTrust::read(&mut self.elements, &mut self.referents);
        if item.is_err() {
            self.left = 0;
        }
        Some(item)
    }
}

impl core::iter::FusedIterator for DomainTrustIter<'_> {}

/// `DS_DOMAIN_TRUSTSW`, [MS-NRPC] 2.2.1.6.2, without the SID.
///
/// ```text
/// [string] wchar_t *NetbiosDomainName, *DnsDomainName; ULONG Flags, ParentIndex, TrustType,
/// TrustAttributes; PRPC_SID DomainSid; GUID DomainGuid;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DomainTrust<'a> {
    /// NetBIOS name of the domain; `None` when NULL.
    pub netbios_domain_name: Option<Spanned<WideText<'a>>>,
    /// DNS name of the domain; `None` when NULL.
    pub dns_domain_name: Option<Spanned<WideText<'a>>>,
    /// What the domain is to the server, bits.
    pub flags: Spanned<u32>,
    /// Index of the parent domain in the list.
    pub parent_index: Spanned<u32>,
    /// What kind of trust.
    pub trust_type: Spanned<u32>,
    /// Attributes of the trust, bits.
    pub trust_attributes: Spanned<u32>,
    /// GUID of the domain.
    pub domain_guid: Spanned<Guid>,
}

/// Which of an element's three pointers are not NULL.
type Present = [bool; 3];

impl<'a> DomainTrust<'a> {
    fn read_element(r: &mut Ndr<'a>) -> Result<(Self, Present), WireError> {
        let mut trust = Self::default();
        let netbios = *r.pointer("NetbiosDomainName")? != 0;
        let dns = *r.pointer("DnsDomainName")? != 0;
        trust.flags = r.u32("Flags")?;
        trust.parent_index = r.u32("ParentIndex")?;
        trust.trust_type = r.u32("TrustType")?;
        trust.trust_attributes = r.u32("TrustAttributes")?;
        let sid = *r.pointer("DomainSid")? != 0;
        trust.domain_guid = r.guid("DomainGuid")?;
        Ok((trust, [netbios, dns, sid]))
    }

    fn read(elements: &mut Ndr<'a>, referents: &mut Ndr<'a>) -> Result<Self, WireError> {
        let (mut trust, [netbios, dns, sid]) = Self::read_element(elements)?;
        trust.netbios_domain_name = deferred(referents, netbios, "NetbiosDomainName")?;
        trust.dns_domain_name = deferred(referents, dns, "DnsDomainName")?;
        if sid {
            let parts = referents.conformance(4, "DomainSid")?;
            // Revision, count and authority stand before the sub-authorities.
            referents.bytes(parts.saturating_mul(4).saturating_add(8), "DomainSid")?;
        }
        Ok(trust)
    }
}
