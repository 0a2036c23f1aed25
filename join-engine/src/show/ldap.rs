//! `adjoin.ldap.*`: what a join asks of the directory and gets, RFC 4511 and [MS-ADTS]. Passwords are not shown.

use super::Base::{Dec, Hex};
use super::Kind::{Group, Text as Words, Uint};
use super::family;
use super::sheet::Sheet;
use adjoin_wire::{Partial, Span, Spanned, Text};
use cldap_proto::{
    AdErrorText, Attribute, Attributes, Authentication, LdapMessage, LdapResult, Octets, ProtocolOp,
    capability_name, oid_name,
};
use kerberos_proto::SupportedEnctypes;
use netsetup_log::{OptionKind, Options};

family! {
    HEADING = "adjoin.ldap", "LDAP", Group, "LDAP operation or its result";
    MESSAGE_ID = "adjoin.ldap.message_id", "Message ID", Uint(32, Dec), "Pairs a request with its result";
    NAME = "adjoin.ldap.name", "Name", Words, "The name that the client binds as; empty with SASL";
    MECHANISM = "adjoin.ldap.mechanism", "Mechanism", Words, "SASL mechanism of the bind, or simple";
    BASE = "adjoin.ldap.base", "Base", Words, "Entry at which a search starts; empty for the rootDSE";
    SCOPE = "adjoin.ldap.scope", "Scope", Uint(32, Dec), "How far below the base: 0 itself, 1 its children, 2 all";
    FILTER = "adjoin.ldap.filter", "Filter", Words, "What must hold of an entry (RFC 4515)";
    WANTED = "adjoin.ldap.wanted", "Wanted attribute", Words, "Attribute that the client asks for";
    ENTRY = "adjoin.ldap.entry", "Entry", Words, "Entry that is returned, created, changed or deleted; empty for the rootDSE";
    CHANGE = "adjoin.ldap.change", "Change", Uint(32, Dec), "What a modification does: 0 add, 1 delete, 2 replace";
    ATTRIBUTE = "adjoin.ldap.attribute", "Attribute", Words, "Attribute of the entry; the values of a few are shown below it";
    VALUE = "adjoin.ldap.value", "Value", Words, "Value of an attribute that tells of the directory or of the computer; never a password";
    CAPABILITY = "adjoin.ldap.capability", "Capability", Words, "What the server says that it is ([MS-ADTS] 3.1.1.3.4.3)";
    ACCOUNT_CONTROL = "adjoin.ldap.account_control", "User account control", Uint(32, Hex), "Kind and state of an account ([MS-ADTS] 2.2.16)";
    ENCTYPES = "adjoin.ldap.supported_enctypes", "Supported encryption types", Uint(32, Hex), "Keys and abilities of an account ([MS-KILE] 2.2.7)";
    NEW_NAME = "adjoin.ldap.new_name", "New name", Words, "Relative name that an entry gets";
    NEW_PARENT = "adjoin.ldap.new_parent", "New parent", Words, "Entry below which an entry moves";
    ABANDON = "adjoin.ldap.abandon", "Abandoned message", Uint(32, Dec), "Request that the client doesn't wait for any more";
    OPERATION = "adjoin.ldap.extended", "Extended operation", Words, "Name or OID of an extended operation (RFC 4511 4.12)";
    ANSWER = "adjoin.ldap.extended.value", "Value", Words, "What an extended operation returned, where it is text";
    CONTROL = "adjoin.ldap.control", "Control", Words, "Name or OID of a control (RFC 4511 4.1.11)";
    CRITICAL = "adjoin.ldap.control.critical", "Critical", Uint(8, Dec), "1: the server must refuse the operation when it doesn't know the control";
    RESULT = "adjoin.ldap.result", "Result", Uint(32, Dec), "Result code (RFC 4511 4.1.9); 0 is success, 49 wrong credentials";
    MATCHED = "adjoin.ldap.matched", "Matched name", Words, "The part of the name that exists";
    REFERRAL = "adjoin.ldap.referral", "Referral", Words, "URI of a server to ask instead (RFC 4511 4.1.10)";
    TEXT = "adjoin.ldap.text", "Diagnostic message", Words, "The server's explanation";
    ERROR = "adjoin.ldap.error", "Error", Uint(32, Hex), "The eight digits in front of Active Directory's explanation: a Win32 error or a security status";
    DATA = "adjoin.ldap.data", "Logon error", Uint(32, Hex), "Why a bind was refused: the number behind data, such as 0x52e";
}

