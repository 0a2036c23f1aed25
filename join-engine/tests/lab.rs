//! Joins of the lab that the rules got wrong once: `tests/lab/README.md`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod capture_file;

use std::path::Path;

use join_engine::Engine;

/// Root and phase of the only join of a recording.
fn verdict(name: &str) -> (&'static str, &'static str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab").join(name);
    let mut engine = Engine::new();
    for (number, frame) in (1..).zip(capture_file::read(path.to_str().unwrap()).unwrap()) {
        engine.feed(&frame.numbered(number));
    }
    engine.finish();
    let joins = engine.report().joins;
    let [join] = joins.as_slice() else { panic!("{name}: {joins:#?}") };
    let root = join.root.as_ref().unwrap_or_else(|| panic!("{name}: {join:#?}"));
    (root.id, root.phase)
}

#[test]
fn large_segments_vanish_both_ways() {
    assert_eq!(verdict("large-segments-vanish.pcap.gz"), ("KRB-REPLYLOST-MTU", "P3K"));
}

#[test]
fn the_connection_after_a_mapper_that_cannot_be_read_is_to_the_port_it_named() {
    assert_eq!(verdict("mapper-cut.pcap.gz"), ("RPC-DYN", "P7"));
}

#[test]
fn a_fin_takes_a_number_and_is_no_data() {
    assert_eq!(verdict("fin-acknowledged-late.pcap.gz"), ("RPC-DYN", "P7"));
}

#[test]
fn both_ports_of_smb_are_one_service() {
    assert_eq!(verdict("smb-dropped.pcap.gz"), ("SMB-SYN", "P3"));
}

#[test]
fn a_controller_that_answers_elsewhere_has_not_vanished() {
    assert_eq!(verdict("smb-dropped-others-answer.pcap.gz"), ("SMB-SYN", "P3"));
}

#[test]
fn a_sealed_request_that_writes_and_an_answer_with_a_text() {
    assert_eq!(verdict("refused-inside-ldap.pcap.gz"), ("SEALED", "P8"));
}
