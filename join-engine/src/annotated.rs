//! Frames that `adjoin annotate` has put between the packets: lines of the client's own log.
//!
//! They are upper-PDU records: tags for Wireshark, then text. Nothing was on a wire when they were written, so
//! they tell nothing of what the capture has seen, and when. The text is, in UTF-8,
//!
//! ```text
//! adjoin netsetup 1 line 112 to 113
//! 2026-05-04 09:30:12.400 NetpJoinDomainOnDs: status of connecting to dc '\\dc1': 0x35
//!   a value, or more of the line above
//! adjoin operation: join
//! adjoin pass: 2
//! adjoin normal: why the status is no error here
//! adjoin packets: -1204333000 -1804000
//! ```
//!
//! What stands below the log's own lines is what the whole log and the whole capture told of them. All of it
//! stays true when the file is cut, filtered or merged: packets are named by how much later than the line
//! they were captured, in nanoseconds, and not by numbers, which would be others then.

use core::fmt::Write as _;
use core::str::from_utf8;

use adjoin_capture::{Frame, LinkType};
use adjoin_wire::{ErrorKind, Partial, Span, Spanned, WireError};

/// LINKTYPE_WIRESHARK_UPPER_PDU: tags for Wireshark, then what a program has to say.
pub const UPPER_PDU: LinkType = LinkType(252);
/// How the text of a log's line begins; its number in the log follows.
pub const LOG_LINE: &str = "adjoin netsetup 1 line ";
/// Most packets that are named in one frame.
pub const MAX_PACKETS: usize = 64;
/// Most lines of a log in one frame that are shown.
const MAX_LINES: usize = 256;
const OPERATION: &str = "adjoin operation: ";
const PASS: &str = "adjoin pass: ";
const NORMAL: &str = "adjoin normal: ";
const PACKETS: &str = "adjoin packets:";

/// An entry of a log, to be written as the text of a frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogEntry {
    /// Number of its first line in the log, from 1.
    pub line: u32,
    /// The time as the client's clock showed it; empty when the line has none.
    pub time: String,
    /// The first line behind the time.
    pub text: String,
    /// The lines below that belong to it.
    pub below: Vec<String>,
    /// What the client was doing, such as `join`; empty when the log doesn't tell.
    pub operation: &'static str,
    /// Which pass of a join it is, from 1.
    pub pass: Option<u32>,
    /// Why a status that looks like an error is none here.
    pub normal: Option<&'static str>,
    /// How much later than the line each packet was captured that it tells of, in nanoseconds; the first
    /// [`MAX_PACKETS`] are written.
    pub packets: Vec<i64>,
}

impl LogEntry {
    /// The text of the frame.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{LOG_LINE}{}", self.line);
        // Writing to a String can't fail.
        if !self.below.is_empty() {
            let more = u32::try_from(self.below.len()).unwrap_or(u32::MAX);
            let _ = write!(text, " to {}", self.line.saturating_add(more));
        }
        let space = if self.time.is_empty() { "" } else { " " };
        let _ = writeln!(text, "\n{}{space}{}", self.time, self.text);
        for line in &self.below {
            let _ = writeln!(text, "{line}");
        }
        if !self.operation.is_empty() {
            let _ = writeln!(text, "{OPERATION}{}", self.operation);
        }
        if let Some(pass) = self.pass {
            let _ = writeln!(text, "{PASS}{pass}");
        }
        if let Some(normal) = self.normal {
            let _ = writeln!(text, "{NORMAL}{normal}");
        }
        if !self.packets.is_empty() {
            text.push_str(PACKETS);
            for after in self.packets.iter().take(MAX_PACKETS) {
                let _ = write!(text, " {after}");
            }
            text.push('\n');
        }
        text
    }
}

/// An entry of a log, as the frame has it. Places count in the frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogLine<'a> {
    /// All of the text.
    pub(crate) whole: Span,
    /// Number of its first line in the log.
    pub(crate) first: Spanned<u32>,
    /// Number of its last.
    pub(crate) last: Spanned<u32>,
    pub(crate) time: Spanned<&'a str>,
    /// The first line behind the time.
    pub(crate) text: Spanned<&'a str>,
    pub(crate) below: Vec<Spanned<&'a str>>,
    pub(crate) operation: Spanned<&'a str>,
    pub(crate) pass: Spanned<u32>,
    pub(crate) normal: Spanned<&'a str>,
    /// How much later than the line its packets were captured, in nanoseconds.
    pub(crate) packets: Spanned<Vec<i64>>,
}

