//! Own PDUs: every field, both byte orders, every cut, random damage.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use adjoin_wire::{ErrorKind, Guid, Span};
use proptest::prelude::*;
use rpce_proto::*;

fn drsuapi() -> SyntaxId {
    SyntaxId::new("e3514235-4b06-11d1-ab04-00c04fc2dcd2".parse().unwrap(), 4, 0)
}

const TOKEN: &[u8] = b"NTLMSSP\0\x01\0\0\0";

fn writer(order: ByteOrder, level: AuthLevel) -> PduWriter<'static> {
    let auth =
        AuthToken { auth_type: AuthType::WINNT, auth_level: level, auth_context_id: 7, auth_value: TOKEN };
    PduWriter { order, call_id: 2, auth: Some(auth), ..PduWriter::default() }
}

fn bind(order: ByteOrder) -> Vec<u8> {
    let offer = SyntaxId::offering(BindTimeFeatures::from_bits_retain(3));
    let contexts = [
        OfferedContext { p_cont_id: 0, abstract_syntax: drsuapi(), transfer_syntaxes: &[SyntaxId::NDR] },
        OfferedContext { p_cont_id: 1, abstract_syntax: drsuapi(), transfer_syntaxes: &[SyntaxId::NDR64] },
        OfferedContext { p_cont_id: 2, abstract_syntax: drsuapi(), transfer_syntaxes: &[offer] },
    ];
    writer(order, AuthLevel::PKT_PRIVACY).bind(PduType::BIND, 0, &contexts).unwrap()
}

fn bind_ack(order: ByteOrder) -> Vec<u8> {
    let results = [
        PduWriter::refusal(ProviderReason::PROPOSED_TRANSFER_SYNTAXES_NOT_SUPPORTED),
        (ContextResult::ACCEPTANCE, 0, SyntaxId::NDR64),
        (ContextResult::NEGOTIATE_ACK, 3, SyntaxId::default()),
    ];
    PduWriter { order, ..PduWriter::default() }
        .bind_ack(PduType::BIND_ACK, 0xab12, "49671", &results)
        .unwrap()
}

/// One PDU of each kind.
fn all(order: ByteOrder) -> Vec<Vec<u8>> {
    let plain = PduWriter { order, ..PduWriter::default() };
    let object = Some(drsuapi().uuid);
    let nak: &[u8] = match order {
        ByteOrder::Little => &[4, 0, 2, 5, 0, 5, 1, 0, 0],
        ByteOrder::Big => &[0, 4, 2, 5, 0, 5, 1, 0, 0],
    };
    vec![
        bind(order),
        bind_ack(order),
        plain
            .bind_ack(PduType::ALTER_CONTEXT_RESP, 1, "", &[(ContextResult::ACCEPTANCE, 0, SyntaxId::NDR)])
            .unwrap(),
        plain.pdu(PduType::BIND_NAK, nak).unwrap(),
        writer(order, AuthLevel::PKT_INTEGRITY).pdu(PduType::AUTH3, &[0xd0, 0x16, 0xd0, 0x16]).unwrap(),
        writer(order, AuthLevel::PKT_INTEGRITY).request(1, 12, object, b"arguments").unwrap(),
        writer(order, AuthLevel::PKT_PRIVACY).response(1, b"results").unwrap(),
        plain.request(0, 3, None, b"xyz").unwrap(),
        plain.fault(1, FaultStatus::ACCESS_DENIED).unwrap(),
        plain.pdu(PduType::SHUTDOWN, &[]).unwrap(),
        plain.pdu(PduType::CO_CANCEL, &[]).unwrap(),
        plain.pdu(PduType::ORPHANED, &[]).unwrap(),
    ]
}

const ORDERS: [ByteOrder; 2] = [ByteOrder::Little, ByteOrder::Big];

