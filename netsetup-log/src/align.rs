//! Lays the log beside a capture: the log's clock is local and has no zone, the capture's is UTC.
//!
//! Every pair of a line and a packet of the same kind votes for the difference of its times. True pairs
//! agree, wrong ones scatter. The log's clock is the capture's plus a zone, a multiple of a quarter of
//! an hour, and a skew.
//!
//! Two joins of the same kind look alike: compare machine and domain before a log is laid beside the
//! join of another machine.

use crate::anchors::{Anchor, AnchorKind};
use crate::time::year_of_unix_ns;
use core::fmt;

/// What was seen in the capture: the kind, the host it was about (empty: not known), and when, in
/// nanoseconds since 1970.
pub type Observed<'a> = (AnchorKind, &'a str, i64);

/// A line and the packet that it was laid beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The line's number.
    pub line: u32,
    /// The place in the list of what was observed.
    pub observed: usize,
    /// How much later the line was written than the offset says, in nanoseconds.
    pub late_ns: i64,
}

/// How the log lies beside the capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alignment {
    /// To be added to the log's time, taken as UTC, to get the time in the capture.
    pub offset_ns: i64,
    /// The client's zone in quarters of an hour east of UTC.
    pub zone_quarters: i32,
    /// How far the client's clock is ahead of the capture's, the zone apart.
    pub skew_ns: i64,
    /// The largest distance of a pair from the offset.
    pub residual_ns: i64,
    /// The pairs that agree.
    pub pairs: Vec<Pair>,
    /// How many pairs agree on the best other offset: when it is nearly as many, several attempts look
    /// the same and the log may belong to another.
    pub rival_pairs: usize,
    /// The year of times that have none in the log.
    pub year: u16,
}

impl Alignment {
    /// The time of a line in the capture, in nanoseconds since 1970.
    #[must_use]
    pub fn unix_ns(&self, time: crate::Stamp) -> i64 {
        time.local_ms(self.year).saturating_mul(1_000_000).saturating_add(self.offset_ns)
    }
}

/// Why the log can't be laid beside the capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotAligned {
    /// Fewer than two lines, or fewer than two packets, that could be compared.
    TooFew,
    /// No offset that a zone can explain has two pairs, or more when there are so many votes that some agree
    /// by chance: the log and the capture don't overlap.
    NoOverlap,
}

impl fmt::Display for NotAligned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooFew => "the log or the capture has too little that could be compared",
            Self::NoOverlap => "the log and the capture don't overlap in time",
        })
    }
}

impl core::error::Error for NotAligned {}

const SECOND: i64 = 1_000_000_000;
const QUARTER: i64 = 900 * SECOND;
/// Pairs further from the offset than this don't belong to it.
const REACH: i64 = 2 * SECOND;
/// Pairs within this of each other are taken before the others.
const CLOSE: i64 = SECOND / 2;
/// Zones go from 12 hours west to 14 hours east; half a quarter of an hour of skew on top.
const EAST: i64 = 56 * QUARTER + QUARTER / 2;
const WEST: i64 = 48 * QUARTER + QUARTER / 2;
/// So many lines that may lie in the capture are used, the last of them, and so many packets.
const MAX_ANCHORS: usize = 2_000;
const MAX_OBSERVED: usize = 20_000;
const MAX_VOTES: usize = 100_000;
/// So many offsets are looked at closely.
const MAX_OFFSETS: usize = 64;

/// A pair and its vote.
#[derive(Clone, Copy)]
struct Vote {
    offset: i64,
    anchor: usize,
    observed: usize,
}

