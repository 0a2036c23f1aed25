//! Reads GSS-API framing, SPNEGO and NTLMSSP, and finds the message inside any security blob.
//!
//! SMB, LDAP, HTTP and DCE/RPC carry the same blobs, in several layers that may be left out. This
//! crate reads each layer with the place of every field:
//!
//! * [`inner`]: from any blob to the Kerberos, NTLM or Netlogon message in it; [`Token`]: its
//!   outermost layer.
//! * [`InitialContextToken`], [`TokenId`]: the frame of GSS-API and Kerberos' two octets.
//! * [`NegTokenInit`], [`NegTokenResp`]: SPNEGO, with Microsoft's hints. [`Mechanism`] names the
//!   mechanisms.
//! * [`netlogon`]: the first token of the Netlogon secure channel.
//! * [`per_message`]: the headers of Kerberos' MIC and Wrap tokens.
//! * [`ntlm`]: the three messages, flags, names, the server's clock; never the responses themselves.
//!
//! Kerberos messages are handed on as octets. Reading never panics, never allocates and costs time
//! linear in the input.
//!
//! On the wire integers of NTLMSSP are little-endian, the token identifiers of Kerberos big-endian.
//!
//! Features: `std` (default, implies `alloc`) makes a `std::io::Error` of an error; `alloc` adds the module `encode`;
//! `serde` serialises messages, in the shape that `adjoin_wire::serialize` describes. Without them
//! nothing but `core` is linked.
//!
//! ```
//! use gss_proto::{Inner, inner};
//!
//! // A first token of SPNEGO with the start of an NTLM message.
//! let blob = [
//!     0x60, 0x1d, 0x06, 0x06, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x02, // SPNEGO
//!     0xa0, 0x13, 0x30, 0x11, 0xa2, 0x0f, 0x04, 0x0d, // negTokenInit, mechToken
//!     b'N', b'T', b'L', b'M', b'S', b'S', b'P', 0, 1, 0, 0, 0, 0,
//! ];
//! let Some(Inner::Ntlm(message)) = inner(&blob) else { panic!() };
//! assert_eq!((message.span.start, message.span.end), (18, 31));
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

#[cfg(feature = "arbitrary")]
pub mod arbitrary;
#[cfg(feature = "alloc")]
pub mod encode;
mod initial_token;
mod mechanism;
pub mod netlogon;
pub mod ntlm;
pub mod per_message;
#[cfg(feature = "serde")]
mod serialize;
mod spnego;
mod token;

pub use initial_token::{InitialContextToken, TokenId};
pub use mechanism::{MechTypes, MechTypesIter, Mechanism};
pub use spnego::{NegState, NegTokenInit, NegTokenResp};
pub use token::{Inner, Token, inner};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
