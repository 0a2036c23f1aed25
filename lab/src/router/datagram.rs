//! An IP datagram: its octets, and what rules ask about them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IP protocol numbers.
pub(super) const ICMP: u8 = 1;
/// TCP.
pub(super) const TCP: u8 = 6;
/// UDP.
pub(super) const UDP: u8 = 17;
/// ICMPv6.
pub(super) const ICMPV6: u8 = 58;

/// Flags of a TCP header.
pub(super) const FIN: u8 = 0x01;
/// Synchronise: a connection begins.
pub(super) const SYN: u8 = 0x02;
/// Reset.
pub(super) const RST: u8 = 0x04;
/// The acknowledgement number counts.
pub(super) const ACK: u8 = 0x10;

const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;
const TCP_HEADER: usize = 20;
const UDP_HEADER: usize = 8;

/// An IPv4 or IPv6 datagram that has a whole IP header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Datagram {
    bytes: Vec<u8>,
    source: IpAddr,
    destination: IpAddr,
    /// The protocol behind the IP headers.
    protocol: u8,
    /// Where its header begins.
    at: usize,
    /// A fragment; one that isn't the first has no header of the protocol.
    fragment: Option<bool>,
}

/// The fields of a TCP header that the router works with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// Port of the sender.
    pub source: u16,
    /// Port of the receiver.
    pub destination: u16,
    /// Sequence number of the first octet.
    pub sequence: u32,
    /// What the sender expects next.
    pub acknowledged: u32,
    /// FIN, SYN, RST, ..
    pub flags: u8,
}

impl Segment {
    /// The first packet of a connection.
    pub(super) const fn opens(&self) -> bool {
        self.flags & (SYN | ACK) == SYN
    }
}

