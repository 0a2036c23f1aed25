//! The Local Security Authority, [MS-LSAD]: what a join asks it.
//!
//! [`Request`] and [`Response`] pick the structure by operation number; operations that are not
//! read give their return value.

mod open;
mod policy;

use adjoin_wire::{Partial, Spanned, WireError};
use rpce_proto::{ContextHandle, Encoding, Ndr};

pub use open::{OpenPolicy, OpenPolicyReply};
pub use policy::{
    DomainInfo, PolicyInformation, PolicyInformationClass, QueryInformationPolicy,
    QueryInformationPolicyReply,
};

use adjoin_wire::open_enum;

open_enum! {
    /// Operation number of the interface, [MS-LSAD] 3.1.4. Constants only for those that are
    /// read here.
    pub struct Opnum(u16);
    /// Close a handle.
    LSAR_CLOSE = 0, "LsarClose";
    /// Open the policy, the oldest form.
    LSAR_OPEN_POLICY = 6, "LsarOpenPolicy";
    /// Ask for a part of the policy.
    LSAR_QUERY_INFORMATION_POLICY = 7, "LsarQueryInformationPolicy";
    /// Open the policy, with the server's whole name.
    LSAR_OPEN_POLICY2 = 44, "LsarOpenPolicy2";
    /// Ask for a part of the policy.
    LSAR_QUERY_INFORMATION_POLICY2 = 46, "LsarQueryInformationPolicy2";
    /// Open the policy, with revisions.
    LSAR_OPEN_POLICY3 = 130, "LsarOpenPolicy3";
}

/// The arguments of a call.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Request<'a> {
    /// 0: the handle.
    Close(Spanned<ContextHandle>),
    /// 6, 44 and 130.
    OpenPolicy(OpenPolicy<'a>),
    /// 7 and 46.
    QueryInformationPolicy(QueryInformationPolicy),
    /// An operation whose arguments are not read here.
    Other(Opnum),
}

impl<'a> Request<'a> {
    /// Reads the whole stub of a request. A verification trailer may follow the arguments.
    ///
    /// # Errors
    /// When the arguments are cut, or contradict NDR.
    pub fn parse(opnum: Opnum, stub: &'a [u8], encoding: Encoding) -> Result<Self, WireError> {
        Self::parse_partial(opnum, stub, encoding).complete()
    }

    /// As much as can be read of the stub of a request.
    #[must_use]
    pub fn parse_partial(opnum: Opnum, stub: &'a [u8], encoding: Encoding) -> Partial<Self> {
        let mut ndr = Ndr::new(stub, encoding);
        let r = &mut ndr;
        let mut partial = match opnum {
            Opnum::LSAR_CLOSE => {
                Partial::fill(|handle| r.context_handle("ObjectHandle").map(|read| *handle = read))
                    .map(Self::Close)
            }
            Opnum::LSAR_OPEN_POLICY | Opnum::LSAR_OPEN_POLICY2 | Opnum::LSAR_OPEN_POLICY3 => {
                Partial::fill(|m: &mut OpenPolicy<'a>| m.read(r, opnum)).map(Self::OpenPolicy)
            }
            Opnum::LSAR_QUERY_INFORMATION_POLICY | Opnum::LSAR_QUERY_INFORMATION_POLICY2 => {
                Partial::fill(|m: &mut QueryInformationPolicy| m.read(r)).map(Self::QueryInformationPolicy)
            }
            _ => return Partial { value: Self::Other(opnum), error: None },
        };
        partial.error = partial.error.or_else(|| ndr.finish_request("stub").err());
        partial
    }
}

/// The results of a call.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Response<'a> {
    /// 6, 44 and 130.
    OpenPolicy(OpenPolicyReply),
    /// 7 and 46.
    QueryInformationPolicy(QueryInformationPolicyReply<'a>),
    /// An operation of which only the return value is read.
    Other {
        /// NTSTATUS.
        status: Spanned<u32>,
    },
}

impl<'a> Response<'a> {
    /// Reads the whole stub of a response.
    ///
    /// # Errors
    /// When the results are cut, contradict NDR, or are followed by other octets.
    pub fn parse(opnum: Opnum, stub: &'a [u8], encoding: Encoding) -> Result<Self, WireError> {
        Self::parse_partial(opnum, stub, encoding).complete()
    }

    /// As much as can be read of the stub of a response. Of [`Response::Other`] give a whole
    /// stub: see [`return_status`](rpce_proto::return_status).
    #[must_use]
    pub fn parse_partial(opnum: Opnum, stub: &'a [u8], encoding: Encoding) -> Partial<Self> {
        let mut ndr = Ndr::new(stub, encoding);
        let r = &mut ndr;
        let mut partial = match opnum {
            Opnum::LSAR_OPEN_POLICY | Opnum::LSAR_OPEN_POLICY2 | Opnum::LSAR_OPEN_POLICY3 => {
                Partial::fill(|m: &mut OpenPolicyReply| m.read(r, opnum)).map(Self::OpenPolicy)
            }
            Opnum::LSAR_QUERY_INFORMATION_POLICY | Opnum::LSAR_QUERY_INFORMATION_POLICY2 => {
                Partial::fill(|m: &mut QueryInformationPolicyReply<'a>| m.read(r))
                    .map(Self::QueryInformationPolicy)
            }
            _ => Partial::fill(|last| r.last_status().map(|status| *last = status))
                .map(|status| Self::Other { status }),
        };
        partial.error = partial.error.or_else(|| ndr.finish("stub").err());
        partial
    }

    /// What the call returned, an NTSTATUS; `None` when the stub ends before it.
    #[must_use]
    pub fn status(&self) -> Option<Spanned<u32>> {
        let status = match self {
            Self::OpenPolicy(m) => m.status,
            Self::QueryInformationPolicy(m) => m.status,
            Self::Other { status } => *status,
        };
        status.reached().map(|_| status)
    }
}
