//! Joins that were over long ago, in a capture with more of them than there is room for.
//!
//! Where only the report is wanted, clients that were quiet for longest are judged while the capture goes
//! on, and what they said is forgotten. Their verdicts stay: some whole, more in one line, the rest as numbers.

use std::net::IpAddr;

use super::Remark;
use super::quality::{self, Tally};
use super::verdict::{each_join_of, join};
use crate::Options;
use crate::identities::Collector;
use crate::report::{BriefJoin, Counted, Host, JoinReport, Quality};
use crate::speak::Names;
use crate::story::Story;

/// Most verdicts that are kept whole: of joins that succeeded, and of others.
const MAX_JOINED: usize = 512;
const MAX_OTHERS: usize = 1024;
/// Most verdicts that are kept in one line.
const MAX_BRIEF: usize = 1 << 15;
/// Most differences of clocks: the median wants no more.
const MAX_SKEWS: usize = 1 << 12;

/// What is left of clients that were judged before the capture ended.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// Each with its first frame.
    whole: Vec<(u32, JoinReport)>,
    /// Those of `whole` that succeeded.
    joined: usize,
    brief: Vec<Brief>,
    counted: Counted,
    skews: Vec<(i64, &'static str)>,
    tally: Tally,
    /// Whom the verdicts name.
    named: Collector,
}

/// A verdict in one line.
#[derive(Debug)]
struct Brief {
    address: IpAddr,
    name: Option<Box<str>>,
    outcome: &'static str,
    root: Option<&'static str>,
    first: u32,
    last: u32,
}

impl Settled {
    /// Judges clients that are about to be forgotten.
    pub(crate) fn judge(&mut self, leaving: &[IpAddr], story: &Story, names: &Names, options: &Options) {
        let Some(end) = story.last else { return };
        let mut remarks: Vec<Remark> = Vec::new();
        for client in leaving.iter().filter_map(|address| story.client_at(*address)) {
            for contact in &client.contacts {
                self.tally.add(contact, None);
            }
            let mut names_it = false;
            each_join_of(client, story, options, end, &mut |case| {
                let room = MAX_SKEWS.saturating_sub(self.skews.len());
                self.skews.extend(quality::clocks(case).into_iter().take(room));
                remarks.clear();
                let last = case.contacts.iter().map(|contact| contact.last.frame).max();
                if let Some((first, join)) = join(case, names, options, &mut remarks) {
                    names_it |= self.keep(client.address, (first, last.unwrap_or(first)), join);
                }
            });
            if names_it {
                self.named.client(client, story);
            }
        }
    }

    /// Keeps a verdict as well as there is room; true when it is whole.
    fn keep(&mut self, address: IpAddr, (first, last): (u32, u32), join: JoinReport) -> bool {
        let others = self.whole.len().saturating_sub(self.joined);
        let is_joined = join.outcome == "joined";
        if if is_joined { self.joined < MAX_JOINED } else { others < MAX_OTHERS } {
            self.joined = self.joined.saturating_add(usize::from(is_joined));
            self.whole.push((first, join));
            return true;
        }
        if self.brief.len() < MAX_BRIEF {
            let name = join.client.name.map(String::into_boxed_str);
            let root = join.root.map(|root| root.id);
            self.brief.push(Brief { address, name, outcome: join.outcome, root, first, last });
        } else {
            self.counted.add(join.outcome);
        }
        false
    }

    /// The verdicts that are whole, with their first frames.
    pub(super) fn joins(&self) -> impl Iterator<Item = (u32, &JoinReport)> {
        self.whole.iter().map(|(first, join)| (*first, join))
    }

    pub(super) fn skews(&self) -> &[(i64, &'static str)] {
        &self.skews
    }

    pub(super) const fn tally(&self) -> Tally {
        self.tally
    }

    pub(super) const fn counted(&self) -> Counted {
        self.counted
    }

    /// The verdicts in one line, in the order of their first frames.
    pub(super) fn brief(&self) -> Vec<BriefJoin> {
        let mut all: Vec<_> = self
            .brief
            .iter()
            .map(|brief| BriefJoin {
                client: Host {
                    address: brief.address.to_string(),
                    name: brief.name.as_deref().map(str::to_owned),
                },
                outcome: brief.outcome,
                root_id: brief.root,
                first_frame: brief.first,
                last_frame: brief.last,
            })
            .collect();
        all.sort_by_key(|join| join.first_frame);
        all
    }

    /// What is not told in full, after the other remarks.
    pub(super) fn remarks(&self, mut all: Vec<Quality>) -> Vec<Quality> {
        if !self.brief.is_empty() {
            let text =
                format!("{} joins are told in one line each, because there are so many", self.brief.len());
            all.push(Quality { id: "QUAL-DROPS", text });
        }
        let Counted { joined, failed, unfinished } = self.counted;
        if joined.saturating_add(failed).saturating_add(unfinished) > 0 {
            let text = format!(
                "More joins are only counted: {joined} joined, {failed} failed, {unfinished} unfinished"
            );
            all.push(Quality { id: "QUAL-DROPS", text });
        }
        all
    }

    /// Whom the verdicts name.
    pub(crate) fn named(&self) -> Collector {
        let mut named = self.named.clone();
        for brief in &self.brief {
            named.address(brief.address);
            if let Some(name) = &brief.name {
                named.host(name);
            }
        }
        named
    }
}
