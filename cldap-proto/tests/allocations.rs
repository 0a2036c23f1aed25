//! Reading allocates nothing: an LDAP ping, its answer, and the value in it.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "tests")]

use allocation_counter::measure;
use cldap_proto::{LdapPing, ProtocolOp, messages, netlogon_value};

#[test]
fn reading_allocates_nothing() {
    let ping: &[u8] = include_bytes!("data/ping_windows10.bin");
    let answer: &[u8] = include_bytes!("data/answer_windows.bin");
    let (mut pings, mut values) = (0_u8, 0_u8);
    let cost = measure(|| {
        for message in messages(ping).chain(messages(answer)) {
            match message.complete().unwrap().op {
                ProtocolOp::SearchRequest(search) => pings += u8::from(LdapPing::of(&search).is_some()),
                ProtocolOp::SearchResultEntry(entry) => {
                    let value = netlogon_value(&entry).unwrap();
                    values += u8::from(netlogon_proto::Message::parse(&value).unwrap().is_extended());
                }
                _ => {}
            }
        }
    });
    assert_eq!(cost.count_total, 0);
    assert_eq!((pings, values), (1, 1));
}
