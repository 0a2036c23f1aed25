//! One message on its own: octets that somebody copied out of a packet, a debugger or a log.

use adjoin_wire::{ErrorKind, Span, Spanned, WireError};
use cldap_proto::{Authentication, LdapMessage, LdapPing, ProtocolOp, netlogon_value};
use epmap_proto::{Direction, EptMapRequest, EptMapResponse, EptOpnum, Tower, guess_encoding};
use gss_proto::{Inner, Token, inner};
use kerberos_proto::{Message as Kerberos, MessageType, tcp};
use netlogon_proto::Message as Netlogon;
use rpce_proto::{ByteOrder, Encoding, Pdu};
use smb2_proto::mailslot::MailslotWrite;
use smb2_proto::nbss::{SessionBody, SessionPacket};
use smb2_proto::{nbdgm, smb2};

use super::part::draw;
use super::sheet::Sheet;
use super::{Decode, Part, View, gss};
use crate::speak::is_netlogon;

/// Most messages of one kind that are shown one after the other.
const MAX_MESSAGES: usize = 256;

/// What octets can be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageKind {
    /// LDAPMessage with an LDAP ping, or with the answer to one.
    LdapPing,
    /// Any LDAPMessage.
    Ldap,
    /// Value of the attribute Netlogon, or data of a netlogon mailslot.
    Netlogon,
    /// NetBIOS datagram, or the SMB1 message in it, with a netlogon mailslot.
    Mailslot,
    /// Tower of the endpoint mapper.
    Tower,
    /// Stub of a call of ept_map.
    EpmRequest,
    /// Stub of the answer to ept_map.
    EpmResponse,
    /// Connection-oriented DCE/RPC PDU.
    Rpc,
    /// Kerberos AP-REQ, also in a GSS-API frame.
    ApReq,
    /// Any Kerberos message, also with the length that TCP puts in front.
    Kerberos,
    /// Security blob: SPNEGO, or another mechanism in a GSS-API frame.
    Gss,
    /// NTLM message.
    Ntlm,
    /// SMB2 or SMB3 messages, also with the length that TCP puts in front.
    Smb2,
    /// DNS message, also with the length that TCP puts in front.
    Dns,
}

impl MessageKind {
    /// All kinds. Those that octets prove best come first.
    pub const ALL: [Self; 14] = [
        Self::Ntlm,
        Self::Smb2,
        Self::Mailslot,
        Self::ApReq,
        Self::Kerberos,
        Self::Gss,
        Self::LdapPing,
        Self::Ldap,
        Self::Rpc,
        Self::Dns,
        Self::Tower,
        Self::EpmRequest,
        Self::EpmResponse,
        Self::Netlogon,
    ];

