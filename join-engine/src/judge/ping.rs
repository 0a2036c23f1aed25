//! P2: is there a suitable controller?

use netlogon_proto::{DsFlags, Opcode};

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
        .flat_map(|contact| answers(contact))
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
    let what = format!("{server} does not answer the LDAP ping (asked {})", counted(pings.len(), "time"));
    let mut found = Problem::told("PING-NOREPLY", Phase::P2, first, Goal::Controller, server, what);
    for at in pings.iter().take(5) {
        found = found.showing(at.frame, "LDAP ping, no answer");
    }
    Some(found.silent(last, if pings.len() > 2 { Confidence::High } else { Confidence::Medium }))
}

fn answers(contact: &Contact) -> Vec<Problem> {
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
                format!(
                    "{server} answers the LDAP ping for {asked} with nothing: it does not serve that domain"
                ),
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
            Fact::PingAnswer { domain, .. } if !domain.is_empty() && !same_domain(&asked, domain) => add(
                "PING-DOMAIN",
                format!("{server} was asked for {asked} and answers for {domain}"),
                "the answer names another domain",
            ),
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
