//! Messages as JSON: the shape of one, and every seed of the fuzz targets, whole or broken.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use cldap_proto::{LdapMessage, LdapPingBuilder};

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
fn a_ping() {
    let ping = LdapPingBuilder {
        message_id: 7,
        dns_domain: Some("contoso.local"),
        nt_ver: Some(0x16),
        ..LdapPingBuilder::default()
    };
    let datagram = ping.encode();
    let json = serde_json::to_string(&LdapMessage::parse(&datagram).unwrap()).unwrap();
    assert_eq!(
        json,
        r#"{"message_id":7,"op":{"SearchRequest":{"base_object":"","scope":{"value":0,"name":"baseObject"},"deref_aliases":{"value":0,"name":"neverDerefAliases"},"size_limit":0,"time_limit":0,"types_only":false,"filter":"(&(DnsDomain=contoso.local)(NtVer=\\16\\00\\00\\00))","attributes":["4e65746c6f676f6e"]}},"op_span":[5,81],"controls":[],"span":[0,81],"minimal":true}"#
    );
}

#[test]
fn a_password_is_not_shown() {
    let bind = b"\x30\x13\x02\x01\x01\x60\x0e\x02\x01\x03\x04\x01a\x80\x06secret";
    let json = serde_json::to_string(&LdapMessage::parse(bind).unwrap().op).unwrap();
    assert_eq!(json, r#"{"BindRequest":{"version":3,"name":"a","authentication":{"Simple":"(6 octets)"}}}"#);
}

#[test]
fn seeds_have_json() {
    for seed in seeds("ldap_message") {
        let json = serde_json::to_value(LdapMessage::parse_partial(&seed)).unwrap();
        assert!(json.get("value").is_some());
    }
}
