//! Reads a pcap or pcapng file into memory, for tests and examples.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "times of a capture file fit; not a parser of the product"
)]

use std::error::Error;

use adjoin_capture::{Frame, LinkType};
use pcap_parser::{Block, PcapBlockOwned, PcapError};

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
    let mut reader = pcap_parser::create_reader(1 << 20, std::fs::File::open(path)?)
        .map_err(|error| format!("{path}: {error:?}"))?;
    let mut frames = Vec::new();
    let mut legacy = (LinkType::ETHERNET, 1_000);
    let mut links = Vec::new();
    loop {
        match reader.next() {
            Ok((offset, block)) => {
                match block {
                    PcapBlockOwned::LegacyHeader(header) => {
                        legacy.0 = LinkType(u16::try_from(header.network.0)?);
                        legacy.1 = if header.is_nanosecond_precision() { 1 } else { 1_000 };
                    }
                    PcapBlockOwned::Legacy(packet) => frames.push(Captured {
                        time: i64::from(packet.ts_sec) * 1_000_000_000 + i64::from(packet.ts_usec) * legacy.1,
                        link: legacy.0,
                        bytes: packet.data.to_vec(),
                        original_length: packet.origlen,
                    }),
                    PcapBlockOwned::NG(Block::SectionHeader(_)) => links.clear(),
                    PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
                        let per_second = interface.ts_resolution().unwrap_or(1_000_000);
                        links.push((LinkType(u16::try_from(interface.linktype.0)?), per_second));
                    }
                    PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                        let interface = usize::try_from(packet.if_id)?;
                        let (link, per_second) = *links.get(interface).ok_or("a packet of no interface")?;
                        let ticks = u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low);
                        let time = i128::from(ticks) * 1_000_000_000 / i128::from(per_second);
                        let captured = usize::try_from(packet.caplen)?;
                        frames.push(Captured {
                            time: i64::try_from(time)?,
                            link,
                            bytes: packet.data.get(..captured).unwrap_or(packet.data).to_vec(),
                            original_length: packet.origlen,
                        });
                    }
                    PcapBlockOwned::NG(_) => {}
                }
                reader.consume(offset);
            }
            Err(PcapError::Eof | PcapError::UnexpectedEof) => return Ok(frames),
            Err(PcapError::Incomplete(_)) => {
                reader.refill().map_err(|error| format!("{path}: {error:?}"))?;
            }
            Err(error) => return Err(format!("{path}: {error:?}").into()),
        }
    }
}
