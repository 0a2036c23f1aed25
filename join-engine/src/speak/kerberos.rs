//! Kerberos on port 88 and kpasswd on port 464, over UDP and TCP.

use adjoin_wire::Span;
use kerberos_proto::kpasswd::{self, Kpasswd};
use kerberos_proto::tcp::{self, Framing, RECORD_MARK};
use kerberos_proto::{ErrorCode, KdcReq, KrbError, Message, MessageType, PaType, PrincipalName};
use smb2_proto::NtStatus;

use super::{Next, OnStream};
use crate::Phase;
use crate::catalogue as find;
use crate::log::{self, MessageId, Source};
use crate::show::{Decode, FindingId};
use crate::story::Fact;
use crate::tracker::Scene;

/// One connection, or one client port of UDP: a request and its answer.
#[derive(Debug, Default)]
pub(crate) struct Dialogue {
    request: Option<MessageId>,
}

/// One connection of kpasswd.
#[derive(Debug, Default)]
pub(super) struct Passwords(Dialogue);

impl OnStream for Dialogue {
    fn name(&self) -> &'static str {
        "Reassembled Kerberos message"
    }

    /// A record mark, and a message of that length.
    fn starts(&self, bytes: &[u8]) -> bool {
        bytes.len() < 6 || tcp::looks_like(bytes)
    }

    fn next(&self, bytes: &[u8]) -> Next {
        next(bytes)
    }

    fn message(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        self.datagram(scene, &unmark(source));
    }
}

impl OnStream for Passwords {
    fn name(&self) -> &'static str {
        "Reassembled Kerberos message"
    }

    /// A record mark, and a kpasswd message of that length.
    fn starts(&self, bytes: &[u8]) -> bool {
        tcp::RecordMark::parse_prefix(bytes).is_ok()
    }

    fn next(&self, bytes: &[u8]) -> Next {
        next(bytes)
    }

    fn message(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        let Self(dialogue) = self;
        dialogue.kpasswd(scene, &unmark(source));
    }
}

fn next(bytes: &[u8]) -> Next {
    match tcp::next_message(bytes) {
        Ok(Framing::Message { total, .. }) => Next::Message(total),
        Ok(Framing::Incomplete { .. }) if bytes.len() < RECORD_MARK => Next::More,
        Ok(Framing::Incomplete { total, .. }) => Next::Message(total),
        Err(_) => Next::Lost,
    }
}

/// The message behind its record mark.
fn unmark<'a>(source: &Source<'a>) -> Source<'a> {
    source.sub(Span::new(RECORD_MARK.min(source.bytes.len()), source.bytes.len()))
}

impl Dialogue {
    /// A message.
    pub(super) fn datagram(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        let message = Message::parse_partial(source.bytes).value;
        let Some(kind) = message.message_type() else { return };
        let mut said = log::Message::new(scene.frame, source, Phase::P3K, describe(&message));
        let found = if let Message::Error(error) = &message { judge(error) } else { None };
        if let Some((id, text)) = found {
            said = said.finding(id, text);
        }
        let said = said.whole(Decode::Kerberos);
        if let Some(fact) = fact(&message) {
            scene.tell(fact);
        }
        if matches!(kind, MessageType::AS_REQ | MessageType::TGS_REQ) {
            self.request = Some(scene.log.push(said, None));
        } else {
            let request = self.request.take();
            scene.log.push(said, request);
        }
    }

    /// A kpasswd message ([RFC 3244]).
    pub(super) fn kpasswd(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        let message = Kpasswd::parse_partial(source.bytes).value;
        if message.version.reached().is_none() || !kpasswd::looks_like(source.bytes) {
            return;
        }
        let request = scene.direction == adjoin_capture::Direction::ToServer;
        let mut summary =
            if request { "kpasswd: sets the password".to_owned() } else { "kpasswd: answer".to_owned() };
        if let Some(result) = message.result() {
            summary = sentence!("kpasswd: {}", result.code);
        }
        let mut said = log::Message::new(scene.frame, source, Phase::P8, summary);
        let parts = [message.ap, message.body.reached().map(|_| message.body)];
        for part in parts.into_iter().flatten() {
            if !part.is_empty() {
                said = said.part(Decode::Kerberos, part.span);
            }
        }
        scene.tell(if request {
            Fact::KpasswdRequest
        } else {
            let error = message.error().map(|error| error.value.error_code.value.0);
            let result = message.result().map(|result| result.code.value.0);
            Fact::KpasswdAnswer { error, result, done: error.is_none() && message.ap.is_some() }
        });
        if request {
            self.request = Some(scene.log.push(said, None));
        } else {
            let asked = self.request.take();
            scene.log.push(said, asked);
        }
    }
}

/// What the message means to the story.
pub(super) fn fact(message: &Message<'_>) -> Option<Fact> {
    let name = |name: Option<PrincipalName<'_>>| name.map(|name| name.to_string()).unwrap_or_default();
    Some(match message {
        Message::AsReq(request) => {
            Fact::AsReq { cname: name(request.req_body.cname), proof: proves_password(request) }
        }
        Message::TgsReq(request) => Fact::TgsReq { sname: name(request.req_body.sname) },
        Message::AsRep(reply) => {
            Fact::AsRep { cname: reply.cname.to_string(), sname: reply.ticket.sname.to_string() }
        }
        Message::TgsRep(reply) => Fact::TgsRep { sname: reply.ticket.sname.to_string() },
        Message::Error(error) if error.error_code.reached().is_some() => Fact::KrbError {
            code: error.error_code.value.0,
            status: error.ext_error().map(|ext| NtStatus(ext.status.value)),
            sname: error.sname.to_string(),
            cname: name(error.cname),
            clock: error.stime.value.unix_seconds().saturating_mul(1_000_000_000),
        },
        _ => return None,
    })
}

