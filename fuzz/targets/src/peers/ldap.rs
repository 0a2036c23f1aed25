//! `ldap-parser` reads the same messages, on top of `asn1-rs`.

use super::change::changed;
use super::{Mend, Ours, Readers, Theirs, mend, unsigned, without};
use crate::check;
use adjoin_wire::{ErrorKind, Span, Spanned, Text, WireError};
use arbitrary::{Arbitrary, Unstructured};
use asn1_rs::FromBer;
use cldap_proto as ours;
use cldap_proto::arbitrary::{Ping, PingAnswer};
use cldap_proto::{FilterKind, LdapMessage};
use ldap_parser::{filter as peer_filter, ldap as peer};

/// [`cldap_proto::LdapMessage`] against `ldap-parser`. What isn't a SEQUENCE says which message to make and what
/// to change in it.
pub fn peer_ldap(bytes: &[u8]) {
    if bytes.first() == Some(&0x30) {
        return differ(bytes, whole);
    }
    // Octets that are used up give the simplest values: this never fails.
    if let Ok(octets) = made(&mut Unstructured::new(bytes)) {
        differ(&octets, whole);
    }
}

/// A well-formed message with elements changed.
fn made(u: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let octets = match u.int_in_range(0..=OPERATIONS.len() + 1)? {
        0 => Ping::arbitrary(u)?.encode(),
        1 => {
            // The first of the two messages: the entry.
            let octets = PingAnswer::arbitrary(u)?.encode();
            let end = mend::contents(&octets, 0).map_or(0, |inner| inner.end);
            octets.get(..end).unwrap_or_default().to_vec()
        }
        which => {
            let (tag, contents) = OPERATIONS.get(which - 2).copied().unwrap_or_default();
            let control = mend::element(0x30, &[ITEM, &[1, 1, 0xff], ITEM].concat());
            let controls = if u.arbitrary()? { mend::element(0xa0, &control) } else { Vec::new() };
            let id = mend::element(2, &[u.int_in_range(1..=0x7f)?]);
            mend::element(0x30, &[id, mend::element(tag, contents), controls].concat())
        }
    };
    changed(octets, u)
}

/// Tag and contents of operations that no generator makes.
const OPERATIONS: [(u8, &[u8]); 13] = [
    (0x60, b"\x02\x01\x03\x04\x01a\x80\x01b"),
    (0x60, b"\x02\x01\x03\x04\x00\xa3\x0c\x04\x06GSSAPI\x04\x02ab"),
    (0x61, b"\x0a\x01\x00\x04\x00\x04\x00\x87\x01a"),
    (0x42, b""),
    (0x65, b"\x0a\x01\x0a\x04\x01a\x04\x01b\xa3\x05\x04\x03c:/"),
    (0x66, b"\x04\x01a\x30\x0f\x30\x0d\x0a\x01\x02\x30\x08\x04\x01b\x31\x03\x04\x01c"),
    (0x68, b"\x04\x01a\x30\x0a\x30\x08\x04\x01b\x31\x03\x04\x01c"),
    (0x4a, b"cn=a"),
    (0x6c, b"\x04\x01a\x04\x01b\x01\x01\xff\x80\x01c"),
    (0x50, b"\x05"),
    (0x73, b"\x04\x01a\x04\x01b"),
    (0x77, b"\x80\x031.2\x81\x01a"),
    (0x78, b"\x0a\x01\x00\x04\x00\x04\x00\x8a\x031.2\x8b\x01a"),
];

/// How a message is read; tests put in what is wrong.
type Read = fn(&[u8]) -> Result<LdapMessage<'_>, WireError>;

fn differ(bytes: &[u8], read: Read) {
    let theirs = peer::LdapMessage::from_ber(bytes).is_ok();
    if read(bytes).is_err() && !theirs {
        return;
    }
    let readable = if theirs { readable(read, bytes).0 } else { bytes.to_vec() };
    let octets = without(&readable, &|octets| places(octets, read));
    match (read(&octets), peer::LdapMessage::from_ber(&octets)) {
        (Ok(ours), Ok(([], theirs))) => message(&ours, &theirs),
        (ours, theirs) => {
            let ours = ours.map(|_| ());
            check::failed(format_args!("{octets:02x?} of {bytes:02x?}: {ours:?}, {theirs:?}"))
        }
    }
}

fn readable(read: Read, bytes: &[u8]) -> (Vec<u8>, Vec<Theirs>) {
    let same = |one: &[u8], other: &[u8]| {
        let message = |bytes| peer::LdapMessage::from_ber(bytes).map(|(_, message)| message);
        matches!((message(one), message(other)), (Ok(one), Ok(other)) if one == other)
    };
    Readers { ours: &|bytes| read(bytes).map(|_| ()), same: &same, special }.readable(bytes)
}

