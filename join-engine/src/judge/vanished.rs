//! A controller that stops answering on all ports at once.

use super::Case;
use super::problem::{Goal, Problem};
use crate::Phase;
use crate::story::{Aside, Contact, Service};
use crate::tcp::Sight;

/// Replaces problems of silence that have one cause: the host is gone.
pub(crate) fn merge(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let mut servers: Vec<_> =
        problems.iter().filter(|problem| problem.silence).map(|problem| problem.server).collect();
    servers.sort_unstable();
    servers.dedup();
    for server in servers {
        let contacts: Vec<&Contact> =
            case.contacts.iter().copied().filter(|contact| contact.server.address == server).collect();
        // The last time that the host said anything, on any port.
        let aside =
            case.asides().iter().find(|said| said.aside == Aside::Spoke { server }).map(|said| said.at);
        let words = contacts.iter().filter_map(|contact| last_word(contact)).chain(aside);
        let Some(last_word) = words.max_by_key(|at| at.time) else { continue };
        let silent: Vec<&Problem> = problems
            .iter()
            .filter(|problem| {
                problem.server == server && problem.silence && problem.certain.time > last_word.time
            })
            .collect();
        // Two services at least that had a chance to speak after that, and neither did. SMB on both its ports
        // is one, and one rule of a firewall.
        let mut tried = contacts.iter().filter(|contact| tried_after(contact, last_word));
        let first_tried = tried.next().map(|contact| contact.service);
        let enough = tried.any(|contact| Some(contact.service) != first_tried);
        let Some(first) = silent.iter().min_by_key(|problem| problem.at.time) else { continue };
        // What began before the last word is another matter: that port was silent while others spoke.
        let alone = silent.iter().any(|problem| is_well_after(last_word, problem));
        if !enough || alone {
            continue;
        }
        let mut vanished = Problem::told(
            "DC-VANISHED",
            step(case, first),
            first.at,
            Goal::Extra,
            server,
            format!("{server} answers no more, on any port, after it had answered before"),
        )
        .showing(last_word.frame, "the last frame that came from it");
        vanished.goal = first.goal.clone();
        vanished.certain =
            silent.iter().map(|problem| problem.certain).max_by_key(|at| at.time).unwrap_or(first.certain);
        vanished.silence = true;
        vanished.confidence =
            silent.iter().map(|problem| problem.confidence).max().unwrap_or(vanished.confidence);
        for problem in &silent {
            for (frame, shows) in problem.shows.iter().take(3) {
                vanished = vanished.showing(*frame, shows.clone());
            }
        }
        let at = vanished.at;
        problems.retain(|problem| {
            !(problem.server == server
                && problem.silence
                && problem.certain.time > last_word.time
                && problem.at.time >= at.time)
        });
        problems.push(vanished);
    }
}

/// The phase of the step that was under way: a ticket is asked for on behalf of another.
fn step(case: &Case<'_>, problem: &Problem) -> Phase {
    if problem.phase != Phase::P3K {
        return problem.phase;
    }
    case.contacts
        .iter()
        .filter(|contact| contact.first.time < problem.at.time)
        .rev()
        .find_map(|contact| match contact.service {
            Service::Smb => Some(Phase::P3),
            Service::Ldap | Service::Ldaps => Some(Phase::P5),
            _ => None,
        })
        .unwrap_or(problem.phase)
}

/// The last frame that the server itself sent on a contact.
fn last_word(contact: &Contact) -> Option<Sight> {
    if contact.udp {
        return contact.facts.iter().rev().find(|told| !told.fact.is_request()).map(|told| told.at);
    }
    contact.tcp.heard
}

/// The client said something after `at` that wants an answer.
fn tried_after(contact: &Contact, at: Sight) -> bool {
    if contact.udp {
        // One datagram is lost easily.
        return contact.open > 1 && contact.waiting.is_some() && contact.last.time > at.time;
    }
    let tcp = &contact.tcp;
    let syn = tcp.syns.last().copied().filter(|_| !tcp.established());
    [syn, tcp.to_server.latest, tcp.to_server.fin_again]
        .into_iter()
        .flatten()
        .any(|spoke| spoke.time > at.time)
}

/// The server spoke when the problem had long begun.
fn is_well_after(word: Sight, problem: &Problem) -> bool {
    word.time.saturating_sub(problem.at.time) > super::SECOND
}
