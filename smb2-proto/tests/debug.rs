//! `Debug` tells how many octets there are of what may be a secret or a cipher, never which.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use adjoin_trials::secret::{assert_debug_counts, secret};
use smb2_proto::{mailslot, nbdgm, smb1, smb2};

#[test]
fn octets_are_counted() {
    assert_debug_counts(smb2::SessionSetupRequest { security_buffer: secret(), ..Default::default() }, 1);
    assert_debug_counts(smb2::SessionSetupResponse { security_buffer: secret(), ..Default::default() }, 1);
    assert_debug_counts(smb2::NegotiateResponse { security_buffer: secret(), ..Default::default() }, 1);
    assert_debug_counts(smb2::WriteRequest { data: secret(), ..Default::default() }, 1);
    assert_debug_counts(smb2::ReadResponse { data: secret(), ..Default::default() }, 1);
    assert_debug_counts(smb2::IoctlRequest { input: secret(), ..Default::default() }, 1);
    assert_debug_counts(smb2::TransformHeader { ciphertext: secret(), ..Default::default() }, 1);
    let header = smb2::CompressionHeader { payload: secret(), ..Default::default() };
    assert_debug_counts(header, 1);
    assert_debug_counts(header.payloads().next().unwrap().unwrap(), 1);
    assert_debug_counts(
        smb1::SessionSetupResponse { security_blob: Some(secret()), ..Default::default() },
        1,
    );
    assert_debug_counts(smb1::WriteRequest { data: secret(), ..Default::default() }, 1);
    let (parameters, data) = (secret(), secret());
    assert_debug_counts(smb1::TransactionRequest { parameters, data, ..Default::default() }, 2);
    assert_debug_counts(mailslot::MailslotWrite { data: secret(), ..Default::default() }, 1);
    assert_debug_counts(nbdgm::Datagram { user_data: Some(secret()), ..Default::default() }, 1);
}
