//! Builds the lab, runs it, and scores what it captured.

use crate::{score, setup};
use adjoin_oracle::tshark;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Plays scenarios with the arguments of the lab and compares verdicts with what is known. False when the arguments
/// make no sense; the lab has said so.
pub(crate) fn run(arguments: &[&str]) -> Result<bool, String> {
    let asks = |name: &str| arguments.contains(&name);
    let plays = !(asks("--help") || asks("-h") || asks("--list"));
    if plays && cfg!(target_os = "linux") && tshark::is_root() {
        setup::provide(setup::FOR_LAB)?;
    }
    let target = tshark::target_folder().ok_or("xtask doesn't run from a target folder")?;
    let lab = build(&target, &["--package=adjoin-lab", "--bin=adjoin-lab"], "adjoin-lab")?;
    let cache = target.join("lab");
    let out = arguments.iter().skip_while(|argument| **argument != "--out").nth(1);
    let out = out.map_or_else(|| cache.join("out"), PathBuf::from);

    let mut command = std::process::Command::new(lab);
    command.arg("--with-parent").arg("--cache").arg(&cache).arg("--out").arg(&out).args(arguments);
    if asks("--live") && plays {
        let ping = ["--package=cldap-proto", "--example=ldap_ping"];
        command.arg("--ping").arg(build(&target, &ping, "examples/ldap_ping")?);
        command.arg("--plugin").arg(tshark::build_plugin(false).map_err(|error| error.to_string())?);
    }
    let begun = SystemTime::now();
    let status = command.status().map_err(|error| format!("adjoin-lab: {error}"))?;
    if status.code() == Some(2) {
        return Ok(false);
    }
    // A live join leaves no captures, and what an earlier run left is no outcome of this one.
    let written = fs::metadata(out.join("truth.tsv")).and_then(|truth| truth.modified());
    if plays && !asks("--live") && written.is_ok_and(|written| written >= begun) {
        println!("\nverdicts on the captures of {}", out.display());
        score::run(&score::Options::of(&out))?;
    }
    if status.success() { Ok(true) } else { Err("the lab didn't do everything; see above".to_owned()) }
}

/// Builds a program and returns where it is.
pub(crate) fn build(target: &Path, what: &[&str], name: &str) -> Result<PathBuf, String> {
    let mut cargo = setup::cargo();
    cargo.args(["build", "--quiet", "--target-dir"]).arg(target).args(what);
    let status = cargo.status().map_err(|error| format!("cargo: {error}"))?;
    if !status.success() {
        return Err(format!("{name} doesn't build; see above"));
    }
    Ok(target.join("debug").join(name))
}
