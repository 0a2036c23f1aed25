//! Differential targets: the same octets through independent readers, which must say the same.
//!
//! Where they may differ there is a reason with a name, in [`Ours`] for what only ours reads and in
//! [`Theirs`] for what only the peer does. A reason excuses nothing by itself: it says which octets are to
//! blame, and with these mended both must read the message and agree on all of it. What is still
//! different is a find, in one of the two.

mod ber;
mod change;
mod kerberos;
mod ldap;
mod mend;

pub use ber::peer_ber;
pub use kerberos::peer_kerberos;
pub use ldap::peer_ldap;

use crate::check;
use adjoin_wire::{ErrorKind, WireError};
use core::ops::Range;

/// Why ours reads what a peer refuses, or reads as something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ours {
    /// An INTEGER with more octets than it needs, which X.690 8.3.2 forbids and DER readers refuse; the value
    /// is clear.
    LongInteger,
    /// Windows writes some unsigned integers with a sign, as X.690 8.4 gives one to an ENUMERATED too; the peer
    /// takes a negative INTEGER for an error and an ENUMERATED for unsigned.
    NegativeUnsigned,
    /// An integer in a range that the peer checks: a version other than 5, microseconds beyond 999,999, a
    /// message type below zero, a version of LDAP beyond 127. Ours reads the value and leaves the judgement to
    /// the caller.
    OutOfRange,
    /// Text that isn't ASCII in Kerberos, or no UTF-8 in LDAP: ours keeps the octets.
    Text,
    /// A leap second: the peer knows none.
    LeapSecond,
    /// `till` of a KDC-REQ may be absent: Heimdal's definition says so.
    NoTill,
    /// A BIT STRING whose unused bits aren't zero (X.690 11.2.1): ours leaves them out.
    Bits,
    /// The peer wants a list to have an element; RFC 4526 gives a filter without any a meaning, and ours
    /// leaves it to the caller.
    EmptyList,
    /// An operation, an authentication or a filter that the peer or ours doesn't know; ours keeps its octets.
    Unknown,
    /// The peer reads no referrals, and nothing behind one.
    Referral,
    /// The peer follows filters in filters less far.
    Depth,
}

/// Why a peer reads what ours refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Theirs {
    /// The peer doesn't look at these octets: the rest of an element, or of a list whose next element is none.
    Unread,
    /// The peer goes by the length of what is inside, not by that of the element around it.
    InnerLength,
    /// The peer takes an INTEGER without octets for zero (X.690 8.3.1 wants one).
    EmptyInteger,
    /// The peer takes eight unused bits; there are seven at most (X.690 8.6.2.2).
    UnusedBits,
    /// A time that `asn1-rs` takes: with a fraction, without seconds, of another zone, or of a day that doesn't
    /// exist.
    Time,
    /// An integer beyond 31 bits where the protocol has one digit: the peer reads it unsigned.
    OutOfRange,
    /// A length or a tag in a form that these protocols don't use.
    Form,
    /// The peer compares only the number in a tag, not its class or whether there are elements inside.
    TagNumber,
}

/// Octets to put at a place, so that a reason is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mend<R> {
    reason: R,
    at: Range<usize>,
    new: Vec<u8>,
}

impl<R> Mend<R> {
    fn apply(&self, bytes: &[u8]) -> Vec<u8> {
        mend::splice(bytes, &self.at, &self.new)
    }
}

/// Two readers of one message.
struct Readers<'r> {
    ours: &'r dyn Fn(&[u8]) -> Result<(), WireError>,
    /// The peer reads both, and as the same.
    same: &'r dyn Fn(&[u8], &[u8]) -> bool,
    /// Reasons of this message alone.
    special: fn(&[u8], WireError) -> Option<Mend<Theirs>>,
}

/// Most places that are mended in a message.
const MAX_MENDS: usize = 4096;

impl Readers<'_> {
    /// What the peer reads, without what it overlooks: octets that ours reads too, and the reasons.
    fn readable(&self, bytes: &[u8]) -> (Vec<u8>, Vec<Theirs>) {
        let (mut octets, mut reasons) = (bytes.to_vec(), Vec::new());
        for _ in 0..MAX_MENDS {
            let Err(error) = (self.ours)(&octets) else { return (octets, reasons) };
            let Some(mend) = self.excuse(&octets, error) else {
                check::failed(format_args!("only the peer reads {octets:02x?}: {error}"));
            };
            octets = mend.apply(&octets);
            reasons.push(mend.reason);
        }
        check::failed(format_args!("{bytes:02x?} can't be mended"));
    }

    /// The reason why the peer reads what ours refuses, with what ours would read. The peer must say the same
    /// of both, or it is no reason.
    fn excuse(&self, bytes: &[u8], error: WireError) -> Option<Mend<Theirs>> {
        let same = |mend: &Mend<Theirs>| {
            // A time and unused bits are other values to the peer when they are mended.
            let value = matches!(mend.reason, Theirs::Time | Theirs::UnusedBits | Theirs::OutOfRange);
            let mended = mend.apply(bytes);
            mended != bytes && (self.same)(if value { &mended } else { bytes }, &mended)
        };
        let further = |mend: &Mend<Theirs>| {
            (self.ours)(&mend.apply(bytes)).map_or_else(|next| next.offset > error.offset, |()| true)
        };
        let cut = |at| Mend { reason: Theirs::Unread, at, new: Vec::new() };
        form(bytes, error)
            .filter(same)
            .or_else(|| tag_numbers(bytes, error).find(|mend| further(mend) && same(mend)))
            .or_else(|| mend::cuts(bytes, error.offset).into_iter().map(cut).find(same))
            .or_else(|| (self.special)(bytes, error).filter(same))
    }
}

