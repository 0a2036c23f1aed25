//! Status codes: NTSTATUS ([MS-ERREF] 2.3) and the error classes of SMB1.

use crate::open::open_enum;
use core::fmt;

open_enum! {
    /// An NTSTATUS ([MS-ERREF] 2.3): 32 bits, the two most significant ones are the severity.
    NtStatus(u32) {
        SUCCESS = 0x00000000, "STATUS_SUCCESS";
        PENDING = 0x00000103, "STATUS_PENDING";
        NOTIFY_CLEANUP = 0x0000010b, "STATUS_NOTIFY_CLEANUP";
        NOTIFY_ENUM_DIR = 0x0000010c, "STATUS_NOTIFY_ENUM_DIR";
        SMB_BAD_UID = 0x005b0002, "STATUS_SMB_BAD_UID";
        BUFFER_OVERFLOW = 0x80000005, "STATUS_BUFFER_OVERFLOW";
        NO_MORE_FILES = 0x80000006, "STATUS_NO_MORE_FILES";
        STOPPED_ON_SYMLINK = 0x8000002d, "STATUS_STOPPED_ON_SYMLINK";
        UNSUCCESSFUL = 0xc0000001, "STATUS_UNSUCCESSFUL";
        NOT_IMPLEMENTED = 0xc0000002, "STATUS_NOT_IMPLEMENTED";
        INVALID_INFO_CLASS = 0xc0000003, "STATUS_INVALID_INFO_CLASS";
        INFO_LENGTH_MISMATCH = 0xc0000004, "STATUS_INFO_LENGTH_MISMATCH";
        INVALID_HANDLE = 0xc0000008, "STATUS_INVALID_HANDLE";
        INVALID_PARAMETER = 0xc000000d, "STATUS_INVALID_PARAMETER";
        NO_SUCH_FILE = 0xc000000f, "STATUS_NO_SUCH_FILE";
        INVALID_DEVICE_REQUEST = 0xc0000010, "STATUS_INVALID_DEVICE_REQUEST";
        END_OF_FILE = 0xc0000011, "STATUS_END_OF_FILE";
        MORE_PROCESSING_REQUIRED = 0xc0000016, "STATUS_MORE_PROCESSING_REQUIRED";
        NO_MEMORY = 0xc0000017, "STATUS_NO_MEMORY";
        ACCESS_DENIED = 0xc0000022, "STATUS_ACCESS_DENIED";
        BUFFER_TOO_SMALL = 0xc0000023, "STATUS_BUFFER_TOO_SMALL";
        OBJECT_NAME_INVALID = 0xc0000033, "STATUS_OBJECT_NAME_INVALID";
        OBJECT_NAME_NOT_FOUND = 0xc0000034, "STATUS_OBJECT_NAME_NOT_FOUND";
        OBJECT_NAME_COLLISION = 0xc0000035, "STATUS_OBJECT_NAME_COLLISION";
        OBJECT_PATH_NOT_FOUND = 0xc000003a, "STATUS_OBJECT_PATH_NOT_FOUND";
        OBJECT_PATH_SYNTAX_BAD = 0xc000003b, "STATUS_OBJECT_PATH_SYNTAX_BAD";
        PORT_CONNECTION_REFUSED = 0xc0000041, "STATUS_PORT_CONNECTION_REFUSED";
        SHARING_VIOLATION = 0xc0000043, "STATUS_SHARING_VIOLATION";
        DELETE_PENDING = 0xc0000056, "STATUS_DELETE_PENDING";
        NO_LOGON_SERVERS = 0xc000005e, "STATUS_NO_LOGON_SERVERS";
        PRIVILEGE_NOT_HELD = 0xc0000061, "STATUS_PRIVILEGE_NOT_HELD";
        INVALID_ACCOUNT_NAME = 0xc0000062, "STATUS_INVALID_ACCOUNT_NAME";
        USER_EXISTS = 0xc0000063, "STATUS_USER_EXISTS";
        NO_SUCH_USER = 0xc0000064, "STATUS_NO_SUCH_USER";
        WRONG_PASSWORD = 0xc000006a, "STATUS_WRONG_PASSWORD";
        LOGON_FAILURE = 0xc000006d, "STATUS_LOGON_FAILURE";
        ACCOUNT_RESTRICTION = 0xc000006e, "STATUS_ACCOUNT_RESTRICTION";
        INVALID_LOGON_HOURS = 0xc000006f, "STATUS_INVALID_LOGON_HOURS";
        INVALID_WORKSTATION = 0xc0000070, "STATUS_INVALID_WORKSTATION";
        PASSWORD_EXPIRED = 0xc0000071, "STATUS_PASSWORD_EXPIRED";
        ACCOUNT_DISABLED = 0xc0000072, "STATUS_ACCOUNT_DISABLED";
        NONE_MAPPED = 0xc0000073, "STATUS_NONE_MAPPED";
        INSUFFICIENT_RESOURCES = 0xc000009a, "STATUS_INSUFFICIENT_RESOURCES";
        PIPE_NOT_AVAILABLE = 0xc00000ac, "STATUS_PIPE_NOT_AVAILABLE";
        INVALID_PIPE_STATE = 0xc00000ad, "STATUS_INVALID_PIPE_STATE";
        PIPE_BUSY = 0xc00000ae, "STATUS_PIPE_BUSY";
        ILLEGAL_FUNCTION = 0xc00000af, "STATUS_ILLEGAL_FUNCTION";
        PIPE_DISCONNECTED = 0xc00000b0, "STATUS_PIPE_DISCONNECTED";
        PIPE_CLOSING = 0xc00000b1, "STATUS_PIPE_CLOSING";
        INVALID_READ_MODE = 0xc00000b4, "STATUS_INVALID_READ_MODE";
        IO_TIMEOUT = 0xc00000b5, "STATUS_IO_TIMEOUT";
        FILE_FORCED_CLOSED = 0xc00000b6, "STATUS_FILE_FORCED_CLOSED";
        FILE_IS_A_DIRECTORY = 0xc00000ba, "STATUS_FILE_IS_A_DIRECTORY";
        NOT_SUPPORTED = 0xc00000bb, "STATUS_NOT_SUPPORTED";
        BAD_NETWORK_PATH = 0xc00000be, "STATUS_BAD_NETWORK_PATH";
        NETWORK_BUSY = 0xc00000bf, "STATUS_NETWORK_BUSY";
        INVALID_NETWORK_RESPONSE = 0xc00000c3, "STATUS_INVALID_NETWORK_RESPONSE";
        UNEXPECTED_NETWORK_ERROR = 0xc00000c4, "STATUS_UNEXPECTED_NETWORK_ERROR";
        NETWORK_NAME_DELETED = 0xc00000c9, "STATUS_NETWORK_NAME_DELETED";
        NETWORK_ACCESS_DENIED = 0xc00000ca, "STATUS_NETWORK_ACCESS_DENIED";
        BAD_DEVICE_TYPE = 0xc00000cb, "STATUS_BAD_DEVICE_TYPE";
        BAD_NETWORK_NAME = 0xc00000cc, "STATUS_BAD_NETWORK_NAME";
        REQUEST_NOT_ACCEPTED = 0xc00000d0, "STATUS_REQUEST_NOT_ACCEPTED";
        INVALID_SERVER_STATE = 0xc00000dc, "STATUS_INVALID_SERVER_STATE";
        INVALID_DOMAIN_STATE = 0xc00000dd, "STATUS_INVALID_DOMAIN_STATE";
        INVALID_DOMAIN_ROLE = 0xc00000de, "STATUS_INVALID_DOMAIN_ROLE";
        NO_SUCH_DOMAIN = 0xc00000df, "STATUS_NO_SUCH_DOMAIN";
        DIRECTORY_NOT_EMPTY = 0xc0000101, "STATUS_DIRECTORY_NOT_EMPTY";
        NOT_A_DIRECTORY = 0xc0000103, "STATUS_NOT_A_DIRECTORY";
        NAME_TOO_LONG = 0xc0000106, "STATUS_NAME_TOO_LONG";
        CANCELLED = 0xc0000120, "STATUS_CANCELLED";
        FILE_CLOSED = 0xc0000128, "STATUS_FILE_CLOSED";
        TIME_DIFFERENCE_AT_DC = 0xc0000133, "STATUS_TIME_DIFFERENCE_AT_DC";
        PIPE_BROKEN = 0xc000014b, "STATUS_PIPE_BROKEN";
        LOGON_TYPE_NOT_GRANTED = 0xc000015b, "STATUS_LOGON_TYPE_NOT_GRANTED";
        NO_TRUST_LSA_SECRET = 0xc000018a, "STATUS_NO_TRUST_LSA_SECRET";
        NO_TRUST_SAM_ACCOUNT = 0xc000018b, "STATUS_NO_TRUST_SAM_ACCOUNT";
        TRUSTED_DOMAIN_FAILURE = 0xc000018c, "STATUS_TRUSTED_DOMAIN_FAILURE";
        TRUSTED_RELATIONSHIP_FAILURE = 0xc000018d, "STATUS_TRUSTED_RELATIONSHIP_FAILURE";
        TRUST_FAILURE = 0xc0000190, "STATUS_TRUST_FAILURE";
        NETLOGON_NOT_STARTED = 0xc0000192, "STATUS_NETLOGON_NOT_STARTED";
        ACCOUNT_EXPIRED = 0xc0000193, "STATUS_ACCOUNT_EXPIRED";
        NOLOGON_WORKSTATION_TRUST_ACCOUNT = 0xc0000199, "STATUS_NOLOGON_WORKSTATION_TRUST_ACCOUNT";
        DOMAIN_TRUST_INCONSISTENT = 0xc000019b, "STATUS_DOMAIN_TRUST_INCONSISTENT";
        FS_DRIVER_REQUIRED = 0xc000019c, "STATUS_FS_DRIVER_REQUIRED";
        USER_SESSION_DELETED = 0xc0000203, "STATUS_USER_SESSION_DELETED";
        INSUFF_SERVER_RESOURCES = 0xc0000205, "STATUS_INSUFF_SERVER_RESOURCES";
        CONNECTION_DISCONNECTED = 0xc000020c, "STATUS_CONNECTION_DISCONNECTED";
        CONNECTION_RESET = 0xc000020d, "STATUS_CONNECTION_RESET";
        PASSWORD_MUST_CHANGE = 0xc0000224, "STATUS_PASSWORD_MUST_CHANGE";
        NOT_FOUND = 0xc0000225, "STATUS_NOT_FOUND";
        DOMAIN_CONTROLLER_NOT_FOUND = 0xc0000233, "STATUS_DOMAIN_CONTROLLER_NOT_FOUND";
        ACCOUNT_LOCKED_OUT = 0xc0000234, "STATUS_ACCOUNT_LOCKED_OUT";
        CONNECTION_REFUSED = 0xc0000236, "STATUS_CONNECTION_REFUSED";
        GRACEFUL_DISCONNECT = 0xc0000237, "STATUS_GRACEFUL_DISCONNECT";
        NETWORK_UNREACHABLE = 0xc000023c, "STATUS_NETWORK_UNREACHABLE";
        HOST_UNREACHABLE = 0xc000023d, "STATUS_HOST_UNREACHABLE";
        REQUEST_ABORTED = 0xc0000240, "STATUS_REQUEST_ABORTED";
        CONNECTION_ABORTED = 0xc0000241, "STATUS_CONNECTION_ABORTED";
        PATH_NOT_COVERED = 0xc0000257, "STATUS_PATH_NOT_COVERED";
        VOLUME_DISMOUNTED = 0xc000026e, "STATUS_VOLUME_DISMOUNTED";
        NOT_A_REPARSE_POINT = 0xc0000275, "STATUS_NOT_A_REPARSE_POINT";
        DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED = 0xc00002e7, "STATUS_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED";
        SHUTDOWN_IN_PROGRESS = 0xc00002fe, "STATUS_SHUTDOWN_IN_PROGRESS";
        NETWORK_SESSION_EXPIRED = 0xc000035c, "STATUS_NETWORK_SESSION_EXPIRED";
        SMARTCARD_WRONG_PIN = 0xc0000380, "STATUS_SMARTCARD_WRONG_PIN";
        DOWNGRADE_DETECTED = 0xc0000388, "STATUS_DOWNGRADE_DETECTED";
        USER2USER_REQUIRED = 0xc0000408, "STATUS_USER2USER_REQUIRED";
        AUTHENTICATION_FIREWALL_FAILED = 0xc0000413, "STATUS_AUTHENTICATION_FIREWALL_FAILED";
        NTLM_BLOCKED = 0xc0000418, "STATUS_NTLM_BLOCKED";
        INVALID_SIGNATURE = 0xc000a000, "STATUS_INVALID_SIGNATURE";
        RPC_NT_UNKNOWN_IF = 0xc0020012, "RPC_NT_UNKNOWN_IF";
        RPC_NT_SERVER_UNAVAILABLE = 0xc0020017, "RPC_NT_SERVER_UNAVAILABLE";
        RPC_NT_CALL_FAILED = 0xc002001b, "RPC_NT_CALL_FAILED";
        RPC_NT_CALL_FAILED_DNE = 0xc002001c, "RPC_NT_CALL_FAILED_DNE";
        RPC_NT_UNKNOWN_AUTHN_SERVICE = 0xc0020030, "RPC_NT_UNKNOWN_AUTHN_SERVICE";
    }
}

