//! `Debug` tells how many octets there are of what may be a secret or a cipher, never which.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use adjoin_trials::secret::{assert_debug_counts, secret};
use gss_proto::Token;

#[test]
fn octets_are_counted() {
    assert_debug_counts(Token::Kerberos(secret()), 1);
}
