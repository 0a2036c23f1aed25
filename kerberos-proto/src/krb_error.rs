//! KRB-ERROR and what Active Directory puts into it.

use crate::message::constructors;
use crate::padata::PaData;
use crate::principal::{string, string_optional};
use crate::sequence::{SequenceOf, application, tagged, tagged_optional};
use crate::{ErrorCode, KerberosTime, MessageType, PaType, PrincipalName};
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Cursor, Partial, Spanned, Text, WireError, octets_by_size};
use core::fmt;

/// KRB-ERROR (RFC 4120 5.9.1).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KrbError<'a> {
    /// `pvno`: 5.
    pub pvno: Spanned<i32>,
    /// `msg-type`: 30.
    pub msg_type: Spanned<MessageType>,
    /// `ctime`: the client's clock, as the client said.
    pub ctime: Option<Spanned<KerberosTime>>,
    /// `cusec`: its microseconds.
    pub cusec: Option<Spanned<i32>>,
    /// `stime`: the server's clock.
    pub stime: Spanned<KerberosTime>,
    /// `susec`: its microseconds.
    pub susec: Spanned<i32>,
    /// `error-code`.
    pub error_code: Spanned<ErrorCode>,
    /// `crealm`.
    pub crealm: Option<Spanned<Text<'a>>>,
    /// `cname`.
    pub cname: Option<PrincipalName<'a>>,
    /// `realm`: the server's.
    pub realm: Spanned<Text<'a>>,
    /// `sname`: the service that was asked for.
    pub sname: PrincipalName<'a>,
    /// `e-text`: a message for people.
    pub e_text: Option<Spanned<Text<'a>>>,
    /// `e-data`; [`KrbError::error_data`] reads it.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub e_data: Option<Spanned<&'a [u8]>>,
}

octets_by_size!(
    KrbError {
        pvno, msg_type, ctime, cusec, stime, susec, error_code, crealm, cname, realm, sname, e_text,
    } { e_data }
);

constructors!(KrbError, "KRB-ERROR", ERROR);

impl<'a> KrbError<'a> {
    // KRB-ERROR ::= [APPLICATION 30] SEQUENCE {
    //     pvno       [0] INTEGER (5),
    //     msg-type   [1] INTEGER (30),
    //     ctime      [2] KerberosTime OPTIONAL,
    //     cusec      [3] Microseconds OPTIONAL,
    //     stime      [4] KerberosTime,
    //     susec      [5] Microseconds,
    //     error-code [6] Int32,
    //     crealm     [7] Realm OPTIONAL,
    //     cname      [8] PrincipalName OPTIONAL,
    //     realm      [9] Realm,
    //     sname      [10] PrincipalName,
    //     e-text     [11] KerberosString OPTIONAL,
    //     e-data     [12] OCTET STRING OPTIONAL }
    fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        let reader = &mut application(element, "KRB-ERROR")?;
        self.pvno = tagged(reader, 0, Tag::INTEGER, "pvno")?.int32("pvno")?;
        self.msg_type = tagged(reader, 1, Tag::INTEGER, "msg-type")?.int32("msg-type")?.map(MessageType);
        self.ctime = KerberosTime::optional(reader, 2, "ctime")?;
        if let Some(cusec) = tagged_optional(reader, 3, Tag::INTEGER, "cusec")? {
            self.cusec = Some(cusec.int32("cusec")?);
        }
        self.stime = KerberosTime::read(&tagged(reader, 4, Tag::GENERALIZED_TIME, "stime")?, "stime")?;
        self.susec = tagged(reader, 5, Tag::INTEGER, "susec")?.int32("susec")?;
        self.error_code = tagged(reader, 6, Tag::INTEGER, "error-code")?.int32("error-code")?.map(ErrorCode);
        self.crealm = string_optional(reader, 7, "crealm")?;
        PrincipalName::optional(&mut self.cname, reader, 8, "cname")?;
        self.realm = string(reader, 9, "realm")?;
        self.sname.tagged(reader, 10, "sname")?;
        self.e_text = string_optional(reader, 11, "e-text")?;
        if let Some(data) = tagged_optional(reader, 12, Tag::OCTET_STRING, "e-data")? {
            self.e_data = Some(data.octets("e-data")?);
        }
        reader.finish("KRB-ERROR")
    }

    /// `e-data` by its shape, whatever the error code is: RFC 4120 lets the code decide, but Windows
    /// sends KERB-ERROR-DATA with nearly every code. Spans are relative to this message.
    #[must_use]
    pub fn error_data(&self) -> Option<ErrorData<'a>> {
        let octets = self.e_data?;
        let read = || {
            let mut reader = Reader::new(Cursor::at(octets.value, octets.span.start));
            let sequence = reader.expect(Tag::SEQUENCE, "e-data").ok()?;
            reader.finish("e-data").ok()?;
            match sequence.contents().peek().first() {
                Some(0xa1) => KerbErrorData::read(&sequence).ok().map(ErrorData::Kerb),
                Some(0x30) | None => {
                    let list = SequenceOf::new(&sequence).ok()?;
                    // TYPED-DATA differs from METHOD-DATA in its tag numbers only.
                    list.check().is_ok().then_some(ErrorData::Method(list))
                }
                Some(_) => None,
            }
        };
        Some(read().unwrap_or(ErrorData::Opaque(octets)))
    }

    /// The NTSTATUS that a Windows or Samba KDC added, in KERB-ERROR-DATA or, as Samba does, in
    /// METHOD-DATA under the type number of PA-PW-SALT.
    #[must_use]
    pub fn ext_error(&self) -> Option<KerbExtError> {
        match self.error_data()? {
            ErrorData::Kerb(data) => data.ext_error,
            ErrorData::Method(list) => {
                let value = PaData::find(&list, PaType::PW_SALT)?;
                // A salt of twelve characters is possible; it doesn't have a word of zeros in it.
                KerbExtError::read(value).filter(|error| *error.reserved == 0)
            }
            ErrorData::Opaque(_) => None,
        }
    }
}

