//! `adjoin.ldap.*`: binds and results, RFC 4511 and [MS-ADTS]. Passwords are not shown.

use super::Base::{Dec, Hex};
use super::Kind::{Group, Text, Uint};
use super::sheet::Sheet;
use super::{family, smb};
use adjoin_wire::{Partial, Span};
use cldap_proto::{AdErrorText, Authentication, LdapMessage, LdapResult, ProtocolOp};

family! { smb::END;
    HEADING = "adjoin.ldap", "LDAP", Group, "LDAP bind, or the result of an operation";
    MESSAGE_ID = "adjoin.ldap.message_id", "Message ID", Uint(32, Dec), "Pairs a request with its result";
    NAME = "adjoin.ldap.name", "Name", Text, "The name that the client binds as; empty with SASL";
    MECHANISM = "adjoin.ldap.mechanism", "Mechanism", Text, "SASL mechanism of the bind, or simple";
    RESULT = "adjoin.ldap.result", "Result", Uint(32, Dec), "Result code (RFC 4511 4.1.9); 0 is success, 49 wrong credentials";
    TEXT = "adjoin.ldap.text", "Diagnostic message", Text, "The server's explanation";
    ERROR = "adjoin.ldap.error", "Error", Uint(32, Hex), "The eight digits in front of Active Directory's explanation: a Win32 error or a security status";
    DATA = "adjoin.ldap.data", "Logon error", Uint(32, Hex), "Why a bind was refused: the number behind data, such as 0x52e";
}

/// An LDAPMessage.
pub(crate) fn rows(sheet: &mut Sheet<'_>, bytes: &[u8], whole: Span) {
    let Partial { value: message, error } = LdapMessage::parse_partial(bytes);
    sheet.group(0, HEADING, whole, message.op.name().unwrap_or("message"));
    sheet.uint(1, MESSAGE_ID, &message.message_id);
    if let ProtocolOp::BindRequest(bind) = &message.op {
        sheet.text(1, NAME, &bind.name);
        match &bind.authentication {
            Authentication::Sasl { mechanism, .. } => sheet.text(1, MECHANISM, mechanism),
            Authentication::Simple(_) => sheet.words(1, MECHANISM, Span::NONE, "simple"),
            _ => {}
        }
    }
    if let Some(result) = message.op.result() {
        outcome(sheet, result);
    }
    sheet.stopped(1, error);
}

fn outcome(sheet: &mut Sheet<'_>, result: &LdapResult<'_>) {
    let code = result.result_code;
    sheet.named(1, RESULT, code.span, code.value.0.into(), format!("{code} ({})", code.value.0));
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
