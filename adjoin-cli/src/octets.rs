//! Octets as people have them: hexadecimal in many forms, in an argument or a file, or raw in a file.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::folder;

/// Most octets of text or of a file that are read.
const MAX_INPUT: u64 = 64 << 20;
/// Most octets of a message: what the length in front of SMB can say.
pub(crate) const MAX_OCTETS: usize = 16 << 20;
/// Most octets in a line of a dump.
const MAX_LINE: usize = 256;

/// The octets that the arguments of a command stand for: a file, `-` for standard input, or hexadecimal.
pub(crate) fn read(arguments: &[PathBuf]) -> Result<Vec<u8>, String> {
    let octets = match arguments {
        [only] if only.as_os_str() == "-" => content("standard input", io::stdin().lock())?,
        [only] if only.exists() => {
            let name = only.display().to_string();
            if only.is_dir() {
                return Err(format!("{name}: this is a folder; `adjoin scan` takes folders of captures"));
            }
            content(&name, File::open(only).map_err(|error| format!("{name}: {error}"))?)?
        }
        _ => argument(arguments)?,
    };
    match octets.len() {
        0 => Err("there is no octet to decode".to_owned()),
        1..=MAX_OCTETS => Ok(octets),
        more => Err(format!("{more} octets are more than any message has (at most {MAX_OCTETS})")),
    }
}

fn argument(arguments: &[PathBuf]) -> Result<Vec<u8>, String> {
    let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
    let text = words.join(" ");
    parse(&text).map_err(|wrong| match arguments {
        [only] if looks_like_path(only) => format!("{}: there is no such file", only.display()),
        _ => format!("the argument is neither a file nor hexadecimal: {wrong}"),
    })
}

fn looks_like_path(path: &Path) -> bool {
    path.components().count() > 1 || path.extension().is_some()
}

/// The octets in a file: as they are, or as its text says.
fn content(name: &str, file: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    file.take(MAX_INPUT.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| format!("{name}: {error}"))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_INPUT) {
        return Err(format!("{name}: longer than {} MiB; one message is wanted", MAX_INPUT >> 20));
    }
    if is_capture(&bytes) {
        return Err(format!("{name}: this is a capture: `adjoin report` reads it"));
    }
    match text(&bytes) {
        Some(text) if text.trim().is_empty() => Err(format!("{name}: there is nothing in it")),
        Some(text) => parse(&text).map_err(|wrong| format!("{name}: {wrong}")),
        None => Ok(bytes),
    }
}

fn is_capture(bytes: &[u8]) -> bool {
    bytes.first_chunk().is_some_and(|first| folder::is_magic(*first))
}

/// The text that a file is, if it is one: without control characters, or in the UTF-16 of a Windows shell.
fn text(bytes: &[u8]) -> Option<String> {
    if let [0xff, 0xfe, rest @ ..] = bytes {
        let units = rest.chunks(2).map(|pair| match pair {
            [low, high] => u16::from_le_bytes([*low, *high]),
            _ => 0xfffd,
        });
        let text: String =
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        return Some(text).filter(|text| is_plain(text));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).ok().filter(|text| is_plain(text)).map(str::to_owned)
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\r' | '\n' | '\x0c'))
}

/// Why a text isn't hexadecimal, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotHex {
    /// From 1.
    pub(crate) line: usize,
    /// In characters, from 1.
    pub(crate) column: usize,
    pub(crate) what: Wrong,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// No digit.
    Character(char),
    /// An odd number of digits.
    Half,
    /// A number of an array that may be decimal.
    Ambiguous,
    /// A line of a dump without the octets that its place in the dump needs.
    Line,
    /// The offset of a line of a dump isn't the number of octets before it.
    Offset,
    /// A second dump begins.
    Second,
    /// A dump leaves out lines that repeat.
    LeftOut,
    /// Nothing at all.
    Nothing,
}

