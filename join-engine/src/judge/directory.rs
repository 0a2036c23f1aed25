//! P5: LDAP connections and binds, with and without TLS.

use super::problem::{Confidence, Goal, Problem};
use super::stall::{Names, unanswered, unreached};
use super::success::{BARE_RESULT, SEALED_WRITE};
use super::{Case, SECOND};
use crate::Phase;
use crate::speak::alert;
use crate::story::{Contact, Fact, Service, Told};
use crate::tcp::{Half, Sight};

pub(super) const LDAP: Names = Names {
    phase: Phase::P5,
    blocked: "LDAP-389",
    unreachable: "LDAP-389",
    reset: "LDAP-389",
    intercepted: "LDAP-389",
    mtu: "LDAP-389MTU",
    lost: "LDAP-389MTU",
    silent: "LDAP-389",
};
const LDAPS: Names = Names {
    blocked: "LDAPS-636",
    unreachable: "LDAPS-636",
    reset: "LDAPS-CLOSED",
    silent: "LDAPS-CLOSED",
    ..LDAP
};

/// What goes wrong with LDAP.
pub(crate) fn problems(case: &Case<'_>) -> Vec<Problem> {
    let mut all = Vec::new();
    for contact in case.with(Service::Ldap) {
        all.extend(unreached(case, contact, &LDAP, Goal::Ldap));
        // An unbind is not answered: nothing is missing when the client closes after it.
        if !closed_in_peace(contact) {
            all.extend(unanswered(case, contact, &LDAP, Goal::Ldap));
        }
        binds(contact, &mut all);
        all.extend(sealed_refusal(contact));
    }
    all.extend(too_weak(case));
    for contact in case.with(Service::Ldaps) {
        all.extend(unreached(case, contact, &LDAPS, Goal::Ldap));
        all.extend(tls(case, contact));
    }
    all
}

/// The last message is an unbind, which a server answers at most by closing, or the client closed
/// right after it.
fn closed_in_peace(contact: &Contact) -> bool {
    let Some(last) = contact.facts.last() else { return false };
    let soon = |fin: Sight| fin.time.saturating_sub(last.at.time) < 2 * SECOND;
    match last.fact {
        Fact::LdapUnbind => true,
        Fact::LdapSealed { from_server: false, .. } => contact.tcp.to_server.fin.is_some_and(soon),
        _ => false,
    }
}

/// The last thing that the client does in a sealed session is to write an object; the answer is longer than a
/// bare success, and the client leaves.
fn sealed_refusal(contact: &Contact) -> Option<Problem> {
    /// A result with a text, in octets; entries that a search finds are longer.
    const EXPLAINED: usize = 200;
    let [.., request, answer] = contact.facts.as_slice() else { return None };
    let Fact::LdapSealed { bytes: asked, from_server: false } = request.fact else { return None };
    let Fact::LdapSealed { bytes: told, from_server: true } = answer.fact else { return None };
    let closed = contact.tcp.to_server.fin.filter(|fin| fin.time.saturating_sub(answer.at.time) < SECOND)?;
    if asked < SEALED_WRITE || told <= BARE_RESULT || told >= EXPLAINED || !contact.tcp.is_whole() {
        return None;
    }
    let server = contact.server.address;
    let what = format!(
        "{server} answers the last sealed LDAP request with more than a success, and the client leaves: the account was refused inside"
    );
    let mut found = Problem::told("SEALED", Phase::P8, request.at, Goal::Account, server, what)
        .showing(request.at.frame, format!("a sealed request of {asked} bytes, as one that writes"))
        .showing(answer.at.frame, format!("{told} bytes: a result with a text"))
        .showing(closed.frame, "the client closes");
    found.certain = answer.at;
    found.confidence = Confidence::Low;
    Some(found)
}

fn binds(contact: &Contact, all: &mut Vec<Problem>) {
    let (mut asked_at, mut ticket) = (contact.first, None);
    for told in &contact.facts {
        match &told.fact {
            Fact::LdapBind { .. } => {
                asked_at = told.at;
                ticket = None;
            }
            Fact::LargeTicket { bytes } => ticket = Some(*bytes),
            Fact::LdapBindAnswer { code, data, text } if !matches!(code, 0 | 14) => {
                let strong = *code == 8 || *data == Some(0x8009_0346) || text.contains("80090346");
                let large = ticket.filter(|_| !strong && data.is_none());
                let id = match large {
                    Some(_) => "LOC-MEM",
                    None if strong => "LDAP-STRONG",
                    None => "LDAP-CREDS",
                };
                let reason = match large {
                    Some(bytes) => format!("the ticket has {bytes} bytes"),
                    None if strong => {
                        "the server demands signing, sealing or channel binding that the client did not offer"
                            .to_owned()
                    }
                    None => "the server does not accept the credentials".to_owned(),
                };
                let what = format!(
                    "The LDAP bind to {} is refused (result {code}): {reason}",
                    contact.server.address
                );
                let mut found =
                    Problem::told(id, Phase::P5, asked_at, Goal::Ldap, contact.server.address, what)
                        .showing(asked_at.frame, "the bind")
                        .showing(told.at.frame, format!("the answer: result {code}"));
                found.certain = told.at;
                if large.is_some() {
                    found.phase = Phase::P3;
                    found.confidence = Confidence::Low;
                }
                all.push(found);
            }
            _ => {}
        }
    }
}

