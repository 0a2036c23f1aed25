//! Messages from real captures (`tests/data/README.md`), and one of each kind that is rare.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

use adjoin_wire::{ErrorKind, Guid, Span, WireError};
use netlogon_proto::{DsFlags, EncodeError, Message, NtVersion, Opcode, SamLogonAnswer};
use std::net::Ipv4Addr;

const ANSWER_EX: &[u8] = include_bytes!("data/answer_ex.bin");
const USER_UNKNOWN_EX: &[u8] = include_bytes!("data/user_unknown_ex.bin");
const MAILSLOT_REQUEST: &[u8] = include_bytes!("data/mailslot_request.bin");
const MAILSLOT_ANSWER: &[u8] = include_bytes!("data/mailslot_answer_with_address.bin");
const PRIMARY_QUERY: &[u8] = include_bytes!("data/primary_query.bin");

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn dns(text: &str) -> Vec<u8> {
    let labels = text.split('.').flat_map(|l| [&[u8::try_from(l.len()).unwrap()], l.as_bytes()].concat());
    labels.chain([0]).collect()
}

fn trailer(version: u32) -> Vec<u8> {
    [version.to_le_bytes(), [0xff; 4]].concat()
}

fn nt40() -> Vec<u8> {
    [vec![19, 0], utf16(r"\\DC2"), utf16("PC8$"), utf16("CONTOSO"), trailer(1)].concat()
}

fn response_v5() -> Vec<u8> {
    let mut message = [vec![21, 0], utf16(r"\\DC2"), utf16("PC8$"), utf16("CONTOSO")].concat();
    message.extend(Guid::from_u128(0x0b9f_6161_49e4_46dd_b912_8649_4f62_ba53).to_le_bytes());
    message.extend([0; 16]);
    let [high, low] = (u16::try_from(message.len()).unwrap() | 0xc000).to_be_bytes();
    message.extend(dns("contoso.local"));
    message.extend([high, low, 3, b'D', b'C', b'2', high, low]);
    message.extend([10, 100, 168, 192, 0x11, 0, 0, 0]);
    message.extend(trailer(3));
    message
}

fn primary_response() -> Vec<u8> {
    // The OEM name ends at an odd offset: one octet of padding.
    [b"\x0c\0DC02\0\0".to_vec(), utf16("DC02"), utf16("CONTOSO"), trailer(1)].concat()
}

fn request_with_sid() -> Vec<u8> {
    let mut message = [vec![18, 0, 1, 0], utf16("PC8"), utf16("PC8$")].concat();
    message.extend(b"\\MAILSLOT\\NET\\GETDC042\0");
    message.extend(0x80_u32.to_le_bytes());
    message.extend(16_u32.to_le_bytes());
    message.resize(message.len().next_multiple_of(4), 0);
    message.extend([1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0]);
    message.extend(trailer(0x2000_000b));
    message
}

fn with_next_site(address: bool) -> Vec<u8> {
    SamLogonAnswer {
        dns_forest_name: "contoso.local",
        dns_domain_name: "contoso.local",
        dns_host_name: "DC2.contoso.local",
        dc_site_name: "Default-First-Site-Name",
        dc_sock_addr: address.then_some(Ipv4Addr::new(192, 168, 100, 10)),
        next_closest_site_name: Some("Sixteen-Octets-X"),
        ..SamLogonAnswer::default()
    }
    .encode()
    .unwrap()
}

#[test]
fn answer_of_a_domain_controller_of_2022() {
    let Message::SamLogonResponseEx(m) = Message::parse(ANSWER_EX).unwrap() else { panic!() };
    assert_eq!(*m.opcode, Opcode::LOGON_SAM_LOGON_RESPONSE_EX);
    assert_eq!(m.flags.bits(), 0x0003_f1fd);
    assert_eq!(m.flags.unknown(), 0);
    assert_eq!(m.domain_guid.to_string(), "d613d8a5-418b-4b7a-83b8-ae1511c502c4");
    assert_eq!(m.dns_host_name.to_string(), "MORDORDC.theshire.local");
    assert_eq!(m.dns_forest_name.span, Span::new(24, 40));
    assert_eq!(m.dns_domain_name.span, Span::new(40, 42));
    assert_eq!(m.client_site_name.to_string(), "Default-First-Site-Name");
    assert!(m.dc_sock_addr.is_none() && m.next_closest_site_name.is_none() && m.version_agrees());
    assert_eq!(*m.nt_version, NtVersion::V1 | NtVersion::V5EX);
    assert_eq!(m.lm20_token.span.end, ANSWER_EX.len());
}

