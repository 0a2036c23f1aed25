//! The shapes of leaf values in serialised messages: see `adjoin_wire::serialize`.

use crate::netlogon::{NlFlags, NlMessageType};
use crate::ntlm::{AvId, AvPair, AvPairs, FileTime, MessageType, Name, NegotiateFlags, Version};
use crate::per_message::{SealAlgorithm, SignAlgorithm, TokenFlags};
use crate::{MechTypes, Mechanism, NegState, TokenId};
use serde::ser::{Serialize, SerializeStruct, Serializer};

adjoin_wire::serialize! {
    text: Mechanism<'_>, Name<'_>, Version;
    named: AvId, MessageType, NegState, NlMessageType, SealAlgorithm, SignAlgorithm, TokenId;
    flags: NegotiateFlags, NlFlags, TokenFlags;
    list: AvPairs<'_>, MechTypes<'_>;
    value: FileTime;
}

/// The value is text, a number or octets, as its kind has it.
impl Serialize for AvPair<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("AvPair", 2)?;
        map.serialize_field("id", &self.id)?;
        match (self.text(), self.timestamp(), self.flags()) {
            (Some(text), ..) => map.serialize_field("value", &text)?,
            (_, Some(time), _) => map.serialize_field("value", &time)?,
            (.., Some(flags)) => map.serialize_field("value", &flags)?,
            _ => map.serialize_field("value", &self.value)?,
        }
        map.end()
    }
}
