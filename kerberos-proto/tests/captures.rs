//! Every AP-REQ and every Kerberos message of the captures beside the repository, against tables that
//! tshark and an independent byte walk made of them. tshark cuts the octets out of the frames.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    unreachable_pub,
    reason = "tests may panic"
)]

use adjoin_trials::shared;

use adjoin_wire::ber::Tag;
use kerberos_proto::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// All values of `key` in the tree, in order: each is `[hex, offset, length, ..]`, or a list of them.
fn collect(tree: &Value, key: &str, out: &mut Vec<Vec<u8>>) {
    fn leaves(value: &Value, out: &mut Vec<Vec<u8>>) {
        match value.as_array().map(Vec::as_slice) {
            Some([Value::String(hex), ..]) => out.push(shared::hex(hex)),
            Some(list) => list.iter().for_each(|value| leaves(value, out)),
            None => {}
        }
    }
    match tree {
        Value::Object(map) => {
            for (name, value) in map {
                if name == key {
                    leaves(value, out);
                } else {
                    collect(value, key, out);
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, key, out)),
        _ => {}
    }
}

/// Frame number to the frame's tree.
fn frames(capture: &str) -> Option<BTreeMap<String, Value>> {
    let file = shared::path(&format!("captures/dev/{capture}"))?;
    let run = Command::new("tshark")
        .args(["-r", file.to_str().unwrap(), "-Y", "kerberos", "-T", "json", "-x", "--no-duplicate-keys"])
        .output();
    let Ok(run) = run else {
        println!("skipped: tshark is not here");
        return None;
    };
    let Ok(Value::Array(list)) = serde_json::from_slice(&run.stdout) else { return None };
    let number =
        |frame: &Value| frame["_source"]["layers"]["frame"]["frame.number"].as_str().map(String::from);
    Some(list.into_iter().filter_map(|frame| Some((number(&frame)?, frame))).collect())
}

fn tables(kind: &str) -> Vec<(String, Vec<BTreeMap<String, String>>)> {
    let Some(folder) = shared::path("captures/oracle/dev") else { return Vec::new() };
    let suffix = format!(".{kind}.tsv");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str().map(String::from))
        .filter(|name| name.ends_with(&suffix))
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|name| {
            let text = shared::text(&format!("captures/oracle/dev/{name}")).unwrap();
            (name.strip_suffix(&suffix).unwrap().to_string(), shared::table(&text, '\t'))
        })
        .collect()
}

fn row(m: &ApReq) -> Vec<String> {
    let encrypted = |e: &EncryptedData| {
        [
            e.etype.0.to_string(),
            e.kvno.map_or_else(String::new, |k| k.to_string()),
            e.cipher_length.to_string(),
        ]
    };
    let mut out = vec![
        m.pvno.to_string(),
        m.msg_type.0.to_string(),
        format!("0x{:08x}", m.ap_options.bits()),
        m.ticket.tkt_vno.to_string(),
        m.ticket.realm.to_string(),
        m.ticket.sname.name_type.0.to_string(),
        m.ticket.sname.to_string(),
    ];
    out.extend(encrypted(&m.ticket.enc_part));
    out.extend(encrypted(&m.authenticator));
    out
}

const COLUMNS: [&str; 13] = [
    "pvno",
    "msg_type",
    "ap_options",
    "tkt_vno",
    "realm",
    "sname_type",
    "sname",
    "ticket_etype",
    "ticket_kvno",
    "ticket_cipher_len",
    "auth_etype",
    "auth_kvno",
    "auth_cipher_len",
];

#[test]
fn every_ap_req() {
    let (mut same, mut absent) = (0, Vec::new());
    for (capture, rows) in tables("apreq") {
        let Some(frames) = frames(&capture) else { continue };
        for wanted in rows {
            let frame = &wanted["frame"];
            let expected: Vec<_> = COLUMNS.iter().map(|column| wanted[*column].clone()).collect();
            let mut found = Vec::new();
            if let Some(tree) = frames.get(frame) {
                collect(tree, "kerberos.ap_req_element_raw", &mut found);
            }
            if found.is_empty() {
                absent.push(format!("{capture} {frame}"));
                continue;
            }
            let read: Vec<_> = found
                .iter()
                .map(
                    |sequence| row(&ApReq::parse_partial(&encode::tlv(Tag::application(14), sequence)).value),
                )
                .collect();
            assert!(read.contains(&expected), "{capture} {frame}: {read:?}, not {expected:?}");
            same += 1;
        }
    }
    println!("{same} AP-REQs are the same; tshark doesn't show those of {absent:?}");
    assert!(same == 0 || same > 100);
}

#[test]
fn every_message() {
    let (mut read, mut cut) = (0, 0);
    for (capture, rows) in tables("krb") {
        let Some(frames) = frames(&capture) else { continue };
        for wanted in rows {
            let Some(tree) = frames.get(&wanted["frame"]) else { continue };
            let mut found = Vec::new();
            collect(tree, "kerberos_raw", &mut found);
            let set = |column: &str| wanted[column].split(',').map(String::from).collect::<BTreeSet<_>>();
            let place = format!("{capture} {}", wanted["frame"]);
            for bytes in found {
                // Over TCP tshark's octets begin with the record mark.
                let message = if tcp::looks_like(&bytes) { &bytes[4..] } else { &bytes[..] };
                if !looks_like(message, None) {
                    continue;
                }
                let part = Message::parse_partial(message);
                if let Some(error) = part.error {
                    // Made or sliced by hand, as its own table says.
                    let known = shared::path(&format!("captures/oracle/dev/{capture}.bad.tsv")).is_some();
                    assert!(error.kind.is_truncated() || known, "{place}: {error}");
                    if !error.kind.is_truncated() {
                        continue;
                    }
                    cut += 1;
                }
                let kind = part.value.message_type().unwrap();
                assert!(set("msg_type").contains(&kind.0.to_string()), "{place} {kind}");
                let has = |column: &str, value: String| {
                    // A name with a comma can't be told from two names.
                    assert!(
                        set(column).contains(&value),
                        "{place} {column}: {value} not in {}",
                        wanted[column]
                    );
                };
                match part.value {
                    Message::AsReq(m) | Message::TgsReq(m) if part.error.is_none() => {
                        has("realm", m.req_body.realm.to_string());
                        has("nonce", m.req_body.nonce.to_string());
                        for name in m.req_body.cname.iter().flat_map(PrincipalName::components) {
                            has("CNameString", name.to_string());
                        }
                        for name in m.req_body.sname.iter().flat_map(PrincipalName::components) {
                            has("SNameString", name.to_string());
                        }
                        for padata in m.padata() {
                            has("padata_type", padata.padata_type.0.to_string());
                        }
                    }
                    Message::AsRep(m) | Message::TgsRep(m) if part.error.is_none() => {
                        has("crealm", m.crealm.to_string());
                        has("realm", m.ticket.realm.to_string());
                        has("etype", m.enc_part.etype.0.to_string());
                        if let Some(kvno) = m.ticket.enc_part.kvno {
                            has("kvno", kvno.to_string());
                        }
                    }
                    Message::Error(m) if part.error.is_none() => {
                        has("error_code", m.error_code.0.to_string());
                        has("realm", m.realm.to_string());
                    }
                    _ => {}
                }
                read += 1;
            }
        }
    }
    println!("{read} messages, {cut} of them cut");
    assert!(read == 0 || read > 100);
}
