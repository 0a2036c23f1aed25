//! The same bytes through `kerberos-parser` and `der-parser`.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    unreachable_pub,
    reason = "tests may panic"
)]
#![allow(deprecated, reason = "the functions of kerberos-parser say which message they read")]

use adjoin_trials::shared;

use kerberos_parser::krb5_parser as peer;
use kerberos_proto::*;

fn same_name(mine: &PrincipalName, theirs: &kerberos_parser::krb5::PrincipalName) {
    assert_eq!(mine.name_type.0, theirs.name_type.0);
    assert_eq!(mine.components().map(|c| c.to_string()).collect::<Vec<_>>(), theirs.name_string);
}

fn same_encrypted(mine: &EncryptedData, theirs: &kerberos_parser::krb5::EncryptedData) {
    assert_eq!(mine.etype.0, theirs.etype.0);
    assert_eq!(mine.kvno.map(|k| *k), theirs.kvno);
    assert_eq!(mine.cipher.value, theirs.cipher);
}

fn same_ticket(mine: &Ticket, theirs: &kerberos_parser::krb5::Ticket) {
    assert_eq!(mine.realm.to_string(), theirs.realm.0);
    same_name(&mine.sname, &theirs.sname);
    same_encrypted(&mine.enc_part, &theirs.enc_part);
}

fn compare(bytes: &[u8]) -> bool {
    let Ok(message) = Message::parse(bytes) else { return false };
    match message {
        Message::ApReq(m) => {
            let Ok((_, p)) = peer::parse_ap_req(bytes) else { return false };
            same_ticket(&m.ticket, &p.ticket);
            same_encrypted(&m.authenticator, &p.authenticator);
        }
        Message::AsReq(m) | Message::TgsReq(m) => {
            let read = if bytes[0] == 0x6a { peer::parse_as_req(bytes) } else { peer::parse_tgs_req(bytes) };
            let Ok((_, p)) = read else { return false };
            let (mine, theirs) = (&m.req_body, &p.req_body);
            assert_eq!(mine.realm.to_string(), theirs.realm.0);
            assert_eq!(*mine.nonce, theirs.nonce);
            let etypes: Vec<_> = mine.etype.iter().map(|e| e.unwrap().0).collect();
            assert_eq!(etypes, theirs.etype.iter().map(|e| e.0).collect::<Vec<_>>());
            let types: Vec<_> = m.padata().map(|p| p.padata_type.0).collect();
            assert_eq!(types, p.padata.iter().map(|p| p.padata_type.0).collect::<Vec<_>>());
            if let (Some(mine), Some(theirs)) = (&mine.cname, &theirs.cname) {
                same_name(mine, theirs);
            }
            if let Some(ap_req) = m.ap_req() {
                assert!(compare(ap_req.value));
            }
        }
        Message::AsRep(m) | Message::TgsRep(m) => {
            let read = if bytes[0] == 0x6b { peer::parse_as_rep(bytes) } else { peer::parse_tgs_rep(bytes) };
            let Ok((_, p)) = read else { return false };
            assert_eq!(m.crealm.to_string(), p.crealm.0);
            same_name(&m.cname, &p.cname);
            same_ticket(&m.ticket, &p.ticket);
            same_encrypted(&m.enc_part, &p.enc_part);
        }
        Message::Error(m) => {
            let Ok((_, p)) = peer::parse_krb_error(bytes) else { return false };
            assert_eq!(m.error_code.0, p.error_code.0);
            assert_eq!(m.realm.to_string(), p.realm.0);
            same_name(&m.sname, &p.sname);
            assert_eq!(m.e_data.map(|d| d.value), p.edata);
        }
        _ => return false,
    }
    true
}

#[test]
fn kerberos_parser_says_the_same() {
    let mut compared = 0;
    for (id, bytes, ..) in shared::vectors() {
        if compare(&bytes) {
            compared += 1;
        } else {
            println!("{id}: not read by both");
        }
    }
    println!("{compared} compared");
    assert!(compared == 0 || compared >= 10);
}

#[test]
fn der_parser_says_the_same_of_what_is_encoded() {
    let enc = encode::Encrypted { etype: Etype(-133), kvno: Some(0x8001_0000), cipher: &[7; 300] };
    let name = encode::Name { name_type: NameType::SRV_INST, parts: &["ldap", "dc2.contoso.local"] };
    let ticket = encode::Ticket { realm: "CONTOSO.LOCAL", sname: name, enc_part: enc };
    let bytes = encode::ApReq { ap_options: ApOptions::all(), ticket, authenticator: enc }.to_der();
    // Strict DER: lengths and integers in their shortest forms, to the last octet.
    let (rest, object) = der_parser::der::parse_der(&bytes).unwrap();
    assert!(rest.is_empty());
    assert_eq!(object.header.tag().0, 14);
    assert!(compare(&bytes));
}
