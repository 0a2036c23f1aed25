//! The RPC interface against published stubs, tables of facts, and tshark over real captures.
//! Read from `../shared` when it is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

use std::fs;

use adjoin_trials::calls::{compare, find};
use adjoin_trials::shared::{self, hex, number};
use netlogon_proto::rpc::*;
use rpce_proto::{Body, Encoding};
use serde_json::Value;

#[test]
fn names_are_those_of_the_facts() {
    let Some(path) = shared::path("facts/netlogon_negotiate_flags.csv") else { return };
    let rows = fs::read_to_string(path).unwrap();
    let theirs = rows.lines().skip(1).map(|line| {
        let cells: Vec<_> = line.split(',').collect();
        (number(cells[0]), cells[3].to_owned())
    });
    assert!(theirs.eq(NegotiateFlags::TABLE.iter().map(|row| (row.mask, row.symbol.to_owned()))));
    let rows = fs::read_to_string(shared::path("facts/netlogon_secure_channel_types.csv").unwrap()).unwrap();
    for line in rows.lines().skip(1) {
        let cells: Vec<_> = line.split(',').collect();
        assert_eq!(SecureChannelType(number(cells[0])).name(), Some(cells[1]));
    }
    let rows = fs::read_to_string(shared::path("facts/rpc_opnums.csv").unwrap()).unwrap();
    for line in rows.lines().filter(|line| line.starts_with("netlogon,")) {
        let cells: Vec<_> = line.split(',').collect();
        if let Some(name) = Opnum(cells[1].parse().unwrap()).name() {
            assert_eq!(name, cells[3]);
        }
    }
}

#[test]
fn published_stubs() {
    let Some(path) = shared::path("captures/vectors/dev/rpc.json") else { return };
    let vectors: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let get = |id: &str| {
        let vector = vectors.as_array().unwrap().iter().find(|v| v["id"] == id);
        let vector = vector.unwrap_or_else(|| panic!("no vector {id}"));
        (hex(vector["hex"].as_str().unwrap()), vector["published"].clone())
    };
    let opnum = Opnum::NETR_SERVER_AUTHENTICATE3;

    let (stub, published) = get("samba_netrserverauthenticate3_in_data");
    let Ok(Request::ServerAuthenticate(m)) = Request::parse(opnum, &stub, Encoding::NDR) else { panic!() };
    assert_eq!(*m.primary_name.unwrap(), published["server_name"].as_str().unwrap());
    assert_eq!(*m.account_name, published["account_name"].as_str().unwrap());
    assert_eq!(u64::from(m.secure_channel_type.0), published["secure_channel_type"].as_u64().unwrap());
    assert_eq!(*m.computer_name, published["computer_name"].as_str().unwrap());
    let flags = m.negotiate_flags.unwrap();
    assert_eq!(flags.bits(), number(published["negotiate_flags"].as_str().unwrap()));

    let (stub, published) = get("samba_netrserverauthenticate3_out_data");
    let Ok(Response::ServerAuthenticate(m)) = Response::parse(opnum, &stub, Encoding::NDR) else { panic!() };
    assert_eq!(m.negotiate_flags.unwrap().bits(), number(published["negotiate_flags"].as_str().unwrap()));
    assert_eq!(*m.account_rid.unwrap(), number(published["rid"].as_str().unwrap()));
    assert_eq!(*m.status, 0);

    let opnum = Opnum::NETR_LOGON_GET_DOMAIN_INFO;
    let (stub, _) = get("samba_netrlogongetdomaininfo_in_data64");
    let request = Request::parse(opnum, &stub, Encoding::NDR64).unwrap();
    let Request::LogonGetDomainInfo(m) = request else { panic!() };
    assert!(m.server_name.to_string().starts_with("\\\\"));
    assert_eq!(m.computer_name.unwrap().to_string().len(), 11);
    assert_eq!(*m.level, 1);
    let (stub, _) = get("samba_netrlogongetdomaininfo_out_data64");
    assert_eq!(*Response::parse(opnum, &stub, Encoding::NDR64).unwrap().status().unwrap(), 0);
}

