//! Frames.

use crate::check;
use adjoin_capture::{
    Capture, ConnId, Connection, Datagram, Direction, Frame, IcmpError, Interest, Limits, LinkType, Piece,
    Segment, Sink, StreamSide,
};
use join_engine::annotated::UPPER_PDU;
use std::collections::HashMap;

/// The link types that the first octet of an input counts through.
pub const LINKS: [LinkType; 10] = [
    LinkType::ETHERNET,
    LinkType::NULL,
    LinkType::RAW,
    LinkType::LOOP,
    LinkType::LINUX_SLL,
    LinkType::IPV4,
    LinkType::IPV6,
    LinkType::LINUX_SLL2,
    LinkType(0xffff),
    UPPER_PDU,
];

/// Longest frame that an input can spell.
pub const MAX_FRAME: usize = 0x7fff;

/// Frames, as the octets of an input spell them.
pub(crate) struct Input<'a> {
    pub(crate) link: LinkType,
    /// How the sink behaves.
    pub(crate) habits: u8,
    pub(crate) frames: Vec<Given<'a>>,
}

/// One frame.
pub(crate) struct Given<'a> {
    pub(crate) octets: &'a [u8],
    /// Nanoseconds since the frame before.
    pub(crate) after: i64,
    /// Octets that the snap length cut off.
    pub(crate) cut: u32,
}

pub(crate) fn input(bytes: &[u8]) -> Option<Input<'_>> {
    let [link, habits, rest @ ..] = bytes else { return None };
    let link = LINKS.get(usize::from(*link) % LINKS.len()).copied()?;
    let (mut rest, mut frames) = (rest, Vec::new());
    while let [low, high, tenths, tail @ ..] = rest {
        let length = usize::from(u16::from_le_bytes([*low, high & 0x7f])).min(tail.len());
        let (octets, behind) = tail.split_at_checked(length)?;
        let cut = if high & 0x80 == 0 { 0 } else { 100 };
        frames.push(Given { octets, after: i64::from(*tenths) * 100_000_000, cut });
        rest = behind;
    }
    Some(Input { link, habits: *habits, frames })
}

/// [`adjoin_capture::Capture`]. The first octet picks the link type, the second how the sink
/// behaves; then come frames: two octets of length (little-endian, the top bit says that the frame
/// was cut by 100 octets), one of time since the frame before (tenths of a second), the frame.
pub fn capture_frames(bytes: &[u8]) {
    let Some(Input { link, habits, frames }) = input(bytes) else { return };
    let mut limits = Limits::default();
    if habits & 0x80 != 0 {
        limits.connections = 2;
        limits.stream_bytes = 2000;
        limits.side_bytes = 500;
        limits.out_of_order_bytes = 400;
        limits.out_of_order_pieces = 3;
        limits.fragmented_datagrams = 2;
        limits.fragment_bytes = 1000;
        limits.fragments_per_datagram = 3;
    }
    let mut capture = Capture::new(limits);
    let mut witness = Witness { habits, ..Witness::default() };
    let mut time = 0_i64;
    for given in frames {
        time += given.after;
        witness.frames.push(given.octets.to_vec());
        let number = u32::try_from(witness.frames.len()).unwrap_or(u32::MAX);
        let original_length = u32::try_from(given.octets.len()).unwrap_or(u32::MAX) + given.cut;
        capture.frame(&Frame { number, time, link, bytes: given.octets, original_length }, &mut witness);
    }
    capture.finish(&mut witness);
    let stats = capture.stats();
    assert_eq!(stats.frames, witness.frames.len() as u64);
    assert_eq!(stats.datagrams, witness.datagrams);
    assert!(stats.kept_bytes <= stats.kept_bytes_peak);
    check::spans(bytes, stats);
}

/// Sees to it that every octet is where the capture says it is, and told once.
#[derive(Default)]
struct Witness {
    habits: u8,
    frames: Vec<Vec<u8>>,
    datagrams: u64,
    /// Stream position behind what was consumed, for each side.
    behind: HashMap<(ConnId, Direction), u64>,
    closed: Vec<ConnId>,
    dismissed: Vec<ConnId>,
    finished: Vec<(ConnId, Direction)>,
}

impl Witness {
    /// The pieces are in order, without holes, and hold these octets.
    fn pieces(&self, octets: &[u8], pieces: impl Iterator<Item = Piece>) {
        let mut at = 0;
        for piece in pieces {
            assert_eq!(piece.at, at, "a hole between the pieces");
            let frame = (piece.frame as usize).checked_sub(1).and_then(|i| self.frames.get(i));
            let start = piece.offset as usize;
            let found = frame.and_then(|frame| frame.get(start..start + piece.len as usize));
            let wanted = octets.get(at..at + piece.len as usize);
            assert!(found.is_some() && found == wanted, "other octets at frame {} {start}", piece.frame);
            at += piece.len as usize;
        }
        assert_eq!(at, octets.len(), "octets that come from nowhere");
    }
}

impl Sink for Witness {
    fn datagram(&mut self, _: &Frame<'_>, datagram: &Datagram<'_>) {
        self.datagrams += 1;
        self.pieces(datagram.payload, datagram.pieces.iter().copied());
        check::text(datagram.source);
        check::text(datagram.destination);
    }

    fn stream(&mut self, _: &Frame<'_>, side: &mut StreamSide<'_>) {
        let key = (side.conn(), side.direction());
        assert!(!self.closed.contains(&key.0), "a stream that was closed");
        assert!(!self.finished.contains(&key), "a direction that was finished");
        self.pieces(side.bytes(), side.provenance(0..side.bytes().len()));
        let behind = self.behind.entry(key).or_insert(side.position());
        assert!(side.position() >= *behind, "octets are told twice");
        assert!(!self.dismissed.contains(&key.0), "a connection that the sink gave up");
        // Of a direction that the sink gave up nobody tells the holes.
        let given_up = self.habits & 0x1c == 0x04;
        if side.gap().is_none() && !given_up {
            assert_eq!(side.position(), *behind, "a hole that nobody told");
        }
        let take = match self.habits & 3 {
            0 => side.bytes().len(),
            1 => side.bytes().len() / 2,
            2 => 1,
            _ => 0,
        };
        side.consume(take);
        *behind = side.position();
        // What is left now may be dropped, and a hole may follow: the next call tells it.
        if side.gap_after().is_some() {
            *behind += side.bytes().len() as u64;
        }
        if side.finished() {
            self.finished.push(key);
        }
        match self.habits & 0x1c {
            0x04 => side.ignore(),
            0x08 if self.frames.len() > 3 => {
                side.ignore_connection();
                self.dismissed.push(key.0);
            }
            _ => {}
        }
    }

    fn opened(&mut self, _: &Frame<'_>, connection: &Connection) -> Interest {
        check::text(connection.client);
        assert!(!self.closed.contains(&connection.id));
        match self.habits & 0x60 {
            0x20 => Interest::Headers,
            0x40 => Interest::Nothing,
            _ => Interest::Bytes,
        }
    }

    fn tcp(&mut self, frame: &Frame<'_>, segment: &Segment<'_>) {
        check::text(segment.source());
        check::text(segment.destination());
        assert!(self.habits & 0x60 != 0x40, "headers of a connection that nobody wants");
        check::spans(frame.bytes, segment);
        let _ = segment.options();
    }

    fn icmp(&mut self, frame: &Frame<'_>, error: &IcmpError) {
        check::spans(frame.bytes, error);
    }

    fn closed(&mut self, connection: ConnId) {
        assert!(!self.closed.contains(&connection), "closed twice");
        self.closed.push(connection);
    }
}
