//! Octets of a file as they come, with a buffer whose size has a limit.

use std::io::{self, Read};

use crate::ahead::{Ahead, ROOM};

/// Octets that are read at once.
const CHUNK: usize = 256 << 10;
/// Octets of a file from which on a thread reads ahead: for fewer it isn't worth its beginning.
const LONG: u64 = 4 << 20;

/// A file, a pipe, or what a decompressor gives.
pub(crate) struct Source {
    input: Input,
    buffer: Vec<u8>,
    /// What is unread: from here ..
    start: usize,
    /// .. to here.
    end: usize,
    /// Octets before `start`, from the beginning of the file.
    offset: u64,
    /// What is read ended before its own end.
    pub(crate) cut: bool,
}

/// Who reads.
enum Input {
    /// The one who wants the octets.
    Here(Box<dyn Read + Send>),
    /// A thread.
    Ahead(Ahead),
    /// Nobody can.
    Ended,
}

impl Source {
    pub(crate) fn new(read: Box<dyn Read + Send>) -> Self {
        Self { input: Input::Here(read), buffer: vec![0; CHUNK], start: 0, end: 0, offset: 0, cut: false }
    }

    /// Octets before the first that is unread.
    pub(crate) const fn offset(&self) -> u64 {
        self.offset
    }

    /// What is unread and in memory.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Gets `n` octets into memory; fewer are there only if the file ends before. The caller bounds `n`.
    #[inline]
    pub(crate) fn need(&mut self, n: usize) -> io::Result<bool> {
        if self.end.saturating_sub(self.start) >= n { Ok(true) } else { self.get_more(n) }
    }

