//! NTLMSSP ([MS-NLMP] 2.2): little-endian, with payload fields by length and offset.
//!
//! Responses and keys are proofs of a password that can be attacked offline: their octets are not in
//! any value, only their number and their place.

use adjoin_wire::{
    Cursor, ErrorKind, Partial, Span, Spanned, Text, Utf16Le, WireError, open_enum, show_flags,
};
use core::fmt;

/// The eight octets in front of every message ([MS-NLMP] 2.2.1).
pub const SIGNATURE: [u8; 8] = *b"NTLMSSP\0";

open_enum! {
    /// `MessageType` ([MS-NLMP] 2.2.1).
    pub struct MessageType(u32, "{:#06x}", KNOWN);
    /// From the client: what it can.
    NEGOTIATE = 1, "NTLMSSP_NEGOTIATE";
    /// From the server: its challenge, its names and its clock.
    CHALLENGE = 2, "NTLMSSP_CHALLENGE";
    /// From the client: who it is, and its responses.
    AUTHENTICATE = 3, "NTLMSSP_AUTH";
}

bitflags::bitflags! {
    /// `NegotiateFlags` ([MS-NLMP] 2.2.2.5).
    #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
    pub struct NegotiateFlags: u32 {
        /// Flag A.
        const UNICODE = 0x0000_0001;
        /// Flag B.
        const OEM = 0x0000_0002;
        /// Flag C.
        const REQUEST_TARGET = 0x0000_0004;
        /// Flag D.
        const SIGN = 0x0000_0010;
        /// Flag E.
        const SEAL = 0x0000_0020;
        /// Flag F.
        const DATAGRAM = 0x0000_0040;
        /// Flag G.
        const LM_KEY = 0x0000_0080;
        /// Flag H.
        const NTLM = 0x0000_0200;
        /// Flag J.
        const ANONYMOUS = 0x0000_0800;
        /// Flag K.
        const OEM_DOMAIN_SUPPLIED = 0x0000_1000;
        /// Flag L.
        const OEM_WORKSTATION_SUPPLIED = 0x0000_2000;
        /// Flag M.
        const ALWAYS_SIGN = 0x0000_8000;
        /// Flag N.
        const TARGET_TYPE_DOMAIN = 0x0001_0000;
        /// Flag O.
        const TARGET_TYPE_SERVER = 0x0002_0000;
        /// Flag P.
        const EXTENDED_SESSIONSECURITY = 0x0008_0000;
        /// Flag Q.
        const IDENTIFY = 0x0010_0000;
        /// Flag R.
        const REQUEST_NON_NT_SESSION_KEY = 0x0040_0000;
        /// Flag S.
        const TARGET_INFO = 0x0080_0000;
        /// Flag T.
        const VERSION = 0x0200_0000;
        /// Flag U.
        const KEY_128 = 0x2000_0000;
        /// Flag V.
        const KEY_EXCH = 0x4000_0000;
        /// Flag W.
        const KEY_56 = 0x8000_0000;
        // Bits without a name are kept.
        const _ = !0;
    }
}

