//! The tables of names against the collected facts.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    unreachable_pub,
    reason = "tests may panic"
)]

use adjoin_trials::shared;

use kerberos_proto::{ErrorCode, Etype, PaType, SupportedEnctypes, kpasswd::ResultCode};

/// Every row has our name, and every name of ours has a row.
fn compare(file: &str, code: &str, symbol: &str, known: &[i64], name: impl Fn(i64) -> Option<&'static str>) {
    let Some(text) = shared::text(&format!("facts/{file}")) else { return };
    let rows = shared::table(&text, ',');
    assert!(rows.len() > 5);
    let mut seen = Vec::new();
    for row in rows {
        let value: i64 = row[code].parse().unwrap();
        // Some rows give two names; the first is the one in use.
        let wanted = row[symbol].split(" / ").next().unwrap();
        assert!(
            name(value).is_some_and(|name| name.eq_ignore_ascii_case(wanted)),
            "{file} {value}: {wanted}"
        );
        seen.push(value);
    }
    assert_eq!(seen, known, "{file}");
}

#[test]
fn names() {
    let n = |v: i64| i32::try_from(v).unwrap();
    let known: Vec<_> = ErrorCode::KNOWN.iter().map(|c| i64::from(c.0)).collect();
    compare("krb_errors.csv", "code", "symbol", &known, |v| ErrorCode(n(v)).name());
    let known: Vec<_> = Etype::KNOWN.iter().map(|c| i64::from(c.0)).collect();
    compare("krb_etypes.csv", "etype", "name", &known, |v| Etype(n(v)).name());
    let known: Vec<_> = PaType::KNOWN.iter().map(|c| i64::from(c.0)).collect();
    compare("krb_pa_types.csv", "type", "symbol", &known, |v| PaType(n(v)).name());
    let known: Vec<_> = ResultCode::KNOWN.iter().map(|c| i64::from(c.0)).collect();
    compare("kpasswd_results.csv", "code", "symbol", &known, |v| {
        ResultCode(u16::try_from(v).unwrap()).name()
    });
}

#[test]
fn supported_enctypes() {
    let Some(text) = shared::text("facts/krb_supported_enctypes.csv") else { return };
    let mut named = 0;
    for row in shared::table(&text, ',') {
        let bit = u32::from_str_radix(row["value"].trim_start_matches("0x"), 16).unwrap();
        let names: Vec<_> = SupportedEnctypes::from_bits_retain(bit).names().collect();
        assert_eq!(names, [row["symbol"].as_str()]);
        named |= bit;
    }
    assert_eq!(SupportedEnctypes::all().unnamed(), !named);
}

#[test]
fn unknown_values_have_a_number() {
    assert_eq!(ErrorCode(12345).to_string(), "12345");
    assert_eq!(ErrorCode(12345).name(), None);
    assert_eq!(format!("{:?}", Etype(-77)), "Etype(-77)");
    assert_eq!(format!("{:?}", Etype(18)), "Etype(18 aes256-cts-hmac-sha1-96)");
}
