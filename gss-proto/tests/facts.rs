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

use gss_proto::Mechanism;
use gss_proto::ntlm::{AvId, NegotiateFlags};

fn rows(file: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    shared::text(&format!("facts/{file}")).map(|text| shared::table(&text, ',')).unwrap_or_default()
}

#[test]
fn mechanisms() {
    let rows = rows("spnego_oids.csv");
    for (row, mechanism) in rows.iter().zip(Mechanism::KNOWN) {
        assert_eq!(mechanism.0.to_string(), row["oid"]);
        assert_eq!(mechanism.name(), row["name"].split(" (").next());
    }
    assert!(rows.is_empty() || rows.len() == Mechanism::KNOWN.len());
}

#[test]
fn flags() {
    let mut named = NegotiateFlags::empty();
    let rows = rows("ntlmssp_flags.csv");
    for row in &rows {
        let bits = u32::from_str_radix(row["value"].trim_start_matches("0x"), 16).unwrap();
        let flag = NegotiateFlags::from_bits_retain(bits);
        assert_eq!(flag.names().collect::<Vec<_>>(), [row["symbol"].as_str()]);
        named |= flag;
    }
    assert!(rows.is_empty() || NegotiateFlags::all().unnamed() == !named.bits());
}

#[test]
fn av_pairs() {
    let rows = rows("ntlm_av_pairs.csv");
    for (row, id) in rows.iter().zip(AvId::KNOWN) {
        assert_eq!((id.0.to_string(), id.name()), (row["id"].clone(), Some(row["symbol"].as_str())));
    }
    assert!(rows.is_empty() || rows.len() == AvId::KNOWN.len());
    assert_eq!(AvId(77).to_string(), "0x004d");
}
