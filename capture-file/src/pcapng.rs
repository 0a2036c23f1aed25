//! The pcapng format: blocks, each with its type and its length before and behind it.
//!
//! `draft-ietf-opsawg-pcapng`. Octets are in the order that the section's header tells.

use adjoin_capture::LinkType;

use crate::error::FileErrorKind;
use crate::pcap::{MAX_PACKET, Packet, u16_at, u32_at};
use crate::record::{NO_PACKET, Options};
use crate::source::Source;

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
/// Obsolete form of a packet.
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;
/// Records that Wireshark counts as frames, though they are no packets: a journal entry, system calls.
const NO_PACKETS: [u32; 4] = [9, 0x204, 0x208, 0x216];

/// Most interfaces of one section.
const MAX_INTERFACES: usize = 4096;
/// Octets of a block besides its packet, at the most: options.
const MAX_OPTIONS: usize = 1 << 20;
/// Octets that every block has.
const FRAME: usize = 12;

/// An interface of the capturing host.
#[derive(Clone, Copy, Debug)]
struct Interface {
    link: LinkType,
    /// Most octets that are captured of a packet; 0 for all.
    snap_length: u32,
    /// Ticks of its clock in a second.
    ticks: u64,
    /// Seconds to be added to its times.
    offset: i64,
}

/// The state of a section.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pcapng {
    big_endian: bool,
    interfaces: Vec<Interface>,
    /// Time of the packet before.
    time: i64,
    /// Packets that the capturing hosts say they dropped.
    pub(crate) dropped: u64,
}

