//! Messages with elements changed, so that the lengths around them stay right: octets that are mutated at
//! random nearly never keep them.

use super::mend;
use arbitrary::{Result, Unstructured};

/// Most elements that are changed.
const MAX_CHANGES: usize = 4;

/// Integers at the ends of the ranges that readers take, in as few octets as will do.
const INTEGERS: [&[u8]; 24] = [
    &[0],
    &[1],
    &[5],
    &[0x7f],
    &[0x80],
    &[0xff],
    &[0, 0x80],
    &[0, 0xff],
    &[0x7f, 0xff],
    &[0x80, 0],
    &[0xff, 0x7f],
    &[0, 0xff, 0xff],
    &[0x7f, 0xff, 0xff],
    &[0, 0xff, 0xff, 0xff],
    &[1, 0, 0, 0],
    &[0x12, 0x34, 0x56, 0x78],
    &[0x7f, 0xff, 0xff, 0xff],
    &[0x80, 0, 0, 0],
    &[0x80, 0, 0, 1],
    &[0, 0x80, 0, 0, 0],
    &[0, 0xff, 0xff, 0xff, 0xff],
    &[1, 0, 0, 0, 0],
    &[0xff, 0x7f, 0xff, 0xff, 0xff],
    &[0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
];

/// The message with some elements changed, as a fuzzer's octets say.
pub(super) fn changed(mut message: Vec<u8>, u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    for _ in 0..u.int_in_range(0..=MAX_CHANGES)? {
        let elements = mend::elements(&message);
        if elements.is_empty() {
            break;
        }
        let (at, inner) = elements.get(u.choose_index(elements.len())?).cloned().unwrap_or_default();
        let octets = message.get(inner.clone()).unwrap_or_default();
        let whole = message.get(at..inner.end).unwrap_or_default().to_vec();
        let tag = whole.first().copied().unwrap_or(0);
        let (place, new) = match u.int_in_range(0..=9)? {
            // An integer more often than all else.
            0..=2 => (inner, u.choose(&INTEGERS)?.to_vec()),
            3 => {
                let sign = if octets.first().is_some_and(|first| first & 0x80 != 0) { 0xff } else { 0 };
                let longer = [&vec![sign; u.int_in_range(1..=8)?], octets].concat();
                (inner, longer)
            }
            4 => {
                let some = u.int_in_range(0..=8)?;
                (inner, u.bytes(some.min(u.len()))?.to_vec())
            }
            5 => (at..at + 1, vec![tag ^ u.arbitrary::<u8>()?]),
            6 => (at..inner.end, Vec::new()),
            7 => (at..inner.end, [&*whole, &whole].concat()),
            8 => {
                let integer = mend::element(*u.choose(&[2, 0x0a, 0x80, 0x81])?, u.choose(&INTEGERS)?);
                (at..inner.end, [whole, integer].concat())
            }
            _ => {
                let length = u32::try_from(octets.len()).unwrap_or(0).to_be_bytes();
                (at..inner.start, [&[tag, 0x84][..], &length].concat())
            }
        };
        message = mend::splice(&message, &place, &new);
    }
    Ok(message)
}
