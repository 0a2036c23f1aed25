//! P2: is there a suitable controller?

use std::net::IpAddr;

use netlogon_proto::{DsFlags, Opcode};

use super::locator::{misnamed, names_given, same_host};
use super::problem::{Confidence, Goal, Problem};
use super::stall::{counted, icmp_name};
use super::success::same_domain;
use super::{Case, SECOND};
use crate::Phase;
use crate::story::{Contact, Fact, Service};
use crate::tcp::Sight;

/// What goes wrong with LDAP pings, over UDP or on a connection.
pub(crate) fn problems(case: &Case<'_>) -> Vec<Problem> {
    let mut all: Vec<Problem> = case
        .contacts
        .iter()
        .filter(|contact| matches!(contact.service, Service::Ping | Service::Ldap | Service::Ldaps))
        .flat_map(|contact| answers(case, contact))
        .collect();
    let mut servers: Vec<_> = case.with(Service::Ping).map(|contact| contact.server.address).collect();
    servers.sort_unstable();
    servers.dedup();
    for server in servers {
        let to: Vec<_> =
            case.with(Service::Ping).filter(|contact| contact.server.address == server).collect();
        all.extend(silence(case, &to));
    }
    all
}

fn silence(case: &Case<'_>, contacts: &[&Contact]) -> Option<Problem> {
    if contacts.iter().any(|contact| contact.answers > 0) {
        return None;
    }
    let pings: Vec<Sight> = contacts
        .iter()
        .flat_map(|contact| &contact.facts)
        .filter(|told| matches!(told.fact, Fact::Ping { .. }))
        .map(|told| told.at)
        .collect();
    let (first, last) = (*pings.first()?, *pings.last()?);
    let server = contacts.first()?.server.address;
    if let Some(icmp) = contacts.iter().find_map(|contact| contact.icmp) {
        let what =
            format!("The LDAP ping to {server} is answered by ICMP: {} says {}", icmp.from, icmp_name(&icmp));
        // A host that can't be reached is not there; a port that can't be reached is closed.
        let id = match icmp.is_about_host() {
            true if icmp.is_expired() => "NET-TTL",
            true => "PING-NOREPLY",
            false => "PING-ICMP",
        };
        let mut found = Problem::told(id, Phase::P2, first, Goal::Controller, server, what)
            .showing(first.frame, "the ping")
            .showing(icmp.at.frame, format!("ICMP from {}: {}", icmp.from, icmp_name(&icmp)));
        found.certain = icmp.at;
        found.silence = true;
        return Some(found);
    }
    let waited = case.time_after(first);
    if waited < SECOND || (pings.len() < 2 && waited < 3 * SECOND) {
        return None;
    }
    let times = counted(pings.len(), "time");
    if let Some(mut found) = elsewhere(case, server, first) {
        for at in pings.iter().take(4) {
            found = found.showing(at.frame, "LDAP ping, no answer");
        }
        return Some(found.silent(last, Confidence::Medium));
    }
    let (id, what) = if is_unix(case, contacts) {
        ("UNX-CLDAP", format!("{server} does not answer the LDAP ping of a Unix client (asked {times})"))
    } else {
        ("PING-NOREPLY", format!("{server} does not answer the LDAP ping (asked {times})"))
    };
    let mut found = Problem::told(id, Phase::P2, first, Goal::Controller, server, what);
    if let Some(named) = named_by(case, first) {
        found = found.showing(named.frame, "DNS names the domain controllers");
    }
    for at in pings.iter().take(5) {
        found = found.showing(at.frame, "LDAP ping, no answer");
    }
    Some(found.silent(last, if pings.len() > 2 { Confidence::High } else { Confidence::Medium }))
}

/// The last answer of DNS with the domain's controllers before this.
fn named_by(case: &Case<'_>, before: Sight) -> Option<Sight> {
    let told = case.with(Service::Dns).flat_map(|contact| &contact.facts);
    told.filter(|told| {
        let names = matches!(&told.fact, Fact::DnsAnswer { locator: true, found, .. } if *found > 0);
        names && told.at.time <= before.time
    })
    .map(|told| told.at)
    .max_by_key(|at| at.time)
}

/// A client that sends with the time to live of Unix, and that no controller answered.
fn is_unix(case: &Case<'_>, contacts: &[&Contact]) -> bool {
    /// What Unix systems begin with; Windows takes 128.
    const UNIX: u8 = 64;
    contacts.iter().all(|contact| contact.client_hops.is_some_and(|hops| hops <= UNIX))
        && case.with(Service::Ping).all(|contact| contact.answers == 0)
}

