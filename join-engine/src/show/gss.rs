//! `adjoin.gss.*`: SPNEGO, RFC 4178 and [MS-SPNG], and what is inside.

use super::Base::Dec;
use super::Kind::{Group, Text, Uint};
use super::sheet::Sheet;
use super::{family, netlogon, ntlm};
use adjoin_wire::{Partial, Span};
use gss_proto::{Inner, Token, inner};

family! { netlogon::END;
    HEADING = "adjoin.gss", "Security negotiation", Group, "The sides agree how to authenticate (SPNEGO)";
    MECHANISM = "adjoin.gss.mechanism", "Mechanism", Text, "A mechanism that the sender offers, best first";
    CHOSEN = "adjoin.gss.chosen", "Chosen mechanism", Text, "The mechanism that the server chose";
    STATE = "adjoin.gss.state", "State", Uint(8, Dec), "How far it is: 0 completed, 1 goes on, 2 refused, 3 wants an integrity code";
}

/// A security blob. A Kerberos message in it is another part of its message.
pub(crate) fn rows(sheet: &mut Sheet<'_>, blob: &[u8], whole: Span) {
    let Partial { value: token, error } = Token::parse_partial(blob);
    match &token {
        Token::NegTokenInit(init) => {
            sheet.group(0, HEADING, whole, "NegTokenInit");
            for offered in init.mech_types.iter().flat_map(|list| list.iter()).map_while(Result::ok) {
                sheet.text(1, MECHANISM, &offered);
            }
            sheet.stopped(1, error);
        }
        Token::NegTokenResp(answer) => {
            sheet.group(0, HEADING, whole, "NegTokenResp");
            if let Some(state) = answer.neg_state {
                let number = state.value.0;
                sheet.named(1, STATE, state.span, number.into(), format!("{} ({number})", state.value));
            }
            sheet.text_if(1, CHOSEN, answer.supported_mech.as_ref());
            sheet.stopped(1, error);
        }
        _ => {}
    }
    if let Some(Inner::Ntlm(message)) = inner(blob) {
        let mut within = sheet.within(message.span.start);
        ntlm::rows(&mut within, message.value, Span::new(0, message.value.len()));
    }
}
