//! Prints protocol towers floor by floor, each with its octets: which interface listens where.
//!
//! `tower_dump FILE` reads the octets of a tower, or the stub of an `ept_map` or `ept_lookup` response;
//! `-` is standard input.
//!
//! Exit codes: 0 done, 1 the octets break off or are wrong, 2 they are none of these.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program")]

use adjoin_wire::{Partial, Span, WireError};
use epmap_proto::{EptLookupResponse, EptMapResponse, Tower};
use rpce_proto::{Encoding, interface_name};
use std::io::Read;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file] = arguments.as_slice() else {
        eprintln!("usage: tower_dump FILE   (octets of a tower or of a response stub; - is standard input)");
        return ExitCode::from(2);
    };
    let mut octets = Vec::new();
    let read = match file.as_str() {
        "-" => std::io::stdin().read_to_end(&mut octets).map(|_| ()),
        _ => std::fs::read(file).map(|read| octets = read),
    };
    if let Err(error) = read {
        eprintln!("tower_dump: {file}: {error}");
        return ExitCode::from(2);
    }
    match dump(&octets) {
        Some(None) => ExitCode::SUCCESS,
        Some(Some(error)) => {
            eprintln!("tower_dump: {file}: {error}");
            ExitCode::FAILURE
        }
        None => {
            eprintln!("tower_dump: {file}: neither a tower nor a response of the endpoint mapper");
            ExitCode::from(2)
        }
    }
}

/// Prints what `octets` are, and returns the error that they end with; nothing when they are nothing.
fn dump(octets: &[u8]) -> Option<Option<WireError>> {
    let encodings =
        [Encoding::NDR, Encoding::NDR64, Encoding::NDR.big_endian(), Encoding::NDR64.big_endian()];
    // Whole responses in the encodings that exist, then a tower, which may be cut.
    for encoding in encodings {
        if let Ok(response) = EptMapResponse::parse(octets, encoding) {
            println!("ept_map response: {}", *response.status);
            response.towers.towers().for_each(|tower| print(&tower));
            return Some(None);
        }
        if let Ok(response) = EptLookupResponse::parse(octets, encoding) {
            println!("ept_lookup response: {}", *response.status);
            for entry in response.entries.iter().map_while(Result::ok) {
                println!("\"{}\", object {}", *entry.annotation, *entry.object);
                entry.tower.iter().for_each(|tower| print(&tower.tower().value));
            }
            return Some(None);
        }
    }
    let Partial { value: tower, error } = Tower::parse_partial(octets);
    // The first floor is the interface (C706 appendix L): other files happen to have floors too.
    tower.summary().interface?;
    print(&tower);
    Some(error)
}

fn print(tower: &Tower<'_>) {
    let way = tower.summary();
    let name = way.interface.and_then(|interface| interface_name(interface.uuid));
    println!("{way}  {}", name.unwrap_or("an interface without a name here"));
    for (number, floor) in (1..).zip(tower.floors.iter().map_while(Result::ok)) {
        let Span { start, end } = floor.span;
        println!("  floor {number}  octets {start:>4}..{end:<4} {floor}");
    }
}