/// The message in one sentence.
pub(super) fn describe(message: &Message<'_>) -> String {
    match message {
        Message::AsReq(request) => {
            let cname = request.req_body.cname.map(|name| name.to_string()).unwrap_or_default();
            let proof = if proves_password(request) { "with proof of the password" } else { "no proof yet" };
            sentence!("AS-REQ: {cname} asks {} for a ticket, {proof}", request.req_body.realm)
        }
        Message::TgsReq(request) => {
            let sname = request.req_body.sname.map(|name| name.to_string()).unwrap_or_default();
            sentence!("TGS-REQ: asks for a ticket for {sname}")
        }
        Message::AsRep(reply) => {
            sentence!("AS-REP: {} gets a ticket for {}", reply.cname, reply.ticket.sname)
        }
        Message::TgsRep(reply) => {
            sentence!("TGS-REP: {} gets a ticket for {}", reply.cname, reply.ticket.sname)
        }
        Message::ApReq(request) => sentence!("AP-REQ: presents a ticket for {}", request.ticket.sname),
        Message::ApRep(_) => "AP-REP: proof of identity".to_owned(),
        Message::TgtReq(request) => {
            let name = request.server_name.map(|name| name.to_string()).unwrap_or_default();
            sentence!("TGT-REQ: asks {name} for its own ticket, to authenticate user to user")
        }
        Message::TgtRep(reply) => {
            sentence!("TGT-REP: the ticket of the server itself, {}", reply.ticket.sname)
        }
        Message::Error(error) => {
            let mut text = sentence!("KRB-ERROR: {}", error.error_code);
            if let Some(ext) = error.ext_error() {
                append!(text, ", {}", NtStatus(ext.status.value));
            }
            text
        }
        other => other.message_type().map_or_else(String::new, |kind| kind.to_string()),
    }
}

fn proves_password(request: &KdcReq<'_>) -> bool {
    request.padata().any(|data| {
        matches!(data.padata_type.value, PaType::ENC_TIMESTAMP | PaType::PK_AS_REQ | PaType::FX_FAST)
    })
}

/// What an error means for a join.
fn judge(error: &KrbError<'_>) -> Option<(FindingId, String)> {
    error.error_code.reached()?;
    let code = error.error_code.value;
    let sname = error.sname.to_string();
    let status =
        error.ext_error().map(|ext| sentence!(" ({})", NtStatus(ext.status.value))).unwrap_or_default();
    Some(match code {
        ErrorCode::PREAUTH_REQUIRED => (
            find::KRB_NORMAL,
            "PREAUTH_REQUIRED is normal: the KDC asks for proof of the password and says how to make it"
                .into(),
        ),
        ErrorCode::ERR_RESPONSE_TOO_BIG => (
            find::KRB_NORMAL,
            "RESPONSE_TOO_BIG is normal: the answer does not fit into UDP, the client asks again over TCP"
                .into(),
        ),
        ErrorCode::MORE_PREAUTH_DATA_REQUIRED => (
            find::KRB_NORMAL,
            "MORE_PREAUTH_DATA_REQUIRED is normal: the pre-authentication has several steps".into(),
        ),
        ErrorCode::WRONG_REALM => {
            (find::KRB_NORMAL, "WRONG_REALM is normal: the KDC points to the realm to ask".into())
        }
        ErrorCode::AP_ERR_SKEW => {
            (find::KRB_SKEW, sentence!("The clocks differ too much; the server's clock says {}", error.stime))
        }
        ErrorCode::AP_ERR_MODIFIED | ErrorCode::AP_ERR_BAD_INTEGRITY => (
            find::KRB_MODIFIED,
            sentence!("{sname} could not decrypt the ticket: it was made with another key{status}"),
        ),
        ErrorCode::S_PRINCIPAL_UNKNOWN => (
            find::KRB_SPN,
            sentence!("The KDC knows no service {sname}; the client may go on with NTLM{status}"),
        ),
        ErrorCode::C_PRINCIPAL_UNKNOWN => {
            let cname = error.cname.map(|name| sentence!(" {name}")).unwrap_or_default();
            (find::KRB_CLIENT, sentence!("The KDC knows no such client{cname}{status}"))
        }
        ErrorCode::PREAUTH_FAILED => {
            (find::KRB_PREAUTH, sentence!("The proof of the password is wrong{status}"))
        }
        ErrorCode::CLIENT_REVOKED => {
            (find::KRB_REVOKED, sentence!("The account is disabled, locked, expired or restricted{status}"))
        }
        ErrorCode::KEY_EXPIRED => {
            (find::KRB_PWEXPIRED, sentence!("The password has expired or must be changed{status}"))
        }
        ErrorCode::ETYPE_NOTSUPP => (
            find::KRB_ETYPE,
            sentence!("Client and KDC share no encryption type that the account has a key for{status}"),
        ),
        ErrorCode::POLICY => (find::KRB_POLICY, sentence!("The KDC's policy refuses{status}")),
        // kpasswd of Windows Server 2025 reports success this way.
        ErrorCode::NONE => return None,
        code if sname.is_empty() => (find::KRB_ERROR, sentence!("{code}{status}")),
        code => (find::KRB_ERROR, sentence!("{code} for {sname}{status}")),
    })
}