/// Whether a frame is a line of a log.
pub(crate) fn is_log_line(frame: &Frame<'_>) -> bool {
    frame.link == UPPER_PDU && text_of(frame.bytes).is_some()
}

/// Where the text begins, and its octets, if the octets of an upper-PDU record are a line of a log.
fn text_of(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut rest = bytes;
    // Each tag has a code and a length of two octets, big-endian; the tag 0 is the last.
    loop {
        let [code @ .., high, low] = rest.first_chunk::<4>()?;
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let is_last = *code == [0, 0];
        rest = rest.get(length.checked_add(4)?..)?;
        if is_last {
            break;
        }
    }
    rest.starts_with(LOG_LINE.as_bytes()).then(|| (bytes.len().saturating_sub(rest.len()), rest))
}

/// The packets that the line in these octets names: how much later each was captured, in nanoseconds.
pub(crate) fn packets(bytes: &[u8]) -> Vec<i64> {
    LogLine::parse_partial(bytes).map(|line| line.value.packets.value).unwrap_or_default()
}

impl<'a> LogLine<'a> {
    /// Reads the octets of a frame; nothing when they aren't a line of a log.
    pub(crate) fn parse_partial(bytes: &'a [u8]) -> Option<Partial<Self>> {
        let (start, octets) = text_of(bytes)?;
        Some(Partial::fill(|line: &mut Self| {
            line.whole = Span::new(start, bytes.len());
            // What is no text any more ends it; a character that the capture cut is no fault of the writer.
            let (text, broken) = match from_utf8(octets) {
                Ok(text) => (text, None),
                Err(error) => {
                    let valid = error.valid_up_to();
                    let kind = match error.error_len() {
                        Some(_) => ErrorKind::Malformed("it is not UTF-8"),
                        None => ErrorKind::Truncated { missing: 1 },
                    };
                    let text = octets.get(..valid).and_then(|octets| from_utf8(octets).ok());
                    (
                        text.unwrap_or_default(),
                        Some(WireError::new(kind, start.saturating_add(valid), "text")),
                    )
                }
            };
            let read = line.read(&mut Lines { rest: text, at: start });
            match (read, broken) {
                // What is missing is missing because the text is broken.
                (Err(error), Some(broken)) if error.kind.is_truncated() => Err(broken),
                (read, broken) => read.and(broken.map_or(Ok(()), Err)),
            }
        }))
    }

    fn read(&mut self, lines: &mut Lines<'a>) -> Result<(), WireError> {
        self.numbers(lines.next("line number")?)?;
        let entry = lines.next("line")?;
        (self.time, self.text) = stamp_and_text(entry);
        let more = usize::try_from(self.last.value.saturating_sub(self.first.value)).unwrap_or(usize::MAX);
        for _ in 0..more {
            if self.below.len() >= MAX_LINES {
                let limit = ErrorKind::Limit("more lines than are shown");
                return Err(WireError::new(limit, lines.at, "line"));
            }
            self.below.push(lines.next("line")?);
        }
        while !lines.rest.is_empty() {
            self.told(lines.next("what adjoin says")?)?;
        }
        Ok(())
    }

    /// `adjoin netsetup 1 line 112 to 113`.
    fn numbers(&mut self, header: Spanned<&'a str>) -> Result<(), WireError> {
        let digits = behind(header, LOG_LINE.len());
        let wrong =
            || WireError::new(ErrorKind::Malformed("it is no number of a line"), digits.span.start, "line");
        let number = |digits: Spanned<&str>| match digits.value.parse() {
            Ok(number) if number > 0 && digits.value.starts_with(|c: char| c.is_ascii_digit()) => {
                Ok(Spanned::new(number, digits.span))
            }
            _ => Err(wrong()),
        };
        match digits.value.find(" to ") {
            None => {
                self.first = number(digits)?;
                self.last = self.first;
            }
            Some(at) => {
                let end = digits.span.start.saturating_add(at);
                let front = digits.value.get(..at).unwrap_or_default();
                self.first = number(Spanned::new(front, Span::new(digits.span.start, end)))?;
                self.last = number(behind(digits, at.saturating_add(" to ".len())))?;
                if self.last.value < self.first.value {
                    return Err(wrong());
                }
            }
        }
        Ok(())
    }

