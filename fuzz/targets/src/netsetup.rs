//! Netsetup.log.

use crate::check;
use netsetup_log::{Log, Section, align};

/// `netsetup-log`: the lines, the joins, the causes, and the log beside what it tells itself.
pub fn netsetup_log(bytes: &[u8]) {
    let log = Log::read(bytes);
    let mut last = None;
    let mut count = 0_u32;
    for line in log.lines() {
        count += 1;
        assert_eq!(line.number, count, "lines are numbered from 1");
        assert!(line.offset <= bytes.len() && last.is_none_or(|last| last < line.offset), "offsets grow");
        last = Some(line.offset);
        if let Some(time) = line.time {
            check::text(time);
        }
        if let Some(options) = line.options() {
            check::text(options);
        }
        if let Some(status) = line.status() {
            assert!(line.text.get(status.place.clone()).is_some_and(|text| !text.is_empty()));
            check::text(status);
        }
        assert!(line.function().is_none_or(|name| line.text.starts_with(name)));
        let _ = Section::of(line);
    }
    for problem in log.problems() {
        assert!(problem.offset <= bytes.len());
        check::text(problem);
    }
    for operation in log.operations() {
        let inside = |line| (operation.first..=operation.last).contains(&line);
        assert!(operation.first >= 1 && operation.last <= count && inside(operation.last));
        assert!(operation.notices.iter().all(|notice| inside(notice.line)));
        assert!(operation.sections.iter().all(|span| inside(span.first) && inside(span.last)));
        assert!(operation.status_line.is_none_or(inside));
    }
    assert_eq!(log.joins().iter().map(|join| join.passes.len()).sum::<usize>(), log.passes().len());
    assert!(log.findings().iter().all(|candidate| log.line(candidate.line).is_some()));

    // A log lies beside itself.
    let anchors: Vec<_> = log.anchors().collect();
    let seen: Vec<_> = anchors
        .iter()
        .map(|anchor| {
            (anchor.kind, anchor.host.unwrap_or(""), anchor.time.local_ms(2026).saturating_mul(1_000_000))
        })
        .collect();
    if let Ok(alignment) = align(&anchors, &seen) {
        assert!(alignment.pairs.len() >= 2 && alignment.residual_ns >= 0);
        assert!(alignment.pairs.iter().all(|pair| pair.observed < seen.len()));
    }
}
