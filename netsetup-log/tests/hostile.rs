//! Cut, changed and random input: nothing panics, what stands before the damage stays.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking; the numbers are small"
)]

use netsetup_log::{AnchorKind, JoinOutcome, Line, Log, Section, align};
use proptest::prelude::*;
use std::path::Path;

/// Reads and asks for everything.
fn walk(bytes: &[u8]) -> Log {
    let log = Log::read(bytes);
    let mut last = None;
    for (at, line) in log.lines().enumerate() {
        assert_eq!(line.number as usize, at + 1);
        assert!(line.offset <= bytes.len());
        assert!(last.is_none_or(|last| last < line.offset), "offsets grow");
        last = Some(line.offset);
        let _ = (line.function(), line.message(), line.value(), line.options().map(|o| o.to_string()));
        let _ = Section::of(line);
        if let Some(status) = line.status() {
            assert!(line.text.get(status.place.clone()).is_some_and(|text| !text.is_empty()));
            let _ = (status.to_string(), status.meaning());
        }
    }
    for problem in log.problems() {
        assert!(problem.offset <= bytes.len(), "{problem}");
    }
    let lines = log.lines().count() as u32;
    for operation in log.operations() {
        assert!(operation.first >= 1 && operation.first <= operation.last && operation.last <= lines);
        for span in &operation.sections {
            assert!(span.first >= operation.first && span.first <= span.last && span.last <= operation.last);
        }
        for notice in &operation.notices {
            assert!((operation.first..=operation.last).contains(&notice.line));
        }
    }
    let passes: usize = log.joins().iter().map(|join| join.passes.len()).sum();
    assert_eq!(passes, log.passes().len());
    for candidate in log.findings() {
        assert!(log.line(candidate.line).is_some());
    }
    for entry in log.entries() {
        let _ = entry.more().count();
    }
    let anchors: Vec<_> = log.anchors().collect();
    let seen: Vec<_> = anchors
        .iter()
        .take(30)
        .map(|anchor| {
            (anchor.kind, anchor.host.unwrap_or(""), anchor.time.local_ms(2020).saturating_mul(1_000_000))
        })
        .collect();
    let _ = align(&anchors, &seen);
    log
}

fn logs() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut logs: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    logs.sort();
    assert!(logs.len() >= 10);
    logs
}

#[test]
fn every_prefix() {
    for (name, bytes) in logs() {
        let whole = Log::read(&bytes);
        // Every octet near the start and the end, then every 17th: the long logs say the same often.
        let cuts = (0..bytes.len()).filter(|cut| *cut < 300 || cut % 17 == 0 || bytes.len() - cut < 100);
        for cut in cuts {
            let log = walk(&bytes[..cut]);
            if log.encoding() != whole.encoding() {
                assert!(cut < 4, "{name}: the encoding is known from the first octets");
                continue;
            }
            // The lines before the one that was cut are the same.
            let count = log.lines().count().saturating_sub(1);
            let same = |(a, b): (Line<'_>, Line<'_>)| {
                assert_eq!(
                    (a.text, a.kind, a.offset, a.time),
                    (b.text, b.kind, b.offset, b.time),
                    "{name} {cut}"
                );
            };
            log.lines().take(count).zip(whole.lines()).for_each(same);
        }
    }
}

#[test]
fn every_flipped_octet() {
    for (_, bytes) in logs() {
        let mut bytes = bytes;
        bytes.truncate(1_500);
        for at in 0..bytes.len() {
            let flip = 1_u8 << (at % 8);
            bytes[at] ^= flip;
            walk(&bytes);
            bytes[at] ^= flip;
        }
    }
}

