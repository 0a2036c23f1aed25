//! The shapes of leaf values in serialised messages: see `adjoin_wire::serialize`.

use crate::rpc::{self, Credential, DomainTrusts, SecureChannelType, TrustedDomains};
use crate::{DbChangeInfos, DsFlags, NtVersion, Opcode, Sid};
use serde::{Serialize, Serializer};

adjoin_wire::serialize! {
    text: Sid<'_>;
    named: Opcode, SecureChannelType, rpc::Opnum;
    flags: DsFlags, NtVersion, rpc::NegotiateFlags;
    list: DbChangeInfos<'_>, DomainTrusts<'_>, TrustedDomains<'_>;
    value: Credential;
}

/// Never the octets: `zero`, or how many they are.
impl Serialize for Credential {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.is_zero() { "zero" } else { "(8 octets)" })
    }
}
