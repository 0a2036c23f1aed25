//! What is worth knowing of a join that went well all the same.

use dns_proto::Rcode;

use super::Case;
use super::problem::{Goal, Problem, Success};
use crate::Phase;
use crate::story::{Fact, Service};

/// Share of segments that must have been sent again before loss is worth a note: 1 in 20.
const WORTH_NOTING: u32 = 20;

/// Notes.
pub(crate) fn problems(
    case: &Case<'_>,
    successes: &[Success],
    survived: &[&Problem],
    went_well: bool,
) -> Vec<Problem> {
    let mut all = Vec::new();
    all.extend(updates(case));
    // Of a network that broke the join, the root tells.
    if went_well {
        all.extend(network(case));
    }
    // NTLM where Kerberos had been tried.
    let kerberos = survived.iter().find(|problem| problem.phase == Phase::P3K);
    let ntlm = successes
        .iter()
        .find(|success| success.ntlm && kerberos.is_some_and(|k| success.at.time > k.at.time));
    if let (Some(kerberos), Some(ntlm)) = (kerberos, ntlm) {
        let what = format!("NTLM was used because Kerberos failed: {}", kerberos.what);
        let mut note =
            Problem::told("NTLM-FALLBACK", Phase::P3K, ntlm.at, Goal::Extra, kerberos.server, what)
                .showing(ntlm.at.frame, "a session with NTLM")
                .harmless();
        if let Some((frame, shows)) = kerberos.shows.first() {
            note = note.showing(*frame, shows.clone());
        }
        all.push(note);
    }
    all
}

fn updates(case: &Case<'_>) -> Option<Problem> {
    let mut refused: Option<Problem> = None;
    for contact in case.with(Service::Dns) {
        for told in &contact.facts {
            let Fact::DnsUpdated { zone, rcode } = &told.fact else { continue };
            match *rcode {
                Rcode::NOERROR => return None,
                // A prerequisite that is not met is how a client looks what is there.
                Rcode::NXRRSET | Rcode::YXRRSET | Rcode::YXDOMAIN | Rcode::NXDOMAIN => {}
                rcode => {
                    let what = format!("The DNS server refuses to register the computer in {zone}: {rcode}");
                    let found = refused.get_or_insert_with(|| {
                        Problem::told(
                            "DNS-UPDATE",
                            Phase::P10,
                            told.at,
                            Goal::Extra,
                            contact.server.address,
                            what,
                        )
                        .harmless()
                    });
                    *found = found.clone().showing(told.at.frame, format!("the answer: {rcode}"));
                }
            }
        }
    }
    refused
}

/// Loss and MTU holes that were overcome.
fn network(case: &Case<'_>) -> Vec<Problem> {
    let mut all = Vec::new();
    let (mut sent, mut again, mut frames) = (0_u32, 0_u32, Vec::new());
    for contact in case.contacts.iter().filter(|contact| !contact.udp) {
        let tcp = &contact.tcp;
        let round_trip = tcp.round_trip.unwrap_or(0);
        for (half, where_to) in [(&tcp.to_server, "to"), (&tcp.to_client, "from")] {
            sent = sent.saturating_add(half.segments);
            again = again.saturating_add(u32::try_from(half.resent.len()).unwrap_or(u32::MAX));
            frames.extend(half.resent.iter().take(3).map(|resent| resent.at));
            let Some(hole) =
                half.mtu_hole(round_trip).filter(|hole| hole.smaller.is_some() && hole.resent.len() > 1)
            else {
                continue;
            };
            let server = contact.server.address;
            let what = format!(
                "Segments of {} bytes {where_to} {server} vanish, smaller ones arrive: the path's MTU is too small for them",
                hole.lost
            );
            let at = hole.resent.first().copied().unwrap_or(contact.first);
            let mut note = Problem::told("NET-MTU", Phase::P3, at, Goal::Extra, server, what).harmless();
            for resent in hole.resent.iter().take(3) {
                note = note.showing(resent.frame, format!("{} bytes sent again", hole.lost));
            }
            if let Some((smaller, _)) = hole.smaller {
                note = note.showing(smaller.frame, format!("{} bytes in their place arrive", hole.passed));
            }
            all.push(note);
        }
    }
    all.truncate(1);
    let much = again >= 5 && again.saturating_mul(WORTH_NOTING) > sent;
    if let Some(first) = frames.iter().min_by_key(|at| at.frame).filter(|_| much) {
        let what = format!("The network loses packets: {again} of {sent} segments were sent again");
        let server = case.contacts.first().map_or(case.client.address, |contact| contact.server.address);
        let mut note = Problem::told("NET-LOSS", Phase::P3, *first, Goal::Extra, server, what).harmless();
        for at in frames.iter().take(5) {
            note = note.showing(at.frame, "sent again");
        }
        all.push(note);
    }
    all
}
