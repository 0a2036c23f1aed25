//! valgrind finds nothing of ours.

use std::path::Path;

use adjoin_oracle::tshark::{Tshark, installed};

use crate::{captures, text, tshark};

/// Two segments of one message, and all of a tree.
#[test]
fn valgrind_names_none_of_our_functions_in_a_ping() {
    if !installed("tshark") || !installed("valgrind") {
        return;
    }
    let tshark = tshark();
    let file = tshark.file("ping.pcap", &captures::ping()).expect("a temporary file");
    let printed = valgrind(&tshark, &file, &["-2", "-V"]);
    assert!(printed.contains("Frame 7"), "tshark did its work");
}

/// Complete joins, with each frame's rows and the report.
#[test]
fn valgrind_names_none_of_our_functions_in_a_join() {
    if !installed("tshark") || !installed("valgrind") {
        return;
    }
    let tshark = tshark();
    for name in ["joined.pcap", "windows7-join.pcap"] {
        let file = tshark.lend(&captures::sample(name)).expect("a sample");
        let printed =
            valgrind(&tshark, &file, &["-2", "-Y", "adjoin", "-O", "adjoin", "-z", "adjoin,report"]);
        assert!(printed.contains("Active Directory Domain Join"), "tshark did its work");
    }
}

/// Views that wait for the verdicts of one pass, up to Wireshark's own tidying.
#[test]
fn valgrind_names_none_of_our_functions_in_views() {
    if !installed("tshark") || !installed("valgrind") {
        return;
    }
    let tshark = tshark();
    let file = tshark.lend(&captures::sample("kdc-answer-lost.pcap")).expect("a sample");
    let views = ["-q", "-z", "adjoin,tree", "-z", "adjoin,stat", "-z", "flow,adjoin,network"];
    let printed = valgrind(&tshark, &file, &views);
    let said = printed.lines().filter(|line| line.contains("KRB-REPLYLOST-MTU")).count();
    assert!(said >= 3, "each view did its work: {printed}");
}

/// What tshark prints under valgrind, which has nothing to say about us.
fn valgrind(tshark: &Tshark, file: &Path, arguments: &[&str]) -> String {
    let mut valgrind = tshark.program("valgrind");
    valgrind.args(["--num-callers=60", "--leak-check=full", "--show-leak-kinds=definite", "tshark"]);
    valgrind.args(arguments).arg("-r").arg(file);
    let output = valgrind.output().expect("valgrind runs");
    let said = text(&output.stderr);
    assert!(said.contains("ERROR SUMMARY"), "{said}");

    // A report is a block of lines; the stack in it has lines `at 0x..` and `by 0x..`.
    for block in said.split("== \n") {
        let ours = block.lines().find(|line| {
            let stack = line.contains(" at 0x") || line.contains(" by 0x");
            let names = [
                "adjoin",
                "conversations.c",
                "flow.c",
                "glue.c",
                "options.c",
                "report.c",
                "statistics.c",
                "verdicts.c",
                "dissector_ffi",
                "join_engine",
            ];
            stack && names.iter().any(|name| line.contains(name))
        });
        assert!(ours.is_none(), "{block}");
    }
    text(&output.stdout)
}
