//! Calls of real captures against tshark, and names against the tables of facts. Read from
//! `../shared` when it is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

use std::fs;

use adjoin_trials::calls::{compare, find_all};
use adjoin_trials::shared::{self, number};
use rpce_proto::{Body, Encoding};
use samr_proto::{RpcSid, lsarpc, samr};

#[test]
fn names_are_those_of_the_facts() {
    let Some(path) = shared::path("facts/rpc_opnums.csv") else { return };
    let rows = fs::read_to_string(path).unwrap();
    let mut named = 0;
    for line in rows.lines() {
        let cells: Vec<_> = line.split(',').collect();
        let ours = match cells[0] {
            "samr" => samr::Opnum(cells[1].parse().unwrap()).name(),
            "lsarpc" => lsarpc::Opnum(cells[1].parse().unwrap()).name(),
            _ => None,
        };
        if let Some(name) = ours {
            assert_eq!(name, cells[3]);
            named += 1;
        }
    }
    assert!(named >= 20, "{named}");
    let rows = fs::read_to_string(shared::path("facts/samr_supported_features.csv").unwrap()).unwrap();
    for line in rows.lines().skip(1) {
        let bit = number(line.split(',').next().unwrap());
        assert_eq!(samr::SupportedFeatures::from_bits_retain(bit).unknown(), 0, "{line}");
    }
    let rows = fs::read_to_string(shared::path("facts/samr_uac_note.csv").unwrap()).unwrap();
    for line in rows.lines().skip(1) {
        let cells: Vec<_> = line.split(',').collect();
        let name = samr::UserAccount::from_bits_retain(number(cells[0])).to_string();
        assert!(cells[1].ends_with(&name), "{line}");
    }
}

