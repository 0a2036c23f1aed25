//! Published vectors, tables of facts and real captures, read where they are; they are not part
//! of this crate.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::process::Command;

use adjoin_trials::shared::{self, hex, number};
use rpce_proto::*;
use serde_json::Value;

#[test]
fn names_are_those_of_the_facts() {
    let Some(types) = shared::rows("facts/dcerpc_pdu_types.csv") else { return };
    for row in types {
        assert_eq!(PduType(row[0].parse().unwrap()).name(), Some(&row[1][..]));
    }
    for row in shared::rows("facts/dcerpc_auth.csv").unwrap() {
        let value = row[1].parse().unwrap();
        let name = if row[0] == "type" { AuthType(value).name() } else { AuthLevel(value).name() };
        assert!(name.unwrap().eq_ignore_ascii_case(&row[2]), "{row:?}");
    }
    for row in shared::rows("facts/dcerpc_faults.csv").unwrap() {
        let status = FaultStatus(number(&row[0]));
        // 1 and 0x42 are not status codes of the specification, `UNUSED` ones have no name.
        if matches!(status.0, 1 | 0x42) || row[1].contains("UNUSED") {
            continue;
        }
        let name = status.name().unwrap_or_else(|| panic!("{row:?}"));
        if name.starts_with("nca_") {
            let theirs = row[1].trim_start_matches("DCERPC_").replace("OVERRFLOW", "OVERFLOW");
            assert!(name.eq_ignore_ascii_case(&theirs), "{name}: {row:?}");
        }
    }
}

#[test]
fn interfaces_and_operations_are_those_of_the_facts() {
    let Some(interfaces) = shared::rows("facts/interface_uuids.csv") else { return };
    let mut uuids = std::collections::BTreeMap::new();
    for row in interfaces {
        let uuid = row[1].parse().unwrap();
        assert_eq!(interface_name(uuid), Some(&row[0][..]));
        uuids.insert(row[0].replace("epmapper", "epm"), uuid);
    }
    let mut named = 0;
    for row in shared::rows("facts/rpc_opnums.csv").unwrap() {
        let (interface, opnum, name) = (&row[0], row[1].parse().unwrap(), &row[3]);
        if name.is_empty() || name.contains("NotUsed") {
            continue;
        }
        assert_eq!(opnum_name(uuids[interface], opnum), Some(&name[..]), "{interface} {opnum}");
        named += 1;
    }
    assert!(named > 200, "{named} names");
    for opnum in 0..8 {
        assert!(opnum_name(uuids["epm"], opnum).unwrap().starts_with("ept_"));
    }
    // Netlogon has a table of its own, with more names.
    for row in shared::rows("facts/netlogon_opnums.csv").unwrap() {
        let name = opnum_name(uuids["netlogon"], row[1].parse().unwrap());
        if row[3].is_empty() {
            assert!(name.is_none_or(|name| name.contains("NotUsed")), "{row:?}: {name:?}");
        } else {
            assert_eq!(name, Some(&row[3][..]));
        }
    }
}

