//! ASN.1 BER (X.690) as Active Directory and Kerberos write it, with the octets of every element.
//!
//! Definite lengths of up to four octets are read. Lengths need not be minimal: Windows writes
//! `30 84 00 00 00 1d` in LDAP; [`Tlv::minimal`] says which form was used. The indefinite form and
//! tag numbers above 30 don't occur in these protocols and are [`ErrorKind::Unsupported`].

use crate::{Cursor, ErrorKind, Span, Spanned, Text, WireError};
use core::fmt::{self, Write};

/// Deepest nesting that a [`Reader`] enters.
pub const MAX_DEPTH: u8 = 48;

/// An identifier octet with a tag number below 31 (X.690 8.1.2).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag(pub u8);

impl Tag {
    /// BOOLEAN.
    pub const BOOLEAN: Self = Self(0x01);
    /// INTEGER.
    pub const INTEGER: Self = Self(0x02);
    /// BIT STRING, primitive.
    pub const BIT_STRING: Self = Self(0x03);
    /// OCTET STRING, primitive.
    pub const OCTET_STRING: Self = Self(0x04);
    /// NULL.
    pub const NULL: Self = Self(0x05);
    /// OBJECT IDENTIFIER.
    pub const OID: Self = Self(0x06);
    /// ENUMERATED.
    pub const ENUMERATED: Self = Self(0x0a);
    /// GeneralizedTime.
    pub const GENERALIZED_TIME: Self = Self(0x18);
    /// GeneralString; KerberosString is one.
    pub const GENERAL_STRING: Self = Self(0x1b);
    /// SEQUENCE and SEQUENCE OF.
    pub const SEQUENCE: Self = Self(0x30);
    /// SET and SET OF.
    pub const SET: Self = Self(0x31);

    /// `[APPLICATION n]`, constructed.
    #[must_use]
    #[inline]
    pub const fn application(n: u8) -> Self {
        Self(0x60 | (n & 0x1f))
    }

    /// `[APPLICATION n]`, primitive.
    #[must_use]
    #[inline]
    pub const fn application_primitive(n: u8) -> Self {
        Self(0x40 | (n & 0x1f))
    }

    /// `[n]`, constructed: an explicit tag or an implicit one over a constructed type.
    #[must_use]
    #[inline]
    pub const fn context(n: u8) -> Self {
        Self(0xa0 | (n & 0x1f))
    }

    /// `[n]`, primitive: an implicit tag over a primitive type.
    #[must_use]
    #[inline]
    pub const fn context_primitive(n: u8) -> Self {
        Self(0x80 | (n & 0x1f))
    }

    /// The tag number.
    #[must_use]
    #[inline]
    pub const fn number(self) -> u8 {
        self.0 & 0x1f
    }

    /// True when the contents are elements themselves.
    #[must_use]
    #[inline]
    pub const fn is_constructed(self) -> bool {
        self.0 & 0x20 != 0
    }

    /// True for the class APPLICATION.
    #[must_use]
    #[inline]
    pub const fn is_application(self) -> bool {
        self.0 & 0xc0 == 0x40
    }

    /// True for the context-specific class.
    #[must_use]
    #[inline]
    pub const fn is_context(self) -> bool {
        self.0 & 0xc0 == 0x80
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag(0x{:02x})", self.0)
    }
}

/// One element: identifier, length and contents.
#[derive(Clone, Copy, Debug)]
pub struct Tlv<'a> {
    /// The identifier octet.
    pub tag: Tag,
    /// Identifier and length octets.
    pub header: Span,
    /// The number of contents octets that the length declares; the input may hold fewer.
    pub length: usize,
    /// The length was written in its shortest form.
    pub minimal: bool,
    contents: Cursor<'a>,
    depth: u8,
}

impl<'a> Tlv<'a> {
    /// The whole element, header included, as far as the input has it.
    #[must_use]
    #[inline]
    pub const fn span(&self) -> Span {
        self.header.to(self.contents.span())
    }

