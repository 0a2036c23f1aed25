//! The verdicts and the ladders as C sees them: arrays of plain structs, for tables and diagrams.

use std::ffi::c_char;
use std::net::IpAddr;
use std::ptr;

use join_engine::catalogue;
use join_engine::ladder::{Ladder, PhaseTimes, Step, StepKind};
use join_engine::report::{FindingReport, JoinReport};

use crate::rows::Strings;

/// A finding of a join.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct AdjoinProblem {
    /// Index in the table of findings; always less than the table's length.
    pub finding: u32,
    /// What broke the join; there is one at most.
    pub is_root: bool,
    /// `root`, `consequence`, `survived`, `note` or `normal`.
    pub role: *const c_char,
    /// Id of the phase, such as `P2`.
    pub phase: *const c_char,
    /// What happened, in one sentence.
    pub what: *const c_char,
    /// Numbers of the frames that prove it; null when there are none.
    pub frames: *const u32,
    /// How many.
    pub frame_count: usize,
}

/// How long the answers of a phase took.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct AdjoinTimes {
    /// Id of the phase.
    pub phase: *const c_char,
    /// The phase in words.
    pub name: *const c_char,
    /// Requests with an answer.
    pub answered: u32,
    /// Requests without.
    pub unanswered: u32,
    /// Half of the answers took no longer, in nanoseconds.
    pub median_ns: i64,
    /// The slowest answer, in nanoseconds.
    pub slowest_ns: i64,
    /// The request that it was an answer to.
    pub slowest_frame: u32,
}

/// A step of a ladder: what a frame said, or that nothing came.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct AdjoinStep {
    /// The frame; of what did not come, the frame that was waited after.
    pub frame: u32,
    /// Octets of an address: 4 or 16.
    pub address_length: u32,
    /// Address of the sender, in the order of its text form.
    pub from: [u8; 16],
    /// Address of the receiver.
    pub to: [u8; 16],
    /// The server's port.
    pub port: u16,
    /// Whether the client sends; otherwise the server does.
    pub from_client: bool,
    /// Whether nothing came, or what was sent did not arrive.
    pub is_absent: bool,
    /// Whether the finding that it proves broke the join.
    pub is_root: bool,
    /// Capture time in nanoseconds since 1970-01-01 00:00 UTC.
    pub time_ns: i64,
    /// What it is, in a few words.
    pub label: *const c_char,
    /// Its phase, the finding that it proves, and the label: diagrams cut labels.
    pub comment: *const c_char,
}

/// A join, and what became of it. Texts are UTF-8 that ends in NUL, empty where nothing is known.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct AdjoinJoin {
    /// Address of the client.
    pub client: *const c_char,
    /// Its name.
    pub client_name: *const c_char,
    /// The domain.
    pub domain: *const c_char,
    /// The chosen domain controller: its name, or its address.
    pub dc: *const c_char,
    /// The account that was used.
    pub account: *const c_char,
    /// `joined`, `failed` or `unfinished`.
    pub outcome: *const c_char,
    /// Lowest number of a frame of it.
    pub first_frame: u32,
    /// Highest number of a frame of it.
    pub last_frame: u32,
    /// Time between its first and its last step, in nanoseconds.
    pub duration_ns: i64,
    /// Its findings, the root first; null when there are none.
    pub problems: *const AdjoinProblem,
    /// How many.
    pub problem_count: usize,
    /// Its steps in the order of time; null when there are none.
    pub steps: *const AdjoinStep,
    /// How many.
    pub step_count: usize,
    /// Steps that are not among them because there were too many.
    pub steps_left_out: usize,
    /// How long answers took, for each phase that asked for something; null when none did.
    pub times: *const AdjoinTimes,
    /// How many.
    pub time_count: usize,
}

/// All joins of a capture, and everything that their pointers point to.
#[derive(Debug, Default)]
pub(crate) struct Joins {
    joins: Vec<AdjoinJoin>,
    /// These own what the pointers of the joins point to; what a vector holds doesn't move with it.
    _problems: Vec<Vec<AdjoinProblem>>,
    _steps: Vec<Vec<AdjoinStep>>,
    _times: Vec<Vec<AdjoinTimes>>,
    _frames: Vec<Vec<u32>>,
    _strings: Strings,
}

