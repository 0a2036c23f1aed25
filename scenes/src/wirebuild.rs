//! Frames: Ethernet, IPv4 and IPv6, UDP, TCP and ICMP, with every field settable and right checksums.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who a frame is from or for, as it is seen at the place of capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host {
    /// Ethernet address.
    pub mac: [u8; 6],
    /// IP address.
    pub ip: IpAddr,
    /// TTL or hop limit of its packets where they are captured.
    pub ttl: u8,
}

impl Host {
    /// A host with this address whose Ethernet address ends as the address does.
    #[must_use]
    pub fn new(ip: impl Into<IpAddr>, ttl: u8) -> Self {
        let ip = ip.into();
        let [.., a, b, c] = octets(ip)[..] else { unreachable!("an address has at least three octets") };
        Self { mac: [0x02, 0, 0x5e, a, b, c], ip, ttl }
    }
}

/// Flags of a TCP segment, for [`Tcp::flags`].
pub mod flag {
    /// FIN.
    pub const FIN: u8 = 0x01;
    /// SYN.
    pub const SYN: u8 = 0x02;
    /// RST.
    pub const RST: u8 = 0x04;
    /// PSH.
    pub const PSH: u8 = 0x08;
    /// ACK.
    pub const ACK: u8 = 0x10;
}

/// What is said in the IP header beside the addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ip {
    /// Identification, IPv4 only.
    pub id: u16,
    /// Don't fragment, IPv4 only.
    pub dont_fragment: bool,
    /// TTL or hop limit; the sender's when it is absent.
    pub ttl: Option<u8>,
}

impl Default for Ip {
    fn default() -> Self {
        Self { id: 0, dont_fragment: true, ttl: None }
    }
}

/// A TCP segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tcp {
    /// Source port.
    pub source: u16,
    /// Destination port.
    pub destination: u16,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgment number.
    pub ack: u32,
    /// [`flag`]s.
    pub flags: u8,
    /// Window, not scaled.
    pub window: u16,
    /// Options.
    pub options: Options,
    /// Payload.
    pub payload: Vec<u8>,
}

/// TCP options; they are padded with NOP to whole words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Maximum segment size.
    pub mss: Option<u16>,
    /// Window scale, as a shift.
    pub window_scale: Option<u8>,
    /// SACK permitted.
    pub sack_permitted: bool,
    /// SACK blocks, from and to.
    pub sack: Vec<(u32, u32)>,
    /// Time stamp: value and echo.
    pub timestamps: Option<(u32, u32)>,
    /// Other options: kind and data.
    pub other: Vec<(u8, Vec<u8>)>,
}

impl Options {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if let Some(mss) = self.mss {
            out.extend([2, 4]);
            out.extend(mss.to_be_bytes());
        }
        if let Some(shift) = self.window_scale {
            out.extend([1, 3, 3, shift]);
        }
        if self.sack_permitted {
            out.extend([1, 1, 4, 2]);
        }
        if let Some((value, echo)) = self.timestamps {
            out.extend([1, 1, 8, 10]);
            out.extend(value.to_be_bytes());
            out.extend(echo.to_be_bytes());
        }
        if !self.sack.is_empty() {
            out.extend([1, 1, 5, byte(2 + 8 * self.sack.len())]);
            for (from, to) in &self.sack {
                out.extend(from.to_be_bytes());
                out.extend(to.to_be_bytes());
            }
        }
        for (kind, data) in &self.other {
            out.extend([*kind, byte(2 + data.len())]);
            out.extend(data);
        }
        out.resize(out.len().next_multiple_of(4), 1);
        assert!(out.len() <= 40, "TCP options fill at most 40 octets");
        out
    }
}

fn byte(value: usize) -> u8 {
    u8::try_from(value).expect("fits one octet")
}

fn short(value: usize) -> [u8; 2] {
    u16::try_from(value).expect("fits two octets").to_be_bytes()
}

fn octets(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    }
}

/// The Internet checksum (RFC 1071).
#[must_use]
pub fn checksum(octets: &[u8]) -> u16 {
    let words =
        octets.chunks(2).map(|pair| u32::from(pair[0]) << 8 | pair.get(1).map_or(0, |low| (*low).into()));
    let mut sum = words.fold(0, u32::wrapping_add);
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).expect("folded")
}