    /// The name, as command lines and scripts spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LdapPing => "ldap-ping",
            Self::Ldap => "ldap",
            Self::Netlogon => "netlogon",
            Self::Mailslot => "mailslot",
            Self::Tower => "tower",
            Self::EpmRequest => "epm-request",
            Self::EpmResponse => "epm-response",
            Self::Rpc => "rpc",
            Self::ApReq => "ap-req",
            Self::Kerberos => "kerberos",
            Self::Gss => "spnego",
            Self::Ntlm => "ntlm",
            Self::Smb2 => "smb2",
            Self::Dns => "dns",
        }
    }

    /// What it is, in a few words.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::LdapPing => "LDAPMessage with an LDAP ping, or with the answer to one",
            Self::Ldap => "LDAPMessage: binds and results",
            Self::Netlogon => "value of the attribute Netlogon, or data of a netlogon mailslot",
            Self::Mailslot => "NetBIOS datagram or SMB1 message with a netlogon mailslot",
            Self::Tower => "tower of the endpoint mapper",
            Self::EpmRequest => "stub of a call of ept_map",
            Self::EpmResponse => "stub of the answer to ept_map",
            Self::Rpc => "connection-oriented DCE/RPC PDU",
            Self::ApReq => "Kerberos AP-REQ, also in a GSS-API frame",
            Self::Kerberos => "any Kerberos message, also with the length in front that TCP needs",
            Self::Gss => "security blob: SPNEGO, or GSS-API with another mechanism",
            Self::Ntlm => "NTLM message",
            Self::Smb2 => "SMB2 or SMB3, also with the length in front that TCP needs",
            Self::Dns => "DNS message, also with the length in front that TCP needs",
        }
    }

    /// What in the octets speaks for this kind; nothing when they can't be one.
    fn sign(self, bytes: &[u8]) -> Option<&'static str> {
        let sure = |yes: bool, why| yes.then_some(why);
        match self {
            Self::Ntlm => sure(bytes.starts_with(b"NTLMSSP\0"), "it begins with the signature NTLMSSP"),
            Self::Smb2 => sure(
                is_smb(bytes) || behind_length(bytes).is_some_and(is_smb),
                "it begins with the signature of SMB2",
            ),
            Self::Mailslot => {
                let smb = mailslot_smb(bytes)?;
                let name = MailslotWrite::parse_partial(smb.value).value.name;
                sure(name.reached().is_some(), "it is a write to a mailslot")
            }
            Self::ApReq => sure(
                kerberos(bytes).is_ok_and(|(span, _)| is_ap_req(bytes, span)),
                "it has the tag of an AP-REQ",
            ),
            Self::Kerberos => {
                let plain = kerberos_proto::looks_like(bytes, None) || tcp::looks_like(bytes);
                let ap_req = kerberos(bytes).is_ok_and(|(span, _)| is_ap_req(bytes, span));
                sure(plain && !ap_req, "it has the tag of a Kerberos message")
            }
            Self::Gss => {
                let token =
                    matches!(bytes, [0x60 | 0xa0 | 0xa1, ..]).then(|| Token::parse_partial(bytes).value);
                match token {
                    Some(Token::NegTokenInit(_) | Token::NegTokenResp(_)) => Some("it has the tag of SPNEGO"),
                    Some(Token::Initial(frame)) if frame.this_mech.reached().is_some() => {
                        Some("it is a GSS-API frame that names its mechanism")
                    }
                    _ => None,
                }
            }
            Self::LdapPing => {
                let found = ldap(bytes);
                sure(found.pings, "it is an LDAPMessage with a ping or the answer to one")
            }
            Self::Ldap => {
                if is_sealed(bytes) {
                    return Some("it has the length and the token header of a sealed LDAP session");
                }
                let message = LdapMessage::parse_partial(bytes).value;
                let known = message.message_id.reached().is_some() && message.op.name().is_some();
                sure(known && !ldap(bytes).pings, "it is an LDAPMessage")
            }
            Self::Rpc => sure(rpce_proto::looks_like_pdu(bytes), "it has the header of a DCE/RPC PDU"),
            Self::Dns => {
                let (span, _) = dns(bytes);
                let message = dns_proto::Message::parse_partial(bytes.get(span.range())?).value;
                let known = message.header.opcode.value.name().is_some();
                // Nearly any octets are a header: one question must follow, and nothing be wrong with it.
                let asks = message.question().is_some_and(|question| {
                    question.class.value.name().is_some() && question.rtype.value.name().is_some()
                });
                sure(
                    known && asks && message.questions.declared() == 1,
                    "it is a DNS message with a question",
                )
            }
            Self::Tower => {
                // The first floor names an interface: 19 octets, protocol 0x0d (C706 appendix L).
                let interface = matches!(bytes, [2..=12, 0, 19, 0, 0x0d, ..]);
                let read = Tower::parse_partial(bytes).value.summary().interface.is_some();
                sure(interface && read, "its first floor names an interface")
            }
            Self::EpmRequest => {
                let request = EptMapRequest::parse(bytes, map_encoding(bytes, Direction::Request)).ok()?;
                let tower = request.map_tower?.tower();
                sure(
                    tower.error.is_none() && tower.value.summary().interface.is_some(),
                    "it reads as a call with a tower that names an interface",
                )
            }
            Self::EpmResponse => {
                let answer = EptMapResponse::parse(bytes, map_encoding(bytes, Direction::Response)).ok()?;
                let mut towers = 0_usize;
                for octets in answer.towers.iter().map_while(Result::ok).filter_map(|element| element.octets)
                {
                    let tower = octets.tower();
                    if tower.error.is_some() || tower.value.summary().interface.is_none() {
                        return None;
                    }
                    towers = towers.saturating_add(1);
                }
                sure(towers > 0 || answer.status.name().is_some(), "it reads as an answer with a status")
            }
            Self::Netlogon => {
                let read = Netlogon::parse_partial(bytes);
                let opcode = read.value.opcode();
                let known = opcode.reached().is_some()
                    && match read.value {
                        // Low codes are what many other things begin with: the names decide.
                        Netlogon::LogonRequest(m) => m.mailslot_name.as_bytes().starts_with(b"\\MAILSLOT\\"),
                        Netlogon::LogonResponse2(m) => m.logon_server.as_bytes().starts_with(b"\\\\"),
                        Netlogon::DbChange(m) => m.domain_name.reached().is_some_and(|name| !name.is_empty()),
                        Netlogon::Unknown(_) => false,
                        _ => true,
                    };
                // Two octets are a weak sign: what follows may be cut, but must not contradict.
                let fits = read.error.is_none_or(|error| !error.kind.is_malformed());
                sure(
                    known && fits && bytes.len() >= 8,
                    "it begins with the operation code of a netlogon message",
                )
            }
        }
    }
}