/// The severity of an NTSTATUS ([MS-ERREF] 2.3): its two most significant bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Severity {
    /// 0: done, or under way (`STATUS_PENDING`).
    Success,
    /// 1: done, with a remark.
    Informational,
    /// 2: done in part (`STATUS_BUFFER_OVERFLOW`).
    Warning,
    /// 3: not done; [`NtStatus::MORE_PROCESSING_REQUIRED`] is one by its number only.
    Error,
}

impl NtStatus {
    /// The severity.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self.0 >> 30 {
            0 => Severity::Success,
            1 => Severity::Informational,
            2 => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// True when the severity is [`Severity::Error`], `STATUS_MORE_PROCESSING_REQUIRED` included.
    #[must_use]
    pub const fn is_error(self) -> bool {
        matches!(self.severity(), Severity::Error)
    }
}

/// The status of an SMB1 message: an NTSTATUS, or class and code as DOS and OS/2 had them
/// ([MS-CIFS] 2.2.3.1), chosen by `SMB_FLAGS2_NT_STATUS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Status {
    /// `SMB_FLAGS2_NT_STATUS` is set.
    Nt(NtStatus),
    /// `SMB_FLAGS2_NT_STATUS` is clear.
    Dos {
        /// ErrorClass: 0 success, 1 ERRDOS, 2 ERRSRV, 3 ERRHRD, 0xff ERRCMD.
        class: u8,
        /// ErrorCode, in its class.
        code: u16,
    },
}

