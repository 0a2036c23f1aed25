//! Comparison with what others say about the same datagrams: tshark and a byte walk over public
//! captures (`../shared`, when it is there), and the crate `ldap-parser`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

use adjoin_trials::shared::{self, hex};
use cldap_proto::{LdapMessage, LdapPing, ProtocolOp, messages, netlogon_value};
use ldap_parser::FromBer;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn be16(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]))
}

fn le32(bytes: &[u8], at: usize) -> usize {
    usize::try_from(u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())).unwrap()
}

/// The frames of a little-endian pcap or pcapng file.
fn frames(file: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(file).unwrap();
    let mut frames = vec![];
    if bytes.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]) {
        let mut at = 0;
        while at + 12 <= bytes.len() {
            let (kind, len) = (le32(&bytes, at), le32(&bytes, at + 4));
            if kind == 6 {
                frames.push(bytes[at + 28..at + 28 + le32(&bytes, at + 20)].to_vec());
            }
            at += len;
        }
    } else if bytes[0] == 0xd4 || bytes[0] == 0x4d {
        let mut at = 24;
        while at + 16 <= bytes.len() {
            let end = (at + 16 + le32(&bytes, at + 8)).min(bytes.len());
            frames.push(bytes[at + 16..end].to_vec());
            at = end;
        }
    }
    frames
}

/// Protocol (6 or 17), and the payload when a port is 389; Ethernet and unfragmented IP only.
fn ldap_payload(frame: &[u8]) -> Option<(u8, &[u8])> {
    let (protocol, rest) = match be16(frame.get(..14)?, 12) {
        0x0800 => {
            let ip = frame.get(14..)?;
            let rest = ip.get(usize::from(ip.first()? & 15) * 4..be16(ip.get(..20)?, 2))?;
            (ip[9], rest)
        }
        0x86dd => {
            let ip = frame.get(14..)?;
            (*ip.get(6)?, ip.get(40..40 + be16(ip.get(..40)?, 4))?)
        }
        _ => return None,
    };
    let header = match protocol {
        6 => usize::from(rest.get(12)? >> 4) * 4,
        17 => 8,
        _ => return None,
    };
    (be16(rest, 0) == 389 || be16(rest, 2) == 389).then_some((protocol, rest.get(header..)?))
}

/// A table's name, the frames of its capture, and its rows as column -> cell.
type Table = (String, Vec<Vec<u8>>, Vec<BTreeMap<String, String>>);

/// The tables whose name ends so.
fn tables(suffix: &str) -> Vec<Table> {
    let Some(folder) = shared::path("captures/oracle/dev") else { return vec![] };
    let mut tables = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let Some(capture) = name.strip_suffix(suffix) else { continue };
        let Some(path) = shared::path(&format!("captures/dev/{capture}")) else { continue };
        let text = fs::read_to_string(&file).unwrap();
        let mut lines = text.lines();
        let columns: Vec<_> = lines.next().unwrap().split('\t').map(str::to_owned).collect();
        let row = |line: &str| columns.iter().cloned().zip(line.split('\t').map(str::to_owned)).collect();
        tables.push((name.clone(), frames(&path), lines.map(row).collect()));
    }
    tables
}