/// What was read of a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decoded {
    /// The rows; their places count from the first octet of the input.
    pub view: View,
    /// Why decoders stopped before the end; the offsets count likewise.
    pub errors: Vec<WireError>,
}

/// A kind that octets may be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The kind.
    pub kind: MessageKind,
    /// What speaks for it: a sentence without a full stop.
    pub why: &'static str,
    /// All octets belong to it, and nothing is wrong with them.
    pub whole: bool,
}

/// The kinds that `bytes` may be of, the most likely first: those that take all octets come before the others.
#[must_use]
pub fn detect(bytes: &[u8]) -> Vec<Guess> {
    let mut guesses: Vec<_> = MessageKind::ALL
        .into_iter()
        .filter_map(|kind| {
            let why = kind.sign(bytes)?;
            Some(Guess { kind, why, whole: decode(kind, bytes).errors.is_empty() })
        })
        .collect();
    guesses.sort_by_key(|guess| !guess.whole);
    guesses
}

/// Decodes `bytes` as one message of `kind`. What was read before an error is kept.
///
/// ```
/// use join_engine::show::{MessageKind, decode};
///
/// let decoded = decode(MessageKind::Netlogon, b"\x18\0\0\0");
/// assert!(!decoded.view.rows.is_empty());
/// assert_eq!(decoded.errors[0].offset, 4);
/// ```
#[must_use]
pub fn decode(kind: MessageKind, bytes: &[u8]) -> Decoded {
    let found = parts(kind, bytes);
    let mut decoded = Decoded::default();
    for part in &found.parts {
        let slice = bytes.get(part.span.range()).unwrap_or_default();
        let sheet = Sheet::new(&mut decoded.view, None, part.span.start);
        draw(&mut sheet.telling(&mut decoded.errors), part.decode, slice);
    }
    let told = |error: &WireError| {
        decoded.errors.iter().any(|known| known.offset == error.offset && known.kind == error.kind)
    };
    if let Some(error) = found.error.filter(|error| !told(error)) {
        decoded.errors.push(error);
    }
    if decoded.view.rows.is_empty() && decoded.errors.is_empty() {
        decoded.errors.push(nothing(kind));
    }
    decoded
}

const fn nothing(kind: MessageKind) -> WireError {
    WireError::new(ErrorKind::Unsupported("nothing that is shown of this kind"), 0, kind.name())
}

/// The parts of a message, and why there are no more.
#[derive(Debug, Default)]
struct Found {
    parts: Vec<Part>,
    error: Option<WireError>,
    /// An LDAP ping or the answer to one is among them.
    pings: bool,
}