/// Forms that `asn1-rs` reads, whatever the message.
fn form(bytes: &[u8], error: WireError) -> Option<Mend<Theirs>> {
    let offset = error.offset;
    let mend = |reason, at, new| Some(Mend { reason, at, new });
    match error.kind {
        ErrorKind::Unsupported("a length of more than four octets") => {
            long_length(bytes, offset.checked_sub(1)?)
        }
        ErrorKind::Unsupported("an indefinite length") => indefinite_length(bytes, offset.checked_sub(1)?),
        // What has another tag than the one that ours looks for is told by the tag, whatever its length.
        ErrorKind::Unsupported("a tag number above 30")
        | ErrorKind::Malformed("not the element that belongs here")
        | ErrorKind::Trailing { .. } => small_number(bytes, offset)
            .or_else(|| long_length(bytes, offset))
            .or_else(|| indefinite_length(bytes, offset)),
        ErrorKind::Malformed("an integer has at least one octet") => {
            mend(Theirs::EmptyInteger, offset..offset, vec![0])
        }
        ErrorKind::Malformed("a bit string has at most seven unused bits") => {
            let (8, 0) = (*bytes.get(offset)?, *bytes.get(mend::primitive(bytes, offset)?.1.end - 1)?) else {
                return None;
            };
            mend(Theirs::UnusedBits, offset..offset + 1, vec![0])
        }
        _ => None,
    }
}

/// The element here has a length of more octets than ours reads, those in front zero.
fn long_length(bytes: &[u8], at: usize) -> Option<Mend<Theirs>> {
    let [tag, first @ 0x85..=0xfe, ..] = bytes.get(at..)? else { return None };
    let end = at + 2 + usize::from(first & 0x7f);
    let (zeros, digits) = bytes.get(at + 2..end)?.split_last_chunk::<4>()?;
    let fits = zeros.iter().all(|octet| *octet == 0);
    let whole = end.checked_add(usize::try_from(u32::from_be_bytes(*digits)).ok()?)?;
    let contents = bytes.get(end..whole).filter(|_| fits)?;
    Some(Mend { reason: Theirs::Form, at: at..whole, new: mend::element(*tag, contents) })
}

/// The element here has an indefinite length.
fn indefinite_length(bytes: &[u8], at: usize) -> Option<Mend<Theirs>> {
    let [tag, 0x80, ..] = bytes.get(at..)? else { return None };
    let end = behind_indefinite(bytes, at + 2, 8)?;
    let contents = bytes.get(at + 2..end - 2)?;
    Some(Mend { reason: Theirs::Form, at: at..end, new: mend::element(*tag, contents) })
}

/// The tag here is a small number in the form of large ones.
fn small_number(bytes: &[u8], at: usize) -> Option<Mend<Theirs>> {
    let [first, rest @ ..] = bytes.get(at..)? else { return None };
    let more = rest.iter().take_while(|octet| **octet & 0x80 != 0).count();
    let digits = rest.get(..=more)?;
    let number =
        digits.iter().try_fold(0_u8, |number, octet| (number < 2).then_some(number << 7 | octet & 0x7f))?;
    let tag = (first & 0x1f == 0x1f && number < 0x1f).then_some(first & 0xe0 | number)?;
    Some(Mend { reason: Theirs::Form, at: at..at + 1 + digits.len(), new: vec![tag] })
}

/// Where an indefinite length ends: behind two octets of zero (X.690 8.1.3.6).
fn behind_indefinite(bytes: &[u8], mut at: usize, depth: u8) -> Option<usize> {
    let depth = depth.checked_sub(1)?;
    loop {
        at = match bytes.get(at..)? {
            // To the peer it is the number alone that makes the end.
            [tag, 0, ..] if tag & 0x1f == 0 => return Some(at + 2),
            [tag, 0x80, ..] if tag & 0x20 != 0 => behind_indefinite(bytes, at + 2, depth)?,
            _ => mend::contents(bytes, at)?.end,
        };
    }
}

