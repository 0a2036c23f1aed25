//! `adjoin.krb.*`: Kerberos, RFC 4120 and [MS-KILE].

use super::Base::{Dec, Hex};
use super::Kind::{Flag, Group, Int, Text, Uint};
use super::sheet::Sheet;
use super::{FieldId, family, rpc};
use adjoin_wire::{Partial, Span, Spanned};
use kerberos_proto::{
    ApReq, EncryptedData, ErrorData, Etype, KdcReq, KrbError, Message, MessageType, PaData, PrincipalName,
};
use smb2_proto::NtStatus;

family! { rpc::END;
    HEADING = "adjoin.krb", "Kerberos", Group, "Kerberos message";
    MSG_TYPE = "adjoin.krb.msg_type", "Message type", Uint(8, Dec), "Message type (RFC 4120 7.5.7)";
    REALM = "adjoin.krb.realm", "Realm", Text, "Realm of the server principal";
    CREALM = "adjoin.krb.crealm", "Client realm", Text, "Realm of the client principal";
    CNAME = "adjoin.krb.cname", "Client name", Text, "Client principal, parts joined with /";
    SNAME = "adjoin.krb.sname", "Server name", Text, "Server principal, parts joined with /";
    SNAME_TYPE = "adjoin.krb.sname_type", "Server name type", Int, "Type of the server principal's name (RFC 4120 6.2)";
    ETYPE = "adjoin.krb.etype", "Encryption type", Int, "Encryption type that the client offers, or that protects the message";
    PADATA = "adjoin.krb.padata_type", "Pre-authentication data", Int, "Type of a PA-DATA element";
    TILL = "adjoin.krb.till", "Till", Text, "Wanted end of the ticket";
    ERROR_CODE = "adjoin.krb.error_code", "Error code", Int, "Error code of a KRB-ERROR (RFC 4120 7.5.9)";
    NT_STATUS = "adjoin.krb.nt_status", "NTSTATUS", Uint(32, Hex), "NTSTATUS that a Windows KDC adds to the error ([MS-KILE] 2.2.1)";
    STIME = "adjoin.krb.stime", "Server time", Text, "The server's clock";
    CTIME = "adjoin.krb.ctime", "Client time", Text, "The client's clock";
    E_TEXT = "adjoin.krb.e_text", "Error text", Text, "The server's explanation";
    TICKET_ETYPE = "adjoin.krb.ticket_etype", "Ticket encryption type", Int, "Encryption type of the ticket in an answer of the KDC";
    TICKET_KVNO = "adjoin.krb.ticket_kvno", "Ticket key version", Uint(32, Dec), "Version of the key that the ticket is encrypted with";
    AP_REQ = "adjoin.krb.ap_req", "AP-REQ", Group, "A client presents a ticket to a service";
    AP_PVNO = "adjoin.krb.ap_req.pvno", "Protocol version", Uint(8, Dec), "Always 5";
    AP_OPTIONS = "adjoin.krb.ap_req.options", "AP options", Uint(32, Hex), "Options of the exchange";
    AP_USE_SESSION_KEY = "adjoin.krb.ap_req.options.use_session_key", "use-session-key", Flag(0x4000_0000), "The ticket is encrypted with the session key of the server's own TGT";
    AP_MUTUAL = "adjoin.krb.ap_req.options.mutual_required", "mutual-required", Flag(0x2000_0000), "The server must prove its identity";
    AP_TKT_VNO = "adjoin.krb.ap_req.tkt_vno", "Ticket version", Uint(8, Dec), "Always 5";
    AP_REALM = "adjoin.krb.ap_req.realm", "Realm", Text, "Realm that issued the ticket";
    AP_SNAME = "adjoin.krb.ap_req.sname", "Service", Text, "Service that the ticket is for, parts joined with /";
    AP_SNAME_TYPE = "adjoin.krb.ap_req.sname_type", "Service name type", Int, "Type of the service's name (RFC 4120 6.2)";
    AP_TICKET_ETYPE = "adjoin.krb.ap_req.ticket_etype", "Ticket encryption type", Int, "Encryption type of the ticket";
    AP_TICKET_KVNO = "adjoin.krb.ap_req.ticket_kvno", "Ticket key version", Uint(32, Dec), "Version of the service's key";
    AP_TICKET_CIPHER = "adjoin.krb.ap_req.ticket_cipher_length", "Ticket cipher length", Uint(32, Dec), "Octets of the encrypted part of the ticket";
    AP_AUTH_ETYPE = "adjoin.krb.ap_req.authenticator_etype", "Authenticator encryption type", Int, "Encryption type of the authenticator: that of the session key";
    AP_AUTH_KVNO = "adjoin.krb.ap_req.authenticator_kvno", "Authenticator key version", Uint(32, Dec), "Rarely present";
    AP_AUTH_CIPHER = "adjoin.krb.ap_req.authenticator_cipher_length", "Authenticator cipher length", Uint(32, Dec), "Octets of the encrypted authenticator";
}