impl Status {
    /// True when the request was refused.
    #[must_use]
    pub const fn is_error(self) -> bool {
        match self {
            Self::Nt(status) => status.is_error(),
            Self::Dos { class, .. } => class != 0,
        }
    }

    /// True for the answer that asks for another security token.
    #[must_use]
    pub fn is_more_processing_required(self) -> bool {
        self == Self::Nt(NtStatus::MORE_PROCESSING_REQUIRED)
    }
}

impl Default for Status {
    fn default() -> Self {
        Self::Nt(NtStatus::SUCCESS)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Nt(status) => status.fmt(f),
            Self::Dos { class: 0, code: 0 } => f.write_str("success"),
            Self::Dos { class, code } => {
                match class {
                    1 => f.write_str("ERRDOS"),
                    2 => f.write_str("ERRSRV"),
                    3 => f.write_str("ERRHRD"),
                    0xff => f.write_str("ERRCMD"),
                    _ => write!(f, "class {class:#04x}"),
                }?;
                write!(f, "/{code}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};

    #[test]
    fn severity_is_in_the_top_bits() {
        assert_eq!(NtStatus::PENDING.severity(), Severity::Success);
        assert_eq!(NtStatus::BUFFER_OVERFLOW.severity(), Severity::Warning);
        assert!(NtStatus::LOGON_FAILURE.is_error() && NtStatus::MORE_PROCESSING_REQUIRED.is_error());
        assert_eq!(NtStatus(0x4000_0000).severity(), Severity::Informational);
    }

    #[test]
    fn names_or_hexadecimal() {
        assert_eq!(NtStatus::ACCESS_DENIED.to_string(), "STATUS_ACCESS_DENIED");
        assert_eq!(NtStatus(0xc0de_0001).to_string(), "0xc0de0001");
        assert_eq!(format!("{:?}", NtStatus::SUCCESS), "NtStatus(0x0)");
        assert_eq!(Status::Dos { class: 2, code: 91 }.to_string(), "ERRSRV/91");
    }
}
