//! What is normal is said to be normal, and never spoils a verdict.

use adjoin_scenes::joined::joined_article;
use adjoin_scenes::script::Shot;
use adjoin_scenes::steps::{Fault, Plan};
use adjoin_scenes::tokens::Proof;
use join_engine::report::JoinReport;

use super::{blemish, only_join};

/// Ids of what is said to be normal.
fn normal(join: &JoinReport) -> Vec<&'static str> {
    join.findings.iter().filter(|finding| finding.role == "normal").map(|finding| finding.id).collect()
}

/// The server's FINs on this port become resets.
fn with_resets(mut shots: Vec<Shot>, port: u16) -> Vec<Shot> {
    const FLAGS: usize = 14 + 20 + 13;
    for shot in shots.iter_mut().filter(|shot| shot.bytes.get(34..36) == Some(&port.to_be_bytes())) {
        if shot.bytes[23] == 6 && shot.bytes[FLAGS] & 1 != 0 {
            shot.bytes[FLAGS] = shot.bytes[FLAGS] & !1 | 4;
        }
    }
    shots
}

#[test]
fn nothing_normal_is_more_than_chat() {
    let shots = with_resets(joined_article(Proof::Kerberos), 389);
    let join = only_join(&shots);
    assert!(!normal(&join).is_empty());
    for finding in join.findings {
        assert_eq!(finding.role == "normal", finding.severity == "chat", "{finding:?}");
    }
}

#[test]
fn a_reset_may_close_a_connection() {
    for port in [389, 445] {
        let shots = with_resets(Plan::default().play(), port);
        assert_eq!(blemish(&shots), None);
        assert!(normal(&only_join(&shots)).contains(&"NET-RSTCLOSE"), "{port}");
    }
    assert!(!normal(&only_join(&Plan::default().play())).contains(&"NET-RSTCLOSE"));
    // A reset that ends what was not answered is no such thing.
    let refused = Plan::from(Fault::LdapBind(49, "80090308: data 52e")).play();
    assert!(!normal(&only_join(&refused)).contains(&"NET-RSTCLOSE"));
}
