//! Netsetup.log: alone, and beside a capture.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::mem;
use std::path::Path;

use join_engine::moments::{Moment, MomentKind};
use join_engine::{Report, catalogue};
use netsetup_log::{
    Alignment, AnchorKind, Join, JoinOutcome, Log, Operation, OperationKind, Outcome, SectionSpan, align,
};
use serde::Serialize;

use crate::terminal::harmless;

/// Most octets of a log that are read; Windows begins a new one long before.
const MAX_LOG: u64 = 64 << 20;
/// How far a packet may be from its line besides what the clocks show, in nanoseconds: a log counts in
/// milliseconds, and its lines wait for the disk.
const SLACK: i64 = 20_000_000;

/// What a log tells.
#[derive(Debug, Serialize)]
pub(crate) struct LogReport {
    /// The log's file.
    pub(crate) file: String,
    /// How its clock lies beside the capture's; none without a capture, or when nothing agrees.
    pub(crate) clock: Option<Clock>,
    /// Why not.
    pub(crate) clock_why: Option<String>,
    /// What the log and the packets say together.
    pub(crate) together: Option<String>,
    pub(crate) passes: Vec<Pass>,
    /// Octets that can't be read as text, and the like.
    pub(crate) problems: Vec<String>,
}

/// How the clocks differ.
#[derive(Debug, Serialize)]
pub(crate) struct Clock {
    /// The client's zone, such as `UTC+01:00`.
    pub(crate) zone: String,
    /// How far the client's clock is ahead of the capture's, the zone apart.
    pub(crate) skew_seconds: f64,
    /// The largest distance of a line from its packet.
    pub(crate) residual_seconds: f64,
    /// Lines that were laid beside a packet.
    pub(crate) pairs: usize,
    /// The join of the report that it was laid beside, from 1.
    pub(crate) join: usize,
}

impl core::fmt::Display for Clock {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let ahead = if self.skew_seconds < 0.0 { "behind" } else { "ahead of" };
        write!(
            f,
            "{}, {:.3} s {ahead} the capture's; {} lines beside packets, at most {:.3} s off; join {}",
            self.zone,
            self.skew_seconds.abs(),
            self.pairs,
            self.residual_seconds,
            self.join
        )
    }
}

/// One run through a join, or another operation.
#[derive(Debug, Serialize)]
pub(crate) struct Pass {
    pub(crate) operation: &'static str,
    pub(crate) first_line: u32,
    pub(crate) last_line: u32,
    pub(crate) machine: Option<String>,
    pub(crate) domain: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) dc: Option<String>,
    pub(crate) options: Option<Bits>,
    pub(crate) rid: Option<u32>,
    /// The final status, such as `0x54b ERROR_NO_SUCH_DOMAIN`.
    pub(crate) status: Option<String>,
    /// What it means in a join.
    pub(crate) meaning: Option<String>,
    /// Causes of the catalogue that fit its lines.
    pub(crate) findings: Vec<&'static str>,
    pub(crate) sections: Vec<Section>,
    /// Lines that look like errors.
    pub(crate) notices: Vec<Notice>,
}

/// An option word.
#[derive(Debug, Serialize)]
pub(crate) struct Bits {
    pub(crate) value: String,
    pub(crate) names: Vec<&'static str>,
}

/// Lines of one phase, and the frames beside them.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    pub(crate) phase: &'static str,
    pub(crate) name: &'static str,
    pub(crate) first_line: u32,
    pub(crate) last_line: u32,
    /// `ok`, or the status that failed.
    pub(crate) outcome: String,
    /// Frames of the capture that it is about.
    pub(crate) frames: Vec<u32>,
}

/// A line that looks like an error.
#[derive(Debug, Serialize)]
pub(crate) struct Notice {
    pub(crate) line: u32,
    pub(crate) text: String,
    /// Why it is normal; none when it isn't.
    pub(crate) normal: Option<&'static str>,
}

/// Reads a log.
pub(crate) fn read(path: &Path) -> Result<Log, String> {
    let name = path.display();
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_LOG).read_to_end(&mut bytes));
    read.map_err(|error| format!("{name}: {error}"))?;
    let log = Log::read(&bytes);
    if log.is_netsetup_log() {
        Ok(log)
    } else {
        Err(format!("{name}: no Netsetup.log: no line begins with a time and a function of the join"))
    }
}

