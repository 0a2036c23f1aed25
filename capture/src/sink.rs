//! What comes out: the [`Sink`] and the small types its methods speak in.

use core::fmt;
use std::net::IpAddr;

use crate::{Frame, IcmpError, Segment, StreamSide};

/// Receives what was found in the frames, in the order of the frames.
///
/// For one TCP segment the order is [`opened`](Self::opened) (first segment of a connection),
/// [`tcp`](Self::tcp), [`stream`](Self::stream), [`closed`](Self::closed).
pub trait Sink {
    /// A UDP datagram, reassembled if it came in fragments.
    fn datagram(&mut self, frame: &Frame<'_>, datagram: &Datagram<'_>);

    /// One direction of a TCP connection has something to say: bytes in order, a gap, or its end.
    ///
    /// Bytes that are not [consumed](StreamSide::consume) are offered again with what follows.
    /// `frame` is the frame being read when that became certain, and in
    /// [`finish`](crate::Capture::finish) the last one with empty `bytes`.
    fn stream(&mut self, frame: &Frame<'_>, side: &mut StreamSide<'_>);

    /// A TCP connection was seen for the first time; the answer says how much of it is wanted.
    fn opened(&mut self, frame: &Frame<'_>, connection: &Connection) -> Interest {
        let _ = (frame, connection);
        Interest::Bytes
    }

    /// Whether the sender of a connection's first segment is its client: asked where neither a SYN nor one
    /// known port tells. `octets` follow the TCP header; they are a hint, and may be a fragment's.
    fn sender_is_client(&mut self, source: Endpoint, destination: Endpoint, octets: &[u8]) -> Option<bool> {
        let _ = (source, destination, octets);
        None
    }

    /// The header facts of a TCP segment, before its bytes are delivered.
    fn tcp(&mut self, frame: &Frame<'_>, segment: &Segment<'_>) {
        let _ = (frame, segment);
    }

    /// An ICMP or ICMPv6 error about a quoted packet.
    fn icmp(&mut self, frame: &Frame<'_>, error: &IcmpError) {
        let _ = (frame, error);
    }

    /// Fragments of a datagram of which others never came: they were waited for in vain.
    ///
    /// `frame` is the frame being read when they were given up.
    fn incomplete(&mut self, frame: &Frame<'_>, fragments: &Incomplete) {
        let _ = (frame, fragments);
    }

    /// No more bytes will come of this connection: both directions finished, it was reset, its
    /// endpoints began another one, or it was evicted. [`tcp`](Self::tcp) may still be called,
    /// for the last acknowledgment and for strays.
    fn closed(&mut self, connection: ConnId) {
        let _ = connection;
    }
}

/// The number of a TCP connection within one [`Capture`](crate::Capture), from 0 in order of
/// appearance; never used again for another connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u32);

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An address and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// IPv4 or IPv6 address.
    pub address: IpAddr,
    /// UDP or TCP port.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        std::net::SocketAddr::new(self.address, self.port).fmt(f)
    }
}

/// Which way bytes go in a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the client, the sender of the SYN.
    ToServer,
    /// From the server.
    ToClient,
}

impl Direction {
    /// The other direction.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::ToServer => Self::ToClient,
            Self::ToClient => Self::ToServer,
        }
    }
}

/// A TCP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Connection {
    /// Its number.
    pub id: ConnId,
    /// Who opened it.
    ///
    /// Without a SYN or SYN-ACK in the capture this is a guess: a port that a domain controller
    /// listens on ([`SERVER_PORTS`](crate::SERVER_PORTS)) is the server's; if both or neither are, what
    /// [`Sink::sender_is_client`] knows, else the smaller port; if they are equal, the sender of the first
    /// segment is the client.
    pub client: Endpoint,
    /// Who accepted it.
    pub server: Endpoint,
    /// The roles were taken from a SYN or a SYN-ACK, not guessed.
    pub handshake_seen: bool,
    /// It was seen before, under another number, and evicted since: that it has no SYN here doesn't mean that it is
    /// older than the capture. Where very many were evicted, it is said of others too.
    pub resumed: bool,
}

