//! Asking for parts of the policy.

use adjoin_wire::{Guid, Spanned, WireError};
use rpce_proto::{ContextHandle, Ndr, WideText};

use crate::RpcSid;
use adjoin_wire::open_enum;

open_enum! {
    /// `POLICY_INFORMATION_CLASS`, [MS-LSAD] 2.2.4.1.
    pub struct PolicyInformationClass(u32);
    /// State of the audit log.
    AUDIT_LOG = 1, "PolicyAuditLogInformation";
    /// Which events are audited.
    AUDIT_EVENTS = 2, "PolicyAuditEventsInformation";
    /// The domain of the server, by its NetBIOS name.
    PRIMARY_DOMAIN = 3, "PolicyPrimaryDomainInformation";
    /// An account of the primary domain controller.
    PD_ACCOUNT = 4, "PolicyPdAccountInformation";
    /// The domain of the server's accounts.
    ACCOUNT_DOMAIN = 5, "PolicyAccountDomainInformation";
    /// Primary or backup.
    LSA_SERVER_ROLE = 6, "PolicyLsaServerRoleInformation";
    /// Where the server replicates from.
    REPLICA_SOURCE = 7, "PolicyReplicaSourceInformation";
    /// Not used.
    INFORMATION_NOT_USED = 8, "PolicyInformationNotUsedOnWire";
    /// When the policy was changed.
    MODIFICATION = 9, "PolicyModificationInformation";
    /// Whether a full audit log stops the server, to set.
    AUDIT_FULL_SET = 10, "PolicyAuditFullSetInformation";
    /// The same, to ask.
    AUDIT_FULL_QUERY = 11, "PolicyAuditFullQueryInformation";
    /// The domain of the server, by all its names.
    DNS_DOMAIN = 12, "PolicyDnsDomainInformation";
    /// The same, asked by the server itself.
    DNS_DOMAIN_INT = 13, "PolicyDnsDomainInformationInt";
    /// The domain of the local accounts.
    LOCAL_ACCOUNT_DOMAIN = 14, "PolicyLocalAccountDomainInformation";
    /// The server's own account.
    MACHINE_ACCOUNT = 15, "PolicyMachineAccountInformation";
}

/// Arguments of `LsarQueryInformationPolicy` and `LsarQueryInformationPolicy2`, [MS-LSAD]
/// 3.1.4.4.3 and 4.
///
/// ```text
/// [in] LSAPR_HANDLE PolicyHandle; [in] POLICY_INFORMATION_CLASS InformationClass;
/// [out,switch_is(InformationClass)] PLSAPR_POLICY_INFORMATION *PolicyInformation;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct QueryInformationPolicy {
    /// The opened policy.
    pub policy_handle: Spanned<ContextHandle>,
    /// Which part.
    pub information_class: Spanned<PolicyInformationClass>,
}

impl QueryInformationPolicy {
    pub(super) fn read(&mut self, r: &mut Ndr<'_>) -> Result<(), WireError> {
        self.policy_handle = r.context_handle("PolicyHandle")?;
        self.information_class = r.enum16("InformationClass")?.map(PolicyInformationClass);
        Ok(())
    }
}

/// Results of the same operations.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct QueryInformationPolicyReply<'a> {
    /// Which part; `None` when there is none.
    pub information_class: Option<Spanned<PolicyInformationClass>>,
    /// The part, when it is one about a domain.
    pub policy_information: Option<PolicyInformation<'a>>,
    /// NTSTATUS.
    pub status: Spanned<u32>,
}

/// The parts of the policy that say what the domain is: `LSAPR_POLICY_INFORMATION`, [MS-LSAD] 2.2.4.2.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum PolicyInformation<'a> {
    /// Classes 3, 5 and 14.
    Domain(DomainInfo<'a>),
    /// Classes 12 and 13.
    DnsDomain(DomainInfo<'a>),
}

impl<'a> PolicyInformation<'a> {
    /// The names and the SID.
    #[must_use]
    pub const fn domain(&self) -> &DomainInfo<'a> {
        match self {
            Self::Domain(info) | Self::DnsDomain(info) => info,
        }
    }
}

/// `LSAPR_POLICY_DNS_DOMAIN_INFO`, [MS-LSAD] 2.2.4.14, and its shorter cousins.
///
/// ```text
/// RPC_UNICODE_STRING Name, DnsDomainName, DnsForestName; GUID DomainGuid; PRPC_SID Sid;
/// RPC_UNICODE_STRING DomainName; PRPC_SID DomainSid;    /* classes 3, 5 and 14 */
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DomainInfo<'a> {
    /// NetBIOS name; `None` when NULL.
    pub name: Option<Spanned<WideText<'a>>>,
    /// DNS name; `None` when NULL: the server is in no Active Directory domain.
    pub dns_domain_name: Option<Spanned<WideText<'a>>>,
    /// DNS name of the forest's root.
    pub dns_forest_name: Option<Spanned<WideText<'a>>>,
    /// GUID of the domain, in classes 12 and 13.
    pub domain_guid: Option<Spanned<Guid>>,
    /// SID of the domain; `None` when NULL: the server is in a workgroup.
    pub sid: Option<Spanned<RpcSid<'a>>>,
}

impl<'a> DomainInfo<'a> {
    fn read_short(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        let name = r.unicode_string_header("Name")?;
        let sid = *r.pointer("Sid")? != 0;
        self.name = r.unicode_string_text(name, "Name")?;
        self.sid = RpcSid::deferred(r, sid, "Sid")?;
        Ok(())
    }

    fn read_dns(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        let name = r.unicode_string_header("Name")?;
        let domain = r.unicode_string_header("DnsDomainName")?;
        let forest = r.unicode_string_header("DnsForestName")?;
        self.domain_guid = Some(r.guid("DomainGuid")?);
        let sid = *r.pointer("Sid")? != 0;
        self.name = r.unicode_string_text(name, "Name")?;
        self.dns_domain_name = r.unicode_string_text(domain, "DnsDomainName")?;
        self.dns_forest_name = r.unicode_string_text(forest, "DnsForestName")?;
        self.sid = RpcSid::deferred(r, sid, "Sid")?;
        Ok(())
    }
}

impl<'a> QueryInformationPolicyReply<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        if *r.pointer("PolicyInformation")? != 0 {
            // The union is aligned as its widest arm.
            r.align(r.encoding().word(), "PolicyInformation")?;
            let class = r.enum16("InformationClass")?.map(PolicyInformationClass);
            self.information_class = Some(class);
            r.align(r.encoding().word(), "PolicyInformation")?;
            let mut info = DomainInfo::default();
            match *class {
                PolicyInformationClass::PRIMARY_DOMAIN
                | PolicyInformationClass::ACCOUNT_DOMAIN
                | PolicyInformationClass::LOCAL_ACCOUNT_DOMAIN => {
                    let result = info.read_short(r);
                    self.policy_information = Some(PolicyInformation::Domain(info));
                    result?;
                }
                PolicyInformationClass::DNS_DOMAIN | PolicyInformationClass::DNS_DOMAIN_INT => {
                    let result = info.read_dns(r);
                    self.policy_information = Some(PolicyInformation::DnsDomain(info));
                    result?;
                }
                // The parts that say nothing of the domain are passed over.
                _ => {
                    self.status = r.last_status()?;
                    return Ok(());
                }
            }
        }
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }
}
