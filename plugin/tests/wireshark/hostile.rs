//! Captures that are cut, damaged or empty; every kind of output.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use adjoin_oracle::tshark::{Tshark, installed};

use crate::{captures, read, text, tshark};

/// Ways to run tshark that differ in what the plugin sees: a tree or none, one pass or two, a
/// filter on our fields, the statistics of findings, the report.
const MODES: [&[&str]; 8] = [
    &[],
    &["-2"],
    &["-V"],
    &["-T", "json"],
    &["-T", "pdml", "-2"],
    &["-2", "-R", "adjoin or frame", "-Y", "adjoin.summary or frame"],
    &["-q", "-z", "expert"],
    &["-q", "-z", "adjoin,report", "-z", "adjoin,report,json"],
];

fn all_modes(tshark: &Tshark, file: &Path) {
    for mode in MODES {
        read(tshark, file, mode);
    }
}

/// Joins, in a place where tshark may read them.
fn joins(tshark: &Tshark) -> Vec<PathBuf> {
    let names = ["joined.pcap", "windows7-join.pcap"];
    names.iter().map(|name| tshark.lend(&captures::sample(name)).expect("a sample")).collect()
}

/// Captures from beside the repository, in a place where tshark may read them.
fn shared(tshark: &Tshark, count: usize) -> Vec<PathBuf> {
    captures::shared(count).iter().map(|file| tshark.lend(file).expect("a capture")).collect()
}

/// `file` as editcap changes it, in a place where tshark may read it.
fn edited(tshark: &Tshark, file: &Path, arguments: &[&str], name: &str) -> PathBuf {
    let output = tshark.program("editcap").args(arguments).arg(file).arg("-").output().expect("editcap runs");
    assert!(output.status.success(), "editcap {arguments:?}: {}", text(&output.stderr));
    tshark.file(name, &output.stdout).expect("a temporary file")
}

#[test]
fn no_kind_of_output_fails_on_any_capture() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    for (name, content) in [
        ("ping.pcap", captures::ping()),
        ("empty.pcap", captures::pcap(&[])),
        ("no-octets.pcap", captures::pcap(&[Vec::new(), vec![0], vec![0xff; 14]])),
        ("year-2286.pcapng", captures::far_future(10_000_000_000)),
        ("end-of-time.pcapng", captures::far_future(u64::from(u32::MAX) << 24)),
    ] {
        all_modes(&tshark, &tshark.file(name, &content).expect("a temporary file"));
    }
    for file in joins(&tshark).into_iter().chain(shared(&tshark, 6)) {
        all_modes(&tshark, &file);
    }
}

#[test]
fn cut_and_damaged_captures_do_no_harm() {
    if !installed("tshark") || !installed("editcap") {
        return;
    }
    let tshark = tshark();
    let mut files = vec![tshark.file("ping.pcap", &captures::ping()).expect("a temporary file")];
    files.extend(joins(&tshark));
    files.extend(shared(&tshark, 3));
    for file in files {
        all_modes(&tshark, &edited(&tshark, &file, &["-s", "60"], "cut.pcap"));
        for seed in ["1", "2"] {
            let damaged = edited(&tshark, &file, &["-E", "0.02", "--seed", seed], "damaged.pcap");
            all_modes(&tshark, &damaged);
        }
    }
}

/// What the user of a capture is called clears the screen in two ways and turns the direction of what follows.
#[test]
fn names_command_no_terminal() {
    if !installed("tshark") {
        return;
    }
    let (name, evil) = (b"Administrator", b"<i>\x1b[2J\xc2\x9bZ\xe2\x80\xae");
    let mut capture = std::fs::read(captures::sample("wrong-password.pcap")).expect("a sample");
    let places: Vec<_> =
        capture.windows(name.len()).enumerate().filter(|(_, at)| at == name).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        capture[at..at + name.len()].copy_from_slice(evil);
    }
    let tshark = tshark();
    let file = tshark.file("names.pcap", &capture).expect("a temporary file");
    for mode in [
        &["-O", "adjoin"][..],
        &["-T", "fields", "-e", "adjoin.summary", "-e", "adjoin.krb.cname", "-e", "adjoin.finding"],
        &["-q", "-z", "adjoin,report"],
        &["-q", "-z", "adjoin,report,json"],
        &["-q", "-z", "adjoin,stat"],
        &["-q", "-z", "flow,adjoin,network"],
    ] {
        let printed = read(&tshark, &file, mode);
        assert!(printed.contains("2J"), "the name is there: {mode:?}: {printed}");
        let commands = |c: &char| c.is_control() && !matches!(c, '\n' | '\t') || *c == '\u{202e}';
        assert_eq!(printed.chars().find(commands), None, "{mode:?}: {printed:?}");
    }
}

/// What a run says, without the process and the time of warnings.
fn said(output: &[u8]) -> String {
    let without = |line: &str| {
        let rest = line.trim_start().strip_prefix("** (")?;
        Some(rest.split_once(" [")?.1.to_owned())
    };
    text(output).lines().map(|line| without(line).unwrap_or_else(|| line.to_owned()) + "\n").collect()
}

/// What a user sees without asking for us stays as it is.
#[test]
fn summary_lines_are_those_of_plain_wireshark() {
    if !installed("tshark") {
        return;
    }
    let (plain, tshark) = (Tshark::without_plugin().expect("a temporary folder"), tshark());
    let mut files = vec![tshark.file("ping.pcap", &captures::ping()).expect("a temporary file")];
    files.extend(joins(&tshark));
    files.extend(shared(&tshark, 6));
    for file in files {
        for passes in ["-n", "-2"] {
            let arguments = [OsStr::new(passes), OsStr::new("-r"), file.as_os_str()];
            let (before, after) = (plain.run(arguments), tshark.run(arguments));
            let (before, after) = (before.expect("tshark runs"), after.expect("tshark runs"));
            assert_eq!(text(&before.stdout), text(&after.stdout), "{}", file.display());
            assert_eq!(said(&before.stderr), said(&after.stderr), "{}", file.display());
        }
    }
}
