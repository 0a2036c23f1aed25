//! LDAP on ports 389 and 3268, over UDP and TCP: the LDAP ping, rootDSE, bind, and what is written.

use adjoin_capture::Direction;
use adjoin_wire::Cursor;
use adjoin_wire::Span;
use adjoin_wire::ber::{Reader, Tag};
use cldap_proto::{
    AdErrorText, Authentication, LdapMessage, LdapPing, LdapResult, ProtocolOp, ResultCode, SearchRequest,
    SearchResultEntry, messages, netlogon_value,
};
use netlogon_proto::{DsFlags, Message, NtVersion};

use super::{Next, OnStream, gss, netlogon};
use crate::Phase;
use crate::bounded::Bounded;
use crate::catalogue as find;
use crate::log::{self, MessageId, Source};
use crate::show::Decode;
use crate::story::{Fact, Proof as Who};
use crate::tracker::Scene;

/// Most octets of a sealed unbind: seven of its own, and at most 73 of the seal (RFC 4121, section 4.2.4).
const SEALED_UNBIND: usize = 80;
/// Octets of the length in front of a SASL buffer (RFC 4422, section 3.7).
const SASL_LENGTH: usize = 4;

/// One connection, or one client port of UDP.
#[derive(Debug, Default)]
pub(crate) struct Dialogue {
    pending: Bounded<u32, Pending, 256>,
}

/// A request that waits for its answer.
#[derive(Clone, Copy, Debug)]
struct Pending {
    id: MessageId,
    ping: bool,
    /// It asks for the extended form.
    extended: bool,
}

/// The length of a BER element, as far as its header is there.
fn message_length(bytes: &[u8]) -> Next {
    match Reader::new(Cursor::new(bytes)).read("LDAPMessage") {
        // A message ID follows in every LDAPMessage.
        Ok(element) if element.contents().peek().first().is_some_and(|tag| Tag(*tag) != Tag::INTEGER) => {
            Next::Lost
        }
        Ok(element) => Next::Message(element.header.len().saturating_add(element.length)),
        Err(error) if error.kind.is_truncated() => Next::More,
        Err(_) => Next::Lost,
    }
}

/// The messages in a SASL buffer that is signed and not encrypted.
///
/// They begin behind the signature: 16 octets with NTLM ([MS-NLMP] 2.2.2.9), and with Kerberos a
/// header of 16 and, where it was rotated to the front, a checksum of 12 (RFC 4121, section 4.2.4).
fn signed<'a>(source: &Source<'a>) -> Option<Source<'a>> {
    const SIGNATURES: [usize; 2] = [16, 28];
    SIGNATURES.iter().find_map(|signature| {
        let start = SASL_LENGTH.saturating_add(*signature);
        let rest = source.bytes.get(start..)?;
        let whole = matches!(message_length(rest), Next::Message(length) if length <= rest.len());
        (rest.first() == Some(&Tag::SEQUENCE.0) && whole)
            .then(|| source.sub(Span::new(start, source.bytes.len())))
    })
}

