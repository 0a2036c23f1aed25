//! Pre-authentication data.

use crate::fast::Fast;
use crate::pkinit::{PaPkAsRep, PaPkAsReq};
use crate::principal::string;
use crate::sequence::{Element, SequenceOf, flags, tagged, tagged_optional};
use crate::{Checksum, EncryptedData, Etype, PacOptions, PrincipalName, SupportedEnctypes};
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Cursor, ErrorKind, Partial, Spanned, Text, WireError, open_enum};
use core::fmt;

open_enum! {
    /// `padata-type` (RFC 4120 7.5.2 and its successors, [MS-KILE]).
    pub struct PaType(i32, "{}", KNOWN);
    /// PA-TGS-REQ (RFC 4120).
    TGS_REQ = 1, "PA-TGS-REQ";
    /// PA-ENC-TIMESTAMP (RFC 4120).
    ENC_TIMESTAMP = 2, "PA-ENC-TIMESTAMP";
    /// PA-PW-SALT (RFC 4120).
    PW_SALT = 3, "PA-PW-SALT";
    /// PA-ETYPE-INFO (RFC 4120).
    ETYPE_INFO = 11, "PA-ETYPE-INFO";
    /// PA-PK-AS-REQ-OLD (draft).
    PK_AS_REQ_OLD = 14, "PA-PK-AS-REQ-OLD";
    /// PA-PK-AS-REP-OLD (draft).
    PK_AS_REP_OLD = 15, "PA-PK-AS-REP-OLD";
    /// PA-PK-AS-REQ (RFC 4556).
    PK_AS_REQ = 16, "PA-PK-AS-REQ";
    /// PA-PK-AS-REP (RFC 4556).
    PK_AS_REP = 17, "PA-PK-AS-REP";
    /// PA-ETYPE-INFO2 (RFC 4120).
    ETYPE_INFO2 = 19, "PA-ETYPE-INFO2";
    /// PA-SVR-REFERRAL-INFO (RFC 6806).
    SVR_REFERRAL_INFO = 20, "PA-SVR-REFERRAL-INFO";
    /// PA-PAC-REQUEST (MS-KILE 2.2.3).
    PAC_REQUEST = 128, "PA-PAC-REQUEST";
    /// PA-FOR-USER (MS-SFU).
    FOR_USER = 129, "PA-FOR-USER";
    /// PA-S4U-X509-USER (MS-SFU).
    S4U_X509_USER = 130, "PA-S4U-X509-USER";
    /// PA-FX-COOKIE (RFC 6113).
    FX_COOKIE = 133, "PA-FX-COOKIE";
    /// PA-FX-FAST (RFC 6113).
    FX_FAST = 136, "PA-FX-FAST";
    /// PA-FX-ERROR (RFC 6113).
    FX_ERROR = 137, "PA-FX-ERROR";
    /// PA-ENCRYPTED-CHALLENGE (RFC 6113).
    ENCRYPTED_CHALLENGE = 138, "PA-ENCRYPTED-CHALLENGE";
    /// PA-REQ-ENC-PA-REP (RFC 6806).
    REQ_ENC_PA_REP = 149, "PA-REQ-ENC-PA-REP";
    /// PA-AS-FRESHNESS (RFC 8070).
    AS_FRESHNESS = 150, "PA-AS-FRESHNESS";
    /// PA-SPAKE (RFC 9588).
    SPAKE = 151, "PA-SPAKE";
    /// KERB-KEY-LIST-REQ (MS-KILE 2.2.11).
    KERB_KEY_LIST_REQ = 161, "KERB-KEY-LIST-REQ";
    /// KERB-KEY-LIST-REP (MS-KILE 2.2.12).
    KERB_KEY_LIST_REP = 162, "KERB-KEY-LIST-REP";
    /// PA-SUPPORTED-ENCTYPES (MS-KILE 2.2.8).
    SUPPORTED_ENCTYPES = 165, "PA-SUPPORTED-ENCTYPES";
    /// PA-EXTENDED-ERROR (Wireshark).
    EXTENDED_ERROR = 166, "PA-EXTENDED-ERROR";
    /// PA-PAC-OPTIONS (MS-KILE 2.2.10).
    PAC_OPTIONS = 167, "PA-PAC-OPTIONS";
}

