//! `adjoin.krb.*`: Kerberos, RFC 4120 and [MS-KILE]; FAST, PKINIT and user to user as far as they are clear.

use super::Base::{Dec, Hex};
use super::Kind::{Flag, Group, Int, Text, Uint};
use super::sheet::Sheet;
use super::{FieldId, family};
use adjoin_wire::ber::Oid;
use adjoin_wire::{Partial, Span, Spanned};
use kerberos_proto::fast::Fast;
use kerberos_proto::pkinit::{AuthPack, DhRepInfo, PaPkAsRep, oid_name};
use kerberos_proto::{
    ApReq, Checksum, EncryptedData, ErrorData, Etype, KdcReq, KrbError, Message, MessageType, PaData,
    PrincipalName, Ticket,
};
use smb2_proto::NtStatus;

family! {
    HEADING = "adjoin.krb", "Kerberos", Group, "Kerberos message";
    MSG_TYPE = "adjoin.krb.msg_type", "Message type", Uint(8, Dec), "Message type (RFC 4120 7.5.7)";
    REALM = "adjoin.krb.realm", "Realm", Text, "Realm of the server principal";
    CREALM = "adjoin.krb.crealm", "Client realm", Text, "Realm of the client principal";
    CNAME = "adjoin.krb.cname", "Client name", Text, "Client principal, parts joined with /";
    SNAME = "adjoin.krb.sname", "Server name", Text, "Server principal, parts joined with /";
    SNAME_TYPE = "adjoin.krb.sname_type", "Server name type", Int, "Type of the server principal's name (RFC 4120 6.2)";
    ETYPE = "adjoin.krb.etype", "Encryption type", Int, "Encryption type that the client offers, or that protects the message";
    KDC_OPTIONS = "adjoin.krb.kdc_options", "KDC options", Uint(32, Hex), "What kind of ticket is wanted (RFC 4120 5.4.1)";
    KDC_FORWARDABLE = "adjoin.krb.kdc_options.forwardable", "forwardable", Flag(0x4000_0000), "The ticket may be forwarded";
    KDC_FORWARDED = "adjoin.krb.kdc_options.forwarded", "forwarded", Flag(0x2000_0000), "A forwarded ticket is asked for";
    KDC_PROXIABLE = "adjoin.krb.kdc_options.proxiable", "proxiable", Flag(0x1000_0000), "The ticket may be used by a proxy";
    KDC_PROXY = "adjoin.krb.kdc_options.proxy", "proxy", Flag(0x0800_0000), "A proxy ticket is asked for";
    KDC_ALLOW_POSTDATE = "adjoin.krb.kdc_options.allow_postdate", "allow-postdate", Flag(0x0400_0000), "The ticket may be postdated";
    KDC_POSTDATED = "adjoin.krb.kdc_options.postdated", "postdated", Flag(0x0200_0000), "A postdated ticket is asked for";
    KDC_RENEWABLE = "adjoin.krb.kdc_options.renewable", "renewable", Flag(0x0080_0000), "The ticket may be renewed";
    KDC_OPT_HARDWARE_AUTH = "adjoin.krb.kdc_options.opt_hardware_auth", "opt-hardware-auth", Flag(0x0010_0000), "Hardware authentication";
    KDC_CNAME_IN_ADDL_TKT = "adjoin.krb.kdc_options.cname_in_addl_tkt", "cname-in-addl-tkt", Flag(0x0002_0000), "Constrained delegation: an additional ticket names the client ([MS-SFU])";
    KDC_CANONICALIZE = "adjoin.krb.kdc_options.canonicalize", "canonicalize", Flag(0x0001_0000), "The KDC may answer with another name or a referral";
    KDC_REQUEST_ANONYMOUS = "adjoin.krb.kdc_options.request_anonymous", "request-anonymous", Flag(0x0000_8000), "An anonymous ticket is asked for";
    KDC_DISABLE_TRANSITED_CHECK = "adjoin.krb.kdc_options.disable_transited_check", "disable-transited-check", Flag(0x0000_0020), "The KDC is not to check the realms on the way";
    KDC_RENEWABLE_OK = "adjoin.krb.kdc_options.renewable_ok", "renewable-ok", Flag(0x0000_0010), "A renewable ticket will do";
    KDC_ENC_TKT_IN_SKEY = "adjoin.krb.kdc_options.enc_tkt_in_skey", "enc-tkt-in-skey", Flag(0x0000_0008), "User to user: the ticket is to be encrypted with the session key of the additional ticket";
    KDC_RENEW = "adjoin.krb.kdc_options.renew", "renew", Flag(0x0000_0002), "A renewal";
    KDC_VALIDATE = "adjoin.krb.kdc_options.validate", "validate", Flag(0x0000_0001), "A validation of a postdated ticket";
    ADDRESS = "adjoin.krb.address", "Address", Text, "Where the ticket is to be used from; Windows names the computer";
    PADATA = "adjoin.krb.padata_type", "Pre-authentication data", Int, "Type of a PA-DATA element";
    PA_ETYPE = "adjoin.krb.padata.etype", "Encryption type", Int, "Encryption type of a key that the KDC has, or with which the client proves its password";
    PA_SALT = "adjoin.krb.padata.salt", "Salt", Text, "What the KDC mixes into the password to make that key";
    PAC_REQUEST = "adjoin.krb.padata.include_pac", "Include PAC", Uint(8, Dec), "1 when the client wants a PAC in the ticket ([MS-KILE] 2.2.3)";
    PAC_OPTIONS = "adjoin.krb.padata.pac_options", "PAC options", Uint(32, Hex), "What the client knows of PACs ([MS-KILE] 2.2.10)";
    SUPPORTED_ENCTYPES = "adjoin.krb.padata.supported_enctypes", "Supported encryption types", Uint(32, Hex), "What keys an account has and what it can do ([MS-KILE] 2.2.7)";
    FOR_USER = "adjoin.krb.padata.for_user", "For user", Text, "User for whom a service asks a ticket to itself ([MS-SFU])";
    FAST = "adjoin.krb.fast", "FAST", Group, "Armour around a request or a reply (RFC 6113); what is in it is encrypted";
    FAST_ARMOR = "adjoin.krb.fast.armor_type", "Armour type", Int, "1 is a ticket, mostly the computer's own";
    FAST_ETYPE = "adjoin.krb.fast.etype", "Encryption type", Int, "Encryption type of what is in the armour";
    PKINIT = "adjoin.krb.pkinit", "PKINIT", Group, "A certificate in place of a password (RFC 4556)";
    PKINIT_CTIME = "adjoin.krb.pkinit.ctime", "Client time", Text, "The client's clock in what it signed";
    PKINIT_CHECKSUM = "adjoin.krb.pkinit.checksum", "Checksum", Text, "Checksum that binds the signature to the request";
    PKINIT_FRESHNESS = "adjoin.krb.pkinit.freshness", "Freshness token", Uint(32, Dec), "Octets of the KDC's token that the client signed (RFC 8070)";
    PKINIT_KEY = "adjoin.krb.pkinit.key", "Key", Text, "How the reply's key comes about: by Diffie-Hellman, or encrypted for the certificate";
    PKINIT_KDF = "adjoin.krb.pkinit.kdf", "Key derivation", Text, "Function that makes the key of the agreed secret (RFC 8636)";
    CHECKSUM = "adjoin.krb.checksum_type", "Checksum type", Int, "Type of a checksum with a key (RFC 3961)";
    TILL = "adjoin.krb.till", "Till", Text, "Wanted end of the ticket";
    ERROR_CODE = "adjoin.krb.error_code", "Error code", Int, "Error code of a KRB-ERROR (RFC 4120 7.5.9)";
    NT_STATUS = "adjoin.krb.nt_status", "NTSTATUS", Uint(32, Hex), "NTSTATUS that a Windows KDC adds to the error ([MS-KILE] 2.2.1)";
    STIME = "adjoin.krb.stime", "Server time", Text, "The server's clock";
    CTIME = "adjoin.krb.ctime", "Client time", Text, "The client's clock";
    E_TEXT = "adjoin.krb.e_text", "Error text", Text, "The server's explanation";
    TICKET_ETYPE = "adjoin.krb.ticket_etype", "Ticket encryption type", Int, "Encryption type of the ticket in an answer of the KDC";
    TICKET_KVNO = "adjoin.krb.ticket_kvno", "Ticket key version", Uint(32, Dec), "Version of the key that the ticket is encrypted with";
    TICKET_CIPHER = "adjoin.krb.ticket_cipher_length", "Ticket cipher length", Uint(32, Dec), "Octets of the encrypted part of the ticket: large ones have a large PAC";
    TICKET = "adjoin.krb.ticket", "Ticket", Group, "A ticket beside that of the message: of user to user, delegation, or forwarded";
    OTHER_REALM = "adjoin.krb.ticket.realm", "Realm", Text, "Realm that issued the ticket";
    OTHER_SNAME = "adjoin.krb.ticket.sname", "Service", Text, "Service that the ticket is for";
    OTHER_ETYPE = "adjoin.krb.ticket.etype", "Encryption type", Int, "Encryption type of the ticket";
    OTHER_KVNO = "adjoin.krb.ticket.kvno", "Key version", Uint(32, Dec), "Version of the key that the ticket is encrypted with";
    OTHER_CIPHER = "adjoin.krb.ticket.cipher_length", "Cipher length", Uint(32, Dec), "Octets of the encrypted part of the ticket";
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

/// Most entries of lists that are shown: those of real messages are shorter.
const MAX_KEYS: usize = 32;
const MAX_ADDRESSES: usize = 32;
const MAX_TICKETS: usize = 16;

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
            main_ticket(sheet, &reply.ticket);
            etype(sheet, 1, ETYPE, &reply.enc_part.etype);
        }
        Message::ApRep(reply) => {
            msg_type(sheet, &reply.msg_type);
            etype(sheet, 1, ETYPE, &reply.enc_part.etype);
        }
        Message::Error(error) => krb_error(sheet, error),
        Message::Safe(m) => {
            msg_type(sheet, &m.msg_type);
            if let Some(time) = &m.timestamp {
                sheet.text(1, CTIME, time);
            }
            checksum(sheet, 1, &m.cksum);
        }
        Message::Priv(m) => {
            msg_type(sheet, &m.msg_type);
            etype(sheet, 1, ETYPE, &m.enc_part.etype);
        }
        Message::Cred(m) => {
            msg_type(sheet, &m.msg_type);
            for forwarded in m.tickets.iter().map_while(Result::ok).take(MAX_TICKETS) {
                other_ticket(sheet, &forwarded);
            }
            etype(sheet, 1, ETYPE, &m.enc_part.etype);
        }
        Message::TgtReq(m) => {
            msg_type(sheet, &m.msg_type);
            if let Some(realm) = &m.realm {
                sheet.text(1, REALM, realm);
            }
            if let Some(name) = &m.server_name {
                server(sheet, name);
            }
        }
        Message::TgtRep(m) => {
            msg_type(sheet, &m.msg_type);
            main_ticket(sheet, &m.ticket);
        }
        _ => {}
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

