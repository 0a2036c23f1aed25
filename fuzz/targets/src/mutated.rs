//! Real captures, changed as a network and a capture program change them.

use adjoin_capture::{Frame, LinkType};
use capture_file::Reader;
use join_engine::report::Report;
use join_engine::{Engine, Identities};
use std::io::Cursor;
use std::sync::OnceLock;

/// The captures that are changed. Their sources are in `samples/README.md`.
const SAMPLES: [&[u8]; 7] = [
    include_bytes!("../../../samples/joined.pcap"),
    include_bytes!("../../../samples/wrong-password.pcap"),
    include_bytes!("../../../samples/kdc-answer-lost.pcap"),
    include_bytes!("../../../samples/rpc-not-registered.pcap"),
    include_bytes!("../../../samples/rpc-ports-blocked.pcap"),
    include_bytes!("../../../samples/joined-vlan.pcap"),
    include_bytes!("../../../samples/windows7-join.pcap"),
];

/// Most frames of a changed capture.
const MAX_FRAMES: usize = 1_000;
/// Most changes of an input.
const MAX_CHANGES: usize = 200;
/// Octets of a change: what, which frame, and two arguments.
const CHANGE: usize = 8;
/// Most octets that streams may hold for the frames of the samples, which have half a megabyte together.
const MAX_KEPT: u64 = 4 << 20;

#[derive(Clone)]
struct Recorded {
    time: i64,
    link: LinkType,
    octets: Vec<u8>,
    original_length: u32,
}

fn samples() -> &'static [Vec<Recorded>] {
    static READ: OnceLock<Vec<Vec<Recorded>>> = OnceLock::new();
    READ.get_or_init(|| SAMPLES.iter().map(|file| records(file)).collect())
}

fn records(file: &'static [u8]) -> Vec<Recorded> {
    let mut frames = Vec::new();
    let Ok(mut reader) = Reader::new(Box::new(Cursor::new(file)), "sample") else { return frames };
    while let Ok(Some(record)) = reader.next() {
        frames.push(Recorded {
            time: record.time,
            link: record.link,
            octets: record.bytes.to_vec(),
            original_length: record.original_length,
        });
    }
    frames
}

/// [`join_engine::Engine`] and all its reports, fed with a sample of `samples/` that was changed. The first
/// octet picks the sample, the second how it is asked; then come changes of eight octets: what happens, to
/// which frame (2, little-endian), and arguments (2, 2 and 1). Frames are lost, doubled, moved, cut, swapped,
/// and come at other times; fields get other values; a second sample comes between.
pub fn engine_mutated(bytes: &[u8]) {
    let [sample, how, changes @ ..] = bytes else { return };
    let all = samples();
    let Some(mut frames) = all.get(usize::from(*sample) % all.len()).cloned() else { return };
    for change in changes.chunks_exact(CHANGE).take(MAX_CHANGES) {
        if let [what, a, b, c, d, e, f, g] = change {
            let word = |low: &u8, high: &u8| u16::from_le_bytes([*low, *high]);
            apply(&mut frames, *what, word(a, b), word(c, d), word(e, f), *g);
            frames.truncate(MAX_FRAMES);
        }
    }
    run(&frames, *how);
}

/// One change. Numbers that are too big wrap round.
fn apply(frames: &mut Vec<Recorded>, what: u8, which: u16, first: u16, second: u16, octet: u8) {
    let count = frames.len();
    if count == 0 {
        return;
    }
    let at = usize::from(which) % count;
    let other = usize::from(first) % count;
    let then = frames.get(other).map_or(0, |frame| frame.time);
    let Some(frame) = frames.get_mut(at) else { return };
    let inside = usize::from(first) % frame.octets.len().max(1);
    match what % 14 {
        // A packet is lost, or a run of them.
        0 => drop(frames.remove(at)),
        1 => drop(frames.drain(at..count.min(at + 1 + usize::from(second) % 64))),
        // A packet comes twice, at once or later.
        2 => {
            let copy = frame.clone();
            frames.insert(at + 1, copy);
        }
        3 => {
            let copy = Recorded { time: then, ..frame.clone() };
            frames.insert(other, copy);
        }
        // It comes late, or in the place of another.
        4 => {
            let frame = frames.remove(at);
            frames.insert(other.min(frames.len()), frame);
        }
        5 => frames.swap(at, other),
        // The capture cut it; the file did, which says nothing of it; or the sender sent less.
        6 => frame.octets.truncate(inside),
        7 => {
            frame.octets.truncate(inside);
            frame.original_length = u32::try_from(frame.octets.len()).unwrap_or(u32::MAX);
        }
        // A field has another value: a bit, an octet, a word.
        8 => frame.octets.iter_mut().skip(inside).take(1).for_each(|to| *to ^= 1 << (octet & 7)),
        9 => frame.octets.iter_mut().skip(inside).take(1).for_each(|to| *to = octet),
        10 => {
            let word = second.to_be_bytes();
            frame.octets.iter_mut().skip(inside).zip(word).for_each(|(to, from)| *to = from);
        }
        // The clock jumps: for this frame, or for all that follow; back or forth, up to nine hours.
        11 => frame.time = frame.time.saturating_add(moved(second, octet)),
        12 => frames.iter_mut().skip(at).for_each(|frame| {
            frame.time = frame.time.saturating_add(moved(second, octet));
        }),
        // Another capture in between.
        _ => {
            let all = samples();
            let guest = all.get(usize::from(octet) % all.len()).map_or(&[][..], Vec::as_slice);
            let shift = frame.time.saturating_sub(guest.first().map_or(0, |frame| frame.time));
            let guest = guest
                .iter()
                .take(usize::from(second) % 200)
                .map(|frame| Recorded { time: frame.time.saturating_add(shift), ..frame.clone() });
            let rest = frames.split_off(at);
            frames.extend(guest.clone());
            frames.extend(rest);
        }
    }
}

