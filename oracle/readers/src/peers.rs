//! The parsers of others: `kerberos-parser`, `ldap-parser`, `der-parser` and `hickory-proto`.

use crate::messages::{Message, hex};
use adjoin_oracle::ledger::Ledger;
use adjoin_oracle::pdml::Item;
use adjoin_oracle::told::Told;
use hickory_proto::op::Message as Dns;
use hickory_proto::rr::RData;
use kerberos_parser::krb5;
use kerberos_parser::krb5_parser as kerberos;
use ldap_parser::FromBer;
use ldap_parser::filter::Filter;
use ldap_parser::ldap::{AuthenticationChoice, LdapMessage, LdapResult, ProtocolOp};

/// Their names in a [`Ledger`].
pub(crate) const NAMES: [&str; 4] = [KERBEROS, LDAP, DER, HICKORY];
const KERBEROS: &str = "kerberos-parser";
const LDAP: &str = "ldap-parser";
const DER: &str = "der-parser";
const HICKORY: &str = "hickory-proto";

/// Compares one message with every peer that reads its kind.
pub(crate) fn compare(ledger: &mut Ledger, place: &str, message: &Message) {
    // A strict reader has nothing to say of what is cut or broken.
    if !message.whole {
        return;
    }
    let octets = &message.octets;
    let (source, family, theirs) = match message.heading {
        // It reads neither KRB-SAFE, KRB-PRIV nor KRB-CRED.
        "adjoin.krb" if !matches!(without_length(octets), [0x74..=0x76, ..]) => {
            (KERBEROS, "Kerberos message", krb(without_length(octets)))
        }
        "adjoin.krb.ap_req" => (KERBEROS, "AP-REQ", ap_req(without_length(octets))),
        "adjoin.ldap" => (LDAP, "LDAP message", ldap(octets)),
        "adjoin.ldap_ping" if octets.starts_with(&[0x30]) => (LDAP, "LDAP ping", ping(octets)),
        "adjoin.gss" => (DER, "SPNEGO", spnego(octets)),
        "adjoin.dns" => return dns(ledger, place, message),
        _ => return,
    };
    one(ledger, source, place, family, theirs, &message.told);
}

/// Compares one message; a peer that can't read it is a difference in the message as a whole.
fn one(
    ledger: &mut Ledger,
    source: &'static str,
    place: &str,
    family: &'static str,
    theirs: Option<Told<'_>>,
    ours: &Told<'_>,
) {
    let ours = std::slice::from_ref(ours);
    match theirs {
        Some(theirs) => ledger.compare_told(source, place, family, &Item::default(), &[theirs], ours),
        None => ledger.compare_told(source, place, family, &Item::default(), &[], ours),
    }
}

/// TCP puts the length in front.
fn without_length(octets: &[u8]) -> &[u8] {
    match octets {
        [a, b, c, d, rest @ ..]
            if usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])) == Ok(rest.len()) =>
        {
            rest
        }
        _ => octets,
    }
}

fn name(told: &mut Told<'_>, field: &'static str, name: &krb5::PrincipalName) {
    told.push(field, name.name_string.join("/"));
}

fn server(told: &mut Told<'_>, principal: &krb5::PrincipalName) {
    name(told, "sname", principal);
    told.push("sname_type", principal.name_type.0.to_string());
}

fn krb(octets: &[u8]) -> Option<Told<'static>> {
    let mut told = Told::default();
    match octets.first()? {
        0x6a | 0x6c => {
            #[allow(deprecated, reason = "the functions say which message they read")]
            let read = if octets[0] == 0x6a {
                kerberos::parse_as_req(octets)
            } else {
                kerberos::parse_tgs_req(octets)
            };
            let request = read.ok()?.1;
            told.push("msg_type", request.msg_type.0.to_string());
            padata(&mut told, &request.padata);
            let body = &request.req_body;
            if let Some(cname) = &body.cname {
                name(&mut told, "cname", cname);
            }
            told.push("realm", body.realm.0.clone());
            if let Some(sname) = &body.sname {
                server(&mut told, sname);
            }
            for etype in &body.etype {
                told.push("etype", etype.0.to_string());
            }
        }
        0x6b | 0x6d => {
            #[allow(deprecated, reason = "the functions say which message they read")]
            let read = if octets[0] == 0x6b {
                kerberos::parse_as_rep(octets)
            } else {
                kerberos::parse_tgs_rep(octets)
            };
            let reply = read.ok()?.1;
            told.push("msg_type", reply.msg_type.0.to_string());
            padata(&mut told, &reply.padata);
            told.push("crealm", reply.crealm.0.clone());
            name(&mut told, "cname", &reply.cname);
            told.push("realm", reply.ticket.realm.0.clone());
            server(&mut told, &reply.ticket.sname);
            told.push("ticket_etype", reply.ticket.enc_part.etype.0.to_string());
            if let Some(kvno) = reply.ticket.enc_part.kvno {
                told.push("ticket_kvno", kvno.to_string());
            }
            told.push("etype", reply.enc_part.etype.0.to_string());
        }
        0x6f => {
            #[allow(deprecated, reason = "the functions say which message they read")]
            let reply = kerberos::parse_ap_rep(octets).ok()?.1;
            told.push("msg_type", reply.msg_type.0.to_string());
            told.push("etype", reply.enc_part.etype.0.to_string());
        }
        0x7e => {
            #[allow(deprecated, reason = "the functions say which message they read")]
            let error = kerberos::parse_krb_error(octets).ok()?.1;
            told.push("msg_type", error.msg_type.0.to_string());
            told.push("error_code", error.error_code.0.to_string());
            if let Some(crealm) = &error.crealm {
                told.push("crealm", crealm.0.clone());
            }
            if let Some(cname) = &error.cname {
                name(&mut told, "cname", cname);
            }
            told.push("realm", error.realm.0.clone());
            server(&mut told, &error.sname);
            if let Some(text) = &error.etext {
                told.push("e_text", text.clone());
            }
        }
        _ => return None,
    }
    Some(told)
}

