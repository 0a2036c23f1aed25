//! One direction of a connection: what was sent, and what the other side acknowledged.

use adjoin_capture::{Segment, SegmentKind, TcpFlags};

use super::Sight;
use super::ranges::Ranges;

/// Resent segments and steps of acknowledgment that are remembered.
const MAX_KEPT: usize = 48;

/// A segment that was sent again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resent {
    pub(crate) at: Sight,
    pub(crate) position: i64,
    pub(crate) len: u32,
}

/// An acknowledgment that went further than before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) at: Sight,
    pub(crate) ack: i64,
}

/// One direction. Positions count from the first octet of the stream.
#[derive(Debug, Default)]
pub(crate) struct Half {
    /// The first segment with data.
    pub(crate) first: Option<Sight>,
    /// The last segment with data.
    pub(crate) latest: Option<Sight>,
    /// End of the data that was captured.
    pub(crate) sent_end: i64,
    /// The sender's SND.NXT as far as its headers show it: it may lie beyond what was captured.
    pub(crate) next: i64,
    /// The frame that showed it.
    pub(crate) next_at: Option<Sight>,
    /// A frame without data whose sequence number claims more than was captured without a hole.
    pub(crate) claimed: Option<Sight>,
    /// What was captured.
    pub(crate) captured: Ranges,
    /// Segments with data, repetitions included.
    pub(crate) segments: u32,
    /// Largest segment.
    pub(crate) largest: u32,
    /// Largest segment that was sent only once and is acknowledged.
    pub(crate) largest_arrived: u32,
    /// What the receiver acknowledged.
    pub(crate) acked: i64,
    /// Number of acknowledgments.
    pub(crate) acks: u32,
    pub(crate) steps: Vec<Step>,
    /// Acknowledgments that repeat the last step, and the first of them.
    pub(crate) repeats: u32,
    pub(crate) first_repeat: Option<Sight>,
    pub(crate) resent: Vec<Resent>,
    /// A frame without data whose sequence number lies before what its sender had shown: it went
    /// back to send something again.
    pub(crate) went_back: Option<Sight>,
    pub(crate) fin: Option<Sight>,
    /// End of the data before the FIN, which takes a number of its own.
    fin_end: Option<i64>,
    /// A FIN that was sent again.
    pub(crate) fin_again: Option<Sight>,
    /// Round trips of data in this direction, as seen here: the shortest, and the acknowledgment that ends
    /// it.
    pub(crate) fastest_ack: Option<(i64, Sight)>,
    /// The identification of the packet that was sent last.
    highest_id: Option<u16>,
    /// Data that waits for its acknowledgment: its end, when it was sent.
    waiting: Option<(i64, i64)>,
    /// Sizes of unacknowledged first transmissions.
    in_flight: Vec<(i64, u32)>,
}

impl Half {
    pub(super) fn sent(&mut self, at: Sight, segment: &Segment<'_>) {
        let len = i64::from(segment.len);
        let end = segment.position.saturating_add(len);
        if segment.flags.contains(TcpFlags::FIN) {
            if self.fin.is_none() {
                self.fin = Some(at);
                self.fin_end = Some(end);
            } else {
                self.fin_again = Some(at);
            }
        }
        if segment.kind == SegmentKind::KeepAlive || segment.kind == SegmentKind::WindowProbe {
            return;
        }
        if len == 0 {
            let position = self.fin_end.map_or(segment.position, |end| segment.position.min(end));
            if position >= self.next && position > self.captured.end_of(0) {
                self.claimed = self.claimed.or(Some(at));
            }
            if position > self.next {
                self.next = position;
                self.next_at = Some(at);
            } else if position < self.next
                && self.went_back.is_none()
                && !segment.flags.contains(TcpFlags::FIN)
            {
                self.went_back = Some(at);
            }
            return;
        }
        self.segments = self.segments.saturating_add(1);
        self.first = self.first.or(Some(at));
        self.latest = Some(at);
        self.captured.add(
            segment.position,
            segment.position.saturating_add(i64::from(segment.captured.max(segment.len))),
        );
        let late = self.is_late_original(segment);
        if end <= self.sent_end && !late {
            if self.resent.len() < MAX_KEPT {
                self.resent.push(Resent { at, position: segment.position, len: segment.len });
            }
            self.in_flight.retain(|(position, _)| *position < segment.position || *position >= end);
            self.waiting = None;
        } else {
            self.largest = self.largest.max(segment.len);
            if self.in_flight.len() < MAX_KEPT {
                self.in_flight.push((segment.position, segment.len));
            }
            if self.waiting.is_none() {
                self.waiting = Some((end, at.time));
            }
        }
        self.sent_end = self.sent_end.max(end);
        if end > self.next {
            self.next = end;
            self.next_at = Some(at);
        }
    }

    /// The segment was sent before one that was captured earlier: it was overtaken, not sent again. The
    /// identification of IPv4 tells, where its sender counts.
    fn is_late_original(&mut self, segment: &Segment<'_>) -> bool {
        /// Packets that one can overtake.
        const NEAR: u16 = 64;
        let Some(id) = segment.ip_id.filter(|id| *id != 0) else { return false };
        let behind = self.highest_id.is_some_and(|highest| (1..NEAR).contains(&highest.wrapping_sub(id)));
        if !behind {
            self.highest_id = Some(id);
        }
        behind && segment.kind == SegmentKind::OutOfOrder
    }

    /// The other side acknowledged this direction's octets before `ack`.
    pub(super) fn acknowledged(&mut self, at: Sight, ack: i64, segment: &Segment<'_>) {
        self.acks = self.acks.saturating_add(1);
        if ack > self.acked {
            self.acked = ack;
            self.repeats = 0;
            if self.steps.len() == MAX_KEPT {
                self.steps.remove(MAX_KEPT / 2);
            }
            self.steps.push(Step { at, ack });
            for (position, len) in &self.in_flight {
                if position.saturating_add(i64::from(*len)) <= ack {
                    self.largest_arrived = self.largest_arrived.max(*len);
                }
            }
            self.in_flight.retain(|(position, len)| position.saturating_add(i64::from(*len)) > ack);
            if let Some((_, sent)) = self.waiting.filter(|(end, _)| ack >= *end) {
                let took = at.time.saturating_sub(sent);
                if self.fastest_ack.is_none_or(|(known, _)| took < known) {
                    self.fastest_ack = Some((took, at));
                }
                self.waiting = None;
            }
        } else if ack == self.acked && segment.len == 0 && self.sent_end > ack {
            self.repeats = self.repeats.saturating_add(1);
            self.first_repeat = self.first_repeat.or(Some(at));
        }
    }

    /// End of the data that the other side acknowledged; a FIN takes a number of its own.
    pub(crate) fn data_acked(&self) -> i64 {
        self.acked.saturating_sub(i64::from(self.fin.is_some()))
    }

    /// The acknowledgment that first covered `position`.
    pub(crate) fn step_to(&self, position: i64) -> Option<Step> {
        self.steps.iter().find(|step| step.ack >= position).copied()
    }
}
