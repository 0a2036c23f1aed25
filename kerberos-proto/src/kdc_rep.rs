//! Replies of the KDC.

use crate::message::{application_type, constructors};
use crate::padata::PaData;
use crate::principal::string;
use crate::sequence::{SequenceOf, application, tagged, tagged_optional};
use crate::{EncryptedData, MessageType, PrincipalName, Ticket};
use adjoin_wire::ber::{Tag, Tlv};
use adjoin_wire::{Partial, Spanned, Text, WireError};

/// AS-REP or TGS-REP (KDC-REP, RFC 4120 5.4.2).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KdcRep<'a> {
    /// Which of the two, by the application tag.
    pub application: Spanned<MessageType>,
    /// `pvno`: 5.
    pub pvno: Spanned<i32>,
    /// `msg-type`.
    pub msg_type: Spanned<MessageType>,
    /// `padata`.
    pub padata: Option<SequenceOf<'a, PaData<'a>>>,
    /// `crealm`: the client's realm.
    pub crealm: Spanned<Text<'a>>,
    /// `cname`: the client.
    pub cname: PrincipalName<'a>,
    /// `ticket`.
    pub ticket: Ticket<'a>,
    /// `enc-part`, under the client's or the session key.
    pub enc_part: EncryptedData<'a>,
}

constructors!(KdcRep, "KDC-REP", AS_REP | TGS_REP);

impl<'a> KdcRep<'a> {
    // AS-REP  ::= [APPLICATION 11] KDC-REP
    // TGS-REP ::= [APPLICATION 13] KDC-REP
    // KDC-REP ::= SEQUENCE {
    //     pvno     [0] INTEGER (5),
    //     msg-type [1] INTEGER,
    //     padata   [2] SEQUENCE OF PA-DATA OPTIONAL,
    //     crealm   [3] Realm,
    //     cname    [4] PrincipalName,
    //     ticket   [5] Ticket,
    //     enc-part [6] EncryptedData }
    fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        self.application = application_type(element);
        let mut reader = application(element, "KDC-REP")?;
        self.pvno = tagged(&mut reader, 0, Tag::INTEGER, "pvno")?.int32("pvno")?;
        self.msg_type = tagged(&mut reader, 1, Tag::INTEGER, "msg-type")?.int32("msg-type")?.map(MessageType);
        if let Some(list) = tagged_optional(&mut reader, 2, Tag::SEQUENCE, "padata")? {
            self.padata.insert(SequenceOf::new(&list)?).check()?;
        }
        self.crealm = string(&mut reader, 3, "crealm")?;
        self.cname.tagged(&mut reader, 4, "cname")?;
        self.ticket.tagged(&mut reader, 5, "ticket")?;
        self.enc_part.tagged(&mut reader, 6, "enc-part")?;
        reader.finish("KDC-REP")
    }

    /// The pre-authentication data that can be read; none when there is none.
    pub fn padata(&self) -> impl Iterator<Item = PaData<'a>> + use<'a> {
        self.padata.unwrap_or_default().iter().map_while(Result::ok)
    }
}
