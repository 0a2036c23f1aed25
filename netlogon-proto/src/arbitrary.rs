//! Well-formed answers of domain controllers with the values that they hold, to fuzz parsers with
//! (feature `arbitrary`).
//!
//! ```
//! use arbitrary::{Arbitrary, Unstructured};
//! use netlogon_proto::arbitrary::Answer;
//! use netlogon_proto::Message;
//!
//! # fn main() -> arbitrary::Result<()> {
//! # let bytes_of_the_fuzzer = [7; 64];
//! let answer = Answer::arbitrary(&mut Unstructured::new(&bytes_of_the_fuzzer))?;
//! let octets = answer.encode();
//! let Ok(Message::SamLogonResponseEx(read)) = Message::parse(&octets) else { panic!("it is well-formed") };
//! assert_eq!(read.dc_site_name.to_string(), answer.dc_site_name);
//! # Ok(())
//! # }
//! ```

use crate::{DsFlags, Opcode, SamLogonAnswer};
use ::arbitrary::{Arbitrary, Result, Unstructured};
use adjoin_wire::Guid;
use adjoin_wire::arbitrary::{dns_name, label};
use alloc::string::String;
use alloc::vec::Vec;
use core::net::Ipv4Addr;

/// A `NETLOGON_SAM_LOGON_RESPONSE_EX` ([MS-ADTS] 6.3.1.9). An empty name is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// 23, 24 or 25.
    pub opcode: Opcode,
    /// What the domain controller is and runs; also bits without a meaning.
    pub flags: DsFlags,
    /// The domain's GUID.
    pub domain_guid: Guid,
    /// DNS name of the forest: often the end of the domain's, so that the names share octets.
    pub dns_forest_name: String,
    /// DNS name of the domain.
    pub dns_domain_name: String,
    /// DNS name of the domain controller.
    pub dns_host_name: String,
    /// NetBIOS name of the domain.
    pub netbios_domain_name: String,
    /// NetBIOS name of the domain controller.
    pub netbios_computer_name: String,
    /// The account that was asked for.
    pub user_name: String,
    /// The domain controller's site.
    pub dc_site_name: String,
    /// The client's site.
    pub client_site_name: String,
    /// The domain controller's address.
    pub dc_sock_addr: Option<Ipv4Addr>,
    /// The next closest site.
    pub next_closest_site_name: Option<String>,
}

impl<'a> Arbitrary<'a> for Answer {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let upper = |u: &mut Unstructured<'a>| Ok(label(u, 15)?.to_ascii_uppercase());
        let opcodes = [
            Opcode::LOGON_SAM_LOGON_RESPONSE_EX,
            Opcode::LOGON_SAM_PAUSE_RESPONSE_EX,
            Opcode::LOGON_SAM_USER_UNKNOWN_EX,
        ];
        let dns_domain_name = dns_name(u)?;
        let below = |name: &str, u: &mut Unstructured<'a>| -> Result<String> {
            Ok(alloc::format!("{}.{name}", label(u, 15)?))
        };
        let forest = match u.int_in_range(0..=2)? {
            0 => dns_domain_name.clone(),
            1 => dns_domain_name.split_once('.').map_or(&*dns_domain_name, |(_, rest)| rest).into(),
            _ => dns_name(u)?,
        };
        let site = label(u, 30)?;
        Ok(Self {
            opcode: *u.choose(&opcodes)?,
            flags: DsFlags::from_bits_retain(u.arbitrary()?),
            domain_guid: u.arbitrary()?,
            dns_forest_name: forest,
            dns_host_name: below(&dns_domain_name, u)?,
            dns_domain_name,
            netbios_domain_name: upper(u)?,
            netbios_computer_name: upper(u)?,
            user_name: if u.arbitrary()? { label(u, 20)? } else { String::new() },
            client_site_name: if u.arbitrary()? { site.clone() } else { label(u, 30)? },
            dc_site_name: site,
            dc_sock_addr: u.arbitrary::<Option<[u8; 4]>>()?.map(Ipv4Addr::from),
            next_closest_site_name: if u.arbitrary()? { Some(label(u, 30)?) } else { None },
        })
    }
}

impl Answer {
    /// The octets: the value of the attribute `netlogon`, or what a mailslot carries.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let answer = SamLogonAnswer {
            opcode: self.opcode,
            flags: self.flags,
            domain_guid: self.domain_guid,
            dns_forest_name: &self.dns_forest_name,
            dns_domain_name: &self.dns_domain_name,
            dns_host_name: &self.dns_host_name,
            netbios_domain_name: &self.netbios_domain_name,
            netbios_computer_name: &self.netbios_computer_name,
            user_name: &self.user_name,
            dc_site_name: &self.dc_site_name,
            client_site_name: &self.client_site_name,
            dc_sock_addr: self.dc_sock_addr,
            next_closest_site_name: self.next_closest_site_name.as_deref(),
            nt_version: None,
        };
        // The names are those that have an encoding, unless somebody changed them.
        answer.encode().unwrap_or_default()
    }
}
