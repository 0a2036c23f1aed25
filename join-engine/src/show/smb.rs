//! `adjoin.smb.*`: SMB2 and SMB3, [MS-SMB2]: how a session is made, and what is opened in it.

use super::Base::{Dec, Hex};
use super::Kind::{Flag, Group, Text, Uint};
use super::sheet::Sheet;
use super::{FieldId, family, ntlm, utc};
use adjoin_wire::{Cursor, Partial, Span, Spanned};
use smb2_proto::FileTime;
use smb2_proto::smb2::{Body, Capabilities, ContextType, Dialect, Message, NegotiateContexts};

family! { ntlm::END;
    HEADING = "adjoin.smb", "SMB2", Group, "Step of an SMB2 or SMB3 session";
    COMMAND = "adjoin.smb.command", "Command", Uint(16, Dec), "Command; 1 is session setup";
    STATUS = "adjoin.smb.status", "Status", Uint(32, Hex), "Status of an answer, an NTSTATUS";
    DIALECT = "adjoin.smb.dialect", "Dialect", Uint(16, Hex), "Dialect that the client offers or the server chose";
    SECURITY_MODE = "adjoin.smb.security_mode", "Security mode", Uint(16, Hex), "What the sender says of signing";
    SIGNING_ENABLED = "adjoin.smb.security_mode.signing_enabled", "signing enabled", Flag(0x1), "The sender can sign";
    SIGNING_REQUIRED = "adjoin.smb.security_mode.signing_required", "signing required", Flag(0x2), "The sender insists on signing";
    CAPABILITIES = "adjoin.smb.capabilities", "Capabilities", Uint(32, Hex), "What the sender can do";
    ENCRYPTION = "adjoin.smb.capabilities.encryption", "encryption", Flag(0x40), "The sender can encrypt (before SMB 3.1.1)";
    CIPHER = "adjoin.smb.cipher", "Cipher", Uint(16, Hex), "Cipher that is offered or chosen, in SMB 3.1.1";
    SIGNING_ALGORITHM = "adjoin.smb.signing_algorithm", "Signing algorithm", Uint(16, Hex), "Signing algorithm that is offered or chosen, in SMB 3.1.1";
    SERVER_TIME = "adjoin.smb.server_time", "Server time", Text, "The server's clock";
    SESSION_FLAGS = "adjoin.smb.session_flags", "Session flags", Uint(16, Hex), "What kind of session the server has made";
    GUEST = "adjoin.smb.session_flags.guest", "guest", Flag(0x1), "The client is only a guest";
    ANONYMOUS = "adjoin.smb.session_flags.null", "null", Flag(0x2), "The client is anonymous";
    ENCRYPT = "adjoin.smb.session_flags.encrypt", "encrypt", Flag(0x4), "All that follows must be encrypted";
    TREE = "adjoin.smb.tree", "Tree", Text, "Share that is connected";
    SHARE_TYPE = "adjoin.smb.share_type", "Share type", Uint(8, Dec), "1 disk, 2 pipes, 3 printer";
    PIPE = "adjoin.smb.pipe", "Pipe", Text, "Named pipe that is opened";
}

/// Most entries of a list that are shown.
const MAX_LIST: usize = 64;

