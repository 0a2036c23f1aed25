//! Runs the fuzz targets under libFuzzer, one behind the other, and says what came of it.

mod progress;
mod seeds;

use crate::terminal::Style;
use crate::{Outcome, setup, test};
use progress::Progress;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

/// What to do, and with which targets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    work: Work,
    /// In the order of the manifest; all when none is named.
    targets: Vec<String>,
    /// With AddressSanitizer: for the few dependencies that have unsafe code.
    address: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Work {
    /// Runs each target for as many minutes.
    Run(u64),
    /// Makes the corpora.
    Seeds,
}

/// Minutes for each target when none are given.
const MINUTES: u64 = 5;
/// More than this is a mistake in the argument: a week for one target.
const MAX_MINUTES: u64 = 7 * 24 * 60;
/// One input may take as long.
const TIMEOUT_SECONDS: u32 = 10;
const MEMORY_MB: u32 = 2048;

impl Options {
    /// From the arguments of the task, or what is wrong with them.
    pub(crate) fn from(arguments: &[&str]) -> Result<Self, String> {
        let mut options = Self { work: Work::Run(MINUTES), targets: Vec::new(), address: false };
        let mut left = arguments.iter();
        while let Some(argument) = left.next() {
            match *argument {
                "--minutes" if options.work != Work::Seeds => {
                    let minutes = left.next().and_then(|minutes| minutes.parse().ok());
                    let minutes = minutes.filter(|minutes| (1..=MAX_MINUTES).contains(minutes));
                    options.work = Work::Run(minutes.ok_or(format!("--minutes wants 1 to {MAX_MINUTES}"))?);
                }
                "--seeds" => options.work = Work::Seeds,
                "--address" => options.address = true,
                name if !name.starts_with('-') => options.targets.push(name.to_owned()),
                other => return Err(format!("what is {other}?")),
            }
        }
        options.targets = chosen(&options.targets)?;
        Ok(options)
    }
}

/// The folder `fuzz` of the repository.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

/// Fuzzes, or makes the corpora.
pub(crate) fn run(options: &Options) -> Outcome {
    let targets = &options.targets;
    let fuzzer = Fuzzer::build(targets, options.address)?;
    match options.work {
        Work::Run(minutes) => fuzzer.run_all(targets, minutes),
        Work::Seeds => seeds::make(&fuzzer, targets),
    }
}

/// The targets that were named, in the order of the manifest; all when none was.
fn chosen(names: &[String]) -> Result<Vec<String>, String> {
    let manifest = folder().join("Cargo.toml");
    let text = fs::read_to_string(&manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
    let all: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"fuzz_targets/")?.strip_suffix(".rs\""))
        .collect();
    if let Some(unknown) = names.iter().find(|name| !all.contains(&name.as_str())) {
        return Err(format!("no target is called {unknown}; there are {}", all.join(", ")));
    }
    let wanted = |target: &&str| names.is_empty() || names.iter().any(|name| name == target);
    Ok(all.into_iter().filter(wanted).map(str::to_owned).collect())
}

/// Binaries that libFuzzer drives.
struct Fuzzer {
    binaries: PathBuf,
}

impl Fuzzer {
    /// Builds the targets once: all of them, or the only one that is wanted.
    fn build(targets: &[String], address: bool) -> Result<Self, String> {
        if !runs(nightly().arg("--version")) {
            return Err("libFuzzer needs a nightly compiler: rustup toolchain install nightly".to_owned());
        }
        if !runs(nightly().args(["fuzz", "--version"])) {
            return Err("cargo-fuzz isn't installed: cargo install cargo-fuzz --locked".to_owned());
        }
        let triple = host_triple()?;
        // The two kinds share no file, so each keeps a folder: to change over costs nothing.
        let sanitizer = if address { "address" } else { "none" };
        let target_folder = env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| folder().join("target"), |target| PathBuf::from(target).join("fuzz"))
            .join(sanitizer);
        let mut build = nightly();
        build.args(["fuzz", "build", "--sanitizer", sanitizer, "--target-dir"]).arg(&target_folder);
        if let [only] = targets {
            build.arg(only);
        }
        test::succeed(build.current_dir(folder()))?;
        Ok(Self { binaries: target_folder.join(triple).join("release") })
    }

    /// libFuzzer with a target, its dictionary and the limits that hold for every run.
    fn command(&self, target: &str) -> Command {
        let binary = self.binaries.join(target);
        let mut command = if runs(Command::new("nice").arg("true")) {
            // Whoever fuzzes goes on working on the same machine.
            let mut nice = Command::new("nice");
            nice.args(["-n", "10"]).arg(binary);
            nice
        } else {
            Command::new(binary)
        };
        let (longest, words) = options(target);
        command
            .arg(format!("-max_len={longest}"))
            .arg(format!("-timeout={TIMEOUT_SECONDS}"))
            .arg(format!("-rss_limit_mb={MEMORY_MB}"))
            .stdin(Stdio::null());
        let dictionary = folder().join("dictionaries").join(format!("{words}.dict"));
        if dictionary.exists() {
            command.arg(format!("-dict={}", dictionary.display()));
        }
        command
    }

    fn run_all(&self, targets: &[String], minutes: u64) -> Outcome {
        let total = minutes.saturating_mul(targets.len() as u64);
        println!("{} targets, {minutes} minutes each: {total} minutes", targets.len());
        println!("{}", Style::for_stdout().heading(Progress::HEADINGS));
        let mut finds = Vec::new();
        for target in targets {
            let progress = self.run(target, minutes)?;
            println!("{}", progress.line(target));
            print!("{}", progress.last_words);
            finds.extend(progress.finds.iter().map(|find| replay(target, find)));
        }
        if finds.is_empty() {
            return Ok(());
        }
        println!("\nto replay what was found:");
        finds.iter().for_each(|line| println!("  {line}"));
        Err(format!("{} found something", count(finds.len(), "target")))
    }

    /// One target; it stops early when it finds something.
    fn run(&self, target: &str, minutes: u64) -> Result<Progress, String> {
        let failed = |what: &Path, error: std::io::Error| format!("{}: {error}", what.display());
        // Whole paths: they are printed for a person who may stand elsewhere.
        let root = fs::canonicalize(folder()).map_err(|error| failed(&folder(), error))?;
        let corpus = root.join("corpus").join(target);
        let artifacts = root.join("artifacts").join(target);
        for folder in [&corpus, &artifacts] {
            fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
        }
        let start = Instant::now();
        let mut child = self
            .command(target)
            .arg(format!("-max_total_time={}", minutes.saturating_mul(60)))
            .arg("-print_final_stats=1")
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .arg(&corpus)
            .arg(root.join("seeds").join(target))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(&self.binaries.join(target), error))?;
        let log = artifacts.with_extension("log");
        let mut progress = Progress::default();
        if let Some(output) = child.stderr.take() {
            follow(output, &log, &mut progress).map_err(|error| failed(&log, error))?;
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        progress.time = start.elapsed();
        if !status.success() && progress.finds.is_empty() {
            return Err(format!("{target}: libFuzzer ended with {status}; see {}", log.display()));
        }
        Ok(progress)
    }
}

