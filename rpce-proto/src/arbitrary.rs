//! Well-formed PDUs with the values that they hold, to fuzz parsers with (feature `arbitrary`).
//!
//! ```
//! use arbitrary::{Arbitrary, Unstructured};
//! use rpce_proto::arbitrary::AnyPdu;
//! use rpce_proto::Pdu;
//!
//! # fn main() -> arbitrary::Result<()> {
//! # let bytes_of_the_fuzzer = [7; 64];
//! let pdu = AnyPdu::arbitrary(&mut Unstructured::new(&bytes_of_the_fuzzer))?;
//! let octets = pdu.encode();
//! let read = Pdu::parse(&octets).expect("it is well-formed");
//! assert_eq!(*read.header.call_id, pdu.call_id);
//! # Ok(())
//! # }
//! ```

use crate::{
    AuthLevel, AuthToken, AuthType, ByteOrder, ContextHandle, ContextResult, Encoding, FaultStatus,
    NdrSyntax, OfferedContext, PduType, PduWriter, SyntaxId,
};
use ::arbitrary::{Arbitrary, Result, Unstructured};
use adjoin_wire::Guid;
use adjoin_wire::arbitrary::{label, octets};
use alloc::string::String;
use alloc::vec::Vec;

/// Most octets of a stub or a token.
const MAX_OCTETS: usize = 1000;

impl<'a> Arbitrary<'a> for SyntaxId {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        // Random octets never say NDR.
        Ok(match u.int_in_range(0..=3)? {
            0 => Self::NDR,
            1 => Self::NDR64,
            _ => Self { uuid: u.arbitrary()?, version: u.arbitrary()? },
        })
    }
}

impl<'a> Arbitrary<'a> for Encoding {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let ndr = if u.arbitrary()? { NdrSyntax::Ndr64 } else { NdrSyntax::Ndr };
        Ok(Self { ndr, order: u.arbitrary()? })
    }
}

impl<'a> Arbitrary<'a> for ByteOrder {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(if u.arbitrary()? { Self::Big } else { Self::Little })
    }
}

impl<'a> Arbitrary<'a> for ContextHandle {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        if u.arbitrary()? {
            return Ok(Self::NULL);
        }
        Ok(Self { attributes: u.arbitrary()?, uuid: u.arbitrary()? })
    }
}

/// A presentation context that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Its number.
    pub p_cont_id: u16,
    /// The interface.
    pub abstract_syntax: SyntaxId,
    /// The encodings.
    pub transfer_syntaxes: Vec<SyntaxId>,
}

impl<'a> Arbitrary<'a> for Context {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let count = u.int_in_range(1..=3)?;
        Ok(Self {
            p_cont_id: u.arbitrary()?,
            abstract_syntax: u.arbitrary()?,
            transfer_syntaxes: (0..count).map(|_| u.arbitrary()).collect::<Result<_>>()?,
        })
    }
}

/// What a PDU says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnyBody {
    /// `bind` or `alter_context`.
    Bind {
        /// `alter_context`.
        alter: bool,
        /// Association group.
        assoc_group_id: u32,
        /// Presentation contexts.
        contexts: Vec<Context>,
    },
    /// `bind_ack`.
    BindAck {
        /// Association group.
        assoc_group_id: u32,
        /// The secondary address: a port or a pipe.
        sec_addr: String,
        /// Result, reason and encoding of each context.
        results: Vec<(ContextResult, u16, SyntaxId)>,
    },
    /// `request`.
    Request {
        /// Presentation context.
        p_cont_id: u16,
        /// The call's number.
        opnum: u16,
        /// The object.
        object: Option<Guid>,
        /// Arguments: any octets.
        stub: Vec<u8>,
    },
    /// `response`.
    Response {
        /// Presentation context.
        p_cont_id: u16,
        /// Results: any octets.
        stub: Vec<u8>,
    },
    /// `fault`.
    Fault {
        /// Presentation context.
        p_cont_id: u16,
        /// Why.
        status: FaultStatus,
    },
}

