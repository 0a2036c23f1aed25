//! Messages as JSON: the shape of one, and every seed of the fuzz targets, whole or broken.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use adjoin_trials::secret::{assert_counted, secret};
use adjoin_trials::seeds::seeds;
use rpce_proto::{AuthTrailer, Request, Response};
use rpce_proto::{OfferedContext, Pdu, PduType, PduWriter, SyntaxId};

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
