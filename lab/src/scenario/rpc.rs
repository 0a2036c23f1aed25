//! The endpoint mapper, the ports that it names, and the secure channel.

use super::fault::{FAILS, Fault};
use crate::client::Tool::*;
use crate::domain::Setting;
use crate::router::{Action, Origin, Side, Unreachable, When};

const SERVER_UNAVAILABLE: &str = "0x6BA RPC_S_SERVER_UNAVAILABLE";

/// The endpoint mapper says `ept_s_not_registered`.
const NOT_REGISTERED: &str = "epm.rc == 0x16c9a0d6";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "epm135-drop",
        what: "the router drops TCP 135",
        tools: &[Winjoin, WinjoinNtlm, WinjoinEncrypted],
        change: |scenario| {
            scenario.rule("TCP 135 dropped", When::tcp(135).toward(Side::Server), Action::Drop);
            scenario.shows("tcp.dstport == 135 && tcp.flags.syn == 1");
            scenario.lacks("tcp.srcport == 135");
        },
        root: &["RPC-135"],
        phase: &["P6"],
        win32: SERVER_UNAVAILABLE,
        ..FAILS
    },
    Fault {
        id: "epm135-rst",
        what: "the router answers TCP 135 with RST",
        tools: &[WinjoinNtlm, Winjoin, WinjoinEncrypted],
        change: |scenario| {
            scenario.rule("TCP 135 reset", When::tcp(135).toward(Side::Server), Action::Reset(Origin::Path));
            scenario.shows("tcp.srcport == 135 && tcp.flags.reset == 1");
        },
        root: &["RPC-135"],
        phase: &["P6"],
        win32: SERVER_UNAVAILABLE,
        ..FAILS
    },
    Fault {
        id: "epm135-icmp",
        what: "the router answers TCP 135 with ICMP host unreachable",
        tools: &[Winjoin, WinjoinNtlm],
        change: |scenario| {
            let refuse = Action::Refuse(Unreachable::Host, Origin::Path);
            scenario.rule("TCP 135 unreachable", When::tcp(135).toward(Side::Server), refuse);
            scenario.shows("(icmp.type == 3 && icmp.code == 1) || (icmpv6.type == 1 && icmpv6.code == 3)");
        },
        root: &["RPC-135"],
        phase: &["P6"],
        win32: SERVER_UNAVAILABLE,
        ..FAILS
    },
    Fault {
        id: "epm-not-registered",
        what: "DRSUAPI isn't registered at the endpoint mapper",
        tools: &[Winjoin, WinjoinNtlm],
        change: |scenario| {
            scenario.setting(Setting::NoDrsuapi);
            scenario.shows(NOT_REGISTERED);
        },
        root: &["RPC-EPMAP"],
        phase: &["P6"],
        win32: "0x6D9 EPT_S_NOT_REGISTERED",
        ..FAILS
    },
    Fault {
        id: "rpcdyn-drop",
        what: "the router drops TCP 49152 to 65535 towards the controller",
        tools: &[Winjoin, WinjoinNtlm, WinjoinEncrypted],
        change: |scenario| {
            let dynamic = When::tcp(49152..=65535).toward(Side::Server);
            scenario.rule("dynamic ports dropped", dynamic, Action::Drop);
            scenario.shows("tcp.dstport >= 49152 && tcp.flags.syn == 1 && tcp.flags.ack == 0");
            scenario.lacks("tcp.srcport >= 49152 && tcp.flags.syn == 1 && tcp.flags.ack == 1");
        },
        root: &["RPC-DYN"],
        phase: &["P7"],
        win32: SERVER_UNAVAILABLE,
        ..FAILS
    },
    Fault {
        id: "rpcdyn-rst",
        what: "the router answers TCP 49152 to 65535 with RST",
        tools: &[Winjoin, WinjoinNtlm],
        change: |scenario| {
            let dynamic = When::tcp(49152..=65535).toward(Side::Server);
            scenario.rule("dynamic ports reset", dynamic, Action::Reset(Origin::Path));
            // The client's own ports are as high.
            scenario.shows("tcp.srcport >= 49152 && tcp.dstport >= 49152 && tcp.flags.reset == 1");
        },
        root: &["RPC-DYN"],
        phase: &["P7"],
        win32: SERVER_UNAVAILABLE,
        ..FAILS
    },
    Fault {
        id: "netlogon-badpw",
        what: "the secure channel uses a machine password that the controller doesn't have",
        tools: &[WinjoinWrongMachinePassword],
        change: |scenario| scenario.shows("frame contains 22:00:00:c0"),
        root: &["NL-BADCRED"],
        phase: &["P9"],
        win32: "0x5 ERROR_ACCESS_DENIED",
        ..FAILS
    },
    Fault {
        id: "epm-service-down",
        what: "nothing listens on the controller's TCP 135",
        tools: &[Winjoin, WinjoinNtlm],
        change: |scenario| {
            scenario.setting(Setting::NoEndpointMapper);
            scenario.shows("tcp.srcport == 135 && tcp.flags.reset == 1");
        },
        root: &["RPC-135"],
        phase: &["P6"],
        win32: SERVER_UNAVAILABLE,
        ..FAILS
    },
    Fault {
        id: "netlogon-not-registered",
        what: "NETLOGON isn't registered at the endpoint mapper",
        tools: &[Winjoin, WinjoinNtlm],
        change: |scenario| {
            scenario.setting(Setting::NoNetlogon);
            scenario.shows(NOT_REGISTERED);
        },
        root: &["RPC-EPMAP", "NL-STOPPED"],
        phase: &["P6", "P9"],
        win32: "0x6D9 EPT_S_NOT_REGISTERED",
        ..FAILS
    },
];
