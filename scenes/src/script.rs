//! A script: frames with their times, and a capture file of them.

use adjoin_capture::{Frame, LinkType};

use crate::wirebuild::{self, Host};

/// Nanoseconds in a millisecond.
pub const MS: i64 = 1_000_000;
/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000 * MS;

/// A captured Ethernet frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shot {
    /// The frame's number.
    pub number: u32,
    /// Nanoseconds since 1970.
    pub time: i64,
    /// What was captured.
    pub bytes: Vec<u8>,
    /// Length on the wire.
    pub original_length: u32,
    /// What a test calls it.
    pub mark: Option<&'static str>,
}

impl Shot {
    /// The frame as the pipeline takes it.
    #[must_use]
    pub fn frame(&self) -> Frame<'_> {
        Frame {
            number: self.number,
            time: self.time,
            link: LinkType::ETHERNET,
            bytes: &self.bytes,
            original_length: self.original_length,
        }
    }
}

/// A frame of a script that is not cut yet.
#[derive(Clone, Debug)]
struct Take {
    time: i64,
    number: Option<u32>,
    bytes: Vec<u8>,
    mark: Option<&'static str>,
}

/// Frames in any order; [`Script::shots`] puts them in the order of their times.
#[derive(Clone, Debug, Default)]
pub struct Script {
    takes: Vec<Take>,
}

impl Script {
    /// A script without frames.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a frame that was captured at `time`, in nanoseconds since 1970.
    pub fn push(&mut self, time: i64, bytes: Vec<u8>) -> &mut Self {
        self.takes.push(Take { time, number: None, bytes, mark: None });
        self
    }

    /// Numbers the frame that was added last. Those that follow are numbered on from there.
    pub fn number(&mut self, number: u32) -> &mut Self {
        self.last().number = Some(number);
        self
    }

    /// Names the frame that was added last, for [`marked`].
    pub fn mark(&mut self, mark: &'static str) -> &mut Self {
        self.last().mark = Some(mark);
        self
    }

    fn last(&mut self) -> &mut Take {
        self.takes.last_mut().expect("a frame was added")
    }

    /// The octets of the frame that was added last.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn last_bytes(&self) -> &[u8] {
        &self.takes.last().expect("a frame was added").bytes
    }

    /// Adds all frames of another script.
    pub fn append(&mut self, other: Self) -> &mut Self {
        self.takes.extend(other.takes);
        self
    }

    /// Moves all frames in time.
    pub fn shift(&mut self, by: i64) -> &mut Self {
        for take in &mut self.takes {
            take.time += by;
        }
        self
    }

    /// The time of the latest frame.
    #[must_use]
    pub fn end(&self) -> i64 {
        self.takes.iter().map(|take| take.time).max().unwrap_or(0)
    }

    /// The capture: in the order of time, numbered from 1 or from the last number that was given.
    ///
    /// # Panics
    /// When given numbers don't rise.
    #[must_use]
    pub fn shots(&self) -> Vec<Shot> {
        let mut takes: Vec<_> = self.takes.iter().collect();
        takes.sort_by_key(|take| take.time);
        let mut next = 1;
        takes
            .into_iter()
            .map(|take| {
                let number = take.number.unwrap_or(next);
                assert!(number >= next, "frame {number} comes after frame {}", next - 1);
                next = number + 1;
                Shot {
                    number,
                    time: take.time,
                    bytes: take.bytes.clone(),
                    original_length: u32::try_from(take.bytes.len()).expect("a frame"),
                    mark: take.mark,
                }
            })
            .collect()
    }
}

/// The number of the frame with this mark.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn marked(shots: &[Shot], mark: &str) -> u32 {
    let found = shots.iter().find(|shot| shot.mark == Some(mark));
    found.unwrap_or_else(|| panic!("no frame is marked {mark}")).number
}

/// The same capture with frames that matter to nobody where numbers are left out, so that a program
/// that counts frames numbers them alike.
#[must_use]
pub fn without_gaps(shots: &[Shot]) -> Vec<Shot> {
    let nobody = Host::new([192, 0, 2, 250], 64);
    let mut out: Vec<Shot> = Vec::new();
    for shot in shots {
        let first = out.last().map_or(1, |last| last.number + 1);
        for number in first..shot.number {
            let bytes = wirebuild::arp(nobody);
            let original_length = u32::try_from(bytes.len()).expect("a frame");
            out.push(Shot { number, time: shot.time, bytes, original_length, mark: None });
        }
        out.push(shot.clone());
    }
    out
}

/// A classic capture file with nanoseconds, little-endian. It has no frame numbers: see
/// [`without_gaps`].
#[must_use]
pub fn pcap(shots: &[Shot]) -> Vec<u8> {
    let mut out = Vec::new();
    for word in [0xa1b2_3c4d_u32, 0x0004_0002, 0, 0, 0x0004_0000, LinkType::ETHERNET.0.into()] {
        out.extend(word.to_le_bytes());
    }
    for shot in shots {
        let seconds = u32::try_from(shot.time.div_euclid(SECOND)).expect("a time after 1970");
        let nanoseconds = u32::try_from(shot.time.rem_euclid(SECOND)).expect("below a second");
        let captured = u32::try_from(shot.bytes.len()).expect("a frame");
        for word in [seconds, nanoseconds, captured, shot.original_length] {
            out.extend(word.to_le_bytes());
        }
        out.extend(&shot.bytes);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_from_the_last() {
        let mut script = Script::new();
        script.push(30, vec![3]).number(9).mark("nine");
        script.push(10, vec![1]);
        script.push(20, vec![2]);
        script.push(40, vec![4]);
        let shots = script.shots();
        assert_eq!(shots.iter().map(|shot| shot.number).collect::<Vec<_>>(), [1, 2, 9, 10]);
        assert_eq!(marked(&shots, "nine"), 9);
        let whole = without_gaps(&shots);
        assert!(whole.iter().map(|shot| shot.number).eq(1..=10));
        assert_eq!(pcap(&shots).len(), 24 + 4 * 17);
    }
}