/// The ticket that a reply is about.
fn main_ticket(sheet: &mut Sheet<'_>, ticket: &Ticket<'_>) {
    sheet.text(1, REALM, &ticket.realm);
    server(sheet, &ticket.sname);
    encrypted(sheet, 1, [TICKET_ETYPE, TICKET_KVNO, TICKET_CIPHER], &ticket.enc_part);
}

/// A ticket that goes with a message.
fn other_ticket(sheet: &mut Sheet<'_>, ticket: &Ticket<'_>) {
    sheet.group(1, TICKET, ticket.span, ticket.sname.to_string());
    sheet.text(2, OTHER_REALM, &ticket.realm);
    if ticket.sname.name_type.reached().is_some() {
        sheet.words(2, OTHER_SNAME, ticket.sname.span, ticket.sname.to_string());
    }
    encrypted(sheet, 2, [OTHER_ETYPE, OTHER_KVNO, OTHER_CIPHER], &ticket.enc_part);
}

fn checksum(sheet: &mut Sheet<'_>, depth: u8, checksum: &Checksum<'_>) {
    let kind = checksum.cksumtype;
    let text = number_and_name(kind.value.0, kind.value.name());
    sheet.int(depth, CHECKSUM, &kind.map(|kind| kind.0), Some(text));
}