impl fmt::Display for NotHex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: ", self.line, self.column)?;
        match self.what {
            Wrong::Character(c) => {
                let c = if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
                write!(f, "`{c}` is no hexadecimal digit")
            }
            Wrong::Half => f.write_str("half an octet: the number of digits is odd"),
            Wrong::Ambiguous => f.write_str("numbers of an array need 0x in front, or two digits each"),
            Wrong::Line => f.write_str("this line of the dump doesn't have the octets that its offset needs"),
            Wrong::Offset => f.write_str("this offset doesn't follow the line before"),
            Wrong::Second => f.write_str("a second dump begins; give one message"),
            Wrong::LeftOut => f.write_str("the dump leaves out lines that repeat; make it with `hexdump -v`"),
            Wrong::Nothing => f.write_str("there are no digits"),
        }
    }
}

/// Reads hexadecimal: digits with or without spaces, colons, commas and `0x`, arrays of C, string literals
/// with `\x`, and dumps with offsets in front and characters behind.
pub(crate) fn parse(text: &str) -> Result<Vec<u8>, NotHex> {
    if let Some(octets) = dump(text)? {
        return Ok(octets);
    }
    if text.contains("\\x") { literal(text) } else { digits(text) }
}

fn nibble(c: char) -> Option<u8> {
    c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

const fn octet(high: u8, low: u8) -> u8 {
    high << 4 | low
}

/// Walks the characters of a text and knows where it is.
struct Walk<'t> {
    chars: std::iter::Peekable<std::str::Chars<'t>>,
    line: usize,
    column: usize,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str) -> Self {
        Self { chars: text.chars().peekable(), line: 1, column: 0 }
    }

    fn next(&mut self) -> Option<char> {
        let c = self.chars.next()?;
        if c == '\n' {
            self.line = self.line.saturating_add(1);
            self.column = 0;
        } else {
            self.column = self.column.saturating_add(1);
        }
        Some(c)
    }

    fn peek(&mut self) -> Option<char> {
        self.chars.peek().copied()
    }

    /// What is wrong with the character that was given last.
    fn wrong(&self, what: Wrong) -> NotHex {
        NotHex { line: self.line, column: self.column.max(1), what }
    }
}

/// The text without comments, and only what is inside of the first braces if there are any; other characters
/// become spaces, so that all places stay.
fn code(text: &str) -> (String, bool) {
    let array = text.contains(['{', '[']);
    let braces = text.contains('{');
    let mut kept = String::with_capacity(text.len());
    let mut depth = 0_usize;
    let mut closed = false;
    let mut chars = text.chars().peekable();
    let mut comment = None;
    while let Some(c) = chars.next() {
        let blank = if c == '\n' { '\n' } else { ' ' };
        match comment {
            Some('/') if c == '\n' => comment = None,
            Some('*') if c == '*' && chars.peek() == Some(&'/') => {
                comment = None;
                chars.next();
                kept.push(' ');
            }
            Some(_) => {}
            None if c == '/' && matches!(chars.peek(), Some('/' | '*')) => {
                comment = chars.next();
                kept.push(' ');
            }
            None if braces && c == '{' => depth = depth.saturating_add(1),
            None if braces && c == '}' => {
                depth = depth.saturating_sub(1);
                closed |= depth == 0;
            }
            None if braces && (depth == 0 || closed) => {}
            None => {
                kept.push(c);
                continue;
            }
        }
        kept.push(blank);
    }
    (kept, array)
}

