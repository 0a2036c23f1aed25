//! What a domain controller says in an LDAP ping or a mailslot ping: [MS-ADTS] 6.3.
//!
//! A client that joins a domain asks a domain controller over UDP 389 who it is. The answer is
//! the value of the attribute `netlogon`; this crate reads that value, and the messages of the
//! older mailslot form. LDAP itself is not read here (`cldap-proto` does that).
//!
//! * [`Message`] picks the structure by [`Opcode`] and [`NtVersion`]; each structure can also be
//!   read by itself.
//! * [`DsFlags`] names every flag up to Windows Server 2025 and keeps the bits that nobody knows.
//! * [`SamLogonAnswer`] writes the extended answer, names compressed, for tests and for programs
//!   that play a domain controller.
//! * [`rpc`] reads the calls of the Netlogon RPC interface, [MS-NRPC], where they are not sealed.
//!
//! Every field knows its octets. A message that was cut is read up to the cut; nothing panics on
//! any input, and reading allocates nothing.
//!
//! On the wire integers are little-endian; of the two forms of an IPv4 address each says its own order. Those of
//! stubs have the byte order of their encoding.
//!
//! Features: `std` (default, implies `alloc`) makes a `std::io::Error` of an error; `alloc` adds [`SamLogonAnswer`];
//! `serde` serialises messages, in the shape that `adjoin_wire::serialize` describes. Without them
//! nothing but `core` is linked.
//!
//! ```
//! use netlogon_proto::{DsFlags, Message, Opcode, SamLogonAnswer};
//!
//! let value = SamLogonAnswer {
//!     flags: DsFlags::LDAP | DsFlags::DS | DsFlags::WRITABLE,
//!     dns_forest_name: "contoso.local",
//!     dns_domain_name: "contoso.local",
//!     dns_host_name: "DC2.contoso.local",
//!     ..SamLogonAnswer::default()
//! }
//! .encode()
//! .unwrap();
//!
//! let Ok(Message::SamLogonResponseEx(answer)) = Message::parse(&value) else { panic!() };
//! assert_eq!(*answer.opcode, Opcode::LOGON_SAM_LOGON_RESPONSE_EX);
//! assert_eq!(answer.dns_host_name.to_string(), "DC2.contoso.local");
//! assert_eq!((answer.flags.span.start, answer.flags.span.end), (4, 8));
//! assert!(!answer.flags.contains(DsFlags::KDC));
//! assert_eq!(answer.flags.to_string(), "LDAP DS WRITABLE");
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(feature = "alloc", test))]
extern crate alloc;

mod announcement;
#[cfg(feature = "arbitrary")]
pub mod arbitrary;
#[cfg(feature = "alloc")]
mod encode;
mod flags;
mod lan_manager;
mod message;
mod opcode;
mod primary;
mod request;
mod response;
mod response_ex;
pub mod rpc;
#[cfg(feature = "serde")]
mod serialize;
mod sid;
mod version;

pub use announcement::{DbChange, DbChangeInfo, DbChangeInfoIter, DbChangeInfos};
#[cfg(feature = "alloc")]
pub use encode::{EncodeError, SamLogonAnswer};
pub use flags::{DsFlags, FlagInfo};
pub use lan_manager::{LogonRequest, LogonResponse2};
pub use message::{Message, UnknownMessage};
pub use opcode::Opcode;
pub use primary::{LogonPrimaryQuery, PrimaryResponse};
pub use request::SamLogonRequest;
pub use response::{SamLogonResponse, SamLogonResponseNt40};
pub use response_ex::{DcSockAddr, SamLogonResponseEx};
pub use sid::Sid;
pub use version::NtVersion;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
