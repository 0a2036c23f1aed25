//! Octets to lines of text: UTF-8 or UTF-16, with or without a mark, with what is garbled told.

use core::fmt;

/// More lines than this aren't read.
pub const MAX_LINES: usize = 500_000;
/// A line is cut after this many characters.
pub const MAX_LINE_CHARS: usize = 16_384;
/// More problems than this are only counted.
pub const MAX_PROBLEMS: usize = 64;

/// How the characters of the log are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8, or any code page as far as it is ASCII.
    Utf8,
    /// UTF-16, little-endian, as Windows writes it.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
}

/// What is wrong with the octets of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// An octet that is not UTF-8; the character is shown as U+FFFD.
    GarbledUtf8,
    /// Half a surrogate pair; the character is shown as U+FFFD.
    GarbledUtf16,
    /// The log ends in the middle of a character.
    Cut,
    /// A NUL character, left out: often two encodings in one file.
    Nul,
    /// The line is longer than [`MAX_LINE_CHARS`]; its rest is left out.
    LongLine,
    /// The log has more lines than [`MAX_LINES`]; its rest is left out.
    ManyLines,
}

/// Something wrong with the octets of the log, and where. The lines before it are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// The line, counted from 1.
    pub line: u32,
    /// The octet, counted from 0.
    pub offset: usize,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ProblemKind::GarbledUtf8 => "garbled UTF-8",
            ProblemKind::GarbledUtf16 => "garbled UTF-16",
            ProblemKind::Cut => "the log ends inside a character",
            ProblemKind::Nul => "a NUL character",
            ProblemKind::LongLine => "the line is too long, its rest was left out",
            ProblemKind::ManyLines => "the log is too long, its rest was left out",
        };
        write!(f, "{what} at offset {} (line {})", self.offset, self.line)
    }
}

/// A line's place in the text and in the octets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) offset: usize,
}

#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) encoding: Encoding,
    pub(crate) problems: Vec<Problem>,
    pub(crate) problems_left_out: usize,
}

pub(crate) fn decode(bytes: &[u8]) -> Text {
    let (encoding, mark) = encoding_of(bytes);
    let mut writer = Writer::new(encoding, mark);
    let rest = bytes.get(mark..).unwrap_or_default();
    match encoding {
        Encoding::Utf8 => utf8(rest, mark, &mut writer),
        Encoding::Utf16Le => utf16(rest, mark, u16::from_le_bytes, &mut writer),
        Encoding::Utf16Be => utf16(rest, mark, u16::from_be_bytes, &mut writer),
    }
    writer.finish()
}

/// The encoding and the length of the byte order mark.
fn encoding_of(bytes: &[u8]) -> (Encoding, usize) {
    match bytes {
        [0xff, 0xfe, ..] => return (Encoding::Utf16Le, 2),
        [0xfe, 0xff, ..] => return (Encoding::Utf16Be, 2),
        [0xef, 0xbb, 0xbf, ..] => return (Encoding::Utf8, 3),
        _ => {}
    }
    // Without a mark: a log is nearly all ASCII, so every other octet is zero.
    let (mut little, mut big, mut pairs) = (0_usize, 0_usize, 0_usize);
    for pair in bytes.chunks_exact(2).take(256) {
        pairs = pairs.saturating_add(1);
        match pair {
            [1..=0xff, 0] => little = little.saturating_add(1),
            [0, 1..=0xff] => big = big.saturating_add(1),
            _ => {}
        }
    }
    let most = |count: usize| count > 0 && count.saturating_mul(2) > pairs;
    // And from the first on: an old log may go on in UTF-16.
    if most(little) && bytes.get(1) == Some(&0) {
        (Encoding::Utf16Le, 0)
    } else if most(big) && bytes.first() == Some(&0) {
        (Encoding::Utf16Be, 0)
    } else {
        (Encoding::Utf8, 0)
    }
}

