//! A view as C sees it: arrays of plain structs.

use join_engine::report::harmless;
use std::borrow::Cow;
use std::ffi::c_char;
use std::{mem, ptr};

use join_engine::show::{Place, Row, Value, View, What};

use crate::tables;

/// What a row says.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdjoinWhat {
    /// A field with its value; `index` counts in the table of fields.
    Field = 0,
    /// A finding about the last field row before it; `index` counts in the table of findings.
    Finding = 1,
}

/// Which octets a row is about.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdjoinPlace {
    /// None: the row is a conclusion.
    Generated = 0,
    /// Octets of the frame.
    Frame = 1,
    /// Octets of a buffer of the view.
    Buffer = 2,
}

/// One line of the tree. Rows come in pre-order: a row of depth d belongs under the last row before
/// it whose depth is d - 1; rows of depth 0 belong under the protocol itself.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct AdjoinRow {
    /// What the row says.
    pub what: AdjoinWhat,
    /// Index of the field or the finding in its table; always less than the table's length.
    pub index: u32,
    /// Levels below the protocol item.
    pub depth: u32,
    /// Which octets the row is about.
    pub place: AdjoinPlace,
    /// Index of the buffer, where `place` is a buffer; less than the view's `buffer_count`.
    pub buffer: u32,
    /// Offset of the first octet; the octets lie within the frame or the buffer.
    pub offset: u32,
    /// Number of octets.
    pub length: u32,
    /// The value of a signed field.
    pub int_value: i32,
    /// The value of an unsigned field, the word of a flag, or a frame number. Of a finding: how bad it is
    /// in this frame, an `AdjoinSeverity`, which can be less than what the table says.
    pub uint_value: u64,
    /// The value of a duration, in nanoseconds.
    pub duration_ns: i64,
    /// The value of a GUID, an IPv4 address (first 4) or an IPv6 address, in the order of its text
    /// form.
    pub octets: [u8; 16],
    /// The value of a text or octets field, followed by a NUL that `value_length` doesn't count;
    /// text is UTF-8 without another NUL, without control characters and without marks that turn or hide text.
    /// Never null.
    pub value: *const c_char,
    /// Octets of `value`.
    pub value_length: usize,
    /// Of a field: what to show in place of the bare value, or null when the value speaks for
    /// itself. Of a finding: its sentence. UTF-8 that ends in NUL.
    pub text: *const c_char,
    /// Octets of `text` without its NUL.
    pub text_length: usize,
}

/// A message that was put together from several frames.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct AdjoinBuffer {
    /// What it is, such as `Reassembled LDAP message`. UTF-8 that ends in NUL.
    pub name: *const c_char,
    /// Its octets; not null.
    pub bytes: *const u8,
    /// How many octets.
    pub length: usize,
}

/// All that is to be shown of one frame.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct AdjoinView {
    /// The rows; null when there are none.
    pub rows: *const AdjoinRow,
    /// Number of rows.
    pub row_count: usize,
    /// The buffers that rows point into; null when there are none.
    pub buffers: *const AdjoinBuffer,
    /// Number of buffers.
    pub buffer_count: usize,
    /// How many messages are complete in the frame; each has a row `adjoin.summary`, before those of verdicts.
    pub message_count: u32,
}

impl AdjoinView {
    /// Nothing to show.
    pub const EMPTY: Self =
        Self { rows: ptr::null(), row_count: 0, buffers: ptr::null(), buffer_count: 0, message_count: 0 };
}

/// A view laid out for C, and everything that its pointers point to.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    rows: Vec<AdjoinRow>,
    buffers: Vec<AdjoinBuffer>,
    messages: u32,
    /// Owns what `value`, `text` and `name` point to.
    _strings: Strings,
    /// Owns what the buffers point to.
    _contents: Vec<Vec<u8>>,
}

