//! Kerberos messages, SPNEGO and NTLM tokens. What would be encrypted is filled with octets that look
//! random and are always the same.

use adjoin_wire::ber::Tag;
use kerberos_proto::encode::{
    ApReq, Encrypted, KdcReq, KrbError, Name, Ticket, constructed, integer, method_data, tlv,
};
use kerberos_proto::{ApOptions, ErrorCode, Etype, KdcOptions, KerberosTime, NameType, PaType};

use crate::script::SECOND;

/// OID of SPNEGO, with tag and length.
const SPNEGO: &[u8] = b"\x06\x06\x2b\x06\x01\x05\x05\x02";
const KRB5: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02";
const MS_KRB5: &[u8] = b"\x06\x09\x2a\x86\x48\x82\xf7\x12\x01\x02\x02";
const NEGOEX: &[u8] = b"\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x1e";
const NTLM: &[u8] = b"\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a";

/// Octets that look random; the same for the same seed.
#[must_use]
pub fn noise(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b1) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_be_bytes()[1]
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// What `build` makes of the filling whose length gives a result of `size` octets.
///
/// # Panics
/// When no length does.
#[must_use]
pub fn fitted(size: usize, build: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    (0..=size)
        .rev()
        .map(build)
        .find(|built| built.len() == size)
        .unwrap_or_else(|| panic!("no filling gives {size} octets"))
}

/// A time as Kerberos writes it.
#[must_use]
pub fn kerberos_time(time: i64) -> KerberosTime {
    let seconds = time.div_euclid(SECOND);
    let (days, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days since 1970 as a date of the proleptic Gregorian calendar, years beginning in March.
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, year) = if month < 10 { (month + 3, year) } else { (month - 9, year + 1) };
    let text = format!(
        "{:04}{month:02}{day:02}{:02}{:02}{:02}Z",
        year + era * 400,
        clock / 3600,
        clock / 60 % 60,
        clock % 60
    );
    KerberosTime::from_ascii(text.as_bytes()).expect("a time")
}

/// A time as Windows writes it: 100 ns since 1601.
#[must_use]
pub fn file_time(time: i64) -> u64 {
    u64::try_from(time / 100 + 116_444_736_000_000_000).expect("a time after 1601")
}

const AES: Etype = Etype::AES256_CTS_HMAC_SHA1_96;
const OFFERED: [Etype; 3] = [AES, Etype::AES128_CTS_HMAC_SHA1_96, Etype::RC4_HMAC];

fn sealed(cipher: &[u8], kvno: Option<u32>) -> Encrypted<'_> {
    Encrypted { etype: AES, kvno, cipher }
}

fn till() -> KerberosTime {
    KerberosTime::from_ascii(b"20370913024805Z").expect("a time")
}

/// Who a Kerberos message is about.
#[derive(Clone, Copy, Debug)]
pub struct Realm<'a> {
    /// The realm.
    pub realm: &'a str,
    /// The account.
    pub user: &'a str,
    /// The time, in nanoseconds since 1970.
    pub now: i64,
}

