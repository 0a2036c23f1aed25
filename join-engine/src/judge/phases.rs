//! How each phase of a join went, and which frames it took.

use dns_proto::Rcode;

use super::Case;
use super::problem::{Goal, Problem, Success};
use crate::Phase;
use crate::report::PhaseReport;
use crate::speak::NETLOGON;
use crate::story::{Contact, Fact, Service};
use crate::tcp::Sight;

/// The phase that a contact's traffic belongs to.
pub(crate) fn phase_of(contact: &Contact) -> Phase {
    let interface = |fact: &Fact| match fact {
        Fact::RpcBind { interface, .. } | Fact::RpcCall { interface, .. } => *interface,
        _ => None,
    };
    match contact.service {
        Service::Rpc if contact.facts.iter().any(|told| interface(&told.fact) == Some(NETLOGON)) => Phase::P9,
        service => service.phase(),
    }
}

pub(super) fn phases(case: &Case<'_>, successes: &[Success], stands: &[Problem]) -> Vec<PhaseReport> {
    Phase::ALL
        .iter()
        .map(|phase| {
            let mut sights: Vec<Sight> = Vec::new();
            for contact in case.contacts {
                if phase_of(contact) == *phase {
                    sights.extend([contact.first, contact.last]);
                }
                if matches!(phase, Phase::P4 | Phase::P8 | Phase::P10) {
                    let wanted =
                        contact.facts.iter().filter(|told| fact_phase(contact, &told.fact) == Some(*phase));
                    sights.extend(wanted.map(|told| told.at));
                }
            }
            if *phase == Phase::P8 {
                let written = successes.iter().filter(|success| reaches(*phase, success));
                sights.extend(written.map(|success| success.at));
            }
            let first = sights.iter().min_by_key(|at| at.frame);
            let last = sights.iter().max_by_key(|at| at.frame);
            let failed = stands.iter().any(|problem| problem.phase == *phase);
            let outcome = match (first, failed) {
                (_, true) => "failed",
                (None, _) => "absent",
                (Some(_), _) if reached(*phase, successes) => "ok",
                (Some(_), _) if *phase == Phase::P10 && is_registered(case) => "ok",
                _ => "unknown",
            };
            PhaseReport {
                id: phase.id(),
                name: phase.name(),
                outcome,
                first_frame: first.map(|at| at.frame),
                last_frame: last.map(|at| at.frame),
                seconds: first.zip(last).map(|(first, last)| seconds(last.time.saturating_sub(first.time))),
            }
        })
        .collect()
}

#[allow(clippy::cast_precision_loss, reason = "seconds for people")]
fn seconds(nanoseconds: i64) -> f64 {
    (nanoseconds / 1000) as f64 / 1e6
}

/// The phase that a message on a contact belongs to.
pub(crate) fn phase_of_fact(contact: &Contact, fact: &Fact) -> Phase {
    fact_phase(contact, fact).unwrap_or_else(|| phase_of(contact))
}

/// The phase of what happens inside a connection that belongs to another one.
fn fact_phase(contact: &Contact, fact: &Fact) -> Option<Phase> {
    let samr = crate::speak::SAMR;
    match fact {
        Fact::SmbPipe { .. } | Fact::SmbPipeAnswer { .. } => Some(Phase::P4),
        Fact::RpcCall { interface, .. } | Fact::RpcReturn { interface, .. }
            if contact.service == Service::Smb =>
        {
            Some(if *interface == Some(samr) { Phase::P8 } else { Phase::P4 })
        }
        Fact::LdapWrite { .. } | Fact::LdapWriteAnswer { .. } => Some(Phase::P8),
        // The computer registers its name once it has joined.
        Fact::DnsUpdate { .. } | Fact::DnsUpdated { .. } => Some(Phase::P10),
        _ => None,
    }
}

/// The DNS server took the computer's name.
fn is_registered(case: &Case<'_>) -> bool {
    let mut told = case.with(Service::Dns).flat_map(|contact| &contact.facts);
    told.any(|told| matches!(told.fact, Fact::DnsUpdated { rcode: Rcode::NOERROR, .. }))
}

fn reached(phase: Phase, successes: &[Success]) -> bool {
    successes.iter().any(|success| reaches(phase, success))
}

fn reaches(phase: Phase, success: &Success) -> bool {
    match phase {
        Phase::P1 => success.goal == Goal::Names,
        Phase::P2 => success.goal == Goal::Controller,
        Phase::P3 => success.goal == Goal::Smb,
        Phase::P3K => matches!(success.goal, Goal::Ticket(_) | Goal::Logon(_)),
        Phase::P5 => success.goal == Goal::Ldap,
        Phase::P6 => matches!(success.goal, Goal::Port(_)),
        Phase::P4 | Phase::P7 => matches!(success.goal, Goal::Calls(_)),
        Phase::P8 => matches!(success.goal, Goal::Account | Goal::Password),
        Phase::P9 => success.goal == Goal::Channel,
        Phase::P10 => false,
    }
}
