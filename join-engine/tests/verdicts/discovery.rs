//! Names, addresses and answers on the way to a controller: each rule fires where it must, and nowhere else.

use std::net::Ipv4Addr;

use adjoin_scenes::discovery::{
    DOMAIN, HOST, NEIGHBOUR, OWN_NAME, Pong, Search, another_answers, late, late_beside_another,
    second_address_is_dead, unix_without_answer,
};
use adjoin_scenes::script::{SECOND, Shot};
use adjoin_scenes::steps::{CLIENT, DC, Fault, Plan, Wall};
use join_engine::report::{FindingReport, JoinReport};

use super::{blemish, only_join, told};

/// The root of a join that failed, which a marked frame proves.
fn root(shots: &[Shot]) -> (&'static str, &'static str) {
    let join = only_join(shots);
    let Some(root) = &join.root else { panic!("no root: {:?}", told(&join)) };
    let marked = |frame| shots.iter().any(|shot| shot.number == frame && shot.mark == Some("fault"));
    assert!(root.evidence.iter().any(|seen| marked(seen.frame)), "{}: {:?}", root.id, root.evidence);
    (root.id, root.phase)
}

fn note<'j>(join: &'j JoinReport, id: &str) -> Option<&'j FindingReport> {
    join.findings.iter().find(|finding| finding.id == id && finding.role == "note")
}

/// Notes of a join that went well.
fn beside(shots: &[Shot]) -> Vec<&'static str> {
    assert_eq!(blemish(shots), None);
    let join = only_join(shots);
    join.findings.iter().filter(|finding| finding.role == "note").map(|finding| finding.id).collect()
}

/// A client that found its controller.
fn found() -> Search {
    let mut search = Search::new();
    search.locate(DOMAIN, &[HOST]).address(HOST, &[DC]).ping(DC, Some(Pong::default()));
    search
}

#[test]
fn the_plain_way_has_nothing_to_tell() {
    assert!(beside(&found().joins()).is_empty());
    let stopped = only_join(&found().stops());
    assert_eq!((stopped.outcome, told(&stopped)), ("unfinished", Vec::new()));
}

#[test]
fn the_address_of_another_host() {
    let elsewhere = Pong { host: "dc9.lab.example", domain: "lab.example", ..Pong::default() };
    assert_eq!(root(&another_answers(elsewhere, false)), ("DNS-AWRONG", "P2"));
    // The same host, of another domain than asked for: its address is right.
    let moved = Pong { domain: "lab.example", ..Pong::default() };
    assert_eq!(root(&another_answers(moved, false)).0, "PING-DOMAIN");
    // Another name in the right domain does no harm.
    let alias = Pong { host: "dc7.corp.example", ..Pong::default() };
    assert_eq!(beside(&another_answers(alias, true)), ["DNS-AWRONG"]);
    let short = Pong { host: "DC1", ..Pong::default() };
    assert!(beside(&another_answers(short, true)).is_empty());
}

#[test]
fn an_address_where_nobody_is() {
    let ids = beside(&second_address_is_dead());
    assert!(ids.contains(&"DNS-AWRONG") && !ids.contains(&"PING-NOREPLY"), "{ids:?}");
}

#[test]
fn a_domain_by_its_short_name() {
    let mut both = Search::new();
    both.locate_in_vain("CORP", 3).locate_in_vain("CORP.branch.example", 3);
    assert_eq!(root(&both.stops()), ("DNS-SUFFIX", "P1"));
    // Only the name with a suffix is asked for, and NetBIOS shows what was meant.
    let mut suffixed = Search::new();
    suffixed.netbios_query("CORP", 0x1c).locate_in_vain("corp.branch.example", 3);
    assert_eq!(root(&suffixed.stops()), ("DNS-SUFFIX", "P1"));
    // A full name is no short name, whatever else is looked for.
    let mut full = Search::new();
    full.netbios_query("WORKGROUP", 0x1c).locate_in_vain("corp.branch.example", 3);
    assert_eq!(root(&full.stops()).0, "DNS-NXDOMAIN");
    let mut then_short = Search::new();
    then_short.locate_in_vain("corp.branch.example", 3).netbios_query("CORP", 0x1c);
    assert_eq!(root(&then_short.stops()).0, "DNS-NXDOMAIN");
    let mut short_too = Search::new();
    short_too.locate_in_vain("OLD", 3).locate_in_vain(DOMAIN, 3);
    assert_eq!(root(&short_too.stops()).0, "DNS-NXDOMAIN");
    // A server that fails is another matter.
    let mut fails = Search::new();
    fails.locate_in_vain("CORP", 2);
    assert_eq!(root(&fails.stops()).0, "DNS-SERVFAIL");
    // The full name leads there in the end.
    let mut found = Search::new();
    found.locate_in_vain("CORP", 3);
    found.locate(DOMAIN, &[HOST]).address(HOST, &[DC]).ping(DC, Some(Pong::default()));
    let ids = beside(&found.joins());
    assert!(!ids.contains(&"DNS-SUFFIX"), "{ids:?}");
}

#[test]
fn an_answer_that_comes_late() {
    assert_eq!(root(&late(4, false)), ("PING-SLOW", "P2"));
    // Who takes the answer has waited for it.
    assert!(!beside(&late(4, true)).contains(&"PING-SLOW"));
    assert!(beside(&late_beside_another()).contains(&"PING-SLOW"));
    let join = only_join(&late(0, false));
    assert!(join.root.is_none(), "{:?}", told(&join));
}