impl OnStream for Dialogue {
    fn name(&self) -> &'static str {
        "Reassembled LDAP message"
    }

    /// A message begins with a SEQUENCE, a SASL buffer with a length below 16 MiB and a token.
    fn starts(&self, bytes: &[u8]) -> bool {
        match bytes {
            [0x30, ..] => message_length(bytes) != Next::Lost,
            // A Kerberos token (RFC 4121 4.2.6.2), one in a GSS-API frame, or an NTLM signature.
            [0, _, _, _, 5, 4, ..] | [0, _, _, _, 0x60, ..] | [0, _, _, _, 1, 0, 0, 0, ..] => true,
            _ => false,
        }
    }

    fn next(&self, bytes: &[u8]) -> Next {
        match bytes {
            [] => Next::More,
            [0x30, ..] => message_length(bytes),
            [0, b, c, d, ..] => {
                let length = usize::try_from(u32::from_be_bytes([0, *b, *c, *d])).unwrap_or(usize::MAX);
                Next::Message(length.saturating_add(SASL_LENGTH))
            }
            [0, ..] => Next::More,
            _ => Next::Lost,
        }
    }

    /// A message of a stream, or a SASL buffer.
    fn message(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        if source.bytes.first() == Some(&0) {
            if let Some(inner) = signed(source) {
                for item in messages(inner.bytes) {
                    self.operation(scene, &inner.sub(item.value.span), &item.value);
                }
                return;
            }
            let length = source.bytes.len().saturating_sub(SASL_LENGTH);
            let from_server = scene.direction == Direction::ToClient;
            // The smallest request that wants an answer, a search for the rootDSE, takes more.
            let unbind = !from_server && length <= SEALED_UNBIND;
            scene.tell(if unbind {
                Fact::LdapUnbind
            } else {
                Fact::LdapSealed { bytes: length, from_server }
            });
            let summary = sentence!("LDAP, sealed or signed: {length} bytes");
            scene
                .log
                .push(log::Message::new(scene.frame, &source.sub(Span::new(0, 0)), Phase::P5, summary), None);
            return;
        }
        let message = LdapMessage::parse_partial(source.bytes).value;
        self.operation(scene, source, &message);
    }
}

impl Dialogue {
    /// A datagram of connectionless LDAP: an answer has its entry and its end in one.
    pub(super) fn datagram(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        for item in messages(source.bytes) {
            // The end of a search says nothing more than its entry.
            let done = matches!(item.value.op, ProtocolOp::SearchResultDone(_));
            if done && self.pending.get(&item.value.message_id.value).is_none() {
                continue;
            }
            self.operation(scene, &source.sub(item.value.span), &item.value);
        }
    }

