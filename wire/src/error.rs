//! What went wrong, where, and what was read before it.

use core::fmt;

/// A decoding error: what went wrong, at which offset, in which field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireError {
    /// What went wrong.
    pub kind: ErrorKind,
    /// Offset of the octet at which the failing read began, relative to the parsed slice.
    pub offset: usize,
    /// The field that was being read, spelled as its specification spells it.
    pub field: &'static str,
}

/// The kinds of error. Only some of them accuse the sender: see [`ErrorKind::is_malformed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input ends before the field does: cut by the capture, or not yet received.
    Truncated {
        /// Octets that are missing for this read.
        missing: usize,
    },
    /// The field runs past the end that an enclosing length declares.
    Overrun {
        /// Octets by which it runs past.
        excess: usize,
    },
    /// The octets contradict the specification.
    Malformed(&'static str),
    /// The octets may be right, but this decoder doesn't understand them.
    Unsupported(&'static str),
    /// A complete message is followed by octets that belong to nothing.
    Trailing {
        /// Number of octets left over.
        count: usize,
    },
    /// More elements or nesting than any real message has; the limit is a constant.
    Limit(&'static str),
}

impl ErrorKind {
    /// True when the sender is to blame; false when the capture was cut or this decoder knows less.
    #[must_use]
    #[inline]
    pub const fn is_malformed(self) -> bool {
        matches!(self, Self::Overrun { .. } | Self::Malformed(_) | Self::Trailing { .. })
    }

    /// True when more input could change the outcome.
    #[must_use]
    #[inline]
    pub const fn is_truncated(self) -> bool {
        matches!(self, Self::Truncated { .. })
    }
}

impl WireError {
    /// An error of `kind` in `field`, at `offset`.
    #[must_use]
    #[inline]
    pub const fn new(kind: ErrorKind, offset: usize, field: &'static str) -> Self {
        Self { kind, offset, field }
    }

    /// The same error seen from an outer message in which the parsed slice starts at `base`.
    #[must_use]
    #[inline]
    pub const fn shifted(self, base: usize) -> Self {
        Self { offset: self.offset.saturating_add(base), ..self }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |n: &usize| if *n == 1 { "" } else { "s" };
        match self {
            Self::Truncated { missing } => {
                write!(f, "the input ends {missing} byte{} too early", plural(missing))
            }
            Self::Overrun { excess } => {
                write!(f, "runs {excess} byte{} past the enclosing length", plural(excess))
            }
            Self::Malformed(why) | Self::Unsupported(why) | Self::Limit(why) => f.write_str(why),
            Self::Trailing { count } => write!(f, "{count} byte{} left over", plural(count)),
        }
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} (at byte {})", self.field, self.kind, self.offset)
    }
}

impl core::error::Error for WireError {}

/// `UnexpectedEof` when more input could help, otherwise `InvalidData`: for `?` beside reads from
/// files and sockets.
#[cfg(feature = "std")]
impl From<WireError> for std::io::Error {
    fn from(error: WireError) -> Self {
        use std::io::ErrorKind::{InvalidData, UnexpectedEof};
        Self::new(if error.kind.is_truncated() { UnexpectedEof } else { InvalidData }, error)
    }
}

/// Everything that was decoded before an error, and the error if there was one.
///
/// Fields of `value` that were not reached hold their default and [`Span::NONE`](crate::Span::NONE).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Partial<T> {
    /// The message as far as it was decoded.
    pub value: T,
    /// Why decoding stopped, if it stopped early.
    pub error: Option<WireError>,
}

impl<T: Default> Partial<T> {
    /// Starts from the default and lets `fill` set field after field until it is done or fails.
    #[inline]
    pub fn fill(fill: impl FnOnce(&mut T) -> Result<(), WireError>) -> Self {
        let mut value = T::default();
        let error = fill(&mut value).err();
        Self { value, error }
    }
}

impl<T> Partial<T> {
    /// The whole message, or the error.
    ///
    /// # Errors
    /// The error that stopped the decoder.
    #[inline]
    pub fn complete(self) -> Result<T, WireError> {
        match self.error {
            None => Ok(self.value),
            Some(error) => Err(error),
        }
    }

    /// The message as a part of something else; the error stays.
    #[inline]
    pub fn map<U>(self, wrap: impl FnOnce(T) -> U) -> Partial<U> {
        Partial { value: wrap(self.value), error: self.error }
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn an_error_beside_reads() {
        let cut = WireError::new(ErrorKind::Truncated { missing: 2 }, 4, "Flags");
        assert_eq!(std::io::Error::from(cut).kind(), std::io::ErrorKind::UnexpectedEof);
        let wrong = WireError::new(ErrorKind::Malformed("is odd"), 4, "Flags");
        let error = std::io::Error::from(wrong);
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (std::io::ErrorKind::InvalidData, "Flags: is odd (at byte 4)")
        );
    }
}
