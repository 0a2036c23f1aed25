//! The tables of codes against the published ones (`../shared`, when it is there).
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking; the numbers are small"
)]

use netsetup_log::{code_name, ldap_result_name};
use std::path::Path;

/// Rows of a table: first column, and the column of that name.
fn table(name: &str, number: &str, symbol: &str) -> Option<Vec<(u32, String)>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/facts").join(name);
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared is not here");
        return None;
    };
    let mut lines = text.lines();
    let header: Vec<_> = lines.next().unwrap().split(',').collect();
    let column = |wanted: &str| header.iter().position(|name| *name == wanted).unwrap();
    let (number, symbol) = (column(number), column(symbol));
    let rows = lines.map(|line| {
        // Columns before those that may be quoted.
        let cells: Vec<_> = line.split(',').collect();
        let value = cells[number];
        let value = match value.strip_prefix("0x") {
            Some(hex) => u32::from_str_radix(hex, 16).unwrap(),
            None => value.parse().unwrap(),
        };
        (value, cells[symbol].to_owned())
    });
    Some(rows.collect())
}

#[test]
fn win32_and_ntstatus() {
    for name in ["win32_errors.csv", "ntstatus.csv"] {
        let Some(rows) = table(name, "hex", "symbol") else { return };
        assert!(rows.len() > 80);
        for (code, symbol) in rows.into_iter().filter(|(code, _)| *code != 0) {
            let (known, meaning) = code_name(code).unwrap_or_else(|| panic!("{name}: {code:#x} {symbol}"));
            assert_eq!(known, symbol, "{code:#x}");
            assert!(!meaning.is_empty());
        }
    }
}

#[test]
fn rpc_and_endpoint_mapper() {
    let Some(rows) = table("dcerpc_faults.csv", "hex", "symbol") else { return };
    // The small ones are Win32 numbers, and flags.
    for (code, symbol) in rows.into_iter().filter(|(code, _)| *code >= 0x1c00_0000) {
        let (known, _) = code_name(code).unwrap_or_else(|| panic!("{code:#x} {symbol}"));
        let expected = symbol.trim_start_matches("DCERPC_").replace("OVERRFLOW", "OVERFLOW");
        assert_eq!(known, expected, "{code:#x}");
    }
    for (code, _) in table("epm_status.csv", "hex", "symbol").unwrap() {
        assert!(code_name(code).is_some(), "{code:#x}");
    }
}

#[test]
fn ldap() {
    let Some(rows) = table("ldap_result_to_win32.csv", "code", "winldap") else { return };
    for (code, symbol) in rows {
        // The table has `-` for unused ones, and two names for 9.
        let known = ldap_result_name(code).unwrap_or("-");
        assert!(symbol == known || symbol.starts_with('"') && code == 9, "{code} {symbol} {known}");
    }
}

/// Every code that the catalogue of findings names.
#[test]
fn codes_of_the_catalogue() {
    let Some(rows) = catalogue_codes() else { return };
    assert!(rows.len() > 80);
    for code in rows {
        assert!(code_name(code).is_some(), "{code:#x}");
    }
    for code in [0x525, 0x52e, 0x52f, 0x530, 0x531, 0x532, 0x533, 0x701, 0x773, 0x775, 0x8009_0346, 0x57] {
        assert!(code_name(code).is_some(), "{code:#x}");
    }
}

fn catalogue_codes() -> Option<Vec<u32>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/facts/join_error_catalogue.toml");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared is not here");
        return None;
    };
    let codes = text.lines().filter_map(|line| line.strip_prefix("code = \"0x")?.strip_suffix('"'));
    Some(codes.filter_map(|code| u32::from_str_radix(code, 16).ok()).collect())
}
