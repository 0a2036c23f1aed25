//! Compares the engine's verdicts with captures of which the truth is known.

use crate::{Outcome, capture_file};
use join_engine::Engine;
use join_engine::report::{JoinReport, Report};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What to score.
#[derive(Debug)]
pub(crate) struct Options {
    folders: Vec<PathBuf>,
    verbose: bool,
}

impl Options {
    /// From the arguments of the task; nothing when they make no sense.
    pub(crate) fn from(arguments: &[&str]) -> Option<Self> {
        let (flags, folders): (Vec<&str>, Vec<&str>) =
            arguments.iter().partition(|argument| argument.starts_with('-'));
        let known = flags.iter().all(|flag| *flag == "--verbose");
        (known && !folders.is_empty()).then(|| Self {
            folders: folders.iter().map(PathBuf::from).collect(),
            verbose: !flags.is_empty(),
        })
    }

    /// One folder.
    pub(crate) fn of(folder: &Path) -> Self {
        Self { folders: vec![folder.to_path_buf()], verbose: false }
    }
}

/// Prints a line for each capture and the totals of both sides.
pub(crate) fn run(options: &Options) -> Outcome {
    let mut captures = Vec::new();
    for folder in &options.folders {
        captures.extend(captures_of(folder)?);
    }
    let width = captures.iter().map(|capture| capture.name.len()).max().unwrap_or(0);
    let mut totals = [Total::default(), Total::default()];
    for capture in &captures {
        let report = report(&capture.path)?;
        let score = Score::of(capture, &report);
        totals[usize::from(capture.side == Side::Dc)].add(&score);
        println!("{:width$}  {}", capture.name, line(capture, &report, &score));
        if options.verbose {
            details(capture, &report);
        }
    }
    println!("client total: {}", totals[0].text());
    println!("dc total: {}", totals[1].text());
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Client,
    Dc,
}

impl Side {
    fn from(name: &str) -> Option<Self> {
        match name {
            "client" => Some(Self::Client),
            "dc" => Some(Self::Dc),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Dc => "dc",
        }
    }
}

/// A line of `truth.tsv`. Several ids are alternatives; none at all means that there must be none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Truth {
    outcome: String,
    root: Vec<String>,
    phase: Vec<String>,
    also: Vec<String>,
}

impl Truth {
    fn is_joined(&self) -> bool {
        self.outcome == "joined"
    }
}

#[derive(Debug)]
struct Known {
    name: String,
    path: PathBuf,
    side: Side,
    truth: Truth,
    /// Frames that prove the root; nothing when none are named.
    frames: BTreeSet<u32>,
}

/// The captures of a folder that its `truth.tsv` knows, by name.
fn captures_of(folder: &Path) -> Result<Vec<Known>, String> {
    let path = folder.join("truth.tsv");
    let truths = truths(&text(&path)?).map_err(|message| format!("{}: {message}", path.display()))?;
    let listing = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut captures = Vec::new();
    for entry in listing {
        let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
        let Some(file) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let Some((name, side)) = name_and_side(file) else { continue };
        let (scenario, _) = name.rsplit_once('.').unwrap_or((name, ""));
        let Some(truth) = truths.get(scenario).or_else(|| truths.get(name)) else {
            eprintln!("{}: its truth is not known", path.display());
            continue;
        };
        let json = folder.join(format!("{name}.json"));
        let frames = if json.exists() {
            evidence(&text(&json)?, side).map_err(|error| format!("{}: {error}", json.display()))?
        } else {
            BTreeSet::new()
        };
        captures.push(Known {
            name: format!("{name}.{}", side.name()),
            truth: truth.clone(),
            path,
            side,
            frames,
        });
    }
    captures.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(captures)
}

/// `krb-skew.a` and the client's side of `krb-skew.a.client.pcapng`.
fn name_and_side(file: &str) -> Option<(&str, Side)> {
    let stem = file.strip_suffix(".pcapng").or_else(|| file.strip_suffix(".pcap"))?;
    let (name, side) = stem.rsplit_once('.')?;
    Some((name, Side::from(side)?))
}

fn text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The lines of `truth.tsv` by scenario.
fn truths(table: &str) -> Result<BTreeMap<String, Truth>, String> {
    let mut lines = table.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| {
        header.iter().position(|known| *known == name).ok_or_else(|| format!("there is no column {name}"))
    };
    let (scenario, outcome, root, phase) =
        (column("scenario")?, column("outcome")?, column("root")?, column("phase")?);
    let also = column("also").ok();
    let mut truths = BTreeMap::new();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |column: usize| cells.get(column).copied().unwrap_or_default().trim();
        let ids = |column: usize| -> Vec<String> {
            let ids = cell(column).split(',').map(str::trim);
            ids.filter(|id| !id.is_empty() && *id != "-").map(str::to_owned).collect()
        };
        let truth = Truth {
            outcome: cell(outcome).to_owned(),
            root: ids(root),
            phase: ids(phase),
            also: also.map(ids).unwrap_or_default(),
        };
        truths.insert(cell(scenario).to_owned(), truth);
    }
    Ok(truths)
}