/// The log alone.
pub(crate) fn alone(file: &Path, log: &Log) -> LogReport {
    LogReport {
        file: file.display().to_string(),
        clock: None,
        clock_why: None,
        together: None,
        passes: log.operations().iter().map(|operation| pass(operation, log)).collect(),
        problems: problems(log),
    }
}

/// The join of a capture whose steps agree best with the lines of a log, by its index, and how the two lie
/// beside each other; or why there is none.
pub(crate) fn lay(log: &Log, report: &Report, moments: &[Vec<Moment>]) -> Result<(usize, Alignment), String> {
    let anchors: Vec<_> = log.anchors().collect();
    let mut best: Option<(usize, Alignment)> = None;
    let mut why = None;
    for (index, steps) in moments.iter().enumerate().filter(|(index, _)| fits(report, *index, log)) {
        let seen: Vec<_> =
            observed(steps).map(|(_, step, kind)| (kind, step.host.as_str(), step.time)).collect();
        match align(&anchors, &seen) {
            Ok(found) if best.as_ref().is_none_or(|(_, known)| found.pairs.len() > known.pairs.len()) => {
                best = Some((index, found));
            }
            Ok(_) => {}
            Err(error) => why = Some(error.to_string()),
        }
    }
    let nobody = || "no join of the capture is of the log's machine and domain".to_owned();
    best.ok_or_else(|| why.unwrap_or_else(nobody))
}

/// The log beside the joins of a capture: the one whose steps agree best with its lines.
pub(crate) fn beside(file: &Path, log: &Log, report: &Report, moments: &[Vec<Moment>]) -> LogReport {
    let mut whole = alone(file, log);
    let (index, alignment) = match lay(log, report, moments) {
        Ok(found) => found,
        Err(why) => {
            whole.clock_why = Some(why);
            return whole;
        }
    };
    let steps = moments.get(index).map_or(&[][..], Vec::as_slice);
    let told = told_of(log, &alignment, steps);
    for (operation, pass) in log.operations().iter().zip(&mut whole.passes) {
        for (span, section) in operation.sections.iter().zip(&mut pass.sections) {
            section.frames = told
                .range(span.first..=span.last)
                .flat_map(|(_, told)| told)
                .map(|step| step.frame)
                .collect();
            section.frames.sort_unstable();
            section.frames.dedup();
        }
    }
    whole.together = together(report, index, log);
    whole.clock = Some(clock(&alignment, index));
    whole
}

/// What the log may tell of each step; a step of several kinds comes several times.
fn observed(steps: &[Moment]) -> impl Iterator<Item = (usize, &Moment, AnchorKind)> {
    steps.iter().enumerate().flat_map(|(at, step)| kinds(step).iter().map(move |kind| (at, step, *kind)))
}

/// The steps that each line tells of, by its number. A line that was laid beside a step has that. The others
/// go to the first line of their phase that was written after them, since lines are written after their
/// packets.
pub(crate) fn told_of<'m>(
    log: &Log,
    alignment: &Alignment,
    steps: &'m [Moment],
) -> BTreeMap<u32, Vec<&'m Moment>> {
    let mut told: BTreeMap<u32, Vec<&Moment>> = BTreeMap::new();
    let mut paired = vec![false; steps.len()];
    let seen: Vec<_> = observed(steps).collect();
    for pair in &alignment.pairs {
        let Some((at, step, _)) = seen.get(pair.observed) else { continue };
        let is_new = paired.get_mut(*at).is_some_and(|known| !mem::replace(known, true));
        if is_new {
            told.entry(pair.line).or_default().push(step);
        }
    }
    let mut rest: Vec<&Moment> =
        steps.iter().zip(paired).filter(|(_, paired)| !paired).map(|(step, _)| step).collect();
    let slack = alignment.residual_ns.saturating_add(SLACK);
    for operation in &log.operations() {
        let since =
            operation.started.map_or(i64::MIN, |start| alignment.unix_ns(start)).saturating_sub(slack);
        for span in &operation.sections {
            let phases = beside_phases(span.section.id());
            for number in span.first..=span.last {
                let Some(time) = log.line(number).and_then(|line| line.time) else { continue };
                let until = alignment.unix_ns(time).saturating_add(slack);
                // They are in the order of their times.
                let first = rest.partition_point(|step| step.time < since);
                let last = rest.partition_point(|step| step.time <= until);
                if first >= last {
                    continue;
                }
                let mut at = 0_usize;
                rest.retain(|step| {
                    let within = (first..last).contains(&at);
                    at = at.saturating_add(1);
                    let taken = within && phases.contains(&step.phase.id());
                    if taken {
                        told.entry(number).or_default().push(step);
                    }
                    !taken
                });
            }
        }
    }
    told
}

