//! The report as one HTML file that needs nothing else: no network, no script, no fonts.

use std::fmt::Write as _;

use join_engine::Ladder;
use join_engine::report::{BriefJoin, CaptureReport, FindingReport, Host, JoinReport, PhaseReport};
use join_engine::sides::Sides;

use super::duration;
use super::escape::{commands, cut, html};
use super::ladder_svg::{self, SHAPES, shape, svg};
use super::{FrameOrigin, Origins, Told};
use crate::netsetup::{LogReport, Notice, Pass, ranges};

const STYLE: &str = include_str!("page.css");
/// Most characters of the window's title.
const TITLE: usize = 120;

/// The page.
pub(super) fn page(told: &Told) -> String {
    let mut page = String::new();
    let title = match told.report.joins.first() {
        Some(join) => join.conclusion(),
        None if told.report.outcomes().total() == 0 => "No domain join was found".to_owned(),
        None => "Domain joins".to_owned(),
    };
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         base-uri 'none'; form-action 'none'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n\
         </head>\n<body>\n{SHAPES}<main>\n",
        html(&cut(&title, TITLE))
    );
    if told.report.outcomes().total() == 0 {
        let _ = writeln!(
            page,
            "<section class=\"card verdict\"><h1>No domain join was found in {}</h1></section>",
            frames(&told.report.capture)
        );
    }
    for (index, join) in told.report.joins.iter().enumerate() {
        join_section(&mut page, told, index, join);
    }
    brief_section(&mut page, &told.report.brief);
    if let Some(sides) = &told.sides {
        sides_section(&mut page, sides);
    }
    if let Some(log) = &told.log {
        log_section(&mut page, log);
    }
    if !is_only(told) {
        capture_section(&mut page, told);
    }
    let _ = write!(
        page,
        "</main>\n<footer>adjoin {}. Times are UTC. Frames are numbered as Wireshark does it.</footer>\n\
         </body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    );
    page
}

fn brief_section(page: &mut String, joins: &[BriefJoin]) {
    if joins.is_empty() {
        return;
    }
    let _ = writeln!(
        page,
        "<section class=\"card\">\n<h2>{} more joins</h2>\n<div class=\"scroll\"><table><thead><tr><th>Outcome</th>\
         <th>Client</th><th>Root</th><th class=\"n\">First frame</th><th class=\"n\">Last frame</th></tr></thead><tbody>",
        joins.len()
    );
    for join in joins {
        let client = join.client.name.as_ref().unwrap_or(&join.client.address);
        let (root, first, last) = (join.root_id.unwrap_or_default(), join.first_frame, join.last_frame);
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{root}</td><td class=\"n\">{first}</td><td class=\"n\">{last}</td></tr>",
            join.outcome,
            html(client)
        );
    }
    page.push_str("</tbody></table></div>\n</section>\n");
}

/// The join has the page for itself: the capture is told beside it.
fn is_only(told: &Told) -> bool {
    told.report.joins.len() == 1 && told.report.outcomes().total() == 1
}

/// One join, section by section. On a phone those that are marked `after` come last.
fn join_section(page: &mut String, told: &Told, index: usize, join: &JoinReport) {
    let ladder = told.ladders.get(index).filter(|ladder| !ladder.steps.is_empty());
    let _ = writeln!(page, "<article class=\"join {}\">", join.outcome);
    verdict(page, join, index, told.report.outcomes().total());
    phases(page, join);
    let columns = if ladder.is_some() { "columns two" } else { "columns" };
    let _ = writeln!(page, "<div class=\"{columns}\">\n<div>");
    if let Some(ladder) = ladder {
        ladder_section(page, join, ladder, index);
        times(page, ladder);
    }
    page.push_str("</div>\n<div>\n");
    if let Some(root) = &join.root {
        root_section(page, join, root);
    }
    findings(page, join, "consequence", "What followed from it");
    findings(page, join, "note", "Notes");
    findings(page, join, "normal", "Normal, though it may look alarming");
    if is_only(told) {
        capture_section(page, told);
    }
    page.push_str("</div>\n</div>\n</article>\n");
}

