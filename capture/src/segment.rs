//! The header facts of a TCP segment.

use crate::packet::Packet;
use crate::{Connection, Direction, Endpoint};

/// A TCP segment's header, and how it fits what was seen before (RFC 9293).
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// The connection it belongs to.
    pub connection: &'a Connection,
    /// Which way it goes.
    pub direction: Direction,
    /// Sequence number as sent.
    pub seq: u32,
    /// Acknowledgment number as sent; meaningful if the ACK flag is set.
    pub ack: u32,
    /// Position of the segment's first byte in its direction's stream (0 = first byte after the
    /// SYN, or first byte seen); negative for what lies before.
    pub position: i64,
    /// `ack` as a position in the other direction's stream; `None` without the ACK flag or before
    /// that direction's numbering is known.
    pub ack_position: Option<i64>,
    /// The flags.
    pub flags: TcpFlags,
    /// The window field, not scaled.
    pub window: u16,
    /// Payload bytes that were sent.
    pub len: u32,
    /// Payload bytes that were captured.
    pub captured: u32,
    /// Time to live or hop limit.
    pub hops: u8,
    /// The IPv4 identification field; `None` in IPv6.
    pub ip_id: Option<u16>,
    /// IPv4 Don't Fragment; always true in IPv6.
    pub dont_fragment: bool,
    /// Offset of the TCP header in the frame's captured bytes.
    pub offset: u32,
    /// The snap length cut the header's options: what is missing in them may have been there.
    pub options_cut: bool,
    /// How it fits.
    pub kind: SegmentKind,
    pub(crate) options: &'a [u8],
}

/// How a segment fits what was seen of its direction before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SegmentKind {
    /// A SYN or SYN-ACK seen for the first time.
    Syn,
    /// A SYN or SYN-ACK that was seen before.
    SynRetransmission,
    /// Bytes that directly follow what was seen, or a first FIN.
    New,
    /// Bytes, or a FIN, behind a hole: something before them was lost or is still to come.
    Ahead,
    /// Bytes that fill a hole, wholly or in part.
    OutOfOrder,
    /// Some bytes seen before, and some that follow.
    PartialRetransmission,
    /// Nothing but bytes, or a FIN, that were seen before.
    Retransmission,
    /// The same frame captured twice (a mirror port that copies both ways): equal to the
    /// direction's previous segment in all header fields including the IP identification; without
    /// an identification, within 2 ms.
    Duplicate,
    /// No or one byte directly before the next one to send.
    KeepAlive,
    /// One new byte, or one byte again, into a window of 0.
    WindowProbe,
    /// No bytes; acknowledges more than before, or the first of its direction.
    Ack,
    /// No bytes; acknowledges and announces what the previous segment did.
    DuplicateAck,
    /// No bytes; only the window changed.
    WindowUpdate,
    /// Resets the connection.
    Reset,
    /// Anything after the connection has ended.
    AfterClose,
}

/// The flags of a TCP header: the low byte, and NS (now AE) as bit 8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TcpFlags(pub u16);

impl TcpFlags {
    /// FIN.
    pub const FIN: Self = Self(0x001);
    /// SYN.
    pub const SYN: Self = Self(0x002);
    /// RST.
    pub const RST: Self = Self(0x004);
    /// PSH.
    pub const PSH: Self = Self(0x008);
    /// ACK.
    pub const ACK: Self = Self(0x010);
    /// URG.
    pub const URG: Self = Self(0x020);
    /// ECE.
    pub const ECE: Self = Self(0x040);
    /// CWR.
    pub const CWR: Self = Self(0x080);
    /// AE, formerly NS.
    pub const AE: Self = Self(0x100);

    /// All flags of `other` are set.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Any flag of `other` is set.
    #[must_use]
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The options of a TCP header; later ones of a kind win.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpOptions {
    /// Maximum segment size (kind 2).
    pub mss: Option<u16>,
    /// Window scale, a shift count (kind 3).
    pub window_scale: Option<u8>,
    /// SACK permitted (kind 4).
    pub sack_permitted: bool,
    /// SACK blocks (kind 5) as left and right edge; unused ones are `None`.
    pub sack: [Option<(u32, u32)>; 4],
    /// Timestamp value and echo reply (kind 8).
    pub timestamps: Option<(u32, u32)>,
    /// The first kinds that are none of these; unused ones are `None`.
    pub other: [Option<u8>; 8],
    /// The options end in the middle of one, or have an impossible length.
    pub malformed: bool,
}

impl Segment<'_> {
    /// Who sent it.
    #[must_use]
    pub fn source(&self) -> Endpoint {
        self.connection.sender(self.direction)
    }

