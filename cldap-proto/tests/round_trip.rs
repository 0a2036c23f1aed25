//! What is written is read back: pings and their answers.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use adjoin_wire::Guid;
use cldap_proto::{
    LdapMessage, LdapPing, LdapPingBuilder, ProtocolOp, messages, netlogon_value, ping_answer,
};
use proptest::prelude::*;

proptest! {
    #[test]
    fn pings(
        message_id in 0..=0x7fff_ffff_u32, domain: Option<String>, host: Option<String>, user: Option<String>,
        aac: Option<u32>, sid in proptest::option::of(prop::collection::vec(any::<u8>(), 0..80)), guid: Option<u128>,
        nt_ver: Option<u32>, dns_host: Option<String>, long_lengths: bool,
    ) {
        let builder = LdapPingBuilder {
            message_id, dns_domain: domain.as_deref(), host: host.as_deref(), user: user.as_deref(), aac,
            domain_sid: sid.as_deref(), domain_guid: guid.map(Guid::from_u128), nt_ver,
            dns_host_name: dns_host.as_deref(), long_lengths,
        };
        let datagram = builder.encode();
        let message = LdapMessage::parse(&datagram).unwrap();
        prop_assert_eq!((*message.message_id, message.minimal), (message_id, !long_lengths));
        let ProtocolOp::SearchRequest(search) = message.op else { panic!() };
        let ping = LdapPing::of(&search).unwrap();
        prop_assert_eq!(ping.problem, None);
        prop_assert_eq!(ping.dns_domain.and_then(|text| text.to_str()), domain.as_deref());
        prop_assert_eq!(ping.user.and_then(|text| text.to_str()), user.as_deref());
        prop_assert_eq!(ping.domain_sid.map(|sid| sid.value), sid.as_deref());
        prop_assert_eq!((ping.aac.map(|aac| *aac), ping.nt_ver.map(|ver| *ver)), (aac, nt_ver));
        prop_assert_eq!(ping.domain_guid.map(|guid| guid.to_u128()), guid);
        prop_assert_eq!(ping.encode(message_id, long_lengths), Some(datagram.clone()));
    }

    #[test]
    fn answers(
        message_id in 0..=0x7fff_ffff_u32, long_lengths: bool,
        value in proptest::option::of(prop::collection::vec(any::<u8>(), 0..400)),
    ) {
        let datagram = ping_answer(message_id, value.as_deref(), long_lengths);
        let both: Vec<_> = messages(&datagram).map(|message| message.complete().unwrap()).collect();
        let [entry, done] = both.as_slice() else { panic!() };
        prop_assert_eq!((*entry.message_id, *done.message_id), (message_id, message_id));
        let ProtocolOp::SearchResultEntry(entry) = entry.op else { panic!() };
        prop_assert_eq!(netlogon_value(&entry).map(|value| value.value), value.as_deref());
        prop_assert!(matches!(done.op, ProtocolOp::SearchResultDone(done) if *done.result_code == cldap_proto::ResultCode::SUCCESS));
    }
}
