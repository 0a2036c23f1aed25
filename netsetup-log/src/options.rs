//! The option words of a log, bit by bit.

use core::fmt;

/// Which word it is; the same bit means different things in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OptionKind {
    /// `Options` and `dwJoinOptions` of a join or unjoin (`NETSETUP_*`, lmjoin.h).
    Join,
    /// The number in brackets of `NetpChangeMachineName`: as `Join`, but 0x1000 means something else.
    Rename,
    /// `dwOptions` of `NetpProvisionComputerAccount` (`NETSETUP_PROVISION_*`, lmjoin.h).
    Provision,
    /// `flags` of `NetpDsGetDcName` (`DS_*`, dsgetdc.h).
    Locator,
    /// `userAccountControl` of the computer account ([MS-ADTS] 2.2.16).
    AccountControl,
}

/// An option word and its bits.
///
/// ```
/// use netsetup_log::{OptionKind, Options};
/// let options = Options { kind: OptionKind::Join, bits: 0x8000_0025 };
/// assert_eq!(
///     options.to_string(),
///     "0x80000025 (NETSETUP_JOIN_DOMAIN, NETSETUP_ACCT_DELETE, NETSETUP_DOMAIN_JOIN_IF_JOINED, 0x80000000)"
/// );
/// assert!(!options.creates_account());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// Which word.
    pub kind: OptionKind,
    /// Its value.
    pub bits: u32,
}

impl Options {
    /// The names of the bits that are set, lowest first.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.known().map(|(_, name)| name)
    }

    /// The bits that have no name here.
    #[must_use]
    pub fn unknown(self) -> u32 {
        self.known().fold(self.bits, |left, (bit, _)| left & !bit)
    }

    /// May this join create the account? Without it a missing account ends the pass with 0x534.
    #[must_use]
    pub const fn creates_account(self) -> bool {
        matches!(self.kind, OptionKind::Join) && self.bits & 0x2 != 0
    }

    fn known(self) -> impl Iterator<Item = (u32, &'static str)> {
        let table: &[(u32, &str)] = match self.kind {
            OptionKind::Join => JOIN,
            OptionKind::Rename => RENAME,
            OptionKind::Provision => PROVISION,
            OptionKind::Locator => LOCATOR,
            OptionKind::AccountControl => ACCOUNT_CONTROL,
        };
        table.iter().copied().filter(move |(bit, _)| self.bits & bit != 0)
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.bits)?;
        let mut separator = " (";
        for name in self.names() {
            write!(f, "{separator}{name}")?;
            separator = ", ";
        }
        if self.unknown() != 0 && self.unknown() != self.bits {
            write!(f, "{separator}{:#x}", self.unknown())?;
        }
        if separator == ", " { f.write_str(")") } else { Ok(()) }
    }
}

const JOIN: &[(u32, &str)] = &[
    (0x1, "NETSETUP_JOIN_DOMAIN"),
    (0x2, "NETSETUP_ACCT_CREATE"),
    (0x4, "NETSETUP_ACCT_DELETE"),
    (0x10, "NETSETUP_WIN9X_UPGRADE"),
    (0x20, "NETSETUP_DOMAIN_JOIN_IF_JOINED"),
    (0x40, "NETSETUP_JOIN_UNSECURE"),
    (0x80, "NETSETUP_MACHINE_PWD_PASSED"),
    (0x100, "NETSETUP_DEFER_SPN_SET"),
    (0x200, "NETSETUP_JOIN_DC_ACCOUNT"),
    (0x400, "NETSETUP_JOIN_WITH_NEW_NAME"),
    (0x800, "NETSETUP_JOIN_READONLY"),
    (0x1000, "NETSETUP_AMBIGUOUS_DC"),
    (0x2000, "NETSETUP_NO_NETLOGON_CACHE"),
    (0x4000, "NETSETUP_DONT_CONTROL_SERVICES"),
    (0x8000, "NETSETUP_SET_MACHINE_NAME"),
    (0x1_0000, "NETSETUP_FORCE_SPN_SET"),
    (0x2_0000, "NETSETUP_NO_ACCT_REUSE"),
    (0x4_0000, "NETSETUP_INSTALL_INVOCATION"),
    (0x1000_0000, "NETSETUP_IGNORE_UNSUPPORTED_FLAGS"),
];

