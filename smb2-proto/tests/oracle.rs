//! Comparison with tshark on captures outside the repository: what it says about each frame, we say
//! too. Skipped when the captures or tshark are not here.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test stops at the first surprise"
)]

use adjoin_trials::shared::{self, hex};
use serde_json::Value;
use smb2_proto::{NtStatus, PipeStep, Smb, Status, mailslot, nbdgm, smb1, smb2};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// tshark writes a text for an empty field.
fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_hexdigit() || b == b':')
}

fn tshark(capture: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("tshark").arg("-r").arg(capture).args(arguments).output();
    match output {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(_) => {
            println!("skipped: tshark is not here");
            None
        }
    }
}

/// The octets of each layer called `layer` in each frame that matches `filter`.
fn layers(capture: &Path, filter: &str, layer: &str) -> Option<BTreeMap<u64, Vec<Vec<u8>>>> {
    let wanted = format!("frame {layer}");
    let json =
        tshark(capture, &["-Y", filter, "-T", "json", "-x", "--no-duplicate-keys", "-J", wanted.as_str()])?;
    let mut frames = BTreeMap::new();
    let Ok(Value::Array(packets)) = serde_json::from_str(&json) else {
        return Some(frames);
    };
    for packet in &packets {
        let layers = &packet["_source"]["layers"];
        let number = layers["frame"]["frame.number"].as_str().unwrap().parse().unwrap();
        let mut found = Vec::new();
        if let Value::Array(raw) = &layers[format!("{layer}_raw").as_str()] {
            match &raw[0] {
                Value::String(text) => found.push(hex(text)),
                _ => found.extend(raw.iter().map(|one| hex(one[0].as_str().unwrap()))),
            }
        }
        frames.insert(number, found);
    }
    Some(frames)
}

/// The values of each field of each frame that matches `filter`, in the order of `fields`.
fn fields(capture: &Path, filter: &str, fields: &[&str]) -> Option<BTreeMap<u64, Vec<Vec<String>>>> {
    let mut arguments =
        vec!["-Y", filter, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=|", "-e", "frame.number"];
    for field in fields {
        arguments.extend(["-e", field]);
    }
    let text = tshark(capture, &arguments)?;
    let mut frames = BTreeMap::new();
    for line in text.lines() {
        let mut columns = line.split('\t');
        let number = columns.next().unwrap().parse().unwrap();
        let values = columns
            .map(|c| c.split('|').filter(|v| !v.is_empty()).map(String::from).collect())
            .collect::<Vec<Vec<String>>>();
        frames.insert(number, values);
    }
    Some(frames)
}

/// The captures with SMB of some kind in them.
const CAPTURES: [&str; 17] = [
    "captures/dev/arkime_smb1_ascii.pcap",
    "captures/dev/arkime_smbtorture_ntlmssp.pcap",
    "captures/dev/corelight_PrintNightmare.pcap",
    "captures/dev/elcabezzonn_chip_host_signin.pcapng",
    "captures/dev/elcabezzonn_samrdump.pcap",
    "captures/dev/ics_mms_goose_mailslot.pcap",
    "captures/dev/mercury_emix_win7_join_samba4.pcap",
    "captures/dev/otrf_shire_find_localadmin.pcap",
    "captures/dev/otrf_shire_purplesharp.pcap",
    "captures/dev/suricata_dcerpc_ctxids.pcap",
    "captures/dev/suricata_smb1_osx.pcap",
    "captures/dev/suricata_smb_net_user.pcap",
    "captures/dev/zeek_dssetup.pcap",
    "captures/dev/zeek_krb_smb2_krb.pcap",
    "captures/dev/zeek_smb311.pcap",
    "captures/lab/dev/ok-smb3enc.a.client.pcapng",
    "captures/lab/dev/ok-winjoin.a.client.pcapng",
];

fn captures() -> Vec<PathBuf> {
    CAPTURES.iter().filter_map(|capture| shared::path(capture)).collect()
}

fn number(text: &str) -> u64 {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).unwrap(),
        None => text.parse().unwrap(),
    }
}

