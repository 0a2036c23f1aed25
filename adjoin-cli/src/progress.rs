//! How far reading has come, on standard error, once it takes longer than a second.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::terminal;

/// Nothing is said before this, nor more often.
const PATIENCE: Duration = Duration::from_secs(1);
/// The clock is looked at once in so many frames.
const FRAMES: u64 = 4096;

/// Tells of progress where somebody is there to see it.
#[derive(Debug)]
pub(crate) struct Progress {
    frames: u64,
    next: Option<Instant>,
    said: bool,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let next = io::stderr().is_terminal().then(|| Instant::now().checked_add(PATIENCE)).flatten();
        Self { frames: 0, next, said: false }
    }

    /// A frame was read from `file`.
    pub(crate) fn frame(&mut self, file: &str) {
        self.frames = self.frames.saturating_add(1);
        let Some(next) = self.next else { return };
        if self.frames % FRAMES != 0 || Instant::now() < next {
            return;
        }
        self.said = true;
        self.next = Instant::now().checked_add(PATIENCE);
        let name = terminal::harmless(file);
        let _ = write!(io::stderr().lock(), "\r\x1b[K{} frames, {name}", self.frames);
    }
}

impl Drop for Progress {
    /// Leaves the line as it was.
    fn drop(&mut self) {
        if self.said {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}
