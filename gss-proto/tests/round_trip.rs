//! What is written is read back: frames of GSS-API and SPNEGO around a Kerberos message.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use gss_proto::encode::{initial_token, kerberos_token, neg_token_init, neg_token_resp};
use gss_proto::{
    InitialContextToken, Inner, Mechanism, NegState, NegTokenInit, NegTokenResp, TokenId, inner,
};
use proptest::prelude::*;

proptest! {
    #[test]
    fn an_ap_req_in_all_its_frames(rest in prop::collection::vec(any::<u8>(), 1..300), first in 0..3_usize) {
        // A message of Kerberos is told by its tag; what is in it doesn't matter here.
        let message = [&[0x6e, 0x82], rest.as_slice()].concat();
        let mechanism = *Mechanism::KNOWN.get(first).unwrap();
        let kerberos = kerberos_token(Mechanism::KRB5, TokenId::AP_REQ, &message);
        let bare = neg_token_init(&[mechanism, Mechanism::NTLMSSP], Some(&kerberos));
        let framed = initial_token(Mechanism::SPNEGO, &bare);
        let answer = neg_token_resp(Some(NegState::ACCEPT_INCOMPLETE), Some(mechanism), Some(&kerberos));
        for token in [&kerberos, &bare, &framed, &answer] {
            let Some(Inner::Kerberos { token_id, message: found }) = inner(token) else { panic!() };
            prop_assert_eq!((*token_id.unwrap(), found.value), (TokenId::AP_REQ, message.as_slice()));
        }
        prop_assert_eq!(*InitialContextToken::parse(&framed).unwrap().this_mech, Mechanism::SPNEGO);
        let read = NegTokenInit::parse(&bare).unwrap();
        let listed: Vec<_> = read.mech_types.unwrap().iter().map(|found| *found.unwrap()).collect();
        prop_assert_eq!(listed, [mechanism, Mechanism::NTLMSSP]);
        prop_assert_eq!(read.mech_token.unwrap().value, &kerberos[..]);
    }

    #[test]
    fn answers(state in proptest::option::of(0..4_u8), with_mechanism: bool, token in proptest::option::of(prop::collection::vec(any::<u8>(), 0..200))) {
        let mechanism = with_mechanism.then_some(Mechanism::NTLMSSP);
        let bytes = neg_token_resp(state.map(NegState), mechanism, token.as_deref());
        let read = NegTokenResp::parse(&bytes).unwrap();
        prop_assert_eq!(read.neg_state.map(|state| state.0), state);
        prop_assert_eq!(read.supported_mech.map(|mechanism| *mechanism), mechanism);
        prop_assert_eq!(read.response_token.map(|token| token.value), token.as_deref());
    }
}
