//! What looks like an error and is none: said, so that nobody chases it.

use std::net::IpAddr;

use adjoin_capture::Direction;

use super::Case;
use super::phases::phase_of;
use super::problem::{Goal, Problem};
use super::stall::counted;
use crate::Phase;
use crate::story::{Contact, Service};
use crate::tcp::Sight;

/// Most conversations whose frames are shown for one finding.
const MAX_SHOWN: usize = 8;

/// What is normal.
pub(crate) fn problems(case: &Case<'_>) -> Vec<Problem> {
    let mut all = Vec::new();
    all.extend(resets(case));
    all.extend(resets_of_the_unsent(case));
    all.extend(begun_earlier(case));
    all
}

/// Controllers that failed and were not needed. `chosen` is the one that the join went to.
pub(crate) fn others(case: &Case<'_>, survived: &[Problem], chosen: Option<IpAddr>) -> Vec<Problem> {
    let Some(chosen) = chosen else { return Vec::new() };
    let mut servers: Vec<IpAddr> = Vec::new();
    let mut all = Vec::new();
    for problem in survived {
        let server = problem.server;
        let of_controller = matches!(problem.goal, Goal::Controller | Goal::Smb | Goal::Ldap | Goal::Port(_));
        if problem.phase == Phase::P1 || !of_controller || server == chosen || servers.contains(&server) {
            continue;
        }
        let served = case.contacts.iter().any(|contact| {
            contact.server.address == server
                && contact
                    .facts
                    .iter()
                    .any(|told| !told.fact.is_request() && told.at.time > problem.certain.time)
        });
        if served {
            continue;
        }
        servers.push(server);
        let what = format!("{server} failed and was not needed, since {chosen} served ({})", problem.id);
        let mut found =
            Problem::told("DC-OTHER", problem.phase, problem.at, Goal::Extra, server, what).harmless();
        for (frame, shows) in problem.shows.iter().take(MAX_SHOWN) {
            found = found.showing(*frame, shows.clone());
        }
        all.push(found);
    }
    all
}

/// The client's FIN, and the server's reset that answers it.
fn reset_after_fin(contact: &Contact) -> Option<(Sight, Sight)> {
    let fin = contact.tcp.to_server.fin?;
    let reset = contact.tcp.reset.filter(|reset| reset.from == Direction::ToClient)?;
    (fin.time <= reset.at.time).then_some((fin, reset.at))
}

/// The last thing that the client said is a request without an answer.
fn is_open(contact: &Contact) -> bool {
    contact.waiting.is_some_and(|(_, end)| end >= contact.tcp.to_server.sent_end)
}

/// The server sent something that never arrived.
fn has_undelivered(contact: &Contact) -> bool {
    let answers = &contact.tcp.to_client;
    answers.next > answers.acked
}

/// Nothing was asked and left unanswered, and all that the server sent arrived.
fn is_finished(contact: &Contact) -> bool {
    !is_open(contact) && !has_undelivered(contact) && contact.tcp.to_client.sent_end > 0
}

/// The server had something left to say when the client gave up.
fn resets_of_the_unsent(case: &Case<'_>) -> Option<Problem> {
    let reset: Vec<_> = case
        .contacts
        .iter()
        .filter(|contact| {
            contact.tcp.to_client.fin.is_none() && (is_open(contact) || has_undelivered(contact))
        })
        .filter_map(|contact| reset_after_fin(contact).map(|(fin, reset)| (contact, fin, reset)))
        .collect();
    let (first, at, certain) = *reset.first()?;
    let what = format!(
        "The server resets {} after the client gave up on it: an effect, not a cause",
        counted(reset.len(), "connection")
    );
    let mut found =
        Problem::told("NET-RSTUNSENT", phase_of(first), at, Goal::Extra, first.server.address, what)
            .harmless();
    found.certain = certain;
    for (_, fin, reset) in reset.iter().take(MAX_SHOWN) {
        found = found
            .showing(fin.frame, "the client closes, with its answer outstanding")
            .showing(reset.frame, "the server's reset follows from that");
    }
    Some(found)
}

/// Connections whose beginning lies before the capture.
fn begun_earlier(case: &Case<'_>) -> Option<Problem> {
    let older: Vec<_> = case.contacts.iter().filter(|contact| contact.midstream).collect();
    let first = older.first()?;
    let what = format!(
        "The capture has no beginning of {}: what analysers call lost there was never captured",
        counted(older.len(), "connection")
    );
    let mut found =
        Problem::told("NET-MIDSTREAM", phase_of(first), first.first, Goal::Extra, first.server.address, what)
            .harmless();
    for contact in older.iter().take(MAX_SHOWN) {
        let shows = format!("the first frame of a connection to TCP port {}", contact.server.port);
        found = found.showing(contact.first.frame, shows);
    }
    Some(found)
}

/// Directory and session connections that the server closes with a reset.
fn resets(case: &Case<'_>) -> Option<Problem> {
    let closed: Vec<_> = case
        .contacts
        .iter()
        .filter(|contact| matches!(contact.service, Service::Ldap | Service::Ldaps | Service::Smb))
        .filter(|contact| is_finished(contact))
        .filter_map(|contact| reset_after_fin(contact).map(|(fin, reset)| (contact, fin, reset)))
        .collect();
    let (first, at, certain) = *closed.first()?;
    let what = format!(
        "The server ends {} with a reset after the client's FIN, when all had been said",
        counted(closed.len(), "connection")
    );
    let mut found =
        Problem::told("NET-RSTCLOSE", phase_of(first), at, Goal::Extra, first.server.address, what)
            .harmless();
    found.certain = certain;
    for (_, fin, reset) in closed.iter().take(MAX_SHOWN) {
        found = found
            .showing(fin.frame, "the client closes")
            .showing(reset.frame, "the server's reset closes too");
    }
    Some(found)
}
