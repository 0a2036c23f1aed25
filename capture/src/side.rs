//! Putting the bytes of one direction in order.

use std::collections::BTreeMap;

use crate::capture::{Call, Payload, count};
use crate::stream::Run;
use crate::{Connection, Direction, Gap, GapReason, Piece, Sink, StreamSide};

/// An empty buffer of more bytes is given back: there may be one for each direction of every connection.
const LARGE: usize = 16 << 10;
/// Book-keeping per kept piece, in bytes.
const OVERHEAD: usize = 64;

/// One direction of a connection.
///
/// Positions count from the byte behind the SYN. Everything before `next` is settled: delivered,
/// kept in `buffer`, or given up.
#[derive(Debug, Default)]
pub(crate) struct Side {
    /// Sequence number of position 0, once known.
    pub(crate) base: Option<u32>,
    /// `base` comes from a SYN or its acknowledgment.
    pub(crate) from_syn: bool,
    pub(crate) syn_seen: bool,
    pub(crate) next: u64,
    /// End of the furthest byte seen.
    pub(crate) highest: u64,
    /// Position of the FIN.
    pub(crate) fin: Option<u64>,
    /// How far the other side acknowledged.
    pub(crate) acked: u64,
    pub(crate) finished: bool,
    pub(crate) ignored: bool,
    /// The sink is not called for this direction at all.
    pub(crate) silent: bool,
    /// The sink wants nothing more of the connection.
    pub(crate) dismissed: bool,
    /// A gap that the sink was not told yet; it lies directly before the kept bytes.
    gap: Option<Gap>,
    /// In order, but not consumed; they end at `next`.
    buffer: Kept,
    /// Behind a hole: not overlapping, all behind `next`.
    waiting: BTreeMap<u64, Waiting>,
    waiting_bytes: usize,
    /// Since when the first hole holds up `waiting`.
    hole_since: i64,
}

#[derive(Debug, Default)]
struct Kept {
    bytes: Vec<u8>,
    runs: Vec<Run>,
    /// Of `bytes` and `runs`: what lies before is consumed. Moved together when half is.
    bytes_from: usize,
    runs_from: usize,
}

#[derive(Debug)]
struct Waiting {
    data: Vec<u8>,
    frame: u32,
    offset: u32,
    /// Octets behind `data` that the snap length cut.
    cut: u64,
}

impl Waiting {
    fn end(&self, start: u64) -> u64 {
        start.saturating_add(self.data.len() as u64).saturating_add(self.cut)
    }

    fn cost(&self) -> usize {
        self.data.len().saturating_add(OVERHEAD)
    }
}

impl Kept {
    fn bytes(&self) -> &[u8] {
        self.bytes.get(self.bytes_from..).unwrap_or_default()
    }

    fn runs(&self) -> &[Run] {
        self.runs.get(self.runs_from..).unwrap_or_default()
    }

    fn cost(&self) -> usize {
        self.bytes().len().saturating_add(self.runs().len().saturating_mul(OVERHEAD))
    }

    fn push(&mut self, data: &[u8], runs: &[Run]) {
        self.bytes.extend_from_slice(data);
        self.runs.extend_from_slice(runs);
    }

    /// Drops what lies before stream position `position`, and `n` bytes.
    fn drop_front(&mut self, n: usize, position: u64) {
        self.bytes_from = self.bytes_from.saturating_add(n).min(self.bytes.len());
        while self.runs.get(self.runs_from).is_some_and(|run| run.end() <= position) {
            self.runs_from = self.runs_from.saturating_add(1);
        }
        if self.bytes_from == self.bytes.len() {
            self.clear();
        } else {
            if self.bytes_from > self.bytes.len() / 2 {
                self.bytes.drain(..self.bytes_from);
                self.bytes_from = 0;
            }
            if self.runs_from > self.runs.len() / 2 {
                self.runs.drain(..self.runs_from);
                self.runs_from = 0;
            }
        }
    }

    /// Forgets everything; large buffers are given back.
    fn clear(&mut self) {
        if self.bytes.capacity() > LARGE {
            *self = Self::default();
        } else {
            self.bytes.clear();
            self.runs.clear();
            self.bytes_from = 0;
            self.runs_from = 0;
        }
    }
}

/// What the sink is shown in one call.
struct Offer<'o> {
    data: &'o [u8],
    runs: &'o [Run],
    start: u64,
    gap: Option<Gap>,
    gap_after: Option<Gap>,
    finished: bool,
}

/// Which direction of which connection: handed down with each call.
pub(crate) type Whose<'w> = (&'w Connection, Direction);

