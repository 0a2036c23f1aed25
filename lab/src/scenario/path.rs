//! The path as a whole: noise that a join survives, and a controller that dies.

use super::Scenario;
use super::fault::{FAILS, Fault, GOOD};
use crate::client::Tool::*;
use crate::router::{Action, Kind, Side, When};
use std::time::Duration;

/// Delays all packets, each way by half of this time.
fn round_trip(scenario: &mut Scenario, time: Duration, jitter: Duration) {
    scenario.rule("delayed", When::any(), Action::Delay { by: time / 2, jitter });
}

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "netem-delay",
        what: "half a second from the client to the controller and back",
        tools: &[SambaTool, Winjoin, Adcli, NetAdsKerberos],
        change: |scenario| {
            round_trip(scenario, Duration::from_millis(500), Duration::ZERO);
            scenario.shows("tcp.analysis.ack_rtt > 0.3");
        },
        ..GOOD
    },
    Fault {
        id: "netem-loss",
        what: "one packet of twenty is lost",
        tools: &[Winjoin, WinjoinNtlm],
        change: |scenario| {
            // Clients ask DNS once only.
            scenario.rule("lost", When::tcp(0..=u16::MAX), Action::Lose(0.05));
            scenario.shows("tcp.analysis.retransmission");
        },
        ..GOOD
    },
    Fault {
        id: "netem-loss-heavy",
        what: "18 packets of a hundred are lost, and 60 ms to the controller and back",
        tools: &[Adcli],
        change: |scenario| {
            scenario.rule("lost", When::tcp(0..=u16::MAX), Action::Lose(0.18));
            round_trip(scenario, Duration::from_millis(60), Duration::ZERO);
            scenario.shows("tcp.analysis.retransmission");
        },
        also: &["NET-LOSS"],
        ..GOOD
    },
    Fault {
        id: "netem-reorder",
        what: "packets overtake each other, and some come twice",
        tools: &[NetAdsKerberos, Winjoin, Adcli, SambaTool],
        change: |scenario| {
            scenario.rule("twice", When::any(), Action::Duplicate(0.05));
            let late = Action::HoldBack { chance: 0.25, by: Duration::from_millis(4) };
            scenario.rule("overtaken", When::any(), late);
            scenario.shows(
                "tcp.analysis.out_of_order || tcp.analysis.duplicate_ack || tcp.analysis.retransmission \
                 || tcp.analysis.spurious_retransmission",
            );
        },
        ..GOOD
    },
    Fault {
        id: "dc-dies",
        what: "the controller dies when the client sets up the SMB session",
        tools: &[Winjoin, WinjoinNtlm],
        change: |scenario| {
            let moment = When::tcp(445).toward(Side::Server).kind(Kind::Payload).once_client_sent(400);
            scenario.rule("nothing any more", moment, Action::DropAllFromNow);
            scenario.shows("tcp.dstport == 445 && tcp.len > 0");
        },
        root: &["DC-VANISHED", "SMB-TIMEOUT"],
        phase: &["P3"],
        win32: "0x40 ERROR_NETNAME_DELETED",
        ..FAILS
    },
    Fault {
        id: "dc-dies-ldap",
        what: "the controller dies when the client is at LDAP",
        tools: &[NetAdsKerberos, Winjoin],
        change: |scenario| {
            let moment = When::tcp(389).toward(Side::Server).kind(Kind::Payload).once_client_sent(300);
            scenario.rule("nothing any more", moment, Action::DropAllFromNow);
            scenario.shows("tcp.dstport == 389 && tcp.len > 0");
        },
        root: &["DC-VANISHED"],
        phase: &["P5"],
        win32: "0x40 ERROR_NETNAME_DELETED (0x203A ERROR_DS_SERVER_DOWN)",
        ..FAILS
    },
];