/// Interfaces of which the table has only Samba's names: ours are those of the specifications, and where one
/// is called otherwise there, what it does is in both.
#[test]
fn operations_without_a_specified_name_in_the_facts() {
    let Some(interfaces) = shared::rows("facts/interface_uuids.csv") else { return };
    let uuid = |name: &str| {
        interfaces.iter().find(|row| row[0] == name.replace("epm", "epmapper")).unwrap()[1].parse().unwrap()
    };
    let plain = |text: &str| text.to_ascii_lowercase().replace(['_', '-'], "");
    let mut named = 0;
    for row in shared::rows("facts/rpc_opnums.csv").unwrap() {
        let (interface, opnum): (_, u16) = (&row[0][..], row[1].parse().unwrap());
        if !row[3].is_empty() || matches!(interface, "netlogon" | "samr" | "lsarpc") {
            continue;
        }
        let Some(name) = opnum_name(uuid(interface), opnum) else {
            // Not used on the wire: the specification has no name, Samba has one all the same.
            assert!(
                matches!(
                    (interface, opnum),
                    ("srvsvc", 0..=7 | 29 | 42 | 47) | ("wkssvc", _) | ("dssetup", 1..)
                ) || matches!((interface, opnum), ("winreg", 14 | 24 | 25 | 28 | 30)),
                "{row:?}"
            );
            continue;
        };
        let samba = plain(row[4].split_once('_').map_or("", |(_, name)| name));
        let ours = plain(name).replace("dsroler", "dsrole");
        let hives = matches!((interface, opnum), ("winreg", 0..=4 | 27 | 32 | 33));
        let short = samba.trim_start_matches("net").trim_start_matches("rpc");
        assert!(ours.contains(short) || hives || OTHERWISE.contains(&name), "{name}: {row:?}");
        named += 1;
    }
    assert!(named > 80, "{named} names");
}

/// Names of the specifications that say it in other words than Samba.
const OTHERWISE: &[&str] = &[
    "NetrConnectionEnum",
    "NetrSessionEnum",
    "NetrSessionDel",
    "NetrShareEnum",
    "NetrServerGetInfo",
    "NetrServerSetInfo",
    "NetprNameCanonicalize",
];

#[test]
fn transfer_syntaxes() {
    let Some(rows) = shared::rows("facts/transfer_syntaxes.csv") else { return };
    for row in rows {
        // The tail of the last one is the features that are offered.
        let uuid = row[0].replace("-XXXX-XXXXXXXXXXXX", "-0300-000000000000").parse().unwrap();
        let (major, minor) = row[1].split_once('.').unwrap();
        let id = SyntaxId::new(uuid, major.parse().unwrap(), minor.parse().unwrap());
        let told = id.transfer_syntax();
        assert!(!matches!(told, TransferSyntax::Other | TransferSyntax::None), "{row:?}");
        let first = |text: &str| text.split([' ', '-']).next().unwrap().to_ascii_lowercase();
        assert_eq!(first(&told.to_string()), first(&row[2]), "{row:?}");
    }
}