/// A Kerberos message, with the AP-REQ inside a TGS-REQ.
pub(crate) fn rows(sheet: &mut Sheet<'_>, bytes: &[u8], whole: Span) {
    let Partial { value: message, error } = Message::parse_partial(bytes);
    let Some(kind) = message.message_type() else {
        return sheet.stopped(0, error);
    };
    if let Message::ApReq(request) = &message {
        ap_req(sheet, 0, request, whole);
        return sheet.stopped(1, error);
    }
    sheet.group(0, HEADING, whole, kind.to_string());
    match &message {
        Message::AsReq(request) | Message::TgsReq(request) => kdc_req(sheet, request),
        Message::AsRep(reply) | Message::TgsRep(reply) => {
            msg_type(sheet, &reply.msg_type);
            for data in reply.padata() {
                padata(sheet, &data);
            }
            sheet.text(1, CREALM, &reply.crealm);
            principal(sheet, CNAME, &reply.cname);
            sheet.text(1, REALM, &reply.ticket.realm);
            server(sheet, &reply.ticket.sname);
            etype(sheet, 1, TICKET_ETYPE, &reply.ticket.enc_part.etype);
            if let Some(kvno) = &reply.ticket.enc_part.kvno {
                sheet.uint(1, TICKET_KVNO, kvno);
            }
            etype(sheet, 1, ETYPE, &reply.enc_part.etype);
        }
        Message::ApRep(reply) => {
            msg_type(sheet, &reply.msg_type);
            etype(sheet, 1, ETYPE, &reply.enc_part.etype);
        }
        Message::Error(error) => krb_error(sheet, error),
        Message::Safe(m) => msg_type(sheet, &m.msg_type),
        Message::Priv(m) => {
            msg_type(sheet, &m.msg_type);
            etype(sheet, 1, ETYPE, &m.enc_part.etype);
        }
        Message::Cred(m) => msg_type(sheet, &m.msg_type),
        Message::ApReq(_) | Message::Unknown => {}
    }
    sheet.stopped(1, error);
}

fn msg_type(sheet: &mut Sheet<'_>, field: &Spanned<MessageType>) {
    if let Ok(value) = u64::try_from(field.value.0) {
        sheet.named(1, MSG_TYPE, field.span, value, number_and_name(field.value.0, field.value.name()));
    }
}

fn number_and_name(number: i32, name: Option<&str>) -> String {
    name.map_or_else(|| number.to_string(), |name| format!("{name} ({number})"))
}

fn etype(sheet: &mut Sheet<'_>, depth: u8, id: FieldId, field: &Spanned<Etype>) {
    let text = number_and_name(field.value.0, field.value.name());
    sheet.int(depth, id, &field.map(|etype| etype.0), Some(text));
}

fn principal(sheet: &mut Sheet<'_>, id: FieldId, name: &PrincipalName<'_>) {
    if name.name_type.reached().is_some() {
        sheet.words(1, id, name.span, name.to_string());
    }
}

fn server(sheet: &mut Sheet<'_>, name: &PrincipalName<'_>) {
    principal(sheet, SNAME, name);
    name_type(sheet, 1, SNAME_TYPE, name);
}

fn name_type(sheet: &mut Sheet<'_>, depth: u8, id: FieldId, name: &PrincipalName<'_>) {
    let text = number_and_name(name.name_type.value.0, name.name_type.value.name());
    sheet.int(depth, id, &name.name_type.map(|kind| kind.0), Some(text));
}

fn padata(sheet: &mut Sheet<'_>, data: &PaData<'_>) {
    let text = number_and_name(data.padata_type.value.0, data.padata_type.value.name());
    sheet.int(1, PADATA, &data.padata_type.map(|kind| kind.0), Some(text));
}

