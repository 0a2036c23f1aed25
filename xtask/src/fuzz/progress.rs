//! What libFuzzer prints, as figures.

use super::seconds;
use std::time::Duration;

/// Most lines that are kept of what a target said when it failed.
const MAX_WORDS: usize = 12;

/// Where a run stands, or how it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) executions: u64,
    /// Edges of the code that were reached.
    pub(super) coverage: u64,
    /// Edges told apart by how often they were taken.
    pub(super) features: u64,
    /// Inputs that are worth keeping.
    pub(super) corpus: u64,
    /// Files with an input that made the target fail.
    pub(super) finds: Vec<String>,
    /// What the target said when it failed.
    pub(super) last_words: String,
    pub(super) time: Duration,
}

impl Progress {
    pub(super) const HEADINGS: &str =
        "target                 executions   exec/s     cov       ft  corpus  finds   time";

    /// A line of libFuzzer.
    pub(super) fn take(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix('#') {
            self.pulse(rest);
        } else if let Some(count) = line.strip_prefix("stat::number_of_executed_units:") {
            self.executions = count.trim().parse().unwrap_or(self.executions);
        } else if let Some((_, path)) = line.split_once("Test unit written to ") {
            self.finds.push(path.trim().to_owned());
        } else if line.contains("panicked at") || line.contains("ERROR: libFuzzer") {
            self.last_words.clear();
            self.word(line);
        } else if !self.last_words.is_empty() {
            self.word(line);
        }
    }

    fn word(&mut self, line: &str) {
        if self.last_words.lines().count() < MAX_WORDS {
            self.last_words.push_str(line);
            self.last_words.push('\n');
        }
    }

    /// `8192 pulse  cov: 812 ft: 2450 corp: 201/9k lim: 105 exec/s: 4096 rss: 56Mb`.
    fn pulse(&mut self, line: &str) {
        let mut words = line.split_ascii_whitespace();
        if let Some(executions) = words.next().and_then(|word| word.parse().ok()) {
            self.executions = self.executions.max(executions);
        }
        while let Some(word) = words.next() {
            let figure = match word {
                "cov:" => &mut self.coverage,
                "ft:" => &mut self.features,
                "corp:" => &mut self.corpus,
                _ => continue,
            };
            let value = words.next().and_then(|value| value.split('/').next()?.parse().ok());
            *figure = value.unwrap_or(*figure);
        }
    }

    /// A row of the table.
    pub(super) fn line(&self, target: &str) -> String {
        let rate = self.executions.checked_div(self.time.as_secs()).unwrap_or(self.executions);
        format!(
            "{target:<22} {:>10} {rate:>8} {:>7} {:>8} {:>7} {:>6} {:>6}",
            self.executions,
            self.coverage,
            self.features,
            self.corpus,
            self.finds.len(),
            seconds(self.time),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str]) -> Progress {
        let mut progress = Progress::default();
        lines.iter().for_each(|line| progress.take(line));
        progress
    }

    #[test]
    fn figures_of_a_run() {
        let progress = told(&[
            "INFO: Seed: 1",
            "#2\tINITED cov: 5 ft: 6 corp: 1/1b exec/s: 0 rss: 30Mb",
            "#4096\tpulse  cov: 812 ft: 2450 corp: 201/9000b lim: 105 exec/s: 2048 rss: 56Mb",
            "Done 5000 runs in 2 second(s)",
            "stat::number_of_executed_units: 5000",
        ]);
        assert_eq!((progress.executions, progress.coverage, progress.features), (5000, 812, 2450));
        assert_eq!((progress.corpus, progress.finds.len()), (201, 0));
        let progress = Progress { time: Duration::from_secs(2), ..progress };
        let line = progress.line("tower");
        assert_eq!(line.len(), Progress::HEADINGS.len());
        assert_eq!(
            line.split_ascii_whitespace().collect::<Vec<_>>(),
            ["tower", "5000", "2500", "812", "2450", "201", "0", "0:02"]
        );
    }

    #[test]
    fn a_find_has_its_file_and_what_was_said() {
        let progress = told(&[
            "thread '<unnamed>' panicked at targets/src/epm.rs:1:1:",
            "a hole",
            "artifact_prefix='x/'; Test unit written to x/crash-1",
        ]);
        assert_eq!(progress.finds, ["x/crash-1"]);
        assert!(progress.last_words.contains("a hole"));
    }
}
