//! Prints what the engine says of each frame of a pcap or pcapng file.
//!
//! `cargo run -p join-engine --example print_capture -- samples/FILE [--rows]`

#![allow(clippy::arithmetic_side_effects, reason = "times of a capture file fit; an example, not a parser")]

use std::error::Error;

use adjoin_capture::{Frame, LinkType};
use join_engine::Engine;
use join_engine::catalogue;
use join_engine::show::{Value, What, fields};
use pcap_parser::{Block, PcapBlockOwned, PcapError};

struct Captured {
    time: i64,
    link: LinkType,
    bytes: Vec<u8>,
    original_length: u32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which capture file?")?;
    let all_rows = arguments.next().is_some();
    let frames = read(&path)?;

    let mut engine = Engine::new();
    for (number, frame) in (1..).zip(&frames) {
        engine.feed(&Frame {
            number,
            time: frame.time,
            link: frame.link,
            bytes: &frame.bytes,
            original_length: frame.original_length,
        });
    }
    engine.finish();

    let fields: Vec<_> = fields().collect();
    for (number, frame) in (1..).zip(&frames) {
        let Some(view) = engine.view(number, &frame.bytes) else { continue };
        println!("frame {number}");
        for row in view.rows {
            let indent = "  ".repeat(usize::from(row.depth) + 1);
            match row.what {
                What::Field { id, value, text } => {
                    let Some(field) = fields.get(usize::from(id.0)) else { continue };
                    if all_rows || field.filter == "adjoin.summary" || field.filter == "adjoin.phase" {
                        let value = text.unwrap_or_else(|| match value {
                            Value::Text(text) => text,
                            other => format!("{other:?}"),
                        });
                        println!("{indent}{}: {value}   [{:?}]", field.filter, row.place);
                    }
                }
                What::Finding { id, text } => {
                    if let Some(finding) = catalogue::finding(id) {
                        println!("{indent}{} {}: {text}", finding.severity.as_str(), finding.id);
                    }
                }
            }
        }
    }
    Ok(())
}

/// Reads all frames of a file.
fn read(path: &str) -> Result<Vec<Captured>, Box<dyn Error>> {
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
            Err(PcapError::Eof) => return Ok(frames),
            Err(PcapError::Incomplete(_)) => {
                reader.refill().map_err(|error| format!("{path}: {error:?}"))?;
            }
            Err(error) => return Err(format!("{path}: {error:?}").into()),
        }
    }
}
