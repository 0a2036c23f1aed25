//! Why calls fail.

use adjoin_wire::open_enum;

open_enum! {
    /// `status` of a `fault`: a DCE status (C706 appendix E) or a Win32 code ([MS-ERREF] 2.2).
    pub struct FaultStatus(u32, "{:#010x}", ALL);
    /// `nca_s_comm_failure`.
    NCA_S_COMM_FAILURE = 0x1c010001, "nca_s_comm_failure";
    /// The server version doesn't have that operation.
    NCA_S_OP_RNG_ERROR = 0x1c010002, "nca_s_op_rng_error";
    /// The interface is not on that endpoint: wrong port, or the service is not started.
    NCA_S_UNKNOWN_IF = 0x1c010003, "nca_s_unknown_if";
    /// `nca_s_wrong_boot_time`.
    NCA_S_WRONG_BOOT_TIME = 0x1c010006, "nca_s_wrong_boot_time";
    /// `nca_s_you_crashed`.
    NCA_S_YOU_CRASHED = 0x1c010009, "nca_s_you_crashed";
    /// The protocol was broken.
    NCA_S_PROTO_ERROR = 0x1c01000b, "nca_s_proto_error";
    /// `nca_s_out_args_too_big`.
    NCA_S_OUT_ARGS_TOO_BIG = 0x1c010013, "nca_s_out_args_too_big";
    /// The server is too busy.
    NCA_S_SERVER_TOO_BUSY = 0x1c010014, "nca_s_server_too_busy";
    /// `nca_s_fault_string_too_large`.
    NCA_S_FAULT_STRING_TOO_LARGE = 0x1c010015, "nca_s_fault_string_too_large";
    /// `nca_s_unsupported_type`.
    NCA_S_UNSUPPORTED_TYPE = 0x1c010017, "nca_s_unsupported_type";
    /// `nca_s_fault_int_div_by_zero`.
    NCA_S_FAULT_INT_DIV_BY_ZERO = 0x1c000001, "nca_s_fault_int_div_by_zero";
    /// `nca_s_fault_addr_error`.
    NCA_S_FAULT_ADDR_ERROR = 0x1c000002, "nca_s_fault_addr_error";
    /// `nca_s_fault_fp_div_by_zero`.
    NCA_S_FAULT_FP_DIV_BY_ZERO = 0x1c000003, "nca_s_fault_fp_div_by_zero";
    /// `nca_s_fault_fp_underflow`.
    NCA_S_FAULT_FP_UNDERFLOW = 0x1c000004, "nca_s_fault_fp_underflow";
    /// `nca_s_fault_fp_overflow`.
    NCA_S_FAULT_FP_OVERFLOW = 0x1c000005, "nca_s_fault_fp_overflow";
    /// `nca_s_fault_invalid_tag`.
    NCA_S_FAULT_INVALID_TAG = 0x1c000006, "nca_s_fault_invalid_tag";
    /// `nca_s_fault_invalid_bound`.
    NCA_S_FAULT_INVALID_BOUND = 0x1c000007, "nca_s_fault_invalid_bound";
    /// `nca_s_fault_rpc_version_mismatch`.
    NCA_S_FAULT_RPC_VERSION_MISMATCH = 0x1c000008, "nca_s_fault_rpc_version_mismatch";
    /// `nca_s_fault_unspec_reject`.
    NCA_S_FAULT_UNSPEC_REJECT = 0x1c000009, "nca_s_fault_unspec_reject";
    /// `nca_s_fault_bad_actid`.
    NCA_S_FAULT_BAD_ACTID = 0x1c00000a, "nca_s_fault_bad_actid";
    /// `nca_s_fault_who_are_you_failed`.
    NCA_S_FAULT_WHO_ARE_YOU_FAILED = 0x1c00000b, "nca_s_fault_who_are_you_failed";
    /// `nca_s_fault_manager_not_entered`.
    NCA_S_FAULT_MANAGER_NOT_ENTERED = 0x1c00000c, "nca_s_fault_manager_not_entered";
    /// `nca_s_fault_cancel`.
    NCA_S_FAULT_CANCEL = 0x1c00000d, "nca_s_fault_cancel";
    /// `nca_s_fault_ill_inst`.
    NCA_S_FAULT_ILL_INST = 0x1c00000e, "nca_s_fault_ill_inst";
    /// `nca_s_fault_fp_error`.
    NCA_S_FAULT_FP_ERROR = 0x1c00000f, "nca_s_fault_fp_error";
    /// `nca_s_fault_int_overflow`.
    NCA_S_FAULT_INT_OVERFLOW = 0x1c000010, "nca_s_fault_int_overflow";
    /// `nca_s_fault_unspec`.
    NCA_S_FAULT_UNSPEC = 0x1c000012, "nca_s_fault_unspec";
    /// `nca_s_fault_remote_comm_failure`.
    NCA_S_FAULT_REMOTE_COMM_FAILURE = 0x1c000013, "nca_s_fault_remote_comm_failure";
    /// `nca_s_fault_pipe_empty`.
    NCA_S_FAULT_PIPE_EMPTY = 0x1c000014, "nca_s_fault_pipe_empty";
    /// `nca_s_fault_pipe_closed`.
    NCA_S_FAULT_PIPE_CLOSED = 0x1c000015, "nca_s_fault_pipe_closed";
    /// `nca_s_fault_pipe_order`.
    NCA_S_FAULT_PIPE_ORDER = 0x1c000016, "nca_s_fault_pipe_order";
    /// `nca_s_fault_pipe_discipline`.
    NCA_S_FAULT_PIPE_DISCIPLINE = 0x1c000017, "nca_s_fault_pipe_discipline";
    /// `nca_s_fault_pipe_comm_error`.
    NCA_S_FAULT_PIPE_COMM_ERROR = 0x1c000018, "nca_s_fault_pipe_comm_error";
    /// `nca_s_fault_pipe_memory`.
    NCA_S_FAULT_PIPE_MEMORY = 0x1c000019, "nca_s_fault_pipe_memory";
    /// The context handle is not valid any more.
    NCA_S_FAULT_CONTEXT_MISMATCH = 0x1c00001a, "nca_s_fault_context_mismatch";
    /// `nca_s_fault_remote_no_memory`.
    NCA_S_FAULT_REMOTE_NO_MEMORY = 0x1c00001b, "nca_s_fault_remote_no_memory";
    /// The presentation context is not known.
    NCA_S_INVALID_PRES_CONTEXT_ID = 0x1c00001c, "nca_s_invalid_pres_context_id";
    /// The authentication level is not accepted.
    NCA_S_UNSUPPORTED_AUTHN_LEVEL = 0x1c00001d, "nca_s_unsupported_authn_level";
    /// `nca_s_invalid_checksum`.
    NCA_S_INVALID_CHECKSUM = 0x1c00001f, "nca_s_invalid_checksum";
    /// `nca_s_invalid_crc`.
    NCA_S_INVALID_CRC = 0x1c000020, "nca_s_invalid_crc";
    /// `nca_s_fault_user_defined`.
    NCA_S_FAULT_USER_DEFINED = 0x1c000021, "nca_s_fault_user_defined";
    /// `nca_s_fault_tx_open_failed`.
    NCA_S_FAULT_TX_OPEN_FAILED = 0x1c000022, "nca_s_fault_tx_open_failed";
    /// `nca_s_fault_codeset_conv_error`.
    NCA_S_FAULT_CODESET_CONV_ERROR = 0x1c000023, "nca_s_fault_codeset_conv_error";
    /// `nca_s_fault_object_not_found`.
    NCA_S_FAULT_OBJECT_NOT_FOUND = 0x1c000024, "nca_s_fault_object_not_found";
    /// `nca_s_fault_no_client_stub`.
    NCA_S_FAULT_NO_CLIENT_STUB = 0x1c000025, "nca_s_fault_no_client_stub";
    /// The caller may not do that.
    ACCESS_DENIED = 0x00000005, "ERROR_ACCESS_DENIED";
    /// The server is not available.
    SERVER_UNAVAILABLE = 0x000006ba, "RPC_S_SERVER_UNAVAILABLE";
    /// `RPC_S_NO_CALL_ACTIVE`.
    NO_CALL_ACTIVE = 0x000006bd, "RPC_S_NO_CALL_ACTIVE";
    /// The operation cannot be performed.
    CANT_PERFORM = 0x000006d8, "EPT_S_CANT_PERFORM_OP";
    /// No endpoint is registered, or the server is out of resources.
    NOT_REGISTERED = 0x000006d9, "EPT_S_NOT_REGISTERED";
    /// The stub could not be decoded.
    BAD_STUB_DATA = 0x000006f7, "RPC_X_BAD_STUB_DATA";
    /// The security package failed: wrong key, or the message was altered.
    SEC_PKG_ERROR = 0x00000721, "RPC_S_SEC_PKG_ERROR";
}
