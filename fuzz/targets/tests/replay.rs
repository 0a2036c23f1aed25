//! Replays the seeds of every fuzz target: whole, cut at every octet, and mutated.
//!
//! The mutations are the same in every run: 100,000 for each target, and fewer for one that feeds the engine
//! with a whole capture each time.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking; the numbers are small"
)]

use adjoin_fuzz_targets::{TARGETS, Target};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

fn mutations(target: &str) -> u32 {
    if target == "engine_mutated" { 1_000 } else { 100_000 }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds").join(name)
}

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<_> = std::fs::read_dir(folder(name))
        .unwrap_or_else(|e| panic!("fuzz/seeds/{name}: {e}"))
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "fuzz/seeds/{name} is empty");
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Runs a target; when it panics, tells with which octets.
fn run(target: &Target, how: &str, bytes: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target.1(bytes))) {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        eprintln!("{} panics on {how}, {} octets: {hex}", target.0, bytes.len());
        resume_unwind(panic);
    }
}

/// Xorshift with 64 bits: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.next() % limit as u64) as usize }
    }
}

/// Changes a seed in one to four ways.
fn mutate(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        match random.below(10) {
            _ if bytes.is_empty() => bytes.push(random.next() as u8),
            0 | 1 => bytes[at] ^= 1 << random.below(8),
            2 => bytes[at] = random.next() as u8,
            3 => bytes.truncate(at),
            4 => {
                // Where lengths and counts are: small changes, and the ends of their range.
                let delta = [1_u8, 0xff, 2, 0xfe, 4, 8][random.below(6)];
                bytes[at] = bytes[at].wrapping_add(delta);
            }
            5 => {
                let value = [0_u32, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, u32::MAX]
                    [random.below(10)];
                let width = [1, 2, 4][random.below(3)];
                let octets = if random.below(2) == 0 {
                    value.to_le_bytes()[..width].to_vec()
                } else {
                    value.to_be_bytes()[4 - width..].to_vec()
                };
                bytes.iter_mut().skip(at).zip(octets).for_each(|(to, from)| *to = from);
            }
            6 => {
                // The front of this seed, the back of another.
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len());
                bytes.truncate(at);
                bytes.extend(&other[from..]);
            }
            7 => {
                let end = (at + 1 + random.below(16)).min(bytes.len());
                bytes.drain(at..end);
            }
            8 => {
                let end = (at + 1 + random.below(32)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, part);
            }
            _ => {
                let count = 1 + random.below(8);
                let octets: Vec<u8> = (0..count).map(|_| random.next() as u8).collect();
                bytes.splice(at..at, octets);
            }
        }
        bytes.truncate(8192);
    }
    bytes
}

fn replay(target: &Target) {
    let seeds = seeds(target.0);
    let mut cuts = 0;
    for (i, seed) in seeds.iter().enumerate() {
        run(target, &format!("seed {i}"), seed);
        for cut in 0..seed.len() {
            run(target, &format!("seed {i} cut at {cut}"), &seed[..cut]);
            cuts += 1;
        }
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for i in 0..mutations(target.0) {
        let bytes = mutate(&mut random, &seeds);
        run(target, &format!("mutation {i}"), &bytes);
    }
    println!("{}: {} seeds, {cuts} cuts, {} mutations", target.0, seeds.len(), mutations(target.0));
}

/// All targets, two at a time, and every failure told.
#[test]
fn seeds_cuts_and_mutations() {
    let left = Mutex::new(TARGETS.iter());
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(target) = { left.lock().unwrap().next() } {
                    if catch_unwind(|| replay(target)).is_err() {
                        failed.lock().unwrap().push(target.0);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "failed: {failed:?}");
}

#[test]
fn no_octets_and_one() {
    for target in TARGETS {
        run(target, "nothing", &[]);
        (0..=255).for_each(|byte| run(target, "one octet", &[byte]));
    }
}

/// A folder or a libFuzzer binary without a target, or the other way round, is forgotten work.
#[test]
fn every_target_has_seeds_and_a_binary() {
    let names = |path: PathBuf| -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(path)
            .unwrap()
            .map(|f| f.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "README.md")
            .map(|name| name.trim_end_matches(".rs").to_owned())
            .collect();
        names.sort();
        names
    };
    let mut targets: Vec<_> = TARGETS.iter().map(|t| t.0.to_owned()).collect();
    targets.sort();
    assert_eq!(names(folder("")), targets);
    assert_eq!(names(folder("../fuzz_targets")), targets);
    let manifest = std::fs::read_to_string(folder("../Cargo.toml")).unwrap();
    for target in targets {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"")), "{target}");
    }
}
