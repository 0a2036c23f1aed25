//! Message types, and a message of any type.

use crate::user_to_user::told;
use crate::{ApRep, ApReq, KdcRep, KdcReq, KrbCred, KrbError, KrbPriv, KrbSafe, TgtRep, TgtReq};
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Cursor, ErrorKind, Partial, Span, Spanned, WireError, open_enum};

open_enum! {
    /// `msg-type`, which is the number of the application tag too (RFC 4120 7.5.7).
    pub struct MessageType(i32, "{}", KNOWN);
    /// To the authentication service.
    AS_REQ = 10, "AS-REQ";
    /// From the authentication service.
    AS_REP = 11, "AS-REP";
    /// To the ticket-granting service.
    TGS_REQ = 12, "TGS-REQ";
    /// From the ticket-granting service.
    TGS_REP = 13, "TGS-REP";
    /// A client's ticket and authenticator.
    AP_REQ = 14, "AP-REQ";
    /// A server's proof.
    AP_REP = 15, "AP-REP";
    /// User to user: asks the server for its TGT.
    TGT_REQ = 16, "TGT-REQ";
    /// User to user: the server's TGT.
    TGT_REP = 17, "TGT-REP";
    /// Data with a checksum.
    SAFE = 20, "KRB-SAFE";
    /// Encrypted data.
    PRIV = 21, "KRB-PRIV";
    /// Forwarded tickets.
    CRED = 22, "KRB-CRED";
    /// An error.
    ERROR = 30, "KRB-ERROR";
}

impl MessageType {
    /// The identifier octet of the message, for a type that is one.
    #[must_use]
    pub const fn tag(self) -> Option<Tag> {
        match self.0 {
            10 => Some(Tag::application(10)),
            11 => Some(Tag::application(11)),
            12 => Some(Tag::application(12)),
            13 => Some(Tag::application(13)),
            14 => Some(Tag::application(14)),
            15 => Some(Tag::application(15)),
            16 => Some(Tag::application(16)),
            17 => Some(Tag::application(17)),
            20 => Some(Tag::application(20)),
            21 => Some(Tag::application(21)),
            22 => Some(Tag::application(22)),
            30 => Some(Tag::application(30)),
            _ => None,
        }
    }

    /// The type that an identifier octet stands for.
    #[must_use]
    pub fn from_tag(tag: Tag) -> Option<Self> {
        let kind = Self(i32::from(tag.number()));
        (kind.tag() == Some(tag)).then_some(kind)
    }
}

