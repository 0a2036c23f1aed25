//! `SEQUENCE OF`, read element by element without a copy, and explicitly tagged fields.

use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Cursor, ErrorKind, Span, Spanned, Text, WireError};
use core::fmt;
use core::marker::PhantomData;

/// What a [`SequenceOf`] can hold.
pub trait Element<'a>: Sized {
    /// The element's name in errors.
    const FIELD: &'static str;

    /// Reads the next element.
    ///
    /// # Errors
    /// Those of the element.
    fn read(reader: &mut Reader<'a>) -> Result<Self, WireError>;
}

/// A `SEQUENCE OF`: the octets, walked by [`SequenceOf::iter`]. Spans are relative to the message.
#[derive(Clone, Copy)]
pub struct SequenceOf<'a, T> {
    reader: Reader<'a>,
    span: Span,
    element: PhantomData<T>,
}

impl<'a, T: Element<'a>> SequenceOf<'a, T> {
    pub(crate) fn new(sequence: &Tlv<'a>) -> Result<Self, WireError> {
        Ok(Self { reader: sequence.reader(T::FIELD)?, span: sequence.span(), element: PhantomData })
    }

    /// The octets of the whole list, its header included; `NONE` when it was not reached.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// True when there is no element.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.reader.is_empty()
    }

    /// The elements in order. An error is given once and ends the iteration.
    #[must_use]
    pub const fn iter(&self) -> Elements<'a, T> {
        Elements { reader: self.reader, done: false, element: PhantomData }
    }

    pub(crate) const fn reader(&self) -> Reader<'a> {
        self.reader
    }

    /// Walks the list, so that its errors show when the message is read.
    #[inline(always)]
    pub(crate) fn check(&self) -> Result<(), WireError> {
        let mut reader = self.reader;
        while !reader.is_empty() {
            T::read(&mut reader)?;
        }
        reader.finish(T::FIELD)
    }
}

impl<T> Default for SequenceOf<'_, T> {
    fn default() -> Self {
        Self { reader: Reader::new(Cursor::default()), span: Span::NONE, element: PhantomData }
    }
}

impl<'a, T: Element<'a> + fmt::Debug> fmt::Debug for SequenceOf<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, T: Element<'a>> IntoIterator for SequenceOf<'a, T> {
    type Item = Result<T, WireError>;
    type IntoIter = Elements<'a, T>;

    fn into_iter(self) -> Elements<'a, T> {
        self.iter()
    }
}

/// The elements of a [`SequenceOf`]; fused.
#[derive(Clone, Debug)]
pub struct Elements<'a, T> {
    reader: Reader<'a>,
    done: bool,
    element: PhantomData<T>,
}

impl<'a, T: Element<'a>> Iterator for Elements<'a, T> {
    type Item = Result<T, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let item = if self.reader.is_empty() {
            // A list that the capture cut between two elements ends with an error, not silently.
            self.reader.finish(T::FIELD).err().map(Err)
        } else {
            Some(T::read(&mut self.reader))
        };
        self.done = !matches!(item, Some(Ok(_)));
        item
    }
}

impl<'a, T: Element<'a>> core::iter::FusedIterator for Elements<'a, T> {}

/// KerberosString ::= GeneralString (IA5String)
impl<'a> Element<'a> for Spanned<Text<'a>> {
    const FIELD: &'static str = "KerberosString";

    #[inline(always)]
    fn read(reader: &mut Reader<'a>) -> Result<Self, WireError> {
        reader.expect(Tag::GENERAL_STRING, Self::FIELD)?.text(Self::FIELD)
    }
}

/// `[n] inner`: the inner element; nothing may follow it inside the tag.
#[inline(always)]
pub(crate) fn tagged<'a>(
    reader: &mut Reader<'a>,
    n: u8,
    inner: Tag,
    field: &'static str,
) -> Result<Tlv<'a>, WireError> {
    reader.explicit_only(n, inner, field)
}

/// `[n] inner OPTIONAL`.
#[inline(always)]
pub(crate) fn tagged_optional<'a>(
    reader: &mut Reader<'a>,
    n: u8,
    inner: Tag,
    field: &'static str,
) -> Result<Option<Tlv<'a>>, WireError> {
    if reader.peek() == Some(Tag::context(n)) { tagged(reader, n, inner, field).map(Some) } else { Ok(None) }
}

/// Ends a SEQUENCE that may be extended: an element with a tag of its own is not known here, and no fault.
pub(crate) fn extended(reader: &Reader<'_>, field: &'static str) -> Result<(), WireError> {
    match reader.peek() {
        Some(tag) if tag.is_context() => {
            Err(reader.cursor().error(ErrorKind::Unsupported("an extension"), field))
        }
        _ => reader.finish(field),
    }
}

/// `[APPLICATION n] SEQUENCE`: a reader of the sequence; nothing may follow it inside the tag.
#[inline(always)]
pub(crate) fn application<'a>(outer: &Tlv<'a>, field: &'static str) -> Result<Reader<'a>, WireError> {
    let mut wrapper = outer.reader(field)?;
    let sequence = wrapper.expect(Tag::SEQUENCE, field)?;
    if !wrapper.is_empty() {
        wrapper.finish(field)?;
    }
    sequence.reader(field)
}

/// KerberosFlags ::= BIT STRING (SIZE (32..MAX)): the first 32 bits. Fewer are taken as followed by
/// zeros (RFC 4120 5.2.8 asks for 32, older senders trim), and bits counted as unused are zero.
#[inline]
pub(crate) fn flags(element: &Tlv<'_>, field: &'static str) -> Result<Spanned<u32>, WireError> {
    let octets = element.octets(field)?;
    let unused = octets.value.first().copied().unwrap_or(0);
    if unused > 7 {
        let kind = ErrorKind::Malformed("a bit string has at most seven unused bits");
        return Err(WireError::new(kind, octets.span.start, field));
    }
    let bits = element.bits32(field)?;
    // 8 bits for each octet behind the count, and only the last of them has unused bits.
    let used = u32::try_from(octets.value.len().saturating_sub(1))
        .unwrap_or(u32::MAX)
        .saturating_mul(8)
        .saturating_sub(u32::from(unused));
    let mask = if used >= 32 { u32::MAX } else { !u32::MAX.checked_shr(used).unwrap_or(0) };
    Ok(bits.map(|value| value & mask))
}
