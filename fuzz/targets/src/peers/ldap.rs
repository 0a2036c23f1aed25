//! `ldap-parser` reads the same messages, on top of `asn1-rs`.

use super::{Ours, Theirs, any_element, by_element, by_form, tag_number};
use crate::check;
use adjoin_wire::ber::Tag;
use adjoin_wire::{ErrorKind, Spanned, Text, WireError};
use asn1_rs::FromBer;
use cldap_proto as ours;
use cldap_proto::{FilterKind, LdapMessage};
use ldap_parser::{filter as peer_filter, ldap as peer};

/// [`cldap_proto::LdapMessage`] against `ldap-parser`.
pub fn peer_ldap(bytes: &[u8]) {
    let read = whole(bytes);
    match (&read, peer::LdapMessage::from_ber(bytes)) {
        (Ok(ours), Ok(([], theirs))) => message(ours, &theirs),
        (read, theirs) => {
            let reason = match (read, &theirs) {
                (Ok(message), _) => ours_alone(bytes, message).map(|reason| format!("{reason:?}")),
                (Err(error), Ok((_, theirs))) if reach(bytes, *error, theirs) <= error.offset => {
                    Some(format!("{:?}", Theirs::Unread))
                }
                (Err(error), _) => theirs_alone(bytes, *error).map(|reason| format!("{reason:?}")),
            };
            super::acceptance(read, theirs.map(|_| ()), reason);
        }
    }
}

/// How far the peer read where ours failed: it takes what is no element for the end of a list, or for an
/// optional part that isn't there.
fn reach(bytes: &[u8], error: WireError, message: &peer::LdapMessage<'_>) -> usize {
    use peer::ProtocolOp as Peer;
    let end = |part: &[u8]| end(bytes, part);
    if matches!(error.field, "control" | "controls" | "controlType" | "criticality" | "controlValue") {
        let controls = message.controls.iter().flatten();
        let ends = controls.map(|control| match &control.control_value {
            Some(value) => end(value),
            None => end(control.control_type.0.as_bytes()),
        });
        return ends.max().unwrap_or(0);
    }
    let values = |values: &[peer_filter::AttributeValue<'_>]| values.iter().map(|v| end(&v.0)).max();
    let each = |name: &str, list: &[peer_filter::AttributeValue<'_>]| {
        end(name.as_bytes()).max(values(list).unwrap_or(0))
    };
    let last = match &message.protocol_op {
        Peer::BindRequest(bind) => match &bind.authentication {
            peer::AuthenticationChoice::Sasl(sasl) => Some(
                sasl.credentials
                    .as_ref()
                    .map_or_else(|| end(sasl.mechanism.0.as_bytes()), |token| end(token)),
            ),
            peer::AuthenticationChoice::Simple(_) => None,
        },
        Peer::SearchRequest(search) if in_filter(bytes, error) => Some(filter_end(bytes, &search.filter)),
        Peer::SearchRequest(search) => search.attributes.iter().map(|name| end(name.0.as_bytes())).max(),
        Peer::SearchResultEntry(entry) => {
            entry.attributes.iter().map(|a| each(&a.attr_type.0, &a.attr_vals)).max()
        }
        Peer::AddRequest(add) => add.attributes.iter().map(|a| each(&a.attr_type.0, &a.attr_vals)).max(),
        Peer::ModifyRequest(modify) => modify
            .changes
            .iter()
            .map(|change| each(&change.modification.attr_type.0, &change.modification.attr_vals))
            .max(),
        Peer::SearchResultReference(uris) => uris.iter().map(|uri| end(uri.0.as_bytes())).max(),
        _ => return usize::MAX,
    };
    last.unwrap_or(0)
}

/// Where a part of the input ends: everything is borrowed from it.
fn end(bytes: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).saturating_sub(bytes.as_ptr() as usize) + part.len()
}

fn in_filter(bytes: &[u8], error: WireError) -> bool {
    match LdapMessage::parse_partial(bytes).value.op {
        ours::ProtocolOp::SearchRequest(search) => {
            // An element that lacks octets is told at the end of what lies around it.
            search.filter.is_some_and(|filter| {
                let span = filter.span();
                (span.start..=span.end).contains(&error.offset)
            })
        }
        _ => false,
    }
}

fn is_result(bytes: &[u8]) -> bool {
    LdapMessage::parse_partial(bytes).value.op.result().is_some()
}

