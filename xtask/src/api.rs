//! What the libraries offer, as texts in docs/api: a change of what others depend on is seen in review.

use crate::crates::{DECODERS, LIBRARIES, root};
use crate::{Outcome, setup, terminal};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Writes the texts.
pub(crate) fn write() -> Outcome {
    if !is_possible() {
        return Err(format!("this needs {NEEDED}"));
    }
    for name in names() {
        let path = path(name);
        fs::write(&path, listed(name)?).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// Fails when a library offers something else than its text says.
pub(crate) fn check() -> Outcome {
    if !is_possible() {
        terminal::skip(NEEDED);
        return Ok(());
    }
    // Its text for machines changes with the compiler: a nightly of another week may not fit.
    if let Err(reason) = listed(DECODERS[0]) {
        terminal::skip(&format!("this nightly and cargo-public-api don't fit each other: {reason}"));
        return Ok(());
    }
    let mut changed = false;
    for name in names() {
        let (now, before) = (listed(name)?, fs::read_to_string(path(name)).unwrap_or_default());
        if now != before {
            changed = true;
            println!("{name}:");
            difference(&before, &now).for_each(|line| println!("  {line}"));
        }
    }
    if changed { Err("docs/api is out of date: cargo xtask api --write".to_owned()) } else { Ok(()) }
}

const NEEDED: &str = "a nightly toolchain and cargo-public-api (cargo install cargo-public-api --locked)";

fn names() -> impl Iterator<Item = &'static str> {
    DECODERS.iter().chain(&LIBRARIES).copied()
}

fn path(name: &str) -> PathBuf {
    root().join("docs/api").join(format!("{name}.txt"))
}

fn is_possible() -> bool {
    let succeeds = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    succeeds(Command::new("rustup").args(["run", "nightly", "rustdoc", "--version"]))
        && succeeds(setup::cargo().args(["public-api", "--version"]))
}

/// Every public item with all features on, without what derives and the compiler add.
fn listed(name: &str) -> Result<String, String> {
    let mut cargo = setup::cargo();
    cargo.args(["public-api", "-sss", "--all-features", "--color", "never", "--package", name]);
    // The toolchain that runs this program is not the one that it asks for.
    let output = cargo.env_remove("RUSTUP_TOOLCHAIN").output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

/// Lines that went and lines that came.
fn difference<'a>(before: &'a str, now: &'a str) -> impl Iterator<Item = String> + 'a {
    let went = before.lines().filter(move |line| !now.lines().any(|other| other == *line));
    let came = now.lines().filter(move |line| !before.lines().any(|other| other == *line));
    went.map(|line| format!("- {line}")).chain(came.map(|line| format!("+ {line}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_and_what_came() {
        let lines: Vec<_> = difference("pub fn a()\npub fn b()\n", "pub fn b()\npub fn c()\n").collect();
        assert_eq!(lines, ["- pub fn a()", "+ pub fn c()"]);
    }
}
