//! Differential targets: the same octets through independent readers, which must say the same.
//!
//! What one reads and the other refuses must have a reason that is named here, in [`Ours`] when the
//! peer refuses and in [`Theirs`] when ours does. Anything else is a finding, in one of the two.

mod ber;
mod kerberos;
mod ldap;

pub use ber::peer_ber;
pub use kerberos::peer_kerberos;
pub use ldap::peer_ldap;

use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Cursor, ErrorKind, WireError};
use core::fmt::Debug;
use std::string::ToString;

/// Why ours reads what a peer refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ours {
    /// Active Directory writes lengths in four octets, where fewer would do (X.690 8.1.3.5 allows it, 10.1
    /// doesn't in DER).
    LongLength,
    /// An INTEGER with more octets than it needs, which X.690 8.3.2 forbids; the value is clear.
    LongInteger,
    /// Windows writes some unsigned integers with a sign; the peer takes a negative one for an error.
    NegativeUnsigned,
    /// An integer in a range that the peer checks: a version other than 5, microseconds beyond 999,999, a
    /// message type below zero. Ours reads the value and leaves the judgement to the caller.
    OutOfRange,
    /// Text that isn't ASCII, or no UTF-8: ours keeps the octets.
    Text,
    /// A time that only one of both takes: `asn1-rs` knows no leap second and checks no calendar.
    Time,
    /// `till` of a KDC-REQ may be absent: Heimdal's definition says so.
    NoTill,
    /// A BIT STRING whose unused bits aren't zero, or without any bit: DER forbids the first.
    Bits,
    /// A BOOLEAN is true for any octet but 0; DER has one octet for true (X.690 11.1).
    Boolean,
    /// The peer wants a list to have an element; RFC 4526 gives a filter without any a meaning, and ours
    /// leaves it to the caller.
    EmptyList,
    /// An operation or a filter that the peer doesn't know; ours names its tag and keeps its octets.
    UnknownOperation,
}

/// Why a peer reads what ours refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Theirs {
    /// The peer leaves the rest of an element unread.
    Trailing,
    /// The peer doesn't look at a part, or takes what is no list of its elements for the end of it.
    Unread,
    /// The peer reads an element that is longer than the one around it.
    InnerLength,
    /// The peer takes an INTEGER without octets for zero (X.690 8.3.1 wants one).
    EmptyInteger,
    /// The peer takes any count of unused bits; there are seven at most (X.690 8.6.2.2).
    UnusedBits,
    /// A time that `asn1-rs` takes: with a fraction, without seconds, or of a day that doesn't exist.
    Time,
    /// The peer takes a length or a tag in a form that these protocols don't use.
    Form,
    /// The peer compares only the number in a tag, not its class or whether there are elements inside.
    TagNumber,
    /// Nesting beyond the limit of ours.
    Depth,
}

/// Calls `look` for every element at every depth, until it has said yes.
fn any_element(bytes: &[u8], look: &mut dyn FnMut(&Tlv<'_>) -> bool) -> bool {
    fn inside(mut reader: Reader<'_>, left: &mut u32, look: &mut dyn FnMut(&Tlv<'_>) -> bool) -> bool {
        while !reader.is_empty() && *left > 0 {
            *left -= 1;
            let Ok(element) = reader.read("element") else { return false };
            if look(&element) {
                return true;
            }
            if element.tag.is_constructed() {
                if let Ok(reader) = element.reader("inner") {
                    if inside(reader, left, look) {
                        return true;
                    }
                }
            }
        }
        false
    }
    inside(Reader::new(Cursor::new(bytes)), &mut 4096, look)
}

/// The reasons that lie in single elements, whatever the message.
fn by_element(bytes: &[u8]) -> Option<Ours> {
    let mut found = None;
    any_element(bytes, &mut |element| {
        let octets = element.octets("octets").map(|octets| octets.value).unwrap_or_default();
        found = found.or(if !element.minimal {
            Some(Ours::LongLength)
        } else {
            match element.tag {
                Tag::INTEGER | Tag::ENUMERATED => integer(octets),
                Tag::BIT_STRING => bits(octets),
                Tag::BOOLEAN if !matches!(octets, [0 | 0xff]) => Some(Ours::Boolean),
                Tag::GENERAL_STRING if !octets.is_ascii() => Some(Ours::Text),
                _ => None,
            }
        });
        found.is_some()
    });
    found
}

fn integer(octets: &[u8]) -> Option<Ours> {
    match octets {
        [0, second, ..] if second & 0x80 == 0 => Some(Ours::LongInteger),
        [0xff, second, ..] if second & 0x80 != 0 => Some(Ours::LongInteger),
        [first, ..] if first & 0x80 != 0 => Some(Ours::NegativeUnsigned),
        _ => None,
    }
}

fn bits(octets: &[u8]) -> Option<Ours> {
    let (unused, bits) = octets.split_first()?;
    let last = bits.last().copied().unwrap_or(0);
    let set = last & !u8::MAX.checked_shl(u32::from(*unused)).unwrap_or(0);
    (*unused > 7 || bits.is_empty() || set != 0).then_some(Ours::Bits)
}

/// Forms of BER that `asn1-rs` reads, whatever the message.
fn by_form(bytes: &[u8], error: WireError) -> Option<Theirs> {
    match error.kind {
        ErrorKind::Trailing { .. } => Some(Theirs::Trailing),
        ErrorKind::Limit(_) => Some(Theirs::Depth),
        ErrorKind::Unsupported(_) => Some(Theirs::Form),
        ErrorKind::Malformed("an integer has at least one octet") => Some(Theirs::EmptyInteger),
        ErrorKind::Malformed("a bit string has at most seven unused bits") => Some(Theirs::UnusedBits),
        // The number of a tag in more than one octet.
        ErrorKind::Malformed("not the element that belongs here") => {
            bytes.get(error.offset).is_some_and(|tag| tag & 0x1f == 0x1f).then_some(Theirs::Form)
        }
        _ => None,
    }
}

/// The octets with the tag that belongs at the place of the error, when only its number is there.
fn tag_number<T>(
    bytes: &[u8],
    error: WireError,
    parse: impl Fn(&[u8]) -> Result<T, WireError>,
) -> Option<Vec<u8>> {
    if error.kind != ErrorKind::Malformed("not the element that belongs here") {
        return None;
    }
    (1..8_u8).find_map(|bits| {
        let mut mended = bytes.to_vec();
        mended.iter_mut().skip(error.offset).take(1).for_each(|tag| *tag ^= bits << 5);
        parse(&mended).map_or_else(|next| next.offset > error.offset, |_| true).then_some(mended)
    })
}

/// Says that one of both refused what the other read, unless there is a reason.
fn acceptance<T, E: Debug>(ours: &Result<T, WireError>, theirs: Result<(), E>, reason: Option<impl Debug>) {
    let both = match (ours, &theirs) {
        (Ok(_), Ok(())) | (Err(_), Err(_)) => true,
        _ => reason.is_some(),
    };
    assert!(both, "ours: {:?}, the peer: {theirs:?}", ours.as_ref().map(|_| ()).map_err(ToString::to_string));
}