impl Side {
    /// Nothing more will come: gives back what is empty.
    pub(crate) fn rest(&mut self) {
        if self.buffer.bytes().is_empty() {
            self.buffer = Kept::default();
        }
    }

    /// The numbering begins at `seq`.
    pub(crate) fn begin(&mut self, seq: u32, from_syn: bool) {
        self.base = Some(seq);
        self.from_syn = from_syn;
        if !from_syn {
            self.gap = Some(Gap { missing: None, reason: GapReason::LateStart });
        }
    }

    /// Position of a sequence number: the nearest one to what comes next.
    pub(crate) fn position(&self, seq: u32) -> Option<i64> {
        let [n0, n1, n2, n3, ..] = self.next.to_le_bytes();
        let next_seq = self.base?.wrapping_add(u32::from_le_bytes([n0, n1, n2, n3]));
        let distance = i64::from(i32::from_ne_bytes(seq.wrapping_sub(next_seq).to_ne_bytes()));
        i64::try_from(self.next).ok()?.checked_add(distance)
    }

    /// Bytes kept, as the caps count them.
    pub(crate) fn kept(&self) -> usize {
        self.buffer.cost().saturating_add(self.waiting_bytes)
    }

    /// Some of `from..to` was never seen.
    pub(crate) fn lacks(&self, from: u64, to: u64) -> bool {
        let mut at = from.max(self.next);
        if let Some((&start, waiting)) = self.waiting.range(..=at).next_back() {
            at = at.max(waiting.end(start));
        }
        for (&start, waiting) in self.waiting.range(at..to.max(at)) {
            if start > at {
                return true;
            }
            at = waiting.end(start);
        }
        at < to
    }

    /// Takes a segment's bytes; `position` is that of the first one.
    pub(crate) fn receive<S: Sink + ?Sized>(
        &mut self,
        position: i64,
        payload: Payload<'_>,
        whose: Whose<'_>,
        call: &mut Call<'_, '_, S>,
    ) {
        let Payload { bytes, pieces, cut, .. } = payload;
        // What lies before `next` was seen, or given up.
        let next = i64::try_from(self.next).unwrap_or(i64::MAX);
        let old = usize::try_from(next.saturating_sub(position)).unwrap_or(0);
        let from = u64::try_from(position.max(next)).unwrap_or_default();
        let data = bytes.get(old..).unwrap_or_default();
        let cut = cut.saturating_sub(old.saturating_sub(bytes.len())) as u64;
        let data_end = from.saturating_add(data.len() as u64);
        let end = data_end.saturating_add(cut);
        call.stats.repeated_bytes = call.stats.repeated_bytes.saturating_add(old.min(bytes.len()) as u64);
        if end <= self.next || self.finished {
            self.end_if_due(whose, call);
            return;
        }
        self.highest = self.highest.max(end);
        if self.ignored {
            self.next = end;
            self.end_if_due(whose, call);
            return;
        }
        let untroubled = self.waiting.first_key_value().is_none_or(|(&start, _)| start >= end);
        if from == self.next && untroubled {
            let gap_after = (cut > 0).then_some(Gap { missing: Some(cut), reason: GapReason::SnapLen });
            if let [piece] = pieces {
                let skip = u32::try_from(old).unwrap_or(u32::MAX);
                let run = Run {
                    position: from,
                    len: u32::try_from(data.len()).unwrap_or(u32::MAX),
                    frame: piece.frame,
                    offset: piece.offset.saturating_add(skip),
                };
                self.in_order(data, &[run], gap_after, whose, call);
            } else {
                let runs = runs_of(pieces, old, from);
                self.in_order(data, &runs, gap_after, whose, call);
            }
            if let Some(gap) = gap_after {
                self.leave_out(gap, call);
            }
        } else {
            if self.waiting.is_empty() {
                self.hole_since = call.frame.time;
            }
            self.insert(from, data, &runs_of(pieces, old, from), end, call);
        }
        self.drain(whose, call);
        self.relieve(whose, call);
        self.end_if_due(whose, call);
    }

