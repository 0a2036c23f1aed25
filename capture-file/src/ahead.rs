//! Reading ahead, in a thread of its own: the system copies, or a decompressor works, while packets are read.

use std::io::{self, ErrorKind, Read};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// Octets that are read at once.
const CHUNK: usize = 256 << 10;
/// Chunks that are on their way.
const CHUNKS: usize = 4;
/// Octets before those of a chunk, for the rest of the chunk before.
pub(crate) const ROOM: usize = 64 << 10;

/// A chunk: [`ROOM`], then as many octets as were read.
type Filled = (Vec<u8>, io::Result<usize>);

/// What a thread reads ahead.
pub(crate) struct Ahead {
    filled: Receiver<Filled>,
    empty: Sender<Vec<u8>>,
}

impl Ahead {
    /// Goes on with `read` in a thread; gives it back where there can't be one.
    pub(crate) fn new(read: Box<dyn Read + Send>) -> Result<Self, Box<dyn Read + Send>> {
        let (hand, take) = channel();
        let (empty, to_fill) = channel();
        let (done, filled) = channel();
        let work = move || {
            if let Ok(read) = take.recv() {
                fill_all(read, &to_fill, &done);
            }
        };
        if thread::Builder::new().name("adjoin-read".to_owned()).spawn(work).is_err() {
            return Err(read);
        }
        hand.send(read).map_err(|unsent| unsent.0)?;
        for _ in 0..CHUNKS {
            // Where the thread has ended, nothing is received from it either.
            let _ = empty.send(vec![0; ROOM.saturating_add(CHUNK)]);
        }
        Ok(Self { filled, empty })
    }

    /// The next octets; none at the end, and after an error.
    pub(crate) fn next(&mut self) -> Filled {
        self.filled.recv().unwrap_or((Vec::new(), Ok(0)))
    }

    /// A chunk that is no longer needed, or any other buffer.
    pub(crate) fn give_back(&mut self, mut chunk: Vec<u8>) {
        if chunk.len() != ROOM.saturating_add(CHUNK) {
            chunk = vec![0; ROOM.saturating_add(CHUNK)];
        }
        let _ = self.empty.send(chunk);
    }
}

/// Reads until the end, an error, or nobody wants more.
fn fill_all(mut read: Box<dyn Read + Send>, empty: &Receiver<Vec<u8>>, filled: &Sender<Filled>) {
    while let Ok(mut chunk) = empty.recv() {
        let space = chunk.get_mut(ROOM..).unwrap_or_default();
        let outcome = loop {
            match read.read(space) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                outcome => break outcome,
            }
        };
        let goes_on = matches!(outcome, Ok(1..));
        if filled.send((chunk, outcome)).is_err() || !goes_on {
            return;
        }
    }
}
