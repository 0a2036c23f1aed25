//! SPNEGO (RFC 4178) and Microsoft's additions ([MS-SPNG]).

use crate::{MechTypes, Mechanism};
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Cursor, ErrorKind, Partial, Spanned, Text, WireError, open_enum};
use core::fmt;

open_enum! {
    /// `negState` of a response (RFC 4178 4.2.2).
    pub struct NegState(u8, "{:#06x}", KNOWN);
    /// The context is established.
    ACCEPT_COMPLETED = 0, "accept-completed";
    /// More tokens are needed.
    ACCEPT_INCOMPLETE = 1, "accept-incomplete";
    /// Refused.
    REJECT = 2, "reject";
    /// The server wants a `mechListMIC`: its choice is not the client's first.
    REQUEST_MIC = 3, "request-mic";
}

/// NegTokenInit (RFC 4178 4.2.1) or NegTokenInit2 ([MS-SPNG] 2.2.1).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NegTokenInit<'a> {
    /// `mechTypes`: the mechanisms in order of preference. Required, but a token without is read.
    pub mech_types: Option<MechTypes<'a>>,
    /// `reqFlags`, bit 0 as the most significant one. Obsolete.
    pub req_flags: Option<Spanned<u32>>,
    /// `mechToken`: the optimistic first token of the first mechanism, as far as the input has it.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub mech_token: Option<Spanned<&'a [u8]>>,
    /// `negHints.hintName` of NegTokenInit2: `not_defined_in_RFC4178@please_ignore`.
    pub hint_name: Option<Spanned<Text<'a>>>,
    /// `negHints.hintAddress` of NegTokenInit2.
    pub hint_address: Option<Spanned<&'a [u8]>>,
    /// `mechListMIC`.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub mech_list_mic: Option<Spanned<&'a [u8]>>,
}

impl<'a> NegTokenInit<'a> {
    /// Reads a NegotiationToken of this choice, without the GSS-API frame.
    ///
    /// # Errors
    /// `Malformed` for another choice, else those of the fields; `Trailing` when octets follow.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads what can be read.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|token: &mut Self| token.read(&mut Cursor::new(bytes)))
    }

    // NegotiationToken ::= CHOICE { negTokenInit [0] NegTokenInit, negTokenResp [1] NegTokenResp }
    // NegTokenInit ::= SEQUENCE {
    //     mechTypes   [0] MechTypeList,
    //     reqFlags    [1] ContextFlags OPTIONAL,
    //     mechToken   [2] OCTET STRING OPTIONAL,
    //     mechListMIC [3] OCTET STRING OPTIONAL }
    // NegTokenInit2 has negHints as [3] and mechListMIC as [4].
    pub(crate) fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        let mut outer = Reader::new(*c);
        let sequence = tagged(&mut outer, 0, Some(Tag::SEQUENCE), "negTokenInit")?;
        let mut reader = sequence.reader("NegTokenInit")?;
        if reader.peek() == Some(Tag::context(0)) {
            let list = tagged(&mut reader, 0, Some(Tag::SEQUENCE), "mechTypes")?;
            let types = self.mech_types.insert(MechTypes::read(&list)?);
            types.check()?;
        }
        if reader.peek() == Some(Tag::context(1)) {
            let flags = tagged(&mut reader, 1, Some(Tag::BIT_STRING), "reqFlags")?;
            self.req_flags = Some(flags.bits32("reqFlags")?);
        }
        octets(&mut self.mech_token, &mut reader, 2, "mechToken")?;
        if reader.peek() == Some(Tag::context(3)) {
            let third = tagged(&mut reader, 3, None, "negHints")?;
            match third.tag {
                Tag::SEQUENCE => self.read_hints(&third)?,
                Tag::OCTET_STRING => self.mech_list_mic = Some(third.octets("mechListMIC")?),
                _ => {
                    let kind = ErrorKind::Malformed("neither negHints nor mechListMIC");
                    return Err(WireError::new(kind, third.header.start, "negHints"));
                }
            }
        }
        octets(&mut self.mech_list_mic, &mut reader, 4, "mechListMIC")?;
        reader.finish("NegTokenInit")?;
        outer.finish("negTokenInit")
    }

    // NegHints ::= SEQUENCE {
    //     hintName    [0] GeneralString OPTIONAL,
    //     hintAddress [1] OCTET STRING OPTIONAL }
    fn read_hints(&mut self, hints: &Tlv<'a>) -> Result<(), WireError> {
        let mut reader = hints.reader("negHints")?;
        if reader.peek() == Some(Tag::context(0)) {
            let name = tagged(&mut reader, 0, Some(Tag::GENERAL_STRING), "hintName")?;
            self.hint_name = Some(name.text("hintName")?);
        }
        octets(&mut self.hint_address, &mut reader, 1, "hintAddress")?;
        reader.finish("negHints")
    }

    /// The mechanism that `mechToken` belongs to: the first of the list.
    #[must_use]
    pub fn preferred(&self) -> Option<Mechanism<'a>> {
        self.mech_types?.iter().next()?.ok().map(|mechanism| mechanism.value)
    }
}

