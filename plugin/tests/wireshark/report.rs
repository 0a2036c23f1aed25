//! `-z adjoin,report` is what the engine itself says of the same frames.

use std::path::Path;

use adjoin_oracle::tshark::installed;
use join_engine::{Engine, Report};

use crate::{capture_file, captures, read, text, tshark};

/// The engine's report, without Wireshark in between.
fn report(path: &Path) -> Report {
    let frames = capture_file::read(&path.to_string_lossy()).expect("a capture file");
    let mut engine = Engine::new();
    for (number, frame) in (1..).zip(&frames) {
        engine.feed(&frame.numbered(number));
    }
    engine.finish();
    engine.report()
}

#[test]
fn it_is_the_engines_own() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    for sample in captures::samples() {
        let (file, expected) = (tshark.lend(&sample).expect("a sample"), report(&sample));
        let name = sample.display();
        let json = expected.to_json() + "\n";
        assert_eq!(read(&tshark, &file, &["-q", "-z", "adjoin,report,json"]), json, "{name}");
        assert_eq!(
            read(&tshark, &file, &["-2", "-q", "-z", "adjoin,report,json"]),
            json,
            "{name} in two passes"
        );
        // A filter chooses what is printed, not what is looked at.
        let filtered = ["-Y", "frame.number == 1", "-q", "-z", "adjoin,report,json"];
        assert_eq!(read(&tshark, &file, &filtered), json, "{name} filtered");
        assert_eq!(read(&tshark, &file, &["-q", "-z", "adjoin,report"]), expected.to_text(), "{name}");
    }
}

#[test]
fn it_says_what_became_of_a_join() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let json = |name| {
        let file = tshark.lend(&captures::sample(name)).expect("a sample");
        read(&tshark, &file, &["-q", "-z", "adjoin,report,json"])
    };
    assert!(json("joined.pcap").contains("\"outcome\": \"joined\""));
    let lost = json("kdc-answer-lost.pcap");
    assert!(lost.contains("\"outcome\": \"failed\"") && lost.contains("\"code\": \"0x40\""), "{lost}");
}

#[test]
fn it_comes_after_the_packets_and_only_when_asked_for() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let file = tshark.file("ping.pcap", &captures::ping()).expect("a temporary file");
    assert_eq!(read(&tshark, &file, &["-q"]), "");
    let (packets, report) = (read(&tshark, &file, &[]), read(&tshark, &file, &["-q", "-z", "adjoin,report"]));
    assert!(!report.is_empty());
    assert_eq!(read(&tshark, &file, &["-z", "adjoin,report"]), packets + &report);

    let empty = tshark.file("empty.pcap", &captures::pcap(&[])).expect("a temporary file");
    assert!(read(&tshark, &empty, &["-q", "-z", "adjoin,report,json"]).contains("\"frames\": 0"));
}

#[test]
fn other_options_are_refused() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let help = tshark.run(["-z", "help"]).expect("tshark runs");
    assert!((text(&help.stdout) + &text(&help.stderr)).contains("adjoin,report"));
    let file = tshark.file("ping.pcap", &captures::ping()).expect("a temporary file");
    let refused =
        tshark.run(["-q", "-z", "adjoin,report,xml", "-r"].map(Into::into).into_iter().chain([file]));
    let refused = refused.expect("tshark runs");
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("adjoin,report,json"), "{}", text(&refused.stderr));
}