/// Digits with separators, and arrays.
fn digits(text: &str) -> Result<Vec<u8>, NotHex> {
    let (text, array) = code(text);
    let mut walk = Walk::new(&text);
    let mut octets = Vec::new();
    let mut half: Option<u8> = None;
    while let Some(c) = walk.next() {
        if c.is_whitespace() {
            continue;
        }
        if matches!(c, ',' | ':' | ';' | '-' | '"' | '\'' | '[' | ']' | '(' | ')') {
            if half.is_some() {
                return Err(walk.wrong(Wrong::Half));
            }
            continue;
        }
        let prefixed = c == '0' && matches!(walk.peek(), Some('x' | 'X'));
        if prefixed {
            if half.is_some() {
                return Err(walk.wrong(Wrong::Half));
            }
            walk.next();
        }
        let mut count = 0_usize;
        let mut first = if prefixed { None } else { Some(c) };
        while let Some(digit) = first.take().or_else(|| match walk.peek() {
            Some(c) if c.is_alphanumeric() => walk.next(),
            _ => None,
        }) {
            let Some(value) = nibble(digit) else { return Err(walk.wrong(Wrong::Character(digit))) };
            count = count.saturating_add(1);
            half = match half {
                None => Some(value),
                Some(high) => {
                    octets.push(octet(high, value));
                    None
                }
            };
        }
        if prefixed {
            match (count, half) {
                (1, Some(only)) => octets.push(only),
                (0, _) | (_, Some(_)) => return Err(walk.wrong(Wrong::Half)),
                _ => {}
            }
            half = None;
        } else if array && count != 2 {
            return Err(walk.wrong(Wrong::Ambiguous));
        }
    }
    match half {
        Some(_) => Err(walk.wrong(Wrong::Half)),
        None if octets.is_empty() => Err(walk.wrong(Wrong::Nothing)),
        None => Ok(octets),
    }
}

/// String literals of C and Python, one after the other; or `\x` without quotes.
fn literal(text: &str) -> Result<Vec<u8>, NotHex> {
    let quoted = text.contains(['"', '\'']);
    let mut walk = Walk::new(text);
    let mut octets = Vec::new();
    let mut quote = None;
    while let Some(c) = walk.next() {
        match (quote, c) {
            (None, '"' | '\'') if quoted => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            // Names, brackets and the like around the literals.
            (None, _) if quoted => {}
            (_, '\\') => escape(&mut walk, &mut octets)?,
            (None, c) if c.is_whitespace() => {}
            (None, c) => return Err(walk.wrong(Wrong::Character(c))),
            (Some(_), c) => match u8::try_from(c) {
                Ok(byte) if byte.is_ascii() => octets.push(byte),
                _ => return Err(walk.wrong(Wrong::Character(c))),
            },
        }
    }
    if octets.is_empty() { Err(walk.wrong(Wrong::Nothing)) } else { Ok(octets) }
}

/// What comes behind a backslash.
fn escape(walk: &mut Walk<'_>, octets: &mut Vec<u8>) -> Result<(), NotHex> {
    let Some(c) = walk.next() else { return Ok(()) };
    octets.push(match c {
        'x' | 'X' => {
            let mut digit = || {
                let c = walk.next()?;
                Some(nibble(c).ok_or(c))
            };
            let digits: [Option<Result<u8, char>>; 2] = [digit(), digit()];
            match digits {
                [Some(Ok(high)), Some(Ok(low))] => octet(high, low),
                [Some(Err(c)), _] | [_, Some(Err(c))] => return Err(walk.wrong(Wrong::Character(c))),
                _ => return Err(walk.wrong(Wrong::Half)),
            }
        }
        '0'..='7' => {
            let mut value = c.to_digit(8).unwrap_or_default();
            for _ in 0..2 {
                let Some(digit) = walk.peek().and_then(|c| c.to_digit(8)) else { break };
                value = value.saturating_mul(8).saturating_add(digit);
                walk.next();
            }
            u8::try_from(value).map_err(|_| walk.wrong(Wrong::Character(c)))?
        }
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'a' => 0x07,
        'b' => 0x08,
        'f' => 0x0c,
        'v' => 0x0b,
        '\\' => b'\\',
        '"' => b'"',
        '\'' => b'\'',
        // A line that goes on.
        '\n' | '\r' | ' ' => return Ok(()),
        c => return Err(walk.wrong(Wrong::Character(c))),
    });
    Ok(())
}

