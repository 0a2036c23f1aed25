//! Compressed domain names, RFC 1035 3.1 and 4.1.4.

use crate::steps::count;
use crate::{Cursor, ErrorKind, Spanned, Text, WireError};
use core::fmt::{self, Write};

/// Most compression pointers that one name may follow.
pub const MAX_JUMPS: usize = 128;
/// Most octets of one expanded name, length octets included (RFC 1035 2.3.4).
pub const MAX_NAME: usize = 255;

/// A domain name, possibly compressed: a view into the message that holds it.
///
/// A label is a length octet below 0x40 and that many octets; 0x00 ends the name; two octets
/// with the top bits 11 point to an earlier place in the message. Pointers may only go backwards,
/// at most [`MAX_JUMPS`] of them, and the expanded name has at most [`MAX_NAME`] octets.
///
/// `Display` joins the labels with dots; the root, or an empty name, is the empty string.
#[derive(Clone, Copy, Default)]
pub struct CompressedName<'a> {
    message: &'a [u8],
    at: usize,
}

impl<'a> CompressedName<'a> {
    /// Reads the name at the cursor. `message` is the slice that pointers count from and in which
    /// the cursor's offset 0 lies at `origin` octets before the cursor's own base: for a message
    /// parsed from its first octet, pass the whole message and 0.
    ///
    /// The span covers the octets at the cursor, not those pointed to.
    ///
    /// # Errors
    /// `Truncated` or `Overrun` at the end, `Malformed` for a bad label type, a pointer that
    /// doesn't go backwards or a name that is too long, `Limit` for too many pointers.
    pub fn read(
        cursor: &mut Cursor<'a>,
        message: &'a [u8],
        origin: usize,
        field: &'static str,
    ) -> Result<Spanned<Self>, WireError> {
        let first = cursor.offset();
        let at = first.saturating_sub(origin);
        // The octets in place: labels up to the terminator or the first pointer.
        let mut span = cursor.span();
        loop {
            let length = cursor.u8(field)?;
            span.end = length.span.end;
            match length.value {
                0 => break,
                0x01..=0x3f => span.end = cursor.skip(usize::from(length.value), field)?.end,
                0xc0..=0xff => {
                    span.end = cursor.u8(field)?.span.end;
                    break;
                }
                _ => {
                    let kind = ErrorKind::Malformed("label type is neither a length nor a pointer");
                    return Err(WireError::new(kind, length.span.start, field));
                }
            }
        }
        let name = Self { message, at };
        for label in name.labels() {
            label.map_err(|kind| WireError::new(kind, first, field))?;
        }
        Ok(Spanned::new(name, span))
    }

    /// The labels, from the host to the root. Ends after the first error.
    #[must_use]
    pub const fn labels(self) -> Labels<'a> {
        Labels { message: self.message, at: Some(self.at), limit: self.at, jumps: 0, octets: 1 }
    }

    /// True for the root, which is how an absent name is sent.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.labels().next().is_none()
    }

    /// True when both are the same name: ASCII case and one dot at the end don't count.
    #[must_use]
    pub fn eq_ignore_ascii_case(self, other: &str) -> bool {
        let other = other.strip_suffix('.').unwrap_or(other);
        let mut labels = self.labels();
        if other.is_empty() {
            return labels.next().is_none();
        }
        for wanted in other.split('.') {
            match labels.next() {
                Some(Ok(label)) if label.eq_ignore_ascii_case(wanted) => {}
                _ => return false,
            }
        }
        labels.next().is_none()
    }
}

impl fmt::Display for CompressedName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, label) in self.labels().map_while(Result::ok).enumerate() {
            if i > 0 {
                f.write_char('.')?;
            }
            write!(f, "{label}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for CompressedName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Same labels, octet by octet, wherever they are stored.
impl PartialEq for CompressedName<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.labels().eq(other.labels())
    }
}

impl Eq for CompressedName<'_> {}

/// The labels of a [`CompressedName`]; fused.
#[derive(Clone, Debug)]
pub struct Labels<'a> {
    message: &'a [u8],
    at: Option<usize>,
    /// The next pointer must point below this.
    limit: usize,
    jumps: usize,
    octets: usize,
}

