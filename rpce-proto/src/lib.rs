//! Connection-oriented DCE/RPC as Windows and Samba speak it.
//!
//! Reads the PDUs of C706 chapter 12 with the extensions of [MS-RPCE], in both byte orders, and
//! gives the primitives of NDR and NDR64 from which an interface's stubs are read. What a stub
//! means is the business of that interface's crate.
//!
//! * [`Pdu`] and [`Body`]: the whole PDU; [`frag_length`] and [`looks_like_pdu`] for streams.
//! * [`Bind`], [`BindAck`], [`BindNak`], [`negotiated`]: presentation contexts.
//! * [`Request`], [`Response`], [`Fault`], [`VerificationTrailer`]: calls.
//! * [`AuthTrailer`]: who authenticates how; the token itself is SPNEGO, NTLM, ...
//! * [`SyntaxId`], [`TransferSyntax`], [`BindTimeFeatures`].
//! * [`Ndr`], [`Encoding`]: stubs. [`NdrWriter`] and [`PduWriter`] write test traffic.
//! * [`interface_name`], [`opnum_name`].
//!
//! Nothing is allocated while reading, no input makes it panic, and a PDU that is cut is given as
//! far as it goes.
//!
//! Features: `std` (default, implies `alloc`) makes a `std::io::Error` of an error; `alloc` adds [`PduWriter`] and [`NdrWriter`];
//! `serde` serialises messages, in the shape that `adjoin_wire::serialize` describes. Without them
//! nothing but `core` is linked.
//!
//! ```
//! use rpce_proto::{Body, Pdu, TransferSyntax, negotiated};
//! # use rpce_proto::{BindTimeFeatures, ContextResult, OfferedContext, PduType, PduWriter, ProviderReason, SyntaxId};
//! # let epm = SyntaxId::new("e1af8308-5d1f-11c9-91a4-08002b14a0fa".parse()?, 3, 0);
//! # let offer = SyntaxId::offering(BindTimeFeatures::all());
//! # let w = PduWriter::default();
//! # let bind = w.bind(PduType::BIND, 0, &[
//! #     OfferedContext { p_cont_id: 0, abstract_syntax: epm, transfer_syntaxes: &[SyntaxId::NDR] },
//! #     OfferedContext { p_cont_id: 1, abstract_syntax: epm, transfer_syntaxes: &[SyntaxId::NDR64] },
//! #     OfferedContext { p_cont_id: 2, abstract_syntax: epm, transfer_syntaxes: &[offer] }])?;
//! # let refused = PduWriter::refusal(ProviderReason::PROPOSED_TRANSFER_SYNTAXES_NOT_SUPPORTED);
//! # let ack = w.bind_ack(PduType::BIND_ACK, 0x1a2b, "135", &[
//! #     refused,
//! #     (ContextResult::ACCEPTANCE, 0, SyntaxId::NDR64),
//! #     (ContextResult::NEGOTIATE_ACK, 3, SyntaxId::default())])?;
//! let (bind, ack) = (Pdu::parse(&bind)?, Pdu::parse(&ack)?);
//! let (Body::Bind(bind), Body::BindAck(ack)) = (bind.body, ack.body) else { panic!() };
//! let accepted: Vec<_> = negotiated(&bind, &ack).filter(|(_, answer)| answer.is_accepted()).collect();
//! let (context, answer) = accepted[0];
//! assert_eq!(*context.p_cont_id, 1);
//! assert_eq!(answer.transfer_syntax.transfer_syntax(), TransferSyntax::Ndr64);
//!
//! // Feature negotiation is answered by negotiate_ack: not a rejection.
//! let last = ack.results.iter().last().unwrap()?;
//! assert!(!last.is_rejected());
//! assert_eq!(last.features().unwrap().bits(), 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(feature = "alloc", test))]
extern crate alloc;

#[cfg(feature = "arbitrary")]
pub mod arbitrary;
mod auth;
mod bind;
mod call;
#[cfg(feature = "alloc")]
mod encode;
mod fault;
mod header;
mod ndr;
mod opnums;
mod order;
mod pdu;
#[cfg(feature = "serde")]
mod serialize;
mod stub;
mod syntax;
mod verification;

pub use auth::{AuthLevel, AuthTrailer, AuthType, SEC_TRAILER_LEN};
pub use bind::{
    Bind, BindAck, BindNak, ContextAnswer, ContextIter, ContextResult, Contexts, PresentationContext,
    ProviderReason, RejectReason, ResultIter, Results, TransferSyntaxes, negotiated,
};
pub use call::{Fault, FaultFlags, Request, Response};
#[cfg(feature = "alloc")]
pub use encode::{AuthToken, OfferedContext, PduWriter, TooLong};
pub use fault::FaultStatus;
pub use header::{
    CommonHeader, Drep, FRAG_LENGTH_END, HEADER_LEN, PduType, PfcFlags, frag_length, looks_like_pdu,
};
#[cfg(feature = "alloc")]
pub use ndr::NdrWriter;
pub use ndr::{ArrayCounts, ContextHandle, Encoding, Ndr, NdrString, NdrSyntax, WideText};
pub use opnums::{interface_name, opnum_name};
pub use order::ByteOrder;
pub use pdu::{Body, Pdu};
pub use stub::return_status;
pub use syntax::{BindTimeFeatures, SyntaxId, TransferSyntax};
pub use verification::{VerificationCommand, VerificationTrailer};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
