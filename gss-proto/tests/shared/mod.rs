//! Bytes that are not part of the repository: read at run time when they are beside it.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    unreachable_pub,
    reason = "tests may panic"
)]
#![allow(dead_code, reason = "each test file uses some of it")]

use serde_json::Value;
use std::path::PathBuf;

/// A path under `../shared`, when it is there.
pub fn path(below: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(below);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: ../shared is not here");
    None
}

pub fn text(below: &str) -> Option<String> {
    path(below).map(|path| std::fs::read_to_string(path).unwrap())
}

pub fn json(below: &str) -> Option<Value> {
    text(below).map(|text| serde_json::from_str(&text).unwrap())
}

pub fn hex(text: &str) -> Vec<u8> {
    // A dissector that shortens what it prints may stop in the middle of an octet.
    let text = &text[..text.len() / 2 * 2];
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// The rows of a table with a header line, as maps from column to cell.
pub fn table(text: &str, separator: char) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut lines = text.lines();
    let columns: Vec<_> = cells(lines.next().unwrap_or_default(), separator);
    lines.map(|line| columns.iter().cloned().zip(cells(line, separator)).collect()).collect()
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
pub fn vectors() -> Vec<(String, Vec<u8>, Value, Value)> {
    let Some(Value::Array(list)) = json("captures/vectors/dev/kerberos.json") else { return Vec::new() };
    list.into_iter()
        .map(|v| {
            let bytes = hex(v["hex"].as_str().unwrap());
            (v["id"].as_str().unwrap().into(), bytes, v["derived_here"].clone(), v["published"].clone())
        })
        .collect()
}
