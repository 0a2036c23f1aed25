//! What the generators make, written and read again: decoding gives the values that were encoded.

use crate::check;
use adjoin_wire::Guid;
use adjoin_wire::arbitrary::{dns_name, label, octets};
use arbitrary::{Arbitrary, Result, Unstructured};
use epmap_proto::arbitrary as epm;
use gss_proto::arbitrary as gss;
use gss_proto::ntlm;
use kerberos_proto::arbitrary as krb;
use rpce_proto::arbitrary as rpc;
use rpce_proto::{Body, ByteOrder, Encoding, NdrSyntax, Pdu};
use smb2_proto::netbios::NetBiosName;
use smb2_proto::{Smb, encode as smb, smb2};

/// Every encoder: the octets pick one and the values that it writes, and its decoder must give them back.
/// NDR and NDR64, in both byte orders, must decode to the same values.
pub fn generated(bytes: &[u8]) {
    let u = &mut Unstructured::new(bytes);
    // Octets that are used up give the simplest values: this never fails.
    let _ = pick(u);
}

fn pick(u: &mut Unstructured<'_>) -> Result<()> {
    match u.int_in_range(0..=16)? {
        0 => ap_req(&u.arbitrary()?),
        1 => kdc_req(&u.arbitrary()?),
        2 => krb_error(&u.arbitrary()?),
        3 => ping(&u.arbitrary()?),
        4 => ping_answer(&u.arbitrary()?),
        5 => netlogon_answer(&u.arbitrary()?),
        6 => pdu(&u.arbitrary()?),
        7 => tower(&u.arbitrary()?),
        8 => map_request(&u.arbitrary()?),
        9 => map_response(&u.arbitrary()?),
        10 => lookup_response(&u.arbitrary()?),
        11 => negotiate(&u.arbitrary()?),
        12 => challenge(&u.arbitrary()?),
        13 => authenticate(&u.arbitrary()?),
        14 => spnego(&u.arbitrary()?),
        15 => dns(&u.arbitrary()?),
        _ => smb2_message(u)?,
    }
    Ok(())
}

/// All four ways to write a stub.
const ENCODINGS: [Encoding; 4] = [
    Encoding { ndr: NdrSyntax::Ndr, order: ByteOrder::Little },
    Encoding { ndr: NdrSyntax::Ndr, order: ByteOrder::Big },
    Encoding { ndr: NdrSyntax::Ndr64, order: ByteOrder::Little },
    Encoding { ndr: NdrSyntax::Ndr64, order: ByteOrder::Big },
];

/// What was written must be readable.
fn read<T, E: core::fmt::Display>(what: &str, octets: &[u8], result: Result<T, E>) -> T {
    assert!(!octets.is_empty(), "{what} was not written");
    match result {
        Ok(value) => value,
        Err(error) => check::failed(format_args!("{what} can't be read: {error}")),
    }
}

type ReadResult<T> = core::result::Result<T, adjoin_wire::WireError>;

fn name(read: &kerberos_proto::PrincipalName<'_>, given: &krb::Principal) {
    assert_eq!(read.name_type.value, given.name_type);
    assert!(read.components().map(|part| part.to_string()).eq(given.parts.iter().cloned()));
}

fn encrypted(read: &kerberos_proto::EncryptedData<'_>, given: &krb::Encrypted) {
    assert_eq!((read.etype.value, read.kvno.map(|kvno| *kvno)), (given.etype, given.kvno));
    assert_eq!(read.cipher.value, given.cipher);
}

fn ap_req(given: &krb::ApReq) {
    let octets = given.to_der();
    let request = read("AP-REQ", &octets, kerberos_proto::ApReq::parse(&octets));
    assert_eq!(request.ap_options.value, given.ap_options);
    assert_eq!(request.ticket.realm.to_string(), given.ticket.realm);
    name(&request.ticket.sname, &given.ticket.sname);
    encrypted(&request.ticket.enc_part, &given.ticket.enc_part);
    encrypted(&request.authenticator, &given.authenticator);
    crate::peer_kerberos(&octets);
}

