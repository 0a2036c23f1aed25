//! What must hold of every message.

use adjoin_wire::{Partial, Span, WireError};
use core::fmt::{self, Debug, Display, Write};

/// `parse` and `parse_partial` of the same octets: they agree, and all places are inside.
pub(crate) fn message<T: Debug>(bytes: &[u8], whole: &Result<T, WireError>, partial: &Partial<T>) {
    assert_eq!(whole.as_ref().err(), partial.error.as_ref(), "parse and parse_partial tell different errors");
    if let Some(error) = partial.error {
        self::error(bytes, error);
    }
    spans(bytes, &partial.value);
}

/// An error lies inside the input and has a text.
pub(crate) fn error(bytes: &[u8], error: WireError) {
    assert!(error.offset <= bytes.len(), "{error} is outside of {} octets", bytes.len());
    assert!(!error.field.is_empty());
    text(error);
}

/// A span that was reached lies inside the input.
pub(crate) fn span(bytes: &[u8], span: Span) {
    assert!(span.is_none() || bytes.get(span.range()).is_some(), "{span:?} of {} octets", bytes.len());
}

/// Formatting ends without an error.
pub(crate) fn text(value: impl Display) {
    assert!(write!(Nowhere, "{value}").is_ok());
}

/// Formats `value` and checks each span that shows in it, as `value@start..end` or `span: start..end`.
pub(crate) fn spans(bytes: &[u8], value: &impl Debug) {
    let mut finder = SpanFinder { limit: bytes.len(), state: State::Text, word: 0 };
    // Octets that would show as such a span themselves, in UTF-8 or UTF-16.
    let forged = bytes.iter().enumerate().any(|(i, byte)| {
        let rest = bytes.get(i..).unwrap_or_default();
        *byte == b'@' && matches!(rest, [_, b'0'..=b'9', ..] | [_, 0, b'0'..=b'9', ..])
            || rest.starts_with(b"span")
    });
    if forged {
        assert!(write!(Nowhere, "{value:?}").is_ok());
    } else {
        assert!(write!(finder, "{value:?} ").is_ok());
    }
}

/// All places of a list are inside, and it ends with its first error.
pub(crate) fn list<T: Debug>(bytes: &[u8], list: impl Iterator<Item = Result<T, WireError>>) {
    let mut failed = false;
    for item in list {
        assert!(!failed, "an error ends the list");
        match item {
            Ok(item) => spans(bytes, &item),
            Err(error) => {
                failed = true;
                self::error(bytes, error);
            }
        }
    }
}

/// Something happened that must not.
#[track_caller]
#[allow(clippy::panic, reason = "a fuzz target reports by panicking")]
pub(crate) fn failed(what: impl Display) -> ! {
    panic!("{what}")
}

struct Nowhere;

impl Write for Nowhere {
    fn write_str(&mut self, _: &str) -> fmt::Result {
        Ok(())
    }
}

struct SpanFinder {
    limit: usize,
    state: State,
    /// How much of `SPAN` was just read.
    word: usize,
}

#[derive(Clone, Copy)]
enum State {
    Text,
    /// Behind the mark; the digits so far.
    Start(Option<usize>),
    /// Behind the first dot.
    Dot(usize),
    /// Behind the second dot; the digits so far.
    End(usize, Option<usize>),
}

const SPAN: &[u8] = b"span: ";

fn digits(so_far: Option<usize>, digit: u8) -> Option<usize> {
    Some(so_far.unwrap_or(0).saturating_mul(10).saturating_add(usize::from(digit.wrapping_sub(b'0'))))
}

impl Write for SpanFinder {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.word = match SPAN.get(self.word) {
                Some(expected) if *expected == byte => self.word.saturating_add(1),
                _ => usize::from(byte == b's'),
            };
            self.state = match (self.state, byte) {
                (_, b'@') => State::Start(None),
                (State::Start(n), b'0'..=b'9') => State::Start(digits(n, byte)),
                (State::Start(Some(n)), b'.') => State::Dot(n),
                (State::Dot(n), b'.') => State::End(n, None),
                (State::End(start, n), b'0'..=b'9') => State::End(start, digits(n, byte)),
                (State::End(start, Some(end)), _) => {
                    assert!(
                        start <= end && end <= self.limit,
                        "a span of {start}..{end} in {} octets",
                        self.limit
                    );
                    State::Text
                }
                _ => State::Text,
            };
            if self.word == SPAN.len() {
                (self.state, self.word) = (State::Start(None), 0);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use adjoin_wire::Spanned;

    #[test]
    fn spans_inside_pass() {
        spans(&[0; 9], &Spanned::new(5, Span::new(3, 9)));
        spans(&[0; 9], &[Spanned::<u8>::default(); 2]);
    }

    #[test]
    #[should_panic(expected = "a span of 3..10 in 9 octets")]
    fn a_span_outside_is_found() {
        spans(&[0; 9], &Some(Spanned::new("x", Span::new(3, 10))));
    }

    #[test]
    #[should_panic(expected = "a span of 4..3 in 9 octets")]
    fn a_span_that_runs_backwards_is_found() {
        #[derive(Debug)]
        #[allow(dead_code, reason = "formatted only")]
        struct Whole {
            span: Span,
        }
        spans(&[0; 9], &Whole { span: Span::new(4, 3) });
    }
}
