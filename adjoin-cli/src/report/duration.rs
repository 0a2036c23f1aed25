//! Times for people.

const MICRO: i64 = 1000;
const MILLI: i64 = 1_000_000;
const SECOND: i64 = 1_000_000_000;

/// A time since the beginning, in seconds: `0.012`, `24.33`, `1:02:03`.
pub(super) fn since(nanoseconds: i64) -> String {
    let seconds = nanoseconds.max(0) / SECOND;
    let millis = nanoseconds.max(0) % SECOND / MILLI;
    match seconds {
        0..10 => format!("{seconds}.{millis:03}"),
        10..1000 => format!("{seconds}.{:02}", millis / 10),
        _ => format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
    }
}

/// How long something took: `0.4 ms`, `12 ms`, `1.2 s`.
pub(super) fn took(nanoseconds: i64) -> String {
    let n = nanoseconds.max(0);
    match n {
        0..MILLI => format!("{}.{:02} ms", n / MILLI, n / MICRO / 10 % 100),
        MILLI..10_000_000 => format!("{}.{} ms", n / MILLI, n / MICRO / 100 % 10),
        10_000_000..SECOND => format!("{} ms", n / MILLI),
        _ => format!("{}.{} s", n / SECOND, n / MILLI / 100 % 10),
    }
}

/// The seconds of a phase, where they are worth telling.
pub(super) fn phase(seconds: Option<f64>) -> Option<String> {
    let seconds = seconds.filter(|seconds| *seconds > 0.0)?;
    Some(if seconds < 0.9995 { format!("{:.0} ms", seconds * 1e3) } else { format!("{seconds:.1} s") })
}

#[cfg(test)]
mod tests {
    use super::{phase, since, took};

    #[test]
    fn figures_that_are_worth_reading() {
        assert_eq!(since(12_345_678), "0.012");
        assert_eq!(since(24_330_000_000), "24.33");
        assert_eq!(since(3_723_000_000_000), "1:02:03");
        assert_eq!(since(-1), "0.000");
        assert_eq!(took(412_000), "0.41 ms");
        assert_eq!(took(3_412_000), "3.4 ms");
        assert_eq!(took(43_412_000), "43 ms");
        assert_eq!(took(1_250_000_000), "1.2 s");
        assert_eq!(phase(Some(24.32)).as_deref(), Some("24.3 s"));
        assert_eq!(phase(Some(0.0)), None);
    }
}