/// What the peer reads in another way in LDAP alone.
fn special(bytes: &[u8], error: WireError) -> Option<Mend<Theirs>> {
    if error.kind == ErrorKind::Malformed("neither initial nor any nor final") {
        let number = bytes.get(error.offset)? & 0x1f;
        let at = error.offset..error.offset + 1;
        return (number < 3).then_some(Mend { reason: Theirs::TagNumber, at, new: vec![0x80 | number] });
    }
    // An unbind is NULL: the peer doesn't look inside.
    if let Some((at, inside)) = mend::primitive(bytes, error.offset) {
        if bytes.get(at) == Some(&0x42) && !inside.is_empty() {
            return Some(Mend { reason: Theirs::Unread, at: inside, new: Vec::new() });
        }
    }
    // Of the choice `sasl` the peer reads what follows its header, and not its length.
    let message = LdapMessage::parse_partial(bytes).value;
    let ours::ProtocolOp::BindRequest(bind) = message.op else { return None };
    let (_, theirs) = peer::LdapMessage::from_ber(bytes).ok()?;
    let peer::ProtocolOp::BindRequest(peer::BindRequest {
        authentication: peer::AuthenticationChoice::Sasl(sasl),
        ..
    }) = &theirs.protocol_op
    else {
        return None;
    };
    let begin = bind.name.span.end;
    let mechanism = end(bytes, sasl.mechanism.0.as_bytes());
    let end = sasl.credentials.as_ref().map_or(mechanism, |token| end(bytes, token));
    let [tag, length, ..] = bytes.get(begin..)? else { return None };
    if tag & 0x1f != 3 {
        return None;
    }
    let header = if *length < 0x80 { 2 } else { 2 + usize::from(length & 0x7f) };
    let inside = bytes.get(begin + header..end)?;
    let at = begin..message.op_span.end.max(end);
    Some(Mend { reason: Theirs::InnerLength, at, new: mend::element(0xa3, inside) })
}

/// Where a part of the input ends: everything is borrowed from it.
fn end(bytes: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).saturating_sub(bytes.as_ptr() as usize) + part.len()
}

fn whole(bytes: &[u8]) -> Result<LdapMessage<'_>, WireError> {
    let message = LdapMessage::parse(bytes)?;
    walk(&message).map(|()| message)
}

/// Reads what ours reads only when somebody asks.
fn walk(message: &LdapMessage<'_>) -> Result<(), WireError> {
    use ours::ProtocolOp as Op;
    let attributes = |list: &ours::Attributes<'_>| {
        list.iter().try_for_each(|attribute| attribute?.values.iter().try_for_each(|value| value.map(|_| ())))
    };
    message.controls.iter().try_for_each(|control| control.map(|_| ()))?;
    let result = message.op.result().and_then(|result| result.referral);
    result.iter().flat_map(ours::Octets::iter).try_for_each(|uri| uri.map(|_| ()))?;
    match &message.op {
        Op::SearchRequest(search) => {
            search.attributes.iter().try_for_each(|name| name.map(|_| ()))?;
            search.filter.as_ref().map_or(Ok(()), |filter| walk_filter(filter))
        }
        Op::SearchResultEntry(entry) => attributes(&entry.attributes),
        Op::AddRequest(add) => attributes(&add.attributes),
        Op::ModifyRequest(modify) => modify.changes.iter().try_for_each(|change| {
            change?.modification.values.iter().try_for_each(|value| value.map(|_| ()))
        }),
        Op::SearchResultReference(reference) => reference.uris.iter().try_for_each(|uri| uri.map(|_| ())),
        _ => Ok(()),
    }
}

fn walk_filter(filter: &ours::Filter<'_>) -> Result<(), WireError> {
    match filter.kind()? {
        FilterKind::And(inner) | FilterKind::Or(inner) => {
            inner.iter().try_for_each(|filter| walk_filter(&filter?))
        }
        FilterKind::Not(inner) => walk_filter(&inner),
        FilterKind::Substrings(_, pieces) => pieces.iter().try_for_each(|piece| piece.map(|_| ())),
        _ => Ok(()),
    }
}

/// The places that the peer refuses or reads as something else, in order.
fn places(bytes: &[u8], read: Read) -> Vec<Mend<Ours>> {
    let mut places = Places { bytes, found: Vec::new() };
    if let Ok(message) = read(bytes) {
        places.message(&message);
    }
    places.found.sort_by_key(|mend| mend.at.start);
    places.found
}

/// Filters in filters that the peer follows.
const PEER_DEPTH: usize = peer::MAX_FILTER_DEPTH;
/// `(x=*)`, for a filter that the peer doesn't read.
const PRESENT: &[u8] = &[0x87, 1, b'x'];
/// An element, for a list that has none.
const ITEM: &[u8] = &[4, 1, b'x'];

