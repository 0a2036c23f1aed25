//! Joins that nothing is wrong with, some of which look as if there were.

use super::fault::{Fault, GOOD};
use crate::client::Tool::{self, *};
use crate::domain::Setting;
use std::net::Ipv6Addr;

const fn plain(id: &'static str, tools: &'static [Tool]) -> Fault {
    Fault { id, tools, ..GOOD }
}

pub(super) const FAULTS: &[Fault] = &[
    plain("ok-net-ads-krb", &[NetAdsKerberos]),
    plain("ok-net-ads-ntlm", &[NetAdsNtlm]),
    plain("ok-net-rpc", &[NetRpc]),
    plain("ok-samba-tool", &[SambaTool]),
    plain("ok-adcli", &[Adcli]),
    plain("ok-realm", &[Realm]),
    plain("ok-realm-samba", &[RealmSamba]),
    plain("ok-msktutil", &[Msktutil]),
    plain("ok-impacket-samr", &[Impacket]),
    plain("ok-winjoin", &[Winjoin]),
    plain("ok-winjoin-ntlm", &[WinjoinNtlm]),
    plain("ok-winjoin-udp", &[WinjoinUdp]),
    plain("ok-winjoin-ldap", &[WinjoinLdap]),
    Fault {
        id: "ok-dnsupdate",
        tools: &[NetAdsDnsUpdate],
        change: |scenario| scenario.shows("dns.flags.opcode == 5"),
        ..GOOD
    },
    plain("ok-smb3enc", &[WinjoinEncrypted]),
    Fault {
        id: "ok-ldaps",
        what: "none; LDAP inside TLS",
        tools: &[AdcliLdaps],
        change: |scenario| scenario.setting(Setting::SaslOverTls),
        ..GOOD
    },
    Fault {
        id: "ok-reuse-existing",
        what: "none; the computer account exists, and the administrator may use it again",
        tools: &[Winjoin, NetAdsKerberos, Adcli, WinjoinNtlm, WinjoinLdap],
        change: |scenario| scenario.setting(Setting::Computer(scenario.site.client.clone())),
        ..GOOD
    },
    Fault {
        id: "ok-ordinary-user",
        what: "none; an ordinary user who may create computer accounts",
        tools: &[Winjoin, NetAdsKerberos, WinjoinLdap],
        change: |scenario| {
            let user = scenario.user("joiner");
            scenario.setting(Setting::MayCreate(user));
        },
        ..GOOD
    },
    Fault {
        id: "ok-failover-dc",
        what: "none; DNS names another controller first, which is gone, and the client takes the next",
        tools: &[Winjoin],
        change: |scenario| {
            let gone = scenario.site.absent_dc();
            scenario.setting(Setting::OtherDc(gone));
        },
        ..GOOD
    },
    Fault {
        id: "ok-vlan",
        what: "none; captured on a trunk port",
        tools: &[Winjoin, NetAdsKerberos, Adcli],
        change: |scenario| {
            scenario.capture.vlan = Some(214);
            scenario.shows("vlan.id == 214");
        },
        ..GOOD
    },
    Fault {
        id: "dnsupdate-refused",
        what: "the controller takes no DNS updates; the join itself is fine",
        tools: &[NetAdsDnsUpdate],
        change: |scenario| {
            scenario.setting(Setting::NoDnsUpdates);
            scenario.shows("dns.flags.opcode == 5 && dns.flags.response == 1 && dns.flags.rcode != 0");
        },
        also: &["DNS-UPDATE"],
        ..GOOD
    },
    plain("ok-winjoin-rc4", &[WinjoinRc4]),
    plain("ok-winjoin-smb21", &[WinjoinOldDialect]),
    Fault {
        id: "ok-other-site",
        what: "none; the client's network belongs to a site that has no controller",
        tools: &[Winjoin, NetAdsKerberos, Adcli],
        change: |scenario| {
            let [a, b, c, _] = scenario.site.client_leg.host.octets();
            let [s, t, u, v, ..] = scenario.site.client_leg.host6.segments();
            let network = if scenario.site.family.has_v4() {
                format!("{a}.{b}.{c}.0/24")
            } else {
                format!("{}/64", Ipv6Addr::new(s, t, u, v, 0, 0, 0, 0))
            };
            scenario.setting(Setting::OtherSite(network));
        },
        ..GOOD
    },
];
