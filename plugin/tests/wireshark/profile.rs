//! The profile `adjoin`: its columns say something, its colours apply, and Wireshark understands its filters and
//! those of the documentation.

use std::fs;
use std::path::{Path, PathBuf};

use adjoin_oracle::tshark::{Tshark, configuration, installed};

use crate::{captures, read, text, tshark};

fn profile() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("profile")
}

fn file(name: &str) -> String {
    fs::read_to_string(profile().join(name)).expect("a file of the profile")
}

/// A `tshark` whose user has the plugin and the profile.
fn tshark_with_profile() -> Tshark {
    let tshark = tshark();
    let folder = configuration(tshark.command()).expect("tshark names its folders").join("profiles/adjoin");
    fs::create_dir_all(&folder).expect("a temporary folder");
    for entry in fs::read_dir(profile()).expect("the profile").flatten() {
        fs::copy(entry.path(), folder.join(entry.file_name())).expect("a copy");
    }
    tshark.hand_over().expect("the user may read it");
    tshark
}

#[test]
fn each_column_says_something() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark_with_profile();
    let sample = tshark.lend(&captures::sample("rpc-ports-blocked.pcap")).expect("a sample");
    let names: Vec<_> = file("preferences")
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.split_once('"').map(|(name, _)| name.to_owned()))
        .collect();
    assert_eq!(names, ["No.", "Time", "Source", "Destination", "Protocol", "Phase", "Domain join", "Info"]);
    let listed = read(&tshark, &sample, &["-C", "adjoin", "-2", "-Y", "adjoin", "-T", "psml"]);
    for name in &names {
        assert!(listed.contains(&format!("<section>{name}</section>")), "{name}: {listed}");
    }
    let packets: Vec<_> = listed.split("<packet>").skip(1).collect();
    assert!(packets.len() > 50, "{}", packets.len());
    for packet in packets {
        assert_eq!(packet.matches("<section>").count(), names.len(), "{packet}");
        assert!(!packet.contains("<section></section>"), "{packet}");
    }
}

#[test]
fn colours_tell_what_broke_the_join() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark_with_profile();
    let rules = |sample: &str| -> Vec<(String, String)> {
        let sample = tshark.lend(&captures::sample(sample)).expect("a sample");
        let fields = ["-T", "fields", "-e", "frame.number", "-e", "frame.coloring_rule.name"];
        let said = read(&tshark, &sample, &[&["-C", "adjoin", "--color", "-2"], &fields[..]].concat());
        let pairs = said.lines().filter_map(|line| line.split_once('\t'));
        pairs.map(|(frame, rule)| (frame.to_owned(), rule.to_owned())).collect()
    };
    let failed = rules("kdc-answer-lost.pcap");
    let of = |frame: &str| failed.iter().find(|one| one.0 == frame).map_or("", |one| one.1.as_str());
    assert_eq!(of("80"), "adjoin: root cause");
    assert_eq!(of("54"), "adjoin: evidence");
    assert_eq!(of("61"), "Bad TCP");
    assert_eq!(of("7"), "adjoin: finding a controller");
    assert!(failed.iter().all(|(_, rule)| !rule.is_empty()), "{failed:?}");
    assert!(rules("wrong-password.pcap").iter().any(|(_, rule)| rule == "adjoin: consequence"));
    // A join that succeeded has nothing loud.
    for (frame, rule) in rules("joined.pcap") {
        let loud = ["adjoin: root cause", "adjoin: consequence", "adjoin: evidence"];
        assert!(!loud.contains(&rule.as_str()), "frame {frame}: {rule}");
    }
}

#[test]
fn all_filters_compile() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark_with_profile();
    let empty = tshark.file("empty.pcap", &captures::pcap(&[])).expect("a temporary file");
    let colours = file("colorfilters");
    let coloured =
        colours.lines().filter(|line| line.starts_with('@')).filter_map(|line| line.split('@').nth(2));
    let buttons = file("dfilter_buttons").replace("\\x22", "\\");
    let pressed = buttons.lines().filter(|line| line.starts_with('"')).filter_map(|line| {
        let parts: Vec<_> = line[1..line.len() - 1].split("\",\"").collect();
        assert_eq!(parts.len(), 4, "{line}");
        parts.get(2).map(|filter| filter.replace('\\', "\""))
    });
    let mut filters: Vec<String> = coloured.map(str::to_owned).chain(pressed).collect();
    assert!(filters.len() > 30, "{filters:?}");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/wireshark.md");
    let page = fs::read_to_string(page).expect("a page of the documentation");
    let cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let cells = cells.map(|(cell, _)| cell).filter(|cell| *cell == "adjoin" || cell.starts_with("adjoin."));
    filters.extend(cells.map(str::to_owned));
    for filter in filters {
        let output = tshark
            .run(["-r".as_ref(), empty.as_os_str(), "-Y".as_ref(), filter.as_ref()])
            .unwrap_or_else(|fault| panic!("{fault}"));
        assert!(output.status.success(), "{filter}: {}", text(&output.stderr));
    }
}