/// Operations that ours reads (RFC 4511 4.2 to 4.12): nothing excuses that it doesn't know one of them.
const READ: [u8; 19] = [
    0x42, 0x4a, 0x50, 0x60, 0x61, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6b, 0x6c, 0x6d, 0x6f, 0x73,
    0x77, 0x78,
];
/// AuthenticationChoice (RFC 4511 4.2): `simple` and `sasl`.
const AUTHENTICATIONS: [u8; 2] = [0x80, 0xa3];
/// Filter (RFC 4511 4.5.1.7).
const FILTERS: [u8; 10] = [0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0x87, 0xa8, 0xa9];

struct Places<'a> {
    bytes: &'a [u8],
    found: Vec<Mend<Ours>>,
}

impl Places<'_> {
    fn mend(&mut self, reason: Ours, at: core::ops::Range<usize>, new: &[u8]) {
        self.found.push(Mend { reason, at, new: new.to_vec() });
    }

    /// The element with these contents.
    fn element(&mut self, reason: Ours, contents: Span, new: &[u8]) {
        let at = mend::begin(self.bytes, &contents.range()).unwrap_or(contents.start);
        self.mend(reason, at..contents.end, new);
    }

    fn text(&mut self, text: Spanned<Text<'_>>) {
        if core::str::from_utf8(text.as_bytes()).is_err() {
            self.mend(Ours::Text, text.span.range(), b"x");
        }
    }

    fn unsigned(&mut self, span: Span) {
        if let Some(positive) = self.bytes.get(span.range()).and_then(unsigned) {
            self.mend(Ours::NegativeUnsigned, span.range(), &positive);
        }
    }

    /// A list of which the peer wants an element.
    fn list(&mut self, contents: Span, item: &[u8]) {
        if contents.is_empty() {
            self.mend(Ours::EmptyList, contents.range(), item);
        }
    }

    fn result(&mut self, result: &ours::LdapResult<'_>) {
        self.unsigned(result.result_code.span);
        self.text(result.matched_dn);
        self.text(result.diagnostic_message);
        if let Some(referral) = result.referral {
            self.element(Ours::Referral, referral.span(), &[]);
        }
    }

    fn message(&mut self, message: &LdapMessage<'_>) {
        use ours::ProtocolOp as Op;
        self.unsigned(message.message_id.span);
        message.controls.iter().flatten().for_each(|control| self.text(control.control_type));
        if let Some(result) = message.op.result() {
            self.result(result);
        }
        match &message.op {
            Op::BindRequest(bind) => {
                if *bind.version > 127 {
                    self.mend(Ours::OutOfRange, bind.version.span.range(), &[3]);
                }
                self.text(bind.name);
                match &bind.authentication {
                    ours::Authentication::Sasl { mechanism, .. } => self.text(*mechanism),
                    // Sicily, and whatever else a server may understand.
                    ours::Authentication::Sicily { credentials: octets, .. } => {
                        self.element(Ours::Unknown, octets.span, &[0x80, 0]);
                    }
                    ours::Authentication::Unknown { tag, octets } if !AUTHENTICATIONS.contains(tag) => {
                        self.element(Ours::Unknown, octets.span, &[0x80, 0]);
                    }
                    _ => {}
                }
            }
            Op::SearchRequest(search) => {
                self.text(search.base_object);
                self.unsigned(search.scope.span);
                self.unsigned(search.deref_aliases.span);
                self.unsigned(search.size_limit.span);
                self.unsigned(search.time_limit.span);
                if let Some(filter) = &search.filter {
                    self.filter(filter, 0);
                }
                search.attributes.texts().for_each(|name| self.text(name));
            }
            Op::SearchResultEntry(entry) => {
                self.text(entry.object_name);
                entry.attributes.iter().flatten().for_each(|attribute| self.text(attribute.description));
            }
            Op::AddRequest(add) => {
                self.text(add.entry);
                for attribute in add.attributes.iter().flatten() {
                    self.text(attribute.description);
                    self.list(attribute.values.span(), ITEM);
                }
            }
            Op::ModifyRequest(modify) => {
                self.text(modify.object);
                let list = mend::contents(self.bytes, modify.object.span.end).unwrap_or_default();
                let attribute = mend::element(0x30, &[ITEM, &[0x31, 0]].concat());
                let change = mend::element(0x30, &[&[0x0a, 1, 0], &*attribute].concat());
                self.list(Span::new(list.start, list.end), &change);
                for change in modify.changes.iter().flatten() {
                    self.unsigned(change.operation.span);
                    self.text(change.modification.description);
                }
            }
            Op::DelRequest(delete) => self.text(delete.entry),
            Op::ModifyDnRequest(modify) => {
                let names = [Some(modify.entry), Some(modify.new_rdn), modify.new_superior];
                names.into_iter().flatten().for_each(|name| self.text(name));
            }
            Op::AbandonRequest(id) => self.unsigned(id.span),
            Op::SearchResultReference(reference) => {
                self.list(reference.uris.span(), ITEM);
                reference.uris.texts().for_each(|uri| self.text(uri));
            }
            Op::ExtendedRequest(request) => self.text(request.request_name),
            Op::ExtendedResponse(response) => {
                response.response_name.into_iter().for_each(|name| self.text(name));
            }
            // An operation that the peer doesn't know either, or one that no join sends.
            Op::Unknown(op) if !READ.contains(&op.tag.0) => {
                self.mend(Ours::Unknown, message.op_span.range(), &[0x42, 0]);
            }
            _ => {}
        }
    }

    fn filter(&mut self, filter: &ours::Filter<'_>, depth: usize) {
        let whole = filter.span().range();
        match filter.kind() {
            Ok(FilterKind::And(_) | FilterKind::Or(_) | FilterKind::Not(_)) if depth + 1 >= PEER_DEPTH => {
                self.mend(Ours::Depth, whole, PRESENT);
            }
            Ok(FilterKind::And(filters) | FilterKind::Or(filters)) => {
                let mut inner = filters.iter().flatten().peekable();
                if inner.peek().is_none() {
                    return self.mend(Ours::EmptyList, whole, PRESENT);
                }
                inner.for_each(|filter| self.filter(&filter, depth + 1));
            }
            Ok(FilterKind::Not(filter)) => self.filter(&filter, depth + 1),
            Ok(
                FilterKind::EqualityMatch(both)
                | FilterKind::GreaterOrEqual(both)
                | FilterKind::LessOrEqual(both)
                | FilterKind::ApproxMatch(both),
            ) => self.text(both.attribute_desc),
            Ok(FilterKind::Present(name)) => self.text(name),
            Ok(FilterKind::Substrings(name, pieces)) => {
                if pieces.iter().next().is_none() {
                    return self.mend(Ours::EmptyList, whole, PRESENT);
                }
                self.text(name);
            }
            Ok(FilterKind::ExtensibleMatch(rule)) => {
                rule.matching_rule.into_iter().chain(rule.description).for_each(|name| self.text(name));
            }
            // A choice that RFC 4511 doesn't have.
            Ok(FilterKind::Unknown(tag, _)) if !FILTERS.contains(&tag.0) => {
                self.mend(Ours::Unknown, whole, PRESENT);
            }
            _ => {}
        }
    }
}