const SMB2_FIELDS: [&str; 13] = [
    "smb2.cmd",
    "smb2.nt_status",
    "smb2.msg_id",
    "smb2.sesid",
    "smb2.tree",
    "smb2.filename",
    "smb2.security_blob",
    "smb2.dialect",
    "smb2.ioctl.function",
    "smb2.write_length",
    "smb2.read_length",
    "smb2.negotiate_context.type",
    "smb2.write.count",
];

#[test]
fn smb2_is_what_tshark_says() {
    let mut counts = BTreeMap::<&str, u64>::new();
    for capture in captures() {
        let filter = "smb2 && !_ws.short && !tcp.analysis.retransmission";
        let Some(bytes) = layers(&capture, filter, "smb2") else { return };
        let Some(said) = fields(&capture, filter, &SMB2_FIELDS) else { return };
        let name = capture.file_name().unwrap().to_string_lossy().into_owned();
        for (frame, messages) in &bytes {
            let said = &said[frame];
            let at = |what: &str| format!("{name} frame {frame}: {what}");
            let (mut commands, mut statuses, mut ids, mut sessions) = (vec![], vec![], vec![], vec![]);
            let (mut trees, mut names, mut blobs, mut codes) = (vec![], vec![], vec![], vec![]);
            let (mut dialects, mut writes, mut reads, mut contexts) = (vec![], vec![], vec![], vec![]);
            let mut counted = vec![];
            for message in messages {
                let smb = Smb::parse(message).unwrap_or_else(|e| panic!("{}", at(&e.to_string())));
                if let Smb::Encrypted(header) = smb {
                    sessions.push(*header.session_id);
                    *counts.entry("encrypted").or_default() += 1;
                    continue;
                }
                let Smb::V2(compound) = smb else { continue };
                for part in &compound {
                    let m = part.value;
                    *counts.entry(m.header.command.name().unwrap_or("?")).or_default() += 1;
                    commands.push(u64::from(m.header.command.0));
                    statuses.extend(m.header.status().map(|s| u64::from(s.0)));
                    ids.push(*m.header.message_id);
                    sessions.push(*m.header.session_id);
                    match &m.body {
                        smb2::Body::TreeConnectRequest(r) => trees.push(r.path.to_string_lossy()),
                        smb2::Body::CreateRequest(r) => names.push(r.name.to_string_lossy()),
                        smb2::Body::SessionSetupRequest(r) => blobs.push(r.security_buffer.value),
                        smb2::Body::SessionSetupResponse(r) => blobs.push(r.security_buffer.value),
                        smb2::Body::NegotiateRequest(r) => {
                            dialects.extend(r.dialects.iter().map(|d| u64::from(d.0)));
                            contexts.extend(r.contexts.iter().map(|c| u64::from(c.unwrap().context_type.0)));
                        }
                        smb2::Body::NegotiateResponse(r) => {
                            blobs.push(r.security_buffer.value);
                            dialects.push(u64::from(r.dialect_revision.0));
                            contexts.extend(r.contexts.iter().map(|c| u64::from(c.unwrap().context_type.0)));
                        }
                        smb2::Body::IoctlRequest(r) => codes.push(u64::from(r.ctl_code.0)),
                        smb2::Body::IoctlResponse(r) => codes.push(u64::from(r.ctl_code.0)),
                        smb2::Body::WriteRequest(r) => writes.push(r.data.len() as u64),
                        smb2::Body::WriteResponse(r) => counted.push(u64::from(*r.count)),
                        smb2::Body::ReadRequest(r) => reads.push(u64::from(*r.length)),
                        _ => {}
                    }
                }
            }
            let numbers = |index: usize| said[index].iter().map(|v| number(v)).collect::<Vec<_>>();
            assert_eq!(commands, numbers(0), "{}", at("command"));
            assert_eq!(statuses, numbers(1), "{}", at("status"));
            assert_eq!(ids, numbers(2), "{}", at("message id"));
            assert_eq!(sessions, numbers(3), "{}", at("session"));
            // tshark repeats the names of tree and file in later frames of the same handle.
            if !trees.is_empty() {
                assert_eq!(trees[..], said[4][..trees.len()], "{}", at("tree"));
            }
            names.retain(|n| !n.is_empty());
            if !names.is_empty() {
                assert!(names.iter().all(|n| said[5].contains(n)), "{} {names:?} {:?}", at("file"), said[5]);
            }
            blobs.retain(|b| !b.is_empty());
            let theirs = said[6]
                .iter()
                .filter(|v| is_hex(v))
                .map(|v| hex(v))
                .filter(|b| !b.is_empty())
                .collect::<Vec<_>>();
            assert_eq!(blobs, theirs, "{}", at("security blob"));
            assert_eq!(dialects, numbers(7), "{}", at("dialect"));
            assert_eq!(codes, numbers(8), "{}", at("control code"));
            assert_eq!(writes, numbers(9), "{}", at("written"));
            assert_eq!(counted, numbers(12), "{}", at("count"));
            // Only requests: in a response tshark leaves the field out.
            if !reads.is_empty() {
                assert_eq!(reads, numbers(10), "{}", at("read"));
            }
            assert_eq!(contexts, numbers(11), "{}", at("contexts"));
        }
    }
    println!("{counts:?}");
}

