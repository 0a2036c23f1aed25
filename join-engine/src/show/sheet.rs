//! Where decoders put their rows.

use adjoin_wire::{Guid, Span, Spanned, WireError};

use super::{FieldId, Place, Row, Value, View, What, join, view};
use crate::catalogue;

/// Takes the rows of one part of a message; knows where its octets lie.
#[derive(Debug)]
pub(crate) struct Sheet<'v> {
    view: &'v mut View,
    /// The buffer that holds the part, or the frame.
    buffer: Option<u16>,
    /// Offset of the part there.
    base: usize,
}

impl<'v> Sheet<'v> {
    /// A sheet for octets that begin at `base` of the frame, or of the buffer with this index.
    pub(crate) const fn new(view: &'v mut View, buffer: Option<u16>, base: usize) -> Self {
        Self { view, buffer, base }
    }

    /// The same sheet for octets that begin at `at` of these.
    pub(crate) fn within(&mut self, at: usize) -> Sheet<'_> {
        Sheet { view: self.view, buffer: self.buffer, base: self.base.saturating_add(at) }
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

    /// Why decoding stopped. An accusation only when the sender is to blame.
    pub(crate) fn stopped(&mut self, depth: u8, error: Option<WireError>) {
        let Some(error) = error else { return };
        let text = error.to_string();
        self.push(depth, join::NOTE, Span::new(error.offset, error.offset), Value::Text(text.clone()), None);
        if error.kind.is_malformed() {
            view::finding(self.view, depth, catalogue::MALFORMED, &text);
        }
    }
}
