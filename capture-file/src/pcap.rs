//! The pcap format: a header, then records with a header of 16 octets each.
//!
//! `draft-ietf-opsawg-pcap`; octets are in the order of the host that wrote them.

use adjoin_capture::LinkType;

use crate::error::FileErrorKind;
use crate::source::Source;

/// Octets of the file's header.
const FILE_HEADER: usize = 24;
/// Most octets of a packet; no program writes more for the link types that are read here.
pub(crate) const MAX_PACKET: usize = 16 << 20;

/// What the file's header says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pcap {
    big_endian: bool,
    /// Nanoseconds in a unit of the second time field.
    unit: i64,
    /// Octets of a record's header.
    record_header: usize,
    link: LinkType,
}

/// Where a packet lies in the source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet {
    pub(crate) time: i64,
    pub(crate) link: LinkType,
    /// Offset of its octets in what is unread, and their number.
    pub(crate) at: usize,
    pub(crate) captured: usize,
    pub(crate) original_length: u32,
    /// Offset and number of the octets of its options.
    pub(crate) options: (usize, usize),
    /// Octets of the whole record.
    pub(crate) len: usize,
}

#[inline]
pub(crate) fn u32_at(bytes: &[u8], at: usize, big_endian: bool) -> u32 {
    let four = bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
    if big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
}

#[inline]
pub(crate) fn u16_at(bytes: &[u8], at: usize, big_endian: bool) -> u16 {
    let two = bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
    if big_endian { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) }
}

impl Pcap {
    /// Reads the file's header; nothing if these octets begin no pcap file.
    pub(crate) fn begin(source: &mut Source) -> Result<Option<Self>, FileErrorKind> {
        let whole = source.need(FILE_HEADER).map_err(FileErrorKind::Io)?;
        let bytes = source.bytes();
        let (big_endian, unit, record_header) = match bytes.first_chunk() {
            Some([0xa1, 0xb2, 0xc3, 0xd4]) => (true, 1000, 16),
            Some([0xd4, 0xc3, 0xb2, 0xa1]) => (false, 1000, 16),
            Some([0xa1, 0xb2, 0x3c, 0x4d]) => (true, 1, 16),
            Some([0x4d, 0x3c, 0xb2, 0xa1]) => (false, 1, 16),
            // With interface index, protocol and packet type behind each record's header.
            Some([0xa1, 0xb2, 0xcd, 0x34]) => (true, 1000, 24),
            Some([0x34, 0xcd, 0xb2, 0xa1]) => (false, 1000, 24),
            _ => return Ok(None),
        };
        if !whole {
            return Err(FileErrorKind::Damaged(
                "the file ends in its header, octets left:",
                bytes.len() as u64,
            ));
        }
        // The upper half tells of frame check sequences.
        let network = u32_at(bytes, 20, big_endian) & 0xffff;
        let link = LinkType(u16::try_from(network).unwrap_or(u16::MAX));
        source.skip(FILE_HEADER).map_err(FileErrorKind::Io)?;
        Ok(Some(Self { big_endian, unit, record_header, link }))
    }

    /// The next packet; nothing at the end of the file.
    pub(crate) fn next(&self, source: &mut Source) -> Result<Option<Packet>, FileErrorKind> {
        if !source.need(self.record_header).map_err(FileErrorKind::Io)? {
            return Ok(None);
        }
        let field = |at| u32_at(source.bytes(), at, self.big_endian);
        let (seconds, fraction, captured, original_length) = (field(0), field(4), field(8), field(12));
        let len = usize::try_from(captured).ok().filter(|len| *len <= MAX_PACKET);
        let Some(captured) = len else {
            return Err(FileErrorKind::Damaged("a packet can't have this length:", captured.into()));
        };
        let len = self.record_header.saturating_add(captured);
        if !source.need(len).map_err(FileErrorKind::Io)? {
            return Ok(None);
        }
        let time = i64::from(seconds)
            .saturating_mul(1_000_000_000)
            .saturating_add(i64::from(fraction).saturating_mul(self.unit));
        Ok(Some(Packet {
            time,
            link: self.link,
            at: self.record_header,
            captured,
            original_length,
            options: (0, 0),
            len,
        }))
    }
}
