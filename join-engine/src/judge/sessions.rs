//! P3: SMB sessions that end without a refusal, or are refused for what isn't the user's fault.

use adjoin_capture::Direction;
use netlogon_proto::Opcode;
use smb2_proto::NtStatus;

use super::problem::{Confidence, Goal, Problem};
use super::{Case, SECOND};
use crate::Phase;
use crate::story::{Contact, Fact, Proof, Service};
use crate::tcp::Sight;

/// What goes wrong with sessions and shows in more than one message.
pub(crate) fn problems(case: &Case<'_>) -> Vec<Problem> {
    let mut all = Vec::new();
    all.extend(hung_up(case));
    all.extend(no_new_session(case));
    for contact in case.with(Service::Smb) {
        all.extend(without_ntlm(case, contact));
        all.extend(good_ticket_refused(case, contact));
    }
    all
}

/// What ended a connection in the negotiation or in its validation.
pub(super) fn broken_off(contact: &Contact) -> Option<Problem> {
    dialect(contact).or_else(|| validation(contact))
}

/// The server ended the connection: a reset that no FIN of the client came before, or a FIN.
fn server_ended(contact: &Contact) -> Option<Sight> {
    let tcp = &contact.tcp;
    let reset = tcp.reset.filter(|reset| reset.from == Direction::ToClient && !reset.after_fin);
    let first =
        tcp.to_client.fin.filter(|fin| tcp.to_server.fin.is_none_or(|client| fin.time <= client.time));
    reset.map(|reset| reset.at).or(first)
}

/// The client ended the connection.
fn client_ended(contact: &Contact) -> Option<Sight> {
    let reset = contact.tcp.reset.filter(|reset| reset.from == Direction::ToServer).map(|reset| reset.at);
    [contact.tcp.to_server.fin, reset].into_iter().flatten().min_by_key(|at| at.time)
}

/// The client sent no data after `at`.
fn says_no_more(contact: &Contact, at: Sight) -> bool {
    contact.tcp.to_server.latest.is_none_or(|latest| latest.frame <= at.frame)
}

/// The two sides find no dialect.
fn dialect(contact: &Contact) -> Option<Problem> {
    const SETTLE: &str =
        "`Get-SmbServerConfiguration | select EnableSMB1Protocol, EnableSMB2Protocol` on the server tells.";
    let server = contact.server.address;
    let (mut asked, mut smb2, mut chosen) = (None, false, None);
    let told = |at: Sight, what: String| {
        Problem::told("SMB-DIALECT", Phase::P3, at, Goal::Smb, server, what)
            .showing(at.frame, "the client's dialects")
    };
    for fact in &contact.facts {
        match &fact.fact {
            Fact::SmbNegotiate { smb2: offered } => {
                asked = asked.or(Some(fact.at));
                smb2 |= offered;
            }
            Fact::SmbNotNegotiated { status }
                if status.is_none_or(|status| status == NtStatus(0xc000_00bb)) =>
            {
                let reason = status.map(|status| format!(": {status}")).unwrap_or_default();
                let what = format!("{server} speaks none of the client's SMB dialects{reason}");
                let mut found =
                    told(asked.unwrap_or(fact.at), what).showing(fact.at.frame, "the answer: none of them");
                found.certain = fact.at;
                return Some(found);
            }
            Fact::SmbNegotiated { smb1: true, .. } => chosen = Some(fact.at),
            Fact::SmbNegotiated { .. } => chosen = None,
            Fact::SmbSetup { .. } | Fact::SmbEncrypted { .. } => return None,
            _ => {}
        }
    }
    let asked = asked?;
    let (end, what, shows) = match chosen {
        Some(chosen) => {
            let end = client_ended(contact).filter(|_| says_no_more(contact, chosen))?;
            let what = format!("{server} chooses SMB 1, and the client hangs up: it doesn't speak that");
            (end, what, (chosen, "the server chooses SMB 1"))
        }
        // Whoever offers SMB 2 and is cut off may have met a device.
        None if smb2 || contact.answers > 0 => return None,
        None => {
            let end = server_ended(contact)?;
            let what = format!(
                "{server} hangs up on a client that offers SMB 1 alone: the server doesn't speak that"
            );
            (end, what, (asked, "the client's dialects: SMB 1 alone"))
        }
    };
    // Who hangs up does it at once; and what isn't in the capture may have been an answer.
    if end.time.saturating_sub(asked.time) > 5 * SECOND || !contact.tcp.is_whole() {
        return None;
    }
    let mut found = Problem::told("SMB-DIALECT", Phase::P3, asked, Goal::Smb, server, what)
        .showing(shows.0.frame, shows.1)
        .showing(asked.frame, "the client's dialects")
        .showing(end.frame, "the connection ends");
    found.certain = end;
    found.confidence = Confidence::Medium;
    found.settle = Some(SETTLE);
    Some(found)
}