/// A Kerberos message of any type, told by its application tag (RFC 4120 5.10).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
#[allow(
    clippy::large_enum_variant,
    reason = "messages borrow and are never stored in numbers; no allocation"
)]
pub enum Message<'a> {
    /// Not a message that this crate reads, or not reached.
    #[default]
    Unknown,
    /// AS-REQ.
    AsReq(KdcReq<'a>),
    /// AS-REP.
    AsRep(KdcRep<'a>),
    /// TGS-REQ.
    TgsReq(KdcReq<'a>),
    /// TGS-REP.
    TgsRep(KdcRep<'a>),
    /// AP-REQ.
    ApReq(ApReq<'a>),
    /// AP-REP.
    ApRep(ApRep<'a>),
    /// KRB-SAFE.
    Safe(KrbSafe<'a>),
    /// KRB-PRIV.
    Priv(KrbPriv<'a>),
    /// KRB-CRED.
    Cred(KrbCred<'a>),
    /// KRB-ERROR.
    Error(KrbError<'a>),
    /// TGT-REQ, which has no application tag and is told by its type.
    TgtReq(TgtReq<'a>),
    /// TGT-REP, which has no application tag and is told by its type.
    TgtRep(TgtRep<'a>),
}

impl<'a> Message<'a> {
    /// Reads a whole message: a UDP payload, or a TCP message without its record mark.
    ///
    /// # Errors
    /// `Unsupported` for another tag, else those of the message; `Trailing` when octets follow.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// Reads what can be read.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|message: &mut Self| {
            let mut reader = Reader::new(Cursor::new(bytes));
            message.read(&mut reader)?;
            reader.finish("Kerberos message")
        })
    }

    /// Reads one message and says how many octets it has; others may follow.
    ///
    /// # Errors
    /// As [`Message::parse`], but for `Trailing`.
    pub fn parse_prefix(bytes: &'a [u8]) -> Result<(Self, usize), WireError> {
        let (mut message, mut reader) = (Self::default(), Reader::new(Cursor::new(bytes)));
        message.read(&mut reader)?;
        Ok((message, reader.cursor().offset()))
    }

    /// The type, by the application tag.
    #[must_use]
    pub const fn message_type(&self) -> Option<MessageType> {
        Some(match self {
            Self::Unknown => return None,
            Self::AsReq(_) => MessageType::AS_REQ,
            Self::AsRep(_) => MessageType::AS_REP,
            Self::TgsReq(_) => MessageType::TGS_REQ,
            Self::TgsRep(_) => MessageType::TGS_REP,
            Self::ApReq(_) => MessageType::AP_REQ,
            Self::ApRep(_) => MessageType::AP_REP,
            Self::Safe(_) => MessageType::SAFE,
            Self::Priv(_) => MessageType::PRIV,
            Self::Cred(_) => MessageType::CRED,
            Self::Error(_) => MessageType::ERROR,
            Self::TgtReq(_) => MessageType::TGT_REQ,
            Self::TgtRep(_) => MessageType::TGT_REP,
        })
    }

    fn read(&mut self, reader: &mut Reader<'a>) -> Result<(), WireError> {
        let at = reader.cursor();
        let element = reader.read("Kerberos message")?;
        // The message is stored before it is filled: what is read before an error is kept.
        macro_rules! fill {
            ($variant:ident) => {{
                let mut inner = Default::default();
                let done = read_into(&mut inner, &element);
                *self = Self::$variant(inner);
                done
            }};
            ($variant:ident, $type:ident) => {{
                let mut inner = $type::default();
                let done = inner.read(&element);
                *self = Self::$variant(inner);
                done
            }};
        }
        if element.tag == Tag::SEQUENCE {
            match told(&element) {
                Some(MessageType::TGT_REQ) => return fill!(TgtReq, TgtReq),
                Some(MessageType::TGT_REP) => return fill!(TgtRep, TgtRep),
                _ => {}
            }
        }
        match MessageType::from_tag(element.tag) {
            Some(MessageType::AS_REQ) => fill!(AsReq),
            Some(MessageType::AS_REP) => fill!(AsRep),
            Some(MessageType::TGS_REQ) => fill!(TgsReq),
            Some(MessageType::TGS_REP) => fill!(TgsRep),
            Some(MessageType::AP_REQ) => fill!(ApReq),
            Some(MessageType::AP_REP) => fill!(ApRep),
            Some(MessageType::SAFE) => fill!(Safe),
            Some(MessageType::PRIV) => fill!(Priv),
            Some(MessageType::CRED) => fill!(Cred),
            Some(MessageType::ERROR) => fill!(Error),
            _ => {
                Err(at.error(ErrorKind::Unsupported("not a Kerberos message of a known type"), "application"))
            }
        }
    }
}

/// A message with an application tag of its own.
pub(crate) trait Tagged<'a>: Default {
    /// The name in errors.
    const FIELD: &'static str;
    /// The application tags that begin it.
    const TYPES: &'static [MessageType];

    /// Reads the element, whose tag is one of these.
    fn fill(&mut self, element: &Tlv<'a>) -> Result<(), WireError>;
}

fn read_into<'a, T: Tagged<'a>>(message: &mut T, element: &Tlv<'a>) -> Result<(), WireError> {
    message.fill(element)
}

/// Reads a whole message into `message`; what was read before an error stays in it.
pub(crate) fn whole<'a, T: Tagged<'a>>(message: &mut T, bytes: &'a [u8]) -> Result<(), WireError> {
    let mut reader = Reader::new(Cursor::new(bytes));
    let at = reader.cursor();
    let element = reader.read(T::FIELD)?;
    if !MessageType::from_tag(element.tag).is_some_and(|found| T::TYPES.contains(&found)) {
        return Err(at.error(ErrorKind::Malformed("another message's application tag"), T::FIELD));
    }
    message.fill(&element)?;
    reader.finish(T::FIELD)
}

/// The application tag as a message type; the span is that of the identifier octet.
pub(crate) fn application_type(element: &Tlv<'_>) -> Spanned<MessageType> {
    let start = element.header.start;
    let span = Span::new(start, start.saturating_add(1));
    Spanned::new(MessageType(i32::from(element.tag.number())), span)
}

macro_rules! constructors {
    ($name:ident, $field:literal, $($kind:ident)|+) => {
        impl<'a> $name<'a> {
            #[doc = concat!("Reads a whole ", $field, ".")]
            ///
            /// # Errors
            /// `Malformed` for another message, else those of the fields; `Trailing` when octets
            /// follow.
            pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
                let mut message = Self::default();
                $crate::message::whole(&mut message, bytes)?;
                Ok(message)
            }

            /// Reads what can be read.
            #[must_use]
            pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
                Partial::fill(|message| $crate::message::whole(message, bytes))
            }
        }

        impl<'a> $crate::message::Tagged<'a> for $name<'a> {
            const FIELD: &'static str = $field;
            const TYPES: &'static [$crate::MessageType] = &[$($crate::MessageType::$kind),+];

            fn fill(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
                self.read(element)
            }
        }
    };
}
pub(crate) use constructors;

/// What the first octets look like: the tag of a message, a length that fits `length`, and the
/// SEQUENCE inside. `length` is the number of octets that the message should have, if known.
///
/// Needs no more than the first seven octets; says no when there are fewer than two.
#[must_use]
pub fn looks_like(bytes: &[u8], length: Option<usize>) -> bool {
    let Some(&[tag, _, ..]) = bytes.get(..2) else { return false };
    if MessageType::from_tag(Tag(tag)).is_none() {
        return false;
    }
    let element = match Reader::new(Cursor::new(bytes)).read("Kerberos message") {
        Ok(element) => element,
        // The length octets themselves are cut: nothing contradicts.
        Err(error) => return error.kind.is_truncated(),
    };
    let whole = element.header.len().saturating_add(element.length);
    let inner = element.contents().peek().first();
    length.is_none_or(|length| length == whole) && element.length > 2 && inner.is_none_or(|tag| *tag == 0x30)
}
