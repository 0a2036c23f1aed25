//! Which phase of the join a line tells of.

use crate::lines::{Line, LineKind};
use core::fmt;

/// A phase of a join, in the order of Windows 10 and 11. The ids are those of adjoin's verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// P0: checks on the machine itself.
    LocalChecks,
    /// P1: names and addresses of domain controllers.
    Dns,
    /// P2: is this domain controller suitable?
    LdapPing,
    /// P3: SMB session.
    Smb,
    /// P3K: Kerberos tickets. The log has no line for them: they are part of other steps.
    Kerberos,
    /// P4: RPC over a named pipe.
    Pipe,
    /// P5: LDAP bind and domain data.
    Ldap,
    /// P6: endpoint mapper.
    EndpointMapper,
    /// P7: DRSUAPI, names of domain and account.
    Drsuapi,
    /// P8: the computer account.
    Account,
    /// P9: secure channel. The log has no line for it: Netlogon has a log of its own.
    SecureChannel,
    /// P10: final steps on the machine.
    Finish,
}

impl Section {
    /// The id, such as `P3K`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::LocalChecks => "P0",
            Self::Dns => "P1",
            Self::LdapPing => "P2",
            Self::Smb => "P3",
            Self::Kerberos => "P3K",
            Self::Pipe => "P4",
            Self::Ldap => "P5",
            Self::EndpointMapper => "P6",
            Self::Drsuapi => "P7",
            Self::Account => "P8",
            Self::SecureChannel => "P9",
            Self::Finish => "P10",
        }
    }

    /// The phase that an entry tells of. Entries that only frame a pass tell of none.
    #[must_use]
    pub fn of(line: Line<'_>) -> Option<Self> {
        if line.kind != LineKind::Entry {
            return None;
        }
        let says = |words: &str| line.text.contains(words);
        let Some(function) = line.function() else {
            return if says("objectSid") { Some(Self::Account) } else { None };
        };
        Some(match function {
            "NetpValidateName"
            | "NetpCheckNetBiosNameNotInUse"
            | "NetpMachineValidToJoin"
            | "NetpDomainJoinLicensingCheck"
            | "NetpLoadParameters"
            | "NetpGetLsaPrimaryDomain" => Self::LocalChecks,
            "NetpCheckDomainNameIsValid" => Self::Dns,
            "NetpDsGetDcName" if says("trying to find") || says("DNS A record") => Self::Dns,
            "NetpDsGetDcName" | "NetpDisableIDNEncoding" => Self::LdapPing,
            "NetUseAdd" => Self::Smb,
            "NetpJoinDomainOnDs" | "NetpJoinDomain" | "NetpUnJoinDomain" => return of_join(line),
            "NetpGetLsaHandle" | "NetpLsaOpenSecret" | "LsaOpenPolicy" => Self::Pipe,
            "NetpGetDnsHostName"
            | "NetpLdapBind"
            | "NetpLdapGetLsaPrimaryDomain"
            | "NetpGetNCData"
            | "NetpGetDomainData"
            | "NetpCheckForDomainSIDCollision" => Self::Ldap,
            "NetpProvisionComputerAccount" if says("failed") => Self::Account,
            "NetpProvisionComputerAccount" => Self::Ldap,
            "NetpGetComputerObjectDn" if says("0x6d9") => Self::EndpointMapper,
            "NetpGetComputerObjectDn" => Self::Drsuapi,
            "NetpCreateComputerObjectInDs" if says("NetpGetComputerObjectDn") => Self::Drsuapi,
            "NetpGetADObjectOwnerAttributes"
            | "NetpReadAccountReuseModeFromAD"
            | "NetpReadURLFlags"
            | "IsLegacyAccountReuseSetInRegistry"
            | "NetpDsValidateComputerAccountReuseAttempt"
            | "NetpCheckIfAccountShouldBeReused"
            | "NetpModifyComputerObjectInDs"
            | "NetpMapGetLdapExtendedError"
            | "NetpCreateComputerObjectInDs"
            | "NetpQueryAccountAttributes"
            | "NetpDeleteMachineAccountKey"
            | "NetpManageMachineAccountWithSid"
            | "NetpManageMachineAccount"
            | "NetpSetMachineAccountPasswordAndType"
            | "NetpJoinCreatePackagePart"
            | "NetpSetDnsHostNameAndSpn"
            | "NetUserAdd" => Self::Account,
            "NetpSetLsaPrimaryDomain"
            | "NetpChangeMachineName"
            | "NetpJoinDomainLocal"
            | "NetpManageLocalGroups"
            | "NetpManageLocalGroupsForJoin"
            | "NetpApplyJoinState"
            | "NetpHandleJoinedStateInfo"
            | "NetpCompleteOfflineDomainJoin" => Self::Finish,
            name if name.starts_with("NetpProv")
                || name.starts_with("NetpAddPart")
                || name.starts_with("NetpConvertBlob")
                || name.starts_with("NetpCreatePart")
                || name.ends_with("PackagePartInstall")
                || name == "NetpRequestProvisioningPackageInstall"
                || name == "NetpRequestOfflineDomainJoin" =>
            {
                Self::Finish
            }
            _ => return None,
        })
    }
}

/// `NetpJoinDomainOnDs`, and `NetpJoinDomain` which did its work in old Windows, speak of many phases.
fn of_join(line: Line<'_>) -> Option<Section> {
    let says = |words: &str| line.text.contains(words);
    if says("connecting to dc") {
        Some(Section::Smb)
    } else if says("NetpDsGetDcName") || says("NetpDisableIDNEncoding") {
        Some(Section::LdapPing)
    } else if says("machine password") || says("computer account") || says("DnsHostName and SPN") {
        Some(Section::Account)
    } else if says("netlogon cache")
        || says("local groups")
        || says("LSA")
        || says("DsrIsDeviceJoined")
        || says("NetpCompleteOfflineDomainJoin")
        || says("Netlogon")
    {
        Some(Section::Finish)
    } else {
        None
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
