//! Lines of the client's log that stand in the capture, and the packets that they tell of.
//!
//! A line names a packet by its time. Whatever was done to the file since, it is found by that, or it is
//! gone: a number could be that of another packet by now.

use std::collections::{BTreeMap, VecDeque};

use crate::annotated::MAX_PACKETS;
use crate::tcp::Sight;

/// Most frames whose times are kept; the earliest are forgotten first.
const MAX_SEEN: usize = 1 << 16;
/// How many frames may come before one that was captured earlier; one that is later still isn't kept.
const MAX_LATE: usize = 64;
/// Most lines that are known.
const MAX_LINES: usize = 1 << 16;
/// Most packets that lines have named before they came.
const MAX_AWAITED: usize = 1 << 12;
/// Files of microseconds cut off what is less: both times may have lost so much.
const CUT: i64 = 999;

/// Which frames are lines, and what they tell of.
#[derive(Debug, Default)]
pub(crate) struct LogLines {
    /// Frames that a line may tell of, in the order of their times. A capture that has no lines, as nearly all
    /// have none, pays for this alone.
    seen: VecDeque<Sight>,
    /// Lines, each with its packets.
    lines: BTreeMap<u32, Vec<u32>>,
    /// Packets, each with its lines.
    packets: BTreeMap<u32, Vec<u32>>,
    /// Lines that name a packet of that time, which has not come yet.
    awaited: BTreeMap<i64, Vec<u32>>,
    awaiting: usize,
    /// Nobody will look at frames.
    off: bool,
}

impl LogLines {
    /// Nobody will look at frames.
    pub(crate) const fn keep_nothing(&mut self) {
        self.off = true;
    }

    /// A packet came that a log may tell of as well.
    pub(crate) fn saw(&mut self, at: Sight) {
        if self.off {
            return;
        }
        let late = self.seen.iter().rev().take(MAX_LATE).take_while(|seen| seen.time > at.time).count();
        if late < MAX_LATE {
            self.seen.insert(self.seen.len().saturating_sub(late), at);
        }
        if self.seen.len() > MAX_SEEN {
            self.seen.pop_front();
        }
        while let Some(time) = near(&self.awaited, at.time) {
            let lines = self.awaited.remove(&time).unwrap_or_default();
            self.awaiting = self.awaiting.saturating_sub(lines.len());
            for line in lines {
                self.link(line, at.frame);
            }
        }
    }

    /// A line came that tells of the packets of so many nanoseconds later.
    pub(crate) fn line(&mut self, at: Sight, packets: &[i64]) {
        if self.off || self.lines.len() >= MAX_LINES {
            return;
        }
        self.lines.insert(at.frame, Vec::new());
        for after in packets {
            let time = at.time.saturating_add(*after);
            match self.packet_at(time) {
                Some(packet) => self.link(at.frame, packet),
                None if time.saturating_add(CUT) >= at.time && self.awaiting < MAX_AWAITED => {
                    self.awaited.entry(time).or_default().push(at.frame);
                    self.awaiting = self.awaiting.saturating_add(1);
                }
                None => {}
            }
        }
    }

    /// The frame of this time, or the nearest that may be it.
    fn packet_at(&self, time: i64) -> Option<u32> {
        let first = self.seen.partition_point(|seen| seen.time < time.saturating_sub(CUT));
        let around = self.seen.range(first..).take_while(|seen| seen.time <= time.saturating_add(CUT));
        around.min_by_key(|seen| seen.time.abs_diff(time)).map(|seen| seen.frame)
    }

    fn link(&mut self, line: u32, packet: u32) {
        for (of, one, other) in [(&mut self.lines, line, packet), (&mut self.packets, packet, line)] {
            let known = of.entry(one).or_default();
            if let (Err(at), true) = (known.binary_search(&other), known.len() < MAX_PACKETS) {
                known.insert(at, other);
            }
        }
    }