impl<'a> Arbitrary<'a> for AnyBody {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let kind = u.int_in_range(0..=4)?;
        let many = u.int_in_range(1..=4)?;
        Ok(match kind {
            0 => Self::Bind {
                alter: u.arbitrary()?,
                assoc_group_id: u.arbitrary()?,
                contexts: (0..many).map(|_| u.arbitrary()).collect::<Result<_>>()?,
            },
            1 => Self::BindAck {
                assoc_group_id: u.arbitrary()?,
                sec_addr: label(u, 12)?,
                results: (0..many)
                    .map(|_| {
                        Ok((ContextResult(u.int_in_range(0..=3)?), u.int_in_range(0..=3)?, u.arbitrary()?))
                    })
                    .collect::<Result<_>>()?,
            },
            2 => Self::Request {
                p_cont_id: u.arbitrary()?,
                opnum: u.arbitrary()?,
                object: u.arbitrary()?,
                stub: octets(u, MAX_OCTETS)?,
            },
            3 => Self::Response { p_cont_id: u.arbitrary()?, stub: octets(u, MAX_OCTETS)? },
            _ => Self::Fault { p_cont_id: u.arbitrary()?, status: FaultStatus(u.arbitrary()?) },
        })
    }
}

/// The trailer of an authenticated PDU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    /// Provider.
    pub auth_type: AuthType,
    /// Level.
    pub auth_level: AuthLevel,
    /// Security context.
    pub auth_context_id: u32,
    /// The token: any octets. Put a token of `gss-proto`'s generators here.
    pub auth_value: Vec<u8>,
}

impl<'a> Arbitrary<'a> for Auth {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut auth_value = octets(u, MAX_OCTETS)?;
        // Without a token there is no trailer.
        if auth_value.is_empty() {
            auth_value.push(0);
        }
        Ok(Self {
            auth_type: AuthType(*u.choose(&[9, 10, 16, 68])?),
            auth_level: AuthLevel(u.int_in_range(1..=6)?),
            auth_context_id: u.arbitrary()?,
            auth_value,
        })
    }
}

/// A connection-oriented PDU (C706 12.6, [MS-RPCE]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyPdu {
    /// Byte order of all integers.
    pub order: ByteOrder,
    /// Call id.
    pub call_id: u32,
    /// What it says.
    pub body: AnyBody,
    /// The trailer.
    pub auth: Option<Auth>,
}

impl<'a> Arbitrary<'a> for AnyPdu {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            order: u.arbitrary()?,
            call_id: u.arbitrary()?,
            body: u.arbitrary()?,
            auth: u.arbitrary()?,
        })
    }
}

impl AnyPdu {
    /// The octets.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let auth = self.auth.as_ref().map(|auth| AuthToken {
            auth_type: auth.auth_type,
            auth_level: auth.auth_level,
            auth_context_id: auth.auth_context_id,
            auth_value: &auth.auth_value,
        });
        let writer = PduWriter { order: self.order, call_id: self.call_id, auth, ..PduWriter::default() };
        let written = match &self.body {
            AnyBody::Bind { alter, assoc_group_id, contexts } => {
                let offered: Vec<_> = contexts
                    .iter()
                    .map(|context| OfferedContext {
                        p_cont_id: context.p_cont_id,
                        abstract_syntax: context.abstract_syntax,
                        transfer_syntaxes: &context.transfer_syntaxes,
                    })
                    .collect();
                let kind = if *alter { PduType::ALTER_CONTEXT } else { PduType::BIND };
                writer.bind(kind, *assoc_group_id, &offered)
            }
            AnyBody::BindAck { assoc_group_id, sec_addr, results } => {
                writer.bind_ack(PduType::BIND_ACK, *assoc_group_id, sec_addr, results)
            }
            AnyBody::Request { p_cont_id, opnum, object, stub } => {
                writer.request(*p_cont_id, *opnum, *object, stub)
            }
            AnyBody::Response { p_cont_id, stub } => writer.response(*p_cont_id, stub),
            AnyBody::Fault { p_cont_id, status } => writer.fault(*p_cont_id, *status),
        };
        // What is generated fits; what somebody made longer doesn't.
        written.unwrap_or_default()
    }
}
