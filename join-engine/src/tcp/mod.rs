//! What TCP headers tell of a path: who answered, what was sent and never arrived, who gave up.
//!
//! [`Evidence`] collects the facts of one connection; [`diagnose`](Evidence::diagnose) judges a
//! request that got no answer.

mod diagnose;
mod half;
mod ranges;
mod sender;

pub(crate) use diagnose::Stall;
pub(crate) use half::Half;
pub(crate) use ranges::Ranges;
pub(crate) use sender::{Offer, Sender};

use adjoin_capture::{Direction, Segment, SegmentKind, TcpFlags};

/// A frame and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    pub(crate) frame: u32,
    /// Nanoseconds since 1970.
    pub(crate) time: i64,
}

/// A reset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reset {
    pub(crate) at: Sight,
    pub(crate) from: Direction,
    pub(crate) hops: u8,
    /// A FIN of the other side came before: the connection was over anyway.
    pub(crate) after_fin: bool,
}

/// Time to live, or hop limit, of a sender's frames: a value and the first frame that had it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hops {
    pub(crate) value: u8,
    pub(crate) first: u32,
}

/// The TCP facts of one connection.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    /// The client's SYN and its repetitions, the first eight.
    pub(crate) syns: Vec<Sight>,
    pub(crate) syn_ack: Option<Sight>,
    /// Largest segment that either side accepts.
    pub(crate) mss: Option<u16>,
    pub(crate) to_server: Half,
    pub(crate) to_client: Half,
    pub(crate) reset: Option<Reset>,
    /// Hops of the server's frames, the first four values.
    pub(crate) server_hops: Vec<Hops>,
    /// The marks that either side's frames bear.
    pub(crate) client: Sender,
    pub(crate) server: Sender,
    /// The snap length cut some of its segments.
    pub(crate) cut: bool,
    /// The last frame.
    pub(crate) last: Option<Sight>,
    /// The last frame from the server.
    pub(crate) heard: Option<Sight>,
    /// Between SYN and SYN-ACK, or SYN-ACK and ACK, whichever took longer: the round trip, wherever
    /// the capture was taken.
    pub(crate) round_trip: Option<i64>,
    /// Between SYN and SYN-ACK: the round trip as the client's side sees it.
    pub(crate) handshake: Option<i64>,
}

impl Evidence {
    /// The connection was established: the server answered the SYN, or data went both ways.
    pub(crate) fn established(&self) -> bool {
        self.syn_ack.is_some() || self.to_client.sent_end > 0
    }

    /// All octets were captured that either side acknowledged, or has behind it by its own numbers.
    pub(crate) fn is_whole(&self) -> bool {
        let hole = |half: &Half| half.captured.hole(0, half.data_acked().max(half.next)).is_some();
        !self.cut && !hole(&self.to_server) && !hole(&self.to_client)
    }

    /// The direction's facts.
    pub(crate) fn half(&self, direction: Direction) -> &Half {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    /// Takes in a segment.
    pub(crate) fn segment(&mut self, at: Sight, segment: &Segment<'_>) {
        if segment.kind == SegmentKind::Duplicate {
            return;
        }
        self.last = Some(at);
        self.cut |= segment.captured < segment.len;
        let from_server = segment.direction == Direction::ToClient;
        if from_server {
            self.heard = Some(at);
        }
        if from_server && !segment.flags.contains(TcpFlags::RST) {
            self.hops(segment.hops, at.frame);
        }
        let agreed = [&self.client, &self.server]
            .iter()
            .all(|side| side.offer.is_some_and(|(_, offer)| offer.timestamps));
        let sender = if from_server { &mut self.server } else { &mut self.client };
        sender.sent(at, segment, agreed);
        match segment.kind {
            SegmentKind::Syn | SegmentKind::SynRetransmission => {
                if let Some(mss) = segment.options().mss {
                    self.mss = Some(self.mss.map_or(mss, |known| known.min(mss)));
                }
                if from_server {
                    if self.syn_ack.is_none() {
                        self.syn_ack = Some(at);
                        self.handshake = self.syns.last().map(|syn| at.time.saturating_sub(syn.time));
                        self.round_trip_since(self.syns.last().copied(), at);
                    }
                } else if self.syns.len() < 8 {
                    self.syns.push(at);
                }
                return;
            }
            SegmentKind::Reset => {
                if self.reset.is_none() {
                    let other = self.half(segment.direction.opposite());
                    let after_fin = other.fin.is_some() || self.half(segment.direction).fin.is_some();
                    self.reset = Some(Reset { at, from: segment.direction, hops: segment.hops, after_fin });
                }
                return;
            }
            _ => {}
        }
        if !from_server && self.to_server.acks == 0 && self.to_server.sent_end == 0 {
            self.round_trip_since(self.syn_ack, at);
        }
        let (own, peer) = match segment.direction {
            Direction::ToServer => (&mut self.to_server, &mut self.to_client),
            Direction::ToClient => (&mut self.to_client, &mut self.to_server),
        };
        own.sent(at, segment);
        if let Some(ack) = segment.ack_position {
            peer.acknowledged(at, ack, segment);
        }
    }

    fn round_trip_since(&mut self, earlier: Option<Sight>, now: Sight) {
        if let Some(earlier) = earlier {
            let took = now.time.saturating_sub(earlier.time);
            self.round_trip = Some(self.round_trip.map_or(took, |known| known.max(took)));
        }
    }

    fn hops(&mut self, value: u8, frame: u32) {
        if self.server_hops.len() < 4 && self.server_hops.iter().all(|known| known.value != value) {
            self.server_hops.push(Hops { value, first: frame });
        }
    }
}