fn filter_end(bytes: &[u8], filter: &peer_filter::Filter<'_>) -> usize {
    use peer_filter::Filter as Peer;
    let inner = |filter| filter_end(bytes, filter);
    match filter {
        Peer::And(filters) | Peer::Or(filters) => filters.iter().map(inner).max().unwrap_or(0),
        Peer::Not(filter) => inner(filter),
        Peer::EqualityMatch(both)
        | Peer::GreaterOrEqual(both)
        | Peer::LessOrEqual(both)
        | Peer::ApproxMatch(both) => end(bytes, &both.assertion_value),
        Peer::Substrings(filter) => {
            let pieces = filter.substrings.iter().map(|piece| match piece {
                peer_filter::Substring::Initial(octets)
                | peer_filter::Substring::Any(octets)
                | peer_filter::Substring::Final(octets) => end(bytes, &octets.0),
            });
            pieces.max().unwrap_or(0).max(end(bytes, filter.filter_type.0.as_bytes()))
        }
        Peer::Present(name) => end(bytes, name.0.as_bytes()),
        Peer::ExtensibleMatch(rule) => end(bytes, &rule.assertion_value.0),
    }
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

/// Why the peer refuses a message that ours reads.
fn ours_alone(bytes: &[u8], message: &LdapMessage<'_>) -> Option<Ours> {
    use ours::ProtocolOp as Op;
    let unknown = match &message.op {
        Op::Unknown(_) => true,
        Op::SearchRequest(search) => search.filter.is_some_and(|filter| has_unknown(&filter)),
        // Sicily, and whatever else a server may understand.
        Op::BindRequest(bind) => matches!(
            bind.authentication,
            ours::Authentication::Sicily { .. } | ours::Authentication::Unknown { .. }
        ),
        _ => false,
    };
    let not_text = any_element(bytes, &mut |element| {
        element.octets("text").is_ok_and(|octets| core::str::from_utf8(octets.value).is_err())
            && !element.tag.is_constructed()
    });
    let empty = any_element(bytes, &mut |element| element.tag.is_constructed() && element.length == 0);
    if unknown {
        Some(Ours::UnknownOperation)
    } else if empty {
        Some(Ours::EmptyList)
    } else if not_text {
        Some(Ours::Text)
    } else {
        by_element(bytes)
    }
}

fn has_unknown(filter: &ours::Filter<'_>) -> bool {
    match filter.kind() {
        Ok(FilterKind::Unknown(..)) => true,
        Ok(FilterKind::And(filters) | FilterKind::Or(filters)) => {
            filters.iter().flatten().any(|filter| has_unknown(&filter))
        }
        Ok(FilterKind::Not(filter)) => has_unknown(&filter),
        _ => false,
    }
}

/// Why ours refuses a message that the peer reads.
fn theirs_alone(bytes: &[u8], error: WireError) -> Option<Theirs> {
    // Without the difference the rest must be the same to both.
    if let Some(mended) = tag_number(bytes, error, |b| whole(b).map(|_| ())) {
        peer_ldap(&mended);
        return Some(Theirs::TagNumber);
    }
    match error.kind {
        // Substrings end at what is none; the filters behind are read.
        ErrorKind::Malformed("neither initial nor any nor final") => {
            let tag = bytes.get(error.offset);
            tag.is_some_and(|tag| !(0x80..=0x82).contains(tag)).then_some(Theirs::Unread)
        }
        // So they do, and a list of filters too, at one that is longer than what it lies in.
        ErrorKind::Overrun { .. } if error.field == "filter" || in_filter(bytes, error) => {
            Some(Theirs::Unread)
        }
        // The peer reads no referrals.
        _ if matches!(error.field, "referral" | "uri") && is_result(bytes) => Some(Theirs::Unread),
        // Of the choice `sasl` the peer reads what follows its header, without its length.
        ErrorKind::Overrun { .. }
            if matches!(error.field, "authentication" | "mechanism" | "credentials") =>
        {
            Some(Theirs::InnerLength)
        }
        _ => by_form(bytes, error),
    }
}

fn text(ours: Spanned<Text<'_>>, theirs: &str) {
    assert_eq!(ours.as_bytes(), theirs.as_bytes());
}

/// A name that is no text ends a list to the peer; ours keeps its octets.
fn same_length<'a>(names: impl Iterator<Item = Spanned<Text<'a>>> + Clone, theirs: usize) {
    let count = names.clone().count();
    let texts = names.take_while(|name| name.to_str().is_some()).count();
    assert!(count == theirs || texts == theirs, "{count} and {theirs}");
}

fn texts(ours: &ours::Octets<'_>, theirs: &[peer::LdapString<'_>]) {
    let names: Vec<_> = ours.texts().collect();
    same_length(names.iter().copied(), theirs.len());
    names.iter().zip(theirs).for_each(|(ours, theirs)| text(*ours, &theirs.0));
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
                // The peer compares only the number in a tag: `Theirs::TagNumber`.
                (ours::Authentication::Unknown { tag, .. }, _) if !matches!(tag, 0x80 | 0xa3) => {}
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
            same_length(changes.iter().map(|c| c.modification.description), theirs.changes.len());
            for (ours, theirs) in changes.iter().zip(&theirs.changes) {
                enumerated(ours.operation.0, theirs.operation.0);
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
        // The peer compares only the number in a tag: `Theirs::TagNumber`.
        (Op::Unknown(op), _) if !is_operation(op.tag) => {}
        // Operations that no join sends: ours keeps their octets.
        (Op::Unknown(_), Peer::CompareRequest(_) | Peer::IntermediateResponse(_)) => {}
        (op, theirs) => match (op.result(), theirs.result()) {
            (Some(ours), Some(theirs)) => result(ours, theirs),
            _ => check::failed(format_args!("{op:?} and {theirs:?}")),
        },
    }
    let controls: Vec<_> = ours.controls.iter().flatten().collect();
    let theirs = theirs.controls.as_deref().unwrap_or_default();
    same_length(controls.iter().map(|control| control.control_type), theirs.len());
    for (ours, theirs) in controls.iter().zip(theirs) {
        text(ours.control_type, &theirs.control_type.0);
        assert_eq!(ours.criticality, theirs.criticality);
        octets(ours.control_value, theirs.control_value.as_deref());
    }
}

