//! The table of TCP connections, and what a segment means to its connection (RFC 9293).

use std::cmp::Ordering;
use std::hash::{BuildHasher, Hash, Hasher};
use std::net::IpAddr;

use foldhash::HashMap;
use foldhash::fast::FixedState;

use crate::capture::{Call, Payload, count};
use crate::segment::Header;
use crate::side::Side;
use crate::{
    ConnId, Connection, Direction, Endpoint, GapReason, Interest, SERVER_PORTS, Segment, SegmentKind, Sink,
    TcpFlags,
};

/// How far a RST may lie from the next expected byte; further ones are strays of an older
/// connection.
const RESET_WINDOW: i64 = 1 << 26;

/// Two equal segments without an IP identification within this time are one, captured twice.
const TWIN_TIME: i64 = 2_000_000;

/// Both endpoints, always in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Flow(Endpoint, Endpoint);

impl Flow {
    fn new(one: Endpoint, other: Endpoint) -> Self {
        // Ports differ nearly always, and are quicker to compare.
        let is_first = match one.port.cmp(&other.port) {
            Ordering::Equal => one.address <= other.address,
            different => different.is_lt(),
        };
        if is_first { Self(one, other) } else { Self(other, one) }
    }
}

impl Hash for Flow {
    /// In few steps: it is asked for every segment.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (one, other) = (self.0, self.1);
        state.write_u32(u32::from(one.port) << 16 | u32::from(other.port));
        match (one.address, other.address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                state.write_u64(u64::from(a.to_bits()) << 32 | u64::from(b.to_bits()))
            }
            (a, b) => {
                for address in [a, b] {
                    state.write_u128(match address {
                        IpAddr::V4(v4) => v4.to_bits().into(),
                        IpAddr::V6(v6) => v6.to_bits(),
                    });
                }
            }
        }
    }
}

/// A bit for each flow that was forgotten, by its hash. None of them is missed, but others are taken for one of
/// them: one in ten when 100 000 were forgotten, two of three when a million were.
#[derive(Debug, Default)]
struct Forgotten(Vec<u64>);

impl Forgotten {
    /// Words of 64 bits.
    const WORDS: usize = 1 << 14;

    /// The word, and the bit in it. The same in every run.
    fn place(flow: &Flow) -> (usize, u64) {
        let hash = FixedState::default().hash_one(flow);
        // The first bits and the last ones.
        let word =
            usize::try_from(hash >> (u64::BITS.saturating_sub(Self::WORDS.ilog2()))).unwrap_or_default();
        (word, 1 << (hash % 64))
    }

