//! docs/coverage.md names what the decoders read, all of it and nothing else; and each published table of names
//! has a test that compares it with ours.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

/// The word at the start of a text.
fn word(text: &str) -> &str {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default()
}

/// Types of a crate that can be read from octets: they have `parse_partial`, written out or by a macro.
fn readable(text: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut of = "";
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("impl") {
            of = word(rest.trim_start_matches("<'a>").trim_start());
        } else if let Some(rest) = line.strip_prefix("constructors!(") {
            found.insert(word(rest));
        } else if line.trim_start().starts_with("pub fn parse_partial")
            && !of.is_empty()
            && !line.contains("$")
        {
            found.insert(of);
        }
        // The body of a macro has names of its own.
        if line.starts_with("macro_rules!") {
            of = "";
        }
    }
    found
}

/// The variants of the enumerations that hold bodies of messages.
fn bodies(text: &str) -> BTreeSet<&str> {
    const HOLDERS: [&str; 4] = ["Body", "ProtocolOp", "Request", "Message"];
    let mut found = BTreeSet::new();
    for holder in HOLDERS.map(|holder| format!("pub enum {holder}<'a> {{")) {
        for rest in text.split(&holder).skip(1) {
            for line in rest.split("\n}").next().unwrap().lines() {
                let variant = line.strip_prefix("    ");
                if let Some(variant) = variant.filter(|line| line.starts_with(char::is_uppercase)) {
                    found.insert(word(variant));
                }
            }
        }
    }
    // What is no message.
    for other in ["Other", "Unknown", "None", "Empty", "NotReached"] {
        found.remove(other);
    }
    found
}

#[test]
fn everything_that_is_read_is_named() {
    let page = fs::read_to_string(root().join("docs/coverage.md")).unwrap();
    let mut crates = 0;
    for section in page.split("\n## ").skip(1) {
        let name = section.lines().next().unwrap();
        let text: String = sources(&root().join(name).join("src"))
            .iter()
            .map(|path| fs::read_to_string(path).unwrap())
            .collect();
        let named: BTreeSet<_> = section.split('`').skip(1).step_by(2).collect();
        for read in readable(&text).into_iter().chain(bodies(&text)) {
            assert!(named.contains(read), "{name}: {read} is read, and docs/coverage.md doesn't say so");
        }
        // The first column, and nothing in it that isn't there.
        for row in section.lines().filter_map(|line| line.strip_prefix("| `")) {
            let told = word(row);
            let is_type = ["pub struct ", "pub enum "]
                .iter()
                .any(|kind| text.split(kind).skip(1).any(|behind| word(behind) == told));
            let is_variant =
                text.contains(&format!("    {told}(")) || text.contains(&format!("    {told},\n"));
            let in_macro = text.contains(&format!("\n    {told}("));
            assert!(is_type || is_variant || in_macro, "{name} has no {told}");
        }
        crates += 1;
    }
    assert_eq!(crates, 9);
    assert!(readable("impl<'a> A<'a> {\n    pub fn parse_partial(").contains("A"));
}

/// Tables that are no names of values: rules that `tcp/` and `judge/` follow, and what clients do in time.
const NO_NAMES: [&str; 2] = ["tcp_loss_rules.csv", "timeouts.csv"];

#[test]
fn every_published_table_is_compared() {
    let Ok(facts) = fs::read_dir(root().join("../shared/facts")) else {
        println!("skipped: ../shared is not here");
        return;
    };
    let mut tests = String::new();
    for entry in fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()) {
        for path in sources(&entry.join("tests")).into_iter().chain(sources(&entry.join("src"))) {
            if !path.ends_with("join-engine/tests/coverage.rs") {
                tests.push_str(&fs::read_to_string(path).unwrap_or_default());
            }
        }
    }
    let mut tables = 0;
    for table in facts.map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
        let compared = tests.contains(&format!("{table}\""));
        assert_eq!(compared, !NO_NAMES.contains(&&*table), "{table}");
        tables += 1;
    }
    assert!(tables > 40, "{tables}");
}
