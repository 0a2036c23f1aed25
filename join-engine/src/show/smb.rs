//! `adjoin.smb.*`: SMB2 and SMB3, [MS-SMB2]: how a session is made, and what is opened in it.

use super::Base::{Dec, Hex};
use super::Kind::{Flag, Group, Text, Uint};
use super::sheet::Sheet;
use super::{FieldId, family, utc};
use adjoin_wire::{Partial, Span, Spanned};
use core::fmt::Display;
use smb2_proto::smb2::{
    Algorithms, Body, Capabilities, CompressionHeader, ContextData, Dialect, Message, NegotiateContexts,
    TransformHeader,
};
use smb2_proto::{FileTime, Smb};

family! {
    HEADING = "adjoin.smb", "SMB2", Group, "Step of an SMB2 or SMB3 session";
    COMMAND = "adjoin.smb.command", "Command", Uint(16, Dec), "Command; 1 is session setup";
    STATUS = "adjoin.smb.status", "Status", Uint(32, Hex), "Status of an answer, an NTSTATUS";
    SESSION = "adjoin.smb.session_id", "Session", Uint(64, Hex), "Session that the message belongs to; 0 before the server has given one";
    DIALECT = "adjoin.smb.dialect", "Dialect", Uint(16, Hex), "Dialect that the client offers or the server chose";
    SECURITY_MODE = "adjoin.smb.security_mode", "Security mode", Uint(16, Hex), "What the sender says of signing";
    SIGNING_ENABLED = "adjoin.smb.security_mode.signing_enabled", "signing enabled", Flag(0x1), "The sender can sign";
    SIGNING_REQUIRED = "adjoin.smb.security_mode.signing_required", "signing required", Flag(0x2), "The sender insists on signing";
    CAPABILITIES = "adjoin.smb.capabilities", "Capabilities", Uint(32, Hex), "What the sender can do";
    ENCRYPTION = "adjoin.smb.capabilities.encryption", "encryption", Flag(0x40), "The sender can encrypt (before SMB 3.1.1)";
    CIPHER = "adjoin.smb.cipher", "Cipher", Uint(16, Hex), "Cipher that is offered or chosen, in SMB 3.1.1";
    SIGNING_ALGORITHM = "adjoin.smb.signing_algorithm", "Signing algorithm", Uint(16, Hex), "Signing algorithm that is offered or chosen, in SMB 3.1.1";
    PREAUTH_HASH = "adjoin.smb.preauth_hash", "Hash of the negotiation", Uint(16, Hex), "Hash that protects the negotiation, in SMB 3.1.1";
    COMPRESSION = "adjoin.smb.compression", "Compression", Uint(16, Hex), "Compression algorithm that is offered or chosen, in SMB 3.1.1";
    COMPRESSION_FLAGS = "adjoin.smb.compression.flags", "Compression flags", Uint(32, Hex), "1 allows messages in parts, each with its algorithm";
    RDMA_TRANSFORM = "adjoin.smb.rdma_transform", "RDMA transform", Uint(16, Hex), "Protection over RDMA that is offered or chosen, in SMB 3.1.1";
    NETNAME = "adjoin.smb.netname", "Server name", Text, "Name of the server as the client knows it, in SMB 3.1.1";
    TRANSPORT = "adjoin.smb.transport", "Transport flags", Uint(32, Hex), "1: the transport's own protection will do (QUIC)";
    CONTEXT = "adjoin.smb.context", "Negotiate context", Uint(16, Hex), "Type of a context of SMB 3.1.1 that is not read";
    SERVER_TIME = "adjoin.smb.server_time", "Server time", Text, "The server's clock";
    SESSION_FLAGS = "adjoin.smb.session_flags", "Session flags", Uint(16, Hex), "What kind of session the server has made";
    GUEST = "adjoin.smb.session_flags.guest", "guest", Flag(0x1), "The client is only a guest";
    ANONYMOUS = "adjoin.smb.session_flags.null", "null", Flag(0x2), "The client is anonymous";
    ENCRYPT = "adjoin.smb.session_flags.encrypt", "encrypt", Flag(0x4), "All that follows must be encrypted";
    TREE = "adjoin.smb.tree", "Tree", Text, "Share that is connected";
    SHARE_TYPE = "adjoin.smb.share_type", "Share type", Uint(8, Dec), "1 disk, 2 pipes, 3 printer";
    PIPE = "adjoin.smb.pipe", "Pipe", Text, "Named pipe that is opened";
    TRANSFORM = "adjoin.smb.transform", "Transformed message", Group, "Message that was encrypted or compressed: only its headers can be read";
    TRANSFORM_FLAGS = "adjoin.smb.transform.flags", "Flags", Uint(16, Hex), "1 is encrypted; in SMB 3.0 and 3.0.2 the algorithm, where 1 is AES-128-CCM";
    TRANSFORM_SIZE = "adjoin.smb.transform.size", "Original size", Uint(32, Dec), "Octets of the message before it was encrypted or compressed";
    TRANSFORM_SESSION = "adjoin.smb.transform.session_id", "Session", Uint(64, Hex), "Session whose key encrypts the message";
    TRANSFORM_ALGORITHM = "adjoin.smb.transform.compression", "Compression", Uint(16, Hex), "Algorithm of a compressed part";
}

