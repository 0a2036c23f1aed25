//! Points in time, as people write them.

/// Days of 400 years: the calendar repeats itself after them.
const CYCLE: i64 = 146_097;
const DAY: i64 = 86_400;

/// Seconds since 1970-01-01 UTC as `2024-02-29 12:34:56 UTC`.
pub(crate) fn text(seconds: i64) -> String {
    // From 2000-01-01, where a cycle begins.
    let days = seconds.div_euclid(DAY).saturating_sub(10_957);
    let mut left = days.rem_euclid(CYCLE);
    let mut year = days.div_euclid(CYCLE).saturating_mul(400).saturating_add(2000);
    while left >= days_of(year) {
        left = left.saturating_sub(days_of(year));
        year = year.saturating_add(1);
    }
    let february = days_of(year).saturating_sub(337);
    let mut month = 1;
    for (next, length) in (2..).zip([31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30]) {
        if left < length {
            break;
        }
        left = left.saturating_sub(length);
        month = next;
    }
    let day = left.saturating_add(1);
    let time = seconds.rem_euclid(DAY);
    let [hour, minute, second] =
        [time.div_euclid(3600), time.div_euclid(60).rem_euclid(60), time.rem_euclid(60)];
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

const fn days_of(year: i64) -> i64 {
    let leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    if leap { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn known_points() {
        for (seconds, wanted) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_827_696, "2000-02-29 12:34:56 UTC"),
            (1_735_689_599, "2024-12-31 23:59:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
            (-11_644_473_600, "1601-01-01 00:00:00 UTC"),
            (253_402_300_799, "9999-12-31 23:59:59 UTC"),
        ] {
            assert_eq!(text(seconds), wanted);
        }
        assert!(text(i64::MAX).ends_with("UTC") && text(i64::MIN).ends_with("UTC"));
    }
}
