//! The words of a log against the published ones (`../shared`, when it is there): options, functions, builds.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking; the numbers are small"
)]

use netsetup_log::{Log, OptionKind, Options, windows_release};
use std::path::Path;

/// The rows of a table without its header; cells may be quoted.
fn rows(name: &str) -> Option<Vec<Vec<String>>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/facts").join(name);
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared is not here");
        return None;
    };
    Some(text.lines().skip(1).map(cells).collect())
}

fn cells(line: &str) -> Vec<String> {
    let (mut out, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(String::new()),
            c => out.last_mut().unwrap().push(c),
        }
    }
    out
}

fn number(text: &str) -> u32 {
    u32::from_str_radix(text.trim_start_matches("0x"), 16).unwrap()
}

fn names(kind: OptionKind, bits: u32) -> Vec<&'static str> {
    Options { kind, bits }.names().collect()
}

#[test]
fn every_bit_has_its_symbol() {
    for (file, kind, symbol) in [
        ("join_options.csv", OptionKind::Join, 1),
        ("provision_options.csv", OptionKind::Provision, 1),
        ("dsgetdc_flags.csv", OptionKind::Locator, 1),
        ("uac_flags.csv", OptionKind::AccountControl, 2),
    ] {
        let Some(rows) = rows(file) else { return };
        let mut named = 0;
        for row in rows {
            let bit = number(&row[0]);
            // A bit with two meanings has the one of a join first, that of a rename behind it.
            let mut symbols = row[symbol].split(" / ");
            assert_eq!(names(kind, bit), [symbols.next().unwrap()], "{file}");
            if let Some(renamed) = symbols.next() {
                assert_eq!(names(OptionKind::Rename, bit), [renamed], "{file}");
            }
            named |= bit;
        }
        // And no other bit has a name.
        assert_eq!(Options { kind, bits: !0 }.unknown(), !named, "{file}");
    }
}

/// Words that are seen, with the bits that the table says they have.
#[test]
fn words_that_are_seen() {
    for (file, kind) in
        [("join_option_values.csv", OptionKind::Join), ("dsgetdc_flag_values.csv", OptionKind::Locator)]
    {
        let Some(rows) = rows(file) else { return };
        for row in rows {
            let value = number(&row[0]);
            // The last word of the joins belongs to a rename.
            let kind = if value == 0x1000 { OptionKind::Rename } else { kind };
            let mut told = Vec::new();
            for part in row[1].split('|').map(str::trim) {
                match part.strip_prefix("0x") {
                    Some(_) => told.extend(names(kind, number(part)).into_iter().map(String::from)),
                    None => told.push(part.to_owned()),
                }
            }
            let ours = names(kind, value);
            assert_eq!(ours.len(), told.len(), "{row:?}: {ours:?}");
            for part in told {
                // The table shortens them: `KDC` is `DS_KDC_REQUIRED`, `DS` is `DS_DIRECTORY_SERVICE_REQUIRED`.
                assert!(ours.iter().any(|name| name.contains(&part)), "{part}: {ours:?}");
            }
        }
    }
    let Some(rows) = rows("uac_values.csv") else { return };
    for row in rows {
        for value in row[0].split(" / ") {
            let options = Options {
                kind: OptionKind::AccountControl,
                bits: number(value.split_whitespace().next().unwrap()),
            };
            assert_eq!(options.unknown(), 0, "{row:?}: {options}");
            let computer = options.names().any(|name| name.ends_with("_TRUST_ACCOUNT"));
            assert!(computer, "{row:?}: {options}");
        }
    }
}

/// Lines of these functions are told apart by their names.
#[test]
fn functions_are_found() {
    let Some(rows) = rows("netsetup_functions.csv") else { return };
    for row in rows {
        // One row has two names.
        for name in row[0].split('/') {
            let text = format!("11/21/2026 17:30:00:123 {name}: status: 0x0\n");
            let log = Log::read(text.as_bytes());
            assert_eq!(log.entries().next().and_then(|entry| entry.line.function()), Some(name));
        }
    }
}

#[test]
fn builds_have_releases() {
    let Some(rows) = rows("os_markers.csv") else { return };
    let mut seen = 0;
    for row in rows.iter().filter(|row| row[0].ends_with("Build number")) {
        for build in row[1].split(['/', '.']).filter(|text| !text.is_empty()) {
            let release = windows_release(build.parse().unwrap()).unwrap_or_else(|| panic!("{row:?}"));
            // The table leaves `Windows` out where it speaks of a server, and shortens it to WS once.
            for word in row[2].replace("WS", "").split([' ', '/']).filter(|word| word.len() > 3) {
                assert!(release.contains(word), "{word}: {release}");
            }
            seen += 1;
        }
    }
    assert!(seen >= 8, "{seen}");
    // The other markers are what systems do, not names of values: what judges them has them.
}

/// Both forms of the catalogue say the same.
#[test]
fn both_forms_of_the_catalogue() {
    let Some(rows) = rows("join_error_catalogue.csv") else { return };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/facts/join_error_catalogue.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let value = |entry: &str, key: &str| {
        let line = entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
        String::from(line.unwrap_or_default().trim_matches('"'))
    };
    let entries: Vec<_> = text.split("[[error]]").skip(1).collect();
    assert_eq!(entries.len(), rows.len());
    for (entry, row) in entries.into_iter().zip(rows) {
        let told = ["id", "code", "dec", "symbol", "phase"].map(|key| value(entry, key));
        assert_eq!(told, row[..5], "{}", row[0]);
    }
}
