//! What the engine says of the samples: the whole of it, compared with `tests/snapshots`.
//!
//! `UPDATE=1 cargo test -p join-engine --test samples` writes them anew; read the difference.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

mod capture_file;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use capture_file::Captured;
use join_engine::Engine;
use join_engine::catalogue;
use join_engine::show::{Place, Value, What, fields};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn engine(frames: &[Captured]) -> Engine {
    let mut engine = Engine::new();
    for (number, frame) in (1..).zip(frames) {
        engine.feed(&frame.numbered(number));
    }
    engine.finish();
    engine
}

/// Phase, summary, links and findings of every annotated frame.
fn story(frames: &[Captured]) -> String {
    let engine = engine(frames);
    let fields: Vec<_> = fields().collect();
    let mut story = String::new();
    for (number, frame) in (1..).zip(frames) {
        let Some(view) = engine.view(number, &frame.bytes) else { continue };
        let mut phase = String::from("-");
        for row in &view.rows {
            match &row.what {
                What::Field { id, value, .. } => match (fields[usize::from(id.0)].filter, value) {
                    ("adjoin.phase", Value::Text(text)) => phase.clone_from(text),
                    ("adjoin.summary", Value::Text(text)) => {
                        writeln!(story, "{number:4} {phase:3} {text}").unwrap();
                        phase = String::from("-");
                    }
                    ("adjoin.request_in", Value::Uint(frame)) => {
                        writeln!(story, "          answers frame {frame}").unwrap();
                    }
                    ("adjoin.note", Value::Text(text)) => {
                        writeln!(story, "          note: {text}").unwrap();
                    }
                    _ => {}
                },
                What::Finding { id, text, .. } => {
                    let finding = catalogue::finding(*id).unwrap();
                    writeln!(story, "          {} {}: {text}", finding.severity.as_str(), finding.id)
                        .unwrap();
                }
            }
        }
    }
    story
}

fn samples() -> Vec<PathBuf> {
    let mut samples: Vec<_> = std::fs::read_dir(root().join("samples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "pcap" || end == "pcapng"))
        .collect();
    samples.sort();
    assert!(samples.len() >= 5, "only {} samples", samples.len());
    samples
}

#[test]
fn the_samples_tell_their_stories() {
    let mut changed = Vec::new();
    for sample in samples() {
        let frames = capture_file::read(sample.to_str().unwrap()).unwrap();
        let told = story(&frames);
        let name = sample.file_stem().unwrap().to_str().unwrap().to_owned();
        let path = root().join("join-engine/tests/snapshots").join(format!("{name}.txt"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &told).unwrap();
        }
        let wanted = std::fs::read_to_string(&path).unwrap_or_default();
        if told != wanted {
            for (told, wanted) in told.lines().zip(wanted.lines()).filter(|(a, b)| a != b).take(5) {
                eprintln!("{name}: says    {told}\n{name}: wanted  {wanted}");
            }
            changed.push(name);
        }
    }
    assert!(changed.is_empty(), "these samples tell another story now: {changed:?}");
}

/// Every row lies within the octets that it is about, and rows deepen one level at a time.
#[test]
fn rows_lie_where_they_say() {
    let mut rows = 0;
    for sample in samples() {
        let frames = capture_file::read(sample.to_str().unwrap()).unwrap();
        let engine = engine(&frames);
        for (number, frame) in (1..).zip(&frames) {
            let Some(view) = engine.view(number, &frame.bytes) else { continue };
            let mut depth = 0;
            for row in &view.rows {
                rows += 1;
                assert!(row.depth <= depth + 1, "{sample:?} frame {number}: {row:?}");
                depth = row.depth;
                let (end, of) = match row.place {
                    Place::Generated => continue,
                    Place::Frame(span) => (span.end, frame.bytes.len()),
                    Place::Buffer(index, span) => (span.end, view.buffers[usize::from(index)].bytes.len()),
                };
                assert!(end <= of, "{sample:?} frame {number}: {row:?} ends behind {of}");
            }
        }
    }
    assert!(rows > 1000, "{rows} rows");
}

/// Cut to any length, in any order, in part: never a panic, and never an accusation of the sender
/// that the whole capture doesn't make.
#[test]
fn damaged_captures_are_survived() {
    for sample in samples() {
        let frames = capture_file::read(sample.to_str().unwrap()).unwrap();
        for snap in [0, 14, 33, 54, 60, 96, 128, 200] {
            let cut: Vec<_> = frames
                .iter()
                .map(|frame| Captured {
                    time: frame.time,
                    link: frame.link,
                    bytes: frame.bytes[..frame.bytes.len().min(snap)].to_vec(),
                    original_length: frame.original_length,
                })
                .collect();
            let told = story(&cut);
            assert!(!told.contains("ADJOIN-MALFORMED"), "{sample:?} at {snap} bytes per frame:\n{told}");
        }
        let mut backwards: Vec<_> = frames.iter().collect();
        backwards.reverse();
        for step in [2, 3, 7] {
            let mut engine = Engine::new();
            for (number, frame) in (1..).zip(backwards.iter().step_by(step)) {
                engine.feed(&frame.numbered(number));
            }
            engine.finish();
        }
    }
}

/// Every annotated frame, alone, cut at every octet: decoding never panics, and a cut is never taken
/// for a fault of the sender.
#[test]
fn every_prefix_of_every_message() {
    let mut prefixes = 0;
    for sample in samples() {
        let frames = capture_file::read(sample.to_str().unwrap()).unwrap();
        let whole = engine(&frames);
        for (number, frame) in (1..).zip(&frames) {
            if whole.view(number, &frame.bytes).is_none() {
                continue;
            }
            for cut in 0..frame.bytes.len() {
                let short = Captured {
                    time: frame.time,
                    link: frame.link,
                    bytes: frame.bytes[..cut].to_vec(),
                    original_length: frame.original_length,
                };
                let told = story(&[short]);
                assert!(
                    !told.contains("ADJOIN-MALFORMED"),
                    "{sample:?} frame {number} cut at {cut}:\n{told}"
                );
                prefixes += 1;
            }
        }
    }
    assert!(prefixes > 100_000, "{prefixes} prefixes");
}
