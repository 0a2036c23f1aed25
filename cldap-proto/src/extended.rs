//! Extended operations, RFC 4511 4.12, and the names of object identifiers.

use crate::LdapResult;
use adjoin_wire::ber::{Reader, Tag};
use adjoin_wire::{Spanned, Text, WireError};
use core::fmt;

/// The name of an extended operation or control that domain members and controllers use.
#[must_use]
pub fn oid_name(dotted: &[u8]) -> Option<&'static str> {
    Some(match dotted {
        b"1.3.6.1.4.1.1466.20036" => "Notice of Disconnection",
        b"1.3.6.1.4.1.1466.20037" => "StartTLS",
        b"1.3.6.1.4.1.4203.1.11.1" => "Password Modify",
        b"1.3.6.1.4.1.4203.1.11.3" => "Who am I?",
        b"1.3.6.1.4.1.1466.101.119.1" => "Dynamic Refresh",
        b"1.2.840.113556.1.4.1781" => "LDAP_SERVER_FAST_BIND_OID",
        b"1.2.840.113556.1.4.2212" => "LDAP_SERVER_BATCH_REQUEST_OID",
        b"1.2.840.113556.1.4.319" => "LDAP_PAGED_RESULT_OID_STRING",
        b"1.2.840.113556.1.4.417" => "LDAP_SERVER_SHOW_DELETED_OID",
        b"1.2.840.113556.1.4.473" => "LDAP_SERVER_SORT_OID",
        b"1.2.840.113556.1.4.474" => "LDAP_SERVER_RESP_SORT_OID",
        b"1.2.840.113556.1.4.528" => "LDAP_SERVER_NOTIFICATION_OID",
        b"1.2.840.113556.1.4.529" => "LDAP_SERVER_EXTENDED_DN_OID",
        b"1.2.840.113556.1.4.619" => "LDAP_SERVER_LAZY_COMMIT_OID",
        b"1.2.840.113556.1.4.801" => "LDAP_SERVER_SD_FLAGS_OID",
        b"1.2.840.113556.1.4.805" => "LDAP_SERVER_TREE_DELETE_OID",
        b"1.2.840.113556.1.4.841" => "LDAP_SERVER_DIRSYNC_OID",
        b"1.2.840.113556.1.4.1338" => "LDAP_SERVER_VERIFY_NAME_OID",
        b"1.2.840.113556.1.4.1339" => "LDAP_SERVER_DOMAIN_SCOPE_OID",
        b"1.2.840.113556.1.4.1340" => "LDAP_SERVER_SEARCH_OPTIONS_OID",
        b"1.2.840.113556.1.4.1413" => "LDAP_SERVER_PERMISSIVE_MODIFY_OID",
        _ => return None,
    })
}

/// ExtendedRequest, RFC 4511 4.12.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ExtendedRequest<'a> {
    /// Dotted OID of the operation; [`oid_name`] names it.
    pub request_name: Spanned<Text<'a>>,
    /// Its argument.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub request_value: Option<Spanned<&'a [u8]>>,
}

/// The argument by its place: passwords can be in it (RFC 3062).
impl fmt::Debug for ExtendedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtendedRequest")
            .field("request_name", &self.request_name)
            .field("request_value", &self.request_value.map(|value| value.span))
            .finish()
    }
}

impl<'a> ExtendedRequest<'a> {
    /// ```asn1
    /// ExtendedRequest ::= [APPLICATION 23] SEQUENCE {
    ///      requestName      [0] LDAPOID,
    ///      requestValue     [1] OCTET STRING OPTIONAL }
    /// ```
    pub(crate) fn read(&mut self, r: &mut Reader<'a>) -> Result<(), WireError> {
        self.request_name = r.expect(Tag::context_primitive(0), "requestName")?.text("requestName")?;
        if let Some(value) = r.optional(Tag::context_primitive(1), "requestValue")? {
            self.request_value = Some(value.octets("requestValue")?);
        }
        Ok(())
    }
}

/// ExtendedResponse, RFC 4511 4.12.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ExtendedResponse<'a> {
    /// The outcome.
    pub result: LdapResult<'a>,
    /// Dotted OID of the operation.
    pub response_name: Option<Spanned<Text<'a>>>,
    /// Its result.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub response_value: Option<Spanned<&'a [u8]>>,
}

/// The value by its place: a new password can be in it (RFC 3062).
impl fmt::Debug for ExtendedResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtendedResponse")
            .field("result", &self.result)
            .field("response_name", &self.response_name)
            .field("response_value", &self.response_value.map(|value| value.span))
            .finish()
    }
}

impl<'a> ExtendedResponse<'a> {
    /// ```asn1
    /// ExtendedResponse ::= [APPLICATION 24] SEQUENCE {
    ///      COMPONENTS OF LDAPResult,
    ///      responseName     [10] LDAPOID OPTIONAL,
    ///      responseValue    [11] OCTET STRING OPTIONAL }
    /// ```
    pub(crate) fn read(&mut self, r: &mut Reader<'a>) -> Result<(), WireError> {
        self.result.read(r)?;
        if let Some(name) = r.optional(Tag::context_primitive(10), "responseName")? {
            self.response_name = Some(name.text("responseName")?);
        }
        if let Some(value) = r.optional(Tag::context_primitive(11), "responseValue")? {
            self.response_value = Some(value.octets("responseValue")?);
        }
        Ok(())
    }
}