    /// Bytes that begin at `next`.
    fn in_order<S: Sink + ?Sized>(
        &mut self,
        data: &[u8],
        runs: &[Run],
        gap_after: Option<Gap>,
        whose: Whose<'_>,
        call: &mut Call<'_, '_, S>,
    ) {
        let start = self.next;
        self.next = self.next.saturating_add(data.len() as u64);
        call.stats.stream_bytes = call.stats.stream_bytes.saturating_add(data.len() as u64);
        let finished = gap_after.is_none() && self.is_complete();
        if !self.buffer.bytes().is_empty() {
            self.keep(data, runs, call);
            self.offer_kept(gap_after, finished, whose, call);
        } else if !data.is_empty() {
            self.finished |= finished;
            let gap = self.gap.take();
            let offer = Offer { data, runs, start, gap, gap_after, finished };
            let consumed = self.offer(offer, whose, call);
            let rest = data.get(consumed..).unwrap_or_default();
            if rest.is_empty() || self.finished || self.ignored || gap_after.is_some() {
                return;
            }
            let front = start.saturating_add(consumed as u64);
            let first = runs.partition_point(|run| run.end() <= front);
            self.keep(rest, runs.get(first..).unwrap_or_default(), call);
            self.shorten(call);
        }
    }

    /// Shows the kept bytes.
    fn offer_kept<S: Sink + ?Sized>(
        &mut self,
        gap_after: Option<Gap>,
        finished: bool,
        whose: Whose<'_>,
        call: &mut Call<'_, '_, S>,
    ) {
        let before = self.buffer.cost();
        self.finished |= finished;
        let mut kept = core::mem::take(&mut self.buffer);
        let start = self.next.saturating_sub(kept.bytes().len() as u64);
        let gap = self.gap.take();
        let offer = Offer { data: kept.bytes(), runs: kept.runs(), start, gap, gap_after, finished };
        let consumed = self.offer(offer, whose, call);
        if self.finished || self.ignored || gap_after.is_some() {
            kept.clear();
        } else {
            kept.drop_front(consumed, start.saturating_add(consumed as u64));
        }
        self.buffer = kept;
        account(call, before, self.buffer.cost());
        self.shorten(call);
    }

    fn offer<S: Sink + ?Sized>(
        &mut self,
        offer: Offer<'_>,
        (connection, direction): Whose<'_>,
        call: &mut Call<'_, '_, S>,
    ) -> usize {
        if self.silent || self.dismissed {
            return 0;
        }
        let mut side = StreamSide {
            connection,
            direction,
            data: offer.data,
            runs: offer.runs,
            start: offer.start,
            consumed: 0,
            gap: offer.gap,
            gap_after: offer.gap_after,
            finished: offer.finished,
            ignore: false,
            ignore_connection: false,
        };
        call.sink.stream(call.frame, &mut side);
        let StreamSide { consumed, ignore, ignore_connection, .. } = side;
        self.dismissed |= ignore_connection;
        if ignore || ignore_connection {
            self.ignore(call);
        }
        consumed
    }

    /// Nothing of this direction is kept from now on.
    pub(crate) fn ignore<S: Sink + ?Sized>(&mut self, call: &mut Call<'_, '_, S>) {
        self.forget(call);
        self.ignored = true;
        self.gap = None;
        self.next = self.next.max(self.highest);
    }

    fn keep<S: Sink + ?Sized>(&mut self, data: &[u8], runs: &[Run], call: &mut Call<'_, '_, S>) {
        let before = self.buffer.cost();
        self.buffer.push(data, runs);
        call.stats.stream_bytes_copied = call.stats.stream_bytes_copied.saturating_add(data.len() as u64);
        account(call, before, self.buffer.cost());
    }

    /// Drops the oldest unconsumed bytes that are more than is kept.
    fn shorten<S: Sink + ?Sized>(&mut self, call: &mut Call<'_, '_, S>) {
        let before = self.buffer.cost();
        let excess = before.saturating_sub(call.limits.side_bytes);
        if excess == 0 {
            return;
        }
        // A quarter more, so that a sink that never consumes costs a move per quarter only.
        let len = self.buffer.bytes().len();
        let dropped = excess.saturating_add(call.limits.side_bytes / 4).min(len);
        let start = self.next.saturating_sub(len as u64);
        self.buffer.drop_front(dropped, start.saturating_add(dropped as u64));
        account(call, before, self.buffer.cost());
        self.leave_out_before(Gap { missing: Some(dropped as u64), reason: GapReason::Unconsumed }, call);
    }

    /// Keeps what of `from..end` was not seen yet, to wait behind a hole.
    fn insert<S: Sink + ?Sized>(
        &mut self,
        from: u64,
        data: &[u8],
        runs: &[Run],
        end: u64,
        call: &mut Call<'_, '_, S>,
    ) {
        let before = self.waiting_bytes;
        let mut free = from;
        if let Some((&start, waiting)) = self.waiting.range(..=from).next_back() {
            free = free.max(waiting.end(start));
        }
        // Where each waiting piece in the way begins and ends; at most `out_of_order_pieces`.
        let later: Vec<(u64, u64)> = self
            .waiting
            .range(free..end.max(free))
            .map(|(&start, waiting)| (start, waiting.end(start)))
            .collect();
        for (to, behind) in later.into_iter().chain([(end, end)]) {
            if free < to {
                self.insert_between(free, to, from, data, runs);
            }
            free = free.max(behind);
        }
        account(call, before, self.waiting_bytes);
    }