    /// Who it was sent to.
    #[must_use]
    pub fn destination(&self) -> Endpoint {
        self.connection.sender(self.direction.opposite())
    }

    /// Reads the options (RFC 9293 3.2, RFC 7323, RFC 2018); costs nothing unless called.
    #[must_use]
    pub fn options(&self) -> TcpOptions {
        TcpOptions::read(self.options)
    }
}

impl TcpOptions {
    fn read(mut bytes: &[u8]) -> Self {
        let mut all = Self::default();
        let mut others = 0_usize;
        while let Some((&kind, rest)) = bytes.split_first() {
            match kind {
                0 => break,
                1 => {
                    bytes = rest;
                    continue;
                }
                _ => {}
            }
            let length = rest.first().map_or(0, |&length| usize::from(length));
            let Some((option, after)) = bytes.split_at_checked(length.max(2)) else {
                all.malformed = true;
                break;
            };
            if length < 2 {
                all.malformed = true;
                break;
            }
            bytes = after;
            let value = option.get(2..).unwrap_or_default();
            match (kind, value) {
                (2, &[a, b]) => all.mss = Some(u16::from_be_bytes([a, b])),
                (3, &[shift]) => all.window_scale = Some(shift),
                (4, &[]) => all.sack_permitted = true,
                (5, blocks) if blocks.len() % 8 == 0 => {
                    for (slot, block) in all.sack.iter_mut().zip(blocks.chunks_exact(8)) {
                        *slot = be32(block.get(..4)).zip(be32(block.get(4..)));
                    }
                }
                (8, value) if value.len() == 8 => {
                    all.timestamps = be32(value.get(..4)).zip(be32(value.get(4..)));
                }
                (2..=5 | 8, _) => all.malformed = true,
                _ => {
                    if let Some(slot) = all.other.get_mut(others) {
                        *slot = Some(kind);
                        others = others.saturating_add(1);
                    }
                }
            }
        }
        all
    }
}

/// A TCP header as sent, before its connection is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header<'a> {
    pub(crate) source: Endpoint,
    pub(crate) destination: Endpoint,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) flags: TcpFlags,
    pub(crate) window: u16,
    pub(crate) options: &'a [u8],
    pub(crate) options_cut: bool,
    /// Of the header, with options.
    pub(crate) len: usize,
    pub(crate) offset: u32,
    pub(crate) hops: u8,
    pub(crate) ip_id: Option<u16>,
    pub(crate) dont_fragment: bool,
}

impl<'a> Header<'a> {
    /// Reads the header; its options may be cut by the snap length.
    pub(crate) fn read(packet: &Packet<'_>, bytes: &'a [u8], offset: u32) -> Option<Self> {
        let (fixed, rest) = bytes.split_first_chunk::<20>()?;
        let &[s0, s1, d0, d1, q0, q1, q2, q3, a0, a1, a2, a3, high, low, w0, w1, _, _, _, _] = fixed;
        let len = usize::from(high >> 4).saturating_mul(4);
        let options = len.checked_sub(20)?;
        Some(Self {
            source: Endpoint { address: packet.source, port: u16::from_be_bytes([s0, s1]) },
            destination: Endpoint { address: packet.destination, port: u16::from_be_bytes([d0, d1]) },
            seq: u32::from_be_bytes([q0, q1, q2, q3]),
            ack: u32::from_be_bytes([a0, a1, a2, a3]),
            flags: TcpFlags(u16::from_be_bytes([high & 1, low])),
            window: u16::from_be_bytes([w0, w1]),
            options: rest.get(..options).unwrap_or(rest),
            options_cut: rest.len() < options,
            len,
            offset,
            hops: packet.hops,
            ip_id: packet.ip_id,
            dont_fragment: packet.dont_fragment,
        })
    }
}

fn be32(bytes: Option<&[u8]>) -> Option<u32> {
    Some(u32::from_be_bytes(bytes?.try_into().ok()?))
}
