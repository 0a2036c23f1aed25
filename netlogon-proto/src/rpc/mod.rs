//! The Netlogon Remote Protocol, [MS-NRPC]: what the stubs of a join's calls say when they are
//! not sealed. The first two calls of every secure channel never are.
//!
//! * [`Request`] and [`Response`] pick the structure by operation number; operations that are not
//!   read give their return value.
//! * [`NegotiateFlags`] names every flag, [`SecureChannelType`] every kind of channel.
//! * [`return_status`] is the return value of any operation.
//!
//! Stubs come without the PDU around them; NDR and NDR64 in both byte orders are read. Challenges
//! and credentials are never printed.
//!
//! ```
//! use netlogon_proto::rpc::{NegotiateFlags, Opnum, Response};
//! use rpce_proto::{Encoding, NdrWriter};
//!
//! let mut w = NdrWriter::new(Encoding::NDR);
//! w.bytes(&[0; 8]).u32(0x4000_0004).u32(0).u32(0xc000_0388);
//! let stub = w.finish();
//! let reply = Response::parse(Opnum::NETR_SERVER_AUTHENTICATE3, &stub, Encoding::NDR)?;
//! let Response::ServerAuthenticate(reply) = reply else { panic!() };
//! let flags = reply.negotiate_flags.unwrap();
//! assert!(!flags.contains(NegotiateFlags::SUPPORTS_AES));
//! assert_eq!((flags.span.start, *reply.status), (8, 0xc000_0388));
//! # Ok::<(), adjoin_wire::WireError>(())
//! ```

mod channel;
mod credential;
mod domain_info;
mod flags;
mod locate;
mod opnum;

use adjoin_wire::{Partial, Spanned, WireError};
use rpce_proto::{Encoding, Ndr, WideText};

pub use channel::{
    LogonGetCapabilities, LogonGetCapabilitiesReply, LogonGetDomainInfo, ServerAuthenticate,
    ServerAuthenticateReply, ServerPasswordSet, ServerReqChallenge, ServerReqChallengeReply,
};
pub use credential::Credential;
pub use domain_info::{
    LogonGetDomainInfoReply, NetlogonDomainInfo, NetlogonOneDomainInfo, TrustExtension, TrustedDomainIter,
    TrustedDomains,
};
pub use flags::NegotiateFlags;
pub use locate::{
    DomainTrust, DomainTrustIter, DomainTrusts, DsrEnumerateDomainTrusts, DsrEnumerateDomainTrustsReply,
    DsrGetDcName, DsrGetDcNameReply, DsrGetSiteName, DsrGetSiteNameReply,
};
pub use opnum::{Opnum, SecureChannelType};
pub use rpce_proto::return_status;

