//! Lines of Netsetup.log as frames of a capture.
//!
//! Each is an upper-PDU record, in which tags tell Wireshark the dissector of what follows them. Every
//! Wireshark has one for syslog, which shows text as it is, also in the list of packets. The first line of
//! the text says what it is, for a dissector that knows better.

use std::net::IpAddr;

use join_engine::annotated::LOG_LINE;
use netsetup_log::{Alignment, Log};

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

/// The entries of a log that were written while packets were captured, in the order of their times.
pub(crate) fn of(
    log: &Log,
    alignment: &Alignment,
    client: Option<IpAddr>,
    captured: (i64, i64),
) -> Vec<LogFrame> {
    let during = captured.0.saturating_sub(AROUND)..=captured.1.saturating_add(AROUND);
    let mut frames = Vec::new();
    for entry in log.entries() {
        let Some(time) = entry.line.time.map(|stamp| alignment.unix_ns(stamp)) else { continue };
        if !during.contains(&time) {
            continue;
        }
        let mut text = entry.line.text.trim().to_owned();
        for line in entry.more() {
            text.push('\n');
            text.push_str(line.text.trim_end());
            if text.len() > MAX_TEXT {
                break;
            }
        }
        let mut end = text.len().min(MAX_TEXT);
        while !text.is_char_boundary(end) {
            end = end.saturating_sub(1);
        }
        text.truncate(end);
        let shown = text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c });
        let comment = format!("Netsetup.log line {}: {}", entry.line.number, shown.collect::<String>());
        let stamp = entry.line.time.map(|stamp| stamp.to_string()).unwrap_or_default();
        let text = format!("{LOG_LINE}{}\n{stamp} {text}\n", entry.line.number);
        frames.push(LogFrame { time, bytes: upper_pdu("syslog", client, &text), comment });
    }
    // Lines of the same time stay in their order.
    frames.sort_by_key(|frame| frame.time);
    frames
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