#[test]
fn pings_of_public_captures() {
    let tables = tables(".cldap_req.tsv");
    let mut compared = 0;
    for (name, frames, rows) in &tables {
        for row in rows {
            let frame: usize = row["frame"].parse().unwrap();
            let Some((17, payload)) = ldap_payload(&frames[frame - 1]) else { panic!("{name} {frame}") };
            let message = LdapMessage::parse(payload).unwrap_or_else(|e| panic!("{name} {frame}: {e}"));
            let ProtocolOp::SearchRequest(search) = message.op else { panic!("{name} {frame}") };
            let ping = LdapPing::of(&search).unwrap();
            let text = |field: Option<adjoin_wire::Spanned<adjoin_wire::Text<'_>>>| {
                field.map_or(String::new(), |text| text.to_string())
            };
            let number = |field: Option<adjoin_wire::Spanned<u32>>| {
                field.map_or(String::new(), |number| format!("0x{:08x}", *number))
            };
            let sid = ping.domain_sid.map_or(String::new(), |sid| netlogon_proto::Sid(*sid).to_string());
            for (column, ours) in [
                ("msgid", message.message_id.to_string()),
                ("base", search.base_object.to_string()),
                ("attributes", search.attributes.texts().map(|t| t.to_string()).collect()),
                ("DnsDomain", text(ping.dns_domain)),
                ("Host", text(ping.host)),
                ("User", text(ping.user)),
                ("AAC", number(ping.aac)),
                ("DomainSid", sid),
                ("DomainGuid", ping.domain_guid.map_or(String::new(), |guid| guid.to_string())),
                ("NtVer", number(ping.nt_ver)),
                ("DnsHostName", text(ping.dns_host_name)),
            ] {
                assert_eq!(ours, row[column], "{column} of {name} {frame}");
            }
            assert_eq!(ping.problem, None);
            let again = ping.encode(*message.message_id, !message.minimal).unwrap();
            assert_eq!(again, payload, "{name} {frame}");
            compared += 1;
        }
    }
    assert!(tables.is_empty() || compared > 40, "only {compared} pings compared");
}

#[test]
fn answers_of_public_captures() {
    let tables = tables(".cldap_resp.tsv");
    let mut compared = 0;
    for (name, frames, rows) in &tables {
        for row in rows {
            let frame: usize = row["frame"].parse().unwrap();
            let Some((17, payload)) = ldap_payload(&frames[frame - 1]) else { panic!("{name} {frame}") };
            let entry = messages(payload).find_map(|m| match m.complete() {
                Ok(LdapMessage { op: ProtocolOp::SearchResultEntry(entry), message_id, .. }) => {
                    assert_eq!(message_id.to_string(), row["msgid"]);
                    Some(entry)
                }
                Ok(_) => None,
                Err(error) => panic!("{name} {frame}: {error}"),
            });
            let Some(entry) = entry else { panic!("{name} {frame}: no entry") };
            let value = netlogon_value(&entry).map_or(vec![], |value| value.to_vec());
            assert_eq!(value, hex(&row["value_hex"]), "{name} {frame}");
            if let Some(Ok(attribute)) = entry.attributes.iter().next() {
                assert_eq!(attribute.description.to_string(), row["attr_name"], "{name} {frame}");
            }
            compared += 1;
        }
    }
    assert!(tables.is_empty() || compared > 40, "only {compared} answers compared");
}

