//! Text of either SMB1 form, and FILETIME.

use adjoin_wire::{Text, Utf16Le};
use core::fmt;

/// A name that is UTF-16LE in SMB2 and, by `SMB_FLAGS2_UNICODE`, in SMB1; an OEM code page otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum SmbText<'a> {
    /// UTF-16LE, without its terminator.
    Unicode(Utf16Le<'a>),
    /// Octets of a code page that the protocol doesn't name; ASCII as a rule.
    Oem(Text<'a>),
}

impl<'a> SmbText<'a> {
    /// The octets.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        match self {
            Self::Unicode(text) => text.as_bytes(),
            Self::Oem(text) => text.as_bytes(),
        }
    }

    /// True when there is no character.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        match self {
            Self::Unicode(text) => text.is_empty(),
            Self::Oem(text) => text.is_empty(),
        }
    }

    /// The characters; U+FFFD stands for an unpaired surrogate. An octet of a code page above 0x7f
    /// is U+FFFD too, since the page is not known.
    pub fn chars(self) -> impl Iterator<Item = char> + 'a {
        let (wide, narrow) = match self {
            Self::Unicode(text) => (text, Text::new(&[])),
            Self::Oem(text) => (Utf16Le::new(&[]), text),
        };
        let narrow = narrow.as_bytes().iter();
        wide.chars().chain(narrow.map(|b| if b.is_ascii() { char::from(*b) } else { '\u{fffd}' }))
    }

    /// True when the text is the name of the pipe `name`, whatever its case, with or without the
    /// backslashes or the `\PIPE\` that SMB1 puts in front: `\PIPE\lsarpc`, `\lsarpc`, `lsarpc`.
    #[must_use]
    pub fn is_pipe(self, name: &str) -> bool {
        let same = |prefix: &str| {
            let whole = prefix.chars().chain(name.chars()).map(|c| c.to_ascii_lowercase());
            self.chars().map(|c| c.to_ascii_lowercase()).eq(whole)
        };
        same("") || same("\\") || same("\\pipe\\")
    }
}

impl Default for SmbText<'_> {
    fn default() -> Self {
        Self::Unicode(Utf16Le::default())
    }
}

impl PartialEq<str> for SmbText<'_> {
    fn eq(&self, other: &str) -> bool {
        self.chars().eq(other.chars())
    }
}

impl PartialEq<&str> for SmbText<'_> {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl fmt::Display for SmbText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unicode(text) => text.fmt(f),
            Self::Oem(text) => text.fmt(f),
        }
    }
}

impl fmt::Debug for SmbText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unicode(text) => text.fmt(f),
            Self::Oem(text) => text.fmt(f),
        }
    }
}

/// A FILETIME ([MS-DTYP] 2.3.3): units of 100 nanoseconds since 1601-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FileTime(pub u64);

impl FileTime {
    /// 1970-01-01 UTC.
    pub const UNIX_EPOCH: Self = Self(116_444_736_000_000_000);

    /// Seconds since 1970-01-01 UTC, rounded down, and the nanoseconds above them. `None` for 0,
    /// which stands for "not told".
    #[must_use]
    pub fn to_unix(self) -> Option<(i64, u32)> {
        const TICKS: u64 = 10_000_000;
        if self.0 == 0 {
            return None;
        }
        let seconds = i64::try_from(self.0 / TICKS).ok()?;
        let nanos = u32::try_from((self.0 % TICKS).saturating_mul(100)).ok()?;
        Some((seconds.saturating_sub(11_644_473_600), nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipe_names_in_all_spellings() {
        for text in ["\\PIPE\\lsarpc", "\\LSARPC", "lsarpc"] {
            assert!(SmbText::Oem(text.into()).is_pipe("lsarpc"), "{text}");
        }
        assert!(!SmbText::Oem("lsarpc2".into()).is_pipe("lsarpc"));
        assert!(SmbText::Unicode(Utf16Le::new(b"s\0a\0m\0r\0")).is_pipe("SAMR"));
        assert_eq!(SmbText::Unicode(Utf16Le::new(b"s\0a\0")), "sa");
    }

    #[test]
    fn file_time_to_unix() {
        assert_eq!(FileTime::UNIX_EPOCH.to_unix(), Some((0, 0)));
        assert_eq!(FileTime(116_444_736_000_000_001).to_unix(), Some((0, 100)));
        assert_eq!(FileTime(1).to_unix(), Some((-11_644_473_600, 100)));
        assert_eq!(FileTime(0).to_unix(), None);
    }
}
