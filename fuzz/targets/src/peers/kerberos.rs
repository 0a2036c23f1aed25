//! `kerberos-parser` reads the same messages, on top of `asn1-rs`.

use super::change::changed;
use super::{Mend, Ours, Readers, Theirs, mend, shortest, unsigned, without};
use crate::check;
use adjoin_wire::ber::Tag;
use adjoin_wire::{ErrorKind, Span, Spanned, Text, WireError};
use arbitrary::{Arbitrary, Unstructured};
use asn1_rs::{FromDer, GeneralizedTime};
use core::fmt::Debug;
use core::ops::RangeInclusive;
use kerberos_parser::{krb5 as peer, krb5_parser};
use kerberos_proto as ours;
use kerberos_proto::arbitrary as krb;
use kerberos_proto::{KerberosTime, Message, MessageType};

/// [`kerberos_proto::Message`] against `kerberos-parser`: AP-REQ, AP-REP, requests and replies of a KDC,
/// KRB-ERROR. What begins as none of them says which message to make and what to change in it.
pub fn peer_kerberos(bytes: &[u8]) {
    let message = bytes.first().is_some_and(|first| MessageType::from_tag(Tag(*first)).is_some());
    if message {
        return differ(bytes, whole);
    }
    // Octets that are used up give the simplest values: this never fails.
    if let Ok(octets) = made(&mut Unstructured::new(bytes)) {
        differ(&octets, whole);
    }
}

/// A well-formed message of each kind, with elements changed.
fn made(u: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let octets = match u.int_in_range(0..=5)? {
        0 => krb::ApReq::arbitrary(u)?.to_der(),
        1 => krb::KdcReq::arbitrary(u)?.to_der(),
        2 => krb::KrbError::arbitrary(u)?.to_der(),
        3 => reply(u, None)?,
        4 => reply(u, Some(11))?,
        _ => reply(u, Some(13))?,
    };
    changed(octets, u)
}

/// AP-REP, or the reply of a KDC of a type, from the parts of an AP-REQ.
fn reply(u: &mut Unstructured<'_>, kdc: Option<u8>) -> arbitrary::Result<Vec<u8>> {
    let octets = krb::ApReq::arbitrary(u)?.to_der();
    let Ok(request) = ours::ApReq::parse(&octets) else { return Ok(octets) };
    let part = |span: Span| octets.get(span.range()).unwrap_or_default();
    let integer = |value: u8| mend::element(2, &[value]);
    let realm = mend::element(Tag::GENERAL_STRING.0, request.ticket.realm.as_bytes());
    let name = part(request.ticket.sname.span).to_vec();
    // The authenticator is the last element: it begins behind the ticket, in a tag of its own.
    let sealed = mend::contents(&octets, request.ticket.span.end).and_then(|inner| octets.get(inner));
    let sealed = sealed.unwrap_or_default();
    let (kind, parts) = match kdc {
        None => (15, vec![integer(5), integer(15), sealed.to_vec()]),
        Some(kind) => {
            let ticket = part(request.ticket.span).to_vec();
            let padata = [(19, 0xa1), (2, 0xa2)].map(|(value, tag)| {
                let inner = if tag == 0xa1 { integer(value) } else { mend::element(4, &[value]) };
                mend::element(tag, &inner)
            });
            let padata = mend::element(0x30, &mend::element(0x30, &padata.concat()));
            (kind, vec![integer(5), integer(kind), padata, realm, name, ticket, sealed.to_vec()])
        }
    };
    let parts: Vec<_> = (0xa0..).zip(parts).map(|(tag, part)| mend::element(tag, &part)).collect();
    Ok(mend::element(0x60 | kind, &mend::element(0x30, &parts.concat())))
}

/// How a message is read; tests put in what is wrong.
type Read = fn(&[u8]) -> Result<Message<'_>, WireError>;

