//! Flag sets and classes.

use bitflags::bitflags;

use adjoin_wire::{open_enum, show_flags};

bitflags! {
    /// `SupportedFeatures` of a `SAMPR_REVISION_INFO_V1`, [MS-SAMR] 2.2.7.15. The specification
    /// gives no names.
    #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
    pub struct SupportedFeatures: u32 {
        /// RIDs must not be appended to the domain's SID: ask `SamrRidToSid`.
        const RID_TO_SID_REQUIRED = 0x01;
        /// Reserved.
        const RESERVED_2 = 0x02;
        /// Reserved.
        const RESERVED_4 = 0x04;
        /// Password buffers should be encrypted with AES.
        const AES_PASSWORD_BUFFERS = 0x10;
        /// `SamrValidateComputerAccountReuseAttempt` works: updates of March 14, 2023 or later.
        const ACCOUNT_REUSE_VALIDATION = 0x20;
        /// The same with the later rules: updates of September 12, 2023 or later.
        const ACCOUNT_REUSE_VALIDATION_V2 = 0x40;
        /// Bits that nobody has named are kept.
        const _ = !0;
    }
}

bitflags! {
    /// What kind of account and in which state: the `USER_ACCOUNT` codes, [MS-SAMR] 2.2.1.12.
    /// These are not the bits of the attribute `userAccountControl`.
    #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
    pub struct UserAccount: u32 {
        /// Disabled.
        const ACCOUNT_DISABLED = 0x0000_0001;
        /// Needs a home directory.
        const HOME_DIRECTORY_REQUIRED = 0x0000_0002;
        /// Needs no password.
        const PASSWORD_NOT_REQUIRED = 0x0000_0004;
        /// A local account for a user of another domain.
        const TEMP_DUPLICATE_ACCOUNT = 0x0000_0008;
        /// A person's account.
        const NORMAL_ACCOUNT = 0x0000_0010;
        /// Not used.
        const MNS_LOGON_ACCOUNT = 0x0000_0020;
        /// A trust.
        const INTERDOMAIN_TRUST_ACCOUNT = 0x0000_0040;
        /// A member computer: what a join creates.
        const WORKSTATION_TRUST_ACCOUNT = 0x0000_0080;
        /// A domain controller.
        const SERVER_TRUST_ACCOUNT = 0x0000_0100;
        /// The password never expires.
        const DONT_EXPIRE_PASSWORD = 0x0000_0200;
        /// Locked out.
        const ACCOUNT_AUTO_LOCKED = 0x0000_0400;
        /// The password is stored so that it can be read.
        const ENCRYPTED_TEXT_PASSWORD_ALLOWED = 0x0000_0800;
        /// Needs a smart card.
        const SMARTCARD_REQUIRED = 0x0000_1000;
        /// May delegate to anything.
        const TRUSTED_FOR_DELEGATION = 0x0000_2000;
        /// May not be delegated.
        const NOT_DELEGATED = 0x0000_4000;
        /// DES keys only.
        const USE_DES_KEY_ONLY = 0x0000_8000;
        /// Needs no Kerberos pre-authentication.
        const DONT_REQUIRE_PREAUTH = 0x0001_0000;
        /// The password has expired.
        const PASSWORD_EXPIRED = 0x0002_0000;
        /// May delegate after another protocol's authentication.
        const TRUSTED_TO_AUTHENTICATE_FOR_DELEGATION = 0x0004_0000;
        /// Tickets carry no PAC.
        const NO_AUTH_DATA_REQUIRED = 0x0008_0000;
        /// A read-only domain controller.
        const PARTIAL_SECRETS_ACCOUNT = 0x0010_0000;
        /// Has AES keys; not used.
        const USE_AES_KEYS = 0x0020_0000;
        /// Bits that nobody has named are kept.
        const _ = !0;
    }
}

impl UserAccount {
    /// The account is a computer's: a member's or a domain controller's.
    #[must_use]
    pub const fn is_computer(self) -> bool {
        self.intersects(Self::WORKSTATION_TRUST_ACCOUNT.union(Self::SERVER_TRUST_ACCOUNT))
    }
}