/// A word of flags that has names, without a row for each bit.
fn flag_names(sheet: &mut Sheet<'_>, depth: u8, id: FieldId, field: Spanned<u32>, names: &str) {
    let word = field.value;
    let text = if names.is_empty() { format!("0x{word:08x}") } else { format!("0x{word:08x} ({names})") };
    sheet.named(depth, id, field.span, word.into(), text);
}

/// Pre-authentication data, with what is clear in it. Its errors accuse the sender like those of the message.
fn padata(sheet: &mut Sheet<'_>, data: &PaData<'_>) {
    let text = number_and_name(data.padata_type.value.0, data.padata_type.value.name());
    sheet.int(1, PADATA, &data.padata_type.map(|kind| kind.0), Some(text));
    if let Some(Ok(keys)) = data.etype_info() {
        for key in keys.iter().map_while(Result::ok).take(MAX_KEYS) {
            etype(sheet, 2, PA_ETYPE, &key.etype);
            if let Some(salt) = &key.salt {
                sheet.text(2, PA_SALT, salt);
            }
        }
    }
    if let Some(proof) = data.encrypted() {
        etype(sheet, 2, PA_ETYPE, &proof.value.etype);
    }
    if let Some(Ok(wanted)) = data.pac_request() {
        sheet.uint(2, PAC_REQUEST, &wanted.map(u8::from));
    }
    if let Some(Ok(options)) = data.pac_options() {
        flag_names(sheet, 2, PAC_OPTIONS, options.map(|word| word.bits()), &options.to_string());
    }
    if let Some(Ok(bits)) = data.supported_enctypes() {
        flag_names(sheet, 2, SUPPORTED_ENCTYPES, bits.map(|word| word.bits()), &bits.to_string());
    }
    if let Some(user) = data.for_user() {
        if user.value.user_name.name_type.reached().is_some() {
            let name = format!("{}@{}", user.value.user_name, user.value.user_realm);
            sheet.words(2, FOR_USER, user.value.user_name.span, name);
        }
        sheet.stopped(2, user.error);
    }
    fast(sheet, data);
    if let Some(Partial { value, error }) = data.pk_as_req() {
        sheet.group(2, PKINIT, data.padata_value.span, "request");
        if let Some(pack) = &value.auth_pack {
            auth_pack(sheet, pack);
        }
        sheet.stopped(3, error);
    }
    if let Some(Partial { value, error }) = data.pk_as_rep() {
        sheet.group(2, PKINIT, data.padata_value.span, "reply");
        match &value {
            PaPkAsRep::Dh(info) => dh_reply(sheet, info),
            PaPkAsRep::EncKeyPack(pack) => {
                sheet.words(3, PKINIT_KEY, pack.span, "encrypted for the client's certificate");
            }
            _ => {}
        }
        sheet.stopped(3, error);
    }
}

