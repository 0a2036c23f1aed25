//! Reassembly of IP fragments (RFC 791 3.2, RFC 8200 4.5).
//!
//! Where fragments overlap, the one that was captured first wins; a duplicate changes nothing.
//! (RFC 5722 has IPv6 hosts drop overlapping datagrams; a reader of captures shows them.) A
//! datagram is forgotten when it completes, times out, has too many fragments, or is the oldest
//! one when a cap is reached.

use std::collections::BTreeMap;
use std::net::IpAddr;

use foldhash::HashMap;

use crate::packet::{self, Fragment, Packet};
use crate::{Incomplete, Limits, Piece, Stats};

/// Book-keeping per fragment, in bytes.
const OVERHEAD: usize = 64;
/// The largest offset there is plus the largest fragment there is fits below this.
const MAX_DATAGRAM: u32 = 131_072;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    source: IpAddr,
    destination: IpAddr,
    /// 0 in IPv6, where the identification alone decides.
    protocol: u8,
    id: u32,
}

#[derive(Debug)]
struct Unfinished {
    serial: u64,
    since: i64,
    /// Not overlapping.
    parts: BTreeMap<u32, Part>,
    /// Length of the whole, once the last fragment was seen.
    total: Option<u32>,
    covered: u32,
    bytes: usize,
    /// From the fragment at offset 0: what follows the fragment header.
    protocol: u8,
}

#[derive(Debug)]
struct Part {
    end: u32,
    data: Vec<u8>,
    frame: u32,
    offset: u32,
}

/// A whole datagram's payload.
#[derive(Debug, Default)]
pub(crate) struct Whole {
    pub(crate) payload: Vec<u8>,
    pub(crate) pieces: Vec<Piece>,
    /// Octets missing at the end: behind the first fragment that the snap length cut.
    pub(crate) cut: usize,
    pub(crate) protocol: u8,
}

#[derive(Debug, Default)]
pub(crate) struct Fragments {
    table: HashMap<Key, Unfinished>,
    by_age: BTreeMap<u64, Key>,
    serial: u64,
    bytes: usize,
    /// Given up since they were last asked for.
    given_up: Vec<Incomplete>,
}

impl Fragments {
    /// The datagrams that were given up since the last call.
    pub(crate) fn given_up(&mut self) -> Vec<Incomplete> {
        core::mem::take(&mut self.given_up)
    }

    /// Takes a fragment; `offset` is where its payload lies in frame number `frame`.
    pub(crate) fn add(
        &mut self,
        packet: &Packet<'_>,
        fragment: Fragment,
        (frame, offset, time): (u32, usize, i64),
        limits: &Limits,
        stats: &mut Stats,
    ) -> Option<Whole> {
        self.expire(time, limits, stats);
        let length = packet.payload.len().saturating_add(packet.cut);
        let start = fragment.offset;
        let end = start.checked_add(u32::try_from(length).ok()?)?;
        if length == 0 || end > MAX_DATAGRAM {
            stats.malformed = stats.malformed.saturating_add(1);
            return None;
        }
        let key = Key {
            source: packet.source,
            destination: packet.destination,
            protocol: if packet.ip_id.is_some() { packet.protocol } else { 0 },
            id: fragment.id,
        };
        let serial = self.serial;
        let (table, by_age) = (&mut self.table, &mut self.by_age);
        let unfinished = table.entry(key).or_insert_with(|| {
            by_age.insert(serial, key);
            Unfinished {
                serial,
                since: time,
                parts: BTreeMap::new(),
                total: None,
                covered: 0,
                bytes: 0,
                protocol: packet.protocol,
            }
        });
        if unfinished.serial == serial {
            self.serial = self.serial.saturating_add(1);
        }
        if start == 0 {
            unfinished.protocol = packet.protocol;
        }
        if !fragment.more && unfinished.total.is_none() {
            unfinished.total = Some(end);
        }
        let before = unfinished.bytes;
        unfinished.insert(start, end, packet.payload, frame, offset);
        self.bytes = self.bytes.saturating_add(unfinished.bytes).saturating_sub(before);

        if unfinished.total.is_some_and(|total| unfinished.covered >= total) {
            let done = self.remove(&key)?;
            stats.reassembled = stats.reassembled.saturating_add(1);
            return Some(done.join());
        }
        if unfinished.parts.len() > limits.fragments_per_datagram {
            self.give_up(&key);
            stats.fragments_given_up = stats.fragments_given_up.saturating_add(1);
        }
        while self.table.len() > limits.fragmented_datagrams || self.bytes > limits.fragment_bytes {
            if !self.remove_oldest() {
                break;
            }
            stats.fragments_given_up = stats.fragments_given_up.saturating_add(1);
        }
        None
    }

