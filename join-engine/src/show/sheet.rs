//! Where decoders put their rows.

use core::ops::RangeInclusive;

use adjoin_wire::{Guid, Span, Spanned, WireError};
use rpce_proto::opnum_name;
use smb2_proto::NtStatus;

use super::{FieldId, Place, Row, Stub, Value, View, What, join, view};
use crate::catalogue;

/// Takes the rows of one part of a message; knows where its octets lie.
#[derive(Debug)]
pub(crate) struct Sheet<'v> {
    view: &'v mut View,
    /// The buffer that holds the part, or the frame.
    buffer: Option<u16>,
    /// Offset of the part there.
    base: usize,
    /// Takes what stopped decoders, for those who want more than the row that says it.
    errors: Option<&'v mut Vec<WireError>>,
}

impl<'v> Sheet<'v> {
    /// A sheet for octets that begin at `base` of the frame, or of the buffer with this index.
    pub(crate) const fn new(view: &'v mut View, buffer: Option<u16>, base: usize) -> Self {
        Self { view, buffer, base, errors: None }
    }

    /// The same sheet; what stops a decoder is also put into `errors`, with its offset counted as the
    /// places of the rows are.
    pub(crate) fn telling(self, errors: &'v mut Vec<WireError>) -> Self {
        Self { errors: Some(errors), ..self }
    }