/// NegTokenResp (RFC 4178 4.2.2). All fields are optional: a client's second token has only some.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NegTokenResp<'a> {
    /// `negState`.
    pub neg_state: Option<Spanned<NegState>>,
    /// `supportedMech`: the mechanism that the server chose.
    pub supported_mech: Option<Spanned<Mechanism<'a>>>,
    /// `responseToken`, as far as the input has it.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub response_token: Option<Spanned<&'a [u8]>>,
    /// `mechListMIC`.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub mech_list_mic: Option<Spanned<&'a [u8]>>,
}

impl<'a> NegTokenResp<'a> {
    /// Reads a NegotiationToken of this choice.
    ///
    /// # Errors
    /// `Malformed` for another choice, else those of the fields; `Trailing` when octets follow.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads what can be read.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|token: &mut Self| token.read(&mut Cursor::new(bytes)))
    }

    // NegTokenResp ::= SEQUENCE {
    //     negState      [0] ENUMERATED OPTIONAL,
    //     supportedMech [1] OBJECT IDENTIFIER OPTIONAL,
    //     responseToken [2] OCTET STRING OPTIONAL,
    //     mechListMIC   [3] OCTET STRING OPTIONAL }
    pub(crate) fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        let mut outer = Reader::new(*c);
        let sequence = tagged(&mut outer, 1, Some(Tag::SEQUENCE), "negTokenResp")?;
        let mut reader = sequence.reader("NegTokenResp")?;
        if reader.peek() == Some(Tag::context(0)) {
            let state = tagged(&mut reader, 0, Some(Tag::ENUMERATED), "negState")?.integer("negState")?;
            // Four values exist; one that doesn't fit is as unknown as 255.
            self.neg_state = Some(state.map(|value| NegState(u8::try_from(value).unwrap_or(u8::MAX))));
        }
        if reader.peek() == Some(Tag::context(1)) {
            let mech = tagged(&mut reader, 1, Some(Tag::OID), "supportedMech")?;
            self.supported_mech = Some(mech.oid("supportedMech")?.map(Mechanism));
        }
        octets(&mut self.response_token, &mut reader, 2, "responseToken")?;
        octets(&mut self.mech_list_mic, &mut reader, 3, "mechListMIC")?;
        reader.finish("NegTokenResp")?;
        outer.finish("negTokenResp")
    }
}

/// Tokens by their size: an NTLM response can be in one.
impl fmt::Debug for NegTokenInit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NegTokenInit")
            .field("mech_types", &self.mech_types)
            .field("mech_token", &self.mech_token.map(|token| token.map(<[u8]>::len)))
            .field("hint_name", &self.hint_name)
            .finish_non_exhaustive()
    }
}

/// Tokens by their size: an NTLM response can be in one.
impl fmt::Debug for NegTokenResp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NegTokenResp")
            .field("neg_state", &self.neg_state)
            .field("supported_mech", &self.supported_mech)
            .field("response_token", &self.response_token.map(|token| token.map(<[u8]>::len)))
            .finish_non_exhaustive()
    }
}

/// `[n] inner`, or `[n]` around any element; nothing may follow it inside the tag.
#[inline(always)]
fn tagged<'a>(
    reader: &mut Reader<'a>,
    n: u8,
    inner: Option<Tag>,
    field: &'static str,
) -> Result<Tlv<'a>, WireError> {
    if let Some(tag) = inner {
        return reader.explicit_only(n, tag, field);
    }
    let mut wrapper = reader.expect(Tag::context(n), field)?.reader(field)?;
    let element = wrapper.read(field)?;
    if !wrapper.is_empty() {
        wrapper.finish(field)?;
    }
    Ok(element)
}

/// `[n] OCTET STRING OPTIONAL`; what the input has of it is kept when it is cut.
#[inline(always)]
fn octets<'a>(
    slot: &mut Option<Spanned<&'a [u8]>>,
    reader: &mut Reader<'a>,
    n: u8,
    field: &'static str,
) -> Result<(), WireError> {
    if reader.peek() == Some(Tag::context(n)) {
        let element = tagged(reader, n, Some(Tag::OCTET_STRING), field)?;
        *slot = Some(element.contents().take_rest());
        element.octets(field)?;
    }
    Ok(())
}
