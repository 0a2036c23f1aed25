//! The passes of a join: where each begins, what is used again, and how one ends without an account.

use super::problem::{Confidence, Goal, Problem, Success};
use super::sessions::stranger;
use super::{Case, SECOND};
use crate::Phase;
use crate::speak::DRSUAPI;
use crate::story::{Contact, Fact, Service, Told};
use crate::tcp::Sight;
use smb2_proto::NtStatus;

/// `IDL_DRSUnbind` and `IDL_DRSCrackNames` ([MS-DRSR] 4.1.25 and 4.1.4).
const UNBIND: u16 = 1;
const CRACK_NAMES: u16 = 12;

/// Where a locator burst begins anew after the directory had been used.
pub(super) fn later_starts(case: &Case<'_>) -> Vec<Sight> {
    let mut told: Vec<_> = case.contacts.iter().flat_map(|contact| &contact.facts).collect();
    told.sort_by_key(|told| told.at.frame);
    let (mut starts, mut used) = (Vec::new(), false);
    for told in told {
        match &told.fact {
            Fact::LdapBind { .. } | Fact::EpmAsk { .. } => used = true,
            Fact::Ping { .. } if used => {
                starts.push(told.at);
                used = false;
            }
            _ => {}
        }
    }
    starts
}

/// How many passes there are, until the account is there; a member looks for its domain as well.
pub(super) fn count(case: &Case<'_>, successes: &[Success]) -> u32 {
    let done = successes.iter().find(|success| {
        matches!(success.goal, Goal::Account | Goal::Password | Goal::Member | Goal::Channel)
    });
    let starts = later_starts(case);
    let counted = starts.iter().filter(|at| done.is_none_or(|done| at.time < done.at.time)).count();
    u32::try_from(counted).unwrap_or(u32::MAX).saturating_add(1)
}

/// The end of DRSUAPI: names were cracked, and the client is done with it.
fn unbinds<'s>(case: &Case<'s>) -> Vec<(&'s Contact, Sight)> {
    let calls = |told: &Told, wanted: u16| matches!(told.fact, Fact::RpcCall { interface: Some(DRSUAPI), opnum, .. } if opnum == wanted);
    let mut all: Vec<_> = case
        .contacts
        .iter()
        .filter(|contact| contact.facts.iter().any(|told| calls(told, CRACK_NAMES)))
        .flat_map(|contact| {
            contact.facts.iter().filter(|told| calls(told, UNBIND)).map(|told| (*contact, told.at))
        })
        .collect();
    all.sort_by_key(|(_, at)| at.time);
    all
}

fn has_account_before(successes: &[Success], at: Sight) -> bool {
    successes.iter().any(|success| {
        matches!(success.goal, Goal::Account | Goal::Password | Goal::Member | Goal::Channel)
            && success.at.time < at.time
    })
}

