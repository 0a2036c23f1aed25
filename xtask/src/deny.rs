//! The crates that we depend on: their licences, where they come from, which are there twice, and what is known
//! against them. `deny.toml` says what is allowed, cargo-deny looks.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::{Outcome, crates, setup, terminal, test};

/// A workspace, and lints of cargo-deny that don't count there.
struct Workspace {
    manifest: &'static str,
    allowed: &'static [&'static str],
}

/// What `deny.toml` allows and nobody needs is an error in the main workspace: the others have its list.
const WORKSPACES: [Workspace; 3] = [
    Workspace { manifest: "Cargo.toml", allowed: &["license-exception-not-encountered"] },
    Workspace { manifest: "fuzz/Cargo.toml", allowed: &OF_OTHERS },
    // What it compiles beside ours is there twice or not as its authors like.
    Workspace { manifest: "benches/Cargo.toml", allowed: &OF_BENCHES },
];
const OF_OTHERS: [&str; 4] =
    ["license-exception-not-encountered", "license-not-encountered", "unmatched-skip", "unnecessary-skip"];
const OF_BENCHES: [&str; 5] = [
    "duplicate",
    "license-exception-not-encountered",
    "license-not-encountered",
    "unmatched-skip",
    "unnecessary-skip",
];

/// Checks all workspaces. Advisories need the list of <https://rustsec.org>; where it can't be had, and where there
/// is no cargo-deny, this says that it skips.
pub(crate) fn run() -> Outcome {
    if !is_installed() {
        terminal::skip(
            "licences, sources and advisories of crates: cargo-deny isn't installed (cargo install --locked cargo-deny)",
        );
        return Ok(());
    }
    let list = deny("Cargo.toml").args(["fetch", "db"]).output();
    let has_list = list.is_ok_and(|output| output.status.success());
    if !has_list {
        terminal::skip("advisories of crates: the list of rustsec.org can't be reached");
    }
    for workspace in WORKSPACES {
        println!("{}", workspace.manifest);
        let mut check = deny(workspace.manifest);
        check.args(["--locked", "check", "--hide-inclusion-graph", "-D", "warnings"]);
        for lint in workspace.allowed {
            check.args(["-A", lint]);
        }
        check.args(["licenses", "bans", "sources"]);
        if has_list {
            check.args(["--disable-fetch", "advisories"]);
        }
        test::succeed(&mut check)?;
    }
    Ok(())
}

/// Installs it on a machine of CI's own, without optimisation: that takes a minute or two, and each check a second.
pub(crate) fn provide() {
    if env::var_os("CI").is_none() || is_installed() {
        return;
    }
    // What fails is told by the step itself, which then skips.
    let _ = test::succeed(setup::cargo().args(["install", "--quiet", "--debug", "--locked", "cargo-deny"]));
}

fn is_installed() -> bool {
    setup::cargo().args(["deny", "--version"]).output().is_ok_and(|output| output.status.success())
}

/// cargo-deny with a manifest, and the rules that hold for all.
fn deny(manifest: &str) -> Command {
    let root = crates::root();
    let mut cargo = setup::cargo();
    cargo.args(["deny", "--manifest-path"]).arg(root.join(manifest));
    cargo.arg("--config").arg(root.join(Path::new("deny.toml")));
    cargo
}