    /// A cursor over the contents.
    #[must_use]
    #[inline]
    pub const fn contents(&self) -> Cursor<'a> {
        self.contents
    }

    /// The contents, whole.
    ///
    /// # Errors
    /// `Truncated` when the input ends before the declared length does.
    #[inline(always)]
    pub fn octets(&self, field: &'static str) -> Result<Spanned<&'a [u8]>, WireError> {
        let mut contents = self.contents;
        contents.bytes(self.length, field)
    }

    /// The contents as text.
    ///
    /// # Errors
    /// `Truncated` when the input ends before the declared length does.
    #[inline(always)]
    pub fn text(&self, field: &'static str) -> Result<Spanned<Text<'a>>, WireError> {
        Ok(self.octets(field)?.map(Text::new))
    }

    /// A reader of the elements inside.
    ///
    /// # Errors
    /// `Limit` below [`MAX_DEPTH`] levels.
    #[inline(always)]
    pub fn reader(&self, field: &'static str) -> Result<Reader<'a>, WireError> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Reader { cursor: self.contents, depth }),
            None => Err(too_deep(self.header, field)),
        }
    }

    /// An INTEGER or ENUMERATED of up to eight octets, two's complement (X.690 8.3).
    ///
    /// # Errors
    /// `Malformed` when it is empty, `Unsupported` when it is longer than eight octets, or
    /// `Truncated`.
    #[inline(always)]
    pub fn integer(&self, field: &'static str) -> Result<Spanned<i64>, WireError> {
        let octets = self.octets(field)?;
        let value = match octets.value {
            [one] => i64::from(i8::from_be_bytes([*one])),
            [one, two] => i64::from(i16::from_be_bytes([*one, *two])),
            [one, two, three] => i64::from(i32::from_be_bytes([*one, *two, *three, 0]) >> 8),
            [one, two, three, four] => i64::from(i32::from_be_bytes([*one, *two, *three, *four])),
            _ => long_integer(octets, field)?,
        };
        Ok(Spanned::new(value, octets.span))
    }

    /// An INTEGER that its ASN.1 type limits to 32 bits, signed (`Int32`).
    ///
    /// # Errors
    /// As [`Tlv::integer`]; `Malformed` outside the range.
    #[inline(always)]
    pub fn int32(&self, field: &'static str) -> Result<Spanned<i32>, WireError> {
        let wide = self.integer(field)?;
        match i32::try_from(wide.value) {
            Ok(value) => Ok(Spanned::new(value, wide.span)),
            Err(_) => Err(not_32_bits(wide.span, field)),
        }
    }

    /// An INTEGER that its ASN.1 type limits to 32 bits, unsigned (`UInt32`). Windows writes some
    /// of them signed (an RODC's kvno, for one): those are taken as the same 32 bits.
    ///
    /// # Errors
    /// As [`Tlv::integer`]; `Malformed` outside the range.
    #[inline(always)]
    pub fn uint32(&self, field: &'static str) -> Result<Spanned<u32>, WireError> {
        let wide = self.integer(field)?;
        let value = u32::try_from(wide.value)
            .or_else(|_| i32::try_from(wide.value).map(|v| u32::from_ne_bytes(v.to_ne_bytes())));
        match value {
            Ok(value) => Ok(Spanned::new(value, wide.span)),
            Err(_) => Err(not_32_bits(wide.span, field)),
        }
    }

    /// A BOOLEAN: any octet but 0 is true (X.690 8.2.2).
    ///
    /// # Errors
    /// `Malformed` unless there is one octet, or `Truncated`.
    #[inline]
    pub fn boolean(&self, field: &'static str) -> Result<Spanned<bool>, WireError> {
        let octets = self.octets(field)?;
        match octets.value {
            [byte] => Ok(Spanned::new(*byte != 0, octets.span)),
            _ => {
                Err(WireError::new(ErrorKind::Malformed("a boolean has one octet"), octets.span.start, field))
            }
        }
    }

    /// The first 32 bits of a BIT STRING, bit 0 of the ASN.1 as the most significant one; the span
    /// leaves out the octet that counts the unused bits (RFC 4120 5.2.8). That count isn't used: flags of
    /// fewer than 32 bits are filled up with zeros.
    ///
    /// # Errors
    /// `Malformed` when that octet is missing, or `Truncated`.
    #[inline]
    pub fn bits32(&self, field: &'static str) -> Result<Spanned<u32>, WireError> {
        let octets = self.octets(field)?;
        let Some((_unused, bits)) = octets.value.split_first() else {
            let kind = ErrorKind::Malformed("a bit string has an octet that counts its unused bits");
            return Err(WireError::new(kind, octets.span.start, field));
        };
        let mut word = [0_u8; 4];
        for (to, from) in word.iter_mut().zip(bits) {
            *to = *from;
        }
        let span = Span::new(octets.span.start.saturating_add(1), octets.span.end);
        Ok(Spanned::new(u32::from_be_bytes(word), span))
    }

    /// An OBJECT IDENTIFIER.
    ///
    /// # Errors
    /// `Malformed` when it is empty, or `Truncated`.
    #[inline]
    pub fn oid(&self, field: &'static str) -> Result<Spanned<Oid<'a>>, WireError> {
        let octets = self.octets(field)?;
        if octets.is_empty() {
            let kind = ErrorKind::Malformed("an object identifier has at least one octet");
            return Err(WireError::new(kind, octets.span.start, field));
        }
        Ok(octets.map(Oid))
    }
}

