//! `adjoin.log.*`: a line of Netsetup.log that `adjoin annotate` has put between the packets.

use super::Base::{Dec, Hex};
use super::Kind::{Frame, Group, Text, Uint};
use super::sheet::Sheet;
use super::view::{finding, say};
use super::{Link, Value, View, family, join};
use crate::annotated::LogLine;
use crate::catalogue::{self, Stage};
use crate::log::shorten;
use crate::phase::Phase;
use adjoin_wire::{Partial, Span};
use netsetup_log::{Family, Line, LineKind, Options, Section, Status};

family! {
    HEADING = "adjoin.log", "Netsetup.log", Group, "A line of the client's own log, with the lines that belong to it";
    LINE = "adjoin.log.line", "Line", Uint(32, Dec), "Number of the line in the log, from 1";
    LAST_LINE = "adjoin.log.line.last", "Last line", Uint(32, Dec), "Number of the last line that belongs to it";
    TIME = "adjoin.log.time", "Client's time", Text, "When it was written, by the client's own clock and zone";
    FUNCTION = "adjoin.log.function", "Function", Text, "The function of Windows that wrote it";
    MESSAGE = "adjoin.log.message", "Message", Text, "What the function says";
    STATUS = "adjoin.log.status", "Status", Uint(32, Hex), "The code that the line tells: of Win32, an NTSTATUS, an LDAP result or a truth value";
    STATUS_NAME = "adjoin.log.status.name", "Symbol", Text, "The symbol of the status";
    STATUS_MEANING = "adjoin.log.status.meaning", "Meaning", Text, "What the status means in a join";
    LDAP = "adjoin.log.status.ldap", "LDAP result", Uint(32, Dec), "The result of LDAP that the status was made of";
    NORMAL = "adjoin.log.normal", "Normal because", Text, "Why a status that looks like an error is none here";
    OPTIONS = "adjoin.log.options", "Options", Uint(32, Hex), "A word of options: of the join, of the search for a domain controller, of the account";
    VALUE = "adjoin.log.value", "Value", Text, "A line below that belongs to it";
    OPERATION = "adjoin.log.operation", "Operation", Text, "What the client was doing, such as join or rename";
    PASS = "adjoin.log.pass", "Pass", Uint(32, Dec), "Which pass of the join it was, from 1: the first may not create the account";
    PACKET_IN = "adjoin.log.packet_in", "Tells of frame", Frame(Link::Related), "A packet that the line tells of";
    LINE_IN = "adjoin.log.line_in", "Log line in frame", Frame(Link::Related), "The frame with a line of the client's log that tells of this packet";
}

/// Appends the line of a log in the octets `frame`; it tells of `packets`.
pub(crate) fn line(view: &mut View, frame: &[u8], packets: &[u32]) {
    let Some(Partial { value: line, error }) = LogLine::parse_partial(frame) else { return };
    let entry = entry(&line, &line.text);
    let status = entry.status();
    if let Some((id, name)) = Section::of(entry).map(phase) {
        say(view, 0, join::PHASE, Value::Text(id.into()));
        say(view, 0, join::PHASE_NAME, Value::Text(name.into()));
    }
    say(view, 0, join::SUMMARY, Value::Text(sentence(&line, entry, status.as_ref())));
    let bad = status.as_ref().filter(|status| !status.is_success());
    // Without an operation nobody has looked whether it is normal.
    if let (Some(status), Some(_), None) = (bad, line.operation.reached(), line.normal.reached()) {
        let function = entry.function().unwrap_or("a function");
        let meaning = status.meaning().map(|meaning| format!(": {meaning}")).unwrap_or_default();
        let text = format!("The client's log tells of an error: {function} came to {status}{meaning}");
        finding(view, 0, catalogue::LOG_STATUS, &text);
    }
    for packet in packets {
        say(view, 0, PACKET_IN, Value::Uint((*packet).into()));
    }
    rows(&mut Sheet::new(view, None, 0), &line, entry, status);
    Sheet::new(view, None, 0).stopped(1, error);
}

/// Appends the lines that tell of a packet.
pub(crate) fn links(view: &mut View, lines: &[u32]) {
    for line in lines {
        say(view, 0, LINE_IN, Value::Uint((*line).into()));
    }
}