    /// Puts `low..high` of the segment that begins at `from` into free room.
    fn insert_between(&mut self, low: u64, high: u64, from: u64, data: &[u8], runs: &[Run]) {
        let data_end = from.saturating_add(data.len() as u64).min(high);
        for run in runs {
            let start = run.position.max(low);
            let end = run.end().min(data_end);
            if start >= end {
                continue;
            }
            let slice = usize::try_from(start.saturating_sub(from))
                .ok()
                .zip(usize::try_from(end.saturating_sub(from)).ok())
                .and_then(|(start, end)| data.get(start..end))
                .unwrap_or_default();
            let skip = u32::try_from(start.saturating_sub(run.position)).unwrap_or(u32::MAX);
            let waiting = Waiting {
                data: slice.to_vec(),
                frame: run.frame,
                offset: run.offset.saturating_add(skip),
                cut: if end == data_end { high.saturating_sub(end) } else { 0 },
            };
            self.waiting_bytes = self.waiting_bytes.saturating_add(waiting.cost());
            self.waiting.insert(start, waiting);
        }
        if data_end <= low {
            // Nothing but octets that were cut.
            let waiting = Waiting { data: Vec::new(), frame: 0, offset: 0, cut: high.saturating_sub(low) };
            self.waiting_bytes = self.waiting_bytes.saturating_add(waiting.cost());
            self.waiting.insert(low, waiting);
        }
    }

    /// Delivers what no longer waits behind a hole.
    fn drain<S: Sink + ?Sized>(&mut self, whose: Whose<'_>, call: &mut Call<'_, '_, S>) {
        let mut fresh = false;
        while let Some(entry) = self.waiting.first_entry() {
            if *entry.key() > self.next || self.ignored || self.finished {
                break;
            }
            let (position, waiting) = entry.remove_entry();
            self.waiting_bytes = self.waiting_bytes.saturating_sub(waiting.cost());
            account(call, waiting.cost(), 0);
            self.hole_since = call.frame.time;
            let len = waiting.data.len() as u64;
            if len > 0 {
                let run = Run {
                    position,
                    len: u32::try_from(len).unwrap_or(u32::MAX),
                    frame: waiting.frame,
                    offset: waiting.offset,
                };
                self.next = self.next.saturating_add(len);
                call.stats.stream_bytes = call.stats.stream_bytes.saturating_add(len);
                self.keep(&waiting.data, &[run], call);
                fresh = true;
            }
            if waiting.cut > 0 {
                let gap = Gap { missing: Some(waiting.cut), reason: GapReason::SnapLen };
                if !self.buffer.bytes().is_empty() {
                    self.offer_kept(Some(gap), false, whose, call);
                }
                fresh = false;
                if !self.ignored {
                    self.leave_out(gap, call);
                }
            }
        }
        if fresh {
            self.offer_kept(None, self.is_complete(), whose, call);
        }
    }

    /// Gives up holes that need not be waited for.
    fn relieve<S: Sink + ?Sized>(&mut self, whose: Whose<'_>, call: &mut Call<'_, '_, S>) {
        while let Some((&start, _)) = self.waiting.first_key_value().filter(|_| !self.finished) {
            let reason = if self.acked >= start {
                GapReason::AckedUnseen
            } else if self.waiting_bytes > call.limits.out_of_order_bytes
                || self.waiting.len() > call.limits.out_of_order_pieces
            {
                GapReason::OutOfOrderLimit
            } else if call.frame.time.saturating_sub(self.hole_since) > call.limits.hole_timeout {
                GapReason::TimedOut
            } else {
                break;
            };
            self.give_up(start, reason, whose, call);
        }
    }

    /// Gives up the hole between `next` and `to`.
    fn give_up<S: Sink + ?Sized>(
        &mut self,
        to: u64,
        reason: GapReason,
        whose: Whose<'_>,
        call: &mut Call<'_, '_, S>,
    ) {
        let gap = Gap { missing: Some(to.saturating_sub(self.next)), reason };
        if !self.buffer.bytes().is_empty() {
            self.offer_kept(Some(gap), false, whose, call);
        }
        if !self.ignored {
            self.leave_out(gap, call);
            self.drain(whose, call);
        }
    }

