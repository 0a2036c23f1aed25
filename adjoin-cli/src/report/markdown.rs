//! The report for tickets, in the Markdown that GitHub reads.

use std::fmt::Write as _;

use join_engine::report::{BriefJoin, CaptureReport, FindingReport, Host, JoinReport, harmless};
use join_engine::sides::Sides;

use super::duration;
use super::escape::{commands, markdown};
use super::{FrameOrigin, Origins, Told};
use crate::netsetup::{LogReport, ranges};

/// The page.
pub(super) fn page(told: &Told) -> String {
    let mut page = String::new();
    if told.report.outcomes().total() == 0 {
        page.push_str("## No domain join was found\n\n");
    }
    for join in &told.report.joins {
        join_section(&mut page, join);
    }
    brief_section(&mut page, &told.report.brief);
    if let Some(sides) = &told.sides {
        sides_section(&mut page, sides);
    }
    if let Some(log) = &told.log {
        log_section(&mut page, log);
    }
    capture(&mut page, &told.report.capture);
    origins(&mut page, &told.origins);
    page
}

fn brief_section(page: &mut String, joins: &[BriefJoin]) {
    if joins.is_empty() {
        return;
    }
    let _ = writeln!(
        page,
        "## {} more joins\n\n| outcome | client | root | frames |\n|---|---|---|---|",
        joins.len()
    );
    for join in joins {
        let client = join.client.name.as_ref().unwrap_or(&join.client.address);
        let (root, first, last) = (join.root_id.unwrap_or_default(), join.first_frame, join.last_frame);
        let _ = writeln!(page, "| {} | {} | {root} | {first} to {last} |", join.outcome, markdown(client));
    }
    page.push('\n');
}

fn join_section(page: &mut String, join: &JoinReport) {
    let word = match join.outcome {
        "joined" => "Joined",
        "failed" => "Not joined",
        _ => "Unfinished",
    };
    let _ = writeln!(page, "## {word}\n\n**{}.**\n", markdown(join.conclusion().trim_end_matches('.')));
    page.push_str("| | |\n|---|---|\n");
    row(page, "Client", &host(&join.client));
    row(page, "Domain", join.domain.as_deref().unwrap_or("not seen"));
    row(page, "DC", &join.dc.as_ref().map_or_else(|| "none was chosen".to_owned(), host));
    row(page, "Account", join.account.as_deref().unwrap_or("not seen"));
    row(page, "Credentials", &format!("{}: {}", join.credentials, join.credentials_why));
    row(page, "Passes", &join.passes.to_string());
    phases(page, join);
    if let Some(root) = &join.root {
        root_section(page, join, root);
    }
    findings(page, join, "consequence", "What followed from it");
    findings(page, join, "note", "Notes");
    findings(page, join, "normal", "Normal, though it may look alarming");
}

fn row(page: &mut String, label: &str, text: &str) {
    let _ = writeln!(page, "| {label} | {} |", markdown(text));
}

/// `PC8, 192.168.0.10`
fn host(host: &Host) -> String {
    match &host.name {
        Some(name) => format!("{name}, {}", host.address),
        None => host.address.clone(),
    }
}

fn phases(page: &mut String, join: &JoinReport) {
    page.push_str("\n| Phase | | Outcome | Frames | Time |\n|---|---|---|---|---:|\n");
    for phase in &join.phases {
        let outcome = match phase.outcome {
            "ok" => "\u{2713} ok",
            "failed" => "\u{2715} **failed**",
            "absent" => "\u{2013}",
            _ => "? unclear",
        };
        let frames = match phase.first_frame.zip(phase.last_frame) {
            Some((first, last)) if first == last => first.to_string(),
            Some((first, last)) => format!("{first} to {last}"),
            None => String::new(),
        };
        let time = duration::phase(phase.seconds).unwrap_or_default();
        let _ = writeln!(page, "| {} | {} | {outcome} | {frames} | {time} |", phase.id, phase.name);
    }
    page.push('\n');
}

fn root_section(page: &mut String, join: &JoinReport, root: &FindingReport) {
    let _ = writeln!(page, "### What broke it\n\n`{}`: {}\n", root.codes(), markdown(&root.what));
    for (label, text) in [("Why", root.why), ("Fix", root.fix), ("To be sure", root.settle)] {
        if !text.is_empty() {
            let _ = writeln!(page, "- **{label}:** {}", with_commands(&join.with_names(text)));
        }
    }
    if let Some(next) = &join.next_expected {
        let _ = writeln!(page, "- **Expected:** {}", markdown(next));
    }
    page.push('\n');
    if root.evidence.is_empty() {
        return;
    }
    page.push_str("| Frame | What it shows |\n|---:|---|\n");
    for seen in &root.evidence {
        let _ = writeln!(page, "| {} | {} |", seen.frame, markdown(&seen.shows));
    }
    let _ = writeln!(page, "\n```\n{}\n```\n", root.filter());
}

