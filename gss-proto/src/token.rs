//! Any security blob: what it is, and what is inside.

use crate::ntlm::{Ntlm, SIGNATURE};
use crate::{InitialContextToken, Mechanism, NegTokenInit, NegTokenResp, TokenId};
use adjoin_wire::ber::Oid;
use adjoin_wire::{Cursor, ErrorKind, Partial, Spanned, WireError};
use core::fmt;

/// A security blob, as SMB, LDAP, HTTP or DCE/RPC carry it.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "tokens borrow and are never stored in numbers; no allocation")]
pub enum Token<'a> {
    /// Nothing that this crate reads, or not reached.
    #[default]
    Unknown,
    /// SPNEGO's first token, in its GSS-API frame or without one.
    NegTokenInit(NegTokenInit<'a>),
    /// SPNEGO's later tokens.
    NegTokenResp(NegTokenResp<'a>),
    /// The GSS-API frame of another mechanism than SPNEGO.
    Initial(InitialContextToken<'a>),
    /// A Kerberos message without any frame, as in DCE/RPC ([MS-KILE] 3.4.5.1, `GSS_C_DCE_STYLE`), or
    /// only with the two octets of its identifier, which are left out here.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    Kerberos(Spanned<&'a [u8]>),
    /// NTLMSSP without any frame.
    Ntlm(Ntlm<'a>),
}

/// A Kerberos message by its size.
impl fmt::Debug for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("Unknown"),
            Self::NegTokenInit(init) => f.debug_tuple("NegTokenInit").field(init).finish(),
            Self::NegTokenResp(resp) => f.debug_tuple("NegTokenResp").field(resp).finish(),
            Self::Initial(frame) => f.debug_tuple("Initial").field(frame).finish(),
            Self::Kerberos(message) => f.debug_tuple("Kerberos").field(&message.map(<[u8]>::len)).finish(),
            Self::Ntlm(message) => f.debug_tuple("Ntlm").field(message).finish(),
        }
    }
}

impl<'a> Token<'a> {
    /// Reads a whole token. Spans are relative to `bytes`.
    ///
    /// # Errors
    /// `Unsupported` for another kind of blob, else those of the token.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads what can be read.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|token: &mut Self| token.read(Cursor::new(bytes)))
    }

    fn read(&mut self, mut c: Cursor<'a>) -> Result<(), WireError> {
        let bytes = c.peek();
        match bytes.first() {
            None => c.u8("token").map(|_| ()),
            Some(0x60) => {
                let mut frame = InitialContextToken::default();
                let framed = frame.read(&mut c);
                *self = Self::Initial(frame);
                if *frame.this_mech != Mechanism::SPNEGO {
                    return framed;
                }
                let inner = frame.inner_context_token;
                let mut init = NegTokenInit::default();
                let read = init.read(&mut Cursor::at(inner.value, inner.span.start));
                *self = Self::NegTokenInit(init);
                read.and(framed)
            }
            Some(0xa0) => {
                let mut init = NegTokenInit::default();
                let read = init.read(&mut c);
                *self = Self::NegTokenInit(init);
                read
            }
            Some(0xa1) => {
                let mut resp = NegTokenResp::default();
                let read = resp.read(&mut c);
                *self = Self::NegTokenResp(resp);
                read
            }
            Some(tag) if is_kerberos(*tag) => {
                *self = Self::Kerberos(c.take_rest());
                Ok(())
            }
            Some(_) if bare(bytes).is_some() => {
                c.skip(2, "TOK_ID")?;
                *self = Self::Kerberos(c.take_rest());
                Ok(())
            }
            Some(b'N') => {
                let mut ntlm = Ntlm::default();
                let read = ntlm.read(&mut c);
                *self = Self::Ntlm(ntlm);
                read
            }
            Some(_) => Err(c.error(ErrorKind::Unsupported("not a security token of a known kind"), "token")),
        }
    }
}

/// The identifier octets of AP-REQ, AP-REP, TGT-REQ, TGT-REP and KRB-ERROR.
const fn is_kerberos(tag: u8) -> bool {
    matches!(tag, 0x6e | 0x6f | 0x70 | 0x71 | 0x7e)
}

/// The token identifier of a Kerberos message without the frame that names the mechanism (RFC 4121 4.1).
fn bare(bytes: &[u8]) -> Option<TokenId> {
    let &[high, low, tag, second, ..] = bytes else { return None };
    let id = TokenId(u16::from_be_bytes([high, low]));
    let fits = match id {
        TokenId::AP_REQ => tag == 0x6e,
        TokenId::AP_REP => tag == 0x6f,
        TokenId::ERROR => tag == 0x7e,
        TokenId::TGT_REQ | TokenId::TGT_REP => tag == 0x30,
        _ => false,
    };
    (fits && second != 0x80).then_some(id)
}