/// What the peer has read.
#[derive(Debug, PartialEq)]
enum Peer<'a> {
    ApReq(peer::ApReq<'a>),
    ApRep(peer::ApRep<'a>),
    KdcReq(peer::KdcReq<'a>),
    KdcRep(peer::KdcRep<'a>),
    Error(peer::KrbError<'a>),
}

/// The message and what follows it; nothing when the peer refuses it or knows no such message.
fn theirs(bytes: &[u8]) -> Option<(Peer<'_>, &[u8])> {
    let kind = MessageType::from_tag(Tag(*bytes.first()?))?;
    macro_rules! read {
        ($variant:ident, $read:expr) => {
            $read.ok().map(|(rest, message)| (Peer::$variant(message), rest))
        };
    }
    match kind {
        MessageType::AP_REQ => read!(ApReq, peer::ApReq::from_der(bytes)),
        MessageType::AP_REP => read!(ApRep, peer::ApRep::from_der(bytes)),
        MessageType::AS_REQ => read!(KdcReq, krb5_parser::parse_as_req(bytes)),
        MessageType::TGS_REQ => read!(KdcReq, krb5_parser::parse_tgs_req(bytes)),
        MessageType::AS_REP => read!(KdcRep, krb5_parser::parse_as_rep(bytes)),
        MessageType::TGS_REP => read!(KdcRep, krb5_parser::parse_tgs_rep(bytes)),
        MessageType::ERROR => read!(Error, peer::KrbError::from_der(bytes)),
        _ => None,
    }
}

/// Messages that both know.
fn known(message: &Message<'_>) -> bool {
    use Message as M;
    let requests = matches!(message, M::ApReq(_) | M::ApRep(_) | M::AsReq(_) | M::TgsReq(_));
    requests || matches!(message, M::AsRep(_) | M::TgsRep(_) | M::Error(_))
}

fn whole(bytes: &[u8]) -> Result<Message<'_>, WireError> {
    Message::parse(bytes)
}

fn differ(bytes: &[u8], read: Read) {
    let (ours, peer) = (read(bytes), theirs(bytes).is_some());
    if !peer && ours.as_ref().map_or(true, |message| !known(message)) {
        return;
    }
    let readable = if peer { readable(read, bytes).0 } else { bytes.to_vec() };
    let octets = without(&readable, &|octets| places(octets, read));
    match (read(&octets), theirs(&octets)) {
        (Ok(ours), Some((theirs, []))) => message(&ours, &theirs),
        (ours, theirs) => {
            let ours = ours.map(|_| ());
            check::failed(format_args!("{octets:02x?} of {bytes:02x?}: {ours:?}, {theirs:?}"))
        }
    }
}

fn readable(read: Read, bytes: &[u8]) -> (Vec<u8>, Vec<Theirs>) {
    let same = |one: &[u8], other: &[u8]| {
        let message = |bytes| theirs(bytes).map(|(message, _)| message);
        matches!((message(one), message(other)), (Some(one), Some(other)) if one == other)
    };
    Readers { ours: &|bytes| read(bytes).map(|_| ()), same: &same, special }.readable(bytes)
}

/// What the peer reads in another way in Kerberos alone.
fn special(bytes: &[u8], error: WireError) -> Option<Mend<Theirs>> {
    let ErrorKind::Malformed(_) = error.kind else { return None };
    let (begin, contents) = mend::primitive(bytes, error.offset)?;
    let (tag, octets) = (*bytes.get(begin)?, bytes.get(contents.clone())?);
    let (reason, new) = match (error.field, Tag(tag)) {
        ("till" | "from" | "rtime" | "ctime" | "stime", Tag::GENERALIZED_TIME) if !is_time(octets) => {
            (Theirs::Time, USUAL_TIME.to_vec())
        }
        ("pvno" | "msg-type", Tag::INTEGER) if matches!(octets, [0, 0x80..=0xff, _, _, _]) => {
            (Theirs::OutOfRange, vec![5])
        }
        _ => return None,
    };
    Some(Mend { reason, at: contents, new })
}

const USUAL_TIME: &[u8] = b"19700101000000Z";

/// The one form that RFC 4120 5.2.3 allows, of a day that exists and a second up to the leap one.
fn is_time(octets: &[u8]) -> bool {
    let Some((b"Z", digits)) = octets.split_last_chunk::<1>().map(|(digits, z)| (z, digits)) else {
        return false;
    };
    let pair = |at: usize| match digits.get(at..at + 2) {
        Some([tens @ b'0'..=b'9', ones @ b'0'..=b'9']) => {
            Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
        }
        _ => None,
    };
    let [Some(century), Some(of_century), Some(month), Some(day), Some(hour), Some(minute), Some(second)] =
        [0, 2, 4, 6, 8, 10, 12].map(pair)
    else {
        return false;
    };
    let year = century * 100 + of_century;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    digits.len() == 14 && (1..=days).contains(&day) && hour < 24 && minute < 60 && second <= 60
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

struct Places<'a> {
    bytes: &'a [u8],
    found: Vec<Mend<Ours>>,
}

impl Places<'_> {
    fn mend(&mut self, reason: Ours, at: Span, new: &[u8]) {
        self.found.push(Mend { reason, at: at.range(), new: new.to_vec() });
    }

    /// An Int32; true when it was written in as few octets as will do.
    fn signed(&mut self, span: Span) -> bool {
        match self.bytes.get(span.range()).and_then(shortest) {
            Some(short) => {
                self.mend(Ours::LongInteger, span, short);
                false
            }
            None => true,
        }
    }

    /// An UInt32.
    fn unsigned(&mut self, span: Span) {
        match self.bytes.get(span.range()).and_then(unsigned) {
            Some(positive) => self.mend(Ours::NegativeUnsigned, span, &positive),
            None => _ = self.signed(span),
        }
    }

    /// An integer of which the peer takes some values only.
    fn range(&mut self, value: i32, span: Span, taken: RangeInclusive<i32>, usual: u8) {
        if self.signed(span) && !taken.contains(&value) {
            self.mend(Ours::OutOfRange, span, &[usual]);
        }
    }

    fn text(&mut self, text: Spanned<Text<'_>>) {
        if !text.as_bytes().is_ascii() {
            self.mend(Ours::Text, text.span, b"x");
        }
    }

    fn time(&mut self, time: Spanned<KerberosTime>) {
        if time.second == 60 {
            self.mend(Ours::LeapSecond, time.span, USUAL_TIME);
        }
    }

    /// A BIT STRING, by the span of its bits; the octet in front counts those that aren't used.
    fn bits(&mut self, bits: Span) {
        let Some([unused, octets @ ..]) = self.bytes.get(bits.start.saturating_sub(1)..bits.end) else {
            return;
        };
        let Some(last) = octets.last() else {
            if *unused != 0 {
                self.mend(Ours::Bits, Span::new(bits.start - 1, bits.end), &[0]);
            }
            return;
        };
        let used = last & u8::MAX.checked_shl(u32::from(*unused)).unwrap_or(0);
        if used != *last {
            self.mend(Ours::Bits, Span::new(bits.end - 1, bits.end), &[used]);
        }
    }

    fn name(&mut self, name: &ours::PrincipalName<'_>) {
        self.signed(name.name_type.span);
        name.name_string.iter().flatten().for_each(|part| self.text(part));
    }

    fn encrypted(&mut self, data: &ours::EncryptedData<'_>) {
        self.signed(data.etype.span);
        data.kvno.into_iter().for_each(|kvno| self.unsigned(kvno.span));
    }

    fn ticket(&mut self, ticket: &ours::Ticket<'_>) {
        self.range(*ticket.tkt_vno, ticket.tkt_vno.span, 5..=5, 5);
        self.text(ticket.realm);
        self.name(&ticket.sname);
        self.encrypted(&ticket.enc_part);
    }

    fn begin(&mut self, pvno: Spanned<i32>, msg_type: Spanned<MessageType>) {
        self.range(*pvno, pvno.span, 0..=i32::MAX, 5);
        self.range(msg_type.0, msg_type.span, 0..=i32::MAX, 1);
    }

    fn message(&mut self, message: &Message<'_>) {
        match message {
            Message::ApReq(request) => {
                self.begin(request.pvno, request.msg_type);
                self.bits(request.ap_options.span);
                self.ticket(&request.ticket);
                self.encrypted(&request.authenticator);
            }
            Message::ApRep(reply) => {
                self.begin(reply.pvno, reply.msg_type);
                self.encrypted(&reply.enc_part);
            }
            Message::AsReq(request) | Message::TgsReq(request) => {
                self.begin(request.pvno, request.msg_type);
                request.padata().for_each(|padata| _ = self.signed(padata.padata_type.span));
                self.request(&request.req_body);
            }
            Message::AsRep(reply) | Message::TgsRep(reply) => {
                self.begin(reply.pvno, reply.msg_type);
                reply.padata().for_each(|padata| _ = self.signed(padata.padata_type.span));
                self.text(reply.crealm);
                self.name(&reply.cname);
                self.ticket(&reply.ticket);
                self.encrypted(&reply.enc_part);
            }
            Message::Error(error) => {
                self.begin(error.pvno, error.msg_type);
                error.ctime.into_iter().for_each(|time| self.time(time));
                self.time(error.stime);
                for micro in error.cusec.into_iter().chain([error.susec]) {
                    self.range(*micro, micro.span, 0..=999_999, 0);
                }
                self.signed(error.error_code.span);
                error.crealm.into_iter().chain([error.realm]).chain(error.e_text).for_each(|t| self.text(t));
                error.cname.iter().chain([&error.sname]).for_each(|name| self.name(name));
            }
            _ => {}
        }
    }

    fn request(&mut self, body: &ours::KdcReqBody<'_>) {
        self.bits(body.kdc_options.span);
        self.text(body.realm);
        body.cname.iter().chain(&body.sname).for_each(|name| self.name(name));
        body.from.into_iter().chain(body.till).chain(body.rtime).for_each(|time| self.time(time));
        if body.till.is_none() {
            // In front of what follows it: `rtime` or `nonce`.
            let next = body.rtime.map_or(body.nonce.span, |time| time.span).range();
            let around = |tag: u8, inner: &core::ops::Range<usize>| {
                matches!(tag, 0xa6 | 0xa7) && inner.start <= next.start && inner.end == next.end
            };
            if let Some((begin, inner)) = mend::find(self.bytes, &around) {
                let till = mend::element(0xa5, &mend::element(Tag::GENERALIZED_TIME.0, USUAL_TIME));
                let next = self.bytes.get(begin..inner.end).unwrap_or_default();
                // Nothing else lies there that is mended too, or it comes later.
                self.found.retain(|mend| mend.at.end <= begin || mend.at.start >= inner.end);
                self.mend(Ours::NoTill, Span::new(begin, inner.end), &[&till, next].concat());
                return;
            }
        }
        self.unsigned(body.nonce.span);
        body.etype.iter().flatten().for_each(|etype| _ = self.signed(etype.span));
        for address in body.addresses.unwrap_or_default().iter().flatten() {
            self.signed(address.addr_type.span);
        }
        body.enc_authorization_data.iter().for_each(|data| self.encrypted(data));
        body.additional_tickets.unwrap_or_default().iter().flatten().for_each(|ticket| self.ticket(&ticket));
    }
}

fn message(ours: &Message<'_>, theirs: &Peer<'_>) {
    match (ours, theirs) {
        (Message::ApReq(ours), Peer::ApReq(theirs)) => ap_req(ours, theirs),
        (Message::ApRep(ours), Peer::ApRep(theirs)) => ap_rep(ours, theirs),
        (Message::AsReq(ours) | Message::TgsReq(ours), Peer::KdcReq(theirs)) => kdc_req(ours, theirs),
        (Message::AsRep(ours) | Message::TgsRep(ours), Peer::KdcRep(theirs)) => kdc_rep(ours, theirs),
        (Message::Error(ours), Peer::Error(theirs)) => krb_error(ours, theirs),
        (ours, theirs) => check::failed(format_args!("{ours:?} and {theirs:?}")),
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

#[cfg(test)]
mod tests {
    use super::super::tests::finds;
    use super::*;
    use kerberos_proto::{ApOptions, ErrorCode, Etype, KdcOptions, NameType, encode};

    const TIME: KerberosTime = KerberosTime { year: 2026, month: 2, day: 28, hour: 1, minute: 2, second: 3 };

    fn encrypted(kvno: u32) -> encode::Encrypted<'static> {
        encode::Encrypted { etype: Etype(18), kvno: Some(kvno), cipher: &[1, 2, 3] }
    }

    fn ap_req(kvno: u32) -> Vec<u8> {
        let sname = encode::Name { name_type: NameType(2), parts: &["cifs", "dc"] };
        let ticket = encode::Ticket { realm: "A.B", sname, enc_part: encrypted(kvno) };
        encode::ApReq { ap_options: ApOptions::empty(), ticket, authenticator: encrypted(5) }.to_der()
    }

    fn as_req() -> Vec<u8> {
        encode::KdcReq {
            padata: &[],
            kdc_options: KdcOptions::empty(),
            cname: None,
            realm: "A.B",
            sname: None,
            till: TIME,
            rtime: None,
            nonce: 0x1234_5678,
            etype: &[Etype(18)],
            addresses: &[],
        }
        .to_as_req()
    }

    fn error() -> Vec<u8> {
        let sname = encode::Name { name_type: NameType(2), parts: &["krbtgt"] };
        encode::KrbError {
            client_time: None,
            stime: TIME,
            susec: 7,
            error_code: ErrorCode(25),
            crealm: None,
            cname: None,
            realm: "A.B",
            sname,
            e_text: Some("text"),
            e_data: None,
        }
        .to_der()
    }

    /// The message with other octets in the place of the only ones that are like these.
    fn with(message: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
        let mut places = message.windows(old.len()).enumerate().filter(|(_, octets)| *octets == old);
        let (at, _) = places.next().expect("it is there");
        assert!(places.next().is_none(), "it is there once");
        mend::splice(message, &(at..at + old.len()), new)
    }

    #[test]
    fn only_ours_reads() {
        let till = b"\xa5\x11\x18\x0f20260228010203Z";
        for (bytes, reason) in [
            (ap_req(5), None),
            (ap_req(0xffff_ffff), None),
            (with(&error(), &[7], &[0, 7]), Some(Ours::LongInteger)),
            (with(&error(), &[7], &[0xff]), Some(Ours::OutOfRange)),
            (with(&error(), &[7], &[0x0f, 0x42, 0x40]), Some(Ours::OutOfRange)),
            (with(&error(), &[7], &[0x0f, 0x42, 0x3f]), None),
            (with(&error(), b"text", b"t\xff"), Some(Ours::Text)),
            (with(&error(), b"203Z", b"260Z"), Some(Ours::LeapSecond)),
            (with(&as_req(), &[0x12, 0x34, 0x56, 0x78], &[0x80, 0, 0, 1]), Some(Ours::NegativeUnsigned)),
            (with(&as_req(), &[2, 1, 18], &[2, 1, 0xff]), None),
            (with(&as_req(), till, &[]), Some(Ours::NoTill)),
            (with(&as_req(), &[3, 5, 0, 0, 0, 0, 0], &[3, 5, 3, 0, 0, 0, 1]), Some(Ours::Bits)),
            (with(&as_req(), &[3, 5, 0, 0, 0, 0, 0], &[3, 5, 3, 0, 0, 0, 8]), None),
        ] {
            peer_kerberos(&bytes);
            let found: Vec<_> = places(&bytes, whole).into_iter().map(|mend| mend.reason).collect();
            assert_eq!(found, Vec::from_iter(reason), "{bytes:02x?}");
        }
    }

    #[test]
    fn only_the_peer_reads() {
        for (bytes, reason) in [
            (error(), None),
            (with(&error(), b"203Z", b"203.5Z"), Some(Theirs::Time)),
            (with(&error(), b"0228", b"0230"), Some(Theirs::Time)),
            (with(&error(), &[0xa0, 3, 2, 1, 5], &[0xa0, 3, 0x82, 1, 5]), Some(Theirs::TagNumber)),
            (
                with(&error(), &[0xa0, 3, 2, 1, 5], &[0xa0, 7, 2, 5, 0, 0x80, 0, 0, 5]),
                Some(Theirs::OutOfRange),
            ),
            (with(&error(), &[0xa0, 3, 2, 1, 5], &[0xa0, 5, 2, 1, 5, 5, 0]), Some(Theirs::Unread)),
            ([error(), vec![0]].concat(), Some(Theirs::Unread)),
        ] {
            peer_kerberos(&bytes);
            assert_eq!(readable(whole, &bytes).1, Vec::from_iter(reason), "{bytes:02x?}");
        }
    }

    /// Times that are right have no excuse.
    #[test]
    fn times() {
        for right in [USUAL_TIME, b"20240229235960Z", b"20000229000000Z"] {
            assert!(is_time(right));
        }
        for wrong in [&b"20230229000000Z"[..], b"19000229000000Z", b"20260001000000Z", b"202601010000Z"] {
            assert!(!is_time(wrong));
        }
    }

    /// A reader that refuses a right message is found, whatever it says.
    #[test]
    fn refusals_are_found() {
        fn refuse(bytes: &[u8], kind: ErrorKind) -> Result<Message<'_>, WireError> {
            match whole(bytes)? {
                Message::ApReq(request) => {
                    Err(WireError::new(kind, request.ticket.enc_part.etype.span.start, "etype"))
                }
                other => Ok(other),
            }
        }
        let readers: [Read; 5] = [
            |bytes| refuse(bytes, ErrorKind::Trailing { count: 1 }),
            |bytes| refuse(bytes, ErrorKind::Limit("nested too deeply")),
            |bytes| refuse(bytes, ErrorKind::Unsupported("an integer of more than 64 bits")),
            |bytes| refuse(bytes, ErrorKind::Malformed("an integer has at least one octet")),
            |bytes| refuse(bytes, ErrorKind::Overrun { excess: 1 }),
        ];
        for (at, read) in readers.into_iter().enumerate() {
            assert!(finds(|| differ(&ap_req(5), read)), "reader {at}");
        }
    }

    #[test]
    fn other_values_are_found() {
        fn three_octets(bytes: &[u8]) -> Result<Message<'_>, WireError> {
            let mut message = whole(bytes)?;
            if let Message::ApReq(request) = &mut message {
                request.ticket.enc_part.kvno.iter_mut().for_each(|kvno| kvno.value &= 0xff_ffff);
            }
            Ok(message)
        }
        assert!(!finds(|| differ(&ap_req(0xff_ffff), three_octets)));
        assert!(finds(|| differ(&ap_req(0x100_0000), three_octets)));
        // As Windows writes it: with a sign.
        let negative = with(&ap_req(0x1234_5678), &[0x12, 0x34, 0x56, 0x78], &[0x80, 0, 0, 1]);
        assert!(finds(|| differ(&negative, three_octets)));
    }
}
