//! The log as lines: what each is, who wrote it, and what it says.

use crate::decode::{self, Encoding, Problem, Row};
use crate::options::{OptionKind, Options};
use crate::status::Status;
use crate::time::Stamp;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// Nothing, or only the time.
    Blank,
    /// `//` and a remark: the published log has such lines.
    Comment,
    /// Dashes: a new operation starts.
    Ruler,
    /// A function's message.
    Entry,
    /// `Name: value` or `name = value`, indented; it belongs to the entry above.
    Value,
    /// More of the line above: a value with line breaks in it.
    Continuation,
    /// Not of this log: text around it, a code fence.
    Unknown,
}

/// A line of the log. It borrows from the [`Log`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Counted from 1.
    pub number: u32,
    /// Its first octet in the input, counted from 0.
    pub offset: usize,
    /// What it is.
    pub kind: LineKind,
    /// Local time as written; not every line has one.
    pub time: Option<Stamp>,
    /// The text behind the time, with the spaces in front of it if it is indented.
    pub text: &'a str,
}

/// A Netsetup.log: every line of it, and what was wrong with its octets.
#[derive(Debug)]
pub struct Log {
    text: String,
    rows: Vec<Known>,
    encoding: Encoding,
    problems: Vec<Problem>,
    problems_left_out: usize,
}

/// A line's place, and what it was found to be.
#[derive(Clone, Copy, Debug)]
struct Known {
    start: usize,
    end: usize,
    offset: usize,
    kind: LineKind,
    time: Option<Stamp>,
}

/// An entry with the values and further lines that belong to it.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The function's own line.
    pub line: Line<'a>,
    log: &'a Log,
    more: (usize, usize),
}

impl<'a> Entry<'a> {
    /// The values and continuations below the entry.
    pub fn more(self) -> impl Iterator<Item = Line<'a>> {
        (self.more.0..self.more.1).filter_map(move |at| self.log.line_at(at))
    }

    /// The first value of that name below the entry.
    #[must_use]
    pub fn value(self, name: &str) -> Option<&'a str> {
        self.more().filter_map(Line::value).find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }
}

impl Log {
    /// Reads a log. Any octets give a log: what is no line of one is kept as [`LineKind::Unknown`], and
    /// what is garbled is told by [`Log::problems`].
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let decoded = decode::decode(bytes);
        let mut above = LineKind::Blank;
        let rows = decoded
            .rows
            .iter()
            .map(|row| {
                let known = classify(&decoded.text, *row, above);
                above = known.kind;
                known
            })
            .collect();
        Self {
            text: decoded.text,
            rows,
            encoding: decoded.encoding,
            problems: decoded.problems,
            problems_left_out: decoded.problems_left_out,
        }
    }

    /// All lines, in the order of the file.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        (0..self.rows.len()).filter_map(|at| self.line_at(at))
    }

    /// The line of that number, counted from 1.
    #[must_use]
    pub fn line(&self, number: u32) -> Option<Line<'_>> {
        self.line_at(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// All entries, each with the values below it.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        (0..self.rows.len()).filter_map(move |at| {
            let line = self.line_at(at).filter(|line| line.kind == LineKind::Entry)?;
            let first = at.saturating_add(1);
            let belongs = |known: &&Known| matches!(known.kind, LineKind::Value | LineKind::Continuation);
            let count = self.rows.get(first..).map_or(0, |rows| rows.iter().take_while(belongs).count());
            Some(Entry { line, log: self, more: (first, first.saturating_add(count)) })
        })
    }

    /// How the characters are written.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What is wrong with the octets, in their order; at most [`crate::MAX_PROBLEMS`].
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// How many more problems there were.
    #[must_use]
    pub const fn problems_left_out(&self) -> usize {
        self.problems_left_out
    }

    /// Does anything in the input look like this log?
    #[must_use]
    pub fn is_netsetup_log(&self) -> bool {
        self.rows.iter().any(|row| row.kind == LineKind::Entry)
    }

    fn line_at(&self, at: usize) -> Option<Line<'_>> {
        let known = self.rows.get(at)?;
        Some(Line {
            number: u32::try_from(at.saturating_add(1)).unwrap_or(u32::MAX),
            offset: known.offset,
            kind: known.kind,
            time: known.time,
            text: self.text.get(known.start..known.end)?,
        })
    }
}