fn verdict(page: &mut String, join: &JoinReport, index: usize, joins: u64) {
    let (word, sign) = match join.outcome {
        "joined" => ("Joined", "<circle cx=\"10\" cy=\"10\" r=\"8\"/><path d=\"m6.3 10.3 2.6 2.6 5-5.4\"/>"),
        "failed" => {
            ("Not joined", "<path d=\"M6.7 2h6.6L18 6.7v6.6L13.3 18H6.7L2 13.3V6.7zM7 7l6 6M7 13l6-6\"/>")
        }
        _ => (
            "Unfinished",
            "<circle cx=\"10\" cy=\"10\" r=\"8\" stroke-dasharray=\"3 3.3\"/><path d=\"M6 10h8\"/>",
        ),
    };
    let number = if joins > 1 {
        format!(" \u{b7} join {} of {joins}", index.saturating_add(1))
    } else {
        String::new()
    };
    let _ = write!(
        page,
        "<header class=\"card verdict {}\">\n<p class=\"state\"><svg width=\"20\" height=\"20\" \
         aria-hidden=\"true\">{sign}</svg>{word}{number}</p>\n",
        join.outcome
    );
    let conclusion = join.conclusion();
    let _ = match &join.root {
        // The root's sentence follows in a line of its own.
        Some(root) => writeln!(
            page,
            "<h1>{}</h1>\n<p class=\"lead\">{}</p>",
            html(
                conclusion
                    .split_once(&format!(": {}", sentence(&root.what)))
                    .map_or(&*conclusion, |(who, _)| who)
            ),
            html(&root.what)
        ),
        None => writeln!(page, "<h1>{}</h1>", html(&conclusion)),
    };
    if let Some(root) = &join.root {
        chips(page, join, root);
    }
    page.push_str("<dl class=\"who\">");
    host(page, "Client", Some(&join.client));
    word_of(page, "Domain", join.domain.as_deref().unwrap_or("not seen"), "");
    host(page, "Domain controller", join.dc.as_ref());
    word_of(page, "Account", join.account.as_deref().unwrap_or("not seen"), "");
    word_of(page, "Credentials", join.credentials, &join.credentials_why);
    word_of(page, "Passes", &join.passes.to_string(), "");
    page.push_str("</dl>\n</header>\n");
}

/// The root in a few words: its id, its code, its phase, how sure it is.
fn chips(page: &mut String, join: &JoinReport, root: &FindingReport) {
    let _ = write!(page, "<ul class=\"chips\"><li class=\"id\">{}</li>", html(root.id));
    if let Some(code) = &root.code {
        let _ = write!(page, "<li>{} {}</li>", html(code), html(root.symbol.unwrap_or_default()));
    }
    let name = join.phases.iter().find(|phase| phase.id == root.phase).map_or("", |phase| phase.name);
    let _ =
        writeln!(page, "<li>Phase {} {name}</li><li>Confidence {}</li></ul>", root.phase, root.confidence);
}

/// Without the full stop.
fn sentence(text: &str) -> &str {
    text.trim_end().trim_end_matches('.')
}

fn host(page: &mut String, label: &str, host: Option<&Host>) {
    match host {
        None => word_of(page, label, "none was chosen", ""),
        Some(Host { address, name: Some(name) }) => word_of(page, label, name, address),
        Some(Host { address, name: None }) => word_of(page, label, address, ""),
    }
}

fn word_of(page: &mut String, label: &str, text: &str, small: &str) {
    let _ = write!(page, "<div><dt>{label}</dt><dd>{}", html(text));
    if !small.is_empty() {
        let _ = write!(page, "<small>{}</small>", html(small));
    }
    page.push_str("</dd></div>\n");
}

fn phases(page: &mut String, join: &JoinReport) {
    page.push_str("<ol class=\"bar\" aria-label=\"Phases\">\n");
    for PhaseReport { id, name, outcome, first_frame, last_frame, seconds } in &join.phases {
        let how = match *outcome {
            "ok" => "\u{2713} ok",
            "failed" => "\u{2715} failed",
            "absent" => "\u{2013} not seen",
            _ => "? unclear",
        };
        let about = match first_frame.zip(*last_frame) {
            Some((first, last)) => format!(" title=\"frames {first} to {last}\""),
            None => String::new(),
        };
        let time = duration::phase(*seconds).map_or_else(String::new, |time| format!(" <i>{time}</i>"));
        let _ = writeln!(
            page,
            "<li class=\"{outcome}\"{about}><b>{id}</b> <span class=\"what\">{name}</span>\
             <span class=\"how\">{how}{time}</span></li>"
        );
    }
    page.push_str("</ol>\n");
}

