//! The two doors say the same: `adjoin report` and tshark with the plugin, on the same files.
//!
//! Besides the samples, the captures beside the repository are compared where there are any.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use adjoin_capture::LinkType;
use adjoin_oracle::tshark::{Tshark, build_plugin, installed};
use capture_file::Writer;
use serde_json::Value;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// What one of the doors says, and what it says of the file.
#[derive(Debug, PartialEq)]
enum Said {
    Report(Box<Value>),
    Nothing,
}

/// Differences that are meant to be.
///
/// * Of a file without packets the plugin prints an empty report, because Wireshark has opened it; the
///   command says that there is nothing to judge, because a script should not take it for an answer.
fn is_allowed(command: &Said, plugin: &Said) -> bool {
    match (command, plugin) {
        (Said::Nothing, Said::Report(report)) => report["capture"]["frames"] == 0,
        _ => false,
    }
}

fn by_command(capture: &Path) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_adjoin"))
        .args(["report", "--format", "json"])
        .arg(capture)
        .output()
        .expect("the command runs");
    let Ok(mut report) = serde_json::from_slice::<Value>(&output.stdout) else { return Said::Nothing };
    // The plugin doesn't know the names of files.
    assert_eq!(report["capture"]["files"][0], *capture.to_string_lossy());
    report["capture"]["files"] = Value::Array(Vec::new());
    Said::Report(Box::new(report))
}

/// What the plugin says, and the number and the time of each frame that tshark lists.
fn by_plugin(tshark: &Tshark, capture: &Path) -> (Said, Vec<String>) {
    let arguments =
        ["-T", "fields", "-E", "separator= ", "-e", "frame.number", "-e", "frame.time_epoch", "-z"];
    let printed =
        tshark.read(capture, &[&arguments[..], &["adjoin,report,json"]].concat()).expect("tshark reads it");
    let begin = printed.find('{').expect("a report");
    let report = serde_json::from_str(&printed[begin..]).expect("a report in JSON");
    (Said::Report(Box::new(report)), printed[..begin].lines().map(str::to_owned).collect())
}

/// `seconds.nanoseconds` of tshark as the report writes it, of the time within its minute.
fn seconds_of(epoch: &str) -> Option<String> {
    let (seconds, fraction) = epoch.split_once('.')?;
    Some(format!("{:02}.{}Z", seconds.parse::<u64>().ok()? % 60, fraction.get(..6)?))
}

/// Where the two differ, member by member.
fn differences(path: &str, command: &Value, plugin: &Value, found: &mut Vec<String>) {
    match (command, plugin) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            a.iter().for_each(|(key, value)| differences(&format!("{path}.{key}"), value, &b[key], found));
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                differences(&format!("{path}[{at}]"), a, b, found);
            }
        }
        (a, b) if a == b => {}
        (a, b) => found.push(format!("{path}: the command says {a}, the plugin {b}")),
    }
}

/// What differs on one file.
fn compare(tshark: &Tshark, capture: &Path) -> Vec<String> {
    let (command, (plugin, frames)) = (by_command(capture), by_plugin(tshark, capture));
    let mut found = Vec::new();
    match (&command, &plugin) {
        (Said::Report(a), Said::Report(b)) => {
            differences("", a, b, &mut found);
            let capture = &a["capture"];
            if capture["frames"] != frames.len() {
                found.push(format!("{} frames, tshark lists {}", capture["frames"], frames.len()));
            }
            let times: Vec<&str> = frames.iter().filter_map(|line| line.split(' ').nth(1)).collect();
            for (name, time) in [("first", times.first()), ("last", times.last())] {
                let time = time.and_then(|time| seconds_of(time)).unwrap_or_default();
                if !capture[name].as_str().is_some_and(|said| said.ends_with(&time)) {
                    found.push(format!("{name}: {}, tshark says {time}", capture[name]));
                }
            }
        }
        (a, b) if is_allowed(a, b) => {}
        (a, b) => found.push(format!("the command says {a:?}, the plugin {b:?}")),
    }
    found.iter().map(|difference| format!("{}: {difference}", capture.display())).collect()
}

/// Compares all files, two at a time: tshark takes longest to begin.
fn compare_all(captures: &[PathBuf]) {
    let plugin = build_plugin(false).expect("the plugin builds");
    let tshark = Tshark::with_plugin(&plugin).expect("tshark has a folder for plugins");
    let left = Mutex::new(captures.iter());
    let found = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = left.lock().expect("no thread has failed").next();
                    let Some(capture) = next else { break };
                    let differences = compare(&tshark, capture);
                    found.lock().expect("no thread has failed").extend(differences);
                }
            });
        }
    });
    let found = found.into_inner().expect("no thread has failed");
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
    println!("{} captures, no difference", captures.len());
}

/// The captures of a folder.
fn captures(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        println!("skipped: {} is not here", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|kind| kind == "pcap" || kind == "pcapng"));
    files.sort();
    files
}

#[test]
fn of_the_samples() {
    if !installed("tshark") {
        return;
    }
    let samples = captures(&Path::new(HERE).join("../samples"));
    assert!(samples.len() > 5, "{samples:?}");
    compare_all(&samples);
}