/// Nanoseconds: milliseconds, or seconds when the octet is odd; back when its second bit is set.
fn moved(amount: u16, octet: u8) -> i64 {
    let unit = if octet & 1 == 0 { 1_000_000 } else { 1_000_000_000 };
    let sign = if octet & 2 == 0 { 1 } else { -1 };
    i64::from(amount) * unit / 2 * sign
}

fn run(frames: &[Recorded], how: u8) {
    let mut engine = if how & 1 == 0 { Engine::new() } else { Engine::for_report() };
    let mut fed = 0_u64;
    for (number, given) in (1..).zip(frames) {
        let Recorded { time, link, ref octets, original_length } = *given;
        engine.feed(&Frame { number, time, link, bytes: octets, original_length });
        fed += 1;
        if how & 2 != 0 {
            engine.watch();
        }
        if how & 4 != 0 {
            if let Some(view) = engine.view(number, &given.octets) {
                crate::engine::rows(&given.octets, &view);
            }
        }
    }
    engine.finish();
    let stats = engine.stats();
    assert_eq!(stats.frames, fed);
    assert!(stats.kept_bytes <= stats.kept_bytes_peak, "{stats:?}");
    assert!(stats.kept_bytes_peak <= MAX_KEPT, "{stats:?}");
    assert!(stats.connections <= fed && stats.datagrams <= fed + stats.reassembled);

    let report = engine.report();
    report_holds(&report, fed);
    // Each of these judges the capture once more: one for an input.
    match how >> 4 & 3 {
        0 => assert_eq!(report.to_json(), engine.report().to_json(), "asking again says the same"),
        1 => assert_eq!(engine.ladders().len(), report.joins.len(), "a ladder for each join"),
        2 => assert_eq!(engine.moments().len(), report.joins.len()),
        _ => drop::<Identities>(engine.identities()),
    }
    for (frame, id, text) in engine.certain() {
        assert!(u64::from(frame) <= fed && !id.is_empty() && !text.is_empty());
    }
    // A view of every frame at the end, of some inputs: they are many.
    if how & 8 != 0 {
        for (number, given) in (1..).zip(frames) {
            if let Some(view) = engine.view(number, &given.octets) {
                crate::engine::rows(&given.octets, &view);
            }
        }
    }
}

/// The report ends, and names only frames that were fed.
fn report_holds(report: &Report, fed: u64) {
    assert!(report.joins.len() as u64 <= fed);
    let fed_frame = |frame: u32| frame >= 1 && u64::from(frame) <= fed;
    for join in &report.joins {
        for phase in &join.phases {
            assert!(phase.first_frame.is_none_or(fed_frame) && phase.last_frame.is_none_or(fed_frame));
            assert!(phase.first_frame <= phase.last_frame, "{phase:?}");
        }
        for finding in join.findings.iter().chain(&join.root) {
            assert!(finding.evidence.iter().all(|evidence| fed_frame(evidence.frame)), "{finding:?}");
            assert!(!finding.what.is_empty());
        }
        // What went well has no cause of failure.
        assert!(join.root.is_none() || join.outcome != "joined", "{join:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_read_and_changes_happen() {
        let all = samples();
        assert!(all.iter().all(|frames| frames.len() > 10));
        for what in 0..14 {
            let mut frames = all.first().cloned().unwrap_or_default();
            let before = frames.clone();
            apply(&mut frames, what, 5, 20, 300, 1);
            let same = frames.len() == before.len()
                && frames.iter().zip(&before).all(|(a, b)| {
                    (a.time, &a.octets, a.original_length) == (b.time, &b.octets, b.original_length)
                });
            assert!(!same, "change {what} does nothing");
        }
    }

    #[test]
    fn nothing_that_happens_to_samples_stops_the_engine() {
        for sample in 0..7 {
            for what in 0..14 {
                engine_mutated(&[sample, 0x0f, what, 9, 0, 20, 0, 44, 1, 7]);
            }
        }
    }
}
