//! LDAP doesn't answer, or not like this.

use super::fault::{FAILS, Fault};
use crate::client::Tool::*;
use crate::domain::Setting;
use crate::router::{Action, Origin, Side, Unreachable, When};

const SERVER_DOWN: &str = "0x51 LDAP_SERVER_DOWN (0x203A ERROR_DS_SERVER_DOWN)";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "ldap389-drop",
        what: "the router drops TCP 389",
        tools: &[NetAdsKerberos, Winjoin, WinjoinNtlm, Adcli],
        change: |scenario| {
            scenario.rule("TCP 389 dropped", When::tcp(389).toward(Side::Server), Action::Drop);
            scenario.shows("tcp.dstport == 389 && tcp.flags.syn == 1");
            scenario.lacks("tcp.srcport == 389");
        },
        root: &["LDAP-389"],
        phase: &["P5"],
        win32: SERVER_DOWN,
        ..FAILS
    },
    Fault {
        id: "ldap389-rst",
        what: "the router answers TCP 389 with RST",
        tools: &[Adcli, Winjoin, NetAdsKerberos],
        change: |scenario| {
            scenario.rule("TCP 389 reset", When::tcp(389).toward(Side::Server), Action::Reset(Origin::Path));
            scenario.shows("tcp.srcport == 389 && tcp.flags.reset == 1");
        },
        root: &["LDAP-389"],
        phase: &["P5"],
        win32: SERVER_DOWN,
        ..FAILS
    },
    Fault {
        id: "ldap389-icmp",
        what: "the router answers TCP 389 with ICMP that says a filter forbids it",
        tools: &[Winjoin, NetAdsKerberos, Adcli],
        change: |scenario| {
            let refuse = Action::Refuse(Unreachable::Prohibited, Origin::Path);
            scenario.rule("TCP 389 prohibited", When::tcp(389).toward(Side::Server), refuse);
            scenario.shows("(icmp.type == 3 && icmp.code == 13) || (icmpv6.type == 1 && icmpv6.code == 1)");
        },
        root: &["LDAP-389"],
        phase: &["P5"],
        win32: SERVER_DOWN,
        ..FAILS
    },
    Fault {
        id: "ldap-strong-auth",
        what: "the client doesn't sign LDAP, and the controller requires it",
        tools: &[WinjoinPlainLdap],
        change: |scenario| {
            scenario.setting(Setting::StrongAuth);
            scenario.shows("ldap.resultCode == 8");
        },
        root: &["LDAP-STRONG"],
        phase: &["P5"],
        win32: "0x2028 ERROR_DS_STRONG_AUTH_REQUIRED",
        ..FAILS
    },
    Fault {
        id: "ldaps636-drop",
        what: "the router drops TCP 636",
        tools: &[AdcliLdaps],
        change: |scenario| {
            scenario.rule("TCP 636 dropped", When::tcp(636).toward(Side::Server), Action::Drop);
            scenario.shows("tcp.dstport == 636 && tcp.flags.syn == 1");
            scenario.lacks("tcp.srcport == 636");
        },
        root: &["LDAPS-636", "LDAP-389"],
        phase: &["P5"],
        win32: SERVER_DOWN,
        ..FAILS
    },
    Fault {
        id: "ldaps-cert-untrusted",
        what: "the client doesn't trust the controller's certificate",
        tools: &[AdcliLdapsStrict],
        change: |scenario| scenario.shows("tcp.port == 636"),
        root: &["LDAPS-CERT", "LDAPS-CLOSED", "SEALED"],
        phase: &["P5"],
        win32: "0x51 LDAP_SERVER_DOWN (0x80090325 SEC_E_UNTRUSTED_ROOT)",
        ..FAILS
    },
    Fault {
        id: "ldaps-channel-binding",
        what: "SASL inside TLS, which the controller refuses; the refusal is inside TLS too",
        tools: &[AdcliLdaps],
        change: |scenario| scenario.shows("tcp.port == 636"),
        root: &["SEALED", "LDAP-STRONG", "LDAPS-CLOSED"],
        phase: &["P5"],
        win32: "0x80090346 SEC_E_BAD_BINDINGS",
        ..FAILS
    },
];
