//! The byte cursor.

use crate::steps::count;
use crate::{ErrorKind, Guid, Span, Spanned, Utf16Le, WireError};
use core::fmt;

/// Reads a slice from front to back; every value knows its octets.
///
/// Offsets are relative to the slice given to [`Cursor::new`], also in cursors made by
/// [`Cursor::sub`]. Reading past the end of the whole input is [`ErrorKind::Truncated`]; reading
/// past the end of a declared length is [`ErrorKind::Overrun`].
#[derive(Clone, Copy, Default)]
pub struct Cursor<'a> {
    rest: &'a [u8],
    /// Offset of the end of `rest` in the outermost slice. The end stays where it is when octets are
    /// read, and where they are follows from it: reading moves one thing, not two.
    end: usize,
    /// The end of `rest` was declared by a length field, not by the end of the input.
    bounded: bool,
    /// Octets that a declared length promised behind `rest` and the input doesn't have.
    clipped: usize,
}

/// The place, not the octets: lists of messages hold a cursor, and passwords can be in them.
impl fmt::Debug for Cursor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({:?})", self.span())
    }
}

impl<'a> Cursor<'a> {
    /// A cursor at the start of a whole message.
    #[must_use]
    #[inline]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, end: bytes.len(), bounded: false, clipped: 0 }
    }

    /// A cursor over `bytes` that lie at `offset` of an outer message.
    #[must_use]
    #[inline]
    pub const fn at(bytes: &'a [u8], offset: usize) -> Self {
        Self { rest: bytes, end: offset.saturating_add(bytes.len()), bounded: false, clipped: 0 }
    }

    /// Offset of the next octet.
    #[must_use]
    #[inline]
    pub const fn offset(&self) -> usize {
        // Never wraps: the end is not before the octets that are left.
        self.end.wrapping_sub(self.rest.len())
    }

    /// Number of octets left in the input.
    #[must_use]
    #[inline]
    pub const fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// True when no octet is left.
    #[must_use]
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Octets that an enclosing length promised and that the input doesn't have.
    #[must_use]
    #[inline]
    pub const fn clipped(&self) -> usize {
        self.clipped
    }

    /// The octets that are left, without moving.
    #[must_use]
    #[inline]
    pub const fn peek(&self) -> &'a [u8] {
        self.rest
    }

    /// The span of the octets that are left.
    #[must_use]
    #[inline]
    pub const fn span(&self) -> Span {
        Span::new(self.offset(), self.end)
    }

    /// An error in `field` at the current offset.
    #[must_use]
    #[inline]
    pub const fn error(&self, kind: ErrorKind, field: &'static str) -> WireError {
        WireError::new(kind, self.offset(), field)
    }

    #[cold]
    #[inline(never)]
    const fn short(&self, want: usize, field: &'static str) -> WireError {
        let missing = want.saturating_sub(self.rest.len());
        let kind = if self.bounded {
            ErrorKind::Overrun { excess: missing }
        } else {
            ErrorKind::Truncated { missing }
        };
        WireError::new(kind, self.offset(), field)
    }

    /// The next `len` octets.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when fewer are left.
    #[inline]
    pub fn bytes(&mut self, len: usize, field: &'static str) -> Result<Spanned<&'a [u8]>, WireError> {
        count(1);
        let Some((head, tail)) = self.rest.split_at_checked(len) else {
            return Err(self.short(len, field));
        };
        let start = self.offset();
        self.rest = tail;
        Ok(Spanned::new(head, Span::new(start, self.offset())))
    }

    /// The next `N` octets.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when fewer are left.
    #[inline]
    pub fn array<const N: usize>(&mut self, field: &'static str) -> Result<Spanned<[u8; N]>, WireError> {
        count(1);
        let Some((head, tail)) = self.rest.split_first_chunk::<N>() else {
            return Err(self.short(N, field));
        };
        let start = self.offset();
        self.rest = tail;
        Ok(Spanned::new(*head, Span::new(start, self.offset())))
    }

    /// Everything that is left.
    #[inline]
    pub fn take_rest(&mut self) -> Spanned<&'a [u8]> {
        count(1);
        let span = self.span();
        Spanned::new(core::mem::take(&mut self.rest), span)
    }

    /// Passes over `len` octets.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when fewer are left.
    #[inline]
    pub fn skip(&mut self, len: usize, field: &'static str) -> Result<Span, WireError> {
        self.bytes(len, field).map(|b| b.span)
    }

    /// Passes over padding up to the next multiple of `align` octets, counted from offset `origin`.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when fewer are left.
    #[inline]
    pub fn align(&mut self, align: usize, origin: usize, field: &'static str) -> Result<(), WireError> {
        let past = self.offset().saturating_sub(origin).checked_rem(align).unwrap_or(0);
        let pad = if past == 0 { 0 } else { align.saturating_sub(past) };
        self.skip(pad, field).map(|_| ())
    }

    /// A cursor over the next `len` octets; this one moves behind them.
    ///
    /// A child can't read past `len`: that would be `Overrun`. When the *input* ends inside the
    /// `len` octets the child is given what there is, so that everything before the cut can be
    /// decoded: its reads then fail with `Truncated`, and so does [`Cursor::finish`].
    ///
    /// # Errors
    /// `Overrun` when `len` contradicts an enclosing length.
    #[inline]
    pub fn sub(&mut self, len: usize, field: &'static str) -> Result<Cursor<'a>, WireError> {
        count(1);
        if let Some((head, tail)) = self.rest.split_at_checked(len) {
            self.rest = tail;
            return Ok(Cursor { rest: head, end: self.offset(), bounded: true, clipped: 0 });
        }
        if self.bounded {
            return Err(self.short(len, field));
        }
        let clipped = len.saturating_sub(self.rest.len());
        let child = Cursor { rest: self.rest, end: self.end, bounded: false, clipped };
        self.rest = &[];
        self.clipped = self.clipped.max(clipped);
        Ok(child)
    }

    /// Passes over `skip` octets and a header, and cuts off the contents behind it: the header's span and
    /// a cursor as [`Cursor::sub`] gives. Nothing, and nothing moves, when not all of it is there.
    #[inline(always)]
    pub(crate) fn split_element(
        &mut self,
        skip: usize,
        header: usize,
        length: usize,
    ) -> Option<(Span, Cursor<'a>)> {
        count(1);
        let (_, element) = self.rest.split_at_checked(skip)?;
        let (_, after) = element.split_at_checked(header)?;
        let (contents, rest) = after.split_at_checked(length)?;
        self.rest = rest;
        let before = |octets: &[u8]| self.end.wrapping_sub(octets.len());
        let header = Span::new(before(element), before(after));
        Some((header, Cursor { rest: contents, end: before(rest), bounded: true, clipped: 0 }))
    }

    /// Ends the reading: everything must have been read, and nothing may have been cut off.
    ///
    /// # Errors
    /// `Trailing` when octets are left, `Truncated` when the input ended inside a declared length.
    #[inline]
    pub fn finish(&self, field: &'static str) -> Result<(), WireError> {
        count(1);
        if self.clipped == 0 && self.rest.is_empty() { Ok(()) } else { Err(self.unfinished(field)) }
    }

    #[cold]
    #[inline(never)]
    const fn unfinished(&self, field: &'static str) -> WireError {
        if self.clipped > 0 {
            return WireError::new(ErrorKind::Truncated { missing: self.clipped }, self.end, field);
        }
        self.error(ErrorKind::Trailing { count: self.rest.len() }, field)
    }

    /// One octet.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` at the end.
    #[inline]
    pub fn u8(&mut self, field: &'static str) -> Result<Spanned<u8>, WireError> {
        Ok(self.array::<1>(field)?.map(u8::from_le_bytes))
    }

    /// Two octets, little-endian.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when fewer are left.
    #[inline]
    pub fn u16_le(&mut self, field: &'static str) -> Result<Spanned<u16>, WireError> {
        Ok(self.array(field)?.map(u16::from_le_bytes))
    }

    /// Two octets, big-endian.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when fewer are left.
    #[inline]
    pub fn u16_be(&mut self, field: &'static str) -> Result<Spanned<u16>, WireError> {
        Ok(self.array(field)?.map(u16::from_be_bytes))
    }

    /// Four octets, little-endian.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when fewer are left.
    #[inline]
    pub fn u32_le(&mut self, field: &'static str) -> Result<Spanned<u32>, WireError> {
        Ok(self.array(field)?.map(u32::from_le_bytes))
    }

    /// Four octets, big-endian.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when fewer are left.
    #[inline]
    pub fn u32_be(&mut self, field: &'static str) -> Result<Spanned<u32>, WireError> {
        Ok(self.array(field)?.map(u32::from_be_bytes))
    }

    /// Eight octets, little-endian.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when fewer are left.
    #[inline]
    pub fn u64_le(&mut self, field: &'static str) -> Result<Spanned<u64>, WireError> {
        Ok(self.array(field)?.map(u64::from_le_bytes))
    }

    /// Eight octets, big-endian.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when fewer are left.
    #[inline]
    pub fn u64_be(&mut self, field: &'static str) -> Result<Spanned<u64>, WireError> {
        Ok(self.array(field)?.map(u64::from_be_bytes))
    }

    /// Sixteen octets: a GUID whose first three fields are little-endian ([MS-DTYP] 2.3.4.2).
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when fewer are left.
    #[inline]
    pub fn guid_le(&mut self, field: &'static str) -> Result<Spanned<Guid>, WireError> {
        Ok(self.array(field)?.map(Guid::from_le_bytes))
    }

    /// Sixteen octets: a GUID in network byte order (RFC 4122), as a big-endian DREP sends it.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when fewer are left.
    #[inline]
    pub fn guid_be(&mut self, field: &'static str) -> Result<Spanned<Guid>, WireError> {
        Ok(self.array(field)?.map(Guid::from_be_bytes))
    }

    /// UTF-16LE up to and without its two-octet NUL; the span includes the NUL.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when no NUL comes before the end.
    #[inline]
    pub fn utf16_nul(&mut self, field: &'static str) -> Result<Spanned<Utf16Le<'a>>, WireError> {
        let units = self.rest.chunks_exact(2).take_while(|unit| *unit != [0, 0]).count();
        let len = units.saturating_mul(2);
        count(len);
        let all = self.bytes(len.saturating_add(2), field)?;
        Ok(all.map(|b| Utf16Le::new(b.get(..len).unwrap_or_default())))
    }

    /// Octets up to and without a NUL octet; the span includes the NUL.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when no NUL comes before the end.
    #[inline]
    pub fn bytes_nul(&mut self, field: &'static str) -> Result<Spanned<&'a [u8]>, WireError> {
        let len = self.rest.iter().take_while(|b| **b != 0).count();
        count(len);
        let all = self.bytes(len.saturating_add(1), field)?;
        Ok(all.map(|b| b.get(..len).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncation_and_overrun_are_told_apart() {
        let mut whole = Cursor::new(&[1, 2, 3, 4, 5]);
        let mut child = whole.sub(2, "Inner").unwrap();
        assert_eq!(child.u32_le("A").unwrap_err().kind, ErrorKind::Overrun { excess: 2 });
        assert_eq!(*whole.u16_be("B").unwrap(), 0x0304);
        let error = whole.u16_be("C").unwrap_err();
        assert_eq!((error.kind, error.offset), (ErrorKind::Truncated { missing: 1 }, 4));
    }

    #[test]
    fn a_clipped_child_is_read_up_to_the_cut() {
        let mut whole = Cursor::new(&[1, 2, 3]);
        let mut child = whole.sub(10, "Inner").unwrap();
        assert_eq!(*child.u16_le("A").unwrap(), 0x0201);
        assert_eq!(child.u16_le("B").unwrap_err().kind, ErrorKind::Truncated { missing: 1 });
        child.skip(1, "C").unwrap();
        let end = child.finish("Inner").unwrap_err();
        assert_eq!((end.kind, end.offset), (ErrorKind::Truncated { missing: 7 }, 3));
        assert!(whole.finish("Whole").is_err());
    }

    #[test]
    fn a_child_may_not_outgrow_a_declared_length() {
        let mut whole = Cursor::new(&[0; 8]);
        let mut child = whole.sub(4, "Outer").unwrap();
        assert_eq!(child.sub(6, "Inner").unwrap_err().kind, ErrorKind::Overrun { excess: 2 });
    }

    #[test]
    fn alignment_counts_from_its_origin() {
        let mut cursor = Cursor::at(&[0; 16], 3);
        cursor.u8("A").unwrap();
        cursor.align(4, 3, "Pad").unwrap();
        assert_eq!(cursor.offset(), 7);
        cursor.align(8, 3, "Pad").unwrap();
        assert_eq!(cursor.offset(), 11);
    }

    #[test]
    fn terminated_strings_include_their_nul_in_the_span() {
        let mut cursor = Cursor::new(b"D\0C\0\0\0ok\0tail");
        let name = cursor.utf16_nul("Name").unwrap();
        assert_eq!((name.to_string_lossy().as_str(), name.span), ("DC", Span::new(0, 6)));
        assert_eq!(*cursor.bytes_nul("Word").unwrap(), b"ok");
        assert!(cursor.bytes_nul("Tail").unwrap_err().kind.is_truncated());
        assert_eq!(cursor.remaining(), 4);
    }
}
