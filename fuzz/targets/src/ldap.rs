//! LDAP.

use crate::check;
use cldap_proto::{
    AdErrorText, Filter, FilterKind, Filters, LdapMessage, LdapPing, ProtocolOp, SearchResultEntry, messages,
    netlogon_value,
};

/// [`cldap_proto`]: one message, and all those of a datagram.
pub fn ldap_message(bytes: &[u8]) {
    let (whole, partial) = (LdapMessage::parse(bytes), LdapMessage::parse_partial(bytes));
    check::message(bytes, &whole, &partial);
    match (LdapMessage::parse_prefix(bytes), LdapMessage::declared_len(bytes)) {
        (Ok((_, taken)), Ok(length)) => assert_eq!(taken, length, "declared_len and parse_prefix differ"),
        (Ok(_), Err(_)) => assert!(whole.is_err(), "a message without a length"),
        (Err(error), _) => check::error(bytes, error),
    }
    let mut count = 0;
    for message in messages(bytes) {
        count += 1;
        if let Some(error) = message.error {
            check::error(bytes, error);
        }
        check::spans(bytes, &message.value);
        operation(bytes, &message.value);
    }
    assert!(count * 2 <= bytes.len() + 1, "a message has at least two octets");
}

fn operation(bytes: &[u8], message: &LdapMessage<'_>) {
    check::span(bytes, message.span);
    check::span(bytes, message.op_span);
    for control in message.controls.iter().flatten() {
        check::spans(bytes, &control);
    }
    if let Some(result) = message.op.result() {
        check::text(*result.result_code);
        if let Some(error) = AdErrorText::parse(result.diagnostic_message) {
            check::spans(bytes, &error);
            check::spans(bytes, &error.logon_sub_code());
        }
    }
    match &message.op {
        ProtocolOp::SearchRequest(search) => {
            if let Some(filter) = &search.filter {
                check::text(filter);
                let mut left = 4096;
                walk(bytes, filter, &mut left);
            }
            if let Some(ping) = LdapPing::of(search) {
                check::spans(bytes, &ping);
                ping_again(&ping);
            }
        }
        ProtocolOp::SearchResultEntry(entry) => self::entry(bytes, entry),
        ProtocolOp::ModifyRequest(modify) => {
            modify.changes.iter().flatten().for_each(|change| check::spans(bytes, &change));
        }
        ProtocolOp::AddRequest(add) => {
            add.attributes.iter().flatten().for_each(|attribute| check::spans(bytes, &attribute));
        }
        ProtocolOp::SearchResultReference(reference) => {
            reference.uris.texts().for_each(|uri| check::span(bytes, uri.span));
        }
        _ => {}
    }
}

fn entry(bytes: &[u8], entry: &SearchResultEntry<'_>) {
    for (attribute, error) in entry.attributes.partial() {
        check::spans(bytes, &attribute);
        check::span(bytes, attribute.span);
        if let Some(error) = error {
            check::error(bytes, error);
        }
        for value in attribute.values {
            match value {
                Ok(value) => assert_eq!(bytes.get(value.span.range()), Some(value.value)),
                Err(error) => check::error(bytes, error),
            }
        }
        if let Some(value) = attribute.values.first_or_cut() {
            check::span(bytes, value.span);
        }
    }
    if let Some(value) = netlogon_value(entry) {
        assert_eq!(bytes.get(value.span.range()), Some(value.value));
        let _ = netlogon_proto::Message::parse_partial(value.value);
    }
}

fn walk(bytes: &[u8], filter: &Filter<'_>, left: &mut u32) {
    *left = left.saturating_sub(1);
    check::span(bytes, filter.span());
    let inner = |filters: Filters<'_>, left: &mut u32| {
        for filter in filters.iter() {
            match filter {
                Ok(filter) if *left > 0 => walk(bytes, &filter, left),
                Ok(_) => break,
                Err(error) => check::error(bytes, error),
            }
        }
    };
    match filter.kind() {
        Ok(FilterKind::And(filters) | FilterKind::Or(filters)) => inner(filters, left),
        Ok(FilterKind::Not(filter)) => walk(bytes, &filter, left),
        Ok(FilterKind::Substrings(_, pieces)) => {
            pieces.iter().flatten().for_each(|piece| check::spans(bytes, &piece));
        }
        Ok(
            FilterKind::EqualityMatch(assertion)
            | FilterKind::GreaterOrEqual(assertion)
            | FilterKind::LessOrEqual(assertion)
            | FilterKind::ApproxMatch(assertion),
        ) => check::spans(bytes, &assertion),
        Ok(_) => {}
        Err(error) => check::error(bytes, error),
    }
}

/// What the encoder writes from a ping is read back as the same.
fn ping_again(ping: &LdapPing<'_>) {
    for long_lengths in [false, true] {
        let Some(octets) = ping.encode(7, long_lengths) else { return };
        let read = LdapMessage::parse_partial(&octets);
        assert_eq!(read.error, None, "what was written can't be read");
        let ProtocolOp::SearchRequest(search) = read.value.op else { return };
        let Some(read) = LdapPing::of(&search) else { return };
        assert_eq!(read.dns_domain.map(|v| v.value), ping.dns_domain.map(|v| v.value));
        assert_eq!(read.host.map(|v| v.value), ping.host.map(|v| v.value));
        assert_eq!(read.user.map(|v| v.value), ping.user.map(|v| v.value));
        assert_eq!(read.aac.map(|v| v.value), ping.aac.map(|v| v.value));
        assert_eq!(read.domain_sid.map(|v| v.value), ping.domain_sid.map(|v| v.value));
        assert_eq!(read.domain_guid.map(|v| v.value), ping.domain_guid.map(|v| v.value));
        assert_eq!(read.nt_ver.map(|v| v.value), ping.nt_ver.map(|v| v.value));
    }
}