    fn get_more(&mut self, n: usize) -> io::Result<bool> {
        if self.offset >= LONG && matches!(self.input, Input::Here(_)) {
            self.hand_over();
        }
        while self.end.saturating_sub(self.start) < n {
            let got = match &mut self.input {
                Input::Ended => Ok(0),
                Input::Ahead(ahead) => {
                    let (chunk, outcome) = ahead.next();
                    if let Ok(got @ 1..) = outcome {
                        self.append(chunk, got, n);
                    }
                    outcome
                }
                Input::Here(_) => {
                    self.make_space(n);
                    let space = self.buffer.get_mut(self.end..).unwrap_or_default();
                    let Input::Here(read) = &mut self.input else { return Ok(false) };
                    let got = read.read(space);
                    self.end = self.end.saturating_add(got.as_ref().copied().unwrap_or_default());
                    got
                }
            };
            match got {
                Ok(0) => return Ok(false),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A compressed file that ends too early: what was in it until there is good.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    self.cut = true;
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Lets a thread read from here on.
    fn hand_over(&mut self) {
        self.input = match std::mem::replace(&mut self.input, Input::Ended) {
            Input::Here(read) => match Ahead::new(read) {
                Ok(ahead) => Input::Ahead(ahead),
                Err(read) => Input::Here(read),
            },
            other => other,
        };
    }

    /// Moves what is unread to the front, and makes room behind it when there is none.
    ///
    /// `n` comes from the file: the buffer grows with the octets that are there, not by what a length promises.
    fn make_space(&mut self, n: usize) {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end = self.end.saturating_sub(self.start);
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            let more = self.buffer.len().min(n.saturating_sub(self.end)).next_multiple_of(CHUNK);
            self.buffer.resize(self.buffer.len().saturating_add(more), 0);
        }
    }

    /// Adds the octets of a chunk. Mostly the chunk becomes the buffer, with what is unread before it.
    fn append(&mut self, mut chunk: Vec<u8>, got: usize, n: usize) {
        let unread = self.end.saturating_sub(self.start);
        let room = ROOM.checked_sub(unread).and_then(|from| Some((from, chunk.get_mut(from..ROOM)?)));
        if let Some((from, room)) = room {
            room.copy_from_slice(self.buffer.get(self.start..self.end).unwrap_or_default());
            std::mem::swap(&mut self.buffer, &mut chunk);
            self.start = from;
            self.end = ROOM.saturating_add(got);
        } else {
            let mut rest = chunk.get(ROOM..ROOM.saturating_add(got)).unwrap_or_default();
            while !rest.is_empty() {
                self.make_space(n.max(self.end.saturating_sub(self.start).saturating_add(rest.len())));
                let space = self.buffer.get_mut(self.end..).unwrap_or_default();
                let step = rest.len().min(space.len());
                let (now, later) = rest.split_at(step);
                space.iter_mut().zip(now).for_each(|(to, from)| *to = *from);
                self.end = self.end.saturating_add(step);
                rest = later;
            }
        }
        if let Input::Ahead(ahead) = &mut self.input {
            ahead.give_back(chunk);
        }
    }

    /// Passes over `n` octets, also those that were not read yet; false if the file ends before.
    #[inline]
    pub(crate) fn skip(&mut self, n: usize) -> io::Result<bool> {
        if n <= self.end.saturating_sub(self.start) {
            self.start = self.start.saturating_add(n);
            self.offset = self.offset.saturating_add(n as u64);
            return Ok(true);
        }
        self.skip_far(n)
    }

    fn skip_far(&mut self, mut n: usize) -> io::Result<bool> {
        loop {
            let step = n.min(self.end.saturating_sub(self.start));
            self.start = self.start.saturating_add(step);
            self.offset = self.offset.saturating_add(step as u64);
            n = n.saturating_sub(step);
            if n == 0 {
                return Ok(true);
            }
            if !self.need(1)? {
                return Ok(false);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// Gives one octet after the other, as a slow pipe does.
    struct Slow(u8);

    impl Read for Slow {
        fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
            if self.0 == 200 || space.is_empty() {
                return Ok(0);
            }
            space.fill(self.0);
            self.0 = self.0.saturating_add(1);
            Ok(1)
        }
    }

    /// Numbers, four octets each, in pieces of odd sizes.
    struct Numbers(u32, u32);

    impl Read for Numbers {
        fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
            let fit = (space.len() / 4).min(1 + self.0 as usize * 7 % 50_000).min((self.1 - self.0) as usize);
            for four in space.chunks_exact_mut(4).take(fit) {
                four.copy_from_slice(&self.0.to_le_bytes());
                self.0 += 1;
            }
            Ok(fit * 4)
        }
    }

    #[test]
    fn what_a_thread_reads_ahead_is_the_same() {
        let numbers = 8_000_000;
        let mut source = Source::new(Box::new(Numbers(0, numbers)));
        let mut next = 0_u32;
        for round in 0_usize.. {
            // Some of them larger than the room, and than a chunk.
            let n = if round % 40 == 39 { 150_000 } else { 1 + round * 13 % 30_000 };
            let whole = source.need(n * 4).unwrap();
            let n = if whole { n } else { source.bytes().len() / 4 };
            for four in source.bytes().chunks_exact(4).take(n) {
                assert_eq!(four, next.to_le_bytes());
                next += 1;
            }
            assert!(source.skip(n * 4).unwrap());
            if !whole {
                break;
            }
        }
        assert_eq!((next, source.offset()), (numbers, u64::from(numbers) * 4));
        assert!(matches!(source.input, Input::Ahead(_)) && !source.need(1).unwrap());
    }

    #[test]
    fn octets_come_whole_from_a_slow_pipe() {
        let mut source = Source::new(Box::new(Slow(0)));
        assert!(source.need(5).unwrap());
        assert_eq!(source.bytes().get(..5), Some(&[0, 1, 2, 3, 4][..]));
        assert!(source.skip(100).unwrap());
        assert_eq!((source.offset(), source.need(3).unwrap()), (100, true));
        assert_eq!(source.bytes().first(), Some(&100));
        assert!(!source.need(101).unwrap());
        assert_eq!(source.bytes().len(), 100);
        assert!(!source.skip(101).unwrap());
        assert_eq!(source.offset(), 200);
    }
}