/// An SMB2 message.
pub(crate) fn rows(sheet: &mut Sheet<'_>, bytes: &[u8], whole: Span) {
    let Partial { value: message, error } = Message::parse_partial(bytes);
    let header = &message.header;
    let command = header.command;
    let way = if header.is_response() { "response" } else { "request" };
    sheet.group(0, HEADING, whole, format!("{command} {way}"));
    let number = command.value.0;
    sheet.named(1, COMMAND, command.span, number.into(), format!("{command} ({number})"));
    if let Some(status) = header.status() {
        sheet.nt_status(1, STATUS, status.map(|status| status.0));
    }
    match &message.body {
        Body::NegotiateRequest(m) => {
            for offered in m.dialects.iter().take(MAX_LIST) {
                dialect(sheet, offered);
            }
            security_mode(sheet, m.security_mode.map(|mode| mode.bits()));
            capabilities(sheet, m.capabilities);
            contexts(sheet, &m.contexts);
        }
        Body::NegotiateResponse(m) => {
            dialect(sheet, m.dialect_revision);
            security_mode(sheet, m.security_mode.map(|mode| mode.bits()));
            capabilities(sheet, m.capabilities);
            server_time(sheet, m.system_time);
            contexts(sheet, &m.contexts);
        }
        Body::SessionSetupRequest(m) => {
            security_mode(sheet, m.security_mode.map(u16::from));
            capabilities(sheet, m.capabilities);
        }
        Body::SessionSetupResponse(m) => {
            let names: Vec<_> = m.session_flags.iter_names().map(|(name, _)| name).collect();
            let word = m.session_flags.map(|flags| u32::from(flags.bits()));
            sheet.word(1, SESSION_FLAGS, word, &names.join(" "), GUEST.0..=ENCRYPT.0);
        }
        Body::TreeConnectRequest(m) => sheet.text(1, TREE, &m.path),
        Body::TreeConnectResponse(m) => {
            let kind = m.share_type;
            sheet.named(1, SHARE_TYPE, kind.span, kind.value.0.into(), format!("{kind} ({})", kind.value.0));
        }
        Body::CreateRequest(m) => sheet.text(1, PIPE, &m.name),
        _ => {}
    }
    sheet.stopped(1, error);
}

fn dialect(sheet: &mut Sheet<'_>, field: Spanned<Dialect>) {
    let number = field.value.0;
    sheet.named(1, DIALECT, field.span, number.into(), format!("{field} (0x{number:04x})"));
}

fn security_mode(sheet: &mut Sheet<'_>, field: Spanned<u16>) {
    let names = match field.value & 3 {
        0 => "",
        1 => "signing enabled",
        _ => "signing required",
    };
    sheet.word(1, SECURITY_MODE, field.map(u32::from), names, SIGNING_ENABLED.0..=SIGNING_REQUIRED.0);
}

fn capabilities(sheet: &mut Sheet<'_>, field: Spanned<Capabilities>) {
    let names: Vec<_> = field.iter_names().map(|(name, _)| name).collect();
    let word = field.map(|flags| flags.bits());
    sheet.word(1, CAPABILITIES, word, &names.join(" "), ENCRYPTION.0..=ENCRYPTION.0);
}

fn server_time(sheet: &mut Sheet<'_>, field: Spanned<FileTime>) {
    if let Some((seconds, _)) = field.reached().and_then(|time| time.to_unix()) {
        sheet.words(1, SERVER_TIME, field.span, utc::text(seconds));
    }
}

/// Ciphers and signing algorithms, [MS-SMB2] 2.2.3.1.2 and 7: a count, and so many numbers.
fn contexts(sheet: &mut Sheet<'_>, list: &NegotiateContexts<'_>) {
    for context in list.iter().map_while(Result::ok) {
        let name: fn(u16) -> Option<&'static str> = match context.context_type.value {
            ContextType::ENCRYPTION_CAPABILITIES => cipher,
            ContextType::SIGNING_CAPABILITIES => signing_algorithm,
            _ => continue,
        };
        let encryption = context.context_type.value == ContextType::ENCRYPTION_CAPABILITIES;
        let id = if encryption { CIPHER } else { SIGNING_ALGORITHM };
        numbers(sheet, id, context.data, name);
    }
}

fn numbers(sheet: &mut Sheet<'_>, id: FieldId, data: Spanned<&[u8]>, name: fn(u16) -> Option<&'static str>) {
    let mut cursor = Cursor::at(data.value, data.span.start);
    let Ok(count) = cursor.u16_le("Count") else { return };
    for _ in 0..usize::from(*count).min(MAX_LIST) {
        let Ok(field) = cursor.u16_le("Id") else { return };
        let number = field.value;
        let text = match name(number) {
            Some(name) => format!("{name} (0x{number:04x})"),
            None => format!("0x{number:04x}"),
        };
        sheet.named(1, id, field.span, number.into(), text);
    }
}

const fn cipher(number: u16) -> Option<&'static str> {
    Some(match number {
        0 => "none",
        1 => "AES-128-CCM",
        2 => "AES-128-GCM",
        3 => "AES-256-CCM",
        4 => "AES-256-GCM",
        _ => return None,
    })
}

const fn signing_algorithm(number: u16) -> Option<&'static str> {
    Some(match number {
        0 => "HMAC-SHA256",
        1 => "AES-CMAC",
        2 => "AES-GMAC",
        _ => return None,
    })
}
