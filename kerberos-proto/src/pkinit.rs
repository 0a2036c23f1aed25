//! PKINIT (RFC 4556): a certificate in place of a password. What is signed is clear: clocks, nonces,
//! which checksums bind the request, how the key is agreed. Certificates and signatures are not read.

use crate::KerberosTime;
use crate::sequence::{extended, tagged, tagged_optional};
use adjoin_wire::ber::{Oid, Reader, Tag, Tlv};
use adjoin_wire::{Cursor, ErrorKind, Spanned, WireError, octets_by_size};
use core::fmt;

/// The name of an object identifier that PKINIT messages have (RFC 4556, RFC 5349, RFC 8636, CMS).
#[must_use]
pub fn oid_name(oid: Oid<'_>) -> Option<&'static str> {
    Some(match oid.0 {
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2] => "id-signedData",
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 3] => "id-envelopedData",
        [0x2b, 6, 1, 5, 2, 3, 1] => "id-pkinit-authData",
        [0x2b, 6, 1, 5, 2, 3, 2] => "id-pkinit-DHKeyData",
        [0x2b, 6, 1, 5, 2, 3, 3] => "id-pkinit-rkeyData",
        [0x2b, 6, 1, 5, 2, 3, 6, 1] => "id-pkinit-kdf-ah-sha1",
        [0x2b, 6, 1, 5, 2, 3, 6, 2] => "id-pkinit-kdf-ah-sha256",
        [0x2b, 6, 1, 5, 2, 3, 6, 3] => "id-pkinit-kdf-ah-sha512",
        [0x2b, 6, 1, 5, 2, 3, 6, 4] => "id-pkinit-kdf-ah-sha384",
        [0x2a, 0x86, 0x48, 0xce, 0x3e, 2, 1] => "dhpublicnumber",
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1] => "id-ecPublicKey",
        [0x2b, 0x0e, 3, 2, 0x1a] => "id-sha1",
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1] => "id-sha256",
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2] => "id-sha384",
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3] => "id-sha512",
        _ => return None,
    })
}

/// SignedData of CMS (RFC 5652 5.1) in its ContentInfo: what is signed, and of which kind it is.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SignedData<'a> {
    /// `contentType` of the ContentInfo.
    pub content_type: Spanned<Oid<'a>>,
    /// `eContentType`.
    pub e_content_type: Option<Spanned<Oid<'a>>>,
    /// `eContent`, as far as the input has it.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub e_content: Option<Spanned<&'a [u8]>>,
}

impl<'a> SignedData<'a> {
    const OID: Oid<'static> = Oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2]);

    // ContentInfo ::= SEQUENCE {
    //     contentType     OBJECT IDENTIFIER,
    //     content     [0] EXPLICIT ANY DEFINED BY contentType }
    // SignedData ::= SEQUENCE {
    //     version          INTEGER,
    //     digestAlgorithms SET OF AlgorithmIdentifier,
    //     encapContentInfo SEQUENCE {
    //         eContentType     OBJECT IDENTIFIER,
    //         eContent     [0] EXPLICIT OCTET STRING OPTIONAL },
    //     .. }
    //
    // What is signed is given back to be read.
    fn read(&mut self, octets: Cursor<'a>) -> Result<Option<Cursor<'a>>, WireError> {
        let mut outer = Reader::new(octets);
        let mut info = outer.expect(Tag::SEQUENCE, "ContentInfo")?.reader("ContentInfo")?;
        self.content_type = info.expect(Tag::OID, "contentType")?.oid("contentType")?;
        if *self.content_type != Self::OID {
            let other = ErrorKind::Unsupported("another content than signed data");
            return Err(WireError::new(other, self.content_type.span.start, "contentType"));
        }
        let mut data = tagged(&mut info, 0, Tag::SEQUENCE, "SignedData")?.reader("SignedData")?;
        data.expect(Tag::INTEGER, "version")?;
        data.expect(Tag::SET, "digestAlgorithms")?;
        let inner = data.expect(Tag::SEQUENCE, "encapContentInfo")?;
        let mut inner = inner.reader("encapContentInfo")?;
        self.e_content_type = Some(inner.expect(Tag::OID, "eContentType")?.oid("eContentType")?);
        let Some(wrapper) = inner.optional(Tag::context(0), "eContent")? else {
            inner.finish("encapContentInfo")?;
            return Ok(None);
        };
        let mut wrapper = wrapper.reader("eContent")?;
        let content = match wrapper.peek() {
            // PKCS #7 had any element here (RFC 5652 5.2.1).
            Some(tag) if tag.is_constructed() && tag != IN_PIECES => {
                let other = ErrorKind::Unsupported("what is signed is not an octet string");
                return Err(wrapper.cursor().error(other, "eContent"));
            }
            _ => octet_string(&mut wrapper, Tag::OCTET_STRING, "eContent")?.contents(),
        };
        let mut rest = content;
        self.e_content = Some(rest.take_rest());
        if !wrapper.is_empty() {
            wrapper.finish("eContent")?;
        }
        inner.finish("encapContentInfo")?;
        Ok(Some(content))
    }
}

/// OCTET STRING, constructed: BER lets a sender write it in pieces, and CMS need not be DER (RFC 5652 2).
const IN_PIECES: Tag = Tag(Tag::OCTET_STRING.0 | 0x20);

/// An OCTET STRING under this tag.
fn octet_string<'a>(reader: &mut Reader<'a>, tag: Tag, field: &'static str) -> Result<Tlv<'a>, WireError> {
    if reader.peek() == Some(Tag(tag.0 | 0x20)) {
        let pieces = ErrorKind::Unsupported("an octet string in pieces");
        return Err(reader.cursor().error(pieces, field));
    }
    reader.expect(tag, field)
}

/// What is signed by its size.
impl fmt::Debug for SignedData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedData")
            .field("content_type", &self.content_type)
            .field("e_content_type", &self.e_content_type)
            .field("e_content", &self.e_content.map(|content| content.map(<[u8]>::len)))
            .finish()
    }
}

