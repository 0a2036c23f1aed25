//! `KerberosTime`.

use crate::sequence::tagged_optional;
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{ErrorKind, Spanned, WireError};
use core::fmt;

/// KerberosTime ::= GeneralizedTime, always UTC and without fractions (RFC 4120 5.2.3).
/// `Display` is RFC 3339.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct KerberosTime {
    /// Year, 0 to 9999.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 60.
    pub second: u8,
}

impl KerberosTime {
    /// Reads `YYYYMMDDHHMMSSZ`; nothing for any other form or a date that doesn't exist.
    #[must_use]
    pub fn from_ascii(text: &[u8]) -> Option<Self> {
        let [y1, y2, y3, y4, mo1, mo2, d1, d2, h1, h2, mi1, mi2, s1, s2, b'Z'] = text else { return None };
        let two = |tens: &u8, ones: &u8| {
            let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
            digits.then_some((tens & 0x0f).wrapping_mul(10).wrapping_add(ones & 0x0f))
        };
        let time = Self {
            year: u16::from(two(y1, y2)?).saturating_mul(100).saturating_add(u16::from(two(y3, y4)?)),
            month: two(mo1, mo2)?,
            day: two(d1, d2)?,
            hour: two(h1, h2)?,
            minute: two(mi1, mi2)?,
            second: two(s1, s2)?,
        };
        let real = (1..=days_in_month(time.year, time.month)).contains(&time.day)
            && time.hour < 24
            && time.minute < 60
            // A leap second.
            && time.second <= 60;
        real.then_some(time)
    }

    /// Seconds since 1970-01-01 00:00:00 UTC.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        // Days of the years before, in a calendar whose year begins in March: leap days come last.
        let shift = i64::from(self.month < 3);
        let year = i64::from(self.year).saturating_sub(shift);
        let month = i64::from(self.month).saturating_add(shift.saturating_mul(12)).saturating_sub(3);
        let leap_days =
            year.div_euclid(4).saturating_sub(year.div_euclid(100)).saturating_add(year.div_euclid(400));
        let days = year
            .saturating_mul(365)
            .saturating_add(leap_days)
            .saturating_add(month.saturating_mul(153).saturating_add(2) / 5)
            .saturating_add(i64::from(self.day))
            .saturating_sub(1)
            // From 0000-03-01 to 1970-01-01.
            .saturating_sub(719_468);
        days.saturating_mul(86_400)
            .saturating_add(i64::from(self.hour).saturating_mul(3600))
            .saturating_add(i64::from(self.minute).saturating_mul(60))
            .saturating_add(i64::from(self.second))
    }

    /// The fifteen octets of the wire form; digits beyond the range of a field are lost.
    #[must_use]
    pub fn to_ascii(self) -> [u8; 15] {
        let mut out = [b'Z'; 15];
        let century = u8::try_from(self.year / 100).unwrap_or(0);
        let short_year = u8::try_from(self.year % 100).unwrap_or(0);
        let fields = [century, short_year, self.month, self.day, self.hour, self.minute, self.second];
        for (pair, value) in out.chunks_exact_mut(2).zip(fields) {
            pair.copy_from_slice(&[(value / 10 % 10) | 0x30, (value % 10) | 0x30]);
        }
        out
    }

    pub(crate) fn read(element: &Tlv<'_>, field: &'static str) -> Result<Spanned<Self>, WireError> {
        let octets = element.octets(field)?;
        match Self::from_ascii(octets.value) {
            Some(time) => Ok(Spanned::new(time, octets.span)),
            None => {
                let kind = ErrorKind::Malformed("a Kerberos time is YYYYMMDDHHMMSSZ");
                Err(WireError::new(kind, octets.span.start, field))
            }
        }
    }

    /// `[n] KerberosTime OPTIONAL`.
    pub(crate) fn optional(
        reader: &mut Reader<'_>,
        n: u8,
        field: &'static str,
    ) -> Result<Option<Spanned<Self>>, WireError> {
        match tagged_optional(reader, n, Tag::GENERALIZED_TIME, field)? {
            Some(element) => Self::read(&element, field).map(Some),
            None => Ok(None),
        }
    }
}

const fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 0,
    }
}

impl fmt::Display for KerberosTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

impl fmt::Debug for KerberosTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn known_instants() {
        for (text, unix, shown) in [
            ("19700101000000Z", 0, "1970-01-01T00:00:00Z"),
            ("19940610060317Z", 771_228_197, "1994-06-10T06:03:17Z"),
            ("20000229235959Z", 951_868_799, "2000-02-29T23:59:59Z"),
            ("20370913024805Z", 2_136_422_885, "2037-09-13T02:48:05Z"),
            ("20380119031408Z", 2_147_483_648, "2038-01-19T03:14:08Z"),
            ("19691231235959Z", -1, "1969-12-31T23:59:59Z"),
            ("99991231235959Z", 253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            let time = KerberosTime::from_ascii(text.as_bytes()).unwrap();
            assert_eq!((time.unix_seconds(), time.to_string().as_str()), (unix, shown));
            assert_eq!(&time.to_ascii()[..], text.as_bytes());
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "Z",
            "20210229000000Z",
            "20211301000000Z",
            "20210001000000Z",
            "20210100000000Z",
            "20210101240000Z",
            "20210101006000Z",
            "20210101000061Z",
            "20210101000000",
            "20210101000000.0Z",
            "2021010100000+Z",
            "202101010000Z",
            "20210101000000z",
        ] {
            assert_eq!(KerberosTime::from_ascii(text.as_bytes()), None, "{text}");
        }
    }
}