impl Shown {
    /// Lays out `view` of a frame with `frame_length` captured octets.
    ///
    /// Rows that point outside the tables are left out, and places are cut to the octets that
    /// exist: C can use every index and offset as it is.
    pub(crate) fn new(view: View, frame_length: usize) -> Self {
        let mut strings = Strings::default();
        let lengths: Vec<usize> = view.buffers.iter().map(|b| b.bytes.len()).collect();
        let mut rows = Vec::with_capacity(view.rows.len());
        rows.extend(view.rows.iter().filter_map(|row| strings.row(row, frame_length, &lengths)));
        let mut buffers = Vec::with_capacity(view.buffers.len());
        let mut contents = Vec::with_capacity(view.buffers.len());
        for buffer in view.buffers {
            let name = strings.text(buffer.name).0;
            buffers.push(AdjoinBuffer { name, bytes: buffer.bytes.as_ptr(), length: buffer.bytes.len() });
            contents.push(buffer.bytes);
        }
        Self { rows, buffers, messages: view.messages, _strings: strings, _contents: contents }
    }

    /// The pointers for C; valid while `self` is.
    pub(crate) fn view(&self) -> AdjoinView {
        if self.rows.is_empty() {
            return AdjoinView::EMPTY;
        }
        AdjoinView {
            rows: self.rows.as_ptr(),
            row_count: self.rows.len(),
            buffers: if self.buffers.is_empty() { ptr::null() } else { self.buffers.as_ptr() },
            buffer_count: self.buffers.len(),
            message_count: self.messages,
        }
    }
}

/// Strings that end in NUL; none moves when more are added.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    /// Takes the next ones as long as there is room: it never grows.
    room: Vec<u8>,
    /// Those that are full.
    full: Vec<Vec<u8>>,
}

/// Octets that strings are given at once: those of most frames fit.
const ROOM: usize = 512;

impl Strings {
    /// Keeps `octets` with a NUL behind them; their address and count.
    fn octets(&mut self, octets: &[u8]) -> (*const c_char, usize) {
        let needed = octets.len().saturating_add(1);
        if self.room.capacity().saturating_sub(self.room.len()) < needed {
            let full = mem::replace(&mut self.room, Vec::with_capacity(needed.max(ROOM)));
            self.full.push(full);
        }
        let begin = self.room.len();
        self.room.extend_from_slice(octets);
        self.room.push(0);
        let kept = self.room.get(begin..).unwrap_or_default();
        (kept.as_ptr().cast(), octets.len())
    }

    /// Keeps `text` as [`octets`](Self::octets), but [plain](plain).
    pub(crate) fn text(&mut self, text: &str) -> (*const c_char, usize) {
        self.octets(plain(text).as_bytes())
    }

    fn row(&mut self, row: &Row, frame_length: usize, buffers: &[usize]) -> Option<AdjoinRow> {
        let (place, buffer, offset, length) = place(row.place, frame_length, buffers);
        let mut out = AdjoinRow {
            what: AdjoinWhat::Field,
            index: 0,
            depth: row.depth.into(),
            place,
            buffer,
            offset,
            length,
            int_value: 0,
            uint_value: 0,
            duration_ns: 0,
            octets: [0; 16],
            value: c"".as_ptr(),
            value_length: 0,
            text: ptr::null(),
            text_length: 0,
        };
        match &row.what {
            What::Field { id, value, text } => {
                out.index = id.0.into();
                tables::fields().get(usize::from(id.0))?;
                match value {
                    Value::None => {}
                    Value::Uint(value) => out.uint_value = *value,
                    Value::Int(value) => out.int_value = *value,
                    Value::Text(value) => (out.value, out.value_length) = self.text(value),
                    Value::Guid(value) => out.octets = value.to_be_bytes(),
                    Value::Duration(value) => out.duration_ns = *value,
                    Value::Ipv4([a, b, c, d]) => {
                        out.octets = [*a, *b, *c, *d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
                    }
                    Value::Ipv6(value) => out.octets = *value,
                    Value::Bytes(value) => (out.value, out.value_length) = self.octets(value),
                }
                if let Some(text) = text {
                    (out.text, out.text_length) = self.text(text);
                }
            }
            What::Finding { id, text, severity } => {
                out.what = AdjoinWhat::Finding;
                out.index = id.0.into();
                tables::findings().get(usize::from(id.0))?;
                out.uint_value = tables::severity(*severity) as u64;
                (out.text, out.text_length) = self.text(text);
            }
        }
        Some(out)
    }
}

/// A NUL would end the text early for C: it is shown as the symbol for it.
pub(crate) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{2400}").into() } else { text.into() }
}

