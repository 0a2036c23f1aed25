//! Packets in packets: IP in IP, GRE, ERSPAN, VXLAN, Geneve.

use crate::link::{Without, be16, ethernet, from_ethertype, ppp};
use crate::packet::Packet;

const IPV4: u8 = 4;
const UDP: u8 = 17;
const IPV6: u8 = 41;
const GRE: u8 = 47;

/// Tunnels in tunnels that are looked into.
pub(crate) const MAX_TUNNELS: usize = 8;

/// Where in its payload the packet carries another IP packet; nothing if it carries none.
pub(crate) fn inside(packet: &Packet<'_>) -> Option<usize> {
    if packet.fragment.is_some() {
        return None;
    }
    let bytes = packet.payload;
    match packet.protocol {
        IPV4 | IPV6 => Some(0),
        GRE => gre(bytes).ok(),
        UDP => match be16(bytes, 2).ok()? {
            // The number of the registry, and that of Linux before there was one.
            4789 | 8472 => vxlan(bytes).ok(),
            6081 => geneve(bytes).ok(),
            _ => None,
        },
        _ => None,
    }
}

/// RFC 2784, RFC 2890, and RFC 2637's variant for PPTP.
fn gre(bytes: &[u8]) -> Result<usize, Without> {
    let (flags, protocol) = (be16(bytes, 0)?, be16(bytes, 2)?);
    let version = flags & 7;
    let optional = |flag: u16| if flags & flag == 0 { 0_usize } else { 4 };
    let sequence = optional(0x1000);
    let at: usize = [4, optional(0x8000), optional(0x2000), sequence].iter().sum();
    match (version, protocol) {
        (1, 0x880b) => ppp(bytes, at.saturating_add(optional(0x0080))),
        (0, 0x6558) => ethernet(bytes, at),
        // ERSPAN type I has no header, type II has 8 octets and always a sequence number.
        (0, 0x88be) => ethernet(bytes, if sequence == 0 { at } else { at.saturating_add(8) }),
        // Type III has 12, and 8 more where its last bit says so.
        (0, 0x22eb) => {
            let more = be16(bytes, at.saturating_add(10))? & 1 == 1;
            ethernet(bytes, at.saturating_add(if more { 20 } else { 12 }))
        }
        (0, ethertype) => from_ethertype(bytes, ethertype, at),
        _ => Err(Without::NotIp),
    }
}

/// RFC 7348, behind the UDP header of 8 octets.
fn vxlan(bytes: &[u8]) -> Result<usize, Without> {
    match bytes.get(8) {
        Some(flags) if flags & 0x08 != 0 => ethernet(bytes, 16),
        _ => Err(Without::NotIp),
    }
}

/// RFC 8926.
fn geneve(bytes: &[u8]) -> Result<usize, Without> {
    let first = *bytes.get(8).ok_or(Without::Malformed)?;
    let at = usize::from(first & 0x3f).saturating_mul(4).saturating_add(16);
    match (first >> 6, be16(bytes, 10)?) {
        (0, 0x6558) => ethernet(bytes, at),
        (0, ethertype) => from_ethertype(bytes, ethertype, at),
        _ => Err(Without::NotIp),
    }
}
