//! Two captures of one join: what the server's side lacks, and what it never sent.

use adjoin_scenes::script::{MS, SECOND, Shot};
use adjoin_scenes::steps::{CLIENT, DC, Fault, Plan, Wall};
use join_engine::sides::{Side, Sides, Where};

use super::report;

const AHEAD: i64 = 7 * SECOND;

fn from_client(shot: &Shot) -> bool {
    shot.bytes.get(26..30) == Some(&CLIENT.octets()[..])
}

/// The same frames as the server's side captures them: a millisecond away, with a clock that is ahead.
fn at_server(shots: &[Shot], keep: impl Fn(&Shot) -> bool) -> Vec<Shot> {
    let mut all: Vec<Shot> = shots.iter().filter(|shot| keep(shot)).cloned().collect();
    for shot in &mut all {
        shot.time += AHEAD + if from_client(shot) { MS } else { -MS };
    }
    all.sort_by_key(|shot| shot.time);
    for (number, shot) in (1..).zip(&mut all) {
        shot.number = number;
    }
    all
}

fn compare(client: &[Shot], server: &[Shot]) -> Sides {
    let side = |shots: &[Shot]| {
        let mut side = Side::new();
        shots.iter().for_each(|shot| side.feed(&shot.frame()));
        side
    };
    let root = report(client).joins.remove(0).root;
    let about: Vec<u32> = root.iter().flat_map(|root| &root.evidence).map(|seen| seen.frame).collect();
    side(client).compare(&side(server), &about)
}

/// A frame of TCP from or to this port.
fn of_port(shot: &Shot, port: u16) -> bool {
    let is = |at: usize| shot.bytes.get(at..at + 2) == Some(&port.to_be_bytes());
    shot.bytes.get(23) == Some(&6) && (is(34) || is(36))
}

#[test]
fn the_same_packets_on_both_sides_tell_the_clocks() {
    let shots = Plan::default().play();
    let sides = compare(&shots, &at_server(&shots, |_| true));
    assert!(sides.differences.is_empty(), "{:#?}", sides.differences);
    let near = |found: Option<f64>, wanted: f64| found.is_some_and(|found| (found - wanted).abs() < 0.000_1);
    assert!(near(sides.clock_offset_seconds, 7.0) && near(sides.one_way_seconds, 0.001), "{sides:?}");
    assert!(sides.matched > 5 && sides.conclusion.contains("nothing was lost"));
}

#[test]
fn what_never_arrives_was_lost_between() {
    let shots = Plan::from(Fault::Port(445, Wall::Silence)).play();
    let sides = compare(&shots, &at_server(&shots, |shot| !of_port(shot, 445)));
    assert_eq!((sides.differences[0].kind, sides.differences[0].about_root), (Where::LostToServer, true));
    assert!(sides.conclusion.contains(":445 arrives at the server's side"), "{}", sides.conclusion);
}

#[test]
fn a_reset_that_nobody_sent_was_made_between() {
    let shots = Plan::from(Fault::Port(88, Wall::ForeignReset)).play();
    let sides = compare(&shots, &at_server(&shots, |shot| !of_port(shot, 88)));
    assert_eq!((sides.differences[0].kind, sides.differences[0].about_root), (Where::MadeBetween, true));
}

#[test]
fn silence_of_the_server_is_its_own() {
    let shots = Plan::from(Fault::PingSilent).play();
    let sides = compare(&shots, &at_server(&shots, |_| true));
    assert_eq!(sides.differences[0].kind, Where::NeverSent, "{sides:#?}");
    assert!(!sides.differences[0].server_frames.is_empty());
}

#[test]
fn translated_addresses_are_no_difference() {
    let shots = Plan::default().play();
    let mut other = at_server(&shots, |shot| shot.bytes.get(23) == Some(&6));
    for shot in &mut other {
        for at in [26, 30] {
            if shot.bytes[at..at + 4] == CLIENT.octets() {
                shot.bytes[at..at + 4].copy_from_slice(&[203, 0, 113, 9]);
            }
        }
    }
    let sides = compare(&shots, &other);
    let lost: Vec<_> = sides.differences.iter().filter(|d| d.what.starts_with("TCP")).collect();
    assert!(sides.matched > 4 && lost.is_empty(), "{DC}: {lost:#?}");
}

#[test]
fn other_traffic_is_said_to_be_other() {
    let shots = Plan::default().play();
    let sides = compare(&shots, &[]);
    assert!(sides.matched == 0 && sides.conclusion.contains("no conversation in common"));
}

#[test]
fn a_capture_that_ends_early_proves_nothing_of_what_came_later() {
    let shots = Plan::default().play();
    let middle = shots[shots.len() / 2].time;
    let sides = compare(&shots, &at_server(&shots, |shot| shot.time < middle));
    assert!(sides.differences.is_empty(), "{:#?}", sides.differences);
    assert!(sides.conclusion.contains("ends before the client's"), "{}", sides.conclusion);
}

#[test]
fn what_the_capture_missed_was_not_lost() {
    let shots = Plan::default().play();
    // Some segments with data are not in the server's capture, and acknowledged there.
    let data: Vec<u32> = shots
        .iter()
        .filter(|shot| of_port(shot, 445) && shot.bytes.len() > 120)
        .map(|shot| shot.number)
        .collect();
    let missed = [data[1], data[2]];
    let sides = compare(&shots, &at_server(&shots, |shot| !missed.contains(&shot.number)));
    assert!(sides.differences.is_empty(), "{:#?}", sides.differences);
}

#[test]
fn what_was_sent_again_is_told_as_lost_once() {
    let shots = Plan::from(Fault::Loss(3)).play();
    let again = compare(&shots, &at_server(&shots, |_| true));
    assert!(!again.differences.iter().any(|found| found.kind == Where::MadeBetween), "{again:#?}");
}