#[test]
fn a_bind_in_both_byte_orders() {
    for order in ORDERS {
        let bytes = bind(order);
        let pdu = Pdu::parse(&bytes).unwrap();
        assert_eq!(pdu.header.byte_order(), order);
        assert_eq!(usize::from(*pdu.header.frag_length), bytes.len());
        assert_eq!((*pdu.header.call_id, pdu.header.call_id.span), (2, Span::new(12, 16)));
        let Body::Bind(bind) = pdu.body else { panic!("{pdu:?}") };
        assert_eq!((*bind.max_xmit_frag, *bind.contexts.count), (5840, 3));
        let contexts: Vec<_> = bind.contexts.iter().map(Result::unwrap).collect();
        assert_eq!(contexts.iter().map(|c| *c.p_cont_id).collect::<Vec<_>>(), [0, 1, 2]);
        for context in &contexts {
            assert_eq!(*context.abstract_syntax, drsuapi());
            assert_eq!(context.abstract_syntax.major(), 4);
            assert_eq!(context.span.len(), 44);
        }
        assert_eq!(bind.contexts.span, contexts[0].span.to(contexts[2].span));
        let kinds: Vec<_> =
            contexts.iter().flat_map(|c| c.transfer_syntaxes.iter()).map(|s| s.transfer_syntax()).collect();
        assert_eq!(kinds[..2], [TransferSyntax::Ndr, TransferSyntax::Ndr64]);
        assert_eq!(contexts[2].features().unwrap().bits(), 3);
        let auth = pdu.auth.unwrap();
        assert_eq!(*auth.auth_value, TOKEN);
        assert_eq!(auth.auth_value.span, Span::new(bytes.len() - TOKEN.len(), bytes.len()));
        assert_eq!((*auth.auth_type, *auth.auth_level), (AuthType::WINNT, AuthLevel::PKT_PRIVACY));
        assert_eq!(*auth.auth_context_id, 7);
        assert!(!pdu.is_sealed());
    }
}

#[test]
fn a_bind_ack_is_not_a_rejection() {
    for order in ORDERS {
        let (offer, answer) = (bind(order), bind_ack(order));
        let Body::Bind(offer) = Pdu::parse(&offer).unwrap().body else { panic!() };
        let Body::BindAck(answer) = Pdu::parse(&answer).unwrap().body else { panic!() };
        assert_eq!(*answer.sec_addr, "49671");
        assert_eq!(*answer.sec_addr_length, 6);
        assert_eq!(*answer.assoc_group_id, 0xab12);
        let pairs: Vec<_> = negotiated(&offer, &answer).collect();
        assert_eq!(pairs.len(), 3);
        assert!(pairs[0].1.is_rejected());
        assert_eq!(*pairs[0].1.reason().unwrap(), ProviderReason::PROPOSED_TRANSFER_SYNTAXES_NOT_SUPPORTED);
        assert!(pairs[1].1.is_accepted() && pairs[1].1.reason().is_none());
        assert_eq!(Encoding::of(*pairs[1].1.transfer_syntax, order), Some(Encoding::NDR64.with_order(order)));
        let last = pairs[2].1;
        assert!(!last.is_rejected() && !last.is_accepted() && last.reason().is_none());
        assert_eq!(
            last.features().unwrap().to_string(),
            "SECURITY_CONTEXT_MULTIPLEXING | KEEP_CONNECTION_ON_ORPHAN"
        );
        assert_eq!(last.result.to_string(), "negotiate_ack");
    }
}

#[test]
fn calls_have_stubs_without_padding_and_trailer() {
    for order in ORDERS {
        let kinds = all(order);
        let request = Pdu::parse(&kinds[5]).unwrap();
        let Body::Request(body) = request.body else { panic!() };
        assert_eq!((*body.opnum, *body.p_cont_id), (12, 1));
        assert_eq!(*body.object.unwrap(), drsuapi().uuid);
        assert_eq!(*body.stub, b"arguments");
        assert_eq!(request.auth_pad.unwrap().len(), 3);
        assert!(!request.is_sealed());
        let response = Pdu::parse(&kinds[6]).unwrap();
        assert_eq!(*response.stub().unwrap(), b"results");
        assert!(response.is_sealed());
        let plain = Pdu::parse(&kinds[7]).unwrap();
        assert_eq!((*plain.stub().unwrap(), plain.auth.is_none()), (&b"xyz"[..], true));
        let Body::Fault(fault) = Pdu::parse(&kinds[8]).unwrap().body else { panic!() };
        assert_eq!(*fault.status, FaultStatus::ACCESS_DENIED);
        assert!(fault.flags.is_empty() && fault.stub.is_empty());
        let Body::BindNak(nak) = Pdu::parse(&kinds[3]).unwrap().body else { panic!() };
        assert_eq!(*nak.provider_reject_reason, RejectReason::PROTOCOL_VERSION_NOT_SUPPORTED);
        assert_eq!(nak.versions().collect::<Vec<_>>(), [(5, 0), (5, 1)]);
        let Body::Auth3(pad) = Pdu::parse(&kinds[4]).unwrap().body else { panic!() };
        assert_eq!(pad.len(), 4);
        let Body::AlterContextResp(answer) = Pdu::parse(&kinds[2]).unwrap().body else { panic!() };
        assert!(answer.sec_addr.is_empty() && answer.results.iter().next().unwrap().unwrap().is_accepted());
    }
}