fn kdc_req(sheet: &mut Sheet<'_>, request: &KdcReq<'_>) {
    msg_type(sheet, &request.msg_type);
    for data in request.padata() {
        padata(sheet, &data);
    }
    let body = &request.req_body;
    if let Some(cname) = &body.cname {
        principal(sheet, CNAME, cname);
    }
    sheet.text(1, REALM, &body.realm);
    if let Some(sname) = &body.sname {
        server(sheet, sname);
    }
    if let Some(till) = &body.till {
        sheet.text(1, TILL, till);
    }
    for offered in body.etype.iter().map_while(Result::ok) {
        etype(sheet, 1, ETYPE, &offered);
    }
    if let Some(inner) = request.ap_req() {
        let Partial { value, error } = ApReq::parse_partial(inner.value);
        let mut within = sheet.within(inner.span.start);
        ap_req(&mut within, 1, &value, Span::new(0, inner.len()));
        within.stopped(2, error);
    }
}

/// The fields of an AP-REQ.
fn ap_req(sheet: &mut Sheet<'_>, depth: u8, request: &ApReq<'_>, whole: Span) {
    let small = |field: &Spanned<i32>| field.map(|value| u8::try_from(value).unwrap_or(u8::MAX));
    let inner = depth.saturating_add(1);
    sheet.group(depth, AP_REQ, whole, request.ticket.sname.to_string());
    sheet.uint(inner, AP_PVNO, &small(&request.pvno));
    if request.msg_type.reached().is_some() && depth == 0 {
        msg_type(sheet, &request.msg_type);
    }
    if let Some(options) = request.ap_options.reached() {
        let word = options.bits();
        let names: Vec<_> = options.names().collect();
        let text = if names.is_empty() {
            format!("0x{word:08x}")
        } else {
            format!("0x{word:08x} ({})", names.join(", "))
        };
        sheet.named(inner, AP_OPTIONS, request.ap_options.span, word.into(), text);
        let deeper = inner.saturating_add(1);
        sheet.flag(deeper, AP_USE_SESSION_KEY, request.ap_options.span, word);
        sheet.flag(deeper, AP_MUTUAL, request.ap_options.span, word);
    }
    let ticket = &request.ticket;
    sheet.uint(inner, AP_TKT_VNO, &small(&ticket.tkt_vno));
    sheet.text(inner, AP_REALM, &ticket.realm);
    if ticket.sname.name_type.reached().is_some() {
        sheet.words(inner, AP_SNAME, ticket.sname.span, ticket.sname.to_string());
    }
    name_type(sheet, inner, AP_SNAME_TYPE, &ticket.sname);
    encrypted(sheet, inner, [AP_TICKET_ETYPE, AP_TICKET_KVNO, AP_TICKET_CIPHER], &ticket.enc_part);
    encrypted(sheet, inner, [AP_AUTH_ETYPE, AP_AUTH_KVNO, AP_AUTH_CIPHER], &request.authenticator);
}

fn encrypted(sheet: &mut Sheet<'_>, depth: u8, [kind, kvno, length]: [FieldId; 3], data: &EncryptedData<'_>) {
    etype(sheet, depth, kind, &data.etype);
    if let Some(version) = &data.kvno {
        sheet.uint(depth, kvno, version);
    }
    let octets = data.cipher_length.map(|length| u32::try_from(length).unwrap_or(u32::MAX));
    sheet.uint(depth, length, &octets);
}

fn krb_error(sheet: &mut Sheet<'_>, error: &KrbError<'_>) {
    msg_type(sheet, &error.msg_type);
    if let Some(time) = &error.ctime {
        sheet.text(1, CTIME, time);
    }
    sheet.text(1, STIME, &error.stime);
    let code = error.error_code;
    sheet.int(
        1,
        ERROR_CODE,
        &code.map(|code| code.0),
        Some(number_and_name(code.value.0, code.value.name())),
    );
    if let Some(crealm) = &error.crealm {
        sheet.text(1, CREALM, crealm);
    }
    if let Some(cname) = &error.cname {
        principal(sheet, CNAME, cname);
    }
    sheet.text(1, REALM, &error.realm);
    server(sheet, &error.sname);
    if let Some(text) = &error.e_text {
        sheet.text(1, E_TEXT, text);
    }
    if let Some(ext) = error.ext_error() {
        let status = ext.status.value;
        sheet.named(
            1,
            NT_STATUS,
            ext.status.span,
            status.into(),
            format!("{} (0x{status:08x})", NtStatus(status)),
        );
    }
    if let Some(ErrorData::Method(list)) = error.error_data() {
        for data in list.iter().map_while(Result::ok) {
            padata(sheet, &data);
        }
    }
}
