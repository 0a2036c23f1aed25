//! What a capture at the server's side tells by what never arrives there.
//!
//! A request that is lost on its way can't be seen by the server. But every answer leads to a next
//! step, and when the last answer was followed by silence, the step after it is where the join
//! broke. That is an inference, and its confidence is low or medium.

use super::problem::{Confidence, Goal, Problem};
use super::stall::Names;
use super::{Case, SECOND, directory, kerberos, rpc, smb};
use crate::Phase;
use crate::speak::EPMAPPER;
use crate::story::{Contact, Fact, Service};
use crate::tcp::Sight;
use dns_proto::Rcode;
use dns_proto::locator::LocatorKind;

/// What would settle an inference.
const SETTLE: &str =
    "A capture on the client, of the same time, shows whether it took the next step, and what came back.";
/// Values that systems send packets with; a router takes one off.
const INITIAL_HOPS: [u8; 3] = [64, 128, 255];
/// How long nothing must come before it counts as silence.
const QUIET: i64 = 2 * SECOND;

/// The capture was taken beside the servers: their frames have passed no router, the client's have.
fn is_at_server(case: &Case<'_>) -> bool {
    let fresh = |hops: Option<u8>| hops.is_some_and(|hops| INITIAL_HOPS.contains(&hops));
    let mut answers = case.contacts.iter().filter(|contact| contact.server_hops.is_some()).peekable();
    answers.peek().is_some()
        && answers.all(|contact| fresh(contact.server_hops))
        && case.contacts.iter().any(|contact| contact.client_hops.is_some() && !fresh(contact.client_hops))
}

/// What the join waits for after the last answer that was seen.
#[derive(Clone, Debug)]
enum Step {
    /// Controllers are known by name.
    Named(LocatorKind),
    /// A controller has answered the ping.
    Found,
    /// SMB is negotiated.
    Negotiated,
    /// The rootDSE was read.
    Described,
    /// A ticket-granting ticket was issued, or the KDC wants another request for one.
    LoggedOn,
    /// A ticket for this service was issued.
    Ticketed(String),
    /// The endpoint mapper gave these ports.
    Mapped(Vec<u16>),
    /// Something else was answered.
    Other,
}

