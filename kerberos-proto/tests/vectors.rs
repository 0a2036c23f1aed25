//! Published vectors (RFC 4120 messages of MIT krb5, gokrb5, rusticata, Kerby, picky) against an
//! independent byte walk, every prefix of them, and mutations.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    unreachable_pub,
    reason = "tests may panic"
)]

use adjoin_trials::shared;

use kerberos_proto::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn name(name: &PrincipalName) -> Value {
    json!({"type": name.name_type.0, "parts": name.components().map(|c| c.to_string()).collect::<Vec<_>>()})
}

fn encrypted(data: &EncryptedData) -> Value {
    let mut out = json!({"etype": data.etype.0, "cipher_len": *data.cipher_length});
    if let Some(kvno) = data.kvno {
        out["kvno"] = json!(*kvno);
    }
    out
}

fn ticket(ticket: &Ticket) -> Value {
    json!({"tkt_vno": *ticket.tkt_vno, "realm": ticket.realm.to_string(), "sname": name(&ticket.sname),
           "enc_part": encrypted(&ticket.enc_part)})
}

fn time(time: &KerberosTime) -> Value {
    json!(std::str::from_utf8(&time.to_ascii()).unwrap())
}

fn padata(list: &SequenceOf<PaData>) -> Value {
    list.iter()
        .map(|padata| {
            let padata = padata.unwrap();
            let mut out = json!({"type": padata.padata_type.0, "value_len": padata.padata_value.len()});
            if *padata.padata_type == PaType::TGS_REQ {
                out["ap_req"] = message(padata.padata_value.value);
            }
            out
        })
        .collect()
}

/// The message in the words of the vectors' own byte walk.
fn message(bytes: &[u8]) -> Value {
    let message = Message::parse(bytes).unwrap();
    let mut out = json!({"app_tag": message.message_type().unwrap().0, "trailing": 0});
    let mut head = |pvno: i32, kind: MessageType| {
        out["pvno"] = json!(pvno);
        out["msg_type"] = json!(kind.0);
    };
    match message {
        Message::ApReq(m) => {
            head(*m.pvno, *m.msg_type);
            out["ap_options"] = json!(format!("0x{:08x}", m.ap_options.bits()));
            out["ticket"] = ticket(&m.ticket);
            out["authenticator"] = encrypted(&m.authenticator);
        }
        Message::AsReq(m) | Message::TgsReq(m) => {
            head(*m.pvno, *m.msg_type);
            if let Some(list) = &m.padata {
                out["padata"] = padata(list);
            }
            let b = &m.req_body;
            let mut body = json!({
                "kdc_options": format!("0x{:08x}", b.kdc_options.bits()),
                "realm": b.realm.to_string(),
                "nonce": *b.nonce,
                "etypes": b.etype.iter().map(|e| e.unwrap().0).collect::<Vec<_>>(),
            });
            for (field, value) in [("cname", &b.cname), ("sname", &b.sname)] {
                if let Some(value) = value {
                    body[field] = name(value);
                }
            }
            for (field, value) in [("from", &b.from), ("till", &b.till), ("rtime", &b.rtime)] {
                if let Some(value) = value {
                    body[field] = time(value);
                }
            }
            if b.enc_authorization_data.is_some() {
                body["has_enc_authorization_data"] = json!(true);
            }
            if let Some(list) = &b.additional_tickets {
                body["additional_tickets"] = json!(list.iter().filter(Result::is_ok).count());
            }
            out["req_body"] = body;
        }
        Message::AsRep(m) | Message::TgsRep(m) => {
            head(*m.pvno, *m.msg_type);
            if let Some(list) = &m.padata {
                out["padata"] = padata(list);
            }
            out["crealm"] = json!(m.crealm.to_string());
            out["cname"] = name(&m.cname);
            out["ticket"] = ticket(&m.ticket);
            out["enc_part"] = encrypted(&m.enc_part);
        }
        Message::Priv(m) => {
            head(*m.pvno, *m.msg_type);
            out["enc_part"] = encrypted(&m.enc_part);
        }
        Message::Error(m) => {
            head(*m.pvno, *m.msg_type);
            if let (Some(ctime), Some(cusec)) = (&m.ctime, m.cusec) {
                out["ctime"] = time(ctime);
                out["cusec"] = json!(*cusec);
            }
            out["stime"] = time(&m.stime);
            out["susec"] = json!(*m.susec);
            out["error_code"] = json!(m.error_code.0);
            for (field, value) in [("crealm", m.crealm), ("e_text", m.e_text)] {
                if let Some(value) = value {
                    out[field] = json!(value.to_string());
                }
            }
            if let Some(cname) = &m.cname {
                out["cname"] = name(cname);
            }
            out["realm"] = json!(m.realm.to_string());
            out["sname"] = name(&m.sname);
            if let Some(data) = m.e_data {
                out["e_data_len"] = json!(data.len());
            }
        }
        other => panic!("{other:?}"),
    }
    out
}