/// Reads what libFuzzer tells to its end, keeps it in a file, and takes the figures out of it.
fn follow(output: impl Read, log: &Path, progress: &mut Progress) -> std::io::Result<()> {
    let mut log = fs::File::create(log)?;
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        log.write_all(&line)?;
        log.write_all(b"\n")?;
        progress.take(&String::from_utf8_lossy(&line));
    }
    Ok(())
}

/// What differs from target to target; the build for OSS-Fuzz reads the same file.
const OPTIONS: &str = include_str!("../../../fuzz/options.tsv");

/// Longest input of a target, and whose dictionary it takes.
fn options(target: &str) -> (u32, &str) {
    let line = OPTIONS.lines().find_map(|line| line.strip_prefix(target)?.strip_prefix('\t'));
    let columns = line.and_then(|line| line.split_once('\t'));
    match columns.and_then(|(longest, words)| Some((longest.parse().ok()?, words))) {
        Some(options) => options,
        None => (4096, target),
    }
}

/// How to run a find again on the stable compiler.
fn replay(target: &str, find: &str) -> String {
    format!("cargo run -p adjoin-fuzz-targets --example replay -- {target} {find}")
}

fn count(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Cargo of the nightly toolchain, whatever toolchain runs this program.
pub(crate) fn nightly() -> Command {
    let mut rustup = Command::new("rustup");
    rustup.args(["run", "nightly", "cargo"]).env_remove("CARGO").stdin(Stdio::null());
    rustup
}

pub(crate) fn runs(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

pub(crate) fn host_triple() -> Result<String, String> {
    let output = setup::cargo().arg("-vV").output().map_err(|error| error.to_string())?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| "cargo doesn't tell for which machine it builds".to_owned())
}

/// For the last column of the table.
fn seconds(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments() {
        let run = |minutes, targets: &[&str]| {
            let targets: Vec<_> = targets.iter().map(|target| (*target).to_owned()).collect();
            let targets = chosen(&targets).unwrap();
            Ok(Options { work: Work::Run(minutes), targets, address: false })
        };
        assert_eq!(Options::from(&[]), run(MINUTES, &[]));
        assert_eq!(Options::from(&["--minutes", "2", "tower"]), run(2, &["tower"]));
        assert!(Options::from(&["--seeds"]).is_ok_and(|options| options.work == Work::Seeds));
        for wrong in [
            &["--minutes"] as &[&str],
            &["--minutes", "0"],
            &["--minutes", "x"],
            &["--hours"],
            &["nosuch"],
            &["--seeds", "--minutes", "2"],
        ] {
            assert!(Options::from(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn options_of_targets() {
        assert_eq!(options("peer_ldap"), (4096, "ldap_message"));
        assert_eq!(options("engine"), (16_384, "engine"));
        assert_eq!(options("tower"), (4096, "tower"));
        let all = chosen(&[]).unwrap();
        for line in OPTIONS.lines().filter(|line| !line.starts_with('#')) {
            let target = line.split('\t').next().unwrap();
            assert!(all.iter().any(|known| known == target), "{line}");
            assert_ne!(options(target), (4096, target), "{line}");
        }
    }

    #[test]
    fn targets_come_from_the_manifest() {
        let all = chosen(&[]).unwrap();
        assert!(all.len() >= 18 && all.contains(&"tower".to_owned()), "{all:?}");
        assert_eq!(chosen(&["tower".to_owned()]).unwrap(), ["tower"]);
        assert!(chosen(&["towers".to_owned()]).unwrap_err().contains("tower"));
    }
}