/// PA-DATA (RFC 4120 5.2.7).
#[derive(Clone, Copy, Default)]
pub struct PaData<'a> {
    /// `padata-type`.
    pub padata_type: Spanned<PaType>,
    /// `padata-value`.
    pub padata_value: Spanned<&'a [u8]>,
}

impl<'a> PaData<'a> {
    /// The value as ETYPE-INFO2 or ETYPE-INFO, when it is of one of those types: the encryption
    /// types that the KDC has keys for, with their salts. Spans are relative to the message.
    ///
    /// # Errors
    /// Those of the list's header; those of the entries come from the list.
    pub fn etype_info(&self) -> Option<Result<SequenceOf<'a, EtypeInfoEntry<'a>>, WireError>> {
        matches!(*self.padata_type, PaType::ETYPE_INFO2 | PaType::ETYPE_INFO).then(|| {
            let mut reader = self.reader();
            let list = reader.expect(Tag::SEQUENCE, "ETYPE-INFO2")?;
            reader.finish("ETYPE-INFO2")?;
            SequenceOf::new(&list)
        })
    }

    /// The value as PA-PAC-REQUEST ([MS-KILE] 2.2.3): whether the client wants a PAC.
    ///
    /// # Errors
    /// Those of the value; `Trailing` when octets follow.
    pub fn pac_request(&self) -> Option<Result<Spanned<bool>, WireError>> {
        // KERB-PA-PAC-REQUEST ::= SEQUENCE { include-pac [0] BOOLEAN }
        (*self.padata_type == PaType::PAC_REQUEST).then(|| {
            self.only("KERB-PA-PAC-REQUEST", |inner| {
                tagged(inner, 0, Tag::BOOLEAN, "include-pac")?.boolean("include-pac")
            })
        })
    }

    /// The value as PA-PAC-OPTIONS ([MS-KILE] 2.2.10).
    ///
    /// # Errors
    /// Those of the value; `Trailing` when octets follow.
    pub fn pac_options(&self) -> Option<Result<Spanned<PacOptions>, WireError>> {
        // PA-PAC-OPTIONS ::= SEQUENCE { flags [0] KerberosFlags }
        (*self.padata_type == PaType::PAC_OPTIONS).then(|| {
            let word = self.only("PA-PAC-OPTIONS", |inner| {
                flags(&tagged(inner, 0, Tag::BIT_STRING, "flags")?, "flags")
            })?;
            Ok(word.map(PacOptions::from_bits_retain))
        })
    }

    /// What `read` finds in a SEQUENCE that is the whole value and has nothing else in it.
    fn only<T>(
        &self,
        field: &'static str,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, WireError>,
    ) -> Result<T, WireError> {
        let mut outer = self.reader();
        let mut inner = outer.expect(Tag::SEQUENCE, field)?.reader(field)?;
        let value = read(&mut inner)?;
        inner.finish(field)?;
        outer.finish(field)?;
        Ok(value)
    }

    /// The value as PA-SUPPORTED-ENCTYPES ([MS-KILE] 2.2.8): 32 bits, little-endian.
    ///
    /// # Errors
    /// `Truncated` when there are fewer, `Trailing` when there are more.
    pub fn supported_enctypes(&self) -> Option<Result<Spanned<SupportedEnctypes>, WireError>> {
        (*self.padata_type == PaType::SUPPORTED_ENCTYPES).then(|| {
            let mut cursor = self.reader().cursor();
            let word = cursor.u32_le("PA-SUPPORTED-ENCTYPES")?;
            cursor.finish("PA-SUPPORTED-ENCTYPES")?;
            Ok(word.map(SupportedEnctypes::from_bits_retain))
        })
    }

