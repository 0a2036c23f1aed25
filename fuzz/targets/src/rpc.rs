//! DCE/RPC.

use crate::check;
use rpce_proto::{
    AuthTrailer, Bind, BindAck, Body, ByteOrder, Encoding, Ndr, NdrSyntax, OfferedContext, Pdu, PduWriter,
    SyntaxId, VerificationTrailer, frag_length, looks_like_pdu, negotiated,
};

/// [`rpce_proto::Pdu`] and the NDR primitives over its stub.
pub fn dce_rpc_pdu(bytes: &[u8]) {
    let (whole, partial) = (Pdu::parse(bytes), Pdu::parse_partial(bytes));
    check::message(bytes, &whole, &partial);
    match frag_length(bytes) {
        Ok(Some(length)) => assert!(length >= rpce_proto::HEADER_LEN),
        Ok(None) => assert!(bytes.len() < rpce_proto::FRAG_LENGTH_END),
        Err(error) => check::error(bytes, error),
    }
    let _ = looks_like_pdu(bytes);
    if let Ok((_, taken)) = Pdu::parse_prefix(bytes) {
        assert!(taken >= rpce_proto::HEADER_LEN && taken <= bytes.len());
    }
    for order in [ByteOrder::Little, ByteOrder::Big] {
        if let Err(error) = AuthTrailer::parse(bytes, order) {
            check::error(bytes, error);
        }
    }
    let pdu = partial.value;
    check::text(pdu.header.ptype);
    let order = pdu.header.byte_order();
    match &pdu.body {
        Body::Bind(bind) | Body::AlterContext(bind) => {
            contexts(bytes, bind);
            if whole.is_ok() {
                bind_again(&pdu, bind);
            }
            negotiated(bind, &BindAck::default()).for_each(|pair| check::spans(bytes, &pair));
        }
        Body::BindAck(ack) | Body::AlterContextResp(ack) => {
            for answer in ack.results.iter() {
                match answer {
                    Ok(answer) => {
                        check::spans(bytes, &answer);
                        check::spans(bytes, &(answer.reason(), answer.features()));
                        assert!(!(answer.is_accepted() && answer.is_rejected()));
                    }
                    Err(error) => check::error(bytes, error),
                }
            }
            negotiated(&Bind::default(), ack).for_each(|pair| check::spans(bytes, &pair));
        }
        Body::BindNak(nak) => assert!(nak.versions().count() <= 255),
        Body::Request(request) => {
            let (stub, trailer) = request.split_verification();
            check::span(bytes, stub.span);
            if let Some(trailer) = trailer {
                verification(bytes, &trailer);
            }
        }
        Body::Fault(fault) => check::text(fault.status),
        _ => {}
    }
    if let Some(stub) = pdu.stub() {
        check::span(bytes, stub.span);
        stub_fields(bytes, &stub, order);
    }
    stub_fields(bytes, bytes, order);
}

fn contexts(bytes: &[u8], bind: &Bind<'_>) {
    let mut count = 0_u32;
    for context in bind.contexts.iter() {
        count += 1;
        match context {
            Ok(context) => {
                check::spans(bytes, &context);
                check::span(bytes, context.span);
                context.transfer_syntaxes.iter().for_each(|syntax| {
                    check::span(bytes, syntax.span);
                    check::text(syntax);
                });
                let _ = context.features();
            }
            Err(error) => check::error(bytes, error),
        }
    }
    assert!(count <= 255);
}

fn verification(bytes: &[u8], trailer: &VerificationTrailer<'_>) {
    check::spans(bytes, trailer);
    for command in trailer.iter() {
        check::spans(bytes, &command);
        let _ = command.name();
    }
}

/// Reads octets as whatever they say: the first half of each octet picks a primitive.
fn stub_fields(bytes: &[u8], stub: &[u8], order: ByteOrder) {
    for ndr in [NdrSyntax::Ndr, NdrSyntax::Ndr64] {
        let mut reader = Ndr::new(stub, Encoding { ndr, order });
        for step in 0..64_u8 {
            let Some(next) = stub.get(reader.offset()) else { break };
            let before = reader.offset();
            let error = match (next ^ step) & 0x0f {
                0 => reader.u8("f").err(),
                1 => reader.u16("f").err(),
                2 => reader.u32("f").err(),
                3 => reader.u64("f").err(),
                4 => reader.uint3264("f").err(),
                5 => reader.enum16("f").err(),
                6 => reader.pointer("f").err(),
                7 => reader.guid("f").err(),
                8 => reader.context_handle("f").err(),
                9 => reader.align(8, "f").err(),
                10 => match reader.conformance(2, "f") {
                    Ok(count) => reader.bytes(*count, "f").err(),
                    Err(error) => Some(error),
                },
                11 => reader.varying(u64::from(*next)).err(),
                _ => match reader.string("f") {
                    Ok(string) => {
                        check::spans(bytes, &string);
                        check::text(*string.text);
                        None
                    }
                    Err(error) => Some(error),
                },
            };
            assert!(reader.offset() >= before && reader.offset() <= stub.len());
            if let Some(error) = error {
                check::error(stub, error);
                break;
            }
        }
        let _ = reader.finish("f");
    }
}

/// What the encoder writes from a bind is read back as the same contexts.
fn bind_again(pdu: &Pdu<'_>, bind: &Bind<'_>) {
    let contexts: Vec<_> = bind.contexts.iter().flatten().collect();
    let syntaxes: Vec<Vec<SyntaxId>> =
        contexts.iter().map(|c| c.transfer_syntaxes.iter().map(|s| s.value).collect()).collect();
    let offered: Vec<_> = contexts
        .iter()
        .zip(&syntaxes)
        .map(|(c, syntaxes)| OfferedContext {
            p_cont_id: c.p_cont_id.value,
            abstract_syntax: c.abstract_syntax.value,
            transfer_syntaxes: syntaxes,
        })
        .collect();
    let writer =
        PduWriter { order: pdu.header.byte_order(), call_id: *pdu.header.call_id, ..PduWriter::default() };
    let Ok(octets) = writer.bind(*pdu.header.ptype, *bind.assoc_group_id, &offered) else { return };
    let read = Pdu::parse_partial(&octets);
    assert_eq!(read.error, None, "what was written can't be read");
    let (Body::Bind(read) | Body::AlterContext(read)) = read.value.body else { return };
    let read: Vec<_> = read.contexts.iter().flatten().collect();
    assert_eq!(read.len(), contexts.len());
    for (read, written) in read.iter().zip(&contexts) {
        assert_eq!(read.p_cont_id.value, written.p_cont_id.value);
        assert_eq!(read.abstract_syntax.value, written.abstract_syntax.value);
        assert!(
            read.transfer_syntaxes
                .iter()
                .map(|s| s.value)
                .eq(written.transfer_syntaxes.iter().map(|s| s.value))
        );
    }
}
