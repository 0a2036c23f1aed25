//! Builds messages in DER, for tests and generators. What is encrypted is given as it is to appear.

use crate::{ApOptions, ErrorCode, Etype, KdcOptions, KerberosTime, MessageType, NameType, PaType};
use adjoin_wire::ber::Tag;
pub use adjoin_wire::encode::{constructed, integer, tlv};
use alloc::vec::Vec;

fn field(n: u8, contents: &[u8]) -> Vec<u8> {
    tlv(Tag::context(n), contents)
}

fn number(n: u8, value: i64) -> Vec<u8> {
    field(n, &integer(value))
}

fn text(n: u8, value: &str) -> Vec<u8> {
    field(n, &tlv(Tag::GENERAL_STRING, value.as_bytes()))
}

fn octets(n: u8, value: &[u8]) -> Vec<u8> {
    field(n, &tlv(Tag::OCTET_STRING, value))
}

fn time(n: u8, value: KerberosTime) -> Vec<u8> {
    field(n, &tlv(Tag::GENERALIZED_TIME, &value.to_ascii()))
}

fn flags(n: u8, bits: u32) -> Vec<u8> {
    let [a, b, c, d] = bits.to_be_bytes();
    field(n, &tlv(Tag::BIT_STRING, &[0, a, b, c, d]))
}

fn message(kind: MessageType, parts: &[Vec<u8>]) -> Vec<u8> {
    // Every type that this module builds has a tag.
    tlv(kind.tag().unwrap_or(Tag::NULL), &constructed(Tag::SEQUENCE, parts))
}

/// A PrincipalName (RFC 4120 5.2.2).
#[derive(Clone, Copy, Debug, Default)]
pub struct Name<'a> {
    /// `name-type`.
    pub name_type: NameType,
    /// `name-string`.
    pub parts: &'a [&'a str],
}

impl Name<'_> {
    /// The SEQUENCE.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let parts: Vec<_> = self.parts.iter().map(|part| tlv(Tag::GENERAL_STRING, part.as_bytes())).collect();
        constructed(
            Tag::SEQUENCE,
            &[number(0, i64::from(self.name_type.0)), field(1, &constructed(Tag::SEQUENCE, &parts))],
        )
    }
}

/// An EncryptedData (RFC 4120 5.2.9); the cipher as it is to appear.
#[derive(Clone, Copy, Debug, Default)]
pub struct Encrypted<'a> {
    /// `etype`.
    pub etype: Etype,
    /// `kvno`.
    pub kvno: Option<u32>,
    /// `cipher`.
    pub cipher: &'a [u8],
}

impl Encrypted<'_> {
    /// The SEQUENCE.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let mut parts = alloc::vec![number(0, i64::from(self.etype.0))];
        parts.extend(self.kvno.map(|kvno| number(1, i64::from(kvno))));
        parts.push(octets(2, self.cipher));
        constructed(Tag::SEQUENCE, &parts)
    }
}

/// A Ticket (RFC 4120 5.3).
#[derive(Clone, Copy, Debug, Default)]
pub struct Ticket<'a> {
    /// `realm`.
    pub realm: &'a str,
    /// `sname`.
    pub sname: Name<'a>,
    /// `enc-part`.
    pub enc_part: Encrypted<'a>,
}

impl Ticket<'_> {
    /// The `[APPLICATION 1]` element.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let parts = [
            number(0, 5),
            text(1, self.realm),
            field(2, &self.sname.to_der()),
            field(3, &self.enc_part.to_der()),
        ];
        tlv(Tag::application(1), &constructed(Tag::SEQUENCE, &parts))
    }
}

/// An AP-REQ (RFC 4120 5.5.1).
#[derive(Clone, Copy, Debug, Default)]
pub struct ApReq<'a> {
    /// `ap-options`.
    pub ap_options: ApOptions,
    /// `ticket`.
    pub ticket: Ticket<'a>,
    /// `authenticator`.
    pub authenticator: Encrypted<'a>,
}

impl ApReq<'_> {
    /// The message.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        message(
            MessageType::AP_REQ,
            &[
                number(0, 5),
                number(1, 14),
                flags(2, self.ap_options.bits()),
                field(3, &self.ticket.to_der()),
                field(4, &self.authenticator.to_der()),
            ],
        )
    }
}

/// An AS-REQ or TGS-REQ (RFC 4120 5.4.1).
#[derive(Clone, Copy, Debug, Default)]
pub struct KdcReq<'a> {
    /// Type and value of each PA-DATA; absent when empty. A TGS-REQ has [`PaType::TGS_REQ`] with an
    /// AP-REQ.
    pub padata: &'a [(PaType, &'a [u8])],
    /// `kdc-options`.
    pub kdc_options: KdcOptions,
    /// `cname`.
    pub cname: Option<Name<'a>>,
    /// `realm`.
    pub realm: &'a str,
    /// `sname`.
    pub sname: Option<Name<'a>>,
    /// `till`.
    pub till: KerberosTime,
    /// `rtime`.
    pub rtime: Option<KerberosTime>,
    /// `nonce`.
    pub nonce: u32,
    /// `etype`.
    pub etype: &'a [Etype],
    /// Type and value of each address; absent when empty.
    pub addresses: &'a [(i32, &'a [u8])],
}