impl Found {
    fn part(&mut self, decode: Decode, span: Span) {
        self.parts.push(Part { decode, span });
    }

    /// A security blob whose span counts from octet `base`, and the Kerberos message in it.
    fn blob(&mut self, blob: Spanned<&[u8]>, base: usize) {
        let span = blob.span.shifted(base);
        if gss::is_shown(blob.value) {
            self.part(Decode::Gss, span);
        }
        if let Some(Inner::Kerberos { message, .. }) = inner(blob.value) {
            // Tokens of two users who authenticate to each other have a frame like Kerberos messages.
            if Kerberos::parse_partial(message.value).value.message_type().is_some() {
                self.part(Decode::Kerberos, message.span.shifted(span.start));
            }
        }
    }
}

fn parts(kind: MessageKind, bytes: &[u8]) -> Found {
    let whole = Span::new(0, bytes.len());
    let one = |decode| Found { parts: vec![Part { decode, span: whole }], ..Found::default() };
    match kind {
        MessageKind::LdapPing => {
            let mut found = ldap(bytes);
            if !found.pings {
                let none = ErrorKind::Unsupported("neither an LDAP ping nor the answer to one");
                found.error = found.error.or(Some(WireError::new(none, 0, kind.name())));
            }
            found
        }
        MessageKind::Ldap => ldap(bytes),
        MessageKind::Netlogon => {
            let message = Netlogon::parse_partial(bytes).value;
            let mut found = one(Decode::Netlogon);
            if let (Netlogon::Unknown(_), Some(_)) = (&message, message.opcode().reached()) {
                let kind = ErrorKind::Unsupported("a message of an operation code that isn't read");
                found.error = Some(WireError::new(kind, message.opcode().span.start, "Opcode"));
            }
            found
        }
        MessageKind::Mailslot => mailslot(bytes),
        MessageKind::Tower => one(Decode::Tower),
        MessageKind::EpmRequest | MessageKind::EpmResponse => {
            let response = kind == MessageKind::EpmResponse;
            let direction = if response { Direction::Response } else { Direction::Request };
            let encoding = map_encoding(bytes, direction);
            one(Decode::Epm { opnum: EptOpnum::MAP.0, response, encoding })
        }
        MessageKind::Rpc => rpc(bytes),
        MessageKind::ApReq | MessageKind::Kerberos => match kerberos(bytes) {
            Ok((span, _)) if kind == MessageKind::ApReq && !is_ap_req(bytes, span) => {
                let error = ErrorKind::Unsupported("another message than an AP-REQ");
                Found { error: Some(WireError::new(error, span.start, "AP-REQ")), ..Found::default() }
            }
            Ok((span, error)) => {
                Found { parts: vec![Part { decode: Decode::Kerberos, span }], error, pings: false }
            }
            Err(error) => Found { error: Some(error), ..Found::default() },
        },
        MessageKind::Gss | MessageKind::Ntlm => {
            let mut found = Found::default();
            let ntlm = bytes.starts_with(b"NTLMSSP\0");
            if kind == MessageKind::Ntlm && !ntlm {
                let error = ErrorKind::Unsupported("it doesn't begin with NTLMSSP");
                found.error = Some(WireError::new(error, 0, "Signature"));
                return found;
            }
            found.blob(Spanned::new(bytes, whole), 0);
            let token = Token::parse_partial(bytes);
            // The others say their errors where they are shown.
            if matches!(token.value, Token::Initial(_) | Token::Unknown) {
                found.error = token.error;
            }
            found
        }
        MessageKind::Smb2 => smb(bytes),
        MessageKind::Dns => {
            let (span, error) = dns(bytes);
            Found { parts: vec![Part { decode: Decode::Dns, span }], error, pings: false }
        }
    }
}