impl Realm<'_> {
    fn client(&self) -> [&str; 1] {
        [self.user]
    }

    /// An AS-REQ; with `proof` it has an encrypted time stamp.
    #[must_use]
    pub fn as_req(&self, proof: bool) -> Vec<u8> {
        let pac = constructed(Tag::SEQUENCE, &[tlv(Tag::context(0), &tlv(Tag::BOOLEAN, &[0xff]))]);
        let stamp = sealed(&noise(11, 57), None).to_der();
        let stamp = (PaType::ENC_TIMESTAMP, &stamp[..]);
        let pac = (PaType::PAC_REQUEST, &pac[..]);
        let (both, user) = ([stamp, pac], self.client());
        KdcReq {
            padata: &both[usize::from(!proof)..],
            kdc_options: KdcOptions::FORWARDABLE
                | KdcOptions::RENEWABLE
                | KdcOptions::CANONICALIZE
                | KdcOptions::RENEWABLE_OK,
            cname: Some(Name { name_type: NameType::PRINCIPAL, parts: &user }),
            realm: self.realm,
            sname: Some(Name { name_type: NameType::SRV_INST, parts: &["krbtgt", self.realm] }),
            till: till(),
            rtime: Some(till()),
            nonce: 0x3a5c_1d07,
            etype: &OFFERED,
            addresses: &[],
        }
        .to_as_req()
    }

    /// The error with which a KDC asks for proof of the password.
    #[must_use]
    pub fn preauth_required(&self) -> Vec<u8> {
        let salt = format!("{}{}", self.realm, self.user);
        let entry = constructed(
            Tag::SEQUENCE,
            &[
                tlv(Tag::context(0), &integer(AES.0.into())),
                tlv(Tag::context(1), &tlv(Tag::GENERAL_STRING, salt.as_bytes())),
            ],
        );
        let info = tlv(Tag::SEQUENCE, &entry);
        let data = method_data(&[(PaType::ETYPE_INFO2, &info), (PaType::ENC_TIMESTAMP, &[])]);
        self.error(ErrorCode::PREAUTH_REQUIRED, &["krbtgt", self.realm], Some(&data))
    }

    /// A KRB-ERROR.
    #[must_use]
    pub fn error(&self, error_code: ErrorCode, service: &[&str], e_data: Option<&[u8]>) -> Vec<u8> {
        KrbError {
            client_time: None,
            stime: kerberos_time(self.now),
            susec: i32::try_from(self.now.rem_euclid(SECOND) / 1_000).expect("below a million"),
            error_code,
            crealm: None,
            cname: None,
            realm: self.realm,
            sname: Name { name_type: NameType::SRV_INST, parts: service },
            e_text: None,
            e_data,
        }
        .to_der()
    }

    /// A KDC-REP ([RFC 4120] 5.4.2) with a ticket for `service`; tag and type tell AS from TGS.
    fn kdc_rep(&self, kind: u8, service: &[&str], filling: usize) -> Vec<u8> {
        let user = self.client();
        let (ticket, part) = (noise(21, filling), noise(22, 310));
        let ticket = Ticket {
            realm: self.realm,
            sname: Name { name_type: NameType::SRV_INST, parts: service },
            enc_part: sealed(&ticket, Some(2)),
        };
        let name = Name { name_type: NameType::PRINCIPAL, parts: &user };
        let parts = [
            tlv(Tag::context(0), &integer(5)),
            tlv(Tag::context(1), &integer(kind.into())),
            tlv(Tag::context(3), &tlv(Tag::GENERAL_STRING, self.realm.as_bytes())),
            tlv(Tag::context(4), &name.to_der()),
            tlv(Tag::context(5), &ticket.to_der()),
            tlv(Tag::context(6), &sealed(&part, None).to_der()),
        ];
        tlv(Tag::application(kind), &constructed(Tag::SEQUENCE, &parts))
    }

    /// An AS-REP of `size` octets.
    #[must_use]
    pub fn as_rep(&self, size: usize) -> Vec<u8> {
        fitted(size, |filling| self.kdc_rep(11, &["krbtgt", self.realm], filling))
    }

    /// A TGS-REP of `size` octets.
    #[must_use]
    pub fn tgs_rep(&self, service: &[&str], size: usize) -> Vec<u8> {
        fitted(size, |filling| self.kdc_rep(13, service, filling))
    }

    /// A TGS-REQ of `size` octets.
    #[must_use]
    pub fn tgs_req(&self, service: &[&str], nonce: u32, size: usize) -> Vec<u8> {
        fitted(size, |filling| {
            let (ticket, proof) = (noise(31, filling), noise(32, 180));
            let ap_req = ApReq {
                ap_options: ApOptions::empty(),
                ticket: Ticket {
                    realm: self.realm,
                    sname: Name { name_type: NameType::SRV_INST, parts: &["krbtgt", self.realm] },
                    enc_part: sealed(&ticket, Some(2)),
                },
                authenticator: sealed(&proof, None),
            }
            .to_der();
            KdcReq {
                padata: &[(PaType::TGS_REQ, &ap_req)],
                kdc_options: KdcOptions::FORWARDABLE | KdcOptions::RENEWABLE | KdcOptions::CANONICALIZE,
                cname: None,
                realm: self.realm,
                sname: Some(Name { name_type: NameType::SRV_INST, parts: service }),
                till: till(),
                rtime: None,
                nonce,
                etype: &OFFERED,
                addresses: &[],
            }
            .to_tgs_req()
        })
    }

    /// An AP-REQ of `size` octets for `service`, with mutual authentication.
    #[must_use]
    pub fn ap_req(&self, service: &[&str], size: usize) -> Vec<u8> {
        fitted(size, |filling| {
            let (ticket, proof) = (noise(41, filling), noise(42, 352));
            ApReq {
                ap_options: ApOptions::MUTUAL_REQUIRED,
                ticket: Ticket {
                    realm: self.realm,
                    sname: Name { name_type: NameType::SRV_INST, parts: service },
                    enc_part: sealed(&ticket, Some(4)),
                },
                authenticator: sealed(&proof, None),
            }
            .to_der()
        })
    }
}

