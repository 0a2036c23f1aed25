//! NetBIOS names (RFC 1001 14.1, RFC 1002 4.1).

use adjoin_wire::{Cursor, ErrorKind, Span, Spanned, Text, WireError, open_enum};
#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;

open_enum! {
    /// The sixteenth octet of a NetBIOS name: the service behind it ([MS-NBTE] 1.8).
    pub struct Suffix(u8);
    WORKSTATION = 0x00, "workstation";
    MESSENGER = 0x03, "messenger";
    DOMAIN_MASTER_BROWSER = 0x1b, "domain master browser (PDC)";
    DOMAIN_CONTROLLERS = 0x1c, "domain controllers";
    LOCAL_MASTER_BROWSER = 0x1d, "local master browser";
    BROWSER_ELECTION = 0x1e, "browser election";
    FILE_SERVER = 0x20, "file server";
}

/// A NetBIOS name: 15 octets, padded with blanks, and a suffix. A scope is passed over.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct NetBiosName([u8; 16]);

impl NetBiosName {
    /// The name with these 16 octets.
    #[must_use]
    pub const fn new(octets: [u8; 16]) -> Self {
        Self(octets)
    }

    /// The 16 octets.
    #[must_use]
    pub const fn octets(&self) -> &[u8; 16] {
        &self.0
    }

    /// The name without its padding (blanks, or NULs behind a lone `*`).
    #[must_use]
    pub fn text(&self) -> Text<'_> {
        let [name @ .., _] = &self.0;
        let used = name.iter().rposition(|b| *b != b' ' && *b != 0).map_or(0, |last| last.saturating_add(1));
        Text::new(name.get(..used).unwrap_or_default())
    }

    /// The sixteenth octet.
    #[must_use]
    pub const fn suffix(&self) -> Suffix {
        let [.., suffix] = self.0;
        Suffix(suffix)
    }

    /// The 34 octets that a name without a scope has in a packet. A longer name is cut.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn encode(name: &str, suffix: u8) -> Vec<u8> {
        let mut encoded = Vec::from([0x20]);
        let padded = name.bytes().chain(core::iter::repeat(b' ')).take(15).chain([suffix]);
        for byte in padded {
            encoded.push((byte >> 4).saturating_add(b'A'));
            encoded.push((byte & 0x0f).saturating_add(b'A'));
        }
        encoded.push(0);
        encoded
    }

    /// Reads a name in both levels of encoding: a label of 32 letters, then the labels of a scope.
    ///
    /// # Errors
    /// `Malformed` when the first label isn't a NetBIOS name, `Unsupported` for a label pointer,
    /// `Truncated`.
    pub fn read(c: &mut Cursor<'_>, field: &'static str) -> Result<Spanned<Self>, WireError> {
        let length = c.u8(field)?;
        let wrong = |why, at| Err(WireError::new(ErrorKind::Malformed(why), at, field));
        if *length != 32 {
            return wrong("the first label of a NetBIOS name has 32 octets", length.span.start);
        }
        let letters = c.array::<32>(field)?;
        let mut octets = [0; 16];
        for (octet, pair) in octets.iter_mut().zip(letters.chunks_exact(2)) {
            let mut value = 0_u8;
            for letter in pair {
                match letter {
                    b'A'..=b'P' => value = (value << 4) | letter.wrapping_sub(b'A'),
                    _ => return wrong("a NetBIOS name is written in the letters A to P", letters.span.start),
                }
            }
            *octet = value;
        }
        // Each label advances the cursor, so that the input bounds the loop.
        loop {
            let label = c.u8(field)?;
            match *label {
                0 => break,
                1..=63 => {
                    c.skip(usize::from(*label), field)?;
                }
                _ => {
                    let kind = ErrorKind::Unsupported("a label pointer");
                    return Err(WireError::new(kind, label.span.start, field));
                }
            }
        }
        Ok(Spanned::new(Self(octets), Span::new(length.span.start, c.offset())))
    }
}

impl fmt::Display for NetBiosName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}<{:02x}>", self.text(), self.suffix().0)
    }
}

impl fmt::Debug for NetBiosName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}<{:02x}>", self.text(), self.suffix().0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn both_levels_of_encoding() {
        let bytes = NetBiosName::encode("CONTOSO", 0x1c);
        let name = NetBiosName::read(&mut Cursor::new(&bytes), "N").unwrap();
        assert_eq!((name.to_string().as_str(), name.span), ("CONTOSO<1c>", Span::new(0, 34)));
        assert_eq!(name.suffix().name(), Some("domain controllers"));
        for cut in 0..bytes.len() {
            assert!(NetBiosName::read(&mut Cursor::new(&bytes[..cut]), "N").is_err());
        }
        let mut scoped = bytes.clone();
        scoped.truncate(33);
        scoped.extend(*b"\x03net\0tail");
        let mut cursor = Cursor::new(&scoped);
        assert_eq!(NetBiosName::read(&mut cursor, "N").unwrap().value, name.value);
        assert_eq!(cursor.peek(), b"tail");
        let mut bad = bytes;
        bad[5] = b'Q';
        assert!(NetBiosName::read(&mut Cursor::new(&bad), "N").unwrap_err().kind.is_malformed());
    }
}