#[test]
fn user_unknown_has_the_extended_structure() {
    let message = Message::parse(USER_UNKNOWN_EX).unwrap();
    assert!(message.is_extended() && message.opcode().is_user_unknown());
    let Message::SamLogonResponseEx(m) = message else { panic!() };
    assert_eq!(m.user_name.to_string(), "WINDOWS7-3$");
}

#[test]
fn mailslot_messages() {
    let Message::SamLogonRequest(m) = Message::parse(MAILSLOT_REQUEST).unwrap() else { panic!() };
    assert_eq!(m.unicode_computer_name.to_string(), "WINDOWS7-3");
    assert_eq!(*m.mailslot_name, r"\MAILSLOT\NET\GETDC042");
    assert!(m.domain_sid.is_none());
    assert_eq!(m.nt_version.bits(), 0x2000_000b);

    let Message::SamLogonResponseEx(m) = Message::parse(MAILSLOT_ANSWER).unwrap() else { panic!() };
    let address = m.dc_sock_addr.unwrap();
    assert_eq!((address.address(), *address.sin_family), (Ipv4Addr::new(192, 168, 122, 3), 2));
    assert_eq!(m.nt_version.bits(), 13);
    assert!(m.version_agrees());

    let Message::LogonPrimaryQuery(m) = Message::parse(PRIMARY_QUERY).unwrap() else { panic!() };
    assert_eq!((*m.computer_name, m.unicode_computer_name.to_string()), ("SAS1".into(), "SAS1".into()));
    assert!(m.nt_version.contains(NtVersion::PDC));
}

/// As Samba and Wireshark lay them out.
const LM_REQUEST: &[u8] = b"\0\0PC95\0ALICE\0\\MAILSLOT\\TEMP\\NETLOGON\0\x01\x01\0\xff\xff";
const LM_ANSWER: &[u8] = b"\x06\0\\\\NT4PDC\0\xff\xff";