#[test]
fn published_vectors() {
    let Some(path) = shared::path("captures/vectors/dev/rpc.json") else { return };
    let vectors: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let get = |id: &str| {
        let v = vectors.as_array().unwrap().iter().find(|v| v["id"] == id);
        v.map(|v| hex(v["hex"].as_str().unwrap())).unwrap_or_else(|| panic!("no vector {id}"))
    };

    let bytes = get("dpaping_bind_bind_unpack_sec_trailer");
    let pdu = Pdu::parse(&bytes).unwrap();
    assert_eq!(*pdu.header.frag_length, 172);
    assert!(pdu.header.has(PfcFlags::PFC_SUPPORT_HEADER_SIGN));
    let Body::Bind(bind) = pdu.body else { panic!() };
    assert_eq!((*bind.max_xmit_frag, *bind.max_recv_frag, *bind.assoc_group_id), (5840, 5840, 0));
    let contexts: Vec<_> = bind.contexts.iter().map(Result::unwrap).collect();
    assert_eq!(*contexts[0].transfer_syntaxes.iter().next().unwrap(), SyntaxId::NDR);
    assert_eq!(contexts[2].features().unwrap().bits(), 3);
    assert_eq!(interface_name(contexts[2].abstract_syntax.uuid), Some("drsuapi"));
    let auth = pdu.auth.unwrap();
    assert_eq!((*auth.auth_type, *auth.auth_value), (AuthType::GSS_NEGOTIATE, &[0x60, 0x82, 0x07, 0x3c][..]));

    let bytes = get("dpaping_bind_bind_ack_unpack");
    let Body::BindAck(ack) = Pdu::parse(&bytes).unwrap().body else { panic!() };
    assert_eq!((*ack.sec_addr, *ack.assoc_group_id), ("135".into(), 5124));
    let results: Vec<_> = ack.results.iter().map(Result::unwrap).collect();
    assert_eq!(*results[0].result, ContextResult::PROVIDER_REJECTION);
    assert_eq!(results[0].reason().unwrap().0, 2);
    assert_eq!(*results[1].transfer_syntax, SyntaxId::NDR64);
    assert_eq!(results[2].features().unwrap().bits(), 3);

    let bytes = get("dpaping_bind_bind_ack_unpack_sec_trailer");
    let pdu = Pdu::parse(&bytes).unwrap();
    let Body::BindAck(ack) = pdu.body else { panic!() };
    assert_eq!((*ack.sec_addr, *ack.assoc_group_id), ("49667".into(), 4036));
    assert_eq!(*pdu.header.auth_length, 4);

    let bytes = get("dpaping_bind_bind_nak_unpack");
    let Body::BindNak(nak) = Pdu::parse(&bytes).unwrap().body else { panic!() };
    assert_eq!((nak.provider_reject_reason.0, nak.versions().collect::<Vec<_>>()), (0, vec![(5, 0)]));

    let bytes = get("dpaping_pdu_fault_unpack");
    let pdu = Pdu::parse(&bytes).unwrap();
    let Body::Fault(fault) = pdu.body else { panic!() };
    assert_eq!((fault.status.0, *fault.alloc_hint), (469_827_587, 32));
    assert!(pdu.header.has(PfcFlags::PFC_DID_NOT_EXECUTE));

    let bytes = get("dpaping_pdu_sec_trailer_unpack");
    let trailer = AuthTrailer::parse(&bytes, ByteOrder::Little).unwrap();
    assert_eq!((*trailer.auth_pad_length, *trailer.auth_context_id, *trailer.auth_value), (8, 1, &[1][..]));
    assert_eq!(*trailer.auth_level, AuthLevel::PKT_PRIVACY);

    let bytes = get("dpaping_pdu_pdu_header_unpack");
    assert_eq!(frag_length(&bytes), Ok(Some(160)));

    // This one's frag_length is 20 too long: the contexts are there all the same.
    let bytes = get("scapy_rpc_bind_nl_schannel");
    let partial = Pdu::parse_partial(&bytes);
    assert!(partial.error.is_some());
    assert_eq!(usize::from(*partial.value.header.frag_length), bytes.len() + 20);
    let Body::Bind(bind) = partial.value.body else { panic!() };
    assert_eq!(bind.contexts.iter().filter(Result::is_ok).count(), 3);

    let bytes = get("scapy_rpc_bind_ack_nl_schannel");
    let Body::BindAck(ack) = Pdu::parse_partial(&bytes).value.body else { panic!() };
    assert_eq!(*ack.sec_addr, "49676");
    assert_eq!(*ack.results.iter().nth(1).unwrap().unwrap().transfer_syntax, SyntaxId::NDR64);

    let bytes = get("scapy_rpc_auth3_plus_request");
    let (pdu, length) = Pdu::parse_prefix(&bytes).unwrap();
    let Body::Auth3(pad) = pdu.body else { panic!() };
    assert_eq!(*pad, b"\xd0\x16\xd0\x16");
    assert!(pdu.auth.unwrap().auth_value.starts_with(b"NTLMSSP\0"));
    let request = Pdu::parse(&bytes[length..]).unwrap();
    let Body::Request(body) = request.body else { panic!() };
    let (_, trailer) = body.split_verification();
    assert_eq!(trailer.unwrap().iter().count(), 2);
}

