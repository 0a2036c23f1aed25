//! The tables of fields and findings as C sees them, made once and kept for the life of the process.

use std::ffi::{CString, c_char};
use std::sync::OnceLock;

use join_engine::catalogue::{FINDINGS, Group, Severity};
use join_engine::show::{self, Base, FieldId, FindingId, Kind, Link};

/// The types of field.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdjoinKind {
    /// No value: a heading over other rows.
    Group = 0,
    /// UTF-8 text in `value`.
    Text = 1,
    /// Unsigned integer of `bits` bits in `uint_value`.
    Uint = 2,
    /// Signed 32-bit integer in `int_value`.
    Int = 3,
    /// One bit, `mask`, of a word of 32 bits; `uint_value` is the whole word.
    Flag = 4,
    /// A GUID in `octets`.
    Guid = 5,
    /// An IPv4 address in the first 4 of `octets`.
    Ipv4 = 6,
    /// An IPv6 address in `octets`.
    Ipv6 = 7,
    /// Raw octets in `value`.
    Bytes = 8,
    /// The number of another frame in `uint_value`.
    Frame = 9,
    /// A time that passed, in `duration_ns`.
    Duration = 10,
}

/// How an integer is printed.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdjoinBase {
    /// It is no integer.
    None = 0,
    /// Decimal.
    Dec = 1,
    /// Hexadecimal with leading zeros.
    Hex = 2,
}

/// What the frame that a frame number names is to this one.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdjoinLink {
    /// Only related; also of fields that are no frame number.
    Related = 0,
    /// The frame with the request that this one answers.
    Request = 1,
    /// The frame with the answer to this request.
    Response = 2,
}

/// One field.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct AdjoinField {
    /// The display filter, such as `adjoin.ldap_ping.opcode`.
    pub filter: *const c_char,
    /// The name in a tree.
    pub name: *const c_char,
    /// One sentence for a list of fields.
    pub about: *const c_char,
    /// The type of its values.
    pub kind: AdjoinKind,
    /// Of an integer: how it is printed.
    pub base: AdjoinBase,
    /// Of a frame number: what that frame is to this one.
    pub link: AdjoinLink,
    /// Width of an integer or of a flag's word: 8, 16, 32 or 64; otherwise 0.
    pub bits: u32,
    /// Of a flag: its bit in the word; otherwise 0.
    pub mask: u32,
}

/// How bad a finding is.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdjoinSeverity {
    /// Normal, though it looks like an error.
    Chat = 0,
    /// Worth knowing.
    Note = 1,
    /// Probably a cause of trouble.
    Warning = 2,
    /// The join can't succeed with this.
    Error = 3,
}

/// What a finding is about, in the terms of a packet analyser.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdjoinGroup {
    /// The sequence of messages is not what it should be.
    Sequence = 0,
    /// The peer answers with a status that says no.
    Response = 1,
    /// The message itself is damaged.
    Malformed = 2,
    /// A fault of adjoin.
    Internal = 3,
}

/// One entry of the catalogue of findings.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct AdjoinFinding {
    /// Stable id, such as `PING-PAUSED`.
    pub id: *const c_char,
    /// Display filter, such as `adjoin.expert.ping-paused`.
    pub filter: *const c_char,
    /// What it means, in a few words.
    pub title: *const c_char,
    /// How bad it is at the worst; the row of a frame says how bad it is there.
    pub severity: AdjoinSeverity,
    /// What it is about.
    pub group: AdjoinGroup,
}

/// A table whose pointers lead to strings that are never freed or changed.
struct Constant<T: 'static>(&'static [T]);

// SAFETY: nothing behind the pointers is ever written again, so any thread may read them.
unsafe impl<T> Sync for Constant<T> {}
// SAFETY: as above; nothing is owned, so nothing is freed by another thread.
unsafe impl<T> Send for Constant<T> {}

/// `text` for C, for the life of the process. The tables hold no NUL; it would end the text there.
fn constant(text: &str) -> *const c_char {
    let text = text.split('\0').next().unwrap_or_default();
    CString::new(text).unwrap_or_default().into_raw()
}

pub(crate) fn fields() -> &'static [AdjoinField] {
    static TABLE: OnceLock<Constant<AdjoinField>> = OnceLock::new();
    TABLE.get_or_init(|| Constant(show::fields().map(field).collect::<Vec<_>>().leak())).0
}

pub(crate) const fn severity(severity: Severity) -> AdjoinSeverity {
    match severity {
        Severity::Chat => AdjoinSeverity::Chat,
        Severity::Note => AdjoinSeverity::Note,
        Severity::Warning => AdjoinSeverity::Warning,
        Severity::Error => AdjoinSeverity::Error,
    }
}