#[test]
fn the_same_in_every_encoding() {
    for (name, bytes) in logs() {
        let log = Log::read(&bytes);
        let text: String = log.lines().map(|line| format!("{}\r\n", restore(line))).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let again = walk(&[&[0xfe, 0xff], &*big].concat());
        let (a, b) = (log.operations(), again.operations());
        let short = |operations: &[netsetup_log::Operation<'_>]| {
            operations
                .iter()
                .map(|o| format!("{:?} {:?} {:?}", o.kind, o.status, o.sections))
                .collect::<Vec<_>>()
        };
        assert_eq!(short(&a), short(&b), "{name}");
    }
}

/// A line as it was, with its time.
fn restore(line: Line<'_>) -> String {
    let Some(time) = line.time else { return line.text.to_owned() };
    let mut stamp = format!("{:02}/{:02}", time.month, time.day);
    if let Some(year) = time.year {
        stamp += &format!("/{year:04}");
    }
    stamp += &format!(" {:02}:{:02}:{:02}", time.hour, time.minute, time.second);
    if let Some(ms) = time.millisecond {
        stamp += &format!(":{ms:03}");
    }
    format!("{stamp} {}", line.text)
}

/// Time grows with the input and not with its square.
#[test]
fn long_logs() {
    let ruler = "-".repeat(65);
    let operation = format!(
        "01/01/2026 00:00:00:000 {ruler}\n01/01/2026 00:00:00:000 NetpDoDomainJoin\n\
        01/01/2026 00:00:00:001 NetpDsGetDcName: failed to find a DC having account 'A$': 0x525\n\
        01/01/2026 00:00:00:001   Options: 0x25\n01/01/2026 00:00:00:002 NetpDoDomainJoin: status: 0x534\n"
    );
    let log = walk(operation.repeat(12_000).as_bytes());
    assert_eq!(log.passes().len(), netsetup_log::MAX_OPERATIONS);
    let one = format!("NetpDoDomainJoin\n{}", "01/01/2026 00:00:00:000 NetpX: status: 0x5\n".repeat(100_000));
    let log = walk(one.as_bytes());
    assert_eq!(log.operations()[0].notices.len(), 100_000);
    assert_eq!(log.joins()[0].outcome(), JoinOutcome::Unfinished);
    let found =
        "01/01/2026 00:00:00:000 NetpDsGetDcName: found DC '\\\\d' in the specified domain\n".repeat(5_000);
    let log = walk(found.as_bytes());
    let anchors: Vec<_> = log.anchors().collect();
    let seen: Vec<_> = (0..30_000_i64).map(|i| (AnchorKind::ControllerFound, "d", i * 1_000_000)).collect();
    assert!(align(&anchors, &seen).is_err());
    // More votes than are counted: an answer, whichever, and soon.
    let near = anchors[0].time.local_ms(2026) * 1_000_000;
    let seen: Vec<_> =
        (0..30_000_i64).map(|i| (AnchorKind::ControllerFound, "d", near + i * 1_000_000)).collect();
    let _ = align(&anchors, &seen);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_octets(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        walk(&bytes);
    }

    #[test]
    fn random_lines(parts in proptest::collection::vec(
        prop_oneof![
            Just("03/06/2025 11:29:05:537 ".to_owned()),
            Just("03/06 11:29:05 ".to_owned()),
            Just("\r\n".to_owned()),
            Just("-----------------".to_owned()),
            Just("NetpDoDomainJoin".to_owned()),
            Just("NetpDsGetDcName: found DC '\\\\dc1'".to_owned()),
            Just("NetpJoinDomainOnDs: status of connecting to dc '".to_owned()),
            Just("NetpChangeMachineName: from 'A' to 'B' [0x1000]".to_owned()),
            Just(": status: 0x54b".to_owned()),
            Just("ldap_add_s failed: 0x35 ".to_owned()),
            Just(" returned ".to_owned()),
            Just("  Options: 0x27".to_owned()),
            Just("0xffffffff".to_owned()),
            "\\PC{0,12}",
            "[0-9a-fx:/ '\\\\=]{0,12}",
        ], 0..60)) {
        walk(parts.concat().as_bytes());
    }
}
