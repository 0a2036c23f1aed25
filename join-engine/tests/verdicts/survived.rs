//! Joins that met trouble and went well all the same: what happened is a note, never an alarm.

use adjoin_scenes::steps::{Ask, Fault, Plan, Wall};

use super::{blemish, only_join, told};

/// The notes of a join that went well.
fn notes(plan: Plan) -> Vec<&'static str> {
    let shots = plan.play();
    assert_eq!(blemish(&shots), None, "{plan:?}");
    let join = only_join(&shots);
    join.findings.iter().filter(|finding| finding.role == "note").map(|finding| finding.id).collect()
}

#[test]
fn ntlm_where_kerberos_is_blocked() {
    for wall in [Wall::Silence, Wall::Reset, Wall::Prohibited] {
        let plan = Plan { falls_back: true, ..Plan::from(Fault::Port(88, wall)) };
        let notes = notes(plan);
        assert!(notes.contains(&"KRB-88BLOCKED") && notes.contains(&"NTLM-FALLBACK"), "{wall:?}: {notes:?}");
        let join = only_join(&plan.play());
        assert_eq!(join.credentials, "ntlm");
        assert!(join.credentials_why.contains("Kerberos"), "{}", join.credentials_why);
    }
}

#[test]
fn ntlm_where_the_service_is_unknown() {
    let notes = notes(Plan { falls_back: true, ..Plan::from(Fault::Kerberos(Ask::Ticket, 7, None)) });
    assert!(notes.contains(&"KRB-SPN") && notes.contains(&"NTLM-FALLBACK"), "{notes:?}");
}

#[test]
fn the_second_controller_does() {
    assert!(notes(Fault::FirstSilent.into()).contains(&"PING-NOREPLY"));
    assert!(notes(Fault::FirstWithoutSmb.into()).contains(&"SMB-SYN"));
}

#[test]
fn the_name_is_not_registered() {
    for code in [5, 9] {
        assert_eq!(notes(Fault::DnsUpdate(code).into()), ["DNS-UPDATE"]);
    }
    assert!(notes(Plan::default()).is_empty());
}

#[test]
fn loss_is_at_most_a_note() {
    for every in [3, 5, 7, 11, 40] {
        let notes = notes(Fault::Loss(every).into());
        assert!(notes.iter().all(|id| *id == "NET-LOSS"), "one of {every} lost: {notes:?}");
    }
    assert!(notes(Fault::Loss(3).into()).contains(&"NET-LOSS"));
}

#[test]
fn an_mtu_hole_that_was_got_through() {
    let notes = notes(Fault::MtuHole.into());
    assert!(notes.contains(&"NET-MTU"), "{notes:?}");
}

#[test]
fn an_account_that_may_be_reused() {
    assert!(notes(Fault::Reused.into()).iter().all(|id| !id.starts_with("ACC-")));
}

#[test]
fn a_read_only_controller_is_no_failure() {
    let shots = Plan::from(Fault::PingFlags(0x0001_f27d)).play();
    assert_eq!(blemish(&shots), None);
    assert!(told(&only_join(&shots)).contains(&("PING-FLAGS", "note")));
}