fn padata(told: &mut Told<'_>, list: &[krb5::PAData<'_>]) {
    for data in list {
        told.push("padata_type", data.padata_type.0.to_string());
    }
}

fn ap_req(octets: &[u8]) -> Option<Told<'static>> {
    #[allow(deprecated, reason = "the functions say which message they read")]
    let request = kerberos::parse_ap_req(octets).ok()?.1;
    let mut told = Told::default();
    let options: &[u8] = request.ap_options.as_ref();
    let options: [u8; 4] = options.try_into().ok()?;
    told.push("pvno", request.pvno.to_string());
    told.push("options", u32::from_be_bytes(options).to_string());
    let ticket = &request.ticket;
    told.push("tkt_vno", ticket.tkt_vno.to_string());
    told.push("realm", ticket.realm.0.clone());
    server(&mut told, &ticket.sname);
    for (data, [etype, kvno, length]) in [
        (&ticket.enc_part, ["ticket_etype", "ticket_kvno", "ticket_cipher_length"]),
        (
            &request.authenticator,
            ["authenticator_etype", "authenticator_kvno", "authenticator_cipher_length"],
        ),
    ] {
        told.push(etype, data.etype.0.to_string());
        if let Some(version) = data.kvno {
            told.push(kvno, version.to_string());
        }
        told.push(length, data.cipher.len().to_string());
    }
    Some(told)
}

fn ldap(octets: &[u8]) -> Option<Told<'static>> {
    let (_, message) = LdapMessage::from_ber(octets).ok()?;
    let mut told = Told::default();
    told.push("message_id", message.message_id.0.to_string());
    let mut outcome = |result: &LdapResult<'_>| {
        told.push("result", result.result_code.0.to_string());
        if !result.diagnostic_message.0.is_empty() {
            told.push("text", result.diagnostic_message.0.to_string());
        }
    };
    match &message.protocol_op {
        ProtocolOp::BindRequest(bind) => {
            told.push("name", bind.name.0.to_string());
            match &bind.authentication {
                AuthenticationChoice::Sasl(sasl) => told.push("mechanism", sasl.mechanism.0.to_string()),
                AuthenticationChoice::Simple(_) => told.push("mechanism", "simple"),
            }
        }
        ProtocolOp::BindResponse(answer) => outcome(&answer.result),
        ProtocolOp::SearchResultDone(result)
        | ProtocolOp::AddResponse(result)
        | ProtocolOp::DelResponse(result)
        | ProtocolOp::ModDnResponse(result)
        | ProtocolOp::CompareResponse(result) => outcome(result),
        ProtocolOp::ModifyResponse(answer) => outcome(&answer.result),
        ProtocolOp::ExtendedResponse(answer) => outcome(&answer.result),
        _ => {}
    }
    Some(told)
}

