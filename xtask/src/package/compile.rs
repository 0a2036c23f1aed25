//! Builds the plugin against the headers of one Wireshark series, and the command.

use super::windows::TARGET;
use super::{output, workspace};
use crate::roots::Root;
use crate::setup;
use adjoin_oracle::tshark;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, process};

/// Wireshark's headers, and what they are for.
pub(super) struct Headers {
    /// Such as `4.0`; a plugin fits only one.
    pub(super) series: String,
    /// What to set for cargo, so that it finds them.
    environment: Vec<(&'static str, OsString)>,
}

impl Headers {
    /// Those that are installed here.
    pub(super) fn of_this_machine() -> Result<Self, String> {
        let version = output(Command::new("pkg-config").args(["--modversion", "wireshark"]))?;
        Ok(Self { series: series(&version)?, environment: Vec::new() })
    }

    /// Those of a folder root. Compiler and C library stay this machine's.
    pub(super) fn of_root(root: &Root) -> Result<Self, String> {
        Ok(Self { series: series(&root.version()?)?, environment: root.environment()? })
    }
}

/// `4.0` of `4.0.17`.
fn series(version: &str) -> Result<String, String> {
    let mut parts = version.trim().split('.');
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) if !major.is_empty() => Ok(format!("{major}.{minor}")),
        _ => Err(format!("{version:?} is no version of Wireshark")),
    }
}

/// What was built.
pub(super) struct Programs {
    pub(super) plugin: Vec<u8>,
    pub(super) command: Vec<u8>,
    /// The same as files, which may still carry what only debuggers want.
    pub(super) plugin_file: PathBuf,
    pub(super) command_file: PathBuf,
}

/// Builds both for this machine: stripped and without its paths, or with `debug` as the tests have them.
pub(super) fn run(headers: &Headers, debug: bool) -> Result<Programs, String> {
    let target = tshark::target_folder().ok_or("cargo's target folder is not to be found")?;
    if debug {
        build(headers, &mut cargo(&target))?;
        let (plugin_file, command_file) = (target.join("debug/libadjoin.so"), target.join("debug/adjoin"));
        let (plugin, command) = (strip(&plugin_file)?, strip(&command_file)?);
        return Ok(Programs { plugin, command, plugin_file, command_file });
    }
    let target = target.join(RELEASES);
    build(headers, &mut release(&target)?)?;
    Programs::read(target.join("release/libadjoin.so"), target.join("release/adjoin"))
}

/// Builds both for Windows.
pub(super) fn for_windows(headers: &Headers) -> Result<Programs, String> {
    let target = tshark::target_folder().ok_or("cargo's target folder is not to be found")?.join(RELEASES);
    let mut cargo = release(&target)?;
    // The headers are those of this system; build.rs knows what differs.
    cargo.arg(format!("--target={TARGET}")).env("PKG_CONFIG_ALLOW_CROSS", "1");
    build(headers, &mut cargo)?;
    let built = target.join(TARGET).join("release");
    Programs::read(built.join("adjoin.dll"), built.join("adjoin.exe"))
}

impl Programs {
    fn read(plugin_file: PathBuf, command_file: PathBuf) -> Result<Self, String> {
        let read = |file: &Path| fs::read(file).map_err(|error| format!("{}: {error}", file.display()));
        Ok(Self { plugin: read(&plugin_file)?, command: read(&command_file)?, plugin_file, command_file })
    }
}

/// Below the target folder: releases are built with other flags than those of everyday work.
const RELEASES: &str = "package-build";

fn cargo(target: &Path) -> Command {
    let mut cargo = setup::cargo();
    cargo
        .current_dir(workspace())
        .args(["build", "--quiet", "--package", "adjoin-plugin", "--package", "adjoin", "--target-dir"])
        .arg(target);
    cargo
}

fn release(target: &Path) -> Result<Command, String> {
    let mut cargo = cargo(target);
    cargo
        .args(["--release", "--locked"])
        .env("CARGO_PROFILE_RELEASE_STRIP", "symbols")
        .env_remove("RUSTFLAGS")
        .env("CARGO_ENCODED_RUSTFLAGS", remapped(target)?);
    Ok(cargo)
}

fn build(headers: &Headers, cargo: &mut Command) -> Result<(), String> {
    let status =
        cargo.envs(headers.environment.iter().cloned()).status().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err("the programs don't build; see above".to_owned()) }
}

/// A program without what only debuggers want, which takes most of the room.
fn strip(program: &Path) -> Result<Vec<u8>, String> {
    let stripped = program.with_extension(format!("stripped-{}", process::id()));
    output(Command::new("strip").arg("-o").arg(&stripped).arg(program))?;
    let read = fs::read(&stripped).and_then(|bytes| fs::remove_file(&stripped).map(|()| bytes));
    read.map_err(|error| format!("{}: {error}", stripped.display()))
}

/// Messages of panics name source files; they must not differ from one machine to the next.
fn remapped(target: &Path) -> Result<String, String> {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")))
        .ok_or("neither CARGO_HOME nor HOME is set")?;
    let rules = [(target.to_path_buf(), "/target"), (workspace(), "/adjoin"), (home, "/cargo")];
    // Of rules that fit a path, rustc takes the last.
    let flags = rules.iter().rev().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    Ok(flags.collect::<Vec<_>>().join("\u{1f}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_read() {
        assert_eq!(series("4.0.17\n").as_deref(), Ok("4.0"));
        assert!(series("").is_err());
    }
}
