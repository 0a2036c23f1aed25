//! P10: the new name of a computer that has joined already.

use super::Case;
use super::problem::{Goal, Problem, Success};
use crate::Phase;
use crate::speak::SAMR;
use crate::story::{Fact, Told};
use crate::tcp::Sight;

/// SAMR calls that open a server: `SamrConnect` in its four forms ([MS-SAMR] 3.1.5.1).
const CONNECT: [u16; 4] = [0, 57, 62, 64];
/// A new name follows a join at once; what comes later is another's work.
const SOON: i64 = 30 * super::SECOND;
/// Calls that open an account or change it: `SamrOpenUser`, `SamrSetInformationUser` and the like.
const CHANGE: [u16; 3] = [34, 37, 58];

/// Refusals of SAMR in a round of its own, after the account was made or used: the join is done, and
/// what is refused is its new name.
pub(super) fn tell_apart(case: &Case<'_>, successes: &[Success], problems: &mut [Problem]) {
    let about_samr = |problem: &Problem| {
        problem.id == "ACC-SAMRDENY"
            || (problem.id == "RPC-FAULT5" && problem.goal == Goal::Calls(Some(SAMR)))
    };
    if !problems.iter().any(about_samr) {
        return;
    }
    let calls: Vec<&Told> = case
        .contacts
        .iter()
        .flat_map(|contact| &contact.facts)
        .filter(|told| matches!(told.fact, Fact::RpcCall { interface: Some(SAMR), .. }))
        .collect();
    for problem in problems.iter_mut().filter(|problem| about_samr(problem)) {
        let Some((round, opnum)) = round(&calls, problem.at) else { continue };
        // Who creates an account begins another join.
        if !CHANGE.contains(&opnum) && !CONNECT.contains(&opnum) {
            continue;
        }
        let joined = successes.iter().find(|success| {
            matches!(success.goal, Goal::Account | Goal::Member | Goal::Channel)
                && success.at.time < round.time
                && round.time.saturating_sub(success.at.time) < SOON
        });
        let Some(joined) = joined else { continue };
        problem.id = "ACC-RENAME5";
        problem.phase = Phase::P10;
        problem.goal = Goal::Extra;
        problem.harmless = true;
        problem.what = format!(
            "The computer has joined, and {} refuses the change of its account afterwards",
            problem.server
        );
        problem.shows.insert(0, (joined.at.frame, "the account is there".to_owned()));
    }
}

/// The call at `at`, and the beginning of its round.
fn round(calls: &[&Told], at: Sight) -> Option<(Sight, u16)> {
    let opnum = |told: &Told| match told.fact {
        Fact::RpcCall { opnum, .. } => Some(opnum),
        _ => None,
    };
    let refused = calls.iter().find(|told| told.at == at).and_then(|told| opnum(told))?;
    let begin = calls
        .iter()
        .rfind(|told| told.at.time <= at.time && opnum(told).is_some_and(|opnum| CONNECT.contains(&opnum)))?;
    Some((begin.at, refused))
}
