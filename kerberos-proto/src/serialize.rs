//! The shapes of leaf values in serialised messages: see `adjoin_wire::serialize`.

use crate::fast::ArmorType;
use crate::kpasswd::{ResultCode, Version};
use crate::{
    ApOptions, ChecksumType, Element, ErrorCode, Etype, KdcOptions, KerberosTime, MessageType, NameType,
    PaData, PaType, PacOptions, SequenceOf, SupportedEnctypes,
};
use adjoin_wire::Partial;
use adjoin_wire::serialize::{IntoItem, hidden};
use serde::ser::{Serialize, SerializeStruct, Serializer};

adjoin_wire::serialize! {
    text: KerberosTime;
    named: ArmorType, ChecksumType, ErrorCode, Etype, MessageType, NameType, PaType, ResultCode, Version;
    flags: ApOptions, KdcOptions, PacOptions, SupportedEnctypes;
}

impl<'a, T: Element<'a> + Serialize> Serialize for SequenceOf<'a, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(IntoItem::into_item))
    }
}

/// The value is what is clear in it; of a type that isn't decoded, or can't be, the number of octets,
/// because it may be ciphertext.
impl Serialize for PaData<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("PaData", 2)?;
        map.serialize_field("padata_type", &self.padata_type)?;
        map.serialize_field("padata_value", &Value(self))?;
        map.end()
    }
}

struct Value<'a, 'b>(&'b PaData<'a>);

impl Serialize for Value<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let padata = self.0;
        if let Some(Ok(list)) = padata.etype_info() {
            list.serialize(serializer)
        } else if let Some(Ok(wanted)) = padata.pac_request() {
            wanted.serialize(serializer)
        } else if let Some(Ok(options)) = padata.pac_options() {
            options.serialize(serializer)
        } else if let Some(Ok(etypes)) = padata.supported_enctypes() {
            etypes.serialize(serializer)
        } else if let Some(Ok(encrypted)) = padata.encrypted().map(Partial::complete) {
            encrypted.serialize(serializer)
        } else if let Some(Ok(fast)) = padata.fast().map(Partial::complete) {
            fast.serialize(serializer)
        } else if let Some(Ok(request)) = padata.pk_as_req().map(Partial::complete) {
            request.serialize(serializer)
        } else if let Some(Ok(reply)) = padata.pk_as_rep().map(Partial::complete) {
            reply.serialize(serializer)
        } else if let Some(Ok(user)) = padata.for_user().map(Partial::complete) {
            user.serialize(serializer)
        } else {
            hidden(&padata.padata_value, serializer)
        }
    }
}
