//! Operations and what they return.

use core::fmt;

/// Operations of the endpoint mapper, C706 appendix O.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EptOpnum(pub u16);

impl EptOpnum {
    /// `ept_insert`: registers endpoints; not remote on Windows.
    pub const INSERT: Self = Self(0);
    /// `ept_delete`: removes endpoints; not remote on Windows.
    pub const DELETE: Self = Self(1);
    /// `ept_lookup`: lists endpoints.
    pub const LOOKUP: Self = Self(2);
    /// `ept_map`: finds the endpoint of an interface.
    pub const MAP: Self = Self(3);
    /// `ept_lookup_handle_free`: ends a listing.
    pub const LOOKUP_HANDLE_FREE: Self = Self(4);
    /// `ept_inq_object`.
    pub const INQ_OBJECT: Self = Self(5);
    /// `ept_mgmt_delete`.
    pub const MGMT_DELETE: Self = Self(6);
    /// `ept_map_auth`.
    pub const MAP_AUTH: Self = Self(7);

    /// The name of a known operation.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "ept_insert",
            1 => "ept_delete",
            2 => "ept_lookup",
            3 => "ept_map",
            4 => "ept_lookup_handle_free",
            5 => "ept_inq_object",
            6 => "ept_mgmt_delete",
            7 => "ept_map_auth",
            _ => return None,
        })
    }
}

impl fmt::Debug for EptOpnum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#06x}", self.0)
    }
}

impl fmt::Display for EptOpnum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => fmt::Debug::fmt(self, f),
        }
    }
}

/// `error_status`, the last value of every answer, [MS-RPCE] 2.2.1.2.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EptStatus(pub u32);

impl EptStatus {
    /// Towers or entries are there.
    pub const OK: Self = Self(0);
    /// Nothing matches: the interface isn't registered on that server. The client reports 0x6D9.
    pub const NOT_REGISTERED: Self = Self(0x16c9_a0d6);
    /// The operation failed.
    pub const CANT_PERFORM_OP: Self = Self(0x16c9_a0cd);
    /// The server is out of memory.
    pub const NO_MEMORY: Self = Self(0x16c9_a012);
    /// The operation failed, as a Win32 code.
    pub const WIN32_CANT_PERFORM_OP: Self = Self(0x6d8);
    /// Nothing matches, as a Win32 code.
    pub const WIN32_NOT_REGISTERED: Self = Self(0x6d9);

    /// The name of a known status: DCE names in small letters, Win32 names in capitals.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "ok",
            0x16c9_a0d6 => "ept_s_not_registered",
            0x16c9_a0cd => "ept_s_cant_perform_op",
            0x16c9_a012 => "ept_s_no_memory",
            0x6d8 => "EPT_S_CANT_PERFORM_OP",
            0x6d9 => "EPT_S_NOT_REGISTERED",
            _ => return None,
        })
    }

    /// True when the answer is one.
    #[must_use]
    pub const fn is_ok(self) -> bool {
        self.0 == 0
    }

    /// True when the server doesn't know the interface, in either form of the code.
    #[must_use]
    pub const fn is_not_registered(self) -> bool {
        matches!(self, Self::NOT_REGISTERED | Self::WIN32_NOT_REGISTERED)
    }
}

impl fmt::Debug for EptStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x}", self.0)
    }
}

impl fmt::Display for EptStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => fmt::Debug::fmt(self, f),
        }
    }
}