/// LDAPMessages, one after the other: the answer to a ping is two.
fn ldap(bytes: &[u8]) -> Found {
    let mut found = Found::default();
    if is_sealed(bytes) {
        let kind = ErrorKind::Unsupported("sealed: nothing of it can be shown");
        found.error = Some(WireError::new(kind, 4, "token"));
        return found;
    }
    let mut at = 0;
    for _ in 0..MAX_MESSAGES {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = match LdapMessage::declared_len(rest) {
            Ok(length) if length > 0 => length.min(rest.len()),
            Ok(_) => break,
            Err(error) => {
                if at == 0 || !rest.is_empty() {
                    found.error = Some(error.shifted(at));
                }
                break;
            }
        };
        let span = Span::new(at, at.saturating_add(length));
        let slice = rest.get(..length).unwrap_or_default();
        let read = LdapMessage::parse_partial(slice);
        match &read.value.op {
            ProtocolOp::SearchRequest(search) if LdapPing::of(search).is_some() => {
                found.pings = true;
                found.part(Decode::LdapPing, span);
            }
            ProtocolOp::SearchResultEntry(entry) => match netlogon_value(entry) {
                Some(value) => {
                    found.pings = true;
                    found.part(Decode::Netlogon, value.span.shifted(at));
                    found.error = found.error.or(read.error.map(|error| error.shifted(at)));
                }
                None => found.part(Decode::Ldap, span),
            },
            op => {
                found.part(Decode::Ldap, span);
                if let ProtocolOp::BindRequest(bind) = op {
                    match &bind.authentication {
                        Authentication::Sasl { credentials: Some(token), .. } => found.blob(*token, at),
                        Authentication::Sicily { credentials, .. } => found.blob(*credentials, at),
                        _ => {}
                    }
                }
                if let ProtocolOp::BindResponse(bind) = op {
                    if let Some(token) = bind.server_sasl_creds {
                        found.blob(token, at);
                    }
                }
            }
        }
        at = span.end;
        if at >= bytes.len() {
            return found;
        }
    }
    if found.error.is_none() && at < bytes.len() {
        found.error = Some(left_over(at, bytes, "LDAPMessage"));
    }
    found
}

/// A token of a sealed or signed session behind its length (RFC 4513 5.2.1, RFC 4121 4.2.6.2).
const fn is_sealed(bytes: &[u8]) -> bool {
    matches!(bytes, [0, _, _, _, 5, 4, _, 0xff, ..])
}

const fn left_over(at: usize, bytes: &[u8], field: &'static str) -> WireError {
    WireError::new(ErrorKind::Trailing { count: bytes.len().saturating_sub(at) }, at, field)
}

/// The SMB1 message of a NetBIOS datagram, or one without it.
fn mailslot_smb(bytes: &[u8]) -> Option<Spanned<&[u8]>> {
    if bytes.starts_with(b"\xffSMB") {
        return Some(Spanned::new(bytes, Span::new(0, bytes.len())));
    }
    let data = nbdgm::Datagram::parse_partial(bytes).value.user_data?;
    data.value.starts_with(b"\xffSMB").then_some(data)
}

fn mailslot(bytes: &[u8]) -> Found {
    let mut found = Found::default();
    if !bytes.starts_with(b"\xffSMB") {
        found.error = nbdgm::Datagram::parse_partial(bytes).error;
    }
    let Some(smb) = mailslot_smb(bytes) else {
        let none = ErrorKind::Unsupported("no SMB1 message in a datagram");
        found.error = found.error.or(Some(WireError::new(none, 0, "USER_DATA")));
        return found;
    };
    let write = MailslotWrite::parse_partial(smb.value);
    found.error = found.error.or(write.error.map(|error| error.shifted(smb.span.start)));
    let name = &write.value.name;
    if name.reached().is_some() && !is_netlogon(&name.to_string()) {
        let other = ErrorKind::Unsupported("another mailslot than those of netlogon");
        let error = WireError::new(other, name.span.start, "MailslotName").shifted(smb.span.start);
        found.error = found.error.or(Some(error));
    } else if write.value.data.reached().is_some() {
        found.part(Decode::Netlogon, write.value.data.span.shifted(smb.span.start));
    }
    found
}

