//! Client and server: AP-REQ and AP-REP.

use crate::message::constructors;
use crate::sequence::{application, flags, tagged};
use crate::{ApOptions, EncryptedData, MessageType, Ticket};
use adjoin_wire::ber::{Tag, Tlv};
use adjoin_wire::{Partial, Spanned, WireError};

/// AP-REQ (RFC 4120 5.5.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ApReq<'a> {
    /// `pvno`: 5.
    pub pvno: Spanned<i32>,
    /// `msg-type`: 14.
    pub msg_type: Spanned<MessageType>,
    /// `ap-options`.
    pub ap_options: Spanned<ApOptions>,
    /// `ticket`: realm, service, encryption type and key version are clear.
    pub ticket: Ticket<'a>,
    /// `authenticator`, under the session key.
    pub authenticator: EncryptedData<'a>,
}

constructors!(ApReq, "AP-REQ", AP_REQ);

impl<'a> ApReq<'a> {
    // AP-REQ ::= [APPLICATION 14] SEQUENCE {
    //     pvno          [0] INTEGER (5),
    //     msg-type      [1] INTEGER (14),
    //     ap-options    [2] APOptions,
    //     ticket        [3] Ticket,
    //     authenticator [4] EncryptedData }
    fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        let mut reader = application(element, "AP-REQ")?;
        self.pvno = tagged(&mut reader, 0, Tag::INTEGER, "pvno")?.int32("pvno")?;
        self.msg_type = tagged(&mut reader, 1, Tag::INTEGER, "msg-type")?.int32("msg-type")?.map(MessageType);
        self.ap_options = flags(&tagged(&mut reader, 2, Tag::BIT_STRING, "ap-options")?, "ap-options")?
            .map(ApOptions::from_bits_retain);
        self.ticket.tagged(&mut reader, 3, "ticket")?;
        self.authenticator.tagged(&mut reader, 4, "authenticator")?;
        reader.finish("AP-REQ")
    }
}

/// AP-REP (RFC 4120 5.5.2).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ApRep<'a> {
    /// `pvno`: 5.
    pub pvno: Spanned<i32>,
    /// `msg-type`: 15.
    pub msg_type: Spanned<MessageType>,
    /// `enc-part`, under the session key.
    pub enc_part: EncryptedData<'a>,
}

constructors!(ApRep, "AP-REP", AP_REP);

impl<'a> ApRep<'a> {
    // AP-REP ::= [APPLICATION 15] SEQUENCE {
    //     pvno     [0] INTEGER (5),
    //     msg-type [1] INTEGER (15),
    //     enc-part [2] EncryptedData }
    fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        let mut reader = application(element, "AP-REP")?;
        self.pvno = tagged(&mut reader, 0, Tag::INTEGER, "pvno")?.int32("pvno")?;
        self.msg_type = tagged(&mut reader, 1, Tag::INTEGER, "msg-type")?.int32("msg-type")?.map(MessageType);
        self.enc_part.tagged(&mut reader, 2, "enc-part")?;
        reader.finish("AP-REP")
    }
}
