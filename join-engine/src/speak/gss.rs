//! What a security blob proves, and the Kerberos message in it.

use adjoin_wire::{Span, Spanned};
use gss_proto::ntlm::{Authentication, NegotiateFlags, Ntlm};
use gss_proto::{Inner, inner};
use kerberos_proto::{ApReq, Message};

use super::kerberos;
use crate::log;
use crate::show::Decode;
use crate::story::{Fact, Proof as Who};
use crate::tracker::Scene;

/// What a blob says.
#[derive(Clone, Debug)]
pub(super) struct Proof {
    /// In words.
    pub(super) text: String,
    /// The Kerberos message, within the blob.
    pub(super) kerberos: Option<Span>,
    /// Who the sender claims to be, and how.
    pub(super) who: Option<Who>,
    /// A Kerberos error in place of a proof.
    pub(super) error: Option<Fact>,
    /// What there is to say of the proof itself.
    aside: Option<Fact>,
}

impl Proof {
    const fn other(text: String) -> Self {
        Self { text, kerberos: None, who: None, error: None, aside: None }
    }
}

/// Tells the story that the ticket is a large one.
pub(super) fn tell_ticket(scene: &mut Scene<'_>, proof: Option<&Proof>) {
    if let Some(aside @ Fact::LargeTicket { .. }) = proof.and_then(|proof| proof.aside.clone()) {
        scene.tell(aside);
    }
}

/// Tells the story what the server's clock says, where its challenge has it.
pub(super) fn tell_clock(scene: &mut Scene<'_>, proof: Option<&Proof>) {
    if let Some(clock @ Fact::Clock { .. }) = proof.and_then(|proof| proof.aside.clone()) {
        scene.tell(clock);
    }
}

/// Tells the story what there is to say of the proof of a bind.
pub(super) fn tell_bind(scene: &mut Scene<'_>, proof: Option<&Proof>) {
    if let Some(aside) = proof.and_then(|proof| proof.aside.clone()) {
        scene.tell(aside);
    }
}

/// A ticket of more octets than Windows took by default before Windows Server 2012 (MaxTokenSize).
fn large_ticket(request: &ApReq<'_>) -> Option<Fact> {
    const LARGE: usize = 12_000;
    let bytes = request.ticket.enc_part.cipher_length.value;
    (bytes > LARGE).then_some(Fact::LargeTicket { bytes })
}

/// The session key is one of DES, or of RC4 cut to 40 bits.
fn weak_key(request: &ApReq<'_>) -> Option<Fact> {
    let etype = request.authenticator.etype.value;
    matches!(etype.0, 1..=3 | 24)
        .then_some(Fact::WeakSession { why: "its Kerberos session key is a weak one" })
}

/// NTLM was agreed without sealing, or with keys that are too short.
fn weak_flags(flags: NegotiateFlags) -> Option<Fact> {
    let why = if !flags.contains(NegotiateFlags::SEAL) {
        "NTLM was agreed without sealing"
    } else if !flags.contains(NegotiateFlags::KEY_128) {
        "NTLM was agreed without 128-bit keys"
    } else {
        return None;
    };
    Some(Fact::WeakSession { why })
}

/// Reads a security blob; nothing when it carries no token.
pub(super) fn proof(blob: &[u8]) -> Option<Proof> {
    Some(match inner(blob)? {
        Inner::Kerberos { message, .. } => {
            let decoded = Message::parse_partial(message.value).value;
            decoded.message_type()?;
            let who = match &decoded {
                Message::ApReq(request) => Some(Who::Kerberos(request.ticket.sname.to_string())),
                _ => None,
            };
            let error = match &decoded {
                Message::Error(_) => kerberos::fact(&decoded),
                _ => None,
            };
            let text = sentence!("Kerberos {}", kerberos::describe(&decoded));
            let aside = match &decoded {
                Message::ApReq(request) => large_ticket(request).or_else(|| weak_key(request)),
                _ => None,
            };
            Proof { text, kerberos: Some(message.span), who, error, aside }
        }
        Inner::Ntlm(message) => {
            let decoded = Ntlm::parse_partial(message.value).value;
            let who = match &decoded {
                Ntlm::Negotiate(_) => Some(Who::Ntlm(None)),
                Ntlm::Authenticate(proof) if proof.authentication() == Authentication::Anonymous => {
                    Some(Who::Anonymous)
                }
                Ntlm::Authenticate(proof) => Some(Who::Ntlm(Some(proof.user_name.value.to_string()))),
                _ => None,
            };
            let aside = match &decoded {
                Ntlm::Authenticate(proof) => {
                    proof.negotiate_flags.reached().and_then(|flags| weak_flags(*flags))
                }
                Ntlm::Challenge(challenge) => {
                    let stamp = challenge.target_info.and_then(|info| info.timestamp());
                    let time = stamp.and_then(|stamp| i64::try_from(stamp.unix_nanoseconds()).ok());
                    time.filter(|time| *time > 0).map(|time| Fact::Clock { time, by: "NTLM" })
                }
                _ => None,
            };
            let text = match decoded {
                Ntlm::Negotiate(_) => "NTLM negotiate".to_owned(),
                Ntlm::Challenge(challenge) => {
                    sentence!("NTLM challenge from {}", challenge.target_name.value)
                }
                Ntlm::Authenticate(proof) if proof.authentication() == Authentication::Anonymous => {
                    "NTLM, anonymous".to_owned()
                }
                Ntlm::Authenticate(proof) => {
                    let domain = proof.domain_name.value.to_string();
                    let separator = if domain.is_empty() { "" } else { "\\" };
                    sentence!("NTLM as {domain}{separator}{}", proof.user_name.value)
                }
                _ => "NTLM".to_owned(),
            };
            Proof { text, kerberos: None, who, error: None, aside }
        }
        Inner::Netlogon(_) => Proof::other("secure channel".to_owned()),
        Inner::Other { mechanism: Some(mechanism), .. } => Proof::other(mechanism.to_string()),
        _ => return None,
    })
}

/// Adds what can be shown of a security blob: the token, and the Kerberos message in it. The span of
/// the blob counts from the start of what the message begins `base` octets behind.
pub(super) fn with_blob(mut said: log::Message, blob: &Spanned<&[u8]>, base: usize) -> log::Message {
    let start = blob.span.start.saturating_sub(base);
    if crate::show::gss::is_shown(blob.value) {
        said = said.part(Decode::Gss, Span::new(0, blob.value.len()).shifted(start));
    }
    match proof(blob.value).and_then(|proof| proof.kerberos) {
        Some(span) => said.part(Decode::Kerberos, span.shifted(start)),
        None => said,
    }
}