#[cold]
#[inline(never)]
const fn too_deep(header: Span, field: &'static str) -> WireError {
    WireError::new(ErrorKind::Limit("nested too deeply"), header.start, field)
}

/// An INTEGER of no octets or of more than four.
#[inline(never)]
fn long_integer(octets: Spanned<&[u8]>, field: &'static str) -> Result<i64, WireError> {
    let fail = |kind| Err(WireError::new(kind, octets.span.start, field));
    let Some((first, rest)) = octets.value.split_first() else {
        return fail(ErrorKind::Malformed("an integer has at least one octet"));
    };
    // Sign octets in front (non-minimal form) carry no value.
    let sign = if first & 0x80 == 0 { 0_i64 } else { -1 };
    let (sign_octet, mut value, mut digits) = (if sign == 0 { 0 } else { 0xff }, sign, 0_usize);
    for byte in core::iter::once(first).chain(rest) {
        if digits == 0 && *byte == sign_octet {
            continue;
        }
        digits = digits.saturating_add(1);
        value = (value << 8) | i64::from(*byte);
    }
    if digits > 8 || (digits == 8 && (value < 0) != (sign < 0)) {
        return fail(ErrorKind::Unsupported("an integer of more than 64 bits"));
    }
    Ok(value)
}

#[cold]
#[inline(never)]
const fn not_32_bits(span: Span, field: &'static str) -> WireError {
    WireError::new(ErrorKind::Malformed("not a 32-bit integer"), span.start, field)
}

/// Reads elements one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    cursor: Cursor<'a>,
    depth: u8,
}

impl<'a> Reader<'a> {
    /// A reader of the elements under `cursor`.
    #[must_use]
    #[inline]
    pub const fn new(cursor: Cursor<'a>) -> Self {
        Self { cursor, depth: MAX_DEPTH }
    }

