//! What looks like an error and is none: said, so that nobody chases it.

use adjoin_capture::Direction;

use super::Case;
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
    all
}

/// The client's FIN, and the server's reset that answers it.
fn reset_after_fin(contact: &Contact) -> Option<(Sight, Sight)> {
    let fin = contact.tcp.to_server.fin?;
    let reset = contact.tcp.reset.filter(|reset| reset.from == Direction::ToClient)?;
    (fin.time <= reset.at.time).then_some((fin, reset.at))
}

/// Nothing was asked and left unanswered, and all that the server sent arrived.
fn is_finished(contact: &Contact) -> bool {
    let answers = &contact.tcp.to_client;
    contact.waiting.is_none() && answers.data_acked() >= answers.next && answers.sent_end > 0
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
    let (first, at, _) = *closed.first()?;
    let what = format!(
        "The server ends {} with a reset after the client's FIN, when all had been said",
        counted(closed.len(), "connection")
    );
    let mut found =
        Problem::told("NET-RSTCLOSE", Phase::P5, at, Goal::Extra, first.server.address, what).harmless();
    for (_, fin, reset) in closed.iter().take(MAX_SHOWN) {
        found = found
            .showing(fin.frame, "the client closes")
            .showing(reset.frame, "the server's reset closes too");
    }
    Some(found)
}