impl KdcReq<'_> {
    /// The message as an AS-REQ.
    #[must_use]
    pub fn to_as_req(&self) -> Vec<u8> {
        self.to_der(MessageType::AS_REQ)
    }

    /// The message as a TGS-REQ.
    #[must_use]
    pub fn to_tgs_req(&self) -> Vec<u8> {
        self.to_der(MessageType::TGS_REQ)
    }

    fn to_der(self, kind: MessageType) -> Vec<u8> {
        let mut parts = alloc::vec![number(1, 5), number(2, i64::from(kind.0))];
        if !self.padata.is_empty() {
            parts.push(field(3, &method_data(self.padata)));
        }
        let mut body = alloc::vec![flags(0, self.kdc_options.bits())];
        body.extend(self.cname.map(|name| field(1, &name.to_der())));
        body.push(text(2, self.realm));
        body.extend(self.sname.map(|name| field(3, &name.to_der())));
        body.push(time(5, self.till));
        body.extend(self.rtime.map(|end| time(6, end)));
        body.push(number(7, i64::from(self.nonce)));
        let etypes: Vec<_> = self.etype.iter().map(|etype| integer(i64::from(etype.0))).collect();
        body.push(field(8, &constructed(Tag::SEQUENCE, &etypes)));
        if !self.addresses.is_empty() {
            let each = self.addresses.iter().map(|(kind, value)| {
                constructed(Tag::SEQUENCE, &[number(0, i64::from(*kind)), octets(1, value)])
            });
            body.push(field(9, &constructed(Tag::SEQUENCE, &each.collect::<Vec<_>>())));
        }
        parts.push(field(4, &constructed(Tag::SEQUENCE, &body)));
        message(kind, &parts)
    }
}

/// METHOD-DATA: a SEQUENCE OF PA-DATA.
#[must_use]
pub fn method_data(padata: &[(PaType, &[u8])]) -> Vec<u8> {
    let each = padata
        .iter()
        .map(|(kind, value)| constructed(Tag::SEQUENCE, &[number(1, i64::from(kind.0)), octets(2, value)]));
    constructed(Tag::SEQUENCE, &each.collect::<Vec<_>>())
}

/// KERB-ERROR-DATA with KERB-EXT-ERROR ([MS-KILE] 2.2.1, 2.2.2): an NTSTATUS for `e-data`.
#[must_use]
pub fn ext_error(status: u32) -> Vec<u8> {
    let value = [status.to_le_bytes(), [0; 4], 1_u32.to_le_bytes()].concat();
    constructed(Tag::SEQUENCE, &[number(1, 3), octets(2, &value)])
}

/// A KRB-ERROR (RFC 4120 5.9.1).
#[derive(Clone, Copy, Debug, Default)]
pub struct KrbError<'a> {
    /// `ctime` and `cusec`.
    pub client_time: Option<(KerberosTime, i32)>,
    /// `stime`.
    pub stime: KerberosTime,
    /// `susec`.
    pub susec: i32,
    /// `error-code`.
    pub error_code: ErrorCode,
    /// `crealm`.
    pub crealm: Option<&'a str>,
    /// `cname`.
    pub cname: Option<Name<'a>>,
    /// `realm`.
    pub realm: &'a str,
    /// `sname`.
    pub sname: Name<'a>,
    /// `e-text`.
    pub e_text: Option<&'a str>,
    /// `e-data`.
    pub e_data: Option<&'a [u8]>,
}

impl KrbError<'_> {
    /// The message.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let mut parts = alloc::vec![number(0, 5), number(1, 30)];
        if let Some((ctime, cusec)) = self.client_time {
            parts.extend([time(2, ctime), number(3, i64::from(cusec))]);
        }
        parts.extend([
            time(4, self.stime),
            number(5, i64::from(self.susec)),
            number(6, i64::from(self.error_code.0)),
        ]);
        parts.extend(self.crealm.map(|realm| text(7, realm)));
        parts.extend(self.cname.map(|name| field(8, &name.to_der())));
        parts.extend([text(9, self.realm), field(10, &self.sname.to_der())]);
        parts.extend(self.e_text.map(|value| text(11, value)));
        parts.extend(self.e_data.map(|value| octets(12, value)));
        message(MessageType::ERROR, &parts)
    }
}

/// A record mark in front of a message, for TCP. A message of 4 GiB and more doesn't fit one.
#[must_use]
pub fn record(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), message].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortest_forms() {
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(127), [2, 1, 127]);
        assert_eq!(integer(128), [2, 2, 0, 128]);
        assert_eq!(integer(-133), [2, 2, 0xff, 0x7b]);
        assert_eq!(integer(-1), [2, 1, 0xff]);
        assert_eq!(integer(0xffff_ffff), [2, 5, 0, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(tlv(Tag::NULL, &[]), [5, 0]);
        assert_eq!(tlv(Tag::NULL, &[0; 0x80])[..3], [5, 0x81, 0x80]);
        assert_eq!(tlv(Tag::NULL, &[0; 0x100])[..4], [5, 0x82, 1, 0]);
        assert_eq!(tlv(Tag::NULL, &[0; 0x10000])[..5], [5, 0x83, 1, 0, 0]);
    }
}
