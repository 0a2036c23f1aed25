//! P3K: tickets.

use adjoin_capture::Endpoint;
use kerberos_proto::ErrorCode;
use smb2_proto::NtStatus;

use super::locator::{names_given, same_host};
use super::problem::{Confidence, Goal, Problem};
use super::stall::{Names, icmp_name, unanswered, unreached};
use super::{Case, SECOND};
use crate::Phase;
use crate::story::{Aside, Contact, Fact, Service};
use crate::tcp::Sight;

pub(super) const NAMES: Names = Names {
    phase: Phase::P3K,
    blocked: "KRB-88BLOCKED",
    unreachable: "KRB-88BLOCKED",
    reset: "KRB-RESET",
    intercepted: "KRB-PROXYACK",
    mtu: "KRB-REPLYLOST-MTU",
    lost: "KRB-REPLYLOST-FW",
    silent: "KRB-KDCSILENT",
};

/// The KDC's port.
const PORT: u16 = 88;

/// What goes wrong with tickets.
pub(crate) fn problems(case: &Case<'_>) -> Vec<Problem> {
    let mut all = Vec::new();
    all.extend(broken_requests(case));
    for contact in case.contacts {
        errors(case, contact, &mut all);
        if contact.service != Service::Kerberos {
            continue;
        }
        let goal = wanted(contact);
        if contact.udp {
            all.extend(datagrams(case, contact, goal));
        } else {
            all.extend(
                unreached(case, contact, &NAMES, goal.clone()).map(|found| as_too_big(case, contact, found)),
            );
            all.extend(unanswered(case, contact, &NAMES, goal));
        }
    }
    all
}

/// What the last request of a contact is for.
fn wanted(contact: &Contact) -> Goal {
    contact
        .facts
        .iter()
        .rev()
        .find_map(|told| match &told.fact {
            Fact::AsReq { cname, .. } => Some(Goal::Logon(cname.clone())),
            Fact::TgsReq { sname } => Some(Goal::Ticket(sname.clone())),
            _ => None,
        })
        .unwrap_or(Goal::Ticket(String::new()))
}

/// Requests over UDP without an answer.
fn datagrams(case: &Case<'_>, contact: &Contact, goal: Goal) -> Option<Problem> {
    let (since, _) = contact.waiting?;
    let server = contact.server.address;
    if let Some(icmp) = contact.icmp {
        let what =
            format!("UDP port 88 of {server} can't be reached: {} says {}", icmp.from, icmp_name(&icmp));
        let mut found = Problem::told("KRB-88BLOCKED", Phase::P3K, since, goal, server, what)
            .showing(since.frame, "the request")
            .showing(icmp.at.frame, format!("ICMP from {}: {}", icmp.from, icmp_name(&icmp)));
        found.certain = icmp.at;
        found.silence = true;
        return Some(found);
    }
    let waited = case.time_after(since);
    if waited < SECOND || (contact.open < 2 && waited < 3 * SECOND) {
        return None;
    }
    let in_pieces: Vec<_> = fragments(case, contact.server, since).collect();
    let lost_answer = in_pieces.iter().find(|(_, to_server, whole)| !to_server && !whole);
    // A capture filter on the port drops fragments too: only a client that asks again has missed them.
    if lost_answer.is_some() && contact.open < 2 {
        return None;
    }
    let large_request = in_pieces.iter().find(|(_, to_server, _)| *to_server).filter(|_| contact.answers > 0);
    let (id, what) = if lost_answer.is_some() {
        (
            "KRB-UDPBIG",
            format!("The KDC at {server} answers over UDP in fragments, and not all of them arrive"),
        )
    } else if large_request.is_some() {
        (
            "KRB-UDPBIG",
            format!("The KDC at {server} does not answer a request that goes over UDP in fragments"),
        )
    } else {
        ("KRB-NOKDC", format!("The KDC at {server} does not answer over UDP port 88"))
    };
    let mut found = Problem::told(id, Phase::P3K, since, goal, server, what);
    if let Some((at, ..)) = lost_answer {
        found = found.showing(at.frame, "a fragment of the answer; others are missing");
    }
    for told in contact.facts.iter().rev().take(usize::try_from(contact.open).unwrap_or(1).min(4)).rev() {
        found = found.showing(told.at.frame, "a request without an answer");
    }
    Some(found.silent(contact.last, Confidence::Medium))
}

/// The connection that failed was made because an answer did not fit into UDP.
fn as_too_big(case: &Case<'_>, contact: &Contact, mut found: Problem) -> Problem {
    /// A client goes to TCP at once.
    const AT_ONCE: i64 = 5 * SECOND;
    let told = case
        .with(Service::Kerberos)
        .filter(|other| other.udp && other.server.address == contact.server.address);
    // Where TCP had failed before, that is what the client went round by UDP.
    let failed_before = case.with(Service::Kerberos).any(|other| {
        !other.udp
            && other.server.address == contact.server.address
            && other.first.time < contact.first.time
            && !other.tcp.established()
    });
    if failed_before {
        return found;
    }
    let too_big = told.flat_map(|other| &other.facts).find(|told| {
        let ahead = found.at.time.saturating_sub(told.at.time);
        (0..AT_ONCE).contains(&ahead)
            && matches!(&told.fact, Fact::KrbError { code, .. } if ErrorCode(*code) == ErrorCode::ERR_RESPONSE_TOO_BIG)
    });
    if let Some(told) = too_big {
        found.id = "KRB-UDPBIG";
        found.what = format!("The KDC's answer is too large for UDP, and over TCP: {}", found.what);
        found = found.showing(told.at.frame, "the KDC asks for TCP: its answer does not fit into UDP");
    }
    found
}

