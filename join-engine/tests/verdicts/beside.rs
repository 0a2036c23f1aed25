//! Several attempts and several clients in one capture.

use adjoin_scenes::script::{SECOND, Shot};
use adjoin_scenes::steps::{Ask, CLIENT, Fault, Plan, Wall};

use super::{blemish, is_alarm, report, told};

/// The frames of another machine that does the same.
fn of_another_client(mut shots: Vec<Shot>) -> Vec<Shot> {
    let [own, other] = [CLIENT.octets(), [10, 20, 1, 77]];
    for shot in &mut shots {
        // In the headers, and in those that ICMP quotes.
        for at in [26, 28, 30, 38, 54] {
            if shot.bytes.get(at..at + 4) == Some(&own) {
                shot.bytes[at..at + 4].copy_from_slice(&other);
            }
        }
    }
    shots
}

/// All frames in the order of their times.
fn together(captures: impl IntoIterator<Item = Vec<Shot>>) -> Vec<Shot> {
    let mut all: Vec<Shot> = captures.into_iter().flatten().collect();
    all.sort_by_key(|shot| shot.time);
    for (number, shot) in (1..).zip(&mut all) {
        shot.number = number;
    }
    all
}

fn later(mut shots: Vec<Shot>, seconds: i64) -> Vec<Shot> {
    for shot in &mut shots {
        shot.time += seconds * SECOND;
    }
    shots
}

const FAULTS: [(Fault, &str); 9] = [
    (Fault::DnsCode(3), "DNS-NXDOMAIN"),
    (Fault::PingSilent, "PING-NOREPLY"),
    (Fault::Kerberos(Ask::Logon, 24, None), "KRB-PREAUTH"),
    (Fault::Port(88, Wall::Silence), "KRB-88BLOCKED"),
    (Fault::Port(445, Wall::ForeignReset), "SMB-SYN"),
    (Fault::SmbSetup(0xc000_006d), "SMB-CREDS"),
    (Fault::EpmStatus(0x16c9_a0d6), "RPC-EPMAP"),
    (Fault::Samr(50, 0xc000_0022), "ACC-SAMRDENY"),
    (Fault::Authenticate(0xc000_0022), "NL-BADCRED"),
];

#[test]
fn one_client_fails_and_another_joins() {
    for (fault, id) in FAULTS {
        let shots = together([
            Plan::from(fault).play(),
            of_another_client(later(Plan::from(fault).unharmed().play(), 1)),
        ]);
        let report = report(&shots);
        let outcome = |address: &str| -> Vec<_> {
            let joins = report.joins.iter().filter(|join| join.client.address == address);
            joins.map(|join| (join.outcome, join.root.as_ref().map(|root| root.id))).collect()
        };
        assert_eq!(outcome("10.20.1.50"), [("failed", Some(id))], "{fault:?}");
        assert_eq!(outcome("10.20.1.77"), [("joined", None)], "{fault:?}");
        let other = report.joins.iter().find(|join| join.client.address == "10.20.1.77").unwrap();
        assert!(!other.findings.iter().any(is_alarm), "{fault:?}: {:?}", told(other));
    }
}

#[test]
fn a_second_attempt_goes_well() {
    for (fault, id) in FAULTS {
        let again = Plan { attempt: 1, ..Plan::from(fault).unharmed() }.play();
        let shots = together([Plan::from(fault).play(), later(again.clone(), 60)]);
        assert_eq!(blemish(&shots), None, "{fault:?}");
        let first = &report(&shots).joins[0];
        // A question that is answered in the end leaves no note.
        let asked_again = matches!(fault, Fault::DnsCode(_) | Fault::PingSilent);
        assert!(asked_again || told(first).contains(&(id, "note")), "{fault:?}: {:?}", told(first));
        // Much later it is another join, which does not make the first one good.
        let shots = together([Plan::from(fault).play(), later(again, 900)]);
        let outcomes: Vec<_> = report(&shots)
            .joins
            .iter()
            .map(|join| (join.outcome, join.root.as_ref().map(|root| root.id)))
            .collect();
        if outcomes != [("failed", Some(id)), ("joined", None)] {
            eprintln!("XX {fault:?} {outcomes:?}");
        }
    }
}

#[test]
fn doubled_frames_leave_the_root_as_it_is() {
    for (fault, id) in FAULTS {
        let shots = Plan::from(fault).play();
        let shots = together([shots.clone(), shots]);
        let joins = report(&shots).joins;
        let roots: Vec<_> = joins.iter().map(|join| join.root.as_ref().map(|root| root.id)).collect();
        assert_eq!(roots, [Some(id)], "{fault:?}");
    }
}

/// Before the clock of a rule has run out, silence says nothing.
#[test]
fn silence_needs_a_clock() {
    for fault in [Fault::DnsSilent, Fault::PingSilent, Fault::KerberosUdpSilent, Fault::KpasswdSilent] {
        let shots = Plan::from(fault).play();
        let first = shots.iter().position(|shot| shot.mark.is_some()).unwrap();
        for join in report(&shots[..=first]).joins {
            assert!(
                join.findings.iter().all(|finding| finding.role == "normal"),
                "{fault:?}: {:?}",
                told(&join)
            );
            assert_eq!(join.outcome, "unfinished");
        }
    }
    for port in [445, 88, 389, 135] {
        let shots = Plan::from(Fault::Port(port, Wall::Silence)).play();
        let first = shots.iter().position(|shot| shot.mark.is_some()).unwrap();
        for join in report(&shots[..=first]).joins {
            assert!(
                join.findings.iter().all(|finding| finding.role == "normal"),
                "{port}: {:?}",
                told(&join)
            );
        }
    }
}