impl<'a> Labels<'a> {
    fn step(&mut self) -> Result<Option<Text<'a>>, ErrorKind> {
        const CUT: ErrorKind = ErrorKind::Truncated { missing: 1 };
        while let Some(at) = self.at.take() {
            count(1);
            let length = *self.message.get(at).ok_or(CUT)?;
            let next = at.saturating_add(1);
            match length {
                0 => return Ok(None),
                0x01..=0x3f => {
                    let end = next.saturating_add(usize::from(length));
                    let label = self.message.get(next..end).ok_or(CUT)?;
                    self.octets = self.octets.saturating_add(label.len()).saturating_add(1);
                    if self.octets > MAX_NAME {
                        return Err(ErrorKind::Malformed("name is longer than 255 octets"));
                    }
                    self.at = Some(end);
                    return Ok(Some(Text::new(label)));
                }
                0xc0..=0xff => {
                    let low = *self.message.get(next).ok_or(CUT)?;
                    let target = usize::from(u16::from_be_bytes([length & 0x3f, low]));
                    if target >= self.limit {
                        return Err(ErrorKind::Malformed("compression pointer does not point backwards"));
                    }
                    self.jumps = self.jumps.saturating_add(1);
                    if self.jumps > MAX_JUMPS {
                        return Err(ErrorKind::Limit("more than 128 compression pointers"));
                    }
                    self.limit = target;
                    self.at = Some(target);
                }
                _ => return Err(ErrorKind::Malformed("label type is neither a length nor a pointer")),
            }
        }
        Ok(None)
    }
}

impl<'a> Iterator for Labels<'a> {
    type Item = Result<Text<'a>, ErrorKind>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

impl core::iter::FusedIterator for Labels<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;
    use alloc::{string::ToString, vec::Vec};

    fn read(message: &[u8], at: usize) -> Result<(alloc::string::String, Span), WireError> {
        let mut cursor = Cursor::new(message);
        cursor.skip(at, "skip")?;
        let name = CompressedName::read(&mut cursor, message, 0, "Name")?;
        Ok((name.to_string(), name.span))
    }

    #[test]
    fn plain_empty_and_compressed() {
        let message = b"\x07contoso\x05local\0\x03DC2\xc0\0\0";
        assert_eq!(read(message, 0), Ok(("contoso.local".into(), Span::new(0, 15))));
        assert_eq!(read(message, 15), Ok(("DC2.contoso.local".into(), Span::new(15, 21))));
        assert_eq!(read(message, 21), Ok((alloc::string::String::new(), Span::new(21, 22))));
    }

    #[test]
    fn pointers_go_backwards_only() {
        for bad in [&b"\xc0\x00"[..], b"\xc0\x02\x00", b"\x01a\xc0\x00"] {
            let error = read(bad, 0).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Malformed("compression pointer does not point backwards"));
        }
    }

    #[test]
    fn long_names_and_long_chains_end() {
        let mut long = Vec::new();
        for _ in 0..5 {
            long.push(63);
            long.extend([b'a'; 63]);
        }
        long.push(0);
        assert_eq!(read(&long, 0).unwrap_err().kind, ErrorKind::Malformed("name is longer than 255 octets"));

        let mut chain = alloc::vec![0, 0];
        for i in 0..200_u16 {
            let [high, low] = (i * 2).to_be_bytes();
            chain.extend([0xc0 | high, low]);
        }
        let at = chain.len() - 2;
        assert_eq!(
            read(&chain, at).unwrap_err().kind,
            ErrorKind::Limit("more than 128 compression pointers")
        );
        assert_eq!(read(&chain, 2 + 126).unwrap().0, "");
    }

    #[test]
    fn every_cut_is_an_error() {
        let message = b"\x07contoso\x05local\0\x03DC2\xc0\0";
        for cut in 15..message.len() {
            assert!(read(&message[..cut], 15).unwrap_err().kind.is_truncated(), "cut at {cut}");
        }
    }

    #[test]
    fn comparison_ignores_case_and_final_dot() {
        let message = b"\x07CONTOSO\x05local\0";
        let name = CompressedName { message, at: 0 };
        assert!(name.eq_ignore_ascii_case("contoso.LOCAL."));
        assert!(!name.eq_ignore_ascii_case("contoso"));
        assert!(!name.eq_ignore_ascii_case("contoso.local.net"));
        assert!(!name.eq_ignore_ascii_case(""));
    }
}
