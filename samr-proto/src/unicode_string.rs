//! Counted strings and lists of them.

use adjoin_wire::{ErrorKind, Spanned, WireError};
use rpce_proto::{ArrayCounts, Ndr, WideText};

/// A whole `RPC_UNICODE_STRING`; `None` when its pointer is NULL.
pub(crate) fn unicode_string<'a>(
    r: &mut Ndr<'a>,
    field: &'static str,
) -> Result<Option<Spanned<WideText<'a>>>, WireError> {
    let present = r.unicode_string_header(field)?;
    r.unicode_string_text(present, field)
}

/// A list of counted strings, such as the names to look up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Names<'a> {
    elements: Ndr<'a>,
    /// The texts: they follow the last fixed part.
    texts: Ndr<'a>,
    count: usize,
    field: &'static str,
}

impl<'a> Names<'a> {
    /// `[size_is(1000), length_is(Count)] RPC_UNICODE_STRING Names[*]`
    pub(crate) fn read(r: &mut Ndr<'a>, count: u32, field: &'static str) -> Result<Self, WireError> {
        let mut counts = ArrayCounts::default();
        r.array_counts(&mut counts)?;
        if *counts.actual_count != u64::from(count) {
            let kind = ErrorKind::Malformed("the array doesn't have Count elements");
            return Err(WireError::new(kind, counts.actual_count.span.start, field));
        }
        // Eight octets is the shorter of the two encodings.
        let count = r.fits(*counts.actual_count, 8, field)?;
        let elements = *r;
        for _ in 0..count {
            r.unicode_string_header(field)?;
        }
        let names = Self { elements, texts: *r, count, field };
        let mut all = names.iter();
        for name in all.by_ref() {
            name?;
        }
        *r = all.texts;
        Ok(names)
    }

    /// How many.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// True when there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The names in order; `None` is a NULL pointer. An error ends the iteration.
    #[must_use]
    pub const fn iter(&self) -> NameIter<'a> {
        NameIter { elements: self.elements, texts: self.texts, left: self.count, field: self.field }
    }
}

/// Iterator over [`Names`].
#[derive(Clone, Debug)]
pub struct NameIter<'a> {
    elements: Ndr<'a>,
    texts: Ndr<'a>,
    left: usize,
    field: &'static str,
}

impl<'a> Iterator for NameIter<'a> {
    type Item = Result<Option<Spanned<WideText<'a>>>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let present = self.elements.unicode_string_header(self.field);
        let item = present.and_then(|present| self.texts.unicode_string_text(present, self.field));
        if item.is_err() {
            self.left = 0;
        }
        Some(item)
    }
}

impl core::iter::FusedIterator for NameIter<'_> {}
