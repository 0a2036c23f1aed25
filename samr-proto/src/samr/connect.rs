//! Connecting to the server and finding its domains: [MS-SAMR] 3.1.5.1 and 3.1.5.11.

use adjoin_wire::{ErrorKind, Spanned, WireError};
use rpce_proto::{ContextHandle, Ndr, WideText};

use super::{Opnum, SupportedFeatures};
use crate::RpcSid;
use crate::unicode_string::unicode_string;
use crate::unique_character::unique_character;

/// Arguments of `SamrConnect`, `SamrConnect2`, `SamrConnect4` and `SamrConnect5`, [MS-SAMR]
/// 3.1.5.1.1 to 4.
///
/// ```text
/// [in,unique] PSAMPR_SERVER_NAME ServerName;    /* [string] in all but the first */
/// [in] unsigned long ClientRevision;            /* ..4 */
/// [in] unsigned long DesiredAccess;
/// [in] unsigned long InVersion; [in,switch_is(InVersion)] SAMPR_REVISION_INFO *InRevisionInfo; /* ..5 */
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Connect<'a> {
    /// The server that the client means, mostly with two backslashes; only its first character in
    /// `SamrConnect`. `None` when NULL.
    pub server_name: Option<Spanned<WideText<'a>>>,
    /// Revision of the protocol, in `SamrConnect4` and `SamrConnect5`.
    pub revision: Option<Spanned<u32>>,
    /// What the client wants to do.
    pub desired_access: Spanned<u32>,
    /// Features that the client knows, in `SamrConnect5`.
    pub supported_features: Option<Spanned<SupportedFeatures>>,
}

impl<'a> Connect<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>, opnum: Opnum) -> Result<(), WireError> {
        self.server_name = if opnum == Opnum::SAMR_CONNECT {
            unique_character(r, "ServerName")?
        } else {
            r.unique_string("ServerName")?
        };
        if opnum == Opnum::SAMR_CONNECT4 {
            self.revision = Some(r.u32("ClientRevision")?);
        }
        self.desired_access = r.u32("DesiredAccess")?;
        if opnum == Opnum::SAMR_CONNECT5 {
            r.u32("InVersion")?;
            revision_info(r, &mut self.revision, &mut self.supported_features)?;
        }
        Ok(())
    }
}

/// `SAMPR_REVISION_INFO`, [MS-SAMR] 2.2.7.15 and 16: a union of one arm.
///
/// ```text
/// [case(1)] struct { unsigned long Revision, SupportedFeatures; } V1;
/// ```
fn revision_info(
    r: &mut Ndr<'_>,
    revision: &mut Option<Spanned<u32>>,
    features: &mut Option<Spanned<SupportedFeatures>>,
) -> Result<(), WireError> {
    let version = r.u32("Version")?;
    if *version != 1 {
        let kind = ErrorKind::Unsupported("not version 1");
        return Err(WireError::new(kind, version.span.start, "Version"));
    }
    *revision = Some(r.u32("Revision")?);
    *features = Some(r.u32("SupportedFeatures")?.map(SupportedFeatures::from_bits_retain));
    Ok(())
}

/// Results of the same operations.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ConnectReply {
    /// Revision of the protocol, in `SamrConnect5`.
    pub revision: Option<Spanned<u32>>,
    /// What the server can do, in `SamrConnect5`: tells how well it is patched.
    pub supported_features: Option<Spanned<SupportedFeatures>>,
    /// The opened server; null when the call failed.
    pub server_handle: Spanned<ContextHandle>,
    /// NTSTATUS.
    pub status: Spanned<u32>,
}

impl ConnectReply {
    pub(super) fn read(&mut self, r: &mut Ndr<'_>, opnum: Opnum) -> Result<(), WireError> {
        if opnum == Opnum::SAMR_CONNECT5 {
            r.u32("OutVersion")?;
            revision_info(r, &mut self.revision, &mut self.supported_features)?;
        }
        self.server_handle = r.context_handle("ServerHandle")?;
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }
}

/// Arguments of `SamrLookupDomainInSamServer`, [MS-SAMR] 3.1.5.11.1.
///
/// ```text
/// [in] SAMPR_HANDLE ServerHandle; [in] PRPC_UNICODE_STRING Name; [out] PRPC_SID *DomainId;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LookupDomain<'a> {
    /// The opened server.
    pub server_handle: Spanned<ContextHandle>,
    /// NetBIOS name of the domain; `None` when NULL.
    pub name: Option<Spanned<WideText<'a>>>,
}

impl<'a> LookupDomain<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        self.server_handle = r.context_handle("ServerHandle")?;
        self.name = unicode_string(r, "Name")?;
        Ok(())
    }
}

/// Results of `SamrLookupDomainInSamServer`.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LookupDomainReply<'a> {
    /// SID of the domain; `None` when there is no such domain.
    pub domain_id: Option<Spanned<RpcSid<'a>>>,
    /// NTSTATUS.
    pub status: Spanned<u32>,
}

impl<'a> LookupDomainReply<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        let present = *r.pointer("DomainId")? != 0;
        self.domain_id = RpcSid::deferred(r, present, "DomainId")?;
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }
}

/// Arguments of `SamrOpenDomain`, [MS-SAMR] 3.1.5.1.5.
///
/// ```text
/// [in] SAMPR_HANDLE ServerHandle; [in] unsigned long DesiredAccess; [in] PRPC_SID DomainId;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OpenDomain<'a> {
    /// The opened server.
    pub server_handle: Spanned<ContextHandle>,
    /// What the client wants to do.
    pub desired_access: Spanned<u32>,
    /// SID of the domain.
    pub domain_id: Spanned<RpcSid<'a>>,
}

impl<'a> OpenDomain<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        self.server_handle = r.context_handle("ServerHandle")?;
        self.desired_access = r.u32("DesiredAccess")?;
        self.domain_id = RpcSid::read(r, "DomainId")?;
        Ok(())
    }
}

/// Arguments of `SamrValidateComputerAccountReuseAttempt`, [MS-SAMR] 3.1.5.13.8.
///
/// ```text
/// [in] SAMPR_HANDLE ServerHandle; [in] PRPC_SID ComputerSid; [out] BOOL *Result;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ValidateReuse<'a> {
    /// The opened server.
    pub server_handle: Spanned<ContextHandle>,
    /// SID of the computer account that is to be reused.
    pub computer_sid: Spanned<RpcSid<'a>>,
}

impl<'a> ValidateReuse<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        self.server_handle = r.context_handle("ServerHandle")?;
        self.computer_sid = RpcSid::read(r, "ComputerSid")?;
        Ok(())
    }
}

/// Results of `SamrValidateComputerAccountReuseAttempt`.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ValidateReuseReply {
    /// The policy allows it. Means nothing when `status` is an error.
    pub result: Spanned<bool>,
    /// NTSTATUS.
    pub status: Spanned<u32>,
}

impl ValidateReuseReply {
    pub(super) fn read(&mut self, r: &mut Ndr<'_>) -> Result<(), WireError> {
        self.result = r.u32("Result")?.map(|raw| raw != 0);
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }
}