/// Phases of packets that lines of a phase are about: the log has no lines of Kerberos and of the endpoint
/// mapper, which are part of other steps.
const fn beside_phases(section: &str) -> &'static [&'static str] {
    match section.as_bytes() {
        b"P1" | b"P2" => &["P1", "P2"],
        b"P3" => &["P3", "P3K", "P4"],
        b"P4" => &["P3", "P4"],
        b"P5" => &["P5", "P3K"],
        b"P6" | b"P7" => &["P6", "P7", "P3K"],
        b"P8" => &["P8", "P5", "P4", "P3K"],
        b"P9" => &["P9"],
        b"P10" => &["P10", "P1", "P5", "P3"],
        _ => &[],
    }
}

/// What the log calls a step.
const fn kinds(step: &Moment) -> &'static [AnchorKind] {
    use AnchorKind as A;
    match step.kind {
        Some(MomentKind::LocatorAsks) => &[A::LocatorStarts],
        Some(MomentKind::LocatorAnswered) => &[A::DomainChecked],
        Some(MomentKind::AccountUnknown) => &[A::AccountUnknown, A::DomainChecked],
        Some(MomentKind::AddressResolved) => &[A::AddressResolved],
        Some(MomentKind::ControllerFound) => &[A::ControllerFound, A::DomainChecked],
        Some(MomentKind::SmbConnected) => &[A::SmbConnected],
        Some(MomentKind::LdapBound) => &[A::LdapBound],
        Some(MomentKind::LdapBindFailed) => &[A::LdapBindFailed],
        Some(MomentKind::LdapSearched) => &[A::LdapSearched],
        Some(MomentKind::NameCracked) => &[A::NameCracked],
        Some(MomentKind::AccountWritten) => &[A::AccountWritten],
        Some(MomentKind::SamrAnswered) => &[A::SamrAnswered],
        Some(MomentKind::LdapUnbound) => &[A::LdapUnbound],
        Some(MomentKind::SmbDisconnected) => &[A::SmbDisconnected],
        None => &[],
    }
}

/// The join may be that of the log: of its domain, and of its machine where both are known.
fn fits(report: &Report, index: usize, log: &Log) -> bool {
    let Some(join) = report.joins.get(index) else { return false };
    let operations = log.operations();
    let same = |seen: Option<&str>, told: fn(&Operation<'_>) -> Option<String>| {
        let told: Vec<String> = operations.iter().filter_map(told).collect();
        seen.is_none_or(|seen| {
            told.is_empty() || told.iter().any(|told| first_label(told) == first_label(seen))
        })
    };
    same(join.client.name.as_deref(), |operation| operation.machine.map(str::to_owned))
        && same(join.domain.as_deref(), |operation| operation.domain.map(str::to_owned))
}

/// NetBIOS and DNS names of the same thing begin alike.
fn first_label(name: &str) -> String {
    let label = name.split(['.', '\\']).next().unwrap_or_default();
    label.trim_end_matches('$').chars().take(15).collect::<String>().to_ascii_lowercase()
}

