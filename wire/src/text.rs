//! Borrowed text that is not necessarily valid: shown with U+FFFD where it isn't.

#[cfg(feature = "alloc")]
use alloc::string::String;
use core::fmt::{self, Write};

/// Octets that should be UTF-8 (or ASCII) text: an LDAPString, a KerberosString, a host name.
///
/// `Display` shows invalid sequences as U+FFFD. Equality is octet by octet.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    /// A view of `bytes`.
    #[must_use]
    #[inline]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The octets.
    #[must_use]
    #[inline]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The text, when it is valid UTF-8.
    #[must_use]
    #[inline]
    pub const fn to_str(self) -> Option<&'a str> {
        match core::str::from_utf8(self.0) {
            Ok(text) => Some(text),
            Err(_) => None,
        }
    }

    /// True when there is no octet.
    #[must_use]
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// True when both are equal but for the case of ASCII letters.
    #[must_use]
    #[inline]
    pub fn eq_ignore_ascii_case(self, other: &str) -> bool {
        self.0.eq_ignore_ascii_case(other.as_bytes())
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(text.as_bytes())
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            f.write_str(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                f.write_char(char::REPLACEMENT_CHARACTER)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for chunk in self.0.utf8_chunks() {
            write!(f, "{}", chunk.valid().escape_debug())?;
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        f.write_char('"')
    }
}

/// UTF-16LE text without its terminator. Unpaired surrogates are shown as U+FFFD; an odd last
/// octet is ignored.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Utf16Le<'a>(&'a [u8]);

impl<'a> Utf16Le<'a> {
    /// A view of `bytes`.
    #[must_use]
    #[inline]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The octets.
    #[must_use]
    #[inline]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// True when there is no code unit.
    #[must_use]
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0.len() < 2
    }

    /// The UTF-16 code units.
    #[inline]
    pub fn units(self) -> impl Iterator<Item = u16> + 'a {
        self.0.chunks_exact(2).map(|unit| match unit {
            [low, high] => u16::from_le_bytes([*low, *high]),
            _ => 0,
        })
    }

    /// The characters, with U+FFFD for unpaired surrogates.
    #[inline]
    pub fn chars(self) -> impl Iterator<Item = char> + 'a {
        char::decode_utf16(self.units()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// The text, with U+FFFD for unpaired surrogates. At most three octets for each two of input.
    #[cfg(feature = "alloc")]
    #[must_use]
    #[inline]
    pub fn to_string_lossy(self) -> String {
        self.chars().collect()
    }
}

impl PartialEq<str> for Utf16Le<'_> {
    fn eq(&self, other: &str) -> bool {
        self.units().eq(other.encode_utf16())
    }
}

impl PartialEq<&str> for Utf16Le<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.units().eq(other.encode_utf16())
    }
}

impl fmt::Display for Utf16Le<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|c| f.write_char(c))
    }
}

impl fmt::Debug for Utf16Le<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        self.chars().try_for_each(|c| write!(f, "{}", c.escape_debug()))?;
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};

    #[test]
    fn invalid_text_is_shown_and_kept() {
        let text = Text::new(b"DC\xff2");
        assert_eq!(text.to_string(), "DC\u{fffd}2");
        assert_eq!(format!("{text:?}"), "\"DC\\xff2\"");
        assert_eq!(text.to_str(), None);
        assert_eq!(Text::new(b"contoso.local"), "contoso.local");
    }

    #[test]
    fn utf16_with_surrogates() {
        let text = Utf16Le::new(&[0x44, 0, 0x3d, 0xd8, 0x00, 0xde, 0x00, 0xd8, 0x21]);
        assert_eq!(text.to_string(), "D\u{1f600}\u{fffd}");
        assert_eq!(Utf16Le::new(b"P\0C\x008\0"), "PC8");
    }
}
