//! DNS as a domain controller locator and a domain join use it.
//!
//! A join begins with a question such as `_ldap._tcp.dc._msdcs.corp.example SRV` and ends with a
//! dynamic update that registers the new host. This crate reads both, and says of every value
//! which octets it came from.
//!
//! * [`Message`]: header, questions and the three sections of records (RFC 1035 4.1).
//! * [`Record`] and [`Rdata`]: SRV, A, AAAA, CNAME, NS, PTR, SOA, TXT, OPT, TKEY and TSIG.
//! * [`Update`]: the same message read as a dynamic update (RFC 2136).
//! * [`Frame`]: the two-octet length in front of a message on TCP (RFC 1035 4.2.2).
//! * [`locator`]: which locator record a name is, with its domain, site and GUID.
//! * [`reverse`]: which address a name below `in-addr.arpa` or `ip6.arpa` stands for.
//! * [`nbns`]: what NetBIOS names add on UDP port 137 (RFC 1002).
//!
//! Nothing panics on any input and nothing is allocated. Lists are walked in place, once each;
//! an expanded name has at most 255 octets and follows at most 128 pointers, so the cost of a
//! message is linear in its length.
//!
//! On the wire integers are big-endian; times are in seconds.
//!
//! Features: `std` (default, implies `alloc`) makes a `std::io::Error` of an error; `alloc` is passed on;
//! `serde` serialises messages, in the shape that `adjoin_wire::serialize` describes. Without them
//! nothing but `core` is linked.
//!
//! ```
//! use dns_proto::{Message, RecordType, locator::{self, LocatorKind}};
//!
//! let query = b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\0\
//!     \x05_ldap\x04_tcp\x02dc\x06_msdcs\x04corp\x07example\0\0\x21\0\x01";
//! let message = Message::parse(query)?;
//! let question = message.questions.iter().next().unwrap()?;
//! assert_eq!(*question.rtype, RecordType::SRV);
//!
//! let wanted = locator::classify(*question.name).unwrap();
//! assert_eq!(wanted.kind, LocatorKind::DcLdap);
//! assert_eq!(wanted.domain.to_string(), "corp.example");
//! # Ok::<(), dns_proto::WireError>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

#[cfg(feature = "arbitrary")]
pub mod arbitrary;
mod header;
pub mod locator;
mod message;
pub mod nbns;
mod rdata;
mod record;
pub mod reverse;
#[cfg(feature = "serde")]
mod serialize;
mod tcp;
mod update;

pub use adjoin_wire::{CompressedName, ErrorKind, Partial, Span, Spanned, WireError};
pub use header::{Header, HeaderFlags, Opcode, Rcode};
pub use message::Message;
pub use rdata::{
    CharacterStrings, CharacterStringsIter, Opt, OptOption, OptOptions, OptOptionsIter, Rdata, Soa, Srv,
    Tkey, TkeyMode, Tsig,
};
pub use record::{Class, Question, Questions, QuestionsIter, Record, RecordType, Records, RecordsIter};
pub use tcp::{Frame, Frames};
pub use update::{Change, Prerequisite, Update};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
