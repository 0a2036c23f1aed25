//! Operations of the endpoint mapper interface by number, C706 appendix O.

/// `(opnum, name)`, ascending.
pub(super) const NAMES: &[(u16, &str)] = &[
    (0, "ept_insert"),
    (1, "ept_delete"),
    (2, "ept_lookup"),
    (3, "ept_map"),
    (4, "ept_lookup_handle_free"),
    (5, "ept_inq_object"),
    (6, "ept_mgmt_delete"),
    (7, "ept_map_auth"),
];