/// What a security blob carries in the end.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Inner<'a> {
    /// A Kerberos message.
    Kerberos {
        /// The token identifier in front of it, when it was in a GSS-API frame.
        token_id: Option<Spanned<TokenId>>,
        /// The message, as far as the input has it.
        #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
        message: Spanned<&'a [u8]>,
    },
    /// An NTLMSSP message.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    Ntlm(Spanned<&'a [u8]>),
    /// NL_AUTH_MESSAGE of the Netlogon security package ([MS-NRPC] 2.2.1.3.1):
    /// [`NlAuthMessage`](crate::netlogon::NlAuthMessage) reads it.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    Netlogon(Spanned<&'a [u8]>),
    /// The token of a mechanism that is not read further.
    Other {
        /// The mechanism that the frame or the list of mechanisms names, if one does.
        mechanism: Option<Mechanism<'a>>,
        /// Its token.
        #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
        token: Spanned<&'a [u8]>,
    },
}

/// Finds the mechanism's own message in a security blob of any kind: SPNEGO with or without its
/// GSS-API frame, Kerberos with or without one (directly, or in SPNEGO; with or without the two octets
/// of its identifier), NTLMSSP, Netlogon. A blob
/// that is cut gives what it has. Spans are relative to `blob`.
///
/// Nothing when the blob carries no token, such as a response that only says `accept-completed`.
#[must_use]
pub fn inner(blob: &[u8]) -> Option<Inner<'_>> {
    let whole = Cursor::new(blob).take_rest();
    match Token::parse_partial(blob).value {
        Token::NegTokenInit(init) => mechanism_token(init.mech_token?, init.preferred()),
        Token::NegTokenResp(resp) => {
            let mechanism = resp.supported_mech.map(|mechanism| mechanism.value);
            mechanism_token(resp.response_token?, mechanism)
        }
        _ => mechanism_token(whole, None).or_else(|| netlogon(whole)),
    }
}

/// A token that is not SPNEGO: the octets decide, since an optimistic token need not belong to the
/// mechanism that the list says first.
fn mechanism_token<'a>(token: Spanned<&'a [u8]>, mechanism: Option<Mechanism<'a>>) -> Option<Inner<'a>> {
    match token.value {
        [0x60, ..] => {
            let mut frame = InitialContextToken::default();
            // Cut or not: what was read is used.
            let _ = frame.read(&mut Cursor::at(token.value, token.span.start));
            let inner = *frame.inner_context_token.reached()?;
            let at = frame.inner_context_token.span.start;
            let mechanism = *frame.this_mech;
            if inner.starts_with(&SIGNATURE) {
                return Some(Inner::Ntlm(Spanned::new(inner, frame.inner_context_token.span)));
            }
            if mechanism.is_kerberos() {
                let mut c = Cursor::at(inner, at);
                let token_id = c.u16_be("TOK_ID").ok()?.map(TokenId);
                return Some(Inner::Kerberos { token_id: Some(token_id), message: c.take_rest() });
            }
            Some(Inner::Other { mechanism: Some(mechanism), token: frame.inner_context_token })
        }
        [tag, second, ..] if is_kerberos(*tag) && *second != 0x80 => {
            Some(Inner::Kerberos { token_id: None, message: token })
        }
        octets if bare(octets).is_some() => {
            let mut c = Cursor::at(octets, token.span.start);
            let token_id = c.u16_be("TOK_ID").ok()?.map(TokenId);
            Some(Inner::Kerberos { token_id: Some(token_id), message: c.take_rest() })
        }
        octets if octets.starts_with(&SIGNATURE) => Some(Inner::Ntlm(token)),
        [] => None,
        _ => mechanism.map(|mechanism| Inner::Other { mechanism: Some(mechanism), token }),
    }
}

/// NL_AUTH_MESSAGE: a type of 0 with flags that say which names follow, or the response of type 1.
fn netlogon(token: Spanned<&[u8]>) -> Option<Inner<'_>> {
    let mut c = Cursor::new(token.value);
    let (kind, flags) = (*c.u32_le("MessageType").ok()?, *c.u32_le("Flags").ok()?);
    let plausible = match kind {
        0 => flags != 0 && flags & !0x1f == 0 && !c.is_empty(),
        1 => flags == 0 && c.remaining() <= 4,
        _ => false,
    };
    plausible.then_some(Inner::Netlogon(token))
}

impl Inner<'_> {
    /// The name of the mechanism.
    #[must_use]
    pub fn mechanism_name(&self) -> Option<&'static str> {
        match self {
            Self::Kerberos { .. } => Some("Kerberos"),
            Self::Ntlm(_) => Some("NTLMSSP"),
            Self::Netlogon(_) => Some("Netlogon"),
            Self::Other { mechanism: Some(Mechanism(Oid(octets))), .. } => Mechanism(Oid(octets)).name(),
            Self::Other { mechanism: None, .. } => None,
        }
    }
}

/// The mechanism and the place of its message, not the octets: an NTLM response can be in them.
impl fmt::Debug for Inner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = match self {
            Self::Kerberos { message, .. } | Self::Ntlm(message) | Self::Netlogon(message) => message.span,
            Self::Other { token, .. } => token.span,
        };
        write!(f, "{} at {span:?}", self.mechanism_name().unwrap_or("unknown mechanism"))
    }
}