/// A line of a dump.
struct Line<'t> {
    /// From 1.
    number: usize,
    /// The digits of its offset.
    offset: &'t str,
    /// What comes behind the offset.
    rest: &'t str,
}

/// A line that begins as one of a dump does.
fn dump_line(number: usize, text: &str) -> Option<Line<'_>> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(text.len());
    let (offset, rest) = text.split_at_checked(end)?;
    if !(4..=16).contains(&offset.len()) {
        return None;
    }
    let marked = rest.strip_prefix(':').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
    let apart = rest.starts_with("  ") || rest.starts_with('\t');
    // An odd number of digits is no octets. An offset alone ends a dump.
    let odd = offset.len() % 2 == 1 && (rest.is_empty() || rest.starts_with(' '));
    (marked || apart || odd).then(|| Line { number, offset, rest: rest.strip_prefix(':').unwrap_or(rest) })
}

/// The octets of a dump, or nothing when the text isn't one.
fn dump(text: &str) -> Result<Option<Vec<u8>>, NotHex> {
    let is_zero = |digits: &str| digits.bytes().all(|digit| digit == b'0');
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut behind = false;
    for (number, line) in (1..).zip(text.lines()) {
        let wrong = |what| Err(NotHex { line: number, column: 1, what });
        match dump_line(number, line) {
            Some(found) if lines.is_empty() => lines.push(found),
            Some(found) if is_zero(found.offset) && !lines.is_empty() => {
                // What looked like a line before the first may have been a heading.
                if lines.first().is_some_and(|first| is_zero(first.offset)) {
                    return wrong(Wrong::Second);
                }
                lines = vec![found];
            }
            Some(_) if behind => return wrong(Wrong::Line),
            Some(found) => lines.push(found),
            None if line.trim().is_empty() || lines.is_empty() => {}
            None if line.trim() == "*" => return wrong(Wrong::LeftOut),
            // `hexdump` and `od` end with an offset alone; an even number of digits looks like octets.
            None if line.trim().chars().all(|c| c.is_ascii_hexdigit()) && line.trim().len() >= 4 => {
                lines.push(Line { number, offset: line.trim(), rest: "" });
            }
            None => behind = true,
        }
    }
    let Some(first) = lines.first() else { return Ok(None) };
    if !is_zero(first.offset) && lines.len() < 2 {
        return Ok(None);
    }
    let certain = is_zero(first.offset);
    let mut failure = None;
    for radix in [16, 8, 10] {
        match dump_octets(&lines, radix) {
            Ok(octets) => return Ok(Some(octets)),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    match failure {
        Some(error) if certain && !behind => Err(error),
        _ => Ok(None),
    }
}

fn dump_octets(lines: &[Line<'_>], radix: u32) -> Result<Vec<u8>, NotHex> {
    let mut octets = Vec::new();
    let mut following = lines.iter().skip(1);
    for line in lines {
        let wrong = |what| NotHex { line: line.number, column: 1, what };
        let offset = |line: &Line<'_>| u64::from_str_radix(line.offset, radix).ok();
        let next = following.next();
        if next.is_none() && line.rest.trim().is_empty() {
            break;
        }
        let wanted = match next {
            None => None,
            Some(next) => {
                let step = offset(next).zip(offset(line)).and_then(|(next, this)| next.checked_sub(this));
                let step = step.and_then(|step| usize::try_from(step).ok());
                match step.filter(|step| (1..=MAX_LINE).contains(step)) {
                    Some(step) => Some(step),
                    None => return Err(NotHex { line: next.number, column: 1, what: Wrong::Offset }),
                }
            }
        };
        octets.extend(line_octets(line.rest, wanted).ok_or(wrong(Wrong::Line))?);
        if octets.len() > MAX_OCTETS {
            break;
        }
    }
    if octets.is_empty() {
        return Err(NotHex { line: 1, column: 1, what: Wrong::Nothing });
    }
    Ok(octets)
}

/// The octets of a line: as many as are wanted, or, of the last line, as many as its characters confirm.
fn line_octets(rest: &str, wanted: Option<usize>) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    // Where the line may end: number of octets, and what is behind them.
    let mut ends: Vec<(usize, &str)> = Vec::new();
    let mut left = rest;
    loop {
        if wanted == Some(octets.len()) {
            return Some(octets);
        }
        let start = left.trim_start_matches([' ', '\t', '-']);
        let length = start.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(start.len());
        let (token, behind) = start.split_at_checked(length)?;
        if token.is_empty() || token.len() % 2 == 1 || octets.len() >= MAX_LINE {
            break;
        }
        for pair in token.as_bytes().chunks(2) {
            if let [high, low] = pair {
                octets.push(octet(nibble(char::from(*high))?, nibble(char::from(*low))?));
            }
        }
        ends.push((octets.len(), behind));
        left = behind;
    }
    if wanted.is_some() {
        return None;
    }
    let shown = ends
        .iter()
        .rev()
        .find(|(count, behind)| octets.get(..*count).is_some_and(|octets| shows(octets, behind)));
    let confirmed = shown.or_else(|| ends.iter().find(|(_, behind)| behind.trim().is_empty()));
    // Characters that can't be compared, such as those of another code page, stand apart.
    let apart =
        || ends.iter().find(|(_, behind)| behind.starts_with("   ") || behind.trim_start().starts_with('|'));
    let (count, _) = confirmed.or_else(apart)?;
    octets.truncate(*count);
    Some(octets)
}

/// `text` are the characters of `octets`, as dumps show them.
fn shows(octets: &[u8], text: &str) -> bool {
    let text = text.trim();
    let text = text.strip_prefix('|').and_then(|text| text.strip_suffix('|')).unwrap_or(text);
    // What has no character of its own is shown as a dot or the like, never as a digit or a space.
    let other = |c: char| !c.is_ascii_alphanumeric() && c != ' ';
    let fits = |text: &str| {
        text.chars().count() == octets.len()
            && text
                .chars()
                .zip(octets)
                .all(|(c, byte)| c == char::from(*byte) || (!matches!(byte, 0x20..=0x7e) && other(c)))
    };
    // Spaces at the ends were trimmed, and some dumps have one in the middle.
    let spaces = |byte: &&u8| **byte == b' ';
    let front = octets.iter().take_while(spaces).count();
    let back = octets.iter().rev().take_while(spaces).count();
    let whole = format!("{:front$}{text}{:back$}", "", "");
    let halves: String =
        whole.chars().enumerate().filter(|(at, c)| *at != 8 || *c != ' ').map(|(_, c)| c).collect();
    fits(&whole) || fits(&halves)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OCTETS: [u8; 20] = *b"\x30\x84\x00\x00\x00\x10\x02\x01\x07abc {0x\\d\x1b~";

    fn hex(separator: &str) -> String {
        OCTETS.map(|byte| format!("{byte:02x}")).join(separator)
    }

    #[test]
    fn digits_in_any_dress() {
        let upper = hex("").to_uppercase();
        let array = format!(
            "/* Frame (20 bytes) */\nstatic const unsigned char pkt1[20] = {{\n0x{}, // abc\n}};\n",
            hex(", 0x")
        );
        for text in [
            hex(""),
            hex(" "),
            hex(":"),
            hex("-"),
            hex(", "),
            hex("\n"),
            format!("0x{}", hex("")),
            format!("0x{}", hex(",0x")),
            format!("[0x{}]", hex(", 0x")),
            format!("  {}\r\n{}", &upper[..13], &upper[13..]),
            array,
            format!("\\x{}", hex("\\x")),
            format!(
                "char peer[] = \"\\x{}\" \\\n\"\\x{}\";",
                hex("\\x").get(..38).unwrap(),
                &hex("\\x")[40..]
            ),
            r#"b'0\x84\x00\x00\x00\x10\x02\x01\x07abc {0x\\d\x1b~'"#.to_owned(),
        ] {
            assert_eq!(parse(&text), Ok(OCTETS.to_vec()), "{text}");
        }
        assert_eq!(parse("0x0, 0x1f,0x2"), Ok(vec![0, 0x1f, 2]));
    }

    #[test]
    fn dumps_of_many_programs() {
        let wireshark = "0000  30 84 00 00 00 10 02 01 07 61 62 63 20 7b 30 78   0........abc {0x\n\
                         0010  5c 64 1b 7e                                       \\d.~\n";
        let old = "0000   30 84 00 00 00 10 02 01  07 61 62 63 20 7b 30 78   0....... .abc {0x\n\
                   0010   5c 64 1b 7e                                        \\d.~";
        let xxd = "00000000: 3084 0000 0010 0201 0761 6263 207b 3078  0........abc {0x\n\
                   00000010: 5c64 1b7e                                \\d.~\n";
        let hexdump = "00000000  30 84 00 00 00 10 02 01  07 61 62 63 20 7b 30 78  |0........abc {0x|\n\
                       00000010  5c 64 1b 7e                                       |\\d.~|\n00000014\n";
        let od = "0000000 30 84 00 00 00 10 02 01 07 61 62 63 20 7b 30 78\n0000020 5c 64 1b 7e\n0000024\n";
        let bare = "0000  30 84 00 00 00 10 02 01 07 61 62 63 20 7b 30 78\n0010  5c 64 1b 7e\n";
        let later = "0040  30 84 00 00 00 10 02 01 07 61 62 63 20 7b 30 78\n0050  5c 64 1b 7e\n";
        let powershell = "\n   Label: C:\\ping.bin\n\n          Offset Bytes           Ascii\n                 00 01 02 03\n\
                          0000000000000000 30 84 00 00 00 10 02 01 07 61 62 63 20 7b 30 78 0\u{fffd}   \u{fffd}abc {0x\n"
            .replace("00 30", "00  30")
            + "0000000000000010  5c 64 1b 7e                                     \\d\u{fffd}~\n";
        for text in [wireshark, old, xxd, hexdump, od, bare, later, &powershell] {
            assert_eq!(parse(text), Ok(OCTETS.to_vec()), "{text}");
        }
        // Characters that look like octets themselves.
        assert_eq!(parse("0000  30 31 61 62  01ab"), Ok(b"01ab".to_vec()));
        assert_eq!(parse("0000  30 31 61 62 20 20 20 20 20 20 20 20 20 20 20 41   01ab           A"), {
            Ok(b"01ab           A".to_vec())
        });
    }

    #[test]
    fn what_is_wrong_has_a_place() {
        let wrong = |text: &str| parse(text).map(|_| ()).unwrap_err();
        assert_eq!(wrong("30 84\n00 q0"), NotHex { line: 2, column: 4, what: Wrong::Character('q') });
        assert_eq!(wrong("308").what, Wrong::Half);
        assert_eq!(wrong("30:8:40").what, Wrong::Half);
        assert_eq!(wrong("{ 48, 132, 0 }").what, Wrong::Ambiguous);
        assert_eq!(wrong("").what, Wrong::Nothing);
        assert_eq!(wrong("\\x3").what, Wrong::Half);
        assert_eq!(wrong("0000  30 84\n0002  31\n0000  31 32\n").what, Wrong::Second);
        assert_eq!(wrong("0000  30 84\n*\n0020  31\n").what, Wrong::LeftOut);
        assert_eq!(wrong("0000  30 84\n0005  31\n").what, Wrong::Line);
    }

    #[test]
    fn any_text_is_taken_or_refused() {
        let letters: Vec<char> = "0000  39afx\\\"'{}[],:;-*/|~\n\r\tq\u{fffd}é".chars().collect();
        let mut state = 7_u32;
        for length in 0..600_usize {
            let text: String = (0..length % 60)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    letters[(state >> 16) as usize % letters.len()]
                })
                .collect();
            let _ = parse(&text).map_err(|wrong| wrong.to_string());
        }
    }
}
