//! Reads a pcap or pcapng file into memory, for tests and examples.
use std::error::Error;
use std::path::Path;

use adjoin_capture::{Frame, LinkType};

/// A frame of a file.
pub(crate) struct Captured {
    /// Nanoseconds since 1970.
    pub(crate) time: i64,
    /// What the bytes begin with.
    pub(crate) link: LinkType,
    /// As captured.
    pub(crate) bytes: Vec<u8>,
    /// On the wire.
    pub(crate) original_length: u32,
}

impl Captured {
    /// The frame with its number in the file.
    pub(crate) fn numbered(&self, number: u32) -> Frame<'_> {
        Frame {
            number,
            time: self.time,
            link: self.link,
            bytes: &self.bytes,
            original_length: self.original_length,
        }
    }
}

/// Reads all frames of a file; a last one that is cut in the file ends it.
pub(crate) fn read(path: &str) -> Result<Vec<Captured>, Box<dyn Error>> {
    let mut reader = ::capture_file::Reader::open(Path::new(path))?;
    let mut frames = Vec::new();
    while let Some(record) = reader.next()? {
        frames.push(Captured {
            time: record.time,
            link: record.link,
            bytes: record.bytes.to_vec(),
            original_length: record.original_length,
        });
    }
    Ok(frames)
}