impl Connection {
    /// Who sends in this direction.
    #[must_use]
    pub fn sender(&self, direction: Direction) -> Endpoint {
        match direction {
            Direction::ToServer => self.client,
            Direction::ToClient => self.server,
        }
    }
}

/// How much of a connection a [`Sink`] wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Interest {
    /// [`Sink::tcp`] and [`Sink::stream`].
    #[default]
    Bytes,
    /// [`Sink::tcp`] only.
    Headers,
    /// Nothing but [`Sink::closed`]: such segments cost one hash lookup.
    Nothing,
}

/// Where a run of bytes was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Piece {
    /// The frame's number.
    pub frame: u32,
    /// Offset in that frame's captured bytes.
    pub offset: u32,
    /// How many bytes.
    pub len: u32,
    /// Where the run begins in what was asked about: a payload, or a range of stream bytes.
    pub at: usize,
}

/// A UDP datagram.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    /// Sender.
    pub source: Endpoint,
    /// Receiver.
    pub destination: Endpoint,
    /// The UDP payload, as far as it was captured.
    pub payload: &'a [u8],
    /// Where each byte of `payload` was captured; in order, without holes.
    pub pieces: &'a [Piece],
    /// Bytes at the payload's end that are not in the capture (snap length).
    pub cut: u32,
    /// It came in more than one IP fragment.
    pub fragmented: bool,
    /// Time to live or hop limit of the last fragment.
    pub hops: u8,
}

/// Fragments of an IP packet that never became whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incomplete {
    /// Sender.
    pub source: IpAddr,
    /// Receiver.
    pub destination: IpAddr,
    /// The protocol inside, such as 17 for UDP.
    pub protocol: u8,
    /// Ports of sender and receiver; only the first fragment has them.
    pub ports: Option<(u16, u16)>,
    /// The first frame that brought a fragment.
    pub frame: u32,
    /// When that was captured, in nanoseconds since 1970.
    pub time: i64,
    /// Octets that came, with the header of the protocol inside.
    pub octets: u32,
    /// Octets of the whole, where its last fragment came.
    pub total: Option<u32>,
}

/// A hole in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Gap {
    /// How many bytes are missing; `None` where nobody can know (the capture began later).
    pub missing: Option<u64>,
    /// Why they are missing. Adjacent holes are told as one, with the first one's reason.
    pub reason: GapReason,
}

/// Why bytes of a stream are missing, or why waiting for them was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapReason {
    /// The receiver acknowledged them: they were on the wire, but not captured.
    AckedUnseen,
    /// They were captured in part only: the snap length cut the frame.
    SnapLen,
    /// The capture began in the middle of the connection.
    LateStart,
    /// Too much arrived behind the hole ([`Limits`](crate::Limits)).
    OutOfOrderLimit,
    /// Bytes behind the hole waited too long ([`Limits::hole_timeout`](crate::Limits)).
    TimedOut,
    /// The connection was reset before they came.
    Reset,
    /// The capture ended, the connection was evicted, or its four-tuple was used again.
    Ended,
    /// The sink left more bytes unconsumed than are kept ([`Limits::side_bytes`](crate::Limits));
    /// the oldest were dropped.
    Unconsumed,
}

impl fmt::Display for GapReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AckedUnseen => "acknowledged, but not in the capture",
            Self::SnapLen => "cut by the snap length",
            Self::LateStart => "sent before the capture began",
            Self::OutOfOrderLimit => "missing, and too much arrived behind",
            Self::TimedOut => "missing for too long",
            Self::Reset => "missing when the connection was reset",
            Self::Ended => "missing when the capture of the connection ended",
            Self::Unconsumed => "dropped, more was left unread than is kept",
        })
    }
}
