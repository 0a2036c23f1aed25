//! NDR and NDR64 primitives, C706 chapter 14 and [MS-RPCE] 2.2.4, 2.2.5.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt::{self, Write};

use adjoin_wire::{Cursor, ErrorKind, Guid, Span, Spanned, Utf16Le, WireError};

use crate::{ByteOrder, SyntaxId, TransferSyntax};

/// Which of the two encodings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum NdrSyntax {
    /// NDR 2.0: referents, sizes and counts have four octets, enumerations two.
    #[default]
    Ndr,
    /// NDR64 1.0: referents, sizes and counts have eight octets, enumerations four.
    Ndr64,
}

/// How a stub is encoded: the transfer syntax of its presentation context and the byte order of
/// its PDU's header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Encoding {
    /// NDR or NDR64.
    pub ndr: NdrSyntax,
    /// Byte order.
    pub order: ByteOrder,
}

impl Encoding {
    /// NDR, little-endian.
    pub const NDR: Self = Self { ndr: NdrSyntax::Ndr, order: ByteOrder::Little };
    /// NDR64, little-endian.
    pub const NDR64: Self = Self { ndr: NdrSyntax::Ndr64, order: ByteOrder::Little };

    /// The same syntax in the given byte order.
    #[must_use]
    pub const fn with_order(self, order: ByteOrder) -> Self {
        Self { ndr: self.ndr, order }
    }

    /// The same syntax, big-endian.
    #[must_use]
    pub const fn big_endian(self) -> Self {
        self.with_order(ByteOrder::Big)
    }

    /// The encoding of a context whose accepted transfer syntax is `syntax`; `None` when that is
    /// neither NDR nor NDR64.
    #[must_use]
    pub fn of(syntax: SyntaxId, order: ByteOrder) -> Option<Self> {
        match syntax.transfer_syntax() {
            TransferSyntax::Ndr => Some(Self::NDR.with_order(order)),
            TransferSyntax::Ndr64 => Some(Self::NDR64.with_order(order)),
            _ => None,
        }
    }

    /// Octets of a referent, a size or a count: 4 or 8.
    #[must_use]
    pub const fn word(self) -> usize {
        match self.ndr {
            NdrSyntax::Ndr => 4,
            NdrSyntax::Ndr64 => 8,
        }
    }
}

/// A context handle, `ndr_context_handle`: 20 octets, C706 14.3.12 and appendix N.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ContextHandle {
    /// 0.
    pub attributes: u32,
    /// Which context of the server.
    pub uuid: Guid,
}

impl ContextHandle {
    /// All zero: no context, or the end of an enumeration.
    pub const NULL: Self = Self { attributes: 0, uuid: Guid::NIL };

    /// True for [`ContextHandle::NULL`].
    #[must_use]
    pub const fn is_null(self) -> bool {
        self.attributes == 0 && self.uuid.is_nil()
    }
}

/// The three numbers before a conformant-varying array, C706 14.3.3.4.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ArrayCounts {
    /// Elements that the array could hold. Sizes nothing.
    pub max_count: Spanned<u64>,
    /// Index of the first element that is sent.
    pub offset: Spanned<u64>,
    /// Elements that are sent.
    pub actual_count: Spanned<u64>,
}

/// UTF-16 text in the byte order of its stub, without its terminator.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct WideText<'a> {
    bytes: &'a [u8],
    order: ByteOrder,
}

