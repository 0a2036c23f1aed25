//! valgrind finds nothing of ours.

use crate::captures;
use crate::harness::{Home, installed, text};

#[test]
fn valgrind_names_none_of_our_functions() {
    if !installed("tshark") || !installed("valgrind") {
        return;
    }
    let home = Home::with_plugin();
    let file = home.file("ping.pcap", &captures::ping());
    let mut valgrind = home.command("valgrind");
    valgrind.args(["--num-callers=60", "--leak-check=full", "--show-leak-kinds=definite", "tshark"]);
    valgrind.args(["-2", "-V", "-r"]).arg(file);
    let output = valgrind.output().expect("valgrind runs");
    let said = text(&output.stderr);
    assert!(said.contains("ERROR SUMMARY"), "{said}");
    assert!(text(&output.stdout).contains("Frame 7"), "tshark did its work");

    // A report is a block of lines; the stack in it has lines `at 0x..` and `by 0x..`.
    for block in said.split("== \n") {
        let ours = block.lines().find(|line| {
            let stack = line.contains(" at 0x") || line.contains(" by 0x");
            stack
                && ["adjoin", "glue.c", "dissector_ffi", "join_engine"].iter().any(|name| line.contains(name))
        });
        assert!(ours.is_none(), "{block}");
    }
}