/// Compares our reading of one message with that of `ldap-parser`.
fn agree(ours: &LdapMessage<'_>, theirs: &ldap_parser::ldap::LdapMessage<'_>, id: &str) {
    use ldap_parser::ldap::ProtocolOp as Theirs;
    assert_eq!(*ours.message_id, theirs.message_id.0, "{id}");
    match (&ours.op, &theirs.protocol_op) {
        (ProtocolOp::SearchRequest(a), Theirs::SearchRequest(b)) => {
            assert_eq!(a.base_object.to_string(), b.base_object.0, "{id}");
            assert_eq!((a.scope.0, a.deref_aliases.0), (b.scope.0, b.deref_aliases.0), "{id}");
            assert_eq!((*a.size_limit, *a.time_limit), (b.size_limit, b.time_limit), "{id}");
            let names: Vec<_> = a.attributes.texts().map(|t| t.to_string()).collect();
            assert!(names.iter().eq(b.attributes.iter().map(|t| &*t.0)), "{id}");
            let values = |filter: &ldap_parser::filter::Filter<'_>| match filter {
                ldap_parser::filter::Filter::And(all) => Some(all.len()),
                _ => None,
            };
            if let (Some(count), Ok(cldap_proto::FilterKind::And(filters))) =
                (values(&b.filter), a.filter.unwrap().kind())
            {
                assert_eq!(filters.iter().count(), count, "{id}");
            }
        }
        (ProtocolOp::SearchResultEntry(a), Theirs::SearchResultEntry(b)) => {
            assert_eq!(a.object_name.to_string(), b.object_name.0, "{id}");
            let ours: Vec<_> = a
                .attributes
                .iter()
                .map(|attribute| {
                    let attribute = attribute.unwrap();
                    let values: Vec<_> = attribute.values.iter().map(|v| v.unwrap().to_vec()).collect();
                    (attribute.description.to_string(), values)
                })
                .collect();
            let theirs: Vec<_> = b
                .attributes
                .iter()
                .map(|a| {
                    let values = a.attr_vals.iter().map(|v| v.0.to_vec()).collect::<Vec<_>>();
                    (a.attr_type.0.to_string(), values)
                })
                .collect();
            assert_eq!(ours, theirs, "{id}");
        }
        (ProtocolOp::SearchResultDone(a), Theirs::SearchResultDone(b)) => {
            assert_eq!(a.result_code.0, b.result_code.0, "{id}");
            assert_eq!(a.diagnostic_message.to_string(), b.diagnostic_message.0, "{id}");
        }
        (ProtocolOp::BindRequest(a), Theirs::BindRequest(b)) => {
            assert_eq!(
                (*a.version, a.name.to_string()),
                (u32::from(b.version), b.name.0.to_string()),
                "{id}"
            );
        }
        (ProtocolOp::BindResponse(a), Theirs::BindResponse(b)) => {
            assert_eq!(a.result.result_code.0, b.result.result_code.0, "{id}");
            assert_eq!(a.server_sasl_creds.map(|c| *c), b.server_sasl_creds.as_deref(), "{id}");
        }
        (a, b) => assert_eq!(u32::from(tag(a)), b.tag().0, "{id}"),
    }
}