    /// The packets that the line in this frame tells of, if it is one.
    pub(crate) fn of_line(&self, frame: u32) -> Option<&[u32]> {
        self.lines.get(&frame).map(Vec::as_slice)
    }

    /// The lines that tell of this packet.
    pub(crate) fn of_packet(&self, frame: u32) -> &[u32] {
        self.packets.get(&frame).map_or(&[], Vec::as_slice)
    }
}

/// The key that is this time, or the nearest that may be it.
fn near<T>(times: &BTreeMap<i64, T>, time: i64) -> Option<i64> {
    let around = time.saturating_sub(CUT)..=time.saturating_add(CUT);
    times.range(around).map(|(key, _)| *key).min_by_key(|key| key.abs_diff(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    const fn at(frame: u32, time: i64) -> Sight {
        Sight { frame, time }
    }

    #[test]
    fn packets_are_found_before_and_behind_their_lines() {
        let mut lines = LogLines::default();
        lines.saw(at(1, 10 * MS + 123));
        lines.saw(at(2, 11 * MS));
        lines.line(at(3, 12 * MS), &[-2 * MS + 123, -MS, MS, -5 * MS]);
        assert_eq!(lines.of_line(3), Some(&[1, 2][..]));
        lines.saw(at(4, 13 * MS));
        lines.saw(at(5, 13 * MS + 5));
        lines.line(at(6, 14 * MS), &[-MS]);
        assert_eq!(lines.of_line(3), Some(&[1, 2, 4][..]));
        assert_eq!((lines.of_packet(4), lines.of_packet(5)), (&[3, 6][..], &[][..]));
        assert_eq!((lines.of_line(4), lines.awaiting), (None, 0));
    }

    #[test]
    fn frames_may_come_a_little_late() {
        let mut lines = LogLines::default();
        for (frame, time) in [(1, 10), (2, 30), (3, 20), (4, 40)] {
            lines.saw(at(frame, time * MS));
        }
        lines.line(at(5, 50 * MS), &[-40 * MS, -30 * MS, -20 * MS]);
        assert_eq!(lines.of_line(5), Some(&[1, 2, 3][..]));
        for frame in 100..200 {
            lines.saw(at(frame, 60 * MS));
        }
        lines.saw(at(200, 55 * MS));
        lines.line(at(201, 60 * MS), &[-5 * MS]);
        assert_eq!(lines.of_line(201), Some(&[][..]), "a hundred frames late");
    }

    #[test]
    fn microseconds_are_enough() {
        let mut lines = LogLines::default();
        // 1.000999999 s and 2.000000500 s, saved without nanoseconds.
        lines.saw(at(1, 1_000_999_000));
        lines.line(at(2, 2_000_000_000), &[1_000_999_999 - 2_000_000_500]);
        assert_eq!(lines.of_line(2), Some(&[1][..]));
    }

    #[test]
    fn what_is_kept_has_bounds() {
        let mut lines = LogLines::default();
        for frame in 1..=70_000 {
            lines.saw(at(frame, i64::from(frame) * MS));
        }
        assert_eq!(lines.seen.len(), MAX_SEEN);
        let later: Vec<i64> = (1..=64).map(|ms| ms * MS).collect();
        for frame in 0..100_u32 {
            lines.line(at(100_000 + frame, 1 << 60), &later);
        }
        assert_eq!(lines.awaiting, MAX_AWAITED);
        for frame in 0..u32::try_from(MAX_LINES).unwrap_or(0) + 5 {
            lines.line(at(200_000 + frame, i64::MAX), &[i64::MAX, i64::MIN]);
        }
        assert_eq!(lines.lines.len(), MAX_LINES);
        let mut off = LogLines::default();
        off.keep_nothing();
        off.saw(at(1, 1));
        off.line(at(2, 1), &[0]);
        assert!(off.seen.is_empty() && off.of_line(2).is_none());
    }
}
