//! Answers to DNS queries that the server never gave ([RFC 1035], [RFC 2782]).

use std::net::IpAddr;

use super::datagram::word;

/// Record types that rules ask about.
pub(super) mod kind {
    /// IPv4 address.
    pub(super) const A: u16 = 1;
    /// IPv6 address.
    pub(super) const AAAA: u16 = 28;
    /// Location of a service.
    pub(super) const SRV: u16 = 33;
}

const HEADER: usize = 12;
const INTERNET: u16 = 1;
/// Seconds that forged records are good for.
const LIFETIME: u32 = 600;

/// Which questions a forged answer is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// Record types; none: every type.
    pub kinds: Vec<u16>,
    /// The name ends with this, in any case, without a dot at the end; empty: every name.
    pub under: String,
}

impl Question {
    /// Every question.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// Questions for where a service is.
    #[must_use]
    pub fn services() -> Self {
        Self { kinds: vec![kind::SRV], under: String::new() }
    }

    /// Questions for addresses of a host, or of all hosts below a name.
    #[must_use]
    pub fn addresses(under: impl Into<String>) -> Self {
        Self { kinds: vec![kind::A, kind::AAAA], under: under.into() }
    }
}

/// What the forged answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forgery {
    /// The name doesn't exist.
    NxDomain,
    /// The server failed.
    ServFail,
    /// The server refuses.
    Refused,
    /// The name exists and has no such record.
    NoData,
    /// The answer is too long for UDP: ask again over TCP.
    Truncated,
    /// The host has this address. For the other family there is no record.
    Address(IpAddr),
    /// The service is on this host.
    Service {
        /// The host.
        target: String,
        /// Its port.
        port: u16,
    },
}

/// The answer to a query, when it is a plain query that the question covers.
pub(super) fn answer(query: &[u8], question: &Question, forgery: &Forgery) -> Option<Vec<u8>> {
    // A query (QR 0, OPCODE 0) with one question.
    if word(query, 2)? & 0xf800 != 0 || word(query, 4)? != 1 {
        return None;
    }
    let (name, end) = name(query)?;
    let (asked, class) = (word(query, end)?, word(query, end + 2)?);
    let covered = question.kinds.is_empty() || question.kinds.contains(&asked);
    if !covered || class != INTERNET || !is_under(&name, &question.under) {
        return None;
    }
    const NO_ERROR: u16 = 0;
    const SERVER_FAILURE: u16 = 2;
    const NAME_ERROR: u16 = 3;
    const REFUSED: u16 = 5;
    const TRUNCATED: u16 = 0x0200;
    let mut record = None;
    let said = match forgery {
        Forgery::NxDomain => NAME_ERROR,
        Forgery::ServFail => SERVER_FAILURE,
        Forgery::Refused => REFUSED,
        Forgery::Truncated => TRUNCATED,
        Forgery::NoData => NO_ERROR,
        Forgery::Address(address) => {
            record = match (asked, address) {
                (kind::A, IpAddr::V4(address)) => Some(address.octets().to_vec()),
                (kind::AAAA, IpAddr::V6(address)) => Some(address.octets().to_vec()),
                _ => None,
            };
            NO_ERROR
        }
        Forgery::Service { target, port } => {
            // Priority 0, weight 100, as domain controllers register themselves.
            let mut value = vec![0, 0, 0, 100];
            value.extend(port.to_be_bytes());
            value.extend(encoded(target));
            record = (asked == kind::SRV).then_some(value);
            NO_ERROR
        }
    };
    // Response, authoritative, recursion available; recursion desired as in the query.
    let flags = 0x8480 | (word(query, 2)? & 0x0100) | said;
    let mut out = query.get(..2)?.to_vec();
    out.extend(flags.to_be_bytes());
    out.extend([0, 1, 0, u8::from(record.is_some()), 0, 0, 0, 0]);
    out.extend(query.get(HEADER..end + 4)?);
    if let Some(value) = record {
        // The name is that of the question, at octet 12.
        out.extend([0xc0, 12]);
        out.extend(asked.to_be_bytes());
        out.extend(INTERNET.to_be_bytes());
        out.extend(LIFETIME.to_be_bytes());
        out.extend(u16::try_from(value.len()).ok()?.to_be_bytes());
        out.extend(value);
    }
    Some(out)
}

