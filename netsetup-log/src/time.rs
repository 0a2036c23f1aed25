//! The time in front of a line: local wall clock, no zone, in old Windows no year.

use core::fmt;

/// Milliseconds in a day.
const DAY_MS: i64 = 86_400_000;

/// Local wall-clock time of a line, as written. Windows Vista and later write
/// `MM/DD/YYYY HH:MM:SS:mmm`, Windows 2000 to 2003 write `MM/DD HH:MM:SS`.
///
/// ```
/// let (stamp, rest) = netsetup_log::Stamp::read_prefix("03/06/2025 11:29:05:537 NetpDoDomainJoin").unwrap();
/// assert_eq!(stamp.to_string(), "2025-03-06 11:29:05.537");
/// assert_eq!(rest, " NetpDoDomainJoin");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    /// The year; old logs have none.
    pub year: Option<u16>,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31, and not more than the month has.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999; old logs have none.
    pub millisecond: Option<u16>,
}

impl Stamp {
    /// Reads a time at the start of `text`; returns it and what follows.
    #[must_use]
    pub fn read_prefix(text: &str) -> Option<(Self, &str)> {
        let (month, rest) = number(text, 2)?;
        let (day, rest) = number(rest.strip_prefix('/')?, 2)?;
        let (year, rest) = match rest.strip_prefix('/') {
            Some(rest) => {
                let (year, after) = number(rest, 4)?;
                // Four digits, or it is something else.
                (rest.len().checked_sub(after.len()) == Some(4)).then_some(())?;
                (Some(year), after)
            }
            None => (None, rest),
        };
        let (hour, rest) = number(rest.strip_prefix(' ')?.trim_start_matches(' '), 2)?;
        let (minute, rest) = number(rest.strip_prefix(':')?, 2)?;
        let (second, rest) = number(rest.strip_prefix(':')?, 2)?;
        let (millisecond, rest) = match rest.strip_prefix([':', '.']).and_then(|rest| number(rest, 3)) {
            Some((value, rest)) => (Some(value), rest),
            None => (None, rest),
        };
        let small = |value: u16| u8::try_from(value).ok();
        let stamp = Self {
            year,
            month: small(month)?,
            day: small(day)?,
            hour: small(hour)?,
            minute: small(minute)?,
            second: small(second)?,
            millisecond,
        };
        let ends = rest.is_empty() || rest.starts_with([' ', '\t']);
        (ends && stamp.is_a_time()).then_some((stamp, rest))
    }

    /// Milliseconds since 1970 as if the wall clock showed UTC. A time without a year takes `year`.
    #[must_use]
    pub fn local_ms(self, year: u16) -> i64 {
        let days = days_since_1970(self.year.unwrap_or(year), self.month, self.day);
        let seconds = i64::from(self.hour)
            .saturating_mul(3600)
            .saturating_add(i64::from(self.minute).saturating_mul(60))
            .saturating_add(i64::from(self.second));
        days.saturating_mul(DAY_MS)
            .saturating_add(seconds.saturating_mul(1000))
            .saturating_add(i64::from(self.millisecond.unwrap_or(0)))
    }

    /// Milliseconds from `earlier` to this time; negative when it is before. Two times without a year
    /// are taken to lie in the same one.
    #[must_use]
    pub fn ms_since(self, earlier: Self) -> i64 {
        let year = self.year.or(earlier.year).unwrap_or(2000);
        self.local_ms(year).saturating_sub(earlier.local_ms(year))
    }

    fn is_a_time(self) -> bool {
        // Without a year February may have 29 days.
        let leap = self.year.is_none_or(|y| y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
        let days = match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 0,
        };
        (1..=days).contains(&self.day) && self.hour < 24 && self.minute < 60 && self.second < 60
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(year) = self.year {
            write!(f, "{year:04}-")?;
        }
        write!(
            f,
            "{:02}-{:02} {:02}:{:02}:{:02}",
            self.month, self.day, self.hour, self.minute, self.second
        )?;
        match self.millisecond {
            Some(ms) => write!(f, ".{ms:03}"),
            None => Ok(()),
        }
    }
}

