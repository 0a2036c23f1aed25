//! Well-formed answers with the values that they hold, to fuzz parsers with (feature `arbitrary`).
//!
//! ```
//! use arbitrary::{Arbitrary, Unstructured};
//! use dns_proto::arbitrary::Answer;
//! use dns_proto::Message;
//!
//! # fn main() -> arbitrary::Result<()> {
//! # let bytes_of_the_fuzzer = [7; 64];
//! let answer = Answer::arbitrary(&mut Unstructured::new(&bytes_of_the_fuzzer))?;
//! let octets = answer.encode();
//! let read = Message::parse(&octets).expect("it is well-formed");
//! assert_eq!(read.answers.iter().count(), answer.records.len());
//! # Ok(())
//! # }
//! ```

extern crate alloc;

use crate::{Class, RecordType};
use ::arbitrary::{Arbitrary, Result, Unstructured};
use adjoin_wire::arbitrary::dns_name;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};

/// What a record of an [`Answer`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnyRdata {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// The canonical name.
    Cname(String),
    /// Where a service is.
    Srv {
        /// The lowest is asked first.
        priority: u16,
        /// Share among those of the same priority.
        weight: u16,
        /// TCP or UDP port.
        port: u16,
        /// The host.
        target: String,
    },
}

impl AnyRdata {
    const fn rtype(&self) -> RecordType {
        match self {
            Self::A(_) => RecordType::A,
            Self::Aaaa(_) => RecordType::AAAA,
            Self::Cname(_) => RecordType::CNAME,
            Self::Srv { .. } => RecordType::SRV,
        }
    }
}

impl<'a> Arbitrary<'a> for AnyRdata {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=4)? {
            0 => Self::A(u.arbitrary::<[u8; 4]>()?.into()),
            1 => Self::Aaaa(u.arbitrary::<[u8; 16]>()?.into()),
            2 => Self::Cname(dns_name(u)?),
            _ => Self::Srv {
                priority: u.arbitrary()?,
                weight: u.arbitrary()?,
                port: u.arbitrary()?,
                target: dns_name(u)?,
            },
        })
    }
}

/// The answer to a question of a DC locator (RFC 1035 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// That of the question.
    pub id: u16,
    /// The response code, 0 to 15.
    pub rcode: u8,
    /// What was asked for.
    pub name: String,
    /// Of which type.
    pub rtype: RecordType,
    /// Owner, time to live and what it says of each record. Ends of names that were written before become
    /// pointers.
    pub records: Vec<(String, u32, AnyRdata)>,
}

impl<'a> Arbitrary<'a> for Answer {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let domain = dns_name(u)?;
        let name = match u.int_in_range(0..=2)? {
            0 => alloc::format!("_ldap._tcp.dc._msdcs.{domain}"),
            1 => alloc::format!("_kerberos._tcp.{domain}"),
            _ => domain,
        };
        let count = u.int_in_range(0..=6)?;
        let mut records = Vec::new();
        for _ in 0..count {
            let owner = if u.arbitrary()? { name.clone() } else { dns_name(u)? };
            records.push((owner, u.arbitrary()?, u.arbitrary()?));
        }
        let rtype = *u.choose(&[RecordType::SRV, RecordType::A, RecordType::AAAA])?;
        Ok(Self { id: u.arbitrary()?, rcode: u.int_in_range(0..=15)?, name, rtype, records })
    }
}

/// The octets so far, and where the ends of names begin.
#[derive(Default)]
struct Writer<'a> {
    out: Vec<u8>,
    names: Vec<(&'a str, u16)>,
}

impl<'a> Writer<'a> {
    fn number(&mut self, value: u16) {
        self.out.extend(value.to_be_bytes());
    }

    fn name(&mut self, name: &'a str) {
        let mut rest = name;
        while !rest.is_empty() {
            if let Some((_, offset)) = self.names.iter().find(|(known, _)| *known == rest) {
                return self.number(0xc000 | offset);
            }
            // A pointer has 14 bits.
            if let Some(offset) = u16::try_from(self.out.len()).ok().filter(|offset| *offset < 0x4000) {
                self.names.push((rest, offset));
            }
            let (label, tail) = rest.split_once('.').unwrap_or((rest, ""));
            // Labels are generated with 15 octets at most.
            self.out.push(u8::try_from(label.len()).unwrap_or(0));
            self.out.extend(label.as_bytes());
            rest = tail;
        }
        self.out.push(0);
    }

    fn rdata(&mut self, rdata: &'a AnyRdata) {
        match rdata {
            AnyRdata::A(address) => self.out.extend(address.octets()),
            AnyRdata::Aaaa(address) => self.out.extend(address.octets()),
            AnyRdata::Cname(name) => self.name(name),
            AnyRdata::Srv { priority, weight, port, target } => {
                for value in [priority, weight, port] {
                    self.number(*value);
                }
                self.name(target);
            }
        }
    }
}

impl Answer {
    /// The message, as UDP carries it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.number(self.id);
        // A response, authoritative, recursion wanted and there.
        w.number(0x8580 | u16::from(self.rcode & 0x0f));
        for count in [1, self.records.len(), 0, 0] {
            w.number(u16::try_from(count).unwrap_or(u16::MAX));
        }
        w.name(&self.name);
        w.number(self.rtype.0);
        w.number(Class::IN.0);
        for (owner, ttl, rdata) in &self.records {
            w.name(owner);
            w.number(rdata.rtype().0);
            w.number(Class::IN.0);
            w.out.extend(ttl.to_be_bytes());
            w.number(0);
            let start = w.out.len();
            w.rdata(rdata);
            let length = u16::try_from(w.out.len().saturating_sub(start)).unwrap_or(u16::MAX);
            let place = w.out.iter_mut().skip(start.saturating_sub(2));
            place.zip(length.to_be_bytes()).for_each(|(to, from)| *to = from);
        }
        w.out
    }
}
