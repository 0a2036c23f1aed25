//! Operations of the remote management of any RPC server interface by number, C706 appendix Q.

/// `(opnum, name)`, ascending.
pub(super) const NAMES: &[(u16, &str)] = &[
    (0, "rpc_mgmt_inq_if_ids"),
    (1, "rpc_mgmt_inq_stats"),
    (2, "rpc_mgmt_is_server_listening"),
    (3, "rpc_mgmt_stop_server_listening"),
    (4, "rpc_mgmt_inq_princ_name"),
];
