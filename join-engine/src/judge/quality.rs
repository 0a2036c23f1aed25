//! What lowers the confidence in everything else: a capture that was cut, begun late, or ended early.

use std::collections::BTreeSet;

use adjoin_capture::Stats;

use super::stall::counted;
use super::{Case, SECOND, Settled};
use crate::Options;
use crate::report::{Counted, Quality};
use crate::story::{Contact, Fact, Story};
use crate::tcp::{Half, Sight};

/// The server's clock less the capture's, in nanoseconds, wherever a server told the time, and where it did.
pub(super) fn clocks(case: &Case<'_>) -> Vec<(i64, &'static str)> {
    let told = case.contacts.iter().flat_map(|contact| &contact.facts);
    told.filter_map(|told| {
        let (clock, by) = match &told.fact {
            Fact::KrbError { clock, .. } => (*clock, "KRB-ERROR"),
            Fact::SmbNegotiated { clock: Some(clock), .. } if *clock > 0 => (*clock, "SMB2"),
            Fact::Clock { time, by } => (*time, *by),
            _ => return None,
        };
        Some((clock.saturating_sub(told.at.time), by))
    })
    .collect()
}

/// Remarks on the capture as a whole.
pub(super) fn remarks(
    story: &Story,
    stats: &Stats,
    skews: &mut [(i64, &'static str)],
    settled: &Settled,
    options: &Options,
) -> Vec<Quality> {
    let mut tally = settled.tally();
    for contact in story.each_client().flat_map(|client| &client.contacts) {
        tally.add(contact, story.last);
    }
    let mut all = Vec::new();
    if stats.cut > 0 {
        let text = format!("{} of {} frames were cut by the snap length", stats.cut, stats.frames);
        all.push(Quality { id: "QUAL-SNAPLEN", text });
    }
    if tally.missed > 0 {
        let text = format!("{} bytes that their receivers acknowledged are not in the capture", tally.missed);
        all.push(Quality { id: "QUAL-DROPS", text });
    }
    all.extend(tally.remarks());
    skews.sort_unstable();
    let median = skews.get(skews.len() / 2).map(|(skew, _)| *skew);
    if let Some(skew) = median.filter(|skew| skew.saturating_abs() > 60 * SECOND) {
        let side = if skew > 0 { "ahead of" } else { "behind" };
        let seconds = skew.saturating_abs() / SECOND;
        let by: BTreeSet<&str> = skews.iter().map(|(_, by)| *by).collect();
        let by: Vec<&str> = by.into_iter().collect();
        let text = format!("The servers' clocks are {seconds} s {side} the capture's, by {}", by.join(", "));
        all.push(Quality { id: "QUAL-SKEW", text });
    }
    all.extend(crowd(story, stats, settled, options));
    all
}

/// What is told in less than whole, because there was too much of it.
fn crowd(story: &Story, stats: &Stats, settled: &Settled, options: &Options) -> Vec<Quality> {
    let mut all = Vec::new();
    let mut add = |number: u64, text: String| {
        if number > 0 {
            all.push(Quality { id: "QUAL-MANY", text });
        }
    };
    let evicted = story.evicted;
    add(evicted, format!("Clients that were forgotten, because there were too many: {evicted}"));
    let hurried = story.hurried;
    add(
        hurried,
        format!(
            "Clients that were judged before they were quiet for long, because there were too many at a time: \
             {hurried}; what they did later is told as another join"
        ),
    );
    let forgotten = story.forgotten;
    add(forgotten, format!("Older conversations of busy clients that were forgotten: {forgotten}"));
    let (open, resumed) = (stats.connections_evicted_open, stats.connections_resumed);
    add(
        open.saturating_add(resumed),
        format!(
            "Connections that were forgotten while open, because there was no room: {open}; those that went on \
             later, as far as that can be told, and are told as new ones: {resumed}"
        ),
    );
    let brief = settled.told_briefly(story, options);
    add(brief, format!("Joins that are told in one line each, because there are so many: {brief}"));
    let counted = settled.counted();
    let Counted { joined, failed, unfinished } = counted;
    add(
        counted.total(),
        format!(
            "More joins are only counted, by what was known when their clients were judged: {joined} joined, \
             {failed} failed, {unfinished} unfinished"
        ),
    );
    all
}

/// One side of the connection was captured, and its headers prove that the other spoke.
pub(super) fn is_one_way(contact: &Contact) -> bool {
    let tcp = &contact.tcp;
    let client_only = tcp.heard.is_none() && tcp.to_client.acks > 0 && tcp.to_server.segments > 0;
    let server_only = contact.client_hops.is_none() && tcp.to_server.acked > 0;
    !contact.udp && (client_only || server_only)
}

/// What contacts tell of the capture.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    /// Octets that crossed the network, since they were acknowledged, and that the capture doesn't have.
    missed: i64,
    one_way: usize,
    late: usize,
    short: usize,
}

impl Tally {
    /// `end` is the last frame of the capture; none where it goes on.
    pub(super) fn add(&mut self, contact: &Contact, end: Option<Sight>) {
        /// How long a client waits at least.
        const PATIENCE: i64 = 3 * SECOND;
        let more = |count: &mut usize, yes: bool| *count = count.saturating_add(usize::from(yes));
        for half in [&contact.tcp.to_server, &contact.tcp.to_client] {
            self.missed = self.missed.saturating_add(missed(half));
        }
        more(&mut self.one_way, is_one_way(contact));
        more(&mut self.late, contact.midstream);
        let over =
            contact.tcp.to_server.fin.is_some() || contact.tcp.reset.is_some() || contact.icmp.is_some();
        let open = contact
            .waiting
            .zip(end)
            .is_some_and(|((since, _), end)| end.time.saturating_sub(since.time) < PATIENCE);
        more(&mut self.short, open && !over);
    }

    fn remarks(self) -> Vec<Quality> {
        let Self { one_way, late, short, .. } = self;
        let mut all = Vec::new();
        let mut add = |id, number: usize, text: String| {
            if number > 0 {
                all.push(Quality { id, text });
            }
        };
        add(
            "QUAL-ONEWAY",
            one_way,
            format!("Of {} only one direction is in the capture", counted(one_way, "connection")),
        );
        add(
            "QUAL-LATE",
            late,
            format!(
                "The capture has no beginning of {}: what decided may lie before it",
                counted(late, "connection")
            ),
        );
        add(
            "QUAL-SHORT",
            short,
            format!("The capture ends while {} may still be answered", counted(short, "request")),
        );
        all
    }
}

/// Octets of one direction that were acknowledged, and that the capture doesn't have.
fn missed(half: &Half) -> i64 {
    /// Holes that are counted.
    const HOLES: usize = 64;
    let (mut at, mut sum) = (0, 0_i64);
    for _ in 0..HOLES {
        let Some((from, to)) = half.captured.hole(at, half.data_acked()) else { break };
        sum = sum.saturating_add(to.saturating_sub(from));
        at = to;
    }
    sum
}
