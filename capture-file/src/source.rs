//! Octets of a file as they come, with a buffer whose size has a limit.

use std::io::{self, Read};

/// Octets that are read at once.
const CHUNK: usize = 256 << 10;

/// A file, a pipe, or what a decompressor gives.
pub(crate) struct Source {
    read: Box<dyn Read>,
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

impl Source {
    pub(crate) fn new(read: Box<dyn Read>) -> Self {
        Self { read, buffer: vec![0; CHUNK], start: 0, end: 0, offset: 0, cut: false }
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
        self.buffer.copy_within(self.start..self.end, 0);
        self.end = self.end.saturating_sub(self.start);
        self.start = 0;
        while self.end < n {
            // `n` comes from the file: the buffer grows with the octets that are there, not by what a
            // length promises.
            if self.end == self.buffer.len() {
                let more = self.buffer.len().min(n.saturating_sub(self.end)).next_multiple_of(CHUNK);
                self.buffer.resize(self.buffer.len().saturating_add(more), 0);
            }
            let space = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.read.read(space) {
                Ok(0) => return Ok(false),
                Ok(n) => self.end = self.end.saturating_add(n),
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
#[allow(clippy::unwrap_used, reason = "tests")]
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
