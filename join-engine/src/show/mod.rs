//! What is shown of a frame: a flat list of [`Row`]s, and the tables of all fields and findings.
//!
//! A row is plain data. A packet tree, a terminal or JSON can be drawn from it without knowing a
//! protocol. Rows come in pre-order: a row of depth `d` belongs under the last row before it whose
//! depth is `d - 1`; rows of depth 0 belong under the protocol itself.

mod decode;
pub(crate) mod dns;
pub(crate) mod epm;
pub(crate) mod gss;
pub(crate) mod join;
pub(crate) mod krb;
pub(crate) mod ldap;
pub(crate) mod ldap_ping;
pub(crate) mod log;
pub(crate) mod lsa;
pub(crate) mod netlogon;
pub(crate) mod ntlm;
mod part;
pub(crate) mod rpc;
pub(crate) mod samr;
mod sheet;
pub(crate) mod smb;
mod utc;
mod view;

pub use decode::{Decoded, Guess, MessageKind, decode, detect};
pub(crate) use log::{line as log_line, links as log_links};
pub(crate) use part::{Decode, Part, Stub};
pub(crate) use view::{leave_out, message, verdicts};

use adjoin_wire::{Guid, Span};

use crate::catalogue::Severity;

/// All families of fields. [`FieldId`]s count through them in this order.
const FAMILIES: &[&[Field]] = &[
    join::TABLE,
    ldap_ping::TABLE,
    epm::TABLE,
    rpc::TABLE,
    krb::TABLE,
    samr::TABLE,
    lsa::TABLE,
    netlogon::TABLE,
    gss::TABLE,
    ntlm::TABLE,
    smb::TABLE,
    ldap::TABLE,
    dns::TABLE,
    log::TABLE,
];

/// All fields, in the order of their [`FieldId`]s.
pub fn fields() -> impl Iterator<Item = &'static Field> {
    FAMILIES.iter().copied().flatten()
}

/// Index of the first field of the family with this table.
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "it only runs in the compiler, which stops where this would panic"
)]
const fn first(table: &[Field]) -> u16 {
    let (mut family, mut index) = (0, 0);
    while !is_same(FAMILIES[family][0].filter, table[0].filter) {
        index += FAMILIES[family].len();
        family += 1;
        assert!(family < FAMILIES.len(), "a family of fields is missing in FAMILIES");
    }
    index as u16
}

/// `==` of strings, which constants can't use.
const fn is_same(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let ([a, rest @ ..], [b, others @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (rest, others);
    }
    one.is_empty() && other.is_empty()
}

/// Declares the fields of one family: a table, and a constant with the index of each.
macro_rules! family {
    ($($id:ident = $filter:literal, $name:literal, $kind:expr, $about:literal;)*) => {
        #[allow(
            dead_code,
            non_camel_case_types,
            clippy::upper_case_acronyms,
            reason = "one variant for each line of the table, named as the constants they number"
        )]
        enum Index { $($id,)* }
        /// The fields of this family, in the order of their indices.
        pub(crate) const TABLE: &[crate::show::Field] =
            &[$(crate::show::Field { filter: $filter, name: $name, kind: $kind, about: $about },)*];
        const FIRST: u16 = crate::show::first(TABLE);
        $(#[allow(dead_code, reason = "the bits of a word are reached by counting")]
        pub(crate) const $id: crate::show::FieldId = crate::show::FieldId(FIRST + Index::$id as u16);)*
    };
}
use family;

/// How a field is registered: filter name, name in the tree, type and explanation.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The display filter, such as `adjoin.ldap_ping.opcode`.
    pub filter: &'static str,
    /// The name in the tree.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Kind,
    /// One sentence for the field list.
    pub about: &'static str,
}

/// The types of field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No value: a heading over other rows.
    Group,
    /// UTF-8 text.
    Text,
    /// Unsigned integer of this many bits (8, 16, 32 or 64).
    Uint(u8, Base),
    /// Signed 32-bit integer.
    Int,
    /// One bit of a word of 32 bits; the value is the whole word.
    Flag(u32),
    /// A GUID.
    Guid,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// Raw octets.
    Bytes,
    /// The number of another frame.
    Frame(Link),
    /// A time that passed.
    Duration,
}

/// How an integer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Decimal.
    Dec,
    /// Hexadecimal with leading zeros.
    Hex,
}

/// What the other frame is to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Only related.
    Related,
    /// The frame with the request that this one answers.
    Request,
    /// The frame with the answer to this request.
    Response,
}

/// Index of a field in [`fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FieldId(pub u16);

/// One line of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Levels below the protocol item.
    pub depth: u8,
    /// Which octets it is about.
    pub place: Place,
    /// What it says.
    pub what: What,
}

/// What a row says.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A field with its value, and text to show in place of the bare value.
    Field {
        /// The field.
        id: FieldId,
        /// Its value, of the type that the field table declares.
        value: Value,
        /// How a person reads the value, such as a name; absent when the value speaks for itself.
        text: Option<String>,
    },
    /// A finding about the row before it.
    Finding {
        /// Index in the table of findings.
        id: FindingId,
        /// The sentence.
        text: String,
        /// How bad it is here, which can be less than the catalogue says: a join may have survived it.
        severity: Severity,
    },
}

/// Index of a finding in the [catalogue](crate::catalogue).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FindingId(pub u16);

/// The value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: a heading.
    None,
    /// Unsigned; also the word of a flag and a frame number.
    Uint(u64),
    /// Signed.
    Int(i32),
    /// Text.
    Text(String),
    /// GUID.
    Guid(Guid),
    /// IPv4 address in the order of the text form.
    Ipv4([u8; 4]),
    /// IPv6 address in the order of the text form.
    Ipv6([u8; 16]),
    /// Octets.
    Bytes(Vec<u8>),
    /// Nanoseconds.
    Duration(i64),
}

/// Which octets a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// None: the row is a conclusion.
    Generated,
    /// Octets of the frame.
    Frame(Span),
    /// Octets of a message that was put together from several frames: index in [`View::buffers`].
    Buffer(u16, Span),
}

/// A message that was put together from several frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buffer {
    /// What it is, such as `Reassembled LDAP message`.
    pub name: &'static str,
    /// Its octets.
    pub bytes: Vec<u8>,
}

/// All that is to be shown of one frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// The tree, in pre-order.
    pub rows: Vec<Row>,
    /// Messages that don't lie in this frame alone.
    pub buffers: Vec<Buffer>,
    /// How many messages are complete in this frame; their rows come first.
    pub messages: u32,
}
