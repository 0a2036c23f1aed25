//! What a directory server says that it is: `supportedCapabilities` of the rootDSE.

/// The name of a capability ([MS-ADTS] 3.1.1.3.4.3).
///
/// ```
/// assert_eq!(
///     cldap_proto::capability_name(b"1.2.840.113556.1.4.1920"),
///     Some("LDAP_CAP_ACTIVE_DIRECTORY_PARTIAL_SECRETS_OID"), // a read-only DC
/// );
/// ```
#[must_use]
pub fn capability_name(dotted: &[u8]) -> Option<&'static str> {
    Some(match dotted.strip_prefix(b"1.2.840.113556.1.4.")? {
        b"800" => "LDAP_CAP_ACTIVE_DIRECTORY_OID",
        b"1670" => "LDAP_CAP_ACTIVE_DIRECTORY_V51_OID",
        b"1791" => "LDAP_CAP_ACTIVE_DIRECTORY_LDAP_INTEG_OID",
        b"1851" => "LDAP_CAP_ACTIVE_DIRECTORY_ADAM_OID",
        b"1880" => "LDAP_CAP_ACTIVE_DIRECTORY_ADAM_DIGEST_OID",
        b"1920" => "LDAP_CAP_ACTIVE_DIRECTORY_PARTIAL_SECRETS_OID",
        b"1935" => "LDAP_CAP_ACTIVE_DIRECTORY_V61_OID",
        b"2080" => "LDAP_CAP_ACTIVE_DIRECTORY_V61_R2_OID",
        b"2237" => "LDAP_CAP_ACTIVE_DIRECTORY_W8_OID",
        _ => return None,
    })
}