/// The arguments of a call.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Request<'a> {
    /// 4.
    ServerReqChallenge(ServerReqChallenge<'a>),
    /// 5, 15, 26 and 59.
    ServerAuthenticate(ServerAuthenticate<'a>),
    /// 6 and 30.
    ServerPasswordSet(ServerPasswordSet<'a>),
    /// 21.
    LogonGetCapabilities(LogonGetCapabilities<'a>),
    /// 29.
    LogonGetDomainInfo(LogonGetDomainInfo<'a>),
    /// 20, 27 and 34.
    DsrGetDcName(DsrGetDcName<'a>),
    /// 28.
    DsrGetSiteName(DsrGetSiteName<'a>),
    /// 40.
    DsrEnumerateDomainTrusts(DsrEnumerateDomainTrusts<'a>),
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
            Opnum::NETR_SERVER_REQ_CHALLENGE => {
                Partial::fill(|m: &mut ServerReqChallenge<'a>| m.read(r)).map(Self::ServerReqChallenge)
            }
            Opnum::NETR_SERVER_AUTHENTICATE
            | Opnum::NETR_SERVER_AUTHENTICATE2
            | Opnum::NETR_SERVER_AUTHENTICATE3
            | Opnum::NETR_SERVER_AUTHENTICATE_KERBEROS => {
                Partial::fill(|m: &mut ServerAuthenticate<'a>| m.read(r, opnum)).map(Self::ServerAuthenticate)
            }
            Opnum::NETR_SERVER_PASSWORD_SET | Opnum::NETR_SERVER_PASSWORD_SET2 => {
                Partial::fill(|m: &mut ServerPasswordSet<'a>| m.read(r)).map(Self::ServerPasswordSet)
            }
            Opnum::NETR_LOGON_GET_CAPABILITIES => {
                Partial::fill(|m: &mut LogonGetCapabilities<'a>| m.read(r)).map(Self::LogonGetCapabilities)
            }
            Opnum::NETR_LOGON_GET_DOMAIN_INFO => {
                Partial::fill(|m: &mut LogonGetDomainInfo<'a>| m.read(r)).map(Self::LogonGetDomainInfo)
            }
            Opnum::DSR_GET_DC_NAME | Opnum::DSR_GET_DC_NAME_EX | Opnum::DSR_GET_DC_NAME_EX2 => {
                Partial::fill(|m: &mut DsrGetDcName<'a>| m.read(r, opnum)).map(Self::DsrGetDcName)
            }
            Opnum::DSR_GET_SITE_NAME => {
                Partial::fill(|m: &mut DsrGetSiteName<'a>| m.read(r)).map(Self::DsrGetSiteName)
            }
            Opnum::DSR_ENUMERATE_DOMAIN_TRUSTS => {
                Partial::fill(|m: &mut DsrEnumerateDomainTrusts<'a>| m.read(r))
                    .map(Self::DsrEnumerateDomainTrusts)
            }
            _ => return Partial { value: Self::Other(opnum), error: None },
        };
        partial.error = partial.error.or_else(|| ndr.finish_request("stub").err());
        partial
    }

    /// The server that the client means, whatever the argument is called: `None` when NULL, not
    /// reached or not read.
    #[must_use]
    pub fn server_name(&self) -> Option<Spanned<WideText<'a>>> {
        match self {
            Self::ServerReqChallenge(m) => m.primary_name,
            Self::ServerAuthenticate(m) => m.primary_name,
            Self::ServerPasswordSet(m) => m.primary_name,
            Self::LogonGetCapabilities(m) => m.server_name.reached().map(|_| m.server_name),
            Self::LogonGetDomainInfo(m) => m.server_name.reached().map(|_| m.server_name),
            Self::DsrGetDcName(m) => m.computer_name,
            Self::DsrGetSiteName(m) => m.computer_name,
            Self::DsrEnumerateDomainTrusts(m) => m.server_name,
            Self::Other(_) => None,
        }
    }
}

/// The results of a call.
#[allow(clippy::large_enum_variant, reason = "lives on the stack, one at a time")]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Response<'a> {
    /// 4.
    ServerReqChallenge(ServerReqChallengeReply),
    /// 5, 15, 26 and 59.
    ServerAuthenticate(ServerAuthenticateReply),
    /// 21.
    LogonGetCapabilities(LogonGetCapabilitiesReply),
    /// 29.
    LogonGetDomainInfo(LogonGetDomainInfoReply<'a>),
    /// 20, 27 and 34.
    DsrGetDcName(DsrGetDcNameReply<'a>),
    /// 28.
    DsrGetSiteName(DsrGetSiteNameReply<'a>),
    /// 40.
    DsrEnumerateDomainTrusts(DsrEnumerateDomainTrustsReply<'a>),
    /// An operation of which only the return value is read.
    Other {
        /// NTSTATUS, or a Win32 error code when [`Opnum::returns_win32`].
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
    /// stub: see [`return_status`].
    #[must_use]
    pub fn parse_partial(opnum: Opnum, stub: &'a [u8], encoding: Encoding) -> Partial<Self> {
        let mut ndr = Ndr::new(stub, encoding);
        let r = &mut ndr;
        let mut partial = match opnum {
            Opnum::NETR_SERVER_REQ_CHALLENGE => {
                Partial::fill(|m: &mut ServerReqChallengeReply| m.read(r)).map(Self::ServerReqChallenge)
            }
            Opnum::NETR_SERVER_AUTHENTICATE
            | Opnum::NETR_SERVER_AUTHENTICATE2
            | Opnum::NETR_SERVER_AUTHENTICATE3
            | Opnum::NETR_SERVER_AUTHENTICATE_KERBEROS => {
                Partial::fill(|m: &mut ServerAuthenticateReply| m.read(r, opnum))
                    .map(Self::ServerAuthenticate)
            }
            Opnum::NETR_LOGON_GET_CAPABILITIES => {
                Partial::fill(|m: &mut LogonGetCapabilitiesReply| m.read(r)).map(Self::LogonGetCapabilities)
            }
            Opnum::NETR_LOGON_GET_DOMAIN_INFO => {
                Partial::fill(|m: &mut LogonGetDomainInfoReply<'a>| m.read(r)).map(Self::LogonGetDomainInfo)
            }
            Opnum::DSR_GET_DC_NAME | Opnum::DSR_GET_DC_NAME_EX | Opnum::DSR_GET_DC_NAME_EX2 => {
                Partial::fill(|m: &mut DsrGetDcNameReply<'a>| m.read(r)).map(Self::DsrGetDcName)
            }
            Opnum::DSR_GET_SITE_NAME => {
                Partial::fill(|m: &mut DsrGetSiteNameReply<'a>| m.read(r)).map(Self::DsrGetSiteName)
            }
            Opnum::DSR_ENUMERATE_DOMAIN_TRUSTS => {
                Partial::fill(|m: &mut DsrEnumerateDomainTrustsReply<'a>| m.read(r))
                    .map(Self::DsrEnumerateDomainTrusts)
            }
            _ => Partial::fill(|last| r.last_status().map(|status| *last = status))
                .map(|status| Self::Other { status }),
        };
        partial.error = partial.error.or_else(|| ndr.finish("stub").err());
        partial
    }

    /// What the call returned; `None` when the stub ends before it.
    #[must_use]
    pub fn status(&self) -> Option<Spanned<u32>> {
        let status = match self {
            Self::ServerReqChallenge(m) => m.status,
            Self::ServerAuthenticate(m) => m.status,
            Self::LogonGetCapabilities(m) => m.status,
            Self::LogonGetDomainInfo(m) => m.status,
            Self::DsrGetDcName(m) => m.status,
            Self::DsrGetSiteName(m) => m.status,
            Self::DsrEnumerateDomainTrusts(m) => m.status,
            Self::Other { status } => *status,
        };
        status.reached().map(|_| status)
    }
}