const FLAG_NAMES: [(NegotiateFlags, &str); 22] = [
    (NegotiateFlags::UNICODE, "NTLMSSP_NEGOTIATE_UNICODE"),
    (NegotiateFlags::OEM, "NTLM_NEGOTIATE_OEM"),
    (NegotiateFlags::REQUEST_TARGET, "NTLMSSP_REQUEST_TARGET"),
    (NegotiateFlags::SIGN, "NTLMSSP_NEGOTIATE_SIGN"),
    (NegotiateFlags::SEAL, "NTLMSSP_NEGOTIATE_SEAL"),
    (NegotiateFlags::DATAGRAM, "NTLMSSP_NEGOTIATE_DATAGRAM"),
    (NegotiateFlags::LM_KEY, "NTLMSSP_NEGOTIATE_LM_KEY"),
    (NegotiateFlags::NTLM, "NTLMSSP_NEGOTIATE_NTLM"),
    (NegotiateFlags::ANONYMOUS, "NTLMSSP_ANONYMOUS"),
    (NegotiateFlags::OEM_DOMAIN_SUPPLIED, "NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED"),
    (NegotiateFlags::OEM_WORKSTATION_SUPPLIED, "NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED"),
    (NegotiateFlags::ALWAYS_SIGN, "NTLMSSP_NEGOTIATE_ALWAYS_SIGN"),
    (NegotiateFlags::TARGET_TYPE_DOMAIN, "NTLMSSP_TARGET_TYPE_DOMAIN"),
    (NegotiateFlags::TARGET_TYPE_SERVER, "NTLMSSP_TARGET_TYPE_SERVER"),
    (NegotiateFlags::EXTENDED_SESSIONSECURITY, "NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY"),
    (NegotiateFlags::IDENTIFY, "NTLMSSP_NEGOTIATE_IDENTIFY"),
    (NegotiateFlags::REQUEST_NON_NT_SESSION_KEY, "NTLMSSP_REQUEST_NON_NT_SESSION_KEY"),
    (NegotiateFlags::TARGET_INFO, "NTLMSSP_NEGOTIATE_TARGET_INFO"),
    (NegotiateFlags::VERSION, "NTLMSSP_NEGOTIATE_VERSION"),
    (NegotiateFlags::KEY_128, "NTLMSSP_NEGOTIATE_128"),
    (NegotiateFlags::KEY_EXCH, "NTLMSSP_NEGOTIATE_KEY_EXCH"),
    (NegotiateFlags::KEY_56, "NTLMSSP_NEGOTIATE_56"),
];

impl NegotiateFlags {
    /// The names of the flags that are set, as the specification spells them, from bit 0.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        FLAG_NAMES.into_iter().filter(move |(flag, _)| self.contains(*flag)).map(|(_, name)| name)
    }

    /// The bits that are set and have no name.
    #[must_use]
    pub fn unnamed(self) -> u32 {
        FLAG_NAMES.iter().fold(self.bits(), |bits, (flag, _)| bits & !flag.bits())
    }
}

show_flags!(NegotiateFlags: names, unnamed, ", ");

/// VERSION ([MS-NLMP] 2.2.2.10): of the operating system that wrote the message.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Version {
    /// `ProductMajorVersion`.
    pub major: u8,
    /// `ProductMinorVersion`.
    pub minor: u8,
    /// `ProductBuild`.
    pub build: u16,
    /// `NTLMRevisionCurrent`: 15.
    pub revision: u8,
}

impl Version {
    fn read(c: &mut Cursor<'_>) -> Result<Spanned<Self>, WireError> {
        Ok(c.array::<8>("Version")?.map(|[major, minor, low, high, _, _, _, revision]| Self {
            major,
            minor,
            build: u16::from_le_bytes([low, high]),
            revision,
        }))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} (Build {})", self.major, self.minor, self.build)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A name, in the encoding that the flags say.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Name<'a> {
    /// UTF-16LE.
    Unicode(Utf16Le<'a>),
    /// An OEM code page; ASCII in practice.
    Oem(Text<'a>),
}

impl Name<'_> {
    /// True when there is no character.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        match self {
            Self::Unicode(text) => text.is_empty(),
            Self::Oem(text) => text.is_empty(),
        }
    }
}

impl Default for Name<'_> {
    fn default() -> Self {
        Self::Oem(Text::default())
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unicode(text) => fmt::Display::fmt(text, f),
            Self::Oem(text) => fmt::Display::fmt(text, f),
        }
    }
}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unicode(text) => fmt::Debug::fmt(text, f),
            Self::Oem(text) => fmt::Debug::fmt(text, f),
        }
    }
}

/// FILETIME: units of 100 ns since 1601-01-01 UTC.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FileTime(pub u64);

impl FileTime {
    /// Nanoseconds since 1970-01-01 UTC, to compare with a capture's clock.
    #[must_use]
    pub fn unix_nanoseconds(self) -> i128 {
        // From 1601 to 1970.
        i128::from(self.0).saturating_sub(116_444_736_000_000_000).saturating_mul(100)
    }

    /// Seconds since 1970-01-01 UTC, rounded down.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        i64::try_from(self.unix_nanoseconds().div_euclid(1_000_000_000)).unwrap_or(i64::MAX)
    }
}

