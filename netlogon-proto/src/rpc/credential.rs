//! Challenges and proofs.

use core::fmt;

use adjoin_wire::{Spanned, WireError};
use rpce_proto::Ndr;

/// `NETLOGON_CREDENTIAL`, [MS-NRPC] 2.2.1.3.4: a challenge, or a proof made with the session key.
/// Never printed: `Debug` tells only whether it is empty.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Credential([u8; 8]);

impl Credential {
    /// The octets.
    #[must_use]
    pub const fn octets(self) -> [u8; 8] {
        self.0
    }

    /// All octets are 0: the server refused, or a client tries its luck with a zero key.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        u64::from_ne_bytes(self.0) == 0
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_zero() { "Credential(zero)" } else { "Credential(..)" })
    }
}

pub(super) fn credential(r: &mut Ndr<'_>, field: &'static str) -> Result<Spanned<Credential>, WireError> {
    Ok(r.cursor().array::<8>(field)?.map(Credential))
}
