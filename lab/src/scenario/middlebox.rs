//! The 0x40 family: something on the way acknowledges what it doesn't deliver, or lets large packets vanish.

use super::Scenario;
use super::fault::{FAILS, Fault, GOOD};
use crate::client::Tool::*;
use crate::router::{Action, Appetite, Rule, Side, When};

const NETNAME_DELETED: &str = "0x40 ERROR_NETNAME_DELETED";

/// A request of more octets has a ticket in it: it isn't the first of a logon.
const WITH_TICKET: usize = 900;

/// A box takes TCP 88, and UDP 88 is closed.
fn box_on_88(scenario: &mut Scenario, appetite: Appetite) {
    scenario.user_of_many_groups();
    scenario.rule("box on TCP 88", When::tcp(88), Action::Middlebox(appetite));
    scenario.rule("UDP 88 dropped", When::udp(88).toward(Side::Server), Action::Drop);
    // Who takes TCP first never asks over UDP.
    scenario.may_rest.push("UDP 88 dropped".to_owned());
    scenario.shows("tcp.srcport == 88 && (ip.ttl == 64 || ipv6.hlim == 64)");
}

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "x40-accel-swallow-all",
        what: "a box on the way takes TCP 88, acknowledges, and delivers nothing",
        tools: &[Adcli, Winjoin],
        change: |scenario| {
            box_on_88(scenario, Appetite::Requests);
            scenario.lacks("kerberos.msg_type == 11");
            scenario.dc_lacks("kerberos.msg_type == 10 && tcp");
        },
        root: &["KRB-PROXYACK"],
        phase: &["P3K"],
        win32: NETNAME_DELETED,
        ..FAILS
    },
    Fault {
        id: "x40-accel-swallow-tgs",
        what: "a box on the way takes TCP 88 and swallows requests with a ticket, acknowledged",
        tools: &[Winjoin, WinjoinEncrypted],
        change: |scenario| {
            box_on_88(scenario, Appetite::RequestsOver(WITH_TICKET));
            scenario.lacks("kerberos.msg_type == 13");
            scenario.dc_lacks("kerberos.msg_type == 12");
        },
        root: &["KRB-PROXYACK"],
        phase: &["P3K"],
        win32: NETNAME_DELETED,
        ..FAILS
    },
    Fault {
        id: "x40-snaplen",
        what: "a box on the way swallows requests with a ticket; the capture has 128 octets of each frame",
        tools: &[Winjoin],
        change: |scenario| {
            box_on_88(scenario, Appetite::RequestsOver(WITH_TICKET));
            scenario.capture.snaplen = Some(128);
        },
        root: &["KRB-PROXYACK"],
        phase: &["P3K"],
        win32: NETNAME_DELETED,
        ..FAILS
    },
    Fault {
        id: "x40-accel-swallow-reply",
        what: "a box on the way takes TCP 88 and swallows the answers to requests with a ticket",
        tools: &[Winjoin, WinjoinEncrypted],
        change: |scenario| {
            box_on_88(scenario, Appetite::AnswersTo(WITH_TICKET));
            scenario.lacks("kerberos.msg_type == 13");
            scenario.dc_shows("kerberos.msg_type == 13");
        },
        root: &["KRB-PROXYACK", "KRB-REPLYLOST-FW"],
        phase: &["P3K"],
        win32: NETNAME_DELETED,
        ..FAILS
    },
    Fault {
        id: "x40-accel-forward-ok",
        what: "a box on the way takes TCP 88 and delivers everything",
        tools: &[Winjoin, WinjoinEncrypted],
        change: |scenario| {
            box_on_88(scenario, Appetite::Nothing);
            scenario.shows("kerberos.msg_type == 13");
        },
        ..GOOD
    },
    Fault {
        id: "x40-article",
        what: "a box on the way takes TCP 88, and between it and the client full-size packets vanish",
        tools: &[Winjoin],
        change: |scenario| {
            box_on_88(scenario, Appetite::Nothing);
            let large = || When::tcp(88).larger_than(700).once_client_sent(700);
            let mut rules = vec![
                Rule::new("large requests dropped", large().toward(Side::Server), Action::Drop),
                Rule::new("large answers dropped", large().toward(Side::Client), Action::Drop),
            ];
            // Between the client and the box.
            rules.append(&mut scenario.plan.rules);
            scenario.plan.rules = rules;
            scenario.lacks("kerberos.msg_type == 13");
            scenario.dc_shows("kerberos.msg_type == 13");
        },
        root: &["KRB-REPLYLOST-MTU", "KRB-PROXYACK"],
        phase: &["P3K"],
        win32: NETNAME_DELETED,
        ..FAILS
    },
    Fault {
        id: "x40-fw-drop-reply",
        what: "a firewall drops large answers on TCP 88 once the client has sent a ticket",
        tools: &[Winjoin, WinjoinEncrypted],
        change: |scenario| {
            scenario.user_of_many_groups();
            let answers = When::tcp(88).toward(Side::Client).larger_than(600).once_client_sent(1500);
            scenario.rule("large answers dropped", answers, Action::Drop);
            scenario.shows("tcp.dstport == 88 && tcp.len > 0");
            scenario.lacks("kerberos.msg_type == 13");
            scenario.dc_shows("kerberos.msg_type == 13");
            scenario.dc_shows("tcp.srcport == 88 && tcp.analysis.retransmission");
        },
        root: &["KRB-REPLYLOST-FW"],
        phase: &["P3K"],
        win32: NETNAME_DELETED,
        ..FAILS
    },
    Fault {
        id: "pmtu-c2s-noprobe",
        what: "packets of more than 600 octets vanish on their way to the controller, without ICMP",
        tools: &[WinjoinNoProbe],
        change: |scenario| {
            scenario.user_of_many_groups();
            let large = When::tcp(0..=u16::MAX).toward(Side::Server).larger_than(600);
            scenario.rule("large packets dropped", large, Action::Drop);
            scenario.shows("tcp.dstport == 88 && tcp.analysis.retransmission");
            scenario.dc_lacks("kerberos.msg_type == 12");
        },
        root: &["KRB-REPLYLOST-MTU"],
        phase: &["P3K"],
        win32: NETNAME_DELETED,
        ..FAILS
    },
    Fault {
        id: "pmtu-both",
        what: "packets of more than 600 octets vanish both ways when a ticket is asked for, without ICMP",
        tools: &[Winjoin],
        change: |scenario| {
            scenario.user_of_many_groups();
            let large = When::tcp(88).larger_than(600).once_client_sent(700);
            scenario.rule("large packets dropped", large, Action::Drop);
            scenario.shows("tcp.dstport == 88 && tcp.analysis.retransmission");
            scenario.lacks("kerberos.msg_type == 13");
            scenario.dc_shows("kerberos.msg_type == 12");
        },
        root: &["KRB-REPLYLOST-MTU"],
        phase: &["P3K"],
        win32: NETNAME_DELETED,
        ..FAILS
    },
    Fault {
        id: "pmtu-c2s-fallback",
        what: "packets of more than 600 octets vanish on their way to the controller; the client finds a size that passes",
        tools: &[Winjoin],
        change: |scenario| {
            scenario.user_of_many_groups();
            let large = When::tcp(0..=u16::MAX).toward(Side::Server).larger_than(600);
            scenario.rule("large packets dropped", large, Action::Drop);
            scenario.shows("tcp.dstport == 88 && tcp.analysis.retransmission");
        },
        also: &["NET-MTU"],
        ..GOOD
    },
];
