//! Published vectors and real captures, read where they are; they are not part of this crate.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::process::Command;

use adjoin_trials::shared::{self, hex};
use epmap_proto::*;
use rpce_proto::{Body, ByteOrder, Encoding, Pdu};
use serde_json::Value;

/// Floors as the oracle writes them: `0d:uuid:major.minor|0b:0|07:135|09:0.0.0.0`.
fn floors(tower: &Tower<'_>) -> String {
    let all: Vec<String> = tower
        .floors
        .iter()
        .map(|floor| {
            let floor = floor.unwrap();
            let id = floor.protocol.0;
            match floor.value {
                FloorValue::Uuid { uuid, major, minor } => format!("{id:02x}:{uuid}:{major}.{minor}"),
                value => format!("{id:02x}:{value}"),
            }
        })
        .collect();
    all.join("|")
}

#[test]
fn published_vectors() {
    let Some(path) = shared::path("captures/vectors/dev/epm.json") else { return };
    let vectors: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut seen = 0;
    for v in vectors.as_array().unwrap() {
        let id = v["id"].as_str().unwrap();
        let bytes = hex(v["hex"].as_str().unwrap());
        let derived = &v["derived_here"]["floors"];
        let derived = derived.as_str().or_else(|| derived[0].as_str());
        match v["kind"].as_str().unwrap() {
            "protocol tower octets" => {
                assert_eq!(Some(floors(&Tower::parse(&bytes).unwrap()).as_str()), derived, "{id}");
            }
            kind => {
                let guess = guess_encoding(&bytes, EptOpnum::MAP, Direction::Request, ByteOrder::Little);
                let encoding = if kind.contains("NDR64") { Encoding::NDR64 } else { Encoding::NDR };
                assert_eq!(guess, Some(encoding), "{id}");
                let m = EptMapRequest::parse(&bytes, encoding).unwrap();
                if let Some(derived) = derived {
                    assert_eq!(floors(&m.tower().unwrap()), derived, "{id}");
                }
                if let Some(max) = v["published"]["max_towers"].as_u64() {
                    assert_eq!(u64::from(*m.max_towers), max);
                }
                if id.ends_with("obj_and_entry_handle") {
                    assert_eq!(m.obj.unwrap().to_string(), "80900533-bc92-406f-bfbb-b2dcd4a726ee");
                    assert_eq!(m.entry_handle.uuid.to_string(), "ea626250-272f-4ab2-88a7-8abe11403724");
                    assert_eq!((*m.max_towers, floors(&m.tower().unwrap())), (1, "0b:0".into()));
                } else if id == "dpaping_epm_ept_map_unpack" {
                    let object = *m.obj.unwrap();
                    assert!(object.is_nil() && m.entry_handle.is_null());
                    assert_eq!(*m.max_towers, 4);
                    let octets = m.map_tower.unwrap().tower_octet_string.value;
                    let again = ept_map_request(encoding, Some(object), Some(octets), *m.entry_handle, 4);
                    assert_eq!(again.unwrap(), bytes);
                }
            }
        }
        seen += 1;
    }
    assert!(seen >= 6, "{seen} vectors");
}

/// The parts of a row that tshark and the byte walk write alike: UUIDs, ports, addresses, names.
fn keys(floors: &str) -> Vec<String> {
    let parts = floors.split('|').filter(|f| !f.is_empty() && !f.starts_with("0a") && !f.starts_with("0b"));
    let parts = parts.filter(|f| !f.starts_with("0c") && !f.starts_with("20"));
    parts.map(|f| if f.starts_with("0d") { f[..39].to_owned() } else { f.to_owned() }).collect()
}

/// All PDUs of a frame as tshark cuts them out.
fn raw_pdus(layers: &Value, out: &mut Vec<Vec<u8>>) {
    if let Value::Object(map) = layers {
        for (key, value) in map {
            if key == "dcerpc_raw" {
                let many = value[0].is_array();
                let list: Vec<&Value> =
                    if many { value.as_array().unwrap().iter().collect() } else { vec![value] };
                out.extend(list.iter().filter_map(|v| v[0].as_str()).map(hex));
            }
        }
    }
}