fn kdc_req(given: &krb::KdcReq) {
    let octets = given.to_der();
    let request = read("KDC-REQ", &octets, kerberos_proto::KdcReq::parse(&octets));
    assert_eq!(request.application.value, given.kind);
    let padata: Vec<_> = request.padata().map(|p| (*p.padata_type, p.padata_value.to_vec())).collect();
    assert_eq!(padata, given.padata);
    let body = &request.req_body;
    assert_eq!(body.kdc_options.value, given.kdc_options);
    for (read, given) in [(&body.cname, &given.cname), (&body.sname, &given.sname)] {
        assert_eq!(read.is_some(), given.is_some());
        read.iter().zip(given).for_each(|(read, given)| name(read, given));
    }
    assert_eq!(body.realm.to_string(), given.realm);
    assert_eq!(body.till.map(|time| *time), Some(given.till));
    assert_eq!(body.rtime.map(|time| *time), given.rtime);
    assert_eq!(*body.nonce, given.nonce);
    assert!(body.etype.iter().flatten().map(|etype| *etype).eq(given.etype.iter().copied()));
    let addresses: Vec<_> = body.addresses.unwrap_or_default().iter().flatten().collect();
    let addresses = addresses.iter().map(|address| (*address.addr_type, address.address.to_vec()));
    assert!(addresses.eq(given.addresses.iter().cloned()));
    crate::peer_kerberos(&octets);
}

fn krb_error(given: &krb::KrbError) {
    let octets = given.to_der();
    let error = read("KRB-ERROR", &octets, kerberos_proto::KrbError::parse(&octets));
    let client = error.ctime.zip(error.cusec).map(|(time, micro)| (*time, *micro));
    assert_eq!(client, given.client_time);
    assert_eq!((*error.stime, *error.susec, *error.error_code), (given.stime, given.susec, given.error_code));
    assert_eq!(error.crealm.map(|realm| realm.to_string()), given.crealm);
    assert_eq!(error.realm.to_string(), given.realm);
    name(&error.sname, &given.sname);
    assert_eq!(error.e_text.map(|text| text.to_string()), given.e_text);
    assert_eq!(error.e_data.map(|data| data.to_vec()), given.e_data);
    crate::peer_kerberos(&octets);
}

fn ping(given: &cldap_proto::arbitrary::Ping) {
    let octets = given.encode();
    let message = read("LDAP ping", &octets, cldap_proto::LdapMessage::parse(&octets));
    assert_eq!(*message.message_id, given.message_id);
    assert_eq!(message.minimal, !given.long_lengths);
    let cldap_proto::ProtocolOp::SearchRequest(search) = message.op else {
        check::failed(format_args!("no SearchRequest"));
    };
    let Some(ping) = cldap_proto::LdapPing::of(&search) else {
        check::failed(format_args!("no ping"));
    };
    for (read, given) in [
        (ping.dns_domain, &given.dns_domain),
        (ping.host, &given.host),
        (ping.user, &given.user),
        (ping.dns_host_name, &given.dns_host_name),
    ] {
        assert_eq!(read.map(|text| text.to_string()), *given);
    }
    assert_eq!(ping.aac.map(|aac| *aac), given.aac);
    assert_eq!(ping.domain_sid.map(|sid| sid.to_vec()), given.domain_sid);
    assert_eq!(ping.domain_guid.map(|guid| *guid), given.domain_guid);
    assert_eq!(ping.nt_ver.map(|version| *version), given.nt_ver);
    crate::peer_ldap(&octets);
}

fn ping_answer(given: &cldap_proto::arbitrary::PingAnswer) {
    let octets = given.encode();
    let mut messages = cldap_proto::messages(&octets);
    let entry = messages.next().and_then(|message| match message.value.op {
        cldap_proto::ProtocolOp::SearchResultEntry(entry) => Some(entry),
        _ => None,
    });
    let Some(entry) = entry else { check::failed(format_args!("no entry")) };
    let value = cldap_proto::netlogon_value(&entry).map(|value| value.to_vec());
    assert_eq!(value.as_ref(), Some(&given.value));
    assert!(messages.all(|message| message.error.is_none() && message.value.op.result().is_some()));
    crate::peer_ldap(&octets);
}

