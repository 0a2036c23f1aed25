//! `der-parser` reads the same elements.

use super::{mend, shortest};
use crate::check;
use adjoin_wire::Cursor;
use adjoin_wire::ber::{Reader, Tag, Tlv};
use der_parser::asn1_rs::{FromBer, Header};
use der_parser::{ber, der};

/// [`adjoin_wire::ber`] against `der-parser`: each element at every depth, its tag, its length, its
/// contents, and the values of integers, booleans, object identifiers and bit strings.
pub fn peer_ber(bytes: &[u8]) {
    let mut left = 1024_u32;
    elements(Reader::new(Cursor::new(bytes)), &mut left);
}

fn elements(mut reader: Reader<'_>, left: &mut u32) {
    while !reader.is_empty() && *left > 0 {
        *left -= 1;
        let rest = reader.cursor().peek();
        let header = Header::from_ber(rest);
        let Ok(element) = reader.read("element") else {
            return refused(rest, header.ok());
        };
        let Ok((behind, header)) = header else {
            check::failed(format_args!("only ours reads {:?}", element.header));
        };
        assert_eq!(u32::from(element.tag.number()), header.tag().0);
        assert_eq!(element.tag.is_constructed(), header.is_constructed());
        assert_eq!(header.class() as u8, element.tag.0 >> 6);
        assert_eq!(header.length().definite(), Ok(element.length));
        assert_eq!(element.header.len(), rest.len() - behind.len());
        let contents = behind.get(..element.length);
        assert_eq!(element.octets("contents").ok().map(|octets| octets.value), contents);
        if contents.is_none() {
            return;
        }
        // Contents that the peer's reader of a type has to read as ours does.
        let whole = rest.get(..element.header.len() + element.length).unwrap_or_default();
        value(&element, whole);
        if element.tag.is_constructed() {
            match element.reader("inner") {
                Ok(inner) => elements(inner, left),
                // Both have a limit of their own.
                Err(_) => return,
            }
        }
    }
}

/// Ours refuses what these protocols don't use: tag numbers above 30, indefinite lengths, and lengths of more
/// than four octets. Otherwise the peer refuses too, or the element is longer than what is left: the peer reads
/// a header without looking at that.
fn refused(rest: &[u8], theirs: Option<(&[u8], Header<'_>)>) {
    let Some((behind, header)) = theirs else { return };
    let form = match rest {
        [tag, ..] if tag & 0x1f == 0x1f => true,
        [_, length, ..] => *length == 0x80 || *length > 0x84,
        _ => false,
    };
    let longer = header.length().definite().is_ok_and(|length| length > behind.len());
    assert!(form || longer, "only the peer reads {rest:02x?}");
}

fn value(element: &Tlv<'_>, whole: &[u8]) {
    match element.tag {
        Tag::INTEGER => {
            let Ok(octets) = element.octets("integer") else { return };
            let ours = element.integer("integer").ok().map(|value| value.value);
            // Of more than eight octets the peer takes the first eight, so it gets no sign octets in front; and
            // without one it takes zero, where X.690 8.3.1 wants one.
            let short = shortest(octets.value).unwrap_or(octets.value);
            let short = mend::element(2, short);
            let theirs = ber::parse_ber_integer(&short).ok().and_then(|(_, object)| object.as_i64().ok());
            let fits = (1..=8).contains(&(short.len() - 2));
            assert_eq!(ours, theirs.filter(|_| fits), "{whole:02x?}");
        }
        Tag::BOOLEAN => {
            let theirs = ber::parse_ber_bool(whole).ok().and_then(|(_, object)| object.as_bool().ok());
            let ours = element.boolean("boolean").ok().map(|value| value.value);
            assert_eq!(ours, theirs);
        }
        Tag::OID => {
            let theirs = der::parse_der_oid(whole).ok().and_then(|(_, o)| o.as_oid().ok().cloned());
            let ours = element.oid("oid").ok().map(|value| value.value);
            // An identifier has an octet (X.690 8.19.2); the peer takes none for an empty one.
            assert!(ours.is_some() == theirs.is_some() || element.length == 0, "{ours:?} {theirs:?}");
            if let (Some(ours), Some(theirs)) = (ours, theirs) {
                assert_eq!(ours.0, theirs.as_bytes());
                // The last arc can be cut; beyond 64 bits each has a text of its own; and the peer takes the
                // first octet for the first two arcs, also when it is only the beginning of them or the first
                // arc is 2 (8.19.4), and a zero alone for one arc.
                let whole = ours.0.last().is_some_and(|last| last & 0x80 == 0)
                    && ours.0.first().is_some_and(|first| *first < 120)
                    && ours.0 != [0];
                let plain = theirs.iter().is_some_and(|mut arcs| arcs.all(|arc| arc < 1 << 56));
                if plain && whole {
                    assert_eq!(ours.to_string(), theirs.to_string());
                }
            }
        }
        Tag::BIT_STRING => {
            let Ok((_, object)) = ber::parse_ber_bitstring(whole) else { return };
            let Ok(bits) = element.bits32("bits") else {
                check::failed(format_args!("only the peer reads the bits of {whole:02x?}"));
            };
            if let Ok(theirs) = object.as_bitstring() {
                let mut octets = theirs.data.iter().copied().chain([0; 4]);
                let word = [(); 4].map(|()| octets.next().unwrap_or_default());
                assert_eq!(bits.value, u32::from_be_bytes(word));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::finds;
    use super::*;

    #[test]
    fn refusals_have_a_reason() {
        let refuse = |bytes: &[u8]| refused(bytes, Header::from_ber(bytes).ok());
        for bytes in
            [&[0x1f, 0x20, 0][..], &[0x30, 0x80, 0, 0], &[4, 0x85, 0, 0, 0, 0, 1, 0], &[4, 2, 0], &[4]]
        {
            assert!(!finds(|| refuse(bytes)), "{bytes:02x?}");
        }
        for bytes in [&[4, 1, 0][..], &[4, 0x81, 1, 0], &[4, 0x84, 0, 0, 0, 1, 0], &[0x30, 0]] {
            assert!(finds(|| refuse(bytes)), "{bytes:02x?}");
        }
    }

    #[test]
    fn integers_of_any_length_agree() {
        for bytes in [&[2, 0][..], &[2, 9, 0, 0xff, 0, 0, 0, 0, 0, 0, 0], &[2, 9, 0, 0, 0, 0, 0, 0, 0, 0, 5]]
        {
            peer_ber(bytes);
        }
        peer_ber(&[2, 9, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 5]);
        peer_ber(&[2, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
}
