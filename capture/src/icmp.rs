//! ICMP and ICMPv6 errors and the packets they quote.

use std::net::IpAddr;

use crate::packet::{self, Packet};
use crate::{ConnId, Endpoint};

/// An ICMP error (RFC 792) or ICMPv6 error (RFC 4443).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IcmpError {
    /// ICMPv6, not ICMP.
    pub v6: bool,
    /// Who says so.
    pub source: IpAddr,
    /// Who is told.
    pub destination: IpAddr,
    /// ICMP or ICMPv6 type.
    pub kind: u8,
    /// Code.
    pub code: u8,
    /// The next hop's MTU: ICMP 3/4 (0 where an old router doesn't say) and ICMPv6 2.
    pub mtu: Option<u32>,
    /// The quoted packet, as far as it is there.
    pub quoted: Option<Quoted>,
    /// Offset of the ICMP header in the frame's captured bytes.
    pub offset: u32,
}

/// The packet that an ICMP error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// Its sender.
    pub source: IpAddr,
    /// Its receiver.
    pub destination: IpAddr,
    /// IP protocol number.
    pub protocol: u8,
    /// Source and destination port, for UDP and TCP in a first fragment.
    pub ports: Option<(u16, u16)>,
    /// TCP sequence number.
    pub seq: Option<u32>,
    /// The connection, if it is known.
    pub conn: Option<ConnId>,
}

impl IcmpError {
    /// Reads an error message; anything else is `None`.
    pub(crate) fn read(v6: bool, packet: &Packet<'_>, bytes: &[u8], offset: u32) -> Option<Self> {
        let (&[kind, code, _, _, a, b, c, d], quote) = bytes.split_first_chunk::<8>()?;
        let mtu = match (v6, kind, code) {
            // RFC 1191: the next hop's MTU in the low half.
            (false, 3, 4) => Some(u32::from(u16::from_be_bytes([c, d]))),
            (true, 2, _) => Some(u32::from_be_bytes([a, b, c, d])),
            // Unreachable, source quench, redirect, time exceeded, parameter problem; RFC 4443 has
            // 0 to 127 for errors.
            (false, 3 | 4 | 5 | 11 | 12, _) | (true, 1..=127, _) => None,
            _ => return None,
        };
        Some(Self {
            v6,
            source: packet.source,
            destination: packet.destination,
            kind,
            code,
            mtu,
            quoted: Quoted::read(quote),
            offset,
        })
    }
}

impl Quoted {
    fn read(bytes: &[u8]) -> Option<Self> {
        let packet = Packet::read(bytes, bytes.len())?;
        let first = packet.fragment.is_none_or(|fragment| fragment.offset == 0);
        let with_ports = matches!(packet.protocol, packet::TCP | packet::UDP) && first;
        let words = packet.payload.first_chunk::<4>().filter(|_| with_ports);
        let seq = packet.payload.get(4..).and_then(|rest| rest.first_chunk::<4>());
        Some(Self {
            source: packet.source,
            destination: packet.destination,
            protocol: packet.protocol,
            ports: words.map(|&[a, b, c, d]| (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))),
            seq: seq
                .filter(|_| with_ports && packet.protocol == packet::TCP)
                .map(|&seq| u32::from_be_bytes(seq)),
            conn: None,
        })
    }
}

/// Sender and receiver of a quoted TCP segment.
pub(crate) fn endpoints(quoted: &Quoted) -> Option<(Endpoint, Endpoint)> {
    let (from, to) = quoted.ports.filter(|_| quoted.protocol == packet::TCP)?;
    Some((
        Endpoint { address: quoted.source, port: from },
        Endpoint { address: quoted.destination, port: to },
    ))
}
