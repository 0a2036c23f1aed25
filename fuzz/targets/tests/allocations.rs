//! Reading allocates nothing: every decoder, on every fixture and every prefix of it, and so does walking
//! and formatting what was read.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking; the numbers are small"
)]

use rpce_proto::{ByteOrder, Encoding};
use std::fmt::{self, Debug, Write};
use std::path::Path;

struct Nowhere;

impl Write for Nowhere {
    fn write_str(&mut self, _: &str) -> fmt::Result {
        Ok(())
    }
}

/// Formats a value, which walks all that it has.
fn walk(value: &dyn Debug) {
    assert!(write!(Nowhere, "{value:?}").is_ok());
}

fn kerberos(bytes: &[u8]) {
    use kerberos_proto::{ApReq, ErrorData, Message, kpasswd::Kpasswd, tcp};
    let message = Message::parse_partial(bytes).value;
    walk(&message);
    match message {
        Message::AsReq(request) | Message::TgsReq(request) => {
            request.padata().for_each(|each| padata(&each));
            request.ap_req().iter().for_each(|inner| walk(&ApReq::parse_partial(inner.value)));
        }
        Message::AsRep(reply) | Message::TgsRep(reply) => reply.padata().for_each(|each| padata(&each)),
        Message::Error(error) => {
            walk(&(error.error_data(), error.ext_error()));
            if let Some(ErrorData::Method(list)) = error.error_data() {
                list.iter().flatten().for_each(|each| padata(&each));
            }
        }
        _ => {}
    }
    walk(&Kpasswd::parse_partial(bytes));
    walk(&tcp::next_message(bytes).is_ok());
}

/// What lies inside of pre-authentication data: FAST with its armour, PKINIT, and the small ones.
fn padata(padata: &kerberos_proto::PaData<'_>) {
    use kerberos_proto::fast::Fast;
    walk(padata);
    walk(&(padata.fast(), padata.pk_as_req(), padata.pk_as_rep()));
    if let Some(Fast::Request(request)) = padata.fast().map(|fast| fast.value) {
        request.armor.iter().for_each(|armor| walk(&armor.ap_req()));
    }
    walk(&(padata.etype_info(), padata.pac_request(), padata.pac_options(), padata.supported_enctypes()));
    walk(&(padata.encrypted(), padata.for_user()));
}

fn ldap(bytes: &[u8]) {
    use cldap_proto::{LdapPing, ProtocolOp, messages, netlogon_value};
    for message in messages(bytes) {
        walk(&message);
        match message.value.op {
            ProtocolOp::SearchRequest(search) => walk(&LdapPing::of(&search)),
            ProtocolOp::SearchResultEntry(entry) => {
                entry.attributes.partial().for_each(|attribute| walk(&attribute));
                netlogon_value(&entry).iter().for_each(|value| netlogon(value.value));
            }
            _ => {}
        }
    }
}

fn netlogon(bytes: &[u8]) {
    walk(&netlogon_proto::Message::parse_partial(bytes));
}

fn gss(bytes: &[u8]) {
    walk(&gss_proto::Token::parse_partial(bytes));
    walk(&gss_proto::inner(bytes));
    walk(&gss_proto::netlogon::NlAuthMessage::parse_partial(bytes));
    walk(&gss_proto::per_message::PerMessageToken::parse_partial(bytes));
}

fn dns(bytes: &[u8]) {
    let message = dns_proto::Message::parse_partial(bytes).value;
    walk(&message);
    for section in [message.answers, message.authorities, message.additionals] {
        section.iter().flatten().for_each(|record| walk(&record.rdata()));
    }
}

fn smb(bytes: &[u8]) {
    use smb2_proto::{Smb, nbss};
    let message = |bytes| {
        let partial = Smb::parse_partial(bytes);
        walk(&partial);
        partial.value.iter().for_each(|message| message.pipe_events().for_each(|event| walk(&event)));
        match partial.value {
            Some(Smb::V2(messages)) => {
                messages.iter().for_each(|message| contexts(&message.value.body));
            }
            Some(Smb::Compressed(header)) => header.payloads().for_each(|payload| walk(&payload)),
            _ => {}
        }
    };
    message(bytes);
    let packet = nbss::SessionPacket::parse_partial(bytes).value;
    walk(&packet);
    if let nbss::SessionBody::Message(inner) = packet.body {
        message(inner.value);
    }
}