/// `NETLOGON_DB_CHANGE` by the layout of [MS-NRPC] 2.2.1.5.1, with three databases; `ndrdump nbt` of
/// Samba 4.17 reads it as the test does.
fn db_change(domain: &str, padded: bool) -> Vec<u8> {
    let mut bytes = b"\x0a\0\x07\0\0\0\x80\x51\x01\0\x2c\x01\0\0\x01\0\0\0NT4PDC\0".to_vec();
    bytes.extend(domain.bytes().chain([0]));
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    for name in ["NT4PDC", domain] {
        bytes.extend(name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
    }
    bytes.extend(3_u32.to_le_bytes());
    for database in 0..3_u32 {
        bytes.extend(database.to_le_bytes());
        bytes.extend((7 + u64::from(database)).to_le_bytes());
        bytes.extend(116_444_736_000_000_000_u64.to_le_bytes());
    }
    bytes.extend(16_u32.to_le_bytes());
    if padded {
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    bytes.extend([1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0]);
    bytes.extend([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    bytes
}

#[test]
fn what_is_older_than_active_directory() {
    let Message::LogonRequest(m) = Message::parse(LM_REQUEST).unwrap() else { panic!() };
    assert_eq!((*m.computer_name, *m.user_name), ("PC95".into(), "ALICE".into()));
    assert_eq!((*m.mailslot_name, *m.request_count), (r"\MAILSLOT\TEMP\NETLOGON".into(), 1));
    let Message::LogonResponse2(m) = Message::parse(LM_ANSWER).unwrap() else { panic!() };
    assert_eq!((*m.logon_server, *m.lm20_token), (r"\\NT4PDC".into(), 0xffff));

    let bytes = db_change("CONTOSO", true);
    let message = Message::parse(&bytes).unwrap();
    let Message::DbChange(m) = message else { panic!() };
    assert_eq!((*m.pulse, *m.random, *m.db_count), (300, 1, 3));
    assert_eq!((m.unicode_primary_dc_name.to_string(), *m.domain_name), ("NT4PDC".into(), "CONTOSO".into()));
    let last = m.db_change_info.iter().map(Result::unwrap).last().unwrap();
    assert_eq!((*last.db_index, *last.large_serial_number), (2, 9));
    assert_eq!(m.domain_sid.unwrap().to_string(), "S-1-5-32-544");
    assert_eq!(message.nt_version().unwrap().value, NtVersion::V1);
    // Padding before the SID, when it isn't at a multiple of four octets.
    for padded in [false, true] {
        let bytes = db_change("CORP", padded);
        let Message::DbChange(m) = Message::parse(&bytes).unwrap() else { panic!() };
        let sid = m.domain_sid.unwrap();
        assert_eq!((sid.to_string().as_str(), sid.span.start % 4 == 0), ("S-1-5-32-544", padded));
    }
    // A count that lies gives what there is room for, and ends.
    let mut lie = bytes.clone();
    let at = m.db_count.span.start;
    lie[at..at + 4].fill(0xff);
    let part = Message::parse_partial(&lie);
    assert!(part.error.unwrap().kind.is_truncated());
    let Message::DbChange(m) = part.value else { panic!() };
    assert_eq!(m.db_change_info.iter().filter(Result::is_ok).count(), (bytes.len() - at - 4) / 20);
    assert!(m.db_change_info.iter().last().unwrap().is_err());
}

#[test]
fn request_with_a_sid_behind_padding() {
    let bytes = request_with_sid();
    let Message::SamLogonRequest(m) = Message::parse(&bytes).unwrap() else { panic!() };
    let sid = m.domain_sid.unwrap();
    assert_eq!((sid.to_string().as_str(), sid.span.start % 4), ("S-1-5-32-544", 0));
    assert_eq!(*m.allowable_account_control_bits, 0x80);
}

#[test]
fn short_answers_are_told_apart_by_nt_version() {
    let bytes = nt40();
    let message = Message::parse(&bytes).unwrap();
    let Message::SamLogonResponseNt40(m) = message else { panic!() };
    assert!(!message.is_extended());
    assert_eq!(*m.unicode_logon_server, r"\\DC2");
    assert_eq!(*m.unicode_domain_name, "CONTOSO");

    let bytes = response_v5();
    let Message::SamLogonResponse(m) = Message::parse(&bytes).unwrap() else { panic!() };
    assert!(m.opcode.is_user_unknown());
    assert_eq!(m.dns_host_name.to_string(), "DC2.contoso.local");
    assert_eq!(m.address(), Ipv4Addr::new(192, 168, 100, 10));
    assert_eq!(*m.flags, DsFlags::PDC | DsFlags::DS);
}

#[test]
fn primary_response_with_padding() {
    let bytes = primary_response();
    let Message::PrimaryResponse(m) = Message::parse(&bytes).unwrap() else { panic!() };
    assert_eq!(m.unicode_primary_dc_name.span.start, 8);
    assert_eq!(*m.unicode_domain_name, "CONTOSO");
}

#[test]
fn next_closest_site_with_and_without_address() {
    for address in [false, true] {
        let bytes = with_next_site(address);
        let Message::SamLogonResponseEx(m) = Message::parse(&bytes).unwrap() else { panic!() };
        assert_eq!(m.next_closest_site_name.unwrap().to_string(), "Sixteen-Octets-X");
        assert_eq!(m.dc_sock_addr.is_some(), address);
        assert!(m.version_agrees() && m.client_has_no_site());
    }
}

#[test]
fn bits_that_lie_are_noticed_and_not_believed() {
    let mut bytes = MAILSLOT_ANSWER.to_vec();
    let at = bytes.len() - 8;
    bytes[at] = 5;
    let Message::SamLogonResponseEx(m) = Message::parse(&bytes).unwrap() else { panic!() };
    assert!(m.dc_sock_addr.is_some() && !m.version_agrees());

    let mut bytes = ANSWER_EX.to_vec();
    let at = bytes.len() - 8;
    bytes[at] = 0x1d;
    let Message::SamLogonResponseEx(m) = Message::parse(&bytes).unwrap() else { panic!() };
    assert!(m.dc_sock_addr.is_none() && !m.version_agrees());
}

#[test]
fn what_is_not_understood_is_kept() {
    let Message::Unknown(m) = Message::parse(b"\x0b\0abc").unwrap() else { panic!() };
    assert_eq!((*m.opcode, *m.body), (Opcode(11), &b"abc"[..]));
    assert!(Message::parse(&[0x17]).unwrap_err().kind.is_truncated());
    let trailing = [ANSWER_EX, &[0]].concat();
    assert!(Message::parse(&trailing).is_err());
    let error = netlogon_proto::SamLogonResponseEx::parse(&nt40()).unwrap_err();
    assert_eq!(error, WireError::new(ErrorKind::Malformed("opcode of another message"), 0, "Opcode"));
}

macro_rules! fields {
    ($m:expr; $($field:ident),*) => { vec![$((stringify!($field), $m.$field.span, format!("{:?}", $m.$field.value))),*] };
}

/// Name, octets and value of every field, whether reached or not.
fn fields(message: &Message<'_>) -> Vec<(&'static str, Span, String)> {
    match message {
        Message::SamLogonResponseEx(m) => {
            let mut all = fields!(m; opcode, sbz, flags, domain_guid, dns_forest_name, dns_domain_name, dns_host_name,
                netbios_domain_name, netbios_computer_name, user_name, dc_site_name, client_site_name,
                nt_version, lm_nt_token, lm20_token);
            if let Some(address) = &m.dc_sock_addr {
                all.extend(fields!(address; sin_family, sin_port, sin_addr, sin_zero));
            }
            all.extend(m.next_closest_site_name.iter().map(|n| ("next", n.span, n.to_string())));
            all
        }
        Message::SamLogonResponse(m) => {
            fields!(m; opcode, unicode_logon_server, unicode_user_name, unicode_domain_name, domain_guid, null_guid,
                dns_forest_name, dns_domain_name, dns_host_name, dc_ip_address, flags, nt_version, lm_nt_token,
                lm20_token)
        }
        Message::SamLogonResponseNt40(m) => {
            fields!(m; opcode, unicode_logon_server, unicode_user_name, unicode_domain_name, nt_version, lm_nt_token,
                lm20_token)
        }
        Message::SamLogonRequest(m) => {
            let mut all = fields!(m; opcode, request_count, unicode_computer_name, unicode_user_name, mailslot_name,
                allowable_account_control_bits, domain_sid_size, nt_version, lm_nt_token, lm20_token);
            all.extend(m.domain_sid.iter().map(|s| ("sid", s.span, s.to_string())));
            all
        }
        Message::LogonPrimaryQuery(m) => {
            fields!(m; opcode, computer_name, mailslot_name, unicode_computer_name, nt_version, lm_nt_token,
                lm20_token)
        }
        Message::PrimaryResponse(m) => {
            fields!(m; opcode, primary_dc_name, unicode_primary_dc_name, unicode_domain_name, nt_version, lm_nt_token,
                lm20_token)
        }
        Message::LogonRequest(m) => {
            fields!(m; opcode, computer_name, user_name, mailslot_name, request_count, lm_version, lm20_token)
        }
        Message::LogonResponse2(m) => fields!(m; opcode, logon_server, lm20_token),
        Message::DbChange(m) => {
            let mut all = fields!(m; opcode, low_serial_number, date_and_time, pulse, random, primary_dc_name,
                domain_name, unicode_primary_dc_name, unicode_domain_name, db_count, domain_sid_size, nt_version,
                lm_nt_token, lm20_token);
            for info in m.db_change_info.iter().map_while(Result::ok) {
                all.extend(fields!(info; db_index, large_serial_number, date_and_time));
            }
            all.extend(m.domain_sid.iter().map(|s| ("sid", s.span, s.to_string())));
            all
        }
        _ => vec![],
    }
}

fn all() -> Vec<Vec<u8>> {
    vec![
        ANSWER_EX.to_vec(),
        USER_UNKNOWN_EX.to_vec(),
        MAILSLOT_REQUEST.to_vec(),
        MAILSLOT_ANSWER.to_vec(),
        PRIMARY_QUERY.to_vec(),
        nt40(),
        response_v5(),
        primary_response(),
        request_with_sid(),
        with_next_site(false),
        with_next_site(true),
        LM_REQUEST.to_vec(),
        LM_ANSWER.to_vec(),
        db_change("CONTOSO", true),
    ]
}

#[test]
fn every_prefix_keeps_what_stands_before_the_cut() {
    for bytes in all() {
        let whole = fields(&Message::parse(&bytes).unwrap());
        for cut in 0..bytes.len() {
            let partial = Message::parse_partial(&bytes[..cut]);
            let error = partial.error.expect("a cut message is an error");
            assert!(error.kind.is_truncated(), "{error} in {cut} octets of {bytes:02x?}");
            assert!(error.offset <= cut, "{error}");
            let got = fields(&partial.value);
            for field in got.iter().filter(|(_, span, _)| !span.is_none()) {
                assert!(whole.contains(field), "{field:?} of {cut} octets is not in {whole:?}");
            }
            // One that ends before the cut was read, unless it was the fault of the structure.
            if got.len() == whole.len() {
                let reached = got.iter().filter(|(_, span, _)| !span.is_none()).count();
                assert_eq!(reached, whole.iter().filter(|(_, span, _)| span.end <= cut).count(), "at {cut}");
            }
        }
    }
}

#[test]
fn errors_of_the_encoder_name_the_field() {
    let bad = SamLogonAnswer { dc_site_name: "a..b", ..SamLogonAnswer::default() };
    assert_eq!(bad.encode(), Err(EncodeError { field: "DcSiteName", reason: "a label is empty" }));
    assert_eq!(bad.encode().unwrap_err().to_string(), "DcSiteName: a label is empty");
}

mod random {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn mutations_do_not_panic(which in 0..11_usize, edits in prop::collection::vec((any::<usize>(), any::<u8>()), 0..6), keep in any::<usize>()) {
            let mut bytes = all().swap_remove(which);
            for (at, value) in edits {
                let at = at % bytes.len();
                bytes[at] = value;
            }
            bytes.truncate(1 + keep % (2 * bytes.len()));
            let partial = Message::parse_partial(&bytes);
            for (_, span, _) in fields(&partial.value) {
                prop_assert!(span.is_none() || span.end <= bytes.len());
            }
            if let Some(error) = partial.error {
                prop_assert!(error.offset <= bytes.len());
            }
        }

        #[test]
        fn noise_does_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = format!("{:?}", Message::parse_partial(&bytes));
        }

        #[test]
        fn written_answers_are_read_back(
            opcode in 23..=25_u16,
            flags in any::<u32>(),
            guid in any::<u128>(),
            names in prop::collection::vec("([a-zA-Z0-9$-]{1,12}(\\.[a-z]{1,9}){0,3})?", 9),
            address in prop::option::of(any::<[u8; 4]>()),
            next in any::<bool>(),
        ) {
            let host = format!("{}.{}", "DC2", names[1]);
            let answer = SamLogonAnswer {
                opcode: Opcode(opcode),
                flags: DsFlags::from_bits_retain(flags),
                domain_guid: Guid::from_u128(guid),
                dns_forest_name: &names[0],
                dns_domain_name: &names[1],
                dns_host_name: host.trim_end_matches('.'),
                netbios_domain_name: &names[3],
                netbios_computer_name: &names[4],
                user_name: &names[5],
                dc_site_name: &names[6],
                client_site_name: &names[7],
                dc_sock_addr: address.map(Ipv4Addr::from),
                next_closest_site_name: (next && !names[8].is_empty()).then_some(&names[8]),
                nt_version: None,
            };
            let bytes = answer.encode().unwrap();
            let Ok(Message::SamLogonResponseEx(m)) = Message::parse(&bytes) else { panic!("{bytes:02x?}") };
            prop_assert!(m.version_agrees());
            prop_assert_eq!(
                (m.opcode.value, m.flags.value, m.domain_guid.value),
                (answer.opcode, answer.flags, answer.domain_guid)
            );
            let read = [
                m.dns_forest_name, m.dns_domain_name, m.dns_host_name, m.netbios_domain_name,
                m.netbios_computer_name, m.user_name, m.dc_site_name, m.client_site_name,
            ];
            let wrote = [
                answer.dns_forest_name, answer.dns_domain_name, answer.dns_host_name, answer.netbios_domain_name,
                answer.netbios_computer_name, answer.user_name, answer.dc_site_name, answer.client_site_name,
            ];
            prop_assert_eq!(read.map(|n| n.to_string()), wrote.map(String::from));
            prop_assert_eq!(m.dc_sock_addr.map(|a| a.address()), answer.dc_sock_addr);
            let next = m.next_closest_site_name.map(|n| n.to_string());
            prop_assert_eq!(next.as_deref(), answer.next_closest_site_name);
        }
    }
}
