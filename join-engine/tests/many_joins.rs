//! A report on more joins than there is room for: their messages are forgotten, their verdicts are not.
#![allow(clippy::arithmetic_side_effects, clippy::expect_used, reason = "tests")]

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use adjoin_capture::{Frame, LinkType};
use adjoin_scenes::bulk::Recording;
use adjoin_scenes::conversation::Conversation;
use adjoin_scenes::discovery::{Pong, Search};
use adjoin_scenes::dns::{self, Record};
use adjoin_scenes::script::{MS, SECOND, Script};
use adjoin_scenes::steps::{CLIENT, DC, DNS, Fault, Plan, START, Wall};
use adjoin_scenes::wirebuild::{Host, Ip, udp, v6_of};
use join_engine::{Engine, Report};

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
    assert!(text.contains(&format!("--- join 1 of {joins} ---")), "all are counted");
    let has = |id| little.capture.quality.iter().any(|quality| quality.id == id);
    assert!(has("QUAL-MANY") && !has("QUAL-DROPS"), "nothing is missing in the capture");
}

fn finish(engine: &mut Engine) -> Report {
    engine.finish();
    engine.report()
}

/// All frames in the order of their times, to an engine that keeps everything and to one for the report.
fn both(mut frames: Vec<(i64, Vec<u8>)>) -> [Report; 2] {
    frames.sort_by_key(|(time, _)| *time);
    let mut engines = [Engine::new(), Engine::for_report()];
    for (number, (time, bytes)) in (1..).zip(&frames) {
        let original_length = u32::try_from(bytes.len()).expect("a frame");
        let frame = Frame { number, time: *time, link: LinkType::ETHERNET, bytes, original_length };
        engines.iter_mut().for_each(|engine| engine.feed(&frame));
    }
    engines.each_mut().map(finish)
}

/// Joins that succeed, one every two seconds from `begin` on.
fn crowd(joins: u16, begin: i64) -> impl Iterator<Item = (i64, Vec<u8>)> {
    let good = Recording::from(Plan::default());
    (1..=joins).flat_map(move |machine| {
        let client = Plan { machine, ..Plan::default() }.client();
        let begin = begin + i64::from(machine) * 2 * SECOND;
        good.play(client).into_iter().map(move |shot| (shot.time + begin, shot.bytes))
    })
}

/// A host pings with its IPv6 address, goes on with its IPv4 one, and asks for names with the other for long
/// after that one has left.
#[test]
fn both_addresses_of_a_host_are_weighed_together() {
    let (client, server) = (Host::new(v6_of(CLIENT), 127), Host::new(v6_of(DC), 128));
    let mut search = Search::new();
    search.ping(DC, Some(Pong::default()));
    let ping = search.stops();
    let mut frames: Vec<_> = [((client, 51_000), (server, 389)), ((server, 389), (client, 51_000))]
        .into_iter()
        .zip(&ping)
        .map(|((from, to), shot)| (shot.time, udp(from, to, Ip::default(), &shot.bytes[42..])))
        .collect();
    let resolver = Host::new(v6_of(DNS), 128);
    let question = ("dc1.corp.example", dns::A);
    for turn in 1..=14 {
        let time = START + turn * 200 * SECOND;
        frames.push((time, udp((client, 52_000), (resolver, 53), Ip::default(), &dns::query(9, question))));
        let answer = dns::answer(9, question, &[Record::A(question.0, DC)], &[]);
        frames.push((time + MS, udp((resolver, 53), (client, 52_000), Ip::default(), &answer)));
    }
    let alone = both(frames.clone());
    let address = v6_of(CLIENT).to_string();
    let of = |report: &Report| {
        let join = report.joins.iter().find(|join| join.client.address == address);
        join.map(|join| (join.outcome, join.root.as_ref().map(|root| root.id)))
    };
    assert_eq!(alone.each_ref().map(of), [Some(("failed", Some("SMB-SYN"))); 2], "nothing follows the ping");

    let other = Recording::from(Plan::default()).play(Ipv4Addr::new(10, 20, 200, 1));
    frames.extend(other.into_iter().map(|shot| (shot.time + SECOND, shot.bytes)));
    frames.extend(crowd(1300, 60 * SECOND));
    let [all, little] = both(frames);
    assert!(!little.brief.is_empty(), "it was crowded");
    assert_eq!([of(&all), of(&little)], [Some(("unfinished", None)); 2]);
    assert_eq!(all.outcomes(), little.outcomes());
}

/// A host that failed to join was judged and forgotten; then it answers as a controller, so it was none that joins.
#[test]
fn a_controller_that_shows_late_is_no_client() {
    let host = Ipv4Addr::new(10, 20, 200, 1);
    let failed = Recording::from(Plan::from(Fault::Port(445, Wall::Reset))).play(host);
    let mut frames: Vec<_> = failed.into_iter().map(|shot| (shot.time, shot.bytes)).collect();
    frames.extend(crowd(1300, 60 * SECOND));
    let [before, _] = both(frames.clone());
    assert_eq!((before.outcomes().failed, before.outcomes().joined), (1, 1300));

    let answers = Recording { client: DC, ..Recording::from(Plan { machine: 2000, ..Plan::default() }) };
    frames.extend(answers.play(host).into_iter().map(|shot| (shot.time + 3000 * SECOND, shot.bytes)));
    let [all, little] = both(frames);
    assert!(!little.brief.is_empty(), "it was crowded");
    assert_eq!((all.outcomes().failed, all.outcomes().joined), (0, 1301));
    assert_eq!(little.outcomes(), all.outcomes());
}

/// Of a connection that was forgotten and goes on the capture has the beginning; that it was forgotten is said.
#[test]
fn a_forgotten_connection_that_goes_on_began_in_time() {
    let client = |machine| (Host::new(Plan { machine, ..Plan::default() }.client(), 128), 50_000);
    let mut script = Script::new();
    let mut talk = Conversation::new(client(1), (Host::new(DC, 127), 389), START);
    talk.handshake(&mut script);
    for machine in 2..9000 {
        Conversation::new(client(machine), (Host::new(DC, 127), 443), START + i64::from(machine) * MS)
            .handshake(&mut script);
    }
    talk.until(START + 20 * SECOND).close(&mut script, adjoin_scenes::conversation::Who::Client);
    let [all, little] = both(script.shots().into_iter().map(|shot| (shot.time, shot.bytes)).collect());
    assert!(all.capture.quality.is_empty(), "{:?}", all.capture.quality);
    let [quality] = &little.capture.quality[..] else { panic!("{:?}", little.capture.quality) };
    assert_eq!(quality.id, "QUAL-MANY");
    assert!(quality.text.ends_with(
        "no room: 1; those that went on later, as far as that can be told, and are told as new ones: 1"
    ));
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
