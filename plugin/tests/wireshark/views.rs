//! Statistics, table and flow graph: in one pass, in two, and in sharkd, which works as the GUI does.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use adjoin_oracle::tshark::{Tshark, faults, installed};

use crate::{captures, read, text, tshark};

/// What `-z` prints of a sample after each of one and two passes.
fn shown(tshark: &Tshark, file: &Path, view: &str) -> [String; 2] {
    [&[][..], &["-2"]].map(|passes| read(tshark, file, &[passes, &["-q", "-z", view]].concat()))
}

/// Without the columns of rates and times of day, which depend on when the verdicts came.
fn counted(tree: &str) -> Vec<&str> {
    let lines = tree.lines().skip_while(|line| !line.starts_with("Joins "));
    lines.map(|line| &line[..line.len().min(76)]).collect()
}

#[test]
fn the_tree_counts_joins_findings_and_times() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let file = tshark.lend(&captures::sample("kdc-answer-lost.pcap")).expect("a sample");
    let [once, twice] = shown(&tshark, &file, "adjoin,tree");
    assert_eq!(counted(&once), counted(&twice));
    let has = |start: &str, count: &str| {
        let mut lines = twice.lines().filter(|line| line.trim_start().starts_with(start));
        lines.any(|line| line[start.len()..].split_whitespace().any(|word| word == count))
    };
    assert!(has("failed", "1"), "{twice}");
    assert!(has("KRB-REPLYLOST-MTU", "1"), "{twice}");
    // The same times as the field has.
    let fields =
        read(&tshark, &file, &["-Y", "adjoin.response_time", "-T", "fields", "-e", "adjoin.response_time"]);
    let slowest = fields.lines().filter_map(|line| line.parse::<f64>().ok()).fold(0.0, f64::max);
    assert!(has("Response time in ms", &fields.lines().count().to_string()), "{twice}");
    assert!(twice.contains(&format!("{:.3}", slowest * 1000.0)), "{slowest} {twice}");
}

#[test]
fn the_table_has_a_line_for_each_join() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    for (name, client, outcome) in [
        ("kdc-answer-lost.pcap", "CLIENT1 (192.168.50.13)", "failed |P3K |KRB-REPLYLOST-MTU"),
        ("joined.pcap", "", "joined | | |"),
    ] {
        let file = tshark.lend(&captures::sample(name)).expect("a sample");
        let [once, twice] = shown(&tshark, &file, "adjoin,stat");
        assert_eq!(once, twice);
        let rows: Vec<_> =
            once.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).collect();
        assert_eq!(rows.len(), 1, "{once}");
        assert!(rows[0].contains(client) && rows[0].contains(outcome), "{once}");
    }
}

#[test]
fn the_flow_graph_is_the_ladder() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let file = tshark.lend(&captures::sample("kdc-answer-lost.pcap")).expect("a sample");
    let [once, twice] = shown(&tshark, &file, "flow,adjoin,network");
    assert_eq!(once, twice);
    assert!(once.contains("| 192.168.50.13 ") && once.contains("| 192.168.100.10 "), "{once}");
    // What never arrived is an arrow too, and points at the client.
    let lines: Vec<_> = once.lines().collect();
    let lost = lines.iter().position(|line| line.contains("bytes of the answer never arrive"));
    let lost = lost.unwrap_or_else(|| panic!("{once}"));
    assert!(lines[lost].contains("root KRB-REPLYLOST-MTU") && lines[lost + 1].contains("<---"), "{once}");
    // A filter leaves out what doesn't pass.
    let some = read(&tshark, &file, &["-q", "-z", "flow,adjoin,network,kerberos"]);
    assert!(some.contains("TGS-REQ") && !some.contains("SMB negotiate"), "{some}");
}

#[test]
fn in_one_process_views_follow_the_file() {
    if !installed("sharkd") {
        return;
    }
    let tshark = tshark();
    let lend = |name| tshark.lend(&captures::sample(name)).expect("a sample");
    let files = [lend("kdc-answer-lost.pcap"), lend("joined.pcap"), lend("kdc-answer-lost.pcap")];
    let mut sharkd = tshark.program("sharkd");
    sharkd.arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = sharkd.spawn().expect("sharkd runs");
    let mut input = running.stdin.take().expect("a pipe");
    let mut id = 0;
    let mut ask = |request: &str| {
        id += 1;
        writeln!(input, r#"{{"jsonrpc":"2.0","id":{id},"method":{request}}}"#).expect("sharkd reads on");
    };
    for file in &files {
        ask(&format!(r#""load","params":{{"file":"{}"}}"#, file.display()));
        ask(r#""tap","params":{"tap0":"stat:adjoin"}"#);
        ask(r#""tap","params":{"tap0":"seqa:adjoin"}"#);
    }
    ask(r#""bye""#);
    drop(input);
    let output = running.wait_with_output().expect("sharkd ends");
    assert_eq!(faults(&output), None);
    let said = text(&output.stdout);
    let taps: Vec<_> = said.lines().filter(|line| line.contains(r#""taps""#)).collect();
    assert_eq!(taps.len(), 6, "{said}");
    for tap in [taps[0], taps[1], taps[4], taps[5]] {
        assert!(tap.contains("KRB-REPLYLOST-MTU"), "{tap}");
    }
    assert!(taps[2].contains("joined") && !taps[2].contains("KRB-REPLYLOST-MTU"), "{}", taps[2]);
    assert!(!taps[3].contains("KRB-REPLYLOST-MTU"), "{}", taps[3]);
}
