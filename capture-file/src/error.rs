//! What can be wrong with a file.

use std::fmt;
use std::io;

/// Why a file can't be read, or not any further. What was read before stays good.
#[derive(Debug)]
pub struct FileError {
    /// The file's name as it was given, or `standard input`.
    pub file: String,
    /// Octets of the file, uncompressed, before what is wrong.
    pub offset: u64,
    /// What is wrong.
    pub kind: FileErrorKind,
}

/// What is wrong with a file.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileErrorKind {
    /// The system can't open or read it, or its compressed data are damaged.
    Io(io::Error),
    /// It has no octets.
    Empty,
    /// It begins with these octets, which is neither pcap nor pcapng.
    NotACapture([u8; 4]),
    /// A capture of a format that isn't read here, by the name of that format.
    OtherFormat(&'static str),
    /// A field has a value that it can't have: what, and the value.
    Damaged(&'static str, u64),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, offset, kind } = self;
        match kind {
            FileErrorKind::Io(error) if *offset == 0 => write!(f, "{file}: {error}"),
            FileErrorKind::Io(error) => write!(f, "{file}: {error}, behind octet {offset}"),
            FileErrorKind::Empty => write!(f, "{file}: the file is empty"),
            FileErrorKind::NotACapture([a, b, c, d]) => {
                write!(f, "{file}: no pcap or pcapng file: it begins with {a:02x} {b:02x} {c:02x} {d:02x}")
            }
            FileErrorKind::OtherFormat(name) => {
                write!(f, "{file}: this is {name}; convert it to pcapng first")
            }
            FileErrorKind::Damaged(what, value) => {
                write!(f, "{file}: damaged at octet {offset}: {what} {value}")
            }
        }
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            FileErrorKind::Io(error) => Some(error),
            _ => None,
        }
    }
}