/// The controller that DNS said to be at `server` answers at another address that DNS gave as well.
fn elsewhere(case: &Case<'_>, server: IpAddr, first: Sight) -> Option<Problem> {
    // Whatever else came from there: it is no wrong address.
    if case.contacts.iter().any(|contact| contact.server.address == server && contact.heard()) {
        return None;
    }
    let (name, given) = names_given(case, server).next()?;
    let (other, at) = case.with(Service::Ping).find_map(|contact| {
        let other = contact.server.address;
        let told = contact.facts.iter().find(|told| {
            matches!(&told.fact, Fact::PingAnswer { host, .. } if !host.is_empty() && same_host(host, name))
        })?;
        let same_kind = other.is_ipv4() == server.is_ipv4() && other != server;
        (same_kind && names_given(case, other).any(|(given, _)| same_host(given, name)))
            .then_some((other, told.at))
    })?;
    let what =
        format!("DNS gives {server} and {other} as addresses of {name}, and it answers only at {other}");
    let found = Problem::told("DNS-AWRONG", Phase::P2, first, Goal::Controller, server, what)
        .showing(given.frame, format!("DNS: an address of {name} is {server}"))
        .showing(at.frame, format!("{name} answers at {other}"));
    Some(found)
}

fn answers(case: &Case<'_>, contact: &Contact) -> Vec<Problem> {
    let mut all = Vec::new();
    let server = contact.server.address;
    let (mut asked, mut asked_at) = (String::new(), contact.first);
    for told in &contact.facts {
        let mut add = |id, what: String, shows: &str| {
            let mut found = Problem::told(id, Phase::P2, asked_at, Goal::Controller, server, what)
                .showing(asked_at.frame, "the LDAP ping")
                .showing(told.at.frame, shows.to_owned());
            found.certain = told.at;
            all.push(found);
        };
        match &told.fact {
            Fact::Ping { domain, .. } => {
                asked.clone_from(domain);
                asked_at = told.at;
            }
            Fact::PingEmpty => add(
                "PING-EMPTY",
                if asked.contains('.') {
                    format!(
                        "{server} answers the LDAP ping for {asked} with nothing: it does not serve that domain"
                    )
                } else {
                    format!(
                        "{server} answers the LDAP ping for {asked} with nothing: it knows no DNS domain of that name"
                    )
                },
                "an answer without the Netlogon attribute",
            ),
            Fact::PingAnswer { extended: false, .. } => add(
                "PING-NT4EMU",
                format!("{server} answers the LDAP ping like Windows NT 4.0; clients discard that"),
                "an answer in the old form",
            ),
            Fact::PingAnswer { opcode, .. } if opcode.is_paused() => add(
                "PING-PAUSED",
                format!(
                    "{server} says that it is not ready: its Netlogon service is paused or its data not synchronised"
                ),
                "opcode 24: paused",
            ),
            Fact::PingAnswer { domain, host, .. } if !domain.is_empty() && !same_domain(&asked, domain) => {
                match misnamed(case, server, host) {
                    Some((name, given)) => {
                        add(
                            "DNS-AWRONG",
                            format!(
                                "DNS gives {server} as the address of {name}, where {host} answers for {domain}"
                            ),
                            "the answer names another host and another domain",
                        );
                        if let Some(found) = all.last_mut() {
                            let shows = format!("DNS: the address of {name} is {server}");
                            *found = found.clone().showing(given.frame, shows);
                        }
                    }
                    None => add(
                        "PING-DOMAIN",
                        format!("{server} was asked for {asked} and answers for {domain}"),
                        "the answer names another domain",
                    ),
                }
            }
            Fact::PingAnswer { opcode, flags, .. } if *opcode == Opcode::LOGON_SAM_LOGON_RESPONSE_EX => {
                if !flags.contains(DsFlags::NDNC) && !flags.contains(DsFlags::DS) {
                    add(
                        "PING-FLAGS",
                        format!("{server} answers, but is not ready as a directory service"),
                        "the DS flag is not set",
                    );
                } else if !flags.contains(DsFlags::NDNC) && !flags.contains(DsFlags::WRITABLE) {
                    all.push(
                        Problem::told(
                            "PING-FLAGS",
                            Phase::P2,
                            told.at,
                            Goal::Extra,
                            server,
                            format!("{server} is a read-only domain controller"),
                        )
                        .showing(told.at.frame, "the WRITABLE flag is not set")
                        .harmless(),
                    );
                }
            }
            _ => {}
        }
    }
    all
}
