//! The header of a message, RFC 1035 4.1.1 and RFC 2136 2.2.

use adjoin_wire::{Cursor, Partial, Span, Spanned, WireError};
use core::fmt;

/// The fixed twelve octets in front of every message.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Header {
    /// ID: copied from the query into its response.
    pub id: Spanned<u16>,
    /// The bits of the second word, without OPCODE and RCODE.
    pub flags: Spanned<HeaderFlags>,
    /// OPCODE: what kind of query this is.
    pub opcode: Spanned<Opcode>,
    /// RCODE: how a query went. The four bits of the header only; see
    /// [`Message::rcode`](crate::Message::rcode).
    pub rcode: Spanned<Rcode>,
    /// QDCOUNT; ZOCOUNT in an update.
    pub qdcount: Spanned<u16>,
    /// ANCOUNT; PRCOUNT in an update.
    pub ancount: Spanned<u16>,
    /// NSCOUNT; UPCOUNT in an update.
    pub nscount: Spanned<u16>,
    /// ARCOUNT; ADCOUNT in an update.
    pub arcount: Spanned<u16>,
}

impl Header {
    /// Octets of a header.
    pub const LEN: usize = 12;

    /// Reads the header; octets behind it are not looked at.
    ///
    /// # Errors
    /// `Truncated` when there are fewer than twelve octets.
    pub fn parse_prefix(bytes: &[u8]) -> Result<(Self, usize), WireError> {
        Ok((Self::parse_partial(bytes).complete()?, Self::LEN))
    }

    /// As [`Header::parse_prefix`], keeping the fields before an error.
    #[must_use]
    pub fn parse_partial(bytes: &[u8]) -> Partial<Self> {
        Partial::fill(|header: &mut Self| header.read(&mut Cursor::new(bytes)))
    }

    pub(crate) fn read(&mut self, c: &mut Cursor<'_>) -> Result<(), WireError> {
        self.id = c.u16_be("ID")?;
        let word = c.u16_be("QR")?;
        let [high, low] = word.value.to_be_bytes();
        let middle = word.span.start.saturating_add(1);
        self.flags = word.map(|w| HeaderFlags::from_bits_retain(w & HeaderFlags::MASK));
        self.opcode = Spanned::new(Opcode((high >> 3) & 0x0f), Span::new(word.span.start, middle));
        self.rcode = Spanned::new(Rcode(u16::from(low & 0x0f)), Span::new(middle, word.span.end));
        self.qdcount = c.u16_be("QDCOUNT")?;
        self.ancount = c.u16_be("ANCOUNT")?;
        self.nscount = c.u16_be("NSCOUNT")?;
        self.arcount = c.u16_be("ARCOUNT")?;
        Ok(())
    }

    /// True for a response (QR set).
    #[must_use]
    pub fn is_response(&self) -> bool {
        self.flags.contains(HeaderFlags::QR)
    }
}

bitflags::bitflags! {
    /// The single bits of the header's second word (RFC 1035 4.1.1, RFC 4035 3.1.6 and 3.2.2).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct HeaderFlags: u16 {
        /// The message is a response.
        const QR = 0x8000;
        /// Authoritative answer.
        const AA = 0x0400;
        /// Truncated: ask again over TCP.
        const TC = 0x0200;
        /// Recursion desired.
        const RD = 0x0100;
        /// Recursion available.
        const RA = 0x0080;
        /// Reserved, zero.
        const Z = 0x0040;
        /// Authentic data.
        const AD = 0x0020;
        /// Checking disabled.
        const CD = 0x0010;
        const _ = !0;
    }
}

impl HeaderFlags {
    /// All but OPCODE and RCODE.
    const MASK: u16 = 0x87f0;
}

/// OPCODE, four bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Opcode(pub u8);