impl<'a> WideText<'a> {
    /// A view of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8], order: ByteOrder) -> Self {
        Self { bytes, order }
    }

    /// The octets.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The text as the house type, when it is little-endian.
    #[must_use]
    pub const fn utf16_le(self) -> Option<Utf16Le<'a>> {
        match self.order {
            ByteOrder::Little => Some(Utf16Le::new(self.bytes)),
            ByteOrder::Big => None,
        }
    }

    /// The UTF-16 code units.
    pub fn units(self) -> impl Iterator<Item = u16> + 'a {
        let order = self.order;
        self.bytes.chunks_exact(2).map(move |unit| match (unit, order) {
            ([a, b], ByteOrder::Little) => u16::from_le_bytes([*a, *b]),
            ([a, b], ByteOrder::Big) => u16::from_be_bytes([*a, *b]),
            _ => 0,
        })
    }

    /// The characters, with U+FFFD for unpaired surrogates.
    pub fn chars(self) -> impl Iterator<Item = char> + 'a {
        char::decode_utf16(self.units()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

impl PartialEq<str> for WideText<'_> {
    fn eq(&self, other: &str) -> bool {
        self.units().eq(other.encode_utf16())
    }
}

impl PartialEq<&str> for WideText<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.units().eq(other.encode_utf16())
    }
}

impl fmt::Display for WideText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|c| f.write_char(c))
    }
}

impl fmt::Debug for WideText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        self.chars().try_for_each(|c| write!(f, "{}", c.escape_debug()))?;
        f.write_char('"')
    }
}

/// A conformant-varying string with its numbers: `[string] wchar_t *`, C706 14.3.4.2.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NdrString<'a> {
    /// Maximum, offset and actual count, in characters, the NUL included.
    pub counts: ArrayCounts,
    /// The text without its NUL; the span includes it.
    pub text: Spanned<WideText<'a>>,
}

/// Reads a stub. Alignment counts from the start of the stub, which must be the start of the
/// whole message's stub when that came in fragments.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ndr<'a> {
    cursor: Cursor<'a>,
    origin: usize,
    encoding: Encoding,
}

impl<'a> Ndr<'a> {
    /// Reads `stub`; spans are relative to it.
    #[must_use]
    pub const fn new(stub: &'a [u8], encoding: Encoding) -> Self {
        Self::over(Cursor::new(stub), encoding)
    }

    /// Reads a stub that begins where `cursor` is; spans are the cursor's.
    #[must_use]
    pub const fn over(cursor: Cursor<'a>, encoding: Encoding) -> Self {
        Self { origin: cursor.offset(), cursor, encoding }
    }