/// What both tell about the same join.
fn together(report: &Report, index: usize, log: &Log) -> Option<String> {
    let join = report.joins.get(index)?;
    let joins = log.joins();
    let last = joins.last()?;
    let named = named(last, log);
    Some(match (last.outcome(), &join.root) {
        (JoinOutcome::Joined, None) => "Both tell of a join that succeeded.".to_owned(),
        (JoinOutcome::Joined, Some(root)) => {
            format!(
                "The log tells of a join that succeeded; the packets show {} before the capture ends.",
                root.id
            )
        }
        (JoinOutcome::Failed(status), Some(root)) if named.contains(&root.id) => {
            format!(
                "They agree: the log ends with {status}, and the packets show which of its causes it is: {}.",
                root.id
            )
        }
        (JoinOutcome::Failed(status), Some(root)) => {
            format!(
                "The log ends with {status}; the packets show {}, which Windows reports so here.",
                root.id
            )
        }
        (JoinOutcome::Failed(status), None) if named.is_empty() => {
            format!(
                "The log ends with {status}; the packets show no fault, so the cause is on the machine or encrypted."
            )
        }
        (JoinOutcome::Failed(status), None) => format!(
            "The log ends with {status}; the packets show no fault. By the log it is {}.",
            named.join(" or ")
        ),
        (JoinOutcome::Unfinished, _) => "The log ends before the join does.".to_owned(),
    })
}

/// Causes that fit the pass that decided, without what is normal.
fn named(join: &Join<'_>, log: &Log) -> Vec<&'static str> {
    let found = join.decisive().map(|pass| pass.findings(log)).unwrap_or_default();
    found.into_iter().filter(|candidate| candidate.normal.is_none()).map(|candidate| candidate.id).collect()
}

/// Whether the last join of the log failed; nothing when it has none that ended.
pub(crate) fn failed(log: &Log) -> Option<bool> {
    log.joins().last().and_then(|join| match join.outcome() {
        JoinOutcome::Joined => Some(false),
        JoinOutcome::Failed(_) => Some(true),
        JoinOutcome::Unfinished => None,
    })
}

#[allow(clippy::cast_precision_loss, reason = "seconds for people")]
fn clock(alignment: &Alignment, index: usize) -> Clock {
    let seconds = |ns: i64| (ns / 1_000_000) as f64 / 1e3;
    let quarters = alignment.zone_quarters;
    let sign = if quarters < 0 { '-' } else { '+' };
    let (hours, minutes) = (quarters.unsigned_abs() / 4, quarters.unsigned_abs() % 4);
    Clock {
        zone: format!("UTC{sign}{hours:02}:{:02}", minutes.saturating_mul(15)),
        skew_seconds: seconds(alignment.skew_ns),
        residual_seconds: seconds(alignment.residual_ns),
        pairs: alignment.pairs.len(),
        join: index.saturating_add(1),
    }
}

fn problems(log: &Log) -> Vec<String> {
    log.problems().iter().map(ToString::to_string).collect()
}

fn pass(operation: &Operation<'_>, log: &Log) -> Pass {
    let text = |value: Option<&str>| value.map(str::to_owned);
    Pass {
        operation: operation_name(operation.kind),
        first_line: operation.first,
        last_line: operation.last,
        machine: text(operation.machine),
        domain: text(operation.domain),
        account: text(operation.account),
        dc: text(operation.dc),
        options: operation
            .options
            .map(|options| Bits { value: format!("0x{:x}", options.bits), names: options.names().collect() }),
        rid: operation.rid,
        status: operation.status.as_ref().map(ToString::to_string),
        meaning: operation.status.as_ref().and_then(|status| status.meaning()).map(str::to_owned),
        findings: operation
            .findings(log)
            .into_iter()
            .filter(|candidate| candidate.normal.is_none())
            .map(|candidate| candidate.id)
            .collect(),
        sections: operation.sections.iter().map(section).collect(),
        notices: operation
            .notices
            .iter()
            .map(|notice| Notice {
                line: notice.line,
                text: log.line(notice.line).map_or("", |line| line.text).trim().to_owned(),
                normal: notice.normal,
            })
            .collect(),
    }
}

/// What the client was doing.
pub(crate) const fn operation_name(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Join => "join",
        OperationKind::NameCheck => "name check",
        OperationKind::Install => "installation",
        OperationKind::Provision => "offline join",
        OperationKind::Rename => "rename",
        OperationKind::Unjoin => "leave",
        OperationKind::Workgroup => "workgroup",
        OperationKind::Other => "other",
    }
}

fn section(span: &SectionSpan) -> Section {
    Section {
        phase: span.section.id(),
        name: match span.section.id() {
            "P0" => "Local checks",
            id => {
                join_engine::Phase::ALL.iter().find(|phase| phase.id() == id).map_or("", |phase| phase.name())
            }
        },
        first_line: span.first,
        last_line: span.last,
        outcome: match &span.outcome {
            Outcome::Ok => "ok".to_owned(),
            Outcome::Failed(status) => status.to_string(),
        },
        frames: Vec::new(),
    }
}

