//! `kerberos-parser` reads the same messages, on top of `asn1-rs`.

use super::{Ours, Theirs, by_element, by_form, tag_number};
use crate::check;
use adjoin_wire::ber::Tag;
use adjoin_wire::{ErrorKind, Text, WireError};
use asn1_rs::{FromDer, GeneralizedTime};
use core::fmt::Debug;
use kerberos_parser::{krb5 as peer, krb5_parser};
use kerberos_proto as ours;
use kerberos_proto::{KerberosTime, MessageType};

/// [`kerberos_proto::Message`] against `kerberos-parser`: AP-REQ, AP-REP, requests and replies of a KDC,
/// KRB-ERROR.
pub fn peer_kerberos(bytes: &[u8]) {
    let Some(kind) = bytes.first().and_then(|first| MessageType::from_tag(Tag(*first))) else { return };
    macro_rules! both {
        ($variant:ident, $theirs:expr, $compare:ident) => {{
            let read = match ours::Message::parse(bytes) {
                Ok(ours::Message::$variant(message)) => Ok(message),
                Ok(other) => check::failed(format_args!("{kind:?} read as {other:?}")),
                Err(error) => Err(error),
            };
            match (&read, $theirs) {
                (Ok(ours), Ok((_, theirs))) => $compare(ours, &theirs),
                (read, theirs) => {
                    let reason = match read {
                        Ok(_) => ours_alone(bytes).map(|reason| format!("{reason:?}")),
                        Err(error) => theirs_alone(bytes, *error).map(|reason| format!("{reason:?}")),
                    };
                    super::acceptance(read, theirs.map(|_| ()), reason);
                }
            }
        }};
    }
    match kind {
        MessageType::AP_REQ => both!(ApReq, peer::ApReq::from_der(bytes), ap_req),
        MessageType::AP_REP => both!(ApRep, peer::ApRep::from_der(bytes), ap_rep),
        MessageType::AS_REQ => both!(AsReq, krb5_parser::parse_as_req(bytes), kdc_req),
        MessageType::TGS_REQ => both!(TgsReq, krb5_parser::parse_tgs_req(bytes), kdc_req),
        MessageType::AS_REP => both!(AsRep, krb5_parser::parse_as_rep(bytes), kdc_rep),
        MessageType::TGS_REP => both!(TgsRep, krb5_parser::parse_tgs_rep(bytes), kdc_rep),
        MessageType::ERROR => both!(Error, peer::KrbError::from_der(bytes), krb_error),
        _ => {}
    }
}

/// Why the peer refuses a message that ours reads.
fn ours_alone(bytes: &[u8]) -> Option<Ours> {
    by_element(bytes).or_else(|| match ours::Message::parse(bytes) {
        Ok(ours::Message::AsReq(request) | ours::Message::TgsReq(request)) => {
            let body = &request.req_body;
            let tickets = body.additional_tickets.unwrap_or_default();
            let odd = tickets.iter().flatten().any(|ticket| *ticket.tkt_vno != 5);
            let leap = [body.from, body.till, body.rtime].iter().flatten().any(|time| time.second == 60);
            (body.till.is_none()).then_some(Ours::NoTill).or(reason(odd, leap))
        }
        Ok(ours::Message::AsRep(reply) | ours::Message::TgsRep(reply)) => {
            reason(*reply.ticket.tkt_vno != 5, false)
        }
        Ok(ours::Message::ApReq(request)) => reason(*request.ticket.tkt_vno != 5, false),
        Ok(ours::Message::Error(error)) => {
            let micro = |value: i32| !(0..=999_999).contains(&value);
            let odd = micro(*error.susec) || error.cusec.is_some_and(|value| micro(*value));
            let leap = error.stime.second == 60 || error.ctime.is_some_and(|time| time.second == 60);
            reason(odd, leap)
        }
        _ => None,
    })
}

fn reason(odd: bool, leap: bool) -> Option<Ours> {
    if odd { Some(Ours::OutOfRange) } else { leap.then_some(Ours::Time) }
}

