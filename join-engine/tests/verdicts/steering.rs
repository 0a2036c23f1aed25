//! Answers that look like errors and only steer a client: normal, in good joins and in bad ones.

use adjoin_scenes::joined::{first_pass_alone, joined_article};
use adjoin_scenes::script::Shot;
use adjoin_scenes::steps::{Ask, Fault, Plan, Wall};
use adjoin_scenes::tokens::Proof;

use super::{blemish, report};

/// What is said to be normal: id and words.
fn normal(shots: &[Shot]) -> Vec<(&'static str, String)> {
    let findings = report(shots).joins.into_iter().flat_map(|join| join.findings);
    let normal = findings.filter(|finding| finding.role == "normal");
    normal
        .map(|finding| {
            assert_eq!(finding.severity, "chat", "{finding:?}");
            assert!(!finding.evidence.is_empty(), "{finding:?}");
            (finding.id, finding.what)
        })
        .collect()
}

fn says(shots: &[Shot], id: &str, word: &str) -> bool {
    normal(shots).iter().any(|(known, what)| *known == id && what.contains(word))
}

#[test]
fn the_published_join_has_them_all() {
    let kerberos = joined_article(Proof::Kerberos);
    for (id, word) in [
        ("PING-USERUNKNOWN", "PC8$"),
        ("KRB-NORMAL", "proof of the password"),
        ("RPC-NORMAL", "declined"),
        ("LDAP-NORMAL", "saslBindInProgress"),
        ("ACC-NONE-1ST", "PC8$"),
        ("SMB-REUSED", "second pass"),
        ("LOC-RESTART", "restart"),
        ("NET-RSTCLOSE", "reset"),
    ] {
        assert!(says(&kerberos, id, word), "{id}: {:?}", normal(&kerberos));
    }
    let ntlm = joined_article(Proof::Ntlm);
    assert!(says(&ntlm, "SMB-NORMAL", "MORE_PROCESSING_REQUIRED") && !says(&kerberos, "SMB-NORMAL", ""));
    assert!(blemish(&kerberos).is_none() && blemish(&ntlm).is_none());
}

#[test]
fn one_pass_and_a_known_account_are_not_two() {
    let plain = Plan::default().play();
    for id in ["PING-USERUNKNOWN", "ACC-NONE-1ST", "SMB-REUSED", "SMB-NORMAL", "LDAP-NORMAL"] {
        assert!(!says(&plain, id, ""), "{id}");
    }
    let alone = first_pass_alone(30);
    assert!(says(&alone, "PING-USERUNKNOWN", "PC8$"));
    for id in ["ACC-NONE-1ST", "SMB-REUSED", "LOC-RESTART"] {
        assert!(!says(&alone, id, ""), "{id}");
    }
}

#[test]
fn a_kdc_that_steers() {
    let large = Plan { udp_tickets: true, ..Plan::default() };
    assert!(says(&large.play(), "KRB-NORMAL", "UDP") && !says(&Plan::default().play(), "KRB-NORMAL", "UDP"));
    let elsewhere = Plan::from(Fault::Kerberos(Ask::Logon, 68, None)).play();
    assert!(says(&elsewhere, "KRB-NORMAL", "another realm"));
    assert!(report(&elsewhere).joins.iter().all(|join| join.root.is_none()));
    // A refusal is none of these.
    let refused = Plan::from(Fault::Kerberos(Ask::Logon, 24, None)).play();
    assert_eq!(normal(&refused).iter().filter(|(id, _)| *id == "KRB-NORMAL").count(), 1);
}

#[test]
fn an_answer_that_comes_later() {
    let shots = Plan::from(Fault::SmbPending).play();
    assert_eq!(blemish(&shots), None);
    assert!(says(&shots, "SMB-NORMAL", "PENDING"));
}

#[test]
fn only_a_join_that_is_done_wants_a_restart() {
    assert!(says(&Plan::default().play(), "LOC-RESTART", ""));
    for fault in
        [Fault::Samr(50, 0xc000_0022), Fault::Port(135, Wall::Silence), Fault::Authenticate(0xc000_0022)]
    {
        assert!(!says(&Plan::from(fault).play(), "LOC-RESTART", ""), "{fault:?}");
    }
}
