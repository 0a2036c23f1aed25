//! Messages as JSON: the shape of one, and every seed of the fuzz targets, whole or broken.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use adjoin_trials::secret::{SECRET, assert_absent, assert_counted, secret};
use adjoin_trials::seeds::seeds;
use adjoin_wire::Spanned;
use cldap_proto::{Authentication, BindResponse, ExtendedRequest, ExtendedResponse};
use cldap_proto::{LdapMessage, LdapPingBuilder};

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

/// An element of BER with a short length.
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    [&[tag, u8::try_from(contents.len()).unwrap()], &contents[..]].concat()
}

/// A message in whose operation the attribute has the secret as both of its values.
fn with_attribute(name: &str, operation: u8) -> Vec<u8> {
    let value = element(4, &[SECRET]);
    let attribute = element(0x30, &[&element(4, &[name.as_bytes()]), &element(0x31, &[&value, &value])]);
    let item = match operation {
        0x66 => element(0x30, &[&[0x0a, 1, 2], &attribute]),
        _ => attribute,
    };
    let op = element(operation, &[&element(4, &[b"cn=pc"]), &element(0x30, &[&item])]);
    element(0x30, &[&[2, 1, 1], &op])
}

#[test]
fn values_of_secret_attributes_are_counted() {
    for name in
        ["unicodePwd", "USERPASSWORD", "userPassword;x-old", "msLAPS-Password", "1.2.840.113556.1.4.90"]
    {
        // An entry, a change, an addition.
        for operation in [0x64, 0x66, 0x68] {
            let bytes = with_attribute(name, operation);
            let message = LdapMessage::parse(&bytes).unwrap();
            assert_counted(&message, 2);
            assert_absent(&format!("{message:?}"));
        }
    }
    let open = with_attribute("description", 0x64);
    let json = serde_json::to_string(&LdapMessage::parse(&open).unwrap()).unwrap();
    assert!(json.contains("476b71372d"), "{json}");
}

#[test]
fn a_filter_does_not_show_a_password() {
    let equal = element(0xa3, &[&element(4, &[b"userPassword"]), &element(4, &[SECRET])]);
    let piece = element(0x30, &[&element(0x81, &[SECRET])]);
    let part = element(0xa4, &[&element(4, &[b"unicodePwd"]), &piece]);
    let rule = element(0xa9, &[&element(0x82, &[b"dBCSPwd"]), &element(0x83, &[SECRET])]);
    for (filter, text) in [
        (equal, "(userPassword=<16 octets>)"),
        (part, "(unicodePwd=*<16 octets>*)"),
        (rule, "(dBCSPwd:=<16 octets>)"),
    ] {
        let fixed = [4, 0, 0x0a, 1, 0, 0x0a, 1, 0, 2, 1, 0, 2, 1, 0, 1, 1, 0];
        let op = element(0x63, &[&fixed, &filter, &[0x30, 0]]);
        let bytes = element(0x30, &[&[2, 1, 1], &op]);
        let message = LdapMessage::parse(&bytes).unwrap();
        let json = serde_json::to_string(&message).unwrap();
        assert_absent(&json);
        assert!(json.contains(text), "{json}");
        assert_absent(&format!("{message:?}"));
    }
}

#[test]
fn credentials_and_arguments_are_counted() {
    let mechanism = Spanned::default();
    for way in [
        Authentication::Simple(secret()),
        Authentication::Sasl { mechanism, credentials: Some(secret()) },
        Authentication::Sicily { step: 11, credentials: secret() },
        Authentication::Unknown { tag: 0x8c, octets: secret() },
    ] {
        assert_counted(&way, 1);
        assert_absent(&format!("{way:?}"));
    }
    assert_counted(&BindResponse { server_sasl_creds: Some(secret()), ..Default::default() }, 1);
    let change = ExtendedRequest { request_value: Some(secret()), ..Default::default() };
    assert_counted(&change, 1);
    assert_absent(&format!("{change:?}"));
    let changed = ExtendedResponse { response_value: Some(secret()), ..Default::default() };
    assert_counted(&changed, 1);
    assert_absent(&format!("{changed:?}"));
    // A comparison.
    let ava = element(0x30, &[&element(4, &[b"userPassword"]), &element(4, &[SECRET])]);
    let bytes = element(0x30, &[&[2, 1, 1], &element(0x6e, &[&element(4, &[b"cn=pc"]), &ava])]);
    let message = LdapMessage::parse(&bytes).unwrap();
    assert_absent(&serde_json::to_string(&message).unwrap());
    assert_absent(&format!("{message:?}"));
}

#[test]
fn seeds_have_json() {
    for seed in seeds("ldap_message") {
        let json = serde_json::to_value(LdapMessage::parse_partial(&seed)).unwrap();
        assert!(json.get("value").is_some());
    }
}
