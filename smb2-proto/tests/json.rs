//! Messages as JSON: the shape of one, and every seed of the fuzz targets, whole or broken.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use smb2_proto::nbss::SessionPacket;
use smb2_proto::{Smb, encode};

/// The seeds, each with the octets of its first half as well.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = format!("{}/../fuzz/seeds/{target}", env!("CARGO_MANIFEST_DIR"));
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("skipped: ../fuzz/seeds is not here");
        return Vec::new();
    };
    let whole: Vec<Vec<u8>> = files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
    let halves = whole.iter().map(|octets| octets.get(..octets.len() / 2).unwrap().to_vec()).collect();
    [whole, halves].concat()
}

#[test]
fn an_open() {
    let bytes = encode::create_request(3, 7, 1, "netlogon");
    let json = serde_json::to_value(Smb::parse(&bytes).unwrap()).unwrap();
    let message = &json["V2"][0]["value"];
    assert_eq!(message["header"]["command"].to_string(), r#"{"name":"CREATE","value":5}"#);
    assert_eq!(message["body"]["CreateRequest"]["name"], "netlogon");
    assert_eq!(json["V2"][0]["error"], serde_json::Value::Null);
}

#[test]
fn seeds_have_json() {
    for seed in seeds("smb_message") {
        serde_json::to_value(Smb::parse_partial(&seed)).unwrap();
        if let Ok((packet, _)) = SessionPacket::parse_prefix(&seed) {
            serde_json::to_value(packet).unwrap();
        }
    }
    for seed in seeds("mailslot_datagram") {
        serde_json::to_value(smb2_proto::nbdgm::Datagram::parse_partial(&seed)).unwrap();
    }
}