/// Text of the catalogue: its commands are in backquotes already.
fn with_commands(text: &str) -> String {
    let code = |part: &str| format!("`{}`", part.chars().map(harmless).collect::<String>());
    commands(text).map(|(command, part)| if command { code(part) } else { markdown(part) }).collect()
}

fn findings(page: &mut String, join: &JoinReport, role: &str, heading: &str) {
    let mut findings = join.findings.iter().filter(|finding| finding.role == role).peekable();
    if findings.peek().is_none() {
        return;
    }
    let _ = writeln!(page, "### {heading}\n");
    for finding in findings {
        let _ = write!(page, "- {} (`{}`, {})", markdown(&finding.what), finding.codes(), finding.phase);
        if !finding.evidence.is_empty() {
            let _ = write!(page, " `{}`", finding.filter());
        }
        page.push('\n');
    }
    page.push('\n');
}

/// What is on one side of the network only.
fn sides_section(page: &mut String, sides: &Sides) {
    let _ = writeln!(page, "### Both sides\n\n{}\n", markdown(&sides.conclusion));
    for difference in &sides.differences {
        let _ = write!(page, "- {}", markdown(&difference.what));
        for (side, frames) in [("client", &difference.client_frames), ("DC", &difference.server_frames)] {
            if !frames.is_empty() {
                let _ = write!(page, ", {side}: `frame.number in {{{}}}`", ranges(frames));
            }
        }
        page.push('\n');
    }
    if sides.left_out > 0 {
        let _ = writeln!(page, "- {} more are left out", sides.left_out);
    }
    page.push('\n');
}

/// The client's log: each of its sections beside its packets.
fn log_section(page: &mut String, log: &LogReport) {
    let _ = writeln!(page, "### The client's log: {}\n", markdown(&log.file));
    if let Some(together) = &log.together {
        let _ = writeln!(page, "{}\n", markdown(together));
    }
    match (&log.clock, &log.clock_why) {
        (Some(clock), _) => {
            let _ = writeln!(page, "Clock: {}\n", markdown(&clock.to_string()));
        }
        (None, Some(why)) => {
            let _ = writeln!(page, "Its clock was not found: {}\n", markdown(why));
        }
        (None, None) => {}
    }
    for pass in &log.passes {
        let _ = write!(page, "**{}**, lines {} to {}", pass.operation, pass.first_line, pass.last_line);
        if let Some(status) = &pass.status {
            let _ = write!(page, ", status {}", markdown(status));
        }
        page.push_str("\n\n| Lines | Phase | Outcome | Frames beside them |\n|---:|---|---|---|\n");
        for section in &pass.sections {
            let _ = writeln!(
                page,
                "| {} to {} | {} {} | {} | {} |",
                section.first_line,
                section.last_line,
                section.phase,
                section.name,
                markdown(&section.outcome),
                ranges(&section.frames)
            );
        }
        page.push('\n');
        for notice in &pass.notices {
            match notice.normal {
                Some(why) => {
                    let _ = writeln!(page, "- line {}, normal: {}", notice.line, markdown(why));
                }
                None => {
                    let _ = writeln!(page, "- line {}: {}", notice.line, markdown(&notice.text));
                }
            }
        }
        page.push('\n');
    }
}

fn capture(page: &mut String, capture: &CaptureReport) {
    page.push_str("### Capture\n\n");
    let _ = write!(page, "{} frames", capture.frames);
    if !capture.files.is_empty() {
        let _ = write!(page, " of {}", markdown(&capture.files.join(", ")));
    }
    if let (Some(first), Some(last)) = (&capture.first, &capture.last) {
        let _ = write!(page, ", {first} to {last}");
    }
    page.push_str("\n\n");
    if capture.quality.is_empty() {
        page.push_str("Nothing lowers the confidence in what is said here.\n");
    }
    for remark in &capture.quality {
        let _ = writeln!(page, "- {} (`{}`)", markdown(&remark.text), remark.id);
    }
}

fn origins(page: &mut String, origins: &Origins) {
    if origins.is_empty() {
        return;
    }
    page.push_str(
        "\nFrames are numbered through all files:\n\n| Frame | File | Frame there |\n|---:|---|---:|\n",
    );
    for FrameOrigin { frame, file, number } in &origins.frames {
        let _ = writeln!(page, "| {frame} | {} | {number} |", markdown(file));
    }
    if let Some(missing) = origins.missing() {
        let _ = writeln!(page, "\n{missing}.");
    }
}
