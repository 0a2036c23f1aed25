//! Well-formed messages with the values that they hold, to fuzz parsers with (feature `arbitrary`).
//!
//! ```
//! use arbitrary::{Arbitrary, Unstructured};
//! use kerberos_proto::arbitrary::ApReq;
//!
//! # fn main() -> arbitrary::Result<()> {
//! # let bytes_of_the_fuzzer = [7; 64];
//! let request = ApReq::arbitrary(&mut Unstructured::new(&bytes_of_the_fuzzer))?;
//! let octets = request.to_der();
//! let read = kerberos_proto::ApReq::parse(&octets).expect("it is well-formed");
//! assert_eq!(read.ticket.realm.value, &*request.ticket.realm);
//! # Ok(())
//! # }
//! ```

use crate::{ApOptions, ErrorCode, Etype, KdcOptions, KerberosTime, MessageType, NameType, PaType, encode};
use ::arbitrary::{Arbitrary, Result, Unstructured};
use adjoin_wire::arbitrary::{dns_name, label, octets, optional};
use alloc::string::String;
use alloc::vec::Vec;

/// Most octets of an encrypted part.
const MAX_CIPHER: usize = 1500;

fn list<'a, T>(
    u: &mut Unstructured<'a>,
    most: usize,
    mut each: impl FnMut(&mut Unstructured<'a>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = u.int_in_range(0..=most)?;
    (0..count).map(|_| each(u)).collect()
}

fn etype(u: &mut Unstructured<'_>) -> Result<Etype> {
    // Those that domains use, and now and then any other.
    const USUAL: [i32; 8] = [1, 3, 17, 18, 19, 20, 23, -133];
    Ok(Etype(if u.ratio(1_u8, 8_u8)? { u.arbitrary()? } else { *u.choose(&USUAL)? }))
}

fn time(u: &mut Unstructured<'_>) -> Result<KerberosTime> {
    Ok(KerberosTime {
        year: u.int_in_range(1970..=9999)?,
        month: u.int_in_range(1..=12)?,
        // Every month has these.
        day: u.int_in_range(1..=28)?,
        hour: u.int_in_range(0..=23)?,
        minute: u.int_in_range(0..=59)?,
        second: u.int_in_range(0..=59)?,
    })
}

fn realm(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(dns_name(u)?.to_ascii_uppercase())
}

/// A PrincipalName.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// `name-type`.
    pub name_type: NameType,
    /// `name-string`.
    pub parts: Vec<String>,
}

impl<'a> Arbitrary<'a> for Principal {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let name_type = NameType(u.int_in_range(0..=12)?);
        let mut parts = alloc::vec![label(u, 15)?];
        parts.extend(list(u, 2, dns_name)?);
        Ok(Self { name_type, parts })
    }
}

impl Principal {
    fn with<T>(&self, then: impl FnOnce(encode::Name<'_>) -> T) -> T {
        let parts: Vec<&str> = self.parts.iter().map(String::as_str).collect();
        then(encode::Name { name_type: self.name_type, parts: &parts })
    }
}

/// An EncryptedData.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encrypted {
    /// `etype`.
    pub etype: Etype,
    /// `kvno`.
    pub kvno: Option<u32>,
    /// `cipher`: any octets.
    pub cipher: Vec<u8>,
}

impl<'a> Arbitrary<'a> for Encrypted {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { etype: etype(u)?, kvno: u.arbitrary()?, cipher: octets(u, MAX_CIPHER)? })
    }
}

impl Encrypted {
    fn as_encode(&self) -> encode::Encrypted<'_> {
        encode::Encrypted { etype: self.etype, kvno: self.kvno, cipher: &self.cipher }
    }
}

/// A Ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// `realm`.
    pub realm: String,
    /// `sname`.
    pub sname: Principal,
    /// `enc-part`.
    pub enc_part: Encrypted,
}

impl<'a> Arbitrary<'a> for Ticket {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { realm: realm(u)?, sname: u.arbitrary()?, enc_part: u.arbitrary()? })
    }
}

impl Ticket {
    /// The `[APPLICATION 1]` element.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        self.with(|ticket| ticket.to_der())
    }

    fn with<T>(&self, then: impl FnOnce(encode::Ticket<'_>) -> T) -> T {
        self.sname.with(|sname| {
            then(encode::Ticket { realm: &self.realm, sname, enc_part: self.enc_part.as_encode() })
        })
    }
}

/// An AP-REQ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApReq {
    /// `ap-options`.
    pub ap_options: ApOptions,
    /// `ticket`.
    pub ticket: Ticket,
    /// `authenticator`.
    pub authenticator: Encrypted,
}

impl<'a> Arbitrary<'a> for ApReq {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let ap_options = ApOptions::from_bits_retain(u.arbitrary()?);
        Ok(Self { ap_options, ticket: u.arbitrary()?, authenticator: u.arbitrary()? })
    }
}

impl ApReq {
    /// The message.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let authenticator = self.authenticator.as_encode();
        self.ticket
            .with(|ticket| encode::ApReq { ap_options: self.ap_options, ticket, authenticator }.to_der())
    }
}