fn netlogon_answer(given: &netlogon_proto::arbitrary::Answer) {
    let octets = given.encode();
    let message = read("answer", &octets, netlogon_proto::Message::parse(&octets));
    let netlogon_proto::Message::SamLogonResponseEx(answer) = message else {
        check::failed(format_args!("another message"));
    };
    assert_eq!((answer.opcode.value, answer.flags.value), (given.opcode, given.flags));
    assert_eq!(answer.domain_guid.value, given.domain_guid);
    for (read, given) in [
        (answer.dns_forest_name, &given.dns_forest_name),
        (answer.dns_domain_name, &given.dns_domain_name),
        (answer.dns_host_name, &given.dns_host_name),
        (answer.netbios_domain_name, &given.netbios_domain_name),
        (answer.netbios_computer_name, &given.netbios_computer_name),
        (answer.user_name, &given.user_name),
        (answer.dc_site_name, &given.dc_site_name),
        (answer.client_site_name, &given.client_site_name),
    ] {
        assert_eq!(read.to_string(), *given);
    }
    let site = answer.next_closest_site_name.map(|name| name.to_string());
    assert_eq!(site, given.next_closest_site_name);
}

fn pdu(given: &rpc::AnyPdu) {
    let octets = given.encode();
    let pdu = read("PDU", &octets, Pdu::parse(&octets));
    assert_eq!((*pdu.header.call_id, pdu.header.byte_order()), (given.call_id, given.order));
    match (&pdu.body, &given.body) {
        (Body::Bind(bind), rpc::AnyBody::Bind { alter: false, assoc_group_id, contexts })
        | (Body::AlterContext(bind), rpc::AnyBody::Bind { alter: true, assoc_group_id, contexts }) => {
            assert_eq!(*bind.assoc_group_id, *assoc_group_id);
            let read: Vec<_> = bind.contexts.iter().flatten().collect();
            assert_eq!(read.len(), contexts.len());
            for (read, given) in read.iter().zip(contexts) {
                assert_eq!(
                    (*read.p_cont_id, *read.abstract_syntax),
                    (given.p_cont_id, given.abstract_syntax)
                );
                let syntaxes = read.transfer_syntaxes.iter().map(|syntax| syntax.value);
                assert!(syntaxes.eq(given.transfer_syntaxes.iter().copied()));
            }
        }
        (Body::BindAck(ack), rpc::AnyBody::BindAck { assoc_group_id, results, .. }) => {
            assert_eq!((*ack.assoc_group_id, ack.results.iter().count()), (*assoc_group_id, results.len()));
            for (read, (result, _, syntax)) in ack.results.iter().flatten().zip(results) {
                assert_eq!((*read.result, *read.transfer_syntax), (*result, *syntax));
            }
        }
        (Body::Request(request), rpc::AnyBody::Request { p_cont_id, opnum, object, stub }) => {
            assert_eq!((*request.p_cont_id, *request.opnum), (*p_cont_id, *opnum));
            assert_eq!(request.object.map(|object| *object), *object);
            assert_eq!(pdu.stub().map(|stub| stub.to_vec()).as_ref(), Some(stub));
        }
        (Body::Response(response), rpc::AnyBody::Response { p_cont_id, stub }) => {
            assert_eq!(*response.p_cont_id, *p_cont_id);
            assert_eq!(pdu.stub().map(|stub| stub.to_vec()).as_ref(), Some(stub));
        }
        (Body::Fault(fault), rpc::AnyBody::Fault { status, .. }) => assert_eq!(*fault.status, *status),
        (read, given) => check::failed(format_args!("{given:?} became {read:?}")),
    }
    assert_eq!(pdu.auth.is_some(), given.auth.is_some());
    if let (Some(read), Some(given)) = (&pdu.auth, &given.auth) {
        assert_eq!((*read.auth_type, *read.auth_level), (given.auth_type, given.auth_level));
        assert_eq!(
            (*read.auth_context_id, read.auth_value.value),
            (given.auth_context_id, &*given.auth_value)
        );
    }
}

fn tower(given: &epm::AnyTower) {
    let octets = given.encode();
    let tower = read("tower", &octets, epmap_proto::Tower::parse(&octets));
    let floors: Vec<_> = tower.floors.iter().flatten().collect();
    assert_eq!(floors.len(), given.floors.len() + 2);
    for (read, (protocol, rhs)) in floors.iter().skip(2).zip(&given.floors) {
        assert_eq!((*read.protocol, read.rhs.value), (*protocol, &**rhs));
    }
    let summary = tower.summary();
    assert_eq!(summary.interface.map(|syntax| syntax.value), Some(given.interface));
}

