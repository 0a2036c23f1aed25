//! Reads pcap and pcapng files for the tests.

use pcap_parser::{Block, PcapBlockOwned, PcapError, create_reader};
use std::fs::File;
use std::path::{Path, PathBuf};

use adjoin_capture::{Frame, LinkType};

pub struct Record {
    pub time: i64,
    pub link: LinkType,
    pub bytes: Vec<u8>,
    pub original_length: u32,
}

impl Record {
    pub fn frame(&self, index: usize) -> Frame<'_> {
        Frame {
            number: u32::try_from(index).unwrap() + 1,
            time: self.time,
            link: self.link,
            bytes: &self.bytes,
            original_length: self.original_length,
        }
    }
}

pub fn read(path: &Path) -> Vec<Record> {
    let mut reader = create_reader(1 << 20, File::open(path).unwrap()).unwrap();
    let mut records = Vec::new();
    // Link type, time stamps per second, offset in seconds.
    let mut interfaces: Vec<(LinkType, u64, i64)> = Vec::new();
    let link_type = |number: i32| LinkType(u16::try_from(number).unwrap());
    loop {
        match reader.next() {
            Ok((used, block)) => {
                match block {
                    PcapBlockOwned::LegacyHeader(header) => {
                        let per_second =
                            if header.is_nanosecond_precision() { 1_000_000_000 } else { 1_000_000 };
                        interfaces = vec![(link_type(header.network.0), per_second, 0)];
                    }
                    PcapBlockOwned::Legacy(block) => {
                        let (link, per_second, _) = interfaces[0];
                        let nanoseconds = u64::from(block.ts_usec) * (1_000_000_000 / per_second);
                        records.push(Record {
                            time: i64::from(block.ts_sec) * 1_000_000_000
                                + i64::try_from(nanoseconds).unwrap(),
                            link,
                            bytes: block.data[..block.caplen as usize].to_vec(),
                            original_length: block.origlen,
                        });
                    }
                    PcapBlockOwned::NG(Block::SectionHeader(_)) => interfaces.clear(),
                    PcapBlockOwned::NG(Block::InterfaceDescription(block)) => {
                        interfaces.push((
                            link_type(block.linktype.0),
                            block.ts_resolution().unwrap_or(1_000_000),
                            block.if_tsoffset,
                        ));
                    }
                    PcapBlockOwned::NG(Block::EnhancedPacket(block)) => {
                        let (link, per_second, offset) = interfaces[block.if_id as usize];
                        let ticks = u128::from(block.ts_high) << 32 | u128::from(block.ts_low);
                        let time = ticks * 1_000_000_000 / u128::from(per_second);
                        records.push(Record {
                            time: i64::try_from(time).unwrap() + offset * 1_000_000_000,
                            link,
                            bytes: block.data[..block.caplen as usize].to_vec(),
                            original_length: block.origlen,
                        });
                    }
                    PcapBlockOwned::NG(Block::SimplePacket(block)) => records.push(Record {
                        time: 0,
                        link: interfaces[0].0,
                        bytes: block.data.to_vec(),
                        original_length: block.origlen,
                    }),
                    PcapBlockOwned::NG(_) => {}
                }
                reader.consume(used);
            }
            Err(PcapError::Eof) => return records,
            Err(PcapError::Incomplete(_)) => {
                if reader.refill().is_err() || reader.reader_exhausted() && reader.data().is_empty() {
                    return records;
                }
            }
            // A file that breaks off: what was read stands.
            Err(_) => return records,
        }
    }
}

/// The capture files beside the repository, if they are there.
pub fn captures() -> Vec<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/captures");
    let mut paths = Vec::new();
    for folder in ["dev", "lab/dev"] {
        let Ok(entries) = std::fs::read_dir(shared.join(folder)) else { continue };
        paths.extend(entries.flatten().map(|entry| entry.path()).filter(|path| {
            path.extension().is_some_and(|extension| extension == "pcap" || extension == "pcapng")
        }));
    }
    paths.sort();
    if paths.is_empty() {
        println!("skipped: ../shared is not here");
    }
    paths
}