    fn insert(&mut self, flow: &Flow) {
        self.0.resize(Self::WORDS, 0);
        let (word, bit) = Self::place(flow);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    fn has(&self, flow: &Flow) -> bool {
        let (word, bit) = Self::place(flow);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Connections {
    by_flow: HashMap<Flow, usize>,
    slots: Vec<Slot>,
    free: Vec<usize>,
    /// The list of slots in use, by last use.
    oldest: Option<usize>,
    newest: Option<usize>,
    next_id: u32,
    /// Those of interest that were evicted.
    forgotten: Forgotten,
}

#[derive(Debug, Default)]
struct Slot {
    state: Option<Box<State>>,
    older: Option<usize>,
    newer: Option<usize>,
}

#[derive(Debug)]
struct State {
    connection: Connection,
    interest: Interest,
    /// The sink wanted it when it was opened.
    wanted: bool,
    to_server: Side,
    to_client: Side,
    last_to_server: Option<Last>,
    last_to_client: Option<Last>,
    /// Data segments of either direction that were captured lately; only where somebody wants the
    /// connection, as most are of no interest.
    recent: Option<Box<[Recent; 2]>>,
    reset: bool,
    /// The sink was told that it is closed.
    told: bool,
}

/// A connection that is forgotten.
struct Evicted {
    flow: Flow,
    /// The sink wanted it when it was opened.
    wanted: bool,
    /// The sink still wanted more of it.
    open: bool,
}

/// Segments that are remembered to find their twins, which come some frames later where two places of a path
/// were captured.
const RECENT: usize = 32;

/// The last data segments of a direction: sequence number, identification and length of each, in one word that
/// is quick to compare. Most connections have few.
#[derive(Debug, Default)]
struct Recent {
    seen: Vec<u64>,
    next: usize,
}

impl Recent {
    /// Whether this one was seen; remembers it otherwise. Who sends something again gives it a new
    /// identification.
    fn is_twin(&mut self, seq: u32, ip_id: Option<u16>, len: usize) -> bool {
        let (Some(id), Ok(len)) = (ip_id, u16::try_from(len)) else { return false };
        if id == 0 || len == 0 {
            return false;
        }
        let this = u64::from(seq) << 32 | u64::from(id) << 16 | u64::from(len);
        // Looks at all of them: that is several at once.
        if self.seen.iter().fold(false, |found, seen| found | (*seen == this)) {
            return true;
        }
        if self.seen.len() < RECENT {
            self.seen.push(this);
        } else if let Some(slot) = self.seen.get_mut(self.next % RECENT) {
            *slot = this;
            self.next = self.next.wrapping_add(1);
        }
        false
    }
}

/// The previous segment of a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Last {
    seq: u32,
    ack: u32,
    flags: TcpFlags,
    window: u16,
    len: usize,
    ip_id: Option<u16>,
    time: i64,
}

impl State {
    /// The side that sends in a direction, and the other one.
    fn sides(&mut self, direction: Direction) -> (&mut Side, &mut Side) {
        match direction {
            Direction::ToServer => (&mut self.to_server, &mut self.to_client),
            Direction::ToClient => (&mut self.to_client, &mut self.to_server),
        }
    }

    fn last(&mut self, direction: Direction) -> &mut Option<Last> {
        match direction {
            Direction::ToServer => &mut self.last_to_server,
            Direction::ToClient => &mut self.last_to_client,
        }
    }

    fn dismiss<S: Sink + ?Sized>(&mut self, call: &mut Call<'_, '_, S>) {
        self.interest = Interest::Nothing;
        self.recent = None;
        self.to_server.ignore(call);
        self.to_client.ignore(call);
    }

    /// Ends both directions and says so.
    fn close<S: Sink + ?Sized>(&mut self, reason: GapReason, call: &mut Call<'_, '_, S>) {
        if self.interest == Interest::Bytes {
            for direction in [Direction::ToServer, Direction::ToClient] {
                let connection = self.connection;
                let (side, _) = self.sides(direction);
                side.end(reason, (&connection, direction), call);
                if side.dismissed {
                    self.dismiss(call);
                    break;
                }
            }
        }
        self.tell(call);
    }

    fn tell<S: Sink + ?Sized>(&mut self, call: &mut Call<'_, '_, S>) {
        if !self.told {
            self.told = true;
            self.to_server.rest();
            self.to_client.rest();
            call.sink.closed(self.connection.id);
        }
    }
}

impl Connections {
    /// The connection between two endpoints.
    pub(crate) fn find(&self, one: Endpoint, other: Endpoint) -> Option<ConnId> {
        let slot = self.by_flow.get(&Flow::new(one, other))?;
        Some(self.slots.get(*slot)?.state.as_ref()?.connection.id)
    }

    /// Takes a segment.
    pub(crate) fn segment<S: Sink + ?Sized>(
        &mut self,
        header: &Header<'_>,
        payload: Payload<'_>,
        call: &mut Call<'_, '_, S>,
    ) {
        let flow = Flow::new(header.source, header.destination);
        if let Some(&at) = self.by_flow.get(&flow) {
            if let Some(mut state) = self.slots.get_mut(at).and_then(|slot| slot.state.take()) {
                if opens_another(&mut state, header) {
                    state.close(GapReason::Ended, call);
                    let Some(fresh) = self.open(header, call) else { return };
                    state = fresh;
                } else if state.interest == Interest::Nothing {
                    if header.has(TcpFlags::RST) {
                        state.tell(call);
                    }
                    self.put_back(at, state);
                    return;
                }
                take(&mut state, header, payload, call);
                self.put_back(at, state);
            }
        } else {
            let Some(mut state) = self.open(header, call) else { return };
            let at = self.free.pop().unwrap_or_else(|| {
                self.slots.push(Slot::default());
                self.slots.len().saturating_sub(1)
            });
            self.by_flow.insert(flow, at);
            self.link(at);
            take(&mut state, header, payload, call);
            self.put_back(at, state);
        }
        while self.by_flow.len() > call.limits.connections
            || call.stats.kept_bytes > call.limits.stream_bytes as u64
        {
            let Some(evicted) = self.evict(GapReason::Ended, call) else { break };
            count(&mut call.stats.connections_evicted);
            if evicted.open {
                count(&mut call.stats.connections_evicted_open);
            }
            if evicted.wanted {
                self.forgotten.insert(&evicted.flow);
            }
        }
    }

    /// A connection that begins with this segment.
    fn open<S: Sink + ?Sized>(
        &mut self,
        header: &Header<'_>,
        call: &mut Call<'_, '_, S>,
    ) -> Option<Box<State>> {
        // Numbers are never used again: after 2^32 connections there are no more.
        let id = ConnId(self.next_id);
        self.next_id = self.next_id.checked_add(1)?;
        count(&mut call.stats.connections);
        let syn = header.has(TcpFlags::SYN);
        let from_client = if syn { !header.has(TcpFlags::ACK) } else { looks_like_client(header, call) };
        let (client, server) = if from_client {
            (header.source, header.destination)
        } else {
            (header.destination, header.source)
        };
        let resumed = !syn && self.forgotten.has(&Flow::new(client, server));
        let connection = Connection { id, client, server, handshake_seen: syn, resumed };
        let interest = call.sink.opened(call.frame, &connection);
        if resumed && interest != Interest::Nothing {
            count(&mut call.stats.connections_resumed);
        }
        let mut state = Box::new(State {
            connection,
            interest,
            wanted: interest != Interest::Nothing,
            to_server: Side::default(),
            to_client: Side::default(),
            last_to_server: None,
            last_to_client: None,
            recent: (interest != Interest::Nothing).then(Box::default),
            reset: false,
            told: false,
        });
        if interest != Interest::Bytes {
            for side in [&mut state.to_server, &mut state.to_client] {
                side.ignore(call);
                side.silent = true;
            }
        }
        Some(state)
    }

    fn put_back(&mut self, at: usize, state: Box<State>) {
        if let Some(slot) = self.slots.get_mut(at) {
            slot.state = Some(state);
        }
        if self.newest != Some(at) {
            self.unlink(at);
            self.link(at);
        }
    }

    /// Makes a slot the newest.
    fn link(&mut self, at: usize) {
        let newest = self.newest.replace(at);
        if let Some(slot) = self.slots.get_mut(at) {
            slot.older = newest;
            slot.newer = None;
        }
        match newest.and_then(|newest| self.slots.get_mut(newest)) {
            Some(slot) => slot.newer = Some(at),
            None => self.oldest = Some(at),
        }
    }

    fn unlink(&mut self, at: usize) {
        let Some(slot) = self.slots.get_mut(at) else { return };
        let (older, newer) = (slot.older.take(), slot.newer.take());
        match older.and_then(|older| self.slots.get_mut(older)) {
            Some(slot) => slot.newer = newer,
            None => self.oldest = newer,
        }
        match newer.and_then(|newer| self.slots.get_mut(newer)) {
            Some(slot) => slot.older = older,
            None => self.newest = older,
        }
    }

    /// Closes and forgets the connection that was quiet for longest.
    fn evict<S: Sink + ?Sized>(&mut self, reason: GapReason, call: &mut Call<'_, '_, S>) -> Option<Evicted> {
        let at = self.oldest?;
        self.unlink(at);
        let mut state = self.slots.get_mut(at).and_then(|slot| slot.state.take())?;
        let flow = Flow::new(state.connection.client, state.connection.server);
        self.by_flow.remove(&flow);
        self.free.push(at);
        let open = state.interest != Interest::Nothing && !state.told;
        state.close(reason, call);
        Some(Evicted { flow, wanted: state.wanted, open })
    }

    /// Closes everything.
    pub(crate) fn finish<S: Sink + ?Sized>(&mut self, call: &mut Call<'_, '_, S>) {
        while self.evict(GapReason::Ended, call).is_some() {}
    }
}

/// Where no SYN tells; see [`Connection::client`].
fn looks_like_client<S: Sink + ?Sized>(header: &Header<'_>, call: &mut Call<'_, '_, S>) -> bool {
    let (source, destination) = (header.source, header.destination);
    match (SERVER_PORTS.contains(&source.port), SERVER_PORTS.contains(&destination.port)) {
        (true, false) => false,
        (false, true) => true,
        _ => {
            let at = usize::try_from(header.offset).unwrap_or(usize::MAX).saturating_add(header.len);
            let octets = call.frame.bytes.get(at..).unwrap_or_default();
            call.sink.sender_is_client(source, destination, octets).unwrap_or(source.port >= destination.port)
        }
    }
}

/// A SYN or SYN-ACK that this connection did not begin with: the four-tuple is used again.
fn opens_another(state: &mut State, header: &Header<'_>) -> bool {
    if !header.has(TcpFlags::SYN) || header.has(TcpFlags::RST) {
        return false;
    }
    let direction = direction(state, header);
    let dead = state.reset || state.told;
    let (side, other) = state.sides(direction);
    let begins_at = header.seq.wrapping_add(1);
    match side.base {
        Some(base) => base != begins_at,
        // A SYN to a port that refused: the client tries again, its base is known. What is left
        // is a SYN from the side that was never seen.
        None => dead || (!header.has(TcpFlags::ACK) && other.base.is_some() && !other.from_syn),
    }
}

fn direction(state: &State, header: &Header<'_>) -> Direction {
    if header.source == state.connection.client { Direction::ToServer } else { Direction::ToClient }
}

/// Numbers the directions, says what the segment is, and hands its bytes on.
fn take<S: Sink + ?Sized>(
    state: &mut State,
    header: &Header<'_>,
    payload: Payload<'_>,
    call: &mut Call<'_, '_, S>,
) {
    let direction = direction(state, header);
    let (syn, ack) = (header.has(TcpFlags::SYN), header.has(TcpFlags::ACK));
    let (fin, rst) = (header.has(TcpFlags::FIN), header.has(TcpFlags::RST));
    let len = payload.bytes.len().saturating_add(payload.cut);
    // Also where nothing is wanted: the next connection is told by its different numbering.
    let first_syn = begin(state, direction, header, len);
    if state.interest == Interest::Nothing {
        return;
    }

    let seq = header.seq.wrapping_add(u32::from(syn));
    let (side, other) = state.sides(direction);
    let position = side.position(seq);
    let ack_position = other.position(header.ack).filter(|_| ack);
    let last = Last {
        seq: header.seq,
        ack: header.ack,
        flags: header.flags,
        window: header.window,
        len,
        ip_id: header.ip_id,
        time: call.frame.time,
    };
    let again = state.recent.as_mut().is_some_and(|recent| {
        let [to_server, to_client] = &mut **recent;
        let recent = if direction == Direction::ToServer { to_server } else { to_client };
        recent.is_twin(header.seq, header.ip_id, len)
    });
    let kind = if rst {
        SegmentKind::Reset
    } else if first_syn {
        SegmentKind::Syn
    } else if again || is_twin(*state.last(direction), &last, fin) {
        SegmentKind::Duplicate
    } else if syn {
        SegmentKind::SynRetransmission
    } else if state.reset {
        SegmentKind::AfterClose
    } else {
        classify(state, direction, position, &last, fin)
    };
    *state.last(direction) = Some(last);
    let segment = Segment {
        connection: &state.connection,
        direction,
        seq: header.seq,
        ack: header.ack,
        position: position.unwrap_or_default(),
        ack_position,
        flags: header.flags,
        window: header.window,
        len: u32::try_from(len).unwrap_or(u32::MAX),
        captured: u32::try_from(payload.bytes.len()).unwrap_or(u32::MAX),
        hops: header.hops,
        ip_id: header.ip_id,
        dont_fragment: header.dont_fragment,
        offset: header.offset,
        options_cut: header.options_cut,
        kind,
        options: header.options,
    };
    call.sink.tcp(call.frame, &segment);

    if state.reset {
        return;
    }
    if rst {
        if position.is_none_or(|position| is_near(state, direction, position)) {
            state.reset = true;
            state.close(GapReason::Reset, call);
        }
        return;
    }
    let connection = state.connection;
    let (side, other) = state.sides(direction);
    if let Some(position) = position {
        if fin && side.fin.is_none() {
            let at = position.saturating_add(i64::try_from(len).unwrap_or(i64::MAX));
            side.fin = u64::try_from(at).ok().filter(|&at| at >= side.next);
        }
        if len > 0 || fin {
            side.receive(position, payload, (&connection, direction), call);
        }
    }
    // The acknowledgment comes last: it may close a hole that these bytes do not fill.
    if let Some(position) = ack_position.filter(|_| !side.dismissed) {
        other.acknowledge(position, (&connection, direction.opposite()), call);
    }
    if state.to_server.dismissed || state.to_client.dismissed {
        state.dismiss(call);
    } else if state.to_server.finished && state.to_client.finished {
        state.tell(call);
    }
}

/// Sets where the directions' numbering begins, if this segment tells; true for a first SYN.
fn begin(state: &mut State, direction: Direction, header: &Header<'_>, len: usize) -> bool {
    let syn = header.has(TcpFlags::SYN);
    if header.has(TcpFlags::RST) {
        return false;
    }
    let (side, other) = state.sides(direction);
    let first_syn = syn && !side.syn_seen;
    side.syn_seen |= syn;
    match side.base {
        None if syn => side.begin(header.seq.wrapping_add(1), true),
        // One byte may be a keep-alive's, which is no part of the stream; then it was sent and
        // acknowledged before.
        None if len == 1 && !header.has(TcpFlags::FIN) => side.begin(header.seq.wrapping_add(1), false),
        None if len > 0 || header.has(TcpFlags::FIN) => side.begin(header.seq, false),
        _ => {}
    }
    // A SYN-ACK, or the ACK that ends the handshake, tells where the other side began, whose SYN
    // was not captured.
    let opening = syn || (side.from_syn && side.position(header.seq) == Some(0));
    if other.base.is_none() && header.has(TcpFlags::ACK) && opening {
        other.begin(header.ack, true);
    }
    first_syn
}

/// One frame captured twice.
fn is_twin(before: Option<Last>, now: &Last, fin: bool) -> bool {
    before.is_some_and(|before| {
        let same = Last { time: now.time, ..before } == *now;
        match now.ip_id {
            Some(id) if id != 0 => same,
            _ => same && (now.len > 0 || fin) && now.time.saturating_sub(before.time) <= TWIN_TIME,
        }
    })
}

fn is_near(state: &mut State, direction: Direction, position: i64) -> bool {
    let (side, _) = state.sides(direction);
    i64::try_from(side.next).is_ok_and(|next| position.abs_diff(next) < RESET_WINDOW.unsigned_abs())
}

fn classify(
    state: &mut State,
    direction: Direction,
    position: Option<i64>,
    now: &Last,
    fin: bool,
) -> SegmentKind {
    let before = *state.last(direction);
    let window_closed = state.last(direction.opposite()).is_some_and(|last| last.window == 0);
    let (side, _) = state.sides(direction);
    let highest = i64::try_from(side.highest).unwrap_or(i64::MAX);
    let last_byte = position.is_some_and(|position| position.checked_add(1) == Some(highest));
    let Some(position) = position.filter(|_| now.len > 0 || fin) else {
        return match before {
            _ if last_byte && side.fin.is_none() => SegmentKind::KeepAlive,
            Some(before) if before.ack == now.ack && before.flags.contains(TcpFlags::ACK) => {
                if before.len > 0 || before.flags.contains(TcpFlags::FIN) {
                    SegmentKind::Ack
                } else if before.window == now.window {
                    SegmentKind::DuplicateAck
                } else {
                    SegmentKind::WindowUpdate
                }
            }
            _ => SegmentKind::Ack,
        };
    };
    let end = position.saturating_add(i64::try_from(now.len).unwrap_or(i64::MAX));
    if side.finished && end > highest {
        return SegmentKind::AfterClose;
    }
    if now.len == 1 && !fin {
        // Before anything was seen, one byte lies before the beginning: see `begin`.
        if window_closed && (last_byte || position == highest) {
            return SegmentKind::WindowProbe;
        }
        if position < 0 || last_byte && side.acked >= side.highest {
            return SegmentKind::KeepAlive;
        }
    }
    if position > highest {
        return SegmentKind::Ahead;
    }
    if end > highest {
        return if position == highest { SegmentKind::New } else { SegmentKind::PartialRetransmission };
    }
    // From here on there is nothing beyond what was seen.
    let at = u64::try_from(position).unwrap_or_default();
    if side.lacks(at, u64::try_from(end).unwrap_or_default()) {
        SegmentKind::OutOfOrder
    } else if fin && side.fin.is_none() {
        SegmentKind::New
    } else {
        SegmentKind::Retransmission
    }
}
