//! Encrypted parts: type, key version and size are clear.

use crate::Etype;
use crate::sequence::{tagged, tagged_optional};
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Spanned, WireError};
use core::fmt;

/// EncryptedData (RFC 4120 5.2.9).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EncryptedData<'a> {
    /// `etype`.
    pub etype: Spanned<Etype>,
    /// `kvno`, the version of the key. A read-only DC puts its own number into the upper 16 bits;
    /// Windows then writes the integer signed: it is taken as the same 32 bits.
    pub kvno: Option<Spanned<u32>>,
    /// The number of octets that `cipher` declares, also when the input holds fewer. The span is
    /// that of the octets that are there.
    pub cipher_length: Spanned<usize>,
    /// `cipher`, as far as the input has it.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub cipher: Spanned<&'a [u8]>,
}

impl<'a> EncryptedData<'a> {
    // EncryptedData ::= SEQUENCE {
    //     etype  [0] Int32,
    //     kvno   [1] UInt32 OPTIONAL,
    //     cipher [2] OCTET STRING }
    pub(crate) fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        let mut reader = element.reader("EncryptedData")?;
        self.etype = tagged(&mut reader, 0, Tag::INTEGER, "etype")?.int32("etype")?.map(Etype);
        if let Some(kvno) = tagged_optional(&mut reader, 1, Tag::INTEGER, "kvno")? {
            self.kvno = Some(kvno.uint32("kvno")?);
        }
        let cipher = tagged(&mut reader, 2, Tag::OCTET_STRING, "cipher")?;
        let mut contents = cipher.contents();
        self.cipher_length = Spanned::new(cipher.length, contents.span());
        self.cipher = contents.take_rest();
        cipher.octets("cipher")?;
        reader.finish("EncryptedData")
    }

    /// `[n] EncryptedData`.
    #[inline(always)]
    pub(crate) fn tagged(
        &mut self,
        reader: &mut Reader<'a>,
        n: u8,
        field: &'static str,
    ) -> Result<(), WireError> {
        self.read(&tagged(reader, n, Tag::SEQUENCE, field)?)
    }

    /// `[n] EncryptedData OPTIONAL`.
    #[inline(always)]
    pub(crate) fn optional(
        slot: &mut Option<Self>,
        reader: &mut Reader<'a>,
        n: u8,
        field: &'static str,
    ) -> Result<(), WireError> {
        match tagged_optional(reader, n, Tag::SEQUENCE, field)? {
            Some(element) => slot.insert(Self::default()).read(&element),
            None => Ok(()),
        }
    }
}

/// The cipher's size, not its octets: they can be attacked offline.
impl fmt::Debug for EncryptedData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptedData")
            .field("etype", &self.etype)
            .field("kvno", &self.kvno)
            .field("cipher_length", &self.cipher_length)
            .finish_non_exhaustive()
    }
}
