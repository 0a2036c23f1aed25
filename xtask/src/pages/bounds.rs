//! The bounds in docs/limits.md are those of the code.

use std::fs;

use super::read::root;

#[test]
fn bounds_are_those_of_the_code() {
    let page = fs::read_to_string(root().join("docs/limits.md")).unwrap();
    let mut rows = 0;
    for line in page.lines().filter(|line| line.starts_with("| ") && line.contains(".rs`: `")) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [what, bound, place] = cells[..] else { panic!("{line}") };
        let (file, name) = place.trim_matches('`').split_once("`: `").unwrap();
        let source = fs::read_to_string(root().join(file)).unwrap();
        assert_eq!(told(bound), written(&source, name), "{what}: {place}");
        rows += 1;
    }
    assert!(rows > 20, "{rows} bounds");
}

/// The number of `256 MiB`, `60 s` (in nanoseconds) or `65,536`.
fn told(bound: &str) -> Option<u64> {
    let (number, unit) = bound.split_once(' ').unwrap_or((bound, ""));
    let factor = match unit {
        "" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "s" => 1_000_000_000,
        _ => return None,
    };
    number.replace(',', "").parse::<u64>().ok()?.checked_mul(factor)
}

/// The value of a constant, or of a field where a structure is made: one number, or one that is shifted.
fn written(source: &str, name: &str) -> Option<u64> {
    let value = |line: &str| -> Option<u64> {
        let (before, after) = line.trim().split_once(name)?;
        let text = match before.split_whitespace().last() {
            Some("const") => after.split_once('=')?.1,
            None => after.strip_prefix(':')?,
            _ => return None,
        };
        let text = text.trim().trim_end_matches([';', ',']).replace('_', "");
        let (number, shift) = text.split_once("<<").unwrap_or((&text, "0"));
        Some(number.trim().parse::<u64>().ok()? << shift.trim().parse::<u32>().ok()?)
    };
    source.lines().find_map(value)
}
