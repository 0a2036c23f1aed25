//! `Debug` tells how many octets there are of what may be a secret or a cipher, never which.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use adjoin_trials::secret::{assert_debug_counts, secret};
use cldap_proto::{AttributeValueAssertion, BindResponse, Control, MatchingRule, Substring};

#[test]
fn octets_are_counted() {
    assert_debug_counts(AttributeValueAssertion { assertion_value: secret(), ..Default::default() }, 1);
    assert_debug_counts(MatchingRule { match_value: secret(), ..Default::default() }, 1);
    for piece in [Substring::Initial(secret()), Substring::Any(secret()), Substring::Final(secret())] {
        assert_debug_counts(piece, 1);
    }
    assert_debug_counts(Control { control_value: Some(secret()), ..Default::default() }, 1);
    assert_debug_counts(BindResponse { server_sasl_creds: Some(secret()), ..Default::default() }, 1);
}
