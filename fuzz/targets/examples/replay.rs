//! Runs one target on files, or on what comes from standard input:
//! `cargo run -p adjoin-fuzz-targets --example replay -- TARGET [FILE..]`.
//!
//! For what a fuzzer found, and for fuzzers that start a program for each input, such as AFL++.

use std::io::Read;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let Some((_, target)) = adjoin_fuzz_targets::TARGETS.iter().find(|(known, _)| *known == name) else {
        eprintln!("replay TARGET [FILE..]; targets:");
        adjoin_fuzz_targets::TARGETS.iter().for_each(|(known, _)| eprintln!("  {known}"));
        return ExitCode::from(2);
    };
    let files: Vec<String> = arguments.collect();
    if files.is_empty() {
        let mut bytes = Vec::new();
        if let Err(error) = std::io::stdin().read_to_end(&mut bytes) {
            eprintln!("standard input: {error}");
            return ExitCode::from(2);
        }
        target(&bytes);
    }
    for file in files {
        match std::fs::read(&file) {
            Ok(bytes) => target(&bytes),
            Err(error) => {
                eprintln!("{file}: {error}");
                return ExitCode::from(2);
            }
        }
    }
    ExitCode::SUCCESS
}
