//! The report: what became of each join, for people and for machines.
//!
//! The names of members are an interface (`schema` 1); more may be added.

use serde::Serialize;

pub use crate::report_text::{harmless, harmless_json};

/// The whole report.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Version of this shape.
    pub schema: u32,
    /// What was captured.
    pub capture: CaptureReport,
    /// The joins, in the order of their first frames.
    pub joins: Vec<JoinReport>,
    /// More joins, where there are too many to tell all of each.
    pub brief: Vec<BriefJoin>,
    /// Joins beyond those.
    pub counted: Counted,
}

/// A join in one line.
#[derive(Clone, Debug, Serialize)]
pub struct BriefJoin {
    /// The machine that joins.
    pub client: Host,
    /// `joined`, `failed` or `unfinished`.
    pub outcome: &'static str,
    /// The id of what broke it.
    pub root_id: Option<&'static str>,
    /// Its first frame.
    pub first_frame: u32,
    /// Its last frame.
    pub last_frame: u32,
}

/// How many joins came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// Those that succeeded.
    pub joined: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those of which neither is known.
    pub unfinished: u64,
}

impl Counted {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.joined.saturating_add(self.failed).saturating_add(self.unfinished)
    }

    pub(crate) fn add(&mut self, outcome: &str) {
        let count = match outcome {
            "joined" => &mut self.joined,
            "failed" => &mut self.failed,
            _ => &mut self.unfinished,
        };
        *count = count.saturating_add(1);
    }
}

/// The capture as a whole.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CaptureReport {
    /// The files, where they are known.
    pub files: Vec<String>,
    /// Number of frames.
    pub frames: u64,
    /// Time of the first frame, RFC 3339, UTC.
    pub first: Option<String>,
    /// Time of the last frame.
    pub last: Option<String>,
    /// What lowers the confidence in everything else.
    pub quality: Vec<Quality>,
}

/// A remark on the capture itself.
#[derive(Clone, Debug, Serialize)]
pub struct Quality {
    /// Stable id.
    pub id: &'static str,
    /// The remark.
    pub text: String,
}

/// A host.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Host {
    /// Its address.
    pub address: String,
    /// Its name, where one was seen.
    pub name: Option<String>,
}

/// One join.
#[derive(Clone, Debug, Serialize)]
pub struct JoinReport {
    /// The machine that joins.
    pub client: Host,
    /// The domain.
    pub domain: Option<String>,
    /// The chosen domain controller.
    pub dc: Option<Host>,
    /// The account that was used.
    pub account: Option<String>,
    /// `kerberos`, `ntlm`, `none` or `unknown`.
    pub credentials: &'static str,
    /// Why these.
    pub credentials_why: String,
    /// `joined`, `failed` or `unfinished`.
    pub outcome: &'static str,
    /// How often the whole sequence ran.
    pub passes: u32,
    /// The phases.
    pub phases: Vec<PhaseReport>,
    /// What broke the join; nothing when it succeeded or nothing is known to have broken it.
    pub root: Option<FindingReport>,
    /// All findings, the root first.
    pub findings: Vec<FindingReport>,
    /// What should have come next.
    pub next_expected: Option<String>,
}

/// One phase of a join.
#[derive(Clone, Debug, Serialize)]
pub struct PhaseReport {
    /// `P1` to `P10`, `P3K`.
    pub id: &'static str,
    /// In words.
    pub name: &'static str,
    /// `ok`, `failed`, `absent` or `unknown`.
    pub outcome: &'static str,
    /// First frame.
    pub first_frame: Option<u32>,
    /// Last frame.
    pub last_frame: Option<u32>,
    /// Between them.
    pub seconds: Option<f64>,
}

/// A finding.
#[derive(Clone, Debug, Serialize)]
pub struct FindingReport {
    /// Stable id.
    pub id: &'static str,
    /// `root`, `consequence` or `note`.
    pub role: &'static str,
    /// The phase.
    pub phase: &'static str,
    /// `error`, `warning`, `note` or `chat`.
    pub severity: &'static str,
    /// Windows code that follows, such as `0x40`.
    pub code: Option<String>,
    /// Its name.
    pub symbol: Option<&'static str>,
    /// `high`, `medium` or `low`.
    pub confidence: &'static str,
    /// What happened.
    pub what: String,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// What would settle it.
    pub settle: &'static str,
    /// The frames that prove it.
    pub evidence: Vec<EvidenceReport>,
}

/// A frame and what it shows.
#[derive(Clone, Debug, Serialize)]
pub struct EvidenceReport {
    /// Frame number.
    pub frame: u32,
    /// What it shows.
    pub shows: String,
}

impl Report {
    /// What all joins came to, however much is told of each.
    #[must_use]
    pub fn outcomes(&self) -> Counted {
        let mut all = self.counted;
        let whole = self.joins.iter().map(|join| join.outcome);
        for outcome in whole.chain(self.brief.iter().map(|join| join.outcome)) {
            all.add(outcome);
        }
        all
    }

    /// The report as JSON, which a terminal can be given.
    #[must_use]
    pub fn to_json(&self) -> String {
        harmless_json(serde_json::to_string_pretty(self).unwrap_or_default())
    }
}

/// A time in nanoseconds since 1970 as RFC 3339 in UTC, with microseconds.
pub(crate) fn rfc3339(time: i64) -> String {
    const DAY: i64 = 86_400;
    let seconds = time.div_euclid(1_000_000_000);
    let micros = time.rem_euclid(1_000_000_000) / 1000;
    let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    // Days since 0000-03-01, in eras of 400 years (a year that begins in March ends with its leap day).
    let shifted = days.saturating_add(719_468);
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        of_era.saturating_sub(of_era / 1460).saturating_add(of_era / 36_524).saturating_sub(of_era / 146_096)
            / 365;
    let before =
        year_of_era.saturating_mul(365).saturating_add(year_of_era / 4).saturating_sub(year_of_era / 100);
    let of_year = of_era.saturating_sub(before);
    let month_from_march = of_year.saturating_mul(5).saturating_add(2) / 153;
    let day =
        of_year.saturating_sub(month_from_march.saturating_mul(153).saturating_add(2) / 5).saturating_add(1);
    let month = if month_from_march < 10 {
        month_from_march.saturating_add(3)
    } else {
        month_from_march.saturating_sub(9)
    };
    let year = era.saturating_mul(400).saturating_add(year_of_era).saturating_add(i64::from(month <= 2));
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn times() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(rfc3339(951_827_696_000_001_000), "2000-02-29T12:34:56.000001Z");
        assert_eq!(rfc3339(1_795_236_375_810_055_500), "2026-11-21T04:46:15.810055Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999999Z");
    }
}