/// Finds the offset between the log's clock and the capture's from at least two pairs of a line and a
/// packet; the more there is to compare, the more pairs must agree.
///
/// # Errors
///
/// [`NotAligned`] when there is too little to compare, or nothing agrees.
///
/// ```
/// use netsetup_log::{AnchorKind, Log, NotAligned, align};
///
/// let log = Log::read(br"05/04/2026 11:30:01:250 NetpDsGetDcName: found DC '\\dc1.corp.example' in the specified domain
/// 05/04/2026 11:30:01:900 NetpJoinDomainOnDs: status of connecting to dc '\\dc1.corp.example': 0x0
/// ");
/// let anchors: Vec<_> = log.anchors().collect();
/// // The same in the capture: 09:30 UTC, and this clock is 3 s behind.
/// let seen = [
///     (AnchorKind::ControllerFound, "dc1.corp.example", 1_777_887_004_245_000_000),
///     (AnchorKind::SmbConnected, "dc1.corp.example", 1_777_887_004_890_000_000),
/// ];
/// let alignment = align(&anchors, &seen)?;
/// assert_eq!(alignment.zone_quarters, 8);
/// assert_eq!(alignment.skew_ns / 1_000_000, -2_992);
/// assert_eq!(align(&anchors, &seen[..1]), Err(NotAligned::TooFew));
/// # Ok::<(), NotAligned>(())
/// ```
pub fn align(anchors: &[Anchor<'_>], observed: &[Observed<'_>]) -> Result<Alignment, NotAligned> {
    let observed = observed.get(..observed.len().min(MAX_OBSERVED)).unwrap_or_default();
    let Some((_, _, first)) = observed.first().filter(|_| anchors.len() >= 2 && observed.len() >= 2) else {
        return Err(NotAligned::TooFew);
    };
    let capture_year = year_of_unix_ns(*first);
    let with_year = anchors.iter().all(|anchor| anchor.time.year.is_some());
    // A year that is not in the log: the capture's, or its neighbour's around New Year.
    let years = [capture_year, capture_year.saturating_sub(1), capture_year.saturating_add(1)];
    let years = if with_year { years.get(..1).unwrap_or_default() } else { &years };
    let mut best: Option<Alignment> = None;
    for year in years {
        let votes = votes(anchors, observed, *year);
        let found = elect(&votes, anchors, *year);
        let pairs = |alignment: &Option<Alignment>| alignment.as_ref().map_or(0, |a| a.pairs.len());
        if pairs(&found) > pairs(&best) {
            best = found;
        }
    }
    best.ok_or(NotAligned::NoOverlap)
}

fn votes(anchors: &[Anchor<'_>], observed: &[Observed<'_>], year: u16) -> Vec<Vote> {
    let times = || observed.iter().map(|(_, _, at)| *at);
    let (first, last) = (times().min().unwrap_or_default(), times().max().unwrap_or_default());
    let (from, to) = (first.saturating_sub(WEST), last.saturating_add(EAST));
    let local_ns = |anchor: &Anchor<'_>| anchor.time.local_ms(year).saturating_mul(1_000_000);
    // A log holds years; what no zone brings to the capture is left out.
    let near = anchors.iter().enumerate().rev().filter(|(_, anchor)| (from..=to).contains(&local_ns(anchor)));
    let mut votes = Vec::new();
    for (a, anchor) in near.take(MAX_ANCHORS) {
        let local = local_ns(anchor);
        for (o, (kind, host, at)) in observed.iter().enumerate() {
            if *kind != anchor.kind || !same_host(anchor.host, host) {
                continue;
            }
            let offset = at.saturating_sub(local);
            // West of UTC the clock shows less, so more has to be added.
            if (-EAST..=WEST).contains(&offset) && votes.len() < MAX_VOTES {
                votes.push(Vote { offset, anchor: a, observed: o });
            }
        }
    }
    votes.sort_unstable_by_key(|vote| (vote.offset, vote.anchor, vote.observed));
    votes
}

/// The same host, as far as both are known; the first label of a name will do.
fn same_host(a: Option<&str>, b: &str) -> bool {
    let Some(a) = a.filter(|a| !a.is_empty() && !b.is_empty()) else { return true };
    let (a, b) = (a.trim_end_matches('.'), b.trim_end_matches('.'));
    let short = |name: &str| !name.contains('.');
    let label = |name: &str| name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    a.eq_ignore_ascii_case(b) || (short(a) || short(b)) && label(a) == label(b)
}