/// Length, allocated length and offset of a payload field ([MS-NLMP] 2.2.1).
#[derive(Clone, Copy, Debug, Default)]
struct Fields {
    length: usize,
    offset: usize,
    at: usize,
}

impl Fields {
    #[inline]
    fn read(c: &mut Cursor<'_>, field: &'static str) -> Result<Self, WireError> {
        let at = c.offset();
        let length = usize::from(*c.u16_le(field)?);
        c.u16_le(field)?;
        let offset = usize::try_from(*c.u32_le(field)?).unwrap_or(usize::MAX);
        Ok(Self { length, offset, at })
    }

    /// The octets of the payload. An NTLM message doesn't say how long it is: a field behind its end
    /// means a cut, for all that can be known here.
    #[inline]
    fn payload<'a>(self, message: &'a [u8], field: &'static str) -> Result<Spanned<&'a [u8]>, WireError> {
        if self.length == 0 {
            // The offset of an empty field can be anything; the place is that of the length.
            return Ok(Spanned::new(&[], Span::new(self.at, self.at)));
        }
        let end = self.offset.saturating_add(self.length);
        match message.get(self.offset..end) {
            Some(octets) => Ok(Spanned::new(octets, Span::new(self.offset, end))),
            None => {
                let kind = ErrorKind::Truncated { missing: end.saturating_sub(message.len()) };
                Err(WireError::new(kind, self.offset.min(message.len()), field))
            }
        }
    }

    fn name<'a>(
        self,
        message: &'a [u8],
        unicode: bool,
        field: &'static str,
    ) -> Result<Spanned<Name<'a>>, WireError> {
        let octets = self.payload(message, field)?;
        Ok(octets.map(|octets| {
            if unicode { Name::Unicode(Utf16Le::new(octets)) } else { Name::Oem(Text::new(octets)) }
        }))
    }

    /// Number and place of octets that are not to be seen.
    fn hidden(self, message: &[u8], field: &'static str) -> Result<Spanned<usize>, WireError> {
        self.payload(message, field).map(|octets| octets.map(<[u8]>::len))
    }
}

/// Where the payload begins: the fixed part ends there, and its optional tail is present if it fits.
fn header_end(fields: &[Fields], message: &[u8]) -> usize {
    fields.iter().filter(|f| f.length > 0).map(|f| f.offset).min().unwrap_or(message.len())
}

fn signature(c: &mut Cursor<'_>, wanted: MessageType) -> Result<Spanned<MessageType>, WireError> {
    let signature = c.array::<8>("Signature")?;
    if *signature != SIGNATURE {
        let kind = ErrorKind::Malformed("not the signature NTLMSSP");
        return Err(WireError::new(kind, signature.span.start, "Signature"));
    }
    let found = c.u32_le("MessageType")?.map(MessageType);
    if *found != wanted {
        let kind = ErrorKind::Malformed("another message's type");
        return Err(WireError::new(kind, found.span.start, "MessageType"));
    }
    Ok(found)
}

macro_rules! constructors {
    ($name:ident, $title:literal) => {
        impl<'a> $name<'a> {
            #[doc = concat!("Reads a whole ", $title, ". Octets that no field points to are allowed.")]
            ///
            /// # Errors
            /// `Malformed` for another message, `Truncated` for a payload behind the end.
            pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
                let mut message = Self::default();
                message.read(&mut Cursor::new(bytes))?;
                Ok(message)
            }

            /// Reads what can be read.
            #[must_use]
            pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
                Partial::fill(|message: &mut Self| message.read(&mut Cursor::new(bytes)))
            }
        }
    };
}

/// NEGOTIATE_MESSAGE ([MS-NLMP] 2.2.1.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Negotiate<'a> {
    /// `MessageType`.
    pub message_type: Spanned<MessageType>,
    /// `NegotiateFlags`.
    pub negotiate_flags: Spanned<NegotiateFlags>,
    /// `DomainName`, always in an OEM code page.
    pub domain_name: Option<Spanned<Name<'a>>>,
    /// `Workstation`, always in an OEM code page.
    pub workstation: Option<Spanned<Name<'a>>>,
    /// `Version`.
    pub version: Option<Spanned<Version>>,
}

