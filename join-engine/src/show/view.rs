//! Draws the messages of a frame.

use core::cmp::Reverse;

use super::part::draw;
use super::sheet::Sheet;
use super::{Buffer, FieldId, FindingId, Place, Row, Value, View, What, join};
use crate::Options;
use crate::catalogue::{self, Group, Severity};
use crate::judge::{Remark, Says};
use crate::log::{Message, Octets};

pub(super) fn say(view: &mut View, depth: u8, id: FieldId, value: Value) {
    let what = What::Field { id, value, text: None };
    view.rows.push(Row { depth, place: Place::Generated, what });
}

/// Appends a finding of a single message: its id as a field, the sentence as expert information, its severity.
/// What a server answers is no more than worth knowing until the verdict says that the join broke there.
pub(super) fn finding(view: &mut View, depth: u8, id: FindingId, text: &str) {
    let Some(entry) = catalogue::finding(id) else { return };
    let severity = match entry.group {
        Group::Malformed | Group::Internal => entry.severity,
        Group::Sequence | Group::Response => entry.severity.min(Severity::Note),
    };
    judged(view, depth, id, text, severity);
}

fn judged(view: &mut View, depth: u8, id: FindingId, text: &str, severity: Severity) {
    let Some(entry) = catalogue::finding(id) else { return };
    let below = depth.saturating_add(1);
    say(view, depth, join::FINDING, Value::Text(entry.id.into()));
    view.rows.push(Row {
        depth: below,
        place: Place::Generated,
        what: What::Finding { id, text: text.into(), severity },
    });
    say(view, below, join::SEVERITY, Value::Text(severity.as_str().into()));
}

/// The finding in row `at` is as bad as the verdict says, not as it can be at the worst.
fn rejudge(view: &mut View, at: usize, verdict: Severity) {
    for row in view.rows.iter_mut().skip(at).take(2) {
        match &mut row.what {
            What::Finding { severity, .. } => *severity = verdict,
            What::Field { id, value, .. } if *id == join::SEVERITY => {
                *value = Value::Text(verdict.as_str().into());
            }
            What::Field { .. } => {}
        }
    }
}

/// What a verdict says of a frame, in one sentence.
fn sentence(remark: &Remark) -> Option<String> {
    let entry = catalogue::finding(remark.finding)?;
    Some(match &remark.says {
        Says::Finding { text, .. } => text.clone(),
        Says::Evidence { shows, .. } => format!("{}: {shows}", entry.id),
    })
}

/// Appends what the verdicts say of the frame, unless its own message has said so. A frame without a
/// message is about what went wrong there, or else about the first of them.
pub(crate) fn verdicts(view: &mut View, remarks: &[Remark]) {
    let alarm = remarks.iter().rev().find(|remark| remark.severity() >= Severity::Warning);
    let about = alarm.or(remarks.first()).filter(|_| view.rows.is_empty());
    if let Some((about, summary)) = about.and_then(|about| Some((about, sentence(about)?))) {
        say(view, 0, join::PHASE, Value::Text(about.phase.id().into()));
        say(view, 0, join::PHASE_NAME, Value::Text(about.phase.name().into()));
        say(view, 0, join::SUMMARY, Value::Text(summary));
    }
    let mut worst_first: Vec<_> = remarks.iter().collect();
    worst_first.sort_by_key(|remark| Reverse(remark.severity()));
    for remark in worst_first {
        verdict(view, remark);
    }
}

/// Takes away the findings that nobody wants to see, with what stands below them.
pub(crate) fn leave_out(view: &mut View, options: &Options) {
    if options.off.is_empty() {
        return;
    }
    let mut below = None;
    view.rows.retain(|row| {
        if below.is_some_and(|depth| row.depth > depth) {
            return false;
        }
        below = match &row.what {
            What::Field { id, value: Value::Text(finding), .. } if *id == join::FINDING => {
                options.is_off(finding).then_some(row.depth)
            }
            _ => None,
        };
        below.is_none()
    });
}

fn verdict(view: &mut View, remark: &Remark) {
    let Some(summary) = sentence(remark) else { return };
    match &remark.says {
        Says::Finding { text, severity, evidence } => {
            let known = view.rows.iter().position(|row| match &row.what {
                What::Finding { id, .. } => *id == remark.finding,
                What::Field { .. } => false,
            });
            // Below the finding, which stands elsewhere when the message had said so itself.
            let below = u8::from(known.is_none());
            match known {
                None => judged(view, 0, remark.finding, text, *severity),
                // What the message says itself stands as it is until the join has ended.
                Some(_) if remark.so_far => {}
                Some(at) => rejudge(view, at, *severity),
            }
            for frame in evidence {
                say(view, below, join::EVIDENCE_FRAME, Value::Uint((*frame).into()));
            }
        }
        Says::Evidence { of, severity, .. } => {
            say(view, 0, join::EVIDENCE, Value::Text(summary));
            say(view, 1, join::EVIDENCE_SEVERITY, Value::Text(severity.as_str().into()));
            say(view, 1, join::EVIDENCE_OF, Value::Uint((*of).into()));
        }
    }
}

/// Rows that a view has room for from the start: as many as a message has on the average.
const ROWS: usize = 24;

/// Appends one message of the frame whose captured octets are `frame`.
pub(crate) fn message(view: &mut View, message: &Message, frame: &[u8]) {
    view.messages = view.messages.saturating_add(1);
    view.rows.reserve(ROWS);
    if let Some(phase) = message.phase {
        say(view, 0, join::PHASE, Value::Text(phase.id().into()));
        say(view, 0, join::PHASE_NAME, Value::Text(phase.name().into()));
    }
    say(view, 0, join::SUMMARY, Value::Text(message.summary.clone()));
    for remark in &message.findings {
        finding(view, 0, remark.id, &remark.text);
    }
    for (id, other) in [(join::REQUEST, message.request), (join::RESPONSE, message.response)] {
        if let Some(other) = other {
            say(view, 0, id, Value::Uint(other.into()));
        }
    }
    if let Some(took) = message.took {
        say(view, 0, join::TOOK, Value::Duration(took));
    }
    let (bytes, buffer, base) = match &message.octets {
        Octets::None => (&[][..], None, 0),
        Octets::Frame(span) => (frame.get(span.range()).unwrap_or_default(), None, span.start),
        Octets::Kept { name, bytes } => {
            let index = u16::try_from(view.buffers.len()).unwrap_or(u16::MAX);
            if !message.parts.is_empty() {
                view.buffers.push(Buffer { name, bytes: bytes.to_vec() });
            }
            (&**bytes, Some(index), 0)
        }
    };
    for part in &message.parts {
        let slice = bytes.get(part.span.range()).unwrap_or_default();
        let mut sheet = Sheet::new(view, buffer, base.saturating_add(part.span.start));
        draw(&mut sheet, part.decode, slice);
    }
}
