//! `adjoin decode`: one message as a tree, with the rows that Wireshark gets.

use std::net::{Ipv4Addr, Ipv6Addr};

use adjoin_wire::ErrorKind;
use join_engine::report::harmless_json;
use join_engine::show::{
    self, Base, Decoded, Field, FieldId, Guess, Kind, MessageKind, Place, Row, Value, What,
};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::arguments::{self, DecodeFormat};
use crate::exit::{Ending, Exit};
use crate::octets;
use crate::terminal::harmless;

/// Reads, finds out what it is, renders.
pub(crate) fn run(arguments: &arguments::Decode) -> Result<Ending, String> {
    let octets = octets::read(&arguments.input)?;
    let (kind, guesses) = kind(arguments.kind, &octets)?;
    let decoded = show::decode(kind, &octets);
    let fields: Vec<_> = show::fields().collect();
    let output = match arguments.format {
        DecodeFormat::Text => text(kind, &guesses, &octets, &decoded, &fields),
        DecodeFormat::Json => json(kind, &guesses, &octets, &decoded, &fields) + "\n",
    };
    let exit = if decoded.errors.is_empty() { Exit::Joined } else { Exit::Unknown };
    Ok(Ending { output: output.into_bytes(), exit })
}

/// The kind that was asked for, or the one that fits best, with all that fit.
fn kind(wanted: Option<arguments::As>, octets: &[u8]) -> Result<(MessageKind, Vec<Guess>), String> {
    let only = |kinds: &[MessageKind]| {
        let guesses = show::detect(octets);
        guesses.into_iter().filter(|guess| kinds.contains(&guess.kind)).collect::<Vec<_>>()
    };
    match wanted {
        Some(arguments::As::One(kind)) => Ok((kind, Vec::new())),
        Some(arguments::As::Epm) => {
            let guesses = only(&[MessageKind::EpmRequest, MessageKind::EpmResponse]);
            Ok((guesses.first().map_or(MessageKind::EpmRequest, |guess| guess.kind), guesses))
        }
        None => {
            let guesses = show::detect(octets);
            match guesses.first() {
                Some(best) => Ok((best.kind, guesses)),
                None => {
                    let start: Vec<_> = octets.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
                    Err(format!(
                        "{} octets that begin with {}: no kind of message that is known begins so; \
                         say one with --as",
                        octets.len(),
                        start.join(" ")
                    ))
                }
            }
        }
    }
}

/// What was found out, in one line.
fn headline(kind: MessageKind, guesses: &[Guess], octets: &[u8]) -> String {
    let octets = match octets.len() {
        1 => "1 octet".to_owned(),
        many => format!("{many} octets"),
    };
    let Some((best, others)) = guesses.split_first() else {
        return format!("{octets} as {}", kind.name());
    };
    let all = if best.whole { ", and nothing is left over" } else { "" };
    let mut line = format!("{octets}, taken as {}: {}{all}", kind.name(), best.why);
    if !others.is_empty() {
        let names: Vec<_> = others.iter().map(|guess| guess.kind.name()).collect();
        line.push_str(&format!(" (possible: {})", names.join(", ")));
    }
    line
}

