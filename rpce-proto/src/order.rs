//! Integers in the byte order that a data representation label announces.

use adjoin_wire::{Cursor, Guid, Spanned, WireError};

/// Byte order of integers and of the first three fields of a UUID, C706 14.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum ByteOrder {
    /// What every current implementation sends.
    #[default]
    Little,
    /// Allowed by C706; the receiver makes it right.
    Big,
}

impl ByteOrder {
    /// Two octets.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn u16(self, c: &mut Cursor<'_>, field: &'static str) -> Result<Spanned<u16>, WireError> {
        match self {
            Self::Little => c.u16_le(field),
            Self::Big => c.u16_be(field),
        }
    }

    /// Four octets.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn u32(self, c: &mut Cursor<'_>, field: &'static str) -> Result<Spanned<u32>, WireError> {
        match self {
            Self::Little => c.u32_le(field),
            Self::Big => c.u32_be(field),
        }
    }

    /// Eight octets.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn u64(self, c: &mut Cursor<'_>, field: &'static str) -> Result<Spanned<u64>, WireError> {
        match self {
            Self::Little => c.u64_le(field),
            Self::Big => c.u64_be(field),
        }
    }

    /// A UUID: its first three fields are integers and follow the byte order.
    ///
    /// # Errors
    /// When fewer than 16 octets are left.
    pub fn guid(self, c: &mut Cursor<'_>, field: &'static str) -> Result<Spanned<Guid>, WireError> {
        match self {
            Self::Little => c.guid_le(field),
            Self::Big => c.guid_be(field),
        }
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn put_u16(self, out: &mut alloc::vec::Vec<u8>, value: u16) {
        out.extend_from_slice(&match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        });
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn put_u32(self, out: &mut alloc::vec::Vec<u8>, value: u32) {
        out.extend_from_slice(&match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        });
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn put_u64(self, out: &mut alloc::vec::Vec<u8>, value: u64) {
        out.extend_from_slice(&match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        });
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn put_guid(self, out: &mut alloc::vec::Vec<u8>, value: Guid) {
        out.extend_from_slice(&match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        });
    }
}