fn ladder_section(page: &mut String, join: &JoinReport, ladder: &Ladder, index: usize) {
    page.push_str("<figure class=\"card ladder-card\">\n<h2>What went between them</h2>\n");
    page.push_str(&svg(ladder, index, join));
    key(page, ladder);
    let all = ladder.steps.len();
    let which = match ladder.left_out {
        0 => format!("All {all} steps"),
        left_out => format!("{all} of {} steps", all.saturating_add(left_out)),
    };
    let _ = writeln!(page, "<details><summary>{which} as a table</summary>");
    page.push_str(
        "<div class=\"scroll\"><table><thead><tr><th class=\"n\">Frame</th><th class=\"n\">Seconds</th>\
         <th>Phase</th><th>From</th><th>To</th><th class=\"n\">Port</th><th>Step</th></tr></thead><tbody>\n",
    );
    let start = ladder.steps.first().map_or(0, |step| step.time);
    for step in &ladder.steps {
        if step.left_out_before > 0 {
            let _ = writeln!(
                page,
                "<tr><td colspan=\"7\" class=\"usual\">{} steps are left out here</td></tr>",
                step.left_out_before
            );
        }
        let name = |index: usize| ladder.hosts.get(index).map_or("", ladder_svg::name);
        let times = if step.times > 1 { format!(", {} times", step.times) } else { String::new() };
        let mark = step.mark.map_or_else(String::new, |mark| format!(" ({}, {})", mark.id, mark.role));
        let _ = writeln!(
            page,
            "<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td><td>{}</td>\
             <td class=\"n\">{}</td><td>{}{times}{mark}</td></tr>",
            step.frame,
            duration::since(step.time.saturating_sub(start)),
            step.phase,
            html(name(step.from)),
            html(name(step.to)),
            step.port,
            html(&step.label)
        );
    }
    page.push_str("</tbody></table></div></details>\n</figure>\n");
}

/// What the shapes of this ladder mean.
fn key(page: &mut String, ladder: &Ladder) {
    let has = |role: &str| ladder.steps.iter().any(|step| step.mark.is_some_and(|mark| mark.role == role));
    let words =
        [("root", "proves what broke it"), ("consequence", "followed from it"), ("note", "see the notes")];
    if !words.iter().any(|(role, _)| has(role)) {
        return;
    }
    page.push_str("<ul class=\"key\">");
    for (role, word) in words.iter().filter(|(role, _)| has(role)) {
        let _ = write!(page, "<li>{}{word}</li>", small(role));
    }
    page.push_str("</ul>\n");
}

fn small(role: &str) -> String {
    format!("<svg width=\"12\" height=\"12\" aria-hidden=\"true\" overflow=\"visible\">{}</svg>", shape(role))
}

fn root_section(page: &mut String, join: &JoinReport, root: &FindingReport) {
    let _ = writeln!(page, "<section class=\"card root\">\n<h2>What broke it</h2>\n<dl class=\"words\">");
    let rows = [("Why", root.why), ("Fix", root.fix), ("To be sure", root.settle)];
    for (label, text) in rows {
        if text.is_empty() {
            continue;
        }
        let text = with_commands(&join.with_names(text));
        let _ = writeln!(page, "<dt>{label}</dt><dd>{text}</dd>");
    }
    if let Some(next) = &join.next_expected {
        let _ = writeln!(page, "<dt>Expected</dt><dd>{}</dd>", html(next));
    }
    page.push_str("</dl>\n");
    if !root.evidence.is_empty() {
        page.push_str("<table><thead><tr><th class=\"n\">Frame</th><th>Evidence</th></tr></thead><tbody>\n");
        for seen in &root.evidence {
            let _ =
                writeln!(page, "<tr><td class=\"n\">{}</td><td>{}</td></tr>", seen.frame, html(&seen.shows));
        }
        let _ = writeln!(
            page,
            "</tbody></table>\n<p class=\"filter\">Display filter for Wireshark<code>{}</code></p>",
            html(&root.filter())
        );
    }
    page.push_str("</section>\n");
}

/// Text of the catalogue: what is in backquotes is a command.
fn with_commands(text: &str) -> String {
    commands(text)
        .map(|(command, part)| if command { format!("<code>{}</code>", html(part)) } else { html(part) })
        .collect()
}