/// Text on one line that a terminal or a window can be given: it commands nothing, and turns or hides nothing.
fn plain(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|octet| matches!(octet, b' '..=b'~')) {
        return text.into();
    }
    text.chars().map(|c| if c == '\0' { '\u{2400}' } else { harmless(c) }).collect()
}

/// Place, buffer, offset and length for C, cut to the octets that exist.
fn place(place: Place, frame_length: usize, buffers: &[usize]) -> (AdjoinPlace, u32, u32, u32) {
    let generated = (AdjoinPlace::Generated, 0, 0, 0);
    let (kind, buffer, span, available) = match place {
        Place::Generated => return generated,
        Place::Frame(span) => (AdjoinPlace::Frame, 0, span, frame_length),
        Place::Buffer(index, span) => match buffers.get(usize::from(index)) {
            Some(length) => (AdjoinPlace::Buffer, u32::from(index), span, *length),
            None => return generated,
        },
    };
    if span.start > available {
        return generated;
    }
    let length = span.end.min(available).saturating_sub(span.start);
    match (u32::try_from(span.start), u32::try_from(length)) {
        (Ok(offset), Ok(length)) => (kind, buffer, offset, length),
        _ => generated,
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests")]
mod tests {
    use super::*;
    use adjoin_wire::{Guid, Span};
    use join_engine::catalogue::Severity;
    use join_engine::show::{Buffer, FieldId, FindingId};
    use std::ffi::CStr;
    use std::slice;

    fn field(depth: u8, place: Place, value: Value, text: Option<&str>) -> Row {
        Row { depth, place, what: What::Field { id: FieldId(1), value, text: text.map(str::to_owned) } }
    }

    fn rows(shown: &Shown) -> &[AdjoinRow] {
        let view = shown.view();
        // SAFETY: the pointers are those of `shown`, which is borrowed.
        unsafe { slice::from_raw_parts(view.rows, view.row_count) }
    }

    fn string(row: &AdjoinRow, text: *const c_char) -> &CStr {
        let _ = row;
        // SAFETY: strings of rows end in NUL and live as long as what was shown.
        unsafe { CStr::from_ptr(text) }
    }

    #[test]
    fn values_of_every_kind_arrive() {
        let guid = Guid::from_u128(0x00112233_4455_6677_8899_aabbccddeeff);
        let values = vec![
            Value::None,
            Value::Uint(u64::MAX),
            Value::Int(-5),
            Value::Text("K\u{f6}ln".to_owned()),
            Value::Guid(guid),
            Value::Ipv4([192, 168, 100, 12]),
            Value::Ipv6([9; 16]),
            Value::Bytes(vec![1, 0, 2]),
        ];
        let view = View {
            messages: 0,
            rows: values.into_iter().map(|value| field(3, Place::Generated, value, None)).collect(),
            buffers: Vec::new(),
        };
        let shown = Shown::new(view, 0);
        let rows = rows(&shown);
        assert_eq!(rows.len(), 8);
        assert!(rows.iter().all(|row| row.depth == 3 && row.text.is_null() && !row.value.is_null()));
        assert_eq!(rows[1].uint_value, u64::MAX);
        assert_eq!(rows[2].int_value, -5);
        assert_eq!(string(&rows[3], rows[3].value).to_str(), Ok("K\u{f6}ln"));
        assert_eq!(rows[3].value_length, 5);
        assert_eq!(rows[4].octets[..4], [0, 0x11, 0x22, 0x33]);
        assert_eq!(rows[5].octets[..5], [192, 168, 100, 12, 0]);
        assert_eq!(rows[6].octets, [9; 16]);
        assert_eq!(rows[7].value_length, 3);
        // SAFETY: `value` points to `value_length` octets and a NUL.
        assert_eq!(unsafe { slice::from_raw_parts(rows[7].value.cast::<u8>(), 4) }, [1, 0, 2, 0]);
    }

    #[test]
    fn texts_end_in_the_only_nul() {
        let rows_in = vec![
            field(0, Place::Generated, Value::Text("a\0b".to_owned()), Some("x\0\0")),
            Row {
                depth: 0,
                place: Place::Generated,
                what: What::Finding {
                    id: FindingId(0),
                    text: "100 %s \0".to_owned(),
                    severity: Severity::Note,
                },
            },
        ];
        let shown = Shown::new(View { rows: rows_in, buffers: Vec::new(), messages: 0 }, 0);
        let rows = rows(&shown);
        assert_eq!(string(&rows[0], rows[0].value).to_str(), Ok("a\u{2400}b"));
        assert_eq!(string(&rows[0], rows[0].text).to_bytes().len(), rows[0].text_length);
        assert_eq!((rows[1].what, rows[1].uint_value), (AdjoinWhat::Finding, 1));
        assert_eq!(string(&rows[1], rows[1].text).to_str(), Ok("100 %s \u{2400}"));
    }

    #[test]
    fn texts_command_nothing() {
        let hostile = "a\x1b[2J\u{9b}31m\r\n\u{202e}b\0é";
        let rows_in = vec![field(0, Place::Generated, Value::Text(hostile.to_owned()), Some(hostile))];
        let shown = Shown::new(View { rows: rows_in, buffers: Vec::new(), messages: 0 }, 0);
        let row = &rows(&shown)[0];
        for text in [row.value, row.text] {
            let plain = "a\u{fffd}[2J\u{fffd}31m\u{fffd}\u{fffd}\u{fffd}b\u{2400}é";
            assert_eq!(string(row, text).to_str(), Ok(plain));
        }
    }

    #[test]
    fn places_never_leave_the_octets_that_exist() {
        let at = |place| field(0, place, Value::None, None);
        let view = View {
            messages: 0,
            rows: vec![
                at(Place::Frame(Span { start: 10, end: 20 })),
                at(Place::Frame(Span { start: 10, end: 90 })),
                at(Place::Frame(Span { start: 61, end: 62 })),
                at(Place::Frame(Span { start: 20, end: 10 })),
                at(Place::Frame(Span::NONE)),
                at(Place::Buffer(0, Span { start: 2, end: 9 })),
                at(Place::Buffer(1, Span { start: 0, end: 1 })),
            ],
            buffers: vec![Buffer { name: "Reassembled LDAP message", bytes: vec![1, 2, 3, 4] }],
        };
        let shown = Shown::new(view, 60);
        let places: Vec<_> = rows(&shown).iter().map(|r| (r.place, r.offset, r.length)).collect();
        let generated = (AdjoinPlace::Generated, 0, 0);
        assert_eq!(
            places,
            [
                (AdjoinPlace::Frame, 10, 10),
                (AdjoinPlace::Frame, 10, 50),
                generated,
                (AdjoinPlace::Frame, 20, 0),
                generated,
                (AdjoinPlace::Buffer, 2, 2),
                generated,
            ]
        );
        // SAFETY: one buffer, valid as long as `shown`.
        let buffer = unsafe { &*shown.view().buffers };
        // SAFETY: a name ends in NUL; `bytes` has `length` octets.
        let (name, bytes) =
            unsafe { (CStr::from_ptr(buffer.name), slice::from_raw_parts(buffer.bytes, buffer.length)) };
        assert_eq!((name, bytes), (c"Reassembled LDAP message", &[1, 2, 3, 4][..]));
    }

    #[test]
    fn unknown_fields_and_findings_are_left_out() {
        let mut unknown = field(0, Place::Generated, Value::None, None);
        unknown.what = What::Field { id: FieldId(u16::MAX), value: Value::None, text: None };
        let finding = Row {
            what: What::Finding { id: FindingId(u16::MAX), text: String::new(), severity: Severity::Chat },
            ..unknown.clone()
        };
        let shown = Shown::new(View { rows: vec![unknown, finding], buffers: Vec::new(), messages: 0 }, 0);
        assert_eq!(shown.view().row_count, 0);
        assert!(shown.view().rows.is_null());
    }
}