    /// `source` begins where spans of the message count from, less the message's own start.
    fn operation(&mut self, scene: &mut Scene<'_>, source: &Source<'_>, message: &LdapMessage<'_>) {
        let base = message.span.start;
        let id = message.message_id.value;
        if message.message_id.reached().is_none() {
            return;
        }
        self.tell(scene, message, id);
        let frame = scene.frame;
        let note = |phase: Phase, summary: String| log::Message::new(frame, source, phase, summary);
        let (said, ping) = match &message.op {
            ProtocolOp::SearchRequest(search) => match LdapPing::of(search) {
                Some(ping) => (note(Phase::P2, describe_ping(&ping)).whole(Decode::LdapPing), true),
                None => (note(Phase::P5, describe_search(search)).whole(Decode::Ldap), false),
            },
            ProtocolOp::SearchResultEntry(entry) => return self.entry(scene, source, entry, id, base),
            ProtocolOp::BindRequest(bind) => {
                let mut said = note(Phase::P5, String::new()).whole(Decode::Ldap);
                let text = match &bind.authentication {
                    Authentication::Sasl { mechanism, credentials } => {
                        if let Some(token) = credentials {
                            said = gss::with_blob(said, token, base);
                        }
                        match credentials.and_then(|token| gss::proof(token.value)) {
                            Some(proof) => sentence!("{mechanism}, {}", proof.text),
                            None => mechanism.to_string(),
                        }
                    }
                    Authentication::Simple(password) if password.is_empty() => "anonymous".to_owned(),
                    Authentication::Simple(_) => sentence!("simple, as {}", bind.name),
                    Authentication::Sicily { credentials, .. } => {
                        said = gss::with_blob(said, credentials, base);
                        let proof = gss::proof(credentials.value).map(|proof| sentence!(", {}", proof.text));
                        sentence!("Sicily{}", proof.unwrap_or_default())
                    }
                    _ => "unknown method".to_owned(),
                };
                said.summary = sentence!("LDAP bind: {text}");
                (said, false)
            }
            ProtocolOp::BindResponse(bind) => {
                let pending = self.pending.remove(&id);
                // A Sicily bind is answered with the token in place of a name ([MS-ADTS] 5.1.1.1.3).
                let sicily = bind.result.matched_dn.map(|name| name.as_bytes());
                let token = bind.server_sasl_creds.or(Some(sicily).filter(|name| !name.is_empty()));
                let mut text = sentence!("LDAP bind: {}", outcome(&bind.result));
                if let Some(proof) = token.and_then(|token| gss::proof(token.value)) {
                    append!(text, ", {}", proof.text);
                }
                let mut said = note(Phase::P5, text).whole(Decode::Ldap);
                if let Some(token) = &token {
                    said = gss::with_blob(said, token, base);
                }
                scene.log.push(said, pending.map(|pending| pending.id));
                return;
            }
            ProtocolOp::AddRequest(add) => {
                (note(Phase::P8, sentence!("LDAP add: {}", add.entry)).whole(Decode::Ldap), false)
            }
            ProtocolOp::ModifyRequest(modify) => {
                (note(Phase::P8, sentence!("LDAP modify: {}", modify.object)).whole(Decode::Ldap), false)
            }
            ProtocolOp::DelRequest(delete) => {
                (note(Phase::P8, sentence!("LDAP delete: {}", delete.entry)).whole(Decode::Ldap), false)
            }
            ProtocolOp::ModifyDnRequest(rename) => {
                (note(Phase::P8, sentence!("LDAP rename: {}", rename.entry)).whole(Decode::Ldap), false)
            }
            ProtocolOp::SearchResultReference(reference) => {
                let uri = reference.uris.texts().next().map(|uri| uri.to_string()).unwrap_or_default();
                let said = note(Phase::P5, sentence!("LDAP referral to {uri}")).whole(Decode::Ldap);
                let request = self.pending.get(&id).map(|pending| pending.id);
                scene.log.push(said, request);
                return;
            }
            ProtocolOp::ExtendedRequest(extended) => {
                let name = cldap_proto::oid_name(extended.request_name.as_bytes());
                let name = name.map_or_else(|| extended.request_name.to_string(), str::to_owned);
                (note(Phase::P5, sentence!("LDAP extended request: {name}")).whole(Decode::Ldap), false)
            }
            op => {
                let Some(result) = op.result() else { return };
                let pending = self.pending.remove(&id);
                let phase = match op {
                    ProtocolOp::AddResponse(_)
                    | ProtocolOp::ModifyResponse(_)
                    | ProtocolOp::DelResponse(_)
                    | ProtocolOp::ModifyDnResponse(_) => Phase::P8,
                    _ if pending.is_some_and(|pending| pending.ping) => Phase::P2,
                    _ => Phase::P5,
                };
                let name = op.name().unwrap_or("answer");
                let mut said = note(phase, sentence!("LDAP {name}: {}", outcome(result))).whole(Decode::Ldap);
                if phase == Phase::P2 && result.result_code.value == ResultCode::SUCCESS {
                    said.summary = "LDAP ping answered without an entry".to_owned();
                    said.remark(find::PING_EMPTY, EMPTY);
                }
                scene.log.push(said, pending.map(|pending| pending.id));
                return;
            }
        };
        let pushed = scene.log.push(said, None);
        let extended = match &message.op {
            ProtocolOp::SearchRequest(search) => LdapPing::of(search).and_then(|ping| ping.nt_ver),
            _ => None,
        };
        let extended = extended.is_some_and(|version| version.value & NtVersion::V5EX.bits() != 0);
        self.pending.insert(id, Pending { id: pushed, ping, extended });
    }

