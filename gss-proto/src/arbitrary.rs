//! Well-formed tokens with the values that they hold, to fuzz parsers with (feature `arbitrary`).
//!
//! ```
//! use arbitrary::{Arbitrary, Unstructured};
//! use gss_proto::arbitrary::NtlmChallenge;
//! use gss_proto::ntlm::Challenge;
//!
//! # fn main() -> arbitrary::Result<()> {
//! # let bytes_of_the_fuzzer = [7; 64];
//! let challenge = NtlmChallenge::arbitrary(&mut Unstructured::new(&bytes_of_the_fuzzer))?;
//! let octets = challenge.encode();
//! let read = Challenge::parse(&octets).expect("it is well-formed");
//! assert_eq!(read.server_challenge.value, challenge.server_challenge);
//! # Ok(())
//! # }
//! ```

use crate::ntlm::{AvId, NegotiateFlags, SIGNATURE};
use crate::{Mechanism, encode};
use ::arbitrary::{Arbitrary, Result, Unstructured};
use adjoin_wire::arbitrary::{dns_name, label, octets};
use alloc::string::String;
use alloc::vec::Vec;

/// VERSION of Windows 10, NTLM revision 15.
const VERSION: [u8; 8] = [10, 0, 0x61, 0x4a, 0, 0, 0, 15];

/// What every current client and server negotiates.
const USUAL: NegotiateFlags = NegotiateFlags::UNICODE
    .union(NegotiateFlags::NTLM)
    .union(NegotiateFlags::EXTENDED_SESSIONSECURITY)
    .union(NegotiateFlags::VERSION);

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Fields that point into the payload, and the payload.
struct Payload {
    base: usize,
    octets: Vec<u8>,
}

impl Payload {
    fn place(&mut self, value: &[u8]) -> [u8; 8] {
        // All values are generated short.
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX).to_le_bytes();
        let offset = u32::try_from(self.base.saturating_add(self.octets.len())).unwrap_or(u32::MAX);
        self.octets.extend(value);
        let ([a, b], [c, d, e, f]) = (length, offset.to_le_bytes());
        [a, b, a, b, c, d, e, f]
    }
}

/// NEGOTIATE_MESSAGE ([MS-NLMP] 2.2.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NtlmNegotiate {
    /// `NegotiateFlags`, with `VERSION`.
    pub negotiate_flags: NegotiateFlags,
    /// `DomainName`, in ASCII; may be empty.
    pub domain_name: String,
    /// `WorkstationName`, in ASCII; may be empty.
    pub workstation: String,
}

impl<'a> Arbitrary<'a> for NtlmNegotiate {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            negotiate_flags: NegotiateFlags::from_bits_retain(u.arbitrary()?) | USUAL,
            domain_name: if u.arbitrary()? { label(u, 15)? } else { String::new() },
            workstation: if u.arbitrary()? { label(u, 15)? } else { String::new() },
        })
    }
}

impl NtlmNegotiate {
    /// The message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut payload = Payload { base: 40, octets: Vec::new() };
        let domain = payload.place(self.domain_name.as_bytes());
        let workstation = payload.place(self.workstation.as_bytes());
        let flags = self.negotiate_flags.bits().to_le_bytes();
        let fixed: [&[u8]; 6] = [&SIGNATURE, &[1, 0, 0, 0], &flags, &domain, &workstation, &VERSION];
        [fixed.concat(), payload.octets].concat()
    }
}

/// CHALLENGE_MESSAGE ([MS-NLMP] 2.2.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NtlmChallenge {
    /// `NegotiateFlags`, with `UNICODE`, `TARGET_INFO` and `VERSION`.
    pub negotiate_flags: NegotiateFlags,
    /// `ServerChallenge`.
    pub server_challenge: [u8; 8],
    /// `TargetName`.
    pub target_name: String,
    /// `TargetInfo`: identifier and value of each AV_PAIR, without the last one, which ends the list.
    pub target_info: Vec<(AvId, Vec<u8>)>,
}

fn pairs(u: &mut Unstructured<'_>) -> Result<Vec<(AvId, Vec<u8>)>> {
    let count = u.int_in_range(0..=6)?;
    (0..count)
        .map(|_| {
            let id = AvId(u.int_in_range(1..=10)?);
            let value = match id.0 {
                6 => u.arbitrary::<[u8; 4]>()?.to_vec(),
                7 => u.arbitrary::<[u8; 8]>()?.to_vec(),
                8 | 10 => octets(u, 48)?,
                _ => wide(&dns_name(u)?),
            };
            Ok((id, value))
        })
        .collect()
}