/// The GSS-API token of Kerberos around an AP-REQ (`id` 1) or AP-REP (2).
#[must_use]
pub fn krb5_token(id: u8, message: &[u8]) -> Vec<u8> {
    tlv(Tag(0x60), &[KRB5, &[id, 0], message].concat())
}

/// An AP-REP.
#[must_use]
pub fn ap_rep() -> Vec<u8> {
    let cipher = noise(51, 83);
    let parts = [
        tlv(Tag::context(0), &integer(5)),
        tlv(Tag::context(1), &integer(15)),
        tlv(Tag::context(2), &sealed(&cipher, None).to_der()),
    ];
    tlv(Tag::application(15), &constructed(Tag::SEQUENCE, &parts))
}

/// What a Windows client prefers to prove itself with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A Kerberos ticket.
    Kerberos,
    /// NTLM.
    Ntlm,
}

/// The first SPNEGO token of a client.
#[must_use]
pub fn spnego_init(proof: Proof, token: &[u8]) -> Vec<u8> {
    let mechanisms = match proof {
        Proof::Kerberos => [MS_KRB5, KRB5, NEGOEX, NTLM].concat(),
        Proof::Ntlm => NTLM.to_vec(),
    };
    spnego_offer(&mechanisms, Some(token))
}

/// What a server offers in its answer to an SMB negotiate.
#[must_use]
pub fn spnego_hint() -> Vec<u8> {
    spnego_offer(&[NEGOEX, MS_KRB5, KRB5, NTLM].concat(), None)
}

fn spnego_offer(mechanisms: &[u8], token: Option<&[u8]>) -> Vec<u8> {
    let mut parts = vec![tlv(Tag::context(0), &tlv(Tag::SEQUENCE, mechanisms))];
    parts.extend(token.map(|token| tlv(Tag::context(2), &tlv(Tag::OCTET_STRING, token))));
    let init = tlv(Tag::context(0), &constructed(Tag::SEQUENCE, &parts));
    tlv(Tag(0x60), &[SPNEGO, &init].concat())
}

/// A later SPNEGO token: `state` is 0 when all is done and 1 when more is to come.
#[must_use]
pub fn spnego_next(state: Option<u8>, chosen: Option<Proof>, token: &[u8], mic: Option<&[u8]>) -> Vec<u8> {
    let mut parts = Vec::new();
    parts.extend(state.map(|state| tlv(Tag::context(0), &tlv(Tag::ENUMERATED, &[state]))));
    parts.extend(
        chosen.map(|proof| tlv(Tag::context(1), if proof == Proof::Kerberos { MS_KRB5 } else { NTLM })),
    );
    if !token.is_empty() {
        parts.push(tlv(Tag::context(2), &tlv(Tag::OCTET_STRING, token)));
    }
    parts.extend(mic.map(|mic| tlv(Tag::context(3), &tlv(Tag::OCTET_STRING, mic))));
    tlv(Tag::context(1), &constructed(Tag::SEQUENCE, &parts))
}

/// UTF-16LE.
#[must_use]
pub fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Windows 10.0, build 26100, NTLM revision 15.
const VERSION: [u8; 8] = [10, 0, 0xf4, 0x65, 0, 0, 0, 15];

/// NTLM NEGOTIATE.
#[must_use]
pub fn ntlm_negotiate() -> Vec<u8> {
    let mut out = b"NTLMSSP\0\x01\0\0\0".to_vec();
    out.extend(0xe208_8297_u32.to_le_bytes());
    out.extend([0; 16]);
    out.extend(VERSION);
    out
}

/// The names of a domain and its controller, as NTLM tells them.
#[derive(Clone, Copy, Debug)]
pub struct NtlmTarget<'a> {
    /// NetBIOS name of the domain.
    pub domain: &'a str,
    /// NetBIOS name of the server.
    pub computer: &'a str,
    /// DNS name of the domain.
    pub dns_domain: &'a str,
    /// DNS name of the server.
    pub dns_computer: &'a str,
    /// Time, in nanoseconds since 1970.
    pub now: i64,
}