    /// Tells the story what the message says.
    fn tell(&self, scene: &mut Scene<'_>, message: &LdapMessage<'_>, id: u32) {
        let ping = self.pending.get(&id).is_some_and(|pending| pending.ping);
        let proof =
            |token: Option<adjoin_wire::Spanned<&[u8]>>| token.and_then(|token| gss::proof(token.value));
        let fact = match &message.op {
            ProtocolOp::SearchRequest(search) => match LdapPing::of(search) {
                Some(ping) => {
                    let text = |field: Option<adjoin_wire::Spanned<adjoin_wire::Text<'_>>>| {
                        field.map(|field| field.to_string()).unwrap_or_default()
                    };
                    Fact::Ping {
                        domain: text(ping.dns_domain).to_lowercase(),
                        host: text(ping.host),
                        user: text(ping.user),
                    }
                }
                None => Fact::LdapSearch { root_dse: search.base_object.is_empty() },
            },
            ProtocolOp::SearchResultEntry(entry) => match netlogon_value(entry) {
                Some(value) => match Message::parse_partial(value.value).value {
                    Message::SamLogonResponseEx(reply) if reply.flags.reached().is_none() => Fact::LdapEntry,
                    Message::SamLogonResponseEx(reply) => Fact::PingAnswer {
                        opcode: reply.opcode.value,
                        flags: reply.flags.value,
                        domain: reply.dns_domain_name.to_string().to_lowercase(),
                        host: reply.dns_host_name.to_string(),
                        extended: true,
                    },
                    // Whoever asks for an old form gets it.
                    _ if !self.pending.get(&id).is_some_and(|pending| pending.extended) => Fact::LdapEntry,
                    other => Fact::PingAnswer {
                        opcode: other.opcode().value,
                        flags: DsFlags::empty(),
                        domain: String::new(),
                        host: String::new(),
                        extended: false,
                    },
                },
                None if ping => Fact::PingEmpty,
                None => {
                    if let Some(time) = current_time(entry) {
                        scene.tell(Fact::Clock { time, by: "rootDSE" });
                    }
                    Fact::LdapEntry
                }
            },
            ProtocolOp::SearchResultDone(_) if ping => Fact::PingEmpty,
            ProtocolOp::SearchResultDone(_) => Fact::LdapEntry,
            ProtocolOp::BindRequest(bind) => Fact::LdapBind {
                proof: match &bind.authentication {
                    Authentication::Sasl { credentials, .. } => {
                        proof(*credentials).and_then(|proof| proof.who)
                    }
                    Authentication::Simple(password) if password.is_empty() => Some(Who::Anonymous),
                    _ => None,
                },
            },
            ProtocolOp::BindResponse(bind) => {
                let token = proof(bind.server_sasl_creds);
                gss::tell_clock(scene, token.as_ref());
                if let Some(error) = token.and_then(|proof| proof.error) {
                    scene.tell(error);
                }
                let details = AdErrorText::parse(bind.result.diagnostic_message);
                Fact::LdapBindAnswer {
                    code: bind.result.result_code.value.0,
                    data: details.and_then(|details| details.logon_sub_code()).map(|code| code.0),
                    text: bind.result.diagnostic_message.to_string(),
                }
            }
            ProtocolOp::AddRequest(add) => Fact::LdapWrite { what: "add", dn: add.entry.to_string() },
            ProtocolOp::ModifyRequest(modify) => {
                Fact::LdapWrite { what: "modify", dn: modify.object.to_string() }
            }
            ProtocolOp::AddResponse(result) | ProtocolOp::ModifyResponse(result) => {
                let details = AdErrorText::parse(result.diagnostic_message);
                Fact::LdapWriteAnswer {
                    code: result.result_code.value.0,
                    win32: details.map(|details| details.code.value),
                }
            }
            ProtocolOp::UnbindRequest => Fact::LdapUnbind,
            _ => return,
        };
        scene.tell(fact);
        let ProtocolOp::BindRequest(bind) = &message.op else { return };
        if let Authentication::Sasl { credentials, .. } = &bind.authentication {
            gss::tell_bind(scene, proof(*credentials).as_ref());
        }
    }

    fn entry(
        &mut self,
        scene: &mut Scene<'_>,
        source: &Source<'_>,
        entry: &SearchResultEntry<'_>,
        id: u32,
        base: usize,
    ) {
        let pending = self.pending.get(&id).copied();
        let request = pending.map(|pending| pending.id);
        let Some(value) = netlogon_value(entry) else {
            if pending.is_some_and(|pending| pending.ping) {
                let summary = "LDAP ping answered without the Netlogon attribute".to_owned();
                let said = log::Message::new(scene.frame, source, Phase::P2, summary)
                    .finding(find::PING_EMPTY, EMPTY);
                scene.log.push(said, request);
                self.pending.remove(&id);
                return;
            }
            let name = entry.object_name.to_string();
            let what = if name.is_empty() { "rootDSE" } else { &name };
            let mut said = log::Message::new(scene.frame, source, Phase::P5, sentence!("LDAP entry: {what}"));
            // Larger ones are no entries of a join, and would be kept when they span frames.
            if source.bytes.len() <= MAX_ENTRY {
                said = said.whole(Decode::Ldap);
            }
            scene.log.push(said, request);
            return;
        };
        let message = Message::parse_partial(value.value).value;
        if let Message::SamLogonResponseEx(reply) = &message {
            scene.names.learn_host(scene.server.address, &reply.dns_host_name.to_string());
        }
        let from = scene.names.host(scene.server.address);
        let (summary, remarks) =
            netlogon::answer("LDAP ping", &message, &from, pending.is_none_or(|pending| pending.extended));
        let span = Span::new(value.span.start.saturating_sub(base), value.span.end.saturating_sub(base));
        let said = log::Message::new(scene.frame, source, Phase::P2, summary).part(Decode::Netlogon, span);
        scene.log.push(netlogon::remark(said, remarks), request);
        self.pending.remove(&id);
    }
}

