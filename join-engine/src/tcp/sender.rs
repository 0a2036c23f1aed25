//! Marks that a host's frames bear: a device that speaks in the host's name has others.

use adjoin_capture::{Segment, SegmentKind, TcpFlags, TcpOptions};

use super::Sight;

/// Steps of a counter of packets after which it is known to be one.
const STEADY: u32 = 3;
/// A counter goes on by less than this between two frames that follow each other.
const NEAR: u16 = 1 << 12;
/// Options by which WAN optimisers find each other, in SYNs.
const OPTIMISER: [u8; 2] = [76, 78];

/// What a host offers in its SYN, in figures that depend on no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) mss: Option<u16>,
    pub(crate) window_scale: Option<u8>,
    pub(crate) sack: bool,
    pub(crate) timestamps: bool,
}

impl Offer {
    fn of(options: &TcpOptions) -> Self {
        Self {
            mss: options.mss,
            window_scale: options.window_scale,
            sack: options.sack_permitted,
            timestamps: options.timestamps.is_some(),
        }
    }
}

/// The marks of one side's frames in one connection.
#[derive(Debug, Default)]
pub(crate) struct Sender {
    /// What its SYN offers.
    pub(crate) offer: Option<(Sight, Offer)>,
    /// A WAN optimiser's option stands in its SYN.
    pub(crate) optimiser: Option<(Sight, u8)>,
    /// The first frame without the timestamps that the handshake agreed on (RFC 7323 3.2).
    pub(crate) timestamps_stop: Option<Sight>,
    /// The first frame whose IP identification isn't near that of the one before, where those before
    /// counted up: its own and the one before.
    pub(crate) leap: Option<(Sight, u16, u16)>,
    last_id: Option<u16>,
    /// Times in a row that the identification went up by little.
    steady: u32,
}

impl Sender {
    /// A frame of this side. `agreed` tells that both sides offered timestamps.
    pub(super) fn sent(&mut self, at: Sight, segment: &Segment<'_>, agreed: bool) {
        let options = segment.options();
        if matches!(segment.kind, SegmentKind::Syn | SegmentKind::SynRetransmission) {
            self.offer = self.offer.or(Some((at, Offer::of(&options))));
            let kind = options.other.iter().flatten().find(|kind| OPTIMISER.contains(kind));
            self.optimiser = self.optimiser.or(kind.map(|kind| (at, *kind)));
        } else if agreed
            && options.timestamps.is_none()
            && !segment.options_cut
            && !segment.flags.contains(TcpFlags::RST)
        {
            self.timestamps_stop = self.timestamps_stop.or(Some(at));
        }
        self.counted(at, segment);
    }

    fn counted(&mut self, at: Sight, segment: &Segment<'_>) {
        // Systems that don't count send 0 where a packet may not be cut.
        let Some(id) = segment.ip_id.filter(|id| *id != 0) else { return };
        if let Some(last) = self.last_id.replace(id) {
            if (1..NEAR).contains(&id.wrapping_sub(last)) {
                self.steady = self.steady.saturating_add(1);
                return;
            }
            // Frames that overtake each other count back a little.
            let back = last.wrapping_sub(id) < NEAR;
            if self.steady >= STEADY && !back {
                self.leap = self.leap.or(Some((at, id, last)));
            }
            self.steady = 0;
        }
    }
}