    /// True when no octet is left.
    #[must_use]
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.cursor.is_empty()
    }

    /// Where the reader stands.
    #[must_use]
    #[inline]
    pub const fn cursor(&self) -> Cursor<'a> {
        self.cursor
    }

    /// The tag of the next element.
    #[must_use]
    #[inline]
    pub fn peek(&self) -> Option<Tag> {
        self.cursor.peek().first().copied().map(Tag)
    }

    // Nearly all elements are whole and of a usual form. They take a short way that is inlined, so that
    // an element of which one thing is asked is never put together. All others take the way that says
    // what is wrong, which is a function of its own and takes the reader by value: a reader of which
    // nobody has the address stays in registers.

    /// The next element, whatever it is.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` at the end, `Unsupported` for a form that these protocols don't use.
    #[inline(always)]
    pub fn read(&mut self, field: &'static str) -> Result<Tlv<'a>, WireError> {
        let tlv = match self.whole() {
            Some(tlv) => tlv,
            None => {
                let (tlv, behind) = self.read_slowly(field)?;
                *self = behind;
                tlv
            }
        };
        Ok(tlv)
    }

    /// The next element when it is whole and of a usual form; else nothing, and nothing moves.
    #[inline(always)]
    fn whole(&mut self) -> Option<Tlv<'a>> {
        let Header { tag, octets, minimal, length } = Header::read(self.cursor.peek())?;
        let (header, contents) = self.cursor.split_element(0, octets, length)?;
        Some(Tlv { tag, header, length, minimal, contents, depth: self.depth })
    }

    /// [`Reader::read`] octet by octet: says what is wrong with an element, and gives one that was cut.
    #[cold]
    #[inline(never)]
    fn read_slowly(self, field: &'static str) -> Result<(Tlv<'a>, Self), WireError> {
        let mut cursor = self.cursor;
        let tag = cursor.u8(field)?;
        if tag.value & 0x1f == 0x1f {
            return Err(WireError::new(
                ErrorKind::Unsupported("a tag number above 30"),
                tag.span.start,
                field,
            ));
        }
        let first = cursor.u8(field)?;
        let (length, minimal) = match first.value {
            0..=0x7f => (usize::from(first.value), true),
            0x80 => {
                let kind = ErrorKind::Unsupported("an indefinite length");
                return Err(WireError::new(kind, first.span.start, field));
            }
            0x81..=0x84 => {
                let mut length = 0_u32;
                for _ in 0..(first.value & 0x7f) {
                    length = (length << 8) | u32::from(cursor.u8(field)?.value);
                }
                let shortest = match length {
                    0..=0x7f => 0,
                    0x80..=0xff => 1,
                    0x100..=0xffff => 2,
                    0x1_0000..=0xff_ffff => 3,
                    _ => 4,
                };
                (usize::try_from(length).unwrap_or(usize::MAX), first.value & 0x7f == shortest)
            }
            _ => {
                let kind = ErrorKind::Unsupported("a length of more than four octets");
                return Err(WireError::new(kind, first.span.start, field));
            }
        };
        let header = Span::new(tag.span.start, cursor.offset());
        let contents = cursor.sub(length, field)?;
        let behind = Self { cursor, depth: self.depth };
        Ok((Tlv { tag: Tag(tag.value), header, length, minimal, contents, depth: self.depth }, behind))
    }

    /// The next element, which must have this tag.
    ///
    /// # Errors
    /// `Malformed` for another tag, else as [`Reader::read`].
    #[inline(always)]
    pub fn expect(&mut self, tag: Tag, field: &'static str) -> Result<Tlv<'a>, WireError> {
        match self.peek() {
            Some(found) if found != tag => Err(self.another(field)),
            _ => self.read(field),
        }
    }

    #[cold]
    #[inline(never)]
    const fn another(self, field: &'static str) -> WireError {
        self.cursor.error(ErrorKind::Malformed("not the element that belongs here"), field)
    }

    /// The next element when it has this tag.
    ///
    /// # Errors
    /// As [`Reader::read`].
    #[inline]
    pub fn optional(&mut self, tag: Tag, field: &'static str) -> Result<Option<Tlv<'a>>, WireError> {
        if self.peek() == Some(tag) { self.read(field).map(Some) } else { Ok(None) }
    }

    /// `[n] EXPLICIT inner`: the inner element.
    ///
    /// # Errors
    /// As [`Reader::expect`], for both layers.
    #[inline]
    pub fn explicit(&mut self, n: u8, inner: Tag, field: &'static str) -> Result<Tlv<'a>, WireError> {
        self.expect(Tag::context(n), field)?.reader(field)?.expect(inner, field)
    }

    /// `[n] EXPLICIT inner`, and nothing behind `inner` in the tag: the inner element.
    ///
    /// # Errors
    /// As [`Reader::explicit`]; `Trailing` for what follows.
    #[inline(always)]
    pub fn explicit_only(&mut self, n: u8, inner: Tag, field: &'static str) -> Result<Tlv<'a>, WireError> {
        let element = match self.explicit_whole(Tag::context(n), inner) {
            Some(element) => element,
            None => {
                let (element, behind) = self.explicit_slowly(n, inner, field)?;
                *self = behind;
                element
            }
        };
        Ok(element)
    }

    /// Both elements when they are whole and nothing is behind the inner one.
    #[inline(always)]
    fn explicit_whole(&mut self, outer: Tag, inner: Tag) -> Option<Tlv<'a>> {
        let headers = match self.cursor.peek() {
            // Each length in one octet, as most fields have: four octets tell all.
            [tag, whole, inner_tag, length, ..]
                if *tag == outer.0
                    && *inner_tag == inner.0
                    && *whole <= 0x7f
                    && length.wrapping_add(2) == *whole =>
            {
                Headers { outer: 2, inner: 2, minimal: true, length: u32::from(*length) }
            }
            long => Headers::read(long, outer, inner)?,
        };
        let depth = self.depth.checked_sub(1)?;
        let length = usize::try_from(headers.length).ok()?;
        let (outer, inner_header) = (usize::from(headers.outer), usize::from(headers.inner));
        let (header, contents) = self.cursor.split_element(outer, inner_header, length)?;
        Some(Tlv { tag: inner, header, length, minimal: headers.minimal, contents, depth })
    }

    #[cold]
    #[inline(never)]
    fn explicit_slowly(
        mut self,
        n: u8,
        inner: Tag,
        field: &'static str,
    ) -> Result<(Tlv<'a>, Self), WireError> {
        let mut wrapper = self.expect(Tag::context(n), field)?.reader(field)?;
        let element = wrapper.expect(inner, field)?;
        // A wrapper that was cut is no error while what is asked for is there.
        if !wrapper.is_empty() {
            wrapper.finish(field)?;
        }
        Ok((element, self))
    }

    /// `[n] EXPLICIT inner OPTIONAL`.
    ///
    /// # Errors
    /// As [`Reader::expect`], for both layers.
    #[inline]
    pub fn explicit_optional(
        &mut self,
        n: u8,
        inner: Tag,
        field: &'static str,
    ) -> Result<Option<Tlv<'a>>, WireError> {
        if self.peek() == Some(Tag::context(n)) { self.explicit(n, inner, field).map(Some) } else { Ok(None) }
    }

    /// Ends the reading: nothing may be left and nothing may have been cut off.
    ///
    /// # Errors
    /// `Trailing` or `Truncated`.
    #[inline]
    pub fn finish(&self, field: &'static str) -> Result<(), WireError> {
        self.cursor.finish(field)
    }
}

/// The headers of an element in an explicit tag. Small, so that it is handed over in registers.
#[derive(Clone, Copy)]
struct Headers {
    /// Octets of the outer header.
    outer: u8,
    /// Octets of the inner one.
    inner: u8,
    /// The inner length is in its shortest form.
    minimal: bool,
    /// The inner length.
    length: u32,
}

impl Headers {
    /// Nothing when one of the elements is not the one that is wanted or of an unusual form, or when the
    /// inner one doesn't fill the outer one.
    #[inline(never)]
    fn read(bytes: &[u8], outer: Tag, inner: Tag) -> Option<Self> {
        let wrapper = Header::read(bytes)?;
        let element = Header::read(bytes.get(wrapper.octets..)?)?;
        let fills = element.octets.checked_add(element.length) == Some(wrapper.length);
        if wrapper.tag != outer || element.tag != inner || !fills {
            return None;
        }
        Some(Self {
            outer: u8::try_from(wrapper.octets).ok()?,
            inner: u8::try_from(element.octets).ok()?,
            minimal: element.minimal,
            length: u32::try_from(element.length).ok()?,
        })
    }
}

/// A header: identifier and length octets.
struct Header {
    tag: Tag,
    /// Octets of the header.
    octets: usize,
    /// The length is in its shortest form.
    minimal: bool,
    /// Octets of the contents.
    length: usize,
}

impl Header {
    /// Nothing when it is not whole or of an unusual form.
    #[inline(always)]
    fn read(bytes: &[u8]) -> Option<Self> {
        let [tag, first, after @ ..] = bytes else { return None };
        let (length, minimal, octets) = match (*first, after) {
            (0..=0x7f, _) => (usize::from(*first), true, 2),
            (0x81, [one, ..]) => (usize::from(*one), *one > 0x7f, 3),
            (0x82, [one, two, ..]) => (usize::from(u16::from_be_bytes([*one, *two])), *one > 0, 4),
            (0x84, [one, two, three, four, ..]) => {
                let length = u32::from_be_bytes([*one, *two, *three, *four]);
                (usize::try_from(length).ok()?, *one > 0, 6)
            }
            _ => return None,
        };
        if tag & 0x1f == 0x1f { None } else { Some(Self { tag: Tag(*tag), octets, minimal, length }) }
    }
}

/// The contents octets of an OBJECT IDENTIFIER (X.690 8.19). `Display` gives the dotted form.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Oid<'a>(pub &'a [u8]);

impl fmt::Display for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut arc, mut first) = (0_u64, true);
        for byte in self.0 {
            arc = (arc << 7) | u64::from(byte & 0x7f);
            if byte & 0x80 != 0 {
                continue;
            }
            if first {
                let root = (arc / 40).min(2);
                write!(f, "{root}.{}", arc.saturating_sub(root.saturating_mul(40)))?;
            } else {
                f.write_char('.')?;
                write!(f, "{arc}")?;
            }
            (arc, first) = (0, false);
        }
        Ok(())
    }
}