#[test]
fn a_fault_may_end_behind_its_status() {
    let bytes = PduWriter::default().pdu(PduType::FAULT, &[0, 0, 0, 0, 1, 0, 0, 1, 3, 0, 1, 0x1c]).unwrap();
    let Body::Fault(fault) = Pdu::parse(&bytes).unwrap().body else { panic!() };
    assert_eq!(fault.status.to_string(), "nca_s_unknown_if");
    assert!(fault.flags.contains(FaultFlags::EXTENDED_ERROR_INFORMATION));
}

#[test]
fn lengths_that_lie_are_named_and_the_rest_is_kept() {
    let good = PduWriter::default().request(0, 3, None, b"xyz").unwrap();
    let mut bytes = good.clone();
    bytes[8] = 12;
    assert_eq!(Pdu::parse(&bytes).unwrap_err().field, "frag_length");
    bytes[8] = 200;
    let partial = Pdu::parse_partial(&bytes);
    assert_eq!(partial.error.unwrap().kind, ErrorKind::Truncated { missing: 173 });
    assert_eq!(*partial.value.stub().unwrap(), b"xyz");

    let mut bytes = good.clone();
    bytes[10] = 99;
    let partial = Pdu::parse_partial(&bytes);
    assert_eq!(partial.error.unwrap().field, "auth_length");
    assert_eq!(*partial.value.stub().unwrap(), b"xyz");

    let mut bytes = writer(ByteOrder::Little, AuthLevel::CONNECT).request(0, 3, None, b"wxyz").unwrap();
    let at = bytes.len() - TOKEN.len() - 6;
    bytes[at] = 99;
    let partial = Pdu::parse_partial(&bytes);
    assert_eq!(partial.error.unwrap().field, "auth_pad_length");
    assert_eq!(*partial.value.stub().unwrap(), b"wxyz");
    assert_eq!(*partial.value.auth.unwrap().auth_value, TOKEN);

    let mut two = good.clone();
    two.extend_from_slice(&good);
    assert_eq!(Pdu::parse(&two).unwrap_err().kind, ErrorKind::Trailing { count: good.len() });
    assert_eq!(Pdu::parse_prefix(&two).unwrap().1, good.len());

    let more = PduWriter::default().pdu(PduType::SHUTDOWN, &[1]).unwrap();
    assert_eq!(Pdu::parse(&more).unwrap_err().field, "body");
}

#[test]
fn the_verification_trailer_is_split_off() {
    let mut stub = b"argument".to_vec();
    stub.extend_from_slice(&[0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71]);
    stub.extend_from_slice(&[1, 0, 4, 0, 1, 0, 0, 0]);
    stub.extend_from_slice(&[3, 0x40, 2, 0, 9, 9]);
    let bytes = PduWriter::default().request(0, 3, None, &stub).unwrap();
    let Body::Request(request) = Pdu::parse(&bytes).unwrap().body else { panic!() };
    let (arguments, trailer) = request.split_verification();
    assert_eq!((*arguments, arguments.span), (&b"argument"[..], Span::new(24, 32)));
    let names: Vec<_> = trailer.unwrap().iter().map(|c| c.name().unwrap()).collect();
    assert_eq!(names, ["SEC_VT_COMMAND_BITMASK_1", "SEC_VT_COMMAND_HEADER2"]);
    // Commands that don't end with the stub: arguments that look like a trailer.
    stub.push(0);
    let bytes = PduWriter::default().request(0, 3, None, &stub).unwrap();
    let Body::Request(request) = Pdu::parse(&bytes).unwrap().body else { panic!() };
    assert!(request.split_verification().1.is_none());
}