/// The encoding of an ept_map stub; NDR when it may be either. Nearly all senders are little-endian: big-endian
/// is only what reads to its end so, and not otherwise.
fn map_encoding(stub: &[u8], direction: Direction) -> Encoding {
    let whole = |encoding: &Encoding| match direction {
        Direction::Request => EptMapRequest::parse(stub, *encoding).is_ok(),
        Direction::Response => EptMapResponse::parse(stub, *encoding).is_ok(),
    };
    let read = |order| guess_encoding(stub, EptOpnum::MAP, direction, order);
    let little = read(ByteOrder::Little).unwrap_or(Encoding::NDR);
    let big = || read(ByteOrder::Big).filter(whole).unwrap_or(little);
    if whole(&little) { little } else { big() }
}

/// PDUs, one after the other, with their security tokens, and the stub of ept_map where it is one.
fn rpc(bytes: &[u8]) -> Found {
    let mut found = Found::default();
    let mut at = 0;
    for _ in 0..MAX_MESSAGES {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = match rpce_proto::frag_length(rest) {
            Ok(Some(length)) if length > 0 => length.min(rest.len()),
            // Too short for its length, or wrong in its header: the rows say where.
            _ => rest.len(),
        };
        let span = Span::new(at, at.saturating_add(length));
        let slice = rest.get(..length).unwrap_or_default();
        let pdu = Pdu::parse_partial(slice).value;
        let opnum = match &pdu.body {
            rpce_proto::Body::Request(request) => request.opnum.reached().copied(),
            _ => None,
        };
        found.part(Decode::Rpc { interface: None, opnum }, span);
        if let Some(auth) = &pdu.auth {
            found.blob(auth.auth_value, at);
        }
        let clear = !pdu.is_sealed() && pdu.is_single_fragment();
        if let Some(stub) = pdu.stub().filter(|_| clear) {
            map_stub(&mut found, stub.value, stub.span.shifted(at), opnum);
        }
        at = span.end;
        if at >= bytes.len() {
            return found;
        }
    }
    found.error = Some(left_over(at, bytes, "frag_length"));
    found
}

/// The presentation context that says the interface is not here, so the stub itself must prove what it is.
fn map_stub(found: &mut Found, stub: &[u8], span: Span, opnum: Option<u16>) {
    let (kind, direction) = match opnum {
        Some(opnum) if EptOpnum(opnum) == EptOpnum::MAP => (MessageKind::EpmRequest, Direction::Request),
        Some(_) => return,
        None => (MessageKind::EpmResponse, Direction::Response),
    };
    if kind.sign(stub).is_some() {
        let encoding = map_encoding(stub, direction);
        let response = direction == Direction::Response;
        found.part(Decode::Epm { opnum: EptOpnum::MAP.0, response, encoding }, span);
    }
}

fn is_ap_req(bytes: &[u8], span: Span) -> bool {
    let tag = bytes.get(span.start).copied();
    tag.is_some() && tag == MessageType::AP_REQ.tag().map(|tag| tag.0)
}

/// Where the Kerberos message lies: behind a record mark, in a security blob, or all of it; and what is
/// wrong around it.
fn kerberos(bytes: &[u8]) -> Result<(Span, Option<WireError>), WireError> {
    if bytes.first() == Some(&0) {
        return match tcp::next_message(bytes)? {
            tcp::Framing::Message { message, total } if total < bytes.len() => {
                Ok((message.span, Some(left_over(total, bytes, "record mark"))))
            }
            tcp::Framing::Message { message, .. } => Ok((message.span, None)),
            tcp::Framing::Incomplete { message, missing, .. } => {
                let kind = ErrorKind::Truncated { missing };
                Ok((message.span, Some(WireError::new(kind, bytes.len(), "Kerberos message"))))
            }
        };
    }
    if matches!(bytes, [0x60 | 0xa0 | 0xa1, ..]) {
        let token = Token::parse_partial(bytes);
        return match inner(bytes) {
            Some(Inner::Kerberos { message, .. }) => Ok((message.span, token.error)),
            _ => {
                let none = ErrorKind::Unsupported("a security token without a Kerberos message");
                Err(token.error.unwrap_or(WireError::new(none, 0, "token")))
            }
        };
    }
    Ok((Span::new(0, bytes.len()), None))
}

