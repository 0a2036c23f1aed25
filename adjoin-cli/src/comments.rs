//! What a report says, as comments on the frames that it is about.

use std::collections::BTreeMap;

use join_engine::Report;
use join_engine::report::{FindingReport, JoinReport};

use crate::terminal::harmless;

/// What each comment begins with: a filter for all of them is `frame.comment contains "adjoin: "`.
const MARK: &str = "adjoin: ";

/// The comments of each frame, by its number. `certain` tells where findings became certain, and `renumber`
/// how a frame is numbered in the file that gets the comments.
pub(crate) fn of<'r>(
    report: &Report,
    certain: impl Iterator<Item = (u32, &'static str, &'r str)>,
    renumber: impl Fn(u32) -> u32,
) -> BTreeMap<u32, Vec<String>> {
    let certain: Vec<_> = certain.collect();
    let mut comments: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut add = |frame: u32, words: String| {
        let words = harmless(&words);
        let known = comments.entry(frame).or_default();
        if !known.contains(&words) {
            known.push(words);
        }
    };
    for join in &report.joins {
        if let Some(first) = join.phases.iter().filter_map(|phase| phase.first_frame).min() {
            add(first, outcome(join));
        }
        for finding in &join.findings {
            let seen = finding.evidence.iter().map(|evidence| evidence.frame);
            let first = seen.clone().min().unwrap_or(0);
            // The same may have happened to another client: of several, the first behind this evidence.
            let found = certain
                .iter()
                .filter(|(_, id, what)| *id == finding.id && *what == finding.what)
                .map(|(frame, ..)| *frame)
                .find(|frame| *frame >= first)
                .or(seen.clone().next());
            if let Some(frame) = found {
                add(frame, whole(finding, &renumber));
            }
            for evidence in finding.evidence.iter().filter(|evidence| Some(evidence.frame) != found) {
                let FindingReport { id, role, .. } = finding;
                add(evidence.frame, format!("{MARK}{id} ({role}), evidence: {}", evidence.shows));
            }
        }
    }
    comments
}

/// What became of a join, for its first frame.
fn outcome(join: &JoinReport) -> String {
    let client = join.client.name.as_ref().unwrap_or(&join.client.address);
    let domain = join.domain.as_ref().map_or_else(String::new, |domain| format!(" to {domain}"));
    let end = match (&join.root, join.outcome) {
        (Some(root), outcome) => format!("{outcome}, {}", root.id),
        (None, outcome) => outcome.to_owned(),
    };
    format!("{MARK}the join of {client}{domain} begins here: {end}")
}

/// A finding, for the frame where it became certain.
fn whole(finding: &FindingReport, renumber: impl Fn(u32) -> u32) -> String {
    let FindingReport { id, role, what, fix, .. } = finding;
    let mut words = format!("{MARK}{id} ({role}): {what}");
    // What is normal wants no cure, and no proof.
    if *role == "normal" {
        return words;
    }
    if !words.ends_with(['.', '!', '?']) {
        words.push('.');
    }
    if !fix.is_empty() {
        words.push_str(&format!(" To do: {fix}"));
    }
    let mut frames: Vec<u32> = finding.evidence.iter().map(|evidence| renumber(evidence.frame)).collect();
    frames.sort_unstable();
    frames.dedup();
    if !frames.is_empty() {
        let frames: Vec<String> = frames.iter().map(u32::to_string).collect();
        words.push_str(&format!(" Evidence: frame.number in {{{}}}", frames.join(", ")));
    }
    words
}
