//! The shapes of leaf values in serialised messages: see `adjoin_wire::serialize`.

use crate::{Entries, EptOpnum, EptStatus, Floors, ProtocolId, ProtocolSequence, TowerOctets, Towers};
use serde::ser::{Serialize, SerializeStruct, Serializer};

adjoin_wire::serialize! {
    named: EptOpnum, EptStatus, ProtocolId;
    list: Entries<'_>, Floors<'_>, Towers<'_>;
    value: ProtocolSequence;
}

/// The octets are decoded: `tower` instead of `tower_octet_string`.
impl Serialize for TowerOctets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("TowerOctets", 3)?;
        map.serialize_field("max_count", &self.max_count)?;
        map.serialize_field("tower_length", &self.tower_length)?;
        map.serialize_field("tower", &self.tower().value)?;
        map.end()
    }
}
