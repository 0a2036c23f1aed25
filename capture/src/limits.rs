//! Caps, and counts of what happened.

/// Caps on what is kept. Times are in nanoseconds of frame time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// TCP connections; the one that was quiet for longest is evicted. 65 536.
    pub connections: usize,
    /// Bytes kept for all connections together, out of order and unconsumed, with 64 bytes of
    /// book-keeping for each piece. 256 MiB.
    pub stream_bytes: usize,
    /// Unconsumed bytes of one direction. 1 MiB.
    pub side_bytes: usize,
    /// Bytes of one direction that wait behind a hole. 1 MiB.
    pub out_of_order_bytes: usize,
    /// Pieces of one direction that wait behind holes. 1024.
    pub out_of_order_pieces: usize,
    /// How long bytes wait behind a hole. 60 s.
    pub hole_timeout: i64,
    /// IP datagrams in reassembly; the oldest is dropped. 1024.
    pub fragmented_datagrams: usize,
    /// Bytes of all IP datagrams in reassembly. 16 MiB.
    pub fragment_bytes: usize,
    /// Fragments of one datagram. 256.
    pub fragments_per_datagram: usize,
    /// How long an IP datagram waits for its last fragment. 30 s (RFC 791 suggests 15 s, RFC 8200
    /// says 60 s).
    pub fragment_timeout: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 65_536,
            stream_bytes: 256 << 20,
            side_bytes: 1 << 20,
            out_of_order_bytes: 1 << 20,
            out_of_order_pieces: 1024,
            hole_timeout: 60_000_000_000,
            fragmented_datagrams: 1024,
            fragment_bytes: 16 << 20,
            fragments_per_datagram: 256,
            fragment_timeout: 30_000_000_000,
        }
    }
}

/// Counts of what happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Frames given.
    pub frames: u64,
    /// Frames whose link type is not read here.
    pub unknown_link: u64,
    /// Frames that carry something other than IP (ARP, LLDP, 802.3 lengths, ...).
    pub not_ip: u64,
    /// Frames too short or wrong in the link, IP or transport header.
    pub malformed: u64,
    /// Frames cut by the snap length.
    pub cut: u64,
    /// Packets that carried another one, which was read in their place (IP in IP, GRE, ERSPAN, VXLAN, Geneve).
    pub tunnelled: u64,
    /// IP packets with a protocol other than TCP, UDP, ICMP, ICMPv6.
    pub other_protocol: u64,
    /// UDP datagrams delivered.
    pub datagrams: u64,
    /// TCP segments.
    pub segments: u64,
    /// ICMP and ICMPv6 errors.
    pub icmp_errors: u64,
    /// TCP connections seen.
    pub connections: u64,
    /// Connections evicted by [`Limits::connections`] or [`Limits::stream_bytes`].
    pub connections_evicted: u64,
    /// Of these, the ones of which the sink still wanted more.
    pub connections_evicted_open: u64,
    /// Connections that went on after they were evicted, and are counted anew in [`Self::connections`].
    pub connections_resumed: u64,
    /// Stream bytes delivered for the first time.
    pub stream_bytes: u64,
    /// Stream bytes copied, because they were out of order or left unconsumed.
    pub stream_bytes_copied: u64,
    /// Payload bytes of segments that had been seen before (retransmissions, duplicates).
    pub repeated_bytes: u64,
    /// Holes given up.
    pub gaps: u64,
    /// Bytes in them, where known.
    pub gap_bytes: u64,
    /// IP fragments.
    pub fragments: u64,
    /// IP datagrams put together from fragments.
    pub reassembled: u64,
    /// IP datagrams whose fragments were dropped: timed out, evicted, or with too many fragments.
    pub fragments_given_up: u64,
    /// Bytes kept for streams at this moment, as [`Limits::stream_bytes`] counts them.
    pub kept_bytes: u64,
    /// The most that were kept at any moment.
    pub kept_bytes_peak: u64,
}
