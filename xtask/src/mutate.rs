//! Feeds the plugin with damaged captures, in each Wireshark that is there, and keeps what it can't stand.
//!
//! Each damaged capture is made once, from a seed, and read by all versions. What a run shows of a fault is
//! tried again without the plugin: a fault that Wireshark has by itself is counted apart.

use adjoin_oracle::{captures, tshark};
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use crate::roots::{Root, Suite};
use crate::terminal::Style;
use crate::{Outcome, setup};
use tshark::Tshark;

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// For all versions together.
    minutes: u64,
    /// The seed that the first round of damage is made from.
    seed: u64,
    /// The suites whose Wireshark runs beside this machine's; those that are there when none is named.
    suites: Vec<Suite>,
}

const MINUTES: u64 = 5;
/// More than this is a mistake in the argument: a week.
const MAX_MINUTES: u64 = 7 * 24 * 60;
/// One run may take as long.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// One run may have as much address space, KiB.
const MEMORY_LIMIT: u64 = 4 * 1024 * 1024;
/// Of a longer capture a window of so many frames is taken.
const WINDOW: u64 = 1500;
/// The variable that names a folder of more captures.
const CAPTURES: &str = "ADJOIN_CAPTURES";

impl Options {
    /// From the arguments of the task; nothing when they make no sense.
    pub(crate) fn from(arguments: &[&str]) -> Option<Self> {
        let mut options = Self { minutes: MINUTES, seed: 1, suites: Vec::new() };
        let mut left = arguments.iter();
        while let Some(argument) = left.next() {
            match *argument {
                "--minutes" => {
                    options.minutes = left.next()?.parse().ok()?;
                    if !(1..=MAX_MINUTES).contains(&options.minutes) {
                        return None;
                    }
                }
                "--seed" => options.seed = left.next()?.parse().ok()?,
                name => options.suites.push(Suite::named(name)?),
            }
        }
        Some(options)
    }
}

/// How tshark is run: with the plugin, and to see whether it fails without it as well.
struct Mode {
    name: &'static str,
    with: &'static [&'static str],
    without: &'static [&'static str],
}

const MODES: [Mode; 3] = [
    Mode { name: "tree", with: &["-V"], without: &["-V"] },
    Mode {
        name: "report",
        with: &["-2", "-q", "-z", "adjoin,report", "-z", "adjoin,tree"],
        without: &["-2", "-q", "-z", "io,phs"],
    },
    Mode {
        name: "fields",
        with: &["-T", "fields", "-e", "frame.number", "-e", "adjoin", "-e", "adjoin.finding"],
        without: &["-T", "fields", "-e", "frame.number"],
    },
];

/// What came of the runs of one version.
#[derive(Debug, Default)]
struct Count {
    runs: u64,
    frames: u64,
    ours: u64,
    wiresharks: u64,
}

/// A Wireshark, with the plugin that was built for it and without.
struct Version {
    number: String,
    with: Tshark,
    without: Tshark,
    count: Count,
}

/// Feeds damaged captures until the time is over; fails when the plugin did.
pub(crate) fn run(options: &Options) -> Outcome {
    let target = tshark::target_folder().ok_or("xtask doesn't run from a target folder")?;
    let mut versions = versions(options, &target)?;
    let sources = sources()?;
    let damaged = Damaged::new(&target)?;
    let names: Vec<_> = versions.iter().map(|version| version.number.as_str()).collect();
    println!(
        "{} captures and {} kinds of random packets, with Wireshark {}; {} minutes for all",
        sources.len() - RANDOM.len(),
        RANDOM.len(),
        names.join(", "),
        options.minutes,
    );
    let end = Instant::now() + Duration::from_secs(options.minutes * 60);
    let mut finds = Vec::new();
    let mut said = Instant::now();
    'time: for seed in options.seed.. {
        for source in shuffled(&sources, seed) {
            if Instant::now() > end {
                break 'time;
            }
            let file = match damaged.make(source, seed) {
                Ok(file) => file,
                Err(error) => {
                    println!("seed {seed}, {}: {error}", source.name());
                    continue;
                }
            };
            for version in &mut versions {
                version.read(&file, source, seed, &damaged.finds, &mut finds)?;
            }
            if said.elapsed() > Duration::from_secs(60) {
                said = Instant::now();
                let runs: u64 = versions.iter().map(|version| version.count.runs).sum();
                println!("{runs} runs; seed {seed}");
            }
        }
    }
    println!("\n{}", Style::for_stdout().heading("Wireshark    runs    frames  crashes  without us too"));
    for Version { number, count, .. } in &versions {
        let Count { runs, frames, ours, wiresharks } = count;
        println!("{number:<9} {runs:>7} {frames:>9} {ours:>8} {wiresharks:>15}");
    }
    match finds.len() {
        0 => Ok(()),
        _ => Err(format!("the plugin failed:\n        {}", finds.join("\n        "))),
    }
}