fn elect(votes: &[Vote], anchors: &[Anchor<'_>], year: u16) -> Option<Alignment> {
    // First a rough score for each vote: how many are near, the nearer the more. Sums of all votes
    // before each make that two searches instead of a walk.
    let mut sums = Vec::with_capacity(votes.len().saturating_add(1));
    let mut sum = 0_i128;
    sums.push(sum);
    for vote in votes {
        sum = sum.saturating_add(i128::from(vote.offset));
        sums.push(sum);
    }
    let mut rough: Vec<(i128, usize)> =
        votes.iter().enumerate().map(|(at, vote)| (score(votes, &sums, at, vote.offset), at)).collect();
    rough.sort_unstable_by(|a, b| b.cmp(a));
    let mut offsets: Vec<i64> = Vec::new();
    for (_, at) in rough {
        let offset = votes.get(at)?.offset;
        if offsets.iter().all(|known| known.abs_diff(offset) > CLOSE.unsigned_abs() / 4) {
            offsets.push(offset);
        }
        if offsets.len() >= MAX_OFFSETS {
            break;
        }
    }
    // Then the best of them closely: each line and each packet only once.
    let mut best: Option<(usize, i64, i64, Vec<Vote>)> = None;
    let mut all: Vec<(i64, usize)> = Vec::new();
    for offset in offsets {
        let pairs = pair_up(votes, offset);
        if pairs.len() < 2 {
            continue;
        }
        let middle = median(&pairs);
        let spread = pairs.iter().fold(0_i64, |sum, vote| sum.saturating_add(distance(vote.offset, middle)));
        all.push((middle, pairs.len()));
        let better = best.as_ref().is_none_or(|(count, least, _, _)| {
            pairs.len() > *count || pairs.len() == *count && spread < *least
        });
        if better {
            best = Some((pairs.len(), spread, middle, pairs));
        }
    }
    let (_, _, offset_ns, pairs) = best?;
    if pairs.len() < enough(votes.len()) {
        return None;
    }
    let rival_pairs = all
        .iter()
        .filter(|(middle, _)| distance(*middle, offset_ns) > CLOSE)
        .map(|(_, count)| *count)
        .max()
        .unwrap_or(0);
    if pairs.len() == 2 && rival_pairs == 2 {
        return None;
    }
    let zone = nearest_quarter(offset_ns.saturating_neg());
    let late = |vote: &Vote| offset_ns.saturating_sub(vote.offset);
    Some(Alignment {
        offset_ns,
        zone_quarters: zone,
        skew_ns: offset_ns.saturating_neg().saturating_sub(i64::from(zone).saturating_mul(QUARTER)),
        residual_ns: pairs.iter().map(|vote| late(vote).saturating_abs()).max().unwrap_or(0),
        pairs: pairs
            .iter()
            .filter_map(|vote| {
                let line = anchors.get(vote.anchor)?.line;
                Some(Pair { line, observed: vote.observed, late_ns: late(vote) })
            })
            .collect(),
        rival_pairs,
        year,
    })
}

/// So many pairs don't agree by chance. Votes that scatter over the 26 hours of all zones put k of them
/// within a second somewhere with a chance of about `votes^k / (93600^(k-1) (k-1)!)`; one in twenty is
/// too much.
const fn enough(votes: usize) -> usize {
    match votes {
        0..=68 => 2,
        69..=950 => 3,
        951..=3_900 => 4,
        3_901..=9_000 => 5,
        9_001..=18_000 => 6,
        _ => 10,
    }
}

/// The sum of `REACH - distance` over all votes within reach.
fn score(votes: &[Vote], sums: &[i128], at: usize, offset: i64) -> i128 {
    let from = votes.partition_point(|vote| vote.offset < offset.saturating_sub(REACH));
    let to = votes.partition_point(|vote| vote.offset <= offset.saturating_add(REACH));
    let sum = |range: core::ops::Range<usize>| {
        let end = sums.get(range.end).copied().unwrap_or_default();
        end.saturating_sub(sums.get(range.start).copied().unwrap_or_default())
    };
    let wide = |count: usize| i128::try_from(count).unwrap_or_default();
    let here = i128::from(offset);
    let below = wide(at.saturating_sub(from)).saturating_mul(here).saturating_sub(sum(from..at));
    let above = sum(at..to).saturating_sub(wide(to.saturating_sub(at)).saturating_mul(here));
    wide(to.saturating_sub(from))
        .saturating_mul(i128::from(REACH))
        .saturating_sub(below)
        .saturating_sub(above)
}

/// The votes for an offset, the nearest first, each line and packet once. Those further off count only
/// when there are no two that are close.
fn pair_up(votes: &[Vote], offset: i64) -> Vec<Vote> {
    let from = votes.partition_point(|vote| vote.offset < offset.saturating_sub(REACH));
    let to = votes.partition_point(|vote| vote.offset <= offset.saturating_add(REACH));
    let mut near: Vec<Vote> = votes.get(from..to).unwrap_or_default().to_vec();
    near.sort_unstable_by_key(|vote| (distance(vote.offset, offset), vote.anchor, vote.observed));
    let mut used_anchors = std::collections::HashSet::new();
    let mut used_observed = std::collections::HashSet::new();
    near.retain(|vote| {
        let free = !used_anchors.contains(&vote.anchor) && !used_observed.contains(&vote.observed);
        if free {
            used_anchors.insert(vote.anchor);
            used_observed.insert(vote.observed);
        }
        free
    });
    let close = near.partition_point(|vote| distance(vote.offset, offset) <= CLOSE);
    if close >= 2 {
        near.truncate(close);
    }
    near.sort_unstable_by_key(|vote| (vote.anchor, vote.observed));
    near
}

fn median(votes: &[Vote]) -> i64 {
    let mut offsets: Vec<i64> = votes.iter().map(|vote| vote.offset).collect();
    offsets.sort_unstable();
    let upper = offsets.get(offsets.len() / 2).copied().unwrap_or_default();
    let lower = offsets.get(offsets.len().saturating_sub(1) / 2).copied().unwrap_or(upper);
    lower.saturating_add(upper.saturating_sub(lower) / 2)
}

fn distance(a: i64, b: i64) -> i64 {
    a.saturating_sub(b).saturating_abs()
}

fn nearest_quarter(ns: i64) -> i32 {
    i32::try_from(ns.saturating_add(QUARTER / 2).div_euclid(QUARTER)).unwrap_or_default()
}
