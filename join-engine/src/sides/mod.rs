//! Two captures of the same traffic, one at the client and one at the domain controller: what left one side
//! and never reached the other.
//!
//! One capture can only infer where a packet was lost; two show it. Connections are matched by their
//! endpoints, or, where addresses are translated in between, by the server's port and the initial sequence
//! number. What is compared are octets of streams, so it doesn't matter that one side captured them in
//! larger segments (offload); datagrams are compared by their content.

mod compare;

use std::collections::HashMap;

use adjoin_capture::{
    Capture, ConnId, Connection, Datagram, Direction, Endpoint, Frame, Interest, Limits, Segment,
    SegmentKind, Sink, StreamSide, TcpFlags,
};

pub use compare::{Difference, Sides, Where};

use crate::tcp::Sight;

/// Most connections and flows of datagrams of one side; later ones are left out.
const MAX_FLOWS: usize = 1 << 14;
/// Most segments or datagrams that are remembered of one direction of one of them.
const MAX_PIECES: usize = 512;

/// What one side captured.
#[derive(Debug)]
pub struct Side {
    capture: Capture,
    seen: Seen,
}

impl Default for Side {
    fn default() -> Self {
        Self { capture: Capture::new(Limits::default()), seen: Seen::default() }
    }
}

impl Side {
    /// Nothing was captured yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next frame.
    pub fn feed(&mut self, frame: &Frame<'_>) {
        self.capture.frame(frame, &mut self.seen);
        let at = Sight { frame: frame.number, time: frame.time };
        self.seen.first = self.seen.first.or(Some(at));
        self.seen.last = Some(at);
    }

    /// Compares with the other side: `self` is the client's. `about` are the frames of this side that the
    /// verdict names as evidence; what differs in their conversations comes first.
    #[must_use]
    pub fn compare(&self, server: &Self, about: &[u32]) -> Sides {
        compare::compare(&self.seen, &server.seen, about)
    }
}

/// Conversations of one capture.
#[derive(Debug, Default)]
struct Seen {
    connections: HashMap<ConnId, usize>,
    flows: Vec<Flow>,
    datagrams: HashMap<(Endpoint, Endpoint), usize>,
    /// Conversations that were left out.
    left_out: u64,
    first: Option<Sight>,
    last: Option<Sight>,
}

/// A connection, or the datagrams between two ports.
#[derive(Debug)]
struct Flow {
    client: Endpoint,
    server: Endpoint,
    tcp: bool,
    to_server: Way,
    to_client: Way,
}

/// One direction.
#[derive(Debug, Default)]
struct Way {
    /// Of TCP: the sequence number of position 0.
    base: Option<u32>,
    pieces: Vec<Piece>,
    syns: Vec<Sight>,
    resets: Vec<Sight>,
    fin: Option<Sight>,
    /// How far the other side acknowledged this one's octets, as a position.
    acked: i64,
    /// Acknowledgments without data.
    bare: u32,
    /// Not all pieces are remembered.
    cut: bool,
}

/// A segment with data, or a datagram.
#[derive(Clone, Copy, Debug)]
struct Piece {
    at: Sight,
    /// Of TCP: its octets' positions. Of UDP: a hash of its octets, and their number.
    from: i64,
    to: i64,
}

impl Way {
    fn add(&mut self, piece: Piece) {
        if self.pieces.len() < MAX_PIECES {
            self.pieces.push(piece);
        } else {
            self.cut = true;
        }
    }

    fn is_silent(&self) -> bool {
        self.pieces.is_empty() && self.syns.is_empty() && self.resets.is_empty() && self.bare == 0
    }
}

impl Flow {
    fn new(client: Endpoint, server: Endpoint, tcp: bool) -> Self {
        Self { client, server, tcp, to_server: Way::default(), to_client: Way::default() }
    }

    fn way(&mut self, direction: Direction) -> &mut Way {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }
}