impl<'a> Line<'a> {
    /// The function that wrote an entry, such as `NetpDoDomainJoin` or `NetUseAdd`.
    #[must_use]
    pub fn function(self) -> Option<&'a str> {
        if self.kind == LineKind::Entry { function_of(self.text) } else { None }
    }

    /// What the function says: the text behind its name.
    #[must_use]
    pub fn message(self) -> &'a str {
        let behind = self.function().and_then(|name| self.text.strip_prefix(name)).unwrap_or(self.text);
        behind.trim_start_matches([':', ' ', '.']).trim_end()
    }

    /// Name and value of a [`LineKind::Value`].
    #[must_use]
    pub fn value(self) -> Option<(&'a str, &'a str)> {
        if self.kind == LineKind::Value { name_and_value(self.text.trim_start()) } else { None }
    }

    /// The status that an entry tells.
    #[must_use]
    pub fn status(self) -> Option<Status> {
        if self.kind == LineKind::Entry { Status::of(self.text) } else { None }
    }

    /// The option word that the line tells.
    #[must_use]
    pub fn options(self) -> Option<Options> {
        let (kind, digits) = match self.kind {
            LineKind::Value => {
                let (name, value) = self.value()?;
                let kind = if is_one_of(name, &["Options", "dwJoinOptions", "lpJoinOptions"]) {
                    OptionKind::Join
                } else if name.eq_ignore_ascii_case("dwOptions") {
                    OptionKind::Provision
                } else if name.eq_ignore_ascii_case("userAccountControl") {
                    OptionKind::AccountControl
                } else {
                    return None;
                };
                (kind, value)
            }
            LineKind::Entry => {
                let function = self.function()?;
                let after = |mark: &str| self.text.rsplit_once(mark).map(|(_, after)| after);
                match function {
                    "NetpChangeMachineName" => (OptionKind::Rename, after(" [")?.strip_suffix(']')?),
                    "NetpDsGetDcName" => (OptionKind::Locator, after("flags: ")?),
                    // `options: 0x4` of an unjoin; also a join's when it stands in the line.
                    _ => (OptionKind::Join, after("ptions: ")?),
                }
            }
            _ => return None,
        };
        let digits = digits.trim().strip_prefix("0x")?;
        Some(Options { kind, bits: u32::from_str_radix(digits, 16).ok()? })
    }
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|n| name.eq_ignore_ascii_case(n))
}

/// The placeholder for the time in published excerpts.
fn placeholder(text: &str) -> Option<&str> {
    let mut words = text.splitn(3, ' ');
    let (date, time) = (words.next()?, words.next()?);
    let is = |word: &str, start: &str| word.get(..start.len()).is_some_and(|w| w.eq_ignore_ascii_case(start));
    (is(date, "mm/dd") && is(time, "hh:mm:ss")).then(|| words.next().unwrap_or_default())
}

fn classify(text: &str, row: Row, above: LineKind) -> Known {
    let whole = text.get(row.start..row.end).unwrap_or_default();
    // A pasted log may be indented or quoted.
    let pasted = whole.trim_start_matches([' ', '\t', '>']);
    let (time, rest, stamped) = match Stamp::read_prefix(pasted) {
        Some((stamp, rest)) => (Some(stamp), rest.strip_prefix(' ').unwrap_or(rest), true),
        None => match placeholder(pasted) {
            Some(rest) => (None, rest, true),
            None => (None, whole, false),
        },
    };
    let kind = kind_of(rest, stamped, above);
    let start = row.end.saturating_sub(rest.len());
    Known { start, end: row.end, offset: row.offset, kind, time }
}

