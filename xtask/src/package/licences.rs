//! The licences of the crates from elsewhere that end up in the programs: most of them want to be shown.

use super::output;
use crate::setup;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// One text with all of them; for another `target` than this machine's, those that it needs.
pub(super) fn of_others(target: Option<&str>) -> Result<String, String> {
    let wanted = built_in(target)?;
    let metadata = output(setup::cargo().current_dir(super::workspace()).args([
        "metadata",
        "--format-version=1",
        "--locked",
    ]))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let word = |package: &Value, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let mut crates = String::new();
    // Many crates have the same words: each text stands once, below the names of all that have it.
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = format!("{} v{}", word(package, "name"), word(package, "version"));
        // Our own crates come from no registry.
        if package["source"].is_null() || !wanted.contains(&name) {
            continue;
        }
        crates += &format!("{name}: {}\n", word(package, "license"));
        for text in texts_beside(Path::new(&word(package, "manifest_path"))) {
            texts.entry(text).or_default().insert(name.clone());
        }
    }
    let mut all = format!(
        "The programs of this package contain these crates, by their authors and under their licences,\nand Rust's \
         standard library, by the Rust project, under MIT OR Apache-2.0:\n\n{crates}"
    );
    for (text, names) in texts {
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        all += &format!("\n{:-<80}\n{names}\n\n{}\n", "", text.trim_end());
    }
    Ok(all)
}

/// `name vVERSION` of each crate that is linked into the plugin or the command.
fn built_in(target: Option<&str>) -> Result<BTreeSet<String>, String> {
    let mut cargo = setup::cargo();
    cargo.current_dir(super::workspace()).args(["tree", "--locked", "--prefix=none"]);
    cargo.args(["--edges=normal,no-proc-macro", "--format={p}"]);
    cargo.args(["--package=adjoin", "--package=adjoin-plugin"]);
    if let Some(target) = target {
        cargo.arg(format!("--target={target}"));
    }
    let words = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    Ok(output(&mut cargo)?.lines().map(words).collect())
}

/// The licence files of a crate.
fn texts_beside(manifest: &Path) -> Vec<String> {
    let is_licence = |name: &str| {
        let name = name.to_ascii_uppercase();
        ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"]
            .iter()
            .any(|start| name.starts_with(start))
    };
    let entries = manifest.parent().map(fs::read_dir).into_iter().flatten().flatten().flatten();
    let mut files: Vec<_> = entries
        .filter(|entry| is_licence(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect()
}