    /// The encrypted part of PA-ENC-TIMESTAMP and PA-ENCRYPTED-CHALLENGE: with which key the client
    /// proves its password.
    #[must_use]
    pub fn encrypted(&self) -> Option<Partial<EncryptedData<'a>>> {
        matches!(*self.padata_type, PaType::ENC_TIMESTAMP | PaType::ENCRYPTED_CHALLENGE).then(|| {
            Partial::fill(|data: &mut EncryptedData<'a>| {
                let mut reader = self.reader();
                data.read(&reader.expect(Tag::SEQUENCE, "EncryptedData")?)?;
                reader.finish("EncryptedData")
            })
        })
    }

    /// The value as PA-FX-FAST (RFC 6113 5.4): the armour around a request, or a reply in it.
    #[must_use]
    pub fn fast(&self) -> Option<Partial<Fast<'a>>> {
        (*self.padata_type == PaType::FX_FAST).then(|| Fast::read(self.reader()))
    }

    /// The value as PA-PK-AS-REQ (RFC 4556 3.2.1); nothing when it is empty, as in an offer of the KDC.
    #[must_use]
    pub fn pk_as_req(&self) -> Option<Partial<PaPkAsReq<'a>>> {
        (*self.padata_type == PaType::PK_AS_REQ && !self.padata_value.is_empty())
            .then(|| Partial::fill(|value: &mut PaPkAsReq<'a>| value.read(&mut self.reader())))
    }

    /// The value as PA-PK-AS-REP (RFC 4556 3.2.3); nothing when it is empty, as in an offer of the KDC.
    #[must_use]
    pub fn pk_as_rep(&self) -> Option<Partial<PaPkAsRep<'a>>> {
        (*self.padata_type == PaType::PK_AS_REP && !self.padata_value.is_empty())
            .then(|| Partial::fill(|value: &mut PaPkAsRep<'a>| value.read(&mut self.reader())))
    }

    /// The value as PA-FOR-USER ([MS-SFU] 2.2.1): for whom a service asks a ticket to itself.
    #[must_use]
    pub fn for_user(&self) -> Option<Partial<PaForUser<'a>>> {
        (*self.padata_type == PaType::FOR_USER)
            .then(|| Partial::fill(|value: &mut PaForUser<'a>| value.read(&mut self.reader())))
    }

    fn reader(&self) -> Reader<'a> {
        Reader::new(Cursor::at(self.padata_value.value, self.padata_value.span.start))
    }

    // PA-DATA ::= SEQUENCE {
    //     padata-type  [1] Int32,
    //     padata-value [2] OCTET STRING }
    fn fill(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        let mut reader = element.reader("PA-DATA")?;
        self.padata_type =
            tagged(&mut reader, 1, Tag::INTEGER, "padata-type")?.int32("padata-type")?.map(PaType);
        let value = tagged(&mut reader, 2, Tag::OCTET_STRING, "padata-value")?;
        self.padata_value = value.contents().take_rest();
        value.octets("padata-value")?;
        reader.finish("PA-DATA")
    }

    /// The value of the first element of this type, also when the input ends inside it.
    pub(crate) fn find(list: &SequenceOf<'a, Self>, wanted: PaType) -> Option<Spanned<&'a [u8]>> {
        let mut reader = list.reader();
        while !reader.is_empty() {
            let mut padata = Self::default();
            let read = reader.expect(Tag::SEQUENCE, "PA-DATA").and_then(|element| padata.fill(&element));
            if padata.padata_type.reached() == Some(&wanted) && padata.padata_value.reached().is_some() {
                return Some(padata.padata_value);
            }
            read.ok()?;
        }
        None
    }
}

impl<'a> Element<'a> for PaData<'a> {
    const FIELD: &'static str = "PA-DATA";

    fn read(reader: &mut Reader<'a>) -> Result<Self, WireError> {
        let mut padata = Self::default();
        padata.fill(&reader.expect(Tag::SEQUENCE, Self::FIELD)?)?;
        Ok(padata)
    }
}

/// Type and size; the value of some types is a proof of the password.
impl fmt::Debug for PaData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {} octets", self.padata_type, self.padata_value.len())
    }
}