/// The negotiation is said again under a signature, and it is not what had been said.
fn validation(contact: &Contact) -> Option<Problem> {
    let server = contact.server.address;
    let at = contact.facts.iter().rposition(|told| matches!(told.fact, Fact::SmbValidate { .. }))?;
    let asked = contact.facts.get(at)?;
    let Fact::SmbValidate { differs: theirs } = &asked.fact else { return None };
    let later = contact.facts.get(at.saturating_add(1)..).unwrap_or_default();
    let answer = later.iter().find_map(|told| match &told.fact {
        Fact::SmbValidated { status, differs } => Some((told.at, *status, *differs)),
        _ => None,
    });
    let end = server_ended(contact).or_else(|| client_ended(contact))?;
    // Whoever goes on has taken no offence.
    if later.iter().any(|told| told.fact.is_request()) || end.time < asked.at.time {
        return None;
    }
    let told = |what: String| {
        Problem::told("SMB-SIGN", Phase::P3, asked.at, Goal::Smb, server, what)
            .showing(asked.at.frame, "the client says again, signed, what it had offered")
    };
    let changed = |who: &str, differs: &str| {
        format!("{who} names, under its signature, {differs}: something on the path rewrites SMB")
    };
    let mut found = match (answer, theirs) {
        (_, Some(differs)) => told(changed("The client", differs)),
        (Some((at, _, Some(differs))), _) => {
            told(changed("The server", differs)).showing(at.frame, "the server's signed answer")
        }
        (Some((at, NtStatus(0xc000_0022), _)), _) => {
            told(format!("{server} refuses to confirm the SMB negotiation: the signature doesn't fit"))
                .showing(at.frame, "the refusal")
        }
        (Some(_), _) => return None,
        (None, None) => {
            server_ended(contact)?;
            // An answer that isn't in the capture, can't be read, or stands before the question in it, is one.
            let spoke = contact.tcp.to_client.latest.is_some_and(|latest| latest.frame > asked.at.frame);
            let is_answered = contact.facts.iter().any(|told| matches!(told.fact, Fact::SmbValidated { .. }));
            if spoke || is_answered || !contact.tcp.is_whole() {
                return None;
            }
            let mut found = told(format!(
                "{server} hangs up when the client asks it to confirm the SMB negotiation, as servers do when something rewrote that"
            ));
            found.confidence = Confidence::Medium;
            found
        }
    };
    found = found.showing(end.frame, "the connection ends");
    found.certain = end;
    Some(found)
}

/// The client hangs up right after the first answer that is signed, again and again.
fn hung_up(case: &Case<'_>) -> Option<Problem> {
    let mut ends = Vec::new();
    for contact in case.with(Service::Smb) {
        let Some(accepted) = contact.facts.iter().find(|told| {
            matches!(told.fact, Fact::SmbSetupAnswer { status: NtStatus::SUCCESS, anonymous: false, .. })
        }) else {
            continue;
        };
        let signed = matches!(accepted.fact, Fact::SmbSetupAnswer { signed: true, encrypted: false, .. });
        let end = client_ended(contact)
            .filter(|end| signed && end.time.saturating_sub(accepted.at.time) < SECOND)
            .filter(|_| says_no_more(contact, accepted.at));
        // One session that is used is enough to know that signatures fit.
        ends.push((contact, accepted.at, end?));
    }
    let [(first, ..), .., (_, at, last)] = ends.as_slice() else { return None };
    if case.time_after(*last) < 3 * SECOND {
        return None;
    }
    let server = first.server.address;
    let what = format!(
        "The client hangs up on {server} right after the first signed answer, {} times: it doesn't accept the signature",
        ends.len()
    );
    let mut found = Problem::told("SMB-SIGN", Phase::P3, *at, Goal::Smb, server, what);
    for (_, accepted, end) in ends.iter().take(3) {
        found = found
            .showing(accepted.frame, "the session is accepted, signed")
            .showing(end.frame, "the client hangs up without a word");
    }
    Some(found.silent(*last, Confidence::Low))
}