fn utf8(bytes: &[u8], base: usize, writer: &mut Writer) {
    let (mut rest, mut at) = (bytes, base);
    while !rest.is_empty() && !writer.full {
        let (good, bad) = match core::str::from_utf8(rest) {
            Ok(good) => (good, None),
            Err(error) => {
                let (good, _) = rest.split_at_checked(error.valid_up_to()).unwrap_or((rest, &[]));
                (core::str::from_utf8(good).unwrap_or_default(), Some(error.error_len()))
            }
        };
        for (i, c) in good.char_indices() {
            let here = at.saturating_add(i);
            writer.push(c, here, here.saturating_add(c.len_utf8()));
        }
        at = at.saturating_add(good.len());
        let Some(bad) = bad else { return };
        let left = rest.len().saturating_sub(good.len());
        let length = bad.unwrap_or(left).max(1);
        writer.problem(if bad.is_some() { ProblemKind::GarbledUtf8 } else { ProblemKind::Cut }, at);
        let next = at.saturating_add(length);
        writer.push(char::REPLACEMENT_CHARACTER, at, next);
        rest = rest.get(good.len().saturating_add(length)..).unwrap_or_default();
        at = next;
    }
}

fn utf16(bytes: &[u8], base: usize, unit: fn([u8; 2]) -> u16, writer: &mut Writer) {
    let mut pairs = bytes.chunks_exact(2);
    // A high half that waits for its low half, and where it was.
    let mut high: Option<(u16, usize)> = None;
    let mut at = base;
    for pair in pairs.by_ref() {
        if writer.full {
            return;
        }
        let next = at.saturating_add(2);
        let code = pair.try_into().map(unit).unwrap_or_default();
        let mut waiting = high.take();
        if let (Some((first, _)), 0xdc00..=0xdfff) = (waiting, code) {
            let c = char::decode_utf16([first, code]).next().and_then(Result::ok);
            writer.push(c.unwrap_or(char::REPLACEMENT_CHARACTER), at, next);
            waiting = None;
        } else if (0xd800..=0xdbff).contains(&code) {
            high = Some((code, at));
        } else if let Some(c) = char::from_u32(u32::from(code)) {
            if let Some((_, lone)) = waiting.take() {
                writer.garbled(ProblemKind::GarbledUtf16, lone);
            }
            writer.push(c, at, next);
        } else {
            writer.garbled(ProblemKind::GarbledUtf16, at);
        }
        if let Some((_, lone)) = waiting {
            writer.garbled(ProblemKind::GarbledUtf16, lone);
        }
        at = next;
    }
    let cut = high.map(|(_, lone)| lone).or((!pairs.remainder().is_empty()).then_some(at));
    if let Some(offset) = cut.filter(|_| !writer.full) {
        writer.garbled(ProblemKind::Cut, offset);
    }
}

struct Writer {
    out: Text,
    /// Where the line starts in the text, and in the octets.
    start: usize,
    offset: usize,
    chars: usize,
    /// The last problem of a kind in this line: one is enough.
    told: Option<(ProblemKind, usize)>,
    full: bool,
}

impl Writer {
    fn new(encoding: Encoding, offset: usize) -> Self {
        let out = Text {
            text: String::new(),
            rows: Vec::new(),
            encoding,
            problems: Vec::new(),
            problems_left_out: 0,
        };
        Self { out, start: 0, offset, chars: 0, told: None, full: false }
    }

    fn push(&mut self, c: char, at: usize, next: usize) {
        match c {
            _ if self.full => {}
            '\n' => self.end_line(next),
            '\0' => self.problem(ProblemKind::Nul, at),
            // A mark in the middle: two files put together.
            '\u{feff}' => {}
            _ if self.chars >= MAX_LINE_CHARS => self.problem(ProblemKind::LongLine, at),
            _ => {
                self.out.text.push(c);
                self.chars = self.chars.saturating_add(1);
            }
        }
    }

    fn garbled(&mut self, kind: ProblemKind, at: usize) {
        self.problem(kind, at);
        self.push(char::REPLACEMENT_CHARACTER, at, at);
    }

    fn problem(&mut self, kind: ProblemKind, offset: usize) {
        let row = self.out.rows.len();
        if self.told == Some((kind, row)) {
            return;
        }
        self.told = Some((kind, row));
        if self.out.problems.len() < MAX_PROBLEMS {
            let line = u32::try_from(row.saturating_add(1)).unwrap_or(u32::MAX);
            self.out.problems.push(Problem { kind, line, offset });
        } else {
            self.out.problems_left_out = self.out.problems_left_out.saturating_add(1);
        }
    }

    fn end_line(&mut self, next: usize) {
        if self.out.text.len() > self.start && self.out.text.ends_with('\r') {
            self.out.text.pop();
        }
        let end = self.out.text.len();
        self.out.rows.push(Row { start: self.start, end, offset: self.offset });
        self.start = end;
        self.offset = next;
        self.chars = 0;
        if self.out.rows.len() >= MAX_LINES {
            self.problem(ProblemKind::ManyLines, next);
            self.full = true;
        }
    }