    /// A line that `adjoin` has added.
    fn told(&mut self, line: Spanned<&'a str>) -> Result<(), WireError> {
        let value = |key: &str| line.value.starts_with(key).then(|| behind(line, key.len()));
        let wrong = |kind, field| Err(WireError::new(kind, line.span.start, field));
        if let Some(operation) = value(OPERATION) {
            self.operation = operation;
        } else if let Some(normal) = value(NORMAL) {
            self.normal = normal;
        } else if let Some(pass) = value(PASS) {
            let Ok(number) = pass.value.parse() else {
                return wrong(ErrorKind::Malformed("it is no number"), "pass");
            };
            self.pass = Spanned::new(number, pass.span);
        } else if let Some(packets) = value(PACKETS) {
            let mut all = Vec::new();
            for word in packets.value.split_ascii_whitespace() {
                if all.len() >= MAX_PACKETS {
                    return wrong(ErrorKind::Limit("more packets than are named"), "packets");
                }
                let Ok(after) = word.parse() else {
                    return wrong(ErrorKind::Malformed("it is no number"), "packets");
                };
                all.push(after);
            }
            self.packets = Spanned::new(all, line.span);
        } else {
            return wrong(ErrorKind::Unsupported("it is nothing that this adjoin knows"), "what adjoin says");
        }
        Ok(())
    }
}

/// Lines of a text that begins at `at` of a frame.
struct Lines<'a> {
    rest: &'a str,
    at: usize,
}

