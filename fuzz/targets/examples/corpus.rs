//! Cuts captures and logs into inputs for every target:
//! `cargo run -p adjoin-fuzz-targets --example corpus -- FOLDER FILE..`.
//!
//! `FOLDER/any` gets each message that the engine shows and each of its fields, `FOLDER/TARGET` what only
//! that target reads. `cargo xtask fuzz --seeds` keeps of them what reaches new code.
#![allow(clippy::arithmetic_side_effects, reason = "a tool for developers; numbers of frames are small")]

use adjoin_fuzz_targets::{LINKS, MAX_FRAME};
use capture_file::Reader;
use join_engine::Engine;
use join_engine::show::Place;
use rpce_proto::{Body, Pdu};
use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Shorter octets say nothing that mutation doesn't find at once; longer ones slow every run.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=4096;
/// Octets of frames that make an input, and how many such inputs a capture gives.
const RUN: usize = 12_000;
const RUNS: usize = 8;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().ok_or("corpus FOLDER FILE..")?;
    let mut pool = Pool { folder, known: HashSet::new() };
    for file in arguments {
        let octets = fs::read(&file)?;
        if file.extension().is_some_and(|extension| extension == "log") {
            pool.add("netsetup_log", octets.get(..octets.len().min(8192)).unwrap_or_default())?;
        } else if let Err(error) = capture(&mut pool, &file, &octets) {
            eprintln!("{}: {error}", file.display());
        }
    }
    println!("{} inputs", pool.known.len());
    Ok(())
}

struct Pool {
    folder: PathBuf,
    known: HashSet<u64>,
}

impl Pool {
    fn add(&mut self, target: &str, octets: &[u8]) -> Result<(), std::io::Error> {
        let mut hasher = DefaultHasher::new();
        (target, octets).hash(&mut hasher);
        let name = hasher.finish();
        if self.known.insert(name) {
            let folder = self.folder.join(target);
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(format!("{name:016x}")), octets)?;
        }
        Ok(())
    }
}

fn capture(pool: &mut Pool, path: &Path, octets: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut frames = Vec::new();
    let mut reader = Reader::open(path)?;
    // A capture that ends in the middle of a packet is good for what comes before.
    while let Ok(Some(record)) = reader.next() {
        frames.push((record.time, record.link, record.bytes.to_vec()));
    }
    let mut engine = Engine::new();
    let number = |at: usize| u32::try_from(at + 1).unwrap_or(u32::MAX);
    for (at, (time, link, bytes)) in frames.iter().enumerate() {
        let original_length = u32::try_from(bytes.len())?;
        engine.feed(&adjoin_capture::Frame {
            number: number(at),
            time: *time,
            link: *link,
            bytes,
            original_length,
        });
    }
    engine.finish();
    let mut opnums = BTreeMap::new();
    for (at, (_, _, bytes)) in frames.iter().enumerate() {
        let Some(view) = engine.view(number(at), bytes) else { continue };
        for row in &view.rows {
            let shown = match row.place {
                Place::Frame(span) => bytes.get(span.range()),
                Place::Buffer(index, span) => {
                    view.buffers.get(usize::from(index)).and_then(|buffer| buffer.bytes.get(span.range()))
                }
                Place::Generated => None,
            };
            if let Some(shown) = shown.filter(|shown| LENGTHS.contains(&shown.len())) {
                pool.add("any", shown)?;
                stubs(pool, shown, &mut opnums)?;
            }
        }
    }
    pool.add("capture_file", octets.get(..octets.len().min(16_000)).unwrap_or_default())?;
    runs(pool, &frames)
}

/// The stubs of a PDU, with the octets that say how to read them.
fn stubs(pool: &mut Pool, octets: &[u8], opnums: &mut BTreeMap<u32, u8>) -> Result<(), Box<dyn Error>> {
    let Ok(pdu) = Pdu::parse(octets) else { return Ok(()) };
    let call = *pdu.header.call_id;
    let answer = match &pdu.body {
        Body::Request(request) => {
            opnums.insert(call, u8::try_from(*request.opnum).unwrap_or(u8::MAX));
            0
        }
        Body::Response(_) => 4,
        _ => return Ok(()),
    };
    let (Some(stub), Some(opnum)) = (pdu.stub(), opnums.get(&call)) else { return Ok(()) };
    for encoding in 0..2_u8 {
        pool.add("ept_map", &[&[encoding], stub.value].concat())?;
        for interface in 0..3_u8 {
            pool.add("join_call", &[&[encoding | answer | interface << 3, *opnum], stub.value].concat())?;
        }
    }
    Ok(())
}

type Kept = (i64, adjoin_capture::LinkType, Vec<u8>);

/// Frames one behind the other, as the targets that take frames spell them.
fn runs(pool: &mut Pool, frames: &[Kept]) -> Result<(), Box<dyn Error>> {
    let Some((mut before, link, _)) = frames.first().cloned() else { return Ok(()) };
    let Some(link) = LINKS.iter().position(|known| *known == link) else { return Ok(()) };
    let start = [u8::try_from(link)?, 0];
    let (mut input, mut made) = (start.to_vec(), 0);
    for (time, _, bytes) in frames.iter().filter(|(_, _, bytes)| bytes.len() <= MAX_FRAME) {
        let length = u16::try_from(bytes.len())?;
        let tenths = u8::try_from((time - before).max(0) / 100_000_000).unwrap_or(u8::MAX);
        before = *time;
        input.extend(length.to_le_bytes());
        input.push(tenths);
        input.extend(bytes);
        if input.len() > RUN {
            made += 1;
            for target in ["engine", "capture_frames"] {
                pool.add(target, &input)?;
            }
            input = start.to_vec();
        }
        if made == RUNS {
            return Ok(());
        }
    }
    for target in ["engine", "capture_frames"] {
        pool.add(target, &input)?;
    }
    Ok(())
}