/// The contexts of a negotiation, as what they are.
fn contexts(body: &smb2_proto::smb2::Body<'_>) {
    use smb2_proto::smb2::Body;
    let contexts = match body {
        Body::NegotiateRequest(request) => request.contexts,
        Body::NegotiateResponse(response) => response.contexts,
        _ => return,
    };
    contexts.iter().flatten().for_each(|context| walk(&(context, context.read())));
}

fn mailslot(bytes: &[u8]) {
    let datagram = smb2_proto::nbdgm::Datagram::parse_partial(bytes).value;
    walk(&datagram);
    let data = datagram.user_data.map_or(bytes, |data| data.value);
    let write = smb2_proto::mailslot::MailslotWrite::parse_partial(data).value;
    walk(&write);
    netlogon(write.data.value);
}

fn pdu(bytes: &[u8]) {
    use rpce_proto::{Body, Pdu};
    let pdu = Pdu::parse_partial(bytes).value;
    walk(&pdu);
    match pdu.body {
        Body::Bind(bind) => bind.contexts.iter().for_each(|context| walk(&context)),
        Body::BindAck(ack) => ack.results.iter().for_each(|result| walk(&result)),
        Body::Request(request) => walk(&request.split_verification()),
        _ => {}
    }
}

/// The encoding that the first octet of a seed stands for.
fn encoding(how: u8) -> Encoding {
    let encoding = if how & 1 == 0 { Encoding::NDR } else { Encoding::NDR64 };
    encoding.with_order(if how & 2 == 0 { ByteOrder::Little } else { ByteOrder::Big })
}

fn ept_map(bytes: &[u8]) {
    use epmap_proto::{EptLookupRequest, EptLookupResponse, EptMapRequest, EptMapResponse};
    let Some((how, stub)) = bytes.split_first() else { return };
    let encoding = encoding(*how);
    walk(&EptMapRequest::parse_partial(stub, encoding));
    let answer = EptMapResponse::parse_partial(stub, encoding).value;
    walk(&answer);
    answer.towers.towers().for_each(|tower| walk(&tower.summary()));
    walk(&EptLookupRequest::parse_partial(stub, encoding));
    EptLookupResponse::parse_partial(stub, encoding).value.entries.iter().for_each(|entry| walk(&entry));
}

fn tower(bytes: &[u8]) {
    let tower = epmap_proto::Tower::parse_partial(bytes).value;
    walk(&(tower, tower.summary()));
}

fn join_call(bytes: &[u8]) {
    use netlogon_proto::rpc as netlogon;
    use samr_proto::{lsarpc, samr};
    let [how, opnum, stub @ ..] = bytes else { return };
    let (encoding, opnum) = (encoding(*how), u16::from(*opnum));
    macro_rules! read {
        ($($interface:ident)*) => {$(
            walk(&$interface::Request::parse_partial($interface::Opnum(opnum), stub, encoding));
            walk(&$interface::Response::parse_partial($interface::Opnum(opnum), stub, encoding));
        )*};
    }
    read!(netlogon samr lsarpc);
}

/// What reads the files of which folder.
type Reader = fn(&[u8]);
const READERS: &[(&str, Reader)] = &[
    ("fuzz/seeds/kerberos_message", kerberos),
    ("fuzz/seeds/ldap_message", ldap),
    ("cldap-proto/tests/data", ldap),
    ("fuzz/seeds/netlogon_message", netlogon),
    ("netlogon-proto/tests/data", netlogon),
    ("fuzz/seeds/gss_token", gss),
    ("fuzz/seeds/dns_message", dns),
    ("fuzz/seeds/smb_message", smb),
    ("smb2-proto/tests/data", smb),
    ("fuzz/seeds/mailslot_datagram", mailslot),
    ("fuzz/seeds/dce_rpc_pdu", pdu),
    ("fuzz/seeds/ept_map", ept_map),
    ("fuzz/seeds/tower", tower),
    ("fuzz/seeds/join_call", join_call),
];

