//! Writes the extended answer, [MS-ADTS] 6.3.1.9.

use crate::{DcSockAddr, DsFlags, NtVersion, Opcode};
use adjoin_wire::{Guid, MAX_NAME};
use alloc::vec::Vec;
use core::fmt;
use core::net::Ipv4Addr;

/// The values of a `NETLOGON_SAM_LOGON_RESPONSE_EX`; [`SamLogonAnswer::encode`] writes it.
///
/// Names are given as text with dots between labels; an empty text is an absent name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SamLogonAnswer<'a> {
    /// 23, 24 or 25; the default is 23.
    pub opcode: Opcode,
    /// What the domain controller is and runs.
    pub flags: DsFlags,
    /// The domain's GUID.
    pub domain_guid: Guid,
    /// DNS name of the forest.
    pub dns_forest_name: &'a str,
    /// DNS name of the domain.
    pub dns_domain_name: &'a str,
    /// DNS name of the domain controller.
    pub dns_host_name: &'a str,
    /// NetBIOS name of the domain.
    pub netbios_domain_name: &'a str,
    /// NetBIOS name of the domain controller.
    pub netbios_computer_name: &'a str,
    /// The account that was asked for.
    pub user_name: &'a str,
    /// The domain controller's site.
    pub dc_site_name: &'a str,
    /// The client's site.
    pub client_site_name: &'a str,
    /// The domain controller's address, if it shall be in the answer.
    pub dc_sock_addr: Option<Ipv4Addr>,
    /// The next closest site, if it shall be in the answer.
    pub next_closest_site_name: Option<&'a str>,
    /// NtVersion, when it shall not be what the optional fields make it.
    pub nt_version: Option<NtVersion>,
}

impl Default for SamLogonAnswer<'_> {
    fn default() -> Self {
        Self {
            opcode: Opcode::LOGON_SAM_LOGON_RESPONSE_EX,
            flags: DsFlags::empty(),
            domain_guid: Guid::NIL,
            dns_forest_name: "",
            dns_domain_name: "",
            dns_host_name: "",
            netbios_domain_name: "",
            netbios_computer_name: "",
            user_name: "",
            dc_site_name: "",
            client_site_name: "",
            dc_sock_addr: None,
            next_closest_site_name: None,
            nt_version: None,
        }
    }
}

/// A value has no encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeError {
    /// The field, spelled as the specification spells it.
    pub field: &'static str,
    /// Why.
    pub reason: &'static str,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.reason)
    }
}

impl core::error::Error for EncodeError {}

impl SamLogonAnswer<'_> {
    /// The octets of the message: the value of the attribute `netlogon`.
    ///
    /// Names are compressed as domain controllers do it: the longest run of labels at the end of
    /// a name that was written before, in the same case, becomes a pointer.
    ///
    /// # Errors
    /// A label that is empty or longer than 63 octets, a name of more than 255 octets, or an
    /// opcode of another message.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        if !self.opcode.is_extended() {
            return Err(EncodeError { field: "Opcode", reason: "not 23, 24 or 25" });
        }
        let mut out = Vec::new();
        out.extend(self.opcode.0.to_le_bytes());
        out.extend([0, 0]);
        out.extend(self.flags.bits().to_le_bytes());
        out.extend(self.domain_guid.to_le_bytes());

        let mut names = Names::default();
        names.write(&mut out, self.dns_forest_name, "DnsForestName")?;
        names.write(&mut out, self.dns_domain_name, "DnsDomainName")?;
        names.write(&mut out, self.dns_host_name, "DnsHostName")?;
        names.write(&mut out, self.netbios_domain_name, "NetbiosDomainName")?;
        names.write(&mut out, self.netbios_computer_name, "NetbiosComputerName")?;
        names.write(&mut out, self.user_name, "UserName")?;
        names.write(&mut out, self.dc_site_name, "DcSiteName")?;
        names.write(&mut out, self.client_site_name, "ClientSiteName")?;

        let mut version = NtVersion::V1 | NtVersion::V5EX;
        if let Some(address) = self.dc_sock_addr {
            version |= NtVersion::V5EX_WITH_IP;
            out.extend([DcSockAddr::LEN, 2, 0, 0, 0]);
            out.extend(address.octets());
            out.extend([0; 8]);
        }
        if let Some(site) = self.next_closest_site_name {
            version |= NtVersion::WITH_CLOSEST_SITE;
            names.write(&mut out, site, "NextClosestSiteName")?;
        }
        out.extend(self.nt_version.unwrap_or(version).bits().to_le_bytes());
        out.extend([0xff; 4]);
        Ok(out)
    }
}

/// Every run of labels that ends a name written so far, and its offset.
#[derive(Default)]
struct Names<'a> {
    written: Vec<(&'a str, u16)>,
}

impl<'a> Names<'a> {
    fn write(&mut self, out: &mut Vec<u8>, name: &'a str, field: &'static str) -> Result<(), EncodeError> {
        let fail = |reason| Err(EncodeError { field, reason });
        let mut rest = name.strip_suffix('.').unwrap_or(name);
        // Each label costs its length octet, the end one octet more.
        if rest.len().saturating_add(2) > MAX_NAME {
            return fail("the name is longer than 255 octets");
        }
        while !rest.is_empty() {
            if let Some((_, offset)) = self.written.iter().find(|(text, _)| *text == rest) {
                out.extend((0xc000 | offset).to_be_bytes());
                return Ok(());
            }
            // A pointer has 14 bits.
            if let Some(offset) = u16::try_from(out.len()).ok().filter(|offset| *offset < 0x4000) {
                self.written.push((rest, offset));
            }
            let (label, tail) = rest.split_once('.').unwrap_or((rest, ""));
            let length = match u8::try_from(label.len()) {
                Ok(0) => return fail("a label is empty"),
                Ok(length) if length < 0x40 => length,
                _ => return fail("a label is longer than 63 octets"),
            };
            out.push(length);
            out.extend(label.as_bytes());
            rest = tail;
        }
        out.push(0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn names_without_an_encoding_are_refused() {
        let long: String = core::iter::repeat_n('a', 64).collect();
        for bad in ["a..b", ".", &long] {
            let bad = SamLogonAnswer { dns_host_name: bad, ..SamLogonAnswer::default() };
            let outcome = bad.encode();
            assert!(bad.dns_host_name == "." || outcome.is_err(), "{bad:?}");
        }
        let opcode = SamLogonAnswer { opcode: Opcode(19), ..SamLogonAnswer::default() };
        assert_eq!(opcode.encode().unwrap_err().field, "Opcode");
    }
}
