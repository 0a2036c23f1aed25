//! Security blobs.

use crate::check;
use gss_proto::netlogon::NlAuthMessage;
use gss_proto::ntlm::{Authenticate, AvPairs, Challenge, Negotiate, Ntlm};
use gss_proto::per_message::PerMessageToken;
use gss_proto::{InitialContextToken, Inner, NegTokenInit, NegTokenResp, Token, inner};

/// [`gss_proto`]: a token of any kind, and what is inside.
pub fn gss_token(bytes: &[u8]) {
    macro_rules! read {
        ($($message:ident)*) => {
            $(check::message(bytes, &$message::parse(bytes), &$message::parse_partial(bytes));)*
        };
    }
    read!(Token InitialContextToken NegTokenInit NegTokenResp Negotiate Challenge Authenticate NlAuthMessage);
    read!(PerMessageToken);

    match Token::parse_partial(bytes).value {
        Token::NegTokenInit(init) => {
            if let Some(types) = init.mech_types {
                check::span(bytes, types.span());
                let mut failed = false;
                for mechanism in types {
                    assert!(!failed, "an error ends the list");
                    match mechanism {
                        Ok(mechanism) => {
                            check::span(bytes, mechanism.span);
                            check::text(*mechanism);
                        }
                        Err(error) => {
                            failed = true;
                            check::error(bytes, error);
                        }
                    }
                }
            }
            if let Some(preferred) = init.preferred() {
                check::text(preferred);
            }
        }
        Token::NegTokenResp(resp) => {
            if let Some(state) = resp.neg_state {
                check::text(*state);
            }
        }
        Token::Ntlm(message) => ntlm(bytes, &message),
        _ => {}
    }
    if let Some(
        found @ (Inner::Kerberos { message: octets, .. }
        | Inner::Ntlm(octets)
        | Inner::Netlogon(octets)
        | Inner::Other { token: octets, .. }),
    ) = inner(bytes)
    {
        check::spans(bytes, &found);
        assert_eq!(bytes.get(octets.span.range()), Some(octets.value));
        let _ = found.mechanism_name();
        if let Inner::Kerberos { message, .. } = found {
            let _ = kerberos_proto::Message::parse_partial(message.value);
        }
    }
}

fn ntlm(bytes: &[u8], message: &Ntlm<'_>) {
    match message {
        Ntlm::Negotiate(message) => check::text(*message.negotiate_flags),
        Ntlm::Challenge(message) => {
            check::text(*message.target_name);
            message.target_info.iter().for_each(|info| pairs(bytes, info));
        }
        Ntlm::Authenticate(message) => {
            check::text(*message.user_name);
            check::text(message.authentication());
            if let Some(mic) = message.mic {
                check::span(bytes, mic);
            }
        }
        _ => {}
    }
}

fn pairs(bytes: &[u8], info: &AvPairs<'_>) {
    check::span(bytes, info.span());
    let mut failed = false;
    for pair in info.iter() {
        assert!(!failed, "an error ends the list");
        match pair {
            Ok(pair) => {
                check::spans(bytes, &pair);
                check::text(*pair.id);
                let _ = (pair.text(), pair.flags());
            }
            Err(error) => {
                failed = true;
                check::error(bytes, error);
            }
        }
    }
    if let Some(time) = info.timestamp() {
        check::span(bytes, time.span);
        let _ = (time.unix_seconds(), time.unix_nanoseconds());
    }
}
