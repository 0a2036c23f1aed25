//! Checksums: their type is clear, what they prove needs a key.

use crate::sequence::tagged;
use adjoin_wire::ber::{Reader, Tag, Tlv};
use adjoin_wire::{Spanned, WireError, open_enum};
use core::fmt;

open_enum! {
    /// `cksumtype` (RFC 3961 section 8, RFC 3962, RFC 4757, RFC 6803, RFC 8009).
    pub struct ChecksumType(i32, "{}", KNOWN);
    /// CRC-32 without a key.
    CRC32 = 1, "crc32";
    /// MD4 without a key.
    RSA_MD4 = 2, "rsa-md4";
    /// MD4 encrypted with DES.
    RSA_MD4_DES = 3, "rsa-md4-des";
    /// MD5 without a key.
    RSA_MD5 = 7, "rsa-md5";
    /// MD5 encrypted with DES.
    RSA_MD5_DES = 8, "rsa-md5-des";
    /// HMAC with SHA-1, triple DES.
    HMAC_SHA1_DES3_KD = 12, "hmac-sha1-des3-kd";
    /// SHA-1 without a key.
    SHA1 = 14, "sha1";
    /// HMAC with SHA-1, AES of 128 bits.
    HMAC_SHA1_96_AES128 = 15, "hmac-sha1-96-aes128";
    /// HMAC with SHA-1, AES of 256 bits.
    HMAC_SHA1_96_AES256 = 16, "hmac-sha1-96-aes256";
    /// CMAC, Camellia of 128 bits.
    CMAC_CAMELLIA128 = 17, "cmac-camellia128";
    /// CMAC, Camellia of 256 bits.
    CMAC_CAMELLIA256 = 18, "cmac-camellia256";
    /// HMAC with SHA-256, AES of 128 bits (RFC 8009).
    HMAC_SHA256_128_AES128 = 19, "hmac-sha256-128-aes128";
    /// HMAC with SHA-384, AES of 256 bits (RFC 8009).
    HMAC_SHA384_192_AES256 = 20, "hmac-sha384-192-aes256";
    /// Not a checksum: flags of the GSS-API (RFC 4121 4.1.1).
    GSSAPI = 0x8003, "gssapi-8003";
    /// HMAC with MD5, RC4.
    HMAC_MD5 = -138, "hmac-md5";
}

/// Checksum (RFC 4120 5.2.9): its type and size.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Checksum<'a> {
    /// `cksumtype`.
    pub cksumtype: Spanned<ChecksumType>,
    /// `checksum`, as far as the input has it.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub checksum: Spanned<&'a [u8]>,
}

impl<'a> Checksum<'a> {
    // Checksum ::= SEQUENCE {
    //     cksumtype [0] Int32,
    //     checksum  [1] OCTET STRING }
    fn read(&mut self, element: &Tlv<'a>) -> Result<(), WireError> {
        let mut reader = element.reader("Checksum")?;
        self.cksumtype =
            tagged(&mut reader, 0, Tag::INTEGER, "cksumtype")?.int32("cksumtype")?.map(ChecksumType);
        let checksum = tagged(&mut reader, 1, Tag::OCTET_STRING, "checksum")?;
        self.checksum = checksum.contents().take_rest();
        checksum.octets("checksum")?;
        reader.finish("Checksum")
    }

    /// `[n] Checksum`.
    pub(crate) fn tagged(
        &mut self,
        reader: &mut Reader<'a>,
        n: u8,
        field: &'static str,
    ) -> Result<(), WireError> {
        self.read(&tagged(reader, n, Tag::SEQUENCE, field)?)
    }
}

/// The type and the size: a checksum over a known text helps to guess a password.
impl fmt::Debug for Checksum<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {} octets", self.cksumtype, self.checksum.len())
    }
}
