//! Builds packets, and records what a sink is told.
#![allow(dead_code, reason = "not every test uses all of it")]

use std::collections::BTreeMap;
use std::net::IpAddr;

use adjoin_capture::{
    Capture, ConnId, Connection, Datagram, Direction, Endpoint, Frame, Gap, IcmpError, Incomplete, Interest,
    Limits, LinkType, Segment, SegmentKind, Sink, StreamSide,
};

pub const CLIENT: [u8; 4] = [192, 0, 2, 1];
pub const SERVER: [u8; 4] = [192, 0, 2, 2];
pub const CLIENT_6: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
pub const SERVER_6: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];

pub const FIN: u8 = 1;
pub const SYN: u8 = 2;
pub const RST: u8 = 4;
pub const ACK: u8 = 16;

/// IPv4; `fragment` is the flags and offset field.
pub fn ipv4(
    source: [u8; 4],
    destination: [u8; 4],
    protocol: u8,
    id: u16,
    fragment: u16,
    payload: &[u8],
) -> Vec<u8> {
    let total = u16::try_from(20 + payload.len()).unwrap_or(0);
    let mut packet = vec![0x45, 0];
    packet.extend(total.to_be_bytes());
    packet.extend(id.to_be_bytes());
    packet.extend(fragment.to_be_bytes());
    packet.extend([64, protocol, 0, 0]);
    packet.extend(source);
    packet.extend(destination);
    packet.extend(payload);
    packet
}

pub fn ipv6(source: [u8; 16], destination: [u8; 16], next_header: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend(u16::try_from(payload.len()).unwrap_or(0).to_be_bytes());
    packet.extend([next_header, 63]);
    packet.extend(source);
    packet.extend(destination);
    packet.extend(payload);
    packet
}

pub fn ethernet(ethertype: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![2; 12];
    frame.extend(ethertype.to_be_bytes());
    frame.extend(payload);
    frame
}

pub fn udp(source: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::new();
    datagram.extend(source.to_be_bytes());
    datagram.extend(destination.to_be_bytes());
    datagram.extend(u16::try_from(8 + payload.len()).unwrap_or(0).to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    datagram
}

/// A TCP segment between port 50000 of the client and port 445 of the server.
#[derive(Clone)]
pub struct Tcp {
    pub to_server: bool,
    pub seq: u32,
    pub ack: u32,
    pub flags: u8,
    pub window: u16,
    pub id: u16,
    pub client_port: u16,
    pub options: Vec<u8>,
    pub data: Vec<u8>,
}

impl Tcp {
    pub fn to_server(seq: u32, ack: u32, flags: u8, data: &[u8]) -> Self {
        Self {
            to_server: true,
            seq,
            ack,
            flags,
            window: 8192,
            id: 0,
            client_port: 50_000,
            options: Vec::new(),
            data: data.to_vec(),
        }
    }

    pub fn to_client(seq: u32, ack: u32, flags: u8, data: &[u8]) -> Self {
        Self { to_server: false, ..Self::to_server(seq, ack, flags, data) }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let ports = if self.to_server { [self.client_port, 445] } else { [445, self.client_port] };
        let mut segment = Vec::new();
        segment.extend(ports[0].to_be_bytes());
        segment.extend(ports[1].to_be_bytes());
        segment.extend(self.seq.to_be_bytes());
        segment.extend(self.ack.to_be_bytes());
        segment.push(u8::try_from((20 + self.options.len()) / 4 * 16).unwrap());
        segment.push(self.flags);
        segment.extend(self.window.to_be_bytes());
        segment.extend([0; 4]);
        segment.extend(&self.options);
        segment.extend(&self.data);
        segment
    }

    /// In IPv4 in Ethernet.
    pub fn frame(&self) -> Vec<u8> {
        let (source, destination) = if self.to_server { (CLIENT, SERVER) } else { (SERVER, CLIENT) };
        ethernet(0x0800, &ipv4(source, destination, 6, self.id, 0x4000, &self.bytes()))
    }
}

/// What a segment was, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub conn: ConnId,
    pub direction: Direction,
    pub kind: SegmentKind,
    pub position: i64,
    pub ack_position: Option<i64>,
}

/// A capture under test, and everything its sink was told.
pub struct Bench {
    pub capture: Capture,
    pub told: Told,
}

#[derive(Default)]
pub struct Told {
    /// The frames, so that provenance can be checked.
    pub frames: Vec<Vec<u8>>,
    pub connections: Vec<Connection>,
    pub datagrams: Vec<(Endpoint, Vec<u8>, u32, bool)>,
    pub errors: Vec<IcmpError>,
    pub incomplete: Vec<Incomplete>,
    pub segments: Vec<Seen>,
    /// Bytes by position.
    pub streams: BTreeMap<(ConnId, Direction), BTreeMap<u64, u8>>,
    /// Position behind the gap, and the gap.
    pub gaps: Vec<(Direction, u64, Gap)>,
    pub gaps_after: Vec<(Direction, u64, Gap)>,
    pub finished: Vec<(ConnId, Direction)>,
    pub closed: Vec<ConnId>,
    pub stream_calls: usize,
    /// How many bytes to take in each call; all unless set.
    pub take: Option<usize>,
    pub interest: Interest,
    pub ignore_after: Option<usize>,
}

