//! Anchors, and the log beside a capture.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking; the numbers are small"
)]

use netsetup_log::{Anchor, AnchorKind, Log, NotAligned, Observed, align};
use std::path::Path;

const SECOND: i64 = 1_000_000_000;
const HOUR: i64 = 3_600 * SECOND;

fn read(name: &str) -> Log {
    Log::read(&std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap())
}

/// What a capture of the same join would show: each anchor a little before its line, shifted.
fn seen<'a>(anchors: &[Anchor<'a>], shift: i64) -> Vec<Observed<'a>> {
    let wobble = |at: usize| (at as i64 * 37 % 90) * 1_000_000;
    let one = |(at, anchor): (usize, &Anchor<'a>)| {
        let local = anchor.time.local_ms(2005) * 1_000_000;
        (anchor.kind, anchor.host.unwrap_or(""), local + shift - wobble(at))
    };
    anchors.iter().enumerate().map(one).collect()
}

#[test]
fn anchors_of_a_join() {
    let log = read("windows11-24h2-joined-utf16.log");
    let anchors: Vec<_> = log.anchors().collect();
    let first = |kind| anchors.iter().find(|anchor: &&Anchor<'_>| anchor.kind == kind).unwrap();
    assert_eq!(first(AnchorKind::DomainChecked).host, Some("CORP.EXAMPLE"));
    let search = first(AnchorKind::LocatorStarts);
    assert_eq!((search.host, search.flags), (Some("corp.example"), Some(0x4000_1010)));
    for kind in [
        AnchorKind::AddressResolved,
        AnchorKind::ControllerFound,
        AnchorKind::SmbConnected,
        AnchorKind::LdapBound,
    ] {
        assert_eq!(first(kind).host, Some("dc7.corp.example"), "{kind:?}");
    }
    assert_eq!(first(AnchorKind::AccountUnknown).status.as_ref().unwrap().code, 0x525);
    let count = |kind| anchors.iter().filter(|anchor| anchor.kind == kind).count();
    assert_eq!((count(AnchorKind::PassEnded), count(AnchorKind::SmbDisconnected)), (2, 2));
    assert_eq!((count(AnchorKind::NameCracked), count(AnchorKind::AccountWritten)), (6, 1));
    assert_eq!(count(AnchorKind::LdapUnbound), 2);
    let failed = read("windows10-connection-lost.log");
    let lost: Vec<_> = failed.anchors().filter(|anchor| anchor.kind == AnchorKind::SmbConnected).collect();
    assert_eq!((lost.len(), lost[0].host), (2, Some("dc7.corp.example")));
    assert_eq!(
        read("server2019-rpc-blocked.log")
            .anchors()
            .filter(|a| a.kind == AnchorKind::DirectoryUnreached)
            .count(),
        1
    );
    assert_eq!(
        read("windows7-joined.log").anchors().filter(|a| a.kind == AnchorKind::SamrAnswered).count(),
        2
    );
}

#[test]
fn zone_and_skew_are_found() {
    for name in [
        "windows11-24h2-joined-utf16.log",
        "windows11-quota.log",
        "windows-xp-wrong-password.log",
        "unattended-retries.log",
    ] {
        let log = read(name);
        let anchors: Vec<_> = log.anchors().collect();
        for (zone, skew) in [(0, 0), (8, 3_200), (-28, -41_000), (22, 240_000), (23, 0), (-20, -299_000)] {
            // The client's clock shows zone + skew more than UTC.
            let shift = -(i64::from(zone) * HOUR / 4 + skew * 1_000_000);
            let alignment = align(&anchors, &seen(&anchors, shift)).unwrap();
            assert_eq!(alignment.zone_quarters, zone, "{name}");
            assert!(
                (alignment.skew_ns / 1_000_000 - skew).abs() < 150,
                "{name} {skew} {}",
                alignment.skew_ns
            );
            assert!(alignment.residual_ns < SECOND / 5, "{name} {}", alignment.residual_ns);
            assert!(alignment.rival_pairs < alignment.pairs.len(), "{name}");
            for pair in &alignment.pairs {
                let anchor = anchors.iter().find(|anchor| anchor.line == pair.line).unwrap();
                let distance = alignment.unix_ns(anchor.time) - seen(&anchors, shift)[pair.observed].2;
                assert_eq!(distance, pair.late_ns);
            }
        }
    }
}

#[test]
fn most_of_the_capture_may_be_about_others() {
    let log = read("windows11-24h2-joined-utf16.log");
    let anchors: Vec<_> = log.anchors().collect();
    let shift = -2 * HOUR;
    // A few packets of this join, and many of machines that join all day.
    let mut capture: Vec<_> = seen(&anchors, shift).into_iter().skip(5).step_by(4).collect();
    let own = capture.len();
    let start = capture[0].2;
    let kinds = [
        AnchorKind::ControllerFound,
        AnchorKind::SmbConnected,
        AnchorKind::LdapBound,
        AnchorKind::NameCracked,
    ];
    for i in 0..600_i64 {
        let at = start - 5 * HOUR + i * i * 97 % 36_000 * SECOND + i * 7_777_777;
        capture.push((kinds[usize::try_from(i).unwrap() % 4], "", at));
    }
    let alignment = align(&anchors, &capture).unwrap();
    assert_eq!(alignment.zone_quarters, 8);
    assert!(alignment.skew_ns.abs() < SECOND / 5);
    assert!(alignment.pairs.len() >= own && alignment.rival_pairs < own, "{own} {alignment:?}");
}

#[test]
fn hosts_must_fit() {
    let log = read("windows10-connection-lost.log");
    // Those that name no host fit every host.
    let anchors: Vec<_> = log.anchors().filter(|anchor| anchor.host.is_some()).collect();
    let renamed = |host: &'static str| -> Vec<Observed<'_>> {
        seen(&anchors, 0).into_iter().map(|(kind, _, at)| (kind, host, at)).collect()
    };
    assert!(align(&anchors, &renamed("DC7")).is_ok(), "the short name");
    assert!(align(&anchors, &renamed("DC7.CORP.EXAMPLE.")).is_ok());
    assert!(align(&anchors, &renamed("")).is_ok(), "not known");
    assert_eq!(align(&anchors, &renamed("dc7.other.example")), Err(NotAligned::NoOverlap));
}

#[test]
fn another_day_does_not_overlap() {
    let log = read("windows11-24h2-joined-utf16.log");
    let anchors: Vec<_> = log.anchors().collect();
    for days in [-400, -3, -1, 1, 2, 30] {
        let shift = i64::from(days) * 24 * HOUR;
        assert_eq!(align(&anchors, &seen(&anchors, shift)), Err(NotAligned::NoOverlap), "{days}");
    }
    assert_eq!(NotAligned::NoOverlap.to_string(), "the log and the capture don't overlap in time");
    assert_eq!(align(&anchors[..1], &seen(&anchors, 0)), Err(NotAligned::TooFew));
    assert_eq!(align(&anchors, &[]), Err(NotAligned::TooFew));
    assert_eq!(align(&[], &seen(&anchors, 0)), Err(NotAligned::TooFew));
}

/// With many packets some agree by chance.
#[test]
fn chance_is_no_alignment() {
    let log = read("windows10-connection-lost.log");
    let anchors: Vec<_> = log.anchors().collect();
    let kinds = [AnchorKind::ControllerFound, AnchorKind::SmbConnected, AnchorKind::DomainChecked];
    let start = anchors[0].time.local_ms(2022) * 1_000_000;
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut wrong = 0;
    for _ in 0..200 {
        let capture: Vec<_> = (0..200_usize)
            .map(|at| {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let within = i64::try_from(random % (16 * 3_600_000)).unwrap() - 8 * 3_600_000;
                (kinds[at % 3], "", start + within * 1_000_000)
            })
            .collect();
        wrong += usize::from(align(&anchors, &capture).is_ok());
    }
    assert!(wrong <= 20, "{wrong} of 200");
}

/// Old logs have no year, and this one was written on New Year's Eve, when it was January in UTC.
#[test]
fn new_year() {
    let log = read("windows-xp-wrong-password.log");
    let anchors: Vec<_> = log.anchors().collect();
    let alignment = align(&anchors, &seen(&anchors, 5 * HOUR)).unwrap();
    assert_eq!((alignment.zone_quarters, alignment.year), (-20, 2005));
    let in_january = alignment.unix_ns(anchors[0].time);
    assert!(in_january > 1_136_073_600 * SECOND, "2006 has begun");
}
