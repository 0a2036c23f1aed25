//! The entry: frames in, [`Sink`] calls out.

use etherparse::UdpHeaderSlice;

use crate::connections::Connections;
use crate::fragments::Fragments;
use crate::link::{self, Without};
use crate::packet::{self, Packet};
use crate::segment::{Header, TcpFlags};
use crate::{Datagram, Endpoint, Frame, IcmpError, Limits, LinkType, Piece, Sink, Stats, icmp, tunnel};

/// All state of one capture; see the [crate's documentation](crate).
#[derive(Debug)]
pub struct Capture {
    limits: Limits,
    stats: Stats,
    fragments: Fragments,
    connections: Connections,
    last: Option<(u32, i64, LinkType)>,
}

/// What the transport layers need to know of the IP layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payload<'a> {
    pub(crate) bytes: &'a [u8],
    /// Where `bytes` were captured.
    pub(crate) pieces: &'a [Piece],
    pub(crate) cut: usize,
    pub(crate) fragmented: bool,
}

/// What is handed down while one frame is read.
pub(crate) struct Call<'c, 'f, S: ?Sized> {
    pub(crate) frame: &'c Frame<'f>,
    pub(crate) sink: &'c mut S,
    pub(crate) stats: &'c mut Stats,
    pub(crate) limits: &'c Limits,
}

impl Capture {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            stats: Stats::default(),
            fragments: Fragments::default(),
            connections: Connections::default(),
            last: None,
        }
    }

    /// Reads one frame. Frames come in the order of the capture.
    pub fn frame<S: Sink + ?Sized>(&mut self, frame: &Frame<'_>, sink: &mut S) {
        let stats = &mut self.stats;
        count(&mut stats.frames);
        self.last = Some((frame.number, frame.time, frame.link));
        let original = usize::try_from(frame.original_length).unwrap_or(usize::MAX).max(frame.bytes.len());
        if original > frame.bytes.len() {
            count(&mut stats.cut);
        }
        let mut start = match link::ip_offset(frame.link, frame.bytes) {
            Ok(start) => start,
            Err(Without::UnknownLink) => return count(&mut stats.unknown_link),
            Err(Without::NotIp) => return count(&mut stats.not_ip),
            Err(Without::Malformed) => return count(&mut stats.malformed),
        };
        let at = |start| {
            let bytes = frame.bytes.get(start..).unwrap_or_default();
            let mut packet = Packet::read(bytes, original.saturating_sub(start))?;
            packet.offset = packet.offset.saturating_add(start);
            Some(packet)
        };
        let Some(mut packet) = at(start) else { return count(&mut stats.malformed) };
        for _ in 0..tunnel::MAX_TUNNELS {
            let Some(inside) = tunnel::inside(&packet) else { break };
            start = packet.offset.saturating_add(inside);
            count(&mut stats.tunnelled);
            let Some(inner) = at(start) else { return count(&mut stats.malformed) };
            packet = inner;
        }
        let Ok(offset) = u32::try_from(packet.offset) else { return count(&mut stats.malformed) };

        if let Some(fragment) = packet.fragment {
            count(&mut stats.fragments);
            let place = (frame.number, packet.offset, frame.time);
            let whole = self.fragments.add(&packet, fragment, place, &self.limits, stats);
            for incomplete in self.fragments.given_up() {
                sink.incomplete(frame, &incomplete);
            }
            let Some(whole) = whole else { return };
            // Extension headers behind the fragment header (RFC 8200 4.5).
            let mut inner = Packet {
                payload: &whole.payload,
                protocol: whole.protocol,
                offset: 0,
                fragment: None,
                ..packet
            };
            if !inner.skip_extensions() || inner.fragment.is_some() {
                return count(&mut stats.malformed);
            }
            let pieces = clip(&whole.pieces, inner.offset, whole.payload.len());
            let payload = Payload { bytes: inner.payload, pieces: &pieces, cut: whole.cut, fragmented: true };
            self.transport(frame, &inner, payload, sink);
        } else {
            let len = u32::try_from(packet.payload.len()).unwrap_or(u32::MAX);
            let pieces = [Piece { frame: frame.number, offset, len, at: 0 }];
            let payload =
                Payload { bytes: packet.payload, pieces: &pieces, cut: packet.cut, fragmented: false };
            self.transport(frame, &packet, payload, sink);
        }
    }

    fn transport<S: Sink + ?Sized>(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet<'_>,
        payload: Payload<'_>,
        sink: &mut S,
    ) {
        let stats = &mut self.stats;
        let offset = payload.pieces.first().map_or(0, |piece| piece.offset);
        match packet.protocol {
            packet::TCP => {
                let Some(header) = Header::read(packet, payload.bytes, offset) else {
                    return count(&mut stats.malformed);
                };
                count(&mut stats.segments);
                let mut call = Call { frame, sink, stats, limits: &self.limits };
                payload.behind(header.len, |payload| self.connections.segment(&header, payload, &mut call));
            }
            packet::UDP => {
                let Ok(header) = UdpHeaderSlice::from_slice(payload.bytes) else {
                    return count(&mut stats.malformed);
                };
                // 0 stands for "all there is" in jumbograms (RFC 2675) and with offload.
                let sent = payload.bytes.len().saturating_add(payload.cut);
                let length = match usize::from(header.length()) {
                    0 => sent,
                    1..8 => return count(&mut stats.malformed),
                    length => length.min(sent),
                };
                count(&mut stats.datagrams);
                let whole = Payload {
                    bytes: payload.bytes.get(..length).unwrap_or(payload.bytes),
                    cut: length.saturating_sub(payload.bytes.len()),
                    ..payload
                };
                whole.behind(8, |inner| {
                    let datagram = Datagram {
                        source: Endpoint { address: packet.source, port: header.source_port() },
                        destination: Endpoint {
                            address: packet.destination,
                            port: header.destination_port(),
                        },
                        payload: inner.bytes,
                        pieces: inner.pieces,
                        cut: u32::try_from(inner.cut).unwrap_or(u32::MAX),
                        fragmented: inner.fragmented,
                        hops: packet.hops,
                    };
                    sink.datagram(frame, &datagram);
                });
            }
            packet::ICMP | packet::ICMPV6 => {
                let v6 = packet.protocol == packet::ICMPV6;
                if let Some(mut error) = IcmpError::read(v6, packet, payload.bytes, offset) {
                    count(&mut stats.icmp_errors);
                    if let Some(quoted) = &mut error.quoted {
                        quoted.conn =
                            icmp::endpoints(quoted).and_then(|(from, to)| self.connections.find(from, to));
                    }
                    sink.icmp(frame, &error);
                }
            }
            _ => count(&mut stats.other_protocol),
        }
    }

    /// The capture has ended: holes are given up, everything that waits is delivered, every
    /// connection is closed.
    pub fn finish<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        self.fragments.finish(&mut self.stats);
        let Some((number, time, link)) = self.last else { return };
        let frame = Frame { number, time, link, bytes: &[], original_length: 0 };
        for incomplete in self.fragments.given_up() {
            sink.incomplete(&frame, &incomplete);
        }
        let mut call = Call { frame: &frame, sink, stats: &mut self.stats, limits: &self.limits };
        self.connections.finish(&mut call);
    }

    /// What happened so far.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.stats
    }
}

