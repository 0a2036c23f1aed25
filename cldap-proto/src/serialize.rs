//! The shapes of leaf values in serialised messages: see `adjoin_wire::serialize`.

use crate::secret::is_secret;
use crate::{
    AdErrorClass, Attribute, Attributes, ChangeOperation, Changes, Controls, DerefAliases, Filter,
    LogonSubCode, Octets, ResultCode, Scope,
};

use adjoin_wire::Spanned;
use adjoin_wire::serialize::{IntoItem, Walk, hidden};
use serde::ser::{Serialize, SerializeStruct, Serializer};

adjoin_wire::serialize! {
    text: Filter<'_>, LogonSubCode;
    named: ChangeOperation, DerefAliases, ResultCode, Scope;
    list: Attributes<'_>, Changes<'_>, Controls<'_>, Octets<'_>;
    value: AdErrorClass;
}

/// Values of an attribute that holds passwords or keys are counted.
impl Serialize for Attribute<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Attribute", 3)?;
        map.serialize_field("description", &self.description)?;
        if is_secret(self.description.as_bytes()) {
            let counted = || self.values.iter().map(|value| value.map(Counted).into_item());
            map.serialize_field("values", &Walk(counted))?;
        } else {
            map.serialize_field("values", &self.values)?;
        }
        map.serialize_field("span", &self.span)?;
        map.end()
    }
}

struct Counted<'a>(Spanned<&'a [u8]>);

impl Serialize for Counted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        hidden(&self.0, serializer)
    }
}
