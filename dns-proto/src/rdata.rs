//! What records say: RDATA by type.

use crate::header::Rcode;
use crate::record::{Class, Record, RecordType};
use adjoin_wire::{CompressedName, Cursor, Span, Spanned, WireError, octets_by_size, open_enum};
use core::fmt;
use core::iter::FusedIterator;
use core::net::{Ipv4Addr, Ipv6Addr};

/// Decoded RDATA (RFC 1035 3.2.1). Spans inside are relative to the message.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Rdata<'a> {
    /// An IPv4 address (RFC 1035 3.4.1).
    A(Spanned<Ipv4Addr>),
    /// An IPv6 address (RFC 3596 2.2).
    Aaaa(Spanned<Ipv6Addr>),
    /// CNAME: the canonical name (RFC 1035 3.3.1).
    Cname(Spanned<CompressedName<'a>>),
    /// NSDNAME: a name server (RFC 1035 3.3.11).
    Ns(Spanned<CompressedName<'a>>),
    /// PTRDNAME (RFC 1035 3.3.12).
    Ptr(Spanned<CompressedName<'a>>),
    /// The start of a zone of authority.
    Soa(Soa<'a>),
    /// The location of a service.
    Srv(Srv<'a>),
    /// TXT-DATA: one or more character strings (RFC 1035 3.3.14).
    Txt(CharacterStrings<'a>),
    /// EDNS.
    Opt(Opt<'a>),
    /// The making of a shared key.
    Tkey(Tkey<'a>),
    /// A signature of the message.
    Tsig(Tsig<'a>),
    /// No octets, in class ANY or NONE: the record stands for its owner and type only (RFC 2136).
    Empty,
    /// A type, or a class of an address or service, that this crate doesn't decode.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::octets"))]
    Other(&'a [u8]),
}

impl<'a> Rdata<'a> {
    pub(crate) fn read(record: &Record<'a>, message: &'a [u8]) -> Result<Self, WireError> {
        let octets = record.octets;
        let class = record.class.value;
        if octets.value.is_empty() && matches!(class, Class::ANY | Class::NONE) {
            return Ok(Self::Empty);
        }
        // A cursor that knows its end as declared: a field that doesn't fit contradicts RDLENGTH.
        let mut outer = Cursor::at(octets.value, octets.span.start);
        let c = &mut outer.sub(octets.value.len(), "RDATA")?;
        // Addresses and services are defined in class IN; an update deletes them in class NONE.
        let internet = matches!(class, Class::IN | Class::NONE);
        let rdata = match record.rtype.value {
            RecordType::A if internet => Self::A(c.array("ADDRESS")?.map(|a: [u8; 4]| Ipv4Addr::from(a))),
            RecordType::AAAA if internet => Self::Aaaa(c.array("AAAA")?.map(|a: [u8; 16]| Ipv6Addr::from(a))),
            RecordType::SRV if internet => Self::Srv(Srv::read(c, message)?),
            RecordType::CNAME => Self::Cname(CompressedName::read(c, message, 0, "CNAME")?),
            RecordType::NS => Self::Ns(CompressedName::read(c, message, 0, "NSDNAME")?),
            RecordType::PTR => Self::Ptr(CompressedName::read(c, message, 0, "PTRDNAME")?),
            RecordType::SOA => Self::Soa(Soa::read(c, message)?),
            RecordType::TXT => Self::Txt(CharacterStrings::read(c)?),
            RecordType::OPT => Self::Opt(Opt::read(record, c)?),
            RecordType::TKEY => Self::Tkey(Tkey::read(c, message)?),
            RecordType::TSIG => Self::Tsig(Tsig::read(c, message)?),
            _ => return Ok(Self::Other(octets.value)),
        };
        c.finish("RDATA")?;
        Ok(rdata)
    }
}

/// The location of a service (RFC 2782).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Srv<'a> {
    /// Priority: the lowest is tried first.
    pub priority: Spanned<u16>,
    /// Weight: among equal priorities, how often this target is chosen.
    pub weight: Spanned<u16>,
    /// Port of the service.
    pub port: Spanned<u16>,
    /// Target: the host; the root when the service is decidedly not available. Windows and
    /// others compress it although the clause says not to.
    pub target: Spanned<CompressedName<'a>>,
}

impl<'a> Srv<'a> {
    fn read(c: &mut Cursor<'a>, message: &'a [u8]) -> Result<Self, WireError> {
        Ok(Self {
            priority: c.u16_be("Priority")?,
            weight: c.u16_be("Weight")?,
            port: c.u16_be("Port")?,
            target: CompressedName::read(c, message, 0, "Target")?,
        })
    }
}

/// The start of a zone of authority (RFC 1035 3.3.13).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Soa<'a> {
    /// MNAME: the primary server of the zone, to which a client sends its updates.
    pub mname: Spanned<CompressedName<'a>>,
    /// RNAME: the mailbox of who is responsible.
    pub rname: Spanned<CompressedName<'a>>,
    /// SERIAL: the version of the zone.
    pub serial: Spanned<u32>,
    /// REFRESH, seconds.
    pub refresh: Spanned<u32>,
    /// RETRY, seconds.
    pub retry: Spanned<u32>,
    /// EXPIRE, seconds.
    pub expire: Spanned<u32>,
    /// MINIMUM, seconds: how long a negative answer may be kept (RFC 2308 4).
    pub minimum: Spanned<u32>,
}

impl<'a> Soa<'a> {
    fn read(c: &mut Cursor<'a>, message: &'a [u8]) -> Result<Self, WireError> {
        Ok(Self {
            mname: CompressedName::read(c, message, 0, "MNAME")?,
            rname: CompressedName::read(c, message, 0, "RNAME")?,
            serial: c.u32_be("SERIAL")?,
            refresh: c.u32_be("REFRESH")?,
            retry: c.u32_be("RETRY")?,
            expire: c.u32_be("EXPIRE")?,
            minimum: c.u32_be("MINIMUM")?,
        })
    }
}

/// A list of character strings: a length octet and as many octets each (RFC 1035 3.3).
#[derive(Clone, Copy, Default)]
pub struct CharacterStrings<'a> {
    cursor: Cursor<'a>,
}

impl<'a> CharacterStrings<'a> {
    fn read(c: &mut Cursor<'a>) -> Result<Self, WireError> {
        let list = Self { cursor: *c };
        for string in list.iter() {
            string?;
        }
        c.take_rest();
        Ok(list)
    }

    /// The strings, without their length octets.
    #[must_use]
    pub const fn iter(&self) -> CharacterStringsIter<'a> {
        CharacterStringsIter { cursor: self.cursor }
    }
}

impl fmt::Debug for CharacterStrings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The strings of a [`CharacterStrings`]; fused.
#[derive(Clone, Debug)]
pub struct CharacterStringsIter<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Iterator for CharacterStringsIter<'a> {
    type Item = Result<Spanned<&'a [u8]>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.cursor.is_empty() {
            return None;
        }
        let c = &mut self.cursor;
        let item = c.u8("TXT-DATA").and_then(|length| c.bytes(usize::from(length.value), "TXT-DATA"));
        if item.is_err() {
            c.take_rest();
        }
        Some(item)
    }
}

impl FusedIterator for CharacterStringsIter<'_> {}

/// EDNS: the OPT pseudo record (RFC 6891 6.1).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Opt<'a> {
    /// The largest UDP payload that the sender takes, octets (CLASS).
    pub udp_payload_size: Spanned<u16>,
    /// EXTENDED-RCODE: bits 4 to 11 of the RCODE (TTL).
    pub extended_rcode: Spanned<u8>,
    /// VERSION of EDNS (TTL).
    pub version: Spanned<u8>,
    /// DO: DNSSEC records are wanted (TTL, RFC 3225).
    pub dnssec_ok: Spanned<bool>,
    /// The options.
    pub options: OptOptions<'a>,
}

impl<'a> Opt<'a> {
    fn read(record: &Record<'a>, c: &mut Cursor<'a>) -> Result<Self, WireError> {
        let mut ttl = record.ttl.span;
        let [extended_rcode, version, flags, _] = record.ttl.value.to_be_bytes();
        let mut octet = || {
            let first = ttl.start;
            ttl.start = first.saturating_add(1);
            Span::new(first, ttl.start)
        };
        Ok(Self {
            udp_payload_size: record.class.map(|class| class.0),
            extended_rcode: Spanned::new(extended_rcode, octet()),
            version: Spanned::new(version, octet()),
            dnssec_ok: Spanned::new(flags & 0x80 != 0, octet()),
            options: OptOptions::read(c)?,
        })
    }
}

/// The options of an OPT record (RFC 6891 6.1.2).
#[derive(Clone, Copy, Default)]
pub struct OptOptions<'a> {
    cursor: Cursor<'a>,
}