/// A bind that succeeded with a proof that makes a weak session, which the client ends unused. Only a
/// join looks at that, and it looks for a controller first.
fn too_weak(case: &Case<'_>) -> Option<Problem> {
    if !case.with(Service::Ping).any(|contact| contact.answers > 0) {
        return None;
    }
    let mut last = None;
    for contact in case.with(Service::Ldap) {
        let accepted = |told: &Told| matches!(told.fact, Fact::LdapBindAnswer { code: 0, .. });
        if contact.facts.iter().any(accepted) {
            // One session that is used, or strong, is enough to know that this isn't it.
            last = Some(weak_and_unused(contact)?);
        }
    }
    last
}

fn weak_and_unused(contact: &Contact) -> Option<Problem> {
    let weak = contact.facts.iter().rposition(|told| matches!(told.fact, Fact::WeakSession { .. }))?;
    let Fact::WeakSession { why } = contact.facts.get(weak)?.fact else { return None };
    let mut later = contact.facts.get(weak.saturating_add(1)..)?.iter();
    let accepted = later.next().filter(|told| matches!(told.fact, Fact::LdapBindAnswer { code: 0, .. }))?;
    let used = later.any(|told| told.fact != Fact::LdapUnbind);
    let closed = contact.tcp.to_server.fin.or(contact.tcp.reset.map(|reset| reset.at))?;
    if used || !contact.tcp.is_whole() || closed.time.saturating_sub(accepted.at.time) > 2 * SECOND {
        return None;
    }
    let server = contact.server.address;
    let what = format!("The LDAP bind to {server} succeeds, but {why}, and the client leaves at once");
    let mut found = Problem::told("LDAP-ENCSTRENGTH", Phase::P5, accepted.at, Goal::Ldap, server, what)
        .showing(accepted.at.frame, "the bind succeeds")
        .showing(closed.frame, "the client closes without a question");
    if let Some(bind) = contact.facts.get(..weak)?.last() {
        found = found.showing(bind.at.frame, why);
    }
    Some(found.silent(closed, Confidence::Low))
}

/// LDAP over TLS that did not come about, or ended too soon to have been of use.
fn tls(case: &Case<'_>, contact: &Contact) -> Option<Problem> {
    let tcp = &contact.tcp;
    if !tcp.established() {
        return None;
    }
    let server = contact.server.address;
    // A capture that begins inside a session doesn't tell how that began.
    let hello = contact.facts.iter().find(|told| told.fact == Fact::TlsHello).map(|told| told.at);
    let hello = hello.or(tcp.syns.first().copied())?;
    let told = |id, what: String| {
        let begun =
            Problem::told(id, Phase::P5, hello, Goal::Ldap, server, what).showing(hello.frame, "TLS begins");
        let answered = contact.facts.iter().find(|told| told.fact == Fact::TlsServerHello);
        answered.into_iter().fold(begun, |found, told| found.showing(told.at.frame, "the server's hello"))
    };
    let alerted = contact.facts.iter().find_map(|told| match told.fact {
        Fact::TlsAlert { description, from_server, .. } if description != 0 && description != u8::MAX => {
            Some((told.at, description, from_server))
        }
        _ => None,
    });
    if let Some((at, description, from_server)) = alerted {
        let by = if from_server { "The server" } else { "The client" };
        let about_certificate = matches!(description, 42..=46 | 48 | 112 | 116);
        let id = if about_certificate { "LDAPS-CERT" } else { "LDAPS-CLOSED" };
        let mut found = told(id, format!("{by} ends TLS on {server}: {}", alert(description)))
            .showing(at.frame, format!("the alert: {}", alert(description)));
        found.certain = at;
        return Some(found);
    }
    // What was missed can't be counted.
    let missed = |half: &Half| half.captured.hole(0, half.data_acked()).is_some();
    if missed(&tcp.to_server) || missed(&tcp.to_client) {
        return None;
    }
    let data =
        |from_server| contact.facts.iter().filter(|told| told.fact == Fact::TlsData { from_server }).count();
    let (asked, answered) = (data(false), data(true));
    let alerts = contact
        .facts
        .iter()
        .filter(|told| matches!(told.fact, Fact::TlsAlert { from_server: false, .. }))
        .count();
    let over = tcp.to_server.fin.is_some() || tcp.reset.is_some();
    if answered == 0 || (asked <= 1 && alerts > 0 && over) {
        if !over && case.time_after(hello) < 5 * SECOND {
            return None;
        }
        // Certificates are encrypted in TLS 1.3, and so is what the client thinks of them.
        let id = if alerts > 0 { "LDAPS-CERT" } else { "LDAPS-CLOSED" };
        let mut found = told(id, format!("TLS with {server} ends before anything was asked"));
        found.confidence = Confidence::Medium;
        if let Some(fin) = tcp.to_server.fin {
            found = found.showing(fin.frame, "the client closes");
        }
        return Some(found);
    }
    if over && asked < 12 {
        let mut found = told(
            "SEALED",
            format!(
                "{server} and the client part after {asked} encrypted requests, too few for a join: the refusal is inside TLS"
            ),
        );
        if let Some(last) =
            contact.facts.iter().rev().find(|told| told.fact == Fact::TlsData { from_server: true })
        {
            found = found.showing(last.at.frame, "the server's last words");
        }
        if let Some(fin) = tcp.to_server.fin {
            found = found.showing(fin.frame, "the client closes");
        }
        found.confidence = Confidence::Low;
        return Some(found);
    }
    None
}