/// Fragments of what the client or the KDC sent over UDP since then.
fn fragments<'s>(
    case: &Case<'s>,
    server: Endpoint,
    since: Sight,
) -> impl Iterator<Item = (Sight, bool, bool)> + use<'s> {
    case.overheard().filter(move |said| said.at.time >= since.time).filter_map(move |said| match said.aside {
        Aside::Fragmented { server: of, to_server, whole, .. } if of == server => {
            Some((said.at, to_server, whole))
        }
        _ => None,
    })
}

/// Requests of which only some fragments arrive where the capture was taken, time and again.
fn broken_requests(case: &Case<'_>) -> Option<Problem> {
    let broken: Vec<(Sight, Endpoint)> = case
        .overheard()
        .filter_map(|said| match said.aside {
            Aside::Fragmented { server, to_server: true, whole: false } if server.port == PORT => {
                Some((said.at, server))
            }
            _ => None,
        })
        .collect();
    let (first, server) = *broken.first()?;
    // A KDC that answers has all of them, whatever a capture filter left out.
    let answered = case.with(Service::Kerberos).any(|contact| {
        contact.server == server
            && contact.facts.iter().any(|told| !told.fact.is_request() && told.at.time > first.time)
    });
    if broken.len() < 2 || answered {
        return None;
    }
    let address = server.address;
    let what =
        format!("Requests to the KDC at {address} go over UDP in fragments, and not all of them arrive");
    let goal = Goal::Ticket(String::new());
    let mut found = Problem::told("KRB-UDPBIG", Phase::P3K, first, goal, address, what);
    for (at, _) in broken.iter().take(4) {
        found = found.showing(at.frame, "a fragment of a request; others are missing");
    }
    let last = broken.last().map_or(first, |(at, _)| *at);
    Some(found.silent(last, Confidence::Medium))
}

/// The service was asked for by a name that reverse DNS gave, and that no record leads to.
fn as_reverse_name(case: &Case<'_>, sname: &str, at: Sight, mut found: Problem) -> Problem {
    let host = sname.split('/').nth(1).unwrap_or_default().split('@').next().unwrap_or_default();
    let pointed = case.overheard().filter(|said| said.at.time < at.time).find_map(|said| match &said.aside {
        Aside::Pointer { address, name } if same_host(name, host) => Some((said.at, *address, name)),
        _ => None,
    });
    let Some((told, address, name)) = pointed else { return found };
    let given: Vec<&str> = names_given(case, address).map(|(name, _)| name).collect();
    if given.is_empty() || given.iter().any(|given| same_host(given, name)) {
        return found;
    }
    found.id = "UNX-RDNS";
    found.what = format!(
        "The KDC knows no service {sname}: reverse DNS calls {address} {}, its name is {}",
        name.trim_end_matches('.'),
        given.first().unwrap_or(&"another").trim_end_matches('.')
    );
    found.showing(told.frame, format!("reverse DNS: {address} is {}", name.trim_end_matches('.')))
}

/// Errors of the KDC, and of services inside their own protocols.
fn errors(case: &Case<'_>, contact: &Contact, all: &mut Vec<Problem>) {
    let mut request: Option<(Sight, Goal)> = None;
    for told in &contact.facts {
        match &told.fact {
            Fact::AsReq { cname, .. } => request = Some((told.at, Goal::Logon(cname.clone()))),
            Fact::TgsReq { sname } => request = Some((told.at, Goal::Ticket(sname.clone()))),
            Fact::KrbError { code, status, sname, cname, clock } => {
                let asked = request.take();
                let (since, goal) = asked.clone().unwrap_or_else(|| {
                    // What was asked isn't in the capture; these answers are about the client.
                    let logon = matches!(*code, 6 | 18 | 23 | 24) && !cname.is_empty();
                    (told.at, if logon { Goal::Logon(cname.clone()) } else { Goal::Ticket(sname.clone()) })
                });
                let Some((id, what)) =
                    meaning(ErrorCode(*code), *status, &goal, sname, cname, *clock, told.at)
                else {
                    continue;
                };
                let mut found = Problem::told(id, Phase::P3K, since, goal, contact.server.address, what);
                match asked {
                    Some((at, _)) => found = found.showing(at.frame, "the request"),
                    None => found.confidence = Confidence::Medium,
                }
                let asked_unseen = found.shows.is_empty();
                found = found.showing(told.at.frame, format!("the answer: {}", ErrorCode(*code)));
                found.certain = told.at;
                if id == "KRB-SPN" {
                    found = as_reverse_name(case, sname, told.at, found);
                }
                // Clients try the computer's own names before the account is there, or has its keys.
                let own = match &found.goal {
                    Goal::Logon(name) => name.ends_with('$') || name.contains('/'),
                    // Nobody knows whom it was about.
                    _ => asked_unseen,
                };
                if id == "KRB-ERROR" || (own && matches!(id, "KRB-CLIENT" | "KRB-PREAUTH")) {
                    found = found.harmless();
                }
                all.push(found);
            }
            _ => {}
        }
    }
}

