//! Operations and what they return.

use adjoin_wire::open_enum;
open_enum! {
    /// Operations of the endpoint mapper, C706 appendix O.
    pub struct EptOpnum(u16, "{:#06x}");
    /// `ept_insert`: registers endpoints; not remote on Windows.
    INSERT = 0, "ept_insert";
    /// `ept_delete`: removes endpoints; not remote on Windows.
    DELETE = 1, "ept_delete";
    /// `ept_lookup`: lists endpoints.
    LOOKUP = 2, "ept_lookup";
    /// `ept_map`: finds the endpoint of an interface.
    MAP = 3, "ept_map";
    /// `ept_lookup_handle_free`: ends a listing.
    LOOKUP_HANDLE_FREE = 4, "ept_lookup_handle_free";
    /// `ept_inq_object`.
    INQ_OBJECT = 5, "ept_inq_object";
    /// `ept_mgmt_delete`.
    MGMT_DELETE = 6, "ept_mgmt_delete";
    /// `ept_map_auth`.
    MAP_AUTH = 7, "ept_map_auth";
}

open_enum! {
    /// `error_status`, the last value of every answer, [MS-RPCE] 2.2.1.2.
    pub struct EptStatus(u32, "{:#010x}");
    /// Towers or entries are there.
    OK = 0, "ok";
    /// Nothing matches: the interface isn't registered on that server. The client reports 0x6D9.
    NOT_REGISTERED = 0x16c9_a0d6, "ept_s_not_registered";
    /// The operation failed.
    CANT_PERFORM_OP = 0x16c9_a0cd, "ept_s_cant_perform_op";
    /// The server is out of memory.
    NO_MEMORY = 0x16c9_a012, "ept_s_no_memory";
    /// The operation failed, as a Win32 code.
    WIN32_CANT_PERFORM_OP = 0x6d8, "EPT_S_CANT_PERFORM_OP";
    /// Nothing matches, as a Win32 code.
    WIN32_NOT_REGISTERED = 0x6d9, "EPT_S_NOT_REGISTERED";
}

impl EptStatus {
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
