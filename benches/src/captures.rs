//! Whole captures of any size: `adjoin report` beside merely reading the file, and beside `tshark`.
//!
//! The captures are made here, one at a time, and removed again. Each program is a process of its own; they run
//! in turn, round after round, and the ratios are those of one round.

use std::fs::File;
use std::io::{BufWriter, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use adjoin_capture::LinkType;
use adjoin_oracle::tshark::{self, Tshark};
use adjoin_scenes::bulk::{Bulk, Recording, Size};
use capture_file::{Reader, Writer};

use crate::messages::root;
use crate::table::number;
use crate::timing::median;

/// What the program runs itself with to read a file and do nothing with it.
pub const READ: &str = "read";
/// Octets that are read at once: what `capture-file` reads at once.
const CHUNK: usize = 256 << 10;
/// Files beyond this are too much for tshark, whose memory grows with what it reads; beyond the first number, it
/// reads mixed traffic alone.
const FOR_TSHARK: [u64; 2] = [1_000_000_000, 2_000_000_000];
/// Who takes longer, in seconds, runs in the first rounds only.
const SLOW: f64 = 2.0;
const ROUNDS_OF_SLOW: usize = 3;
/// Who takes still longer runs once, while its memory is looked at.
const VERY_SLOW: f64 = 20.0;
/// Room that is left on the disk.
const SPARE: u64 = 2_000_000_000;
/// What `adjoin report` may take at the most, in KiB, whatever the capture is.
const MOST_MEMORY: u64 = 64 << 10;

/// What a capture consists of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    Mixed,
    Irrelevant,
    Joins,
}

impl Traffic {
    const ALL: [Self; 3] = [Self::Mixed, Self::Irrelevant, Self::Joins];

    const fn name(self) -> &'static str {
        match self {
            Self::Mixed => "mixed",
            Self::Irrelevant => "irrelevant",
            Self::Joins => "joins",
        }
    }

    fn size(self, bytes: u64) -> Size {
        let joins = match self {
            Self::Mixed => bytes / 5_000_000,
            Self::Irrelevant => 0,
            // Four frames of ten.
            Self::Joins => bytes / 330_000,
        };
        Size { bytes, joins: u32::try_from(joins).unwrap_or(u32::MAX), files: self != Self::Irrelevant }
    }
}

/// A file that is removed when it is no longer needed.
struct Capture {
    path: PathBuf,
    packets: u64,
    octets: u64,
    /// Frames of it that belong to joins.
    of_joins: u64,
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Real joins of `samples`.
fn recordings() -> Vec<Recording> {
    const NAMES: [(&str, [u8; 4]); 2] =
        [("windows7-join.pcap", [192, 168, 122, 145]), ("joined.pcap", [192, 168, 50, 13])];
    let recording = |(name, client): (&str, [u8; 4])| {
        let path = root().join("samples").join(name);
        let mut reader = Reader::open(&path).unwrap_or_else(|error| panic!("{error}"));
        let mut frames = Vec::new();
        while let Ok(Some(record)) = reader.next() {
            frames.push((record.time, record.bytes.to_vec()));
        }
        Recording { client: client.into(), frames }
    };
    NAMES.map(recording).into()
}

/// Writes a capture; the same each time.
fn make(folder: &Path, traffic: Traffic, bytes: u64) -> std::io::Result<Capture> {
    let mut capture = Capture { path: folder.join("capture.pcapng"), packets: 0, octets: 0, of_joins: 0 };
    let file = File::create(&capture.path)?;
    let mut writer = Writer::new(BufWriter::with_capacity(1 << 20, file), "adjoin-scenes")?;
    let size = traffic.size(bytes);
    for (time, frame) in Bulk::with(recordings(), size, 1) {
        writer.packet(LinkType::ETHERNET, time, &frame, 0, &[])?;
        capture.packets += 1;
        capture.of_joins += u64::from(is_of_a_join(&frame));
    }
    writer.finish()?;
    capture.octets = capture.path.metadata()?.len();
    Ok(capture)
}

/// Clients that join have addresses in 10.20; nobody else does.
fn is_of_a_join(frame: &[u8]) -> bool {
    let of_a_client = |at: usize| frame.get(at..at + 2) == Some(&[10, 20]);
    frame.get(12..14) == Some(&[8, 0])
        && (of_a_client(26) && frame.get(28) >= Some(&16) || of_a_client(30) && frame.get(32) >= Some(&16))
}

/// Reads a file in a plain loop.
pub fn read(path: &str) {
    let mut file = File::open(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut space = vec![0; CHUNK];
    while file.read(&mut space).unwrap_or_else(|error| panic!("{path}: {error}")) > 0 {}
}

/// A program that reads the capture.
struct Program {
    name: &'static str,
    command: Box<dyn Fn(&Path) -> Command>,
    /// What it took in each round.
    seconds: Vec<f64>,
    /// In how many rounds it takes part.
    rounds: usize,
    /// The most memory that it took, in KiB.
    memory: Option<u64>,
}

impl Program {
    fn new(name: &'static str, command: impl Fn(&Path) -> Command + 'static) -> Self {
        Self { name, command: Box::new(command), seconds: Vec::new(), rounds: 0, memory: None }
    }

    fn start(&self, path: &Path) -> std::io::Result<std::process::Child> {
        let mut command = (self.command)(path);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    }

    fn time(&mut self, path: &Path) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("{}: {error}", self.name);
        let start = Instant::now();
        let status = self.start(path).and_then(|mut child| child.wait()).map_err(failed)?;
        self.seconds.push(start.elapsed().as_secs_f64());
        self.ended_well(status)
    }

    /// The verdict of `adjoin report` is its exit code.
    fn ended_well(&self, status: ExitStatus) -> Result<(), String> {
        match status.code() {
            Some(..=2) => Ok(()),
            _ => Err(format!("{}: {status}", self.name)),
        }
    }

    /// Runs it before the rounds, looks at its memory again and again, and sees in how many of them it may be.
    fn weigh(&mut self, path: &Path, rounds: usize) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("{}: {error}", self.name);
        let start = Instant::now();
        let mut child = self.start(path).map_err(failed)?;
        let status = format!("/proc/{}/status", child.id());
        let ended = loop {
            if let Some(ended) = child.try_wait().map_err(failed)? {
                break ended;
            }
            self.memory = self.memory.max(high_water(&status));
            std::thread::sleep(Duration::from_millis(1));
        };
        let seconds = start.elapsed().as_secs_f64();
        self.rounds = match seconds {
            ..SLOW => rounds,
            ..VERY_SLOW => rounds.min(ROUNDS_OF_SLOW),
            _ => 0,
        };
        if self.rounds == 0 {
            self.seconds.push(seconds);
        }
        self.ended_well(ended)
    }