fn walk(pdu: &Pdu<'_>) {
    match &pdu.body {
        Body::Bind(b) | Body::AlterContext(b) => {
            for context in b.contexts.iter().flatten() {
                let _ = (context.features(), context.transfer_syntaxes.iter().count());
            }
        }
        Body::BindAck(b) | Body::AlterContextResp(b) => {
            let _ = b.results.iter().flatten().filter(|r| r.features().is_some()).count();
        }
        Body::BindNak(n) => {
            let _ = n.versions().count();
        }
        Body::Request(r) => {
            let _ = r.split_verification().1.map(|t| t.iter().count());
        }
        _ => {}
    }
    let _ = format!("{pdu:?}");
}

#[test]
fn every_cut_keeps_what_is_before_it() {
    for bytes in ORDERS.into_iter().flat_map(all) {
        assert!(looks_like_pdu(&bytes));
        walk(&Pdu::parse(&bytes).unwrap());
        for cut in 0..bytes.len() {
            let partial = Pdu::parse_partial(&bytes[..cut]);
            let error = partial.error.unwrap();
            assert!(
                error.kind.is_truncated() && error.offset <= cut,
                "{error} at a cut of {cut} of {bytes:02x?}"
            );
            let header = partial.value.header;
            assert_eq!(header.ptype.reached().is_some(), cut >= 3);
            assert_eq!(header.call_id.reached().is_some(), cut >= 16);
            assert_eq!(matches!(partial.value.body, Body::NotReached), cut < 16);
            if let Some(stub) = partial.value.stub().filter(|s| s.reached().is_some()) {
                assert!(stub.span.end <= cut);
            }
            walk(&partial.value);
        }
    }
    // A cut inside the fourth context leaves three.
    let bytes = bind(ByteOrder::Little);
    let Body::Bind(cut) = Pdu::parse_partial(&bytes[..28 + 44 * 2 + 5]).value.body else { panic!() };
    assert_eq!(cut.contexts.iter().filter(Result::is_ok).count(), 2);
    assert!(cut.contexts.iter().last().unwrap().unwrap_err().kind.is_truncated());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_never_panics(
        which in 0_usize..24,
        hits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = ORDERS.into_iter().flat_map(all).nth(which).unwrap();
        for (at, value) in hits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = frag_length(&bytes);
        walk(&Pdu::parse_partial(&bytes).value);
    }

    #[test]
    fn noise_never_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        walk(&Pdu::parse_partial(&bytes).value);
        if let Some(first) = bytes.first_mut() {
            *first = 5;
        }
        walk(&Pdu::parse_partial(&bytes).value);
    }

    #[test]
    fn requests_round_trip(
        stub in proptest::collection::vec(any::<u8>(), 0..64),
        opnum in any::<u16>(), context in any::<u16>(), object in proptest::option::of(any::<u128>()),
        big in any::<bool>(), token in proptest::collection::vec(any::<u8>(), 1..40),
    ) {
        let order = if big { ByteOrder::Big } else { ByteOrder::Little };
        let auth = AuthToken {
            auth_type: AuthType::NETLOGON, auth_level: AuthLevel::PKT, auth_context_id: 1, auth_value: &token,
        };
        let object = object.map(Guid::from_u128);
        let writer = PduWriter { order, auth: Some(auth), ..PduWriter::default() };
        let bytes = writer.request(context, opnum, object, &stub).unwrap();
        let pdu = Pdu::parse(&bytes).unwrap();
        let Body::Request(request) = pdu.body else { panic!() };
        prop_assert_eq!((*request.opnum, *request.p_cont_id), (opnum, context));
        prop_assert_eq!(request.object.map(|o| *o), object);
        prop_assert_eq!(*request.stub, &stub[..]);
        prop_assert_eq!(*pdu.auth.unwrap().auth_value, &token[..]);
    }
}