/// The name of the question, and where it ends. In a query nothing stands before it to be pointed to.
fn name(query: &[u8]) -> Option<(String, usize)> {
    let (mut name, mut at) = (String::new(), HEADER);
    loop {
        let length = usize::from(*query.get(at)?);
        at += 1;
        if length == 0 {
            return Some((name, at));
        }
        if length > 63 || name.len() > 255 {
            return None;
        }
        if !name.is_empty() {
            name.push('.');
        }
        name.push_str(&String::from_utf8_lossy(query.get(at..at + length)?));
        at += length;
    }
}

fn is_under(name: &str, under: &str) -> bool {
    let (name, under) = (name.to_ascii_lowercase(), under.to_ascii_lowercase());
    under.is_empty() || name == under || name.strip_suffix(&under).is_some_and(|host| host.ends_with('.'))
}

fn encoded(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        let label = label.as_bytes();
        let label = label.get(..label.len().min(63)).unwrap_or_default();
        out.push(label.len() as u8);
        out.extend(label);
    }
    out.push(0);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(name: &str, kind: u16) -> Vec<u8> {
        let mut query = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        query.extend(encoded(name));
        query.extend(kind.to_be_bytes());
        query.extend([0, 1]);
        query
    }

    const SRV: &str = "_ldap._tcp.dc._msdcs.example.test";

    #[test]
    fn answers_repeat_the_question_and_say_what_they_should() {
        let asked = query(SRV, kind::SRV);
        for (forgery, code) in [
            (Forgery::NxDomain, 3),
            (Forgery::ServFail, 2),
            (Forgery::Refused, 5),
            (Forgery::NoData, 0),
            (Forgery::Address("10.0.0.1".parse().unwrap()), 0),
        ] {
            let answer = answer(&asked, &Question::services(), &forgery).unwrap();
            assert_eq!(answer[..2], [0x12, 0x34]);
            assert_eq!(answer[2..4], [0x85, 0x80 | code]);
            assert_eq!(answer[4..], asked[4..]);
        }
        let truncated = answer(&asked, &Question::any(), &Forgery::Truncated).unwrap();
        assert_eq!(truncated[2..4], [0x87, 0x80]);
    }

    #[test]
    fn records_are_whole() {
        let dead = Forgery::Address("10.9.9.9".parse().unwrap());
        let question = Question::addresses("example.test");
        let answer4 = answer(&query("DC1.Example.Test", kind::A), &question, &dead).unwrap();
        assert_eq!(answer4[6..8], [0, 1]);
        assert_eq!(answer4[answer4.len() - 6..], [0, 4, 10, 9, 9, 9]);
        let answer6 = answer(&query("dc1.example.test", kind::AAAA), &question, &dead).unwrap();
        assert_eq!(answer6[6..8], [0, 0]);
        let gone = Forgery::Service { target: "old.example.test".into(), port: 389 };
        let answer = answer(&query(SRV, kind::SRV), &Question::services(), &gone).unwrap();
        assert!(answer.ends_with(b"\x00\x18\x00\x00\x00\x64\x01\x85\x03old\x07example\x04test\x00"));
    }

    #[test]
    fn other_messages_are_left_alone() {
        let question = Question::addresses("example.test");
        for other in [
            query(SRV, kind::SRV),
            query("dc1.anexample.test", kind::A),
            b"short".to_vec(),
            answer(&query(SRV, 33), &Question::any(), &Forgery::NoData).unwrap(),
        ] {
            assert_eq!(answer(&other, &question, &Forgery::NxDomain), None);
        }
        let whole = query("dc1.example.test", kind::A);
        assert!((0..whole.len()).all(|end| answer(&whole[..end], &question, &Forgery::NxDomain).is_none()));
    }
}
