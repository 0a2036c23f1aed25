//! What the account and policy calls of a domain join say: [MS-SAMR] and [MS-LSAD].
//!
//! Reads the stubs of requests and responses, in NDR and NDR64 and in both byte orders, when they
//! are not sealed; the PDUs around them are the business of `rpce-proto`.
//!
//! * [`samr`]: connect, look up and open a domain, create, open, change and delete a computer
//!   account, ask whether it may be reused.
//! * [`lsarpc`]: open and query the policy, that is: the domain's names and SID.
//! * [`return_status`]: the NTSTATUS of any operation of both.
//! * [`RpcSid`]: SIDs in the byte order of their stub.
//!
//! Every value knows its octets, a stub that is cut is read up to the cut, nothing is allocated,
//! no input makes it panic. Passwords are passed over.
//!
//! Features: `std` (default, implies `alloc`) makes a `std::io::Error` of an error; `alloc` is passed on;
//! `serde` serialises messages, in the shape that `adjoin_wire::serialize` describes. Without them
//! nothing but `core` is linked.
//!
//! ```
//! use rpce_proto::{ContextHandle, Encoding, NdrWriter};
//! use samr_proto::samr::{Opnum, Response};
//!
//! // What a domain controller answers when the account is there already.
//! let mut w = NdrWriter::new(Encoding::NDR);
//! w.context_handle(ContextHandle::NULL).u32(0).u32(0).u32(0xc000_0063);
//! let stub = w.finish();
//! let reply = Response::parse(Opnum::SAMR_CREATE_USER2_IN_DOMAIN, &stub, Encoding::NDR)?;
//! let Response::CreateUser(reply) = reply else { panic!() };
//! assert_eq!((*reply.status, reply.status.span.start), (0xc000_0063, 28));
//! assert!(reply.user_handle.is_null());
//! # Ok::<(), adjoin_wire::WireError>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate alloc;

pub mod lsarpc;
pub mod samr;
#[cfg(feature = "serde")]
mod serialize;
mod sid;
mod unicode_string;
mod unique_character;

pub use rpce_proto::return_status;
pub use sid::RpcSid;
pub use unicode_string::{NameIter, Names};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
