//! What is written is read back: binds, their answers, calls and faults, with and without an auth trailer.
#![allow(clippy::unwrap_used, clippy::panic, clippy::cast_possible_truncation, reason = "tests")]

use adjoin_wire::Guid;
use proptest::prelude::*;
use rpce_proto::{
    AuthLevel, AuthToken, AuthType, Body, ByteOrder, ContextResult, FaultStatus, OfferedContext, Pdu,
    PduType, PduWriter, SyntaxId,
};

fn syntax() -> impl Strategy<Value = SyntaxId> {
    (any::<u128>(), any::<u16>(), any::<u16>())
        .prop_map(|(uuid, major, minor)| SyntaxId::new(Guid::from_u128(uuid), major, minor))
}

fn order() -> impl Strategy<Value = ByteOrder> {
    prop_oneof![Just(ByteOrder::Little), Just(ByteOrder::Big)]
}

fn octets(most: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..most)
}

/// What a PDU says of its authentication, for comparison.
fn auth<'a>(pdu: &Pdu<'a>) -> Option<(u8, u8, u32, &'a [u8])> {
    pdu.auth.map(|auth| (auth.auth_type.0, auth.auth_level.0, *auth.auth_context_id, auth.auth_value.value))
}

proptest! {
    #[test]
    fn binds(
        order in order(), call_id: u32, group: u32, alter: bool,
        contexts in prop::collection::vec((any::<u16>(), syntax(), prop::collection::vec(syntax(), 0..4)), 0..5),
        token in proptest::option::of(octets(80)),
    ) {
        let offered: Vec<_> = contexts
            .iter()
            .map(|(p_cont_id, abstract_syntax, transfer)| OfferedContext {
                p_cont_id: *p_cont_id, abstract_syntax: *abstract_syntax, transfer_syntaxes: transfer,
            })
            .collect();
        // Without octets there is no trailer to find: its length says so.
        let token = token.filter(|token| !token.is_empty());
        let trailer = token.as_ref().map(|auth_value| AuthToken {
            auth_type: AuthType(9), auth_level: AuthLevel(6), auth_context_id: 7, auth_value,
        });
        let ptype = if alter { PduType::ALTER_CONTEXT } else { PduType::BIND };
        let bytes = PduWriter { order, call_id, auth: trailer, ..PduWriter::default() }.bind(ptype, group, &offered).unwrap();
        let pdu = Pdu::parse(&bytes).unwrap();
        prop_assert_eq!((*pdu.header.ptype, *pdu.header.call_id), (ptype, call_id));
        prop_assert_eq!(auth(&pdu), token.as_deref().map(|token| (9, 6, 7, token)));
        let (Body::Bind(bind) | Body::AlterContext(bind)) = pdu.body else { panic!() };
        prop_assert_eq!(*bind.assoc_group_id, group);
        let read: Vec<_> = bind
            .contexts
            .iter()
            .map(|context| context.unwrap())
            .map(|c| (*c.p_cont_id, *c.abstract_syntax, c.transfer_syntaxes.iter().map(|s| *s).collect::<Vec<_>>()))
            .collect();
        prop_assert_eq!(read, contexts);
    }

    #[test]
    fn answers_to_binds(
        order in order(), group: u32, port in "[0-9]{0,5}",
        results in prop::collection::vec((0..4_u16, any::<u16>(), syntax()), 0..5),
    ) {
        let written: Vec<_> = results.iter().map(|(result, reason, syntax)| (ContextResult(*result), *reason, *syntax)).collect();
        let bytes = PduWriter { order, ..PduWriter::default() }.bind_ack(PduType::BIND_ACK, group, &port, &written).unwrap();
        let Body::BindAck(ack) = Pdu::parse(&bytes).unwrap().body else { panic!() };
        prop_assert_eq!((*ack.assoc_group_id, ack.sec_addr.to_string()), (group, port));
        let read: Vec<_> = ack.results.iter().map(|r| r.unwrap()).map(|r| (*r.result, *r.reason_field, *r.transfer_syntax)).collect();
        prop_assert_eq!(read, written);
    }

    #[test]
    fn calls_and_faults(order in order(), context: u16, opnum: u16, object: Option<u128>, stub in octets(200), status: u32) {
        let writer = PduWriter { order, ..PduWriter::default() };
        let object = object.map(Guid::from_u128);
        let bytes = writer.request(context, opnum, object, &stub).unwrap();
        let Body::Request(request) = Pdu::parse(&bytes).unwrap().body else { panic!() };
        prop_assert_eq!((*request.p_cont_id, *request.opnum, request.object.map(|o| *o)), (context, opnum, object));
        prop_assert_eq!((request.stub.value, *request.alloc_hint as usize), (&stub[..], stub.len()));
        let bytes = writer.response(context, &stub).unwrap();
        let Body::Response(response) = Pdu::parse(&bytes).unwrap().body else { panic!() };
        prop_assert_eq!((*response.p_cont_id, response.stub.value), (context, &stub[..]));
        let bytes = writer.fault(context, FaultStatus(status)).unwrap();
        let Body::Fault(fault) = Pdu::parse(&bytes).unwrap().body else { panic!() };
        prop_assert_eq!((*fault.p_cont_id, *fault.status), (context, FaultStatus(status)));
    }
}