/// This machine's Wireshark and those of roots, each once.
fn versions(options: &Options, target: &Path) -> Result<Vec<Version>, String> {
    let is_there = |suite: &Suite| target.join("roots").join(suite.name()).is_dir();
    let suites = match options.suites.as_slice() {
        [] => Suite::ALL.into_iter().filter(is_there).collect(),
        named => named.to_vec(),
    };
    let mut versions: Vec<Version> = Vec::new();
    if tshark::installed("tshark") {
        let plugin = tshark::build_plugin(false).map_err(|error| error.to_string())?;
        let number = tshark::version().map_err(|error| error.to_string())?;
        versions.push(Version::new(number, &plugin, &[])?);
    }
    for suite in suites {
        let root = Root::of(suite)?;
        let number = root.version()?;
        if versions.iter().any(|version| version.number == number) {
            continue;
        }
        let environment = root.environment()?;
        // A target folder of its own, as that of `cargo xtask matrix`.
        let folder = target.join("matrix");
        let mut build = setup::cargo();
        build.args(["build", "--quiet", "--package=adjoin-plugin", "--target-dir"]).arg(&folder);
        crate::test::succeed(build.envs(environment.iter().cloned()))?;
        versions.push(Version::new(number, &folder.join("debug/libadjoin.so"), &environment)?);
    }
    if versions.is_empty() { Err("there is no tshark".to_owned()) } else { Ok(versions) }
}

