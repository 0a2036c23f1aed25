//! The TCP connections that have passed: how many, and how much each side has sent.

use std::collections::HashMap;
use std::net::IpAddr;

use super::datagram::{Datagram, SYN};
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

/// What is known of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// It is the first (1), second, .. to its port of the server.
    pub number: u64,
    /// Octets that the client has sent, each counted once.
    pub client_sent: u64,
    /// Octets that the server has sent.
    pub server_sent: u64,
}

#[derive(Debug, Default)]
struct Known {
    progress: Progress,
    /// The sequence numbers the two sides began with.
    client_start: Option<u32>,
    server_start: Option<u32>,
}

/// All connections seen at one place.
#[derive(Debug, Default)]
pub(super) struct Connections {
    known: HashMap<Flow, Known>,
    to_port: HashMap<u16, u64>,
}

impl Connections {
    /// Notes a datagram, and says what is known of its connection with it. For others than TCP all is 0.
    pub(super) fn note(&mut self, datagram: &Datagram, toward: Side) -> Progress {
        let (Some(segment), Some(flow)) = (datagram.segment(), Flow::of(datagram, toward)) else {
            return Progress::default();
        };
        let known_start = self.known.get(&flow).map(|known| match toward {
            Side::Server => known.client_start,
            Side::Client => known.server_start,
        });
        // The same ports with another start are another connection; with the same it's sent again.
        if segment.opens() && known_start != Some(Some(segment.sequence)) {
            if self.known.len() >= MOST && known_start.is_none() {
                return Progress::default();
            }
            let number = self.to_port.entry(flow.server.1).or_insert(0);
            *number += 1;
            let progress = Progress { number: *number, ..Progress::default() };
            self.known.insert(flow, Known { progress, ..Known::default() });
        }
        let Some(known) = self.known.get_mut(&flow) else { return Progress::default() };
        let (start, sent) = match toward {
            Side::Server => (&mut known.client_start, &mut known.progress.client_sent),
            Side::Client => (&mut known.server_start, &mut known.progress.server_sent),
        };
        if segment.flags & SYN != 0 {
            *start = Some(segment.sequence);
        }
        let payload = datagram.payload().len();
        if let (Some(start), true) = (*start, payload > 0) {
            // The SYN takes the first number.
            let before = segment.sequence.wrapping_sub(start).wrapping_sub(1);
            *sent = (*sent).max(u64::from(before) + payload as u64);
        }
        known.progress
    }
}

#[cfg(test)]
mod tests {
    use super::super::datagram::{ACK, Segment};
    use super::*;

    fn packet(toward: Side, port: u16, sequence: u32, flags: u8, payload: &[u8]) -> Datagram {
        let client = ("10.1.0.2".parse().unwrap(), port);
        let server = ("10.2.0.2".parse().unwrap(), 88);
        let (from, to) = if toward == Side::Server { (client, server) } else { (server, client) };
        let segment = Segment { source: from.1, destination: to.1, sequence, acknowledged: 0, flags };
        Datagram::tcp(from, to, 64, segment, payload).unwrap()
    }

    #[test]
    fn octets_and_connections_are_counted_once() {
        let mut connections = Connections::default();
        let mut note = |toward, port, sequence, flags, payload: &[u8]| {
            let progress = connections.note(&packet(toward, port, sequence, flags, payload), toward);
            (progress.number, progress.client_sent, progress.server_sent)
        };
        let (there, back) = (Side::Server, Side::Client);
        let start = u32::MAX - 2;
        assert_eq!(note(there, 50_000, start, SYN, b""), (1, 0, 0));
        assert_eq!(note(there, 50_000, start, SYN, b""), (1, 0, 0));
        assert_eq!(note(back, 50_000, 7, SYN | ACK, b""), (1, 0, 0));
        assert_eq!(note(there, 50_000, start.wrapping_add(1), ACK, b"hello"), (1, 5, 0));
        assert_eq!(note(there, 50_000, start.wrapping_add(1), ACK, b"hel"), (1, 5, 0));
        assert_eq!(note(back, 50_000, 8, ACK, b"yes"), (1, 5, 3));
        assert_eq!(note(there, 50_001, 1, SYN, b""), (2, 0, 0));
        assert_eq!(note(there, 50_000, 99, SYN, b""), (3, 0, 0));
        // Its start hasn't been seen.
        assert_eq!(note(there, 50_002, 99, ACK, b"x"), (0, 0, 0));
    }
}