impl fmt::Debug for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{string::ToString, vec::Vec};

    fn one(bytes: &[u8]) -> Result<Tlv<'_>, WireError> {
        Reader::new(Cursor::new(bytes)).read("X")
    }

    #[test]
    fn lengths_need_not_be_minimal() {
        for (bytes, minimal) in [
            (&[0x04, 0x01, 0x61][..], true),
            (&[0x04, 0x81, 0x01, 0x61], false),
            (&[0x04, 0x84, 0, 0, 0, 1, 0x61], false),
        ] {
            let tlv = one(bytes).unwrap();
            assert_eq!(*tlv.octets("X").unwrap(), b"a");
            assert_eq!(tlv.minimal, minimal);
            assert_eq!(tlv.span(), Span::new(0, bytes.len()));
        }
    }

    #[test]
    fn forms_that_are_not_used_are_refused() {
        assert!(matches!(one(&[0x30, 0x80, 0, 0]).unwrap_err().kind, ErrorKind::Unsupported(_)));
        assert!(matches!(one(&[0x30, 0x85, 0, 0, 0, 0, 1, 0]).unwrap_err().kind, ErrorKind::Unsupported(_)));
        assert!(matches!(one(&[0x1f, 0x20, 0]).unwrap_err().kind, ErrorKind::Unsupported(_)));
    }

    #[test]
    fn integers() {
        for (bytes, value) in [
            (&[2, 1, 0][..], 0),
            (&[2, 1, 0xff], -1),
            (&[2, 2, 0, 0xff], 255),
            (&[2, 5, 0, 0xff, 0xff, 0xff, 0xff], 0xffff_ffff),
            (&[2, 4, 0, 0, 0, 5], 5),
            (&[2, 2, 0xff, 0x7b], -133),
            (&[2, 8, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], i64::MAX),
        ] {
            assert_eq!(one(bytes).unwrap().integer("X").unwrap().value, value);
        }
        assert!(one(&[2, 0]).unwrap().integer("X").is_err());
        assert!(one(&[2, 9, 0, 0xff, 0, 0, 0, 0, 0, 0, 0]).unwrap().integer("X").is_err());
        assert!(one(&[2, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap().integer("X").is_err());
        assert_eq!(one(&[2, 4, 0x80, 0, 0, 1]).unwrap().uint32("X").unwrap().value, 0x8000_0001);
    }

    #[test]
    fn a_cut_element_gives_what_it_has() {
        let tlv = one(&[0x30, 0x10, 0x02, 0x01, 0x05, 0x04]).unwrap();
        assert_eq!(tlv.length, 16);
        let mut inner = tlv.reader("X").unwrap();
        assert_eq!(inner.read("A").unwrap().integer("A").unwrap().value, 5);
        let error = inner.read("B").unwrap_err();
        assert!(error.kind.is_truncated());
        assert_eq!((error.offset, error.field), (6, "B"));
        assert!(tlv.octets("X").unwrap_err().kind.is_truncated());
    }

    #[test]
    fn an_element_may_not_outgrow_its_parent() {
        let tlv = one(&[0x30, 0x03, 0x04, 0x05, 0x61, 0x62, 0x63]).unwrap();
        let error = tlv.reader("X").unwrap().read("A").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Overrun { excess: 4 });
    }

    #[test]
    fn depth_is_bounded() {
        let mut bytes = Vec::new();
        for _ in 0..100 {
            bytes.extend([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]);
        }
        let mut reader = Reader::new(Cursor::new(&bytes));
        let mut levels = 0;
        let error = loop {
            match reader.read("X").and_then(|tlv| tlv.reader("X")) {
                Ok(inner) => reader = inner,
                Err(error) => break error,
            }
            levels += 1;
        };
        assert_eq!(levels, usize::from(MAX_DEPTH));
        assert!(matches!(error.kind, ErrorKind::Limit(_)));
    }

    #[test]
    fn object_identifiers() {
        assert_eq!(Oid(&[0x2b, 6, 1, 5, 5, 2]).to_string(), "1.3.6.1.5.5.2");
        assert_eq!(Oid(&[0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 1, 2, 2]).to_string(), "1.2.840.48018.1.2.2");
        assert_eq!(Oid(&[0x88, 0x37, 3]).to_string(), "2.999.3");
    }

    #[test]
    fn bit_strings_and_booleans() {
        assert_eq!(one(&[3, 5, 0, 0x20, 0, 0, 0]).unwrap().bits32("X").unwrap().value, 0x2000_0000);
        assert_eq!(one(&[3, 2, 4, 0x40]).unwrap().bits32("X").unwrap().value, 0x4000_0000);
        assert!(one(&[3, 0]).unwrap().bits32("X").is_err());
        assert!(one(&[1, 1, 0x01]).unwrap().boolean("X").unwrap().value);
    }
}