#[test]
fn of_captures_beside_the_repository() {
    let shared = Path::new(HERE).join("../../shared/captures");
    if !shared.is_dir() {
        println!("skipped: ../shared is not here");
        return;
    }
    if !installed("tshark") {
        return;
    }
    let mut all = captures(&shared.join("dev"));
    all.extend(captures(&shared.join("lab/dev")));
    compare_all(&all);
}

/// An LDAP ping behind the header of each link layer, and records that are no packets.
#[test]
fn of_every_link_type() {
    if !installed("tshark") {
        return;
    }
    let frames = frames(&Path::new(HERE).join("../samples/ldap-ping.pcap"));
    let snap = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
    let wireless = [&[8, 0, 0, 0][..], &[2; 18], &[0, 0], &snap].concat();
    let behind = |header: &[u8]| [header, &wireless].concat();
    let mut avs = vec![0x80, 0x21, 0x10, 1, 0, 0, 0, 64];
    avs.resize(64, 0);
    let links: Vec<(u16, Vec<u8>)> = vec![
        (0, vec![2, 0, 0, 0]),
        (1, [&[2; 12][..], &[8, 0]].concat()),
        (9, vec![0xff, 3, 0, 0x21]),
        (50, vec![0xff, 3, 0, 0x21]),
        (51, vec![0x11, 0, 0, 9, 0, 0, 0, 0x21]),
        (101, Vec::new()),
        (104, vec![0x0f, 0, 8, 0]),
        (105, wireless.clone()),
        (108, vec![0, 0, 0, 2]),
        (113, [&[0, 0, 0, 1, 0, 6][..], &[2; 6], &[0, 0, 8, 0]].concat()),
        (119, behind(&[0; 144])),
        (127, behind(&[0, 0, 8, 0, 0, 0, 0, 0])),
        (163, behind(&avs)),
        (192, behind(&[0, 0, 8, 0, 105, 0, 0, 0])),
        (228, Vec::new()),
        (276, [&[8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6][..], &[2; 8]].concat()),
    ];
    let folder = Folder::new("links");
    let mut files = Vec::new();
    for (link, header) in links {
        let mut writer = Writer::new(Vec::new(), "a test").expect("memory");
        for (time, frame) in &frames {
            let bytes = [&header, &frame[14..]].concat();
            writer.packet(LinkType(link), *time, &bytes, 0, &[]).expect("memory");
        }
        let path = folder.0.join(format!("link-{link}.pcapng"));
        fs::write(&path, writer.finish().expect("memory")).expect("a temporary file");
        let Said::Report(report) = by_command(&path) else { panic!("{link}: no report") };
        assert_eq!(report["joins"][0]["phases"][1]["outcome"], "ok", "link type {link} is read");
        files.push(path);
    }
    compare_all(&files);
}

/// A journal entry has a number in tshark's list, and neither door counts it as a packet. Nor do they take its
/// time, or that of a line of a log that `adjoin annotate` wrote.
#[test]
fn of_records_that_are_no_packets() {
    if !installed("tshark") {
        return;
    }
    let mut writer = Writer::new(Vec::new(), "a test").expect("memory");
    for (time, frame) in &frames(&Path::new(HERE).join("../samples/ldap-ping.pcap")) {
        writer.packet(LinkType::ETHERNET, *time, frame, 0, &[]).expect("memory");
    }
    let line = b"\0\x0c\0\x08syslog\0\0\0\0\0\0adjoin netsetup 1 line 7\n2026-11-21 NetpDoDomainJoin\n";
    writer.packet(LinkType(252), 1_795_000_000_000_000_000, line, 0, &[]).expect("memory");
    let mut file = writer.finish().expect("memory");
    let entry = b"__REALTIME_TIMESTAMP=1795000000000000\nMESSAGE=xyz\n\0\0";
    let total = u32::try_from(12 + entry.len()).expect("small").to_le_bytes();
    file.extend([&9_u32.to_le_bytes()[..], &total, entry, &total].concat());
    let folder = Folder::new("journal");
    let path = folder.0.join("journal.pcapng");
    fs::write(&path, file).expect("a temporary file");
    let plugin = build_plugin(false).expect("the plugin builds");
    let tshark = Tshark::with_plugin(&plugin).expect("tshark has a folder for plugins");
    let (said, listed) = by_plugin(&tshark, &path);
    assert_eq!(listed.len(), 4);
    let Said::Report(report) = &said else { panic!("no report") };
    assert!(report["capture"]["last"].as_str().is_some_and(|last| last.starts_with("2012")), "{report}");
    assert_eq!(by_command(&path), said);
}

/// The times and octets of the Ethernet frames of a file.
fn frames(capture: &Path) -> Vec<(i64, Vec<u8>)> {
    let mut reader = capture_file::Reader::open(capture).expect("a sample");
    let mut frames = Vec::new();
    while let Some(record) = reader.next().expect("a whole file") {
        frames.push((record.time, record.bytes.to_vec()));
    }
    frames
}

/// A folder for files of one test.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("adjoin-doors-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