impl NtlmTarget<'_> {
    fn pairs(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut put = |id: u16, value: &[u8]| {
            out.extend(id.to_le_bytes());
            out.extend(u16::try_from(value.len()).expect("short").to_le_bytes());
            out.extend(value);
        };
        put(2, &utf16(self.domain));
        put(1, &utf16(self.computer));
        put(4, &utf16(self.dns_domain));
        put(3, &utf16(self.dns_computer));
        put(5, &utf16(self.dns_domain));
        put(7, &file_time(self.now).to_le_bytes());
        out
    }

    /// NTLM CHALLENGE.
    #[must_use]
    pub fn challenge(&self) -> Vec<u8> {
        let name = utf16(self.domain);
        let pairs = [self.pairs(), vec![0; 4]].concat();
        let mut out = b"NTLMSSP\0\x02\0\0\0".to_vec();
        put_field(&mut out, name.len(), 56);
        out.extend(0xe289_8215_u32.to_le_bytes());
        out.extend(noise(61, 8));
        out.extend([0; 8]);
        put_field(&mut out, pairs.len(), 56 + name.len());
        out.extend(VERSION);
        out.extend(name);
        out.extend(pairs);
        out
    }

    /// NTLM AUTHENTICATE for a service such as `cifs/host`.
    #[must_use]
    pub fn authenticate(&self, domain: &str, user: &str, workstation: &str, service: &str) -> Vec<u8> {
        // NTLMv2 proof and the client's blob around the pairs ([MS-NLMP] 2.2.2.7), with the flag that
        // says there is a MIC.
        let mut blob = noise(62, 16);
        blob.extend([1, 1, 0, 0, 0, 0, 0, 0]);
        blob.extend(file_time(self.now).to_le_bytes());
        blob.extend(noise(63, 8));
        blob.extend([0; 4]);
        blob.extend(self.pairs());
        blob.extend([6, 0, 4, 0, 2, 0, 0, 0]);
        let single_host = [&[48, 0, 0, 0, 0, 0, 0, 0][..], &noise(66, 40)].concat();
        for (id, value) in [(8_u16, single_host), (10, vec![0; 16]), (9, utf16(service))] {
            blob.extend(id.to_le_bytes());
            blob.extend(u16::try_from(value.len()).expect("short").to_le_bytes());
            blob.extend(value);
        }
        // End of the list, and of the blob.
        blob.extend([0; 8]);
        let texts = [domain, user, workstation].map(utf16);
        let key = noise(64, 16);
        let mut at = 88;
        let mut next = |length: usize| {
            at += length;
            at - length
        };
        let places: Vec<_> = texts.iter().map(|text| next(text.len())).collect();
        let (lm_at, nt_at, key_at) = (next(24), next(blob.len()), next(key.len()));
        let mut out = b"NTLMSSP\0\x03\0\0\0".to_vec();
        put_field(&mut out, 24, lm_at);
        put_field(&mut out, blob.len(), nt_at);
        for (text, place) in texts.iter().zip(places) {
            put_field(&mut out, text.len(), place);
        }
        put_field(&mut out, key.len(), key_at);
        out.extend(0xe288_8215_u32.to_le_bytes());
        out.extend(VERSION);
        out.extend(noise(65, 16));
        for text in texts {
            out.extend(text);
        }
        out.extend([0; 24]);
        out.extend(blob);
        out.extend(key);
        out
    }
}

fn put_field(out: &mut Vec<u8>, length: usize, offset: usize) {
    let length = u16::try_from(length).expect("short").to_le_bytes();
    out.extend(length);
    out.extend(length);
    out.extend(u32::try_from(offset).expect("short").to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use kerberos_proto::Message;

    const ADATUM: Realm<'_> = Realm { realm: "ADATUM.COM", user: "user", now: 1_742_983_200 * SECOND };

    #[test]
    fn messages_have_the_sizes_that_were_asked_for() {
        let service = ["cifs", "DC1.ADATUM.COM"];
        let request = ADATUM.tgs_req(&service, 7, 1764);
        assert_eq!(request.len(), 1764);
        assert!(matches!(Message::parse(&request), Ok(Message::TgsReq(_))));
        let reply = ADATUM.tgs_rep(&service, 1746);
        assert!(matches!(Message::parse(&reply), Ok(Message::TgsRep(_))), "{:?}", Message::parse(&reply));
        for message in [
            ADATUM.as_req(false),
            ADATUM.as_req(true),
            ADATUM.preauth_required(),
            ADATUM.as_rep(1300),
            ap_rep(),
        ] {
            assert!(Message::parse(&message).is_ok(), "{:?}", Message::parse(&message));
        }
    }

    #[test]
    fn times_are_written() {
        let text = kerberos_time(1_741_260_545 * SECOND).to_ascii();
        assert_eq!(&text, b"20250306112905Z");
        assert_eq!(kerberos_time(951_782_400 * SECOND).unix_seconds(), 951_782_400);
        assert_eq!(file_time(0), 116_444_736_000_000_000);
    }
}