/// The `e-data` of a KRB-ERROR.
#[derive(Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum ErrorData<'a> {
    /// METHOD-DATA (RFC 4120 5.9.1): what the KDC wants to see, with encryption types and salts.
    Method(SequenceOf<'a, PaData<'a>>),
    /// KERB-ERROR-DATA ([MS-KILE] 2.2.1).
    Kerb(KerbErrorData<'a>),
    /// Anything else.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    Opaque(Spanned<&'a [u8]>),
}

/// What is not read by its size.
impl fmt::Debug for ErrorData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method(list) => f.debug_tuple("Method").field(list).finish(),
            Self::Kerb(data) => f.debug_tuple("Kerb").field(data).finish(),
            Self::Opaque(octets) => f.debug_tuple("Opaque").field(&octets.map(<[u8]>::len)).finish(),
        }
    }
}

/// KERB-ERROR-DATA ([MS-KILE] 2.2.1).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KerbErrorData<'a> {
    /// `data-type`: 2 for clock skew recovery, 3 for [`KerbExtError`].
    pub data_type: Spanned<i32>,
    /// `data-value`.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub data_value: Option<Spanned<&'a [u8]>>,
    /// The value of type 3.
    pub ext_error: Option<KerbExtError>,
}

octets_by_size!(KerbErrorData { data_type, ext_error } { data_value });

impl<'a> KerbErrorData<'a> {
    /// `data-type`: clock skew recovery, KERB_AP_ERR_TYPE_SKEW_RECOVERY.
    pub const SKEW_RECOVERY: i32 = 2;
    /// `data-type`: an NTSTATUS, KERB_ERR_TYPE_EXTENDED.
    pub const EXTENDED: i32 = 3;

    // KERB-ERROR-DATA ::= SEQUENCE {
    //     data-type  [1] INTEGER,
    //     data-value [2] OCTET STRING OPTIONAL }
    fn read(sequence: &Tlv<'a>) -> Result<Self, WireError> {
        let mut data = Self::default();
        let mut reader = sequence.reader("KERB-ERROR-DATA")?;
        data.data_type = tagged(&mut reader, 1, Tag::INTEGER, "data-type")?.int32("data-type")?;
        if let Some(value) = tagged_optional(&mut reader, 2, Tag::OCTET_STRING, "data-value")? {
            let value = value.octets("data-value")?;
            data.data_value = Some(value);
            if *data.data_type == Self::EXTENDED {
                data.ext_error = KerbExtError::read(value);
            }
        }
        reader.finish("KERB-ERROR-DATA")?;
        Ok(data)
    }
}

/// KERB-EXT-ERROR ([MS-KILE] 2.2.2): three words, little-endian.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KerbExtError {
    /// `status`: an NTSTATUS.
    pub status: Spanned<u32>,
    /// `reserved`.
    pub reserved: Spanned<u32>,
    /// `flags`: 1 in what is seen.
    pub flags: Spanned<u32>,
}

impl KerbExtError {
    fn read(value: Spanned<&[u8]>) -> Option<Self> {
        let mut cursor = Cursor::at(value.value, value.span.start);
        let error = Self {
            status: cursor.u32_le("status").ok()?,
            reserved: cursor.u32_le("reserved").ok()?,
            flags: cursor.u32_le("flags").ok()?,
        };
        cursor.is_empty().then_some(error)
    }
}