const SMB1_FIELDS: [&str; 11] = [
    "smb.cmd",
    "smb.nt_status",
    "smb.mid",
    "smb.uid",
    "smb.tid",
    "smb.path",
    "smb.file",
    "smb.security_blob",
    "smb.fid",
    "smb.native_os",
    "smb.dialect.name",
];

#[test]
fn smb1_is_what_tshark_says() {
    let mut counts = BTreeMap::<&str, u64>::new();
    for capture in captures() {
        let filter = "smb && tcp && !_ws.short && !tcp.analysis.retransmission";
        let Some(bytes) = layers(&capture, filter, "smb") else { return };
        let Some(said) = fields(&capture, filter, &SMB1_FIELDS) else { return };
        let name = capture.file_name().unwrap().to_string_lossy().into_owned();
        for (frame, messages) in &bytes {
            let said = &said[frame];
            let at = |what: &str| format!("{name} frame {frame}: {what}");
            let (mut commands, mut statuses, mut mids, mut uids, mut tids) =
                (vec![], vec![], vec![], vec![], vec![]);
            let (mut paths, mut names, mut blobs, mut fids) = (vec![], vec![], vec![], vec![]);
            let (mut systems, mut dialects) = (vec![], vec![]);
            for message in messages {
                let smb = Smb::parse(message).unwrap_or_else(|e| panic!("{}", at(&e.to_string())));
                let Smb::V1(m) = smb else { continue };
                if let Status::Nt(status) = *m.header.status {
                    statuses.push(u64::from(status.0));
                }
                mids.push(u64::from(*m.header.mid));
                uids.push(u64::from(*m.header.uid));
                tids.push(u64::from(*m.header.tid));
                for part in m.blocks() {
                    let block = part.value;
                    *counts.entry(block.command.name().unwrap_or("?")).or_default() += 1;
                    commands.push(u64::from(block.command.0));
                    match &block.body {
                        smb1::Body::NegotiateRequest(r) => {
                            dialects.extend(r.dialects.iter().map(|d| d.unwrap().to_string()));
                        }
                        smb1::Body::NegotiateResponse(r) => blobs.extend(r.security_blob.map(|b| b.value)),
                        smb1::Body::SessionSetupRequest(r) => {
                            blobs.extend(r.security_blob.map(|b| b.value));
                            systems.extend(r.native_os.map(|s| s.to_string()));
                        }
                        smb1::Body::SessionSetupResponse(r) => {
                            blobs.extend(r.security_blob.map(|b| b.value));
                            systems.extend(r.native_os.map(|s| s.to_string()));
                        }
                        smb1::Body::TreeConnectRequest(r) => paths.push(r.path.unwrap().to_string()),
                        smb1::Body::NtCreateRequest(r) => names.push(r.file_name.to_string()),
                        smb1::Body::OpenRequest(r) => names.push(r.file_name.to_string()),
                        smb1::Body::NtCreateResponse(r) => fids.push(u64::from(*r.fid)),
                        smb1::Body::OpenResponse(r) => fids.push(u64::from(*r.fid)),
                        smb1::Body::WriteRequest(r) => fids.push(u64::from(*r.fid)),
                        smb1::Body::ReadRequest(r) => fids.push(u64::from(*r.fid)),
                        smb1::Body::TransactionRequest(r) => fids.extend(r.fid().map(|f| u64::from(*f))),
                        smb1::Body::Other if *block.word_count != 0 => {
                            *counts.entry("not decoded").or_default() += 1;
                        }
                        _ => {}
                    }
                }
            }
            let numbers = |index: usize| said[index].iter().map(|v| number(v)).collect::<Vec<_>>();
            // tshark shows the end of a chain as a command of its own.
            let theirs = numbers(0).into_iter().filter(|c| *c != 0xff).collect::<Vec<_>>();
            assert_eq!(commands, theirs, "{}", at("command"));
            assert_eq!(statuses, numbers(1), "{}", at("status"));
            assert_eq!(mids, numbers(2), "{}", at("MID"));
            assert_eq!(uids, numbers(3), "{}", at("UID"));
            assert_eq!(tids, numbers(4), "{}", at("TID"));
            for path in &paths {
                assert!(said[5].contains(path), "{} {path} {:?}", at("path"), said[5]);
            }
            for file in &names {
                assert!(said[6].contains(file), "{} {file} {:?}", at("file"), said[6]);
            }
            blobs.retain(|b| !b.is_empty());
            let theirs = said[7]
                .iter()
                .filter(|v| is_hex(v))
                .map(|v| hex(v))
                .filter(|b| !b.is_empty())
                .collect::<Vec<_>>();
            assert_eq!(blobs, theirs, "{}", at("security blob"));
            for fid in &fids {
                assert!(numbers(8).contains(fid), "{} {fid} {:?}", at("FID"), said[8]);
            }
            systems.retain(|s| !s.is_empty());
            assert_eq!(systems, said[9], "{}", at("native OS"));
            if !dialects.is_empty() && said[10].len() == dialects.len() {
                assert_eq!(dialects, said[10], "{}", at("dialects"));
            }
        }
    }
    println!("{counts:?}");
}

