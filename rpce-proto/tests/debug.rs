//! `Debug` tells how many octets there are of what may be a secret or a cipher, never which.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use adjoin_trials::secret::{assert_debug_counts, secret};
use rpce_proto::{AuthTrailer, Fault, Request, Response};

#[test]
fn octets_are_counted() {
    assert_debug_counts(AuthTrailer { auth_value: secret(), ..Default::default() }, 1);
    assert_debug_counts(Request { stub: secret(), ..Default::default() }, 1);
    assert_debug_counts(Response { stub: secret(), ..Default::default() }, 1);
    assert_debug_counts(Fault { stub: secret(), ..Default::default() }, 1);
}
