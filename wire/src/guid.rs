//! GUIDs in Microsoft's mixed byte order.

use core::fmt;
use core::str::FromStr;

/// A GUID ([MS-DTYP] 2.3.4), also called UUID (RFC 4122).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Guid(u128);

impl Guid {
    /// All octets zero.
    pub const NIL: Self = Self(0);

    /// The GUID whose text form has these 32 hexadecimal digits:
    /// `Guid::from_u128(0xe1af8308_5d1f_11c9_91a4_08002b14a0fa)`.
    #[must_use]
    #[inline]
    pub const fn from_u128(digits: u128) -> Self {
        Self(digits)
    }

    /// The 32 hexadecimal digits of the text form as a number.
    #[must_use]
    #[inline]
    pub const fn to_u128(self) -> u128 {
        self.0
    }

    /// From the packet form: first three fields little-endian, the last eight octets in order.
    #[must_use]
    #[inline]
    pub const fn from_le_bytes(bytes: [u8; 16]) -> Self {
        let [a0, a1, a2, a3, b0, b1, c0, c1, d0, d1, d2, d3, d4, d5, d6, d7] = bytes;
        Self(u128::from_be_bytes([a3, a2, a1, a0, b1, b0, c1, c0, d0, d1, d2, d3, d4, d5, d6, d7]))
    }

    /// From network byte order (RFC 4122): all octets in the order of the text form.
    #[must_use]
    #[inline]
    pub const fn from_be_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// To the packet form: first three fields little-endian.
    #[must_use]
    #[inline]
    pub const fn to_le_bytes(self) -> [u8; 16] {
        Self::from_le_bytes(self.0.to_be_bytes()).0.to_be_bytes()
    }

    /// To network byte order.
    #[must_use]
    #[inline]
    pub const fn to_be_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// True when all octets are zero.
    #[must_use]
    #[inline]
    pub const fn is_nil(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let v = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            (v >> 96) & 0xffff_ffff,
            (v >> 80) & 0xffff,
            (v >> 64) & 0xffff,
            (v >> 48) & 0xffff,
            v & 0xffff_ffff_ffff
        )
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not 32 hexadecimal digits with optional hyphens and braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseGuidError;

impl fmt::Display for ParseGuidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GUID has 32 hexadecimal digits, such as e1af8308-5d1f-11c9-91a4-08002b14a0fa")
    }
}

impl core::error::Error for ParseGuidError {}

impl FromStr for Guid {
    type Err = ParseGuidError;

    fn from_str(text: &str) -> Result<Self, ParseGuidError> {
        let mut value = 0_u128;
        let mut digits = 0_u32;
        for c in text.trim_matches(['{', '}']).chars().filter(|c| *c != '-') {
            let digit = c.to_digit(16).ok_or(ParseGuidError)?;
            value = (value << 4) | u128::from(digit);
            digits = digits.saturating_add(1);
        }
        if digits == 32 { Ok(Self(value)) } else { Err(ParseGuidError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn both_byte_orders_give_the_same_guid() {
        let epm: Guid = "e1af8308-5d1f-11c9-91a4-08002b14a0fa".parse().unwrap();
        let packet = [8, 0x83, 0xaf, 0xe1, 0x1f, 0x5d, 0xc9, 0x11, 0x91, 0xa4, 8, 0, 0x2b, 0x14, 0xa0, 0xfa];
        assert_eq!(Guid::from_le_bytes(packet), epm);
        assert_eq!(epm.to_le_bytes(), packet);
        assert_eq!(Guid::from_be_bytes(epm.to_be_bytes()), epm);
        assert_eq!(epm.to_string(), "e1af8308-5d1f-11c9-91a4-08002b14a0fa");
        assert_eq!("{E1AF8308-5D1F-11C9-91A4-08002B14A0FA}".parse(), Ok(epm));
    }

    #[test]
    fn bad_text_is_refused() {
        assert_eq!("e1af8308".parse::<Guid>(), Err(ParseGuidError));
        assert_eq!("g1af8308-5d1f-11c9-91a4-08002b14a0fa".parse::<Guid>(), Err(ParseGuidError));
        assert_eq!("e1af8308-5d1f-11c9-91a4-08002b14a0fa00".parse::<Guid>(), Err(ParseGuidError));
    }
}
