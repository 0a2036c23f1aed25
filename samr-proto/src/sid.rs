//! Security identifiers as NDR sends them.

use core::fmt;

use adjoin_wire::{ErrorKind, Spanned, WireError};
use rpce_proto::{ByteOrder, Ndr};

/// `RPC_SID`, [MS-DTYP] 2.4.2.3, without the count that NDR puts before it. `Display` gives
/// `S-1-5-21-...`.
#[derive(Clone, Copy, Default)]
pub struct RpcSid<'a> {
    authority: u64,
    /// Sub-authorities, four octets each.
    parts: &'a [u8],
    order: ByteOrder,
}

impl<'a> RpcSid<'a> {
    /// The identifier authority, 48 bits: 5 for everything that Windows makes.
    #[must_use]
    pub const fn authority(self) -> u64 {
        self.authority
    }

    /// The sub-authorities in order; the last one is the RID when the SID is an account's.
    pub fn sub_authorities(self) -> impl Iterator<Item = u32> + 'a {
        let order = self.order;
        self.parts.chunks_exact(4).map(move |part| match (part, order) {
            ([a, b, c, d], ByteOrder::Little) => u32::from_le_bytes([*a, *b, *c, *d]),
            ([a, b, c, d], ByteOrder::Big) => u32::from_be_bytes([*a, *b, *c, *d]),
            _ => 0,
        })
    }

    /// ```text
    /// unsigned char Revision; unsigned char SubAuthorityCount;
    /// RPC_SID_IDENTIFIER_AUTHORITY IdentifierAuthority;
    /// [size_is(SubAuthorityCount)] unsigned long SubAuthority[*];
    /// ```
    pub(crate) fn read(r: &mut Ndr<'a>, field: &'static str) -> Result<Spanned<Self>, WireError> {
        let count = r.conformance(4, field)?;
        r.align(4, field)?;
        let revision = r.u8(field)?;
        let declared = r.u8(field)?;
        if *revision != 1 || *declared > 15 || usize::from(*declared) != *count {
            let why = ErrorKind::Malformed("not a SID of revision 1 with its count of sub-authorities");
            return Err(WireError::new(why, revision.span.start, field));
        }
        let [a, b, c, d, e, f] = *r.cursor().array::<6>(field)?;
        let parts = r.bytes(count.saturating_mul(4), field)?;
        let authority = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
        let sid = Self { authority, parts: parts.value, order: r.encoding().order };
        Ok(Spanned::new(sid, revision.span.to(parts.span)))
    }

    /// The SID of a `PRPC_SID` member, whose pointer was read before.
    pub(crate) fn deferred(
        r: &mut Ndr<'a>,
        present: bool,
        field: &'static str,
    ) -> Result<Option<Spanned<Self>>, WireError> {
        if present { Self::read(r, field).map(Some) } else { Ok(None) }
    }
}

impl PartialEq for RpcSid<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.authority == other.authority && self.sub_authorities().eq(other.sub_authorities())
    }
}

impl Eq for RpcSid<'_> {}

impl fmt::Display for RpcSid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S-1-{}", self.authority)?;
        self.sub_authorities().try_for_each(|part| write!(f, "-{part}"))
    }
}

impl fmt::Debug for RpcSid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use rpce_proto::Encoding;

    #[test]
    fn both_byte_orders() {
        let little = [2, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0];
        let big = [0, 0, 0, 2, 1, 2, 0, 0, 0, 0, 0, 5, 0, 0, 0, 32, 0, 0, 2, 0x20];
        let a = RpcSid::read(&mut Ndr::new(&little, Encoding::NDR), "Sid").unwrap();
        let b = RpcSid::read(&mut Ndr::new(&big, Encoding::NDR.big_endian()), "Sid").unwrap();
        assert_eq!(a.to_string(), "S-1-5-32-544");
        assert_eq!((a.value, a.span.start, a.span.end), (b.value, 4, 20));
        assert_eq!(a.sub_authorities().last(), Some(544));
    }

    #[test]
    fn counts_that_disagree_are_refused() {
        let bytes = [1, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0];
        let error = RpcSid::read(&mut Ndr::new(&bytes, Encoding::NDR), "Sid").unwrap_err();
        assert!(error.kind.is_malformed());
        assert_eq!(error.offset, 4);
    }
}
