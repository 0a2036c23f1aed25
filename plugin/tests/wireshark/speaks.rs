//! What a user sees of an LDAP ping and its answer, over UDP and over two TCP segments.

use adjoin_oracle::tshark::installed;

use crate::{captures, read, tshark};

#[test]
fn the_answer_to_a_ping_can_be_filtered_and_read() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let file = tshark.file("ping.pcap", &captures::ping()).expect("a temporary file");
    let read = |arguments: &[&str]| read(&tshark, &file, arguments);

    let fields = read(&[
        "-Y",
        "adjoin.ldap_ping.opcode == 23",
        "-T",
        "fields",
        "-e",
        "frame.number",
        "-e",
        "adjoin.ldap_ping.forest",
        "-e",
        "adjoin.ldap_ping.host",
        "-e",
        "adjoin.ldap_ping.flags.kdc",
    ]);
    let line = fields.lines().next().unwrap_or_default();
    let (values, is_kdc) = line.rsplit_once('\t').unwrap_or_default();
    assert_eq!(values, "2\tcontoso.local\tDC1.contoso.local", "{fields}");
    assert_eq!(is_set(is_kdc), Some(true), "{fields}");

    let tree = read(&["-V", "-Y", "frame.number == 2"]);
    assert!(tree.contains("\nActive Directory Domain Join (adjoin)\n"), "{tree}");
}

/// A boolean as `-T fields` prints it: in words from Wireshark 4.4 on.
fn is_set(value: &str) -> Option<bool> {
    match value {
        "1" | "True" => Some(true),
        "0" | "False" => Some(false),
        _ => None,
    }
}

#[test]
fn a_message_in_two_segments_gets_a_tab_of_its_own() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let file = tshark.file("ping.pcap", &captures::ping()).expect("a temporary file");
    let said = read(&tshark, &file, &["-x", "-Y", "frame.number == 7"]);
    assert!(said.contains("adjoin: Reassembled LDAP message ("), "{said}");
}