    /// The encoding.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The cursor, for reading octets that NDR doesn't describe.
    pub fn cursor(&mut self) -> &mut Cursor<'a> {
        &mut self.cursor
    }

    /// Octets left.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.cursor.remaining()
    }

    /// Offset of the next octet.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.cursor.offset()
    }

    /// An error in `field` at the current offset.
    #[must_use]
    pub const fn error(&self, kind: ErrorKind, field: &'static str) -> WireError {
        self.cursor.error(kind, field)
    }

    /// Passes over padding up to a multiple of `align` octets.
    ///
    /// # Errors
    /// When the input ends before that.
    pub fn align(&mut self, align: usize, field: &'static str) -> Result<(), WireError> {
        self.cursor.align(align, self.origin, field)
    }

    /// Ends the reading: nothing may be left.
    ///
    /// # Errors
    /// `Trailing` or `Truncated`.
    pub fn finish(&self, field: &'static str) -> Result<(), WireError> {
        self.cursor.finish(field)
    }

    /// One octet.
    ///
    /// # Errors
    /// At the end.
    pub fn u8(&mut self, field: &'static str) -> Result<Spanned<u8>, WireError> {
        self.cursor.u8(field)
    }

    /// Two octets, aligned to two.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn u16(&mut self, field: &'static str) -> Result<Spanned<u16>, WireError> {
        self.align(2, field)?;
        self.encoding.order.u16(&mut self.cursor, field)
    }

    /// Four octets, aligned to four.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn u32(&mut self, field: &'static str) -> Result<Spanned<u32>, WireError> {
        self.align(4, field)?;
        self.encoding.order.u32(&mut self.cursor, field)
    }

    /// Eight octets, aligned to eight.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn u64(&mut self, field: &'static str) -> Result<Spanned<u64>, WireError> {
        self.align(8, field)?;
        self.encoding.order.u64(&mut self.cursor, field)
    }

    /// A size, a count or a `__int3264`: four octets in NDR, eight in NDR64.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn uint3264(&mut self, field: &'static str) -> Result<Spanned<u64>, WireError> {
        match self.encoding.ndr {
            NdrSyntax::Ndr => Ok(self.u32(field)?.map(u64::from)),
            NdrSyntax::Ndr64 => self.u64(field),
        }
    }

    /// An enumeration without `[v1_enum]`: two octets in NDR, four in NDR64 ([MS-RPCE] 2.2.5.2).
    ///
    /// # Errors
    /// When fewer are left.
    pub fn enum16(&mut self, field: &'static str) -> Result<Spanned<u32>, WireError> {
        match self.encoding.ndr {
            NdrSyntax::Ndr => Ok(self.u16(field)?.map(u32::from)),
            NdrSyntax::Ndr64 => self.u32(field),
        }
    }

    /// The referent of a unique or full pointer; 0 is NULL.
    ///
    /// # Errors
    /// When the input ends.
    pub fn pointer(&mut self, field: &'static str) -> Result<Spanned<u64>, WireError> {
        self.uint3264(field)
    }

    /// A UUID, aligned to four.
    ///
    /// # Errors
    /// When fewer than 16 octets are left.
    pub fn guid(&mut self, field: &'static str) -> Result<Spanned<Guid>, WireError> {
        self.align(4, field)?;
        self.encoding.order.guid(&mut self.cursor, field)
    }

    /// A context handle: 20 octets, aligned to four.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn context_handle(&mut self, field: &'static str) -> Result<Spanned<ContextHandle>, WireError> {
        let attributes = self.u32(field)?;
        let uuid = self.guid(field)?;
        let handle = ContextHandle { attributes: *attributes, uuid: *uuid };
        Ok(Spanned::new(handle, attributes.span.to(uuid.span)))
    }

    /// The next `len` octets.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn bytes(&mut self, len: usize, field: &'static str) -> Result<Spanned<&'a [u8]>, WireError> {
        self.cursor.bytes(len, field)
    }

    /// Checks that `count` elements of at least `size` octets can be there, before anything
    /// relies on the count.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when they can't.
    pub fn fits(&self, count: u64, size: usize, field: &'static str) -> Result<usize, WireError> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let mut probe = self.cursor;
        probe.skip(count.saturating_mul(size), field)?;
        Ok(count)
    }

    /// The size of a conformant array whose elements have at least `size` octets each, and which
    /// lies right behind the number (as the last member of the structure that it is hoisted
    /// before, it may lie a bit further).
    ///
    /// # Errors
    /// `Truncated` or `Overrun` when that many elements can't be there.
    pub fn conformance(&mut self, size: usize, field: &'static str) -> Result<Spanned<usize>, WireError> {
        let raw = self.uint3264(field)?;
        let count = self.fits(*raw, size, field)?;
        Ok(Spanned::new(count, raw.span))
    }

    /// The numbers of a conformant-varying array, stored in `counts` one by one. Elements that
    /// are not sent take no octets, so `max_count` may be anything.
    ///
    /// # Errors
    /// `Malformed` when the elements would lie outside the array.
    pub fn array_counts(&mut self, counts: &mut ArrayCounts) -> Result<(), WireError> {
        counts.max_count = self.uint3264("max_count")?;
        self.varying_counts(counts)?;
        check_counts(counts)
    }

    fn varying_counts(&mut self, counts: &mut ArrayCounts) -> Result<(), WireError> {
        counts.offset = self.uint3264("offset")?;
        counts.actual_count = self.uint3264("actual_count")?;
        Ok(())
    }

    /// Offset and actual count of a varying array of at most `max` elements.
    ///
    /// # Errors
    /// `Malformed` when the elements would lie outside the array.
    pub fn varying(&mut self, max: u64) -> Result<ArrayCounts, WireError> {
        let mut counts = ArrayCounts::default();
        self.varying_counts(&mut counts)?;
        counts.max_count = Spanned::new(max, counts.actual_count.span);
        check_counts(&counts)?;
        Ok(counts)
    }

    /// A conformant-varying UTF-16 string. Windows writes offset 0 and counts the NUL; a string
    /// without NUL is accepted, one with octets behind the NUL is shown up to it.
    ///
    /// # Errors
    /// `Malformed` for impossible counts, `Truncated` or `Overrun` when characters are missing.
    pub fn string(&mut self, field: &'static str) -> Result<NdrString<'a>, WireError> {
        let mut counts = ArrayCounts::default();
        self.array_counts(&mut counts)?;
        let chars = self.fits(*counts.actual_count, 2, field)?;
        let order = self.encoding.order;
        let all = self.bytes(chars.saturating_mul(2), field)?;
        let text = all.map(|b| {
            let len = b.chunks_exact(2).take_while(|unit| *unit != [0, 0]).count().saturating_mul(2);
            WideText::new(b.get(..len).unwrap_or_default(), order)
        });
        Ok(NdrString { counts, text })
    }
}

