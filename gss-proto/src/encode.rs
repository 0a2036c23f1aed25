//! Builds the frames around a mechanism's token: for tests, generators and clients.

use crate::{Mechanism, NegState, TokenId};
use adjoin_wire::ber::Tag;
use adjoin_wire::encode::{constructed, tlv};
use alloc::vec::Vec;

/// InitialContextToken (RFC 2743 3.1): the mechanism's identifier, then its token as it is.
#[must_use]
pub fn initial_token(mechanism: Mechanism<'_>, token: &[u8]) -> Vec<u8> {
    constructed(Tag::application(0), &[tlv(Tag::OID, mechanism.0.0), token.to_vec()])
}

/// A Kerberos message, such as an AP-REQ, as the first token of its mechanism (RFC 4121 4.1): the
/// identifier stands in front of the message, big-endian.
#[must_use]
pub fn kerberos_token(mechanism: Mechanism<'_>, kind: TokenId, message: &[u8]) -> Vec<u8> {
    initial_token(mechanism, &[&kind.0.to_be_bytes(), message].concat())
}

/// NegTokenInit (RFC 4178 4.2.1) without its GSS-API frame, for which there is [`initial_token`] with
/// [`Mechanism::SPNEGO`].
#[must_use]
pub fn neg_token_init(mechanisms: &[Mechanism<'_>], mech_token: Option<&[u8]>) -> Vec<u8> {
    let list: Vec<_> = mechanisms.iter().map(|mechanism| tlv(Tag::OID, mechanism.0.0)).collect();
    let mut parts = Vec::from([field(0, &constructed(Tag::SEQUENCE, &list))]);
    parts.extend(mech_token.map(|token| field(2, &tlv(Tag::OCTET_STRING, token))));
    field(0, &constructed(Tag::SEQUENCE, &parts))
}

/// NegTokenResp (RFC 4178 4.2.2).
#[must_use]
pub fn neg_token_resp(
    neg_state: Option<NegState>,
    supported_mech: Option<Mechanism<'_>>,
    response_token: Option<&[u8]>,
) -> Vec<u8> {
    let mut parts = Vec::new();
    parts.extend(neg_state.map(|state| field(0, &tlv(Tag::ENUMERATED, &[state.0]))));
    parts.extend(supported_mech.map(|mechanism| field(1, &tlv(Tag::OID, mechanism.0.0))));
    parts.extend(response_token.map(|token| field(2, &tlv(Tag::OCTET_STRING, token))));
    field(1, &constructed(Tag::SEQUENCE, &parts))
}

fn field(n: u8, element: &[u8]) -> Vec<u8> {
    tlv(Tag::context(n), element)
}
