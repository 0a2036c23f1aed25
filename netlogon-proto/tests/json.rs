//! Messages as JSON: the shape of one, and every seed of the fuzz targets, whole or broken.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use adjoin_trials::seeds::seeds;
use netlogon_proto::{DsFlags, Message, SamLogonAnswer};

#[test]
fn an_answer() {
    let answer = SamLogonAnswer {
        flags: DsFlags::from_bits_retain(0x0010_0005),
        dns_domain_name: "contoso.local",
        dns_host_name: "dc1.contoso.local",
        user_name: "PC8$",
        ..SamLogonAnswer::default()
    };
    let value = answer.encode().unwrap();
    let json = serde_json::to_string(&Message::parse(&value).unwrap()).unwrap();
    assert_eq!(
        json,
        r#"{"SamLogonResponseEx":{"opcode":{"value":23,"name":"LOGON_SAM_LOGON_RESPONSE_EX"},"sbz":0,"flags":{"value":1048581,"names":["PDC","GC"]},"domain_guid":"00000000-0000-0000-0000-000000000000","dns_forest_name":"","dns_domain_name":"contoso.local","dns_host_name":"dc1.contoso.local","netbios_domain_name":"","netbios_computer_name":"","user_name":"PC8$","dc_site_name":"","client_site_name":"","dc_sock_addr_size":null,"dc_sock_addr":null,"next_closest_site_name":null,"nt_version":{"value":5,"names":["V1","V5EX"]},"lm_nt_token":65535,"lm20_token":65535}}"#
    );
}

#[test]
fn a_cut_answer() {
    let json = serde_json::to_string(&Message::parse_partial(b"\x17\0\0\0\x05\0")).unwrap();
    assert_eq!(
        json,
        r#"{"value":{"SamLogonResponseEx":{"opcode":{"value":23,"name":"LOGON_SAM_LOGON_RESPONSE_EX"},"sbz":0,"flags":null,"domain_guid":null,"dns_forest_name":null,"dns_domain_name":null,"dns_host_name":null,"netbios_domain_name":null,"netbios_computer_name":null,"user_name":null,"dc_site_name":null,"client_site_name":null,"dc_sock_addr_size":null,"dc_sock_addr":null,"next_closest_site_name":null,"nt_version":null,"lm_nt_token":null,"lm20_token":null}},"error":{"error":"the input ends 2 bytes too early","field":"Flags","offset":4}}"#
    );
}

#[test]
fn seeds_have_json() {
    for seed in seeds("netlogon_message") {
        let json = serde_json::to_value(Message::parse_partial(&seed)).unwrap();
        assert!(json.get("value").is_some());
    }
}
