//! Answers that look like errors and only steer a client, and ends that look like failures.

use kerberos_proto::ErrorCode;
use smb2_proto::NtStatus;

use super::problem::{Goal, Problem, Success};
use super::{Case, SECOND, passes};
use crate::Phase;
use crate::speak::DRSUAPI;
use crate::story::{Fact, Service};
use crate::tcp::Sight;

/// Most frames that are shown for one finding.
const MAX_SHOWN: usize = 8;

/// What is normal. `joined` tells that all went well.
pub(crate) fn problems(case: &Case<'_>, successes: &[Success], joined: bool) -> Vec<Problem> {
    let mut all = answers(case);
    all.extend(stranger(case));
    all.extend(passes::first_of_two(case, successes));
    all.extend(passes::session_used_again(case));
    if joined {
        all.extend(restart(case, successes));
    }
    all
}

/// An answer that only steers: its id, its phase, and what it says.
fn steers(fact: &Fact) -> Option<(&'static str, Phase, &'static str)> {
    Some(match fact {
        Fact::KrbError { code, .. } => {
            let what = match ErrorCode(*code) {
                ErrorCode::PREAUTH_REQUIRED => "The KDC asks for a proof of the password",
                ErrorCode::ERR_RESPONSE_TOO_BIG => "The KDC's answer doesn't fit into UDP; TCP comes next",
                ErrorCode::MORE_PREAUTH_DATA_REQUIRED => "The KDC asks for the next step of the proof",
                ErrorCode::WRONG_REALM => "The KDC points to another realm",
                _ => return None,
            };
            ("KRB-NORMAL", Phase::P3K, what)
        }
        Fact::SmbSetupAnswer { status: NtStatus::MORE_PROCESSING_REQUIRED, .. } => {
            ("SMB-NORMAL", Phase::P3, "MORE_PROCESSING_REQUIRED: the session setup has another round")
        }
        Fact::SmbPending => ("SMB-NORMAL", Phase::P3, "PENDING: the answer comes later"),
        Fact::LdapBindAnswer { code: 14, .. } => {
            ("LDAP-NORMAL", Phase::P5, "saslBindInProgress: the bind has another round")
        }
        Fact::RpcBound { accepted: true, reason, .. } if !reason.is_empty() => {
            ("RPC-NORMAL", Phase::P6, "One encoding is declined and another accepted")
        }
        _ => return None,
    })
}

/// Answers that look like errors and only steer the client to its next step, one finding for each kind.
fn answers(case: &Case<'_>) -> Vec<Problem> {
    let mut all: Vec<(&str, Problem)> = Vec::new();
    for contact in case.contacts {
        for told in &contact.facts {
            let Some((id, phase, what)) = steers(&told.fact) else { continue };
            match all.iter_mut().find(|(known, _)| *known == what) {
                Some((_, found)) if found.shows.len() < MAX_SHOWN => {
                    found.shows.push((told.at.frame, what.to_owned()));
                }
                Some(_) => {}
                None => {
                    let server = contact.server.address;
                    let found = Problem::told(id, phase, told.at, Goal::Extra, server, what.to_owned())
                        .showing(told.at.frame, what)
                        .harmless();
                    all.push((what, found));
                }
            }
        }
    }
    all.into_iter().map(|(_, found)| found).collect()
}

/// No controller knows the account yet.
fn stranger(case: &Case<'_>) -> Option<Problem> {
    let (mut asked, mut found): (Option<(Sight, &str)>, Option<Problem>) = (None, None);
    for contact in case.contacts {
        for told in &contact.facts {
            match &told.fact {
                Fact::Ping { user, .. } => {
                    asked = Some((told.at, user.as_str())).filter(|(_, user)| !user.is_empty())
                }
                Fact::PingAnswer { opcode, .. } if opcode.is_user_unknown() => {
                    let Some((at, user)) = asked.take() else { continue };
                    let server = contact.server.address;
                    let what = format!("There is no account {user} yet: so it is before a first join");
                    let first = found.take().unwrap_or_else(|| {
                        Problem::told("PING-USERUNKNOWN", Phase::P2, at, Goal::Extra, server, what).harmless()
                    });
                    found = Some(if first.shows.len() < MAX_SHOWN {
                        first
                            .showing(at.frame, format!("the ping asks for {user}"))
                            .showing(told.at.frame, format!("{server} knows no such account"))
                    } else {
                        first
                    });
                }
                _ => {}
            }
        }
    }
    found
}

/// A Windows client that has made its account wants a restart.
fn restart(case: &Case<'_>, successes: &[Success]) -> Option<Problem> {
    const CRACK_NAMES: u16 = 12;
    /// Longest time between the account and the end of a join.
    const SOON: i64 = 30 * SECOND;
    let told = |wanted: fn(&Fact) -> bool| {
        case.contacts.iter().flat_map(|contact| &contact.facts).any(|told| wanted(&told.fact))
    };
    // Windows looks for a controller and cracks names; other clients do without, and need no restart.
    let windows =
        told(|fact| matches!(fact, Fact::RpcCall { interface: Some(DRSUAPI), opnum: CRACK_NAMES, .. }));
    if !windows || !told(|fact| matches!(fact, Fact::Ping { .. })) {
        return None;
    }
    let made = successes.iter().find(|success| success.goal == Goal::Account)?;
    let last = successes
        .iter()
        .filter(|success| success.at.time.saturating_sub(made.at.time) < SOON)
        .rfind(|success| matches!(success.goal, Goal::Account | Goal::Channel))
        .map_or(made.at, |success| success.at);
    let server = case.with(Service::Smb).chain(case.with(Service::Ldap)).next()?.server.address;
    let what = "The join is done; what is left is to restart the computer".to_owned();
    let mut found = Problem::told("LOC-RESTART", Phase::P10, made.at, Goal::Extra, server, what)
        .showing(made.at.frame, "the account is made")
        .showing(last.frame, "the last step of the join")
        .harmless();
    found.certain = last;
    Some(found)
}
