//! The libraries as others take them: each combination of features, without `std` where there is
//! none, and with the oldest Rust that they promise.

use crate::crates::{DECODERS, LIBRARIES, WITHOUT_GENERATORS};
use crate::terminal::{self, Style};
use crate::test::{succeed, summarise};
use crate::{Outcome, setup};
use std::process::Command;

/// A target that has `core` and `alloc` and nothing else.
const BARE: &str = "thumbv7em-none-eabi";
/// `rust-version` of the workspace.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// Combinations without `std`, for the bare target; `std` implies `alloc`.
const WITHOUT_STD: [&[&str]; 4] = [&[], &["alloc"], &["serde"], &["alloc", "serde"]];
const WITH_STD: [&[&str]; 3] = [&["std"], &["std", "serde"], ALL];
const ALL: &[&str] = &["std", "serde", GENERATORS];
const GENERATORS: &str = "arbitrary";

/// Builds all that; what is not installed is said to be skipped.
pub(crate) fn run() -> Outcome {
    for combination in WITH_STD {
        step(&format!("features {}", shown(combination)));
        succeed(&mut clippy(combination, None))?;
    }
    if has_target() {
        for combination in WITHOUT_STD {
            step(&format!("features {} for {BARE}", shown(combination)));
            succeed(&mut clippy(combination, Some(BARE)))?;
        }
    } else {
        terminal::skip(&format!("builds without std (rustup target add {BARE})"));
    }
    step("documentation of all features");
    succeed(decoders(setup::cargo().env("RUSTDOCFLAGS", "-Dwarnings").args(["doc", "--no-deps"]), ALL))?;
    step("tests of the feature serde");
    let mut tests = setup::cargo();
    decoders(tests.arg("test"), &["std", "serde"]).args(["--test", "json"]);
    summarise(&mut tests, &mut Vec::new(), |_| false)?;
    let Some(mut oldest) = toolchain([OLDEST, &format!("{OLDEST}.0")]) else {
        terminal::skip(&format!("no Rust {OLDEST} (rustup toolchain install {OLDEST} --profile minimal)"));
        return Ok(());
    };
    step(&format!("Rust {OLDEST}"));
    decoders(oldest.args(["check", "--lib"]), ALL);
    succeed(LIBRARIES.iter().fold(&mut oldest, |command, name| command.args(["--package", name])))
}

/// Downloads the bare target and the oldest Rust where they are missing. Where they can't be had, the steps
/// that want them are skipped, and say so.
pub(crate) fn provide() {
    let rustup = |arguments: &[&str]| {
        println!("+ rustup {}", arguments.join(" "));
        if let Err(error) = succeed(Command::new("rustup").args(arguments)) {
            println!("{error}");
        }
    };
    if !has_target() {
        rustup(&["target", "add", BARE]);
    }
    if toolchain([OLDEST, &format!("{OLDEST}.0")]).is_none() {
        rustup(&["toolchain", "install", OLDEST, "--profile", "minimal", "--no-self-update"]);
    }
}

/// Cargo of the first of these toolchains that is installed: another than the one that runs this
/// program. Nothing is downloaded for it.
fn toolchain(names: [&str; 2]) -> Option<Command> {
    names.into_iter().find_map(|name| {
        let cargo = || {
            let mut rustup = Command::new("rustup");
            rustup.args(["run", name, "cargo"]).env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN");
            rustup
        };
        let installed = cargo().arg("--version").output().is_ok_and(|output| output.status.success());
        installed.then(cargo)
    })
}

fn step(name: &str) {
    println!("{}", Style::for_stdout().heading(name));
}

fn shown(combination: &[&str]) -> String {
    if combination.is_empty() { "none".to_owned() } else { combination.join("+") }
}

/// The packages, each with these features and no other.
fn decoders<'a>(command: &'a mut Command, combination: &[&str]) -> &'a mut Command {
    command.arg("--no-default-features");
    for name in DECODERS {
        command.args(["--package", name]);
        for feature in combination
            .iter()
            .filter(|feature| **feature != GENERATORS || !WITHOUT_GENERATORS.contains(&name))
        {
            command.arg("--features").arg(format!("{name}/{feature}"));
        }
    }
    command
}

fn clippy(combination: &[&str], target: Option<&str>) -> Command {
    let mut command = setup::cargo();
    decoders(command.args(["clippy", "--lib"]), combination);
    command.args(target.map(|target| ["--target", target]).into_iter().flatten());
    command.args(["--", "-D", "warnings"]);
    command
}

fn has_target() -> bool {
    let list = Command::new("rustup").args(["target", "list", "--installed"]).output();
    list.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).lines().any(|line| line == BARE))
}
