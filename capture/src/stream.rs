//! One direction of a TCP connection as the sink sees it.

use core::iter::FusedIterator;
use core::ops::Range;

use crate::{ConnId, Connection, Direction, Endpoint, Gap, GapReason, Piece};

/// Bytes of one direction of a TCP connection, in order.
///
/// In the common case [`bytes`](Self::bytes) is the frame itself, nothing was copied; what is left
/// unconsumed is copied once and offered again together with what follows.
#[derive(Debug)]
pub struct StreamSide<'s> {
    pub(crate) connection: &'s Connection,
    pub(crate) direction: Direction,
    pub(crate) data: &'s [u8],
    /// Runs that cover at least `data`, ordered by position.
    pub(crate) runs: &'s [Run],
    /// Stream position of `data[0]`.
    pub(crate) start: u64,
    pub(crate) consumed: usize,
    pub(crate) gap: Option<Gap>,
    pub(crate) gap_after: Option<Gap>,
    pub(crate) finished: bool,
    pub(crate) ignore: bool,
    pub(crate) ignore_connection: bool,
}

/// A run of stream bytes and where it was captured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) position: u64,
    pub(crate) len: u32,
    pub(crate) frame: u32,
    pub(crate) offset: u32,
}

impl Run {
    pub(crate) fn end(&self) -> u64 {
        self.position.saturating_add(u64::from(self.len))
    }
}

impl<'s> StreamSide<'s> {
    /// The connection's number.
    #[must_use]
    pub fn conn(&self) -> ConnId {
        self.connection.id
    }

    /// The connection.
    #[must_use]
    pub fn connection(&self) -> &'s Connection {
        self.connection
    }

    /// Who opened the connection.
    #[must_use]
    pub fn client(&self) -> Endpoint {
        self.connection.client
    }

    /// Who accepted the connection.
    #[must_use]
    pub fn server(&self) -> Endpoint {
        self.connection.server
    }

    /// Which way these bytes go.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// The bytes that are not consumed yet; contiguous, possibly empty.
    #[must_use]
    pub fn bytes(&self) -> &'s [u8] {
        self.data.get(self.consumed..).unwrap_or_default()
    }

    /// Position of `bytes()[0]` in the stream: the number of bytes sent before it since the SYN,
    /// or since the first byte seen. Counts missing bytes too.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.start.saturating_add(self.consumed as u64)
    }

    /// Takes `n` bytes off the front (at most all of them). A [`gap`](Self::gap) before them is
    /// then behind, too.
    pub fn consume(&mut self, n: usize) {
        let n = n.min(self.bytes().len());
        self.consumed = self.consumed.saturating_add(n);
        if n > 0 {
            self.gap = None;
        }
    }

    /// Where the bytes in `range`, counted within [`bytes`](Self::bytes), were captured. What
    /// lies outside is left out; [`Piece::at`] counts from the start of `range`.
    #[must_use]
    pub fn provenance(&self, range: Range<usize>) -> Provenance<'s> {
        let len = self.bytes().len();
        let from = self.position().saturating_add(range.start.min(len) as u64);
        let to = self.position().saturating_add(range.end.min(len) as u64);
        let first = self.runs.partition_point(|run| run.end() <= from);
        Provenance { runs: self.runs.get(first..).unwrap_or_default().iter(), from, to }
    }

    /// A hole that lies directly before [`bytes`](Self::bytes). Told in one call only.
    #[must_use]
    pub fn gap(&self) -> Option<Gap> {
        self.gap
    }

    /// A hole that lies directly behind [`bytes`](Self::bytes): they will not be continued, and
    /// what is left of them after this call is dropped.
    #[must_use]
    pub fn gap_after(&self) -> Option<Gap> {
        self.gap_after
    }

    /// How many bytes directly behind [`bytes`](Self::bytes) the snap length cut off.
    #[must_use]
    pub fn cut_tail(&self) -> u64 {
        match self.gap_after {
            Some(Gap { missing: Some(missing), reason: GapReason::SnapLen }) => missing,
            _ => 0,
        }
    }

    /// No more will come in this direction: FIN, RST, eviction, or the end of the capture.
    /// What is left after this call is dropped.
    #[must_use]
    pub fn finished(&self) -> bool {
        self.finished
    }

    /// No more bytes of this direction are wanted: nothing is kept or copied from now on.
    /// [`Sink::tcp`](crate::Sink::tcp) still hears of its segments, and there is one last
    /// call, without bytes, when the direction is [`finished`](Self::finished).
    pub fn ignore(&mut self) {
        self.ignore = true;
    }

    /// Nothing more of this connection is wanted, in both directions, headers included; only
    /// [`Sink::closed`](crate::Sink::closed) will be called.
    pub fn ignore_connection(&mut self) {
        self.ignore_connection = true;
    }
}

/// Where stream bytes were captured: see [`StreamSide::provenance`].
#[derive(Clone, Debug)]
pub struct Provenance<'s> {
    runs: core::slice::Iter<'s, Run>,
    from: u64,
    to: u64,
}

impl Iterator for Provenance<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let run = self.runs.as_slice().first()?;
        let start = run.position.max(self.from);
        let end = run.end().min(self.to);
        if start >= end {
            self.runs = [].iter();
            return None;
        }
        self.runs.next();
        // Within the run, whose length is a u32.
        let skipped = u32::try_from(start.saturating_sub(run.position)).unwrap_or(u32::MAX);
        Some(Piece {
            frame: run.frame,
            offset: run.offset.saturating_add(skipped),
            len: u32::try_from(end.saturating_sub(start)).unwrap_or(u32::MAX),
            at: usize::try_from(start.saturating_sub(self.from)).unwrap_or(usize::MAX),
        })
    }
}

impl FusedIterator for Provenance<'_> {}
