//! NetBIOS name service on UDP port 137 (RFC 1002 4.2).

use std::net::Ipv4Addr;

/// The port of both sides.
pub const PORT: u16 = 137;

/// The name of NAME's service `suffix` as one label.
fn label(name: &str, suffix: u8) -> Vec<u8> {
    let mut octets = format!("{:<15}", name.to_uppercase()).into_bytes();
    octets.push(suffix);
    let mut out = vec![32];
    out.extend(octets.iter().flat_map(|octet| [b'A' + (octet >> 4), b'A' + (octet & 15)]));
    out.push(0);
    out
}

fn header(id: u16, flags: u16, counts: [u16; 4]) -> Vec<u8> {
    [id, flags].iter().chain(&counts).flat_map(|word| word.to_be_bytes()).collect()
}

/// A question for the addresses of a name, by broadcast.
#[must_use]
pub fn query(id: u16, name: &str, suffix: u8) -> Vec<u8> {
    let mut out = header(id, 0x0110, [1, 0, 0, 0]);
    out.extend(label(name, suffix));
    out.extend([0, 0x20, 0, 1]);
    out
}

/// The claim of a machine to a name of its own.
#[must_use]
pub fn registration(id: u16, name: &str, suffix: u8, owner: Ipv4Addr) -> Vec<u8> {
    let mut out = header(id, 0x2910, [1, 0, 0, 1]);
    out.extend(label(name, suffix));
    out.extend([0, 0x20, 0, 1, 0xc0, 12, 0, 0x20, 0, 1, 0, 4, 0x93, 0xe0, 0, 6, 0, 0]);
    out.extend(owner.octets());
    out
}

/// An answer: to a question (opcode 0) or a claim (5), with a code and the owner of the name.
#[must_use]
pub fn answer(id: u16, name: &str, suffix: u8, (opcode, code): (u16, u16), owner: Ipv4Addr) -> Vec<u8> {
    let mut out = header(id, 0x8580 | opcode << 11 | code, [0, 1, 0, 0]);
    out.extend(label(name, suffix));
    out.extend([0, 0x20, 0, 1, 0, 4, 0x93, 0xe0, 0, 6, 0, 0]);
    out.extend(owner.octets());
    out
}
