//! FAST (RFC 6113 5.4): an armoured request. The armour's kind and ticket are clear, the request in
//! it is not.

use crate::sequence::{extended, tagged, tagged_optional};
use crate::{ApReq, Checksum, EncryptedData};
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{ErrorKind, Partial, Spanned, WireError, open_enum};
use core::fmt;

open_enum! {
    /// `armor-type` (RFC 6113 5.4.1).
    pub struct ArmorType(i32, "{}", KNOWN);
    /// A ticket, mostly the computer's TGT.
    AP_REQUEST = 1, "FX_FAST_ARMOR_AP_REQUEST";
}

/// KrbFastArmor (RFC 6113 5.4.1).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KrbFastArmor<'a> {
    /// `armor-type`.
    pub armor_type: Spanned<ArmorType>,
    /// `armor-value`, as far as the input has it: an AP-REQ for type 1.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub armor_value: Spanned<&'a [u8]>,
}

impl<'a> KrbFastArmor<'a> {
    /// The ticket and authenticator of the armour, when it is of that type. Spans are relative to
    /// [`KrbFastArmor::armor_value`].
    #[must_use]
    pub fn ap_req(&self) -> Option<Partial<ApReq<'a>>> {
        (*self.armor_type == ArmorType::AP_REQUEST && self.armor_value.reached().is_some())
            .then(|| ApReq::parse_partial(self.armor_value.value))
    }

    // KrbFastArmor ::= SEQUENCE {
    //     armor-type  [0] Int32,
    //     armor-value [1] OCTET STRING, .. }
    fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        let mut reader = element.reader("KrbFastArmor")?;
        self.armor_type =
            tagged(&mut reader, 0, Tag::INTEGER, "armor-type")?.int32("armor-type")?.map(ArmorType);
        let value = tagged(&mut reader, 1, Tag::OCTET_STRING, "armor-value")?;
        self.armor_value = value.contents().take_rest();
        value.octets("armor-value")?;
        extended(&reader, "KrbFastArmor")
    }
}

/// The value by its size: there are ciphers in it.
impl fmt::Debug for KrbFastArmor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.armor_value.map(<[u8]>::len);
        write!(f, "{:?}, value of {value:?} octets", self.armor_type)
    }
}

/// KrbFastArmoredReq (RFC 6113 5.4.2): the value of PA-FX-FAST in a request.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KrbFastArmoredReq<'a> {
    /// `armor`: absent in a TGS-REQ, whose own AP-REQ is the armour.
    pub armor: Option<KrbFastArmor<'a>>,
    /// `req-checksum`: over the request body.
    pub req_checksum: Checksum<'a>,
    /// `enc-fast-req`: the real request, under the armour key.
    pub enc_fast_req: EncryptedData<'a>,
}

impl<'a> KrbFastArmoredReq<'a> {
    // PA-FX-FAST-REQUEST ::= CHOICE { armored-data [0] KrbFastArmoredReq }
    // KrbFastArmoredReq ::= SEQUENCE {
    //     armor        [0] KrbFastArmor OPTIONAL,
    //     req-checksum [1] Checksum,
    //     enc-fast-req [2] EncryptedData, .. }
    pub(crate) fn read(&mut self, reader: &mut Reader<'a>) -> Result<(), WireError> {
        let mut inner = armored_data(reader)?.reader("KrbFastArmoredReq")?;
        if let Some(armor) = tagged_optional(&mut inner, 0, Tag::SEQUENCE, "armor")? {
            self.armor.insert(KrbFastArmor::default()).read(&armor)?;
        }
        self.req_checksum.tagged(&mut inner, 1, "req-checksum")?;
        self.enc_fast_req.tagged(&mut inner, 2, "enc-fast-req")?;
        extended(&inner, "KrbFastArmoredReq")?;
        reader.finish("PA-FX-FAST-REQUEST")
    }
}

/// KrbFastArmoredRep (RFC 6113 5.4.3): the value of PA-FX-FAST in a reply or an error.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KrbFastArmoredRep<'a> {
    /// `enc-fast-rep`, under the armour key.
    pub enc_fast_rep: EncryptedData<'a>,
}

impl<'a> KrbFastArmoredRep<'a> {
    // PA-FX-FAST-REPLY ::= CHOICE { armored-data [0] KrbFastArmoredRep }
    // KrbFastArmoredRep ::= SEQUENCE { enc-fast-rep [0] EncryptedData, .. }
    pub(crate) fn read(&mut self, reader: &mut Reader<'a>) -> Result<(), WireError> {
        let mut inner = armored_data(reader)?.reader("KrbFastArmoredRep")?;
        self.enc_fast_rep.tagged(&mut inner, 0, "enc-fast-rep")?;
        extended(&inner, "KrbFastArmoredRep")?;
        reader.finish("PA-FX-FAST-REPLY")
    }
}

/// PA-FX-FAST: which of its two forms it is, its content decides: a request and a reply look alike
/// until there.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "values borrow and are never stored in numbers; no allocation")]
pub enum Fast<'a> {
    /// From a client.
    Request(KrbFastArmoredReq<'a>),
    /// From a KDC.
    Reply(KrbFastArmoredRep<'a>),
    /// From a KDC that only says that it knows FAST: no octets.
    Offer,
}

impl<'a> Fast<'a> {
    pub(crate) fn read(mut reader: Reader<'a>) -> Partial<Self> {
        if reader.is_empty() && reader.cursor().clipped() == 0 {
            return Partial { value: Self::Offer, error: None };
        }
        if is_reply(reader) {
            let part = Partial::fill(|reply: &mut KrbFastArmoredRep<'a>| reply.read(&mut reader));
            return Partial { value: Self::Reply(part.value), error: part.error };
        }
        let part = Partial::fill(|request: &mut KrbFastArmoredReq<'a>| request.read(&mut reader));
        Partial { value: Self::Request(part.value), error: part.error }
    }
}

/// An encrypted part comes first in a reply. In a request it is the armour or the checksum: the armour
/// has an OCTET STRING where an encrypted part has its cipher or key version, under another tag.
fn is_reply(mut reader: Reader<'_>) -> bool {
    let mut look = || {
        let mut inner = armored_data(&mut reader)?.reader("armored-data")?;
        let mut first = tagged(&mut inner, 0, Tag::SEQUENCE, "armored-data")?.reader("armored-data")?;
        tagged(&mut first, 0, Tag::INTEGER, "armored-data")?;
        let kvno = tagged_optional(&mut first, 1, Tag::INTEGER, "kvno").is_ok_and(|kvno| kvno.is_some());
        Ok::<_, WireError>(kvno || first.peek() == Some(Tag::context(2)))
    };
    look().unwrap_or(false)
}

fn armored_data<'a>(reader: &mut Reader<'a>) -> Result<Tlv<'a>, WireError> {
    let at = reader.cursor();
    match reader.peek() {
        Some(tag) if tag != Tag::context(0) => {
            Err(at.error(ErrorKind::Unsupported("another choice than armored-data"), "PA-FX-FAST"))
        }
        _ => tagged(reader, 0, Tag::SEQUENCE, "armored-data"),
    }
}