    fn finish(mut self) -> Text {
        if self.out.text.len() > self.start {
            self.end_line(self.offset);
            // A log of exactly that many lines, the last without its end, is whole.
            if self.full {
                self.out.problems.retain(|problem| problem.kind != ProblemKind::ManyLines);
            }
        }
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
        let text = decode(bytes);
        let rows = text.rows.iter().map(|row| text.text[row.start..row.end].to_owned()).collect();
        (rows, text.problems.iter().map(Problem::to_string).collect())
    }

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn ends_of_lines_and_offsets() {
        let text = decode(b"a\r\nbc\n\nd");
        let rows: Vec<_> = text.rows.iter().map(|row| (row.offset, row.end - row.start)).collect();
        assert_eq!(rows, [(0, 1), (3, 2), (6, 0), (7, 1)]);
    }

    #[test]
    fn marks_and_encodings() {
        let little = utf16("ab\r\nÄ😀");
        let big: Vec<u8> = little.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
        let good = vec!["ab".to_owned(), "Ä😀".to_owned()];
        assert_eq!(lines(&little), (good.clone(), vec![]));
        assert_eq!(lines(&big), (good.clone(), vec![]));
        assert_eq!(lines(&[&[0xff, 0xfe], &*little].concat()), (good.clone(), vec![]));
        assert_eq!(lines(&[&[0xfe, 0xff], &*big].concat()), (good.clone(), vec![]));
        assert_eq!(lines("ab\nÄ😀".as_bytes()), (good.clone(), vec![]));
        assert_eq!(lines("\u{feff}ab\nÄ😀".as_bytes()), (good, vec![]));
        assert_eq!(decode(&[0xff, 0xfe, b'a', 0, b'\n', 0, b'b', 0]).rows[1].offset, 6);
    }

    #[test]
    fn what_is_garbled_is_told_and_the_rest_is_read() {
        let mut bytes = utf16("one\ntwo");
        bytes.extend([0x00, 0xd8, b'x', 0, 0x00, 0xdc]);
        bytes.extend(utf16("\nthree"));
        bytes.push(b'!');
        assert_eq!(
            lines(&bytes),
            (
                vec!["one".to_owned(), "two\u{fffd}x\u{fffd}".to_owned(), "three\u{fffd}".to_owned()],
                vec![
                    "garbled UTF-16 at offset 14 (line 2)".to_owned(),
                    "the log ends inside a character at offset 32 (line 3)".to_owned()
                ]
            )
        );
        assert_eq!(
            lines(b"O\xdfU\nb\xe2\x82"),
            (
                vec!["O\u{fffd}U".to_owned(), "b\u{fffd}".to_owned()],
                vec![
                    "garbled UTF-8 at offset 1 (line 1)".to_owned(),
                    "the log ends inside a character at offset 5 (line 2)".to_owned()
                ]
            )
        );
    }

    #[test]
    fn two_encodings_in_one_file_stay_readable() {
        let mut bytes = b"03/06 11:00:00 an old line\r\n".to_vec();
        bytes.extend(utf16("03/06/2025 11:00:00:000 a new one\r\n"));
        let (rows, problems) = lines(&bytes);
        assert_eq!(rows[1], "03/06/2025 11:00:00:000 a new one");
        assert_eq!(problems[0], "a NUL character at offset 29 (line 2)");
    }

    #[test]
    fn bounds() {
        let long = "x".repeat(MAX_LINE_CHARS + 5) + "\nnext";
        let (rows, problems) = lines(long.as_bytes());
        assert_eq!((rows[0].len(), rows[1].as_str()), (MAX_LINE_CHARS, "next"));
        assert!(problems[0].starts_with("the line is too long"), "{problems:?}");
        let many = "\n".repeat(MAX_LINES + 5);
        let text = decode(many.as_bytes());
        assert_eq!(text.rows.len(), MAX_LINES);
        assert_eq!(text.problems[0].kind, ProblemKind::ManyLines);
        let garbled = b"\xff\n".repeat(MAX_PROBLEMS + 5);
        let text = decode(&garbled);
        assert_eq!((text.problems.len(), text.problems_left_out), (MAX_PROBLEMS, 5));
    }
}