impl Datagram {
    /// Reads a datagram; octets behind its end (padding of the frame) are cut off. `None` when it isn't one, or
    /// its end is missing.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        match bytes.first()? >> 4 {
            4 => Self::parse_v4(bytes),
            6 => Self::parse_v6(bytes),
            _ => None,
        }
    }

    fn parse_v4(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..usize::from(word(bytes, 2)?))?;
        let at = usize::from(bytes.first()? & 0x0f) * 4;
        if at < IPV4_HEADER || at > bytes.len() {
            return None;
        }
        let address = |at: usize| Some(IpAddr::from(<[u8; 4]>::try_from(bytes.get(at..at + 4)?).ok()?));
        let fragment = word(bytes, 6)? & 0x3fff;
        Some(Self {
            source: address(12)?,
            destination: address(16)?,
            protocol: *bytes.get(9)?,
            at,
            fragment: (fragment != 0).then_some(fragment & 0x1fff == 0),
            bytes: bytes.to_vec(),
        })
    }

    fn parse_v6(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..IPV6_HEADER + usize::from(word(bytes, 4)?))?;
        let address = |at: usize| Some(IpAddr::from(<[u8; 16]>::try_from(bytes.get(at..at + 16)?).ok()?));
        let (mut protocol, mut at, mut fragment) = (*bytes.get(6)?, IPV6_HEADER, None);
        loop {
            const HOP_BY_HOP: u8 = 0;
            const ROUTING: u8 = 43;
            const FRAGMENT: u8 = 44;
            const DESTINATION: u8 = 60;
            let length = match protocol {
                HOP_BY_HOP | ROUTING | DESTINATION => (usize::from(*bytes.get(at + 1)?) + 1) * 8,
                FRAGMENT => {
                    fragment = Some(word(bytes, at + 2)? & 0xfff8 == 0);
                    8
                }
                _ => break,
            };
            protocol = *bytes.get(at)?;
            at += length;
            if fragment == Some(false) {
                break;
            }
        }
        Some(Self {
            source: address(8)?,
            destination: address(24)?,
            protocol,
            at,
            fragment,
            bytes: bytes.to_vec(),
        })
    }

    /// A datagram with this protocol header and payload, whose checksum (at its place for the protocol) is
    /// filled in. `None` when the addresses are of different families or the body is too long.
    pub(super) fn new(
        source: IpAddr,
        destination: IpAddr,
        ttl: u8,
        protocol: u8,
        body: &[u8],
    ) -> Option<Self> {
        let mut bytes = Vec::new();
        match (source, destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                let length = u16::try_from(IPV4_HEADER + body.len()).ok()?;
                // Identification 0 and "don't fragment", as kernels send what they answer themselves.
                bytes.extend([0x45, 0]);
                bytes.extend(length.to_be_bytes());
                bytes.extend([0, 0, 0x40, 0, ttl, protocol, 0, 0]);
                bytes.extend(source.octets());
                bytes.extend(destination.octets());
            }
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                bytes.extend([0x60, 0, 0, 0]);
                bytes.extend(u16::try_from(body.len()).ok()?.to_be_bytes());
                bytes.extend([protocol, ttl]);
                bytes.extend(source.octets());
                bytes.extend(destination.octets());
            }
            _ => return None,
        }
        let at = bytes.len();
        bytes.extend(body);
        let mut datagram = Self { bytes, source, destination, protocol, at, fragment: None };
        datagram.fill_checksums();
        Some(datagram)
    }

    /// A TCP segment without options.
    pub(super) fn tcp(
        from: (IpAddr, u16),
        to: (IpAddr, u16),
        ttl: u8,
        segment: Segment,
        payload: &[u8],
    ) -> Option<Self> {
        let mut body = Vec::new();
        body.extend(from.1.to_be_bytes());
        body.extend(to.1.to_be_bytes());
        body.extend(segment.sequence.to_be_bytes());
        body.extend(segment.acknowledged.to_be_bytes());
        let window: u16 = if segment.flags & RST == 0 { 0xffff } else { 0 };
        body.extend([0x50, segment.flags]);
        body.extend(window.to_be_bytes());
        body.extend([0; 4]);
        body.extend(payload);
        Self::new(from.0, to.0, ttl, TCP, &body)
    }

    /// A UDP datagram.
    pub(super) fn udp(from: (IpAddr, u16), to: (IpAddr, u16), ttl: u8, payload: &[u8]) -> Option<Self> {
        let mut body = Vec::new();
        body.extend(from.1.to_be_bytes());
        body.extend(to.1.to_be_bytes());
        body.extend(u16::try_from(UDP_HEADER + payload.len()).ok()?.to_be_bytes());
        body.extend([0; 2]);
        body.extend(payload);
        Self::new(from.0, to.0, ttl, UDP, &body)
    }

    /// The octets, from the IP header on.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The sender.
    pub(super) const fn source(&self) -> IpAddr {
        self.source
    }

    /// The receiver.
    pub(super) const fn destination(&self) -> IpAddr {
        self.destination
    }

    /// The protocol behind the IP headers.
    pub(super) const fn protocol(&self) -> u8 {
        self.protocol
    }

    /// It is a fragment.
    pub(super) const fn is_fragment(&self) -> bool {
        self.fragment.is_some()
    }

    /// The header of the protocol, and what follows it; nothing in a fragment that isn't the first.
    fn body(&self) -> &[u8] {
        if self.fragment == Some(false) { &[] } else { self.bytes.get(self.at..).unwrap_or_default() }
    }

    /// The ports of TCP and UDP: of the sender, of the receiver.
    pub(super) fn ports(&self) -> Option<(u16, u16)> {
        if !matches!(self.protocol, TCP | UDP) {
            return None;
        }
        Some((word(self.body(), 0)?, word(self.body(), 2)?))
    }

    /// Its TCP header.
    pub(super) fn segment(&self) -> Option<Segment> {
        let body = self.body();
        if self.protocol != TCP || body.len() < TCP_HEADER {
            return None;
        }
        let number = |at| Some(u32::from(word(body, at)?) << 16 | u32::from(word(body, at + 2)?));
        Some(Segment {
            source: word(body, 0)?,
            destination: word(body, 2)?,
            sequence: number(4)?,
            acknowledged: number(8)?,
            flags: *body.get(13)?,
        })
    }

    /// The type of an ICMP or ICMPv6 message.
    pub(super) fn icmp_type(&self) -> Option<u8> {
        if matches!(self.protocol, ICMP | ICMPV6) { self.body().first().copied() } else { None }
    }

    fn payload_at(&self) -> usize {
        let header = match self.protocol {
            TCP => self.body().get(12).map_or(0, |offset| usize::from(offset >> 4) * 4),
            UDP => UDP_HEADER,
            _ => 0,
        };
        self.at + header
    }

    /// What TCP or UDP carries; for others all behind the IP headers.
    pub(super) fn payload(&self) -> &[u8] {
        if self.fragment == Some(false) {
            return &[];
        }
        self.bytes.get(self.payload_at()..).unwrap_or_default()
    }

    /// Sequence space of a segment: its payload, and one each for SYN and FIN.
    pub(super) fn sequence_length(&self) -> u32 {
        let flags = self.segment().map_or(0, |segment| segment.flags);
        let length = u32::try_from(self.payload().len()).unwrap_or(0);
        length + u32::from(flags & SYN != 0) + u32::from(flags & FIN != 0)
    }

    /// Ranges of sequence numbers that the sender of a TCP segment has beyond what it acknowledges
    /// ([RFC 2018]): from, and up to without.
    pub(super) fn selectively_acknowledged(&self) -> Vec<(u32, u32)> {
        const END: u8 = 0;
        const PADDING: u8 = 1;
        const SELECTIVE: u8 = 5;
        let mut ranges = Vec::new();
        let mut options = match self.protocol {
            TCP => self.bytes.get(self.at + TCP_HEADER..self.payload_at()).unwrap_or_default(),
            _ => &[],
        };
        loop {
            options = match *options {
                [] | [END, ..] => return ranges,
                [PADDING, ref rest @ ..] => rest,
                [kind, length, ..] => {
                    let Some((option, rest)) = options.split_at_checked(usize::from(length.max(2))) else {
                        return ranges;
                    };
                    if kind == SELECTIVE {
                        ranges.extend(option.get(2..).unwrap_or_default().chunks_exact(8).filter_map(
                            |range| {
                                let (from, to) = (range.first_chunk()?, range.last_chunk()?);
                                Some((u32::from_be_bytes(*from), u32::from_be_bytes(*to)))
                            },
                        ));
                    }
                    rest
                }
                [_] => return ranges,
            };
        }
    }

    /// The TTL or hop limit.
    #[cfg(test)]
    pub(super) fn ttl(&self) -> u8 {
        let at = if self.source.is_ipv4() { 8 } else { 7 };
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// Takes one from the TTL or hop limit. False when the datagram may go no further.
    pub(super) fn hop(&mut self) -> bool {
        let at = if self.source.is_ipv4() { 8 } else { 7 };
        let Some(ttl) = self.bytes.get_mut(at).filter(|ttl| **ttl > 1) else { return false };
        *ttl -= 1;
        self.fill_header_checksum();
        true
    }

    /// Replaces `find` in the payload by `put`, everywhere and at the same length; letters may differ in case
    /// when `any_case`, and take the case of those they replace. Tells whether anything was found.
    pub(super) fn replace(&mut self, find: &[u8], put: &[u8], any_case: bool) -> bool {
        if find.is_empty() || find.len() != put.len() || self.is_fragment() {
            return false;
        }
        let mut from = self.payload_at();
        let mut found = false;
        while let Some(place) = self.bytes.get_mut(from..from + find.len()) {
            let same = if any_case { place.eq_ignore_ascii_case(find) } else { *place == *find };
            if !same {
                from += 1;
                continue;
            }
            for (old, new) in place.iter_mut().zip(put) {
                *old = match any_case && old.is_ascii_uppercase() {
                    true => new.to_ascii_uppercase(),
                    false => *new,
                };
            }
            found = true;
            from += find.len();
        }
        if found {
            self.fill_checksums();
        }
        found
    }

    /// The start of the datagram that an ICMP error about it quotes.
    pub(super) fn quoted(&self) -> &[u8] {
        // ICMP: a whole message of at most 576 octets ([RFC 1812] 4.3.2.3); ICMPv6: of 1280 ([RFC 4443] 2.4).
        let most = if self.source.is_ipv4() { 576 - IPV4_HEADER - 8 } else { 1280 - IPV6_HEADER - 8 };
        self.bytes.get(..most).unwrap_or(&self.bytes)
    }

    fn fill_header_checksum(&mut self) {
        if self.source.is_ipv6() {
            return;
        }
        let end = usize::from(self.bytes.first().copied().unwrap_or(0) & 0x0f) * 4;
        if let Some(header) = self.bytes.get_mut(..end) {
            put(header, 10, 0);
            let sum = !folded(sum(0, header));
            put(header, 10, sum);
        }
    }

    fn fill_checksums(&mut self) {
        self.fill_header_checksum();
        let place = match self.protocol {
            TCP => 16,
            UDP => 6,
            ICMP | ICMPV6 => 2,
            _ => return,
        };
        let length = u32::try_from(self.bytes.len().saturating_sub(self.at)).unwrap_or(0);
        let mut total = 0;
        if self.protocol != ICMP {
            for address in [self.source, self.destination] {
                total = match address {
                    IpAddr::V4(address) => sum(total, &address.octets()),
                    IpAddr::V6(address) => sum(total, &address.octets()),
                };
            }
            total = sum(total, &length.to_be_bytes());
            total = sum(total, &[0, self.protocol]);
        }
        if let Some(body) = self.bytes.get_mut(self.at..) {
            put(body, place, 0);
            let mut checksum = !folded(sum(total, body));
            // In UDP 0 means "none".
            if checksum == 0 && self.protocol == UDP {
                checksum = 0xffff;
            }
            put(body, place, checksum);
        }
    }

    /// The checksums are right; fragments have none that could be told.
    #[cfg(test)]
    pub(super) fn is_sound(&self) -> bool {
        let mut again = self.clone();
        again.fill_checksums();
        again == *self
    }
}

