//! The ladder as SVG. Places are percentages and sizes are pixels, so that its text is as large on a phone
//! as on a wide screen.

use std::fmt::Write as _;

use join_engine::Ladder;
use join_engine::ladder::{Party, Step, StepKind};
use join_engine::report::JoinReport;

use super::duration::since;
use super::escape::{cut, html};
use super::rows::{Band, Row, rows};

/// Most lanes of servers; those beyond share the last one.
const MAX_LANES: usize = 4;
/// Most characters of a line: what fits beside the client's lane on a phone.
const LINE: usize = 41;
/// Heights in pixels.
const HEAD: usize = 46;
const STEP: usize = 35;
const BAND: usize = 30;
/// What a second line adds.
const MORE: usize = 15;
/// Places in percent: the client's lane, the last server's, where times end, where marks stand.
const CLIENT: usize = 21;
const LAST: usize = 95;
const TIMES: usize = 15;
const MARKS: usize = 18;

/// The marks of findings as shapes, for a page that draws ladders; once is enough.
pub(super) const SHAPES: &str = concat!(
    "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>",
    "<marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" ",
    "orient=\"auto\"><path class=\"tip\" d=\"M0 .5 8 4 0 7.5z\"/></marker>",
    "<marker id=\"tip-bad\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" ",
    "orient=\"auto\"><path class=\"tip bad\" d=\"M0 .5 8 4 0 7.5z\"/></marker>",
    "<marker id=\"tip-warn\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" ",
    "orient=\"auto\"><path class=\"tip warn\" d=\"M0 .5 8 4 0 7.5z\"/></marker>",
    "</defs></svg>\n"
);

/// The shape of a finding's part, twelve pixels wide: an octagon, a triangle, a ring.
pub(super) fn shape(role: &str) -> &'static str {
    match role {
        "root" => {
            "<path class=\"shape root\" d=\"M3.5 0h5L12 3.5v5L8.5 12h-5L0 8.5v-5z\"/>\
             <path class=\"shape in\" d=\"m3.8 3.8 4.4 4.4m-4.4 0 4.4-4.4\"/>"
        }
        "consequence" => {
            "<path class=\"shape consequence\" d=\"M6 0 12.4 11.5H-.4z\"/>\
             <path class=\"shape in\" d=\"M6 4v3.4m0 2v.1\"/>"
        }
        _ => "<circle class=\"shape note\" cx=\"6\" cy=\"6\" r=\"4\"/>",
    }
}

/// The diagram of one join; `number` tells it from others of the page.
pub(super) fn svg(ladder: &Ladder, number: usize, join: &JoinReport) -> String {
    let rows = rows(ladder, join.outcome == "joined");
    let drawing = Drawing::new(ladder, &rows);
    let height = rows.iter().fold(HEAD, |height, row| height.saturating_add(row_height(row)));
    let height = height.saturating_add(10);
    let mut svg = format!(
        "<svg class=\"ladder\" width=\"100%\" height=\"{height}\" role=\"img\" \
         aria-labelledby=\"ladder-{number}-title ladder-{number}-desc\">\n\
         <title id=\"ladder-{number}-title\">What went between the client and the servers</title>\n\
         <desc id=\"ladder-{number}-desc\">{}. The table below has all steps.</desc>\n",
        html(&join.conclusion())
    );
    drawing.lanes(height, &mut svg);
    let mut top = HEAD;
    for row in &rows {
        match row {
            Row::Step(step) => drawing.step(step, top, &mut svg),
            Row::Band(band) => drawing.band(band, top, &mut svg),
        }
        top = top.saturating_add(row_height(row));
    }
    svg.push_str("</svg>\n");
    svg
}

fn row_height(row: &Row<'_>) -> usize {
    match row {
        Row::Step(step) => step_height(step),
        Row::Band(_) => BAND,
    }
}

fn step_height(step: &Step) -> usize {
    if lines(step).1.is_some() { STEP.saturating_add(MORE) } else { STEP }
}

/// The label in one line, or two.
fn lines(step: &Step) -> (String, Option<String>) {
    let times = if step.times > 1 { format!(", {} times", step.times) } else { String::new() };
    let text = step.label.clone() + &times;
    let Some((most, _)) = text.char_indices().nth(LINE) else { return (text, None) };
    let break_at = text.get(..most).and_then(|line| line.rfind(' ')).filter(|at| *at > 0);
    match break_at.map(|at| text.split_at(at)) {
        Some((first, rest)) => (first.to_owned(), Some(cut(rest.trim_start(), LINE))),
        // A long name has nowhere to break.
        None => (text.chars().take(LINE).collect(), text.get(most..).map(|rest| cut(rest, LINE))),
    }
}