impl Joins {
    /// Lays out `joins`, each with its ladder.
    pub(crate) fn new<'a>(joins: impl Iterator<Item = (&'a JoinReport, &'a Ladder)>) -> Self {
        let mut all = Self::default();
        for (report, ladder) in joins {
            all.add(report, ladder);
        }
        all
    }

    /// The pointers for C; valid while `self` is.
    pub(crate) fn as_slice(&self) -> &[AdjoinJoin] {
        &self.joins
    }

    fn add(&mut self, report: &JoinReport, ladder: &Ladder) {
        let problems: Vec<_> = report.findings.iter().filter_map(|finding| self.problem(finding)).collect();
        let times: Vec<_> = ladder.times.iter().map(|times| self.times(times)).collect();
        let steps: Vec<_> = ladder.steps.iter().filter_map(|step| self.step(step, ladder)).collect();
        let strings = &mut self._strings;
        let mut text = |text: Option<&str>| strings.text(text.unwrap_or_default()).0;

        let frames = || {
            let phases = report.phases.iter().flat_map(|phase| [phase.first_frame, phase.last_frame]);
            phases.flatten().chain(ladder.steps.iter().flat_map(|step| [step.frame, step.last_frame]))
        };
        let began = ladder.steps.iter().map(|step| step.time).min().unwrap_or_default();
        let ended = ladder.steps.iter().map(|step| step.last_time).max().unwrap_or_default();
        let dc = report.dc.as_ref().map(|dc| dc.name.as_deref().unwrap_or(&dc.address));
        let join = AdjoinJoin {
            client: text(Some(&report.client.address)),
            client_name: text(report.client.name.as_deref()),
            domain: text(report.domain.as_deref()),
            dc: text(dc),
            account: text(report.account.as_deref()),
            outcome: text(Some(report.outcome)),
            first_frame: frames().min().unwrap_or_default(),
            last_frame: frames().max().unwrap_or_default(),
            duration_ns: ended.saturating_sub(began),
            problems: address(&problems),
            problem_count: problems.len(),
            steps: address(&steps),
            step_count: steps.len(),
            steps_left_out: ladder.left_out,
            times: address(&times),
            time_count: times.len(),
        };
        self.joins.push(join);
        self._problems.push(problems);
        self._steps.push(steps);
        self._times.push(times);
    }

    fn problem(&mut self, finding: &FindingReport) -> Option<AdjoinProblem> {
        let (id, _) = catalogue::by_name(finding.id)?;
        let mut frames: Vec<u32> = finding.evidence.iter().map(|seen| seen.frame).collect();
        frames.sort_unstable();
        frames.dedup();
        let problem = AdjoinProblem {
            finding: id.0.into(),
            is_root: finding.role == ROOT,
            role: self._strings.text(finding.role).0,
            phase: self._strings.text(finding.phase).0,
            what: self._strings.text(&finding.what).0,
            frames: address(&frames),
            frame_count: frames.len(),
        };
        self._frames.push(frames);
        Some(problem)
    }

    fn times(&mut self, times: &PhaseTimes) -> AdjoinTimes {
        AdjoinTimes {
            phase: self._strings.text(times.phase).0,
            name: self._strings.text(times.name).0,
            answered: u32::try_from(times.answered).unwrap_or(u32::MAX),
            unanswered: u32::try_from(times.unanswered).unwrap_or(u32::MAX),
            median_ns: times.median,
            slowest_ns: times.slowest,
            slowest_frame: times.slowest_frame,
        }
    }

    fn step(&mut self, step: &Step, ladder: &Ladder) -> Option<AdjoinStep> {
        let address = |host: usize| ladder.hosts.get(host)?.address.parse().ok();
        let (from, to): (IpAddr, IpAddr) = (address(step.from)?, address(step.to)?);
        let label = match step.times {
            0 | 1 => mark(step.kind).to_owned() + &step.label,
            times => format!("{}{} (\u{d7}{times})", mark(step.kind), step.label),
        };
        let left_out = match step.left_out_before {
            0 => String::new(),
            steps => format!("({steps} steps are left out before this) "),
        };
        let comment = match step.mark {
            None => format!("{left_out}{}: {label}", step.phase),
            Some(mark) => format!("{left_out}{}, {} {}: {label}", step.phase, mark.role, mark.id),
        };
        Some(AdjoinStep {
            frame: step.frame,
            address_length: if from.is_ipv4() { 4 } else { 16 },
            from: octets(from),
            to: octets(to),
            port: step.port,
            from_client: step.from == 0,
            is_absent: step.kind.is_absent(),
            is_root: step.mark.is_some_and(|mark| mark.role == ROOT),
            time_ns: step.time,
            label: self._strings.text(&label).0,
            comment: self._strings.text(&comment).0,
        })
    }
}

const ROOT: &str = "root";

/// What a diagram that only has arrows must say in words.
const fn mark(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Refusal => "\u{2717} ",
        StepKind::Again => "\u{21bb} ",
        StepKind::Lost | StepKind::Silence => "\u{2026} ",
        StepKind::Message | StepKind::Reset | StepKind::Header => "",
    }
}

/// The first 4 octets are those of an IPv4 address.
fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        }
        IpAddr::V6(v6) => v6.octets(),
    }
}

fn address<T>(all: &[T]) -> *const T {
    if all.is_empty() { ptr::null() } else { all.as_ptr() }
}
