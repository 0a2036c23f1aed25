//! Why a request on an established connection got no answer.

use super::{Evidence, Half, Sight};

/// Octets that were sent and never arrived, as positions of their stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Lost {
    /// Number of octets.
    pub(crate) const fn len(self) -> i64 {
        self.to.saturating_sub(self.from)
    }
}

/// Segments of full size vanish, smaller ones arrive: the path's MTU is smaller than the sender
/// believes, and nobody tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MtuHole {
    /// Octets of the segments that vanish.
    pub(crate) lost: u32,
    /// Octets of a segment that arrived in their place; 0 when none was tried.
    pub(crate) passed: u32,
    /// The full-size segments that were sent again.
    pub(crate) resent: Vec<Sight>,
    /// The smaller segment at the same place, and its acknowledgment.
    pub(crate) smaller: Option<(Sight, Sight)>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stall {
    /// The request was not acknowledged to its end.
    RequestLost,
    /// The server sent something that never arrived.
    ReplyLost {
        lost: Lost,
        /// Only full-size segments are missing.
        full_size: bool,
    },
    /// Something other than the server acknowledged the request.
    Intercepted,
    /// The request was acknowledged, and nothing was sent.
    Silent,
    /// Everything that was sent arrived; the answer lies elsewhere.
    None,
}

impl Half {
    /// Full-size segments of this direction vanish while smaller ones arrive.
    pub(crate) fn mtu_hole(&self, round_trip: i64) -> Option<MtuHole> {
        let mut best: Option<MtuHole> = None;
        for resent in &self.resent {
            let full = self.resent.iter().filter(|other| {
                other.position == resent.position
                    && other.len >= resent.len
                    && other.at.time <= resent.at.time
            });
            let full: Vec<_> = full.copied().collect();
            let size = full.iter().map(|resent| resent.len).max().unwrap_or(0);
            // A smaller segment at the same place got through at once.
            if resent.len < size {
                let end = resent.position.saturating_add(i64::from(resent.len));
                let soon = resent
                    .at
                    .time
                    .saturating_add(round_trip.saturating_mul(3) / 2)
                    .saturating_add(50_000_000);
                let answer =
                    self.step_to(end).filter(|step| step.at.time >= resent.at.time && step.at.time <= soon);
                if let Some(step) = answer {
                    return Some(MtuHole {
                        lost: size,
                        passed: resent.len,
                        resent: full.iter().filter(|other| other.len == size).map(|other| other.at).collect(),
                        smaller: Some((resent.at, step.at)),
                    });
                }
            }
            // Repeated in full, never acknowledged, while what came behind it did arrive.
            let stuck = self.acked <= resent.position && self.repeats > 0;
            if full.len() >= 2 && stuck && size > 576 {
                best = Some(MtuHole {
                    lost: size,
                    passed: 0,
                    resent: full.iter().map(|other| other.at).collect(),
                    smaller: None,
                });
            }
        }
        best
    }
}

impl Evidence {
    /// Why the request that ends at position `end` got no answer.
    ///
    /// `usual_hops` is what other connections to the same host show.
    pub(crate) fn diagnose(&self, end: i64, usual_hops: Option<u8>) -> Stall {
        if self.to_server.acked < end {
            return Stall::RequestLost;
        }
        let reply = &self.to_client;
        if reply.next > reply.acked {
            let Some((from, to)) = reply.captured.hole(reply.acked, reply.next) else { return Stall::None };
            let lost = Lost { from, to };
            let arrived_behind = reply.captured.touches(to, reply.next.saturating_add(1));
            return Stall::ReplyLost {
                lost,
                full_size: self.is_full_size(lost) && (arrived_behind || reply.sent_end > 0),
            };
        }
        if self.intercepted(usual_hops) { Stall::Intercepted } else { Stall::Silent }
    }

    /// The missing octets are whole segments of the largest size: the announced one, or that less
    /// the octets of a timestamp option.
    fn is_full_size(&self, lost: Lost) -> bool {
        let mss = i64::from(self.mss.unwrap_or(1460));
        [mss, mss.saturating_sub(12)].iter().any(|size| *size > 0 && lost.len().checked_rem(*size) == Some(0))
    }

    /// A device on the path speaks for the server: its frames have travelled another distance, bear other
    /// marks, or acknowledge faster than the path allows.
    pub(crate) fn intercepted(&self, usual_hops: Option<u8>) -> bool {
        let first = self.server_hops.first().map(|hops| hops.value);
        let changes = self.server_hops.len() > 1;
        let differs = first.zip(usual_hops).is_some_and(|(here, usual)| here != usual);
        changes || differs || self.too_fast().is_some() || self.server.timestamps_stop.is_some()
    }

    /// The acknowledgment of data that came faster than the path allows: how long it took, the handshake's
    /// round trip, and where it was seen.
    pub(crate) fn too_fast(&self) -> Option<(i64, i64, Sight)> {
        const WORTH_COMPARING: i64 = 20_000_000;
        let (handshake, (took, at)) = self.handshake.zip(self.to_server.fastest_ack)?;
        (handshake > WORTH_COMPARING && took.saturating_mul(10) < handshake.saturating_mul(3))
            .then_some((took, handshake, at))
    }
}
