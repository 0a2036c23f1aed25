//! Writes BER elements (X.690), lengths in their shortest form: for tests, generators and clients.

use crate::ber::Tag;
use alloc::vec::Vec;

/// Identifier, length in its shortest form (X.690 10.1), contents.
///
/// Contents of 4 GiB and more can't be read back: their length is written as the largest one.
#[must_use]
pub fn tlv(tag: Tag, contents: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(contents.len().saturating_add(6));
    out.push(tag.0);
    let length = u32::try_from(contents.len()).unwrap_or(u32::MAX).to_be_bytes();
    match length {
        [0, 0, 0, short @ 0..=0x7f] => out.push(short),
        [0, 0, 0, a] => out.extend([0x81, a]),
        [0, 0, a, b] => out.extend([0x82, a, b]),
        [0, a, b, c] => out.extend([0x83, a, b, c]),
        [a, b, c, d] => out.extend([0x84, a, b, c, d]),
    }
    out.extend_from_slice(contents);
    out
}

/// An element whose contents are these elements.
#[must_use]
pub fn constructed(tag: Tag, parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(tag, &parts.concat())
}

/// An INTEGER in its shortest form (X.690 8.3.2).
#[must_use]
pub fn integer(value: i64) -> Vec<u8> {
    let octets = value.to_be_bytes();
    let mut rest = &octets[..];
    while let [first, second, ..] = rest {
        let sign_only = (*first == 0 && second & 0x80 == 0) || (*first == 0xff && second & 0x80 != 0);
        if !sign_only {
            break;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    tlv(Tag::INTEGER, rest)
}

/// The same element with its length in five octets, as Windows writes those of LDAP messages.
#[must_use]
pub fn tlv_long(tag: Tag, contents: &[u8]) -> Vec<u8> {
    let length = u32::try_from(contents.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&[tag.0, 0x84], &length[..], contents].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cursor;
    use crate::ber::Reader;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(contents in prop::collection::vec(any::<u8>(), 0..300), number: i64) {
            for (bytes, minimal) in
                [(tlv(Tag::OCTET_STRING, &contents), true), (tlv_long(Tag::OCTET_STRING, &contents), false)]
            {
                let element = Reader::new(Cursor::new(&bytes)).read("X").unwrap();
                prop_assert_eq!(element.octets("X").unwrap().value, &contents[..]);
                prop_assert_eq!(element.minimal, minimal);
            }
            let bytes = constructed(Tag::SEQUENCE, &[integer(number)]);
            let mut inner = Reader::new(Cursor::new(&bytes)).expect(Tag::SEQUENCE, "X").unwrap().reader("X").unwrap();
            prop_assert_eq!(inner.read("X").unwrap().integer("X").unwrap().value, number);
        }
    }
}