/// Most items of a list that are shown.
const MAX_LIST: usize = 64;
/// Most characters of a filter that are shown.
const MAX_FILTER: usize = 1000;

/// Attributes whose values are shown: of the rootDSE, and of a computer's account.
const SHOWN: [&str; 26] = [
    "configurationNamingContext",
    "currentTime",
    "defaultNamingContext",
    "dNSHostName",
    "domainControllerFunctionality",
    "domainFunctionality",
    "dsServiceName",
    "forestFunctionality",
    "isGlobalCatalogReady",
    "isSynchronized",
    "ldapServiceName",
    "nETBIOSName",
    "namingContexts",
    "objectClass",
    "operatingSystem",
    "operatingSystemVersion",
    "rootDomainNamingContext",
    "schemaNamingContext",
    "sAMAccountName",
    "serverName",
    "servicePrincipalName",
    "supportedLDAPVersion",
    "supportedSASLMechanisms",
    "ms-DS-MachineAccountQuota",
    "msDS-AdditionalDnsHostName",
    "distinguishedName",
];

/// An LDAPMessage.
pub(crate) fn rows(sheet: &mut Sheet<'_>, bytes: &[u8], whole: Span) {
    let Partial { value: message, error } = LdapMessage::parse_partial(bytes);
    sheet.group(0, HEADING, whole, message.op.name().unwrap_or("message"));
    sheet.uint(1, MESSAGE_ID, &message.message_id);
    operation(sheet, &message.op);
    if let Some(result) = message.op.result() {
        outcome(sheet, result);
    }
    if let ProtocolOp::ExtendedResponse(extended) = &message.op {
        if let Some(name) = &extended.response_name {
            sheet.words(1, OPERATION, name.span, oid(name));
        }
        // Who am I? (RFC 4532) and the like: octets that are no text are not shown.
        let text =
            extended.response_value.filter(|value| value.iter().all(|octet| (0x20..0x7f).contains(octet)));
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            sheet.words(1, ANSWER, text.span, Text::new(text.value).to_string());
        }
    }
    for control in message.controls.iter().map_while(Result::ok).take(MAX_LIST) {
        sheet.words(1, CONTROL, control.control_type.span, oid(&control.control_type));
        if control.criticality {
            sheet.known(2, CRITICAL, 1, "the server must know it");
        }
    }
    sheet.stopped(1, error);
}

fn operation(sheet: &mut Sheet<'_>, op: &ProtocolOp<'_>) {
    match op {
        ProtocolOp::BindRequest(bind) => {
            sheet.text(1, NAME, &bind.name);
            match &bind.authentication {
                Authentication::Sasl { mechanism, .. } => sheet.text(1, MECHANISM, mechanism),
                Authentication::Simple(_) => sheet.words(1, MECHANISM, Span::NONE, "simple"),
                Authentication::Sicily { .. } => sheet.words(1, MECHANISM, Span::NONE, "Sicily"),
                _ => {}
            }
        }
        ProtocolOp::SearchRequest(search) => {
            sheet.text(1, BASE, &search.base_object);
            let scope = search.scope;
            sheet.named(1, SCOPE, scope.span, scope.value.0.into(), format!("{scope} ({})", scope.value.0));
            if let Some(filter) = &search.filter {
                let text: String = filter.to_string().chars().take(MAX_FILTER).collect();
                sheet.words(1, FILTER, filter.span(), text);
            }
            for wanted in search.attributes.texts().take(MAX_LIST) {
                sheet.text(1, WANTED, &wanted);
            }
        }
        ProtocolOp::SearchResultEntry(entry) => {
            sheet.text(1, ENTRY, &entry.object_name);
            attributes(sheet, &entry.attributes);
        }
        ProtocolOp::SearchResultReference(reference) => referrals(sheet, &reference.uris),
        ProtocolOp::AddRequest(add) => {
            sheet.text(1, ENTRY, &add.entry);
            attributes(sheet, &add.attributes);
        }
        ProtocolOp::ModifyRequest(modify) => {
            sheet.text(1, ENTRY, &modify.object);
            for change in modify.changes.iter().map_while(Result::ok).take(MAX_LIST) {
                let how = change.operation;
                sheet.named(1, CHANGE, how.span, how.value.0.into(), format!("{how} ({})", how.value.0));
                attribute(sheet, 2, &change.modification);
            }
        }
        ProtocolOp::DelRequest(delete) => sheet.text(1, ENTRY, &delete.entry),
        ProtocolOp::ModifyDnRequest(rename) => {
            sheet.text(1, ENTRY, &rename.entry);
            sheet.text(1, NEW_NAME, &rename.new_rdn);
            sheet.text_if(1, NEW_PARENT, rename.new_superior.as_ref());
        }
        ProtocolOp::AbandonRequest(id) => sheet.uint(1, ABANDON, id),
        ProtocolOp::ExtendedRequest(extended) => {
            sheet.words(1, OPERATION, extended.request_name.span, oid(&extended.request_name));
        }
        _ => {}
    }
}

