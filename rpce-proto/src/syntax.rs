//! Abstract and transfer syntax identifiers, bind-time features.

use core::fmt;

use adjoin_wire::{Cursor, Guid, Spanned, WireError};
use bitflags::bitflags;

use crate::ByteOrder;

/// `p_syntax_id_t`, C706 12.6.3.1: which interface, or which encoding, in which version.
///
/// ```text
/// typedef struct { uuid_t if_uuid; u_int32 if_version; } p_syntax_id_t;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SyntaxId {
    /// Interface or transfer syntax.
    pub uuid: Guid,
    /// Major version in the low 16 bits, minor version in the high 16 bits.
    pub version: u32,
}

impl SyntaxId {
    /// The classic transfer syntax: NDR 2.0, pointers of four octets.
    pub const NDR: Self = Self::new(Guid::from_u128(0x8a885d04_1ceb_11c9_9fe8_08002b104860), 2, 0);
    /// NDR64 1.0, [MS-RPCE] 2.2.5: referents and counts of eight octets.
    pub const NDR64: Self = Self::new(Guid::from_u128(0x71710533_beba_4937_8319_b5dbef9ccc36), 1, 0);

    /// An identifier of a version `major.minor`.
    #[must_use]
    pub const fn new(uuid: Guid, major: u16, minor: u16) -> Self {
        // A widening cast: `u32::from` is not a const function.
        Self { uuid, version: major as u32 | ((minor as u32) << 16) }
    }

    /// The pseudo transfer syntax that offers `features` at bind time, [MS-RPCE] 2.2.2.14.
    #[must_use]
    pub const fn offering(features: BindTimeFeatures) -> Self {
        let uuid = BTFN_PREFIX | features.bits().swap_bytes() as u128;
        Self::new(Guid::from_u128(uuid), 1, 0)
    }

    /// Major version.
    #[must_use]
    pub const fn major(self) -> u16 {
        let [a, b, _, _] = self.version.to_le_bytes();
        u16::from_le_bytes([a, b])
    }

    /// Minor version.
    #[must_use]
    pub const fn minor(self) -> u16 {
        let [_, _, c, d] = self.version.to_le_bytes();
        u16::from_le_bytes([c, d])
    }

    /// What this identifier means as a transfer syntax.
    #[must_use]
    pub fn transfer_syntax(self) -> TransferSyntax {
        if self == Self::NDR {
            TransferSyntax::Ndr
        } else if self == Self::NDR64 {
            TransferSyntax::Ndr64
        } else if self.uuid.to_u128() & BTFN_MASK == BTFN_PREFIX && self.version == 1 {
            let [.., a, b, c, d, e, f, g, h] = self.uuid.to_be_bytes();
            let bits = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
            TransferSyntax::BindTimeFeatures(BindTimeFeatures::from_bits_retain(bits))
        } else if self.uuid.is_nil() {
            TransferSyntax::None
        } else {
            TransferSyntax::Other
        }
    }

    pub(crate) fn read(
        c: &mut Cursor<'_>,
        order: ByteOrder,
        field: &'static str,
    ) -> Result<Spanned<Self>, WireError> {
        let uuid = order.guid(c, field)?;
        let version = order.u32(c, field)?;
        Ok(Spanned::new(Self { uuid: *uuid, version: *version }, uuid.span.to(version.span)))
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn put(self, out: &mut alloc::vec::Vec<u8>, order: ByteOrder) {
        order.put_guid(out, self.uuid);
        order.put_u32(out, self.version);
    }
}

/// `<uuid> v<major>.<minor>`
impl fmt::Display for SyntaxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{}.{}", self.uuid, self.major(), self.minor())
    }
}

/// First eight octets of the bind-time feature negotiation UUID, [MS-RPCE] 2.2.2.14.
const BTFN_PREFIX: u128 = 0x6cb71c2c_9812_4540_0000_000000000000;
const BTFN_MASK: u128 = 0xffff_ffff_ffff_ffff_0000_0000_0000_0000;

/// A transfer syntax, understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum TransferSyntax {
    /// NDR 2.0.
    Ndr,
    /// NDR64 1.0.
    Ndr64,
    /// Not an encoding: the client offers features by it.
    BindTimeFeatures(BindTimeFeatures),
    /// The nil UUID: a rejected context has no transfer syntax.
    None,
    /// Anything else.
    Other,
}

impl fmt::Display for TransferSyntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ndr => f.write_str("NDR"),
            Self::Ndr64 => f.write_str("NDR64"),
            Self::BindTimeFeatures(features) => write!(f, "bind time features {features}"),
            Self::None => f.write_str("none"),
            Self::Other => f.write_str("other"),
        }
    }
}

bitflags! {
    /// Bind-time features, [MS-RPCE] 2.2.2.14: the last eight octets of the UUID that a client
    /// offers, or the reason field of a `negotiate_ack` result. Little-endian.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct BindTimeFeatures: u64 {
        /// Several security contexts on one connection.
        const SECURITY_CONTEXT_MULTIPLEXING = 0x01;
        /// The connection stays open after an `orphaned` PDU.
        const KEEP_CONNECTION_ON_ORPHAN = 0x02;
        const _ = !0;
    }
}

impl fmt::Display for BindTimeFeatures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() { f.write_str("none") } else { bitflags::parser::to_writer(self, f) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn features_are_the_tail_of_the_uuid() {
        let offer = SyntaxId::offering(
            BindTimeFeatures::SECURITY_CONTEXT_MULTIPLEXING | BindTimeFeatures::KEEP_CONNECTION_ON_ORPHAN,
        );
        assert_eq!(offer.to_string(), "6cb71c2c-9812-4540-0300-000000000000 v1.0");
        let TransferSyntax::BindTimeFeatures(features) = offer.transfer_syntax() else {
            panic!("{offer} is feature negotiation");
        };
        assert_eq!(features.bits(), 3);
        assert_eq!(SyntaxId::NDR64.transfer_syntax(), TransferSyntax::Ndr64);
        assert_eq!(SyntaxId::default().transfer_syntax(), TransferSyntax::None);
        assert_eq!(SyntaxId { version: 9, ..SyntaxId::NDR }.transfer_syntax(), TransferSyntax::Other);
    }

    #[test]
    fn the_major_version_is_the_low_half() {
        let id = SyntaxId::new(Guid::NIL, 4, 7);
        assert_eq!((id.version, id.major(), id.minor()), (0x0007_0004, 4, 7));
    }
}
