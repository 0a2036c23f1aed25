//! Good joins, damaged: whatever is lost, doubled, out of order, cut or not captured, nothing panics, and
//! nobody is said to have refused anything unless a packet says so.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use adjoin_capture::{Frame, LinkType};
use adjoin_scenes::joined::joined_article;
use adjoin_scenes::script::Shot;
use adjoin_scenes::steps::{Fault, Plan, Validation};
use adjoin_scenes::tokens::Proof;
use join_engine::{Engine, Report};
use proptest::prelude::*;

use super::capture_file;

/// Findings that say what did not come, or what the shape of the traffic suggests; all others say what
/// a packet told.
const FROM_SILENCE: [&str; 38] = [
    "ACC-NONE",
    "ACC-NONE-1ST",
    "DC-VANISHED",
    "DNS-AWRONG",
    "DNS-SUFFIX",
    "DNS-TCP",
    "DNS-TIMEOUT",
    "KRB-88BLOCKED",
    "KRB-KDCSILENT",
    "KRB-NOKDC",
    "KRB-PROXYACK",
    "KRB-REPLYLOST-FW",
    "KRB-REPLYLOST-MTU",
    "KRB-RESET",
    "KRB-UDPBIG",
    "LDAP-389",
    "LDAP-389MTU",
    "LDAP-DNSNAME",
    "LDAPS-636",
    "LDAPS-CLOSED",
    "NET-LOSS",
    "NET-MTU",
    // The first attempt, by Kerberos, may have failed in silence.
    "NTLM-FALLBACK",
    "ODJ-DS8",
    "ODJ-LDAP",
    "PING-NOREPLY",
    "PING-SLOW",
    "RPC-135",
    "RPC-DNE",
    "RPC-DYN",
    "RPC-FAILED",
    "SEALED",
    "SMB-PROXYACK",
    "SMB-RESET",
    "SMB-SYN",
    "SMB-TIMEOUT",
    "UNX-CLDAP",
    "UNX-KPASSWD",
];

/// A good join, and what packets of it tell that sounds like a refusal.
struct Good {
    name: String,
    shots: Vec<Shot>,
    told: BTreeSet<&'static str>,
}

fn report(shots: &[Shot]) -> Report {
    let mut engine = Engine::new();
    for shot in shots {
        engine.feed(&Frame { link: LinkType::ETHERNET, ..shot.frame() });
    }
    engine.finish();
    engine.report()
}

/// Ids of findings that a packet told.
fn told(report: &Report) -> BTreeSet<&'static str> {
    let findings = report.joins.iter().flat_map(|join| &join.findings);
    findings
        .filter(|finding| finding.role != "normal")
        .map(|finding| finding.id)
        .filter(|id| !FROM_SILENCE.contains(id))
        .collect()
}

static GOOD: LazyLock<Vec<Good>> = LazyLock::new(|| {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
    let mut all: Vec<(String, Vec<Shot>)> = ["joined.pcap", "windows7-join.pcap"]
        .iter()
        .map(|name| {
            let frames = capture_file::read(samples.join(name).to_str().unwrap()).unwrap();
            let shots = (1..).zip(frames).map(|(number, frame)| {
                assert_eq!(frame.numbered(number).link, LinkType::ETHERNET);
                let original_length = frame.original_length;
                Shot { number, time: frame.time, bytes: frame.bytes, original_length, mark: None }
            });
            ((*name).to_owned(), shots.collect())
        })
        .collect();
    all.push(("article, Kerberos".into(), joined_article(Proof::Kerberos)));
    all.push(("article, NTLM".into(), joined_article(Proof::Ntlm)));
    all.push(("steps".into(), Plan::default().play()));
    all.push(("steps, other ways".into(), Plan { udp_tickets: true, tls: true, ..Plan::default() }.play()));
    // What is survived is near to what is not.
    for fault in [Fault::Validated(Validation::Same), Fault::LargeTicket(30_000, 0), Fault::KpasswdZero(true)]
    {
        all.push((format!("{fault:?}"), Plan::from(fault).play()));
    }
    all.into_iter()
        .map(|(name, shots)| {
            let told = told(&report(&shots));
            Good { name, shots, told }
        })
        .collect()
});

/// What is done to a capture.
#[derive(Clone, Debug)]
struct Damage {
    which: usize,
    /// Of a thousand frames so many are lost, doubled, moved, cut.
    lost: u16,
    doubled: u16,
    moved: u16,
    snap: Option<usize>,
    /// Thousandths of the capture that are missing in front and behind.
    front: usize,
    behind: usize,
    seed: u64,
}

/// Often none, sometimes few, seldom many.
fn share() -> impl Strategy<Value = u16> {
    prop_oneof![3 => Just(0_u16), 3 => 1_u16..50, 1 => 50_u16..600]
}

fn damage() -> impl Strategy<Value = Damage> {
    let part = || prop_oneof![2 => Just(0_usize), 3 => 0_usize..1000];
    let snap = prop_oneof![3 => Just(None), 1 => (14_usize..1500).prop_map(Some)];
    (0..GOOD.len(), share(), share(), share(), snap, part(), part(), any::<u64>()).prop_map(
        |(which, lost, doubled, moved, snap, front, behind, seed)| Damage {
            which,
            lost,
            doubled,
            moved,
            snap,
            front,
            behind,
            seed,
        },
    )
}

