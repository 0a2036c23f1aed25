//! The answer in a published analysis of a successful domain join: known by its printed values
//! only. Written from those values, compared with octets put together by hand, read, and
//! compared with every printed line (the text is read from `../shared` when it is there).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

use adjoin_wire::Guid;
use netlogon_proto::{DsFlags, Message, Opcode, SamLogonAnswer, SamLogonResponseEx};
use std::fs;
use std::path::PathBuf;

fn answer() -> Vec<u8> {
    SamLogonAnswer {
        opcode: Opcode::LOGON_SAM_LOGON_RESPONSE_EX,
        flags: DsFlags::from_bits_retain(0x0001_f15c),
        domain_guid: "0b9f6161-49e4-46dd-b912-86494f62ba53".parse().unwrap(),
        dns_forest_name: "contoso.local",
        dns_domain_name: "contoso.local",
        dns_host_name: "DC2.contoso.local",
        netbios_domain_name: "CONTOSO",
        netbios_computer_name: "DC2",
        user_name: "",
        dc_site_name: "Default-First-Site-Name",
        client_site_name: "",
        ..SamLogonAnswer::default()
    }
    .encode()
    .unwrap()
}

#[test]
fn written_octet_for_octet() {
    let expected = [
        &b"\x17\x00\x00\x00\x5c\xf1\x01\x00"[..],
        b"\x61\x61\x9f\x0b\xe4\x49\xdd\x46\xb9\x12\x86\x49\x4f\x62\xba\x53",
        b"\x07contoso\x05local\x00",
        b"\xc0\x18",
        b"\x03DC2\xc0\x18",
        b"\x07CONTOSO\x00",
        b"\x03DC2\x00",
        b"\x00",
        b"\x17Default-First-Site-Name\x00",
        b"\x00",
        b"\x05\x00\x00\x00\xff\xff\xff\xff",
    ]
    .concat();
    assert_eq!(answer(), expected);
}

#[test]
fn what_it_says() {
    let bytes = answer();
    let m = SamLogonResponseEx::parse(&bytes).unwrap();
    assert_eq!(m.flags.to_string(), "GC LDAP DS TIMESERV WRITABLE FULL_SECRET WS DS_8 DS_9 DS_10");
    assert!(!m.flags.contains(DsFlags::KDC) && !m.flags.contains(DsFlags::CLOSEST));
    assert_eq!(*m.domain_guid, Guid::from_u128(0x0b9f_6161_49e4_46dd_b912_8649_4f62_ba53));
    assert!(m.client_has_no_site() && m.version_agrees() && m.user_name.is_empty());
}

/// The value of one printed line, from the decoded message.
fn check(line: &str, m: &SamLogonResponseEx<'_>) {
    if let Some((pattern, label)) = line.split_once(" = ") {
        // `.... ..0. ....` is one bit; its label says "not" exactly when the bit is clear.
        let digits: Vec<char> = pattern.chars().filter(|c| *c != ' ').collect();
        assert_eq!(digits.len(), 32, "{line}");
        let at = digits.iter().position(|c| *c != '.').unwrap();
        let mask = 0x8000_0000_u32 >> at;
        assert_eq!(m.flags.bits() & mask != 0, digits[at] == '1', "{line}");
        assert!(DsFlags::TABLE.iter().any(|info| info.mask == mask), "{line}");
        assert_eq!(label.to_lowercase().contains("not"), digits[at] == '0', "{line}");
        return;
    }
    let (label, value) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
    let name = |name: String| if name.is_empty() { "<Root>".to_owned() } else { name };
    let got = match label.trim_start_matches(['[', '…', ']', ' ']) {
        "Operation code" => format!("{} ({})", *m.opcode, m.opcode.0),
        "Flags" => format!("0x{:08x}", m.flags.bits()),
        "Domain GUID" => m.domain_guid.to_string(),
        "Forest" => name(m.dns_forest_name.to_string()),
        "Domain" => name(m.dns_domain_name.to_string()),
        "Hostname" => name(m.dns_host_name.to_string()),
        "NetBIOS Domain" => name(m.netbios_domain_name.to_string()),
        "NetBIOS Hostname" => name(m.netbios_computer_name.to_string()),
        "Username" => name(m.user_name.to_string()),
        "Server Site" => name(m.dc_site_name.to_string()),
        "Client Site" => name(m.client_site_name.to_string()),
        "Version Flags" => {
            for short in m.nt_version.names() {
                assert!(value.contains(&format!(", {short}:")), "{short} in {line}");
            }
            assert_eq!(value.matches(": ").count(), m.nt_version.names().count(), "{line}");
            format!("0x{:08x}", m.nt_version.bits())
        }
        "LM Token" => format!("0x{:04x}", *m.lm20_token),
        "NT Token" => format!("0x{:04x}", *m.lm_nt_token),
        other => panic!("unexpected line: {other}"),
    };
    // What follows a comma repeats the bits; the flags' own list is cut in the print.
    assert_eq!(got, value.split(", ").next().unwrap(), "{line}");
}

#[test]
fn every_printed_line() {
    let file =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/seeds/domain-join-log-analysis.md");
    let Ok(text) = fs::read_to_string(file) else {
        println!("skipped: ../shared is not here");
        return;
    };
    let bytes = answer();
    let Ok(Message::SamLogonResponseEx(m)) = Message::parse(&bytes) else { panic!("{bytes:02x?}") };
    let lines: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.contains("Operation code: LOGON_SAM_LOGON_RESPONSE_EX"))
        .take_while(|line| !line.contains("[Response To:"))
        .map(str::trim)
        .collect();
    assert_eq!(lines.len(), 29);
    lines.iter().for_each(|line| check(line, &m));
}