#[test]
fn all_vectors_say_what_the_byte_walk_says() {
    let vectors = shared::vectors();
    for (id, bytes, derived, published) in &vectors {
        let mine = if derived.get("ap_length").is_some() {
            let m = kpasswd::Kpasswd::parse(bytes).unwrap();
            assert!(kpasswd::looks_like(bytes), "{id}");
            let mut out = json!({
                "message_length": *m.message_length,
                "version": format!("0x{:04x}", m.version.0),
                "ap_length": *m.ap_length,
                "ap": message(m.ap.unwrap().value),
                "priv": message(m.body.value),
            });
            if let Some(prefix) = derived.get("tcp_prefix") {
                out["tcp_prefix"] = prefix.clone();
            }
            out
        } else if let Some(at) = derived.get("ap_req_at") {
            let at = at.as_u64().unwrap() as usize;
            json!({"ap_req_at": at, "ap_req": message(&bytes[at..])})
        } else {
            assert!(looks_like(bytes, Some(bytes.len())), "{id}");
            assert!(tcp::looks_like(&encode::record(bytes)), "{id}");
            message(bytes)
        };
        assert_eq!(&mine, derived, "{id}");
        // What the sources assert themselves, where it is one of the same words.
        for (key, value) in published.as_object().unwrap() {
            let found = match key.as_str() {
                "nonce" | "kdc_options" | "etypes" | "till" => &mine["req_body"][key],
                "pvno" | "msg_type" | "ap_options" | "cusec" | "susec" | "error_code" | "crealm" => {
                    &mine[key]
                }
                "cname" | "sname" | "realm" if !mine["req_body"].is_null() => &mine["req_body"][key],
                "cname" | "realm" => &mine[key],
                "ticket_realm" => &mine["ticket"]["realm"],
                "sname" if !mine["ticket"].is_null() => &mine["ticket"][key],
                "sname" => &mine[key],
                _ => continue,
            };
            assert_eq!(found, value, "{id} {key}");
        }
    }
    if !vectors.is_empty() {
        assert_eq!(vectors.len(), 18);
    }
}

#[test]
fn e_data_of_the_mit_vector_is_opaque_and_that_of_the_windows_vector_is_method_data() {
    for (id, bytes, ..) in shared::vectors() {
        let Ok(Message::Error(error)) = Message::parse(&bytes) else { continue };
        match (id.as_str(), error.error_data().unwrap()) {
            ("gokrb5_KRB5error", ErrorData::Opaque(data)) => assert_eq!(data.value, b"krb5data"),
            ("rusticata_krb-error", ErrorData::Method(list)) => {
                assert_eq!(*error.error_code, ErrorCode::ETYPE_NOTSUPP);
                let types: Vec<_> = list.iter().map(|p| *p.unwrap().padata_type).collect();
                assert!(types.contains(&PaType::ETYPE_INFO) || types.contains(&PaType::ETYPE_INFO2));
                for padata in list.iter().map(Result::unwrap) {
                    for entry in padata.etype_info().into_iter().flat_map(|list| list.unwrap()) {
                        let entry = entry.unwrap();
                        let span = entry.etype.span;
                        assert_eq!(&bytes[span.start - 2..span.start - 1], [2], "{entry:?}");
                    }
                }
            }
            (id, data) => panic!("{id}: {data:?}"),
        }
    }
}

