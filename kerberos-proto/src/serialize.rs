//! The shapes of leaf values in serialised messages: see `adjoin_wire::serialize`.

use crate::kpasswd::{ResultCode, Version};
use crate::{
    ApOptions, Element, ErrorCode, Etype, KdcOptions, KerberosTime, MessageType, NameType, PaData, PaType,
    SequenceOf,
};
use adjoin_wire::serialize::{IntoItem, hidden};
use serde::ser::{Serialize, SerializeStruct, Serializer};

adjoin_wire::serialize! {
    text: KerberosTime;
    named: ErrorCode, Etype, MessageType, NameType, PaType, ResultCode, Version;
    flags: ApOptions, KdcOptions;
}

impl<'a, T: Element<'a> + Serialize> Serialize for SequenceOf<'a, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(IntoItem::into_item))
    }
}

/// The value is the list of encryption types or the wish for a PAC; of any other type, which may hold
/// ciphertext, the number of octets.
impl Serialize for PaData<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Value<'a, 'b>(&'b PaData<'a>);

        impl Serialize for Value<'_, '_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match (self.0.etype_info(), self.0.pac_request()) {
                    (Some(Ok(list)), _) => list.serialize(serializer),
                    (_, Some(Ok(wanted))) => wanted.serialize(serializer),
                    _ => hidden(&self.0.padata_value, serializer),
                }
            }
        }

        let mut map = serializer.serialize_struct("PaData", 2)?;
        map.serialize_field("padata_type", &self.padata_type)?;
        map.serialize_field("padata_value", &Value(self))?;
        map.end()
    }
}