struct Drawing<'l> {
    ladder: &'l Ladder,
    /// Hosts with a lane of their own, the client first.
    lanes: Vec<usize>,
    /// The last lane is shared.
    shared: bool,
    start: i64,
}

impl<'l> Drawing<'l> {
    fn new(ladder: &'l Ladder, rows: &[Row<'_>]) -> Self {
        let mut lanes = vec![0];
        for row in rows {
            let steps = match row {
                Row::Step(step) => core::slice::from_ref(*step),
                Row::Band(band) => band.steps,
            };
            for host in steps.iter().flat_map(|step| [step.from, step.to]) {
                if !lanes.contains(&host) {
                    lanes.push(host);
                }
            }
        }
        let shared = lanes.len() > MAX_LANES.saturating_add(1);
        lanes.truncate(MAX_LANES.saturating_add(1));
        Self { ladder, lanes, shared, start: ladder.steps.first().map_or(0, |step| step.time) }
    }

    /// Where a host's lane is, in percent.
    fn x(&self, host: usize) -> usize {
        let last = self.lanes.len().saturating_sub(1);
        let lane = self.lanes.iter().position(|known| *known == host).unwrap_or(last);
        let wide = LAST.saturating_sub(CLIENT).saturating_mul(lane);
        CLIENT.saturating_add(wide.checked_div(last).unwrap_or(0))
    }

    fn lanes(&self, height: usize, svg: &mut String) {
        let _ = writeln!(
            svg,
            "<g class=\"head\"><text x=\"{TIMES}%\" y=\"16\" text-anchor=\"end\" class=\"t\">seconds</text>\
             <text x=\"{TIMES}%\" y=\"31\" text-anchor=\"end\" class=\"f\">frame</text>"
        );
        let many = self.lanes.len() > 3;
        let last = self.lanes.len().saturating_sub(1);
        for (lane, host) in self.lanes.iter().enumerate() {
            let Some(party) = self.ladder.hosts.get(*host) else { continue };
            let x = self.x(*host);
            let (anchor, shift) = match lane {
                0 => ("start", -8),
                lane if lane == last => ("end", 12),
                _ => ("middle", 0),
            };
            let (name, address) = if self.shared && lane == last {
                ("other hosts".to_owned(), String::new())
            } else {
                caption(party)
            };
            let full = html(&format!("{name} {}", party.address));
            // Many lanes are narrow: their names take turns in two lines, without addresses.
            let y = if many && lane % 2 == 1 { 31 } else { 16 };
            let most = if many { 13 } else { 22 };
            let _ = writeln!(
                svg,
                "<g><title>{full}</title><text class=\"host\" x=\"{x}%\" dx=\"{shift}\" y=\"{y}\" \
                 text-anchor=\"{anchor}\">{}</text>",
                html(&cut(&name, most))
            );
            if !many && !address.is_empty() {
                let _ = writeln!(
                    svg,
                    "<text class=\"address\" x=\"{x}%\" dx=\"{shift}\" y=\"31\" text-anchor=\"{anchor}\">{}</text>",
                    html(&cut(&address, 22))
                );
            }
            let _ = writeln!(
                svg,
                "</g><line class=\"lane\" x1=\"{x}%\" x2=\"{x}%\" y1=\"{}\" y2=\"{height}\"/>",
                HEAD.saturating_sub(8)
            );
        }
        svg.push_str("</g>\n");
    }

    fn gutter(&self, step: &Step, top: usize, svg: &mut String) {
        // What did not come has no frame.
        let frame = if step.kind.is_absent() { String::new() } else { step.frame.to_string() };
        let _ = write!(
            svg,
            "<text class=\"t\" x=\"{TIMES}%\" y=\"{}\" text-anchor=\"end\">{}</text>\
             <text class=\"f\" x=\"{TIMES}%\" y=\"{}\" text-anchor=\"end\">{frame}</text>",
            top.saturating_add(14),
            since(step.time.saturating_sub(self.start)),
            top.saturating_add(27)
        );
    }

    fn step(&self, step: &Step, top: usize, svg: &mut String) {
        let role = step.mark.map_or("", |mark| mark.role);
        let height = step_height(step);
        let _ = write!(
            svg,
            "<g class=\"step {} {role}\"><title>{}</title>",
            step.kind.name(),
            html(&self.sentence(step))
        );
        if !role.is_empty() && role != "normal" {
            let _ = write!(
                svg,
                "<rect class=\"mark\" x=\"0\" width=\"100%\" y=\"{}\" height=\"{height}\"/>\
                 <svg x=\"{MARKS}%\" y=\"{}\" width=\"12\" height=\"12\" overflow=\"visible\">\
                 <g transform=\"translate(-6 0)\">{}</g></svg>",
                top.saturating_add(1),
                top.saturating_add(12),
                shape(role)
            );
        }
        self.gutter(step, top, svg);
        let (first, second) = lines(step);
        let mut line = |text: &str, y: usize| {
            let _ = write!(
                svg,
                "<text class=\"label\" x=\"{CLIENT}%\" dx=\"9\" y=\"{}\">{}</text>",
                top.saturating_add(y),
                html(text)
            );
        };
        line(&first, 15);
        if let Some(second) = &second {
            line(second, 30);
        }
        self.arrow(step, top.saturating_add(height).saturating_sub(10), svg);
        svg.push_str("</g>\n");
    }

    fn arrow(&self, step: &Step, y: usize, svg: &mut String) {
        let (from, to) = (self.x(step.from), self.x(step.to));
        let tip = match (step.kind, step.mark.map(|mark| mark.role)) {
            (StepKind::Message | StepKind::Header, _) | (_, Some("normal")) => "tip",
            (StepKind::Again, _) => "tip-warn",
            (_, Some("root")) => "tip-bad",
            _ => "tip-warn",
        };
        if !step.kind.is_absent() {
            let _ = write!(
                svg,
                "<line class=\"arrow\" x1=\"{from}%\" x2=\"{to}%\" y1=\"{y}\" y2=\"{y}\" marker-end=\"url(#{tip})\"/>"
            );
            return;
        }
        // It ends on the way.
        let middle = from.saturating_add(to) / 2;
        let _ = write!(
            svg,
            "<line class=\"arrow\" x1=\"{from}%\" x2=\"{middle}%\" y1=\"{y}\" y2=\"{y}\"/>\
             <svg x=\"{middle}%\" y=\"{y}\" width=\"1\" height=\"1\" overflow=\"visible\">\
             <path class=\"cross\" d=\"M-5-5 5 5M-5 5 5-5\"/></svg>"
        );
    }

    fn band(&self, band: &Band<'_>, top: usize, svg: &mut String) {
        let Some((first, last)) = band.steps.first().zip(band.steps.last()) else { return };
        let phases = band.phases();
        let what = match phases.as_slice() {
            [phase] => format!("{phase} {}", self.phase_name(phase)),
            [first, .., last] if phases.len() > 3 => format!("{first} to {last}"),
            phases => phases.join(", "),
        };
        let text = format!("{what} \u{b7} {} messages", band.messages());
        let _ = write!(
            svg,
            "<g class=\"band\"><title>{}</title>\
             <rect x=\"{CLIENT}%\" width=\"{}%\" y=\"{}\" height=\"{}\" rx=\"4\"/>",
            html(&format!("{text}, frames {} to {}", first.frame, last.last_frame)),
            LAST.saturating_sub(CLIENT),
            top.saturating_add(4),
            BAND.saturating_sub(8)
        );
        let _ = writeln!(
            svg,
            "<text class=\"t\" x=\"{TIMES}%\" y=\"{0}\" text-anchor=\"end\">{1}</text>\
             <text class=\"label\" x=\"{2}%\" y=\"{0}\" text-anchor=\"middle\">{3}</text></g>",
            top.saturating_add(19),
            since(first.time.saturating_sub(self.start)),
            CLIENT.saturating_add(LAST) / 2,
            html(&cut(&text, LINE))
        );
    }

    fn phase_name(&self, id: &str) -> &'static str {
        self.ladder.times.iter().find(|times| times.phase == id).map_or("", |times| times.name)
    }

    /// A step in words.
    fn sentence(&self, step: &Step) -> String {
        let host = |index: usize| self.ladder.hosts.get(index).map_or("", |party| name(party));
        let finding = step.mark.map_or_else(String::new, |mark| format!(" ({}, {})", mark.id, mark.role));
        format!(
            "frame {}: {} to {}, port {}: {}{finding}",
            step.frame,
            host(step.from),
            host(step.to),
            step.port,
            step.label
        )
    }
}

/// What a host is called.
pub(super) fn name(party: &Party) -> &str {
    party.name.as_deref().unwrap_or(&party.address)
}

/// What stands above a lane: the short name, and the address.
fn caption(party: &Party) -> (String, String) {
    match &party.name {
        Some(name) => (name.split('.').next().unwrap_or(name).to_owned(), party.address.clone()),
        None => (party.address.clone(), String::new()),
    }
}
