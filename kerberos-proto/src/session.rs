//! What two parties send under a session key: KRB-SAFE, KRB-PRIV, KRB-CRED. Envelopes only.

use crate::message::constructors;
use crate::sequence::{SequenceOf, application, tagged, tagged_optional};
use crate::{Checksum, EncryptedData, KerberosTime, MessageType, Ticket};
use adjoin_wire::ber::{Tag, Tlv};
use adjoin_wire::{Partial, Spanned, WireError, octets_by_size};

/// KRB-SAFE (RFC 4120 5.6.1).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KrbSafe<'a> {
    /// `pvno`: 5.
    pub pvno: Spanned<i32>,
    /// `msg-type`: 20.
    pub msg_type: Spanned<MessageType>,
    /// `user-data` of the `safe-body`.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub user_data: Spanned<&'a [u8]>,
    /// `timestamp` of the `safe-body`: the sender's clock.
    pub timestamp: Option<Spanned<KerberosTime>>,
    /// `seq-number` of the `safe-body`.
    pub seq_number: Option<Spanned<u32>>,
    /// `cksum`.
    pub cksum: Checksum<'a>,
}

octets_by_size!(KrbSafe { pvno, msg_type, timestamp, seq_number, cksum } { user_data });

constructors!(KrbSafe, "KRB-SAFE", SAFE);

impl<'a> KrbSafe<'a> {
    // KRB-SAFE ::= [APPLICATION 20] SEQUENCE {
    //     pvno      [0] INTEGER (5),
    //     msg-type  [1] INTEGER (20),
    //     safe-body [2] KRB-SAFE-BODY,
    //     cksum     [3] Checksum }
    // KRB-SAFE-BODY ::= SEQUENCE {
    //     user-data  [0] OCTET STRING,
    //     timestamp  [1] KerberosTime OPTIONAL,
    //     usec       [2] Microseconds OPTIONAL,
    //     seq-number [3] UInt32 OPTIONAL,
    //     s-address  [4] HostAddress,
    //     r-address  [5] HostAddress OPTIONAL }
    fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        let mut reader = application(element, "KRB-SAFE")?;
        self.pvno = tagged(&mut reader, 0, Tag::INTEGER, "pvno")?.int32("pvno")?;
        self.msg_type = tagged(&mut reader, 1, Tag::INTEGER, "msg-type")?.int32("msg-type")?.map(MessageType);
        let mut body = tagged(&mut reader, 2, Tag::SEQUENCE, "safe-body")?.reader("safe-body")?;
        self.user_data = tagged(&mut body, 0, Tag::OCTET_STRING, "user-data")?.octets("user-data")?;
        self.timestamp = KerberosTime::optional(&mut body, 1, "timestamp")?;
        tagged_optional(&mut body, 2, Tag::INTEGER, "usec")?;
        if let Some(number) = tagged_optional(&mut body, 3, Tag::INTEGER, "seq-number")? {
            self.seq_number = Some(number.uint32("seq-number")?);
        }
        self.cksum.tagged(&mut reader, 3, "cksum")?;
        reader.finish("KRB-SAFE")
    }
}

/// KRB-PRIV (RFC 4120 5.7.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KrbPriv<'a> {
    /// `pvno`: 5.
    pub pvno: Spanned<i32>,
    /// `msg-type`: 21.
    pub msg_type: Spanned<MessageType>,
    /// `enc-part`.
    pub enc_part: EncryptedData<'a>,
}

constructors!(KrbPriv, "KRB-PRIV", PRIV);

impl<'a> KrbPriv<'a> {
    // KRB-PRIV ::= [APPLICATION 21] SEQUENCE {
    //     pvno     [0] INTEGER (5),
    //     msg-type [1] INTEGER (21),
    //     enc-part [3] EncryptedData }
    fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        let mut reader = application(element, "KRB-PRIV")?;
        self.pvno = tagged(&mut reader, 0, Tag::INTEGER, "pvno")?.int32("pvno")?;
        self.msg_type = tagged(&mut reader, 1, Tag::INTEGER, "msg-type")?.int32("msg-type")?.map(MessageType);
        self.enc_part.tagged(&mut reader, 3, "enc-part")?;
        reader.finish("KRB-PRIV")
    }
}

/// KRB-CRED (RFC 4120 5.8.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KrbCred<'a> {
    /// `pvno`: 5.
    pub pvno: Spanned<i32>,
    /// `msg-type`: 22.
    pub msg_type: Spanned<MessageType>,
    /// `tickets`.
    pub tickets: SequenceOf<'a, Ticket<'a>>,
    /// `enc-part`: the session keys of the tickets.
    pub enc_part: EncryptedData<'a>,
}

constructors!(KrbCred, "KRB-CRED", CRED);

impl<'a> KrbCred<'a> {
    // KRB-CRED ::= [APPLICATION 22] SEQUENCE {
    //     pvno     [0] INTEGER (5),
    //     msg-type [1] INTEGER (22),
    //     tickets  [2] SEQUENCE OF Ticket,
    //     enc-part [3] EncryptedData }
    fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        let mut reader = application(element, "KRB-CRED")?;
        self.pvno = tagged(&mut reader, 0, Tag::INTEGER, "pvno")?.int32("pvno")?;
        self.msg_type = tagged(&mut reader, 1, Tag::INTEGER, "msg-type")?.int32("msg-type")?.map(MessageType);
        self.tickets = SequenceOf::new(&tagged(&mut reader, 2, Tag::SEQUENCE, "tickets")?)?;
        self.tickets.check()?;
        self.enc_part.tagged(&mut reader, 3, "enc-part")?;
        reader.finish("KRB-CRED")
    }
}