/// The tag at a place with another class, or of the other form.
fn tag_numbers(bytes: &[u8], error: WireError) -> impl Iterator<Item = Mend<Theirs>> {
    let another = error.kind == ErrorKind::Malformed("not the element that belongs here");
    // What isn't the element that may come next is what ours stops at.
    let here = another || matches!(error.kind, ErrorKind::Trailing { .. });
    let tag = bytes.get(error.offset).copied().filter(|_| here);
    let at = error.offset..error.offset + 1;
    tag.into_iter().flat_map(move |tag| {
        let at = at.clone();
        (1..8_u8).map(move |bits| Mend {
            reason: Theirs::TagNumber,
            at: at.clone(),
            new: vec![tag ^ (bits << 5)],
        })
    })
}

/// Octets without what only ours reads, place after place; both must read what is left.
fn without(bytes: &[u8], places: &dyn Fn(&[u8]) -> Vec<Mend<Ours>>) -> Vec<u8> {
    let mut octets = bytes.to_vec();
    for _ in 0..MAX_MENDS {
        let mends = places(&octets);
        if mends.is_empty() {
            return octets;
        }
        // From the last to the first: those in front stay where they are, as long as no header around them
        // grows.
        for mend in mends.iter().rev() {
            let before = octets.len();
            octets = mend.apply(&octets);
            if octets.len() + mend.at.len() != before + mend.new.len() {
                break;
            }
        }
    }
    check::failed(format_args!("{bytes:02x?} can't be mended"));
}

/// What an INTEGER or ENUMERATED becomes in as few octets as will do; nothing when it is that short.
fn shortest(octets: &[u8]) -> Option<&[u8]> {
    let mut rest = octets;
    while let [0, second, ..] | [0xff, second, ..] = rest {
        if (second & 0x80 == 0) != (rest.first() == Some(&0)) {
            break;
        }
        rest = rest.get(1..)?;
    }
    (rest.len() < octets.len()).then_some(rest)
}

/// A negative integer as the unsigned one of the same 32 bits, in as few octets as will do; nothing when it
/// isn't negative.
fn unsigned(octets: &[u8]) -> Option<Vec<u8>> {
    octets.first().filter(|first| *first & 0x80 != 0)?;
    let mut word = [0xff; 4];
    for (to, from) in word.iter_mut().rev().zip(octets.iter().rev()) {
        *to = *from;
    }
    let positive = [&[0][..], &word].concat();
    Some(shortest(&positive).unwrap_or(&positive).to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{UnwindSafe, catch_unwind};

    /// True when two readers are found to differ.
    pub(super) fn finds(differ: impl FnOnce() + UnwindSafe) -> bool {
        catch_unwind(differ).is_err()
    }

    #[test]
    fn shortest_integers() {
        assert_eq!(shortest(&[0, 0, 5]), Some(&[5][..]));
        assert_eq!(shortest(&[0xff, 0xff, 0x80]), Some(&[0x80][..]));
        for short in [&[][..], &[0], &[5], &[0, 0x80], &[0xff, 0x7f], &[0x80, 0]] {
            assert_eq!(shortest(short), None, "{short:02x?}");
        }
    }

    #[test]
    fn forms_are_those_and_no_other() {
        let at = |kind, offset| WireError::new(kind, offset, "field");
        let long = at(ErrorKind::Unsupported("a length of more than four octets"), 1);
        let mended = |bytes: &[u8], error| form(bytes, error).map(|mend| mend.apply(bytes));
        assert_eq!(mended(&[4, 0x85, 0, 0, 0, 0, 1, b'a'], long), Some(vec![4, 1, b'a']));
        assert_eq!(mended(&[4, 0x85, 1, 0, 0, 0, 1, b'a'], long), None);
        assert_eq!(mended(&[4, 0x85, 0, 0, 0, 0, 2, b'a'], long), None);
        let indefinite = at(ErrorKind::Unsupported("an indefinite length"), 1);
        assert_eq!(mended(&[0x30, 0x80, 4, 1, 0, 0, 0], indefinite), Some(vec![0x30, 3, 4, 1, 0]));
        assert_eq!(mended(&[0x30, 0x80, 4, 1, 0, 0], indefinite), None);
        let number = at(ErrorKind::Unsupported("a tag number above 30"), 0);
        assert_eq!(mended(&[0x3f, 0x80, 0x10, 0], number), Some(vec![0x30, 0]));
        assert_eq!(mended(&[0x3f, 0x1f, 0], number), None);
        for other in
            [ErrorKind::Limit("nested too deeply"), ErrorKind::Unsupported("an integer of more than 64 bits")]
        {
            assert_eq!(mended(&[0x3f, 0x10, 0], at(other, 0)), None);
        }
    }
}