/// A line of the frame, as the reader of logs takes it.
fn entry<'a>(line: &LogLine<'_>, text: &'a str) -> Line<'a> {
    Line { number: line.first.value, offset: 0, kind: LineKind::Entry, time: None, text }
}

/// Id and name of the phase that a section is about.
fn phase(section: Section) -> (&'static str, &'static str) {
    let id = section.id();
    let stages = Phase::ALL.into_iter().map(Stage::In);
    let found = stages.chain([Stage::Local]).find(|stage| stage.id() == id);
    (id, found.map_or("", Stage::name))
}

/// The line as it is, with what its status is called.
fn sentence(line: &LogLine<'_>, entry: Line<'_>, status: Option<&Status>) -> String {
    if line.text.reached().is_none() {
        return "A line of the client's log that can't be read".to_owned();
    }
    let mut text = entry.text.trim().to_owned();
    let symbol = status.filter(|status| !status.is_success()).and_then(Status::symbol);
    let normal = line.normal.reached().is_some();
    match (symbol, normal) {
        (Some(symbol), true) => text.push_str(&format!(" ({symbol}, normal here)")),
        (Some(symbol), false) => text.push_str(&format!(" ({symbol})")),
        (None, true) => text.push_str(" (normal here)"),
        (None, false) => {}
    }
    shorten(&mut text);
    text
}

fn rows(sheet: &mut Sheet<'_>, line: &LogLine<'_>, entry: Line<'_>, status: Option<Status>) {
    let heading = match (line.first.value, line.last.value) {
        (first, last) if first == last => format!("line {first}"),
        (first, last) => format!("lines {first} to {last}"),
    };
    sheet.group(0, HEADING, line.whole, heading);
    sheet.uint(1, LINE, &line.first);
    if line.last.value != line.first.value {
        sheet.uint(1, LAST_LINE, &line.last);
    }
    sheet.text(1, TIME, &line.time);
    let text = &line.text;
    let octets = |from: usize, to: usize| Span::new(from, to).shifted(text.span.start);
    if text.reached().is_some() {
        // The function is the first of the text, the message the last.
        if let Some(function) = entry.function() {
            sheet.words(1, FUNCTION, octets(0, function.len()), function);
        }
        let message = entry.message();
        if !message.is_empty() {
            let end = text.value.trim_end().len();
            sheet.words(1, MESSAGE, octets(end.saturating_sub(message.len()), end), message);
        }
    }
    if let Some(status) = status {
        let place = octets(status.place.start, status.place.end);
        sheet.named(1, STATUS, place, status.code.into(), status.to_string());
        if let Some(symbol) = status.symbol() {
            sheet.words(2, STATUS_NAME, Span::NONE, symbol);
        }
        if let Some(meaning) = status.meaning() {
            sheet.words(2, STATUS_MEANING, Span::NONE, meaning);
        }
        if let Some(ldap) = status.ldap.filter(|_| status.family != Family::Ldap) {
            let name = netsetup_log::ldap_result_name(ldap).map(|name| format!("{ldap} {name}"));
            sheet.known(2, LDAP, ldap.into(), name.unwrap_or_else(|| ldap.to_string()));
        }
    }
    sheet.text(1, NORMAL, &line.normal);
    options(sheet, 1, entry.options(), text.span);
    for below in &line.below {
        let value = below.map(str::trim);
        sheet.text(1, VALUE, &value);
        let line = Line { kind: LineKind::Value, text: below.value, ..entry };
        options(sheet, 2, line.options(), below.span);
    }
    sheet.text(1, OPERATION, &line.operation);
    sheet.uint(1, PASS, &line.pass);
}