impl<'a> Lines<'a> {
    /// The next line. Each has an end, or the capture has cut it.
    fn next(&mut self, field: &'static str) -> Result<Spanned<&'a str>, WireError> {
        let Some((line, rest)) = self.rest.split_once('\n') else {
            let end = self.at.saturating_add(self.rest.len());
            return Err(WireError::new(ErrorKind::Truncated { missing: 1 }, end, field));
        };
        let end = self.at.saturating_add(line.len());
        let span = Span::new(self.at, end);
        (self.rest, self.at) = (rest, end.saturating_add(1));
        Ok(Spanned::new(line, span))
    }
}

/// What follows the first `length` octets.
fn behind(line: Spanned<&str>, length: usize) -> Spanned<&str> {
    let rest = line.value.get(length..).unwrap_or_default();
    Spanned::new(rest, Span::new(line.span.end.saturating_sub(rest.len()), line.span.end))
}

/// The time in front, as `2026-05-04 09:30:12.400` or without a year, and the text behind it.
fn stamp_and_text(line: Spanned<&str>) -> (Spanned<&str>, Spanned<&str>) {
    let made_of = |word: &str, marks: &[char]| {
        word.starts_with(|c: char| c.is_ascii_digit())
            && word.contains(marks)
            && word.chars().all(|c| c.is_ascii_digit() || marks.contains(&c))
    };
    let length = line.value.match_indices(' ').nth(1).map(|(at, _)| at).filter(|at| {
        let words = line.value.get(..*at).and_then(|stamp| stamp.split_once(' '));
        words.is_some_and(|(date, time)| made_of(date, &['-']) && made_of(time, &[':', '.']))
    });
    match length {
        None => (Spanned::default(), line),
        Some(length) => {
            let stamp = line.value.get(..length).unwrap_or_default();
            let end = line.span.start.saturating_add(length);
            (Spanned::new(stamp, Span::new(line.span.start, end)), behind(line, length.saturating_add(1)))
        }
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
mod tests {
    use super::*;

    const TAGS: &[u8] = b"\0\x0c\0\x08syslog\0\0\0\x14\0\x04\x0a\0\0\x01\0\0\0\0";

    fn entry() -> LogEntry {
        LogEntry {
            line: 112,
            time: "2026-05-04 09:30:12.400".to_owned(),
            text: "NetpJoinDomainOnDs: status of connecting to dc '\\\\dc1': 0x35".to_owned(),
            below: vec!["  adjoin pass: 9".to_owned(), "adjoin pass: 7".to_owned()],
            operation: "join",
            pass: Some(2),
            normal: Some("it is none"),
            packets: vec![-1_204_333_000, 0, 5],
        }
    }

    fn framed(text: &str) -> Vec<u8> {
        [TAGS, text.as_bytes()].concat()
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = framed(&entry().to_text());
        let Partial { value: line, error } = LogLine::parse_partial(&bytes).unwrap();
        assert_eq!(error, None);
        assert_eq!((line.first.value, line.last.value), (112, 114));
        assert_eq!(line.time.value, "2026-05-04 09:30:12.400");
        assert_eq!(line.text.value, entry().text);
        assert!(line.below.iter().map(|line| line.value).eq(entry().below));
        assert_eq!((line.operation.value, line.pass.value, line.normal.value), ("join", 2, "it is none"));
        assert_eq!(line.packets.value, entry().packets);
        for part in [line.time, line.text, line.below[1], line.operation, line.normal] {
            assert_eq!(&bytes[part.span.range()], part.value.as_bytes());
        }
        assert_eq!(&bytes[line.first.span.range()], b"112");
        assert_eq!(&bytes[line.last.span.range()], b"114");
        assert_eq!(&bytes[line.pass.span.range()], b"2");
        let bare = LogEntry { line: 1, text: "Privileges: 1".to_owned(), ..LogEntry::default() };
        let bytes = framed(&bare.to_text());
        let Partial { value: line, error } = LogLine::parse_partial(&bytes).unwrap();
        assert_eq!((error, line.last.value, line.text.value), (None, 1, "Privileges: 1"));
        assert!(line.time.reached().is_none() && line.operation.reached().is_none());
    }

    #[test]
    fn a_cut_is_no_fault() {
        let bytes = framed(&LogEntry { text: "für".to_owned(), ..entry() }.to_text());
        for cut in 0..bytes.len() {
            let Some(read) = LogLine::parse_partial(&bytes[..cut]) else {
                assert!(cut < TAGS.len() + LOG_LINE.len());
                continue;
            };
            // A cut at the end of a line leaves only less to tell.
            if let Some(error) = read.error {
                assert!(error.kind.is_truncated() && error.offset <= cut, "{cut}: {error}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        let error = |text: &str| LogLine::parse_partial(&framed(text)).unwrap().error.unwrap();
        for text in [
            "adjoin netsetup 1 line \nx\n",
            "adjoin netsetup 1 line 0\nx\n",
            "adjoin netsetup 1 line +1\nx\n",
            "adjoin netsetup 1 line 4294967296\nx\n",
            "adjoin netsetup 1 line 3 to 2\nx\n",
            "adjoin netsetup 1 line 3 to \nx\n",
            "adjoin netsetup 1 line 3\nx\nadjoin pass: -1\n",
            "adjoin netsetup 1 line 3\nx\nadjoin packets: 1 9223372036854775808\n",
        ] {
            assert!(error(text).kind.is_malformed(), "{text:?}: {}", error(text));
        }
        let many = format!("adjoin netsetup 1 line 3\nx\nadjoin packets: {}\n", "1 ".repeat(65));
        assert!(matches!(error(&many).kind, ErrorKind::Limit(_)));
        let many = format!("adjoin netsetup 1 line 3 to 4294967295\n{}", "x\n".repeat(300));
        assert!(matches!(error(&many).kind, ErrorKind::Limit(_)));
        let newer = "adjoin netsetup 1 line 3\nx\nadjoin mood: good\n";
        assert!(matches!(error(newer).kind, ErrorKind::Unsupported(_)));
        let bytes = [&framed("adjoin netsetup 1 line 3\nx")[..], b"\xff\n"].concat();
        let read = LogLine::parse_partial(&bytes).unwrap();
        assert!(read.error.unwrap().kind.is_malformed() && read.value.first.value == 3);
    }

    #[test]
    fn other_records_are_left_alone() {
        let text = entry().to_text();
        for bytes in [
            &b""[..],
            b"\0\0",
            b"\0\0\0\0",
            b"\0\x0c\xff\xff",
            b"\0\0\0\0adjoin netsetup 2 line 1\nx\n",
            text.as_bytes(),
        ] {
            assert!(LogLine::parse_partial(bytes).is_none(), "{bytes:?}");
            let frame = |link, bytes| Frame { number: 1, time: 0, link, bytes, original_length: 0 };
            assert!(!is_log_line(&frame(UPPER_PDU, bytes)));
            assert!(!is_log_line(&frame(LinkType::ETHERNET, &framed(&text))));
        }
    }
}
