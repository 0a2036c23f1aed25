//! `Debug` tells how many octets there are of what may be a secret or a cipher, never which.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use adjoin_wire::{Cursor, Spanned};
use core::fmt::Debug;
use kerberos_proto::pkinit::AuthPack;
use kerberos_proto::tcp::Framing;
use kerberos_proto::{ErrorData, KrbError, KrbSafe};

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
    assert_counted(KrbError { e_data: Some(secret()), ..Default::default() }, 1);
    assert_counted(ErrorData::Opaque(secret()), 1);
    assert_counted(KrbSafe { user_data: secret(), ..Default::default() }, 1);
    let (pa_checksum, freshness_token) = (Some(secret()), Some(secret()));
    assert_counted(AuthPack { pa_checksum, freshness_token, ..Default::default() }, 2);
    assert_counted(Framing::Message { message: secret(), total: 8 }, 1);
}