/// Puts the checksum of `segment`, with its pseudo-header, at `at`.
fn seal(from: IpAddr, to: IpAddr, protocol: u8, segment: &mut [u8], at: usize) {
    segment[at..at + 2].fill(0);
    let mut covered = octets(from);
    covered.extend(octets(to));
    covered.extend(u32::try_from(segment.len()).expect("a packet").to_be_bytes());
    covered.extend([0, 0, 0, protocol]);
    covered.extend_from_slice(segment);
    let sum = checksum(&covered);
    let sum = if sum == 0 && protocol == 17 { 0xffff } else { sum };
    segment[at..at + 2].copy_from_slice(&sum.to_be_bytes());
}

/// The IP packet around `payload`.
#[must_use]
pub fn ip(from: Host, to: Host, ip: Ip, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let ttl = ip.ttl.unwrap_or(from.ttl);
    let mut out = Vec::new();
    match (from.ip, to.ip) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            out.extend([0x45, 0]);
            out.extend(short(20 + payload.len()));
            out.extend(ip.id.to_be_bytes());
            out.extend([if ip.dont_fragment { 0x40 } else { 0 }, 0, ttl, protocol, 0, 0]);
            out.extend(source.octets());
            out.extend(destination.octets());
            let sum = checksum(&out).to_be_bytes();
            out[10..12].copy_from_slice(&sum);
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            out.extend([0x60, 0, 0, 0]);
            out.extend(short(payload.len()));
            out.extend([protocol, ttl]);
            out.extend(source.octets());
            out.extend(destination.octets());
        }
        _ => panic!("both addresses are of one family"),
    }
    out.extend_from_slice(payload);
    out
}

/// The Ethernet frame around an IP packet or, with type 0x0806, an ARP packet. Short ones are padded
/// to 60 octets, as they are on the wire.
#[must_use]
pub fn ethernet(from: [u8; 6], to: [u8; 6], ethertype: u16, packet: &[u8]) -> Vec<u8> {
    let mut out = [to, from].concat();
    out.extend(ethertype.to_be_bytes());
    out.extend_from_slice(packet);
    out.resize(out.len().max(60), 0);
    out
}

fn frame(from: Host, to: Host, packet: &[u8]) -> Vec<u8> {
    ethernet(from.mac, to.mac, if from.ip.is_ipv4() { 0x0800 } else { 0x86dd }, packet)
}

/// A frame with a UDP datagram.
#[must_use]
pub fn udp(from: (Host, u16), to: (Host, u16), header: Ip, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::from(from.1.to_be_bytes());
    out.extend(to.1.to_be_bytes());
    out.extend(short(8 + payload.len()));
    out.extend([0, 0]);
    out.extend_from_slice(payload);
    seal(from.0.ip, to.0.ip, 17, &mut out, 6);
    frame(from.0, to.0, &ip(from.0, to.0, header, 17, &out))
}

/// A frame with a TCP segment.
#[must_use]
pub fn tcp(from: Host, to: Host, header: Ip, segment: &Tcp) -> Vec<u8> {
    let options = segment.options.encode();
    let mut out = Vec::from(segment.source.to_be_bytes());
    out.extend(segment.destination.to_be_bytes());
    out.extend(segment.seq.to_be_bytes());
    out.extend(segment.ack.to_be_bytes());
    out.extend([byte((20 + options.len()) << 2), segment.flags]);
    out.extend(segment.window.to_be_bytes());
    out.extend([0; 4]);
    out.extend(options);
    out.extend_from_slice(&segment.payload);
    seal(from.ip, to.ip, 6, &mut out, 16);
    frame(from, to, &ip(from, to, header, 6, &out))
}

/// A frame with an ICMP or ICMPv6 error that quotes the beginning of `quoted`, an Ethernet frame.
/// `rest` is what follows the checksum: 0, or for "fragmentation needed" the MTU.
#[must_use]
pub fn icmp(from: Host, to: Host, kind: u8, code: u8, rest: u32, quoted: &[u8]) -> Vec<u8> {
    let packet = &quoted[14..];
    let v6 = from.ip.is_ipv6();
    let kept = packet.len().min(if v6 { 1232 } else { 28 });
    let mut out = vec![kind, code, 0, 0];
    out.extend(rest.to_be_bytes());
    out.extend_from_slice(&packet[..kept]);
    if v6 {
        seal(from.ip, to.ip, 58, &mut out, 2);
    } else {
        let sum = checksum(&out).to_be_bytes();
        out[2..4].copy_from_slice(&sum);
    }
    frame(
        from,
        to,
        &ip(from, to, Ip { dont_fragment: false, ..Ip::default() }, if v6 { 58 } else { 1 }, &out),
    )
}

