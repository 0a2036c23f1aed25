//! Joins that come to nothing without a refusal that can be read.

use super::{Stage, at};
use crate::script::{SECOND, Shot};
use crate::tokens::Proof;
use crate::wirebuild;

impl Stage {
    /// Nothing more is heard of the client for so many seconds.
    fn quiet(mut self, seconds: i64) -> Vec<Shot> {
        let end = self.script.end() + seconds * SECOND;
        self.script.push(end, wirebuild::arp(self.client));
        self.script.shots()
    }
}

/// The first pass finds no account, and there is no second one: the join may not make it.
#[must_use]
pub fn first_pass_alone(quiet: i64) -> Vec<Shot> {
    let mut stage = Stage::new(Proof::Ntlm);
    stage.first_pass(Proof::Kerberos);
    stage.quiet(quiet)
}

/// A session of another user to the controller is open when the join looks for one and finds it, and
/// nothing follows. `known` tells that the computer's account is there: the client is a member then.
#[must_use]
pub fn session_of_another(known: bool, quiet: i64) -> Vec<Shot> {
    let mut stage = Stage::new(Proof::Ntlm);
    stage.known = known;
    stage.smb(Proof::Ntlm, at(-20_000));
    stage.find_dc(5_570, 0xa793);
    stage.quiet(quiet)
}