/// ETYPE-INFO2-ENTRY or ETYPE-INFO-ENTRY (RFC 4120 5.2.7.4, 5.2.7.5).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EtypeInfoEntry<'a> {
    /// `etype`.
    pub etype: Spanned<Etype>,
    /// `salt`. Of an account of AD: realm and name, and `host` and the DNS name for a computer.
    pub salt: Option<Spanned<Text<'a>>>,
    /// `s2kparams`: the iteration count, four octets big-endian, for AES.
    pub s2kparams: Option<Spanned<&'a [u8]>>,
}

impl<'a> Element<'a> for EtypeInfoEntry<'a> {
    const FIELD: &'static str = "ETYPE-INFO2-ENTRY";

    // ETYPE-INFO2-ENTRY ::= SEQUENCE {
    //     etype     [0] Int32,
    //     salt      [1] KerberosString OPTIONAL,
    //     s2kparams [2] OCTET STRING OPTIONAL }
    // The salt of the older ETYPE-INFO-ENTRY is an OCTET STRING.
    fn read(reader: &mut Reader<'a>) -> Result<Self, WireError> {
        let mut entry = Self::default();
        let mut inner = reader.expect(Tag::SEQUENCE, Self::FIELD)?.reader(Self::FIELD)?;
        entry.etype = tagged(&mut inner, 0, Tag::INTEGER, "etype")?.int32("etype")?.map(Etype);
        if let Some(wrapper) = inner.optional(Tag::context(1), "salt")? {
            let mut wrapper = wrapper.reader("salt")?;
            let salt = wrapper.read("salt")?;
            if salt.tag != Tag::GENERAL_STRING && salt.tag != Tag::OCTET_STRING {
                let kind = ErrorKind::Malformed("a salt is a GeneralString or an OCTET STRING");
                return Err(WireError::new(kind, salt.header.start, "salt"));
            }
            entry.salt = Some(salt.text("salt")?);
            wrapper.finish("salt")?;
        }
        if let Some(params) = tagged_optional(&mut inner, 2, Tag::OCTET_STRING, "s2kparams")? {
            entry.s2kparams = Some(params.octets("s2kparams")?);
        }
        inner.finish(Self::FIELD)?;
        Ok(entry)
    }
}

/// PA-FOR-USER ([MS-SFU] 2.2.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PaForUser<'a> {
    /// `userName`.
    pub user_name: PrincipalName<'a>,
    /// `userRealm`.
    pub user_realm: Spanned<Text<'a>>,
    /// `cksum`.
    pub cksum: Checksum<'a>,
    /// `auth-package`: Kerberos.
    pub auth_package: Spanned<Text<'a>>,
}

impl<'a> PaForUser<'a> {
    // PA-FOR-USER ::= SEQUENCE {
    //     userName     [0] PrincipalName,
    //     userRealm    [1] Realm,
    //     cksum        [2] Checksum,
    //     auth-package [3] KerberosString }
    fn read(&mut self, outer: &mut Reader<'a>) -> Result<(), WireError> {
        let element = outer.expect(Tag::SEQUENCE, "PA-FOR-USER")?;
        let reader = &mut element.reader("PA-FOR-USER")?;
        self.user_name.tagged(reader, 0, "userName")?;
        self.user_realm = string(reader, 1, "userRealm")?;
        self.cksum.tagged(reader, 2, "cksum")?;
        self.auth_package = string(reader, 3, "auth-package")?;
        reader.finish("PA-FOR-USER")?;
        outer.finish("PA-FOR-USER")
    }
}
