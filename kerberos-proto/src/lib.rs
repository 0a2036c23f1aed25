//! Reads the clear parts of Kerberos 5 messages.
//!
//! Without any key a Kerberos message still says which service a client wants, in which realm, under
//! which encryption types and key versions, and why it was refused. This crate reads that, with the
//! place of every field, from the messages of RFC 4120 and [MS-KILE]:
//!
//! * [`Message`]: any message, told by its application tag. [`MessageType`] names them.
//! * [`ApReq`], [`ApRep`]: what a client and a server show each other.
//! * [`KdcReq`], [`KdcRep`]: AS and TGS requests and replies; [`KdcReq::ap_req`] is the TGT inside.
//! * [`KrbError`]: error codes, the server's clock, METHOD-DATA, and the NTSTATUS of [MS-KILE].
//! * [`KrbPriv`], [`KrbSafe`], [`KrbCred`]: envelopes. [`TgtReq`], [`TgtRep`]: user to user.
//! * [`PaData`]: pre-authentication; of FAST ([`fast`]) and PKINIT ([`pkinit`]) what is clear.
//! * [`tcp`]: record marks; [`kpasswd`]: RFC 3244.
//! * `encode`: builds AP-REQ, KDC requests and KRB-ERROR, for tests and generators.
//!
//! Reading never panics, never allocates and costs time linear in the input. Lengths need not be
//! minimal, which DER would demand: other readers of these messages accept BER too. Nothing is
//! decrypted.
//!
//! Integers are those of DER; record marks and kpasswd are big-endian, an NTSTATUS is little-endian. Times are
//! UTC, microseconds beside them.
//!
//! Features: `std` (default, implies `alloc`) makes a `std::io::Error` of an error; `alloc` adds the module `encode`;
//! `serde` serialises messages, in the shape that `adjoin_wire::serialize` describes. Without them
//! nothing but `core` is linked.
//!
//! ```
//! use kerberos_proto::{ApReq, Etype, encode};
//!
//! let bytes = encode::ApReq {
//!     ap_options: kerberos_proto::ApOptions::MUTUAL_REQUIRED,
//!     ticket: encode::Ticket {
//!         realm: "CONTOSO.LOCAL",
//!         sname: encode::Name { name_type: kerberos_proto::NameType::SRV_INST, parts: &["cifs", "DC2"] },
//!         enc_part: encode::Encrypted { etype: Etype(18), kvno: Some(3), cipher: &[0; 900] },
//!     },
//!     authenticator: encode::Encrypted { etype: Etype(18), kvno: None, cipher: &[0; 200] },
//! }
//! .to_der();
//!
//! let whole = ApReq::parse(&bytes).unwrap();
//! assert_eq!(whole.ticket.sname.to_string(), "cifs/DC2");
//! assert_eq!(whole.ap_options.to_string(), "mutual-required");
//!
//! // A capture that cut the frame loses only what is behind the cut.
//! let cut = ApReq::parse_partial(&bytes[..200]);
//! assert_eq!(cut.value.ticket.realm.value, "CONTOSO.LOCAL");
//! assert_eq!(*cut.value.ticket.enc_part.cipher_length, 900);
//! assert!(cut.error.unwrap().kind.is_truncated());
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(feature = "alloc", test))]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod ap;
#[cfg(feature = "arbitrary")]
pub mod arbitrary;
mod checksum;
#[cfg(feature = "alloc")]
pub mod encode;
mod encrypted_data;
mod error_code;
mod etype;
pub mod fast;
mod kdc_rep;
mod kdc_req;
pub mod kpasswd;
mod krb_error;
mod message;
mod options;
mod padata;
pub mod pkinit;
mod principal;
mod sequence;
#[cfg(feature = "serde")]
mod serialize;
mod session;
pub mod tcp;
mod ticket;
mod time;
mod user_to_user;

pub use ap::{ApRep, ApReq};
pub use checksum::{Checksum, ChecksumType};
pub use encrypted_data::EncryptedData;
pub use error_code::ErrorCode;
pub use etype::Etype;
pub use kdc_rep::KdcRep;
pub use kdc_req::{HostAddress, KdcReq, KdcReqBody};
pub use krb_error::{ErrorData, KerbErrorData, KerbExtError, KrbError};
pub use message::{Message, MessageType, looks_like};
pub use options::{ApOptions, KdcOptions, PacOptions, SupportedEnctypes};
pub use padata::{EtypeInfoEntry, PaData, PaForUser, PaType};
pub use principal::{NameType, PrincipalName};
pub use sequence::{Element, Elements, SequenceOf};
pub use session::{KrbCred, KrbPriv, KrbSafe};
pub use ticket::Ticket;
pub use time::KerberosTime;
pub use user_to_user::{TgtRep, TgtReq};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
