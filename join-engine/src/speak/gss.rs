//! What a security blob proves, and the Kerberos message in it.

use adjoin_wire::Span;
use gss_proto::ntlm::{Authentication, Ntlm};
use gss_proto::{Inner, inner};
use kerberos_proto::Message;

use super::kerberos;

/// What a blob says.
#[derive(Clone, Debug)]
pub(super) struct Proof {
    /// In words.
    pub(super) text: String,
    /// The Kerberos message, within the blob.
    pub(super) kerberos: Option<Span>,
}

/// Reads a security blob; nothing when it carries no token.
pub(super) fn proof(blob: &[u8]) -> Option<Proof> {
    Some(match inner(blob)? {
        Inner::Kerberos { message, .. } => {
            let decoded = Message::parse_partial(message.value).value;
            decoded.message_type()?;
            Proof { text: format!("Kerberos {}", kerberos::describe(&decoded)), kerberos: Some(message.span) }
        }
        Inner::Ntlm(message) => {
            let text = match Ntlm::parse_partial(message.value).value {
                Ntlm::Negotiate(_) => "NTLM negotiate".to_owned(),
                Ntlm::Challenge(challenge) => {
                    format!("NTLM challenge from {}", challenge.target_name.value)
                }
                Ntlm::Authenticate(proof) if proof.authentication() == Authentication::Anonymous => {
                    "NTLM, anonymous".to_owned()
                }
                Ntlm::Authenticate(proof) => {
                    let domain = proof.domain_name.value.to_string();
                    let separator = if domain.is_empty() { "" } else { "\\" };
                    format!("NTLM as {domain}{separator}{}", proof.user_name.value)
                }
                Ntlm::Unknown => "NTLM".to_owned(),
            };
            Proof { text, kerberos: None }
        }
        Inner::Netlogon(_) => Proof { text: "secure channel".to_owned(), kerberos: None },
        Inner::Other { mechanism: Some(mechanism), .. } => {
            Proof { text: mechanism.to_string(), kerberos: None }
        }
        Inner::Other { .. } => return None,
    })
}