const RENAME: &[(u32, &str)] = &[
    (0x2, "NETSETUP_ACCT_CREATE"),
    (0x1000, "NETSETUP_DNS_NAME_CHANGES_ONLY"),
    (0x1000_0000, "NETSETUP_IGNORE_UNSUPPORTED_FLAGS"),
];

const PROVISION: &[(u32, &str)] = &[
    (0x1, "NETSETUP_PROVISION_DOWNLEVEL_PRIV_SUPPORT"),
    (0x2, "NETSETUP_PROVISION_REUSE_ACCOUNT"),
    (0x4, "NETSETUP_PROVISION_USE_DEFAULT_PASSWORD"),
    (0x8, "NETSETUP_PROVISION_SKIP_ACCOUNT_SEARCH"),
    (0x10, "NETSETUP_PROVISION_ROOT_CA_CERTS"),
    (0x20, "NETSETUP_PROVISION_PERSISTENTSITE"),
    (0x4000_0000, "NETSETUP_PROVISION_ONLINE_CALLER"),
    (0x8000_0000, "NETSETUP_PROVISION_CHECK_PWD_ONLY"),
];

const LOCATOR: &[(u32, &str)] = &[
    (0x1, "DS_FORCE_REDISCOVERY"),
    (0x10, "DS_DIRECTORY_SERVICE_REQUIRED"),
    (0x20, "DS_DIRECTORY_SERVICE_PREFERRED"),
    (0x40, "DS_GC_SERVER_REQUIRED"),
    (0x80, "DS_PDC_REQUIRED"),
    (0x100, "DS_BACKGROUND_ONLY"),
    (0x200, "DS_IP_REQUIRED"),
    (0x400, "DS_KDC_REQUIRED"),
    (0x800, "DS_TIMESERV_REQUIRED"),
    (0x1000, "DS_WRITABLE_REQUIRED"),
    (0x2000, "DS_GOOD_TIMESERV_PREFERRED"),
    (0x4000, "DS_AVOID_SELF"),
    (0x8000, "DS_ONLY_LDAP_NEEDED"),
    (0x1_0000, "DS_IS_FLAT_NAME"),
    (0x2_0000, "DS_IS_DNS_NAME"),
    (0x4_0000, "DS_TRY_NEXTCLOSEST_SITE"),
    (0x8_0000, "DS_DIRECTORY_SERVICE_6_REQUIRED"),
    (0x10_0000, "DS_WEB_SERVICE_REQUIRED"),
    (0x20_0000, "DS_DIRECTORY_SERVICE_8_REQUIRED"),
    (0x40_0000, "DS_DIRECTORY_SERVICE_9_REQUIRED"),
    (0x80_0000, "DS_DIRECTORY_SERVICE_10_REQUIRED"),
    (0x100_0000, "DS_KEY_LIST_SUPPORT_REQUIRED"),
    (0x200_0000, "DS_DIRECTORY_SERVICE_13_REQUIRED"),
    (0x400_0000, "DS_DIRECTORY_SERVICE_12_REQUIRED"),
    (0x4000_0000, "DS_RETURN_DNS_NAME"),
    (0x8000_0000, "DS_RETURN_FLAT_NAME"),
];

