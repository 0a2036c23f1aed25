//! Captures that are cut, damaged or empty; every kind of output.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::captures;
use crate::harness::{Home, installed, text};

/// Ways to run tshark that differ in what the plugin sees: a tree or none, one pass or two, a
/// filter on our fields, the statistics of findings.
const MODES: [&[&str]; 7] = [
    &[],
    &["-2"],
    &["-V"],
    &["-T", "json"],
    &["-T", "pdml", "-2"],
    &["-2", "-R", "adjoin or frame", "-Y", "adjoin.summary or frame"],
    &["-q", "-z", "expert"],
];

fn all_modes(home: &Home, file: &Path) {
    for mode in MODES {
        home.tshark([OsStr::new("-r"), file.as_os_str()].into_iter().chain(mode.iter().map(OsStr::new)));
    }
}

/// `file` as editcap changes it.
fn edited(home: &Home, file: &Path, arguments: &[&str], name: &str) -> PathBuf {
    let to = home.file(name, &[]);
    let mut all: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    all.extend([file.into(), to.clone().into()]);
    let status = Command::new("editcap").args(all).output().expect("editcap runs").status;
    assert!(status.success(), "editcap {arguments:?}");
    to
}

#[test]
fn no_kind_of_output_fails_on_any_capture() {
    if !installed("tshark") {
        return;
    }
    let home = Home::with_plugin();
    all_modes(&home, &home.file("ping.pcap", &captures::ping()));
    all_modes(&home, &home.file("empty.pcap", &captures::pcap(&[])));
    all_modes(&home, &home.file("no-octets.pcap", &captures::pcap(&[Vec::new(), vec![0], vec![0xff; 14]])));
    for file in captures::shared(6) {
        all_modes(&home, &file);
    }
}

#[test]
fn cut_and_damaged_captures_do_no_harm() {
    if !installed("tshark") || !installed("editcap") {
        return;
    }
    let home = Home::with_plugin();
    let mut files = captures::shared(3);
    files.push(home.file("ping.pcap", &captures::ping()));
    for file in files {
        all_modes(&home, &edited(&home, &file, &["-s", "60"], "cut.pcap"));
        for seed in ["1", "2"] {
            all_modes(&home, &edited(&home, &file, &["-E", "0.02", "--seed", seed], "damaged.pcap"));
        }
    }
}

/// What a user sees without asking for us stays as it is.
#[test]
fn summary_lines_are_those_of_plain_wireshark() {
    if !installed("tshark") {
        return;
    }
    let (plain, home) = (Home::empty(), Home::with_plugin());
    let mut files = captures::shared(6);
    files.push(home.file("ping.pcap", &captures::ping()));
    for file in files {
        for passes in ["-n", "-2"] {
            let arguments = [OsStr::new(passes), OsStr::new("-r"), file.as_os_str()];
            let (before, after) = (plain.tshark(arguments), home.tshark(arguments));
            assert_eq!(text(&before.stdout), text(&after.stdout), "{}", file.display());
            assert_eq!(text(&before.stderr), text(&after.stderr), "{}", file.display());
        }
    }
}