/// PA-PK-AS-REQ (RFC 4556 3.2.1), and the AuthPack in it.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PaPkAsReq<'a> {
    /// `signedAuthPack`: the envelope of the AuthPack.
    pub signed_auth_pack: SignedData<'a>,
    /// The AuthPack, when the envelope has one.
    pub auth_pack: Option<AuthPack<'a>>,
    /// `trustedCertifiers` is there: the client says which authorities it trusts.
    pub trusted_certifiers: bool,
    /// `kdcPkId` is there: the client says which certificate of the KDC it knows.
    pub kdc_pk_id: bool,
}

impl<'a> PaPkAsReq<'a> {
    // PA-PK-AS-REQ ::= SEQUENCE {
    //     signedAuthPack    [0] IMPLICIT OCTET STRING,
    //     trustedCertifiers [1] SEQUENCE OF ExternalPrincipalIdentifier OPTIONAL,
    //     kdcPkId           [2] IMPLICIT OCTET STRING OPTIONAL, .. }
    pub(crate) fn read(&mut self, outer: &mut Reader<'a>) -> Result<(), WireError> {
        let mut reader = outer.expect(Tag::SEQUENCE, "PA-PK-AS-REQ")?.reader("PA-PK-AS-REQ")?;
        let pack = octet_string(&mut reader, Tag::context_primitive(0), "signedAuthPack")?;
        if let Some(content) = self.signed_auth_pack.read(pack.contents())? {
            self.auth_pack.insert(AuthPack::default()).read(content)?;
        }
        pack.octets("signedAuthPack")?;
        self.trusted_certifiers = reader.optional(Tag::context(1), "trustedCertifiers")?.is_some();
        self.kdc_pk_id = reader.optional(Tag::context_primitive(2), "kdcPkId")?.is_some();
        extended(&reader, "PA-PK-AS-REQ")?;
        outer.finish("PA-PK-AS-REQ")
    }
}

/// AuthPack and its PKAuthenticator (RFC 4556 3.2.1, RFC 8070, RFC 8636).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AuthPack<'a> {
    /// `cusec`: microseconds of the client's clock.
    pub cusec: Spanned<i32>,
    /// `ctime`: the client's clock.
    pub ctime: Spanned<KerberosTime>,
    /// `nonce`. Some senders write it signed: it is taken as the same 32 bits.
    pub nonce: Spanned<u32>,
    /// `paChecksum`: SHA-1 of the request body.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub pa_checksum: Option<Spanned<&'a [u8]>>,
    /// `freshnessToken`: what the KDC sent in PA-AS-FRESHNESS (RFC 8070).
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub freshness_token: Option<Spanned<&'a [u8]>>,
    /// `paChecksum2`: the algorithm of the second checksum ([MS-PKCA] 2.2.3).
    pub pa_checksum2: Option<Spanned<Oid<'a>>>,
    /// The algorithm of `clientPublicValue`: the client wants to agree on a key by Diffie-Hellman.
    /// Absent when the KDC is to encrypt the key for the client's certificate.
    pub client_public_value: Option<Spanned<Oid<'a>>>,
    /// `clientDHNonce` is there: the KDC may use its Diffie-Hellman key again.
    pub client_dh_nonce: bool,
    /// The first of `supportedKDFs` (RFC 8636).
    pub supported_kdf: Option<Spanned<Oid<'a>>>,
}

