//! Messages as JSON: the shape of one, and every seed of the fuzz targets, whole or broken.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use adjoin_trials::secret::{assert_counted, secret};
use adjoin_trials::seeds::seeds;
use dns_proto::Message;
use dns_proto::{Tkey, Tsig};

#[test]
fn an_answer() {
    let message = b"\x12\x34\x81\x80\0\x01\0\x01\0\0\0\0\x03dc1\x05local\0\0\x01\0\x01\
        \xc0\x0c\0\x01\0\x01\0\0\x0e\x10\0\x04\xc0\0\x02\x0a";
    let json = serde_json::to_string(&Message::parse(message).unwrap()).unwrap();
    assert_eq!(
        json,
        r#"{"header":{"id":4660,"flags":{"value":33152,"names":["QR","RD","RA"]},"opcode":{"value":0,"name":"QUERY"},"rcode":{"value":0,"name":"NOERROR"},"qdcount":1,"ancount":1,"nscount":0,"arcount":0},"questions":[{"name":"dc1.local","rtype":{"value":1,"name":"A"},"class":{"value":1,"name":"IN"}}],"answers":[{"name":"dc1.local","rtype":{"value":1,"name":"A"},"class":{"value":1,"name":"IN"},"ttl":3600,"rdata":{"A":"192.0.2.10"}}],"authorities":[],"additionals":[]}"#
    );
}

#[test]
fn tokens_and_checksums_are_counted() {
    assert_counted(&Tkey { key_data: secret(), other_data: secret(), ..Default::default() }, 2);
    assert_counted(&Tsig { mac: secret(), other_data: secret(), ..Default::default() }, 2);
}

#[test]
fn seeds_have_json() {
    for seed in seeds("dns_message") {
        let message = Message::parse_partial(&seed);
        serde_json::to_value(message.value.update()).unwrap();
        let json = serde_json::to_value(message).unwrap();
        assert!(json.get("value").is_some());
    }
}