const ACCOUNT_CONTROL: &[(u32, &str)] = &[
    (0x1, "ADS_UF_SCRIPT"),
    (0x2, "ADS_UF_ACCOUNT_DISABLE"),
    (0x8, "ADS_UF_HOMEDIR_REQUIRED"),
    (0x10, "ADS_UF_LOCKOUT"),
    (0x20, "ADS_UF_PASSWD_NOTREQD"),
    (0x40, "ADS_UF_PASSWD_CANT_CHANGE"),
    (0x80, "ADS_UF_ENCRYPTED_TEXT_PASSWORD_ALLOWED"),
    (0x100, "ADS_UF_TEMP_DUPLICATE_ACCOUNT"),
    (0x200, "ADS_UF_NORMAL_ACCOUNT"),
    (0x800, "ADS_UF_INTERDOMAIN_TRUST_ACCOUNT"),
    (0x1000, "ADS_UF_WORKSTATION_TRUST_ACCOUNT"),
    (0x2000, "ADS_UF_SERVER_TRUST_ACCOUNT"),
    (0x1_0000, "ADS_UF_DONT_EXPIRE_PASSWD"),
    (0x2_0000, "ADS_UF_MNS_LOGON_ACCOUNT"),
    (0x4_0000, "ADS_UF_SMARTCARD_REQUIRED"),
    (0x8_0000, "ADS_UF_TRUSTED_FOR_DELEGATION"),
    (0x10_0000, "ADS_UF_NOT_DELEGATED"),
    (0x20_0000, "ADS_UF_USE_DES_KEY_ONLY"),
    (0x40_0000, "ADS_UF_DONT_REQUIRE_PREAUTH"),
    (0x80_0000, "ADS_UF_PASSWORD_EXPIRED"),
    (0x100_0000, "ADS_UF_TRUSTED_TO_AUTHENTICATE_FOR_DELEGATION"),
    (0x200_0000, "ADS_UF_NO_AUTH_DATA_REQUIRED"),
    (0x400_0000, "ADS_UF_PARTIAL_SECRETS_ACCOUNT"),
    (0x800_0000, "ADS_UF_USE_AES_KEYS"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn names(kind: OptionKind, bits: u32) -> Vec<&'static str> {
        Options { kind, bits }.names().collect()
    }

    #[test]
    fn values_seen_in_logs() {
        use OptionKind::{AccountControl, Join, Locator, Provision, Rename};
        assert_eq!(
            names(Join, 0x427),
            [
                "NETSETUP_JOIN_DOMAIN",
                "NETSETUP_ACCT_CREATE",
                "NETSETUP_ACCT_DELETE",
                "NETSETUP_DOMAIN_JOIN_IF_JOINED",
                "NETSETUP_JOIN_WITH_NEW_NAME"
            ]
        );
        assert_eq!(
            names(Provision, 0x4000_0003),
            [
                "NETSETUP_PROVISION_DOWNLEVEL_PRIV_SUPPORT",
                "NETSETUP_PROVISION_REUSE_ACCOUNT",
                "NETSETUP_PROVISION_ONLINE_CALLER"
            ]
        );
        assert_eq!(
            names(Locator, 0x4000_1010),
            ["DS_DIRECTORY_SERVICE_REQUIRED", "DS_WRITABLE_REQUIRED", "DS_RETURN_DNS_NAME"]
        );
        assert_eq!(names(Rename, 0x1000), ["NETSETUP_DNS_NAME_CHANGES_ONLY"]);
        assert_eq!(names(AccountControl, 0x1000), ["ADS_UF_WORKSTATION_TRUST_ACCOUNT"]);
        assert_eq!(names(Join, 0x25).len(), 3);
        assert!(Options { kind: Join, bits: 0x27 }.creates_account());
        assert!(!Options { kind: Provision, bits: 0x27 }.creates_account());
    }

    #[test]
    fn bits_without_a_name_are_shown() {
        let options = |bits| Options { kind: OptionKind::Rename, bits };
        assert_eq!(options(0).to_string(), "0x0");
        assert_eq!(options(0x8).to_string(), "0x8");
        assert_eq!(options(0x1008).to_string(), "0x1008 (NETSETUP_DNS_NAME_CHANGES_ONLY, 0x8)");
        assert_eq!(options(0x1008).unknown(), 0x8);
    }

    #[test]
    fn tables_are_in_order_and_name_single_bits() {
        for table in [JOIN, RENAME, PROVISION, LOCATOR, ACCOUNT_CONTROL] {
            assert!(table.windows(2).all(|pair| pair[0].0 < pair[1].0));
            assert!(table.iter().all(|(bit, _)| bit.is_power_of_two()));
        }
    }
}
