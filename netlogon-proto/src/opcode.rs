//! Operation codes, [MS-ADTS] 6.3.1.3.

use core::fmt;

/// What a message is: the first field of all of them, 16 bits, little-endian.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Opcode(pub u16);

impl Opcode {
    /// LAN Manager: who logs this user on?
    pub const LOGON_REQUEST: Self = Self(0);
    /// LAN Manager 2.0's answer to it.
    pub const LOGON_RESPONSE2: Self = Self(6);
    /// Who is the primary domain controller? `NETLOGON_LOGON_QUERY`.
    pub const LOGON_PRIMARY_QUERY: Self = Self(7);
    /// Announcement of changes by an NT 4 primary: `NETLOGON_DB_CHANGE`.
    pub const NETLOGON_ANNOUNCE_UAS: Self = Self(10);
    /// I am the primary domain controller: `NETLOGON_PRIMARY_RESPONSE`.
    pub const LOGON_PRIMARY_RESPONSE: Self = Self(12);
    /// Who can log this account on? `NETLOGON_SAM_LOGON_REQUEST`.
    pub const LOGON_SAM_LOGON_REQUEST: Self = Self(18);
    /// I can. To a client that asked for the extended form this is an NT 4 emulator's answer.
    pub const LOGON_SAM_LOGON_RESPONSE: Self = Self(19);
    /// This domain controller is not ready.
    pub const LOGON_SAM_PAUSE_RESPONSE: Self = Self(20);
    /// The account is absent, disabled, or not of the kind that was asked for.
    pub const LOGON_SAM_USER_UNKNOWN: Self = Self(21);
    /// As 19, extended form.
    pub const LOGON_SAM_LOGON_RESPONSE_EX: Self = Self(23);
    /// As 20, extended form. The specification's table points to the short structure; domain
    /// controllers send the extended one.
    pub const LOGON_SAM_PAUSE_RESPONSE_EX: Self = Self(24);
    /// As 21, extended form; the same remark applies.
    pub const LOGON_SAM_USER_UNKNOWN_EX: Self = Self(25);

    /// The specification's name, if it has one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::LOGON_REQUEST => "LOGON_REQUEST",
            Self::LOGON_RESPONSE2 => "LOGON_RESPONSE2",
            Self::LOGON_PRIMARY_QUERY => "LOGON_PRIMARY_QUERY",
            Self::NETLOGON_ANNOUNCE_UAS => "NETLOGON_ANNOUNCE_UAS",
            Self::LOGON_PRIMARY_RESPONSE => "LOGON_PRIMARY_RESPONSE",
            Self::LOGON_SAM_LOGON_REQUEST => "LOGON_SAM_LOGON_REQUEST",
            Self::LOGON_SAM_LOGON_RESPONSE => "LOGON_SAM_LOGON_RESPONSE",
            Self::LOGON_SAM_PAUSE_RESPONSE => "LOGON_SAM_PAUSE_RESPONSE",
            Self::LOGON_SAM_USER_UNKNOWN => "LOGON_SAM_USER_UNKNOWN",
            Self::LOGON_SAM_LOGON_RESPONSE_EX => "LOGON_SAM_LOGON_RESPONSE_EX",
            Self::LOGON_SAM_PAUSE_RESPONSE_EX => "LOGON_SAM_PAUSE_RESPONSE_EX",
            Self::LOGON_SAM_USER_UNKNOWN_EX => "LOGON_SAM_USER_UNKNOWN_EX",
            _ => return None,
        })
    }

    /// The answer has the form that every client since Windows 2000 asks for (23, 24, 25).
    #[must_use]
    pub const fn is_extended(self) -> bool {
        matches!(self.0, 23..=25)
    }

    /// The domain controller says that it can't serve now: Netlogon is paused or starting, or the
    /// directory or SYSVOL is not in step yet (20, 24).
    #[must_use]
    pub const fn is_paused(self) -> bool {
        matches!(self.0, 20 | 24)
    }

    /// The ping named an account, and the domain controller has no usable account of that name
    /// and kind (21, 25). Normal before a first join.
    #[must_use]
    pub const fn is_user_unknown(self) -> bool {
        matches!(self.0, 21 | 25)
    }

    /// A domain controller speaks (12, 19 to 21, 23 to 25).
    #[must_use]
    pub const fn is_answer(self) -> bool {
        matches!(self.0, 12 | 19..=21 | 23..=25)
    }
}

impl fmt::Display for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:04x}", self.0),
        }
    }
}

impl fmt::Debug for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opcode(0x{:04x})", self.0)
    }
}