fn kind_of(text: &str, stamped: bool, above: LineKind) -> LineKind {
    let content = text.trim();
    let below_a_line = matches!(above, LineKind::Entry | LineKind::Value | LineKind::Continuation);
    let indented = text.starts_with([' ', '\t']);
    if content.is_empty() {
        LineKind::Blank
    } else if content.len() >= 8 && content.bytes().all(|b| b == b'-') {
        LineKind::Ruler
    } else if !stamped && content.starts_with("//") {
        LineKind::Comment
    } else if stamped {
        match indented {
            true if name_and_value(content).is_some() => LineKind::Value,
            true if below_a_line => LineKind::Continuation,
            _ => LineKind::Entry,
        }
    } else if indented {
        match below_a_line {
            true if name_and_value(content).is_some() => LineKind::Value,
            true => LineKind::Continuation,
            false => LineKind::Unknown,
        }
    } else if is_own_word(text) {
        // Some lines of Windows have no time, and pasted logs often lost it.
        LineKind::Entry
    } else if below_a_line && !is_markdown(content) {
        LineKind::Continuation
    } else {
        LineKind::Unknown
    }
}

/// A code fence, a heading, a quotation or a table around a pasted log.
fn is_markdown(content: &str) -> bool {
    content.starts_with("```") || content.starts_with("~~~") || content.starts_with(['#', '>', '|'])
}

/// Does a line without time start with a word that only this log starts with?
fn is_own_word(text: &str) -> bool {
    match function_of(text) {
        Some("Privileges") => true,
        Some(name) => is_windows_function(name),
        None => false,
    }
}

fn is_windows_function(name: &str) -> bool {
    const STARTS: [&str; 10] = [
        "NetUse",
        "NetJoin",
        "NetProvision",
        "NetRequest",
        "NetCreate",
        "NetValidate",
        "I_Net",
        "ldap_",
        "Dsr",
        "LsaOpen",
    ];
    let own =
        name.strip_prefix("Netp").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
    own || STARTS.iter().any(|start| name.starts_with(start))
}

/// The name at the start: an identifier before a colon, or one that Windows functions have.
fn function_of(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    let letters = name.starts_with(|c: char| c.is_ascii_alphabetic());
    (letters && (rest.starts_with(':') || is_windows_function(name))).then_some(name)
}

