//! Which steps of a ladder are drawn one by one: those that matter and their neighbours. The others become
//! bands, so that a diagram of a typical join fits on a page.

use join_engine::ladder::{Ladder, Step, StepKind};

/// Runs of fewer steps are drawn as they are.
const SHORT_RUN: usize = 3;
/// Most rows; when there are more, a band takes all that lies between two steps that matter.
const MANY_ROWS: usize = 28;

/// A row of the diagram.
#[derive(Debug)]
pub(super) enum Row<'l> {
    Step(&'l Step),
    Band(Band<'l>),
}

/// Steps that are drawn together, none of them out of the ordinary.
#[derive(Debug)]
pub(super) struct Band<'l> {
    pub(super) steps: &'l [Step],
}

impl Band<'_> {
    /// The phases, in their usual order.
    pub(super) fn phases(&self) -> Vec<&'static str> {
        let number = |id: &str| {
            id.chars().filter_map(|c| c.to_digit(10)).fold(0, |n: u32, d| n.wrapping_mul(10).wrapping_add(d))
        };
        let mut phases: Vec<&'static str> = self.steps.iter().map(|step| step.phase).collect();
        phases.sort_unstable_by_key(|id| (number(id), id.len()));
        phases.dedup();
        phases
    }

    /// Number of messages, those included that the ladder has left out.
    pub(super) fn messages(&self) -> usize {
        self.steps.iter().fold(0_usize, |all, step| {
            all.saturating_add(usize::try_from(step.times).unwrap_or(1)).saturating_add(step.left_out_before)
        })
    }
}

/// Where a band ends, beside what is drawn one by one.
#[derive(Clone, Copy, Debug)]
enum Parting {
    /// Where another phase begins.
    Phases,
    /// Where a phase begins that was not seen before.
    NewPhases,
    Nowhere,
}

/// The rows of a ladder. Of a join that succeeded, only what a finding is about is out of the ordinary.
pub(super) fn rows(ladder: &Ladder, joined: bool) -> Vec<Row<'_>> {
    let mut rows = parted(ladder, joined, Parting::Phases);
    for parting in [Parting::NewPhases, Parting::Nowhere] {
        if rows.len() > MANY_ROWS {
            rows = parted(ladder, joined, parting);
        }
    }
    rows
}

fn parted(ladder: &Ladder, joined: bool, parting: Parting) -> Vec<Row<'_>> {
    let steps = ladder.steps.as_slice();
    let matters: Vec<bool> = steps.iter().map(|step| matters(step, joined)).collect();
    let matters_at = |index: Option<usize>| index.and_then(|index| matters.get(index)).is_some_and(|m| *m);
    // The step before one that matters is what it answers, the one behind it what follows.
    let shown = |index: usize| {
        matters_at(Some(index)) || matters_at(index.checked_add(1)) || matters_at(index.checked_sub(1))
    };
    let mut rows = Vec::new();
    let mut rest = steps;
    let mut index = 0_usize;
    let mut seen: Vec<&str> = Vec::new();
    while let Some(first) = rest.first() {
        let mut run = 0_usize;
        for (offset, step) in rest.iter().enumerate() {
            let parts = match parting {
                Parting::Phases => step.phase != first.phase,
                Parting::NewPhases => offset > 0 && !seen.contains(&step.phase),
                Parting::Nowhere => false,
            };
            if parts || shown(index.saturating_add(offset)) {
                break;
            }
            if !seen.contains(&step.phase) {
                seen.push(step.phase);
            }
            run = run.saturating_add(1);
        }
        let (taken, behind) = rest.split_at_checked(run.max(1)).unwrap_or((rest, &[]));
        let left_out = taken.iter().any(|step| step.left_out_before > 0);
        if run >= SHORT_RUN || (left_out && run > 0) {
            rows.push(Row::Band(Band { steps: taken }));
        } else {
            rows.extend(taken.iter().map(Row::Step));
        }
        index = index.saturating_add(taken.len());
        rest = behind;
    }
    rows
}

/// A finding marks it, or it is out of the ordinary.
fn matters(step: &Step, joined: bool) -> bool {
    match step.mark {
        Some(mark) => mark.role != "normal",
        None => !joined && !matches!(step.kind, StepKind::Message | StepKind::Again),
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, rows};
    use join_engine::Ladder;
    use join_engine::ladder::{Mark, Step, StepKind};

    fn step(frame: u32, phase: &'static str, mark: Option<Mark>) -> Step {
        Step {
            frame,
            last_frame: frame,
            time: i64::from(frame),
            last_time: i64::from(frame),
            from: 0,
            to: 1,
            port: 88,
            phase,
            label: "x".to_owned(),
            kind: StepKind::Message,
            times: 1,
            mark,
            left_out_before: 0,
        }
    }

    #[test]
    fn what_matters_is_drawn_with_its_neighbours() {
        let mark = Some(Mark { id: "KRB-SPN", role: "root" });
        let steps = (1..=20).map(|n| step(n, "P1", mark.filter(|_| n == 10))).collect();
        let ladder = Ladder { steps, ..Ladder::default() };
        let drawn: Vec<String> = rows(&ladder, false)
            .iter()
            .map(|row| match row {
                Row::Step(step) => step.frame.to_string(),
                Row::Band(band) => format!("{} of {}", band.messages(), band.phases().join(" ")),
            })
            .collect();
        assert_eq!(drawn, ["8 of P1", "9", "10", "11", "9 of P1"]);
    }

    #[test]
    fn every_step_is_in_one_row() {
        let phases = ["P1", "P2", "P3"];
        let steps: Vec<Step> =
            (0..90).map(|n| step(n, phases[usize::try_from(n / 2).unwrap() % 3], None)).collect();
        let ladder = Ladder { steps, ..Ladder::default() };
        let drawn: usize = rows(&ladder, false)
            .iter()
            .map(|row| match row {
                Row::Step(_) => 1,
                Row::Band(band) => band.steps.len(),
            })
            .sum();
        assert_eq!(drawn, 90);
        assert!(rows(&ladder, false).len() < 40);
    }
}
