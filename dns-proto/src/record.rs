//! Questions and resource records, RFC 1035 4.1.2 and 4.1.3.

use crate::rdata::Rdata;
use adjoin_wire::{CompressedName, Cursor, Span, Spanned, WireError, open_enum};
use core::fmt;
use core::iter::FusedIterator;

open_enum! {
    /// TYPE or QTYPE.
    pub struct RecordType(u16);
    /// An IPv4 address (RFC 1035).
    A = 1, "A";
    /// A name server (RFC 1035).
    NS = 2, "NS";
    /// The canonical name of an alias (RFC 1035).
    CNAME = 5, "CNAME";
    /// The start of a zone of authority (RFC 1035).
    SOA = 6, "SOA";
    /// A pointer to a name (RFC 1035).
    PTR = 12, "PTR";
    /// A mail exchange (RFC 1035).
    MX = 15, "MX";
    /// Text (RFC 1035).
    TXT = 16, "TXT";
    /// An IPv6 address (RFC 3596).
    AAAA = 28, "AAAA";
    /// The location of a service (RFC 2782).
    SRV = 33, "SRV";
    /// EDNS (RFC 6891).
    OPT = 41, "OPT";
    /// A delegation signer (RFC 4034).
    DS = 43, "DS";
    /// A signature over a set of records (RFC 4034).
    RRSIG = 46, "RRSIG";
    /// The next name in a signed zone (RFC 4034).
    NSEC = 47, "NSEC";
    /// The key of a signed zone (RFC 4034).
    DNSKEY = 48, "DNSKEY";
    /// The next hashed name in a signed zone (RFC 5155).
    NSEC3 = 50, "NSEC3";
    /// A general service binding (RFC 9460).
    SVCB = 64, "SVCB";
    /// A service binding for HTTPS (RFC 9460).
    HTTPS = 65, "HTTPS";
    /// The making of a shared key (RFC 2930).
    TKEY = 249, "TKEY";
    /// A signature of the message (RFC 8945).
    TSIG = 250, "TSIG";
    /// An incremental zone transfer (RFC 1995).
    IXFR = 251, "IXFR";
    /// A zone transfer (RFC 1035).
    AXFR = 252, "AXFR";
    /// All types (RFC 1035).
    ANY = 255, "ANY";
    /// A uniform resource identifier (RFC 7553).
    URI = 256, "URI";
    /// A WINS forward lookup ([MS-DNSP] 2.2.2.1.1).
    WINS = 0xff01, "WINS";
}

open_enum! {
    /// CLASS or QCLASS.
    pub struct Class(u16);
    /// The Internet (RFC 1035).
    IN = 1, "IN";
    /// Chaosnet (RFC 1035).
    CH = 3, "CH";
    /// Hesiod (RFC 1035).
    HS = 4, "HS";
    /// No class: a deletion or a negative prerequisite in an update (RFC 2136 1.3).
    NONE = 254, "NONE";
    /// Any class (RFC 1035); a deletion or a prerequisite in an update (RFC 2136).
    ANY = 255, "ANY";
}

/// An entry of the question section; the zone of an update has the same form (RFC 2136 2.3).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Question<'a> {
    /// QNAME; ZNAME in an update.
    pub name: Spanned<CompressedName<'a>>,
    /// QTYPE; ZTYPE, which is SOA, in an update.
    pub rtype: Spanned<RecordType>,
    /// QCLASS; ZCLASS in an update.
    pub class: Spanned<Class>,
}

impl<'a> Question<'a> {
    fn read(c: &mut Cursor<'a>, message: &'a [u8]) -> Result<Self, WireError> {
        Ok(Self {
            name: CompressedName::read(c, message, 0, "QNAME")?,
            rtype: c.u16_be("QTYPE")?.map(RecordType),
            class: c.u16_be("QCLASS")?.map(Class),
        })
    }

    /// All octets of the question.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.name.span.to(self.class.span)
    }
}

/// A resource record. Its RDATA is decoded by [`Record::rdata`].
#[derive(Clone, Copy, Default)]
pub struct Record<'a> {
    /// NAME: the owner.
    pub name: Spanned<CompressedName<'a>>,
    /// TYPE.
    pub rtype: Spanned<RecordType>,
    /// CLASS; in an OPT record the size of UDP payload that the sender takes.
    pub class: Spanned<Class>,
    /// TTL in seconds; in an OPT record flags and the extended RCODE.
    pub ttl: Spanned<u32>,
    /// RDLENGTH, octets.
    pub rdlength: Spanned<u16>,
    /// RDATA as sent.
    pub octets: Spanned<&'a [u8]>,
    message: &'a [u8],
}

