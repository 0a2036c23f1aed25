//! BER, compressed names and DNS.

use crate::check;
use adjoin_wire::ber::{Reader, Tag};
use adjoin_wire::{CompressedName, Cursor, MAX_NAME};
use dns_proto::nbns::NetbiosName;
use dns_proto::{Frames, Header, Message, Rdata, Records, locator, reverse};

/// [`adjoin_wire::ber`]: every element at every depth, read as every type.
pub fn wire_ber(bytes: &[u8]) {
    let mut left = 4096_u32;
    elements(bytes, Reader::new(Cursor::new(bytes)), &mut left);
}

fn elements(bytes: &[u8], mut reader: Reader<'_>, left: &mut u32) {
    while !reader.is_empty() && *left > 0 {
        *left = left.saturating_sub(1);
        let before = reader.cursor().offset();
        let peeked = reader.peek();
        let element = match reader.read("element") {
            Ok(element) => element,
            Err(error) => return check::error(bytes, error),
        };
        assert_eq!(peeked, Some(element.tag));
        assert!(reader.cursor().offset() > before, "an element takes at least two octets");
        assert!(element.header.len() >= 2);
        check::span(bytes, element.header);
        check::span(bytes, element.span());
        macro_rules! each {
            ($($read:ident)*) => {
                $(match element.$read("value") {
                    Ok(value) => check::span(bytes, value.span),
                    Err(error) => check::error(bytes, error),
                })*
            };
        }
        each!(octets text integer int32 uint32 boolean bits32 oid);
        if let (Ok(oid), Ok(text)) = (element.oid("oid"), element.text("text")) {
            // Not of each level of a deep nesting, which would be quadratic here.
            if !element.tag.is_constructed() {
                check::text(oid.value);
                check::spans(bytes, &text);
            }
        }
        if let (Ok(wide), Ok(narrow)) = (element.integer("i"), element.int32("i")) {
            assert_eq!(wide.value, i64::from(narrow.value));
        }
        if element.tag.is_constructed() {
            match element.reader("inner") {
                Ok(inner) => elements(bytes, inner, left),
                Err(error) => check::error(bytes, error),
            }
        }
    }
    if let Err(error) = reader.finish("end") {
        check::error(bytes, error);
    }
    let _ = (reader.optional(Tag::NULL, "x"), reader.explicit_optional(0, Tag::INTEGER, "x"));
}

/// [`CompressedName`]: the names one behind the other, from every offset.
pub fn compressed_name(bytes: &[u8]) {
    for start in 0..bytes.len().min(512) {
        let mut cursor = Cursor::at(bytes.get(start..).unwrap_or_default(), start);
        while !cursor.is_empty() {
            let name = match CompressedName::read(&mut cursor, bytes, 0, "name") {
                Ok(name) => name,
                Err(error) => {
                    check::error(bytes, error);
                    break;
                }
            };
            check::span(bytes, name.span);
            assert!(name.span.len() <= MAX_NAME + 1 && name.span.end == cursor.offset());
            let mut octets = 1;
            for label in name.labels() {
                let label = label.unwrap_or_default();
                assert!((1..=63).contains(&label.as_bytes().len()));
                octets += label.as_bytes().len() + 1;
            }
            assert!(octets <= MAX_NAME);
            assert_eq!(name.is_empty(), octets == 1);
            let same = name.value;
            assert_eq!(same, name.value);
            let plain = name.labels().flatten().all(|l| l.to_str().is_some_and(|text| !text.contains('.')));
            if plain {
                assert!(name.eq_ignore_ascii_case(&name.to_string()));
            }
            if let Some(located) = locator::classify(name.value) {
                check::spans(bytes, &located);
                check::text(&located.domain);
                assert_eq!(located.clone().domain, located.domain);
            }
            // From other starts only the first name is new.
            if start > 0 {
                break;
            }
        }
    }
}

/// [`dns_proto`]: the message, and the frames of a stream.
pub fn dns_message(bytes: &[u8]) {
    let (whole, partial) = (Message::parse(bytes), Message::parse_partial(bytes));
    check::message(bytes, &whole, &partial);
    check::message(
        bytes,
        &Header::parse_prefix(bytes).map(|(header, _)| header),
        &Header::parse_partial(bytes),
    );
    let message = partial.value;
    check::text(message.rcode());
    check::text(message.header.opcode);
    for question in message.questions {
        match question {
            Ok(question) => {
                check::span(bytes, question.span());
                let name = question.name.value;
                let _ = reverse::address_of(name);
                if let Some(name) = NetbiosName::decode(name) {
                    check::text(name);
                }
                check::text(question.rtype);
                check::text(question.class);
            }
            Err(error) => check::error(bytes, error),
        }
    }
    let sections = [message.answers, message.authorities, message.additionals];
    let records: usize = sections.iter().map(|section| records(bytes, *section)).sum();
    assert!(records * 11 <= bytes.len(), "a record has at least eleven octets");
    if let Some(update) = message.update() {
        check::spans(bytes, &update.zone);
        let count = update.prerequisites().count() + update.changes().count();
        assert!(count <= records + 2);
    }
    for frame in Frames::new(bytes) {
        match frame {
            Ok(frame) => {
                check::span(bytes, frame.message.span);
                let _ = Message::parse_partial(&frame.message);
            }
            Err(error) => check::error(bytes, error),
        }
    }
}

fn records(bytes: &[u8], section: Records<'_>) -> usize {
    let (mut count, mut failed) = (0, false);
    for record in section {
        assert!(!failed, "an error ends the list");
        match record {
            Ok(record) => {
                count += 1;
                check::span(bytes, record.span());
                assert_eq!(bytes.get(record.octets.span.range()), Some(record.octets.value));
                match record.rdata() {
                    Ok(rdata) => {
                        check::spans(bytes, &rdata);
                        if let Rdata::Tkey(tkey) = rdata.value {
                            check::text(tkey.mode);
                        }
                    }
                    Err(error) => check::error(bytes, error),
                }
            }
            Err(error) => {
                failed = true;
                check::error(bytes, error);
            }
        }
    }
    assert!(count <= usize::from(section.declared()));
    count
}