fn tag(op: &ProtocolOp<'_>) -> u8 {
    match op {
        ProtocolOp::UnbindRequest => 2,
        ProtocolOp::ModifyRequest(_) => 6,
        ProtocolOp::ModifyResponse(_) => 7,
        ProtocolOp::AddRequest(_) => 8,
        ProtocolOp::AddResponse(_) => 9,
        ProtocolOp::AbandonRequest(_) => 16,
        ProtocolOp::SearchResultReference(_) => 19,
        ProtocolOp::ExtendedRequest(_) => 23,
        ProtocolOp::ExtendedResponse(_) => 24,
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_reader_agrees() {
    let Some(folder) = shared::path("captures/dev") else { return };
    let (mut captures, mut udp, mut tcp) = (0, 0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|ext| ext != "pcap" && ext != "pcapng") {
            continue;
        }
        captures += 1;
        for (i, frame) in frames(&file).iter().enumerate() {
            let Some((protocol, payload)) = ldap_payload(frame) else { continue };
            let id = format!("{} frame {}", file.display(), i + 1);
            let mut rest = payload;
            for m in messages(payload) {
                let theirs = ldap_parser::ldap::LdapMessage::from_ber(rest);
                let Ok(ours) = m.complete() else {
                    // A segment that ends or begins inside a message, or one that is sealed.
                    assert_eq!(protocol, 6, "{id}");
                    break;
                };
                rest = &payload[ours.span.end..];
                match theirs {
                    Ok((after, theirs)) => {
                        assert_eq!(after.len(), rest.len(), "{id}");
                        agree(&ours, &theirs, &id);
                    }
                    // It knows neither Sicily nor tokens in the matched name.
                    Err(_) => assert!(
                        matches!(ours.op, ProtocolOp::BindRequest(_) | ProtocolOp::BindResponse(_)),
                        "{id}: {ours:?}"
                    ),
                }
                *(if protocol == 17 { &mut udp } else { &mut tcp }) += 1;
            }
        }
    }
    if captures == 0 {
        println!("skipped: ../shared has no captures");
        return;
    }
    assert!(udp > 100 && tcp > 20, "{udp} and {tcp} messages compared");
}

#[test]
fn published_reasons_of_refused_logons() {
    let Some(file) = shared::path("facts/ldap_data_codes.csv") else { return };
    // A word of the table, and ours for it.
    const WORDS: [(&str, &str); 13] = [
        ("not found", "no such"),
        ("wrong password", "wrong user name or password"),
        ("restriction", "restricted"),
        ("hours", "time"),
        ("workstation", "computer"),
        ("password expired", "password has expired"),
        ("disabled", "disabled"),
        ("too many SIDs", "too many groups"),
        ("account expired", "account has expired"),
        ("must change password", "password must be changed"),
        ("locked out", "locked"),
        ("channel binding", "channel bindings"),
        ("invalid parameter", "parameter is invalid"),
    ];
    let mut codes = Vec::new();
    for line in fs::read_to_string(file).unwrap().lines().skip(1) {
        let columns: Vec<_> = line.splitn(3, ',').collect();
        let code = u32::from_str_radix(columns[0], 16).unwrap();
        let meaning = cldap_proto::LogonSubCode(code).meaning().unwrap_or_else(|| panic!("{line}"));
        let ours: Vec<_> = WORDS.iter().filter(|(word, _)| columns[2].contains(word)).collect();
        assert!(!ours.is_empty() && ours.iter().all(|(_, ours)| meaning.contains(ours)), "{line}: {meaning}");
        // The codes are Win32 errors, but for a security status.
        let win32 = columns[1].strip_prefix("0x").map(|hex| u32::from_str_radix(hex, 16).unwrap());
        assert_eq!(win32, (code < 0x8000_0000).then_some(code), "{line}");
        codes.push(code);
    }
    // And no others.
    let named = (0..0x1_0000)
        .chain([0x8009_0346])
        .filter(|code| cldap_proto::LogonSubCode(*code).meaning().is_some());
    codes.sort_unstable();
    assert_eq!(named.collect::<Vec<_>>(), codes);
}

#[test]
fn published_capabilities() {
    let Some(rows) = shared::rows("facts/ldap_capability_oids.csv") else { return };
    for row in rows {
        let name = cldap_proto::capability_name(row[0].as_bytes()).unwrap_or_else(|| panic!("{row:?}"));
        // The table describes, the names are the specification's: what tells versions apart is in both.
        for word in ["V51", "V61", "R2", "W8"] {
            assert_eq!(name.contains(word), row[1].contains(word), "{name}: {row:?}");
        }
        for (word, part) in
            [("ADAM", "ADAM"), ("partial secrets", "PARTIAL_SECRETS"), ("integrity", "LDAP_INTEG")]
        {
            assert_eq!(row[1].contains(word), name.contains(part), "{name}: {row:?}");
        }
    }
    assert_eq!(cldap_proto::capability_name(b"1.2.840.113556.1.4.319"), None);
}

#[test]
fn published_result_codes() {
    let Some(rows) = shared::rows("facts/ldap_result_to_win32.csv") else { return };
    let mut named = 0;
    for row in rows {
        let ours = cldap_proto::ResultCode(row[0].parse().unwrap()).name();
        // The column has the names of RFC 2251. RFC 4511 has another for 8; 9, 35 and 70 are reserved, others
        // unused or without a name there, which are spelled with a space or a hyphen.
        let theirs = match row[3].as_str() {
            "strongAuthRequired" => Some("strongerAuthRequired"),
            text if text == "-" || text.contains(' ') => None,
            text => Some(text),
        };
        assert_eq!(ours, theirs, "{row:?}");
        named += usize::from(ours.is_some());
    }
    assert_eq!(named, 39);
}