#[test]
fn controllers_that_lack_something() {
    let plain = |flags, joins| another_answers(Pong { flags, ..Pong::default() }, joins);
    // Of Windows Server 2008 R2, and without LDAP.
    for (flags, id) in [(0x0000_33fd, "ODJ-DS8"), (0x0001_f3f5, "ODJ-LDAP")] {
        let join = only_join(&plain(flags, false));
        let note = note(&join, id).unwrap_or_else(|| panic!("{id}: {:?}", told(&join)));
        assert_eq!((note.confidence, join.root.is_none()), ("low", true));
        assert!(!beside(&plain(flags, true)).contains(&id), "{id} in a join that went on");
    }
}

#[test]
fn a_unix_client_without_answer() {
    assert_eq!(root(&unix_without_answer()), ("UNX-CLDAP", "P2"));
    assert_eq!(root(&Plan::from(Fault::PingSilent).play()).0, "PING-NOREPLY");
}

#[test]
fn a_netbios_name_of_two() {
    let told_of = |kind: (u16, u16), owner: Ipv4Addr, name: &str, id: &str| {
        let mut search = found();
        search.netbios_claim(OWN_NAME);
        if kind.0 == 0 {
            search.netbios_query(name, 0);
        }
        search.netbios_answer(name, kind, owner);
        let join = only_join(&search.stops());
        assert!(join.root.is_none());
        note(&join, id).is_some()
    };
    for (kind, id) in [((5, 6), "LOC-NAMEINUSE"), ((0, 0), "LOC-NAMEINUSE"), ((5, 7), "LOC-NAME")] {
        assert!(told_of(kind, NEIGHBOUR, OWN_NAME, id), "{kind:?}");
        // The client's own address, and another host's name.
        assert!(!told_of(kind, CLIENT, OWN_NAME, id), "{kind:?}");
        assert!(!told_of(kind, NEIGHBOUR, "PC99", id), "{kind:?}");
    }
    // A claim that is granted.
    assert!(!told_of((5, 0), NEIGHBOUR, OWN_NAME, "LOC-NAMEINUSE"));
}

#[test]
fn an_answer_too_large_for_udp() {
    let wall = Fault::Port(88, Wall::Silence);
    assert_eq!(root(&Plan { udp_tickets: true, ..Plan::from(wall) }.play()), ("KRB-UDPBIG", "P3K"));
    assert_eq!(root(&Plan::from(wall).play()).0, "KRB-88BLOCKED");
}

#[test]
fn messages_in_fragments() {
    assert_eq!(root(&found().logon_in_fragments(3, false).stops()), ("KRB-UDPBIG", "P3K"));
    assert_eq!(root(&found().logon().ticket_in_fragments(3, false).stops()), ("KRB-UDPBIG", "P3K"));
    let answered = only_join(&found().logon().ticket_in_fragments(3, true).stops());
    assert!(answered.root.is_none(), "{:?}", told(&answered));
    let whole = only_join(&found().logon_in_fragments(1, true).stops());
    assert!(whole.root.is_none(), "{:?}", told(&whole));
    // One request alone: a filter on the port may have dropped what is missing.
    let filtered = only_join(&found().logon_in_fragments(1, false).stops());
    assert!(filtered.root.is_none(), "{:?}", told(&filtered));
    assert_eq!(root(&Plan::from(Fault::KerberosUdpSilent).play()).0, "KRB-NOKDC");
}

#[test]
fn a_service_named_by_reverse_dns() {
    let of = |pointer: &str, service: &str| {
        let mut search = found();
        search.pointer(DC, pointer).logon().unknown_service(&["ldap", service]);
        root(&search.stops())
    };
    assert_eq!(of("old.corp.example", "old.corp.example"), ("UNX-RDNS", "P3K"));
    assert_eq!(of(HOST, HOST).0, "KRB-SPN");
    assert_eq!(of("old.corp.example", HOST).0, "KRB-SPN");
}

#[test]
fn locating_by_rpc_without_credentials() {
    let mut search = Search::new();
    search.locate(DOMAIN, &[HOST]).address(HOST, &[DC]).locate_by_rpc();
    assert_eq!(root(&search.stops()), ("NL-DCLOC25", "P2"));
    assert_eq!(root(&Plan::from(Fault::ChannelFault(5)).play()).0, "RPC-FAULT5");
}

#[test]
fn a_join_by_remote_control() {
    let id = "LOC-W32TIME";
    assert!(note(&only_join(&found().join_remotely(0x437).stops()), id).is_some());
    assert!(note(&only_join(&found().join_remotely(0).stops()), id).is_none());
}

#[test]
fn the_controller_by_its_netbios_name_after_the_join() {
    let after = |answered: bool| {
        let joined = found().joins();
        let mut search = Search::new();
        search.now = joined.last().unwrap().time - 20 * SECOND;
        for _ in 0..3 {
            search.wait(700_000_000).netbios_query("DC1", 0x20);
        }
        if answered {
            search.netbios_answer("DC1", (0, 0), DC);
        }
        let mut shots = [joined, search.stops()].concat();
        shots.sort_by_key(|shot| shot.time);
        for (number, shot) in (1..).zip(&mut shots) {
            shot.number = number;
        }
        beside(&shots)
    };
    assert_eq!(after(false), ["LDAP-DNSNAME"]);
    assert!(after(true).is_empty());
}
