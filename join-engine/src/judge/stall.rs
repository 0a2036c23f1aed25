//! TCP connections that did not come about, and requests that got no answer.

use adjoin_capture::Direction;

use super::problem::{Confidence, Goal, Problem};
use super::{Case, SECOND, device};
use crate::Phase;
use crate::story::{Contact, Icmp};
use crate::tcp::{Sight, Stall};

/// What to call the ways in which a service can stay silent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    pub(crate) phase: Phase,
    /// The port can't be reached.
    pub(crate) blocked: &'static str,
    /// An ICMP error says that the host or network can't be reached.
    pub(crate) unreachable: &'static str,
    /// The connection was reset while it was needed.
    pub(crate) reset: &'static str,
    /// A device acknowledged in the server's place.
    pub(crate) intercepted: &'static str,
    /// Full-size segments vanish.
    pub(crate) mtu: &'static str,
    /// The answer was sent and did not arrive.
    pub(crate) lost: &'static str,
    /// The request did not arrive, or nothing was answered.
    pub(crate) silent: &'static str,
}

/// In words, such as `TCP port 88 of 192.0.2.1`.
fn place(contact: &Contact) -> String {
    format!("TCP port {} of {}", contact.server.port, contact.server.address)
}

/// A number of things, in words.
pub(crate) fn counted(number: usize, thing: &str) -> String {
    if number == 1 { format!("one {thing}") } else { format!("{number} {thing}s") }
}

/// The connection never came about.
pub(crate) fn unreached(case: &Case<'_>, contact: &Contact, names: &Names, goal: Goal) -> Option<Problem> {
    let syn = *contact.tcp.syns.first()?;
    if contact.tcp.established() {
        return None;
    }
    let told = |id, at: Sight, what: String| {
        let mut problem = Problem::told(id, names.phase, syn, goal.clone(), contact.server.address, what);
        problem.certain = at;
        problem.silence = true;
        problem.showing(syn.frame, "the client asks for a connection")
    };
    if let Some(reset) = contact.tcp.reset.filter(|reset| reset.from == Direction::ToClient) {
        let usual = case.usual_hops(contact.server.address, contact.server.port);
        let who = match usual {
            Some(usual) if usual != reset.hops => {
                format!("by a device on the path (its TTL is {}, the server's is {usual})", reset.hops)
            }
            Some(_) => "by the server itself: nothing listens there".to_owned(),
            None => "at once".to_owned(),
        };
        let problem = told(names.blocked, reset.at, format!("{} is refused {who}", place(contact)));
        return Some(problem.showing(reset.at.frame, format!("the refusal, TTL {}", reset.hops)));
    }
    if let Some(icmp) = contact.icmp {
        let id = match icmp.is_about_host() {
            true if icmp.is_expired() => "NET-TTL",
            true => names.unreachable,
            false => names.blocked,
        };
        let problem = told(
            id,
            icmp.at,
            format!("{} can't be reached: {} says {}", place(contact), icmp.from, icmp_name(&icmp)),
        );
        return Some(
            problem.showing(icmp.at.frame, format!("ICMP from {}: {}", icmp.from, icmp_name(&icmp))),
        );
    }
    // Silence needs a clock: repetitions, or a client that gave up.
    let repeated = contact.tcp.syns.len();
    let waited = case.time_after(syn);
    let gave_up =
        case.moves_on(syn, contact).is_some_and(|next| next.time.saturating_sub(syn.time) > 2 * SECOND);
    if repeated < 2 && !(gave_up || waited > 20 * SECOND) {
        return None;
    }
    let last = contact.tcp.syns.last().copied().unwrap_or(syn);
    let mut problem = told(
        names.blocked,
        last,
        format!("{} does not answer: {}, no reply", place(contact), counted(repeated, "SYN")),
    );
    for again in contact.tcp.syns.iter().skip(1).take(3) {
        problem = problem.showing(again.frame, "asked again, still no answer");
    }
    // A client that lives asks again; one SYN alone may be the end of the client or of the capture.
    let confidence = match repeated {
        0 | 1 if !gave_up => Confidence::Low,
        0 | 1 => Confidence::Medium,
        2 if waited <= 10 * SECOND => Confidence::Medium,
        _ => Confidence::High,
    };
    Some(problem.silent(last, confidence))
}

