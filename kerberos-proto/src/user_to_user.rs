//! User to user: a client asks a server without a key of its own for the server's TGT
//! (draft-ietf-cat-user2user, which Windows speaks). The ticket for the server is then encrypted
//! under that TGT's session key: [`KdcOptions::ENC_TKT_IN_SKEY`](crate::KdcOptions::ENC_TKT_IN_SKEY)
//! and [`additional_tickets`](crate::KdcReqBody::additional_tickets).

use crate::principal::string_optional;
use crate::sequence::tagged;
use crate::{MessageType, PrincipalName, Ticket};
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Cursor, ErrorKind, Partial, Spanned, Text, WireError};

/// TGT-REQ. It has no application tag: the GSS-API token identifier 04 00 stands in front.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TgtReq<'a> {
    /// `pvno`: 5.
    pub pvno: Spanned<i32>,
    /// `msg-type`: 16.
    pub msg_type: Spanned<MessageType>,
    /// `server-name`: whom the client means; of the type NT-MS-PRINCIPAL from Windows.
    pub server_name: Option<PrincipalName<'a>>,
    /// `realm`: the server's, its NetBIOS name from Windows.
    pub realm: Option<Spanned<Text<'a>>>,
}

/// TGT-REP. It has no application tag: the GSS-API token identifier 04 01 stands in front.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TgtRep<'a> {
    /// `pvno`: 5.
    pub pvno: Spanned<i32>,
    /// `msg-type`: 17.
    pub msg_type: Spanned<MessageType>,
    /// `ticket`: the server's TGT.
    pub ticket: Ticket<'a>,
}

macro_rules! constructors {
    ($name:ident, $field:literal, $kind:ident) => {
        impl<'a> $name<'a> {
            #[doc = concat!("Reads a whole ", $field, ".")]
            ///
            /// # Errors
            /// `Malformed` for another message, else those of the fields; `Trailing` when octets
            /// follow.
            pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
                Self::parse_partial(bytes).complete()
            }

            /// Reads what can be read.
            #[must_use]
            pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
                Partial::fill(|message: &mut Self| {
                    let mut reader = Reader::new(Cursor::new(bytes));
                    message.read(&reader.expect(Tag::SEQUENCE, $field)?)?;
                    reader.finish($field)
                })
            }

            /// The first two fields, which both messages share.
            fn head(&mut self, reader: &mut Reader<'a>) -> Result<(), WireError> {
                self.pvno = tagged(reader, 0, Tag::INTEGER, "pvno")?.int32("pvno")?;
                let kind = tagged(reader, 1, Tag::INTEGER, "msg-type")?;
                self.msg_type = kind.int32("msg-type")?.map(MessageType);
                if *self.msg_type == MessageType::$kind {
                    return Ok(());
                }
                let other = ErrorKind::Malformed("another message's type");
                Err(WireError::new(other, self.msg_type.span.start, "msg-type"))
            }
        }
    };
}

constructors!(TgtReq, "TGT-REQ", TGT_REQ);
constructors!(TgtRep, "TGT-REP", TGT_REP);

impl<'a> TgtReq<'a> {
    // TGT-REQ ::= SEQUENCE {
    //     pvno        [0] INTEGER (5),
    //     msg-type    [1] INTEGER (16),
    //     server-name [2] PrincipalName OPTIONAL,
    //     realm       [3] Realm OPTIONAL }
    pub(crate) fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        let reader = &mut element.reader("TGT-REQ")?;
        self.head(reader)?;
        PrincipalName::optional(&mut self.server_name, reader, 2, "server-name")?;
        self.realm = string_optional(reader, 3, "realm")?;
        reader.finish("TGT-REQ")
    }
}

impl<'a> TgtRep<'a> {
    // TGT-REP ::= SEQUENCE {
    //     pvno     [0] INTEGER (5),
    //     msg-type [1] INTEGER (17),
    //     ticket   [2] Ticket }
    pub(crate) fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        let mut reader = element.reader("TGT-REP")?;
        self.head(&mut reader)?;
        self.ticket.tagged(&mut reader, 2, "ticket")?;
        reader.finish("TGT-REP")
    }
}

/// Which of the two begins so: the number behind `pvno`.
pub(crate) fn told(element: &Tlv<'_>) -> Option<MessageType> {
    let mut reader = element.reader("Kerberos message").ok()?;
    tagged(&mut reader, 0, Tag::INTEGER, "pvno").ok()?;
    let kind = tagged(&mut reader, 1, Tag::INTEGER, "msg-type").ok()?.int32("msg-type").ok()?;
    Some(MessageType(*kind)).filter(|kind| matches!(*kind, MessageType::TGT_REQ | MessageType::TGT_REP))
}