/// Why ours refuses a message that the peer reads.
fn theirs_alone(bytes: &[u8], error: WireError) -> Option<Theirs> {
    // Without the difference the rest must be the same to both.
    if let Some(mended) = tag_number(bytes, error, |b| ours::Message::parse(b).map(|_| ())) {
        peer_kerberos(&mended);
        return Some(Theirs::TagNumber);
    }
    match (error.kind, error.field) {
        (ErrorKind::Malformed(_), "till" | "from" | "rtime" | "ctime" | "stime") => Some(Theirs::Time),
        _ => by_form(bytes, error),
    }
}

fn text(ours: Text<'_>, theirs: &str) {
    assert_eq!(ours.as_bytes(), theirs.as_bytes());
}

fn optional<A, B: Debug>(what: &str, ours: Option<A>, theirs: Option<B>, compare: impl FnOnce(A, B)) {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => compare(ours, theirs),
        (ours, theirs) => assert!(ours.is_none() && theirs.is_none(), "{what}: {theirs:?}"),
    }
}

fn version(ours: i32, theirs: u32) {
    assert_eq!(i64::from(ours), i64::from(theirs));
}

fn name(ours: &ours::PrincipalName<'_>, theirs: &peer::PrincipalName) {
    assert_eq!(ours.name_type.0, theirs.name_type.0);
    let parts: Vec<&[u8]> = ours.components().map(Text::as_bytes).collect();
    assert_eq!(parts, theirs.name_string.iter().map(String::as_bytes).collect::<Vec<_>>());
}

fn encrypted(ours: &ours::EncryptedData<'_>, theirs: &peer::EncryptedData<'_>) {
    assert_eq!(ours.etype.0, theirs.etype.0);
    assert_eq!(ours.kvno.map(|kvno| *kvno), theirs.kvno);
    assert_eq!((ours.cipher.value, *ours.cipher_length), (theirs.cipher, theirs.cipher.len()));
}

fn ticket(ours: &ours::Ticket<'_>, theirs: &peer::Ticket<'_>) {
    version(*ours.tkt_vno, theirs.tkt_vno);
    text(*ours.realm, &theirs.realm.0);
    name(&ours.sname, &theirs.sname);
    encrypted(&ours.enc_part, &theirs.enc_part);
}

fn time(ours: KerberosTime, theirs: &GeneralizedTime) {
    let theirs = &theirs.0;
    let seconds = (theirs.hour, theirs.minute, theirs.second);
    assert_eq!(
        (u32::from(ours.year), ours.month, ours.day, (ours.hour, ours.minute, ours.second)),
        (theirs.year, theirs.month, theirs.day, seconds)
    );
}

/// The first 32 bits of flags; ours takes those that are missing as zeros.
fn bits(ours: u32, theirs: &asn1_rs::BitString<'_>) {
    let mut octets = theirs.data.iter().copied().chain([0; 4]);
    let word = [(); 4].map(|()| octets.next().unwrap_or_default());
    assert_eq!(ours, u32::from_be_bytes(word));
}

fn padata<'a>(ours: impl Iterator<Item = ours::PaData<'a>>, theirs: &[peer::PAData<'_>]) {
    let ours: Vec<_> = ours.map(|each| (each.padata_type.0, each.padata_value.value)).collect();
    assert_eq!(ours, theirs.iter().map(|each| (each.padata_type.0, each.padata_value)).collect::<Vec<_>>());
}

fn ap_req(ours: &ours::ApReq<'_>, theirs: &peer::ApReq<'_>) {
    version(*ours.pvno, theirs.pvno);
    version(ours.msg_type.0, theirs.msg_type.0);
    bits(ours.ap_options.bits(), &theirs.ap_options);
    ticket(&ours.ticket, &theirs.ticket);
    encrypted(&ours.authenticator, &theirs.authenticator);
}

