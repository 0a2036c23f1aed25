//! `Debug` tells how many octets there are of what may be a secret or a cipher, never which.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use adjoin_trials::secret::{assert_debug_counts, secret};
use kerberos_proto::pkinit::AuthPack;
use kerberos_proto::tcp::Framing;
use kerberos_proto::{ErrorData, KrbError, KrbSafe};

#[test]
fn octets_are_counted() {
    assert_debug_counts(KrbError { e_data: Some(secret()), ..Default::default() }, 1);
    assert_debug_counts(ErrorData::Opaque(secret()), 1);
    assert_debug_counts(KrbSafe { user_data: secret(), ..Default::default() }, 1);
    let (pa_checksum, freshness_token) = (Some(secret()), Some(secret()));
    assert_debug_counts(AuthPack { pa_checksum, freshness_token, ..Default::default() }, 2);
    assert_debug_counts(Framing::Message { message: secret(), total: 8 }, 1);
}