fn text(
    kind: MessageKind,
    guesses: &[Guess],
    octets: &[u8],
    decoded: &Decoded,
    fields: &[&'static Field],
) -> String {
    let mut page = headline(kind, guesses, octets) + "\n";
    let width = octets.len().to_string().len();
    for row in &decoded.view.rows {
        let place = match row.place {
            Place::Frame(span) | Place::Buffer(_, span) => {
                format!("{:>width$}..{:<width$}", span.start, span.end)
            }
            Place::Generated => " ".repeat(width.saturating_mul(2).saturating_add(2)),
        };
        let indent = usize::from(row.depth).saturating_mul(2);
        let says = harmless(&line(row, fields));
        page.push_str(&format!("{place}  {:indent$}{says}\n", ""));
    }
    for error in &decoded.errors {
        let (offset, field, what) = (error.offset, error.field, error.kind.to_string());
        page.push_str(&harmless(&format!("error at {offset} in {field}: {what}")));
        page.push('\n');
    }
    page
}

fn line(row: &Row, fields: &[&'static Field]) -> String {
    match &row.what {
        What::Finding { text, severity, .. } => format!("[{}] {text}", severity.as_str()),
        What::Field { id, value, text } => {
            let Some(field) = field(fields, *id) else { return String::new() };
            match text.clone().or_else(|| readable(value, field.kind)) {
                Some(text) => format!("{}: {text}", field.name),
                None => field.name.to_owned(),
            }
        }
    }
}

fn field(fields: &[&'static Field], id: FieldId) -> Option<&'static Field> {
    fields.get(usize::from(id.0)).copied()
}

/// A value for people; nothing for a heading.
fn readable(value: &Value, kind: Kind) -> Option<String> {
    Some(match (value, kind) {
        (Value::None, _) => return None,
        (Value::Uint(word), Kind::Flag(bit)) => {
            if word & u64::from(bit) == 0 { "not set" } else { "set" }.to_owned()
        }
        (Value::Uint(number), Kind::Uint(bits, Base::Hex)) => {
            let digits = usize::from(bits / 4);
            format!("0x{number:0digits$x}")
        }
        (Value::Uint(number), _) => number.to_string(),
        (Value::Int(number), _) => number.to_string(),
        (Value::Text(text), _) => text.clone(),
        (Value::Guid(guid), _) => guid.to_string(),
        (Value::Duration(ns), _) => {
            format!("{:.9}", std::time::Duration::from_nanos(ns.unsigned_abs()).as_secs_f64())
        }
        (Value::Ipv4(address), _) => Ipv4Addr::from(*address).to_string(),
        (Value::Ipv6(address), _) => Ipv6Addr::from(*address).to_string(),
        (Value::Bytes(bytes), _) => hex(bytes),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The shape of docs/decode.md.
#[derive(Serialize)]
struct Message {
    schema: u32,
    kind: &'static str,
    octets: usize,
    detected: Vec<Detected>,
    rows: Vec<Node>,
    errors: Vec<Stopped>,
}

#[derive(Serialize)]
struct Detected {
    kind: &'static str,
    why: &'static str,
    whole: bool,
}

#[derive(Serialize)]
struct Node {
    start: Option<usize>,
    end: Option<usize>,
    field: Option<&'static str>,
    name: &'static str,
    value: Json,
    text: Option<String>,
    rows: Vec<Self>,
}

#[derive(Serialize)]
struct Stopped {
    offset: usize,
    field: &'static str,
    kind: &'static str,
    text: String,
}

fn json(
    kind: MessageKind,
    guesses: &[Guess],
    octets: &[u8],
    decoded: &Decoded,
    fields: &[&'static Field],
) -> String {
    let message = Message {
        schema: 1,
        kind: kind.name(),
        octets: octets.len(),
        detected: guesses
            .iter()
            .map(|guess| Detected { kind: guess.kind.name(), why: guess.why, whole: guess.whole })
            .collect(),
        rows: tree(&decoded.view.rows, fields),
        errors: decoded
            .errors
            .iter()
            .map(|error| Stopped {
                offset: error.offset,
                field: error.field,
                kind: error_kind(error.kind),
                text: error.kind.to_string(),
            })
            .collect(),
    };
    harmless_json(serde_json::to_string_pretty(&message).unwrap_or_default())
}

const fn error_kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Truncated { .. } => "truncated",
        ErrorKind::Overrun { .. } => "overrun",
        ErrorKind::Malformed(_) => "malformed",
        ErrorKind::Unsupported(_) => "unsupported",
        ErrorKind::Trailing { .. } => "trailing",
        ErrorKind::Limit(_) => "limit",
        _ => "other",
    }
}

/// The rows as a tree: a row of depth `d` belongs under the last one before it of depth `d - 1`.
fn tree(rows: &[Row], fields: &[&'static Field]) -> Vec<Node> {
    let mut open: Vec<(u8, Node)> = Vec::new();
    let mut roots = Vec::new();
    for row in rows {
        close(&mut open, &mut roots, row.depth);
        open.push((row.depth, node(row, fields)));
    }
    close(&mut open, &mut roots, 0);
    roots
}

/// Puts what is open at `depth` or deeper where it belongs.
fn close(open: &mut Vec<(u8, Node)>, roots: &mut Vec<Node>, depth: u8) {
    while open.last().is_some_and(|(last, _)| *last >= depth) {
        let Some((_, node)) = open.pop() else { return };
        match open.last_mut() {
            Some((_, parent)) => parent.rows.push(node),
            None => roots.push(node),
        }
    }
}

fn node(row: &Row, fields: &[&'static Field]) -> Node {
    let (start, end) = match row.place {
        Place::Frame(span) | Place::Buffer(_, span) => (Some(span.start), Some(span.end)),
        Place::Generated => (None, None),
    };
    let (field, value, text) = match &row.what {
        What::Field { id, value, text } => {
            let field = field(fields, *id);
            let kind = field.map_or(Kind::Group, |field| field.kind);
            (field, plain(value, kind), text.clone().or_else(|| readable(value, kind)))
        }
        What::Finding { text, severity, .. } => (None, json!(severity.as_str()), Some(text.clone())),
    };
    let (filter, name) = field.map_or((None, "Finding"), |field| (Some(field.filter), field.name));
    Node { start, end, field: filter, name, value, text, rows: Vec::new() }
}

/// A value for programs.
fn plain(value: &Value, kind: Kind) -> Json {
    match (value, kind) {
        (Value::Uint(word), Kind::Flag(bit)) => json!(word & u64::from(bit) != 0),
        (Value::Uint(number), _) => json!(number),
        (Value::Int(number), _) => json!(number),
        _ => json!(readable(value, kind)),
    }
}