/// The account was looked for, is not there, and the client leaves without having made it.
pub(crate) fn no_account(case: &Case<'_>, successes: &[Success]) -> Option<Problem> {
    const QUIET: i64 = 5 * SECOND;
    let stranger = stranger(case)?;
    let (contact, unbound) = unbinds(case).pop()?;
    if unbound.time < stranger.answered.time
        || case.time_after(unbound) < QUIET
        || has_account_before(successes, case.end)
    {
        return None;
    }
    // Another step, or another pass, is not the end.
    let goes_on = case.contacts.iter().any(|other| {
        let begins = other.first.time.saturating_sub(unbound.time);
        let asks = |told: &Told| {
            told.at.time > unbound.time
                && (told.fact.is_request()
                    || matches!(
                        told.fact,
                        Fact::SmbEncrypted { from_server: false, .. } | Fact::TlsData { from_server: false }
                    ))
        };
        (0..QUIET).contains(&begins) || (begins < 0 && other.facts.iter().any(asks))
    });
    let closed = |contact: &Contact| {
        contact.tcp.to_server.fin.is_some()
            || contact.tcp.reset.is_some()
            || contact.facts.iter().any(|told| told.fact == Fact::LdapUnbind)
    };
    // What the capture missed may have been the step that made the account.
    let holes = |contact: &Contact| {
        let halves = [&contact.tcp.to_server, &contact.tcp.to_client];
        halves.iter().any(|half| half.captured.hole(0, half.data_acked()).is_some())
    };
    if case.contacts.iter().any(|contact| holes(contact)) {
        return None;
    }
    let mut directory = case.with(Service::Ldap).filter(|contact| contact.tcp.established()).peekable();
    if goes_on || directory.peek().is_none() || !directory.all(closed) {
        return None;
    }
    let server = contact.server.address;
    let what =
        format!("{server} has no account {}, and the client leaves without making one", stranger.account);
    let mut found = Problem::told("ACC-NONE", Phase::P7, unbound, Goal::Account, server, what)
        .showing(stranger.asked.frame, format!("the ping asks for {}", stranger.account))
        .showing(stranger.answered.frame, "no such account")
        .showing(unbound.frame, "the client has looked the names up, and is done");
    if let Some(closed) =
        case.with(Service::Ldap).filter_map(|contact| contact.tcp.to_server.fin).max_by_key(|fin| fin.time)
    {
        found = found.showing(closed.frame, "it closes LDAP, and nothing follows");
    }
    Some(found.silent(unbound, Confidence::Medium))
}

/// A pass that found no account, and the next one at once.
pub(super) fn first_of_two(case: &Case<'_>, successes: &[Success]) -> Option<Problem> {
    /// The dialog of Windows begins its second pass within milliseconds.
    const AT_ONCE: i64 = 2 * SECOND;
    let stranger = stranger(case)?;
    let starts = later_starts(case);
    let ends = unbinds(case);
    let (contact, unbound, start) = starts.iter().find_map(|start| {
        let (contact, unbound) = ends.iter().rfind(|(_, at)| at.time < start.time)?;
        let at_once = start.time.saturating_sub(unbound.time) < AT_ONCE;
        (at_once && !has_account_before(successes, *start)).then_some((*contact, *unbound, *start))
    })?;
    let what = format!(
        "The first pass finds no account {} and ends; the second follows at once and is the one that counts",
        stranger.account
    );
    let mut found =
        Problem::told("ACC-NONE-1ST", Phase::P7, unbound, Goal::Extra, contact.server.address, what)
            .showing(stranger.answered.frame, "no such account")
            .showing(unbound.frame, "the first pass is done with DRSUAPI")
            .showing(start.frame, "the second pass begins")
            .harmless();
    found.certain = start;
    Some(found)
}

/// A later pass that goes on in the SMB session of an earlier one.
pub(super) fn session_used_again(case: &Case<'_>) -> Option<Problem> {
    // There is a second pass only where the first found no account.
    stranger(case)?;
    let starts = later_starts(case);
    let start = *starts.first()?;
    let accepted = |contact: &Contact| {
        contact
            .facts
            .iter()
            .find(|told| {
                matches!(told.fact, Fact::SmbSetupAnswer { status: NtStatus::SUCCESS, anonymous: false, .. })
            })
            .map(|told| told.at)
            .filter(|at| at.time < start.time)
    };
    let (contact, accepted, again) = case.with(Service::Smb).find_map(|contact| {
        let again = contact.facts.iter().find(|told| {
            told.at.time > start.time
                && (told.fact.is_request()
                    || matches!(told.fact, Fact::SmbEncrypted { from_server: false, .. }))
        })?;
        Some((contact, accepted(contact)?, again.at))
    })?;
    let server = contact.server.address;
    let opens_another =
        case.with(Service::Smb).any(|other| other.server.address == server && other.first.time > start.time);
    if opens_another {
        return None;
    }
    let what = format!("The second pass goes on in the SMB session with {server} that the first one opened");
    Some(
        Problem::told("SMB-REUSED", Phase::P3, again, Goal::Extra, server, what)
            .showing(accepted.frame, "the first pass opens the session")
            .showing(start.frame, "the second pass begins")
            .showing(again.frame, "it uses the same session")
            .harmless(),
    )
}