/// The service class is one that a join uses.
fn is_of_a_join(service: &str) -> bool {
    const CLASSES: [&str; 8] =
        ["cifs", "ldap", "host", "gc", "krbtgt", "kadmin", "rpcss", "restrictedkrbhost"];
    // DRSUAPI has its interface's UUID for a class.
    const DRSUAPI: &str = "e3514235-4b06-11d1-ab04-00c04fc2dcd2";
    service.split_once('/').is_some_and(|(class, _)| {
        CLASSES.iter().any(|known| known.eq_ignore_ascii_case(class)) || class.eq_ignore_ascii_case(DRSUAPI)
    })
}

fn meaning(
    code: ErrorCode,
    status: Option<NtStatus>,
    goal: &Goal,
    sname: &str,
    cname: &str,
    clock: i64,
    at: Sight,
) -> Option<(&'static str, String)> {
    let detail = status.map(|status| format!(" ({status})")).unwrap_or_default();
    let who = match goal {
        Goal::Logon(name) if !name.is_empty() => name.as_str(),
        _ if !cname.is_empty() => cname,
        _ => "the client",
    };
    let service = match goal {
        Goal::Ticket(name) if !name.is_empty() => name.as_str(),
        _ => sname,
    };
    Some(match code {
        ErrorCode::NONE
        | ErrorCode::PREAUTH_REQUIRED
        | ErrorCode::ERR_RESPONSE_TOO_BIG
        | ErrorCode::MORE_PREAUTH_DATA_REQUIRED
        | ErrorCode::WRONG_REALM
        | ErrorCode::BADOPTION
        | ErrorCode::AP_ERR_USER_TO_USER_REQUIRED
        | ErrorCode::MUST_USE_USER2USER => return None,
        ErrorCode::AP_ERR_SKEW => {
            let skew = clock.saturating_sub(at.time) / SECOND;
            let side = if skew > 0 { "behind" } else { "ahead of" };
            let seconds = skew.saturating_abs();
            let whose = match seconds {
                0..60 => "the server's clock agrees with the capture's, so the client's is wrong".to_owned(),
                _ => format!("the capture's clock is {seconds} s {side} the server's"),
            };
            ("KRB-SKEW", format!("The clocks of client and server differ too much: {whose}"))
        }
        ErrorCode::AP_ERR_TKT_NYV | ErrorCode::NEVER_VALID => {
            ("KRB-SKEW", format!("{code}: the clocks of client and server disagree"))
        }
        ErrorCode::AP_ERR_MODIFIED | ErrorCode::AP_ERR_BAD_INTEGRITY if !matches!(goal, Goal::Logon(_)) => (
            "KRB-MODIFIED",
            format!(
                "{service} can't decrypt the ticket: it was made with another key than the service has{detail}"
            ),
        ),
        // Users and hosts outside the domain are asked for too, and nothing depends on them.
        ErrorCode::S_PRINCIPAL_UNKNOWN if !is_of_a_join(service) => return None,
        ErrorCode::S_PRINCIPAL_UNKNOWN | ErrorCode::PRINCIPAL_NOT_UNIQUE => {
            ("KRB-SPN", format!("The KDC knows no service {service}{detail}"))
        }
        ErrorCode::C_PRINCIPAL_UNKNOWN => ("KRB-CLIENT", format!("The KDC knows no account {who}{detail}")),
        ErrorCode::PREAUTH_FAILED | ErrorCode::AP_ERR_BAD_INTEGRITY => {
            ("KRB-PREAUTH", format!("The password of {who} is wrong{detail}"))
        }
        ErrorCode::CLIENT_REVOKED | ErrorCode::NAME_EXP => (
            "KRB-REVOKED",
            format!("The account {who} can't be used: disabled, locked, expired or restricted{detail}"),
        ),
        ErrorCode::KEY_EXPIRED => {
            ("KRB-PWEXPIRED", format!("The password of {who} has expired or must be changed{detail}"))
        }
        ErrorCode::ETYPE_NOTSUPP => {
            ("KRB-ETYPE", format!("{who} and the KDC share no encryption type{detail}"))
        }
        ErrorCode::POLICY => ("KRB-POLICY", format!("The KDC's policy refuses {who}{detail}")),
        ErrorCode::ERR_FIELD_TOOLONG => ("KRB-TOKEN", format!("The ticket of {who} is too large{detail}")),
        _ => ("KRB-ERROR", format!("{code} for {service}{detail}")),
    })
}
