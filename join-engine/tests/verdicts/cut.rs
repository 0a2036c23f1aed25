//! Captures that hold less, or more, than was on the wire: cut frames, and two places of one path.

use adjoin_scenes::script::{MS, Shot};
use adjoin_scenes::steps::{Ask, CLIENT, Fault, Plan, Wall};

use super::{is_alarm, report};

fn whole_joins() -> Vec<Vec<Shot>> {
    let plan = Plan::default();
    let fallen = |wall| Plan { falls_back: true, ..Plan::from(Fault::Port(88, wall)) };
    [
        plan,
        Plan { udp_tickets: true, tls: true, kpasswd: true, ..plan },
        fallen(Wall::ForeignReset),
        fallen(Wall::Silence),
    ]
    .map(|plan| plan.play())
    .into()
}

/// What the snap length leaves of a frame.
fn cut(mut shots: Vec<Shot>, snap: usize) -> Vec<Shot> {
    for shot in &mut shots {
        shot.bytes.truncate(snap);
    }
    shots
}

#[test]
fn what_was_cut_off_blames_nobody_with_confidence() {
    for (number, join) in whole_joins().into_iter().enumerate() {
        for snap in [64, 68, 96, 128, 200, 256, 400] {
            for judged in report(&cut(join.clone(), snap)).joins {
                let high = judged.root.filter(|root| root.confidence == "high");
                assert!(high.is_none(), "join {number} cut to {snap}: {high:#?}");
            }
        }
    }
}

/// Each frame again behind a router, a little later, among those that follow it.
fn at_two_places(shots: &[Shot], later: i64) -> Vec<Shot> {
    let mut all = shots.to_vec();
    // Packets that their senders number, as most systems do.
    for shot in &mut all {
        let number = u16::try_from(shot.number).unwrap();
        shot.bytes[18..20].copy_from_slice(&number.to_be_bytes());
    }
    for shot in all.clone().iter().filter(|shot| shot.bytes.get(12..14) == Some(&[8, 0])) {
        let mut twin = shot.clone();
        twin.time += later;
        twin.bytes[22] -= 1;
        all.push(twin);
    }
    all.sort_by_key(|shot| shot.time);
    for (number, shot) in (1..).zip(&mut all) {
        shot.number = number;
    }
    all
}

#[test]
fn two_places_of_one_path_are_no_loss() {
    for join in whole_joins() {
        let before = report(&join).joins.remove(0);
        for later in [MS / 50, MS / 5, MS] {
            let after = report(&at_two_places(&join, later)).joins.remove(0);
            assert_eq!((after.outcome, after.passes), (before.outcome, before.passes), "{later}");
            let loss: Vec<_> =
                after.findings.iter().filter(|found| found.id.starts_with("NET-LOSS")).collect();
            assert!(loss.is_empty(), "{later}: {loss:#?}");
            assert!(!after.findings.iter().any(is_alarm), "{later}");
        }
    }
}

#[test]
fn a_refusal_without_its_request_is_not_certain() {
    let shots = Plan::from(Fault::Kerberos(Ask::Logon, 6, None)).play();
    let root = report(&shots).joins.remove(0).root.unwrap();
    assert_eq!((root.id, root.confidence), ("KRB-CLIENT", "high"));
    let asked = root.evidence.iter().find(|seen| seen.shows == "the request").unwrap().frame;
    let mut without = shots;
    without.retain(|shot| shot.number != asked);
    let root = report(&without).joins.remove(0).root;
    assert!(root.as_ref().is_none_or(|root| root.confidence != "high"), "{root:#?}");
}

#[test]
fn who_serves_ldap_itself_may_join_as_well() {
    let mut shots = Plan::from(Fault::Kerberos(Ask::Logon, 24, None)).play();
    // Another host binds to the client's own LDAP service before.
    let served: Vec<Shot> = Plan::default()
        .play()
        .into_iter()
        .filter(|shot| {
            let port = |at: usize| shot.bytes.get(at..at + 2) == Some(&389_u16.to_be_bytes());
            shot.bytes.get(23) == Some(&6) && (port(34) || port(36))
        })
        .map(|mut shot| {
            for at in [26, 30] {
                let who =
                    if shot.bytes[at..at + 4] == CLIENT.octets() { [10, 20, 1, 99] } else { CLIENT.octets() };
                shot.bytes[at..at + 4].copy_from_slice(&who);
            }
            shot
        })
        .collect();
    assert!(!served.is_empty());
    shots.extend(served);
    shots.sort_by_key(|shot| shot.time);
    for (number, shot) in (1..).zip(&mut shots) {
        shot.number = number;
    }
    let joins = report(&shots).joins;
    let own = joins.iter().find(|join| join.client.address == CLIENT.to_string()).expect("it is judged");
    assert_eq!(own.root.as_ref().map(|root| root.id), Some("KRB-PREAUTH"));
}
