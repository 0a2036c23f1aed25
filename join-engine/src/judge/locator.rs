//! P2: what the locator got from the controllers that did answer: addresses that lead elsewhere, answers
//! that came too late, controllers too old for what was wanted.

use std::net::IpAddr;

use netlogon_proto::DsFlags;

use super::problem::{Confidence, Goal, Problem};
use super::success::same_domain;
use super::{Case, SECOND};
use crate::Phase;
use crate::story::{Aside, Contact, Fact, Overheard, Service};
use crate::tcp::Sight;

/// An answer within this time is in time for every client.
const IN_TIME: i64 = 2 * SECOND;
/// How long a client may be busy with itself between the ping and its next step.
const PAUSE: i64 = 5 * SECOND;

/// What the answers tell, beside each answer's own word.
pub(crate) fn problems(case: &Case<'_>) -> Vec<Problem> {
    let mut all = Vec::new();
    for contact in case.with(Service::Ping) {
        all.extend(late_answer(case, contact).map(|late| slow(case, contact, late)));
        all.extend(another_name(case, contact));
    }
    all
}

/// The names of controllers for which DNS gave this address.
pub(super) fn names_given<'s>(case: &Case<'s>, address: IpAddr) -> impl Iterator<Item = (&'s str, Sight)> {
    case.overheard().filter_map(move |said| match said {
        Overheard { at, aside: Aside::Address { host, address: given } } if *given == address => {
            Some((host.as_str(), *at))
        }
        _ => None,
    })
}

/// Both are names of one host: one of them may lack its domain.
pub(super) fn same_host(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim_end_matches('.'), other.trim_end_matches('.'));
    let first = |name: &str| name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    match one.contains('.') && other.contains('.') {
        true => one.eq_ignore_ascii_case(other),
        false => first(one) == first(other),
    }
}

/// The name that DNS had for the address of a host that calls itself `host`, where it is another one.
pub(super) fn misnamed<'s>(case: &Case<'s>, address: IpAddr, host: &str) -> Option<(&'s str, Sight)> {
    let mut given = names_given(case, address).peekable();
    let first = *given.peek()?;
    (!host.is_empty() && !given.any(|(name, _)| same_host(name, host))).then_some(first)
}

/// A controller of the right domain answers at the address, and it isn't the one that DNS named.
fn another_name(case: &Case<'_>, contact: &Contact) -> Option<Problem> {
    let server = contact.server.address;
    let mut asked = "";
    contact.facts.iter().find_map(|told| match &told.fact {
        Fact::Ping { domain, .. } => {
            asked = domain;
            None
        }
        Fact::PingAnswer { domain, host, extended: true, .. } if same_domain(asked, domain) => {
            let (name, given) = misnamed(case, server, host)?;
            let what = format!("DNS gives {server} as the address of {name}, and {host} answers there");
            let mut found = Problem::told("DNS-AWRONG", Phase::P2, told.at, Goal::Extra, server, what)
                .showing(given.frame, format!("DNS: the address of {name} is {server}"))
                .showing(told.at.frame, format!("the answer from there is {host}'s"))
                .harmless();
            // It may be a second name of that host.
            found.confidence = Confidence::Medium;
            Some(found)
        }
        _ => None,
    })
}

/// The first ping of those that wait, and the answer to it when that came late.
fn late_answer(case: &Case<'_>, contact: &Contact) -> Option<(Sight, Sight)> {
    let (mut first, mut last) = (None, None);
    for told in &contact.facts {
        match &told.fact {
            Fact::Ping { .. } => {
                first = first.or(Some(told.at));
                last = Some(told.at);
            }
            Fact::PingAnswer { .. } => {
                let (Some(asked), Some(again)) = (first.take(), last.take()) else { continue };
                let waited = told.at.time.saturating_sub(asked.time);
                let since = told.at.time.saturating_sub(again.time);
                if waited >= IN_TIME && since >= SECOND && is_ignored(case, contact, told.at) {
                    return Some((asked, told.at));
                }
            }
            _ => {}
        }
    }
    None
}