    fn median(&self) -> f64 {
        median(self.seconds.clone())
    }

    /// How often longer than `other`, round by round.
    fn ratio(&self, other: &Self) -> f64 {
        median(self.seconds.iter().zip(&other.seconds).map(|(own, other)| own / other).collect())
    }
}

/// The most memory of a process so far, in KiB.
fn high_water(status: &str) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The programs, `adjoin` first and the plain loop second.
fn programs(adjoin: &Path, with_tshark: bool) -> Vec<Program> {
    let (ours, one_core) = (adjoin.to_owned(), adjoin.to_owned());
    let mut all = vec![
        Program::new("adjoin report", move |path| {
            let mut command = Command::new(&ours);
            command.arg("report").arg(path);
            command
        }),
        Program::new("a plain loop of read()", |path| {
            let mut command = Command::new(std::env::current_exe().expect("this program"));
            command.arg(READ).arg(path);
            command
        }),
        Program::new("cat", |path| {
            let mut command = Command::new("cat");
            command.arg(path);
            command
        }),
    ];
    if tshark::installed("taskset") {
        all.push(Program::new("adjoin report, one core", move |path| {
            let mut command = Command::new("taskset");
            command.args(["-c", "0"]).arg(&one_core).arg("report").arg(path);
            command
        }));
    }
    if !with_tshark {
        return all;
    }
    const MODES: [(&str, &[&str]); 2] = [
        ("tshark -q -z io,phs", &["-q", "-z", "io,phs"]),
        ("tshark -T fields -e frame.number", &["-T", "fields", "-e", "frame.number"]),
    ];
    const WITH: [(&str, &[&str]); 2] = [
        ("the same, with the plugin", &["-q", "-z", "io,phs"]),
        ("the same, with the plugin", &["-T", "fields", "-e", "frame.number"]),
    ];
    let plain = Tshark::without_plugin().map_err(|error| eprintln!("tshark: {error}")).ok();
    let plugin = plain.as_ref().and_then(|_| {
        let built = tshark::build_plugin(true).and_then(|plugin| Tshark::with_plugin(&plugin));
        built.map_err(|error| eprintln!("the plugin is not measured: {error}")).ok()
    });
    let (plain, plugin) = (plain.map(std::rc::Rc::new), plugin.map(std::rc::Rc::new));
    for (mode, with) in MODES.iter().zip(WITH) {
        for ((name, arguments), tshark) in [(*mode, &plain), (with, &plugin)] {
            if let Some(tshark) = tshark.clone() {
                all.push(Program::new(name, move |path| {
                    let mut command = tshark.command();
                    command.arg("-n").arg("-r").arg(path).args(arguments);
                    command
                }));
            }
        }
    }
    all
}

/// Octets that are free on the disk of `folder`.
fn room(folder: &Path) -> Option<u64> {
    let output = Command::new("df").args(["--output=avail", "-B1"]).arg(folder).output().ok()?;
    String::from_utf8_lossy(&output.stdout).lines().nth(1)?.trim().parse().ok()
}