/// The last answers of the servers, and what each leads to.
fn last_step<'s>(case: &Case<'s>) -> Option<(Sight, Step, &'s Contact)> {
    let mut last: Option<(Sight, Step, &'s Contact)> = None;
    for contact in case.contacts {
        let mut kind = None;
        for told in &contact.facts {
            let step = match &told.fact {
                Fact::DnsLocate { kind: asked, .. } => {
                    kind = Some(*asked);
                    continue;
                }
                Fact::DnsAnswer { locator: true, rcode: Rcode::NOERROR, found, .. } if *found > 0 => {
                    match kind {
                        Some(kind @ (LocatorKind::DcLdap | LocatorKind::Ldap)) => Step::Named(kind),
                        _ => continue,
                    }
                }
                fact => match step(fact) {
                    Some(step) => step,
                    None => continue,
                },
            };
            if last.as_ref().is_none_or(|(at, ..)| at.frame < told.at.frame) {
                last = Some((told.at, step, contact));
            }
        }
    }
    last
}

fn step(fact: &Fact) -> Option<Step> {
    /// KDC_ERR_PREAUTH_REQUIRED and KRB_ERR_RESPONSE_TOO_BIG ask for another request.
    const AGAIN: [i32; 2] = [25, 52];
    Some(match fact {
        Fact::PingAnswer { .. } => Step::Found,
        Fact::SmbNegotiated { .. } => Step::Negotiated,
        Fact::LdapEntry => Step::Described,
        Fact::KrbError { code, .. } if AGAIN.contains(code) => Step::LoggedOn,
        Fact::AsRep { sname, .. } if sname.to_lowercase().starts_with("krbtgt/") => Step::LoggedOn,
        Fact::AsRep { sname, .. } | Fact::TgsRep { sname } => Step::Ticketed(sname.to_lowercase()),
        Fact::EpmAnswer { status: 0, ports, .. } => Step::Mapped(ports.clone()),
        Fact::RpcReturn { interface, .. } if *interface == Some(EPMAPPER) => return None,
        Fact::SmbSetupAnswer { .. }
        | Fact::SmbTreeAnswer { .. }
        | Fact::SmbPipeAnswer { .. }
        | Fact::RpcReturn { .. }
        | Fact::LdapBindAnswer { .. }
        | Fact::LdapSealed { from_server: true, .. }
        | Fact::LdapWriteAnswer { .. }
        | Fact::SmbEncrypted { from_server: true, .. }
        | Fact::KpasswdAnswer { .. }
        | Fact::TlsData { from_server: true } => Step::Other,
        _ => return None,
    })
}

/// What never arrived. `done` tells that the computer account is in place.
pub(super) fn problems(case: &Case<'_>, done: bool) -> Vec<Problem> {
    if !is_at_server(case) {
        return Vec::new();
    }
    if !done {
        let stuck: Vec<Problem> = case.contacts.iter().filter_map(|contact| stuck(case, contact)).collect();
        if !stuck.is_empty() {
            return stuck;
        }
    }
    unfinished(case, done).into_iter().collect()
}

/// What the ways to be silent are called for a contact, and what it is for.
fn names(contact: &Contact) -> Option<(Names, Goal)> {
    Some(match contact.service {
        Service::Kerberos => (kerberos::NAMES, Goal::Ticket(String::new())),
        Service::Smb => (smb::NAMES, Goal::Smb),
        Service::Ldap => (directory::LDAP, Goal::Ldap),
        Service::Epm => (rpc::EPM, Goal::Port(None)),
        Service::Rpc => (rpc::CALLS, Goal::Calls(None)),
        _ => return None,
    })
}

/// An answer that the server sends again and again, or a request that comes with a hole.
fn stuck(case: &Case<'_>, contact: &Contact) -> Option<Problem> {
    const AGAIN: usize = 2;
    let tcp = &contact.tcp;
    let server = contact.server.address;
    let (names, goal) = names(contact)?;
    let mss = u32::from(tcp.mss.unwrap_or(1460));
    let full_size = |octets: i64| {
        [mss, mss.saturating_sub(12)].iter().any(|size| octets.checked_rem(i64::from(*size)) == Some(0))
    };
    let answer = &tcp.to_client;
    let resent: Vec<_> = answer.resent.iter().filter(|resent| resent.position == answer.acked).collect();
    let again = resent.first().zip(resent.last());
    let again = again.filter(|_| resent.len() >= AGAIN && answer.acked < answer.sent_end);
    if let Some((first, last)) = again {
        let request_passes = tcp.to_server.largest_arrived.saturating_add(12) >= mss
            || tcp.to_server.largest.saturating_add(12) >= mss;
        let id = if first.len.saturating_add(12) < mss || request_passes { names.lost } else { names.mtu };
        // A system goes on for many seconds unless the connection was taken from it.
        let gave_up =
            last.at.time.saturating_sub(first.at.time) < SECOND && case.time_after(last.at) > 3 * SECOND;
        let (id, what) = if gave_up {
            (
                names.reset,
                format!(
                    "{server} sends an answer {} times and stops: the connection was broken from outside",
                    resent.len().saturating_add(1)
                ),
            )
        } else {
            (
                id,
                format!(
                    "{server} sends an answer {} times, and it never arrives at the client",
                    resent.len().saturating_add(1)
                ),
            )
        };
        let mut found = Problem::told(id, names.phase, first.at, goal, server, what);
        for resent in resent.iter().take(4) {
            found = found.showing(resent.at.frame, format!("{} bytes sent again", resent.len));
        }
        if let Some(fin) = tcp.to_server.fin {
            found = found.showing(fin.frame, "the client gives up");
        }
        found.settle = Some(SETTLE);
        return Some(found.silent(tcp.last.unwrap_or(first.at), Confidence::Medium));
    }
    let request = &tcp.to_server;
    let (from, to) = request.captured.hole(request.acked, request.sent_end)?;
    let latest = request.latest?;
    let mtu = full_size(to.saturating_sub(from));
    let what = format!(
        "{} bytes of a request to {server} never arrive{}",
        to.saturating_sub(from),
        if mtu { ", in segments of full size; the smaller one behind them does" } else { "" }
    );
    let id = if mtu { names.mtu } else { names.silent };
    let mut found = Problem::told(id, names.phase, latest, goal, server, what)
        .showing(latest.frame, "what came behind the hole")
        .silent(tcp.last.unwrap_or(latest), sure(case, latest));
    found.settle = Some(SETTLE);
    Some(match request.first_repeat.or(tcp.heard) {
        Some(at) => found.showing(at.frame, "the server still waits for what is missing"),
        None => found,
    })
}

/// Medium when the capture goes on for a while after `at`.
const fn sure(case: &Case<'_>, at: Sight) -> Confidence {
    if case.time_after(at) < QUIET { Confidence::Low } else { Confidence::Medium }
}

/// The connections to a service come from another distance than the client's others: a device stands
/// between and speaks for both sides.
fn is_relayed<'s>(case: &Case<'s>, service: Service) -> Option<&'s Contact> {
    let usual = case
        .contacts
        .iter()
        .find(|contact| contact.service == Service::Smb)
        .or_else(|| case.contacts.iter().find(|contact| contact.service != service))?;
    case.contacts.iter().copied().find(|contact| {
        contact.service == service
            && contact.client_hops.zip(usual.client_hops).is_some_and(|(here, there)| here != there)
    })
}