    /// `next` moves over a hole; what was kept before it has been shown.
    fn leave_out<S: Sink + ?Sized>(&mut self, gap: Gap, call: &mut Call<'_, '_, S>) {
        self.next = self.next.saturating_add(gap.missing.unwrap_or_default());
        self.leave_out_before(gap, call);
    }

    fn leave_out_before<S: Sink + ?Sized>(&mut self, gap: Gap, call: &mut Call<'_, '_, S>) {
        count(&mut call.stats.gaps);
        call.stats.gap_bytes = call.stats.gap_bytes.saturating_add(gap.missing.unwrap_or_default());
        if self.ignored {
            return;
        }
        self.gap = Some(match self.gap {
            None => gap,
            Some(first) => Gap {
                missing: first.missing.zip(gap.missing).map(|(a, b)| a.saturating_add(b)),
                reason: first.reason,
            },
        });
    }

    /// The other side acknowledged everything before `position`.
    pub(crate) fn acknowledge<S: Sink + ?Sized>(
        &mut self,
        position: i64,
        whose: Whose<'_>,
        call: &mut Call<'_, '_, S>,
    ) {
        let Ok(position) = u64::try_from(position) else { return };
        self.acked = self.acked.max(position);
        if self.ignored || self.finished {
            return;
        }
        self.relieve(whose, call);
        self.end_if_due(whose, call);
        // A FIN behind a hole that the receiver has seen filled.
        if self.fin.is_some_and(|fin| fin < self.acked && fin > self.next) {
            self.end(GapReason::AckedUnseen, whose, call);
        }
    }

    /// Everything up to the FIN is settled.
    fn is_complete(&self) -> bool {
        self.fin.is_some_and(|fin| self.next >= fin)
    }

    pub(crate) fn end_if_due<S: Sink + ?Sized>(&mut self, whose: Whose<'_>, call: &mut Call<'_, '_, S>) {
        if !self.finished && self.is_complete() {
            self.offer_kept(None, true, whose, call);
        }
        if self.finished {
            self.forget(call);
        }
    }

    /// What lies behind the end is of no use.
    fn forget<S: Sink + ?Sized>(&mut self, call: &mut Call<'_, '_, S>) {
        account(call, self.kept(), 0);
        self.buffer = Kept::default();
        self.waiting = BTreeMap::new();
        self.waiting_bytes = 0;
    }

    /// No more will come: holes are given up, what waits is delivered, the sink is told.
    pub(crate) fn end<S: Sink + ?Sized>(
        &mut self,
        reason: GapReason,
        whose: Whose<'_>,
        call: &mut Call<'_, '_, S>,
    ) {
        if self.finished {
            return;
        }
        while let Some((&start, _)) = self.waiting.first_key_value().filter(|_| !self.finished) {
            let reason = if self.acked >= start { GapReason::AckedUnseen } else { reason };
            self.give_up(start, reason, whose, call);
        }
        if !self.ignored && !self.finished && self.base.is_some() {
            // Without a FIN in the capture, one octet may be the FIN that was acknowledged.
            let known = self.fin.unwrap_or(self.next.saturating_add(1));
            let to = match self.fin {
                Some(fin) => fin.max(self.next),
                None if self.acked > known => self.acked,
                None => self.next,
            };
            if to > self.next {
                let reason = if self.acked >= to { GapReason::AckedUnseen } else { reason };
                self.give_up(to, reason, whose, call);
            }
        }
        if !self.finished {
            self.offer_kept(None, true, whose, call);
        }
        self.forget(call);
    }
}

fn runs_of(pieces: &[Piece], skip: usize, position: u64) -> Vec<Run> {
    let mut runs = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let end = piece.at.saturating_add(piece.len as usize);
        let start = piece.at.max(skip);
        if start < end {
            let within = u32::try_from(start.saturating_sub(piece.at)).unwrap_or(u32::MAX);
            runs.push(Run {
                position: position.saturating_add(start.saturating_sub(skip) as u64),
                len: piece.len.saturating_sub(within),
                frame: piece.frame,
                offset: piece.offset.saturating_add(within),
            });
        }
    }
    runs
}

/// What was kept changed from `before` to `after` bytes.
fn account<S: ?Sized>(call: &mut Call<'_, '_, S>, before: usize, after: usize) {
    let stats = &mut *call.stats;
    stats.kept_bytes = stats.kept_bytes.saturating_add(after as u64).saturating_sub(before as u64);
    stats.kept_bytes_peak = stats.kept_bytes_peak.max(stats.kept_bytes);
}