octets_by_size!(
    AuthPack {
        cusec, ctime, nonce, pa_checksum2, client_public_value, client_dh_nonce, supported_kdf,
    } { pa_checksum, freshness_token }
);

impl<'a> AuthPack<'a> {
    // AuthPack ::= SEQUENCE {
    //     pkAuthenticator   [0] PKAuthenticator,
    //     clientPublicValue [1] SubjectPublicKeyInfo OPTIONAL,
    //     supportedCMSTypes [2] SEQUENCE OF AlgorithmIdentifier OPTIONAL,
    //     clientDHNonce     [3] OCTET STRING OPTIONAL,
    //     supportedKDFs     [4] SEQUENCE OF KDFAlgorithmId OPTIONAL, .. }
    fn read(&mut self, octets: Cursor<'a>) -> Result<(), WireError> {
        let mut outer = Reader::new(octets);
        let mut reader = outer.expect(Tag::SEQUENCE, "AuthPack")?.reader("AuthPack")?;
        self.read_authenticator(&mut reader)?;
        if let Some(key) = tagged_optional(&mut reader, 1, Tag::SEQUENCE, "clientPublicValue")? {
            // SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, .. }
            let mut key = key.reader("clientPublicValue")?;
            self.client_public_value = Some(algorithm(&mut key, "clientPublicValue")?);
        }
        reader.optional(Tag::context(2), "supportedCMSTypes")?;
        self.client_dh_nonce = reader.optional(Tag::context(3), "clientDHNonce")?.is_some();
        if let Some(list) = tagged_optional(&mut reader, 4, Tag::SEQUENCE, "supportedKDFs")? {
            let mut list = list.reader("supportedKDFs")?;
            if !list.is_empty() {
                self.supported_kdf = Some(kdf(&mut list)?);
            }
        }
        extended(&reader, "AuthPack")?;
        outer.finish("AuthPack")
    }

    // PKAuthenticator ::= SEQUENCE {
    //     cusec          [0] INTEGER,
    //     ctime          [1] KerberosTime,
    //     nonce          [2] INTEGER,
    //     paChecksum     [3] OCTET STRING OPTIONAL,
    //     freshnessToken [4] OCTET STRING OPTIONAL,
    //     paChecksum2    [5] PAChecksum2 OPTIONAL, .. }
    // PAChecksum2 ::= SEQUENCE {
    //     checksum            [0] OCTET STRING,
    //     algorithmIdentifier [1] AlgorithmIdentifier }
    fn read_authenticator(&mut self, outer: &mut Reader<'a>) -> Result<(), WireError> {
        let element = tagged(outer, 0, Tag::SEQUENCE, "pkAuthenticator")?;
        let reader = &mut element.reader("pkAuthenticator")?;
        self.cusec = tagged(reader, 0, Tag::INTEGER, "cusec")?.int32("cusec")?;
        self.ctime = KerberosTime::read(&tagged(reader, 1, Tag::GENERALIZED_TIME, "ctime")?, "ctime")?;
        self.nonce = tagged(reader, 2, Tag::INTEGER, "nonce")?.uint32("nonce")?;
        if let Some(checksum) = tagged_optional(reader, 3, Tag::OCTET_STRING, "paChecksum")? {
            self.pa_checksum = Some(checksum.octets("paChecksum")?);
        }
        if let Some(token) = tagged_optional(reader, 4, Tag::OCTET_STRING, "freshnessToken")? {
            self.freshness_token = Some(token.octets("freshnessToken")?);
        }
        if let Some(second) = tagged_optional(reader, 5, Tag::SEQUENCE, "paChecksum2")? {
            let mut second = second.reader("paChecksum2")?;
            tagged(&mut second, 0, Tag::OCTET_STRING, "checksum")?;
            let wrapper = second.expect(Tag::context(1), "algorithmIdentifier")?;
            let mut wrapper = wrapper.reader("algorithmIdentifier")?;
            self.pa_checksum2 = Some(algorithm(&mut wrapper, "algorithmIdentifier")?);
        }
        extended(reader, "pkAuthenticator")
    }
}

// AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }
fn algorithm<'a>(reader: &mut Reader<'a>, field: &'static str) -> Result<Spanned<Oid<'a>>, WireError> {
    reader.expect(Tag::SEQUENCE, field)?.reader(field)?.expect(Tag::OID, field)?.oid(field)
}

