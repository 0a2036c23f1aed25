//! Where a value came from.

use core::fmt;
use core::ops::{Deref, Range};

/// A range of octets, relative to the slice that was given to the parser.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// Offset of the first octet.
    pub start: usize,
    /// Offset behind the last octet.
    pub end: usize,
}

impl Span {
    /// The span of a field that was never reached.
    pub const NONE: Self = Self { start: usize::MAX, end: usize::MAX };

    /// Octets `start..end`.
    #[must_use]
    #[inline]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Number of octets.
    #[must_use]
    #[inline]
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// True for a field of no octets, such as an empty string without a terminator.
    #[must_use]
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// True for [`Span::NONE`]: the field was not reached.
    #[must_use]
    #[inline]
    pub const fn is_none(self) -> bool {
        self.start == usize::MAX
    }

    /// The same octets seen from an outer message in which the parsed slice starts at `base`.
    #[must_use]
    #[inline]
    pub const fn shifted(self, base: usize) -> Self {
        if self.is_none() {
            self
        } else {
            Self { start: self.start.saturating_add(base), end: self.end.saturating_add(base) }
        }
    }

    /// From the start of this span to the end of `last`.
    #[must_use]
    #[inline]
    pub const fn to(self, last: Self) -> Self {
        Self { start: self.start, end: last.end }
    }

    /// The span as a range, for slicing.
    #[must_use]
    #[inline]
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl Default for Span {
    fn default() -> Self {
        Self::NONE
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() { f.write_str("none") } else { write!(f, "{}..{}", self.start, self.end) }
    }
}

/// A value and the octets that it was read from. Derefs to the value.
///
/// In a message that was decoded only in part, a field that was not reached holds the default
/// value and [`Span::NONE`]; [`Spanned::reached`] tells.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    /// The decoded value.
    pub value: T,
    /// The octets that it was read from.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `value`, read from `span`.
    #[must_use]
    #[inline]
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// The value, or nothing when the decoder did not get that far.
    #[must_use]
    #[inline]
    pub const fn reached(&self) -> Option<&T> {
        if self.span.is_none() { None } else { Some(&self.value) }
    }

    /// The same octets, read as something else.
    #[must_use]
    #[inline]
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: f(self.value), span: self.span }
    }

    /// The same value seen from an outer message in which the parsed slice starts at `base`.
    #[must_use]
    #[inline]
    pub fn shifted(self, base: usize) -> Self {
        Self { value: self.value, span: self.span.shifted(base) }
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.span.is_none() {
            f.write_str("(not reached)")
        } else {
            write!(f, "{:?}@{:?}", self.value, self.span)
        }
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
