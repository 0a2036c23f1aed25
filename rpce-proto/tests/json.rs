//! Messages as JSON: the shape of one, and every seed of the fuzz targets, whole or broken.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use adjoin_wire::{Span, Spanned};
use rpce_proto::{AuthTrailer, Request, Response};
use rpce_proto::{OfferedContext, Pdu, PduType, PduWriter, SyntaxId};

/// Nobody sends this by chance.
const SECRET: &[u8] = b"Gkq7-Secret-Zx9!";

fn secret() -> Spanned<&'static [u8]> {
    Spanned::new(SECRET, Span::new(0, SECRET.len()))
}

/// Neither its text, nor its digits, nor its octets as numbers.
fn assert_absent(shown: &str) {
    let hexadecimal: String = SECRET.iter().map(|octet| format!("{octet:02x}")).collect();
    let numbers = format!("{SECRET:?}").replace(['[', ']', ' '], "");
    assert!(!shown.contains("Gkq7-Secret"), "{shown}");
    assert!(!shown.to_lowercase().contains(&hexadecimal), "{shown}");
    assert!(!shown.replace(' ', "").contains(&numbers), "{shown}");
}

/// The secret is counted in so many places, and shown in none.
fn assert_counted(message: &impl serde::Serialize, places: usize) {
    let json = serde_json::to_string(message).unwrap();
    assert_absent(&json);
    assert_eq!(json.matches("(16 octets)").count(), places, "{json}");
}

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
fn a_bind() {
    let netlogon = SyntaxId::new("12345678-1234-abcd-ef00-01234567cffb".parse().unwrap(), 1, 0);
    let offered =
        OfferedContext { p_cont_id: 0, abstract_syntax: netlogon, transfer_syntaxes: &[SyntaxId::NDR] };
    let bytes = PduWriter::default().bind(PduType::BIND, 0, &[offered]).unwrap();
    let json = serde_json::to_string(&Pdu::parse(&bytes).unwrap()).unwrap();
    assert_eq!(
        json,
        r#"{"header":{"rpc_vers":5,"rpc_vers_minor":0,"ptype":{"value":11,"name":"bind"},"pfc_flags":{"value":3,"names":["PFC_FIRST_FRAG","PFC_LAST_FRAG"]},"packed_drep":"little-endian, ASCII, IEEE","frag_length":72,"auth_length":0,"call_id":1},"body":{"Bind":{"max_xmit_frag":5840,"max_recv_frag":5840,"assoc_group_id":0,"contexts":[{"p_cont_id":0,"abstract_syntax":"12345678-1234-abcd-ef00-01234567cffb v1.0","transfer_syntaxes":["8a885d04-1ceb-11c9-9fe8-08002b104860 v2.0"],"span":[28,72]}]}},"auth_pad":null,"auth":null}"#
    );
}

#[test]
fn tokens_and_stubs_are_counted() {
    assert_counted(&AuthTrailer { auth_value: secret(), ..Default::default() }, 1);
    assert_counted(&Request { stub: secret(), ..Default::default() }, 1);
    assert_counted(&Response { stub: secret(), ..Default::default() }, 1);
}

#[test]
fn seeds_have_json() {
    for seed in seeds("dce_rpc_pdu") {
        let json = serde_json::to_value(Pdu::parse_partial(&seed)).unwrap();
        assert!(json.get("value").is_some());
    }
}
