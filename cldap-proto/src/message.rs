//! LDAPMessage, RFC 4511 4.1.1: the envelope, over UDP and TCP.

use crate::{
    AddRequest, BindRequest, BindResponse, DelRequest, ExtendedRequest, ExtendedResponse, LdapResult,
    ModifyDnRequest, ModifyRequest, SearchRequest, SearchResultEntry, SearchResultReference,
};
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Cursor, ErrorKind, Partial, Span, Spanned, Text, WireError, octets_by_size};
use core::fmt;

/// An operation that has no structure here.
#[derive(Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UnknownOp<'a> {
    /// The identifier octet.
    pub tag: Tag,
    /// The contents.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub octets: Spanned<&'a [u8]>,
}

/// The contents by their place: a comparison with a password is such an operation.
impl fmt::Debug for UnknownOp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnknownOp({:?}, {:?})", self.tag, self.octets.span)
    }
}

/// What a message asks or answers.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "nothing is allocated, and searches are the usual ones")]
pub enum ProtocolOp<'a> {
    /// Not reached.
    #[default]
    None,
    /// `[APPLICATION 0]`
    BindRequest(BindRequest<'a>),
    /// `[APPLICATION 1]`
    BindResponse(BindResponse<'a>),
    /// `[APPLICATION 2]`: the client is leaving.
    UnbindRequest,
    /// `[APPLICATION 3]`
    SearchRequest(SearchRequest<'a>),
    /// `[APPLICATION 4]`
    SearchResultEntry(SearchResultEntry<'a>),
    /// `[APPLICATION 5]`
    SearchResultDone(LdapResult<'a>),
    /// `[APPLICATION 6]`
    ModifyRequest(ModifyRequest<'a>),
    /// `[APPLICATION 7]`
    ModifyResponse(LdapResult<'a>),
    /// `[APPLICATION 8]`
    AddRequest(AddRequest<'a>),
    /// `[APPLICATION 9]`
    AddResponse(LdapResult<'a>),
    /// `[APPLICATION 10]`
    DelRequest(DelRequest<'a>),
    /// `[APPLICATION 11]`
    DelResponse(LdapResult<'a>),
    /// `[APPLICATION 12]`
    ModifyDnRequest(ModifyDnRequest<'a>),
    /// `[APPLICATION 13]`
    ModifyDnResponse(LdapResult<'a>),
    /// `[APPLICATION 15]`
    CompareResponse(LdapResult<'a>),
    /// `[APPLICATION 16]`: never mind the request with this message ID.
    AbandonRequest(Spanned<u32>),
    /// `[APPLICATION 19]`
    SearchResultReference(SearchResultReference<'a>),
    /// `[APPLICATION 23]`
    ExtendedRequest(ExtendedRequest<'a>),
    /// `[APPLICATION 24]`
    ExtendedResponse(ExtendedResponse<'a>),
    /// Any other; not an error.
    Unknown(UnknownOp<'a>),
}

impl<'a> ProtocolOp<'a> {
    /// The name in RFC 4511, if it has one.
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        Some(match self {
            Self::BindRequest(_) => "bindRequest",
            Self::BindResponse(_) => "bindResponse",
            Self::UnbindRequest => "unbindRequest",
            Self::SearchRequest(_) => "searchRequest",
            Self::SearchResultEntry(_) => "searchResEntry",
            Self::SearchResultDone(_) => "searchResDone",
            Self::ModifyRequest(_) => "modifyRequest",
            Self::ModifyResponse(_) => "modifyResponse",
            Self::AddRequest(_) => "addRequest",
            Self::AddResponse(_) => "addResponse",
            Self::DelRequest(_) => "delRequest",
            Self::DelResponse(_) => "delResponse",
            Self::ModifyDnRequest(_) => "modDNRequest",
            Self::ModifyDnResponse(_) => "modDNResponse",
            Self::CompareResponse(_) => "compareResponse",
            Self::AbandonRequest(_) => "abandonRequest",
            Self::SearchResultReference(_) => "searchResRef",
            Self::ExtendedRequest(_) => "extendedReq",
            Self::ExtendedResponse(_) => "extendedResp",
            Self::None | Self::Unknown(_) => return None,
        })
    }

    /// The outcome, of an operation that has one.
    #[must_use]
    pub const fn result(&self) -> Option<&LdapResult<'a>> {
        match self {
            Self::BindResponse(response) => Some(&response.result),
            Self::ExtendedResponse(response) => Some(&response.result),
            Self::SearchResultDone(result)
            | Self::ModifyResponse(result)
            | Self::AddResponse(result)
            | Self::DelResponse(result)
            | Self::ModifyDnResponse(result)
            | Self::CompareResponse(result) => Some(result),
            _ => None,
        }
    }

    #[inline(always)]
    fn read(&mut self, tlv: &Tlv<'a>) -> Result<(), WireError> {
        const FIELD: &str = "protocolOp";
        /// Puts an empty operation in place, reads its elements, and ends it.
        macro_rules! fill {
            ($variant:ident, $value:expr) => {{
                *self = Self::$variant($value);
                let Self::$variant(op) = self else { return Ok(()) };
                let mut r = tlv.reader(FIELD)?;
                op.read(&mut r)?;
                r.finish(FIELD)
            }};
        }
        match tlv.tag.0 {
            0x60 => fill!(BindRequest, BindRequest::default()),
            0x61 => fill!(BindResponse, BindResponse::default()),
            0x42 => {
                *self = Self::UnbindRequest;
                tlv.contents().finish(FIELD)
            }
            0x63 => fill!(SearchRequest, SearchRequest::default()),
            0x64 => fill!(SearchResultEntry, SearchResultEntry::default()),
            0x65 => fill!(SearchResultDone, LdapResult::default()),
            0x66 => fill!(ModifyRequest, ModifyRequest::default()),
            0x67 => fill!(ModifyResponse, LdapResult::default()),
            0x68 => fill!(AddRequest, AddRequest::default()),
            0x69 => fill!(AddResponse, LdapResult::default()),
            0x4a => {
                *self = Self::DelRequest(DelRequest { entry: tlv.text("entry")? });
                Ok(())
            }
            0x6b => fill!(DelResponse, LdapResult::default()),
            0x6c => fill!(ModifyDnRequest, ModifyDnRequest::default()),
            0x6d => fill!(ModifyDnResponse, LdapResult::default()),
            0x6f => fill!(CompareResponse, LdapResult::default()),
            0x50 => {
                *self = Self::AbandonRequest(tlv.uint32("messageID")?);
                Ok(())
            }
            0x73 => {
                *self = Self::SearchResultReference(SearchResultReference::default());
                let Self::SearchResultReference(reference) = self else { return Ok(()) };
                reference.uris.read(tlv, "uri")
            }
            0x77 => fill!(ExtendedRequest, ExtendedRequest::default()),
            0x78 => fill!(ExtendedResponse, ExtendedResponse::default()),
            _ => {
                // What there is of it, even when it was cut.
                let mut contents = tlv.contents();
                *self = Self::Unknown(UnknownOp { tag: tlv.tag, octets: contents.take_rest() });
                contents.finish(FIELD)
            }
        }
    }
}

/// A control, RFC 4511 4.1.11.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Control<'a> {
    /// Dotted OID; [`oid_name`](crate::oid_name) names it.
    pub control_type: Spanned<Text<'a>>,
    /// The server must refuse the operation when it doesn't know the control.
    pub criticality: bool,
    /// Its argument.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub control_value: Option<Spanned<&'a [u8]>>,
}

octets_by_size!(Control { control_type, criticality } { control_value });

impl<'a> Control<'a> {
    fn read(tlv: &Tlv<'a>) -> Result<Self, WireError> {
        let mut control = Self::default();
        let mut r = tlv.reader("control")?;
        control.control_type = r.expect(Tag::OCTET_STRING, "controlType")?.text("controlType")?;
        if let Some(flag) = r.optional(Tag::BOOLEAN, "criticality")? {
            control.criticality = flag.boolean("criticality")?.value;
        }
        if let Some(value) = r.optional(Tag::OCTET_STRING, "controlValue")? {
            control.control_value = Some(value.octets("controlValue")?);
        }
        r.finish("control")?;
        Ok(control)
    }
}

/// The controls of a message.
#[derive(Clone, Copy, Debug, Default)]
pub struct Controls<'a> {
    contents: Cursor<'a>,
}

impl<'a> Controls<'a> {
    /// The controls; fused: it ends after an error.
    ///
    /// ```asn1
    /// Control ::= SEQUENCE {
    ///      controlType             LDAPOID,
    ///      criticality             BOOLEAN DEFAULT FALSE,
    ///      controlValue            OCTET STRING OPTIONAL }
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = Result<Control<'a>, WireError>> + use<'a> {
        let mut reader = Some(Reader::new(self.contents));
        core::iter::from_fn(move || {
            let mut rest = reader.take().filter(|reader| !reader.is_empty())?;
            let control = rest.expect(Tag::SEQUENCE, "control").and_then(|tlv| Control::read(&tlv));
            if control.is_ok() {
                reader = Some(rest);
            }
            Some(control)
        })
    }

    /// True when there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.contents.is_empty()
    }
}

/// LDAPMessage, RFC 4511 4.1.1.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LdapMessage<'a> {
    /// Ties answers to a request; 0 when the server speaks unasked.
    pub message_id: Spanned<u32>,
    /// What it asks or answers.
    pub op: ProtocolOp<'a>,
    /// The octets of the operation with its header, as far as the input has them.
    pub op_span: Span,
    /// Controls that go with it.
    pub controls: Controls<'a>,
    /// The whole message, as far as the input has it.
    pub span: Span,
    /// The lengths of message and operation are in their shortest form. Windows writes
    /// `30 84 00 00 00 1d`: allowed (RFC 4511 5.1), and a sign of Windows.
    pub minimal: bool,
}

impl<'a> LdapMessage<'a> {
    /// Reads a slice that holds one message.
    ///
    /// # Errors
    /// `Truncated` when it is cut, `Malformed`, `Unsupported` or `Limit` for what can't be read,
    /// `Trailing` when octets follow: the answer to an LDAP ping is two messages in a datagram,
    /// see [`messages`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads as much as there is of one message.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|m: &mut Self| {
            let mut c = Cursor::new(bytes);
            m.read(&mut c)?;
            c.finish("LDAPMessage")
        })
    }

    /// Reads the message at the start of `bytes`, and how many octets it has.
    ///
    /// # Errors
    /// `Truncated` when more octets are needed, else as [`LdapMessage::parse`] without `Trailing`.
    pub fn parse_prefix(bytes: &'a [u8]) -> Result<(Self, usize), WireError> {
        let mut c = Cursor::new(bytes);
        let mut message = Self::default();
        message.read(&mut c)?;
        Ok((message, c.offset()))
    }

    /// How many octets the message at the start of `bytes` has by its header, whether they are
    /// all there or not: what a reader of a TCP stream waits for.
    ///
    /// # Errors
    /// `Truncated` when the header is not complete; `Malformed` or `Unsupported` when no LDAP
    /// message begins so.
    pub fn declared_len(bytes: &[u8]) -> Result<usize, WireError> {
        let envelope = Reader::new(Cursor::new(bytes)).expect(Tag::SEQUENCE, "LDAPMessage")?;
        Ok(envelope.header.len().saturating_add(envelope.length))
    }

    /// ```asn1
    /// LDAPMessage ::= SEQUENCE {
    ///      messageID       MessageID,
    ///      protocolOp      CHOICE { ... },
    ///      controls       [0] Controls OPTIONAL }
    /// MessageID ::= INTEGER (0 ..  maxInt)
    /// ```
    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        let mut outer = Reader::new(*c);
        let envelope = outer.expect(Tag::SEQUENCE, "LDAPMessage")?;
        *c = outer.cursor();
        self.span = envelope.span();
        self.minimal = envelope.minimal;
        let mut r = envelope.reader("LDAPMessage")?;
        self.message_id = r.expect(Tag::INTEGER, "messageID")?.uint32("messageID")?;
        let op = r.read("protocolOp")?;
        self.op_span = op.span();
        self.minimal &= op.minimal;
        self.op.read(&op)?;
        if let Some(controls) = r.optional(Tag::context(0), "controls")? {
            self.controls.contents = controls.contents();
            self.controls.iter().try_for_each(|control| control.map(|_| ()))?;
        }
        r.finish("LDAPMessage")
    }
}

/// The messages that follow one another in a datagram, or in a stream so far. Spans are relative
/// to `bytes`.
#[must_use]
pub const fn messages(bytes: &[u8]) -> Messages<'_> {
    Messages { rest: Some(Cursor::new(bytes)) }
}

/// The messages of [`messages`]. Ends after the first that can't be read: fused.
#[derive(Clone, Debug)]
pub struct Messages<'a> {
    rest: Option<Cursor<'a>>,
}

impl<'a> Iterator for Messages<'a> {
    type Item = Partial<LdapMessage<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut rest = self.rest.take().filter(|rest| !rest.is_empty())?;
        let start = rest.offset();
        let message = Partial::fill(|m: &mut LdapMessage<'a>| m.read(&mut rest));
        // A message whose extent is known can be skipped although its inside is bad.
        if rest.offset() > start
            && !message.error.is_some_and(|e| matches!(e.kind, ErrorKind::Truncated { .. }))
        {
            self.rest = Some(rest);
        }
        Some(message)
    }
}

impl core::iter::FusedIterator for Messages<'_> {}