fn fast(sheet: &mut Sheet<'_>, data: &PaData<'_>) {
    let Some(Partial { value, error }) = data.fast() else { return };
    let whole = data.padata_value.span;
    match &value {
        Fast::Request(request) => {
            sheet.group(2, FAST, whole, "armoured request");
            if let Some(armor) = &request.armor {
                let kind = armor.armor_type;
                let text = number_and_name(kind.value.0, kind.value.name());
                sheet.int(3, FAST_ARMOR, &kind.map(|kind| kind.0), Some(text));
                if let Some(Partial { value, error }) = armor.ap_req() {
                    let octets = armor.armor_value;
                    let mut within = sheet.within(octets.span.start);
                    ap_req(&mut within, 3, &value, Span::new(0, octets.len()));
                    within.stopped(4, error);
                }
            }
            checksum(sheet, 3, &request.req_checksum);
            etype(sheet, 3, FAST_ETYPE, &request.enc_fast_req.etype);
        }
        Fast::Reply(reply) => {
            sheet.group(2, FAST, whole, "armoured reply");
            etype(sheet, 3, FAST_ETYPE, &reply.enc_fast_rep.etype);
        }
        // What only offers FAST has its name.
        _ => {}
    }
    sheet.stopped(3, error);
}

fn oid(field: Spanned<Oid<'_>>) -> String {
    oid_name(field.value).map_or_else(|| field.value.to_string(), str::to_owned)
}

