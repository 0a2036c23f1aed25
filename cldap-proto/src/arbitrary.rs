//! Well-formed LDAP pings and their answers with the values that they hold, to fuzz parsers with
//! (feature `arbitrary`).
//!
//! ```
//! use arbitrary::{Arbitrary, Unstructured};
//! use cldap_proto::arbitrary::Ping;
//! use cldap_proto::{LdapMessage, LdapPing, ProtocolOp};
//!
//! # fn main() -> arbitrary::Result<()> {
//! # let bytes_of_the_fuzzer = [7; 64];
//! let ping = Ping::arbitrary(&mut Unstructured::new(&bytes_of_the_fuzzer))?;
//! let octets = ping.encode();
//! let message = LdapMessage::parse(&octets).expect("it is well-formed");
//! assert_eq!(*message.message_id, ping.message_id);
//! # Ok(())
//! # }
//! ```

use crate::LdapPingBuilder;
use crate::ping::answer;
use ::arbitrary::{Arbitrary, Result, Unstructured};
use adjoin_wire::Guid;
use adjoin_wire::arbitrary::{dns_name, label, octets, optional};
use alloc::string::String;
use alloc::vec::Vec;

/// A message ID: zero is that of notices (RFC 4511 4.1.1.1), and 2,147,483,647 the largest.
fn message_id(u: &mut Unstructured<'_>) -> Result<u32> {
    u.int_in_range(1..=0x7fff_ffff)
}

/// An LDAP ping ([MS-ADTS] 6.3.3): a SearchRequest for the attribute `Netlogon`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ping {
    /// Comes back in the answer.
    pub message_id: u32,
    /// DNS name of the domain.
    pub dns_domain: Option<String>,
    /// NetBIOS name of the client.
    pub host: Option<String>,
    /// The account to look up.
    pub user: Option<String>,
    /// Kinds of account that will do.
    pub aac: Option<u32>,
    /// SID of the domain, in octets.
    pub domain_sid: Option<Vec<u8>>,
    /// GUID of the domain.
    pub domain_guid: Option<Guid>,
    /// `NETLOGON_NT_VERSION` bits.
    pub nt_ver: Option<u32>,
    /// DNS name of the client.
    pub dns_host_name: Option<String>,
    /// Whether the lengths of constructed elements have five octets, as Windows writes them.
    pub long_lengths: bool,
}

impl<'a> Arbitrary<'a> for Ping {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        // Revision 1, four sub-authorities, the authority of Windows.
        let sid = |u: &mut Unstructured<'a>| {
            let mut sid = alloc::vec![1, 4, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0];
            sid.extend(u.arbitrary::<[u8; 12]>()?);
            Ok(sid)
        };
        Ok(Self {
            message_id: message_id(u)?,
            dns_domain: optional(u, dns_name)?,
            host: optional(u, |u| label(u, 15))?,
            user: optional(u, |u| label(u, 20))?,
            aac: u.arbitrary()?,
            domain_sid: optional(u, sid)?,
            domain_guid: u.arbitrary()?,
            nt_ver: u.arbitrary()?,
            dns_host_name: optional(u, dns_name)?,
            long_lengths: u.arbitrary()?,
        })
    }
}

impl Ping {
    /// The datagram.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        LdapPingBuilder {
            message_id: self.message_id,
            dns_domain: self.dns_domain.as_deref(),
            host: self.host.as_deref(),
            user: self.user.as_deref(),
            aac: self.aac,
            domain_sid: self.domain_sid.as_deref(),
            domain_guid: self.domain_guid,
            nt_ver: self.nt_ver,
            dns_host_name: self.dns_host_name.as_deref(),
            long_lengths: self.long_lengths,
        }
        .encode()
    }
}

/// The answer to a ping: a SearchResultEntry with the attribute, and a SearchResultDone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PingAnswer {
    /// That of the ping.
    pub message_id: u32,
    /// `netlogon` or `Netlogon`: domain controllers write it as they were asked, or as they like.
    pub attribute: &'static str,
    /// The attribute's value: any octets. Put an answer of `netlogon-proto`'s generators here.
    pub value: Vec<u8>,
    /// Whether the lengths of constructed elements have five octets.
    pub long_lengths: bool,
}

impl<'a> Arbitrary<'a> for PingAnswer {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            message_id: message_id(u)?,
            attribute: u.choose(&["netlogon", "Netlogon"])?,
            long_lengths: u.arbitrary()?,
            value: octets(u, 300)?,
        })
    }
}

impl PingAnswer {
    /// The datagram: both messages.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        answer(self.message_id, self.attribute, Some(&self.value), self.long_lengths)
    }
}
