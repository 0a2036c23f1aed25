//! How long answers took.

use std::collections::BTreeMap;

use super::{PhaseTimes, label};
use crate::Phase;
use crate::judge::phase_of_fact;
use crate::story::Contact;

#[derive(Debug, Default)]
struct Taken {
    /// Durations, each with the frame of its request.
    answers: Vec<(i64, u32)>,
    unanswered: usize,
}

/// The times of each phase, in the order of the phases.
pub(super) fn times(contacts: &[&Contact]) -> Vec<PhaseTimes> {
    let mut phases: BTreeMap<Phase, Taken> = BTreeMap::new();
    for contact in contacts {
        let mut open = None;
        for told in &contact.facts {
            if told.fact.is_request() {
                // A repetition doesn't begin the waiting anew.
                open = open.or(Some((told.at, phase_of_fact(contact, &told.fact))));
                continue;
            }
            let answers = label::of(&told.fact).is_some_and(|said| said.from_server);
            if let Some((asked, phase)) = open.take_if(|_| answers) {
                let took = told.at.time.saturating_sub(asked.time).max(0);
                phases.entry(phase).or_default().answers.push((took, asked.frame));
            }
        }
        if let Some((_, phase)) = open.filter(|_| contact.waiting.is_some()) {
            let taken = phases.entry(phase).or_default();
            taken.unanswered = taken.unanswered.saturating_add(1);
        }
    }
    phases.into_iter().map(|(phase, taken)| summary(phase, taken)).collect()
}

fn summary(phase: Phase, mut taken: Taken) -> PhaseTimes {
    taken.answers.sort_unstable();
    let median = taken.answers.get(taken.answers.len() / 2).map_or(0, |(took, _)| *took);
    let (slowest, slowest_frame) = taken.answers.last().copied().unwrap_or_default();
    PhaseTimes {
        phase: phase.id(),
        name: phase.name(),
        answered: taken.answers.len(),
        unanswered: taken.unanswered,
        median,
        slowest,
        slowest_frame,
    }
}