#[test]
fn real_calls() {
    let captures = [
        "lab/dev/ok-net-ads-krb.a.client.pcapng",
        "lab/dev/existing-account.a.client.pcapng",
        "lab/dev/quota-exceeded.a.client.pcapng",
        "lab/dev/create-denied.a.client.pcapng",
        "lab/dev/ok-reuse-existing.a.client.pcapng",
        "dev/suricata_smb_net_user.pcap",
        "dev/suricata_dcerpc_ctxids.pcap",
        "dev/otrf_shire_samr_enum.pcap",
        "dev/pcapattack_samr_domain_admins.pcapng",
        "dev/elcabezzonn_samrdump.pcap",
    ];
    let (mut fields, mut statuses, mut wide) = (0, 0, 0);
    let mut seen = std::collections::BTreeMap::new();
    let ran = compare(&captures, &["samr", "lsarpc"], |pdu, interface, opnum, stub, encoding, tree, at| {
        let request = matches!(pdu.body, Body::Request(_));
        let mut same = |ours: Option<String>, field: &str| {
            let mut theirs = vec![];
            find_all(tree, field, &mut theirs);
            match &ours {
                Some(text) => assert!(theirs.contains(&text.as_str()), "{at}: {field}: {text} {theirs:?}"),
                None => assert!(theirs.is_empty(), "{at}: {field}: {theirs:?}"),
            }
            fields += usize::from(ours.is_some());
        };
        let sid = |sid: RpcSid<'_>| Some(sid.to_string());
        let hex = |value: u32| Some(format!("{value:#010x}"));
        wide += usize::from(encoding == Encoding::NDR64);
        *seen.entry((interface.to_owned(), opnum, request)).or_insert(0) += 1;
        let fail = |error| -> ! { panic!("{at}: {interface} {opnum}: {error}") };
        match (interface, request) {
            ("samr", true) => {
                use samr::Request;
                match Request::parse(samr::Opnum(opnum), stub, encoding).unwrap_or_else(|e| fail(e)) {
                    Request::Connect(m) => {
                        same(hex(*m.desired_access), "samr.connect.access_mask");
                        let field = if opnum == 64 { "samr.samr_Connect5.system_name" } else { return };
                        same(m.server_name.map(|s| s.to_string()), field);
                        same(m.revision.map(|s| s.to_string()), "samr.samr_ConnectInfo1.client_version");
                    }
                    Request::LookupDomain(m) => {
                        same(m.name.map(|s| s.to_string()), "samr.samr_LookupDomain.domain_name");
                    }
                    Request::OpenDomain(m) => {
                        same(hex(*m.desired_access), "samr.domain.access_mask");
                        same(sid(*m.domain_id), "dcerpc.nt.domain_sid");
                    }
                    Request::CreateUser(m) => {
                        same(m.name.map(|s| s.to_string()), "samr.samr_CreateUser2.account_name");
                        same(hex(m.account_type.unwrap().bits()), "samr.samr_CreateUser2.acct_flags");
                        same(hex(*m.desired_access), "samr.user.access_mask");
                    }
                    Request::LookupNames(m) => {
                        same(Some(m.count.to_string()), "samr.samr_LookupNames.num_names");
                        let first = m.names.iter().next().unwrap().unwrap().unwrap();
                        same(Some(first.to_string()), "samr.samr_LookupNames.names");
                    }
                    Request::OpenUser(m) => {
                        same(hex(*m.desired_access), "samr.user.access_mask");
                        same(Some(m.user_id.to_string()), "samr.rid");
                    }
                    Request::SetInformationUser(m) => {
                        let level = if opnum == 58 {
                            "samr.samr_SetUserInfo2.level"
                        } else {
                            "samr.samr_SetUserInfo.level"
                        };
                        same(Some(m.information_class.0.to_string()), level);
                        if let Some(control) = m.user_account_control {
                            same(hex(control.bits()), "samr.samr_UserInfo16.acct_flags");
                        }
                    }
                    Request::QueryInformationUser(m) => {
                        let level = if opnum == 47 {
                            "samr.samr_QueryUserInfo2.level"
                        } else {
                            "samr.samr_QueryUserInfo.level"
                        };
                        same(Some(m.information_class.0.to_string()), level);
                    }
                    Request::CloseHandle(m) | Request::DeleteUser(m) => assert!(!m.handle.is_null(), "{at}"),
                    _ => {}
                }
            }
            ("samr", false) => {
                use samr::Response;
                let response =
                    Response::parse(samr::Opnum(opnum), stub, encoding).unwrap_or_else(|e| fail(e));
                same(response.status().and_then(|s| hex(*s)), "samr.status");
                statuses += 1;
                match response {
                    Response::Connect(m) => {
                        same(
                            m.supported_features.map(|f| f.bits().to_string()),
                            "samr.samr_ConnectInfo1.unknown2",
                        );
                    }
                    Response::LookupDomain(m) => {
                        same(m.domain_id.and_then(|s| sid(*s)), "dcerpc.nt.domain_sid");
                    }
                    Response::CreateUser(m) => {
                        same(Some(m.relative_id.to_string()), "samr.rid");
                        same(m.granted_access.map(|a| a.to_string()), "samr.samr_CreateUser2.access_granted");
                    }
                    Response::LookupNames(m) => {
                        let first = m.relative_ids.iter().next();
                        same(first.map(|rid| rid.to_string()), "samr.rid");
                    }
                    _ => {}
                }
            }
            (_, true) => {
                use lsarpc::Request;
                match Request::parse(lsarpc::Opnum(opnum), stub, encoding).unwrap_or_else(|e| fail(e)) {
                    Request::OpenPolicy(m) => same(hex(*m.desired_access), "lsarpc.policy.access_mask"),
                    Request::QueryInformationPolicy(m) => {
                        let level = if opnum == 46 {
                            "lsarpc.lsa_QueryInfoPolicy2.level"
                        } else {
                            "lsarpc.lsa_QueryInfoPolicy.level"
                        };
                        same(Some(m.information_class.0.to_string()), level);
                    }
                    _ => {}
                }
            }
            (_, false) => {
                use lsarpc::Response;
                let response =
                    Response::parse(lsarpc::Opnum(opnum), stub, encoding).unwrap_or_else(|e| fail(e));
                same(response.status().and_then(|s| hex(*s)), "lsarpc.status");
                statuses += 1;
                if let Response::QueryInformationPolicy(m) = response {
                    let Some(info) = m.policy_information else { return };
                    let domain = info.domain();
                    same(domain.name.map(|n| n.to_string()), "lsarpc.lsa.string");
                    same(domain.sid.and_then(|s| sid(*s)), "dcerpc.nt.domain_sid");
                    same(domain.domain_guid.map(|g| g.to_string()), "lsarpc.lsa_DnsDomainInfo.domain_guid");
                }
            }
        }
    });
    if ran {
        println!("{fields} fields agree, {statuses} of them return values, {wide} stubs in NDR64: {seen:?}");
        assert!(fields > 100 && statuses > 50);
    }
}
