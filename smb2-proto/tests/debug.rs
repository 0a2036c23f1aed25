//! `Debug` tells how many octets there are of what may be a secret or a cipher, never which.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use adjoin_wire::{Cursor, Spanned};
use core::fmt::Debug;
use smb2_proto::{mailslot, nbdgm, smb1, smb2};

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
    assert_counted(smb2::SessionSetupRequest { security_buffer: secret(), ..Default::default() }, 1);
    assert_counted(smb2::SessionSetupResponse { security_buffer: secret(), ..Default::default() }, 1);
    assert_counted(smb2::NegotiateResponse { security_buffer: secret(), ..Default::default() }, 1);
    assert_counted(smb2::WriteRequest { data: secret(), ..Default::default() }, 1);
    assert_counted(smb2::ReadResponse { data: secret(), ..Default::default() }, 1);
    assert_counted(smb2::IoctlRequest { input: secret(), ..Default::default() }, 1);
    assert_counted(smb2::TransformHeader { ciphertext: secret(), ..Default::default() }, 1);
    let header = smb2::CompressionHeader { payload: secret(), ..Default::default() };
    assert_counted(header, 1);
    assert_counted(header.payloads().next().unwrap().unwrap(), 1);
    assert_counted(smb1::SessionSetupResponse { security_blob: Some(secret()), ..Default::default() }, 1);
    assert_counted(smb1::WriteRequest { data: secret(), ..Default::default() }, 1);
    let (parameters, data) = (secret(), secret());
    assert_counted(smb1::TransactionRequest { parameters, data, ..Default::default() }, 2);
    assert_counted(mailslot::MailslotWrite { data: secret(), ..Default::default() }, 1);
    assert_counted(nbdgm::Datagram { user_data: Some(secret()), ..Default::default() }, 1);
}