impl<'a> Record<'a> {
    fn read(c: &mut Cursor<'a>, message: &'a [u8]) -> Result<Self, WireError> {
        let name = CompressedName::read(c, message, 0, "NAME")?;
        let rtype = c.u16_be("TYPE")?.map(RecordType);
        let class = c.u16_be("CLASS")?.map(Class);
        let ttl = c.u32_be("TTL")?;
        let rdlength = c.u16_be("RDLENGTH")?;
        let octets = c.bytes(usize::from(rdlength.value), "RDATA")?;
        Ok(Self { name, rtype, class, ttl, rdlength, octets, message })
    }

    /// RDATA, decoded by TYPE. Types that this crate doesn't decode are [`Rdata::Other`]; RDATA of
    /// no octets in class ANY or NONE, as an update sends it, is [`Rdata::Empty`].
    ///
    /// # Errors
    /// `Overrun`, `Trailing` or `Malformed` when RDATA does not have the form of its type.
    pub fn rdata(&self) -> Result<Spanned<Rdata<'a>>, WireError> {
        let value = Rdata::read(self, self.message)?;
        Ok(Spanned::new(value, self.octets.span))
    }

    /// All octets of the record.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.name.span.to(self.octets.span)
    }
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("name", &self.name)
            .field("rtype", &self.rtype)
            .field("class", &self.class)
            .field("ttl", &self.ttl)
            .field("rdata", &self.rdata())
            .finish()
    }
}

macro_rules! section {
    ($(#[$doc:meta])* $list:ident, $(#[$iter_doc:meta])* $iter:ident, $item:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default)]
        pub struct $list<'a> {
            message: &'a [u8],
            start: usize,
            count: u16,
        }

        impl<'a> $list<'a> {
            pub(crate) const fn new(message: &'a [u8], start: usize, count: u16) -> Self {
                Self { message, start, count }
            }

            /// The number of entries that the header declares; a cut message holds fewer.
            #[must_use]
            pub const fn declared(&self) -> u16 {
                self.count
            }

            /// True when the header declares none, or when the section was not reached.
            #[must_use]
            pub const fn is_empty(&self) -> bool {
                self.count == 0
            }

            /// Walks the entries. An error is given once and ends the walk.
            #[must_use]
            pub fn iter(&self) -> $iter<'a> {
                let rest = self.message.get(self.start..).unwrap_or_default();
                $iter { cursor: Cursor::at(rest, self.start), message: self.message, left: self.count }
            }
        }

        impl<'a> IntoIterator for $list<'a> {
            type Item = Result<$item<'a>, WireError>;
            type IntoIter = $iter<'a>;

            fn into_iter(self) -> $iter<'a> {
                self.iter()
            }
        }

        impl<'a> IntoIterator for &$list<'a> {
            type Item = Result<$item<'a>, WireError>;
            type IntoIter = $iter<'a>;

            fn into_iter(self) -> $iter<'a> {
                self.iter()
            }
        }

        impl fmt::Debug for $list<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.iter()).finish()
            }
        }

        $(#[$iter_doc])*
        #[derive(Clone, Debug)]
        pub struct $iter<'a> {
            cursor: Cursor<'a>,
            message: &'a [u8],
            left: u16,
        }

        impl $iter<'_> {
            /// Offset of the next entry.
            #[must_use]
            pub const fn offset(&self) -> usize {
                self.cursor.offset()
            }
        }

        impl<'a> Iterator for $iter<'a> {
            type Item = Result<$item<'a>, WireError>;

            fn next(&mut self) -> Option<Self::Item> {
                self.left = self.left.checked_sub(1)?;
                let item = $item::read(&mut self.cursor, self.message);
                if item.is_err() {
                    self.left = 0;
                }
                Some(item)
            }
        }

        impl FusedIterator for $iter<'_> {}
    };
}

section!(
    /// The question section, or the zone section of an update.
    Questions,
    /// The questions of a message; fused.
    QuestionsIter,
    Question
);
section!(
    /// A section of resource records.
    Records,
    /// The records of a section; fused.
    RecordsIter,
    Record
);