    fn expire(&mut self, now: i64, limits: &Limits, stats: &mut Stats) {
        while let Some(oldest) = self.by_age.first_key_value().and_then(|(_, key)| self.table.get(key)) {
            if now.saturating_sub(oldest.since) <= limits.fragment_timeout || !self.remove_oldest() {
                break;
            }
            stats.fragments_given_up = stats.fragments_given_up.saturating_add(1);
        }
    }

    /// Forgets everything.
    pub(crate) fn finish(&mut self, stats: &mut Stats) {
        stats.fragments_given_up = stats.fragments_given_up.saturating_add(self.table.len() as u64);
        while self.remove_oldest() {}
    }

    fn remove_oldest(&mut self) -> bool {
        let key = self.by_age.first_key_value().map(|(_, &key)| key);
        key.is_some_and(|key| self.give_up(&key))
    }

    fn give_up(&mut self, key: &Key) -> bool {
        let Some(unfinished) = self.remove(key) else { return false };
        self.given_up.push(Incomplete {
            source: key.source,
            destination: key.destination,
            protocol: unfinished.protocol,
            ports: unfinished.ports(),
            frame: unfinished.parts.values().map(|part| part.frame).min().unwrap_or_default(),
            time: unfinished.since,
            octets: unfinished.covered,
            total: unfinished.total,
        });
        true
    }

    fn remove(&mut self, key: &Key) -> Option<Unfinished> {
        let removed = self.table.remove(key)?;
        self.by_age.remove(&removed.serial);
        self.bytes = self.bytes.saturating_sub(removed.bytes);
        Some(removed)
    }
}

impl Unfinished {
    /// The ports, which only the first fragment has.
    fn ports(&self) -> Option<(u16, u16)> {
        let &[a, b, c, d] = self.parts.get(&0)?.data.first_chunk()?;
        matches!(self.protocol, packet::TCP | packet::UDP)
            .then(|| (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
    }

    /// Keeps what of `start..end` is not there yet; `data` may be shorter (snap length).
    fn insert(&mut self, start: u32, end: u32, data: &[u8], frame: u32, offset: usize) {
        let end = self.total.map_or(end, |total| end.min(total));
        let mut free = start;
        if let Some((_, part)) = self.parts.range(..=start).next_back() {
            free = free.max(part.end);
        }
        let later: Vec<(u32, u32)> =
            self.parts.range(free..end.max(free)).map(|(&start, part)| (start, part.end)).collect();
        for (next, next_end) in later.into_iter().chain([(end, end)]) {
            if free < next {
                let skip = free.saturating_sub(start) as usize;
                let len = next.saturating_sub(free);
                let data = data.get(skip..).unwrap_or_default();
                let data = data.get(..len as usize).unwrap_or(data).to_vec();
                let offset = u32::try_from(offset.saturating_add(skip)).unwrap_or(u32::MAX);
                self.bytes = self.bytes.saturating_add(data.len()).saturating_add(OVERHEAD);
                self.covered = self.covered.saturating_add(len);
                self.parts.insert(free, Part { end: next, data, frame, offset });
            }
            free = free.max(next_end);
        }
    }

    fn join(self) -> Whole {
        let total = self.total.unwrap_or_default() as usize;
        let mut whole = Whole { protocol: self.protocol, ..Whole::default() };
        for (start, part) in self.parts {
            if start as usize != whole.payload.len() {
                break;
            }
            let len = part.data.len().min(total.saturating_sub(start as usize));
            whole.pieces.push(Piece {
                frame: part.frame,
                offset: part.offset,
                len: u32::try_from(len).unwrap_or(u32::MAX),
                at: whole.payload.len(),
            });
            whole.payload.extend_from_slice(part.data.get(..len).unwrap_or_default());
        }
        whole.cut = total.saturating_sub(whole.payload.len());
        whole
    }
}