/// One to `most` decimal digits; not followed by another digit.
fn number(text: &str, most: usize) -> Option<(u16, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    if end > most {
        return None;
    }
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}

/// Days from 1970-01-01 in the Gregorian calendar; the year starts in March, so that the leap day is its last.
fn days_since_1970(year: u16, month: u8, day: u8) -> i64 {
    let (year, month) = (i64::from(year), i64::from(month));
    let year = if month <= 2 { year.saturating_sub(1) } else { year };
    let from_march = if month > 2 { month.saturating_sub(3) } else { month.saturating_add(9) };
    let day_of_year = from_march
        .saturating_mul(153)
        .saturating_add(2)
        .div_euclid(5)
        .saturating_add(i64::from(day))
        .saturating_sub(1);
    year.saturating_mul(365)
        .saturating_add(year.div_euclid(4))
        .saturating_sub(year.div_euclid(100))
        .saturating_add(year.div_euclid(400))
        .saturating_add(day_of_year)
        .saturating_sub(719_468)
}

/// The year in UTC of a time in nanoseconds since 1970.
pub(crate) fn year_of_unix_ns(unix_ns: i64) -> u16 {
    let days = unix_ns.div_euclid(DAY_MS.saturating_mul(1_000_000));
    // Close enough to start from; then the exact border.
    let guess = days.saturating_mul(400).div_euclid(146_097).saturating_add(1970);
    let mut year = u16::try_from(guess).unwrap_or(1970);
    if days < days_since_1970(year, 1, 1) {
        year = year.saturating_sub(1);
    } else if days >= days_since_1970(year.saturating_add(1), 1, 1) {
        year = year.saturating_add(1);
    }
    year
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        Stamp::read_prefix(text).map(|(stamp, rest)| format!("{stamp}|{rest}"))
    }

    #[test]
    fn all_forms() {
        assert_eq!(read("03/06/2025 11:28:14:530 x").unwrap(), "2025-03-06 11:28:14.530| x");
        assert_eq!(read("03/06/2025 11:28:14 x").unwrap(), "2025-03-06 11:28:14| x");
        assert_eq!(read("03/06 11:28:14 x").unwrap(), "03-06 11:28:14| x");
        assert_eq!(read("03/06 11:28:14:007 x").unwrap(), "03-06 11:28:14.007| x");
        assert_eq!(read("02/29/2024 00:00:00:000").unwrap(), "2024-02-29 00:00:00.000|");
        assert_eq!(read("02/29 23:59:59").unwrap(), "02-29 23:59:59|");
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "0",
            "13/01/2025 00:00:00:000 x",
            "02/29/2025 00:00:00:000 x",
            "00/10/2025 00:00:00:000 x",
            "04/31/2025 00:00:00:000 x",
            "01/01/25 00:00:00:000 x",
            "01/01/2025 24:00:00:000 x",
            "01/01/2025 00:60:00:000 x",
            "01/01/2025 00:00:00:0000 x",
            "01/01/2025 00:00:00:000x",
            "2025-01-01 00:00:00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn days() {
        assert_eq!(days_since_1970(1970, 1, 1), 0);
        assert_eq!(days_since_1970(2000, 3, 1), 11_017);
        assert_eq!(days_since_1970(2025, 3, 6), 20_153);
        let (stamp, _) = Stamp::read_prefix("03/06/2025 11:29:05:537 x").unwrap();
        assert_eq!(stamp.local_ms(1970), 1_741_260_545_537);
    }

    #[test]
    fn years() {
        for (ns, year) in [
            (0_i64, 1970),
            (1_735_689_599_999_999_999, 2024),
            (1_735_689_600_000_000_000, 2025),
            (951_782_400_000_000_000, 2000),
        ] {
            assert_eq!(year_of_unix_ns(ns), year, "{ns}");
        }
        year_of_unix_ns(i64::MIN);
        year_of_unix_ns(i64::MAX);
    }
}
