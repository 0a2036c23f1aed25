//! `adjoin.rpc.*`: connection-oriented DCE/RPC, [C706] chapter 12 and [MS-RPCE].

use super::Base::{Dec, Hex};
use super::Kind::{Group, Text, Uint};
use super::family;
use super::sheet::Sheet;
use adjoin_wire::{Guid, Partial, Span};
use rpce_proto::{Body, Pdu, interface_name, opnum_name};

family! {
    HEADING = "adjoin.rpc", "DCE/RPC", Group, "DCE/RPC message of a join";
    PTYPE = "adjoin.rpc.type", "PDU type", Uint(8, Dec), "Type of the protocol data unit";
    CALL_ID = "adjoin.rpc.call_id", "Call id", Uint(32, Dec), "Pairs a request with its response";
    INTERFACE = "adjoin.rpc.interface", "Interface", Text, "Interface of the presentation context";
    OPNUM = "adjoin.rpc.opnum", "Operation", Uint(16, Dec), "Operation number";
    CONTEXT = "adjoin.rpc.context", "Presentation context", Text, "A context that is offered or its result";
    STATUS = "adjoin.rpc.fault", "Fault status", Uint(32, Hex), "Why the call failed";
    REASON = "adjoin.rpc.bind_nak", "Reject reason", Uint(16, Dec), "Why the bind was refused";
    AUTH_TYPE = "adjoin.rpc.auth_type", "Authentication type", Uint(8, Dec), "Security provider of the PDU";
    AUTH_LEVEL = "adjoin.rpc.auth_level", "Authentication level", Uint(8, Dec), "Protection of the PDU";
}

/// A PDU. The opnum of an answer is that of its request.
pub(crate) fn rows(
    sheet: &mut Sheet<'_>,
    bytes: &[u8],
    whole: Span,
    interface: Option<Guid>,
    opnum: Option<u16>,
) {
    let Partial { value: pdu, error } = Pdu::parse_partial(bytes);
    let ptype = pdu.header.ptype;
    sheet.group(0, HEADING, whole, ptype.value.to_string());
    sheet.named(1, PTYPE, ptype.span, ptype.value.0.into(), format!("{} ({})", ptype.value, ptype.value.0));
    sheet.uint(1, CALL_ID, &pdu.header.call_id);
    if let Some(interface) = interface {
        let text = interface_name(interface).map_or_else(|| interface.to_string(), str::to_owned);
        sheet.words(1, INTERFACE, Span::NONE, text);
    }
    let operation = opnum.map(|opnum| {
        let name = interface.and_then(|interface| opnum_name(interface, opnum));
        (opnum, name.map_or_else(|| opnum.to_string(), |name| format!("{name} ({opnum})")))
    });
    match &pdu.body {
        Body::Bind(bind) | Body::AlterContext(bind) => {
            for context in bind.contexts.iter().map_while(Result::ok) {
                let interface = context.abstract_syntax.value;
                let name =
                    interface_name(interface.uuid).map_or_else(|| interface.to_string(), str::to_owned);
                let syntaxes: Vec<_> = context
                    .transfer_syntaxes
                    .iter()
                    .map(|syntax| syntax.value.transfer_syntax().to_string())
                    .collect();
                let text = format!("{}: {name} in {}", context.p_cont_id, syntaxes.join(", "));
                sheet.words(1, CONTEXT, context.span, text);
            }
        }
        Body::BindAck(ack) | Body::AlterContextResp(ack) => {
            for answer in ack.results.iter().map_while(Result::ok) {
                let text = match (answer.features(), answer.reason()) {
                    (Some(features), _) => format!("bind time features: {}", features.value),
                    (None, _) if answer.is_accepted() => {
                        format!("accepted: {}", answer.transfer_syntax.value.transfer_syntax())
                    }
                    (None, Some(reason)) => format!("{}: {}", answer.result, reason.value),
                    (None, None) => answer.result.to_string(),
                };
                sheet.words(1, CONTEXT, answer.span, text);
            }
        }
        Body::BindNak(nak) => {
            let reason = nak.provider_reject_reason;
            sheet.named(1, REASON, reason.span, reason.value.0.into(), reason.value.to_string());
        }
        Body::Request(request) => {
            if let Some((opnum, text)) = operation {
                sheet.named(1, OPNUM, request.opnum.span, opnum.into(), text);
            }
        }
        Body::Response(_) => {
            if let Some((opnum, text)) = operation {
                sheet.known(1, OPNUM, opnum.into(), text);
            }
        }
        Body::Fault(fault) => {
            if let Some((opnum, text)) = operation {
                sheet.known(1, OPNUM, opnum.into(), text);
            }
            let status = fault.status;
            sheet.named(1, STATUS, status.span, status.value.0.into(), status.value.to_string());
        }
        _ => {}
    }
    if let Some(auth) = &pdu.auth {
        let (kind, level) = (auth.auth_type, auth.auth_level);
        sheet.named(1, AUTH_TYPE, kind.span, kind.value.0.into(), kind.value.to_string());
        sheet.named(1, AUTH_LEVEL, level.span, level.value.0.into(), level.value.to_string());
    }
    sheet.stopped(1, error);
}
