//! Who joins what, through whom, and with which credentials.

use std::net::IpAddr;

use netlogon_proto::DsFlags;

use super::Case;
use super::problem::{Goal, Problem, Success};
use crate::Phase;
use crate::report::Host;
use crate::speak::Names;
use crate::story::{Fact, Proof, Service};

fn facts<'c>(case: &'c Case<'_>) -> impl Iterator<Item = &'c Fact> {
    case.contacts.iter().flat_map(|contact| &contact.facts).map(|told| &told.fact)
}

pub(super) fn domain(case: &Case<'_>) -> Option<String> {
    named_domain(case).map(|name| name.trim_end_matches('.').to_owned())
}

fn named_domain(case: &Case<'_>) -> Option<String> {
    let pinged = facts(case).find_map(|fact| match fact {
        Fact::Ping { domain, .. } | Fact::PingAnswer { domain, .. } if !domain.is_empty() => {
            Some(domain.clone())
        }
        _ => None,
    });
    pinged.or_else(|| {
        facts(case).find_map(|fact| match fact {
            Fact::DnsLocate { domain, .. } => Some(domain.clone()),
            _ => None,
        })
    })
}

pub(super) fn client_name(case: &Case<'_>) -> Option<String> {
    facts(case).find_map(|fact| match fact {
        Fact::Ping { host, .. } if !host.is_empty() => Some(host.clone()),
        _ => None,
    })
}

pub(super) fn account_name(case: &Case<'_>) -> Option<String> {
    facts(case).find_map(|fact| match fact {
        Fact::AsReq { cname, .. } if !cname.ends_with('$') => Some(cname.clone()),
        Fact::SmbSetup { proof: Some(Proof::Ntlm(Some(name))) }
        | Fact::LdapBind { proof: Some(Proof::Ntlm(Some(name))) }
            if !name.is_empty() && !name.ends_with('$') =>
        {
            Some(name.clone())
        }
        _ => None,
    })
}

/// The controller that the join went to: by its SMB session, else its LDAP connection, else its ping.
pub(super) fn chosen(case: &Case<'_>, names: &Names) -> Option<Host> {
    let address = chosen_address(case)?;
    let name = names.host(address);
    let text = address.to_string();
    Some(Host { name: (name != text).then_some(name), address: text })
}

pub(super) fn chosen_address(case: &Case<'_>) -> Option<IpAddr> {
    let by = |service: Service| {
        case.with(service).find(|contact| contact.heard()).map(|contact| contact.server.address)
    };
    by(Service::Smb)
        .or_else(|| by(Service::Ldap))
        .or_else(|| by(Service::Ldaps))
        .or_else(|| by(Service::Ping))
        .or_else(|| by(Service::Kerberos))
}

/// Where the tickets came from, when that was not the chosen controller.
fn tickets(case: &Case<'_>, names: &Names) -> String {
    let accepted = "Tickets were issued and accepted".to_owned();
    let Some(chosen) = chosen(case, names) else { return accepted };
    let kdcs: Vec<String> = case
        .with(Service::Kerberos)
        .filter(|contact| {
            contact.facts.iter().any(|told| matches!(told.fact, Fact::AsRep { .. } | Fact::TgsRep { .. }))
        })
        .map(|contact| contact.server.address.to_string())
        .collect();
    if kdcs.contains(&chosen.address) {
        return accepted;
    }
    let Some(kdc) = kdcs.first() else { return accepted };
    let name = chosen.name.as_deref().unwrap_or(&chosen.address);
    let short = name.split('.').next().filter(|_| chosen.name.is_some()).unwrap_or(name);
    let told = |without: bool| {
        case.contacts.iter().filter(|contact| contact.server.address.to_string() == chosen.address).any(
            |contact| {
                contact.facts.iter().any(|told| match &told.fact {
                    Fact::PingAnswer { flags, extended: true, .. } => flags.contains(DsFlags::KDC) != without,
                    _ => false,
                })
            },
        )
    };
    if told(true) && !told(false) {
        format!("{accepted}. Kerberos went to {kdc} because {short} does not advertise a KDC")
    } else {
        format!("{accepted}. Kerberos went to {kdc}, the rest to {short}")
    }
}

pub(super) fn credentials(
    case: &Case<'_>,
    names: &Names,
    successes: &[Success],
    survived: &[Problem],
) -> (&'static str, String) {
    // The SMB session is what a join stands on; what binds to LDAP may be another's work.
    let last = |goal: &Goal| successes.iter().rev().find(|success| success.goal == *goal);
    match last(&Goal::Smb).or_else(|| last(&Goal::Ldap)) {
        Some(success) if success.ntlm => {
            let tried = facts(case).any(|fact| matches!(fact, Fact::AsReq { .. } | Fact::TgsReq { .. }));
            let why = match survived.iter().find(|problem| problem.phase == Phase::P3K) {
                Some(problem) => format!("NTLM because Kerberos failed: {}", problem.what),
                None if tried => "NTLM although tickets were there".to_owned(),
                None => "NTLM: no Kerberos request was seen".to_owned(),
            };
            ("ntlm", why)
        }
        Some(success) if success.ticket => ("kerberos", tickets(case, names)),
        Some(_) => {
            ("unknown", "A session was accepted, and the capture doesn't show what proved it".to_owned())
        }
        None if facts(case).any(|fact| {
            matches!(fact, Fact::SmbSetup { .. } | Fact::LdapBind { .. } | Fact::AsReq { .. })
        }) =>
        {
            ("unknown", "No session was accepted".to_owned())
        }
        None => ("none", "The join did not get as far as showing credentials".to_owned()),
    }
}
