//! Lists of octet strings, walked when they are asked for.

use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Cursor, Span, Spanned, Text, WireError};

/// `SEQUENCE OF` or `SET OF OCTET STRING`: attribute values, attribute names, referral URIs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Octets<'a> {
    contents: Cursor<'a>,
    field: &'static str,
}

impl<'a> Octets<'a> {
    /// Takes the contents of `list`, and walks them once so that errors surface now; the list is
    /// set before that.
    #[inline(always)]
    pub(crate) fn read(&mut self, list: &Tlv<'a>, field: &'static str) -> Result<(), WireError> {
        *self = Self { contents: list.contents(), field };
        // As `iter` does, without giving each item away.
        let mut items = Reader::new(self.contents);
        while !items.is_empty() {
            items.expect(Tag::OCTET_STRING, field)?.octets(field)?;
        }
        // Nothing is left; what an enclosing length promised may still be missing.
        let mut end = self.contents;
        end.take_rest();
        end.finish(field)
    }

    /// The octets of the list, without its header.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.contents.span()
    }

    pub(crate) const fn cursor(&self) -> Cursor<'a> {
        self.contents
    }

    /// The items.
    #[must_use]
    pub const fn iter(&self) -> OctetsIter<'a> {
        OctetsIter { reader: Some(Reader::new(self.contents)), field: self.field }
    }

    /// The items as text, up to the first that can't be read.
    pub fn texts(&self) -> impl Iterator<Item = Spanned<Text<'a>>> {
        self.iter().map_while(Result::ok).map(|item| item.map(Text::new))
    }

    /// True when there is no item.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.contents.is_empty()
    }
}

impl<'a> IntoIterator for Octets<'a> {
    type Item = Result<Spanned<&'a [u8]>, WireError>;
    type IntoIter = OctetsIter<'a>;

    fn into_iter(self) -> OctetsIter<'a> {
        self.iter()
    }
}

/// The items of [`Octets`]; fused: it ends after an error.
#[derive(Clone, Debug)]
pub struct OctetsIter<'a> {
    reader: Option<Reader<'a>>,
    field: &'static str,
}

impl<'a> Iterator for OctetsIter<'a> {
    type Item = Result<Spanned<&'a [u8]>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = self.reader.take().filter(|reader| !reader.is_empty())?;
        let item = reader.expect(Tag::OCTET_STRING, self.field).and_then(|item| item.octets(self.field));
        if item.is_ok() {
            self.reader = Some(reader);
        }
        Some(item)
    }
}

impl core::iter::FusedIterator for OctetsIter<'_> {}