/// The address is one of a host that a router forwards to: not multicast, not of the link, not of the host.
pub(super) const fn is_routable(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_routable_v4(address),
        IpAddr::V6(address) => is_routable_v6(address),
    }
}

const fn is_routable_v4(address: Ipv4Addr) -> bool {
    !(address.is_multicast()
        || address.is_broadcast()
        || address.is_link_local()
        || address.is_loopback()
        || address.is_unspecified())
}

const fn is_routable_v6(address: Ipv6Addr) -> bool {
    !(address.is_multicast()
        || address.is_unicast_link_local()
        || address.is_loopback()
        || address.is_unspecified())
}

/// The big-endian number of 16 bits at a place.
pub(super) fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

fn put(bytes: &mut [u8], at: usize, value: u16) {
    if let Some(place) = bytes.get_mut(at..at + 2) {
        place.copy_from_slice(&value.to_be_bytes());
    }
}

fn sum(from: u32, bytes: &[u8]) -> u32 {
    bytes.chunks(2).fold(from, |total, pair| {
        let low = pair.get(1).copied().unwrap_or(0);
        total + u32::from(u16::from_be_bytes([pair.first().copied().unwrap_or(0), low]))
    })
}

const fn folded(mut total: u32) -> u16 {
    while total > 0xffff {
        total = (total & 0xffff) + (total >> 16);
    }
    total as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 1, 0, 2));
    const SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 2, 0, 2));
    const CLIENT6: IpAddr = IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 1, 0, 0, 0, 2));
    const SERVER6: IpAddr = IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 2, 0, 0, 0, 2));

    #[test]
    fn a_known_header_has_its_known_checksum() {
        let mut header =
            [0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0, 0, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0, 0xc7];
        assert_eq!(!folded(sum(0, &header)), 0xb861);
        put(&mut header, 10, 0xb861);
        assert_eq!(folded(sum(0, &header)), 0xffff);
    }

    #[test]
    fn what_is_built_is_read_again() {
        let segment = Segment { source: 50000, destination: 88, sequence: 7, acknowledged: 9, flags: ACK };
        for (from, to) in [(CLIENT, SERVER), (CLIENT6, SERVER6)] {
            let built = Datagram::tcp((from, 50000), (to, 88), 128, segment, b"hello").unwrap();
            let mut padded = built.bytes().to_vec();
            padded.extend([0; 9]);
            let read = Datagram::parse(&padded).unwrap();
            assert_eq!(read, built);
            assert_eq!((read.segment(), read.payload()), (Some(segment), &b"hello"[..]));
            assert_eq!((read.ports(), read.ttl(), read.sequence_length()), (Some((50000, 88)), 128, 5));
            assert!(read.is_sound());
            let udp = Datagram::udp((from, 1), (to, 2), 1, b"odd").unwrap();
            assert_eq!(Datagram::parse(udp.bytes()).unwrap(), udp);
            assert_eq!(udp.payload(), b"odd");
            assert!(!udp.clone().hop());
            for end in 0..padded.len() - 9 {
                assert_eq!(Datagram::parse(&padded[..end]), None);
            }
        }
        assert_eq!(Datagram::udp((CLIENT, 1), (SERVER6, 2), 1, b""), None);
    }

    #[test]
    fn selective_acknowledgements_are_read() {
        // Two of padding, then an option with one range.
        let mut body = vec![0; 32];
        body[12] = 0x80;
        body[20..].copy_from_slice(&[1, 1, 5, 10, 0, 0, 0, 7, 0, 0, 0, 9]);
        let read =
            |body: &[u8]| Datagram::new(CLIENT, SERVER, 64, TCP, body).unwrap().selectively_acknowledged();
        assert_eq!(read(&body), [(7, 9)]);
        for length in 0..=255 {
            body[23] = length;
            read(&body);
        }
        assert_eq!(read(&body[..20]), []);
    }

    #[test]
    fn a_hop_keeps_the_checksums_right() {
        let mut datagram = Datagram::udp((CLIENT, 1), (SERVER, 2), 128, b"x").unwrap();
        assert!(datagram.hop());
        assert_eq!(datagram.ttl(), 127);
        assert!(datagram.is_sound());
    }

    #[test]
    fn fragments_have_ports_only_at_their_start() {
        let whole = Datagram::udp((CLIENT6, 1), (SERVER6, 2), 64, b"12345678").unwrap();
        let fragment = |offset: u16| {
            let mut bytes = whole.bytes()[..40].to_vec();
            bytes[6] = 44;
            bytes[5] += 8;
            bytes.extend([UDP, 0, (offset >> 8) as u8, offset as u8, 0, 0, 0, 1]);
            bytes.extend(&whole.bytes()[40..]);
            Datagram::parse(&bytes).unwrap()
        };
        assert_eq!((fragment(1).ports(), fragment(1).is_fragment()), (Some((1, 2)), true));
        assert_eq!((fragment(9).ports(), fragment(9).payload()), (None, &b""[..]));
        let mut bytes = Datagram::udp((CLIENT, 1), (SERVER, 2), 64, b"1").unwrap().bytes().to_vec();
        bytes[6..8].copy_from_slice(&[0x20, 1]);
        assert_eq!(Datagram::parse(&bytes).unwrap().ports(), None);
    }

    #[test]
    fn replacing_keeps_length_case_and_checksum() {
        let mut datagram = Datagram::udp((CLIENT, 1), (SERVER, 2), 64, b".contoso.CONTOSO.").unwrap();
        assert!(datagram.replace(b"contoso", b"another", true));
        assert_eq!(datagram.payload(), b".another.ANOTHER.");
        assert!(datagram.is_sound());
        assert!(!datagram.replace(b"contoso", b"another", true));
        assert!(!datagram.replace(b"another", b"longer name", true));
    }
}