    /// The same sheet for octets that begin at `at` of these.
    pub(crate) fn within(&mut self, at: usize) -> Sheet<'_> {
        Sheet {
            view: self.view,
            buffer: self.buffer,
            base: self.base.saturating_add(at),
            errors: self.errors.as_deref_mut(),
        }
    }

    fn push(&mut self, depth: u8, id: FieldId, span: Span, value: Value, text: Option<String>) {
        let span = span.shifted(self.base);
        let place = match self.buffer {
            _ if span.is_none() => Place::Generated,
            None => Place::Frame(span),
            Some(index) => Place::Buffer(index, span),
        };
        self.view.rows.push(Row { depth, place, what: What::Field { id, value, text } });
    }

    /// A heading over the rows that follow with a greater depth.
    pub(crate) fn group(&mut self, depth: u8, id: FieldId, span: Span, text: impl Into<String>) {
        self.push(depth, id, span, Value::None, Some(text.into()));
    }

    /// An unsigned number.
    pub(crate) fn uint<T: Copy + Into<u64>>(&mut self, depth: u8, id: FieldId, field: &Spanned<T>) {
        if let Some(value) = field.reached() {
            self.push(depth, id, field.span, Value::Uint((*value).into()), None);
        }
    }

    /// An unsigned number that has a name.
    pub(crate) fn named(&mut self, depth: u8, id: FieldId, span: Span, value: u64, text: impl Into<String>) {
        if !span.is_none() {
            self.push(depth, id, span, Value::Uint(value), Some(text.into()));
        }
    }

    /// A number that is known from elsewhere, not from these octets.
    pub(crate) fn known(&mut self, depth: u8, id: FieldId, value: u64, text: impl Into<String>) {
        self.push(depth, id, Span::NONE, Value::Uint(value), Some(text.into()));
    }

    /// A signed number that may have a name.
    pub(crate) fn int(&mut self, depth: u8, id: FieldId, field: &Spanned<i32>, text: Option<String>) {
        if let Some(value) = field.reached() {
            self.push(depth, id, field.span, Value::Int(*value), text);
        }
    }

    /// Text as it was sent.
    pub(crate) fn text<T: ToString>(&mut self, depth: u8, id: FieldId, field: &Spanned<T>) {
        if let Some(value) = field.reached() {
            self.push(depth, id, field.span, Value::Text(value.to_string()), None);
        }
    }

    /// Text that may be absent.
    pub(crate) fn text_if<T: ToString>(&mut self, depth: u8, id: FieldId, field: Option<&Spanned<T>>) {
        if let Some(field) = field {
            self.text(depth, id, field);
        }
    }

    /// Text that was made of the octets `span`.
    pub(crate) fn words(&mut self, depth: u8, id: FieldId, span: Span, text: impl Into<String>) {
        self.push(depth, id, span, Value::Text(text.into()), None);
    }

    /// A GUID.
    pub(crate) fn guid(&mut self, depth: u8, id: FieldId, field: &Spanned<Guid>) {
        if let Some(value) = field.reached() {
            self.push(depth, id, field.span, Value::Guid(*value), None);
        }
    }

    /// An IPv4 address.
    pub(crate) fn ipv4(&mut self, depth: u8, id: FieldId, span: Span, octets: [u8; 4]) {
        self.push(depth, id, span, Value::Ipv4(octets), None);
    }

    /// An IPv6 address.
    pub(crate) fn ipv6(&mut self, depth: u8, id: FieldId, span: Span, octets: [u8; 16]) {
        self.push(depth, id, span, Value::Ipv6(octets), None);
    }

    /// Octets.
    pub(crate) fn bytes(&mut self, depth: u8, id: FieldId, field: &Spanned<&[u8]>) {
        if let Some(value) = field.reached() {
            self.push(depth, id, field.span, Value::Bytes(value.to_vec()), None);
        }
    }

    /// One bit of a word, or of several bits.
    pub(crate) fn flag(&mut self, depth: u8, id: FieldId, span: Span, word: u32) {
        if !span.is_none() {
            self.push(depth, id, span, Value::Uint(word.into()), None);
        }
    }

    /// A word of flags, and below it one row for each of the fields `bits`.
    pub(crate) fn word(
        &mut self,
        depth: u8,
        id: FieldId,
        field: Spanned<u32>,
        names: &str,
        bits: RangeInclusive<u16>,
    ) {
        let word = field.value;
        let text = if names.is_empty() { format!("0x{word:08x}") } else { format!("0x{word:08x} ({names})") };
        self.named(depth, id, field.span, word.into(), text);
        for bit in bits {
            self.flag(depth.saturating_add(1), FieldId(bit), field.span, word);
        }
    }

    /// A word of which only the names of the set bits are shown: `names` are those of the bits from 0.
    pub(crate) fn bits(&mut self, depth: u8, id: FieldId, field: Spanned<u32>, names: &[&'static str]) {
        self.set_bits(depth, id, field, (0..).zip(names.iter().copied()));
    }

    /// An access mask, [MS-DTYP] 2.4.3; `rights` are the names of the object's own bits from 0.
    pub(crate) fn access(&mut self, depth: u8, id: FieldId, field: Spanned<u32>, rights: &[&'static str]) {
        const STANDARD: [(u32, &str); 11] = [
            (16, "DELETE"),
            (17, "READ_CONTROL"),
            (18, "WRITE_DAC"),
            (19, "WRITE_OWNER"),
            (20, "SYNCHRONIZE"),
            (24, "ACCESS_SYSTEM_SECURITY"),
            (25, "MAXIMUM_ALLOWED"),
            (28, "GENERIC_ALL"),
            (29, "GENERIC_EXECUTE"),
            (30, "GENERIC_WRITE"),
            (31, "GENERIC_READ"),
        ];
        self.set_bits(depth, id, field, (0..).zip(rights.iter().copied()).chain(STANDARD));
    }

    fn set_bits(
        &mut self,
        depth: u8,
        id: FieldId,
        field: Spanned<u32>,
        known: impl Iterator<Item = (u32, &'static str)>,
    ) {
        let set = |bit: u32| field.value.checked_shr(bit).is_some_and(|word| word & 1 == 1);
        let names: Vec<_> = known.filter(|(bit, _)| set(*bit)).map(|(_, name)| name).collect();
        let word = field.value;
        let text = if names.is_empty() {
            format!("0x{word:08x}")
        } else {
            format!("0x{word:08x} ({})", names.join(" "))
        };
        self.named(depth, id, field.span, word.into(), text);
    }

    /// The heading of a call and its operation number.
    pub(crate) fn call(&mut self, [heading, opnum]: [FieldId; 2], whole: Span, stub: Stub) {
        let number = stub.opnum;
        let name = opnum_name(stub.interface, number);
        let name = name.map_or_else(|| format!("Operation {number}"), str::to_owned);
        let way = if stub.response { "response" } else { "request" };
        self.group(0, heading, whole, format!("{name} {way}"));
        self.known(1, opnum, number.into(), format!("{name} ({number})"));
    }

    /// An NTSTATUS.
    pub(crate) fn nt_status(&mut self, depth: u8, id: FieldId, field: Spanned<u32>) {
        let status = NtStatus(field.value);
        self.named(depth, id, field.span, field.value.into(), format!("{status} (0x{:08x})", field.value));
    }

    /// Why decoding stopped. An accusation only when the sender is to blame.
    pub(crate) fn stopped(&mut self, depth: u8, error: Option<WireError>) {
        let Some(error) = error else { return };
        if let Some(errors) = &mut self.errors {
            errors.push(error.shifted(self.base));
        }
        let text = error.to_string();
        self.push(depth, join::NOTE, Span::new(error.offset, error.offset), Value::Text(text.clone()), None);
        if error.kind.is_malformed() {
            view::finding(self.view, depth, catalogue::MALFORMED, &text);
        }
    }
}
