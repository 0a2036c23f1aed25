//! Kerberos over TCP: a record mark of four octets in front of each message (RFC 4120 7.2.2).

use crate::message;
use adjoin_wire::{Cursor, ErrorKind, Spanned, WireError};
use core::fmt;

/// Octets of the record mark.
pub const RECORD_MARK: usize = 4;

/// The longest message that [`next_message`] takes for one. Tickets are at most 64 KiB large on
/// Windows; the rest is room for several of them.
pub const MAX_MESSAGE: u32 = 0x0010_0000;

/// The record mark: the number of octets that follow, big-endian. The top bit is reserved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RecordMark {
    /// Octets of the message, without the mark.
    pub length: Spanned<u32>,
}

impl RecordMark {
    /// Reads the mark in front of `bytes`.
    ///
    /// # Errors
    /// `Truncated`; `Unsupported` when the top bit is set (an extension, RFC 5021); `Limit` above
    /// [`MAX_MESSAGE`].
    pub fn parse_prefix(bytes: &[u8]) -> Result<(Self, usize), WireError> {
        let start = Cursor::new(bytes);
        let length = Cursor::new(bytes).u32_be("record mark")?;
        if *length & 0x8000_0000 != 0 {
            return Err(start.error(ErrorKind::Unsupported("the top bit is reserved"), "record mark"));
        }
        if *length > MAX_MESSAGE {
            return Err(start.error(ErrorKind::Limit("longer than any Kerberos message"), "record mark"));
        }
        Ok((Self { length }, RECORD_MARK))
    }
}

/// What a stream of messages begins with.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Framing<'a> {
    /// A whole message; the mark and it take `total` octets of the stream.
    Message {
        /// The message without its mark, at octet [`RECORD_MARK`] of the stream.
        message: Spanned<&'a [u8]>,
        /// Octets to pass over to get to the next mark.
        total: usize,
    },
    /// More octets are needed to have the mark or the whole message.
    Incomplete {
        /// What there is of the message, without its mark.
        message: Spanned<&'a [u8]>,
        /// Octets of the mark and the message together; those of the mark while it is cut.
        total: usize,
        /// Octets that are missing.
        missing: usize,
    },
}

/// The message by its size: there are ciphers in it.
impl fmt::Debug for Framing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, message, total, missing) = match self {
            Self::Message { message, total } => ("Message", message, total, &0),
            Self::Incomplete { message, total, missing } => ("Incomplete", message, total, missing),
        };
        f.debug_struct(name)
            .field("message", &message.map(<[u8]>::len))
            .field("total", total)
            .field("missing", missing)
            .finish()
    }
}

/// Frames the next message of a stream.
///
/// # Errors
/// When the mark isn't one: see [`RecordMark::parse_prefix`].
pub fn next_message(stream: &[u8]) -> Result<Framing<'_>, WireError> {
    let mut cursor = Cursor::new(stream);
    let mark = match RecordMark::parse_prefix(stream) {
        Ok((mark, _)) => mark,
        Err(error) if error.kind.is_truncated() => {
            let missing = RECORD_MARK.saturating_sub(stream.len());
            cursor.take_rest();
            return Ok(Framing::Incomplete { message: cursor.take_rest(), total: RECORD_MARK, missing });
        }
        Err(error) => return Err(error),
    };
    cursor.skip(RECORD_MARK, "record mark")?;
    let length = usize::try_from(*mark.length).unwrap_or(usize::MAX);
    let total = length.saturating_add(RECORD_MARK);
    if cursor.remaining() < length {
        let missing = length.saturating_sub(cursor.remaining());
        return Ok(Framing::Incomplete { message: cursor.take_rest(), total, missing });
    }
    Ok(Framing::Message { message: cursor.bytes(length, "Kerberos message")?, total })
}

/// True when the octets can be the start of a stream of Kerberos messages: a record mark, and behind
/// it a message whose own length is that of the mark. Six octets are needed, eleven are enough.
#[must_use]
pub fn looks_like(stream: &[u8]) -> bool {
    let Ok((mark, size)) = RecordMark::parse_prefix(stream) else { return false };
    let Ok(length) = usize::try_from(*mark.length) else { return false };
    stream
        .get(size..)
        .is_some_and(|rest| message::looks_like(rest.get(..length).unwrap_or(rest), Some(length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks() {
        assert_eq!(*RecordMark::parse_prefix(&[0, 0, 1, 2]).unwrap().0.length, 258);
        let kind = |bytes: &[u8]| RecordMark::parse_prefix(bytes).unwrap_err().kind;
        assert!(kind(&[0, 0, 1]).is_truncated());
        assert!(matches!(kind(&[0x80, 0, 0, 9]), ErrorKind::Unsupported(_)));
        assert!(matches!(kind(&[0x7f, 0, 0, 9]), ErrorKind::Limit(_)));
    }

    #[test]
    fn framing_says_what_is_missing() {
        let stream = [0, 0, 0, 4, 1, 2, 3, 4, 0, 0];
        for cut in 0..8 {
            let Ok(Framing::Incomplete { total, missing, message }) = next_message(&stream[..cut]) else {
                panic!("cut at {cut}")
            };
            assert_eq!(cut + missing, total);
            assert_eq!(message.len(), cut.saturating_sub(4));
        }
        let Ok(Framing::Message { message, total }) = next_message(&stream) else { panic!() };
        assert_eq!((message.value, message.span.start, total), (&[1, 2, 3, 4][..], 4, 8));
    }

    #[test]
    fn detection() {
        assert!(looks_like(&[0, 0, 1, 4, 0x6e, 0x82, 1, 0, 0x30]));
        assert!(looks_like(&[0, 0, 1, 4, 0x6e, 0x82, 1]));
        assert!(looks_like(&[0, 0, 1, 6, 0x7e, 0x84, 0, 0, 1, 0, 0x30]));
        assert!(!looks_like(&[0, 0, 1, 5, 0x6e, 0x82, 1, 0, 0x30]));
        assert!(!looks_like(&[0, 0, 1, 4, 0x6e, 0x82, 1, 0, 0x31]));
        assert!(!looks_like(&[0, 0, 1, 4, 0x62, 0x82, 1, 0, 0x30]));
        assert!(!looks_like(b"GET / HTTP/1.1\r\n"));
        assert!(!looks_like(&[0, 0, 0, 0x9b, 0xfe, b'S', b'M', b'B']));
        assert!(!looks_like(&[0, 0, 1, 4, 0x6e]));
        assert!(!looks_like(&[]));
    }
}