pub(crate) fn findings() -> &'static [AdjoinFinding] {
    static TABLE: OnceLock<Constant<AdjoinFinding>> = OnceLock::new();
    TABLE
        .get_or_init(|| {
            let entries = FINDINGS.iter().map(|finding| AdjoinFinding {
                id: constant(finding.id),
                filter: constant(&format!("adjoin.expert.{}", finding.id.to_ascii_lowercase())),
                title: constant(finding.title),
                severity: severity(finding.severity),
                group: match finding.group {
                    Group::Sequence => AdjoinGroup::Sequence,
                    Group::Response => AdjoinGroup::Response,
                    Group::Malformed => AdjoinGroup::Malformed,
                    Group::Internal => AdjoinGroup::Internal,
                },
            });
            Constant(entries.collect::<Vec<_>>().leak())
        })
        .0
}

/// The finding that stands for a fault of adjoin itself.
pub(crate) fn internal() -> Option<FindingId> {
    let index = FINDINGS.iter().position(|finding| finding.id == "ADJOIN-INTERNAL")?;
    u16::try_from(index).ok().map(FindingId)
}

/// The field with this display filter.
pub(crate) fn field_id(filter: &str) -> Option<FieldId> {
    let index = show::fields().position(|field| field.filter == filter)?;
    u16::try_from(index).ok().map(FieldId)
}

fn field(field: &show::Field) -> AdjoinField {
    let mut out = AdjoinField {
        filter: constant(field.filter),
        name: constant(field.name),
        about: constant(field.about),
        kind: AdjoinKind::Group,
        base: AdjoinBase::None,
        link: AdjoinLink::Related,
        bits: 0,
        mask: 0,
    };
    out.kind = match field.kind {
        Kind::Group => AdjoinKind::Group,
        Kind::Text => AdjoinKind::Text,
        Kind::Uint(bits, base) => {
            out.bits = bits.into();
            out.base = match base {
                Base::Dec => AdjoinBase::Dec,
                Base::Hex => AdjoinBase::Hex,
            };
            AdjoinKind::Uint
        }
        Kind::Int => {
            (out.bits, out.base) = (32, AdjoinBase::Dec);
            AdjoinKind::Int
        }
        Kind::Flag(mask) => {
            (out.bits, out.mask) = (32, mask);
            AdjoinKind::Flag
        }
        Kind::Guid => AdjoinKind::Guid,
        Kind::Duration => AdjoinKind::Duration,
        Kind::Ipv4 => AdjoinKind::Ipv4,
        Kind::Ipv6 => AdjoinKind::Ipv6,
        Kind::Bytes => AdjoinKind::Bytes,
        Kind::Frame(link) => {
            out.link = match link {
                Link::Related => AdjoinLink::Related,
                Link::Request => AdjoinLink::Request,
                Link::Response => AdjoinLink::Response,
            };
            AdjoinKind::Frame
        }
    };
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::ffi::CStr;

    fn text(pointer: *const c_char) -> &'static str {
        // SAFETY: the tables hold strings that end in NUL and are never freed.
        unsafe { CStr::from_ptr(pointer) }.to_str().unwrap()
    }

    /// What Wireshark accepts as a filter name (it aborts on anything else).
    fn acceptable(filter: &str) -> bool {
        filter.starts_with("adjoin.")
            && !filter.ends_with('.')
            && !filter.contains("..")
            && filter.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
    }

    #[test]
    fn fields_can_be_registered() {
        let mut seen = HashSet::new();
        for field in fields() {
            let filter = text(field.filter);
            assert!(acceptable(filter), "{filter}");
            assert!(seen.insert(filter), "{filter} is there twice");
            assert!(!text(field.name).is_empty() && !text(field.about).is_empty(), "{filter}");
            match field.kind {
                AdjoinKind::Uint => assert!([8, 16, 32, 64].contains(&field.bits), "{filter}"),
                AdjoinKind::Flag => assert_eq!(field.mask.count_ones(), 1, "{filter}"),
                _ => {}
            }
        }
        assert_eq!(seen.len(), show::fields().count());
    }

    #[test]
    fn findings_can_be_registered() {
        let mut seen = HashSet::new();
        for finding in findings() {
            let filter = text(finding.filter);
            assert!(acceptable(filter), "{filter}");
            assert!(seen.insert(filter), "{filter} is there twice");
            assert!(!text(finding.title).is_empty() && !text(finding.id).is_empty());
        }
        assert!(internal().is_some());
        assert!(field_id("adjoin.finding").is_some() && field_id("adjoin.finding.severity").is_some());
    }
}
