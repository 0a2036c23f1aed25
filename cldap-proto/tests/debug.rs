//! `Debug` tells how many octets there are of what may be a secret or a cipher, never which.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use adjoin_wire::{Cursor, Spanned};
use cldap_proto::{AttributeValueAssertion, BindResponse, Control, MatchingRule, Substring};
use core::fmt::Debug;

fn secret() -> Spanned<&'static [u8]> {
    Cursor::new(&[171, 172, 173, 174]).take_rest()
}

/// As many times as there are such fields.
fn assert_counted(value: impl Debug, fields: usize) {
    let text = format!("{value:?}");
    assert!(!text.contains("171") && !text.contains("ab, ac"), "{text}");
    assert_eq!(text.matches("4@0..4").count(), fields, "{text}");
}

#[test]
fn octets_are_counted() {
    assert_counted(AttributeValueAssertion { assertion_value: secret(), ..Default::default() }, 1);
    assert_counted(MatchingRule { match_value: secret(), ..Default::default() }, 1);
    for piece in [Substring::Initial(secret()), Substring::Any(secret()), Substring::Final(secret())] {
        assert_counted(piece, 1);
    }
    assert_counted(Control { control_value: Some(secret()), ..Default::default() }, 1);
    assert_counted(BindResponse { server_sasl_creds: Some(secret()), ..Default::default() }, 1);
}