fn map_request(given: &epm::MapRequest) {
    let tower = given.map_tower.as_ref().map(epm::AnyTower::encode);
    for encoding in ENCODINGS {
        let octets = given.encode(encoding);
        let request = read("ept_map", &octets, epmap_proto::EptMapRequest::parse(&octets, encoding));
        assert_eq!(request.obj.map(|obj| *obj), given.obj);
        let octets = request.map_tower.map(|tower| tower.tower_octet_string.to_vec());
        assert_eq!(octets, tower);
        assert_eq!((*request.entry_handle, *request.max_towers), (given.entry_handle, given.max_towers));
    }
}

fn map_response(given: &epm::MapResponse) {
    let towers: Vec<_> = given.towers.iter().map(|tower| tower.as_ref().map(epm::AnyTower::encode)).collect();
    for encoding in ENCODINGS {
        let octets = given.encode(encoding);
        let response = read("ept_map", &octets, epmap_proto::EptMapResponse::parse(&octets, encoding));
        assert_eq!((*response.entry_handle, *response.status), (given.entry_handle, given.status));
        let read = response.towers.iter().flatten();
        let read = read.map(|element| element.octets.map(|octets| octets.tower_octet_string.to_vec()));
        assert!(read.eq(towers.iter().cloned()), "{encoding:?}");
    }
}

fn lookup_response(given: &epm::LookupResponse) {
    for encoding in ENCODINGS {
        let octets = given.encode(encoding);
        let response = read("ept_lookup", &octets, epmap_proto::EptLookupResponse::parse(&octets, encoding));
        assert_eq!((*response.entry_handle, *response.status), (given.entry_handle, given.status));
        let entries: Vec<_> = response.entries.iter().flatten().collect();
        assert_eq!(entries.len(), given.entries.len());
        for (read, (object, annotation, tower)) in entries.iter().zip(&given.entries) {
            assert_eq!((*read.object, read.annotation.to_string()), (*object, annotation.clone()));
            let octets = read.tower.map(|tower| tower.tower_octet_string.to_vec());
            assert_eq!(octets, tower.as_ref().map(epm::AnyTower::encode));
        }
    }
}

fn negotiate(given: &gss::NtlmNegotiate) {
    let octets = given.encode();
    let message = read("NEGOTIATE", &octets, ntlm::Negotiate::parse(&octets));
    assert_eq!(message.negotiate_flags.value, given.negotiate_flags);
    assert_eq!(message.domain_name.map(|name| name.to_string()).as_ref(), Some(&given.domain_name));
    assert_eq!(message.workstation.map(|name| name.to_string()).as_ref(), Some(&given.workstation));
    assert!(message.version.is_some());
}

fn challenge(given: &gss::NtlmChallenge) {
    let octets = given.encode();
    let message = read("CHALLENGE", &octets, ntlm::Challenge::parse(&octets));
    assert_eq!(message.negotiate_flags.value, given.negotiate_flags);
    assert_eq!(message.server_challenge.value, given.server_challenge);
    assert_eq!(message.target_name.to_string(), given.target_name);
    let pairs: Vec<_> = message.target_info.iter().flat_map(|info| info.iter().flatten()).collect();
    let pairs = pairs.iter().map(|pair| (*pair.id, pair.value.to_vec())).filter(|(id, _)| id.0 != 0);
    assert!(pairs.eq(given.target_info.iter().cloned()));
}

fn authenticate(given: &gss::NtlmAuthenticate) {
    let octets = given.encode();
    let message = read("AUTHENTICATE", &octets, ntlm::Authenticate::parse(&octets));
    assert_eq!(message.negotiate_flags.value, given.negotiate_flags);
    assert_eq!(message.domain_name.to_string(), given.domain_name);
    assert_eq!(message.user_name.to_string(), given.user_name);
    assert_eq!(message.workstation.to_string(), given.workstation);
    assert_eq!(
        (*message.lm_response, *message.nt_response, *message.session_key),
        (given.lm_response.len(), given.nt_response.len(), given.session_key.len())
    );
}