/// Octets that go through pipes: RPC, as far as tshark recognises it, begins where ours begin.
#[test]
fn pipe_data_is_the_rpc_that_tshark_finds() {
    let mut found = 0;
    for capture in captures() {
        let filter = "dcerpc && (smb || smb2) && !_ws.short && !tcp.analysis.retransmission";
        let Some(said) = fields(&capture, filter, &["dcerpc.cn_frag_len", "dcerpc.cn_call_id"]) else {
            return;
        };
        for layer in ["smb2", "smb"] {
            let Some(bytes) = layers(&capture, filter, layer) else { return };
            for (frame, messages) in &bytes {
                let at = format!("{} frame {frame}", capture.display());
                let mut calls = Vec::new();
                let mut whole = true;
                for message in messages {
                    let Ok(smb) = Smb::parse(message) else { continue };
                    for event in smb.pipe_events() {
                        let data = match event.step {
                            PipeStep::Write(d) | PipeStep::Transceive(d) | PipeStep::Received(d) => d.data,
                            _ => continue,
                        };
                        assert_eq!(data.value, &message[data.span.range()], "{at}");
                        if data.len() >= 16 && data[0] == 5 {
                            let length = u16::from_le_bytes([data[8], data[9]]);
                            whole &= usize::from(length) <= data.len();
                            calls.push((
                                u64::from(length),
                                u64::from(u32::from_le_bytes(data[12..16].try_into().unwrap())),
                            ));
                        } else {
                            whole = false;
                        }
                    }
                }
                let said = &said[frame];
                if whole && said[0].len() == calls.len() {
                    for ((length, call), (l, c)) in calls.iter().zip(said[0].iter().zip(&said[1])) {
                        assert_eq!((*length, *call), (number(l), number(c)), "{at}");
                        found += 1;
                    }
                }
            }
        }
    }
    println!("{found} RPC fragments in pipes");
}