/// The frames that a side's evidence names.
fn evidence(json: &str, side: Side) -> Result<BTreeSet<u32>, serde_json::Error> {
    let json: serde_json::Value = serde_json::from_str(json)?;
    let entries = json["evidence"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(entries
        .iter()
        .filter(|entry| entry["capture"] == side.name() && entry["expect"] == ">=1")
        .filter_map(|entry| entry["first_frames"].as_array())
        .flatten()
        .filter_map(|frame| match frame {
            serde_json::Value::String(number) => number.parse().ok(),
            number => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        })
        .collect())
}

/// What is said of a capture.
pub(crate) fn report(path: &Path) -> Result<Report, String> {
    let path = path.to_str().ok_or_else(|| format!("{}: not a name in UTF-8", path.display()))?;
    let frames = capture_file::read(path).map_err(|error| error.to_string())?;
    let mut engine = Engine::new();
    for (number, frame) in (1..).zip(&frames) {
        engine.feed(&frame.numbered(number));
    }
    engine.finish();
    Ok(engine.report())
}

/// The join that a file is about: the first that failed, else the one with most to say.
fn subject(report: &Report) -> Option<&JoinReport> {
    let failed = report.joins.iter().find(|join| join.outcome == "failed");
    failed.or_else(|| report.joins.iter().rev().max_by_key(|join| join.findings.len()))
}

/// Outcome, root and phase of what the report says.
fn said(report: &Report) -> (&str, Option<&str>, Option<&str>) {
    let join = subject(report);
    let root = join.and_then(|join| join.root.as_ref());
    (join.map_or("none", |join| join.outcome), root.map(|root| root.id), root.map(|root| root.phase))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Score {
    outcome: bool,
    root: bool,
    phase: bool,
    evidence: bool,
    false_alarms: usize,
}

impl Score {
    fn of(capture: &Known, report: &Report) -> Self {
        let truth = &capture.truth;
        let (outcome, root, phase) = said(report);
        let evidence = match subject(report).and_then(|join| join.root.as_ref()) {
            // Nothing is to be proved where nothing failed.
            found if truth.is_joined() => found.is_none(),
            _ if capture.frames.is_empty() => true,
            Some(root) => root.evidence.iter().any(|seen| capture.frames.contains(&seen.frame)),
            None => false,
        };
        let alarms = report.joins.iter().flat_map(|join| &join.findings);
        let alarms = alarms.filter(|finding| matches!(finding.severity, "warning" | "error")).count();
        Self {
            outcome: outcome == truth.outcome,
            root: is_one_of(root, &truth.root),
            phase: is_one_of(phase, &truth.phase),
            evidence,
            false_alarms: if truth.is_joined() { alarms } else { 0 },
        }
    }

    const fn is_perfect(&self) -> bool {
        self.outcome && self.root && self.phase && self.evidence && self.false_alarms == 0
    }
}

fn is_one_of(said: Option<&str>, alternatives: &[String]) -> bool {
    said.map_or(alternatives.is_empty(), |said| alternatives.iter().any(|right| right == said))
}

#[derive(Clone, Copy, Debug, Default)]
struct Total {
    captures: usize,
    outcome: usize,
    root: usize,
    phase: usize,
    evidence: usize,
    false_alarms: usize,
}

impl Total {
    fn add(&mut self, score: &Score) {
        self.captures += 1;
        self.outcome += usize::from(score.outcome);
        self.root += usize::from(score.root);
        self.phase += usize::from(score.phase);
        self.evidence += usize::from(score.evidence);
        self.false_alarms += score.false_alarms;
    }

    fn text(&self) -> String {
        let Self { captures, outcome, root, phase, evidence, false_alarms } = self;
        format!(
            "captures {captures}, outcome {outcome}, root {root}, phase {phase}, evidence {evidence}, \
             false alarms {false_alarms}"
        )
    }
}

/// What was said, and `ok` or what was wanted instead.
fn line(capture: &Known, report: &Report, score: &Score) -> String {
    let (outcome, root, phase) = said(report);
    let said = format!("{outcome:10}  {:18}  {:3}", root.unwrap_or("-"), phase.unwrap_or("-"));
    if score.is_perfect() {
        return format!("{said}  ok");
    }
    let truth = &capture.truth;
    let ids = |ids: &[String]| if ids.is_empty() { "-".to_owned() } else { ids.join(",") };
    let mut wanted = Vec::new();
    if !score.outcome {
        wanted.push(truth.outcome.clone());
    }
    if !score.root {
        wanted.push(ids(&truth.root));
    }
    if !score.phase {
        wanted.push(ids(&truth.phase));
    }
    if !score.evidence && !truth.is_joined() {
        let frames: Vec<String> = capture.frames.iter().map(u32::to_string).collect();
        wanted.push(format!("evidence {}", frames.join(",")));
    }
    if score.false_alarms > 0 {
        wanted.push(format!("{} false alarms less", score.false_alarms));
    }
    format!("{said}  wanted {}", wanted.join("  "))
}

/// Everything that the report found, for `--verbose`.
fn details(capture: &Known, report: &Report) {
    for join in &report.joins {
        for finding in &join.findings {
            let frames: Vec<String> = finding.evidence.iter().map(|seen| seen.frame.to_string()).collect();
            println!(
                "    {} {} {} {}: {} [{}]",
                finding.role,
                finding.phase,
                finding.id,
                finding.confidence,
                plain(&finding.what),
                frames.join(",")
            );
        }
    }
    for remark in &report.capture.quality {
        println!("    quality {}: {}", remark.id, plain(&remark.text));
    }
    let found: BTreeSet<&str> =
        report.joins.iter().flat_map(|join| &join.findings).map(|finding| finding.id).collect();
    for id in capture.truth.also.iter().filter(|id| !found.contains(id.as_str())) {
        println!("    not found: {id}");
    }
}

/// Without what a terminal would obey.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use join_engine::report::{CaptureReport, Counted, EvidenceReport, FindingReport, Host};

    const TABLE: &str = "scenario\toutcome\troot\tphase\talso\n\
                         quiet\tfailed\tKRB-A,KRB-B\tP3K\n\
                         fine\tjoined\t-\t-\tNET-MTU\n";

    fn finding(id: &'static str, severity: &'static str, frame: u32) -> FindingReport {
        FindingReport {
            id,
            role: "root",
            phase: "P3K",
            severity,
            code: None,
            symbol: None,
            confidence: "high",
            what: String::new(),
            why: "",
            fix: "",
            settle: "",
            evidence: vec![EvidenceReport { frame, shows: String::new() }],
        }
    }

    fn join(outcome: &'static str, root: Option<FindingReport>) -> JoinReport {
        JoinReport {
            client: Host::default(),
            domain: None,
            dc: None,
            account: None,
            credentials: "unknown",
            credentials_why: String::new(),
            outcome,
            passes: 1,
            phases: Vec::new(),
            findings: root.iter().cloned().collect(),
            root,
            next_expected: None,
        }
    }

    fn known(scenario: &str, frames: &[u32]) -> Known {
        Known {
            name: scenario.to_owned(),
            path: PathBuf::new(),
            side: Side::Client,
            truth: truths(TABLE).unwrap()[scenario].clone(),
            frames: frames.iter().copied().collect(),
        }
    }

    fn score(scenario: &str, frames: &[u32], joins: Vec<JoinReport>) -> Score {
        let report = Report {
            schema: 1,
            capture: CaptureReport::default(),
            joins,
            brief: Vec::new(),
            counted: Counted::default(),
        };
        Score::of(&known(scenario, frames), &report)
    }

    #[test]
    fn an_alternative_with_its_frame_is_right() {
        let joins = vec![join("joined", None), join("failed", Some(finding("KRB-B", "error", 7)))];
        assert!(score("quiet", &[5, 7], joins).is_perfect());
    }

    #[test]
    fn wrong_frames_are_no_evidence() {
        let failed = || vec![join("failed", Some(finding("KRB-A", "error", 8)))];
        assert!(!score("quiet", &[5, 7], failed()).evidence);
        assert!(score("quiet", &[], failed()).evidence, "no frame is named");
    }

    #[test]
    fn an_alarm_on_a_good_join_counts() {
        let score = score("fine", &[3], vec![join("failed", Some(finding("KRB-A", "error", 3)))]);
        assert_eq!(
            score,
            Score { outcome: false, root: false, phase: false, evidence: false, false_alarms: 1 }
        );
    }

    #[test]
    fn no_join_at_all_is_no_success() {
        let score = score("fine", &[], Vec::new());
        assert!(!score.outcome && score.root && score.phase);
    }

    #[test]
    fn names_and_frames_of_files() {
        assert_eq!(name_and_side("krb-skew.a.dc.pcapng"), Some(("krb-skew.a", Side::Dc)));
        assert_eq!(name_and_side("krb-skew.a.json"), None);
        let json = r#"{"evidence":[
            {"capture":"client","expect":">=1","first_frames":["4","9"]},
            {"capture":"dc","expect":">=1","first_frames":["5"]},
            {"capture":"client","expect":"0","first_frames":["6"]}]}"#;
        assert_eq!(evidence(json, Side::Client).unwrap(), BTreeSet::from([4, 9]));
    }

    #[test]
    fn totals_have_their_form() {
        let mut total = Total::default();
        total.add(&score("quiet", &[], Vec::new()));
        assert_eq!(total.text(), "captures 1, outcome 0, root 0, phase 0, evidence 1, false alarms 0");
    }
}
