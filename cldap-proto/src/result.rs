//! LDAPResult, RFC 4511 4.1.9.

use crate::Octets;
use adjoin_wire::ber::{Reader, Tag};
use adjoin_wire::{Spanned, Text, WireError};
use core::fmt;

/// The outcome of an operation.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResultCode(pub u32);

macro_rules! result_codes {
    ($($name:ident = $value:literal, $text:literal, $meaning:literal;)*) => {
        impl ResultCode {
            $(#[doc = $meaning] pub const $name: Self = Self($value);)*

            /// The name in RFC 4511, if it has one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($text),)*
                    _ => None,
                }
            }
        }
    };
}

result_codes! {
    SUCCESS = 0, "success", "Done.";
    OPERATIONS_ERROR = 1, "operationsError", "Out of order; Active Directory: a bind must come first.";
    PROTOCOL_ERROR = 2, "protocolError", "The server couldn't read the request.";
    TIME_LIMIT_EXCEEDED = 3, "timeLimitExceeded", "The time limit was reached.";
    SIZE_LIMIT_EXCEEDED = 4, "sizeLimitExceeded", "The size limit was reached.";
    COMPARE_FALSE = 5, "compareFalse", "Comparison: no.";
    COMPARE_TRUE = 6, "compareTrue", "Comparison: yes.";
    AUTH_METHOD_NOT_SUPPORTED = 7, "authMethodNotSupported", "The server doesn't offer this way to bind.";
    STRONGER_AUTH_REQUIRED = 8, "strongerAuthRequired", "The server wants signing, sealing or TLS.";
    REFERRAL = 10, "referral", "Another server has the answer.";
    ADMIN_LIMIT_EXCEEDED = 11, "adminLimitExceeded", "A limit set by the administrator was reached.";
    UNAVAILABLE_CRITICAL_EXTENSION = 12, "unavailableCriticalExtension", "A critical control is unknown or unfit.";
    CONFIDENTIALITY_REQUIRED = 13, "confidentialityRequired", "The operation must be encrypted.";
    SASL_BIND_IN_PROGRESS = 14, "saslBindInProgress", "The bind takes another round.";
    NO_SUCH_ATTRIBUTE = 16, "noSuchAttribute", "The entry has no such attribute or value.";
    UNDEFINED_ATTRIBUTE_TYPE = 17, "undefinedAttributeType", "The schema has no such attribute.";
    INAPPROPRIATE_MATCHING = 18, "inappropriateMatching", "The attribute can't be matched this way.";
    CONSTRAINT_VIOLATION = 19, "constraintViolation", "A value breaks a rule, such as the password policy.";
    ATTRIBUTE_OR_VALUE_EXISTS = 20, "attributeOrValueExists", "The value is there already.";
    INVALID_ATTRIBUTE_SYNTAX = 21, "invalidAttributeSyntax", "A value doesn't fit the attribute's syntax.";
    NO_SUCH_OBJECT = 32, "noSuchObject", "There is no such entry.";
    ALIAS_PROBLEM = 33, "aliasProblem", "An alias is broken.";
    INVALID_DN_SYNTAX = 34, "invalidDNSyntax", "Not a distinguished name.";
    ALIAS_DEREFERENCING_PROBLEM = 36, "aliasDereferencingProblem", "An alias couldn't be followed.";
    INAPPROPRIATE_AUTHENTICATION = 48, "inappropriateAuthentication", "The entry can't be bound to this way.";
    INVALID_CREDENTIALS = 49, "invalidCredentials", "The bind was refused; see the diagnostic message.";
    INSUFFICIENT_ACCESS_RIGHTS = 50, "insufficientAccessRights", "The account may not do this.";
    BUSY = 51, "busy", "The server is too busy.";
    UNAVAILABLE = 52, "unavailable", "The server is shutting down or offline.";
    UNWILLING_TO_PERFORM = 53, "unwillingToPerform", "The server won't; see the diagnostic message.";
    LOOP_DETECT = 54, "loopDetect", "Referrals or aliases go in a circle.";
    NAMING_VIOLATION = 64, "namingViolation", "An entry of this class can't stand there.";
    OBJECT_CLASS_VIOLATION = 65, "objectClassViolation", "The entry would break its class.";
    NOT_ALLOWED_ON_NON_LEAF = 66, "notAllowedOnNonLeaf", "The entry has children.";
    NOT_ALLOWED_ON_RDN = 67, "notAllowedOnRDN", "The attribute is part of the entry's name.";
    ENTRY_ALREADY_EXISTS = 68, "entryAlreadyExists", "The entry is there already.";
    OBJECT_CLASS_MODS_PROHIBITED = 69, "objectClassModsProhibited", "The class can't be changed.";
    AFFECTS_MULTIPLE_DSAS = 71, "affectsMultipleDSAs", "More than one server would be involved.";
    OTHER = 80, "other", "Anything else.";
}

impl fmt::Display for ResultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:x}", self.0),
        }
    }
}

impl fmt::Debug for ResultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResultCode(0x{:x})", self.0)
    }
}

/// LDAPResult, RFC 4511 4.1.9: the body of most answers.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LdapResult<'a> {
    /// The outcome.
    pub result_code: Spanned<ResultCode>,
    /// The part of the name that exists, after `noSuchObject`. In the answer to a Sicily bind:
    /// the server's token, [MS-ADTS] 5.1.1.1.3.
    pub matched_dn: Spanned<Text<'a>>,
    /// Text for people; [`AdErrorText`](crate::AdErrorText) reads that of Active Directory.
    pub diagnostic_message: Spanned<Text<'a>>,
    /// URIs of servers to ask instead.
    pub referral: Option<Octets<'a>>,
}

impl<'a> LdapResult<'a> {
    /// ```asn1
    /// LDAPResult ::= SEQUENCE {
    ///      resultCode         ENUMERATED { ... },
    ///      matchedDN          LDAPDN,
    ///      diagnosticMessage  LDAPString,
    ///      referral           [3] Referral OPTIONAL }
    /// ```
    pub(crate) fn read(&mut self, r: &mut Reader<'a>) -> Result<(), WireError> {
        self.result_code = r.expect(Tag::ENUMERATED, "resultCode")?.uint32("resultCode")?.map(ResultCode);
        self.matched_dn = r.expect(Tag::OCTET_STRING, "matchedDN")?.text("matchedDN")?;
        self.diagnostic_message =
            r.expect(Tag::OCTET_STRING, "diagnosticMessage")?.text("diagnosticMessage")?;
        if let Some(list) = r.optional(Tag::context(3), "referral")? {
            self.referral.insert(Octets::default()).read(&list, "referral")?;
        }
        Ok(())
    }
}