fn put_pairs(pairs: &[(AvId, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (id, value) in pairs {
        out.extend(id.0.to_le_bytes());
        out.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_le_bytes());
        out.extend(value);
    }
    out.extend([0; 4]);
    out
}

impl<'a> Arbitrary<'a> for NtlmChallenge {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            negotiate_flags: NegotiateFlags::from_bits_retain(u.arbitrary()?)
                | USUAL
                | NegotiateFlags::TARGET_INFO,
            server_challenge: u.arbitrary()?,
            target_name: label(u, 15)?,
            target_info: pairs(u)?,
        })
    }
}

impl NtlmChallenge {
    /// The message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut payload = Payload { base: 56, octets: Vec::new() };
        let target = payload.place(&wide(&self.target_name));
        let info = payload.place(&put_pairs(&self.target_info));
        let flags = self.negotiate_flags.bits().to_le_bytes();
        let fixed: [&[u8]; 8] =
            [&SIGNATURE, &[2, 0, 0, 0], &target, &flags, &self.server_challenge, &[0; 8], &info, &VERSION];
        [fixed.concat(), payload.octets].concat()
    }
}

/// AUTHENTICATE_MESSAGE ([MS-NLMP] 2.2.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NtlmAuthenticate {
    /// `NegotiateFlags`, with `UNICODE` and `VERSION`.
    pub negotiate_flags: NegotiateFlags,
    /// `DomainName`.
    pub domain_name: String,
    /// `UserName`.
    pub user_name: String,
    /// `Workstation`.
    pub workstation: String,
    /// `LmChallengeResponse`.
    pub lm_response: Vec<u8>,
    /// `NtChallengeResponse`: of version 1, or of version 2 with AV_PAIRs.
    pub nt_response: Vec<u8>,
    /// `EncryptedRandomSessionKey`.
    pub session_key: Vec<u8>,
}

impl<'a> Arbitrary<'a> for NtlmAuthenticate {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let nt_response = if u.arbitrary()? {
            u.arbitrary::<[u8; 24]>()?.to_vec()
        } else {
            // A proof, versions, the time, a challenge (MS-NLMP 2.2.2.7), the pairs.
            let (proof, time) = (u.arbitrary::<[u8; 16]>()?, u.arbitrary::<[u8; 8]>()?);
            let challenge = u.arbitrary::<[u8; 8]>()?;
            let parts: [&[u8]; 7] = [
                &proof,
                &[1, 1, 0, 0, 0, 0, 0, 0],
                &time,
                &challenge,
                &[0; 4],
                &put_pairs(&pairs(u)?),
                &[0; 4],
            ];
            parts.concat()
        };
        Ok(Self {
            negotiate_flags: NegotiateFlags::from_bits_retain(u.arbitrary()?) | USUAL,
            domain_name: label(u, 15)?.to_ascii_uppercase(),
            user_name: label(u, 20)?,
            workstation: label(u, 15)?,
            lm_response: u.arbitrary::<[u8; 24]>()?.to_vec(),
            nt_response,
            session_key: if u.arbitrary()? { u.arbitrary::<[u8; 16]>()?.to_vec() } else { Vec::new() },
        })
    }
}

impl NtlmAuthenticate {
    /// The message, with a MIC of zeros.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut payload = Payload { base: 88, octets: Vec::new() };
        let domain = payload.place(&wide(&self.domain_name));
        let user = payload.place(&wide(&self.user_name));
        let workstation = payload.place(&wide(&self.workstation));
        let lm = payload.place(&self.lm_response);
        let nt = payload.place(&self.nt_response);
        let key = payload.place(&self.session_key);
        let flags = self.negotiate_flags.bits().to_le_bytes();
        let fixed: [&[u8]; 11] = [
            &SIGNATURE,
            &[3, 0, 0, 0],
            &lm,
            &nt,
            &domain,
            &user,
            &workstation,
            &key,
            &flags,
            &VERSION,
            &[0; 16],
        ];
        [fixed.concat(), payload.octets].concat()
    }
}

/// The first SPNEGO token of a client: NegTokenInit (RFC 4178 4.2.1) in the framing of GSS-API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpnegoInit {
    /// `mechTypes`.
    pub mech_types: Vec<Mechanism<'static>>,
    /// `mechToken`: any octets. Put an AP-REQ or an NTLM message here.
    pub mech_token: Option<Vec<u8>>,
}

impl<'a> Arbitrary<'a> for SpnegoInit {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let count = u.int_in_range(1..=4)?;
        let mech_types = (0..count).map(|_| u.choose(Mechanism::KNOWN).copied()).collect::<Result<_>>()?;
        let mech_token = if u.arbitrary()? { Some(octets(u, 1500)?) } else { None };
        Ok(Self { mech_types, mech_token })
    }
}

impl SpnegoInit {
    /// The token.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let init = encode::neg_token_init(&self.mech_types, self.mech_token.as_deref());
        encode::initial_token(Mechanism::SPNEGO, &init)
    }
}