fn ap_rep(ours: &ours::ApRep<'_>, theirs: &peer::ApRep<'_>) {
    version(*ours.pvno, theirs.pvno);
    version(ours.msg_type.0, theirs.msg_type.0);
    encrypted(&ours.enc_part, &theirs.enc_part);
}

fn kdc_req(ours: &ours::KdcReq<'_>, theirs: &peer::KdcReq<'_>) {
    version(*ours.pvno, theirs.pvno);
    version(ours.msg_type.0, theirs.msg_type.0);
    padata(ours.padata(), &theirs.padata);
    let (ours, theirs) = (&ours.req_body, &theirs.req_body);
    bits(ours.kdc_options.bits(), &theirs.kdc_options);
    optional("cname", ours.cname.as_ref(), theirs.cname.as_ref(), name);
    text(*ours.realm, &theirs.realm.0);
    optional("sname", ours.sname.as_ref(), theirs.sname.as_ref(), name);
    let times = [("from", ours.from, &theirs.from), ("rtime", ours.rtime, &theirs.rtime)];
    for (what, ours, theirs) in times {
        optional(what, ours, theirs.as_ref(), |ours, theirs| time(*ours, theirs));
    }
    optional("till", ours.till, Some(&theirs.till), |ours, theirs| time(*ours, theirs));
    assert_eq!(*ours.nonce, theirs.nonce);
    let etypes: Vec<i32> = ours.etype.iter().flatten().map(|etype| etype.0).collect();
    assert_eq!(etypes, theirs.etype.iter().map(|etype| etype.0).collect::<Vec<_>>());
    let addresses: Vec<_> = ours
        .addresses
        .unwrap_or_default()
        .iter()
        .flatten()
        .map(|address| (*address.addr_type, address.address.value))
        .collect();
    assert_eq!(addresses, theirs.addresses.iter().map(|a| (a.addr_type.0, a.address)).collect::<Vec<_>>());
    optional(
        "enc-authorization-data",
        ours.enc_authorization_data.as_ref(),
        theirs.enc_authorization_data.as_ref(),
        encrypted,
    );
    let tickets: Vec<_> = ours.additional_tickets.unwrap_or_default().iter().flatten().collect();
    assert_eq!(tickets.len(), theirs.additional_tickets.len());
    tickets.iter().zip(&theirs.additional_tickets).for_each(|(ours, theirs)| ticket(ours, theirs));
}

fn kdc_rep(ours: &ours::KdcRep<'_>, theirs: &peer::KdcRep<'_>) {
    version(*ours.pvno, theirs.pvno);
    version(ours.msg_type.0, theirs.msg_type.0);
    padata(ours.padata(), &theirs.padata);
    text(*ours.crealm, &theirs.crealm.0);
    name(&ours.cname, &theirs.cname);
    ticket(&ours.ticket, &theirs.ticket);
    encrypted(&ours.enc_part, &theirs.enc_part);
}

fn krb_error(ours: &ours::KrbError<'_>, theirs: &peer::KrbError<'_>) {
    version(*ours.pvno, theirs.pvno);
    version(ours.msg_type.0, theirs.msg_type.0);
    optional("ctime", ours.ctime, theirs.ctime.as_ref(), |ours, theirs| time(*ours, theirs));
    optional("cusec", ours.cusec, theirs.cusec, |ours, theirs| version(*ours, theirs));
    time(*ours.stime, &theirs.stime);
    version(*ours.susec, theirs.susec);
    assert_eq!(ours.error_code.0, theirs.error_code.0);
    optional("crealm", ours.crealm, theirs.crealm.as_ref(), |ours, theirs| text(*ours, &theirs.0));
    optional("cname", ours.cname.as_ref(), theirs.cname.as_ref(), name);
    text(*ours.realm, &theirs.realm.0);
    name(&ours.sname, &theirs.sname);
    optional("e-text", ours.e_text, theirs.etext.as_ref(), |ours, theirs| text(*ours, theirs));
    assert_eq!(ours.e_data.map(|data| data.value), theirs.edata);
}