fn auth_pack(sheet: &mut Sheet<'_>, pack: &AuthPack<'_>) {
    sheet.text(3, PKINIT_CTIME, &pack.ctime);
    if let Some(first) = pack.pa_checksum {
        sheet.words(3, PKINIT_CHECKSUM, first.span, "paChecksum (id-sha1)");
    }
    if let Some(second) = pack.pa_checksum2 {
        sheet.words(3, PKINIT_CHECKSUM, second.span, format!("paChecksum2 ({})", oid(second)));
    }
    if let Some(token) = pack.freshness_token {
        let octets = token.map(|token| u32::try_from(token.len()).unwrap_or(u32::MAX));
        sheet.uint(3, PKINIT_FRESHNESS, &octets);
    }
    match pack.client_public_value {
        Some(algorithm) => {
            let text = format!("agreed by Diffie-Hellman ({})", oid(algorithm));
            sheet.words(3, PKINIT_KEY, algorithm.span, text);
        }
        None => sheet.words(3, PKINIT_KEY, Span::NONE, "to be encrypted for the client's certificate"),
    }
    if let Some(kdf) = pack.supported_kdf {
        sheet.words(3, PKINIT_KDF, kdf.span, oid(kdf));
    }
}

fn dh_reply(sheet: &mut Sheet<'_>, info: &DhRepInfo<'_>) {
    let span = info.dh_signed_data.content_type.span;
    sheet.words(3, PKINIT_KEY, span, "agreed by Diffie-Hellman");
    if let Some(kdf) = info.kdf {
        sheet.words(3, PKINIT_KDF, kdf.span, oid(kdf));
    }
}

fn kdc_req(sheet: &mut Sheet<'_>, request: &KdcReq<'_>) {
    msg_type(sheet, &request.msg_type);
    for data in request.padata() {
        padata(sheet, &data);
    }
    let body = &request.req_body;
    if body.kdc_options.reached().is_some() {
        let word = body.kdc_options.map(|options| options.bits());
        sheet.word(1, KDC_OPTIONS, word, &body.kdc_options.to_string(), KDC_FORWARDABLE.0..=KDC_VALIDATE.0);
    }
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
    for address in body.addresses.unwrap_or_default().iter().map_while(Result::ok).take(MAX_ADDRESSES) {
        sheet.words(1, ADDRESS, address.address.span, address.to_string());
    }
    for ticket in body.additional_tickets.unwrap_or_default().iter().map_while(Result::ok).take(MAX_TICKETS) {
        other_ticket(sheet, &ticket);
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