macro_rules! shown {
    ($($name:ident)*) => { $(
        impl $name {
            /// The names of the bits that are set, lowest first.
            pub fn names(self) -> impl Iterator<Item = &'static str> {
                self.iter_names().map(|(name, _)| name)
            }

            /// The bits that are set and have no name.
            #[must_use]
            pub fn unknown(self) -> u32 {
                self.iter_names().fold(self.bits(), |bits, (_, flag)| bits & !flag.bits())
            }
        }

        show_flags!($name: names, unknown, " ");
    )* };
}

shown!(SupportedFeatures UserAccount);

open_enum! {
    /// `USER_INFORMATION_CLASS`, [MS-SAMR] 2.2.6.28.
    pub struct UserInformationClass(u32);
    /// Names and comments.
    GENERAL = 1, "UserGeneralInformation";
    /// Comment and language.
    PREFERENCES = 2, "UserPreferencesInformation";
    /// What a logon needs.
    LOGON = 3, "UserLogonInformation";
    /// When the user may log on.
    LOGON_HOURS = 4, "UserLogonHoursInformation";
    /// The account as user tools show it.
    ACCOUNT = 5, "UserAccountInformation";
    /// Both names.
    NAME = 6, "UserNameInformation";
    /// The account's name.
    ACCOUNT_NAME = 7, "UserAccountNameInformation";
    /// The person's name.
    FULL_NAME = 8, "UserFullNameInformation";
    /// The primary group.
    PRIMARY_GROUP = 9, "UserPrimaryGroupInformation";
    /// Home directory.
    HOME = 10, "UserHomeInformation";
    /// Logon script.
    SCRIPT = 11, "UserScriptInformation";
    /// Profile.
    PROFILE = 12, "UserProfileInformation";
    /// The administrator's comment.
    ADMIN_COMMENT = 13, "UserAdminCommentInformation";
    /// Where the user may log on.
    WORK_STATIONS = 14, "UserWorkStationsInformation";
    /// Kind and state of the account: [`UserAccount`].
    CONTROL = 16, "UserControlInformation";
    /// When the account expires.
    EXPIRES = 17, "UserExpiresInformation";
    /// Password hashes.
    INTERNAL1 = 18, "UserInternal1Information";
    /// Terminal server settings.
    PARAMETERS = 20, "UserParametersInformation";
    /// Everything.
    ALL = 21, "UserAllInformation";
    /// Everything and a password.
    INTERNAL4 = 23, "UserInternal4Information";
    /// A password.
    INTERNAL5 = 24, "UserInternal5Information";
    /// Everything and a salted password.
    INTERNAL4_NEW = 25, "UserInternal4InformationNew";
    /// A salted password: what a join sets.
    INTERNAL5_NEW = 26, "UserInternal5InformationNew";
    /// A password, encrypted with AES.
    INTERNAL7 = 31, "UserInternal7Information";
    /// Everything and a password, encrypted with AES.
    INTERNAL8 = 32, "UserInternal8Information";
}

impl UserInformationClass {
    /// The information has a password in it.
    #[must_use]
    pub const fn has_password(self) -> bool {
        matches!(self.0, 18 | 23..=26 | 31 | 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn names_and_unknown_bits() {
        let features = SupportedFeatures::from_bits_retain(0x1_0030);
        assert_eq!(features.to_string(), "AES_PASSWORD_BUFFERS ACCOUNT_REUSE_VALIDATION 0x00010000");
        assert_eq!(features.unknown(), 0x1_0000);
        let account = UserAccount::from_bits_retain(0x85);
        assert_eq!(account.to_string(), "ACCOUNT_DISABLED PASSWORD_NOT_REQUIRED WORKSTATION_TRUST_ACCOUNT");
        assert!(account.is_computer());
        assert_eq!(alloc::format!("{account:?}"), "UserAccount(0x00000085)");
    }
}
