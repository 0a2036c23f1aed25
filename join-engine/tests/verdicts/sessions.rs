//! SMB and LDAP sessions that end without a refusal in words.

use adjoin_scenes::joined::{joined_article, session_of_another};
use adjoin_scenes::script::Shot;
use adjoin_scenes::steps::{Ask, Fault, Plan, Validation, Wall};
use adjoin_scenes::tokens::Proof;
use join_engine::report::{FindingReport, JoinReport};

use super::{blemish, only_join, report, told};

fn found<'j>(join: &'j JoinReport, id: &str) -> &'j FindingReport {
    join.findings
        .iter()
        .find(|finding| finding.id == id)
        .unwrap_or_else(|| panic!("no {id}: {:?}", told(join)))
}

/// The root, and how sure it is.
fn root(shots: &[Shot]) -> (&'static str, &'static str) {
    let join = only_join(shots);
    let root = join.root.unwrap_or_else(|| panic!("no root, {}: {:?}", join.outcome, join.findings));
    assert!(root.confidence == "high" || !root.settle.is_empty(), "{}: what would settle it?", root.id);
    (root.id, root.confidence)
}

fn tells(shots: &[Shot], id: &str) -> bool {
    report(shots).joins.iter().any(|join| join.findings.iter().any(|finding| finding.id == id))
}

#[test]
fn dialects_that_do_not_meet() {
    for (fault, confidence) in [
        (Fault::SmbNegotiate(0xc000_00bb), "high"),
        (Fault::OnlySmb1, "medium"),
        (Fault::ServerChoosesSmb1, "medium"),
    ] {
        assert_eq!(root(&Plan::from(fault).play()), ("SMB-DIALECT", confidence), "{fault:?}");
    }
    // The server has other reasons to refuse.
    assert_eq!(root(&Plan::from(Fault::SmbNegotiate(0xc000_0022)).play()).0, "SMB-DENIED");
    for fault in [Fault::Port(445, Wall::Reset), Fault::SmbSetup(0xc000_00bb)] {
        assert!(!tells(&Plan::from(fault).play(), "SMB-DIALECT"), "{fault:?}");
    }
}

#[test]
fn signatures_that_do_not_fit() {
    for (fault, confidence) in [
        (Fault::Validated(Validation::Changed), "high"),
        (Fault::Validated(Validation::Refused), "high"),
        (Fault::Validated(Validation::Reset), "medium"),
        (Fault::SmbSetup(0xc000_a000), "high"),
        (Fault::SmbTree(0xc000_a000), "high"),
        (Fault::SignatureRefused, "low"),
    ] {
        assert_eq!(root(&Plan::from(fault).play()), ("SMB-SIGN", confidence), "{fault:?}");
    }
    assert_eq!(blemish(&Plan::from(Fault::Validated(Validation::Same)).play()), None);
    // One session that ends early proves nothing, and neither does a capture that does.
    let shots = Plan::from(Fault::SignatureRefused).play();
    let second = shots.iter().rposition(|shot| shot.bytes.len() > 60 && shot.mark.is_some()).unwrap();
    for end in [second, shots.len() - 1] {
        assert!(!tells(&shots[..end], "SMB-SIGN"), "the first {end} frames");
    }
}

#[test]
fn a_large_ticket_that_is_refused() {
    for (status, confidence) in [(0xc000_009a, "medium"), (0xc000_0017, "medium"), (0xc000_0022, "low")] {
        let shots = Plan::from(Fault::LargeTicket(14_000, status)).play();
        assert_eq!(root(&shots), ("LOC-MEM", confidence), "{status:#x}");
    }
    // Accepted, small, or refused for a reason that the server tells.
    assert_eq!(blemish(&Plan::from(Fault::LargeTicket(30_000, 0)).play()), None);
    assert_eq!(root(&Plan::from(Fault::LargeTicket(9_000, 0xc000_0022)).play()).0, "SMB-DENIED");
    assert_eq!(root(&Plan::from(Fault::LargeTicket(14_000, 0xc000_0072)).play()).0, "SMB-DISABLED");
}

