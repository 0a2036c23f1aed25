//! The rows of calls, security tokens and sessions of three samples, compared with `tests/snapshots`.
//!
//! `UPDATE=1 cargo test -p join-engine --test rows` writes them anew; read the difference.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod capture_file;

use std::fmt::Write as _;
use std::path::Path;

use adjoin_scenes::script::Shot;
use adjoin_scenes::steps::{Fault, Plan};
use join_engine::Engine;
use join_engine::catalogue;
use join_engine::show::{Kind, Place, Value, What, fields};

const FAMILIES: [&str; 7] = [
    "adjoin.samr",
    "adjoin.lsa",
    "adjoin.netlogon",
    "adjoin.gss",
    "adjoin.ntlm",
    "adjoin.smb",
    "adjoin.ldap",
];

/// A tree of text, without the flags of a word; of octets only how many.
fn tree(sample: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let frames = capture_file::read(root.join("samples").join(sample).to_str().unwrap()).unwrap();
    let mut engine = Engine::new();
    for (number, frame) in (1..).zip(&frames) {
        engine.feed(&frame.numbered(number));
    }
    engine.finish();
    let fields: Vec<_> = fields().collect();
    let mut text = String::new();
    for (number, frame) in (1..).zip(&frames) {
        for row in engine.view(number, &frame.bytes).iter().flat_map(|view| &view.rows) {
            let What::Field { id, value, text: said } = &row.what else { continue };
            let field = fields[usize::from(id.0)];
            let family = |family: &&str| {
                field
                    .filter
                    .strip_prefix(*family)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            if !FAMILIES.iter().any(family) {
                continue;
            }
            // The word above has their names.
            if matches!(field.kind, Kind::Flag(_)) {
                continue;
            }
            let said = said.clone().unwrap_or_else(|| match value {
                Value::Text(text) => text.clone(),
                Value::Uint(number) => number.to_string(),
                Value::Int(number) => number.to_string(),
                Value::Guid(guid) => guid.to_string(),
                Value::Bytes(octets) => format!("{} octets", octets.len()),
                other => format!("{other:?}"),
            });
            let place = match row.place {
                Place::Generated => String::new(),
                Place::Frame(span) => format!(" @{span:?}"),
                Place::Buffer(index, span) => format!(" @{index}:{span:?}"),
            };
            let indent = usize::from(row.depth).saturating_mul(2);
            let number = if row.depth == 0 { number.to_string() } else { String::new() };
            writeln!(text, "{number:>4} {:indent$}{}: {said}{place}", "", field.filter).unwrap();
        }
    }
    text
}

#[test]
fn rows_of_three_samples() {
    for sample in ["joined.pcap", "windows7-join.pcap", "wrong-password.pcap"] {
        let told = tree(sample);
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/snapshots")
            .join(Path::new(sample).with_extension("rows.txt"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &told).unwrap();
        }
        let wanted = std::fs::read_to_string(&path).unwrap_or_default();
        for (told, wanted) in told.lines().zip(wanted.lines()).filter(|(a, b)| a != b).take(5) {
            eprintln!("{sample}: says    {told}\n{sample}: wanted  {wanted}");
        }
        assert!(told == wanted, "{sample} shows other rows now");
    }
}

/// Values of a field in a played join; no message of it is malformed.
fn values(fault: Fault, filter: &str) -> Vec<Value> {
    let shots: Vec<Shot> = Plan::from(fault).play();
    let mut engine = Engine::new();
    for shot in &shots {
        engine.feed(&shot.frame());
    }
    engine.finish();
    let wanted = fields().position(|field| field.filter == filter).unwrap();
    let mut found = Vec::new();
    for shot in &shots {
        for row in engine.view(shot.number, &shot.bytes).into_iter().flat_map(|view| view.rows) {
            match row.what {
                What::Field { id, value, .. } if usize::from(id.0) == wanted => found.push(value),
                What::Finding { id, text, .. } => {
                    assert_ne!(catalogue::finding(id).unwrap().id, "ADJOIN-MALFORMED", "{fault:?}: {text}");
                }
                What::Field { .. } => {}
            }
        }
    }
    found
}

/// What the samples don't have.
#[test]
fn rows_of_refusals() {
    const TEXT: &str =
        "80090308: LdapErr: DSID-0C09050F, comment: AcceptSecurityContext error, data 52e, v4f7c";
    for (fault, filter, value) in [
        (Fault::Reuse(false, 0), "adjoin.samr.reuse_allowed", 0),
        (Fault::Reused, "adjoin.samr.reuse_allowed", 1),
        (Fault::Samr(50, 0xc000_0022), "adjoin.samr.status", 0xc000_0022),
        (Fault::Authenticate(0xc000_018b), "adjoin.netlogon.status", 0xc000_018b),
        (Fault::SmbSetup(0xc000_006d), "adjoin.smb.status", 0xc000_006d),
        (Fault::LdapBind(49, TEXT), "adjoin.ldap.result", 49),
        (Fault::LdapBind(49, TEXT), "adjoin.ldap.data", 0x52e),
        (Fault::LdapBind(49, TEXT), "adjoin.ldap.error", 0x8009_0308),
    ] {
        let found = values(fault, filter);
        assert!(found.contains(&Value::Uint(value)), "{fault:?}: {filter} is {found:?}");
    }
}
