//! Writes pcapng.

use std::io::{self, Write};

use adjoin_capture::LinkType;

use crate::record::{OPT_COMMENT, Options, Record};

/// Most octets of a comment: its length is a number of 16 bits, and Wireshark shows no more anyway.
const MAX_COMMENT: usize = 60_000;

/// A pcapng file of one section, little-endian, with times in nanoseconds. An interface is written for
/// each link type when its first packet comes.
#[derive(Debug)]
pub struct Writer<W> {
    write: W,
    interfaces: Vec<LinkType>,
    block: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins the file; `program` is the name of the program that writes it.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn new(write: W, program: &str) -> io::Result<Self> {
        let mut writer = Self { write, interfaces: Vec::new(), block: Vec::new() };
        // Version 1.0, section of unknown length.
        let mut body = vec![0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0];
        body.extend([0xff; 8]);
        const USER_APPLICATION: u16 = 4;
        option(&mut body, USER_APPLICATION, program.as_bytes());
        end_options(&mut body);
        writer.block(0x0a0d_0d0a, &body)?;
        Ok(writer)
    }

    /// Writes a packet: its time in nanoseconds since 1970 (those before are written as 1970), its octets,
    /// its length on the wire, and comments that any Wireshark shows.
    ///
    /// # Errors
    /// Those of the file written to.
    pub fn packet(
        &mut self,
        link: LinkType,
        time: i64,
        bytes: &[u8],
        original_length: u32,
        comments: &[&str],
    ) -> io::Result<()> {
        self.write(link, time, bytes, original_length, Options::default(), comments)
    }

    /// Writes a record again with all that is said of it, and with more comments behind its own. Options
    /// that this crate doesn't know are left out when they come in the other byte order.
    ///
    /// # Errors
    /// Those of the file written to.
    pub fn record(&mut self, record: &Record<'_>, comments: &[&str]) -> io::Result<()> {
        let Record { time, link, bytes, original_length, options } = *record;
        self.write(link, time, bytes, original_length, options, comments)
    }

    fn write(
        &mut self,
        link: LinkType,
        time: i64,
        bytes: &[u8],
        original_length: u32,
        options: Options<'_>,
        comments: &[&str],
    ) -> io::Result<()> {
        let interface = self.interface(link)?;
        let captured = u32::try_from(bytes.len())
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a packet of more than 4 GiB"))?;
        let time = u64::try_from(time).unwrap_or(0);
        let [h0, h1, h2, h3, l0, l1, l2, l3] = time.to_be_bytes();
        let mut body = std::mem::take(&mut self.block);
        body.clear();
        body.extend(interface.to_le_bytes());
        body.extend([h3, h2, h1, h0, l3, l2, l1, l0]);
        body.extend(captured.to_le_bytes());
        body.extend(original_length.max(captured).to_le_bytes());
        body.extend(bytes);
        pad(&mut body);
        let before = body.len();
        for (code, value) in options {
            copy(&mut body, code, value, options.big_endian);
        }
        for comment in comments {
            let mut end = comment.len().min(MAX_COMMENT);
            while !comment.is_char_boundary(end) {
                end = end.saturating_sub(1);
            }
            option(&mut body, OPT_COMMENT, comment.as_bytes().get(..end).unwrap_or_default());
        }
        if body.len() > before {
            end_options(&mut body);
        }
        let written = self.block(6, &body);
        self.block = body;
        written
    }

    /// Ends the file and gives back what it was written to.
    ///
    /// # Errors
    /// Those of flushing it.
    pub fn finish(mut self) -> io::Result<W> {
        self.write.flush()?;
        Ok(self.write)
    }

    fn interface(&mut self, link: LinkType) -> io::Result<u32> {
        let known = self.interfaces.iter().position(|known| *known == link);
        let index = match known {
            Some(index) => index,
            None => {
                let mut body = link.0.to_le_bytes().to_vec();
                // Reserved; no limit on the length of packets.
                body.extend([0; 6]);
                const TIME_RESOLUTION: u16 = 9;
                option(&mut body, TIME_RESOLUTION, &[9]);
                end_options(&mut body);
                self.block(1, &body)?;
                self.interfaces.push(link);
                self.interfaces.len().saturating_sub(1)
            }
        };
        u32::try_from(index).map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "too many interfaces"))
    }

    fn block(&mut self, kind: u32, body: &[u8]) -> io::Result<()> {
        let total = u32::try_from(body.len().saturating_add(12))
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a block of more than 4 GiB"))?;
        self.write.write_all(&kind.to_le_bytes())?;
        self.write.write_all(&total.to_le_bytes())?;
        self.write.write_all(body)?;
        self.write.write_all(&total.to_le_bytes())
    }
}

fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}

fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    body.extend(code.to_le_bytes());
    body.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_le_bytes());
    body.extend(value);
    pad(body);
}

/// An option of a packet as it is written here, little-endian.
fn copy(body: &mut Vec<u8>, code: u16, value: &[u8], big_endian: bool) {
    // Flags, dropped packets, the packet's id, its queue: each is one number.
    const NUMBERS: [u16; 4] = [2, 4, 5, 6];
    const HASH: u16 = 3;
    if big_endian && NUMBERS.contains(&code) {
        let turned: Vec<u8> = value.iter().rev().copied().collect();
        option(body, code, &turned);
    } else if !big_endian || matches!(code, OPT_COMMENT | HASH) {
        option(body, code, value);
    }
}

fn end_options(body: &mut Vec<u8>) {
    body.extend([0; 4]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_turned_into_this_byte_order() {
        let mut body = Vec::new();
        copy(&mut body, 2, &[0, 0, 0, 1], true);
        copy(&mut body, OPT_COMMENT, b"abcd", true);
        copy(&mut body, 2988, b"unkn", true);
        copy(&mut body, 2988, b"unkn", false);
        let all: Vec<_> = Options { bytes: &body, big_endian: false }.collect();
        assert_eq!(all, [(2, &[1, 0, 0, 0][..]), (OPT_COMMENT, b"abcd"), (2988, b"unkn")]);
    }
}