/// An AS-REQ or TGS-REQ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KdcReq {
    /// [`MessageType::AS_REQ`] or [`MessageType::TGS_REQ`].
    pub kind: MessageType,
    /// Type and value of each PA-DATA.
    pub padata: Vec<(PaType, Vec<u8>)>,
    /// `kdc-options`.
    pub kdc_options: KdcOptions,
    /// `cname`.
    pub cname: Option<Principal>,
    /// `realm`.
    pub realm: String,
    /// `sname`.
    pub sname: Option<Principal>,
    /// `till`.
    pub till: KerberosTime,
    /// `rtime`.
    pub rtime: Option<KerberosTime>,
    /// `nonce`.
    pub nonce: u32,
    /// `etype`.
    pub etype: Vec<Etype>,
    /// Type and value of each address.
    pub addresses: Vec<(i32, Vec<u8>)>,
}

impl<'a> Arbitrary<'a> for KdcReq {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let kind = *u.choose(&[MessageType::AS_REQ, MessageType::TGS_REQ])?;
        let mut padata = list(u, 3, |u| Ok((PaType(u.int_in_range(2..=170)?), octets(u, 100)?)))?;
        if kind == MessageType::TGS_REQ {
            padata.insert(0, (PaType::TGS_REQ, ApReq::arbitrary(u)?.to_der()));
        }
        Ok(Self {
            kind,
            padata,
            kdc_options: KdcOptions::from_bits_retain(u.arbitrary()?),
            cname: optional(u, Principal::arbitrary)?,
            realm: realm(u)?,
            sname: optional(u, Principal::arbitrary)?,
            till: time(u)?,
            rtime: optional(u, time)?,
            nonce: u.arbitrary()?,
            etype: list(u, 8, etype)?,
            addresses: list(u, 2, |u| Ok((*u.choose(&[2, 20, 24])?, octets(u, 16)?)))?,
        })
    }
}

impl KdcReq {
    /// The message.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let padata: Vec<(PaType, &[u8])> =
            self.padata.iter().map(|(kind, value)| (*kind, &**value)).collect();
        let addresses: Vec<(i32, &[u8])> =
            self.addresses.iter().map(|(kind, value)| (*kind, &**value)).collect();
        let parts = |name: &Option<Principal>| -> Vec<String> {
            name.as_ref().map(|name| name.parts.clone()).unwrap_or_default()
        };
        let (cname, sname) = (parts(&self.cname), parts(&self.sname));
        let cname: Vec<&str> = cname.iter().map(String::as_str).collect();
        let sname: Vec<&str> = sname.iter().map(String::as_str).collect();
        let request = encode::KdcReq {
            padata: &padata,
            kdc_options: self.kdc_options,
            cname: self.cname.as_ref().map(|name| encode::Name { name_type: name.name_type, parts: &cname }),
            realm: &self.realm,
            sname: self.sname.as_ref().map(|name| encode::Name { name_type: name.name_type, parts: &sname }),
            till: self.till,
            rtime: self.rtime,
            nonce: self.nonce,
            etype: &self.etype,
            addresses: &addresses,
        };
        if self.kind == MessageType::AS_REQ { request.to_as_req() } else { request.to_tgs_req() }
    }
}

/// A KRB-ERROR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KrbError {
    /// `ctime` and `cusec`.
    pub client_time: Option<(KerberosTime, i32)>,
    /// `stime`.
    pub stime: KerberosTime,
    /// `susec`.
    pub susec: i32,
    /// `error-code`.
    pub error_code: ErrorCode,
    /// `crealm`.
    pub crealm: Option<String>,
    /// `realm`.
    pub realm: String,
    /// `sname`.
    pub sname: Principal,
    /// `e-text`.
    pub e_text: Option<String>,
    /// `e-data`: an NTSTATUS as Windows writes it, or any octets.
    pub e_data: Option<Vec<u8>>,
}

impl<'a> Arbitrary<'a> for KrbError {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let micro = |u: &mut Unstructured<'a>| u.int_in_range(0..=999_999);
        Ok(Self {
            client_time: optional(u, |u| Ok((time(u)?, micro(u)?)))?,
            stime: time(u)?,
            susec: micro(u)?,
            error_code: ErrorCode(u.int_in_range(0..=93)?),
            crealm: optional(u, realm)?,
            realm: realm(u)?,
            sname: u.arbitrary()?,
            e_text: optional(u, |u| label(u, 40))?,
            e_data: optional(u, |u| {
                if u.arbitrary()? { Ok(encode::ext_error(u.arbitrary()?)) } else { octets(u, 100) }
            })?,
        })
    }
}

impl KrbError {
    /// The message.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        self.sname.with(|sname| {
            encode::KrbError {
                client_time: self.client_time,
                stime: self.stime,
                susec: self.susec,
                error_code: self.error_code,
                crealm: self.crealm.as_deref(),
                cname: None,
                realm: &self.realm,
                sname,
                e_text: self.e_text.as_deref(),
                e_data: self.e_data.as_deref(),
            }
            .to_der()
        })
    }
}
