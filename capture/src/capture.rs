//! The entry: frames in, [`Sink`] calls out.

use crate::{Frame, Limits, Sink, Stats};

/// All state of one capture; see the [crate's documentation](crate).
#[derive(Debug)]
pub struct Capture {
    limits: Limits,
    stats: Stats,
}

impl Capture {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, stats: Stats::default() }
    }

    /// Reads one frame. Frames come in the order of the capture.
    pub fn frame<S: Sink + ?Sized>(&mut self, frame: &Frame<'_>, sink: &mut S) {
        let _ = (frame, sink, self.limits);
    }

    /// The capture has ended: holes are given up, everything that waits is delivered, every
    /// connection is closed.
    pub fn finish<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        let _ = sink;
    }

    /// What happened so far.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.stats
    }
}