#[test]
fn a_good_ticket_that_is_refused_may_mean_twins() {
    let join = only_join(&Plan::from(Fault::SmbSetup(0xc000_006d)).play());
    assert_eq!(join.root.as_ref().map(|root| root.id), Some("SMB-CREDS"));
    let note = found(&join, "LOC-DUPSID25");
    assert_eq!((note.role, note.severity, note.confidence), ("note", "note", "low"));
    for fault in [
        Fault::SmbSetup(0xc000_0234),
        Fault::Kerberos(Ask::Session, 41, None),
        Fault::LargeTicket(14_000, 0xc000_0022),
    ] {
        assert!(!tells(&Plan::from(fault).play(), "LOC-DUPSID25"), "{fault:?}");
    }
    let ntlm = Plan { falls_back: true, ..Plan::from(Fault::Port(88, Wall::Reset)) };
    assert!(!tells(&ntlm.play(), "LOC-DUPSID25"));
}

#[test]
fn a_client_that_never_offers_ntlm() {
    let unknown = Plan::from(Fault::Kerberos(Ask::Ticket, 7, None));
    let join = only_join(&unknown.play());
    assert_eq!(join.root.as_ref().map(|root| root.id), Some("KRB-SPN"));
    let follows = found(&join, "LOC-NTLMBLOCK");
    assert_eq!((follows.role, follows.confidence), ("consequence", "low"));
    assert!(!follows.settle.is_empty());
    // Windows goes on with NTLM after no other error.
    assert!(!tells(&Plan { falls_back: true, ..unknown }.play(), "LOC-NTLMBLOCK"));
    for fault in [Fault::Kerberos(Ask::Logon, 24, None), Fault::Port(88, Wall::Silence), Fault::Skew(900)] {
        assert!(!tells(&Plan::from(fault).play(), "LOC-NTLMBLOCK"), "{fault:?}");
    }
}

#[test]
fn an_older_session_stands_in_the_way() {
    assert_eq!(root(&session_of_another(false, 30)), ("LOC-CREDCONFLICT", "low"));
    // A member looks for controllers too, and a capture may end early.
    for shots in [session_of_another(true, 30), session_of_another(false, 2), joined_article(Proof::Ntlm)] {
        assert!(report(&shots).joins.iter().all(|join| join.root.is_none()));
        assert!(!tells(&shots, "LOC-CREDCONFLICT"));
    }
}

#[test]
fn an_ldap_session_that_is_too_weak() {
    assert_eq!(root(&Plan::from(Fault::WeakBind(false)).play()), ("LDAP-ENCSTRENGTH", "low"));
    assert_eq!(blemish(&Plan::from(Fault::WeakBind(true)).play()), None);
    assert!(!tells(&joined_article(Proof::Ntlm), "LDAP-ENCSTRENGTH"));
}

/// A capture that ends before it is over says the same or nothing.
#[test]
fn an_early_end_accuses_nobody_else() {
    for (fault, id) in [
        (Fault::SmbNegotiate(0xc000_00bb), "SMB-DIALECT"),
        (Fault::OnlySmb1, "SMB-DIALECT"),
        (Fault::ServerChoosesSmb1, "SMB-DIALECT"),
        (Fault::Validated(Validation::Changed), "SMB-SIGN"),
        (Fault::Validated(Validation::Reset), "SMB-SIGN"),
        (Fault::SignatureRefused, "SMB-SIGN"),
        (Fault::LargeTicket(14_000, 0xc000_009a), "LOC-MEM"),
        (Fault::WeakBind(false), "LDAP-ENCSTRENGTH"),
        (Fault::KpasswdZero(false), "UNX-KPASSWD25"),
    ] {
        let shots = Plan::from(fault).play();
        for end in 1..shots.len() {
            for root in report(&shots[..end]).joins.into_iter().filter_map(|join| join.root) {
                assert_eq!(root.id, id, "{fault:?}, {end} of {} frames: {}", shots.len(), root.what);
            }
        }
    }
}