/// A request on an established connection that got no answer.
#[allow(clippy::too_many_lines, reason = "one case for each way to be silent")]
pub(crate) fn unanswered(case: &Case<'_>, contact: &Contact, names: &Names, goal: Goal) -> Option<Problem> {
    let tcp = &contact.tcp;
    if !tcp.established() {
        return None;
    }
    let sent = tcp.to_server.first?;
    // What waits: the request that was understood, or data that nobody could make sense of.
    let (since, end) = match contact.waiting {
        Some((since, end)) => (since, if end > 0 { end } else { tcp.to_server.sent_end }),
        None if contact.answers == 0 => (sent, tcp.to_server.sent_end),
        None => return None,
    };
    let round_trip = tcp.round_trip.unwrap_or(0);
    let problem = |id, what: String| {
        let mut problem = Problem::told(id, names.phase, since, goal.clone(), contact.server.address, what);
        problem.silence = true;
        problem.certain = tcp.last.unwrap_or(since);
        problem.showing(since.frame, "the request that gets no answer")
    };
    let usual = case.usual_hops(contact.server.address, contact.server.port);
    if let Some(reset) = tcp.reset.filter(|reset| !reset.after_fin && reset.from == Direction::ToClient) {
        let usual = usual.or(tcp.server_hops.first().map(|hops| hops.value));
        let device = usual.is_some_and(|usual| usual != reset.hops);
        let who = if device { "a device on the path" } else { "the server's side" };
        let what = format!("{} was reset by {who} while a request was open", place(contact));
        let mut found =
            problem(names.reset, what).showing(reset.at.frame, format!("the reset, TTL {}", reset.hops));
        let strange = tcp.server.leap.is_some_and(|(at, ..)| at.frame == reset.at.frame);
        if device || strange {
            for (frame, shows) in device::marks(case, contact, usual) {
                found = found.marked(frame, &shows);
            }
        }
        return Some(found);
    }
    // Silence needs a clock.
    let waited = case.time_after(since).min(
        tcp.last
            .map_or(0, |last| last.time.saturating_sub(since.time))
            .max(case.moves_on(since, contact).map_or(0, |next| next.time.saturating_sub(since.time))),
    );
    // A client that closes at once has what it wanted, and so has one that acknowledged an answer,
    // whether that was captured or not.
    let closed_at_once = tcp.to_server.fin.is_some_and(|fin| fin.time.saturating_sub(since.time) < SECOND);
    if closed_at_once || tcp.to_client.data_acked() > tcp.to_client.sent_end {
        return None;
    }
    let gave_up = tcp.to_server.fin.is_some() || tcp.reset.is_some();
    if waited < case.patience && !(gave_up && waited > SECOND) {
        return None;
    }
    let request_hole = tcp.to_server.mtu_hole(round_trip);
    let stall = tcp.diagnose(end, usual);
    let full_size_passes =
        tcp.mss.is_some_and(|mss| tcp.to_server.largest_arrived.saturating_add(12) >= u32::from(mss));
    let mut found = match stall {
        Stall::None => return None,
        Stall::RequestLost => match &request_hole {
            Some(hole) => problem(
                names.mtu,
                format!(
                    "Segments of {} bytes to {} vanish without a word while smaller ones arrive: the path's MTU is smaller than both ends believe",
                    hole.lost, contact.server.address
                ),
            ),
            None => {
                problem(names.silent, format!("The request to {} was never acknowledged", place(contact)))
            }
        },
        Stall::ReplyLost { lost, full_size } => {
            // Where large segments vanish one way, the answer's may as well, if its last one is large too.
            let rest = tcp.mss.and_then(|mss| lost.len().checked_rem(i64::from(mss)));
            let mtu = match &request_hole {
                Some(hole) => full_size || rest.is_some_and(|rest| rest > i64::from(hole.passed)),
                None => full_size && !full_size_passes,
            };
            let id = if mtu { names.mtu } else { names.lost };
            let what = if mtu {
                let both = if request_hole.is_some() {
                    "Both ways full-size segments vanish while smaller ones arrive: the"
                } else {
                    "The"
                };
                format!(
                    "{both} path's MTU is smaller than both ends believe. {} sent {} bytes of its answer that never arrived",
                    contact.server.address,
                    lost.len()
                )
            } else {
                format!(
                    "{} answered, but {} bytes of the answer never arrived: something between drops them",
                    contact.server.address,
                    lost.len()
                )
            };
            let mut found = problem(id, what);
            if let Some(next) = tcp.to_client.next_at {
                found = found.showing(
                    next.frame,
                    format!("shows that the server had sent {} bytes", tcp.to_client.next),
                );
            }
            if let Some(claimed) = tcp.to_client.claimed {
                found = found.showing(
                    claimed.frame,
                    format!("the server's sequence number says that it sent {} bytes", tcp.to_client.next),
                );
            }
            if let Some(back) = tcp.to_client.went_back {
                found = found.showing(back.frame, "the server goes back to send the missing bytes again");
            }
            found
        }
        // Something came back that nobody could read: a capture that begins in the middle, or cuts frames.
        Stall::Intercepted | Stall::Silent
            if tcp.to_client.latest.is_some_and(|latest| latest.frame > since.frame) =>
        {
            return None;
        }
        Stall::Intercepted => problem(
            names.intercepted,
            format!("{} was acknowledged by a device on the path, and never answered", place(contact)),
        ),
        Stall::Silent => problem(
            names.silent,
            format!("The request to {} was acknowledged and never answered", place(contact)),
        ),
    };
    if let Some(hole) = &request_hole {
        for resent in hole.resent.iter().take(3) {
            found = found.showing(resent.frame, format!("{} bytes sent again", hole.lost));
        }
        if let Some((smaller, answer)) = hole.smaller {
            found = found
                .showing(smaller.frame, format!("{} bytes in their place", hole.passed))
                .showing(answer.frame, "those arrive at once");
        }
    }
    if let Some(repeat) = tcp.to_server.first_repeat {
        found = found
            .showing(repeat.frame, "the same acknowledgment again: what came behind arrived, this did not");
    }
    if let Some(step) = tcp.to_server.step_to(end) {
        found = found.showing(step.at.frame, "the request is acknowledged to its end");
    }
    if stall == Stall::Intercepted {
        for (frame, shows) in device::marks(case, contact, usual) {
            found = found.marked(frame, &shows);
        }
    }
    if let Some(fin) = tcp.to_server.fin {
        let seconds = fin.time.saturating_sub(since.time) / SECOND;
        // A Windows client waits ten seconds for a KDC, each time that it asks.
        let waits = seconds.saturating_add(1) / 10;
        let kerberos = names.phase == Phase::P3K && waits > 0 && seconds.saturating_add(1) % 10 <= 2;
        let why = if kerberos { format!(": {waits} x 10 s of waiting for the KDC") } else { String::new() };
        found = found.showing(fin.frame, format!("the client gives up after {seconds} s{why}"));
    }
    if let Some(reset) = tcp.reset {
        found =
            found.showing(reset.at.frame, "the reset is a consequence: the connection was given up before");
    }
    found.confidence = match stall {
        Stall::ReplyLost { .. } | Stall::Intercepted => Confidence::High,
        _ if request_hole.is_some() || waited > 8 * SECOND => Confidence::High,
        _ => Confidence::Medium,
    };
    Some(found)
}

/// The error in words.
pub(crate) const fn icmp_name(icmp: &Icmp) -> &'static str {
    match (icmp.v6, icmp.kind, icmp.code) {
        (false, 3, 0) | (true, 1, 0) => "network unreachable",
        (false, 3, 1) | (true, 1, 3) => "host unreachable",
        (false, 3, 3) | (true, 1, 4) => "port unreachable",
        (false, 3, 4) | (true, 2, _) => "fragmentation needed",
        (false, 3, 9 | 10 | 13) | (true, 1, 1) => "administratively prohibited",
        (false, 11, _) | (true, 3, _) => "expired in transit",
        _ => "unreachable",
    }
}
