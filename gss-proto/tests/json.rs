//! Messages as JSON: the shape of one, and every seed of the fuzz targets, whole or broken.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use adjoin_trials::secret::{assert_absent, assert_counted, secret};
use adjoin_trials::seeds::seeds;
use gss_proto::Token;
use gss_proto::ntlm::Challenge;
use gss_proto::{InitialContextToken, Inner, NegTokenInit, NegTokenResp};

#[test]
fn a_challenge() {
    let message =
        b"NTLMSSP\0\x02\0\0\0\x06\0\x06\0\x38\0\0\0\x05\x82\x89\x62\x01\x23\x45\x67\x89\xab\xcd\xef\
        \0\0\0\0\0\0\0\0\x14\0\x14\0\x3e\0\0\0\x0a\0\x7c\x4f\0\0\0\x0fL\0A\0B\0\
        \x02\0\x04\0L\0A\0\x07\0\x08\0\x01\0\0\0\0\0\0\0";
    let json = serde_json::to_string(&Challenge::parse(message).unwrap()).unwrap();
    assert_eq!(
        json,
        r#"{"message_type":{"value":2,"name":"NTLMSSP_CHALLENGE"},"negotiate_flags":{"value":1653178885,"names":["UNICODE","REQUEST_TARGET","NTLM","ALWAYS_SIGN","TARGET_TYPE_DOMAIN","EXTENDED_SESSIONSECURITY","TARGET_INFO","VERSION","KEY_128","KEY_EXCH"]},"server_challenge":"0123456789abcdef","version":"10.0 (Build 20348)","target_name":"LAB","target_info":[{"id":{"value":2,"name":"MsvAvNbDomainName"},"value":"LA"},{"id":{"value":7,"name":"MsvAvTimestamp"},"value":1}]}"#
    );
}

#[test]
fn a_token() {
    let token =
        [0xa0, 0x12, 0x30, 0x10, 0xa0, 0x0e, 0x30, 0x0c, 6, 0x0a, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 0x0a];
    let json = serde_json::to_string(&Token::parse(&token).unwrap()).unwrap();
    assert_eq!(
        json,
        r#"{"NegTokenInit":{"mech_types":["NTLMSSP"],"req_flags":null,"mech_token":null,"hint_name":null,"hint_address":null,"mech_list_mic":null}}"#
    );
}

#[test]
fn tokens_are_counted() {
    let mic = Some(secret());
    let first = NegTokenInit { mech_token: Some(secret()), mech_list_mic: mic, ..Default::default() };
    assert_counted(&first, 2);
    assert_counted(
        &NegTokenResp { response_token: Some(secret()), mech_list_mic: mic, ..Default::default() },
        2,
    );
    assert_counted(&InitialContextToken { inner_context_token: secret(), ..Default::default() }, 1);
    assert_counted(&Token::Kerberos(secret()), 1);
    for inner in [
        Inner::Kerberos { token_id: None, message: secret() },
        Inner::Ntlm(secret()),
        Inner::Netlogon(secret()),
        Inner::Other { mechanism: None, token: secret() },
    ] {
        assert_counted(&inner, 1);
        assert_absent(&format!("{inner:?}"));
    }
    assert_absent(&format!("{first:?}"));
}

#[test]
fn seeds_have_json() {
    for seed in seeds("gss_token") {
        let json = serde_json::to_value(Token::parse_partial(&seed)).unwrap();
        assert!(json.get("value").is_some());
    }
}
