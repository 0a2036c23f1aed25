//! The messages of a capture as our decoders read them: their octets, and the values of their fields.

use adjoin_capture::Frame;
use adjoin_oracle::told::Told;
use join_engine::Engine;
use join_engine::show::{Field, Kind, Place, Row, Value, View, What, fields};
use std::collections::BTreeMap;
use std::path::Path;

/// A message that the engine found.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) frame: u32,
    /// The filter of its heading.
    pub(crate) heading: &'static str,
    /// What the heading says.
    pub(crate) title: String,
    pub(crate) octets: Vec<u8>,
    /// Nothing stopped the decoder.
    pub(crate) whole: bool,
    /// The octets of the call that it answers, for calls.
    pub(crate) request: Option<Vec<u8>>,
    /// The values of its fields, by the filter behind that of the heading.
    pub(crate) told: Told<'static>,
}

impl Message {
    /// Whether a call is an answer.
    pub(crate) fn is_response(&self) -> bool {
        self.title.ends_with("response")
    }

    /// The operation number of a call.
    pub(crate) fn opnum(&self) -> Option<u16> {
        self.told.first("opnum")?.parse().ok()
    }
}

/// Reads all messages of a capture, in the order of the frames.
pub(crate) fn read(capture: &Path) -> Result<Vec<Message>, String> {
    let said = |error: &dyn std::fmt::Display| format!("{}: {error}", capture.display());
    let mut reader = capture_file::Reader::open(capture).map_err(|error| said(&error))?;
    let mut frames = Vec::new();
    // A file that is cut short ends there.
    while let Ok(Some(record)) = reader.next() {
        if record.is_packet() {
            frames.push((record.time, record.link, record.bytes.to_vec(), record.original_length));
        }
    }
    let mut engine = Engine::new();
    let numbered = || (1_u32..).zip(&frames);
    for (number, (time, link, bytes, original_length)) in numbered() {
        let frame = Frame { number, time: *time, link: *link, bytes, original_length: *original_length };
        engine.feed(&frame);
    }
    engine.finish();
    let table: Vec<_> = fields().collect();
    let mut messages = Vec::new();
    for (number, (_, _, bytes, _)) in numbered() {
        if let Some(view) = engine.view(number, bytes) {
            of_view(&view, number, bytes, &table, &mut messages);
        }
    }
    Ok(messages)
}

fn of_view(view: &View, frame: u32, bytes: &[u8], table: &[&'static Field], messages: &mut Vec<Message>) {
    let mut answers = None;
    for (at, row) in view.rows.iter().enumerate() {
        let What::Field { id, value, text } = &row.what else { continue };
        let field = table[usize::from(id.0)];
        if field.filter == "adjoin.summary" {
            answers = None;
        }
        if let ("adjoin.request_in", Value::Uint(frame)) = (field.filter, value) {
            answers = u32::try_from(*frame).ok();
        }
        if field.kind != Kind::Group {
            continue;
        }
        let octets = match row.place {
            Place::Frame(span) => bytes.get(span.range()),
            Place::Buffer(index, span) => {
                view.buffers.get(usize::from(index)).and_then(|buffer| buffer.bytes.get(span.range()))
            }
            Place::Generated => None,
        };
        let Some(octets) = octets.filter(|octets| !octets.is_empty()) else { continue };
        let below = &view.rows[at + 1..];
        let stopped = below.iter().take_while(|below| below.depth > row.depth).any(|row| {
            matches!(&row.what, What::Field { id, .. } if table[usize::from(id.0)].filter == "adjoin.note")
        });
        let mut message = Message {
            frame,
            heading: field.filter,
            title: text.clone().unwrap_or_default(),
            octets: octets.to_vec(),
            whole: !stopped,
            request: None,
            told: told(below, row.depth, field.filter, table),
        };
        message.told.frame = frame;
        if message.is_response() {
            let call = messages.iter().rev().find(|call| {
                Some(call.frame) == answers
                    && call.heading == message.heading
                    && call.opnum() == message.opnum()
                    && !call.is_response()
            });
            message.request = call.map(|call| call.octets.clone());
        }
        messages.push(message);
    }
}

/// The values below a heading.
fn told(rows: &[Row], depth: u8, heading: &str, table: &[&'static Field]) -> Told<'static> {
    let mut told = Told::default();
    let mut values: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for row in rows.iter().take_while(|row| row.depth > depth) {
        let What::Field { id, value, .. } = &row.what else { continue };
        let field = table[usize::from(id.0)];
        let Some(name) = field.filter.strip_prefix(heading).and_then(|rest| rest.strip_prefix('.')) else {
            continue;
        };
        if !matches!(field.kind, Kind::Flag(_) | Kind::Group) {
            values.entry(name).or_default().push(spell(value));
        }
    }
    told.values = values;
    told
}

fn spell(value: &Value) -> String {
    match value {
        Value::None => String::new(),
        Value::Uint(number) => number.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Guid(guid) => guid.to_string().to_ascii_lowercase(),
        Value::Ipv4(octets) => std::net::Ipv4Addr::from(*octets).to_string(),
        Value::Ipv6(octets) => std::net::Ipv6Addr::from(*octets).to_string(),
        Value::Bytes(octets) => hex(octets),
        Value::Duration(time) => time.to_string(),
    }
}

/// Octets in hexadecimal.
pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