impl Damage {
    fn done(&self) -> Vec<Shot> {
        let mut state = self.seed | 1;
        let mut draw = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state >> 16
        };
        let shots = &GOOD[self.which].shots;
        let from = shots.len() * self.front / 1000;
        let to = (shots.len() * (1000 - self.behind) / 1000).max(from);
        let mut out = Vec::new();
        for shot in &shots[from..to] {
            let mut chance = |share: u16| draw() % 1000 < u64::from(share);
            if chance(self.lost) {
                continue;
            }
            let copies = if chance(self.doubled) { 2 } else { 1 };
            let moved = chance(self.moved);
            for _ in 0..copies {
                let mut shot = shot.clone();
                if moved {
                    shot.time += i64::try_from(draw() % 50_000_000).unwrap();
                }
                if let Some(snap) = self.snap {
                    shot.bytes.truncate(snap);
                }
                out.push(shot);
            }
        }
        out.sort_by_key(|shot| shot.time);
        for (number, shot) in (1..).zip(&mut out) {
            shot.number = number;
        }
        out
    }
}

/// What the report says that it must not.
fn slander(good: &Good, shots: &[Shot], report: &Report) -> Option<String> {
    let told: Vec<_> = told(report).difference(&good.told).copied().collect();
    if !told.is_empty() {
        let findings = report.joins.iter().flat_map(|join| &join.findings);
        let said: Vec<_> = findings.filter(|finding| told.contains(&finding.id)).collect();
        return Some(format!("{}: no packet says {told:?}: {said:#?}", good.name));
    }
    for finding in report.joins.iter().flat_map(|join| &join.findings) {
        for evidence in &finding.evidence {
            if evidence.frame == 0 || usize::try_from(evidence.frame).unwrap() > shots.len() {
                return Some(format!("{}: {} names frame {}", good.name, finding.id, evidence.frame));
            }
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_accused_of_what_no_packet_says(damage in damage()) {
        let shots = damage.done();
        let report = report(&shots);
        if let Some(slander) = slander(&GOOD[damage.which], &shots, &report) {
            prop_assert!(false, "{}", slander);
        }
        let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
        prop_assert_eq!(json["capture"]["frames"].as_u64(), Some(shots.len() as u64));
        prop_assert_eq!(json["joins"].as_array().unwrap().len(), report.joins.len());
    }
}

/// What was found by chance once.
#[test]
fn nobody_is_accused_again() {
    let damage = |which, (lost, doubled, moved), (front, behind), seed| Damage {
        which,
        lost,
        doubled,
        moved,
        snap: None,
        front,
        behind,
        seed,
    };
    let all = [
        // The answer about IPv4 is lost; that there is no IPv6 address isn't.
        damage(0, (592, 0, 0), (0, 315), 15_282_622_672_649_729_952),
        // The answer that confirms the negotiation of SMB stands before the question, or is lost.
        damage(6, (0, 0, 523), (0, 0), 7_073_949_309_579_643_442),
        damage(6, (4, 283, 568), (0, 0), 18_304_720_909_781_945_190),
        damage(6, (576, 0, 0), (261, 0), 10_478_414_472_151_944_244),
        // What was asked over LDAP is lost; that the client closes isn't.
        damage(2, (519, 0, 0), (112, 305), 8_562_909_343_252_319_534),
    ];
    for damage in all {
        let shots = damage.done();
        assert_eq!(slander(&GOOD[damage.which], &shots, &report(&shots)), None, "{damage:?}");
    }
}

/// A capture that begins or ends at any frame of a good join.
#[test]
fn every_beginning_and_every_end() {
    let mut wrong = Vec::new();
    for good in &*GOOD {
        let step = (good.shots.len() / 60).max(1);
        for cut in (0..good.shots.len()).step_by(step) {
            for part in [&good.shots[..cut], &good.shots[cut..]] {
                let mut part = part.to_vec();
                for (number, shot) in (1..).zip(&mut part) {
                    shot.number = number;
                }
                wrong.extend(slander(good, &part, &report(&part)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// As when two places of the path are captured into one file.
#[test]
fn doubled_frames_change_nothing() {
    for good in &*GOOD {
        let mut shots: Vec<Shot> = good.shots.iter().flat_map(|shot| [shot.clone(), shot.clone()]).collect();
        for (number, shot) in (1..).zip(&mut shots) {
            shot.number = number;
        }
        let (once, twice) = (report(&good.shots), report(&shots));
        let outcome = |report: &Report| -> Vec<_> {
            report
                .joins
                .iter()
                .map(|join| (join.outcome, join.passes, join.root.as_ref().map(|root| root.id)))
                .collect()
        };
        assert_eq!(outcome(&once), outcome(&twice), "{}", good.name);
    }
}

/// A join that went well is not called a failure because the capture missed a few frames.
#[test]
fn missed_frames_make_no_failure() {
    let mut wrong = std::collections::BTreeMap::new();
    for (which, good) in GOOD.iter().enumerate().filter(|(_, good)| good.name != "windows7-join.pcap") {
        for seed in 0..400 {
            let damage = Damage {
                which,
                lost: 10,
                doubled: 0,
                moved: 0,
                snap: None,
                front: 0,
                behind: 0,
                seed: 7919 * seed + 1,
            };
            let shots = damage.done();
            for join in report(&shots).joins {
                if let Some(root) = join.root {
                    let first = format!("{} seed {seed}, {:?}", root.what, root.evidence);
                    wrong.entry((good.name.as_str(), root.id, root.phase)).or_insert((0, first)).0 += 1;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
