//! Messages as JSON: the shape of one, and every seed of the fuzz targets, whole or broken.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use adjoin_trials::secret::{SECRET, assert_absent, assert_counted, secret};
use adjoin_trials::seeds::seeds;
use smb2_proto::nbdgm::Datagram;
use smb2_proto::nbss::SessionBody;
use smb2_proto::nbss::SessionPacket;
use smb2_proto::smb1;
use smb2_proto::smb2::{self, TransformHeader};
use smb2_proto::{Smb, encode};

#[test]
fn an_open() {
    let bytes = encode::create_request(3, 7, 1, "netlogon");
    let json = serde_json::to_value(Smb::parse(&bytes).unwrap()).unwrap();
    let message = &json["V2"][0]["value"];
    assert_eq!(message["header"]["command"].to_string(), r#"{"name":"CREATE","value":5}"#);
    assert_eq!(message["body"]["CreateRequest"]["name"], "netlogon");
    assert_eq!(json["V2"][0]["error"], serde_json::Value::Null);
}

/// An SMB1 request of one command.
fn smb1_request(command: u8, words: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut message = [&b"\xffSMB"[..], &[command], &[0; 27]].concat();
    message.push(u8::try_from(words.len() / 2).unwrap());
    message.extend(words);
    message.extend(u16::try_from(bytes.len()).unwrap().to_le_bytes());
    message.extend(bytes);
    message
}

#[test]
fn smb1_passwords_are_in_neither_json_nor_debug() {
    let no_next = [0xff, 0, 0, 0];
    let session = [0; 10];
    let two = [&[16, 0, 16, 0][..], &[0; 8]].concat();
    let lan_manager = [&[16, 0][..], &[0; 4]].concat();
    let end = b"user\0domain\0os\0lm\0";
    let both = [SECRET, SECRET, end].concat();
    let one = [SECRET, end].concat();
    for (message, hidden) in [
        (smb1_request(0x73, &[&no_next[..], &session, &two].concat(), &both), 2),
        (smb1_request(0x73, &[&no_next[..], &session, &lan_manager].concat(), &one), 1),
        (smb1_request(0x73, &[&no_next[..], &session, &[16, 0], &[0; 8]].concat(), &one), 1),
        (
            smb1_request(
                0x75,
                &[&no_next[..], &[0, 0, 16, 0]].concat(),
                &[SECRET, b"\\\\dc\\x\0IPC\0"].concat(),
            ),
            1,
        ),
        // As many words as no form of the command has.
        (smb1_request(0x73, &no_next, &both), 0),
    ] {
        let smb = Smb::parse(&message).unwrap();
        assert_counted(&smb, hidden);
        let Smb::V1(v1) = smb else { panic!("{smb:?}") };
        assert_absent(&format!("{smb:?} {:?}", v1.blocks()));
        v1.blocks().for_each(|block| assert_absent(&format!("{block:?}")));
        let framed = [&[0, 0, 0, u8::try_from(message.len()).unwrap()], &message[..]].concat();
        let packet = SessionPacket::parse(&framed).unwrap();
        assert_counted(&packet, 0);
        assert_absent(&format!("{packet:?}"));
    }
}

#[test]
fn tokens_data_and_ciphertext_are_counted() {
    assert_counted(&smb1::SessionSetupResponse { security_blob: Some(secret()), ..Default::default() }, 1);
    assert_counted(&smb1::NegotiateResponse { security_blob: Some(secret()), ..Default::default() }, 1);
    assert_counted(&smb1::ReadResponse { data: secret(), ..Default::default() }, 1);
    assert_counted(&smb1::WriteRequest { data: secret(), ..Default::default() }, 1);
    let call = smb1::TransactionRequest { parameters: secret(), data: secret(), ..Default::default() };
    assert_counted(&call, 2);
    let answer = smb1::TransactionResponse { parameters: secret(), data: secret(), ..Default::default() };
    assert_counted(&answer, 2);
    assert_counted(&smb2::NegotiateResponse { security_buffer: secret(), ..Default::default() }, 1);
    assert_counted(&smb2::SessionSetupRequest { security_buffer: secret(), ..Default::default() }, 1);
    assert_counted(&smb2::SessionSetupResponse { security_buffer: secret(), ..Default::default() }, 1);
    assert_counted(&smb2::IoctlRequest { input: secret(), ..Default::default() }, 1);
    assert_counted(&smb2::IoctlResponse { output: secret(), ..Default::default() }, 1);
    assert_counted(&smb2::ReadResponse { data: secret(), ..Default::default() }, 1);
    assert_counted(&smb2::WriteRequest { data: secret(), ..Default::default() }, 1);
    assert_counted(&TransformHeader { ciphertext: secret(), ..Default::default() }, 1);
    assert_counted(&smb2::CompressionHeader { payload: secret(), ..Default::default() }, 1);
    assert_counted(&Datagram { user_data: Some(secret()), ..Default::default() }, 1);
    assert_counted(&SessionBody::Unknown(secret()), 1);
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
        serde_json::to_value(Datagram::parse_partial(&seed)).unwrap();
    }
}
