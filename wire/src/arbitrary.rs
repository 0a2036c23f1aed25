//! Pieces of well-formed messages, drawn from a fuzzer's octets (feature `arbitrary`).
//!
//! The crates above have generators of whole messages in a module of the same name. All of them take
//! what they need from [`Unstructured`] and come to an end when it is used up: the values that are left
//! are then the simplest ones.

use crate::Guid;
use ::arbitrary::{Arbitrary, Result, Unstructured};
use alloc::string::String;
use alloc::vec::Vec;

/// At most `most` octets.
///
/// # Errors
/// None in practice: it takes no more than there is.
pub fn octets(u: &mut Unstructured<'_>, most: usize) -> Result<Vec<u8>> {
    let wanted = u.int_in_range(0..=most)?;
    let there = wanted.min(u.len());
    Ok(u.bytes(there)?.to_vec())
}

/// One to `most` ASCII letters, digits and hyphens, a letter in front: a label of a DNS name, or a
/// NetBIOS name.
///
/// # Errors
/// None in practice.
pub fn label(u: &mut Unstructured<'_>, most: usize) -> Result<String> {
    let mut text = String::new();
    for at in 0..u.int_in_range(1..=most.max(1))? {
        // Letters come first in the alphabet.
        let letters = if at == 0 { LETTERS.get(..26).unwrap_or(LETTERS) } else { LETTERS };
        text.push(char::from(*u.choose(letters)?));
    }
    Ok(text)
}

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789-";

/// A DNS name of one to five labels, without a dot at the end.
///
/// # Errors
/// None in practice.
pub fn dns_name(u: &mut Unstructured<'_>) -> Result<String> {
    let mut name = label(u, 15)?;
    for _ in 0..u.int_in_range(0..=4)? {
        name.push('.');
        name.push_str(&label(u, 15)?);
    }
    Ok(name)
}

/// What `value` makes, or nothing.
///
/// # Errors
/// Those of `value`.
pub fn optional<'a, T>(
    u: &mut Unstructured<'a>,
    value: impl FnOnce(&mut Unstructured<'a>) -> Result<T>,
) -> Result<Option<T>> {
    if u.arbitrary()? { value(u).map(Some) } else { Ok(None) }
}

impl<'a> Arbitrary<'a> for Guid {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self::from_u128(u.arbitrary()?))
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (16, Some(16))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_up_gives_the_simplest() {
        let u = &mut Unstructured::new(&[]);
        assert!(octets(u, 9).unwrap().is_empty());
        assert_eq!(dns_name(u).unwrap(), "a");
        assert_eq!(Guid::arbitrary(u).unwrap(), Guid::NIL);
    }

    #[test]
    fn names_are_names() {
        let seed: Vec<u8> = (0..=255).collect();
        let name = dns_name(&mut Unstructured::new(&seed)).unwrap();
        assert!(name.split('.').all(|label| (1..=15).contains(&label.len())), "{name}");
        assert!(name.is_ascii());
    }
}
