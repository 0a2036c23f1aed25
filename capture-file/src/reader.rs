//! Reads one capture file, record after record.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::compression;
use crate::error::{FileError, FileErrorKind};
use crate::pcap::{Packet, Pcap};
use crate::pcapng::Pcapng;
use crate::record::{Options, Record};
use crate::source::Source;

/// A capture file: pcap or pcapng, in either byte order, compressed or not.
///
/// Memory is bounded: a buffer of 256 KiB that grows to the largest packet, 17 MiB at the most, and what
/// a decompressor needs.
pub struct Reader {
    name: String,
    source: Source,
    format: Format,
    /// The record that was looked at and not given yet; its octets are in the source.
    ahead: Option<Packet>,
    /// Octets of the record that was given last.
    taken: usize,
    truncated: bool,
    ended: bool,
}

enum Format {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("name", &self.name).field("offset", &self.source.offset()).finish()
    }
}

impl Reader {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    /// When it can't be opened, is empty, or isn't a capture.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        if path.as_os_str() == "-" {
            return Self::new(Box::new(io::stdin().lock()), "standard input");
        }
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => Self::new(Box::new(file), name),
            Err(error) => Err(FileError { file: name, offset: 0, kind: FileErrorKind::Io(error) }),
        }
    }

    /// Begins to read; `name` is for error messages.
    ///
    /// # Errors
    /// When the first octets can't be read or begin no capture.
    pub fn new(read: Box<dyn Read>, name: impl Into<String>) -> Result<Self, FileError> {
        let name = name.into();
        let failed = |kind| FileError { file: name.clone(), offset: 0, kind };
        let mut source =
            Source::new(compression::open(read).map_err(|error| failed(FileErrorKind::Io(error)))?);
        let format = begin(&mut source).map_err(failed)?;
        Ok(Self { name, source, format, ahead: None, taken: 0, truncated: false, ended: false })
    }

    /// The next record; nothing at the end of the file, and after an error.
    ///
    /// # Errors
    /// When the file is damaged here. A record that is cut by the end of the file is none: see
    /// [`truncated`](Self::truncated).
    #[allow(clippy::should_implement_trait, reason = "a record borrows from the reader")]
    pub fn next(&mut self) -> Result<Option<Record<'_>>, FileError> {
        if self.ahead.is_none() && self.ahead()?.is_none() {
            return Ok(None);
        }
        let Some(found) = self.ahead.take() else { return Ok(None) };
        self.taken = found.len;
        let bytes = self.source.bytes();
        let part = |at: usize, len: usize| bytes.get(at..at.saturating_add(len)).unwrap_or_default();
        let big_endian = match &self.format {
            Format::Pcap(_) => false,
            Format::Pcapng(section) => section.big_endian(),
        };
        Ok(Some(Record {
            time: found.time,
            link: found.link,
            bytes: part(found.at, found.captured),
            original_length: found.original_length,
            options: Options { bytes: part(found.options.0, found.options.1), big_endian },
        }))
    }

    /// When the next record was captured; nothing at the end of the file.
    ///
    /// # Errors
    /// As for [`next`](Self::next).
    #[inline]
    pub fn ahead(&mut self) -> Result<Option<i64>, FileError> {
        if self.ahead.is_none() && !self.ended {
            self.look()?;
        }
        Ok(self.ahead.as_ref().map(|packet| packet.time))
    }

    fn look(&mut self) -> Result<(), FileError> {
        match self.advance() {
            Ok(Some(packet)) => self.ahead = Some(packet),
            Ok(None) => {
                self.ended = true;
                self.truncated |= self.source.cut || !self.source.bytes().is_empty();
            }
            Err(kind) => {
                self.ended = true;
                return Err(FileError { file: self.name.clone(), offset: self.source.offset(), kind });
            }
        }
        Ok(())
    }

    fn advance(&mut self) -> Result<Option<Packet>, FileErrorKind> {
        let taken = std::mem::take(&mut self.taken);
        if !self.source.skip(taken).map_err(FileErrorKind::Io)? {
            self.truncated = true;
            return Ok(None);
        }
        match &mut self.format {
            Format::Pcap(file) => file.next(&mut self.source),
            Format::Pcapng(section) => section.next(&mut self.source),
        }
    }

    /// The name that the file was opened with.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Octets, uncompressed, before what will be read next.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.source.offset()
    }

    /// The file ended in the middle of a record: the capturing program was killed, or it still writes.
    #[must_use]
    pub const fn truncated(&self) -> bool {
        self.truncated
    }

    /// Packets that the capturing host dropped, as far as the file says.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        match &self.format {
            Format::Pcap(_) => 0,
            Format::Pcapng(section) => section.dropped,
        }
    }
}

fn begin(source: &mut Source) -> Result<Format, FileErrorKind> {
    source.need(16).map_err(FileErrorKind::Io)?;
    let bytes = source.bytes();
    let Some(first) = bytes.first_chunk::<4>().copied() else {
        return Err(match bytes {
            [] => FileErrorKind::Empty,
            _ => FileErrorKind::Damaged("the file ends in its header, octets left:", bytes.len() as u64),
        });
    };
    if Pcapng::begins(bytes) {
        return Ok(Format::Pcapng(Pcapng::default()));
    }
    if let Some(other) = other_format(bytes) {
        return Err(FileErrorKind::OtherFormat(other));
    }
    match Pcap::begin(source)? {
        Some(file) => Ok(Format::Pcap(file)),
        None => Err(FileErrorKind::NotACapture(first)),
    }
}

/// Captures of other programs that people have.
fn other_format(bytes: &[u8]) -> Option<&'static str> {
    const ETL: &[u8] = &[0, 0, 0, 0];
    match bytes {
        [b'G', b'M', b'B', b'U', ..] => Some("a capture of Microsoft Network Monitor"),
        [b'R', b'T', b'S', b'S', ..] => Some("a capture of Microsoft Network Monitor 1"),
        [b's', b'n', b'o', b'o', b'p', 0, ..] => Some("a snoop capture"),
        // A buffer of 64 KiB, its saved offset, and zeros: an event trace of netsh or pktmon.
        [0, 0, 1, 0, _, _, _, _, rest @ ..] if rest.starts_with(ETL) => {
            Some("a Windows event trace (etl2pcapng or `pktmon etl2pcap` reads it)")
        }
        [b'P', b'K', 3, 4, ..] => Some("a zip archive"),
        _ => None,
    }
}
