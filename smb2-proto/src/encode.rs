//! Builds messages for tests, examples and generators of fuzzing input. Sizes that don't fit their
//! field are cut to it: this is no client.

use crate::smb2::{Command, FileId, HEADER_LEN};
use alloc::vec::Vec;

/// `message` with its four octets of session framing.
#[must_use]
pub fn nbss(message: &[u8]) -> Vec<u8> {
    let [_, high, mid, low] = u32_of(message.len()).to_be_bytes();
    let mut packet = Vec::from([0, high, mid, low]);
    packet.extend_from_slice(message);
    packet
}

/// An SMB2 message: header and `body` (StructureSize first). `status` makes it a response.
#[must_use]
pub fn message(
    command: Command,
    status: Option<crate::NtStatus>,
    message_id: u64,
    session_id: u64,
    tree_id: u32,
    body: &[u8],
) -> Vec<u8> {
    let mut out = Vec::from(*b"\xfeSMB\x40\0\x01\0");
    out.extend(status.unwrap_or_default().0.to_le_bytes());
    out.extend(command.0.to_le_bytes());
    out.extend(1_u16.to_le_bytes());
    out.extend(u32::from(status.is_some()).to_le_bytes());
    out.extend(0_u32.to_le_bytes());
    out.extend(message_id.to_le_bytes());
    out.extend(0xfeff_u32.to_le_bytes());
    out.extend(tree_id.to_le_bytes());
    out.extend(session_id.to_le_bytes());
    out.extend([0; 16]);
    out.extend_from_slice(body);
    out
}

/// Several messages as one compound: each but the last is padded to a multiple of 8, and its
/// NextCommand is set.
#[must_use]
pub fn compound(messages: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let mut message = message.clone();
        if index.saturating_add(1) < messages.len() {
            message.resize(message.len().next_multiple_of(8), 0);
            let next = u32_of(message.len()).to_le_bytes();
            for (to, from) in message.iter_mut().skip(20).zip(next) {
                *to = from;
            }
        }
        out.extend(message);
    }
    out
}

/// NEGOTIATE request. With 0x0311 among the dialects, `contexts` (type and data) are its list.
#[must_use]
pub fn negotiate_request(dialects: &[u16], contexts: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = Vec::from([36, 0]);
    body.extend(u16_of(dialects.len()).to_le_bytes());
    body.extend([1, 0, 0, 0, 0x7f, 0, 0, 0]);
    body.extend([0x11; 16]);
    if dialects.contains(&0x0311) {
        let offset = HEADER_LEN.saturating_add(36).saturating_add(dialects.len().saturating_mul(2));
        body.extend(u32_of(offset.next_multiple_of(8)).to_le_bytes());
        body.extend(u16_of(contexts.len()).to_le_bytes());
        body.extend([0, 0]);
    } else {
        body.extend([0; 8]);
    }
    for dialect in dialects {
        body.extend(dialect.to_le_bytes());
    }
    if dialects.contains(&0x0311) {
        put_contexts(&mut body, contexts);
    }
    message(Command::NEGOTIATE, None, 0, 0, 0, &body)
}

/// NEGOTIATE response with a security token; `contexts` for dialect 0x0311.
#[must_use]
pub fn negotiate_response(dialect: u16, time: u64, token: &[u8], contexts: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = Vec::from([65, 0, 3, 0]);
    body.extend(dialect.to_le_bytes());
    body.extend(u16_of(contexts.len()).to_le_bytes());
    body.extend([0x22; 16]);
    body.extend(0x2f_u32.to_le_bytes());
    for size in [0x0010_0000_u32; 3] {
        body.extend(size.to_le_bytes());
    }
    body.extend(time.to_le_bytes());
    body.extend([0; 8]);
    body.extend(128_u16.to_le_bytes());
    body.extend(u16_of(token.len()).to_le_bytes());
    let offset = 128_usize.saturating_add(token.len()).next_multiple_of(8);
    body.extend(if contexts.is_empty() { 0 } else { u32_of(offset) }.to_le_bytes());
    body.extend_from_slice(token);
    put_contexts(&mut body, contexts);
    message(Command::NEGOTIATE, Some(crate::NtStatus::SUCCESS), 0, 0, 0, &body)
}

/// SESSION_SETUP request with a security token.
#[must_use]
pub fn session_setup_request(message_id: u64, token: &[u8]) -> Vec<u8> {
    let mut body = Vec::from([25, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 88, 0]);
    body.extend(u16_of(token.len()).to_le_bytes());
    body.extend([0; 8]);
    body.extend_from_slice(token);
    message(Command::SESSION_SETUP, None, message_id, 0, 0, &body)
}

/// SESSION_SETUP response with a security token.
#[must_use]
pub fn session_setup_response(
    message_id: u64,
    session_id: u64,
    status: crate::NtStatus,
    flags: u16,
    token: &[u8],
) -> Vec<u8> {
    let mut body = Vec::from([9, 0]);
    body.extend(flags.to_le_bytes());
    body.extend([72, 0]);
    body.extend(u16_of(token.len()).to_le_bytes());
    body.extend_from_slice(token);
    message(Command::SESSION_SETUP, Some(status), message_id, session_id, 0, &body)
}

/// TREE_CONNECT request.
#[must_use]
pub fn tree_connect_request(message_id: u64, session_id: u64, path: &str) -> Vec<u8> {
    let path = utf16(path);
    let mut body = Vec::from([9, 0, 0, 0, 72, 0]);
    body.extend(u16_of(path.len()).to_le_bytes());
    body.extend(path);
    message(Command::TREE_CONNECT, None, message_id, session_id, 0, &body)
}

/// CREATE request that opens `name`.
#[must_use]
pub fn create_request(message_id: u64, session_id: u64, tree_id: u32, name: &str) -> Vec<u8> {
    let name = utf16(name);
    let mut body = Vec::from([57, 0, 0, 0, 2, 0, 0, 0]);
    body.extend([0; 16]);
    for word in [0x0012_019f_u32, 0, 3, 1, 0] {
        body.extend(word.to_le_bytes());
    }
    body.extend(120_u16.to_le_bytes());
    body.extend(u16_of(name.len()).to_le_bytes());
    body.extend([0; 8]);
    body.extend(name);
    message(Command::CREATE, None, message_id, session_id, tree_id, &body)
}

/// IOCTL request on `file`.
#[must_use]
pub fn ioctl_request(message_id: u64, session_id: u64, code: u32, file: FileId, input: &[u8]) -> Vec<u8> {
    let mut body = Vec::from([57, 0, 0, 0]);
    body.extend(code.to_le_bytes());
    body.extend(file.persistent.to_le_bytes());
    body.extend(file.volatile.to_le_bytes());
    for word in [120, u32_of(input.len()), 0, 0, 0, 4280, 1, 0] {
        body.extend(word.to_le_bytes());
    }
    body.extend_from_slice(input);
    message(Command::IOCTL, None, message_id, session_id, 1, &body)
}

fn put_contexts(body: &mut Vec<u8>, contexts: &[(u16, &[u8])]) {
    for (kind, data) in contexts {
        // The header has a multiple of 8 octets, so that the body may be aligned by itself.
        body.resize(body.len().next_multiple_of(8), 0);
        body.extend(kind.to_le_bytes());
        body.extend(u16_of(data.len()).to_le_bytes());
        body.extend([0; 4]);
        body.extend_from_slice(data);
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn u16_of(size: usize) -> u16 {
    u16::try_from(size).unwrap_or(u16::MAX)
}

fn u32_of(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
