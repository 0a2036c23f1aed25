//! Writes a capture of any size, in which joins are hidden in other traffic:
//! `cargo run --release -p adjoin-scenes --example bulk -- --bytes 200M --joins 20 --seed 1 OUT.pcapng`.
//! With `--no-files` no host copies files over SMB.

use std::fs::File;
use std::io::{BufWriter, Error, Result};

use adjoin_capture::LinkType;
use adjoin_scenes::bulk::{Bulk, Size};
use capture_file::Writer;

fn main() -> Result<()> {
    let wrong = || Error::other("usage: bulk [--bytes 200M] [--joins 20] [--seed 1] [--no-files] OUT.pcapng");
    let (mut size, mut seed, mut path) = (Size { bytes: 200_000_000, joins: 20, files: true }, 1, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(wrong);
        match argument.as_str() {
            "--bytes" => size.bytes = bytes(&value()?).ok_or_else(wrong)?,
            "--joins" => size.joins = value()?.parse().map_err(|_| wrong())?,
            "--no-files" => size.files = false,
            "--seed" => seed = value()?.parse().map_err(|_| wrong())?,
            _ if argument.starts_with("--") || path.is_some() => return Err(wrong()),
            _ => path = Some(argument),
        }
    }
    let file = File::create(path.ok_or_else(wrong)?)?;
    let mut writer = Writer::new(BufWriter::with_capacity(1 << 20, file), "adjoin-scenes")?;
    for (time, frame) in Bulk::new(size, seed) {
        writer.packet(LinkType::ETHERNET, time, &frame, 0, &[])?;
    }
    writer.finish()?;
    Ok(())
}

/// `200M`: a number of octets, or of thousands, millions or billions of them.
fn bytes(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(['k', 'M', 'G']);
    let unit = match &text[digits.len()..] {
        "" => 1,
        "k" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}