/// Octets of the largest entry that is shown; a rootDSE has some thousand.
const MAX_ENTRY: usize = 32 << 10;

const EMPTY: &str =
    "The server does not hold the domain that was asked for, or does not understand the question";

fn describe_ping(ping: &LdapPing<'_>) -> String {
    let mut text = "LDAP ping".to_owned();
    if let Some(domain) = ping.dns_domain {
        append!(text, " for {domain}");
    }
    if let Some(host) = ping.host.or(ping.dns_host_name) {
        append!(text, " from {host}");
    }
    if let Some(user) = ping.user {
        append!(text, ", account {user}");
    }
    text
}

fn describe_search(search: &SearchRequest<'_>) -> String {
    if search.base_object.is_empty() {
        return "LDAP search: rootDSE".to_owned();
    }
    let filter = search.filter.map(|filter| filter.to_string()).unwrap_or_default();
    let filter: String = filter.chars().take(120).collect();
    sentence!("LDAP search: {} {filter}", search.base_object)
}

/// A result code, with what Active Directory adds.
fn outcome(result: &LdapResult<'_>) -> String {
    let mut text = result.result_code.to_string();
    if let Some(details) = AdErrorText::parse(result.diagnostic_message) {
        match details.logon_sub_code().and_then(|code| code.meaning()) {
            Some(meaning) => append!(text, " ({meaning})"),
            None => append!(text, " (0x{:08x})", details.code.value),
        }
    }
    text
}

/// The server's clock in an entry of the rootDSE: `currentTime`, a GeneralizedTime in UTC such as
/// `20261121094512.0Z`, in nanoseconds since 1970.
fn current_time(entry: &SearchResultEntry<'_>) -> Option<i64> {
    let value = entry.attributes.values("currentTime")?.first_or_cut()?;
    let (digits, zone) = value.value.split_first_chunk::<14>()?;
    if !zone.ends_with(b"Z") {
        return None;
    }
    let time = kerberos_proto::KerberosTime::from_ascii(&[&digits[..], b"Z"].concat())?;
    time.unix_seconds().checked_mul(1_000_000_000)
}