constructors!(Negotiate, "NEGOTIATE_MESSAGE");

impl<'a> Negotiate<'a> {
    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        let message = c.peek();
        self.message_type = signature(c, MessageType::NEGOTIATE)?;
        self.negotiate_flags = c.u32_le("NegotiateFlags")?.map(NegotiateFlags::from_bits_retain);
        // Old clients end here.
        if c.is_empty() && !self.negotiate_flags.contains(NegotiateFlags::VERSION) {
            return Ok(());
        }
        let domain = Fields::read(c, "DomainNameFields")?;
        let workstation = Fields::read(c, "WorkstationFields")?;
        let end = header_end(&[domain, workstation], message);
        if self.negotiate_flags.contains(NegotiateFlags::VERSION) && end >= 40 || end == 40 {
            self.version = Some(Version::read(c)?);
        }
        self.domain_name = Some(domain.name(message, false, "DomainName")?);
        self.workstation = Some(workstation.name(message, false, "WorkstationName")?);
        Ok(())
    }
}

/// CHALLENGE_MESSAGE ([MS-NLMP] 2.2.1.2).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Challenge<'a> {
    /// `MessageType`.
    pub message_type: Spanned<MessageType>,
    /// `NegotiateFlags`.
    pub negotiate_flags: Spanned<NegotiateFlags>,
    /// `ServerChallenge`.
    pub server_challenge: Spanned<[u8; 8]>,
    /// `Version`.
    pub version: Option<Spanned<Version>>,
    /// `TargetName`: the server's domain or the server.
    pub target_name: Spanned<Name<'a>>,
    /// `TargetInfo`: names, and the server's clock.
    pub target_info: Option<AvPairs<'a>>,
}

constructors!(Challenge, "CHALLENGE_MESSAGE");

impl<'a> Challenge<'a> {
    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        let message = c.peek();
        self.message_type = signature(c, MessageType::CHALLENGE)?;
        let target = Fields::read(c, "TargetNameFields")?;
        self.negotiate_flags = c.u32_le("NegotiateFlags")?.map(NegotiateFlags::from_bits_retain);
        let flags = *self.negotiate_flags;
        self.server_challenge = c.array("ServerChallenge")?;
        let with_info = flags.contains(NegotiateFlags::TARGET_INFO);
        let mut end = header_end(&[target], message);
        if end >= 48 || with_info {
            c.skip(8, "Reserved")?;
            let info = Fields::read(c, "TargetInfoFields")?;
            end = header_end(&[target, info], message);
            if end >= 56 && (flags.contains(NegotiateFlags::VERSION) || end == 56) {
                self.version = Some(Version::read(c)?);
            }
            self.target_name = target.name(message, flags.contains(NegotiateFlags::UNICODE), "TargetName")?;
            let octets = info.payload(message, "TargetInfo")?;
            let info = AvPairs::new(octets);
            self.target_info = Some(info);
            info.check()?;
        } else {
            self.target_name = target.name(message, flags.contains(NegotiateFlags::UNICODE), "TargetName")?;
        }
        Ok(())
    }
}

/// AUTHENTICATE_MESSAGE ([MS-NLMP] 2.2.1.3). Of what proves the password only sizes and places are here.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Authenticate<'a> {
    /// `MessageType`.
    pub message_type: Spanned<MessageType>,
    /// `NegotiateFlags`.
    pub negotiate_flags: Spanned<NegotiateFlags>,
    /// `Version`.
    pub version: Option<Spanned<Version>>,
    /// Place of the `MIC`, when the message has one.
    pub mic: Option<Span>,
    /// `DomainName`.
    pub domain_name: Spanned<Name<'a>>,
    /// `UserName`.
    pub user_name: Spanned<Name<'a>>,
    /// `Workstation`.
    pub workstation: Spanned<Name<'a>>,
    /// Octets of `LmChallengeResponse`.
    pub lm_response: Spanned<usize>,
    /// Octets of `NtChallengeResponse`.
    pub nt_response: Spanned<usize>,
    /// Octets of `EncryptedRandomSessionKey`.
    pub session_key: Spanned<usize>,
    /// The client's clock and what it repeats of the server's names, in an NTLMv2 response.
    pub ntlmv2: Option<NtlmV2<'a>>,
}