impl Pcapng {
    /// Whether these octets begin a pcapng file.
    pub(crate) fn begins(bytes: &[u8]) -> bool {
        bytes.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a])
    }

    pub(crate) const fn big_endian(&self) -> bool {
        self.big_endian
    }

    /// The next packet; nothing at the end of the file.
    pub(crate) fn next(&mut self, source: &mut Source) -> Result<Option<Packet>, FileErrorKind> {
        loop {
            if !source.need(FRAME).map_err(FileErrorKind::Io)? {
                return Ok(None);
            }
            let bytes = source.bytes();
            // The type of a section's header reads the same in both orders.
            if u32_at(bytes, 0, true) == SECTION {
                self.big_endian = match bytes.get(8..12) {
                    Some([0x1a, 0x2b, 0x3c, 0x4d]) => true,
                    Some([0x4d, 0x3c, 0x2b, 0x1a]) => false,
                    _ => {
                        let magic = u32_at(bytes, 8, true).into();
                        return Err(FileErrorKind::Damaged("no byte-order magic of a section:", magic));
                    }
                };
                self.interfaces.clear();
            }
            let kind = u32_at(bytes, 0, self.big_endian);
            let total = u32_at(bytes, 4, self.big_endian);
            let Some(len) = usize::try_from(total).ok().filter(|len| *len >= FRAME && *len % 4 == 0) else {
                return Err(FileErrorKind::Damaged("a block can't have this length:", total.into()));
            };
            // Nearly all of them are packets.
            if kind != ENHANCED_PACKET && NO_PACKETS.contains(&kind) {
                return Ok(Some(self.no_packet(len)));
            }
            if !matches!(kind, ENHANCED_PACKET | INTERFACE | OLD_PACKET | SIMPLE_PACKET | STATISTICS) {
                if !source.skip(len).map_err(FileErrorKind::Io)? {
                    return Ok(None);
                }
                continue;
            }
            if len > MAX_PACKET.saturating_add(MAX_OPTIONS) {
                return Err(FileErrorKind::Damaged(
                    "a block of a packet can't have this length:",
                    total.into(),
                ));
            }
            if !source.need(len).map_err(FileErrorKind::Io)? {
                return Ok(None);
            }
            let block = source.bytes().get(..len).unwrap_or_default();
            let again = u32_at(block, len.saturating_sub(4), self.big_endian);
            if again != total {
                return Err(FileErrorKind::Damaged(
                    "a block ends with another length than it begins with:",
                    again.into(),
                ));
            }
            let body = block.get(8..len.saturating_sub(4)).unwrap_or_default();
            let packet = match kind {
                INTERFACE => self.interface(body).map(|()| None)?,
                STATISTICS => {
                    self.statistics(body);
                    None
                }
                ENHANCED_PACKET => Some(self.packet(body, 20, u32_at(body, 0, self.big_endian))?),
                OLD_PACKET => Some(self.packet(body, 20, u16_at(body, 0, self.big_endian).into())?),
                _ => Some(self.simple(body)?),
            };
            match packet {
                Some(packet) => return Ok(Some(Packet { len, ..packet })),
                None => source.skip(len).map_err(FileErrorKind::Io)?,
            };
        }
    }

    fn interface(&mut self, body: &[u8]) -> Result<(), FileErrorKind> {
        if body.len() < 8 {
            return Err(FileErrorKind::Damaged("an interface is too short, octets:", body.len() as u64));
        }
        if self.interfaces.len() >= MAX_INTERFACES {
            return Err(FileErrorKind::Damaged("too many interfaces, more than", MAX_INTERFACES as u64));
        }
        let mut interface = Interface {
            link: LinkType(u16_at(body, 0, self.big_endian)),
            snap_length: u32_at(body, 4, self.big_endian),
            ticks: 1_000_000,
            offset: 0,
        };
        let options = Options { bytes: body.get(8..).unwrap_or_default(), big_endian: self.big_endian };
        for (code, value) in options {
            match (code, value) {
                // if_tsresol: a power of 2 or of 10.
                (9, [resolution, ..]) => {
                    let base: u64 = if resolution & 0x80 == 0 { 10 } else { 2 };
                    let ticks = base.checked_pow(u32::from(resolution & 0x7f));
                    interface.ticks = ticks.unwrap_or(u64::MAX);
                }
                // if_tsoffset
                (14, &[a, b, c, d, e, f, g, h]) => {
                    let eight = [a, b, c, d, e, f, g, h];
                    interface.offset =
                        if self.big_endian { i64::from_be_bytes(eight) } else { i64::from_le_bytes(eight) };
                }
                _ => {}
            }
        }
        self.interfaces.push(interface);
        Ok(())
    }

    /// Counts what the capturing host dropped: isb_ifdrop and isb_osdrop are totals.
    fn statistics(&mut self, body: &[u8]) {
        let options = Options { bytes: body.get(12..).unwrap_or_default(), big_endian: self.big_endian };
        let mut dropped = 0_u64;
        for (code, value) in options {
            if let (5 | 7, &[a, b, c, d, e, f, g, h]) = (code, value) {
                let eight = [a, b, c, d, e, f, g, h];
                let count =
                    if self.big_endian { u64::from_be_bytes(eight) } else { u64::from_le_bytes(eight) };
                dropped = dropped.saturating_add(count);
            }
        }
        self.dropped = self.dropped.max(dropped);
    }

    /// A packet with a header of `header` octets in `body`.
    fn packet(&mut self, body: &[u8], header: usize, interface: u32) -> Result<Packet, FileErrorKind> {
        if body.len() < header {
            return Err(FileErrorKind::Damaged("a packet's block is too short, octets:", body.len() as u64));
        }
        let index = usize::try_from(interface).unwrap_or(usize::MAX);
        let Some(known) = self.interfaces.get(index) else {
            return Err(FileErrorKind::Damaged(
                "a packet of an interface that isn't there:",
                interface.into(),
            ));
        };
        let field = |at| u32_at(body, at, self.big_endian);
        let ticks = u64::from(field(4)) << 32 | u64::from(field(8));
        let (captured, original_length) = (field(12), field(16));
        let captured = captured_of(captured, body.len().saturating_sub(header))?;
        self.time = known.nanoseconds(ticks);
        let behind = header.saturating_add(captured.next_multiple_of(4));
        Ok(Packet {
            time: self.time,
            link: known.link,
            at: header.saturating_add(8),
            captured,
            original_length,
            options: (behind.saturating_add(8), body.len().saturating_sub(behind)),
            len: 0,
        })
    }

    /// A packet without a time, of the first interface.
    fn simple(&self, body: &[u8]) -> Result<Packet, FileErrorKind> {
        let Some(known) = self.interfaces.first() else {
            return Err(FileErrorKind::Damaged("a packet of an interface that isn't there:", 0));
        };
        let original_length = u32_at(body, 0, self.big_endian);
        let room = body.len().saturating_sub(4);
        let limit = if known.snap_length == 0 { u32::MAX } else { known.snap_length };
        let captured = captured_of(original_length.min(limit), usize::MAX)?.min(room);
        Ok(Packet {
            time: self.time,
            link: known.link,
            at: 12,
            captured,
            original_length,
            options: (0, 0),
            len: 0,
        })
    }

    /// A record that has a number and no packet; its octets are passed over.
    const fn no_packet(&self, len: usize) -> Packet {
        Packet {
            time: self.time,
            link: NO_PACKET,
            at: 0,
            captured: 0,
            original_length: 0,
            options: (0, 0),
            len,
        }
    }
}

fn captured_of(captured: u32, room: usize) -> Result<usize, FileErrorKind> {
    usize::try_from(captured)
        .ok()
        .filter(|len| *len <= room.min(MAX_PACKET))
        .ok_or(FileErrorKind::Damaged("a packet can't have this length:", captured.into()))
}

impl Interface {
    /// Times that don't fit (before 1677 and after 2262) are the nearest that do.
    fn nanoseconds(&self, ticks: u64) -> i64 {
        let fits = |time: i128| {
            let time = time.saturating_add(i128::from(self.offset).saturating_mul(1_000_000_000));
            i64::try_from(time).unwrap_or(if time < 0 { i64::MIN } else { i64::MAX })
        };
        match self.ticks {
            1_000_000_000 => fits(ticks.into()),
            1_000_000 => fits(i128::from(ticks).saturating_mul(1000)),
            0 => 0,
            per_second => {
                let nanoseconds = i128::from(ticks).saturating_mul(1_000_000_000);
                fits(nanoseconds.checked_div(per_second.into()).unwrap_or(0))
            }
        }
    }
}