fn check_counts(counts: &ArrayCounts) -> Result<(), WireError> {
    let end = counts.offset.checked_add(*counts.actual_count);
    if end.is_none_or(|end| end > *counts.max_count) {
        let kind = ErrorKind::Malformed("the elements lie outside the array");
        let at: Span = counts.actual_count.span;
        return Err(WireError::new(kind, at.start, "actual_count"));
    }
    Ok(())
}

/// Writes a stub.
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, Default)]
pub struct NdrWriter {
    out: Vec<u8>,
    encoding: Encoding,
}

#[cfg(feature = "alloc")]
impl NdrWriter {
    /// An empty stub.
    #[must_use]
    pub const fn new(encoding: Encoding) -> Self {
        Self { out: Vec::new(), encoding }
    }

    /// The stub.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    /// Zero octets up to a multiple of `align`.
    pub fn align(&mut self, align: usize) -> &mut Self {
        while self.out.len().checked_rem(align).unwrap_or(0) != 0 {
            self.out.push(0);
        }
        self
    }

    /// Octets as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.out.extend_from_slice(bytes);
        self
    }

    /// Two octets, aligned.
    pub fn u16(&mut self, value: u16) -> &mut Self {
        self.align(2);
        self.encoding.order.put_u16(&mut self.out, value);
        self
    }

    /// Four octets, aligned.
    pub fn u32(&mut self, value: u32) -> &mut Self {
        self.align(4);
        self.encoding.order.put_u32(&mut self.out, value);
        self
    }

    /// A referent, a size or a count. In NDR values above 32 bits are written as the largest.
    pub fn uint3264(&mut self, value: u64) -> &mut Self {
        self.align(self.encoding.word());
        match self.encoding.ndr {
            NdrSyntax::Ndr => {
                let short = u32::try_from(value).unwrap_or(u32::MAX);
                self.encoding.order.put_u32(&mut self.out, short);
            }
            NdrSyntax::Ndr64 => self.encoding.order.put_u64(&mut self.out, value),
        }
        self
    }

    /// A UUID, aligned to four.
    pub fn guid(&mut self, value: Guid) -> &mut Self {
        self.align(4);
        self.encoding.order.put_guid(&mut self.out, value);
        self
    }

    /// A context handle.
    pub fn context_handle(&mut self, handle: ContextHandle) -> &mut Self {
        self.u32(handle.attributes).guid(handle.uuid)
    }

    /// A conformant-varying UTF-16 string with its NUL.
    pub fn string(&mut self, text: &str) -> &mut Self {
        let count = u64::try_from(text.encode_utf16().count()).unwrap_or(u64::MAX).saturating_add(1);
        self.uint3264(count).uint3264(0).uint3264(count);
        for unit in text.encode_utf16().chain([0]) {
            self.encoding.order.put_u16(&mut self.out, unit);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Encoding; 4] =
        [Encoding::NDR, Encoding::NDR64, Encoding::NDR.big_endian(), Encoding::NDR64.big_endian()];

    #[test]
    fn what_is_written_is_read() {
        let guid = Guid::from_u128(0xe1af8308_5d1f_11c9_91a4_08002b14a0fa);
        let handle = ContextHandle { attributes: 0, uuid: guid };
        for encoding in ALL {
            let mut w = NdrWriter::new(encoding);
            w.bytes(&[7]).u16(0x1234).uint3264(0x2_0000).string("DC01").context_handle(handle).u32(9);
            let stub = w.finish();
            let mut r = Ndr::new(&stub, encoding);
            assert_eq!(*r.u8("A").unwrap(), 7);
            assert_eq!(*r.u16("B").unwrap(), 0x1234);
            assert_eq!(*r.pointer("C").unwrap(), 0x2_0000);
            let text = r.string("D").unwrap();
            assert_eq!((*text.counts.max_count, *text.counts.actual_count), (5, 5));
            assert_eq!(*text.text, "DC01");
            assert_eq!(text.text.span.len(), 10);
            assert_eq!(text.text.utf16_le().is_some(), encoding.order == ByteOrder::Little);
            assert_eq!(*r.context_handle("E").unwrap(), handle);
            assert_eq!(*r.u32("F").unwrap(), 9);
            r.finish("stub").unwrap();
            for cut in 0..stub.len() {
                let mut r = Ndr::new(&stub[..cut], encoding);
                let all = r
                    .u8("A")
                    .and_then(|_| r.u16("B"))
                    .and_then(|_| r.pointer("C"))
                    .and_then(|_| r.string("D"))
                    .and_then(|_| r.context_handle("E"))
                    .and_then(|_| r.u32("F"));
                let error = all.unwrap_err();
                assert!(error.kind.is_truncated() && error.offset <= cut, "{error} at a cut of {cut}");
            }
        }
    }

    #[test]
    fn alignment_counts_from_the_stub() {
        let mut r = Ndr::over(Cursor::at(&[1, 0, 0, 0, 2, 0, 0, 0], 3), Encoding::NDR);
        r.u8("A").unwrap();
        let b = r.u32("B").unwrap();
        assert_eq!((*b, b.span), (2, Span::new(7, 11)));
    }

    #[test]
    fn enumerations_are_wider_in_ndr64() {
        let bytes = [6, 0, 0, 0, 1, 0];
        let mut ndr = Ndr::new(&bytes, Encoding::NDR);
        assert_eq!(*ndr.enum16("E").unwrap(), 6);
        assert_eq!(ndr.offset(), 2);
        let mut ndr64 = Ndr::new(&bytes, Encoding::NDR64);
        assert_eq!(*ndr64.enum16("E").unwrap(), 6);
        assert_eq!(ndr64.offset(), 4);
    }

    #[test]
    fn lying_counts_are_refused() {
        // max 2, offset 1, actual 2: one element too many.
        let mut r = Ndr::new(&[2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0], Encoding::NDR);
        let mut counts = ArrayCounts::default();
        let error = r.array_counts(&mut counts).unwrap_err();
        assert!(error.kind.is_malformed());
        assert_eq!((*counts.max_count, *counts.actual_count), (2, 2));

        let mut r = Ndr::new(&[0xff; 24], Encoding::NDR64);
        assert!(r.array_counts(&mut counts).unwrap_err().kind.is_malformed());
        let mut r = Ndr::new(&[0xff; 24], Encoding::NDR64);
        assert!(r.conformance(2, "size").is_err());
        let mut r =
            Ndr::new(&[0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 65, 0], Encoding::NDR);
        assert!(r.string("name").unwrap_err().kind.is_truncated());
    }
}