/// Measures captures of these sizes; the tables, and whether the memory kept its bound.
pub fn measure(sizes: &[(Option<Traffic>, u64)]) -> Result<(String, bool), String> {
    let folder = std::env::temp_dir().join(format!("adjoin-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let outcome = adjoin().and_then(|adjoin| measure_in(&folder, &adjoin, sizes));
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

/// The command, built as it is packaged.
fn adjoin() -> Result<PathBuf, String> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let arguments = ["build", "--release", "-p", "adjoin", "--message-format=json-render-diagnostics"];
    let output = command.current_dir(root()).args(arguments).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("cargo: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let built = text.lines().rev().find_map(|line| line.split("\"executable\":\"").nth(1)?.split('"').next());
    built.map(PathBuf::from).ok_or_else(|| "adjoin was not built".to_owned())
}

fn measure_in(
    folder: &Path,
    adjoin: &Path,
    sizes: &[(Option<Traffic>, u64)],
) -> Result<(String, bool), String> {
    let mut page = String::new();
    let mut bounded = true;
    for (only, bytes) in sizes {
        if room(folder).is_none_or(|room| room < bytes + SPARE) {
            page.push_str(&format!(
                "Captures of {} are left out: the disk has no room.\n\n",
                gigabytes(*bytes)
            ));
            continue;
        }
        let rounds = match bytes {
            ..=500_000_000 => 9,
            ..=5_000_000_000 => 5,
            _ => 3,
        };
        page.push_str(
            "| traffic | packets | program | seconds | packets per second | GB/s | peak MiB | times reading | times adjoin |\n\
             |---|--:|---|--:|--:|--:|--:|--:|--:|\n",
        );
        for traffic in Traffic::ALL.into_iter().filter(|traffic| only.is_none_or(|only| only == *traffic)) {
            eprintln!("{} of {}", gigabytes(*bytes), traffic.name());
            let capture = make(folder, traffic, *bytes).map_err(|error| format!("a capture: {error}"))?;
            let mut all = programs(adjoin, *bytes <= FOR_TSHARK[usize::from(traffic == Traffic::Mixed)]);
            for program in &mut all {
                program.weigh(&capture.path, rounds)?;
            }
            for round in 0..rounds {
                for program in all.iter_mut().filter(|program| round < program.rounds) {
                    program.time(&capture.path)?;
                }
            }
            bounded &= all.first().and_then(|ours| ours.memory).is_none_or(|most| most < MOST_MEMORY);
            for (at, program) in all.iter().enumerate() {
                page.push_str(&line(&capture, traffic, program, &all, at));
            }
        }
        page.push_str(&format!(
            "\nFiles of {}; {rounds} rounds, {ROUNDS_OF_SLOW} for who takes longer than {SLOW} s, one for {VERY_SLOW} s.",
            gigabytes(*bytes)
        ));
        if *bytes > FOR_TSHARK[0] {
            page.push_str(
                " Where tshark is left out, its memory grows with the file, and a round takes minutes.",
            );
        }
        page.push_str("\n\n");
    }
    Ok((page, bounded))
}

fn line(capture: &Capture, traffic: Traffic, program: &Program, all: &[Program], at: usize) -> String {
    let seconds = program.median();
    let packets = capture.packets as f64 / seconds;
    let times = |other: usize| match all.get(other) {
        Some(other_program) if other != at => format!("{:.2}", program.ratio(other_program)),
        _ => String::new(),
    };
    let (name, count) = match at {
        0 => (
            format!("{}, {}% of joins", traffic.name(), capture.of_joins * 100 / capture.packets.max(1)),
            number(capture.packets),
        ),
        _ => (String::new(), String::new()),
    };
    let memory = program.memory.map_or_else(|| "-".to_owned(), |kib| number(kib.div_ceil(1 << 10)));
    format!(
        "| {name} | {count} | {} | {seconds:.2} | {} | {:.2} | {memory} | {} | {} |\n",
        program.name,
        number(packets as u64),
        capture.octets as f64 / seconds / 1e9,
        times(1),
        times(0),
    )
}

fn gigabytes(bytes: u64) -> String {
    if bytes < 1_000_000_000 {
        format!("{} MB", bytes / 1_000_000)
    } else {
        format!("{} GB", bytes / 1_000_000_000)
    }
}

/// `200M` or `10G`; `joins:10G` for one kind of traffic alone.
pub fn size(text: &str) -> Option<(Option<Traffic>, u64)> {
    let (traffic, text) = match text.split_once(':') {
        Some((name, size)) => (Some(Traffic::ALL.into_iter().find(|traffic| traffic.name() == name)?), size),
        None => (None, text),
    };
    let digits = text.trim_end_matches(['M', 'G']);
    let unit = match &text[digits.len()..] {
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        _ => return None,
    };
    Some((traffic, digits.parse::<u64>().ok()?.checked_mul(unit)?))
}
