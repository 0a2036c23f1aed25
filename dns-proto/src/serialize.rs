//! The shapes of leaf values in serialised messages: see `adjoin_wire::serialize`.

use crate::locator::DomainName;
use crate::nbns::NetbiosName;
use crate::{
    CharacterStrings, Class, HeaderFlags, Opcode, OptOptions, Questions, Rcode, Record, RecordType, Records,
    TkeyMode, Update,
};
use adjoin_wire::serialize::{Item, Walk};
use serde::ser::{Serialize, SerializeStruct, Serializer};

adjoin_wire::serialize! {
    text: DomainName<'_>, NetbiosName;
    named: Class, Opcode, Rcode, RecordType, TkeyMode;
    flags: HeaderFlags;
    list: CharacterStrings<'_>, OptOptions<'_>, Questions<'_>, Records<'_>;
}

/// RDATA is decoded: `rdata`, or why it can't be.
impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Record", 5)?;
        map.serialize_field("name", &self.name)?;
        map.serialize_field("rtype", &self.rtype)?;
        map.serialize_field("class", &self.class)?;
        map.serialize_field("ttl", &self.ttl)?;
        map.serialize_field("rdata", &Item(self.rdata().map(|rdata| rdata.value)))?;
        map.end()
    }
}

/// Each prerequisite and each change is a pair: what it asks for, and its record.
impl Serialize for Update<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Update", 3)?;
        map.serialize_field("zone", &self.zone)?;
        map.serialize_field("prerequisites", &Walk(|| self.prerequisites().map(Item)))?;
        map.serialize_field("changes", &Walk(|| self.changes().map(Item)))?;
        map.end()
    }
}
