//! Comparison with what others say about the same octets: published vectors, and tshark and a
//! byte walk over public captures. Read from `../shared` when it is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

use adjoin_trials::shared::{self, hex};
use adjoin_wire::{CompressedName, Cursor};
use netlogon_proto::{Message, NtVersion, SamLogonAnswer, SamLogonResponseEx};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

/// The rows of every table in the oracle folder whose name ends so, as column -> cell.
fn rows(suffix: &str) -> Vec<BTreeMap<String, String>> {
    let Some(folder) = shared::path("captures/oracle/dev") else { return vec![] };
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.to_string_lossy().ends_with(suffix));
    let mut rows = vec![];
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let mut lines = text.lines();
        let columns: Vec<_> = lines.next().unwrap().split('\t').collect();
        for line in lines {
            let cells = columns.iter().map(|c| (*c).to_owned()).zip(line.split('\t').map(str::to_owned));
            let mut row: BTreeMap<_, _> = cells.collect();
            row.insert("file".into(), file.display().to_string());
            rows.push(row);
        }
    }
    rows
}

/// The byte walk's names for the fields.
fn walked(message: &Message<'_>) -> BTreeMap<&'static str, String> {
    let mut map = BTreeMap::new();
    map.insert("opcode", message.opcode().0.to_string());
    if let Some(version) = message.nt_version() {
        map.insert("ntver", format!("0x{:08x}", version.bits()));
    }
    match message {
        Message::SamLogonResponseEx(m) => {
            map.insert("sbz", m.sbz.to_string());
            map.insert("flags", format!("0x{:08x}", m.flags.bits()));
            map.insert("domain_guid", m.domain_guid.to_string());
            map.insert("forest", m.dns_forest_name.to_string());
            map.insert("domain", m.dns_domain_name.to_string());
            map.insert("hostname", m.dns_host_name.to_string());
            map.insert("nb_domain", m.netbios_domain_name.to_string());
            map.insert("nb_hostname", m.netbios_computer_name.to_string());
            map.insert("user", m.user_name.to_string());
            map.insert("server_site", m.dc_site_name.to_string());
            map.insert("client_site", m.client_site_name.to_string());
            map.insert("lmnt_token", format!("0x{:04x}", *m.lm_nt_token));
            map.insert("lm20_token", format!("0x{:04x}", *m.lm20_token));
            if let (Some(size), Some(a)) = (m.dc_sock_addr_size, m.dc_sock_addr) {
                map.insert("sockaddr_size", size.to_string());
                map.insert("sin_family", a.sin_family.to_string());
                map.insert("sin_port", a.sin_port.to_string());
                map.insert("sin_addr", a.address().to_string());
            }
        }
        Message::SamLogonResponse(m) => {
            map.insert("nb_hostname", m.unicode_logon_server.to_string());
            map.insert("user", m.unicode_user_name.to_string());
            map.insert("nb_domain", m.unicode_domain_name.to_string());
            map.insert("domain_guid", m.domain_guid.to_string());
            map.insert("null_guid", m.null_guid.to_string());
            map.insert("forest", m.dns_forest_name.to_string());
            map.insert("domain", m.dns_domain_name.to_string());
            map.insert("hostname", m.dns_host_name.to_string());
            map.insert("ip", m.address().to_string());
            map.insert("flags", format!("0x{:08x}", m.flags.bits()));
            map.insert("lmnt_token", format!("0x{:04x}", *m.lm_nt_token));
            map.insert("lm20_token", format!("0x{:04x}", *m.lm20_token));
        }
        Message::SamLogonRequest(m) => {
            map.insert("request_count", m.request_count.to_string());
            map.insert("computer", m.unicode_computer_name.to_string());
            map.insert("user", m.unicode_user_name.to_string());
            map.insert("mailslot", m.mailslot_name.to_string());
            map.insert("aac", format!("0x{:08x}", *m.allowable_account_control_bits));
            map.insert("sid_size", m.domain_sid_size.to_string());
            map.extend(m.domain_sid.map(|sid| ("sid", sid.to_string())));
        }
        Message::LogonPrimaryQuery(m) => {
            map.insert("computer", m.computer_name.to_string());
            map.insert("unicode_computer", m.unicode_computer_name.to_string());
            map.insert("mailslot", m.mailslot_name.to_string());
        }
        _ => {}
    }
    map
}

/// Compares every value in `expected` that this crate has a name for; returns how many.
fn compare(id: &str, message: &Message<'_>, expected: &Value) -> usize {
    let walked = walked(message);
    let mut compared = 0;
    for (key, value) in expected.as_object().into_iter().flatten() {
        let key = match key.as_str() {
            "computer_name" => "computer",
            "mailslot_name" => "mailslot",
            "user_name" => "user",
            other => other,
        };
        let Some(got) = walked.get(key) else { continue };
        match value {
            Value::String(text) if text == "absent" => {}
            Value::String(text) => assert_eq!(got, text, "{key} of {id}"),
            Value::Number(number) => {
                let hex = got.strip_prefix("0x").map(|hex| u64::from_str_radix(hex, 16).unwrap());
                let got = hex.or_else(|| got.parse().ok());
                assert_eq!(got, number.as_u64(), "{key} of {id}");
            }
            other => panic!("{key} of {id}: {other}"),
        }
        compared += 1;
    }
    compared
}

fn encode_again(m: &SamLogonResponseEx<'_>) -> Vec<u8> {
    let names = [
        m.dns_forest_name,
        m.dns_domain_name,
        m.dns_host_name,
        m.netbios_domain_name,
        m.netbios_computer_name,
        m.user_name,
        m.dc_site_name,
        m.client_site_name,
    ]
    .map(|name| name.to_string());
    let [forest, domain, host, nb_domain, nb_host, user, dc_site, client_site] = &names;
    let next = m.next_closest_site_name.map(|name| name.to_string());
    SamLogonAnswer {
        opcode: *m.opcode,
        flags: *m.flags,
        domain_guid: *m.domain_guid,
        dns_forest_name: forest,
        dns_domain_name: domain,
        dns_host_name: host,
        netbios_domain_name: nb_domain,
        netbios_computer_name: nb_host,
        user_name: user,
        dc_site_name: dc_site,
        client_site_name: client_site,
        dc_sock_addr: m.dc_sock_addr.map(|address| address.address()),
        next_closest_site_name: next.as_deref(),
        nt_version: None,
    }
    .encode()
    .unwrap()
}

#[test]
fn published_messages() {
    let Some(file) = shared::path("captures/vectors/dev/netlogon.json") else { return };
    let vectors: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let mut compared = 0;
    for vector in vectors.as_array().unwrap() {
        let (id, kind) = (vector["id"].as_str().unwrap(), vector["kind"].as_str().unwrap());
        if kind.starts_with("Ethernet") {
            continue;
        }
        let bytes = hex(vector["hex"].as_str().unwrap());
        let message = Message::parse(&bytes).unwrap_or_else(|error| panic!("{id}: {error}"));
        compared += compare(id, &message, &vector["published"]);
        compared += compare(id, &message, &vector["derived_here"]);
        if let Message::LogonPrimaryQuery(query) = message {
            assert_eq!((*query.computer_name, query.nt_version.bits()), ("PC".into(), 0x2000_000b));
            assert_eq!(*query.unicode_computer_name, "PC");
        }
        if let Message::SamLogonResponseEx(answer) = message {
            assert_eq!(encode_again(&answer), bytes, "{id}");
        }
    }
    assert!(compared > 60, "only {compared} values compared");
}

#[test]
fn published_names() {
    let Some(file) = shared::path("captures/vectors/dev/names.json") else { return };
    let vectors: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    for vector in vectors.as_array().unwrap() {
        let id = vector["id"].as_str().unwrap();
        let bytes = hex(vector["hex"].as_str().unwrap());
        let published = &vector["published"];
        let mut cursor = Cursor::new(&bytes);
        let start = usize::try_from(published["start_offset"].as_u64().unwrap()).unwrap();
        cursor.skip(start, "start").unwrap();
        let name = CompressedName::read(&mut cursor, &bytes, 0, "Name");
        match published["name"].as_str().unwrap() {
            "ERROR" => assert!(name.is_err(), "{id}"),
            // RFC 1035 4.1.4: a pointer goes to a prior occurrence. That test's forward pointer is refused.
            _ if id.ends_with("forward_pointer") => assert!(name.unwrap_err().kind.is_malformed()),
            text => {
                assert_eq!(name.unwrap().to_string(), text, "{id}");
                assert_eq!(Some(cursor.offset() as u64), published["end_offset"].as_u64(), "{id}");
            }
        }
    }
}

#[test]
fn ldap_ping_answers_of_public_captures() {
    let rows = rows(".cldap_resp.tsv");
    let mut answers = 0;
    for row in rows.iter().filter(|row| !row["value_hex"].is_empty()) {
        let id = format!("{} frame {}", row["file"], row["frame"]);
        let bytes = hex(&row["value_hex"]);
        let message = Message::parse(&bytes).unwrap_or_else(|error| panic!("{id}: {error}"));
        let Message::SamLogonResponseEx(answer) = message else { panic!("{id}: {message:?}") };
        let walked = walked(&message);
        for (column, cell) in row {
            let Some(key) = column.strip_prefix("by_") else { continue };
            match walked.get(key) {
                Some(got) => assert_eq!(got, cell, "{column} of {id}"),
                None => assert!(matches!(key, "sockaddr" | "next_closest_site" | "leftover"), "{column}"),
            }
        }
        assert_eq!(row["by_next_closest_site"].is_empty(), answer.next_closest_site_name.is_none(), "{id}");
        assert_eq!(row["by_sockaddr"].is_empty(), answer.dc_sock_addr.is_none(), "{id}");
        assert_eq!(*answer.nt_version, NtVersion::V1 | NtVersion::V5EX, "{id}");
        assert_eq!(encode_again(&answer), bytes, "{id}");
        answers += 1;
    }
    assert!(rows.is_empty() || answers > 40, "only {answers} answers compared");
}

#[test]
fn mailslot_messages_of_public_captures() {
    let rows = rows(".mailslot.tsv");
    let mut compared = 0;
    for row in rows.iter().filter(|row| !row["bytes_decode_json"].is_empty()) {
        let id = format!("{} frame {}", row["file"], row["frame"]);
        let bytes = hex(&row["data_hex"]);
        let expected: Value = serde_json::from_str(&row["bytes_decode_json"]).unwrap();
        if expected["opcode"].is_null() {
            continue;
        }
        let message = Message::parse(&bytes).unwrap_or_else(|error| panic!("{id}: {error}"));
        compared += compare(&id, &message, &expected);
        if let Message::SamLogonResponseEx(answer) = message {
            assert_eq!(encode_again(&answer), bytes, "{id}");
        }
    }
    assert!(rows.is_empty() || compared > 100, "only {compared} values compared");
}

#[test]
fn published_lists_of_flags() {
    for (file, table) in
        [("facts/ds_flags.csv", netlogon_proto::DsFlags::TABLE), ("facts/ntver_flags.csv", NtVersion::TABLE)]
    {
        let Some(file) = shared::path(file) else { return };
        let text = fs::read_to_string(file).unwrap();
        let lines = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        let listed: Vec<_> = lines
            .filter(|cells| cells[2] != "(reserved)")
            .map(|cells| {
                let mask = u32::from_str_radix(cells[0].trim_start_matches("0x"), 16).unwrap();
                (mask, cells[2].to_owned(), cells[3].to_owned())
            })
            .collect();
        let ours: Vec<_> =
            table.iter().map(|info| (info.mask, info.symbol.to_owned(), info.short.to_owned())).collect();
        assert_eq!(ours, listed);
    }
}

#[test]
fn published_operation_codes() {
    let Some(file) = shared::path("facts/netlogon_opcodes.csv") else { return };
    let text = fs::read_to_string(file).unwrap();
    for line in text.lines().skip(1) {
        let cells: Vec<_> = line.split(',').collect();
        let opcode = netlogon_proto::Opcode(cells[0].parse().unwrap());
        // Names of LAN Manager's messages have their product behind them.
        assert_eq!(opcode.name(), cells[2].split(" (").next(), "{line}");
        assert_eq!(opcode.is_answer(), cells[4].starts_with("reply") && opcode.0 != 6, "{line}");
    }
}

#[test]
fn published_words_of_negotiation() {
    use netlogon_proto::rpc::NegotiateFlags;
    let Some(file) = shared::path("facts/netlogon_negotiate_known_values.csv") else { return };
    let text = fs::read_to_string(file).unwrap();
    for line in text.lines().skip(1) {
        let digits = line.trim_start_matches("0x");
        let value = u32::from_str_radix(&digits[..8], 16).unwrap();
        let flags = NegotiateFlags::from_bits_retain(value);
        assert_eq!(flags.unknown(), 0, "{line}: {flags}");
        // Only the first of them has AES; the others are told by its absence.
        assert_eq!(flags.contains(NegotiateFlags::SUPPORTS_AES), value == 0x612f_ffff, "{line}");
        assert_eq!(flags.contains(NegotiateFlags::STRONG_KEYS), !line.contains("no strong key"), "{line}");
    }
}