impl Payload<'_> {
    /// Calls `then` with what lies behind `header` bytes.
    fn behind(&self, header: usize, then: impl FnOnce(Payload<'_>)) {
        let bytes = self.bytes.get(header..).unwrap_or_default();
        // A header that is itself cut takes its missing octets from the cut.
        let cut = self.cut.saturating_sub(header.saturating_sub(self.bytes.len()));
        if let [piece] = self.pieces {
            let skip = u32::try_from(header).unwrap_or(u32::MAX);
            let piece = Piece {
                offset: piece.offset.saturating_add(skip),
                len: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
                at: 0,
                ..*piece
            };
            then(Payload { bytes, pieces: &[piece], cut, ..*self });
        } else {
            let pieces = clip(self.pieces, header, header.saturating_add(bytes.len()));
            then(Payload { bytes, pieces: &pieces, cut, ..*self });
        }
    }
}

/// The pieces of `from..to`, counted from `from`.
fn clip(pieces: &[Piece], from: usize, to: usize) -> Vec<Piece> {
    let mut clipped = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let start = piece.at.max(from);
        let end = piece.at.saturating_add(piece.len as usize).min(to);
        if start < end {
            let skip = u32::try_from(start.saturating_sub(piece.at)).unwrap_or(u32::MAX);
            clipped.push(Piece {
                frame: piece.frame,
                offset: piece.offset.saturating_add(skip),
                len: u32::try_from(end.saturating_sub(start)).unwrap_or(u32::MAX),
                at: start.saturating_sub(from),
            });
        }
    }
    clipped
}

/// Adds one.
pub(crate) fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}

impl Header<'_> {
    pub(crate) fn has(&self, flag: TcpFlags) -> bool {
        self.flags.intersects(flag)
    }
}
