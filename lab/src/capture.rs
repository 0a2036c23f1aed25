//! What `dumpcap` sees at a host's interface.

use crate::host::{Host, PORT, Process, Program};
use capture_file::{Reader, Writer};
use std::fs::{self, File};
use std::io::{BufWriter, Error, Result, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// How much is kept of what passes, and how it looks in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Octets kept of each frame; all without a value.
    pub snaplen: Option<u32>,
    /// A VLAN tag with this id is put into each frame afterwards, as on a trunk port. Kernels may lack VLANs.
    pub vlan: Option<u16>,
}

/// A capture that runs.
#[derive(Debug)]
pub struct Capture {
    dumpcap: Process,
    file: PathBuf,
    options: Options,
}

/// How long `dumpcap` may take to begin, and to end.
const LIMIT: Duration = Duration::from_secs(15);

impl Capture {
    /// Begins to record what passes the interface of `host` in `file`, and returns when it has begun.
    ///
    /// # Errors
    /// When `dumpcap` can't capture.
    pub fn start(host: &Host, file: &Path, options: Options) -> Result<Self> {
        let path = file.display().to_string();
        let mut program = Program::new(["dumpcap", "-q", "-i", PORT, "-w", &path]);
        if let Some(length) = options.snaplen {
            program.argv.extend(["-s".to_owned(), length.to_string()]);
        }
        let log = file.with_extension("dumpcap");
        let mut dumpcap = host.start_outside(&program, &log)?;
        let until = Instant::now() + LIMIT;
        loop {
            let said = fs::read_to_string(&log)?;
            // It names the file when the interface is open.
            if said.contains("File: ") {
                break;
            }
            if dumpcap.try_wait()?.is_some() || Instant::now() > until {
                return Err(Error::other(format!("dumpcap on {}: {}", host.name(), said.trim())));
            }
            thread::sleep(Duration::from_millis(10));
        }
        fs::remove_file(log)?;
        Ok(Self { dumpcap, file: file.to_path_buf(), options })
    }

    /// Ends the recording and counts its packets.
    ///
    /// # Errors
    /// When the file isn't whole.
    pub fn stop(self) -> Result<u64> {
        // What just arrived is still on its way to the file.
        thread::sleep(Duration::from_millis(300));
        if self.dumpcap.stop(LIMIT).is_none() {
            return Err(Error::other(format!("{}: dumpcap doesn't end", self.file.display())));
        }
        if let Some(id) = self.options.vlan {
            let plain = self.file.with_extension("plain");
            fs::rename(&self.file, &plain)?;
            tag(&plain, &self.file, id)?;
            fs::remove_file(plain)?;
        }
        count(&self.file)
    }
}

fn count(file: &Path) -> Result<u64> {
    let mut reader = Reader::open(file).map_err(Error::other)?;
    let mut packets = 0;
    while reader.next().map_err(Error::other)?.is_some() {
        packets += 1;
    }
    Ok(packets)
}

/// Copies a capture of Ethernet frames with an 802.1Q tag in each.
fn tag(from: &Path, to: &Path, id: u16) -> Result<()> {
    let mut reader = Reader::open(from).map_err(Error::other)?;
    let mut writer = Writer::new(BufWriter::new(File::create(to)?), "adjoin-lab")?;
    while let Some(record) = reader.next().map_err(Error::other)? {
        let frame = tagged(record.bytes, id);
        writer.packet(record.link, record.time, &frame, record.original_length.saturating_add(4), &[])?;
    }
    writer.finish()?.flush()
}

/// The frame with a tag behind its two addresses; one that is cut before that stays as it is.
fn tagged(frame: &[u8], id: u16) -> Vec<u8> {
    const ADDRESSES: usize = 12;
    let Some((addresses, rest)) = frame.split_at_checked(ADDRESSES) else { return frame.to_vec() };
    let [high, low] = (id & 0x0fff).to_be_bytes();
    [addresses, &[0x81, 0x00, high, low], rest].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_stands_before_the_type() {
        let frame = [&[1; 12][..], &[8, 0, 0x45]].concat();
        assert_eq!(tagged(&frame, 100)[10..], [1, 1, 0x81, 0, 0, 100, 8, 0, 0x45]);
        assert_eq!(tagged(&frame[..5], 100), frame[..5]);
    }
}
