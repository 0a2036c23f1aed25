//! Attributes whose values are secrets: nothing that writes text shows them.

/// Passwords, their hashes and keys, by name and by OID: of Active Directory, LAPS, BitLocker, Samba and
/// other directories.
const SECRET: &[&str] = &[
    "1.2.840.113556.1.4.55",
    "1.2.840.113556.1.4.90",
    "1.2.840.113556.1.4.94",
    "1.2.840.113556.1.4.125",
    "1.2.840.113556.1.4.160",
    "2.5.4.35",
    "clearTextPassword",
    "currentValue",
    "dBCSPwd",
    "initialAuthIncoming",
    "initialAuthOutgoing",
    "krbPrincipalKey",
    "lmPwdHistory",
    "ms-Mcs-AdmPwd",
    "msDS-ExecuteScriptPassword",
    "msDS-ManagedPassword",
    "msFVE-KeyPackage",
    "msFVE-RecoveryPassword",
    "msLAPS-EncryptedDSRMPassword",
    "msLAPS-EncryptedDSRMPasswordHistory",
    "msLAPS-EncryptedPassword",
    "msLAPS-EncryptedPasswordHistory",
    "msLAPS-Password",
    "msSFU30Password",
    "ntPwdHistory",
    "pekList",
    "priorValue",
    "sambaLMPassword",
    "sambaNTPassword",
    "sambaPasswordHistory",
    "supplementalCredentials",
    "trustAuthIncoming",
    "trustAuthOutgoing",
    "unicodePwd",
    "unixUserPassword",
    "userPassword",
];

/// True for an attribute of that kind; the name may have options (`userPassword;x-old`).
pub(crate) fn is_secret(description: &[u8]) -> bool {
    let name = description.split(|octet| *octet == b';').next().unwrap_or_default();
    SECRET.iter().any(|secret| name.eq_ignore_ascii_case(secret.as_bytes()))
}