fn text(ours: Spanned<Text<'_>>, theirs: &str) {
    assert_eq!(ours.as_bytes(), theirs.as_bytes());
}

fn texts(ours: &ours::Octets<'_>, theirs: &[peer::LdapString<'_>]) {
    let ours: Vec<_> = ours.texts().map(|text| text.value.as_bytes()).collect();
    assert_eq!(ours, theirs.iter().map(|text| text.0.as_bytes()).collect::<Vec<_>>());
}

fn octets(ours: Option<Spanned<&[u8]>>, theirs: Option<&[u8]>) {
    assert_eq!(ours.map(|octets| octets.value), theirs);
}

fn message(ours: &LdapMessage<'_>, theirs: &peer::LdapMessage<'_>) {
    use ours::ProtocolOp as Op;
    use peer::ProtocolOp as Peer;
    assert_eq!(*ours.message_id, theirs.message_id.0);
    match (&ours.op, &theirs.protocol_op) {
        (Op::BindRequest(ours), Peer::BindRequest(theirs)) => {
            assert_eq!(*ours.version, u32::from(theirs.version));
            text(ours.name, &theirs.name.0);
            match (&ours.authentication, &theirs.authentication) {
                (ours::Authentication::Simple(ours), peer::AuthenticationChoice::Simple(theirs)) => {
                    assert_eq!(ours.value, &**theirs);
                }
                (
                    ours::Authentication::Sasl { mechanism, credentials },
                    peer::AuthenticationChoice::Sasl(theirs),
                ) => {
                    text(*mechanism, &theirs.mechanism.0);
                    octets(*credentials, theirs.credentials.as_deref());
                }
                (ours, theirs) => check::failed(format_args!("{ours:?} and {theirs:?}")),
            }
        }
        (Op::BindResponse(ours), Peer::BindResponse(theirs)) => {
            result(&ours.result, &theirs.result);
            octets(ours.server_sasl_creds, theirs.server_sasl_creds.as_deref());
        }
        (Op::UnbindRequest, Peer::UnbindRequest) => {}
        (Op::SearchRequest(ours), Peer::SearchRequest(theirs)) => search(ours, theirs),
        (Op::SearchResultEntry(ours), Peer::SearchResultEntry(theirs)) => {
            text(ours.object_name, &theirs.object_name.0);
            let pairs = theirs.attributes.iter().map(|a| (&*a.attr_type.0, &a.attr_vals));
            attributes(&ours.attributes, pairs);
        }
        (Op::AddRequest(ours), Peer::AddRequest(theirs)) => {
            text(ours.entry, &theirs.entry.0);
            attributes(&ours.attributes, theirs.attributes.iter().map(|a| (&*a.attr_type.0, &a.attr_vals)));
        }
        (Op::ModifyRequest(ours), Peer::ModifyRequest(theirs)) => {
            text(ours.object, &theirs.object.0);
            let changes: Vec<_> = ours.changes.iter().flatten().collect();
            assert_eq!(changes.len(), theirs.changes.len());
            for (ours, theirs) in changes.iter().zip(&theirs.changes) {
                assert_eq!(ours.operation.0, theirs.operation.0);
                text(ours.modification.description, &theirs.modification.attr_type.0);
                values(&ours.modification.values, &theirs.modification.attr_vals);
            }
        }
        (Op::DelRequest(ours), Peer::DelRequest(theirs)) => text(ours.entry, &theirs.0),
        (Op::ModifyDnRequest(ours), Peer::ModDnRequest(theirs)) => {
            text(ours.entry, &theirs.entry.0);
            text(ours.new_rdn, &theirs.newrdn.0);
            assert_eq!(*ours.delete_old_rdn, theirs.deleteoldrdn);
            let superior = ours.new_superior.map(|name| name.as_bytes());
            assert_eq!(superior, theirs.newsuperior.as_ref().map(|name| name.0.as_bytes()));
        }
        (Op::AbandonRequest(ours), Peer::AbandonRequest(theirs)) => assert_eq!(ours.value, theirs.0),
        (Op::SearchResultReference(ours), Peer::SearchResultReference(theirs)) => {
            texts(&ours.uris, theirs);
        }
        (Op::ExtendedRequest(ours), Peer::ExtendedRequest(theirs)) => {
            text(ours.request_name, &theirs.request_name.0);
            octets(ours.request_value, theirs.request_value.as_deref());
        }
        (Op::ExtendedResponse(ours), Peer::ExtendedResponse(theirs)) => {
            result(&ours.result, &theirs.result);
            let name = ours.response_name.map(|name| name.as_bytes());
            assert_eq!(name, theirs.response_name.as_ref().map(|name| name.0.as_bytes()));
            octets(ours.response_value, theirs.response_value.as_deref());
        }
        (op, theirs) => match (op.result(), theirs.result()) {
            (Some(ours), Some(theirs)) => result(ours, theirs),
            _ => check::failed(format_args!("{op:?} and {theirs:?}")),
        },
    }
    let controls: Vec<_> = ours.controls.iter().flatten().collect();
    let theirs = theirs.controls.as_deref().unwrap_or_default();
    assert_eq!(controls.len(), theirs.len());
    for (ours, theirs) in controls.iter().zip(theirs) {
        text(ours.control_type, &theirs.control_type.0);
        assert_eq!(ours.criticality, theirs.criticality);
        octets(ours.control_value, theirs.control_value.as_deref());
    }
}