#[test]
fn none() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (folder, read) in READERS {
        let mut files = 0;
        for file in std::fs::read_dir(root.join(folder)).unwrap_or_else(|e| panic!("{folder}: {e}")) {
            let path = file.unwrap().path();
            let octets = std::fs::read(&path).unwrap();
            for end in (0..=octets.len()).rev() {
                let cost = allocation_counter::measure(|| read(&octets[..end]));
                assert_eq!(cost.count_total, 0, "{} cut at {end}", path.display());
            }
            files += 1;
        }
        assert!(files > 0, "{folder} is empty");
    }
}

/// FAST, PKINIT, chains, lists of domains and databases, tokens that protect messages.
#[test]
fn what_is_walked_is_in_the_seeds() {
    use kerberos_proto::{ErrorData, Message, PaType, fast::Fast, pkinit::PaPkAsRep};
    let seed = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds").join(name);
        std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    };
    let octets = seed("kerberos_message/as-req-fast-pkinit");
    let Ok(Message::AsReq(request)) = Message::parse(&octets) else { panic!("no AS-REQ") };
    let part = |kind| request.padata().find(|padata| *padata.padata_type == kind).unwrap();
    let fast = part(PaType::FX_FAST).fast().unwrap().complete().unwrap();
    let Fast::Request(fast) = fast else { panic!("no request") };
    assert_eq!(fast.armor.unwrap().ap_req().unwrap().error, None);
    let pkinit = part(PaType::PK_AS_REQ).pk_as_req().unwrap().complete().unwrap();
    assert!(pkinit.auth_pack.unwrap().supported_kdf.is_some());

    let octets = seed("kerberos_message/error-fast-pkinit");
    let Ok(Message::Error(error)) = Message::parse(&octets) else { panic!("no KRB-ERROR") };
    let Some(ErrorData::Method(list)) = error.error_data() else { panic!("no METHOD-DATA") };
    let part = |kind| list.iter().flatten().find(|padata| *padata.padata_type == kind).unwrap();
    assert!(matches!(part(PaType::FX_FAST).fast().unwrap().complete(), Ok(Fast::Reply(_))));
    let pkinit = part(PaType::PK_AS_REP).pk_as_rep().unwrap().complete().unwrap();
    assert!(matches!(pkinit, PaPkAsRep::Dh(info) if info.nonce.is_some() && info.kdf.is_some()));

    let octets = seed("smb_message/compressed-chain");
    let Ok(smb2_proto::Smb::Compressed(header)) = smb2_proto::Smb::parse(&octets) else { panic!("no chain") };
    assert_eq!(header.payloads().count(), 2);

    let octets = seed("netlogon_message/db-change");
    let Ok(netlogon_proto::Message::DbChange(change)) = netlogon_proto::Message::parse(&octets) else {
        panic!("no announcement")
    };
    assert_eq!(change.db_change_info.iter().flatten().count(), 2);
    assert_eq!(change.domain_sid.unwrap().to_string(), "S-1-5-18");

    use netlogon_proto::rpc::{Opnum, Response};
    for form in ["ndr", "ndr64", "ndr-big-endian"] {
        let octets = seed(&format!("join_call/domain-info-{form}"));
        let answer = Response::parse(Opnum(octets[1].into()), &octets[2..], encoding(octets[0]));
        let Ok(Response::LogonGetDomainInfo(answer)) = answer else { panic!("{answer:?}") };
        assert_eq!(answer.domain_info.unwrap().trusted_domains.iter().flatten().count(), 1);
    }

    use gss_proto::per_message::PerMessageToken;
    for name in ["mic", "wrap", "wrap-rc4"] {
        PerMessageToken::parse(&seed(&format!("gss_token/{name}"))).unwrap();
    }
}
