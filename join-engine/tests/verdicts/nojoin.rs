//! What looks like a join to the port number alone.

use adjoin_scenes::script::Shot;
use adjoin_scenes::steps::{Ask, CLIENT, DC, Fault, Plan};

use super::report;

/// Only what goes to or comes from the KDC, for each of these users one after the other.
fn kerberos_of(users: &[&[u8; 6]]) -> Vec<Shot> {
    let mut all = Vec::new();
    for (attempt, user) in (0..).zip(users) {
        let plan = Plan { attempt, ..Plan::from(Fault::Kerberos(Ask::Logon, 6, None)) };
        let mut shots = plan.play();
        shots.retain(|shot| {
            let port = |at: usize| shot.bytes.get(at..at + 2) == Some(&88_u16.to_be_bytes());
            shot.bytes.get(23) == Some(&6) && (port(34) || port(36))
        });
        for shot in &mut shots {
            shot.time += i64::from(attempt) * 5_000_000_000;
            let name = shot.bytes.windows(user.len()).position(|bytes| bytes == b"joiner");
            if let Some(at) = name {
                shot.bytes[at..at + user.len()].copy_from_slice(*user);
            }
        }
        all.extend(shots);
    }
    for (number, shot) in (1..).zip(&mut all) {
        shot.number = number;
    }
    all
}

#[test]
fn who_tries_one_user_after_the_other_joins_nothing() {
    let few = report(&kerberos_of(&[b"joiner"])).joins;
    assert_eq!(few[0].root.as_ref().unwrap().id, "KRB-CLIENT");
    let spray: [&[u8; 6]; 5] = [b"joiner", b"alice1", b"bobby1", b"carol1", b"david1"];
    assert!(report(&kerberos_of(&spray)).joins.is_empty(), "{CLIENT} asks {DC} for five users");
}
