//! Everything that CI runs, in one go; stops at the first step that fails.

use crate::terminal::{self, Style};
use crate::{Outcome, api, crates, deny, features, setup};
use std::env;
use std::io::{BufRead, BufReader, Read, Write, stderr, stdout};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

/// Runs all steps. The last lines printed are the test runner's own summary.
pub(crate) fn run() -> Outcome {
    let mut times = Vec::new();
    let mut summary = Vec::new();
    let mut step = |name: &'static str, work: &mut dyn FnMut() -> Outcome| {
        println!("{}", Style::for_stdout().heading(&format!("== {name}")));
        let start = Instant::now();
        let outcome = work();
        let seconds = start.elapsed().as_secs_f64();
        let style = Style::for_stdout();
        let verdict = if outcome.is_ok() { style.good("ok") } else { style.bad("FAILED") };
        println!("== {name}: {verdict} after {seconds:.1} s");
        times.push((name, seconds));
        outcome.map_err(|error| format!("step `{name}`: {error}"))
    };
    step("set-up", &mut || set_up())?;
    step("format", &mut || succeed(setup::cargo().args(["fmt", "--all", "--check"])))?;
    step("clippy", &mut || {
        succeed(setup::cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    })?;
    step("docs", &mut || {
        succeed(setup::cargo().env("RUSTDOCFLAGS", "-Dwarnings").args(["doc", "--workspace", "--no-deps"]))
    })?;
    step("features", &mut features::run)?;
    step("packages", &mut || crates::package(false))?;
    step("dependencies", &mut deny::run)?;
    step("interfaces", &mut api::check)?;
    step("plugin", &mut || succeed(setup::cargo().args(["build", "--package", "adjoin-plugin"])))?;
    step("fuzz targets", &mut fuzz_targets)?;
    step("doc tests", &mut || {
        summarise(setup::cargo().args(["test", "--workspace", "--doc"]), &mut Vec::new(), is_summary)
    })?;
    step("tests", &mut || {
        let mut command = setup::cargo();
        if has_nextest() {
            command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
        } else {
            command.args(["test", "--workspace", "--all-targets", "--no-fail-fast"]);
        }
        summarise(&mut command, &mut summary, is_summary)
    })?;
    println!();
    for (name, seconds) in times {
        println!("{name:<12} {seconds:>7.1} s");
    }
    for line in terminal::skipped() {
        println!("{line}");
    }
    println!();
    for line in summary {
        println!("{line}");
    }
    Ok(())
}

/// What tests need. A machine of CI's own also gets the Rust that some steps skip without.
fn set_up() -> Outcome {
    setup::run(setup::FOR_TESTS)?;
    setup::rust_components()?;
    if env::var_os("CI").is_some() {
        features::provide();
        deny::provide();
    }
    Ok(())
}

/// The fuzz targets build. libFuzzer needs a nightly toolchain, which is used where there is one.
fn fuzz_targets() -> Outcome {
    let nightly = |arguments: &[&str]| {
        let mut rustup = Command::new("rustup");
        // Whatever toolchain runs this program; nothing is downloaded for it.
        rustup.args(["run", "nightly", "cargo"]).args(arguments).env_remove("CARGO");
        rustup
    };
    if !nightly(&["--version"]).output().is_ok_and(|output| output.status.success()) {
        terminal::skip(
            "the build of the fuzz targets: no nightly toolchain (rustup toolchain install nightly)",
        );
        return Ok(());
    }
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/Cargo.toml");
    succeed(nightly(&["build", "--manifest-path"]).arg(manifest))
}

fn has_nextest() -> bool {
    setup::cargo().args(["nextest", "--version"]).output().is_ok_and(|output| output.status.success())
}

/// Runs a command, which must end well.
pub(crate) fn succeed(command: &mut Command) -> Outcome {
    let status = command.stdin(Stdio::null()).status().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(format!("`{}`: {status}", line(command))) }
}

/// Runs a test runner, passes on what it prints, and keeps some of its lines.
pub(crate) fn summarise(
    command: &mut Command,
    summary: &mut Vec<String>,
    keep: impl Fn(&str) -> bool + Copy + Send + 'static,
) -> Outcome {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let errors = child.stderr.take().ok_or("no standard error")?;
    let output = child.stdout.take().ok_or("no standard output")?;
    let errors = thread::spawn(move || pass_on(errors, &mut stderr(), keep));
    summary.extend(pass_on(output, &mut stdout(), keep));
    summary.extend(errors.join().map_err(|_| "the reader of standard error failed")?);
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(format!("`{}`: {status}", line(command))) }
}

/// Copies line by line; returns the lines to keep.
fn pass_on(from: impl Read, to: &mut impl Write, keep: impl Fn(&str) -> bool) -> Vec<String> {
    let mut summary = Vec::new();
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        // A closed pipe on our side is no reason to stop the tests.
        let _ = writeln!(to, "{line}");
        if keep(&line) {
            summary.push(line.into_owned());
        }
    }
    summary
}

/// Sums up a test run: `test result: ...` of cargo test, `Summary [...] ...` of nextest.
pub(crate) fn is_summary(line: &str) -> bool {
    line.starts_with("test result:") || line.trim_start().starts_with("Summary [")
}

fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy();
    let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
    format!("{program} {}", arguments.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_are_kept() {
        let mut copy = Vec::new();
        let text = "running 1 test\ntest result: ok. 1 passed; 0 failed\n     Summary [   0.1s] 3 tests run: 3 passed\nend";
        let summary = pass_on(text.as_bytes(), &mut copy, is_summary);
        assert_eq!(summary.len(), 2);
        assert_eq!(String::from_utf8(copy).unwrap(), format!("{text}\n"));
    }
}