/// The peer reads an ENUMERATED without a sign, which X.690 8.4 gives it. No known value is negative.
fn enumerated(ours: u32, theirs: u32) {
    assert!(ours == theirs || ours > 0x7fff_ffff, "{ours} {theirs}");
}

fn result(ours: &ours::LdapResult<'_>, theirs: &peer::LdapResult<'_>) {
    enumerated(ours.result_code.0, theirs.result_code.0);
    text(ours.matched_dn, &theirs.matched_dn.0);
    text(ours.diagnostic_message, &theirs.diagnostic_message.0);
}

fn search(ours: &ours::SearchRequest<'_>, theirs: &peer::SearchRequest<'_>) {
    text(ours.base_object, &theirs.base_object.0);
    enumerated(ours.scope.0, theirs.scope.0);
    enumerated(ours.deref_aliases.0, theirs.deref_aliases.0);
    assert_eq!((*ours.size_limit, *ours.time_limit), (theirs.size_limit, theirs.time_limit));
    assert_eq!(*ours.types_only, theirs.types_only);
    if let Some(ours) = &ours.filter {
        filter(ours, &theirs.filter);
    }
    texts(&ours.attributes, &theirs.attributes);
}

fn attributes<'a>(
    ours: &ours::Attributes<'_>,
    theirs: impl Iterator<Item = (&'a str, &'a Vec<peer_filter::AttributeValue<'a>>)>,
) {
    let ours: Vec<_> = ours.iter().flatten().collect();
    let theirs: Vec<_> = theirs.collect();
    same_length(ours.iter().map(|attribute| attribute.description), theirs.len());
    for (ours, (name, octets)) in ours.iter().zip(theirs) {
        text(ours.description, name);
        values(&ours.values, octets);
    }
}

fn values(ours: &ours::Octets<'_>, theirs: &[peer_filter::AttributeValue<'_>]) {
    let ours: Vec<_> = ours.iter().flatten().map(|value| value.value).collect();
    assert_eq!(ours, theirs.iter().map(|value| &*value.0).collect::<Vec<_>>());
}

/// The tags of RFC 4511 4.2 to 4.13, with the right form.
const fn is_operation(tag: Tag) -> bool {
    matches!(tag.0, 0x42 | 0x4a | 0x50 | 0x60 | 0x61 | 0x63..=0x69 | 0x6b..=0x6f | 0x73 | 0x77..=0x79)
}

/// Choices of RFC 4511 whose names are text.
fn peer_reads(filter: &ours::Filter<'_>) -> bool {
    let text = |name: Spanned<Text<'_>>| name.to_str().is_some();
    match filter.kind() {
        Ok(FilterKind::And(filters) | FilterKind::Or(filters)) => {
            // At least the first: the peer wants one.
            matches!(filters.iter().next(), Some(Ok(first)) if peer_reads(&first))
        }
        Ok(FilterKind::Not(filter)) => peer_reads(&filter),
        Ok(
            FilterKind::EqualityMatch(both)
            | FilterKind::GreaterOrEqual(both)
            | FilterKind::LessOrEqual(both)
            | FilterKind::ApproxMatch(both),
        ) => text(both.attribute_desc),
        Ok(FilterKind::Substrings(name, pieces)) => text(name) && pieces.iter().next().is_some(),
        Ok(FilterKind::Present(name)) => text(name),
        Ok(FilterKind::ExtensibleMatch(rule)) => {
            rule.matching_rule.into_iter().chain(rule.description).all(text)
        }
        // A choice that RFC 4511 doesn't have.
        _ => false,
    }
}

fn filter(ours: &ours::Filter<'_>, theirs: &peer_filter::Filter<'_>) {
    use peer_filter::Filter as Peer;
    let kind = ours.kind();
    match (&kind, theirs) {
        (Ok(FilterKind::And(ours)), Peer::And(theirs)) | (Ok(FilterKind::Or(ours)), Peer::Or(theirs)) => {
            let ours: Vec<_> = ours.iter().flatten().collect();
            // What the peer doesn't read ends the list to it; ours keeps the octets.
            assert!(theirs.len() <= ours.len(), "{} and {}", ours.len(), theirs.len());
            assert!(ours.get(theirs.len()).is_none_or(|next| !peer_reads(next)), "the peer stopped early");
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
        // The peer compares only the number in a tag: `Theirs::TagNumber`.
        (Ok(FilterKind::Unknown(tag, _)), _) if !matches!(tag.0, 0x87 | 0xa0..=0xa6 | 0xa8 | 0xa9) => {}
        (ours, theirs) => check::failed(format_args!("{ours:?} and {theirs:?}")),
    }
}