fn ping(octets: &[u8]) -> Option<Told<'static>> {
    let (_, message) = LdapMessage::from_ber(octets).ok()?;
    let ProtocolOp::SearchRequest(search) = &message.protocol_op else { return None };
    let mut told = Told::default();
    let all = match &search.filter {
        Filter::And(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    for filter in all {
        let Filter::EqualityMatch(assertion) = filter else { continue };
        let value: &[u8] = assertion.assertion_value.as_ref();
        let text = String::from_utf8_lossy(value).into_owned();
        let number = || <[u8; 4]>::try_from(value).map(u32::from_le_bytes).unwrap_or_default().to_string();
        match assertion.attribute_desc.0.to_ascii_lowercase().as_str() {
            "dnsdomain" => told.push("request.dns_domain", text),
            "host" => told.push("request.host", text),
            "dnshostname" => told.push("request.dns_host_name", text),
            "user" => told.push("request.user", text),
            "aac" => told.push("request.aac", number()),
            "domainsid" => told.push("request.domain_sid", hex(value)),
            "ntver" => told.push("request.nt_version", number()),
            _ => {}
        }
    }
    Some(told)
}

/// SPNEGO by a reader of BER that knows nothing of it: the mechanisms, the state and the choice.
fn spnego(octets: &[u8]) -> Option<Told<'static>> {
    use der_parser::ber::{BerObject, BerObjectContent, parse_ber};
    let inside = |object: &BerObject<'_>| -> Option<Vec<u8>> { Some(object.as_slice().ok()?.to_vec()) };
    let mut told = Told::default();
    let mut token = octets.to_vec();
    if token.first() == Some(&0x60) {
        // The frame of GSS-API: the mechanism, then the token.
        let frame = inside(&parse_ber(&token).ok()?.1)?;
        let (rest, mechanism) = parse_ber(&frame).ok()?;
        if rest.first() != Some(&0xa0) {
            // That of the mechanism itself, which begins with its number.
            let number: [u8; 2] = rest.get(..2)?.try_into().ok()?;
            told.push("mechanism", mechanism_name(&mechanism.as_oid().ok()?.to_id_string()));
            told.push("token_id", u16::from_be_bytes(number).to_string());
            return Some(told);
        }
        token = rest.to_vec();
    }
    let tag = *token.first()?;
    let sequence = inside(&parse_ber(&token).ok()?.1)?;
    let fields = parse_ber(&sequence).ok()?.1;
    for field in fields.as_sequence().ok()? {
        let content = inside(field)?;
        let value = parse_ber(&content).ok()?.1;
        match (tag, field.tag().0, &value.content) {
            (0xa0, 0, BerObjectContent::Sequence(list)) => {
                for mechanism in list {
                    told.push("mechanism", mechanism_name(&mechanism.as_oid().ok()?.to_id_string()));
                }
            }
            (0xa1, 0, BerObjectContent::Enum(state)) => told.push("state", state.to_string()),
            (0xa1, 1, BerObjectContent::OID(oid)) => told.push("chosen", mechanism_name(&oid.to_id_string())),
            _ => {}
        }
    }
    Some(told)
}

/// How we call the mechanisms.
fn mechanism_name(oid: &str) -> String {
    match oid {
        "1.2.840.48018.1.2.2" => "MS KRB5",
        "1.2.840.113554.1.2.2" => "KRB5",
        "1.2.840.113554.1.2.2.3" => "KRB5 user-to-user",
        "1.3.6.1.4.1.311.2.2.10" => "NTLMSSP",
        "1.3.6.1.4.1.311.2.2.30" => "NEGOEX",
        other => other,
    }
    .to_owned()
}

/// A DNS message, and its records as messages of their own.
fn dns(ledger: &mut Ledger, place: &str, message: &Message) {
    let Ok(theirs) = Dns::from_vec(&message.octets) else {
        return one(ledger, HICKORY, place, "DNS message", None, &message.told);
    };
    let mut told = Told::default();
    told.push("id", theirs.id().to_string());
    told.push("opcode", u8::from(theirs.op_code()).to_string());
    if theirs.message_type() == hickory_proto::op::MessageType::Response {
        told.push("rcode", u16::from(theirs.response_code()).to_string());
    }
    for query in theirs.queries() {
        told.push("name", name_of(query.name()));
        told.push("type", u16::from(query.query_type()).to_string());
    }
    // Values of records, in the order of the sections, but of those that it takes out of them.
    for record in theirs.answers().iter().chain(theirs.name_servers()).chain(theirs.additionals()) {
        match record.data() {
            RData::A(address) => told.push("record.address", address.0.to_string()),
            RData::AAAA(address) => told.push("record.address6", address.0.to_string()),
            RData::SRV(srv) => {
                told.push("record.priority", srv.priority().to_string());
                told.push("record.weight", srv.weight().to_string());
                told.push("record.port", srv.port().to_string());
                told.push("record.target", name_of(srv.target()));
            }
            RData::CNAME(name) => told.push("record.target", name_of(&name.0)),
            RData::NS(name) => told.push("record.target", name_of(&name.0)),
            RData::PTR(name) => told.push("record.target", name_of(&name.0)),
            RData::SOA(soa) => told.push("record.target", name_of(soa.mname())),
            _ => {}
        }
    }
    one(ledger, HICKORY, place, "DNS message", Some(told), &message.told);
}

fn name_of(name: &hickory_proto::rr::Name) -> String {
    let labels: Vec<_> = name.iter().map(|label| String::from_utf8_lossy(label).into_owned()).collect();
    labels.join(".")
}