impl Sink for Told {
    fn datagram(&mut self, _: &Frame<'_>, datagram: &Datagram<'_>) {
        let mut at = 0;
        for piece in datagram.pieces {
            assert_eq!(piece.at, at);
            let len = piece.len as usize;
            let there = &self.frames[piece.frame as usize - 1][piece.offset as usize..][..len];
            assert_eq!(there, &datagram.payload[at..at + len]);
            at += len;
        }
        assert_eq!(at, datagram.payload.len());
        self.datagrams.push((datagram.source, datagram.payload.to_vec(), datagram.cut, datagram.fragmented));
    }

    fn stream(&mut self, _: &Frame<'_>, side: &mut StreamSide<'_>) {
        self.stream_calls += 1;
        let key = (side.conn(), side.direction());
        assert!(!self.finished.contains(&key), "nothing after the end");
        if let Some(gap) = side.gap() {
            self.gaps.push((key.1, side.position(), gap));
        }
        if let Some(gap) = side.gap_after() {
            self.gaps_after.push((key.1, side.position() + side.bytes().len() as u64, gap));
        }
        let mut at = 0;
        for piece in side.provenance(0..side.bytes().len()) {
            assert_eq!(piece.at, at);
            let len = piece.len as usize;
            let there = &self.frames[piece.frame as usize - 1][piece.offset as usize..][..len];
            assert_eq!(there, &side.bytes()[at..at + len]);
            at += len;
        }
        assert_eq!(at, side.bytes().len(), "each byte has a place");
        let last = side.finished() || side.gap_after().is_some();
        let n = self.take.filter(|_| !last).unwrap_or(usize::MAX).min(side.bytes().len());
        let stream = self.streams.entry(key).or_default();
        for (position, &byte) in (side.position()..).zip(&side.bytes()[..n]) {
            assert_eq!(stream.insert(position, byte), None, "no byte twice");
        }
        side.consume(n);
        if side.finished() {
            self.finished.push(key);
        }
        if self.ignore_after.is_some_and(|calls| self.stream_calls >= calls) {
            side.ignore();
        }
    }

    fn opened(&mut self, _: &Frame<'_>, connection: &Connection) -> Interest {
        self.connections.push(*connection);
        self.interest
    }

    fn tcp(&mut self, _: &Frame<'_>, segment: &Segment<'_>) {
        self.segments.push(Seen {
            conn: segment.connection.id,
            direction: segment.direction,
            kind: segment.kind,
            position: segment.position,
            ack_position: segment.ack_position,
        });
    }

    fn icmp(&mut self, _: &Frame<'_>, error: &IcmpError) {
        self.errors.push(*error);
    }

    fn incomplete(&mut self, _: &Frame<'_>, fragments: &Incomplete) {
        self.incomplete.push(*fragments);
    }

    fn closed(&mut self, connection: ConnId) {
        assert!(!self.closed.contains(&connection));
        self.closed.push(connection);
    }
}

impl Bench {
    pub fn new() -> Self {
        Self::with(Limits::default())
    }

    pub fn with(limits: Limits) -> Self {
        Self { capture: Capture::new(limits), told: Told::default() }
    }

    /// Gives frame bytes, cut to `captured`, at a time in seconds.
    pub fn give(&mut self, link: LinkType, bytes: &[u8], captured: usize, seconds: i64) {
        self.told.frames.push(bytes[..captured].to_vec());
        let frame = Frame {
            number: u32::try_from(self.told.frames.len()).unwrap(),
            time: seconds * 1_000_000_000,
            link,
            bytes: &bytes[..captured],
            original_length: u32::try_from(bytes.len()).unwrap(),
        };
        self.capture.frame(&frame, &mut self.told);
    }

    pub fn ethernet(&mut self, bytes: &[u8]) {
        self.give(LinkType::ETHERNET, bytes, bytes.len(), 0);
    }

    pub fn tcp(&mut self, segment: &Tcp) {
        self.ethernet(&segment.frame());
    }

    /// SYN 99, SYN-ACK 499, ACK: both streams begin at 100 and 500.
    pub fn handshake(&mut self) {
        self.tcp(&Tcp::to_server(99, 0, SYN, b""));
        self.tcp(&Tcp::to_client(499, 100, SYN | ACK, b""));
        self.tcp(&Tcp::to_server(100, 500, ACK, b""));
    }

    pub fn finish(&mut self) {
        self.capture.finish(&mut self.told);
    }

    /// What was delivered of the first connection; `_` stands for each missing byte.
    pub fn text(&self, direction: Direction) -> String {
        self.text_of(ConnId(0), direction)
    }

    pub fn text_of(&self, conn: ConnId, direction: Direction) -> String {
        let Some(stream) = self.told.streams.get(&(conn, direction)) else { return String::new() };
        let end = stream.last_key_value().map_or(0, |(&position, _)| position + 1);
        (0..end).map(|position| stream.get(&position).map_or('_', |&byte| char::from(byte))).collect()
    }

    pub fn kinds(&self) -> Vec<SegmentKind> {
        self.told.segments.iter().map(|seen| seen.kind).collect()
    }
}

pub fn endpoint(address: impl Into<IpAddr>, port: u16) -> Endpoint {
    Endpoint { address: address.into(), port }
}