impl Version {
    fn new(number: String, plugin: &Path, environment: &[(&'static str, OsString)]) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("Wireshark {number}: {error}");
        let with = Tshark::of(environment, Some(plugin)).map_err(failed)?;
        let without = Tshark::of(environment, None).map_err(failed)?;
        let plugins = with.command().args(["-G", "plugins"]).output().map_err(failed)?;
        if !String::from_utf8_lossy(&plugins.stdout).contains("adjoin") {
            return Err(format!("Wireshark {number} doesn't load the plugin"));
        }
        Ok(Self { number, with, without, count: Count::default() })
    }

    /// Reads a file in all modes.
    fn read(
        &mut self,
        file: &Path,
        source: &Source,
        seed: u64,
        keep: &Path,
        finds: &mut Vec<String>,
    ) -> Outcome {
        for mode in &MODES {
            let (fault, lines) = once(&self.with, mode.with, file)?;
            self.count.runs += 1;
            if mode.name == "fields" {
                self.count.frames += lines;
            }
            let Some(fault) = fault else { continue };
            let alone = once(&self.without, mode.without, file)?.0;
            let is_ours = OURS.iter().any(|word| fault.contains(word)) || alone.is_none();
            let whose = if is_ours { "ours" } else { "Wireshark's" };
            *(if is_ours { &mut self.count.ours } else { &mut self.count.wiresharks }) += 1;
            let name = format!("{}-{}-{seed}-{}", self.number, mode.name, source.name());
            let kept = keep.join(name);
            fs::copy(file, &kept).map_err(|error| format!("{}: {error}", kept.display()))?;
            let line =
                format!("{} {}, seed {seed}: {whose}: {fault}; {}", self.number, mode.name, kept.display());
            println!("{line}");
            if is_ours {
                finds.push(line);
            }
        }
        Ok(())
    }
}

/// Words of faults that only the plugin has.
const OURS: [&str; 3] = ["protocol ADJOIN", "panicked", "adjoin failed"];
/// The same where they stand in what is printed for people to read.
const PRINTED: [&str; 4] = ["Dissector bug", "panicked at", "adjoin failed on", "ADJOIN-INTERNAL"];
/// Words in standard error that tell of a fault.
const SAID: [&str; 11] = [
    "Dissector bug",
    "panicked",
    "adjoin failed",
    "OOPS",
    "CRITICAL",
    "-ERROR",
    " ERROR]",
    "Sanitizer",
    "runtime error:",
    "ssertion",
    "stack smashing",
];

/// Runs tshark once: what it shows of a fault, and how many lines it printed.
fn once(tshark: &Tshark, mode: &[&str], file: &Path) -> Result<(Option<String>, u64), String> {
    let mut command = tshark.program("sh");
    command
        .args(["-c", "ulimit -c 0; ulimit -v \"$0\"; exec tshark \"$@\"", &MEMORY_LIMIT.to_string(), "-n"])
        .args(mode)
        .arg("-r")
        .arg(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("sh: {error}"))?;
    let printed = child.stdout.take().ok_or("no standard output")?;
    let said = child.stderr.take().ok_or("no standard error")?;
    let (done, is_done) = mpsc::channel();
    let printed = thread::spawn(move || {
        let outcome = search(printed, &PRINTED);
        // Nobody waits any more when the time is over.
        let _ = done.send(());
        outcome
    });
    let said = thread::spawn(move || search(said, &SAID));
    let in_time = is_done.recv_timeout(TIME_LIMIT).is_ok();
    if !in_time {
        child.kill().map_err(|error| error.to_string())?;
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    let (shown, lines) = printed.join().map_err(|_| "the reader of standard output failed")?;
    let (complaint, _) = said.join().map_err(|_| "the reader of standard error failed")?;
    let ended = if in_time { signal(status) } else { Some(format!("not done in {TIME_LIMIT:?}")) };
    let fault = match (ended, complaint) {
        (Some(ended), Some(complaint)) => Some(format!("{ended}: {complaint}")),
        (one, other) => one.or(shown).or(other),
    };
    Ok((fault, lines))
}

/// The signal that ended a program; a shell tells of it as a status above 128.
fn signal(status: ExitStatus) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return Some(format!("ended by signal {signal}"));
        }
    }
    status.code().filter(|code| *code > 128).map(|code| format!("ended by signal {}", code - 128))
}

/// The first line with one of the words, or the last that is about the plugin; and the number of lines.
fn search(from: impl Read, words: &[&str]) -> (Option<String>, u64) {
    let (mut found, mut lines) = (None, 0);
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        lines += 1;
        let line = String::from_utf8_lossy(&line);
        let has = |words: &[&str]| words.iter().any(|word| line.contains(word));
        if has(words) && (found.is_none() || has(&OURS)) {
            found = Some(crate::terminal::fit(line.trim(), 300));
        }
    }
    (found, lines)
}