/// Where the DNS message lies, all of it or behind its length (RFC 1035 4.2.2), and what is wrong around it.
fn dns(bytes: &[u8]) -> (Span, Option<WireError>) {
    let whole = Span::new(0, bytes.len());
    let [high, low, message @ ..] = bytes else { return (whole, None) };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    // A message has 12 octets at least; its ID may look like its length only by chance.
    if length < 12 || length > message.len() || dns_proto::Message::parse(bytes).is_ok() {
        return (whole, None);
    }
    let end = length.saturating_add(2);
    let span = Span::new(2, end);
    let reads = |span: Span| {
        let slice = bytes.get(span.range()).unwrap_or_default();
        dns_proto::Message::parse_partial(slice).error.is_none()
    };
    if !reads(span) {
        return (whole, None);
    }
    (span, (end < bytes.len()).then(|| left_over(end, bytes, "length")))
}

/// SMB2, or what it becomes when it is encrypted or compressed.
const fn is_smb(bytes: &[u8]) -> bool {
    matches!(bytes, [0xfc..=0xfe, b'S', b'M', b'B', ..])
}

const fn is_smb2(bytes: &[u8]) -> bool {
    matches!(bytes, [0xfe, b'S', b'M', b'B', ..])
}

/// What comes behind the four octets that stand before a message on TCP (RFC 1002 4.3.1).
fn behind_length(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [0, _, _, _, rest @ ..] => Some(rest),
        _ => None,
    }
}