/// How the client of an AUTHENTICATE_MESSAGE proves itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Authentication {
    /// Not at all ([MS-NLMP] 3.2.5.1.2).
    Anonymous,
    /// NTLMv1, with a client challenge when extended session security was negotiated.
    NtlmV1,
    /// NTLMv2.
    NtlmV2,
    /// A response of another size.
    Other,
}

impl fmt::Display for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Anonymous => "anonymous",
            Self::NtlmV1 => "NTLMv1",
            Self::NtlmV2 => "NTLMv2",
            Self::Other => "unknown",
        })
    }
}

/// The clear part of NTLMv2_CLIENT_CHALLENGE ([MS-NLMP] 2.2.2.7).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NtlmV2<'a> {
    /// `TimeStamp`: the server's clock when the server gave it, else the client's.
    pub timestamp: Spanned<FileTime>,
    /// `AvPairs`; [`AvId::TARGET_NAME`] is the SPN that the client wanted.
    pub av_pairs: AvPairs<'a>,
}

constructors!(Authenticate, "AUTHENTICATE_MESSAGE");

impl<'a> Authenticate<'a> {
    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        let message = c.peek();
        self.message_type = signature(c, MessageType::AUTHENTICATE)?;
        let lm = Fields::read(c, "LmChallengeResponseFields")?;
        let nt = Fields::read(c, "NtChallengeResponseFields")?;
        let domain = Fields::read(c, "DomainNameFields")?;
        let user = Fields::read(c, "UserNameFields")?;
        let workstation = Fields::read(c, "WorkstationFields")?;
        let key = Fields::read(c, "EncryptedRandomSessionKeyFields")?;
        self.negotiate_flags = c.u32_le("NegotiateFlags")?.map(NegotiateFlags::from_bits_retain);
        // Version and MIC are told by the room in front of the payload: the MIC has no flag here.
        let end = header_end(&[lm, nt, domain, user, workstation, key], message);
        if end >= 72 {
            self.version = Some(Version::read(c)?);
        }
        if end >= 88 {
            self.mic = Some(c.skip(16, "MIC")?);
        }
        let unicode = self.negotiate_flags.contains(NegotiateFlags::UNICODE);
        self.domain_name = domain.name(message, unicode, "DomainName")?;
        self.user_name = user.name(message, unicode, "UserName")?;
        self.workstation = workstation.name(message, unicode, "Workstation")?;
        self.lm_response = lm.hidden(message, "LmChallengeResponse")?;
        self.nt_response = nt.hidden(message, "NtChallengeResponse")?;
        if *self.nt_response > 24 {
            self.read_ntlmv2(nt.payload(message, "NtChallengeResponse")?)?;
        }
        self.session_key = key.hidden(message, "EncryptedRandomSessionKey")?;
        Ok(())
    }

    // NTProofStr(16), RespType(1), HiRespType(1), Reserved1(2), Reserved2(4), TimeStamp(8),
    // ChallengeFromClient(8), Reserved3(4), AvPairs.
    fn read_ntlmv2(&mut self, response: Spanned<&'a [u8]>) -> Result<(), WireError> {
        let mut c = Cursor::at(response.value, response.span.start);
        c.skip(24, "NtChallengeResponse")?;
        let v2 = self.ntlmv2.insert(NtlmV2::default());
        v2.timestamp = c.u64_le("TimeStamp")?.map(FileTime);
        c.skip(12, "ChallengeFromClient")?;
        v2.av_pairs = AvPairs::new(c.take_rest());
        v2.av_pairs.check()
    }

    /// How the client proves itself.
    #[must_use]
    pub fn authentication(&self) -> Authentication {
        match *self.nt_response {
            0 if self.user_name.is_empty() && *self.lm_response <= 1 => Authentication::Anonymous,
            _ if self.negotiate_flags.contains(NegotiateFlags::ANONYMOUS) && self.user_name.is_empty() => {
                Authentication::Anonymous
            }
            24 => Authentication::NtlmV1,
            // An LM response alone belongs to the first version.
            0 if *self.lm_response == 24 => Authentication::NtlmV1,
            44.. => Authentication::NtlmV2,
            _ => Authentication::Other,
        }
    }
}

