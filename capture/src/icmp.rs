//! ICMP and ICMPv6 errors and the packets they quote.

use std::net::IpAddr;

use crate::ConnId;

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
