//! SMB and NetBIOS.

use crate::check;
use smb2_proto::mailslot::MailslotWrite;
use smb2_proto::nbdgm::Datagram;
use smb2_proto::netbios::NetBiosName;
use smb2_proto::{Smb, nbss, smb1, smb2};

/// [`smb2_proto`]: a message, and a stream of session packets.
pub fn smb_message(bytes: &[u8]) {
    message(bytes);
    check::message(bytes, &nbss::SessionPacket::parse(bytes), &nbss::SessionPacket::parse_partial(bytes));
    let _ = nbss::recognise(bytes);
    let mut stream = bytes;
    while let Ok((packet, taken)) = nbss::SessionPacket::parse_prefix(stream) {
        assert!(taken > 0 && taken <= stream.len());
        assert_eq!(nbss::needed(stream), taken, "needed and parse_prefix differ");
        check::spans(stream, &packet);
        if let nbss::SessionBody::Message(inner) = packet.body {
            assert_eq!(stream.get(inner.span.range()), Some(inner.value));
            message(inner.value);
        }
        stream = stream.get(taken..).unwrap_or_default();
    }
}

fn message(bytes: &[u8]) {
    let partial = Smb::parse_partial(bytes);
    assert_eq!(
        Smb::parse(bytes).is_ok(),
        partial.error.is_none() && partial.value.is_some(),
        "parse and parse_partial differ"
    );
    if let Some(error) = partial.error {
        check::error(bytes, error);
    }
    let Some(message) = partial.value else { return };
    for event in message.pipe_events().take(4096) {
        check::spans(bytes, &event);
    }
    match message {
        Smb::V1(message) => v1(bytes, &message),
        Smb::V2(messages) => v2(bytes, &messages),
        Smb::Encrypted(header) => check::spans(bytes, &header),
        Smb::Compressed(header) => {
            check::spans(bytes, &header);
            let _ = header.is_chained();
            let payloads: Vec<_> = header.payloads().collect();
            assert!(payloads.len() <= bytes.len(), "a chain without end");
            check::spans(bytes, &payloads);
        }
        _ => {}
    }
}

fn v1(bytes: &[u8], message: &smb1::Message<'_>) {
    check::spans(bytes, &message.header);
    check::text(*message.header.command);
    let mut count = 0;
    for block in message.blocks() {
        count += 1;
        if let Some(error) = block.error {
            check::error(bytes, error);
        }
        check::spans(bytes, &block.value);
        if let smb1::Body::TransactionRequest(transaction) = &block.value.body {
            check::spans(bytes, &(transaction.pipe_function(), transaction.fid()));
            let _ = transaction.is_mailslot();
        }
    }
    assert!(count <= bytes.len());
}

fn v2(bytes: &[u8], messages: &smb2::Messages<'_>) {
    let mut behind = 0;
    for part in messages.iter() {
        if let Some(error) = part.error {
            check::error(bytes, error);
        }
        let message = part.value;
        check::span(bytes, message.span);
        assert!(message.span.start >= behind, "messages of a compound overlap");
        behind = message.span.start;
        check::spans(bytes, &message);
        check::text(*message.header.command);
        if let Some(status) = message.header.status() {
            check::text(*status);
        }
        match &message.body {
            smb2::Body::NegotiateRequest(request) => {
                request.dialects.iter().for_each(|dialect| check::span(bytes, dialect.span));
                contexts(bytes, &request.contexts);
            }
            smb2::Body::NegotiateResponse(response) => contexts(bytes, &response.contexts),
            smb2::Body::CreateRequest(create) => check::text(*create.name),
            smb2::Body::TreeConnectRequest(connect) => check::text(*connect.path),
            _ => {}
        }
    }
}

fn contexts(bytes: &[u8], contexts: &smb2::NegotiateContexts<'_>) {
    for context in contexts.iter().flatten() {
        check::spans(bytes, &context);
        check::spans(bytes, &context.read());
    }
}

/// [`smb2_proto::nbdgm`] and [`smb2_proto::mailslot`]: a datagram, its mailslot, and what is in it.
pub fn mailslot_datagram(bytes: &[u8]) {
    let (whole, partial) = (Datagram::parse(bytes), Datagram::parse_partial(bytes));
    check::message(bytes, &whole, &partial);
    let datagram = partial.value;
    check::text(*datagram.msg_type);
    for name in [datagram.source_name, datagram.destination_name].into_iter().flatten() {
        check::text(*name);
        if let Some(text) = name.text().to_str().filter(|text| text.len() <= 15 && !text.ends_with(' ')) {
            let again = NetBiosName::encode(text, name.suffix().0);
            let mut cursor = adjoin_wire::Cursor::new(&again);
            let read = NetBiosName::read(&mut cursor, "name").map(|read| read.value);
            assert_eq!(read.as_ref().map(NetBiosName::suffix), Ok(name.suffix()));
            assert_eq!(read.as_ref().map(NetBiosName::text), Ok(name.text()));
        }
    }
    if let Some(data) = datagram.user_data {
        check::span(bytes, data.span);
        mailslot(data.value);
    }
    mailslot(bytes);
}

fn mailslot(bytes: &[u8]) {
    let (whole, partial) = (MailslotWrite::parse(bytes), MailslotWrite::parse_partial(bytes));
    check::message(bytes, &whole, &partial);
    let _ = partial.value.is_to("\\MAILSLOT\\NET\\NETLOGON");
    if let Ok(write) = whole {
        let _ = netlogon_proto::Message::parse_partial(write.data.value);
    }
}