/// The client asked for an account that no controller knows yet: only a join does that.
#[derive(Clone, Debug)]
pub(super) struct Stranger {
    pub(super) account: String,
    pub(super) asked: Sight,
    /// The last answer that said so, and who gave it.
    pub(super) answered: Sight,
}

/// The computer account that pings asked for, and that every controller said not to know.
pub(super) fn stranger(case: &Case<'_>) -> Option<Stranger> {
    let mut found: Option<Stranger> = None;
    for contact in case.contacts {
        let mut asked: Option<(Sight, &str)> = None;
        for told in &contact.facts {
            match &told.fact {
                Fact::Ping { user, .. } => {
                    asked = user.ends_with('$').then_some((told.at, user.as_str()));
                }
                Fact::PingAnswer { opcode, .. } => {
                    let Some((at, account)) = asked.take() else { continue };
                    if *opcode != Opcode::LOGON_SAM_USER_UNKNOWN_EX {
                        return None;
                    }
                    let stranger = found.get_or_insert_with(|| Stranger {
                        account: account.to_owned(),
                        asked: at,
                        answered: told.at,
                    });
                    if told.at.time > stranger.answered.time {
                        stranger.answered = told.at;
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// A join that ends once a controller is found, while an older session to that controller is open.
fn no_new_session(case: &Case<'_>) -> Option<Problem> {
    const ENOUGH: i64 = 5 * SECOND;
    let stranger = stranger(case)?;
    let pinged = case
        .contacts
        .iter()
        .flat_map(|contact| contact.facts.iter().map(move |told| (contact, told)))
        .filter(|(_, told)| matches!(told.fact, Fact::PingAnswer { .. }))
        .max_by_key(|(_, told)| told.at.time);
    let (ping, last) = pinged?;
    let after = last.at.time;
    let open = case.with(Service::Smb).find(|contact| {
        contact.server.address == ping.server.address
            && contact.first.time < stranger.asked.time
            && contact.heard()
            && contact.tcp.reset.is_none()
            && contact.tcp.to_server.fin.is_none_or(|fin| fin.time > after)
    })?;
    // Anything else that the client tries would be the next step of a join.
    let step = |contact: &&Contact| {
        let new = !matches!(contact.service, Service::Dns | Service::Ping)
            && contact.first.time > stranger.asked.time;
        let asks = contact.facts.iter().any(|told| {
            told.at.time > stranger.asked.time
                && (told.fact.is_request() || matches!(told.fact, Fact::SmbEncrypted { .. }))
        });
        new || (asks && !matches!(contact.service, Service::Dns | Service::Ping))
    };
    if case.time_after(last.at) < ENOUGH || case.contacts.iter().copied().any(|contact| step(&contact)) {
        return None;
    }
    let user = open.facts.iter().find_map(|told| match &told.fact {
        Fact::SmbSetup { proof: Some(Proof::Ntlm(Some(name))) } => Some(format!(" as {name}")),
        _ => None,
    });
    let server = ping.server.address;
    let what = format!(
        "The client finds {server} and opens no SMB session for the join; an older one{} is still open",
        user.unwrap_or_default()
    );
    let found = Problem::told("LOC-CREDCONFLICT", Phase::P3, last.at, Goal::Smb, server, what)
        .showing(open.first.frame, "the older connection to port 445")
        .showing(last.at.frame, "the controller is found, and nothing follows");
    Some(found.silent(last.at, Confidence::Low))
}

/// The KDC knows no such service, and the client hangs up where it could have offered NTLM.
fn without_ntlm(case: &Case<'_>, contact: &Contact) -> Option<Problem> {
    const UNKNOWN_SERVICE: i32 = 7;
    let negotiated =
        contact.facts.iter().rfind(|told| matches!(told.fact, Fact::SmbNegotiated { smb1: false, .. }))?;
    let end = client_ended(contact)?;
    let offered =
        |told: &Fact| matches!(told, Fact::SmbSetup { proof } if !matches!(proof, Some(Proof::Kerberos(_))));
    if contact.facts.iter().any(|told| matches!(told.fact, Fact::SmbSetup { .. }))
        || case.with(Service::Smb).any(|other| other.facts.iter().any(|told| offered(&told.fact)))
    {
        return None;
    }
    let kdc = case.with(Service::Kerberos).flat_map(|contact| &contact.facts);
    let refused = kdc.filter(|told| told.at.time > negotiated.at.time && told.at.time < end.time).find(|told| {
        matches!(&told.fact, Fact::KrbError { code: UNKNOWN_SERVICE, sname, .. }
            if sname.to_ascii_lowercase().starts_with("cifs/") || sname.to_ascii_lowercase().starts_with("host/"))
    })?;
    let server = contact.server.address;
    let what =
        format!("There is no ticket for {server}, and the client hangs up without having offered NTLM");
    let found = Problem::told("LOC-NTLMBLOCK", Phase::P3, end, Goal::Smb, server, what)
        .showing(negotiated.at.frame, "SMB is negotiated")
        .showing(refused.at.frame, "the KDC has no ticket for it")
        .showing(end.frame, "the client hangs up");
    Some(found.silent(end, Confidence::Low))
}

/// The status says no more than that a proof wasn't taken.
const fn is_bare_refusal(status: NtStatus) -> bool {
    matches!(status.0, 0xc000_006d | 0xc000_0022 | 0xc000_005f | 0xc000_0001)
}

/// A ticket came fresh from the KDC, and the server refuses it without a word of Kerberos.
fn good_ticket_refused(case: &Case<'_>, contact: &Contact) -> Option<Problem> {
    let mut presented: Option<(Sight, &str)> = None;
    for told in &contact.facts {
        match &told.fact {
            Fact::SmbSetup { proof: Some(Proof::Kerberos(service)) } => {
                presented = Some((told.at, service));
            }
            Fact::SmbSetup { .. } | Fact::KrbError { .. } | Fact::LargeTicket { .. } => presented = None,
            Fact::SmbSetupAnswer { status, .. } if is_bare_refusal(*status) => {
                let (at, service) = presented.take()?;
                let issued = case.contacts.iter().flat_map(|contact| &contact.facts).find(|issued| {
                    issued.at.time < at.time
                        && matches!(&issued.fact, Fact::TgsRep { sname } if sname.eq_ignore_ascii_case(service))
                })?;
                let what = format!(
                    "The ticket for {service} is fresh, and the server refuses it without a Kerberos error: besides other causes, two machines cloned from one image do that"
                );
                let mut found = Problem::told(
                    "LOC-DUPSID25",
                    Phase::P3,
                    told.at,
                    Goal::Extra,
                    contact.server.address,
                    what,
                )
                .showing(issued.at.frame, "the KDC issues the ticket")
                .showing(at.frame, "the client presents it")
                .showing(told.at.frame, format!("the refusal: {status}"))
                .harmless();
                found.confidence = Confidence::Low;
                return Some(found);
            }
            _ => {}
        }
    }
    None
}

/// The refusal of a ticket whose size is the likely reason: whether the status says so itself.
pub(super) fn too_large(status: NtStatus, bytes: usize) -> Option<(String, Confidence)> {
    // NO_MEMORY, BUFFER_TOO_SMALL, INSUFFICIENT_RESOURCES, COMMITMENT_LIMIT.
    let confidence = match status.0 {
        0xc000_0017 | 0xc000_0023 | 0xc000_009a | 0xc000_012d => Confidence::Medium,
        _ if is_bare_refusal(status) => Confidence::Low,
        _ => return None,
    };
    Some((format!("A ticket of {bytes} bytes is refused: {status}"), confidence))
}