impl Opcode {
    /// A standard query (RFC 1035).
    pub const QUERY: Self = Self(0);
    /// An inverse query, obsolete (RFC 3425).
    pub const IQUERY: Self = Self(1);
    /// A server status request (RFC 1035).
    pub const STATUS: Self = Self(2);
    /// A zone change notification (RFC 1996).
    pub const NOTIFY: Self = Self(4);
    /// A dynamic update (RFC 2136).
    pub const UPDATE: Self = Self(5);

    /// The name, when it is a known one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::QUERY => "QUERY",
            Self::IQUERY => "IQUERY",
            Self::STATUS => "STATUS",
            Self::NOTIFY => "NOTIFY",
            Self::UPDATE => "UPDATE",
            _ => return None,
        })
    }
}

impl fmt::Debug for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opcode(0x{:x})", self.0)
    }
}

impl fmt::Display for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:x}", self.0),
        }
    }
}

/// How a query went: four bits of the header, twelve with the extension of an OPT record
/// (RFC 6891 6.1.3), sixteen in a TSIG or TKEY record.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Rcode(pub u16);

impl Rcode {
    /// No error (RFC 1035).
    pub const NOERROR: Self = Self(0);
    /// The server did not understand the query (RFC 1035).
    pub const FORMERR: Self = Self(1);
    /// The server failed (RFC 1035).
    pub const SERVFAIL: Self = Self(2);
    /// The name does not exist (RFC 1035).
    pub const NXDOMAIN: Self = Self(3);
    /// The server does not do this kind of query (RFC 1035).
    pub const NOTIMP: Self = Self(4);
    /// The server refuses (RFC 1035).
    pub const REFUSED: Self = Self(5);
    /// A name exists that should not (RFC 2136).
    pub const YXDOMAIN: Self = Self(6);
    /// A set of records exists that should not (RFC 2136).
    pub const YXRRSET: Self = Self(7);
    /// A set of records that should exist does not (RFC 2136).
    pub const NXRRSET: Self = Self(8);
    /// The server is not authoritative, or does not authorise (RFC 2136, RFC 8945).
    pub const NOTAUTH: Self = Self(9);
    /// A name is not in the zone (RFC 2136).
    pub const NOTZONE: Self = Self(10);
    /// The TSIG signature is wrong; without TSIG, an EDNS version that is not known (RFC 8945, 6891).
    pub const BADSIG: Self = Self(16);
    /// The key is not known (RFC 8945).
    pub const BADKEY: Self = Self(17);
    /// The signature is out of its time window (RFC 8945).
    pub const BADTIME: Self = Self(18);
    /// The TKEY mode is not supported (RFC 2930).
    pub const BADMODE: Self = Self(19);
    /// The key name is already in use (RFC 2930).
    pub const BADNAME: Self = Self(20);
    /// The algorithm is not supported (RFC 2930).
    pub const BADALG: Self = Self(21);
    /// The signature is cut too short (RFC 8945).
    pub const BADTRUNC: Self = Self(22);

    /// The name, when it is a known one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::NOERROR => "NOERROR",
            Self::FORMERR => "FORMERR",
            Self::SERVFAIL => "SERVFAIL",
            Self::NXDOMAIN => "NXDOMAIN",
            Self::NOTIMP => "NOTIMP",
            Self::REFUSED => "REFUSED",
            Self::YXDOMAIN => "YXDOMAIN",
            Self::YXRRSET => "YXRRSET",
            Self::NXRRSET => "NXRRSET",
            Self::NOTAUTH => "NOTAUTH",
            Self::NOTZONE => "NOTZONE",
            Self::BADSIG => "BADSIG",
            Self::BADKEY => "BADKEY",
            Self::BADTIME => "BADTIME",
            Self::BADMODE => "BADMODE",
            Self::BADNAME => "BADNAME",
            Self::BADALG => "BADALG",
            Self::BADTRUNC => "BADTRUNC",
            _ => return None,
        })
    }
}

impl fmt::Debug for Rcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rcode(0x{:x})", self.0)
    }
}

impl fmt::Display for Rcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:x}", self.0),
        }
    }
}