#[test]
fn spans_are_those_of_the_octets() {
    for (id, bytes, ..) in shared::vectors() {
        let Ok(message) = Message::parse(&bytes) else { continue };
        let check_ticket = |ticket: &Ticket| {
            assert_eq!(&bytes[ticket.realm.span.range()], ticket.realm.as_bytes(), "{id}");
            assert_eq!(bytes[ticket.span.start], 0x61);
            for part in ticket.sname.name_string {
                let part = part.unwrap();
                assert_eq!(&bytes[part.span.range()], part.as_bytes());
            }
            assert_eq!(&bytes[ticket.enc_part.cipher.span.range()], ticket.enc_part.cipher.value);
            assert_eq!(ticket.enc_part.cipher.span, ticket.enc_part.cipher_length.span);
        };
        match message {
            Message::ApReq(m) => check_ticket(&m.ticket),
            Message::AsRep(m) | Message::TgsRep(m) => check_ticket(&m.ticket),
            Message::TgsReq(m) => {
                let inner = m.ap_req().unwrap();
                assert_eq!(&bytes[inner.span.range()], inner.value);
                assert!(ApReq::parse(inner.value).is_ok());
            }
            _ => {}
        }
    }
}

/// Leaves that were reached, as text: a prefix must have a prefix of them.
fn reached(message: &Message) -> String {
    format!("{message:?}")
}

#[test]
fn every_prefix_is_truncated_and_nothing_else() {
    for (id, bytes, ..) in shared::vectors() {
        if Message::parse(&bytes).is_err() {
            continue;
        }
        for cut in 0..bytes.len() {
            let part = Message::parse_partial(&bytes[..cut]);
            let error = part.error.unwrap_or_else(|| panic!("{id} cut at {cut} is no error"));
            assert!(error.kind.is_truncated(), "{id} cut at {cut}: {error}");
            assert!(error.offset <= cut, "{id} cut at {cut}: {error}");
            let _ = reached(&part.value);
            if let Message::ApReq(m) = part.value {
                let whole = ApReq::parse(&bytes).unwrap();
                if cut > whole.ticket.realm.span.end {
                    assert_eq!(m.ticket.realm, whole.ticket.realm);
                }
                if cut > whole.ticket.enc_part.cipher_length.span.start {
                    assert_eq!(
                        m.ticket.enc_part.cipher_length.value,
                        whole.ticket.enc_part.cipher_length.value
                    );
                }
            }
        }
    }
}

#[test]
fn a_cut_tgs_req_still_gives_its_ticket() {
    for (id, bytes, ..) in shared::vectors() {
        if id != "kerby_tgsreq" {
            continue;
        }
        let cut = KdcReq::parse_partial(&bytes[..300]);
        assert!(cut.error.unwrap().kind.is_truncated());
        let ap_req = ApReq::parse_partial(cut.value.ap_req().unwrap().value).value;
        assert_eq!(ap_req.ticket.sname.to_string(), "krbtgt/DENYDC.COM");
        assert_eq!(*ap_req.ticket.enc_part.cipher_length, 790);
        assert!(ap_req.ticket.enc_part.cipher.len() < 300);
    }
}

/// Reads everything that can be read from bytes of any kind.
fn read_all(bytes: &[u8]) {
    let _ = format!("{:?}", Message::parse_partial(bytes));
    let _ = Message::parse_prefix(bytes).map(|(_, length)| assert!(length <= bytes.len()));
    let part = kpasswd::Kpasswd::parse_partial(bytes);
    let _ = part.value.result();
    let _ = (kpasswd::looks_like(bytes), tcp::looks_like(bytes), looks_like(bytes, None));
    let _ = tcp::next_message(bytes);
    if let Message::Error(error) = Message::parse_partial(bytes).value {
        let _ = (format!("{:?}", error.error_data()), error.ext_error());
    }
    if let Message::TgsReq(m) | Message::AsReq(m) = Message::parse_partial(bytes).value {
        let _ = m.ap_req().map(|inner| format!("{:?}", ApReq::parse_partial(inner.value)));
        for padata in m.padata() {
            let _ = padata.etype_info().map(|list| list.map(|list| list.iter().count()));
            let _ = padata.pac_request();
        }
    }
}

proptest! {
    #[test]
    fn mutations_do_not_panic(index in 0_usize..64, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut seeds: Vec<_> = shared::vectors().into_iter().map(|v| v.1).collect();
        seeds.push(encode::KrbError { e_data: Some(&encode::ext_error(0xc000_0072)), ..Default::default() }.to_der());
        let mut bytes = seeds[index % seeds.len()].clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        read_all(&bytes);
    }

    #[test]
    fn noise_does_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all(&bytes);
    }
}