/// What is damaged.
enum Source {
    Capture(PathBuf),
    /// Packets of a kind that `randpkt` knows. It takes no seed: what it made is only found in the file.
    Random(&'static str),
}

/// Those of its kinds that reach the plugin, or the protocols beside it.
const RANDOM: [&str; 8] = ["dns", "eth", "ip", "ipv6", "llc", "nbns", "tcp", "udp"];

impl Source {
    /// The name of the file that is made of it.
    fn name(&self) -> String {
        match self {
            Self::Capture(path) => captures::name(path),
            Self::Random(kind) => format!("randpkt-{kind}.pcap"),
        }
    }
}

/// The samples, all captures that a variable names, and random packets.
fn sources() -> Result<Vec<Source>, String> {
    let mut files = captures::within(&captures::root().join("samples"));
    match env::var_os(CAPTURES) {
        Some(folder) => {
            let folder = PathBuf::from(folder);
            for folder in [folder.join("dev"), folder.join("lab/dev"), folder.clone()] {
                files.extend(captures::within(&folder));
            }
        }
        None => println!("{CAPTURES} names no folder of captures: the samples alone"),
    }
    if files.is_empty() {
        return Err("there are no captures".to_owned());
    }
    let random = if tshark::installed("randpkt") { RANDOM.as_slice() } else { &[] };
    Ok(files.into_iter().map(Source::Capture).chain(random.iter().map(|kind| Source::Random(kind))).collect())
}

/// The sources in an order that depends on the seed alone, so that a short run sees some of each kind.
fn shuffled(sources: &[Source], seed: u64) -> Vec<&Source> {
    let mut order: Vec<_> = sources.iter().enumerate().collect();
    order.sort_by_key(|(index, _)| mixed(seed ^ mixed(*index as u64)));
    order.into_iter().map(|(_, source)| source).collect()
}

/// Another number, with no likeness to `number`: the output function of SplitMix64.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// Where damaged captures are made and kept.
struct Damaged {
    /// A folder that every tshark may read.
    place: Tshark,
    /// What made tshark fail.
    finds: PathBuf,
}

impl Damaged {
    fn new(target: &Path) -> Result<Self, String> {
        let place = Tshark::without_plugin().map_err(|error| error.to_string())?;
        let finds = target.join("mutate");
        fs::create_dir_all(&finds).map_err(|error| format!("{}: {error}", finds.display()))?;
        Ok(Self { place, finds })
    }

    /// The file that a seed makes of a source.
    fn make(&self, source: &Source, seed: u64) -> Result<PathBuf, String> {
        match source {
            Source::Capture(capture) => {
                let damage = Damage::of(&source.name(), seed, frames(capture));
                let octets =
                    self.program("editcap", &damage.options, Some(capture), damage.window.as_deref())?;
                self.write(&octets)
            }
            Source::Random(kind) => {
                let octets = self.program("randpkt", &["-t", kind, "-c", "400", "-b", "1500"], None, None)?;
                self.write(&octets)
            }
        }
    }

    fn write(&self, octets: &[u8]) -> Result<PathBuf, String> {
        self.place.file("damaged", octets).map_err(|error| error.to_string())
    }