impl Seen {
    fn add(&mut self, flow: Flow) -> Option<usize> {
        if self.flows.len() >= MAX_FLOWS {
            self.left_out = self.left_out.saturating_add(1);
            return None;
        }
        self.flows.push(flow);
        Some(self.flows.len().saturating_sub(1))
    }
}

impl Sink for Seen {
    fn datagram(&mut self, frame: &Frame<'_>, datagram: &Datagram<'_>) {
        // Who asked first is the client, for the ports that a join asks on.
        let asks = adjoin_capture::SERVER_PORTS.contains(&datagram.destination.port);
        let answers = adjoin_capture::SERVER_PORTS.contains(&datagram.source.port);
        let (client, server, direction) = match (asks, answers) {
            (true, _) => (datagram.source, datagram.destination, Direction::ToServer),
            (false, true) => (datagram.destination, datagram.source, Direction::ToClient),
            (false, false) => return,
        };
        let index = match self.datagrams.get(&(client, server)) {
            Some(index) => *index,
            None => {
                let Some(index) = self.add(Flow::new(client, server, false)) else { return };
                self.datagrams.insert((client, server), index);
                index
            }
        };
        let Some(flow) = self.flows.get_mut(index) else { return };
        let at = Sight { frame: frame.number, time: frame.time };
        let piece =
            Piece { at, from: hash(datagram.payload), to: datagram.payload.len().try_into().unwrap_or(0) };
        // What the snap length cut can't be told from something else.
        flow.way(direction).cut |= datagram.cut > 0;
        flow.way(direction).add(piece);
    }

    fn opened(&mut self, _: &Frame<'_>, connection: &Connection) -> Interest {
        match self.add(Flow::new(connection.client, connection.server, true)) {
            Some(index) => {
                self.connections.insert(connection.id, index);
                Interest::Headers
            }
            None => Interest::Nothing,
        }
    }

    fn tcp(&mut self, frame: &Frame<'_>, segment: &Segment<'_>) {
        let Some(flow) =
            self.connections.get(&segment.connection.id).and_then(|index| self.flows.get_mut(*index))
        else {
            return;
        };
        let at = Sight { frame: frame.number, time: frame.time };
        if let Some(ack) = segment.ack_position.filter(|_| segment.kind != SegmentKind::Reset) {
            let other = flow.way(segment.direction.opposite());
            other.acked = other.acked.max(ack);
        }
        let way = flow.way(segment.direction);
        match segment.kind {
            SegmentKind::Duplicate => return,
            SegmentKind::Reset => return way.resets.extend((way.resets.len() < 8).then_some(at)),
            _ => {}
        }
        if segment.flags.contains(TcpFlags::FIN) {
            way.fin = way.fin.or(Some(at));
        }
        if segment.flags.contains(TcpFlags::SYN) {
            // Data begins behind the SYN.
            way.base = way.base.or(Some(segment.seq.wrapping_add(1)));
            way.syns.extend((way.syns.len() < 16).then_some(at));
        } else if segment.len == 0 {
            way.bare = way.bare.saturating_add(1);
        } else {
            let low = u32::try_from(segment.position & 0xffff_ffff).unwrap_or(0);
            way.base = way.base.or(Some(segment.seq.wrapping_sub(low)));
            way.add(Piece {
                at,
                from: segment.position,
                to: segment.position.saturating_add(segment.len.into()),
            });
        }
    }

    fn stream(&mut self, _: &Frame<'_>, side: &mut StreamSide<'_>) {
        side.consume(side.bytes().len());
    }

    fn closed(&mut self, connection: ConnId) {
        // Its endpoints may begin another one; what it was stays.
        self.connections.remove(&connection);
    }
}

/// FNV-1a: equal datagrams have equal hashes, and different ones hardly ever.
fn hash(bytes: &[u8]) -> i64 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    i64::from_le_bytes(hash.to_le_bytes())
}
