//! NetBIOS names: the client's own, which another host may have, and the controller's, which is looked
//! for at the end of some joins.

use super::problem::{Confidence, Goal, Problem, Success};
use super::{Case, SECOND};
use crate::Phase;
use crate::story::{Aside, Fact, NetbiosAnswer, Overheard, Service};
use dns_proto::nbns;

/// What NetBIOS names tell.
pub(crate) fn problems(case: &Case<'_>, successes: &[Success]) -> Vec<Problem> {
    let mut all = in_use(case);
    all.extend(controller_unknown(case, successes));
    all
}

/// Names by which the client calls itself.
fn own_names(case: &Case<'_>) -> Vec<String> {
    let claimed = case.overheard().filter_map(|said| match &said.aside {
        Aside::NetbiosAsked { name, claims: true, suffix } if nbns::MACHINE.contains(suffix) => {
            Some(name.clone())
        }
        _ => None,
    });
    let said = case.contacts.iter().flat_map(|contact| &contact.facts).filter_map(|told| match &told.fact {
        Fact::Ping { host, .. } if !host.is_empty() => Some(host.clone()),
        _ => None,
    });
    claimed.chain(said).collect()
}

/// Another host has the client's name.
fn in_use(case: &Case<'_>) -> Vec<Problem> {
    let own = own_names(case);
    let mut all: Vec<Problem> = Vec::new();
    for Overheard { at, aside } in case.overheard() {
        let Aside::NetbiosTold { name, suffix, from, owner, answer } = aside else { continue };
        if !nbns::MACHINE.contains(suffix) || !own.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            continue;
        }
        let (id, what, shows) = match answer {
            NetbiosAnswer::Found => (
                "LOC-NAMEINUSE",
                format!("{owner} has the client's own NetBIOS name {name}"),
                format!("{from} answers the question for {name}<{suffix:02x}>"),
            ),
            NetbiosAnswer::Taken => (
                "LOC-NAMEINUSE",
                format!("{owner} has the NetBIOS name {name} already, and the client's claim is refused"),
                format!("{from} refuses the claim to {name}<{suffix:02x}>"),
            ),
            NetbiosAnswer::Conflict => (
                "LOC-NAME",
                format!("{from} says that the NetBIOS name {name} is in conflict: the client can't use it"),
                format!("{from} tells of a conflict about {name}<{suffix:02x}>"),
            ),
        };
        match all.iter_mut().find(|known| known.id == id && known.what == what) {
            Some(known) => *known = known.clone().showing(at.frame, shows),
            None => {
                // A client that stops for this says so in its own log only.
                let mut found = Problem::told(id, Phase::P1, *at, Goal::Extra, *owner, what)
                    .showing(at.frame, shows)
                    .harmless();
                found.confidence = Confidence::Medium;
                all.push(found);
            }
        }
    }
    all
}

/// After the join the client asks for the controller by its NetBIOS name, and nobody answers.
fn controller_unknown(case: &Case<'_>, successes: &[Success]) -> Option<Problem> {
    let joined = successes
        .iter()
        .filter(|success| matches!(success.goal, Goal::Account | Goal::Password | Goal::Channel))
        .map(|success| success.at)
        .min_by_key(|at| at.time)?;
    let hosts: Vec<&str> = case
        .contacts
        .iter()
        .flat_map(|contact| &contact.facts)
        .filter_map(|told| match &told.fact {
            Fact::PingAnswer { host, .. } => host.trim_start_matches('\\').split('.').next(),
            _ => None,
        })
        .filter(|host| !host.is_empty())
        .collect();
    let is_controller = |name: &str| hosts.iter().any(|host| host.eq_ignore_ascii_case(name));
    let asked: Vec<_> = case
        .overheard()
        .filter(|said| said.at.time > joined.time)
        .filter_map(|said| match &said.aside {
            Aside::NetbiosAsked { name, suffix, claims: false }
                if nbns::MACHINE.contains(suffix) && is_controller(name) =>
            {
                Some((said.at, name))
            }
            _ => None,
        })
        .collect();
    let ((first, name), (last, _)) = (*asked.first()?, *asked.last()?);
    let answered = case.overheard().any(|said| {
        said.at.time > first.time
            && matches!(&said.aside, Aside::NetbiosTold { name: told, .. } if told.eq_ignore_ascii_case(name))
    });
    let went_on =
        case.with(Service::Ldap).chain(case.with(Service::Ldaps)).any(|other| other.first.time > first.time);
    if asked.len() < 2 || answered || went_on || case.time_after(last) < 2 * SECOND {
        return None;
    }
    let server = case.with(Service::Ping).next()?.server.address;
    let what = format!(
        "The join is done, and the client then looks for the DC as {name} by NetBIOS, where nobody answers"
    );
    let mut found = Problem::told("LDAP-DNSNAME", Phase::P10, first, Goal::Extra, server, what).harmless();
    for (at, _) in asked.iter().take(4) {
        found = found.showing(at.frame, "asks for the DC by its NetBIOS name, no answer");
    }
    found.confidence = Confidence::Low;
    Some(found)
}
