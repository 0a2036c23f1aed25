//! `adjoin.gss.*`: SPNEGO, RFC 4178 and [MS-SPNG], and what is inside.

use super::Base::{Dec, Hex};
use super::Kind::{Group, Text, Uint};
use super::sheet::Sheet;
use super::{family, ntlm};
use adjoin_wire::{Partial, Span, Spanned};
use gss_proto::netlogon::NlAuthMessage;
use gss_proto::{Inner, Token, inner};

family! {
    HEADING = "adjoin.gss", "Security negotiation", Group, "The sides agree how to authenticate (SPNEGO)";
    MECHANISM = "adjoin.gss.mechanism", "Mechanism", Text, "A mechanism that the sender offers, best first";
    CHOSEN = "adjoin.gss.chosen", "Chosen mechanism", Text, "The mechanism that the server chose";
    STATE = "adjoin.gss.state", "State", Uint(8, Dec), "How far it is: 0 completed, 1 goes on, 2 refused, 3 wants an integrity code";
    MIC = "adjoin.gss.mic_length", "Integrity code", Uint(32, Dec), "Octets of the code over the list of mechanisms";
    TOKEN_ID = "adjoin.gss.token_id", "Token identifier", Uint(16, Hex), "Which message of Kerberos follows (RFC 4121 4.1)";
    NL = "adjoin.gss.netlogon", "Netlogon provider", Group, "First token of the Netlogon secure channel ([MS-NRPC] 2.2.1.3.1)";
    NL_TYPE = "adjoin.gss.netlogon.type", "Message type", Uint(32, Dec), "0 from the client, 1 from the server";
    NL_DOMAIN = "adjoin.gss.netlogon.domain", "Domain", Text, "The domain's NetBIOS name";
    NL_COMPUTER = "adjoin.gss.netlogon.computer", "Computer", Text, "The client's NetBIOS name";
    NL_DNS_DOMAIN = "adjoin.gss.netlogon.dns_domain", "DNS domain", Text, "The domain's DNS name";
    NL_DNS_HOST = "adjoin.gss.netlogon.dns_host", "DNS host", Text, "The client's DNS name";
}

/// A blob of which something is shown here.
pub(crate) fn is_shown(blob: &[u8]) -> bool {
    matches!(blob, [0x60 | 0xa0 | 0xa1 | b'N', ..])
        || matches!(inner(blob), Some(Inner::Netlogon(_) | Inner::Kerberos { token_id: Some(_), .. }))
}

fn mic(sheet: &mut Sheet<'_>, code: Option<Spanned<&[u8]>>) {
    if let Some(code) = code {
        sheet.uint(1, MIC, &code.map(|code| u32::try_from(code.len()).unwrap_or(u32::MAX)));
    }
}

fn netlogon_provider(sheet: &mut Sheet<'_>, token: &[u8], whole: Span) {
    let Partial { value: message, error } = NlAuthMessage::parse_partial(token);
    let kind = message.message_type;
    sheet.group(0, NL, whole, kind.value.to_string());
    sheet.named(1, NL_TYPE, kind.span, kind.value.0.into(), format!("{kind} ({})", kind.value.0));
    sheet.text_if(1, NL_DOMAIN, message.netbios_domain_name.as_ref());
    sheet.text_if(1, NL_COMPUTER, message.netbios_computer_name.as_ref());
    sheet.text_if(1, NL_DNS_DOMAIN, message.dns_domain_name.as_ref());
    sheet.text_if(1, NL_DNS_HOST, message.dns_host_name.as_ref());
    sheet.text_if(1, NL_COMPUTER, message.netbios_computer_name_utf8.as_ref());
    sheet.stopped(1, error);
}

/// A security blob. A Kerberos message in it is another part of its message.
pub(crate) fn rows(sheet: &mut Sheet<'_>, blob: &[u8], whole: Span) {
    let Partial { value: token, error } = Token::parse_partial(blob);
    let found = inner(blob);
    if let Some(Inner::Netlogon(_)) = found {
        return netlogon_provider(sheet, blob, whole);
    }
    match &token {
        Token::NegTokenInit(init) => {
            sheet.group(0, HEADING, whole, "NegTokenInit");
            for offered in init.mech_types.iter().flat_map(|list| list.iter()).map_while(Result::ok) {
                sheet.text(1, MECHANISM, &offered);
            }
            mic(sheet, init.mech_list_mic);
        }
        Token::NegTokenResp(answer) => {
            sheet.group(0, HEADING, whole, "NegTokenResp");
            if let Some(state) = answer.neg_state {
                let number = state.value.0;
                sheet.named(1, STATE, state.span, number.into(), format!("{} ({number})", state.value));
            }
            sheet.text_if(1, CHOSEN, answer.supported_mech.as_ref());
            mic(sheet, answer.mech_list_mic);
        }
        Token::Initial(frame) => {
            sheet.group(0, HEADING, whole, "without negotiation");
            sheet.text(1, MECHANISM, &frame.this_mech);
        }
        Token::Kerberos(_) => sheet.group(0, HEADING, whole, "without negotiation"),
        // NTLM has rows of its own.
        _ => {}
    }
    if let Some(Inner::Kerberos { token_id: Some(id), .. }) = found {
        let number = id.value.0;
        sheet.named(1, TOKEN_ID, id.span, number.into(), format!("{} (0x{number:04x})", id.value));
    }
    // Errors of NTLM are said with its message.
    if !matches!(token, Token::Ntlm(_) | Token::Unknown) {
        sheet.stopped(1, error);
    }
    if let Some(Inner::Ntlm(message)) = found {
        let mut within = sheet.within(message.span.start);
        ntlm::rows(&mut within, message.value, Span::new(0, message.value.len()));
    }
}