open_enum! {
    /// `AvId` ([MS-NLMP] 2.2.2.1).
    pub struct AvId(u16, "{:#06x}", KNOWN);
    /// The end.
    EOL = 0, "MsvAvEOL";
    /// The server's NetBIOS name.
    NB_COMPUTER_NAME = 1, "MsvAvNbComputerName";
    /// The NetBIOS name of its domain.
    NB_DOMAIN_NAME = 2, "MsvAvNbDomainName";
    /// The server's DNS name.
    DNS_COMPUTER_NAME = 3, "MsvAvDnsComputerName";
    /// The DNS name of its domain.
    DNS_DOMAIN_NAME = 4, "MsvAvDnsDomainName";
    /// The DNS name of its forest.
    DNS_TREE_NAME = 5, "MsvAvDnsTreeName";
    /// Flags: 2 says that a MIC is present.
    FLAGS = 6, "MsvAvFlags";
    /// The server's clock.
    TIMESTAMP = 7, "MsvAvTimestamp";
    /// The client's machine.
    SINGLE_HOST = 8, "MsvAvSingleHost";
    /// The SPN that the client wants.
    TARGET_NAME = 9, "MsvAvTargetName";
    /// A hash of the channel bindings.
    CHANNEL_BINDINGS = 10, "MsvAvChannelBindings";
}

/// A list of AV_PAIR ([MS-NLMP] 2.2.2.1).
#[derive(Clone, Copy, Default)]
pub struct AvPairs<'a> {
    octets: Spanned<&'a [u8]>,
}

impl<'a> AvPairs<'a> {
    const fn new(octets: Spanned<&'a [u8]>) -> Self {
        Self { octets }
    }

    /// The octets of the list.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.octets.span
    }

    /// The pairs up to `MsvAvEOL`. An error is given once and ends the iteration.
    #[must_use]
    pub const fn iter(&self) -> AvPairsIter<'a> {
        let start = if self.octets.span.is_none() { 0 } else { self.octets.span.start };
        AvPairsIter { cursor: Cursor::at(self.octets.value, start), done: false }
    }

    /// The first pair of this kind.
    #[must_use]
    pub fn find(&self, id: AvId) -> Option<AvPair<'a>> {
        self.iter().map_while(Result::ok).find(|pair| *pair.id == id)
    }

    /// The server's clock.
    #[must_use]
    pub fn timestamp(&self) -> Option<Spanned<FileTime>> {
        self.find(AvId::TIMESTAMP)?.timestamp()
    }

    /// Walks the list, so that its error shows when the message is read.
    fn check(self) -> Result<(), WireError> {
        // Nearly all lists are right: where their octets are is of interest for the others only.
        let mut rest = self.octets.value;
        while let [id, id_high, length, length_high, after @ ..] = rest {
            let length = usize::from(u16::from_le_bytes([*length, *length_high]));
            match after.get(length..) {
                Some(_) if AvId(u16::from_le_bytes([*id, *id_high])) == AvId::EOL => return Ok(()),
                Some(next) => rest = next,
                None => break,
            }
        }
        if rest.is_empty() { Ok(()) } else { self.iter().try_for_each(|pair| pair.map(|_| ())) }
    }
}

impl fmt::Debug for AvPairs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a> IntoIterator for AvPairs<'a> {
    type Item = Result<AvPair<'a>, WireError>;
    type IntoIter = AvPairsIter<'a>;

    fn into_iter(self) -> AvPairsIter<'a> {
        self.iter()
    }
}

/// The pairs of an [`AvPairs`]; fused.
#[derive(Clone, Debug)]
pub struct AvPairsIter<'a> {
    cursor: Cursor<'a>,
    done: bool,
}

impl<'a> Iterator for AvPairsIter<'a> {
    type Item = Result<AvPair<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        // Some senders leave the terminator out.
        if self.done || self.cursor.is_empty() {
            return None;
        }
        match AvPair::read(&mut self.cursor) {
            Ok(pair) if *pair.id == AvId::EOL => {
                self.done = true;
                None
            }
            other => {
                self.done = other.is_err();
                Some(other)
            }
        }
    }
}