fn findings(page: &mut String, join: &JoinReport, role: &str, heading: &str) {
    let mut findings = join.findings.iter().filter(|finding| finding.role == role).peekable();
    if findings.peek().is_none() {
        return;
    }
    let usual = if role == "normal" { " usual" } else { "" };
    let _ = writeln!(page, "<section class=\"card{usual}\">\n<h2>{heading}</h2>\n<ul class=\"findings\">");
    for finding in findings {
        let _ = write!(
            page,
            "<li>{}{} <small>{}, {}",
            small(role),
            html(&finding.what),
            html(&finding.codes()),
            finding.phase
        );
        if !finding.evidence.is_empty() {
            let _ = write!(page, " \u{b7} <code>{}</code>", html(&finding.filter()));
        }
        page.push_str("</small></li>\n");
    }
    page.push_str("</ul>\n</section>\n");
}

fn times(page: &mut String, ladder: &Ladder) {
    if ladder.times.is_empty() {
        return;
    }
    page.push_str(
        "<section class=\"card after\">\n<h2>Response times</h2>\n<table><thead><tr><th>Phase</th><th class=\"n\">Answered</th>\
         <th class=\"n\">Not</th><th class=\"n\">Median</th><th class=\"n\">Slowest</th><th class=\"n\">Frame</th>\
         </tr></thead><tbody>\n",
    );
    for times in &ladder.times {
        let some = times.answered > 0;
        let figure = |text: String| if some { text } else { "\u{2013}".to_owned() };
        let _ = writeln!(
            page,
            "<tr><td>{} {}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            times.phase,
            times.name,
            times.answered,
            times.unanswered,
            figure(duration::took(times.median)),
            figure(duration::took(times.slowest)),
            figure(times.slowest_frame.to_string())
        );
    }
    page.push_str("</tbody></table>\n</section>\n");
}

/// What is on one side of the network only.
fn sides_section(page: &mut String, sides: &Sides) {
    let _ = writeln!(
        page,
        "<section class=\"card\">\n<h2>Both sides</h2>\n<p>{}</p>\n<ul class=\"findings\">",
        html(&sides.conclusion)
    );
    for difference in &sides.differences {
        let role = if difference.about_root { "root" } else { "note" };
        let _ = write!(page, "<li>{}{}<small>", small(role), html(&difference.what));
        for (side, frames) in [("client", &difference.client_frames), ("DC", &difference.server_frames)] {
            if !frames.is_empty() {
                let _ = write!(page, "{side}: <code>frame.number in {{{}}}</code> ", ranges(frames));
            }
        }
        page.push_str("</small></li>\n");
    }
    page.push_str("</ul>\n");
    let milliseconds = |seconds: Option<f64>| seconds.map(|seconds| format!("{:.1} ms", seconds * 1e3));
    let _ = write!(page, "<p class=\"usual\">Conversations on both sides: {}", sides.matched);
    if let Some(offset) = milliseconds(sides.clock_offset_seconds) {
        let _ = write!(page, "; the domain controller's clock less the client's: {offset}");
    }
    if let Some(one_way) = milliseconds(sides.one_way_seconds) {
        let _ = write!(page, "; one way between the two: {one_way}");
    }
    if sides.left_out > 0 {
        let _ = write!(page, "; {} more differences are left out", sides.left_out);
    }
    page.push_str("</p>\n</section>\n");
}

/// The client's log: each of its sections beside its packets.
fn log_section(page: &mut String, log: &LogReport) {
    let _ = writeln!(page, "<section class=\"card\">\n<h2>The client's log</h2>\n<p>{}</p>", html(&log.file));
    if let Some(together) = &log.together {
        let _ = writeln!(page, "<p>{}</p>", html(together));
    }
    match (&log.clock, &log.clock_why) {
        (Some(clock), _) => {
            let _ = writeln!(page, "<p class=\"usual\">Clock: {}</p>", html(&clock.to_string()));
        }
        (None, Some(why)) => {
            let _ = writeln!(page, "<p class=\"usual\">Its clock was not found: {}</p>", html(why));
        }
        (None, None) => {}
    }
    for pass in &log.passes {
        log_pass(page, pass);
    }
    for problem in &log.problems {
        let _ = writeln!(page, "<p class=\"usual\">{}</p>", html(problem));
    }
    page.push_str("</section>\n");
}

