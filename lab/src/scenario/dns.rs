//! The client doesn't find a controller in DNS, or a wrong one.

use super::fault::{FAILS, Fault};
use crate::client::Tool::{self, *};
use crate::domain::Setting;
use crate::router::{Action, Forgery, Origin, Question, Side, Unreachable, When};

/// They look for the controller in DNS.
const ASK: &[Tool] = &[Winjoin, NetAdsKerberos, Adcli, SambaTool, Realm, WinjoinNtlm];

/// The code of all of these.
const NO_SUCH_DOMAIN: &str = "0x54B ERROR_NO_SUCH_DOMAIN";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "dns-unreachable",
        what: "the router drops DNS, UDP and TCP 53",
        tools: ASK,
        change: |scenario| {
            scenario.rule("DNS dropped", When::ports(53).toward(Side::Server), Action::Drop);
            scenario.shows("dns.flags.response == 0");
            scenario.lacks("dns.flags.response == 1");
        },
        root: &["DNS-TIMEOUT"],
        phase: &["P1"],
        win32: "0x54B ERROR_NO_SUCH_DOMAIN (0x5B4 ERROR_TIMEOUT)",
        ..FAILS
    },
    Fault {
        id: "dns-answers-lost",
        what: "the router drops the answers of DNS",
        tools: ASK,
        change: |scenario| {
            scenario.rule("DNS answers dropped", When::ports(53).toward(Side::Client), Action::Drop);
            scenario.shows("dns.flags.response == 0");
            scenario.lacks("dns.flags.response == 1");
        },
        root: &["DNS-TIMEOUT"],
        phase: &["P1"],
        win32: NO_SUCH_DOMAIN,
        ..FAILS
    },
    Fault {
        id: "dns-port-unreach",
        what: "the router answers DNS with ICMP port unreachable",
        tools: &[Adcli, Winjoin, NetAdsKerberos, SambaTool, Realm],
        change: |scenario| {
            let refuse = Action::Refuse(Unreachable::Port, Origin::Path);
            scenario.rule("DNS refused", When::udp(53).toward(Side::Server), refuse);
            // Other ports are closed too.
            scenario.shows(
                "udp.dstport == 53 \
                 && ((icmp.type == 3 && icmp.code == 3) || (icmpv6.type == 1 && icmpv6.code == 4))",
            );
        },
        root: &["DNS-UNREACH", "DNS-TIMEOUT"],
        phase: &["P1"],
        win32: NO_SUCH_DOMAIN,
        ..FAILS
    },
    Fault {
        id: "dns-srv-nxdomain",
        what: "DNS answers NXDOMAIN for every SRV record",
        tools: &[NetAdsKerberos, Winjoin, Adcli, SambaTool, Realm],
        change: |scenario| {
            let forge = Action::Dns(Question::services(), Forgery::NxDomain);
            scenario.rule("SRV: NXDOMAIN", When::udp(53), forge);
            scenario.shows("dns.qry.type == 33 && dns.flags.rcode == 3");
        },
        root: &["DNS-NXDOMAIN"],
        phase: &["P1"],
        win32: "0x54B ERROR_NO_SUCH_DOMAIN (0x232B DNS_ERROR_RCODE_NAME_ERROR)",
        ..FAILS
    },
    Fault {
        id: "dns-srv-nodata",
        what: "DNS answers without records for every SRV record",
        tools: &[Winjoin, NetAdsKerberos, Adcli, SambaTool, Realm],
        change: |scenario| {
            let forge = Action::Dns(Question::services(), Forgery::NoData);
            scenario.rule("SRV: no data", When::udp(53), forge);
            scenario.shows(
                "dns.qry.type == 33 && dns.flags.response == 1 && dns.flags.rcode == 0 && dns.count.answers == 0",
            );
        },
        root: &["DNS-NOSRV"],
        phase: &["P1"],
        win32: NO_SUCH_DOMAIN,
        ..FAILS
    },
    Fault {
        id: "dns-srv-servfail",
        what: "DNS answers SERVFAIL for every SRV record",
        tools: &[Winjoin, NetAdsKerberos, Adcli, SambaTool, Realm],
        change: |scenario| {
            let forge = Action::Dns(Question::services(), Forgery::ServFail);
            scenario.rule("SRV: SERVFAIL", When::udp(53), forge);
            scenario.shows("dns.flags.rcode == 2");
        },
        root: &["DNS-SERVFAIL"],
        phase: &["P1"],
        win32: "0x54B ERROR_NO_SUCH_DOMAIN (0x232A DNS_ERROR_RCODE_SERVER_FAILURE)",
        ..FAILS
    },
    Fault {
        id: "dns-refused",
        what: "the DNS server refuses to answer",
        tools: &[Winjoin, NetAdsKerberos, Adcli, SambaTool, Realm],
        change: |scenario| {
            scenario.rule("DNS: refused", When::udp(53), Action::Dns(Question::any(), Forgery::Refused));
            scenario.shows("dns.flags.rcode == 5");
        },
        root: &["DNS-REFUSED"],
        phase: &["P1"],
        win32: NO_SUCH_DOMAIN,
        ..FAILS
    },
    Fault {
        id: "dns-typo-domain",
        what: "the user typed a domain that doesn't exist; the controller's own DNS says so",
        tools: &[Adcli, Winjoin, Realm],
        change: |scenario| {
            scenario.domain = format!("corpp.{}", scenario.domain);
            scenario.shows("dns.flags.response == 1 && (dns.flags.rcode == 3 || dns.flags.rcode == 5)");
        },
        root: &["DNS-NXDOMAIN", "DNS-REFUSED"],
        phase: &["P1"],
        win32: NO_SUCH_DOMAIN,
        ..FAILS
    },
    Fault {
        id: "dns-dc-a-missing",
        what: "the SRV records name a controller that has no address record",
        tools: &[Winjoin, Adcli],
        change: |scenario| {
            let forge = Action::Dns(Question::addresses(scenario.site.dc_name()), Forgery::NxDomain);
            scenario.rule("A and AAAA: NXDOMAIN", When::udp(53), forge);
            scenario.shows("(dns.qry.type == 1 || dns.qry.type == 28) && dns.flags.rcode == 3");
        },
        root: &["DNS-AMISSING"],
        phase: &["P1"],
        win32: NO_SUCH_DOMAIN,
        ..FAILS
    },
    Fault {
        id: "dns-srv-dead-dc",
        what: "the SRV records name a controller that is gone",
        tools: &[Winjoin],
        change: |scenario| {
            let gone = format!("retired7.{}", scenario.site.domain());
            let service = Forgery::Service { target: gone.clone(), port: 389 };
            let address = Forgery::Address(scenario.site.absent_dc());
            scenario.rule("SRV: another", When::udp(53), Action::Dns(Question::services(), service));
            let asks = Question::addresses(gone);
            scenario.rule("address of the other", When::udp(53), Action::Dns(asks, address));
            scenario.shows("udp.dstport == 389");
            scenario.lacks("udp.srcport == 389");
        },
        root: &["PING-NOREPLY", "DNS-AWRONG"],
        phase: &["P2"],
        win32: NO_SUCH_DOMAIN,
        ..FAILS
    },
    Fault {
        id: "dns-srv-removed",
        what: "the controller's DNS has no SRV records",
        tools: &[Winjoin, Adcli, Realm],
        change: |scenario| {
            scenario.setting(Setting::NoSrv);
            scenario.shows("dns.qry.type == 33 && dns.flags.response == 1");
        },
        root: &["DNS-NXDOMAIN", "DNS-NOSRV"],
        phase: &["P1"],
        win32: NO_SUCH_DOMAIN,
        ..FAILS
    },
];