/// The client asked others, or asked again, before the answer came, and makes nothing of the answer.
fn is_ignored(case: &Case<'_>, contact: &Contact, answer: Sight) -> bool {
    let asked_on = case.with(Service::Ping).chain(case.with(Service::Dns)).any(|other| {
        !core::ptr::eq(other, contact)
            && other.facts.iter().any(|told| {
                told.fact.is_request() && told.at.time > contact.first.time && told.at.time < answer.time
            })
    });
    let asked_again = contact
        .facts
        .iter()
        .filter(|told| matches!(told.fact, Fact::Ping { .. }) && told.at.time < answer.time)
        .count()
        > 1;
    (asked_on || asked_again) && case.time_after(answer) >= PAUSE && !is_used(case, contact, answer)
}

/// The client goes on to the server that answered.
fn is_used(case: &Case<'_>, contact: &Contact, answer: Sight) -> bool {
    case.contacts.iter().any(|other| {
        other.server.address == contact.server.address
            && !matches!(other.service, Service::Ping | Service::Dns)
            && other.last.time > answer.time
    })
}

/// The answers that came when the client had given up on them.
pub(super) fn late_answers(case: &Case<'_>) -> Vec<Sight> {
    case.with(Service::Ping)
        .filter_map(|contact| late_answer(case, contact))
        .map(|(_, answer)| answer)
        .collect()
}

fn slow(case: &Case<'_>, contact: &Contact, (asked, answer): (Sight, Sight)) -> Problem {
    let server = contact.server.address;
    let seconds = answer.time.saturating_sub(asked.time) / SECOND;
    let what = format!(
        "{server} answers the LDAP ping only after {seconds} s, when the client no longer waits for it"
    );
    let mut found = Problem::told("PING-SLOW", Phase::P2, asked, Goal::Controller, server, what)
        .showing(asked.frame, "the LDAP ping")
        .showing(answer.frame, format!("its answer, {seconds} s later"));
    if let Some(next) = case.moves_on(asked, contact).filter(|next| next.time < answer.time) {
        found = found.showing(next.frame, "the client goes on without it");
    }
    found.certain = answer;
    found.confidence = Confidence::Medium;
    found
}

/// All controllers that answer lack something, and the client stops there, for whatever reason.
pub(crate) fn lacking(case: &Case<'_>) -> Vec<Problem> {
    let mut answers = Vec::new();
    for contact in case.with(Service::Ping) {
        for told in &contact.facts {
            let Fact::PingAnswer { flags, extended: true, .. } = &told.fact else { continue };
            if flags.contains(DsFlags::DS) && !flags.contains(DsFlags::NDNC) {
                answers.push((contact, told.at, *flags));
            }
        }
    }
    let Some((first, at, _)) = answers.first().copied() else { return Vec::new() };
    let stops =
        answers.iter().all(|(contact, at, _)| case.time_after(*at) >= PAUSE && !is_used(case, contact, *at))
            && !case.contacts.iter().any(|other| {
                !matches!(other.service, Service::Ping | Service::Dns) && other.first.time > at.time
            });
    if !stops {
        return Vec::new();
    }
    let since_2012 = DsFlags::DS_8 | DsFlags::DS_9 | DsFlags::DS_10;
    let mut all = Vec::new();
    let mut add = |id, what: &str, shows: &str| {
        let server = first.server.address;
        let mut found = Problem::told(id, Phase::P2, at, Goal::Extra, server, what.to_owned()).harmless();
        for (_, at, _) in answers.iter().take(5) {
            found = found.showing(at.frame, shows);
        }
        // What was wanted is not in the packets.
        found.confidence = Confidence::Low;
        all.push(found);
    };
    if answers.iter().all(|(.., flags)| !flags.intersects(since_2012)) {
        add(
            "ODJ-DS8",
            "The client stops after the LDAP ping, and every DC that answered is older than Windows Server 2012",
            "the flag of Windows Server 2012 is not set",
        );
    }
    if answers.iter().all(|(.., flags)| !flags.contains(DsFlags::LDAP)) {
        add(
            "ODJ-LDAP",
            "The client stops after the LDAP ping, and no DC that answered says that it serves LDAP",
            "the LDAP flag is not set",
        );
    }
    all
}
