//! Wireshark knows every field and finding of the tables, with the right type.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use adjoin_oracle::tshark::installed;
use join_engine::catalogue::FINDINGS;
use join_engine::show::{self, Kind};

use crate::{printed, tshark};

#[test]
fn all_fields_and_findings_are_registered() {
    if !installed("tshark") {
        return;
    }
    let listed = printed(&tshark(), ["-G", "fields"]);
    let types: HashMap<_, _> = listed
        .lines()
        .filter_map(|line| {
            let columns: Vec<_> = line.split('\t').collect();
            (columns[0] == "F" && columns.get(4) == Some(&"adjoin")).then(|| (columns[2], columns[3]))
        })
        .collect();
    for field in show::fields() {
        let expected = match field.kind {
            Kind::Group => "FT_NONE",
            Kind::Text => "FT_STRING",
            Kind::Uint(8, _) => "FT_UINT8",
            Kind::Uint(16, _) => "FT_UINT16",
            Kind::Uint(32, _) => "FT_UINT32",
            Kind::Uint(..) => "FT_UINT64",
            Kind::Int => "FT_INT32",
            Kind::Flag(_) => "FT_BOOLEAN",
            Kind::Guid => "FT_GUID",
            Kind::Duration => "FT_RELATIVE_TIME",
            Kind::Ipv4 => "FT_IPv4",
            Kind::Ipv6 => "FT_IPv6",
            Kind::Bytes => "FT_BYTES",
            Kind::Frame(_) => "FT_FRAMENUM",
        };
        assert_eq!(types.get(field.filter), Some(&expected), "{}", field.filter);
    }
    for finding in FINDINGS {
        let filter = format!("adjoin.expert.{}", finding.id.to_lowercase());
        assert!(types.contains_key(filter.as_str()), "{filter}");
    }

    // Each field that the documentation lists as `adjoin.something` exists.
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/filters.md");
    let docs = fs::read_to_string(docs).expect("docs/filters.md is part of the repository");
    let named: Vec<_> = docs.split('`').filter(|word| word.starts_with("adjoin.")).collect();
    assert!(named.len() > 100, "docs/filters.md names {} fields", named.len());
    for name in named {
        assert!(types.contains_key(name), "docs/filters.md names {name}");
    }
}
