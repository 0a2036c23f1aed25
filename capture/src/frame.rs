//! One captured frame, as a capture file or a dissector hands it over.

use core::fmt;

/// A captured frame.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The frame's number in its capture, as shown to people (Wireshark counts from 1).
    pub number: u32,
    /// When it was captured: nanoseconds since 1970-01-01 00:00 UTC.
    pub time: i64,
    /// What `bytes` begins with.
    pub link: LinkType,
    /// The captured bytes.
    pub bytes: &'a [u8],
    /// Length on the wire in bytes; more than `bytes.len()` where the snap length cut the frame.
    pub original_length: u32,
}

/// A link type, numbered as in the pcap registry (`LINKTYPE_` values, not the `DLT_` values of
/// one operating system).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback: a four-byte address family in the byte order of the capturing host.
    pub const NULL: Self = Self(0);
    /// Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// Raw IP as some BSDs number it.
    pub const RAW_BSD: Self = Self(12);
    /// Raw IP as OpenBSD numbers it.
    pub const RAW_OPENBSD: Self = Self(14);
    /// Raw IP; the version nibble tells 4 from 6.
    pub const RAW: Self = Self(101);
    /// OpenBSD loopback: a four-byte address family in network byte order.
    pub const LOOP: Self = Self(108);
    /// Linux cooked capture v1.
    pub const LINUX_SLL: Self = Self(113);
    /// Raw IPv4.
    pub const IPV4: Self = Self(228);
    /// Raw IPv6.
    pub const IPV6: Self = Self(229);
    /// Linux cooked capture v2.
    pub const LINUX_SLL2: Self = Self(276);
    /// PPP (RFC 1661), with or without address and control octets.
    pub const PPP: Self = Self(9);
    /// PPP in HDLC-like framing (RFC 1662).
    pub const PPP_HDLC: Self = Self(50);
    /// PPP over Ethernet (RFC 2516), from the PPPoE header on.
    pub const PPP_ETHER: Self = Self(51);
    /// Cisco HDLC.
    pub const C_HDLC: Self = Self(104);
    /// IEEE 802.11.
    pub const IEEE802_11: Self = Self(105);
    /// IEEE 802.11 behind a Prism header of 144 octets.
    pub const IEEE802_11_PRISM: Self = Self(119);
    /// IEEE 802.11 behind a radiotap header.
    pub const IEEE802_11_RADIOTAP: Self = Self(127);
    /// IEEE 802.11 behind an AVS header.
    pub const IEEE802_11_AVS: Self = Self(163);
    /// Per-packet information, with another link type in it.
    pub const PPI: Self = Self(192);

    /// The registry's name, for the types that are read here.
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::NULL => "NULL",
            Self::ETHERNET => "ETHERNET",
            Self::RAW_BSD | Self::RAW_OPENBSD | Self::RAW => "RAW",
            Self::LOOP => "LOOP",
            Self::LINUX_SLL => "LINUX_SLL",
            Self::IPV4 => "IPV4",
            Self::IPV6 => "IPV6",
            Self::LINUX_SLL2 => "LINUX_SLL2",
            Self::PPP => "PPP",
            Self::PPP_HDLC => "PPP_HDLC",
            Self::PPP_ETHER => "PPP_ETHER",
            Self::C_HDLC => "C_HDLC",
            Self::IEEE802_11 => "IEEE802_11",
            Self::IEEE802_11_PRISM => "IEEE802_11_PRISM",
            Self::IEEE802_11_RADIOTAP => "IEEE802_11_RADIOTAP",
            Self::IEEE802_11_AVS => "IEEE802_11_AVS",
            Self::PPI => "PPI",
            _ => return None,
        })
    }
}

impl fmt::Debug for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkType(0x{:04x})", self.0)
    }
}

impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:04x}", self.0),
        }
    }
}