#[test]
fn towers_of_real_captures() {
    let Some(oracles) = shared::path("captures/oracle/dev") else { return };
    if Command::new("tshark").arg("-v").output().is_err() {
        println!("skipped: tshark is not here");
        return;
    }
    let (mut captures, mut towers, mut frames, mut skipped) = (0, 0, 0, 0);
    let mut encodings = [0; 2];
    for oracle in std::fs::read_dir(oracles).unwrap() {
        let oracle = oracle.unwrap().path();
        let name = oracle.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(capture) = name.strip_suffix(".epm.tsv") else { continue };
        let table = std::fs::read_to_string(&oracle).unwrap();
        let mut lines = table.lines().map(|l| l.split('\t').map(str::to_owned).collect::<Vec<_>>());
        let header = lines.next().unwrap();
        let column = |name: &str| header.iter().position(|h| h.starts_with(name)).unwrap();
        let (frame, floor, opnum, dir, status) =
            (column("frame"), column("bytes_floors"), column("opnum"), column("dir"), column("status"));
        let shown = column("ts_floors");
        let mut rows: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        for line in lines {
            rows.entry(line[frame].clone()).or_default().push(line);
        }
        let Some(capture) = shared::path(&format!("captures/dev/{capture}")) else { continue };
        captures += 1;
        let output = Command::new("tshark")
            .arg("-r")
            .arg(capture)
            .args(["-Y", "epm", "-T", "json", "-x", "-J", "dcerpc frame", "--no-duplicate-keys"])
            .output()
            .unwrap();
        let packets: Value = serde_json::from_slice(&output.stdout).unwrap();
        for packet in packets.as_array().unwrap() {
            let layers = &packet["_source"]["layers"];
            let number = layers["frame"]["frame.number"].as_str().unwrap().to_owned();
            let Some(expected) = rows.get(&number) else { continue };
            let mut pdus = Vec::new();
            raw_pdus(layers, &mut pdus);
            for bytes in &pdus {
                let Ok(pdu) = Pdu::parse(bytes) else { continue };
                let order = pdu.header.byte_order();
                if pdu.is_sealed() || !pdu.header.has(rpce_proto::PfcFlags::PFC_LAST_FRAG) {
                    skipped += 1;
                    continue;
                }
                // The stub of all fragments, put together by tshark.
                let joined = (!pdu.is_single_fragment()).then(|| hex(layers["epm_raw"][0].as_str().unwrap()));
                let row = &expected[0];
                let opnum = EptOpnum(row[opnum].parse().unwrap());
                let (direction, mut stub) = match &pdu.body {
                    Body::Request(r) => (Direction::Request, r.split_verification().0.value),
                    Body::Response(r) => (Direction::Response, r.stub.value),
                    _ => continue,
                };
                if let Some(joined) = &joined {
                    stub = joined;
                }
                assert_eq!(direction == Direction::Request, row[dir] == "req");
                if !matches!(opnum, EptOpnum::MAP | EptOpnum::LOOKUP) {
                    continue;
                }
                let encoding = guess_encoding(stub, opnum, direction, order)
                    .unwrap_or_else(|| panic!("{name} frame {number}: no encoding fits"));
                encodings[usize::from(encoding.ndr == rpce_proto::NdrSyntax::Ndr64)] += 1;
                let mut ours = Vec::new();
                let mut code = None;
                match (opnum, direction) {
                    (EptOpnum::MAP, Direction::Request) => {
                        let m = EptMapRequest::parse(stub, encoding).unwrap();
                        ours.extend(m.tower().map(|t| floors(&t)));
                    }
                    (EptOpnum::MAP, Direction::Response) => {
                        let m = EptMapResponse::parse(stub, encoding).unwrap();
                        ours.extend(m.towers.towers().map(|t| floors(&t)));
                        code = Some(*m.status);
                    }
                    (_, Direction::Request) => {
                        EptLookupRequest::parse(stub, encoding).unwrap();
                    }
                    (_, Direction::Response) => {
                        let m = EptLookupResponse::parse(stub, encoding).unwrap();
                        let all = m.entries.iter().filter_map(|e| Some(e.unwrap().tower?.tower().value));
                        ours.extend(all.map(|t| floors(&t)));
                        code = Some(*m.status);
                    }
                }
                if let (Some(code), false) = (code, row[status].is_empty()) {
                    assert_eq!(format!("{:#010x}", code.0), row[status], "{name} frame {number}");
                }
                let theirs: Vec<_> =
                    expected.iter().map(|r| r[floor].clone()).filter(|f| !f.is_empty()).collect();
                if theirs.is_empty() {
                    // Towers from several fragments are not in the byte walk, only in tshark's columns.
                    let theirs: Vec<_> =
                        expected.iter().map(|r| keys(&r[shown])).filter(|k| !k.is_empty()).collect();
                    let ours: Vec<_> = ours.iter().map(|f| keys(f)).collect();
                    assert!(
                        ours == theirs,
                        "{name} frame {number}: {} and {} towers",
                        ours.len(),
                        theirs.len()
                    );
                } else {
                    assert_eq!(ours, theirs, "{name} frame {number}");
                }
                towers += ours.len();
                frames += 1;
            }
        }
    }
    println!(
        "{towers} towers of {frames} messages agree; NDR and NDR64 messages: {encodings:?}; {skipped} fragments left out"
    );
    assert!(towers > 0 || captures == 0);
}

#[test]
fn names_are_those_of_the_facts() {
    let Some(path) = shared::path("facts/epm_protocol_ids.csv") else { return };
    let number = |text: &str| u32::from_str_radix(text.trim_start_matches("0x"), 16).unwrap();
    for line in std::fs::read_to_string(path).unwrap().lines().skip(1) {
        let id = ProtocolId(u8::try_from(number(line.split(',').next().unwrap())).unwrap());
        let name = id.name().unwrap_or_else(|| panic!("{line}"));
        assert!(line.to_lowercase().contains(&name.to_lowercase()), "{name}: {line}");
    }
    for line in
        std::fs::read_to_string(shared::path("facts/epm_status.csv").unwrap()).unwrap().lines().skip(1)
    {
        let status = EptStatus(number(line.split(',').next().unwrap()));
        assert!(status.name().is_some(), "{line}");
    }
}