/// What became of the last join in the log, as the first line; `failed` says how it ended.
pub(crate) fn conclusion(log: &LogReport, failed: Option<bool>) -> String {
    let last = log.passes.iter().rev().find(|pass| matches!(pass.operation, "join" | "offline join"));
    let Some(pass) = last else { return "The log has no join.\n\n".to_owned() };
    let machine = pass.machine.as_deref().unwrap_or("The machine");
    let domain = pass.domain.as_deref().unwrap_or("a domain");
    let status = pass.status.as_deref().unwrap_or("no status");
    let said = match failed {
        Some(false) => format!("{machine} joined {domain}"),
        Some(true) => format!("{machine} did not join {domain}: {status}"),
        None => format!("{machine} was joining {domain}, and the log ends before the join does"),
    };
    format!("{}\n\n", harmless(&said.replace('\t', " ")))
}

/// The log as text.
pub(crate) fn text(log: &LogReport) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        // Names in a log are as hostile as those on the wire.
        text.push_str(&harmless(&words.replace('\t', " ")));
        text.push('\n');
    };
    line(format!("Netsetup.log: {}", log.file));
    match (&log.clock, &log.clock_why) {
        (Some(clock), _) => line(format!("  clock    {clock}")),
        (None, Some(why)) => line(format!("  clock    not found: {why}")),
        (None, None) => {}
    }
    if let Some(together) = &log.together {
        line(format!("  together {together}"));
    }
    for pass in &log.passes {
        line(String::new());
        let lines = format!("lines {} to {}", pass.first_line, pass.last_line);
        let of = |name: &str, value: &Option<String>| {
            value.as_ref().map_or_else(String::new, |value| format!(", {name} {value}"))
        };
        line(format!(
            "  {} ({lines}){}{}{}{}",
            pass.operation,
            of("machine", &pass.machine),
            of("domain", &pass.domain),
            of("account", &pass.account),
            of("DC", &pass.dc)
        ));
        if let Some(options) = &pass.options {
            line(format!("    options {}: {}", options.value, options.names.join(", ")));
        }
        if let Some(rid) = pass.rid {
            line(format!("    the account has the RID 0x{rid:x}"));
        }
        for section in &pass.sections {
            let frames = ranges(&section.frames);
            let frames = if frames.is_empty() { frames } else { format!("  frames {frames}") };
            line(format!(
                "    {:>4}-{:<4} {:<3} {:<14} {}{frames}",
                section.first_line, section.last_line, section.phase, section.name, section.outcome
            ));
        }
        for notice in &pass.notices {
            match notice.normal {
                Some(why) => line(format!("    {:>4} normal: {why}", notice.line)),
                None => line(format!("    {:>4} {}", notice.line, notice.text)),
            }
        }
        if let Some(status) = &pass.status {
            let meaning = pass.meaning.as_ref().map_or_else(String::new, |meaning| format!(": {meaning}"));
            line(format!("    status {status}{meaning}"));
        }
        if !pass.findings.is_empty() {
            let titles = pass.findings.iter().map(|id| {
                let title = catalogue::by_name(id).map_or("", |(_, finding)| finding.title);
                if title.is_empty() { (*id).to_owned() } else { format!("{id} ({title})") }
            });
            line(format!("    fits   {}", titles.collect::<Vec<_>>().join(", ")));
        }
    }
    for problem in &log.problems {
        line(format!("  {problem}"));
    }
    text
}

/// Frame numbers as a display filter takes them: `12, 14..20`.
pub(crate) fn ranges(frames: &[u32]) -> String {
    let mut sorted = frames.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut parts: Vec<(u32, u32)> = Vec::new();
    for frame in sorted {
        match parts.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(frame) => *last = frame,
            _ => parts.push((frame, frame)),
        }
    }
    let words = parts.iter().map(
        |(first, last)| {
            if first == last { first.to_string() } else { format!("{first}..{last}") }
        },
    );
    words.collect::<Vec<_>>().join(", ")
}
