//! What can be said of a join while its frames still come.
//!
//! A verdict wants the end of the capture. Who looks at frames as they come, in one pass or on a live
//! interface, wants to know at the frame that makes something certain. So a client is judged anew when one of
//! its frames may have changed the verdict, and what is new is said of that frame. How often that
//! happens is bounded by what it costs, so that the cost of a frame is constant on the average.

use std::collections::HashSet;
use std::net::IpAddr;

use foldhash::HashMap;

use super::anchor::is_at_work;
use super::problem::{Confidence, Problem};
use super::verdict::{joins_of, weigh};
use super::{Case, Remark, Says};
use crate::Options;
use crate::catalogue::{self, Severity};
use crate::story::{Story, Touch};
use crate::tcp::Sight;

/// Most clients whose sayings are remembered; all are forgotten when there are more.
const MAX_WATCHED: usize = 4096;
/// Most findings that are said of one client.
const MAX_SAID: usize = 256;
/// A client that does nothing for so long, in nanoseconds, waits for something.
const PAUSE: i64 = 900_000_000;
/// Contacts and facts that may be looked at for each frame of the client, on the average.
const WORK: usize = 4;
/// The same when something out of the ordinary happens.
const URGENT_WORK: usize = 64;

/// What was said of the clients so far.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    clients: HashMap<IpAddr, Watched>,
}

#[derive(Debug, Default)]
struct Watched {
    /// Findings, each with the frame in which the problem began.
    said: HashSet<(&'static str, u32)>,
    /// Frames since it was judged.
    frames: usize,
    /// What that cost.
    cost: usize,
    /// When its last frame came.
    last: i64,
    /// Something may have changed since it was judged.
    changed: bool,
}

impl Watch {
    /// What frame `at`, which touched a client, has made certain.
    pub(crate) fn look(
        &mut self,
        story: &Story,
        options: &Options,
        at: Sight,
        touched: (IpAddr, Touch),
    ) -> Vec<Remark> {
        let (address, touch) = touched;
        if self.clients.len() >= MAX_WATCHED && !self.clients.contains_key(&address) {
            self.clients.clear();
        }
        let watched = self.clients.entry(address).or_default();
        let paused = watched.last != 0 && at.time.saturating_sub(watched.last) >= PAUSE;
        watched.last = at.time;
        watched.frames = watched.frames.saturating_add(1);
        watched.changed |= touch != Touch::Carries;
        let work = match touch {
            Touch::Alarms => URGENT_WORK,
            _ if paused => URGENT_WORK,
            _ => WORK,
        };
        if !(watched.changed || paused) || watched.frames.saturating_mul(work) < watched.cost {
            return Vec::new();
        }
        watched.changed = false;
        watched.frames = 0;
        watched.judge(story, options, at, address)
    }
}

impl Watched {
    fn judge(&mut self, story: &Story, options: &Options, at: Sight, address: IpAddr) -> Vec<Remark> {
        let Some(client) = story.client_at(address) else { return Vec::new() };
        self.cost = client
            .contacts
            .iter()
            .fold(0, |cost, contact| cost.saturating_add(1).saturating_add(contact.facts.len()));
        if !options.judges(address, &story.controllers) {
            return Vec::new();
        }
        let joins = joins_of(client);
        let Some(contacts) = joins.last() else { return Vec::new() };
        let case = Case { client, contacts, story, end: at, patience: options.patience_ns() };
        if is_at_work(&case, story) {
            return Vec::new();
        }
        let Some(weighed) = weigh(&case, options, false) else { return Vec::new() };
        let mut remarks = Vec::new();
        for problem in weighed.stands.iter().chain(&weighed.survived) {
            if !is_certain(problem, &case) || self.said.len() >= MAX_SAID {
                continue;
            }
            if self.said.insert((problem.id, problem.at.frame)) {
                remarks.extend(remark(problem, at.frame));
            }
        }
        remarks
    }
}

/// Silence is only said when it can't be broken at any moment.
fn is_certain(problem: &Problem, case: &Case<'_>) -> bool {
    !problem.silence || problem.confidence == Confidence::High || case.time_after(problem.at) >= case.patience
}

/// No more than worth knowing: the join may overcome it yet.
fn remark(problem: &Problem, frame: u32) -> Option<Remark> {
    let (finding, entry) = catalogue::by_name(problem.id)?;
    let severity = entry.severity.min(Severity::Note);
    let evidence = problem.shows.iter().map(|(shown, _)| *shown).filter(|shown| *shown != frame).collect();
    let says = Says::Finding { text: problem.what.clone(), severity, evidence };
    Some(Remark { frame, phase: problem.phase, finding, so_far: true, says })
}
