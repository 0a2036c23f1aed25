//! What the engine says of joins: played ones, in which one thing goes wrong, and real ones that are
//! damaged.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

mod accounts;
mod article;
mod beside;
#[path = "../capture_file/mod.rs"]
mod capture_file;
mod cut;
mod damaged;
mod discovery;
mod live;
mod many;
mod nojoin;
mod normal;
mod path;
mod sessions;
mod sides;
mod steering;
mod steps;
mod survived;

use adjoin_scenes::script::Shot;
use join_engine::report::{FindingReport, JoinReport};
use join_engine::{Engine, Report};

fn engine(shots: &[Shot]) -> Engine {
    let mut engine = Engine::new();
    for shot in shots {
        engine.feed(&shot.frame());
    }
    engine.finish();
    engine
}

fn report(shots: &[Shot]) -> Report {
    engine(shots).report()
}

/// The only join of a capture.
fn only_join(shots: &[Shot]) -> JoinReport {
    let mut joins = report(shots).joins;
    assert_eq!(joins.len(), 1, "{joins:#?}");
    joins.remove(0)
}

fn is_alarm(finding: &FindingReport) -> bool {
    matches!(finding.severity, "warning" | "error")
}

/// Ids of the findings, each with its severity.
fn told(join: &JoinReport) -> Vec<(&'static str, &'static str)> {
    join.findings.iter().map(|finding| (finding.id, finding.severity)).collect()
}

/// What is wrong with a join that should have gone well; nothing when it did.
fn blemish(shots: &[Shot]) -> Option<String> {
    let joins = report(shots).joins;
    let [join] = &joins[..] else { return Some(format!("{} joins", joins.len())) };
    let alarms: Vec<_> = join.findings.iter().filter(|finding| is_alarm(finding)).collect();
    (join.outcome != "joined" || !alarms.is_empty() || join.root.is_some())
        .then(|| format!("{}: {alarms:#?}", join.outcome))
}
