//! Opening the policy.

use adjoin_wire::{ErrorKind, Spanned, WireError};
use rpce_proto::{ContextHandle, Ndr, WideText};

use super::Opnum;
use crate::unique_character::unique_character;

/// Arguments of `LsarOpenPolicy`, `LsarOpenPolicy2` and `LsarOpenPolicy3`, [MS-LSAD] 3.1.4.4.
///
/// ```text
/// [in,unique] wchar_t *SystemName;    /* [string] in the second and third form */
/// [in] PLSAPR_OBJECT_ATTRIBUTES ObjectAttributes; [in] ACCESS_MASK DesiredAccess;
/// [in] unsigned long InVersion;                                          /* ..3 */
/// [in,switch_is(InVersion)] LSAPR_REVISION_INFO *InRevisionInfo;         /* ..3 */
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OpenPolicy<'a> {
    /// The server that the client means; only its first character in `LsarOpenPolicy`. `None`
    /// when NULL.
    pub system_name: Option<Spanned<WideText<'a>>>,
    /// What the client wants to do.
    pub desired_access: Spanned<u32>,
    /// Features that the client knows; only in `LsarOpenPolicy3`.
    pub supported_features: Option<Spanned<u32>>,
}

impl<'a> OpenPolicy<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>, opnum: Opnum) -> Result<(), WireError> {
        self.system_name = if opnum == Opnum::LSAR_OPEN_POLICY {
            unique_character(r, "SystemName")?
        } else {
            r.unique_string("SystemName")?
        };
        object_attributes(r)?;
        self.desired_access = r.u32("DesiredAccess")?;
        if opnum == Opnum::LSAR_OPEN_POLICY3 {
            r.u32("InVersion")?;
            self.supported_features = revision_info(r, "InRevisionInfo")?;
        }
        Ok(())
    }
}

/// Passes over `LSAPR_OBJECT_ATTRIBUTES`, [MS-LSAD] 2.2.9: the server ignores it.
///
/// ```text
/// unsigned long Length; unsigned char *RootDirectory; PSTRING ObjectName;
/// unsigned long Attributes; PLSAPR_SECURITY_DESCRIPTOR SecurityDescriptor;
/// PSECURITY_QUALITY_OF_SERVICE SecurityQualityOfService;
/// ```
fn object_attributes(r: &mut Ndr<'_>) -> Result<(), WireError> {
    r.align(r.encoding().word(), "ObjectAttributes")?;
    r.u32("Length")?;
    let root = r.pointer("RootDirectory")?;
    let name = r.pointer("ObjectName")?;
    r.u32("Attributes")?;
    let descriptor = r.pointer("SecurityDescriptor")?;
    let quality = r.pointer("SecurityQualityOfService")?;
    if *root != 0 {
        r.u8("RootDirectory")?;
    }
    if *name != 0 || *descriptor != 0 {
        return Err(r.error(ErrorKind::Unsupported("object attributes that no client sends"), "ObjectName"));
    }
    if *quality != 0 {
        r.align(4, "SecurityQualityOfService")?;
        r.u32("Length")?;
        r.enum16("ImpersonationLevel")?;
        r.u8("ContextTrackingMode")?;
        r.u8("EffectiveOnly")?;
    }
    Ok(())
}

/// `LSAPR_REVISION_INFO`, [MS-LSAD] 2.2.2.6: the supported features of its only version.
fn revision_info(r: &mut Ndr<'_>, field: &'static str) -> Result<Option<Spanned<u32>>, WireError> {
    let version = r.u32(field)?;
    if *version != 1 {
        return Err(WireError::new(ErrorKind::Unsupported("not version 1"), version.span.start, field));
    }
    r.u32("Revision")?;
    Ok(Some(r.u32("SupportedFeatures")?))
}

/// Results of the same operations.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OpenPolicyReply {
    /// Features that the server knows; only in `LsarOpenPolicy3`.
    pub supported_features: Option<Spanned<u32>>,
    /// The opened policy; null when the call failed.
    pub policy_handle: Spanned<ContextHandle>,
    /// NTSTATUS.
    pub status: Spanned<u32>,
}

impl OpenPolicyReply {
    pub(super) fn read(&mut self, r: &mut Ndr<'_>, opnum: Opnum) -> Result<(), WireError> {
        if opnum == Opnum::LSAR_OPEN_POLICY3 {
            r.u32("OutVersion")?;
            self.supported_features = revision_info(r, "OutRevisionInfo")?;
        }
        self.policy_handle = r.context_handle("PolicyHandle")?;
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }
}