// KDFAlgorithmId ::= SEQUENCE { kdf-id [0] OBJECT IDENTIFIER, .. }
fn kdf<'a>(reader: &mut Reader<'a>) -> Result<Spanned<Oid<'a>>, WireError> {
    let mut inner = reader.expect(Tag::SEQUENCE, "kdf")?.reader("kdf")?;
    tagged(&mut inner, 0, Tag::OID, "kdf-id")?.oid("kdf-id")
}

/// PA-PK-AS-REP (RFC 4556 3.2.3): how the KDC hands the key over.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum PaPkAsRep<'a> {
    /// Not reached.
    #[default]
    None,
    /// `dhInfo`: the KDC's half of a Diffie-Hellman key.
    Dh(DhRepInfo<'a>),
    /// `encKeyPack`: a key that is encrypted for the client's certificate; how many octets it has. The
    /// span is that of the octets that are there.
    EncKeyPack(Spanned<usize>),
}

/// DHRepInfo and the KDCDHKeyInfo in it (RFC 4556 3.2.3.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DhRepInfo<'a> {
    /// `dhSignedData`: the envelope of the KDCDHKeyInfo.
    pub dh_signed_data: SignedData<'a>,
    /// `nonce`: that of the request, or 0.
    pub nonce: Option<Spanned<u32>>,
    /// `dhKeyExpiration`: until when the KDC uses its half again.
    pub dh_key_expiration: Option<Spanned<KerberosTime>>,
    /// `serverDHNonce` is there: the KDC uses its half again.
    pub server_dh_nonce: bool,
    /// `kdf`: how the key is derived (RFC 8636).
    pub kdf: Option<Spanned<Oid<'a>>>,
}

impl<'a> PaPkAsRep<'a> {
    // PA-PK-AS-REP ::= CHOICE {
    //     dhInfo     [0] DHRepInfo,
    //     encKeyPack [1] IMPLICIT OCTET STRING }
    pub(crate) fn read(&mut self, reader: &mut Reader<'a>) -> Result<(), WireError> {
        if reader.peek().is_some_and(|tag| tag.is_context() && tag.number() == 1) {
            let pack = octet_string(reader, Tag::context_primitive(1), "encKeyPack")?;
            *self = Self::EncKeyPack(Spanned::new(pack.length, pack.contents().span()));
            pack.octets("encKeyPack")?;
            return reader.finish("PA-PK-AS-REP");
        }
        let element = tagged(reader, 0, Tag::SEQUENCE, "dhInfo")?;
        *self = Self::Dh(DhRepInfo::default());
        if let Self::Dh(info) = self {
            info.read(&mut element.reader("dhInfo")?)?;
        }
        reader.finish("PA-PK-AS-REP")
    }
}

impl<'a> DhRepInfo<'a> {
    // DHRepInfo ::= SEQUENCE {
    //     dhSignedData  [0] IMPLICIT OCTET STRING,
    //     serverDHNonce [1] OCTET STRING OPTIONAL,
    //     kdf           [2] KDFAlgorithmId OPTIONAL, .. }
    fn read(&mut self, reader: &mut Reader<'a>) -> Result<(), WireError> {
        let signed = octet_string(reader, Tag::context_primitive(0), "dhSignedData")?;
        if let Some(content) = self.dh_signed_data.read(signed.contents())? {
            self.read_key_info(content)?;
        }
        signed.octets("dhSignedData")?;
        self.server_dh_nonce = reader.optional(Tag::context(1), "serverDHNonce")?.is_some();
        if let Some(wrapper) = reader.optional(Tag::context(2), "kdf")? {
            self.kdf = Some(kdf(&mut wrapper.reader("kdf")?)?);
        }
        extended(reader, "dhInfo")
    }

    // KDCDHKeyInfo ::= SEQUENCE {
    //     subjectPublicKey [0] BIT STRING,
    //     nonce            [1] INTEGER,
    //     dhKeyExpiration  [2] KerberosTime OPTIONAL, .. }
    fn read_key_info(&mut self, octets: Cursor<'a>) -> Result<(), WireError> {
        let mut outer = Reader::new(octets);
        let element = outer.expect(Tag::SEQUENCE, "KDCDHKeyInfo")?;
        let reader = &mut element.reader("KDCDHKeyInfo")?;
        tagged(reader, 0, Tag::BIT_STRING, "subjectPublicKey")?;
        self.nonce = Some(tagged(reader, 1, Tag::INTEGER, "nonce")?.uint32("nonce")?);
        self.dh_key_expiration = KerberosTime::optional(reader, 2, "dhKeyExpiration")?;
        extended(reader, "KDCDHKeyInfo")?;
        outer.finish("KDCDHKeyInfo")
    }
}