fn spnego(given: &gss::SpnegoInit) {
    let octets = given.encode();
    let token = read("SPNEGO", &octets, gss_proto::Token::parse(&octets));
    let gss_proto::Token::NegTokenInit(init) = token else { check::failed(format_args!("{token:?}")) };
    let types: Vec<_> = init.mech_types.iter().flat_map(|types| types.iter().flatten()).collect();
    assert!(types.iter().map(|mechanism| mechanism.value).eq(given.mech_types.iter().copied()));
    assert_eq!(init.mech_token.map(|token| token.to_vec()), given.mech_token);
}

fn dns(given: &dns_proto::arbitrary::Answer) {
    use dns_proto::Rdata;
    use dns_proto::arbitrary::AnyRdata;
    let octets = given.encode();
    let message = read("DNS", &octets, dns_proto::Message::parse(&octets));
    assert_eq!(*message.header.id, given.id);
    let question = message.question().map(|q| (q.name.to_string(), q.rtype.value));
    assert_eq!(question, Some((given.name.clone(), given.rtype)));
    let records: Vec<_> = message.answers.iter().flatten().collect();
    assert_eq!(records.len(), given.records.len());
    for (record, (owner, ttl, rdata)) in records.iter().zip(&given.records) {
        assert_eq!((record.name.to_string(), *record.ttl), (owner.clone(), *ttl));
        let read = read("RDATA", &octets, record.rdata());
        match (read.value, rdata) {
            (Rdata::A(read), AnyRdata::A(given)) => assert_eq!(*read, *given),
            (Rdata::Aaaa(read), AnyRdata::Aaaa(given)) => assert_eq!(*read, *given),
            (Rdata::Cname(read), AnyRdata::Cname(given)) => assert_eq!(read.to_string(), *given),
            (Rdata::Srv(read), AnyRdata::Srv { priority, weight, port, target }) => {
                assert_eq!((*read.priority, *read.weight, *read.port), (*priority, *weight, *port));
                assert_eq!(read.target.to_string(), *target);
            }
            (read, given) => check::failed(format_args!("{given:?} became {read:?}")),
        }
    }
}

fn smb2_message(u: &mut Unstructured<'_>) -> Result<()> {
    let text = dns_name(u)?;
    let token = octets(u, 300)?;
    let (id, session, tree) = (u.arbitrary::<u64>()?, u.arbitrary::<u64>()?, u.arbitrary::<u32>()?);
    let netbios = (label(u, 15)?.to_ascii_uppercase(), u.arbitrary::<u8>()?);
    let _ = Guid::arbitrary(u)?;

    let encoded = NetBiosName::encode(&netbios.0, netbios.1);
    let name =
        read("NetBIOS name", &encoded, NetBiosName::read(&mut adjoin_wire::Cursor::new(&encoded), "name"));
    assert_eq!((name.text().to_string(), name.suffix().0), netbios);

    let one = |what: &str, octets: &[u8], check: &dyn Fn(&smb2::Message<'_>)| {
        let message = read(what, octets, smb_of(octets));
        let Smb::V2(messages) = message else { check::failed(format_args!("{what} is no SMB2")) };
        let messages: Vec<_> = messages.iter().collect();
        assert_eq!(messages.len(), 1);
        for message in &messages {
            assert_eq!(message.error, None, "{what}");
            check(&message.value);
        }
    };
    one("session setup", &smb::session_setup_request(id, &token), &|message| {
        assert_eq!(*message.header.message_id, id);
        let smb2::Body::SessionSetupRequest(body) = &message.body else {
            check::failed("another body");
        };
        assert_eq!(body.security_buffer.value, &*token);
    });
    one("tree connect", &smb::tree_connect_request(id, session, &text), &|message| {
        assert_eq!(*message.header.session_id, session);
        let smb2::Body::TreeConnectRequest(body) = &message.body else {
            check::failed("another body");
        };
        assert_eq!(body.path.to_string(), text);
    });
    one("create", &smb::create_request(id, session, tree, &text), &|message| {
        let smb2::Body::CreateRequest(body) = &message.body else { check::failed("another body") };
        assert_eq!(body.name.to_string(), text);
    });
    Ok(())
}

fn smb_of(octets: &[u8]) -> ReadResult<Smb<'_>> {
    Smb::parse(octets)
}
