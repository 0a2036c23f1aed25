//! LDAP messages (RFC 4511) as a domain join uses them, over UDP (LDAP ping) and over TCP.
//!
//! * [`LdapMessage`] reads one message; [`messages`] all those of a datagram or a stream so far.
//! * [`Filter`] walks a search filter and shows it as text (RFC 4515).
//! * [`LdapPing`] is what a client looking for a domain controller asks ([MS-ADTS] 6.3.3);
//!   [`LdapPingBuilder`] asks it; [`netlogon_value`] is the answer, which `netlogon-proto` reads.
//! * [`ResultCode`] and [`AdErrorText`] say why a domain controller refused.
//!
//! Every field knows its octets. A message that was cut is read up to the cut; nothing panics on
//! any input, and reading allocates nothing.
//!
//! Integers are those of BER; the binary values in an LDAP ping are little-endian. Time limits are in seconds.
//!
//! Features: `std` (default, implies `alloc`) makes a `std::io::Error` of an error; `alloc` adds [`LdapPingBuilder`] and [`ping_answer`];
//! `serde` serialises messages, in the shape that `adjoin_wire::serialize` describes. Without them
//! nothing but `core` is linked.
//!
//! ```
//! use cldap_proto::{LdapMessage, LdapPing, LdapPingBuilder, ProtocolOp};
//!
//! let datagram = LdapPingBuilder {
//!     message_id: 1,
//!     dns_domain: Some("contoso.local"),
//!     host: Some("PC8"),
//!     nt_ver: Some(0x2000_0016),
//!     ..LdapPingBuilder::default()
//! }
//! .encode();
//!
//! let message = LdapMessage::parse(&datagram).unwrap();
//! let ProtocolOp::SearchRequest(search) = message.op else { panic!() };
//! assert_eq!(
//!     search.filter.unwrap().to_string(),
//!     r"(&(DnsDomain=contoso.local)(Host=PC8)(NtVer=\16\00\00\20))"
//! );
//! let ping = LdapPing::of(&search).unwrap();
//! assert_eq!(*ping.dns_domain.unwrap(), "contoso.local");
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(feature = "alloc", test))]
extern crate alloc;

mod ad_error;
#[cfg(feature = "arbitrary")]
pub mod arbitrary;
mod bind;
mod capability;
mod entry;
mod extended;
mod filter;
mod list;
mod message;
mod modify;
mod ping;
mod result;
mod search;
mod secret;
#[cfg(feature = "serde")]
mod serialize;

pub use ad_error::{AdErrorClass, AdErrorText, LogonSubCode};
pub use bind::{Authentication, BindRequest, BindResponse};
pub use capability::capability_name;
pub use entry::{Attribute, Attributes, SearchResultEntry, netlogon_value};
pub use extended::{ExtendedRequest, ExtendedResponse, oid_name};
pub use filter::{AttributeValueAssertion, Filter, FilterKind, Filters, MatchingRule, Substring, Substrings};
pub use list::{Octets, OctetsIter};
pub use message::{Control, Controls, LdapMessage, Messages, ProtocolOp, UnknownOp, messages};
pub use modify::{AddRequest, Change, ChangeOperation, Changes, DelRequest, ModifyDnRequest, ModifyRequest};
#[cfg(feature = "alloc")]
pub use ping::ping_answer;
pub use ping::{LdapPing, LdapPingBuilder};
pub use result::{LdapResult, ResultCode};
pub use search::{DerefAliases, Scope, SearchRequest, SearchResultReference};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