#[test]
fn mailslots_are_those_of_the_oracle() {
    let Some(folder) = shared::path("captures/oracle/dev") else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(capture) = file.strip_suffix(".mailslot.tsv") else { continue };
        let Some(capture) = shared::path(&format!("captures/dev/{capture}")) else { return };
        let Some(payloads) = fields(&capture, "mailslot", &["udp.payload"]) else { return };
        let Some(messages) = layers(&capture, "mailslot", "smb") else { return };
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines = text.lines();
        let columns: Vec<&str> = lines.next().unwrap().split('\t').collect();
        let column = |name: &str| columns.iter().position(|c| *c == name).unwrap();
        for line in lines {
            let row: Vec<&str> = line.split('\t').collect();
            let frame = row[0].parse().unwrap();
            // Over LLC there is no datagram header: the layer of SMB itself is what is left.
            let payload = payloads.get(&frame).and_then(|fields| fields[0].first()).map(|text| hex(text));
            let user_data = match &payload {
                Some(bytes) => nbdgm::Datagram::parse(bytes).unwrap().user_data.unwrap().value,
                None => &messages[&frame][0],
            };
            let write =
                mailslot::MailslotWrite::parse(user_data).unwrap_or_else(|e| panic!("{file} {frame}: {e}"));
            assert_eq!(write.name.to_string(), row[column("mailslot.name")], "{file} frame {frame}");
            assert_eq!(write.data.value, hex(row[column("data_hex")]), "{file} frame {frame}");
            assert_eq!((*write.opcode, *write.class), (1, 2), "{file} frame {frame}");
            assert_eq!(write.data.value, &user_data[write.data.span.range()]);
            count += 1;
        }
    }
    println!("{count} mailslot writes");
}

#[test]
fn datagrams_and_names() {
    let mut count = 0;
    for capture in captures() {
        let wanted = ["udp.payload", "nbdgm.source_name", "nbdgm.destination_name"];
        let Some(said) = fields(&capture, "nbdgm && !_ws.short", &wanted) else { return };
        for (frame, said) in said {
            let Some(text) = said[0].first() else { continue };
            let bytes = hex(text);
            let datagram = nbdgm::Datagram::parse_partial(&bytes).value;
            for (ours, theirs) in [(datagram.source_name, &said[1]), (datagram.destination_name, &said[2])] {
                if let (Some(ours), Some(theirs)) = (ours, theirs.first()) {
                    let suffix = format!("<{:02x}>", ours.suffix().0);
                    assert!(theirs.contains(&suffix), "{} frame {frame}: {ours} {theirs}", capture.display());
                    // tshark writes unprintable octets in its own way.
                    if ours.text().as_bytes().iter().all(u8::is_ascii_graphic) {
                        assert!(theirs.starts_with(&ours.text().to_string()), "{ours} {theirs}");
                    }
                    count += 1;
                }
            }
        }
    }
    println!("{count} NetBIOS names");
}

#[test]
fn tables_of_names() {
    let Some(rows) = shared::rows("facts/ntstatus.csv") else { return };
    for row in rows {
        assert_eq!(NtStatus(number(&row[0]) as u32).name(), Some(row[1].as_str()));
    }
    for row in shared::rows("facts/smb2_commands.csv").unwrap() {
        assert_eq!(smb2::Command(number(&row[0]) as u16).name(), Some(row[1].as_str()));
    }
    for row in shared::rows("facts/smb2_dialects.csv").unwrap() {
        let dialect = smb2::Dialect(number(&row[0]) as u16);
        let expected = if dialect == smb2::Dialect::WILDCARD { "SMB 2.???" } else { row[1].as_str() };
        assert_eq!(dialect.name(), Some(expected));
    }
}
