//! An IP packet: IPv4, IPv6 and its extension headers.

use std::net::IpAddr;

use etherparse::{
    IpAuthHeaderSlice, Ipv4HeaderSlice, Ipv6FragmentHeaderSlice, Ipv6HeaderSlice, Ipv6RawExtHeaderSlice,
};

pub(crate) const ICMP: u8 = 1;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
pub(crate) const ICMPV6: u8 = 58;

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const DESTINATION_OPTIONS: u8 = 60;

/// Extension headers in one packet; RFC 8200 4.1 names seven.
const MAX_EXTENSIONS: usize = 16;

/// An IP packet's header facts and the place of its payload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet<'a> {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    /// Protocol of `payload`, behind the extension headers.
    pub(crate) protocol: u8,
    /// As far as captured.
    pub(crate) payload: &'a [u8],
    /// Of `payload` in what was read.
    pub(crate) offset: usize,
    /// Octets behind `payload` that were sent, but not captured.
    pub(crate) cut: usize,
    pub(crate) hops: u8,
    pub(crate) ip_id: Option<u16>,
    pub(crate) dont_fragment: bool,
    pub(crate) fragment: Option<Fragment>,
}

/// Which part of a datagram a fragment is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fragment {
    pub(crate) id: u32,
    /// In octets.
    pub(crate) offset: u32,
    pub(crate) more: bool,
}

impl<'a> Packet<'a> {
    /// Reads an IPv4 or IPv6 packet; `original` is how long `bytes` was before the snap length.
    pub(crate) fn read(bytes: &'a [u8], original: usize) -> Option<Self> {
        match bytes.first()? >> 4 {
            4 => Self::read_v4(bytes, original),
            6 => Self::read_v6(bytes, original),
            _ => None,
        }
    }

    fn read_v4(bytes: &'a [u8], original: usize) -> Option<Self> {
        let header = Ipv4HeaderSlice::from_slice(bytes).ok()?;
        let header_len = header.slice().len();
        let total = match usize::from(header.total_len()) {
            // Segmentation offload: the length did not fit, or was not filled in yet.
            0 => original.max(bytes.len()),
            total if total < header_len => return None,
            // Behind it is padding of the link layer.
            total => total,
        };
        let mut packet = Self {
            source: header.source_addr().into(),
            destination: header.destination_addr().into(),
            protocol: header.protocol().0,
            payload: bytes.get(header_len..total.min(bytes.len()))?,
            offset: header_len,
            cut: total.saturating_sub(bytes.len()),
            hops: header.ttl(),
            ip_id: Some(header.identification()),
            dont_fragment: header.dont_fragment(),
            fragment: None,
        };
        if header.is_fragmenting_payload() {
            packet.fragment = Some(Fragment {
                id: u32::from(header.identification()),
                offset: u32::from(header.fragments_offset().value()).saturating_mul(8),
                more: header.more_fragments(),
            });
            return Some(packet);
        }
        packet.skip_extensions().then_some(packet)
    }

    fn read_v6(bytes: &'a [u8], original: usize) -> Option<Self> {
        let header = Ipv6HeaderSlice::from_slice(bytes).ok()?;
        let header_len = header.slice().len();
        let total = match usize::from(header.payload_length()) {
            // A jumbogram (RFC 2675) or segmentation offload.
            0 => original.max(bytes.len()),
            length => length.saturating_add(header_len),
        };
        let mut packet = Self {
            source: header.source_addr().into(),
            destination: header.destination_addr().into(),
            protocol: header.next_header().0,
            payload: bytes.get(header_len..total.min(bytes.len()))?,
            offset: header_len,
            cut: total.saturating_sub(bytes.len()),
            hops: header.hop_limit(),
            ip_id: None,
            dont_fragment: true,
            fragment: None,
        };
        packet.skip_extensions().then_some(packet)
    }

    /// Moves behind the extension headers; a fragment header ends them, because what follows it
    /// may be the middle of the datagram. False if one is broken off.
    pub(crate) fn skip_extensions(&mut self) -> bool {
        for _ in 0..MAX_EXTENSIONS {
            let (len, next) = match self.protocol {
                HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS => {
                    match Ipv6RawExtHeaderSlice::from_slice(self.payload) {
                        Ok(header) => (header.slice().len(), header.next_header()),
                        Err(_) => return false,
                    }
                }
                AUTHENTICATION => match IpAuthHeaderSlice::from_slice(self.payload) {
                    Ok(header) => (header.slice().len(), header.next_header()),
                    Err(_) => return false,
                },
                FRAGMENT => match Ipv6FragmentHeaderSlice::from_slice(self.payload) {
                    Ok(header) => {
                        // RFC 6946: a fragment header on a whole datagram is no fragment.
                        if header.is_fragmenting_payload() {
                            self.fragment = Some(Fragment {
                                id: header.identification(),
                                offset: u32::from(header.fragment_offset().value()).saturating_mul(8),
                                more: header.more_fragments(),
                            });
                        }
                        (header.slice().len(), header.next_header())
                    }
                    Err(_) => return false,
                },
                _ => return true,
            };
            self.payload = self.payload.get(len..).unwrap_or_default();
            self.offset = self.offset.saturating_add(len);
            self.protocol = next.0;
            if self.fragment.is_some() {
                return true;
            }
        }
        false
    }
}
