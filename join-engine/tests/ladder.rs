//! The ladders of samples, compared with `tests/snapshots/*.ladder.txt`, and what holds for every ladder.
//!
//! `UPDATE=1 cargo test -p join-engine --test ladder` writes them anew; read the difference.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

mod capture_file;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use join_engine::{Engine, Ladder};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn engine(sample: &Path) -> Engine {
    let mut engine = Engine::new();
    for (number, frame) in (1..).zip(&capture_file::read(sample.to_str().unwrap()).unwrap()) {
        engine.feed(&frame.numbered(number));
    }
    engine.finish();
    engine
}

fn samples() -> Vec<PathBuf> {
    let files = std::fs::read_dir(root().join("samples")).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|end| end == "pcap")).collect()
}

fn drawn(ladder: &Ladder) -> String {
    let mut text = String::new();
    let host = |index: usize| {
        let party = &ladder.hosts[index];
        party.name.as_ref().unwrap_or(&party.address).as_str()
    };
    let start = ladder.steps.first().map_or(0, |step| step.time);
    for step in &ladder.steps {
        let arrow = if step.kind.is_absent() { "-x" } else { "->" };
        let times = if step.times > 1 { format!(", {} times", step.times) } else { String::new() };
        let mark = step.mark.map_or_else(String::new, |mark| format!("  [{} {}]", mark.role, mark.id));
        let _ = writeln!(
            text,
            "{:>4} {:>8.3} {:3} {} {arrow} {}:{}  {}{times}  {}{mark}",
            step.frame,
            ((step.time - start) / 1_000_000) as f64 / 1e3,
            step.phase,
            host(step.from),
            host(step.to),
            step.port,
            step.label,
            step.kind.name(),
        );
    }
    for times in &ladder.times {
        let _ = writeln!(
            text,
            "{} answered {}, not {}, median {} us, slowest {} us in {}",
            times.phase,
            times.answered,
            times.unanswered,
            times.median / 1000,
            times.slowest / 1000,
            times.slowest_frame
        );
    }
    text
}

#[test]
fn snapshots() {
    for name in ["kdc-answer-lost", "rpc-ports-blocked", "wrong-password"] {
        let engine = engine(&root().join(format!("samples/{name}.pcap")));
        let text: String = engine.ladders().iter().map(drawn).collect();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/snapshots/{name}.ladder.txt"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(text, std::fs::read_to_string(&path).unwrap(), "{name}");
    }
}

#[test]
fn every_ladder_keeps_order_and_bounds_and_marks_the_root() {
    for sample in samples() {
        let engine = engine(&sample);
        let (report, ladders) = (engine.report(), engine.ladders());
        assert_eq!(report.joins.len(), ladders.len(), "{}", sample.display());
        for (join, ladder) in report.joins.iter().zip(&ladders) {
            assert!(ladder.steps.len() <= 200);
            assert!(ladder.steps.is_sorted_by_key(|step| step.time), "{}", sample.display());
            assert_eq!(ladder.hosts[0].address, join.client.address);
            assert!(ladder.steps.iter().all(|step| step.from.max(step.to) < ladder.hosts.len()));
            if let Some(root) = &join.root {
                let marked: Vec<u32> = ladder
                    .steps
                    .iter()
                    .filter(|step| step.mark.is_some_and(|mark| mark.id == root.id))
                    .map(|step| step.frame)
                    .collect();
                assert!(!marked.is_empty(), "{}", sample.display());
                let alarms =
                    ladder.steps.iter().filter(|step| step.mark.is_none_or(|mark| mark.role != "root"));
                assert!(alarms.count() > 0);
            } else {
                assert!(
                    ladder
                        .steps
                        .iter()
                        .all(|step| step.mark.is_none_or(|mark| matches!(mark.role, "note" | "normal")))
                );
            }
        }
    }
}

#[test]
fn whoever_is_named_in_a_report_is_known() {
    for sample in samples() {
        let engine = engine(&sample);
        let known = engine.identities();
        for join in engine.report().joins {
            assert!(known.addresses.iter().any(|address| address.to_string() == join.client.address));
            let has =
                |names: &[String], name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name));
            if let Some(account) = &join.account {
                assert!(has(&known.users, account), "{account}");
            }
            if let Some(domain) = &join.domain {
                assert!(has(&known.domains, domain), "{domain}");
            }
            if let Some(name) = join.dc.and_then(|dc| dc.name) {
                assert!(has(&known.hosts, &name), "{name}");
            }
        }
    }
}
