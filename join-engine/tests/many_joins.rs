//! A report on more joins than there is room for: their messages are forgotten, their verdicts are not.
#![allow(clippy::arithmetic_side_effects, reason = "tests")]

use std::collections::BTreeMap;

use adjoin_capture::{Frame, LinkType};
use adjoin_scenes::bulk::Recording;
use adjoin_scenes::script::SECOND;
use adjoin_scenes::steps::{Fault, Plan, Wall};
use join_engine::Engine;

/// Joins one after the other, every third of them with a fault.
fn feed(engines: &mut [&mut Engine], joins: u16) {
    let mut number = 0;
    let good = Recording::from(Plan::default());
    let bad = Recording::from(Plan::from(Fault::Port(445, Wall::Reset)));
    for machine in 1..=joins {
        let client = Plan { machine, ..Plan::default() }.client();
        for shot in if machine % 3 == 0 { &bad } else { &good }.play(client) {
            number += 1;
            let time = shot.time + i64::from(machine) * 2 * SECOND;
            for engine in engines.iter_mut() {
                engine.feed(&Frame { number, time, link: LinkType::ETHERNET, ..shot.frame() });
            }
        }
    }
    engines.iter_mut().for_each(|engine| engine.finish());
}

#[test]
fn verdicts_outlive_the_messages() {
    let (mut all, mut little) = (Engine::new(), Engine::for_report());
    let joins = 2400;
    feed(&mut [&mut all, &mut little], joins);
    let (all, little) = (all.report(), little.report());
    assert_eq!(all.joins.len(), usize::from(joins));
    assert_eq!(little.outcomes(), all.outcomes());
    assert!(!little.brief.is_empty(), "there are more than are kept whole");

    // Each verdict is the same, as far as it is told.
    let mut known = BTreeMap::new();
    for join in &all.joins {
        known.insert(join.client.address.clone(), join);
    }
    let json = |join| serde_json::to_string(join).unwrap();
    for join in &little.joins {
        assert_eq!(json(join), json(known[&join.client.address]));
    }
    for brief in &little.brief {
        let join = known[&brief.client.address];
        assert_eq!((brief.outcome, &brief.client.name), (join.outcome, &join.client.name));
        assert_eq!(brief.root_id, join.root.as_ref().map(|root| root.id));
    }
    assert!(
        little.joins.is_sorted_by_key(|join| join.phases.iter().filter_map(|phase| phase.first_frame).min())
    );

    let text = little.to_text();
    let line = format!("{} more joins, in one line each", little.brief.len());
    assert!(text.contains(&line) && text.contains("told in one line each"), "{line}");
}

/// Clients that pause in the middle of their joins, longer than anybody waits for an answer, while many others
/// come and go: none is judged before it goes on.
#[test]
fn who_pauses_is_not_judged() {
    let (mut all, mut little) = (Engine::new(), Engine::for_report());
    let good = Recording::from(Plan::default());
    let mut shots = Vec::new();
    for machine in 1..=1200_u16 {
        let client = Plan { machine, ..Plan::default() }.client();
        let mine: Vec<_> = good.play(client).into_iter().collect();
        let (half, pause) = (mine.len() / 2, if machine % 10 == 0 { 120 * SECOND } else { 0 });
        for (index, shot) in mine.into_iter().enumerate() {
            let later = if index < half { 0 } else { pause };
            shots.push((shot.time + i64::from(machine) * 2 * SECOND + later, shot));
        }
    }
    shots.sort_by_key(|(time, _)| *time);
    for (number, (time, shot)) in (1..).zip(&shots) {
        let frame = Frame { number, time: *time, link: LinkType::ETHERNET, ..shot.frame() };
        all.feed(&frame);
        little.feed(&frame);
    }
    all.finish();
    little.finish();
    let (all, little) = (all.report(), little.report());
    assert_eq!(all.outcomes().joined, 1200);
    assert_eq!(little.outcomes(), all.outcomes());
    assert!(!little.brief.is_empty(), "it was crowded");
    assert!(!little.capture.quality.iter().any(|quality| quality.text.contains("judged before")));
}

#[test]
fn a_mask_knows_whom_verdicts_name() {
    let mut engine = Engine::for_report();
    feed(&mut [&mut engine], 2000);
    let (report, known) = (engine.report(), engine.identities());
    let joins = report.joins.iter().map(|join| &join.client);
    for client in joins.chain(report.brief.iter().map(|join| &join.client)) {
        assert!(known.addresses.iter().any(|address| address.to_string() == client.address));
        let name = client.name.as_ref().unwrap();
        assert!(known.hosts.iter().any(|host| host.eq_ignore_ascii_case(name)), "{name}");
    }
    assert_eq!(engine.ladders().len(), report.joins.len());
    assert_eq!(engine.moments().len(), report.joins.len());
}
