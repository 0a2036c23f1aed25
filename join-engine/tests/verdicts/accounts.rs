//! The computer's account: not there, or there and then in trouble.

use adjoin_scenes::joined::{first_pass_alone, joined_article};
use adjoin_scenes::steps::{Fault, Plan, Unsealed};
use adjoin_scenes::tokens::Proof;

use super::{blemish, only_join, report, told};

const DENIED: u32 = 0xc000_0022;

#[test]
fn an_account_that_nobody_makes() {
    let join = only_join(&first_pass_alone(30));
    let root = join.root.expect("it failed");
    assert_eq!((root.id, root.phase, root.confidence), ("ACC-NONE", "P7", "medium"));
    assert!(!root.settle.is_empty() && root.what.contains("PC8$"), "{root:?}");
}

/// A capture that merely ends tells nothing, and neither does a pass that another one follows.
#[test]
fn no_account_wants_proof() {
    let whole = first_pass_alone(30);
    for end in 1..whole.len() {
        for join in report(&whole[..end]).joins {
            assert!(join.findings.iter().all(|finding| finding.id != "ACC-NONE"), "{end} frames");
        }
    }
    for shots in [joined_article(Proof::Kerberos), joined_article(Proof::Ntlm), Plan::default().play()] {
        assert_eq!(blemish(&shots), None);
    }
    // Of the second pass every part may be missing.
    let whole = joined_article(Proof::Kerberos);
    for end in (1..whole.len()).step_by(3) {
        for join in report(&whole[..end]).joins {
            assert!(join.root.is_none(), "{end} frames: {:?}", join.root);
        }
    }
}

#[test]
fn a_success_that_looks_like_an_error() {
    let join = only_join(&Plan::from(Fault::KpasswdZero(false)).play());
    let root = join.root.expect("it failed");
    assert_eq!((root.id, root.phase, root.confidence), ("UNX-KPASSWD25", "P8", "medium"));
    let shots = Plan::from(Fault::KpasswdZero(true)).play();
    assert_eq!(blemish(&shots), None);
    assert!(told(&only_join(&shots)).contains(&("UNX-KPASSWD25", "note")));
    let plain = Plan { kpasswd: true, ..Plan::default() }.play();
    assert!(told(&only_join(&plain)).iter().all(|(id, _)| *id != "UNX-KPASSWD25"));
}

#[test]
fn a_channel_that_is_not_sealed() {
    for how in [Unsealed::Fault, Unsealed::Status] {
        let join = only_join(&Plan::from(Fault::ChannelUnsealed(how)).play());
        let root = join.root.expect("it failed");
        assert_eq!((root.id, root.phase, root.confidence), ("NL-SEAL", "P9", "high"), "{how:?}");
        assert!(join.findings.iter().all(|finding| finding.id != "RPC-FAULT5"));
    }
    // Before the channel is made nothing is sealed.
    let early = only_join(&Plan::from(Fault::ChannelFault(5)).play());
    assert_eq!(early.root.map(|root| root.id), Some("RPC-FAULT5"));
}

#[test]
fn a_rename_that_is_denied() {
    for how in [Unsealed::Fault, Unsealed::Status] {
        let shots = Plan::from(Fault::Rename(how)).play();
        assert_eq!(blemish(&shots), None, "{how:?}");
        assert!(told(&only_join(&shots)).contains(&("ACC-RENAME5", "note")), "{how:?}");
    }
    // Before there is an account, what is denied is the join.
    for opnum in [50, 58] {
        let join = only_join(&Plan::from(Fault::Samr(opnum, DENIED)).play());
        assert_eq!(join.root.map(|root| root.id), Some("ACC-SAMRDENY"), "{opnum}");
    }
}
