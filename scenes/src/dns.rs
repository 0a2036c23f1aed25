//! DNS queries and answers of a DC locator.

use std::net::Ipv4Addr;

/// A resource record.
#[derive(Clone, Copy, Debug)]
pub enum Record<'a> {
    /// An address of this name.
    A(&'a str, Ipv4Addr),
    /// A service at a port of a host: priority 0, weight 100.
    Srv(&'a str, u16, &'a str),
    /// The name of an address.
    Ptr(&'a str, &'a str),
}

/// Type SRV.
pub const SRV: u16 = 33;
/// Type SOA.
const SOA: u16 = 6;
/// Type A.
pub const A: u16 = 1;
/// Type PTR.
pub const PTR: u16 = 12;

fn name(out: &mut Vec<u8>, text: &str) {
    for label in text.split('.') {
        out.push(u8::try_from(label.len()).expect("a label"));
        out.extend(label.as_bytes());
    }
    out.push(0);
}

fn message(
    id: u16,
    flags: u16,
    question: (&str, u16),
    [answers, authority, additional]: [&[Record<'_>]; 3],
) -> Vec<u8> {
    let mut out = Vec::new();
    let count = |records: &[Record<'_>]| u16::try_from(records.len()).expect("few records");
    for word in [id, flags, 1, count(answers), count(authority), count(additional)] {
        out.extend(word.to_be_bytes());
    }
    name(&mut out, question.0);
    out.extend(question.1.to_be_bytes());
    out.extend(1_u16.to_be_bytes());
    for record in answers.iter().chain(authority).chain(additional) {
        let (owner, kind) = match record {
            Record::A(owner, _) => (owner, A),
            Record::Srv(owner, ..) => (owner, SRV),
            Record::Ptr(owner, _) => (owner, PTR),
        };
        if *owner == question.0 {
            out.extend([0xc0, 12]);
        } else {
            name(&mut out, owner);
        }
        out.extend(kind.to_be_bytes());
        out.extend(1_u16.to_be_bytes());
        out.extend(600_u32.to_be_bytes());
        let mut data = Vec::new();
        match record {
            Record::A(_, address) => data.extend(address.octets()),
            Record::Ptr(_, host) => name(&mut data, host),
            Record::Srv(_, port, host) => {
                for word in [0, 100, *port] {
                    data.extend(word.to_be_bytes());
                }
                name(&mut data, host);
            }
        }
        out.extend(u16::try_from(data.len()).expect("short").to_be_bytes());
        out.extend(data);
    }
    out
}

/// A query, recursion desired.
#[must_use]
pub fn query(id: u16, question: (&str, u16)) -> Vec<u8> {
    message(id, 0x0100, question, [&[]; 3])
}

/// An authoritative answer without error.
#[must_use]
pub fn answer(id: u16, question: (&str, u16), answers: &[Record<'_>], additional: &[Record<'_>]) -> Vec<u8> {
    message(id, 0x8580, question, [answers, &[], additional])
}

/// An answer without records, with this response code.
#[must_use]
pub fn refusal(id: u16, question: (&str, u16), rcode: u8) -> Vec<u8> {
    message(id, 0x8180 | u16::from(rcode), question, [&[]; 3])
}

/// A dynamic update (RFC 2136) that adds an address to the zone.
#[must_use]
pub fn update(id: u16, zone: &str, host: &str, address: Ipv4Addr) -> Vec<u8> {
    message(id, 0x2800, (zone, SOA), [&[], &[Record::A(host, address)], &[]])
}

/// The answer to an update.
#[must_use]
pub fn updated(id: u16, zone: &str, rcode: u8) -> Vec<u8> {
    message(id, 0xa800 | u16::from(rcode), (zone, SOA), [&[]; 3])
}
