//! Files that are not part of the repository, in a folder `shared` beside it: read when they are there.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A path under `../shared`, when it is there.
#[must_use]
pub fn path(below: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(below);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: ../shared is not here");
    None
}

/// The text of a file there.
#[must_use]
pub fn text(below: &str) -> Option<String> {
    path(below).map(|path| std::fs::read_to_string(path).unwrap())
}

/// The JSON in a file there.
#[must_use]
pub fn json(below: &str) -> Option<Value> {
    text(below).map(|text| serde_json::from_str(&text).unwrap())
}

/// Octets from hexadecimal digits, with or without colons. Half an octet at the end, where a dissector
/// shortened what it prints, is left out.
#[must_use]
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|digit| *digit != b':').collect();
    let octet = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
    digits.chunks_exact(2).map(octet).collect()
}

/// The rows of a table with a header line, as maps from column to cell.
#[must_use]
pub fn table(text: &str, separator: char) -> Vec<BTreeMap<String, String>> {
    let mut lines = text.lines();
    let columns: Vec<_> = cells(lines.next().unwrap_or_default(), separator);
    lines.map(|line| columns.iter().cloned().zip(cells(line, separator)).collect()).collect()
}

/// The rows of a file of comma-separated cells without quotes, its header line left out.
#[must_use]
pub fn rows(below: &str) -> Option<Vec<Vec<String>>> {
    let row = |line: &str| line.split(',').map(str::to_owned).collect();
    text(below).map(|text| text.lines().skip(1).map(row).collect())
}

/// A number as tables write it: decimal, or hexadecimal behind `0x`.
#[must_use]
pub fn number(text: &str) -> u32 {
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).unwrap(),
        None => text.parse().unwrap(),
    }
}

fn cells(line: &str, separator: char) -> Vec<String> {
    let (mut out, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' if separator == ',' => quoted = !quoted,
            c if c == separator && !quoted => out.push(String::new()),
            c => out.last_mut().unwrap().push(c),
        }
    }
    out
}

/// The published Kerberos vectors: name, bytes, the independent walk, the kind.
#[must_use]
pub fn vectors() -> Vec<(String, Vec<u8>, Value, Value)> {
    let Some(Value::Array(list)) = json("captures/vectors/dev/kerberos.json") else { return Vec::new() };
    list.into_iter()
        .map(|v| {
            let bytes = hex(v["hex"].as_str().unwrap());
            (v["id"].as_str().unwrap().into(), bytes, v["derived_here"].clone(), v["published"].clone())
        })
        .collect()
}
