//! One record of a capture file.

use std::borrow::Cow;

use adjoin_capture::{Frame, LinkType};

/// One record, which Wireshark shows as one numbered frame.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// When it was captured: nanoseconds since 1970-01-01 00:00 UTC. A record that has no time (a Simple
    /// Packet Block) has that of the one before it.
    pub time: i64,
    /// What `bytes` begins with; [`NO_PACKET`] for records that are no packets.
    pub link: LinkType,
    /// The captured octets.
    pub bytes: &'a [u8],
    /// Length on the wire in octets.
    pub original_length: u32,
    pub(crate) options: Options<'a>,
}

/// The link type of records that have a frame number and are no packet: journal entries and system calls. See
/// [`Record::is_packet`].
pub const NO_PACKET: LinkType = LinkType(u16::MAX);

impl<'a> Record<'a> {
    /// The record as the pipeline takes it.
    #[must_use]
    pub const fn frame(&self, number: u32) -> Frame<'a> {
        Frame {
            number,
            time: self.time,
            link: self.link,
            bytes: self.bytes,
            original_length: self.original_length,
        }
    }

    /// It is a packet. Only packets have a length; a file may give them any link type.
    #[must_use]
    pub fn is_packet(&self) -> bool {
        self.link != NO_PACKET || self.original_length != 0 || !self.bytes.is_empty()
    }

    /// Its comments (pcapng option `opt_comment`), in the order of the file.
    pub fn comments(&self) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        let comments = self.options.filter(|(code, _)| *code == OPT_COMMENT);
        comments.map(|(_, value)| String::from_utf8_lossy(value))
    }

    /// The process that sent or received the packet, where `etl2pcapng` has put that into a comment:
    /// `PID=672 ProcessName=lsass.exe`.
    #[must_use]
    pub fn process(&self) -> Option<Process> {
        self.comments().find_map(|comment| Process::read(&comment))
    }
}

/// A process of the capturing host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub id: u32,
    /// The name of its program; empty where the comment has none.
    pub name: String,
}

impl Process {
    fn read(comment: &str) -> Option<Self> {
        let value =
            |key: &str| comment.split([' ', ',', ';', '\n', '\r']).find_map(|word| word.strip_prefix(key));
        let id = value("PID=")?.parse().ok()?;
        Some(Self { id, name: value("ProcessName=").unwrap_or_default().to_owned() })
    }
}

pub(crate) const OPT_COMMENT: u16 = 1;

/// Options of a pcapng block: codes and values, until one is cut or `opt_endofopt` comes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) big_endian: bool,
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (head, rest) = self.bytes.split_first_chunk::<4>()?;
        let [a, b, c, d] = *head;
        let number = if self.big_endian { u16::from_be_bytes } else { u16::from_le_bytes };
        let (code, length) = (number([a, b]), usize::from(number([c, d])));
        let value = rest.get(..length).filter(|_| code != 0);
        // Padding to four octets may be missing at the very end.
        let padded = length.next_multiple_of(4);
        self.bytes = if value.is_some() { rest.get(padded..).unwrap_or_default() } else { &[] };
        Some((code, value?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_end_where_they_are_cut() {
        let bytes = [0, 1, 0, 3, b'a', b'b', b'c', 0, 0, 2, 0, 0, 0, 9, 0, 8, 1, 2];
        let options = Options { bytes: &bytes, big_endian: true };
        assert_eq!(options.collect::<Vec<_>>(), [(1, &b"abc"[..]), (2, &[])]);
        let ended = Options { bytes: &[0, 0, 0, 0, 1, 0, 1, 0, b'x'], big_endian: false };
        assert_eq!(ended.count(), 0);
    }

    #[test]
    fn processes_are_read_from_comments() {
        let read = |text| Process::read(text).map(|process| (process.id, process.name));
        assert_eq!(read("PID=672 ProcessName=lsass.exe Direction=Tx"), Some((672, "lsass.exe".to_owned())));
        assert_eq!(read("PID=4"), Some((4, String::new())));
        assert_eq!(read("PID= none"), None);
        assert_eq!(read("a comment"), None);
    }
}
