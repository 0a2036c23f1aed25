//! Messages on TCP, RFC 1035 4.2.2.

use adjoin_wire::{Cursor, Spanned, WireError};
use core::iter::FusedIterator;

/// A message on TCP with the length in front of it.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Frame<'a> {
    /// The length of the message, octets, without these two.
    pub length: Spanned<u16>,
    /// The message.
    pub message: Spanned<&'a [u8]>,
}

impl<'a> Frame<'a> {
    /// Reads the frame at the start of a stream; gives the octets that it takes, too.
    ///
    /// # Errors
    /// `Truncated` when not all of it has arrived.
    pub fn parse_prefix(bytes: &'a [u8]) -> Result<(Self, usize), WireError> {
        let mut c = Cursor::new(bytes);
        let frame = Self::read(&mut c)?;
        Ok((frame, c.offset()))
    }

    fn read(c: &mut Cursor<'a>) -> Result<Self, WireError> {
        let length = c.u16_be("length")?;
        Ok(Self { length, message: c.bytes(usize::from(length.value), "message")? })
    }
}

/// The frames of a stream, in their order; fused. An error is given once and ends the walk.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Frames<'a> {
    /// The frames of `stream`, which begins with a length.
    #[must_use]
    pub const fn new(stream: &'a [u8]) -> Self {
        Self { cursor: Cursor::new(stream) }
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Result<Frame<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.cursor.is_empty() {
            return None;
        }
        let frame = Frame::read(&mut self.cursor);
        if frame.is_err() {
            self.cursor.take_rest();
        }
        Some(frame)
    }
}

impl FusedIterator for Frames<'_> {}
