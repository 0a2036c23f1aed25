//! The crates that are published: which they are, and that each can be packed as it is.

use crate::{Outcome, setup, terminal};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The crates with the features `std`, `alloc`, `serde` and mostly `arbitrary`: `wire` and the decoders.
pub(crate) const DECODERS: [&str; 10] = [
    "adjoin-wire",
    "cldap-proto",
    "dns-proto",
    "epmap-proto",
    "gss-proto",
    "kerberos-proto",
    "netlogon-proto",
    "rpce-proto",
    "samr-proto",
    "smb2-proto",
];
/// Those of them without the feature `arbitrary`.
pub(crate) const WITHOUT_GENERATORS: [&str; 2] = ["samr-proto", "smb2-proto"];
/// The other libraries for Rust.
pub(crate) const LIBRARIES: [&str; 4] = ["adjoin-capture", "capture-file", "join-engine", "netsetup-log"];
/// What is not a library for Rust: the C interface and the command.
const OTHERS: [&str; 2] = ["adjoin", "dissector-ffi"];

/// Where the sizes are told.
const OVERVIEW: &str = "docs/crates.md";
/// What a package must have inside.
const INSIDE: [&str; 3] = ["LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// What a size may differ from what is told, in a part of it: less is no news.
const NEWS: u64 = 4;
/// The first minor version of Cargo 1 that packs crates which need one another before any is published.
const PACKS_SEVERAL: u32 = 90;

/// Packs all; writes their sizes into the overview, or compares them with what it says.
pub(crate) fn package(writes: bool) -> Outcome {
    if minor().is_none_or(|minor| minor < PACKS_SEVERAL) {
        terminal::skip(&format!("packing needs Rust 1.{PACKS_SEVERAL} or newer"));
        return Ok(());
    }
    let metadata = metadata()?;
    let all = || DECODERS.iter().chain(&LIBRARIES).chain(&OTHERS).copied();
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    for package in packages.iter().filter(|package| package["publish"].is_null()) {
        let name = package["name"].as_str().unwrap_or_default();
        if !all().any(|known| known == name) {
            return Err(format!("{name} is published, and xtask doesn't know it"));
        }
        for key in ["description", "license", "repository", "rust_version"] {
            if package[key].as_str().is_none_or(str::is_empty) {
                return Err(format!("{name}: no {key} in its manifest"));
            }
        }
        for key in ["categories", "keywords"] {
            if package[key].as_array().is_none_or(|words| words.is_empty() || words.len() > 5) {
                return Err(format!("{name}: one to five {key} are needed"));
            }
        }
    }
    // Built they are by the tests; the versions of one another are resolved here. The index of published crates
    // is only asked for what isn't here.
    let pack = |options: &[&str]| {
        let mut cargo = setup::cargo();
        cargo.args(["package", "--quiet", "--no-verify", "--allow-dirty"]).args(options);
        all().for_each(|name| {
            cargo.args(["--package", name]);
        });
        cargo
    };
    if output(&mut pack(&["--offline"])).is_err() {
        crate::test::succeed(&mut pack(&[]))?;
    }
    let target = metadata["target_directory"].as_str().ok_or("cargo metadata names no target folder")?;
    let mut overview =
        fs::read_to_string(root().join(OVERVIEW)).map_err(|error| format!("{OVERVIEW}: {error}"))?;
    for name in all() {
        let list = listed(name)?;
        if let Some(missing) = INSIDE.iter().find(|file| !list.lines().any(|line| line == **file)) {
            return Err(format!("{name}: {missing} is not in its package"));
        }
        let file = Path::new(target).join(format!("package/{name}-{}.crate", env!("CARGO_PKG_VERSION")));
        let size = fs::metadata(&file).map_err(|error| format!("{}: {error}", file.display()))?.len();
        let size = size.div_ceil(1024);
        println!("{name:<16} {size:>4} KiB, {} files", list.lines().count());
        let told = told(&overview, name).ok_or_else(|| format!("{OVERVIEW} tells no size of {name}"))?;
        if writes {
            overview = retold(&overview, name, size);
        } else if size.abs_diff(told) > told / NEWS {
            return Err(format!(
                "{OVERVIEW} says that {name} has {told} KiB: it has {size}; cargo xtask package --crates --write"
            ));
        }
    }
    if writes {
        fs::write(root().join(OVERVIEW), overview).map_err(|error| format!("{OVERVIEW}: {error}"))?;
    }
    Ok(())
}

/// The minor version of the Cargo that runs this program.
fn minor() -> Option<u32> {
    let version = output(setup::cargo().arg("--version")).ok()?;
    version.split_whitespace().nth(1)?.split('.').nth(1)?.parse().ok()
}

/// The overview with another size of a package.
fn retold(overview: &str, name: &str, size: u64) -> String {
    let begin = format!("| [`{name}`]");
    let mut text = String::with_capacity(overview.len());
    for line in overview.split_inclusive('\n') {
        match line.strip_suffix(" KiB |\n").and_then(|row| row.rsplit_once("| ")) {
            Some((cells, _)) if line.starts_with(&begin) => {
                text.push_str(&format!("{cells}| {size} KiB |\n"))
            }
            _ => text.push_str(line),
        }
    }
    text
}

/// The size that the overview tells, KiB: the last cell of the row.
fn told(overview: &str, name: &str) -> Option<u64> {
    let row = overview.lines().find(|line| line.starts_with(&format!("| [`{name}`]")))?;
    row.trim_end_matches(['|', ' ']).rsplit('|').next()?.trim().strip_suffix(" KiB")?.parse().ok()
}

fn listed(name: &str) -> Result<String, String> {
    output(setup::cargo().args(["package", "--list", "--allow-dirty", "--package", name]))
}

fn metadata() -> Result<Value, String> {
    let text = output(setup::cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_from_the_overview() {
        let overview =
            "| [`adjoin-wire`](../wire) | values | 27 KiB |\n| [`adjoin`](../adjoin-cli) | all | 104 KiB |\n";
        assert_eq!(told(overview, "adjoin"), Some(104));
        assert_eq!(told(overview, "adjoin-wire"), Some(27));
        assert_eq!(told(overview, "wire"), None);
        let written = retold(overview, "adjoin", 110);
        assert_eq!((told(&written, "adjoin"), told(&written, "adjoin-wire")), (Some(110), Some(27)));
    }
}
