//! The LDAP ping gets no answer, or a wrong one.

use super::fault::{FAILS, Fault};
use crate::client::Tool::*;
use crate::domain::Setting;
use crate::router::{Action, Origin, Side, Unreachable, When};

const NO_SUCH_DOMAIN: &str = "0x54B ERROR_NO_SUCH_DOMAIN";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "cldap-drop",
        what: "the router drops UDP 389",
        tools: &[Winjoin, WinjoinNtlm],
        change: |scenario| {
            scenario.rule("UDP 389 dropped", When::udp(389).toward(Side::Server), Action::Drop);
            scenario.shows("udp.dstport == 389");
            scenario.lacks("udp.srcport == 389");
        },
        root: &["PING-NOREPLY", "UNX-CLDAP"],
        phase: &["P2"],
        win32: NO_SUCH_DOMAIN,
        ..FAILS
    },
    Fault {
        id: "cldap-icmp",
        what: "the router answers UDP 389 with ICMP port unreachable",
        tools: &[Winjoin, WinjoinNtlm],
        change: |scenario| {
            let refuse = Action::Refuse(Unreachable::Port, Origin::Path);
            scenario.rule("UDP 389 refused", When::udp(389).toward(Side::Server), refuse);
            // Other ports are closed too.
            scenario.shows(
                "udp.dstport == 389 \
                 && ((icmp.type == 3 && icmp.code == 3) || (icmpv6.type == 1 && icmpv6.code == 4))",
            );
        },
        root: &["PING-ICMP", "UNX-CLDAP"],
        phase: &["P2"],
        win32: NO_SUCH_DOMAIN,
        ..FAILS
    },
    Fault {
        id: "cldap-wrong-domain",
        what: "the answers to the LDAP ping name another domain",
        tools: &[Winjoin, WinjoinNtlm],
        change: |scenario| {
            let domain = scenario.site.domain();
            let label = domain.split('.').next().unwrap_or_default();
            let other: String = label.chars().rev().collect();
            let rewrite = Action::Rewrite { find: label.into(), put: other.clone().into(), any_case: true };
            scenario.rule("another domain", When::udp(389).toward(Side::Client), rewrite);
            scenario.shows(format!("udp.srcport == 389 && frame contains \"{other}\""));
        },
        root: &["PING-DOMAIN", "DNS-AWRONG"],
        phase: &["P2"],
        win32: NO_SUCH_DOMAIN,
        ..FAILS
    },
    Fault {
        id: "ldap-service-down",
        what: "LDAP doesn't run on the controller, over UDP and TCP",
        tools: &[Adcli, Winjoin],
        change: |scenario| {
            scenario.setting(Setting::NoLdap);
            scenario
                .shows("icmp.type == 3 || icmpv6.type == 1 || (tcp.srcport == 389 && tcp.flags.reset == 1)");
            scenario.lacks("udp.srcport == 389");
        },
        root: &["PING-ICMP", "PING-NOREPLY", "LDAP-389", "UNX-CLDAP"],
        phase: &["P2", "P5"],
        win32: NO_SUCH_DOMAIN,
        ..FAILS
    },
];