fn options(sheet: &mut Sheet<'_>, depth: u8, options: Option<Options>, place: Span) {
    if let Some(options) = options {
        sheet.named(depth, OPTIONS, place, options.bits.into(), options.to_string());
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::annotated::LogEntry;
    use crate::show::{What, fields};

    /// Each row as `filter = value (octets)`, a finding as its id.
    fn told(bytes: &[u8], packets: &[u32]) -> Vec<String> {
        let mut view = View::default();
        line(&mut view, bytes, packets);
        let one = |row: &crate::show::Row| match &row.what {
            What::Finding { id, .. } => catalogue::finding(*id).unwrap().id.to_owned(),
            What::Field { id, value, .. } => {
                let filter = fields().nth(id.0.into()).unwrap().filter.strip_prefix("adjoin.").unwrap();
                let octets = match row.place {
                    crate::show::Place::Frame(span) => {
                        format!(" ({})", String::from_utf8_lossy(&bytes[span.range()]))
                    }
                    _ => String::new(),
                };
                match value {
                    Value::Uint(number) => format!("{filter} = {number}{octets}"),
                    Value::Text(text) if format!(" ({text})") == octets => format!("{filter} = {text}"),
                    Value::Text(text) => format!("{filter} = {text}{octets}"),
                    _ => filter.to_owned(),
                }
            }
        };
        view.rows.iter().map(one).collect()
    }

    fn record(entry: &LogEntry) -> Vec<u8> {
        [b"\0\0\0\0", entry.to_text().as_bytes()].concat()
    }

    fn refused() -> LogEntry {
        LogEntry {
            line: 40,
            time: "2026-05-04 09:30:12.400".to_owned(),
            text: "NetpModifyComputerObjectInDs: ldap_add_s failed: 0x35 0x216d".to_owned(),
            below: vec!["  Options: 0x27".to_owned()],
            operation: "join",
            pass: Some(2),
            ..LogEntry::default()
        }
    }

    #[test]
    fn a_line_with_an_error() {
        let told = told(&record(&refused()), &[7, 9]);
        assert_eq!(
            told[..10],
            [
                "phase = P8",
                "phase.name = Account",
                "summary = NetpModifyComputerObjectInDs: ldap_add_s failed: 0x35 0x216d (ERROR_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED)",
                "finding = LOG-STATUS",
                "LOG-STATUS",
                "finding.severity = note",
                "log.packet_in = 7",
                "log.packet_in = 9",
                "log",
                "log.line = 40 (40)",
            ]
        );
        for row in [
            "log.line.last = 41 (41)",
            "log.time = 2026-05-04 09:30:12.400",
            "log.function = NetpModifyComputerObjectInDs",
            "log.message = ldap_add_s failed: 0x35 0x216d",
            "log.status = 8557 (0x216d)",
            "log.status.name = ERROR_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED",
            "log.status.ldap = 53",
            "log.operation = join",
            "log.pass = 2 (2)",
        ] {
            assert!(told.iter().any(|told| told == row), "{row}: {told:#?}");
        }
        assert!(told.iter().any(|told| told.starts_with("log.value = Options: 0x27")), "{told:#?}");
        assert!(told.iter().any(|told| told.starts_with("log.options = 39")), "{told:#?}");
    }

    #[test]
    fn no_alarm_without_a_reason() {
        let alarms = |entry: &LogEntry| told(&record(entry), &[]).contains(&"LOG-STATUS".to_owned());
        assert!(alarms(&refused()));
        assert!(!alarms(&LogEntry { normal: Some("it is none"), ..refused() }));
        // Nobody has looked at the whole log, or the capture has cut what was found.
        assert!(!alarms(&LogEntry { operation: "", ..refused() }));
        let good = LogEntry { text: "NetpDoDomainJoin: status: 0x0".to_owned(), ..refused() };
        assert!(!alarms(&good));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let wrong = told(b"\0\0\0\0adjoin netsetup 1 line x\nNetpDoDomainJoin\n", &[]);
        assert_eq!(wrong[0], "summary = A line of the client's log that can't be read");
        assert!(wrong.iter().any(|row| row == "ADJOIN-MALFORMED"), "{wrong:?}");
        assert!(
            wrong.iter().any(|row| row.starts_with("note = line: it is no number of a line")),
            "{wrong:?}"
        );
        let bytes = record(&refused());
        for cut in 0..bytes.len() {
            let cut = told(&bytes[..cut], &[]);
            assert!(!cut.iter().any(|row| row == "ADJOIN-MALFORMED"), "{cut:?}");
        }
        assert_eq!(told(b"\0\0\0\0other", &[]), [""; 0]);
    }
}