#[test]
fn real_calls() {
    let captures = [
        "dev/corelight_zerologon_test_win2019.pcap",
        "dev/scapy_dcerpc_msnrpc.pcapng",
        "dev/elcabezzonn_macgyver_win7_join_ws2008r2.pcapng",
        "lab/dev/ok-net-ads-krb.a.client.pcapng",
        "lab/dev/ok-reuse-existing.a.client.pcapng",
    ];
    let (mut requests, mut responses, mut trusts, mut wide) = (0, 0, 0, 0);
    let ran = compare(&captures, &["rpc_netlogon"], |pdu, _, opnum, stub, encoding, tree, at| {
        let opnum = Opnum(opnum);
        let theirs = |field: &str| find(tree, field).map(str::to_owned);
        let octets = |c: Credential| c.octets().map(|b| format!("{b:02x}")).join(":");
        wide += usize::from(encoding == Encoding::NDR64);
        if matches!(pdu.body, Body::Request(_)) {
            let request = Request::parse(opnum, stub, encoding).unwrap_or_else(|e| panic!("{at}: {e}"));
            assert_eq!(request.server_name().map(|s| s.to_string()), theirs("netlogon.handle"), "{at}");
            match request {
                Request::ServerReqChallenge(m) => {
                    assert_eq!(Some(m.computer_name.to_string()), theirs("netlogon.computer_name"), "{at}");
                    assert_eq!(Some(octets(*m.client_challenge)), theirs("netlogon.clientchallenge"), "{at}");
                }
                Request::ServerAuthenticate(m) => {
                    assert_eq!(Some(m.computer_name.to_string()), theirs("netlogon.computer_name"), "{at}");
                    assert_eq!(Some(m.account_name.to_string()), theirs("netlogon.acct_name"), "{at}");
                    assert_eq!(
                        m.client_credential.map(|c| octets(*c)),
                        theirs("netlogon.clientcred"),
                        "{at}"
                    );
                    let kind = theirs("netlogon.sec_chan_type").map(|t| number(&t));
                    assert_eq!(kind, Some(m.secure_channel_type.0), "{at}");
                    let flags = theirs("netlogon.neg_flags").map(|t| number(&t));
                    assert_eq!(flags, m.negotiate_flags.map(|f| f.bits()), "{at}");
                }
                Request::DsrEnumerateDomainTrusts(_) => {}
                other => panic!("{at}: {other:?}"),
            }
            requests += 1;
            return;
        }
        let response = Response::parse(opnum, stub, encoding).unwrap_or_else(|e| panic!("{at}: {e}"));
        if let Some(status) = theirs("netlogon.rc").or_else(|| theirs("netlogon.dos.rc")) {
            assert_eq!(response.status().map(|s| *s), Some(number(&status)), "{at}");
        }
        match response {
            Response::ServerReqChallenge(m) => {
                assert_eq!(Some(octets(*m.server_challenge)), theirs("netlogon.serverchallenge"), "{at}");
            }
            Response::ServerAuthenticate(m) => {
                assert_eq!(m.server_credential.map(|c| octets(*c)), theirs("netlogon.servercred"), "{at}");
                let flags = theirs("netlogon.neg_flags").map(|t| number(&t));
                assert_eq!(flags, m.negotiate_flags.map(|f| f.bits()), "{at}");
                let rid = theirs("netlogon.serverrid").map(|t| number(&t));
                assert_eq!(rid, m.account_rid.map(|r| *r), "{at}");
            }
            Response::DsrEnumerateDomainTrusts(m) => {
                let first = m.domains.iter().next().unwrap().unwrap();
                let dns = first.dns_domain_name.unwrap().to_string();
                assert_eq!(Some(dns), theirs("netlogon.dns_domain"), "{at}");
                trusts += m.domains.iter().count();
            }
            other => panic!("{at}: {other:?}"),
        }
        responses += 1;
    });
    if ran {
        println!("{requests} requests and {responses} responses agree, {trusts} trusts, {wide} in NDR64");
        assert!(requests > 100 && responses > 100 && trusts > 0);
    }
}