/// `Name: value`, `Name:` and `name  =  value`. The name has few words: `OS Version`, `Build number`.
fn name_and_value(content: &str) -> Option<(&str, &str)> {
    let at = content.find([':', '='])?;
    let (name, rest) = content.split_at_checked(at)?;
    let name = name.trim_end();
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.');
    let fits = !name.is_empty() && name.len() <= 40 && name.chars().all(good) && name.split(' ').count() <= 4;
    let value = rest.get(1..)?;
    let apart = value.is_empty() || value.starts_with([' ', '\t']);
    (fits && apart).then(|| (name, value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<LineKind> {
        Log::read(text.as_bytes()).lines().map(|line| line.kind).collect()
    }

    #[test]
    fn kinds_of_lines() {
        use LineKind::{Blank, Comment, Continuation, Entry, Ruler, Unknown, Value};
        let log = "# A log\n\n```output\n\
            03/06/2025 11:28:14:530 -----------------------------------------------------------------\n\
            03/06/2025 11:28:14:530 NetpDoDomainJoin\n\
            03/06/2025 11:28:14:531   HostName: PC1\n\
            \tOptions: 0x25\n\
            //A remark\n\
            03/06/2025 11:28:14:532     unicodePwd  =  <SomePassword>\n\
            03/06/2025 11:28:14:533 NetpMapGetLdapExtendedError: Parsed [0x2098] from server extended error string: 00002098: SecErr:\n\
            DSID-1, data 0\n\
            03/06/2025 11:28:14:534\n\
            Privileges: Setting backup/restore privileges.\n\
            NetpDoDomainJoin: status: 0x5\n\
            ```\nmore text\n";
        assert_eq!(
            kinds(log),
            [
                Unknown,
                Blank,
                Unknown,
                Ruler,
                Entry,
                Value,
                Value,
                Comment,
                Value,
                Entry,
                Continuation,
                Blank,
                Entry,
                Entry,
                Unknown,
                Unknown
            ]
        );
    }

    #[test]
    fn functions_messages_values() {
        let text = "03/06/2025 11:28:14:530 NetUseAdd to \\\\dc1\\IPC$ returned 64\n\
            03/06/2025 11:28:14:530 NetpProvisionComputerAccount:\n\
            03/06/2025 11:28:14:530   lpDomain: corp.example\n\
            03/06/2025 11:28:14:530   lpMachinePassword: (null)\n\
            03/06/2025 11:28:14:530     ServicePrincipalName  =  HOST/a  HOST/b\n\
            03/06/2025 11:28:14:530 Querying \"CN=PC1\" for objectSid\n\
            mm/dd/yyyy hh:mm:ss:ms NetpDoDomainJoin: status: 0x40\n";
        let log = Log::read(text.as_bytes());
        let lines: Vec<_> = log.lines().collect();
        assert_eq!(
            (lines[0].function(), lines[0].message()),
            (Some("NetUseAdd"), "to \\\\dc1\\IPC$ returned 64")
        );
        assert_eq!(lines[4].value(), Some(("ServicePrincipalName", "HOST/a  HOST/b")));
        assert_eq!((lines[5].function(), lines[5].kind), (None, LineKind::Entry));
        assert_eq!((lines[6].function(), lines[6].time), (Some("NetpDoDomainJoin"), None));
        assert_eq!(lines[6].status().unwrap().code, 0x40);
        assert_eq!(log.line(7), Some(lines[6]));
        assert_eq!(log.line(0), None);
        let entry = log.entries().nth(1).unwrap();
        assert_eq!(entry.value("lpdomain"), Some("corp.example"));
        assert_eq!(entry.more().count(), 3);
    }

    #[test]
    fn pasted_logs() {
        let log =
            Log::read(b"> \t01/02/2025 03:04:05:006   Options: 0x27\n    01/02 03:04:05 NetpDoDomainJoin\n");
        let kinds: Vec<_> = log.lines().map(|line| (line.kind, line.time.is_some())).collect();
        assert_eq!(kinds, [(LineKind::Value, true), (LineKind::Entry, true)]);
    }

    #[test]
    fn option_words() {
        let text = "03/06 11:28:14 NetpJoinDomain\n\
            03/06 11:28:14 \tOptions: 0x27\n\
            03/06 11:28:14   dwJoinOptions: 0x27\n\
            03/06 11:28:14   dwOptions: 0x40000003\n\
            03/06 11:28:14     userAccountControl  =  0x1000\n\
            03/06 11:28:14 NetpDsGetDcName: trying to find DC in domain 'x', flags: 0x1020\n\
            03/06 11:28:14 NetpChangeMachineName: from 'A' to 'B' using 'x\\y' [0x1000]\n\
            03/06 11:28:14 NetpUnJoinDomain: unjoin from 'X' using 'x\\y' creds, options: 0x4\n\
            03/06 11:28:14   Account: Options\n";
        let log = Log::read(text.as_bytes());
        let words: Vec<_> = log.lines().filter_map(Line::options).map(|o| (o.kind, o.bits)).collect();
        use OptionKind::{AccountControl, Join, Locator, Provision, Rename};
        assert_eq!(
            words,
            [
                (Join, 0x27),
                (Join, 0x27),
                (Provision, 0x4000_0003),
                (AccountControl, 0x1000),
                (Locator, 0x1020),
                (Rename, 0x1000),
                (Join, 0x4)
            ]
        );
    }
}