impl<'a> OptOptions<'a> {
    fn read(c: &mut Cursor<'a>) -> Result<Self, WireError> {
        let list = Self { cursor: *c };
        for option in list.iter() {
            option?;
        }
        c.take_rest();
        Ok(list)
    }

    /// The options in their order.
    #[must_use]
    pub const fn iter(&self) -> OptOptionsIter<'a> {
        OptOptionsIter { cursor: self.cursor }
    }
}

impl fmt::Debug for OptOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// One option of an OPT record (RFC 6891 6.1.2).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OptOption<'a> {
    /// OPTION-CODE.
    pub code: Spanned<u16>,
    /// OPTION-DATA.
    pub data: Spanned<&'a [u8]>,
}

/// The options of an [`OptOptions`]; fused.
#[derive(Clone, Debug)]
pub struct OptOptionsIter<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Iterator for OptOptionsIter<'a> {
    type Item = Result<OptOption<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.cursor.is_empty() {
            return None;
        }
        let c = &mut self.cursor;
        let item = c.u16_be("OPTION-CODE").and_then(|code| {
            let length = c.u16_be("OPTION-LENGTH")?;
            Ok(OptOption { code, data: c.bytes(usize::from(length.value), "OPTION-DATA")? })
        });
        if item.is_err() {
            c.take_rest();
        }
        Some(item)
    }
}