impl core::iter::FusedIterator for AvPairsIter<'_> {}

/// AV_PAIR ([MS-NLMP] 2.2.2.1).
#[derive(Clone, Copy, Default)]
pub struct AvPair<'a> {
    /// `AvId`.
    pub id: Spanned<AvId>,
    /// `Value`.
    pub value: Spanned<&'a [u8]>,
}

impl<'a> AvPair<'a> {
    #[inline(always)]
    fn read(c: &mut Cursor<'a>) -> Result<Self, WireError> {
        let id = c.u16_le("AvId")?.map(AvId);
        let length = usize::from(*c.u16_le("AvLen")?);
        // The list lies whole in its payload field: a length that runs past is wrong, not the capture.
        let excess = length.saturating_sub(c.remaining());
        if excess > 0 {
            return Err(c.error(ErrorKind::Overrun { excess }, "Value"));
        }
        Ok(Self { id, value: c.bytes(length, "Value")? })
    }

    /// The value of a kind that is text: names and the SPN.
    #[must_use]
    pub fn text(&self) -> Option<Utf16Le<'a>> {
        matches!(self.id.value.0, 1..=5 | 9).then(|| Utf16Le::new(self.value.value))
    }

    /// The value of [`AvId::TIMESTAMP`].
    #[must_use]
    pub fn timestamp(&self) -> Option<Spanned<FileTime>> {
        let octets = self.value.value.try_into().ok().filter(|_| *self.id == AvId::TIMESTAMP)?;
        Some(Spanned::new(FileTime(u64::from_le_bytes(octets)), self.value.span))
    }

    /// The value of [`AvId::FLAGS`].
    #[must_use]
    pub fn flags(&self) -> Option<Spanned<u32>> {
        let octets = self.value.value.try_into().ok().filter(|_| *self.id == AvId::FLAGS)?;
        Some(Spanned::new(u32::from_le_bytes(octets), self.value.span))
    }
}

impl fmt::Debug for AvPair<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.text(), self.timestamp(), self.flags()) {
            (Some(text), ..) => write!(f, "{}: {text:?}", self.id),
            (_, Some(time), _) => write!(f, "{}: {}", self.id, time.value.0),
            (.., Some(flags)) => write!(f, "{}: {:#x}", self.id, *flags),
            _ => write!(f, "{}: {} octets", self.id, self.value.len()),
        }
    }
}

/// An NTLM message of any type.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
#[allow(
    clippy::large_enum_variant,
    reason = "messages borrow and are never stored in numbers; no allocation"
)]
pub enum Ntlm<'a> {
    /// Not an NTLM message of a known type, or not reached.
    #[default]
    Unknown,
    /// NEGOTIATE_MESSAGE.
    Negotiate(Negotiate<'a>),
    /// CHALLENGE_MESSAGE.
    Challenge(Challenge<'a>),
    /// AUTHENTICATE_MESSAGE.
    Authenticate(Authenticate<'a>),
}

constructors!(Ntlm, "NTLM message");

impl<'a> Ntlm<'a> {
    pub(crate) fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        let mut look = *c;
        if *look.array::<8>("Signature")? != SIGNATURE {
            return Err(c.error(ErrorKind::Malformed("not the signature NTLMSSP"), "Signature"));
        }
        let at = look;
        let (value, error) = match look.u32_le("MessageType")?.map(MessageType).value {
            MessageType::NEGOTIATE => {
                let part = Negotiate::parse_partial(c.peek());
                (Self::Negotiate(part.value), part.error)
            }
            MessageType::CHALLENGE => {
                let part = Challenge::parse_partial(c.peek());
                (Self::Challenge(part.value), part.error)
            }
            MessageType::AUTHENTICATE => {
                let part = Authenticate::parse_partial(c.peek());
                (Self::Authenticate(part.value), part.error)
            }
            _ => return Err(at.error(ErrorKind::Unsupported("an unknown message type"), "MessageType")),
        };
        *self = value;
        error.map_or(Ok(()), Err)
    }
}