/// Compares each PDU that tshark finds on TCP with ours. Fields are those of tshark.
#[test]
fn pdus_of_real_captures() {
    let Some(captures) = shared::path("captures/dev") else { return };
    if Command::new("tshark").arg("-v").output().is_err() {
        println!("skipped: tshark is not here");
        return;
    }
    let (mut read, mut total, mut binds, mut auths) = (0, 0, 0, 0);
    for capture in std::fs::read_dir(captures).unwrap() {
        let capture = capture.unwrap().path();
        let known = ["zeek_", "suricata_", "scapy_", "pcapattack_"];
        let name = capture.file_name().unwrap().to_str().unwrap().to_owned();
        if !known.iter().any(|k| name.starts_with(k)) {
            continue;
        }
        read += 1;
        let output = Command::new("tshark")
            .arg("-r")
            .arg(&capture)
            .args(["-Y", "dcerpc.ver == 5 && !_ws.malformed", "-T", "json", "-x", "-J", "dcerpc frame"])
            .output()
            .unwrap();
        let Ok(packets) = serde_json::from_slice::<Value>(&output.stdout) else { continue };
        for packet in packets.as_array().unwrap() {
            // One PDU per layer; a frame with several keeps the last one of the JSON object.
            let layers = &packet["_source"]["layers"];
            let (Some(raw), tree) = (layers["dcerpc_raw"][0].as_str(), &layers["dcerpc"]) else { continue };
            let bytes = hex(raw);
            let frame = &layers["frame"]["frame.number"];
            let at = format!("{name} frame {frame}");
            let text = |field: &str| tree[field].as_str().map(str::to_owned);
            assert!(looks_like_pdu(&bytes), "{at}");
            let partial = Pdu::parse_partial(&bytes);
            let pdu = partial.value;
            if let Some(error) = partial.error {
                assert!(error.kind.is_truncated(), "{at}: {error}");
            }
            let theirs = |field| text(field).map(|t| t.parse::<u64>().unwrap());
            assert_eq!(theirs("dcerpc.pkt_type"), Some(u64::from(pdu.header.ptype.0)), "{at}");
            assert_eq!(theirs("dcerpc.cn_frag_len"), Some(u64::from(*pdu.header.frag_length)), "{at}");
            assert_eq!(theirs("dcerpc.cn_auth_len"), Some(u64::from(*pdu.header.auth_length)), "{at}");
            assert_eq!(theirs("dcerpc.cn_call_id"), Some(u64::from(*pdu.header.call_id)), "{at}");
            match &pdu.body {
                Body::Request(r) => assert_eq!(theirs("dcerpc.opnum"), Some(u64::from(*r.opnum)), "{at}"),
                Body::Bind(b) | Body::AlterContext(b) => {
                    let count = u64::from(*b.contexts.count);
                    assert_eq!(theirs("dcerpc.cn_num_ctx_items"), Some(count), "{at}");
                    assert_eq!(b.contexts.iter().filter(Result::is_ok).count() as u64, count);
                    binds += 1;
                }
                Body::BindAck(b) | Body::AlterContextResp(b) => {
                    assert_eq!(theirs("dcerpc.cn_num_results"), Some(u64::from(*b.results.count)), "{at}");
                }
                _ => {}
            }
            if let (Some(auth), Some(theirs)) = (pdu.auth, tree.get("dcerpc.auth_info")) {
                let theirs = |field: &str| theirs[field].as_str().unwrap().parse::<u32>().unwrap();
                assert_eq!(theirs("dcerpc.auth_type"), u32::from(auth.auth_type.0), "{at}");
                assert_eq!(theirs("dcerpc.auth_level"), u32::from(auth.auth_level.0), "{at}");
                assert_eq!(theirs("dcerpc.auth_pad_len"), u32::from(*auth.auth_pad_length), "{at}");
                assert_eq!(theirs("dcerpc.auth_ctx_id"), *auth.auth_context_id, "{at}");
                auths += 1;
            }
            total += 1;
        }
    }
    println!("{total} PDUs agree, {binds} of them offer contexts, {auths} have a trailer");
    if read == 0 {
        println!("skipped: ../shared has no captures");
        return;
    }
    assert!(total > 100 && auths > 100);
}