/// The name of an OID, and the OID.
fn oid(field: &Spanned<Text<'_>>) -> String {
    match oid_name(field.as_bytes()) {
        Some(name) => format!("{name} ({field})"),
        None => field.to_string(),
    }
}

fn attributes(sheet: &mut Sheet<'_>, list: &Attributes<'_>) {
    for read in list.iter().map_while(Result::ok).take(MAX_LIST) {
        attribute(sheet, 1, &read);
    }
}

/// An attribute, and its values when they are of those that are shown.
fn attribute(sheet: &mut Sheet<'_>, depth: u8, attribute: &Attribute<'_>) {
    let name = attribute.description.value;
    sheet.text(depth, ATTRIBUTE, &attribute.description);
    let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
    let below = depth.saturating_add(1);
    let number =
        |value: Spanned<Text<'_>>| Some(value.map(|_| ())).zip(value.to_string().parse::<i32>().ok());
    for value in attribute.values.texts().take(MAX_LIST) {
        if is("userAccountControl") {
            if let Some((place, number)) = number(value) {
                let options = Options { kind: OptionKind::AccountControl, bits: bits(number) };
                sheet.named(below, ACCOUNT_CONTROL, place.span, options.bits.into(), options.to_string());
            }
        } else if is("msDS-SupportedEncryptionTypes") {
            if let Some((place, number)) = number(value) {
                let known = SupportedEnctypes::from_bits_retain(bits(number));
                let text = format!("0x{:08x} ({known})", known.bits());
                sheet.named(below, ENCTYPES, place.span, known.bits().into(), text);
            }
        } else if is("supportedCapabilities") {
            let text = match capability_name(value.as_bytes()) {
                Some(known) => format!("{known} ({value})"),
                None => value.to_string(),
            };
            sheet.words(below, CAPABILITY, value.span, text);
        } else if is("supportedControl") || is("supportedExtension") {
            // Those without a name here say nothing to a person.
            if oid_name(value.as_bytes()).is_some() {
                sheet.words(below, VALUE, value.span, oid(&value));
            }
        } else if SHOWN.iter().any(|shown| is(shown)) {
            sheet.text(below, VALUE, &value);
        } else {
            break;
        }
    }
}

/// The directory writes words of flags as signed decimal numbers.
const fn bits(number: i32) -> u32 {
    u32::from_ne_bytes(number.to_ne_bytes())
}

fn referrals(sheet: &mut Sheet<'_>, uris: &Octets<'_>) {
    for uri in uris.texts().take(MAX_LIST) {
        sheet.text(1, REFERRAL, &uri);
    }
}

fn outcome(sheet: &mut Sheet<'_>, result: &LdapResult<'_>) {
    let code = result.result_code;
    sheet.named(1, RESULT, code.span, code.value.0.into(), format!("{code} ({})", code.value.0));
    if let Some(uris) = &result.referral {
        referrals(sheet, uris);
    }
    // The answer to a Sicily bind has its token in place of a name ([MS-ADTS] 5.1.1.1.3).
    if !result.matched_dn.is_empty() && !result.matched_dn.as_bytes().starts_with(b"NTLM") {
        sheet.text(1, MATCHED, &result.matched_dn);
    }
    if !result.diagnostic_message.is_empty() {
        sheet.text(1, TEXT, &result.diagnostic_message);
    }
    let Some(details) = AdErrorText::parse(result.diagnostic_message) else { return };
    sheet.uint(1, ERROR, &details.code);
    if let (Some(code), Some(data)) = (details.logon_sub_code(), details.data) {
        let text = match code.meaning() {
            Some(meaning) => format!("{meaning} (0x{:x})", code.0),
            None => format!("0x{:x}", code.0),
        };
        sheet.named(1, DATA, data.span, code.0.into(), text);
    }
}