fn result(ours: &ours::LdapResult<'_>, theirs: &peer::LdapResult<'_>) {
    assert_eq!(ours.result_code.0, theirs.result_code.0);
    text(ours.matched_dn, &theirs.matched_dn.0);
    text(ours.diagnostic_message, &theirs.diagnostic_message.0);
}

fn search(ours: &ours::SearchRequest<'_>, theirs: &peer::SearchRequest<'_>) {
    text(ours.base_object, &theirs.base_object.0);
    assert_eq!(ours.scope.0, theirs.scope.0);
    assert_eq!(ours.deref_aliases.0, theirs.deref_aliases.0);
    assert_eq!((*ours.size_limit, *ours.time_limit), (theirs.size_limit, theirs.time_limit));
    assert_eq!(*ours.types_only, theirs.types_only);
    match &ours.filter {
        Some(ours) => filter(ours, &theirs.filter),
        None => check::failed(format_args!("no filter, and {:?}", theirs.filter)),
    }
    texts(&ours.attributes, &theirs.attributes);
}

fn attributes<'a>(
    ours: &ours::Attributes<'_>,
    theirs: impl Iterator<Item = (&'a str, &'a Vec<peer_filter::AttributeValue<'a>>)>,
) {
    let ours: Vec<_> = ours.iter().flatten().collect();
    let theirs: Vec<_> = theirs.collect();
    assert_eq!(ours.len(), theirs.len());
    for (ours, (name, octets)) in ours.iter().zip(theirs) {
        text(ours.description, name);
        values(&ours.values, octets);
    }
}