/// SMB2 messages of one session message, with their security tokens.
fn smb(bytes: &[u8]) -> Found {
    let mut found = Found::default();
    let mut base = 0;
    let mut messages = bytes;
    if bytes.first() == Some(&0) {
        let packet = SessionPacket::parse_partial(bytes);
        found.error = packet.error;
        if let SessionBody::Message(message) = packet.value.body {
            (base, messages) = (message.span.start, message.value);
        } else if let Some(rest) = behind_length(bytes) {
            // The length is more than there is: what there is begins a message all the same.
            (base, messages) = (4, rest);
        }
    }
    if !is_smb2(messages) {
        let why = match messages {
            [0xfd, b'S', b'M', b'B', ..] => "encrypted: only its header can be shown",
            [0xfc, b'S', b'M', b'B', ..] => "compressed: only its headers can be shown",
            [0xff, b'S', b'M', b'B', ..] => "SMB1, of which only mailslots are shown",
            _ => "it doesn't begin as SMB2 does",
        };
        if is_smb(messages) {
            found.part(Decode::Smb2, Span::new(base, base.saturating_add(messages.len())));
        }
        found.error = Some(WireError::new(ErrorKind::Unsupported(why), base, "ProtocolId"));
        return found;
    }
    for read in smb2::Messages::new(messages).iter().take(MAX_MESSAGES) {
        let message = read.value;
        found.part(Decode::Smb2, message.span.shifted(base));
        let token = match &message.body {
            smb2::Body::NegotiateResponse(m) => m.security_buffer,
            smb2::Body::SessionSetupRequest(m) => m.security_buffer,
            smb2::Body::SessionSetupResponse(m) => m.security_buffer,
            _ => continue,
        };
        if token.reached().is_some() && !token.value.is_empty() {
            found.blob(token, base);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Octets that are kept for the tests of other crates.
    fn data(path: &str) -> Vec<u8> {
        std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
    }

    const FILES: [(&str, MessageKind); 11] = [
        ("cldap-proto/tests/data/ping_windows10.bin", MessageKind::LdapPing),
        ("cldap-proto/tests/data/ping_minimal.bin", MessageKind::LdapPing),
        ("cldap-proto/tests/data/answer_windows.bin", MessageKind::LdapPing),
        ("cldap-proto/tests/data/answer_samba.bin", MessageKind::LdapPing),
        ("cldap-proto/tests/data/bind_sicily_answer.bin", MessageKind::Ldap),
        ("netlogon-proto/tests/data/answer_ex.bin", MessageKind::Netlogon),
        ("netlogon-proto/tests/data/mailslot_request.bin", MessageKind::Netlogon),
        ("netlogon-proto/tests/data/primary_query.bin", MessageKind::Netlogon),
        ("smb2-proto/tests/data/mailslot-ping.bin", MessageKind::Mailslot),
        ("smb2-proto/tests/data/smb311-session-setup-request.bin", MessageKind::Smb2),
        ("smb2-proto/tests/data/smb311-negotiate-response.bin", MessageKind::Smb2),
    ];

    #[test]
    fn kinds_are_told_by_their_octets() {
        for (path, kind) in FILES {
            let bytes = data(path);
            let guesses = detect(&bytes);
            let best = guesses.first().unwrap_or_else(|| panic!("{path}: nothing fits"));
            assert_eq!(best.kind, kind, "{path}: {guesses:?}");
            assert!(best.whole, "{path}: {:?}", decode(kind, &bytes).errors);
        }
        assert_eq!(detect(b""), []);
        assert_eq!(detect(b"hello, world"), []);
    }

    #[test]
    fn what_was_cut_says_where_and_keeps_what_came_before() {
        for (path, kind) in FILES {
            let bytes = data(path);
            for cut in 0..bytes.len() {
                let decoded = decode(kind, &bytes[..cut]);
                assert!(decoded.errors.iter().all(|error| error.offset <= cut), "{path} {cut}: {decoded:?}");
                for row in &decoded.view.rows {
                    if let super::super::Place::Frame(span) = row.place {
                        assert!(span.end <= cut && span.start <= span.end, "{path} {cut}: {row:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_kind_takes_any_octets() {
        let mut octets = Vec::new();
        for seed in 0_u32..400 {
            let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
            octets.clear();
            for _ in 0..seed % 97 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                octets.push((state >> 24) as u8);
            }
            for kind in MessageKind::ALL {
                let decoded = decode(kind, &octets);
                assert!(!decoded.view.rows.is_empty() || !decoded.errors.is_empty(), "{kind:?} {octets:?}");
            }
            let _ = detect(&octets);
        }
    }

    #[test]
    fn one_wrong_octet_is_survived() {
        for (path, _) in FILES {
            let mut bytes = data(path);
            for at in 0..bytes.len() {
                let right = bytes[at];
                for wrong in [0, 0x7f, 0x80, 0xff] {
                    bytes[at] = wrong;
                    for guess in detect(&bytes) {
                        let decoded = decode(guess.kind, &bytes);
                        assert_eq!(guess.whole, decoded.errors.is_empty(), "{path} {at}");
                    }
                }
                bytes[at] = right;
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_name() {
        for (octets, kind, says) in [
            (&b"\0\0\0\x40\xfdSMB...."[..], MessageKind::Smb2, "encrypted"),
            (b"\xfcSMB....", MessageKind::Smb2, "compressed"),
            (b"\0\0\0\x27\x05\x04\x04\xff\0\x0c", MessageKind::Ldap, "sealed"),
        ] {
            assert_eq!(detect(octets).first().map(|guess| (guess.kind, guess.whole)), Some((kind, false)));
            let decoded = decode(kind, octets);
            assert!(decoded.errors.iter().any(|error| error.to_string().contains(says)), "{decoded:?}");
        }
        let opcode = decode(MessageKind::Netlogon, b"\xfe\xca\0\0\0\0\0\0");
        assert!(opcode.errors[0].to_string().contains("operation code"), "{opcode:?}");
        let dns = b"\0\x1b\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x04corp\x04test\0\0\x01\0\x01";
        assert_eq!(detect(dns).first().map(|guess| guess.kind), Some(MessageKind::Dns));
        assert_eq!(decode(MessageKind::Dns, &dns[2..]).errors, []);
        assert_eq!(decode(MessageKind::Dns, dns).errors, []);
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = MessageKind::ALL.iter().map(|kind| kind.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), MessageKind::ALL.len());
    }
}
