//! Builds and tests the plugin for each Wireshark that it supports, in folder roots of Debian's and Ubuntu's suites.

use std::process::Command;
use std::time::Instant;

use adjoin_oracle::tshark;

use crate::roots::{Root, Suite};
use crate::terminal::Style;
use crate::{Outcome, setup, test};

/// The tests that run Wireshark's programs: those of the plugin, and those that compare with Wireshark.
const TESTS: [&str; 17] = [
    "--package=adjoin-plugin",
    "--package=adjoin-oracle",
    "--package=adjoin-capture",
    "--package=adjoin",
    "--package=adjoin-scenes",
    "--test=wireshark",
    "--test=agreement",
    "--test=tshark",
    "--test=doors",
    "--test=annotate",
    // The frames of scenes are well formed.
    "--test=article",
    "--test=joined",
    "--test=steps",
    "--no-fail-fast",
    "--",
    // What a test skips is only said in its output.
    "--show-output",
    "--test-threads=2",
];

/// The suites that the arguments name; all without any. `None` when one isn't known.
pub(crate) fn suites(arguments: &[&str]) -> Option<Vec<Suite>> {
    if arguments.is_empty() {
        return Some(Suite::ALL.to_vec());
    }
    arguments.iter().map(|name| Suite::named(name)).collect()
}

/// What became of one suite.
struct Row {
    suite: Suite,
    version: String,
    is_built: bool,
    tests: Tests,
    seconds: f64,
}

/// Sums of what test runs say.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tests {
    passed: u32,
    failed: u32,
    skipped: u32,
}

impl Tests {
    /// From the lines of several runs: their results, and what tests say they skip.
    fn of<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut sum = Self::default();
        for line in lines {
            if line.starts_with(SKIPPED) {
                sum.skipped += 1;
                continue;
            }
            for part in line.split([';', '.']) {
                let mut words = part.split_whitespace();
                let number = words.next().and_then(|word| word.parse::<u32>().ok()).unwrap_or(0);
                match words.next() {
                    Some("passed") => sum.passed += number,
                    Some("failed") => sum.failed += number,
                    Some("ignored") => sum.skipped += number,
                    _ => {}
                }
            }
        }
        sum
    }
}

/// How a test begins the line that says what it skips.
const SKIPPED: &str = "skipped:";

/// Goes through all of `suites`, whatever fails, and prints a table at the end.
pub(crate) fn run(suites: &[Suite]) -> Outcome {
    let mut rows = Vec::new();
    let mut failures = Vec::new();
    for suite in suites {
        println!("{}", Style::for_stdout().heading(&format!("== {}", suite.name())));
        match row(*suite) {
            Ok((row, outcome)) => {
                failures.extend(outcome.err());
                rows.push(row);
            }
            Err(error) => failures.push(format!("{}: {error}", suite.name())),
        }
    }
    println!("\nsuite     Wireshark  build   passed  failed  skipped  seconds");
    for Row { suite, version, is_built, tests, seconds } in &rows {
        let built = if *is_built { "ok" } else { "FAILED" };
        let Tests { passed, failed, skipped } = tests;
        println!(
            "{:<9} {version:<10} {built:<6} {passed:>7} {failed:>7} {skipped:>8} {seconds:>8.0}",
            suite.name()
        );
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n        ")) }
}

/// Builds and tests in one suite. An error is only what kept it from getting that far.
fn row(suite: Suite) -> Result<(Row, Outcome), String> {
    let root = Root::of(suite)?;
    let environment = root.environment()?;
    let version = root.version()?;
    println!("Wireshark {version}; its programs: {}", root.programs().display());
    // A target folder of its own, so that the plugin for this machine's Wireshark isn't built anew after.
    let target = tshark::target_folder().ok_or("xtask doesn't run from a target folder")?.join("matrix");
    let cargo = |task: &str| -> Command {
        let mut command = setup::cargo();
        command.arg(task).arg("--target-dir").arg(&target).envs(environment.iter().cloned());
        command
    };

    let start = Instant::now();
    let mut lines = Vec::new();
    let mut outcome = test::succeed(cargo("build").arg("--package=adjoin-plugin"));
    let is_built = outcome.is_ok();
    if is_built {
        let keep = |line: &str| line.starts_with(SKIPPED) || test::is_summary(line);
        outcome = test::summarise(cargo("test").args(TESTS), &mut lines, keep);
    }
    let tests = Tests::of(lines.iter().map(String::as_str));
    let seconds = start.elapsed().as_secs_f64();
    let outcome = outcome.map_err(|error| format!("{}: {error}", suite.name()));
    Ok((Row { suite, version, is_built, tests, seconds }, outcome))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_added_up() {
        let lines = [
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.21s",
            "skipped: valgrind is not installed",
            "test result: FAILED. 20 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
        ];
        assert_eq!(Tests::of(lines), Tests { passed: 23, failed: 2, skipped: 2 });
    }

    #[test]
    fn suites_are_named() {
        assert_eq!(suites(&[]).map(|all| all.len()), Some(4));
        assert_eq!(suites(&["trixie"]), Some(vec![Suite::Trixie]));
        assert_eq!(suites(&["trixie", "4.4"]), None);
    }
}