fn values(ours: &ours::Octets<'_>, theirs: &[peer_filter::AttributeValue<'_>]) {
    let ours: Vec<_> = ours.iter().flatten().map(|value| value.value).collect();
    assert_eq!(ours, theirs.iter().map(|value| &*value.0).collect::<Vec<_>>());
}

fn filter(ours: &ours::Filter<'_>, theirs: &peer_filter::Filter<'_>) {
    use peer_filter::Filter as Peer;
    let kind = ours.kind();
    match (&kind, theirs) {
        (Ok(FilterKind::And(ours)), Peer::And(theirs)) | (Ok(FilterKind::Or(ours)), Peer::Or(theirs)) => {
            let ours: Vec<_> = ours.iter().flatten().collect();
            assert_eq!(ours.len(), theirs.len());
            ours.iter().zip(theirs).for_each(|(ours, theirs)| filter(ours, theirs));
        }
        (Ok(FilterKind::Not(ours)), Peer::Not(theirs)) => filter(ours, theirs),
        (Ok(FilterKind::EqualityMatch(ours)), Peer::EqualityMatch(theirs))
        | (Ok(FilterKind::GreaterOrEqual(ours)), Peer::GreaterOrEqual(theirs))
        | (Ok(FilterKind::LessOrEqual(ours)), Peer::LessOrEqual(theirs))
        | (Ok(FilterKind::ApproxMatch(ours)), Peer::ApproxMatch(theirs)) => {
            text(ours.attribute_desc, &theirs.attribute_desc.0);
            assert_eq!(ours.assertion_value.value, &*theirs.assertion_value);
        }
        (Ok(FilterKind::Present(ours)), Peer::Present(theirs)) => text(*ours, &theirs.0),
        (Ok(FilterKind::Substrings(ours, pieces)), Peer::Substrings(theirs)) => {
            text(*ours, &theirs.filter_type.0);
            let ours: Vec<_> = pieces
                .iter()
                .flatten()
                .map(|piece| match piece {
                    ours::Substring::Initial(octets) => (0, octets.value),
                    ours::Substring::Any(octets) => (1, octets.value),
                    ours::Substring::Final(octets) => (2, octets.value),
                })
                .collect();
            let theirs: Vec<_> = theirs
                .substrings
                .iter()
                .map(|piece| match piece {
                    peer_filter::Substring::Initial(octets) => (0, &*octets.0),
                    peer_filter::Substring::Any(octets) => (1, &*octets.0),
                    peer_filter::Substring::Final(octets) => (2, &*octets.0),
                })
                .collect();
            assert_eq!(ours, theirs);
        }
        (Ok(FilterKind::ExtensibleMatch(ours)), Peer::ExtensibleMatch(theirs)) => {
            let rule = ours.matching_rule.map(|rule| rule.as_bytes());
            assert_eq!(rule, theirs.matching_rule.as_ref().map(|rule| rule.0.as_bytes()));
            let name = ours.description.map(|name| name.as_bytes());
            assert_eq!(name, theirs.rule_type.as_ref().map(|name| name.0.as_bytes()));
            assert_eq!(ours.match_value.value, &*theirs.assertion_value.0);
            assert_eq!(ours.dn_attributes, theirs.dn_attributes.unwrap_or(false));
        }
        (ours, theirs) => check::failed(format_args!("{ours:?} and {theirs:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::finds;
    use super::*;
    use adjoin_wire::ber::Tag;

    fn message(op: u8, contents: &[u8]) -> Vec<u8> {
        mend::element(0x30, &[&[2, 1, 5][..], &mend::element(op, contents)].concat())
    }

    fn bind(authentication: &[u8]) -> Vec<u8> {
        message(0x60, &[&[2, 1, 3, 4, 1, b'a'][..], authentication].concat())
    }

    fn search(filter: &[u8], attributes: &[u8]) -> Vec<u8> {
        let front = [4, 1, b'a', 0x0a, 1, 0, 0x0a, 1, 0, 2, 1, 0, 2, 1, 0, 1, 1, 0];
        message(0x63, &[&front, filter, &mend::element(0x30, attributes)].concat())
    }

    fn reasons(bytes: &[u8]) -> Vec<Ours> {
        peer_ldap(bytes);
        places(bytes, whole).into_iter().map(|mend| mend.reason).collect()
    }

    #[test]
    fn only_ours_reads() {
        let nested = (0..33).fold(PRESENT.to_vec(), |inner, _| mend::element(0xa2, &inner));
        for (bytes, reason) in [
            (bind(&[0x8a, 1, 0xff]), Some(Ours::Unknown)),
            (bind(&[0x80, 1, 0xff]), None),
            (message(0x60, &[2, 1, 0x7f, 4, 0, 0x80, 0]), None),
            (message(0x60, &[2, 2, 0, 0x80, 4, 0, 0x80, 0]), Some(Ours::OutOfRange)),
            (message(0x60, &[2, 1, 3, 4, 1, 0xff, 0x80, 0]), Some(Ours::Text)),
            (message(0x66, &[4, 0, 0x30, 0]), Some(Ours::EmptyList)),
            (message(0x68, &[4, 0, 0x30, 0]), None),
            (message(0x68, &[4, 0, 0x30, 6, 0x30, 4, 4, 0, 0x31, 0]), Some(Ours::EmptyList)),
            (message(0x64, &[4, 0, 0x30, 6, 0x30, 4, 4, 0, 0x31, 0]), None),
            (message(0x64, &[4, 0, 0x30, 9, 0x30, 7, 4, 0, 0x31, 3, 4, 1, 0xff]), None),
            (message(0x73, &[]), Some(Ours::EmptyList)),
            (message(0x79, &[]), Some(Ours::Unknown)),
            (message(0x65, &[0x0a, 1, 0xff, 4, 0, 4, 0]), Some(Ours::NegativeUnsigned)),
            (message(0x65, &[0x0a, 1, 10, 4, 0, 4, 0, 0xa3, 2, 4, 0]), Some(Ours::Referral)),
            (search(&[0xa0, 0], &[]), Some(Ours::EmptyList)),
            (search(&[0xa9, 3, 0x83, 1, 0xff], &[]), None),
            (search(&[0x8b, 0], &[]), Some(Ours::Unknown)),
            (search(&[0x87, 1, 0xff], &[]), Some(Ours::Text)),
            (search(PRESENT, &[4, 1, 0xff]), Some(Ours::Text)),
            (search(PRESENT, &[]), None),
            (search(&nested, &[]), Some(Ours::Depth)),
            (search(&nested[4..], &[]), None),
        ] {
            assert_eq!(reasons(&bytes), Vec::from_iter(reason), "{bytes:02x?}");
        }
        let mut negative = bind(&[0x80, 0]);
        negative[4] = 0x85;
        assert_eq!(reasons(&negative), [Ours::NegativeUnsigned]);
    }

    #[test]
    fn only_the_peer_reads() {
        let indefinite = [&[0x30, 0x80][..], &bind(&[0x80, 0])[2..], &[0, 0]].concat();
        for (bytes, reason) in [
            (bind(&[0x80, 0]), None),
            (bind(&[0x80, 0, 4, 0]), Some(Theirs::Unread)),
            (bind(&[0xa3, 5, 4, 1, b'a', 5, 0]), Some(Theirs::Unread)),
            (bind(&[0xa3, 3, 4, 1, b'a', 4, 1, b'b']), Some(Theirs::InnerLength)),
            (bind(&[0xa3, 9, 4, 1, b'a', 4, 1, b'b']), Some(Theirs::InnerLength)),
            (message(0x60, &[2, 0, 4, 0, 0x80, 0]), Some(Theirs::EmptyInteger)),
            (message(0x60, &[2, 1, 3, 0xc4, 0, 0x80, 0]), Some(Theirs::TagNumber)),
            (indefinite, Some(Theirs::Form)),
            (search(PRESENT, &[4, 0, 2, 1, 5]), Some(Theirs::Unread)),
            (message(0x65, &[0x0a, 1, 0, 4, 0, 4, 0, 0xa3, 2, 2, 0]), Some(Theirs::Unread)),
        ] {
            peer_ldap(&bytes);
            assert_eq!(readable(whole, &bytes).1, Vec::from_iter(reason), "{bytes:02x?}");
        }
        // A part of an extensible match that has the tag of a list, and a length that ours doesn't read; behind
        // it what belongs to no part.
        for part in [&[0xa3, 0x80, 0, 0][..], &[0xa3, 0x85, 0, 0, 0, 0, 0], &[0xbf, 0x80, 3, 0x80, 0, 0]] {
            let filter = search(&mend::element(0xa9, &[part, &[0, 2, 4, 0]].concat()), &[]);
            peer_ldap(&filter);
            let mut expected = vec![Theirs::Form, Theirs::TagNumber, Theirs::Unread];
            if part.len() == 6 {
                expected.insert(0, Theirs::Form);
            }
            assert_eq!(readable(whole, &filter).1, expected, "{part:02x?}");
        }
        // Inside an unbind, and behind the value of a control.
        let unbind = b"\x30\x1b\x02\x01\x75\x42\x06\x85\x00\x02\x63\x81\xa0\xa0\x0e\
            \x30\x09\x04\x01x\x01\x01\xff\x04\x01x\x0a\x01\x01";
        peer_ldap(unbind);
        assert_eq!(readable(whole, unbind).1, [Theirs::Unread, Theirs::Unread]);
    }

    fn wrong(at: usize, field: &'static str) -> Result<LdapMessage<'static>, WireError> {
        Err(WireError::new(ErrorKind::Malformed("wrong"), at, field))
    }

    /// A reader that refuses what it must read is found, also where the peer tells little of what it read.
    #[test]
    fn refusals_are_found() {
        fn simple_binds(bytes: &[u8]) -> Result<LdapMessage<'_>, WireError> {
            let message = whole(bytes)?;
            match &message.op {
                ours::ProtocolOp::BindRequest(bind) => match bind.authentication {
                    ours::Authentication::Simple(octets) => wrong(octets.span.start, "authentication"),
                    _ => Ok(message),
                },
                _ => Ok(message),
            }
        }
        fn empty_lists(bytes: &[u8]) -> Result<LdapMessage<'_>, WireError> {
            let message = whole(bytes)?;
            match &message.op {
                ours::ProtocolOp::SearchRequest(search) if search.attributes.is_empty() => {
                    wrong(search.attributes.span().start, "attributes")
                }
                _ => Ok(message),
            }
        }
        fn second_attributes(bytes: &[u8]) -> Result<LdapMessage<'_>, WireError> {
            let message = whole(bytes)?;
            match &message.op {
                ours::ProtocolOp::SearchRequest(search) => match search.attributes.texts().nth(1) {
                    Some(second) => wrong(second.span.start - 2, "attributes"),
                    None => Ok(message),
                },
                _ => Ok(message),
            }
        }
        for authentication in [&[0x80, 0][..], &[0x80, 1, b'a'], &[0x80, 1, 0xff]] {
            assert!(finds(|| differ(&bind(authentication), simple_binds)), "{authentication:02x?}");
        }
        assert!(finds(|| differ(&search(PRESENT, &[]), empty_lists)));
        assert!(finds(|| differ(&search(PRESENT, &[ITEM, ITEM].concat()), second_attributes)));
    }

    /// A reader that knows less than it must is found.
    #[test]
    fn what_is_unknown_is_found() {
        fn operations(bytes: &[u8]) -> Result<LdapMessage<'_>, WireError> {
            let mut message = whole(bytes)?;
            let tag = Tag(bytes.get(message.op_span.start).copied().unwrap_or_default());
            message.op = ours::ProtocolOp::Unknown(ours::UnknownOp { tag, octets: Spanned::default() });
            Ok(message)
        }
        fn authentications(bytes: &[u8]) -> Result<LdapMessage<'_>, WireError> {
            let mut message = whole(bytes)?;
            if let ours::ProtocolOp::BindRequest(bind) = &mut message.op {
                let tag = bytes.get(bind.name.span.end).copied().unwrap_or_default();
                bind.authentication = ours::Authentication::Unknown { tag, octets: Spanned::default() };
            }
            Ok(message)
        }
        for (op, contents) in OPERATIONS {
            assert!(finds(|| differ(&message(op, contents), operations)), "{op:02x}");
        }
        for authentication in [&[0x80, 1, b'a'][..], &[0xa3, 3, 4, 1, b'a']] {
            assert!(finds(|| differ(&bind(authentication), authentications)), "{authentication:02x?}");
        }
    }

    /// A reader that reads what it must refuse is found, whatever octets lie elsewhere in the message.
    #[test]
    fn over_acceptance_is_found() {
        fn everything(bytes: &[u8]) -> Result<LdapMessage<'_>, WireError> {
            whole(bytes).or_else(|_| whole(&[0x30, 5, 2, 1, 5, 0x42, 0]))
        }
        let boolean =
            |authentication: &[u8]| message(0x60, &[&[1, 1, 3, 4, 1, b'a'][..], authentication].concat());
        for authentication in [&[0x80, 1, 0xff][..], &[0xa3, 2, 4, 0], &[0xa3, 0], &[0x8a, 0]] {
            assert!(finds(|| differ(&boolean(authentication), everything)), "{authentication:02x?}");
        }
    }

    #[test]
    fn other_values_are_found() {
        fn sign(bytes: &[u8]) -> Result<LdapMessage<'_>, WireError> {
            let mut message = whole(bytes)?;
            message.message_id.value &= 0x7fff_ffff;
            Ok(message)
        }
        let id = |id: &[u8]| mend::element(0x30, &[&*mend::element(2, id), &[0x42, 0]].concat());
        assert!(!finds(|| differ(&id(&[5]), sign)));
        assert!(finds(|| differ(&id(&[0x80, 0, 0, 5]), sign)));
        assert!(finds(|| differ(&id(&[0, 0x80, 0, 0, 5]), sign)));
    }
}