/// Most entries of a list that are shown.
const MAX_LIST: usize = 64;

/// An SMB2 message, or the header of one that was encrypted or compressed.
pub(crate) fn rows(sheet: &mut Sheet<'_>, bytes: &[u8], whole: Span) {
    if let [0xfc | 0xfd, ..] = bytes {
        let Partial { value, error } = Smb::parse_partial(bytes);
        match &value {
            Some(Smb::Encrypted(header)) => encrypted(sheet, header, whole),
            Some(Smb::Compressed(header)) => compressed(sheet, header, whole),
            _ => {}
        }
        return sheet.stopped(1, error);
    }
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
    sheet.uint(1, SESSION, &header.session_id);
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

/// The contexts of SMB 3.1.1, [MS-SMB2] 2.2.3.1.
fn contexts(sheet: &mut Sheet<'_>, list: &NegotiateContexts<'_>) {
    for context in list.iter().map_while(Result::ok).take(MAX_LIST) {
        match context.read() {
            Ok(ContextData::Preauth(hashes)) => algorithms(sheet, PREAUTH_HASH, hashes, |id| id.0),
            Ok(ContextData::Encryption(ciphers)) => algorithms(sheet, CIPHER, ciphers, |id| id.0),
            Ok(ContextData::Signing(signing)) => algorithms(sheet, SIGNING_ALGORITHM, signing, |id| id.0),
            Ok(ContextData::Rdma(transforms)) => algorithms(sheet, RDMA_TRANSFORM, transforms, |id| id.0),
            Ok(ContextData::Compression { algorithms: offered, flags }) => {
                algorithms(sheet, COMPRESSION, offered, |id| id.0);
                let text = if flags.value & 1 == 1 { "chains allowed" } else { "no chains" };
                sheet.named(1, COMPRESSION_FLAGS, flags.span, flags.value.into(), text);
            }
            Ok(ContextData::Netname(name)) => sheet.text(1, NETNAME, &name),
            Ok(ContextData::Transport(flags)) => {
                let text = if flags.value & 1 == 1 { "the transport's protection will do" } else { "none" };
                sheet.named(1, TRANSPORT, flags.span, flags.value.into(), text);
            }
            Ok(_) => {
                let kind = context.context_type;
                sheet.named(
                    1,
                    CONTEXT,
                    kind.span,
                    kind.value.0.into(),
                    format!("{kind} (0x{:04x})", kind.value.0),
                );
            }
            Err(error) => sheet.stopped(1, Some(error)),
        }
    }
}

fn algorithms<T: Copy + Display>(
    sheet: &mut Sheet<'_>,
    id: FieldId,
    list: Algorithms<'_, T>,
    number: fn(T) -> u16,
) {
    for field in list.take(MAX_LIST) {
        algorithm(sheet, id, field.span, &field.value, number(field.value));
    }
}

fn algorithm(sheet: &mut Sheet<'_>, id: FieldId, span: Span, name: &dyn Display, number: u16) {
    let name = name.to_string();
    let text = format!("0x{number:04x}");
    // A value without a name is its number already.
    let text = if name.starts_with("0x") { text } else { format!("{name} ({text})") };
    sheet.named(1, id, span, number.into(), text);
}

/// The header of an encrypted message, [MS-SMB2] 2.2.41: nothing else of it can be read.
fn encrypted(sheet: &mut Sheet<'_>, header: &TransformHeader<'_>, whole: Span) {
    sheet.group(0, TRANSFORM, whole, "encrypted");
    let flags = header.flags;
    let text = match flags.value {
        1 => "encrypted; AES-128-CCM in SMB 3.0 and 3.0.2",
        _ => "unknown",
    };
    sheet.named(1, TRANSFORM_FLAGS, flags.span, flags.value.into(), text);
    sheet.uint(1, TRANSFORM_SIZE, &header.original_message_size);
    sheet.uint(1, TRANSFORM_SESSION, &header.session_id);
}

/// The headers of a compressed message, [MS-SMB2] 2.2.42.
fn compressed(sheet: &mut Sheet<'_>, header: &CompressionHeader<'_>, whole: Span) {
    let chained = if header.is_chained() { "compressed, a chain" } else { "compressed" };
    sheet.group(0, TRANSFORM, whole, chained);
    sheet.uint(1, TRANSFORM_SIZE, &header.original_compressed_segment_size);
    for payload in header.payloads().take(MAX_LIST) {
        match payload {
            Ok(payload) => {
                let id = payload.compression_algorithm;
                algorithm(sheet, TRANSFORM_ALGORITHM, id.span, &id.value, id.value.0);
            }
            Err(error) => sheet.stopped(1, Some(error)),
        }
    }
}
