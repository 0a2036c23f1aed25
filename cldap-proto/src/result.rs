//! LDAPResult, RFC 4511 4.1.9.

use crate::Octets;
use adjoin_wire::ber::{Reader, Tag};
use adjoin_wire::{Spanned, Text, WireError, open_enum};

open_enum! {
    /// The outcome of an operation.
    pub struct ResultCode(u32);
    /// Done.
    SUCCESS = 0, "success";
    /// Out of order; Active Directory: a bind must come first.
    OPERATIONS_ERROR = 1, "operationsError";
    /// The server couldn't read the request.
    PROTOCOL_ERROR = 2, "protocolError";
    /// The time limit was reached.
    TIME_LIMIT_EXCEEDED = 3, "timeLimitExceeded";
    /// The size limit was reached.
    SIZE_LIMIT_EXCEEDED = 4, "sizeLimitExceeded";
    /// Comparison: no.
    COMPARE_FALSE = 5, "compareFalse";
    /// Comparison: yes.
    COMPARE_TRUE = 6, "compareTrue";
    /// The server doesn't offer this way to bind.
    AUTH_METHOD_NOT_SUPPORTED = 7, "authMethodNotSupported";
    /// The server wants signing, sealing or TLS.
    STRONGER_AUTH_REQUIRED = 8, "strongerAuthRequired";
    /// Another server has the answer.
    REFERRAL = 10, "referral";
    /// A limit set by the administrator was reached.
    ADMIN_LIMIT_EXCEEDED = 11, "adminLimitExceeded";
    /// A critical control is unknown or unfit.
    UNAVAILABLE_CRITICAL_EXTENSION = 12, "unavailableCriticalExtension";
    /// The operation must be encrypted.
    CONFIDENTIALITY_REQUIRED = 13, "confidentialityRequired";
    /// The bind takes another round.
    SASL_BIND_IN_PROGRESS = 14, "saslBindInProgress";
    /// The entry has no such attribute or value.
    NO_SUCH_ATTRIBUTE = 16, "noSuchAttribute";
    /// The schema has no such attribute.
    UNDEFINED_ATTRIBUTE_TYPE = 17, "undefinedAttributeType";
    /// The attribute can't be matched this way.
    INAPPROPRIATE_MATCHING = 18, "inappropriateMatching";
    /// A value breaks a rule, such as the password policy.
    CONSTRAINT_VIOLATION = 19, "constraintViolation";
    /// The value is there already.
    ATTRIBUTE_OR_VALUE_EXISTS = 20, "attributeOrValueExists";
    /// A value doesn't fit the attribute's syntax.
    INVALID_ATTRIBUTE_SYNTAX = 21, "invalidAttributeSyntax";
    /// There is no such entry.
    NO_SUCH_OBJECT = 32, "noSuchObject";
    /// An alias is broken.
    ALIAS_PROBLEM = 33, "aliasProblem";
    /// Not a distinguished name.
    INVALID_DN_SYNTAX = 34, "invalidDNSyntax";
    /// An alias couldn't be followed.
    ALIAS_DEREFERENCING_PROBLEM = 36, "aliasDereferencingProblem";
    /// The entry can't be bound to this way.
    INAPPROPRIATE_AUTHENTICATION = 48, "inappropriateAuthentication";
    /// The bind was refused; see the diagnostic message.
    INVALID_CREDENTIALS = 49, "invalidCredentials";
    /// The account may not do this.
    INSUFFICIENT_ACCESS_RIGHTS = 50, "insufficientAccessRights";
    /// The server is too busy.
    BUSY = 51, "busy";
    /// The server is shutting down or offline.
    UNAVAILABLE = 52, "unavailable";
    /// The server won't; see the diagnostic message.
    UNWILLING_TO_PERFORM = 53, "unwillingToPerform";
    /// Referrals or aliases go in a circle.
    LOOP_DETECT = 54, "loopDetect";
    /// An entry of this class can't stand there.
    NAMING_VIOLATION = 64, "namingViolation";
    /// The entry would break its class.
    OBJECT_CLASS_VIOLATION = 65, "objectClassViolation";
    /// The entry has children.
    NOT_ALLOWED_ON_NON_LEAF = 66, "notAllowedOnNonLeaf";
    /// The attribute is part of the entry's name.
    NOT_ALLOWED_ON_RDN = 67, "notAllowedOnRDN";
    /// The entry is there already.
    ENTRY_ALREADY_EXISTS = 68, "entryAlreadyExists";
    /// The class can't be changed.
    OBJECT_CLASS_MODS_PROHIBITED = 69, "objectClassModsProhibited";
    /// More than one server would be involved.
    AFFECTS_MULTIPLE_DSAS = 71, "affectsMultipleDSAs";
    /// Anything else.
    OTHER = 80, "other";
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