    /// What a program makes of a capture.
    fn program<S: AsRef<std::ffi::OsStr>>(
        &self,
        name: &str,
        arguments: &[S],
        capture: Option<&Path>,
        window: Option<&str>,
    ) -> Result<Vec<u8>, String> {
        let made = self.place.home().join("made");
        // What was made before is of another capture.
        let _ = fs::remove_file(&made);
        let mut command = std::process::Command::new(name);
        command.args(arguments).args(capture).arg(&made).args(window).stdin(Stdio::null());
        let output = command.output().map_err(|error| format!("{name}: {error}"))?;
        // A capture that ends in the middle of a packet is a good one for this.
        fs::read(&made).map_err(|error| {
            format!("{name} made nothing ({error}): {}", String::from_utf8_lossy(&output.stderr))
        })
    }
}

/// The frames of a capture, by the program that knows; none when it doesn't.
fn frames(capture: &Path) -> u64 {
    let told = std::process::Command::new("capinfos").args(["-c", "-M", "-T", "-r"]).arg(capture).output();
    let told = told.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    told.split_whitespace().last().and_then(|word| word.parse().ok()).unwrap_or(0)
}

/// What editcap does to a capture.
#[derive(Debug, PartialEq, Eq)]
struct Damage {
    options: Vec<String>,
    /// The frames that are taken, where not all are.
    window: Option<String>,
}

impl Damage {
    /// By name and seed: octets are changed, in all of a frame or behind the headers; now and then frames are
    /// cut, or their ends chopped off.
    fn of(name: &str, seed: u64, frames: u64) -> Self {
        let chosen = name.bytes().fold(mixed(seed), |sum, octet| mixed(sum ^ u64::from(octet)));
        let number = |part: u64, below: u64| mixed(chosen ^ part) % below;
        let pick = |part: u64, of: &[&str]| -> String {
            let index = number(part, of.len() as u64);
            of.iter().zip(0..).find(|(_, at)| *at == index).map_or("", |(value, _)| value).to_owned()
        };
        let mut options = vec!["-E".to_owned(), pick(1, &["0.0005", "0.002", "0.01", "0.03", "0.1"])];
        options.extend(["--seed".to_owned(), number(2, 1 << 31).to_string()]);
        // Behind Ethernet, IPv4 and UDP or TCP, or behind what most application protocols begin with.
        options.extend(["-o".to_owned(), pick(3, &["0", "42", "54", "54", "66", "90"])]);
        match number(4, 8) {
            0 => options.extend(["-s".to_owned(), pick(5, &["60", "96", "128", "200", "400"])]),
            1 => options.extend(["-C".to_owned(), pick(6, &["-1", "-4", "-20", "14", "1"])]),
            _ => {}
        }
        let mut window = None;
        if frames > WINDOW {
            let first = number(7, frames - WINDOW) + 1;
            options.push("-r".to_owned());
            window = Some(format!("{first}-{}", first + WINDOW - 1));
        }
        Self { options, window }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read() {
        let options = Options::from(&["--minutes", "60", "trixie"]).unwrap();
        assert_eq!(options, Options { minutes: 60, seed: 1, suites: vec![Suite::Trixie] });
        for wrong in [&["--minutes", "0"][..], &["--minutes"], &["--seed", "x"], &["4.4"]] {
            assert_eq!(Options::from(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_seed_always_does_the_same_damage() {
        let damage = Damage::of("joined.pcap", 7, 100);
        assert_eq!(damage, Damage::of("joined.pcap", 7, 100));
        assert_ne!(damage, Damage::of("joined.pcap", 8, 100));
        assert_ne!(damage, Damage::of("wrong-password.pcap", 7, 100));
        assert_eq!(damage.window, None);
        for seed in 0..100 {
            let window = Damage::of("long.pcap", seed, 2 * WINDOW).window.unwrap();
            let (first, last) = window.split_once('-').unwrap();
            let (first, last): (u64, u64) = (first.parse().unwrap(), last.parse().unwrap());
            assert!(first >= 1 && last <= 2 * WINDOW && last - first + 1 == WINDOW, "{window}");
        }
    }

    #[test]
    fn a_seed_gives_an_order_of_all() {
        let sources: Vec<_> = RANDOM.iter().map(|kind| Source::Random(kind)).collect();
        let order = |seed| shuffled(&sources, seed).iter().map(|source| source.name()).collect::<Vec<_>>();
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
        let mut all = order(3);
        all.sort();
        assert_eq!(all.len(), RANDOM.len());
        all.dedup();
        assert_eq!(all.len(), RANDOM.len());
    }

    #[cfg(unix)]
    #[test]
    fn signals_are_seen_through_a_shell() {
        use std::os::unix::process::ExitStatusExt;
        assert_eq!(signal(ExitStatus::from_raw(11)).as_deref(), Some("ended by signal 11"));
        assert_eq!(signal(ExitStatus::from_raw(139 << 8)).as_deref(), Some("ended by signal 11"));
        assert_eq!(signal(ExitStatus::from_raw(2 << 8)), None);
    }

    #[test]
    fn the_first_fault_is_kept() {
        let said = "all is well\n** (tshark:1): CRITICAL **: one\nCRITICAL: two\n";
        let (found, lines) = search(said.as_bytes(), &SAID);
        assert_eq!((found.as_deref(), lines), (Some("** (tshark:1): CRITICAL **: one"), 3));
        let said =
            "Dissector bug, protocol SMB2\nDissector bug, protocol ADJOIN\nDissector bug, protocol TLS";
        let (found, _) = search(said.as_bytes(), &SAID);
        assert_eq!(found.as_deref(), Some("Dissector bug, protocol ADJOIN"), "ours is not hidden by another");
    }
}