impl FusedIterator for OptOptionsIter<'_> {}

open_enum! {
    /// How a TKEY record makes its key (RFC 2930 2.5).
    pub struct TkeyMode(u16);
    /// The server assigns the key.
    SERVER_ASSIGNMENT = 1, "server assignment";
    /// Diffie-Hellman exchange.
    DIFFIE_HELLMAN = 2, "Diffie-Hellman exchange";
    /// GSS-API negotiation (RFC 3645): what Active Directory uses for secure updates.
    GSS_API = 3, "GSS-API negotiation";
    /// The resolver assigns the key.
    RESOLVER_ASSIGNMENT = 4, "resolver assignment";
    /// The key is deleted.
    DELETION = 5, "key deletion";
}

/// The making of a shared key (RFC 2930 2).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Tkey<'a> {
    /// Algorithm: `gss-tsig`, or `gss.microsoft.com` from Windows.
    pub algorithm: Spanned<CompressedName<'a>>,
    /// Inception, seconds since 1970 modulo 2^32.
    pub inception: Spanned<u32>,
    /// Expiration, seconds since 1970 modulo 2^32.
    pub expiration: Spanned<u32>,
    /// Mode.
    pub mode: Spanned<TkeyMode>,
    /// Error.
    pub error: Spanned<Rcode>,
    /// Key Data: in mode GSS-API the token. Its length is Key Size.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub key_data: Spanned<&'a [u8]>,
    /// Other Data. Its length is Other Size.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub other_data: Spanned<&'a [u8]>,
}

octets_by_size!(Tkey { algorithm, inception, expiration, mode, error } { key_data, other_data });

impl<'a> Tkey<'a> {
    fn read(c: &mut Cursor<'a>, message: &'a [u8]) -> Result<Self, WireError> {
        Ok(Self {
            algorithm: CompressedName::read(c, message, 0, "Algorithm")?,
            inception: c.u32_be("Inception")?,
            expiration: c.u32_be("Expiration")?,
            mode: c.u16_be("Mode")?.map(TkeyMode),
            error: c.u16_be("Error")?.map(Rcode),
            key_data: counted(c, "Key Size", "Key Data")?,
            other_data: counted(c, "Other Size", "Other Data")?,
        })
    }
}

/// A signature of the message (RFC 8945 4.2).
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Tsig<'a> {
    /// Algorithm Name.
    pub algorithm: Spanned<CompressedName<'a>>,
    /// Time Signed, seconds since 1970, 48 bits.
    pub time_signed: Spanned<u64>,
    /// Fudge: seconds by which the clocks may differ.
    pub fudge: Spanned<u16>,
    /// MAC. Its length is MAC Size.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub mac: Spanned<&'a [u8]>,
    /// Original ID.
    pub original_id: Spanned<u16>,
    /// Error.
    pub error: Spanned<Rcode>,
    /// Other Data: for BADTIME the server's time. Its length is Other Len.
    #[cfg_attr(feature = "serde", serde(serialize_with = "adjoin_wire::serialize::hidden"))]
    pub other_data: Spanned<&'a [u8]>,
}

octets_by_size!(Tsig { algorithm, time_signed, fudge, original_id, error } { mac, other_data });

impl<'a> Tsig<'a> {
    fn read(c: &mut Cursor<'a>, message: &'a [u8]) -> Result<Self, WireError> {
        Ok(Self {
            algorithm: CompressedName::read(c, message, 0, "Algorithm Name")?,
            time_signed: c
                .array("Time Signed")?
                .map(|[a, b, c, d, e, f]: [u8; 6]| u64::from_be_bytes([0, 0, a, b, c, d, e, f])),
            fudge: c.u16_be("Fudge")?,
            mac: counted(c, "MAC Size", "MAC")?,
            original_id: c.u16_be("Original ID")?,
            error: c.u16_be("Error")?.map(Rcode),
            other_data: counted(c, "Other Len", "Other Data")?,
        })
    }
}

/// Two octets of length and as many octets.
fn counted<'a>(
    c: &mut Cursor<'a>,
    size: &'static str,
    data: &'static str,
) -> Result<Spanned<&'a [u8]>, WireError> {
    let length = c.u16_be(size)?;
    c.bytes(usize::from(length.value), data)
}
