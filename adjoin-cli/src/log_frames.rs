//! Lines of Netsetup.log as frames of a capture.
//!
//! Each is an upper-PDU record, in which tags tell Wireshark the dissector of what follows them. Every
//! Wireshark has one for syslog, which shows text as it is, also in the list of packets. The text says what it
//! is, for adjoin's own plugin, which knows better.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use join_engine::annotated::LogEntry;
use join_engine::moments::Moment;
use netsetup_log::{Alignment, Log};

use crate::netsetup;
use crate::terminal::harmless;

/// Most octets of the text of one line with its values.
const MAX_TEXT: usize = 32 << 10;
/// So long before the first packet and behind the last, in nanoseconds, lines are taken: what a client did
/// before it sent anything, and what it concluded.
const AROUND: i64 = 60_000_000_000;

/// A line as a frame.
#[derive(Clone, Debug)]
pub(crate) struct LogFrame {
    /// When it was written, by the clock of the capture, in nanoseconds since 1970.
    pub(crate) time: i64,
    pub(crate) bytes: Vec<u8>,
    /// The line itself.
    pub(crate) comment: String,
}

/// The entries of a log that were written while packets were captured, in the order of their times; `told` are
/// the steps that each line tells of.
pub(crate) fn of(
    log: &Log,
    alignment: &Alignment,
    told: &BTreeMap<u32, Vec<&Moment>>,
    client: Option<IpAddr>,
    captured: (i64, i64),
) -> Vec<LogFrame> {
    let during = captured.0.saturating_sub(AROUND)..=captured.1.saturating_add(AROUND);
    let known = Known::of(log);
    let mut frames = Vec::new();
    let mut last = None;
    for entry in log.entries() {
        // Some lines have no time: they were written after the one above.
        last = entry.line.time.map(|stamp| alignment.unix_ns(stamp)).or(last);
        let Some(time) = last.filter(|time| during.contains(time)) else { continue };
        let text = shortened(entry.line.text.trim(), MAX_TEXT);
        let mut room = MAX_TEXT.saturating_sub(text.len());
        let mut below = Vec::new();
        for line in entry.more() {
            let line = shortened(line.text.trim_end(), room);
            room = room.saturating_sub(line.len().saturating_add(1));
            below.push(line);
            if room == 0 {
                break;
            }
        }
        let number = entry.line.number;
        let shown = below.iter().fold(text.clone(), |all, line| all + "\n" + line);
        let shown: Vec<_> = shown.split('\n').map(|line| harmless(&line.replace('\t', " "))).collect();
        let comment = format!("Netsetup.log line {number}: {}", shown.join("\n"));
        let lines = number..=number.saturating_add(u32::try_from(below.len()).unwrap_or(0));
        let steps = told.range(lines).flat_map(|(_, steps)| steps);
        let mut packets: Vec<i64> = steps.map(|step| step.time.saturating_sub(time)).collect();
        packets.sort_unstable();
        packets.dedup();
        let entry = LogEntry {
            line: number,
            time: entry.line.time.map(|stamp| stamp.to_string()).unwrap_or_default(),
            text,
            below,
            operation: known.operation(number),
            pass: known.passes.get(&number).copied(),
            normal: known.normal.get(&number).copied(),
            packets,
        };
        frames.push(LogFrame { time, bytes: upper_pdu("syslog", client, &entry.to_text()), comment });
    }
    // Lines of the same time stay in their order.
    frames.sort_by_key(|frame| frame.time);
    frames
}

/// As much of a text as there is room for.
fn shortened(text: &str, room: usize) -> String {
    let mut end = text.len().min(room);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default().to_owned()
}

/// What the whole log tells of its lines.
struct Known {
    /// First and last line of each operation, and what it does.
    operations: Vec<(u32, u32, &'static str)>,
    /// Lines of a join, and which pass of it they belong to.
    passes: HashMap<u32, u32>,
    /// Why the status of a line is normal.
    normal: HashMap<u32, &'static str>,
}

impl Known {
    fn of(log: &Log) -> Self {
        let mut known = Self { operations: Vec::new(), passes: HashMap::new(), normal: HashMap::new() };
        for operation in log.operations() {
            let name = netsetup::operation_name(operation.kind);
            known.operations.push((operation.first, operation.last, name));
            let normal = operation.notices.iter().filter_map(|notice| Some((notice.line, notice.normal?)));
            known.normal.extend(normal);
        }
        for join in log.joins() {
            for (number, pass) in (1..).zip(&join.passes) {
                known.passes.extend((pass.first..=pass.last).map(|line| (line, number)));
            }
        }
        known
    }

    fn operation(&self, line: u32) -> &'static str {
        let before = self.operations.partition_point(|(first, ..)| *first <= line);
        let found = before.checked_sub(1).and_then(|at| self.operations.get(at));
        found.filter(|(_, last, _)| line <= *last).map_or("", |(.., name)| name)
    }
}

/// The frame that stands where the capture has a record that is no packet, so that those behind it keep
/// their numbers.
pub(crate) fn no_packet() -> Vec<u8> {
    upper_pdu("syslog", None, "adjoin: a record of the capture that is no packet; it was not copied\n")
}

/// An upper-PDU record: tags with their lengths, big-endian, then the text.
fn upper_pdu(dissector: &str, source: Option<IpAddr>, text: &str) -> Vec<u8> {
    const END: u16 = 0;
    const DISSECTOR_NAME: u16 = 12;
    const IPV4_SOURCE: u16 = 20;
    const IPV6_SOURCE: u16 = 22;
    let mut bytes = Vec::new();
    let mut tag = |code: u16, value: &[u8]| {
        let padded = value.len().next_multiple_of(4);
        bytes.extend(code.to_be_bytes());
        bytes.extend(u16::try_from(padded).unwrap_or(0).to_be_bytes());
        bytes.extend(value);
        bytes.extend(std::iter::repeat_n(0, padded.saturating_sub(value.len())));
    };
    tag(DISSECTOR_NAME, dissector.as_bytes());
    match source {
        Some(IpAddr::V4(address)) => tag(IPV4_SOURCE, &address.octets()),
        Some(IpAddr::V6(address)) => tag(IPV6_SOURCE, &address.octets()),
        None => {}
    }
    tag(END, &[]);
    bytes.extend(text.as_bytes());
    bytes
}
