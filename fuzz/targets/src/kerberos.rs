//! Kerberos.

use crate::check;
use kerberos_proto::fast::Fast;
use kerberos_proto::kpasswd::Kpasswd;
use kerberos_proto::{ErrorData, KrbError, Message, PaData, encode, tcp};

/// [`kerberos_proto`]: a message, a password change, and a stream of records.
pub fn kerberos_message(bytes: &[u8]) {
    let (whole, partial) = (Message::parse(bytes), Message::parse_partial(bytes));
    check::message(bytes, &whole, &partial);
    message(bytes, &partial.value);
    if let Ok((_, taken)) = Message::parse_prefix(bytes) {
        assert!(taken > 0 && taken <= bytes.len());
    }
    if let Ok(Message::ApReq(request)) = whole {
        written_again(&request);
    }

    let (whole, partial) = (Kpasswd::parse(bytes), Kpasswd::parse_partial(bytes));
    check::message(bytes, &whole, &partial);
    if let Some(error) = partial.value.error() {
        check::spans(bytes, &error.value);
    }
    check::spans(bytes, &partial.value.result());

    let _ = (tcp::looks_like(bytes), kerberos_proto::kpasswd::looks_like(bytes));
    let mut stream = bytes;
    while let Ok(framing) = tcp::next_message(stream) {
        let tcp::Framing::Message { message, total } = framing else { break };
        assert!(total >= 4 && message.span.end == total);
        let _ = Message::parse_partial(message.value);
        stream = stream.get(total..).unwrap_or_default();
    }
}

fn message(bytes: &[u8], message: &Message<'_>) {
    match message {
        Message::AsReq(request) | Message::TgsReq(request) => {
            request.padata().for_each(|padata| self::padata(bytes, &padata));
            if let Some(inner) = request.ap_req() {
                check::span(bytes, inner.span);
                let _ = kerberos_proto::ApReq::parse_partial(inner.value);
            }
            check::text(request.req_body.kdc_options);
            check::spans(bytes, &request.req_body.addresses);
        }
        Message::AsRep(reply) | Message::TgsRep(reply) => {
            reply.padata().for_each(|padata| self::padata(bytes, &padata));
            check::text(reply.cname);
            check::text(reply.ticket.sname);
        }
        Message::ApReq(request) => {
            check::text(request.ap_options);
            check::text(request.ticket.sname);
            check::text(request.ticket.enc_part.etype);
        }
        Message::Error(error) => krb_error(bytes, error),
        _ => {}
    }
    if let Some(kind) = message.message_type() {
        check::text(kind);
    }
}

fn padata(bytes: &[u8], padata: &PaData<'_>) {
    check::spans(bytes, padata);
    check::text(padata.padata_type);
    if let Some(Ok(list)) = padata.etype_info() {
        check::spans(bytes, &list);
        assert!(list.iter().count() <= bytes.len());
    }
    if let Some(Ok(wanted)) = padata.pac_request() {
        check::span(bytes, wanted.span);
    }
    check::spans(bytes, &(padata.fast(), padata.pk_as_req(), padata.pk_as_rep()));
    if let Some(Fast::Request(request)) = padata.fast().map(|fast| fast.value) {
        if let Some((armor, ap_req)) = request.armor.and_then(|armor| Some((armor, armor.ap_req()?))) {
            let octets = armor.armor_value.value;
            check::spans(octets, &ap_req.value);
            ap_req.error.into_iter().for_each(|error| check::error(octets, error));
        }
    }
    check::spans(bytes, &(padata.encrypted(), padata.for_user(), padata.pac_options()));
    check::spans(bytes, &padata.supported_enctypes());
}

fn krb_error(bytes: &[u8], error: &KrbError<'_>) {
    check::text(error.error_code);
    check::spans(bytes, &error.ext_error());
    match error.error_data() {
        Some(ErrorData::Method(list)) => {
            list.iter().flatten().for_each(|padata| self::padata(bytes, &padata));
        }
        Some(other) => check::spans(bytes, &other),
        None => {}
    }
}

/// What the encoder writes from an AP-REQ is read back as the same.
fn written_again(request: &kerberos_proto::ApReq<'_>) {
    let parts: Option<Vec<&str>> = request.ticket.sname.components().map(|part| part.to_str()).collect();
    let (Some(parts), Some(realm)) = (parts, request.ticket.realm.to_str()) else { return };
    fn encrypted<'a>(data: &kerberos_proto::EncryptedData<'a>) -> encode::Encrypted<'a> {
        encode::Encrypted {
            etype: data.etype.value,
            kvno: data.kvno.map(|kvno| kvno.value),
            cipher: data.cipher.value,
        }
    }
    let octets = encode::ApReq {
        ap_options: request.ap_options.value,
        ticket: encode::Ticket {
            realm,
            sname: encode::Name { name_type: request.ticket.sname.name_type.value, parts: &parts },
            enc_part: encrypted(&request.ticket.enc_part),
        },
        authenticator: encrypted(&request.authenticator),
    }
    .to_der();
    let read = kerberos_proto::ApReq::parse_partial(&octets);
    assert_eq!(read.error, None, "what was written can't be read");
    let read = read.value;
    assert_eq!(read.ap_options.value, request.ap_options.value);
    assert_eq!(read.ticket.realm.value, request.ticket.realm.value);
    assert!(read.ticket.sname.components().eq(request.ticket.sname.components()));
    assert_eq!(read.ticket.enc_part.cipher.value, request.ticket.enc_part.cipher.value);
    assert_eq!(read.authenticator.etype.value, request.authenticator.etype.value);
    assert_eq!(read.authenticator.kvno.map(|k| k.value), request.authenticator.kvno.map(|k| k.value));
}
