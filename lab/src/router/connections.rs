//! The TCP connections that have passed: how much the client has sent on each.

use std::collections::HashMap;
use std::net::IpAddr;

use super::datagram::Datagram;
use super::plan::Side;

/// Most connections kept; further ones count as unknown.
const MOST: usize = 65_536;

/// The two ends of a connection, by the links they are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Flow {
    /// The end on the client's link.
    pub client: (IpAddr, u16),
    /// The end on the server's link.
    pub server: (IpAddr, u16),
}

impl Flow {
    /// The connection of a TCP or UDP datagram that goes this way.
    pub(super) fn of(datagram: &Datagram, toward: Side) -> Option<Self> {
        let (from, to) = datagram.ports()?;
        let (from, to) = ((datagram.source(), from), (datagram.destination(), to));
        Some(match toward {
            Side::Server => Self { client: from, server: to },
            Side::Client => Self { client: to, server: from },
        })
    }
}

/// A connection whose beginning was seen.
#[derive(Debug)]
struct Known {
    /// The sequence number that the client began with.
    start: u32,
    /// Octets that it has sent, each counted once.
    sent: u64,
}

/// All connections that have passed.
#[derive(Debug, Default)]
pub(super) struct Connections {
    known: HashMap<Flow, Known>,
}

impl Connections {
    /// Notes a datagram, and says how many octets the client has sent on its connection, with it. For others
    /// than TCP it is 0.
    pub(super) fn note(&mut self, datagram: &Datagram, toward: Side) -> u64 {
        let (Some(segment), Some(flow)) = (datagram.segment(), Flow::of(datagram, toward)) else {
            return 0;
        };
        let start = self.known.get(&flow).map(|known| known.start);
        // The same ports with another start are another connection; with the same it's sent again.
        if segment.opens() && toward == Side::Server && start != Some(segment.sequence) {
            if self.known.len() >= MOST && start.is_none() {
                return 0;
            }
            self.known.insert(flow, Known { start: segment.sequence, sent: 0 });
        }
        let Some(known) = self.known.get_mut(&flow) else { return 0 };
        let payload = datagram.payload().len();
        if toward == Side::Server && payload > 0 {
            // The SYN takes the first number.
            let before = segment.sequence.wrapping_sub(known.start).wrapping_sub(1);
            known.sent = known.sent.max(u64::from(before) + payload as u64);
        }
        known.sent
    }
}

#[cfg(test)]
mod tests {
    use super::super::datagram::{ACK, SYN, Segment};
    use super::*;

    fn packet(toward: Side, port: u16, sequence: u32, flags: u8, payload: &[u8]) -> Datagram {
        let client = ("10.1.0.2".parse().unwrap(), port);
        let server = ("10.2.0.2".parse().unwrap(), 88);
        let (from, to) = if toward == Side::Server { (client, server) } else { (server, client) };
        let segment = Segment { source: from.1, destination: to.1, sequence, acknowledged: 0, flags };
        Datagram::tcp(from, to, 64, segment, payload).unwrap()
    }

    #[test]
    fn octets_are_counted_once() {
        let mut connections = Connections::default();
        let mut note = |toward, port, sequence, flags, payload: &[u8]| {
            connections.note(&packet(toward, port, sequence, flags, payload), toward)
        };
        let (there, back) = (Side::Server, Side::Client);
        let start = u32::MAX - 2;
        assert_eq!(note(there, 50_000, start, SYN, b""), 0);
        assert_eq!(note(there, 50_000, start, SYN, b""), 0);
        assert_eq!(note(back, 50_000, 7, SYN | ACK, b""), 0);
        assert_eq!(note(there, 50_000, start.wrapping_add(1), ACK, b"hello"), 5);
        assert_eq!(note(there, 50_000, start.wrapping_add(1), ACK, b"hel"), 5);
        assert_eq!(note(back, 50_000, 8, ACK, b"yes"), 5);
        assert_eq!(note(there, 50_001, 1, SYN, b""), 0);
        assert_eq!(note(there, 50_000, 99, SYN, b""), 0);
        // Its start hasn't been seen.
        assert_eq!(note(there, 50_002, 99, ACK, b"x"), 0);
    }
}