/// A gratuitous ARP: a frame that matters to no join.
#[must_use]
pub fn arp(of: Host) -> Vec<u8> {
    let IpAddr::V4(ip) = of.ip else { panic!("ARP is of IPv4") };
    let mut out = vec![0, 1, 8, 0, 6, 4, 0, 1];
    for part in [of.mac.to_vec(), ip.octets().to_vec(), vec![0; 6], ip.octets().to_vec()] {
        out.extend(part);
    }
    ethernet(of.mac, [0xff; 6], 0x0806, &out)
}

/// An IPv6 address that carries this IPv4 address in its last octets, in the documentation prefix.
#[must_use]
pub fn v6_of(ip: Ipv4Addr) -> Ipv6Addr {
    let [a, b, c, d] = ip.octets().map(u16::from);
    Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, a << 8 | b, c << 8 | d)
}

#[cfg(test)]
mod tests {
    use super::*;
    use adjoin_capture::{Capture, Datagram, Frame, IcmpError, Limits, LinkType, Sink, StreamSide};

    #[test]
    fn checksums_cancel_themselves() {
        let a = Host::new(Ipv4Addr::new(192, 0, 2, 1), 128);
        let b = Host::new(Ipv4Addr::new(192, 0, 2, 2), 64);
        let segment = Tcp { source: 1, destination: 2, payload: b"odd".to_vec(), ..Tcp::default() };
        let frame = tcp(a, b, Ip { id: 7, ..Ip::default() }, &segment);
        assert_eq!(frame.len(), 60);
        assert_eq!(checksum(&frame[14..34]), 0);
        assert_eq!(frame[22], 128);
        let mut covered = frame[26..34].to_vec();
        covered.extend([0, 6, 0, 23]);
        covered.extend(&frame[34..57]);
        assert_eq!(checksum(&covered), 0);
    }

    #[test]
    fn options_fill_words() {
        let options =
            Options { mss: Some(1460), window_scale: Some(8), sack_permitted: true, ..Options::default() };
        assert_eq!(options.encode(), [2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2]);
        let options = Options { sack: vec![(1, 2)], timestamps: Some((3, 4)), ..Options::default() };
        assert_eq!(options.encode().len(), 24);
    }

    #[derive(Default)]
    struct Errors(Vec<IcmpError>);

    impl Sink for Errors {
        fn datagram(&mut self, _: &Frame<'_>, _: &Datagram<'_>) {}

        fn stream(&mut self, _: &Frame<'_>, _: &mut StreamSide<'_>) {}

        fn icmp(&mut self, _: &Frame<'_>, error: &IcmpError) {
            self.0.push(*error);
        }
    }

    #[test]
    fn errors_quote_what_they_are_about() {
        let four = |last| Host::new([192, 0, 2, last], 128);
        let six = |last| Host::new(v6_of(Ipv4Addr::new(192, 0, 2, last)), 128);
        let segment = Tcp { source: 50000, destination: 88, seq: 5, payload: vec![0; 99], ..Tcp::default() };
        let frames = [
            icmp(four(9), four(1), 3, 4, 1400, &tcp(four(1), four(2), Ip::default(), &segment)),
            icmp(six(9), six(1), 2, 0, 1400, &tcp(six(1), six(2), Ip::default(), &segment)),
        ];
        let mut errors = Errors::default();
        let mut capture = Capture::new(Limits::default());
        for bytes in &frames {
            let original_length = u32::try_from(bytes.len()).unwrap();
            let frame = Frame { number: 1, time: 0, link: LinkType::ETHERNET, bytes, original_length };
            capture.frame(&frame, &mut errors);
        }
        assert_eq!(errors.0.len(), 2);
        for error in errors.0 {
            assert_eq!((error.mtu, error.quoted.unwrap().ports), (Some(1400), Some((50000, 88))));
        }
    }
}