/// The step after the last answer never came.
fn unfinished(case: &Case<'_>, done: bool) -> Option<Problem> {
    let (at, step, contact) = last_step(case)?;
    let goes_on = |contact: &&Contact| contact.first.time > at.time && contact.service != Service::Dns;
    if case.contacts.iter().any(goes_on) {
        return None;
    }
    let server = contact.server.address;
    let used = |service: Service| case.contacts.iter().any(|contact| contact.service == service);
    let relayed = is_relayed(case, Service::Kerberos);
    let any = || Goal::Ticket(String::new());
    let port_88 = |to: &str| match relayed {
        Some(_) => (
            "KRB-PROXYACK",
            Phase::P3K,
            any(),
            format!("{to}, and nothing came of it: a device on the path speaks for the client on port 88"),
        ),
        None => (
            "KRB-88BLOCKED",
            Phase::P3K,
            any(),
            format!("{to}, but no request for a ticket arrives at TCP port 88 after it"),
        ),
    };
    let ldap = |to: &str| {
        ("LDAP-389", Phase::P5, Goal::Ldap, format!("{to}, but no LDAP connection arrives after it"))
    };
    let smb = |to: &str| {
        ("SMB-SYN", Phase::P3, Goal::Smb, format!("{to}, but no connection arrives at TCP port 445 after it"))
    };
    let (id, phase, goal, what) = match step {
        Step::Mapped(ports) => match ports.first() {
            Some(port) => (
                "RPC-DYN",
                Phase::P7,
                Goal::Calls(None),
                format!(
                    "The endpoint mapper named TCP port {port} of {server}, but no connection arrives there"
                ),
            ),
            None if !done && !used(Service::Smb) => smb("The endpoint mapper named a pipe"),
            None => return None,
        },
        Step::Ticketed(service) if service.starts_with("kadmin/") => (
            "UNX-KPASSWD",
            Phase::P8,
            Goal::Password,
            format!(
                "The ticket to set the password was issued, but nothing whole arrives at port 464 of {server} after it"
            ),
        ),
        Step::Ticketed(service) if service.starts_with("host/") => (
            "RPC-135",
            Phase::P6,
            Goal::Port(None),
            format!(
                "A ticket for {service} was issued, but no connection arrives at TCP port 135 of {server} after it"
            ),
        ),
        _ if done => return None,
        Step::Named(LocatorKind::Ldap) => ldap("The client learned the name of the controller"),
        Step::Named(_) => (
            "PING-NOREPLY",
            Phase::P2,
            Goal::Controller,
            format!(
                "The client learned the name of the controller, but no LDAP ping arrives at {server} after it"
            ),
        ),
        Step::Found if case.goes_on_elsewhere(at) => return None,
        Step::Found if used(Service::Smb) || used(Service::Ldap) => {
            ldap(&format!("{server} answered the LDAP ping"))
        }
        Step::Found => smb(&format!("{server} answered the LDAP ping")),
        Step::Negotiated => port_88("SMB was negotiated"),
        Step::Described => port_88("The rootDSE was read"),
        Step::LoggedOn => port_88("The KDC answered"),
        Step::Ticketed(service) if relayed.is_some() => {
            port_88(&format!("The ticket for {service} was issued"))
        }
        Step::Ticketed(service) if service.starts_with("ldap/") => {
            ldap(&format!("The ticket for {service} was issued"))
        }
        Step::Ticketed(service) if service.starts_with("cifs/") => (
            "SMB-TIMEOUT",
            Phase::P3,
            Goal::Smb,
            format!("The ticket for {service} was issued, but it never arrives in an SMB session"),
        ),
        Step::Ticketed(_) | Step::Other => return None,
    };
    let mut found = Problem::told(id, phase, at, goal, server, what.replace("ticket for  was", "ticket was"))
        .showing(at.frame, "the last answer that leads on")
        .silent(at, Confidence::Low);
    found.settle = Some(SETTLE);
    if let Some(contact) = relayed.filter(|_| id == "KRB-PROXYACK") {
        let hops = contact.client_hops.unwrap_or_default();
        found = found.showing(
            contact.first.frame,
            format!("TTL {hops} here, another on the client's other connections"),
        );
        found.confidence = Confidence::Medium;
    }
    let closed = case.contacts.iter().filter_map(|contact| contact.tcp.to_server.fin);
    if let Some(closed) = closed.filter(|fin| fin.time > at.time).min_by_key(|fin| fin.time) {
        let seconds = closed.time.saturating_sub(at.time) / SECOND;
        found = found.showing(closed.frame, format!("the client closes after {seconds} s"));
    } else if case.time_after(at) < QUIET {
        // A capture of one client has no packet that tells how long it went on.
        found.what.push_str(" (if the capture was not stopped here)");
        found.confidence = Confidence::Low;
    }
    Some(found)
}
