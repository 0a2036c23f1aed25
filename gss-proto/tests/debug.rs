//! `Debug` tells how many octets there are of what may be a secret or a cipher, never which.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use adjoin_wire::{Cursor, Spanned};
use core::fmt::Debug;
use gss_proto::Token;

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
    assert_counted(Token::Kerberos(secret()), 1);
}
