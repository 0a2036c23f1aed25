//! The header of a message, RFC 1035 4.1.1 and RFC 2136 2.2.

use adjoin_wire::{Cursor, Partial, Span, Spanned, WireError, open_enum};

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

open_enum! {
    /// OPCODE, four bits.
    pub struct Opcode(u8);
    /// A standard query (RFC 1035).
    QUERY = 0, "QUERY";
    /// An inverse query, obsolete (RFC 3425).
    IQUERY = 1, "IQUERY";
    /// A server status request (RFC 1035).
    STATUS = 2, "STATUS";
    /// A zone change notification (RFC 1996).
    NOTIFY = 4, "NOTIFY";
    /// A dynamic update (RFC 2136).
    UPDATE = 5, "UPDATE";
}

open_enum! {
    /// How a query went: four bits of the header, twelve with the extension of an OPT record
    /// (RFC 6891 6.1.3), sixteen in a TSIG or TKEY record.
    pub struct Rcode(u16);
    /// No error (RFC 1035).
    NOERROR = 0, "NOERROR";
    /// The server did not understand the query (RFC 1035).
    FORMERR = 1, "FORMERR";
    /// The server failed (RFC 1035).
    SERVFAIL = 2, "SERVFAIL";
    /// The name does not exist (RFC 1035).
    NXDOMAIN = 3, "NXDOMAIN";
    /// The server does not do this kind of query (RFC 1035).
    NOTIMP = 4, "NOTIMP";
    /// The server refuses (RFC 1035).
    REFUSED = 5, "REFUSED";
    /// A name exists that should not (RFC 2136).
    YXDOMAIN = 6, "YXDOMAIN";
    /// A set of records exists that should not (RFC 2136).
    YXRRSET = 7, "YXRRSET";
    /// A set of records that should exist does not (RFC 2136).
    NXRRSET = 8, "NXRRSET";
    /// The server is not authoritative, or does not authorise (RFC 2136, RFC 8945).
    NOTAUTH = 9, "NOTAUTH";
    /// A name is not in the zone (RFC 2136).
    NOTZONE = 10, "NOTZONE";
    /// The TSIG signature is wrong; without TSIG, an EDNS version that is not known (RFC 8945, 6891).
    BADSIG = 16, "BADSIG";
    /// The key is not known (RFC 8945).
    BADKEY = 17, "BADKEY";
    /// The signature is out of its time window (RFC 8945).
    BADTIME = 18, "BADTIME";
    /// The TKEY mode is not supported (RFC 2930).
    BADMODE = 19, "BADMODE";
    /// The key name is already in use (RFC 2930).
    BADNAME = 20, "BADNAME";
    /// The algorithm is not supported (RFC 2930).
    BADALG = 21, "BADALG";
    /// The signature is cut too short (RFC 8945).
    BADTRUNC = 22, "BADTRUNC";
}