/// `4`, or `4–18`
fn lines(first: u32, last: u32) -> String {
    if first == last { first.to_string() } else { format!("{first}\u{2013}{last}") }
}

fn log_pass(page: &mut String, pass: &Pass) {
    let _ = write!(page, "<h3>{}, lines {} to {}", pass.operation, pass.first_line, pass.last_line);
    for (label, value) in [("machine", &pass.machine), ("domain", &pass.domain), ("account", &pass.account)] {
        if let Some(value) = value {
            let _ = write!(page, ", {label} {}", html(value));
        }
    }
    page.push_str("</h3>\n");
    if let Some(status) = &pass.status {
        let meaning = pass.meaning.as_ref().map_or_else(String::new, |meaning| format!(": {meaning}"));
        let _ = writeln!(page, "<p>Status {}{}</p>", html(status), html(&meaning));
    }
    if !pass.findings.is_empty() {
        let _ = writeln!(page, "<p>By the log alone it fits {}.</p>", html(&pass.findings.join(", ")));
    }
    if !pass.sections.is_empty() {
        page.push_str(
            "<table><thead><tr><th class=\"n\">Lines</th><th>Phase</th><th>Outcome</th><th>Frames beside them</th>\
             </tr></thead><tbody>\n",
        );
        for section in &pass.sections {
            let _ = writeln!(
                page,
                "<tr><td class=\"n\">{}</td><td>{} {}</td><td>{}</td><td>{}</td></tr>",
                lines(section.first_line, section.last_line),
                section.phase,
                section.name,
                html(&section.outcome),
                ranges(&section.frames)
            );
        }
        page.push_str("</tbody></table>\n");
    }
    if !pass.notices.is_empty() {
        page.push_str("<ul class=\"findings lines\">\n");
        for Notice { line, text, normal } in &pass.notices {
            let (class, role) = if normal.is_some() { ("usual", "note") } else { ("alarm", "consequence") };
            let why = normal.map_or_else(String::new, |why| format!("<small>Normal: {}</small>", html(why)));
            let _ = writeln!(
                page,
                "<li class=\"{class}\">{}Line {line}: <code>{}</code>{why}</li>",
                small(role),
                html(text)
            );
        }
        page.push_str("</ul>\n");
    }
}

fn frames(capture: &CaptureReport) -> String {
    if capture.frames == 1 { "1 frame".to_owned() } else { format!("{} frames", capture.frames) }
}

fn capture_section(page: &mut String, told: &Told) {
    page.push_str("<section class=\"card after\">\n<h2>Capture</h2>\n");
    capture(page, &told.report.capture);
    origins(page, &told.origins);
    page.push_str("</section>\n");
}

fn capture(page: &mut String, capture: &CaptureReport) {
    let _ = write!(page, "<p>{}", frames(capture));
    if !capture.files.is_empty() {
        let _ = write!(page, " of {}", html(&capture.files.join(", ")));
    }
    if let (Some(first), Some(last)) = (&capture.first, &capture.last) {
        let _ = write!(page, ", {} to {}", html(first), html(last));
    }
    page.push_str("</p>\n");
    if capture.quality.is_empty() {
        page.push_str("<p>Nothing lowers the confidence in what is said here.</p>\n");
        return;
    }
    page.push_str("<ul class=\"findings\">\n");
    for remark in &capture.quality {
        let _ = writeln!(
            page,
            "<li>{}{} <small>{}</small></li>",
            small("note"),
            html(&remark.text),
            html(remark.id)
        );
    }
    page.push_str("</ul>\n");
}

fn origins(page: &mut String, origins: &Origins) {
    if origins.is_empty() {
        return;
    }
    page.push_str(
        "<table><caption>Frames are numbered through all files</caption><thead><tr><th class=\"n\">Frame</th>\
         <th>File</th><th class=\"n\">Frame there</th></tr></thead><tbody>\n",
    );
    for FrameOrigin { frame, file, number } in &origins.frames {
        let _ = writeln!(
            page,
            "<tr><td class=\"n\">{frame}</td><td>{}</td><td class=\"n\">{number}</td></tr>",
            html(file)
        );
    }
    page.push_str("</tbody></table>\n");
    if let Some(missing) = origins.missing() {
        let _ = writeln!(page, "<p>{missing}.</p>");
    }
}
