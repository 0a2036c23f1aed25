//! Codes of the security packages (SSPI) that reach a log or an error text.

use super::Code;

pub(super) const CODES: &[Code] = &[
    (0x8009_0302, "SEC_E_UNSUPPORTED_FUNCTION", "The security package can't do what was asked."),
    (0x8009_0308, "SEC_E_INVALID_TOKEN", "The other side sent a security token that makes no sense."),
    (0x8009_030c, "SEC_E_LOGON_DENIED", "User name or password is wrong."),
    (
        0x8009_030e,
        "SEC_E_NO_CREDENTIALS",
        "There are no usable credentials; between cloned machines with one SID since the hardening of 2025.",
    ),
    (0x8009_0311, "SEC_E_NO_AUTHENTICATING_AUTHORITY", "No domain controller could be reached to log on."),
    (
        0x8009_0322,
        "SEC_E_WRONG_PRINCIPAL",
        "The server could not read the ticket: the service name belongs to another account.",
    ),
    (
        0x8009_0324,
        "SEC_E_TIME_SKEW",
        "The clocks of client and domain controller are too far apart for Kerberos.",
    ),
    (0x8009_0346, "SEC_E_BAD_BINDINGS", "Channel binding is demanded and the client's does not match."),
];
