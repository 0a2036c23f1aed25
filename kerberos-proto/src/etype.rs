//! Encryption types (RFC 3961, RFC 3962, RFC 4757, RFC 8009, [MS-KILE] 3.1.5.2).

use adjoin_wire::open_enum;

open_enum! {
    /// `etype`: the encryption type of a ticket, an authenticator or an offer. Signed: Microsoft's
    /// own types are negative.
    pub struct Etype(i32, "{}", KNOWN);
    /// des-cbc-crc (RFC 3961).
    DES_CBC_CRC = 1, "des-cbc-crc";
    /// des-cbc-md4 (RFC 3961).
    DES_CBC_MD4 = 2, "des-cbc-md4";
    /// des-cbc-md5 (RFC 3961).
    DES_CBC_MD5 = 3, "des-cbc-md5";
    /// des3-cbc-md5 (RFC 3961).
    DES3_CBC_MD5 = 5, "des3-cbc-md5";
    /// des3-cbc-sha1-old (RFC 3961).
    DES3_CBC_SHA1_OLD = 7, "des3-cbc-sha1-old";
    /// des3-cbc-sha1-kd (RFC 3961).
    DES3_CBC_SHA1_KD = 16, "des3-cbc-sha1-kd";
    /// aes128-cts-hmac-sha1-96 (RFC 3962).
    AES128_CTS_HMAC_SHA1_96 = 17, "aes128-cts-hmac-sha1-96";
    /// aes256-cts-hmac-sha1-96 (RFC 3962).
    AES256_CTS_HMAC_SHA1_96 = 18, "aes256-cts-hmac-sha1-96";
    /// aes128-cts-hmac-sha256-128 (RFC 8009).
    AES128_CTS_HMAC_SHA256_128 = 19, "aes128-cts-hmac-sha256-128";
    /// aes256-cts-hmac-sha384-192 (RFC 8009).
    AES256_CTS_HMAC_SHA384_192 = 20, "aes256-cts-hmac-sha384-192";
    /// rc4-hmac (RFC 4757).
    RC4_HMAC = 23, "rc4-hmac";
    /// rc4-hmac-exp (RFC 4757).
    RC4_HMAC_EXP = 24, "rc4-hmac-exp";
    /// camellia128-cts-cmac (RFC 6803).
    CAMELLIA128_CTS_CMAC = 25, "camellia128-cts-cmac";
    /// camellia256-cts-cmac (RFC 6803).
    CAMELLIA256_CTS_CMAC = 26, "camellia256-cts-cmac";
    /// rc4-md4 (MS-KILE).
    RC4_MD4 = -128, "rc4-md4";
    /// rc4-hmac-old (MS-KILE 3.1.5.2).
    RC4_HMAC_OLD = -133, "rc4-hmac-old";
    /// rc4-hmac-old-exp (MS-KILE 3.1.5.2).
    RC4_HMAC_OLD_EXP = -135, "rc4-hmac-old-exp";
}

impl Etype {
    /// True for single DES, which Windows switched off in 2009.
    #[must_use]
    pub const fn is_des(self) -> bool {
        matches!(self, Self::DES_CBC_CRC | Self::DES_CBC_MD4 | Self::DES_CBC_MD5)
    }

    /// True for the RC4 family.
    #[must_use]
    pub const fn is_rc4(self) -> bool {
        matches!(
            self,
            Self::RC4_HMAC | Self::RC4_HMAC_EXP | Self::RC4_MD4 | Self::RC4_HMAC_OLD | Self::RC4_HMAC_OLD_EXP
        )
    }

    /// True for AES.
    #[must_use]
    pub const fn is_aes(self) -> bool {
        matches!(self.0, 17..=20)
    }
}
