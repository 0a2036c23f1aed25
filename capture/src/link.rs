//! From a frame to the IP packet in it, through the headers of its link layer.

use crate::LinkType;

/// Tags, labels and headers of a link layer that are passed through in one frame; two are common.
const MAX_HEADERS: usize = 16;

/// Why there is no IP packet in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Without {
    UnknownLink,
    NotIp,
    Malformed,
}

type Place = Result<usize, Without>;

/// Where the IP packet begins in `bytes`, which begin with a header of `link`.
pub(crate) fn ip_offset(link: LinkType, bytes: &[u8]) -> Place {
    match link {
        LinkType::RAW | LinkType::RAW_BSD | LinkType::RAW_OPENBSD | LinkType::IPV4 | LinkType::IPV6 => Ok(0),
        LinkType::ETHERNET => ethernet(bytes, 0),
        LinkType::LINUX_SLL => behind_ethertype(bytes, 14),
        // The protocol leads; the rest of the 20 octets follows it.
        LinkType::LINUX_SLL2 => from_ethertype(bytes, be16(bytes, 0)?, 20),
        LinkType::NULL | LinkType::LOOP => {
            let family: [u8; 4] = *bytes.first_chunk().ok_or(Without::Malformed)?;
            // AF_INET is 2 everywhere. AF_INET6 is 10 (Linux), 24 (NetBSD, OpenBSD), 28 (FreeBSD)
            // or 30 (Darwin). A host of the other byte order may have written the file.
            match u32::from_be_bytes(family).min(u32::from_le_bytes(family)) {
                2 | 10 | 24 | 28 | 30 => Ok(4),
                _ => Err(Without::NotIp),
            }
        }
        // With address and control octets, or without them.
        LinkType::PPP | LinkType::PPP_HDLC => match be16(bytes, 0)? {
            0xff03 => ppp(bytes, 2),
            _ => ppp(bytes, 0),
        },
        LinkType::PPP_ETHER => pppoe(bytes, 0),
        LinkType::C_HDLC => behind_ethertype(bytes, 2),
        LinkType::IEEE802_11 => wireless(bytes, 0),
        LinkType::IEEE802_11_PRISM => wireless(bytes, 144),
        LinkType::IEEE802_11_RADIOTAP => wireless(bytes, le16(bytes, 2)?),
        LinkType::IEEE802_11_AVS => wireless(bytes, be16(bytes, 6)?.into()),
        LinkType::PPI => match le16(bytes, 4)? {
            105 => wireless(bytes, le16(bytes, 2)?),
            1 => ethernet(bytes, le16(bytes, 2)?),
            _ => Err(Without::NotIp),
        },
        _ => Err(Without::UnknownLink),
    }
}

/// An Ethernet header at `at`.
pub(crate) fn ethernet(bytes: &[u8], at: usize) -> Place {
    behind_ethertype(bytes, at.saturating_add(12))
}

/// What follows the EtherType, or IEEE 802.3 length, at `at`.
pub(crate) fn behind_ethertype(bytes: &[u8], at: usize) -> Place {
    from_ethertype(bytes, be16(bytes, at)?, at.saturating_add(2))
}

/// What lies at `at` and is of this EtherType: IP behind VLAN tags, MPLS labels, PPPoE and LLC.
pub(crate) fn from_ethertype(bytes: &[u8], mut ethertype: u16, mut at: usize) -> Place {
    for _ in 0..=MAX_HEADERS {
        match ethertype {
            0x0800 | 0x86dd => return Ok(at),
            0x8100 | 0x88a8 | 0x9100 => {
                ethertype = be16(bytes, at.saturating_add(2))?;
                at = at.saturating_add(4);
            }
            0x8847 | 0x8848 => return mpls(bytes, at),
            0x8864 => return pppoe(bytes, at),
            // A length: what follows begins with LLC.
            0..=1500 => {
                ethertype = llc(bytes, at)?;
                at = at.saturating_add(8);
            }
            _ => return Err(Without::NotIp),
        }
    }
    Err(Without::NotIp)
}

/// The EtherType in an LLC header with SNAP (IEEE 802.2, RFC 1042) at `at`.
fn llc(bytes: &[u8], at: usize) -> Result<u16, Without> {
    match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        // Of the organisations, RFC 1042's and that of bridged Ethernet number protocols alike.
        Some([0xaa, 0xaa, 0x03, 0, 0, 0 | 0xf8, high, low]) => Ok(u16::from_be_bytes([*high, *low])),
        Some(_) => Err(Without::NotIp),
        None => Err(Without::Malformed),
    }
}

/// A stack of MPLS labels (RFC 3032) at `at`, with IP below it, or Ethernet as a pseudowire (RFC 4448).
fn mpls(bytes: &[u8], mut at: usize) -> Place {
    for _ in 0..=MAX_HEADERS {
        let bottom = *bytes.get(at.saturating_add(2)).ok_or(Without::Malformed)? & 1 == 1;
        at = at.saturating_add(4);
        if bottom {
            return match bytes.get(at).ok_or(Without::Malformed)? >> 4 {
                4 | 6 => Ok(at),
                0 => ethernet(bytes, at.saturating_add(4)),
                _ => Err(Without::NotIp),
            };
        }
    }
    Err(Without::NotIp)
}

/// A PPPoE session header (RFC 2516) at `at`.
fn pppoe(bytes: &[u8], at: usize) -> Place {
    match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        Some([0x11, 0]) => ppp(bytes, at.saturating_add(6)),
        Some(_) => Err(Without::NotIp),
        None => Err(Without::Malformed),
    }
}

/// A PPP protocol number at `at`; its first octet may be left out when it is 0 (RFC 1661 6.5).
pub(crate) fn ppp(bytes: &[u8], at: usize) -> Place {
    let first = *bytes.get(at).ok_or(Without::Malformed)?;
    let (protocol, behind) = if first & 1 == 1 {
        (first.into(), at.saturating_add(1))
    } else {
        (be16(bytes, at)?, at.saturating_add(2))
    };
    match protocol {
        0x0021 | 0x0057 => Ok(behind),
        0x0281 | 0x0283 => mpls(bytes, behind),
        _ => Err(Without::NotIp),
    }
}

/// An IEEE 802.11 header at `at`: data that isn't encrypted.
fn wireless(bytes: &[u8], at: usize) -> Place {
    let control = le16(bytes, at)?;
    let (data, no_data, quality) = (control & 0x000c == 0x0008, control & 0x0040 != 0, control & 0x0080 != 0);
    let (encrypted, order) = (control & 0x4000 != 0, control & 0x8000 != 0);
    if !data || no_data || encrypted {
        return Err(Without::NotIp);
    }
    // Between two stations of a distribution system there is a fourth address.
    let mut header = if control & 0x0300 == 0x0300 { 30 } else { 24 };
    let mut several = false;
    if quality {
        several = le16(bytes, at.saturating_add(header))? & 0x0080 != 0;
        header = header.saturating_add(if order { 6 } else { 2 });
    }
    // Of several packets in one frame, the first: addresses and length come before it.
    let at = at.saturating_add(header).saturating_add(if several { 14 } else { 0 });
    from_ethertype(bytes, llc(bytes, at)?, at.saturating_add(8))
}

pub(crate) fn be16(bytes: &[u8], at: usize) -> Result<u16, Without> {
    let two = bytes.get(at..).and_then(|rest| rest.first_chunk());
    two.map(|&two| u16::from_be_bytes(two)).ok_or(Without::Malformed)
}

fn le16(bytes: &[u8], at: usize) -> Result<usize, Without> {
    be16(bytes, at).map(|number| number.swap_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IP behind these octets is found, and nothing panics when they are cut.
    fn finds(link: LinkType, header: &[u8]) {
        let mut frame = header.to_vec();
        frame.extend([0x45, 0, 0, 20]);
        assert_eq!(ip_offset(link, &frame), Ok(header.len()), "{link} {header:02x?}");
        for end in 0..header.len() {
            let _ = ip_offset(link, frame.get(..end).unwrap_or_default());
        }
    }

    const MACS: [u8; 12] = [2; 12];
    const SNAP: [u8; 8] = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];

    #[test]
    fn ethernet_with_what_lies_between() {
        for header in [
            &[8, 0][..],
            &[0x81, 0, 0, 7, 0x88, 0xa8, 0, 8, 8, 0],
            &[0x88, 0x47, 0, 0, 0x10, 64, 0, 0, 0x21, 64],
            &[0x88, 0x64, 0x11, 0, 0, 9, 0, 22, 0, 0x21],
            &[0, 28, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0],
            // A pseudowire.
            &[&[0x88, 0x47, 0, 0, 1, 64, 0, 0, 0, 0][..], &MACS, &[8, 0]].concat(),
        ] {
            finds(LinkType::ETHERNET, &[&MACS[..], header].concat());
        }
        let discovery = [&MACS[..], &[0x88, 0x64, 0x11, 9, 0, 0, 0, 0, 0, 0x21, 0x45]].concat();
        assert_eq!(ip_offset(LinkType::ETHERNET, &discovery), Err(Without::NotIp));
    }

    #[test]
    fn serial_lines() {
        finds(LinkType::PPP, &[0xff, 3, 0, 0x21]);
        finds(LinkType::PPP, &[0, 0x57]);
        finds(LinkType::PPP_HDLC, &[0xff, 3, 0x21]);
        finds(LinkType::PPP_ETHER, &[0x11, 0, 0, 1, 0, 22, 0, 0x21]);
        finds(LinkType::C_HDLC, &[0x0f, 0, 8, 0]);
        assert_eq!(ip_offset(LinkType::PPP, &[0xc0, 0x21, 1]), Err(Without::NotIp), "link control");
    }

    #[test]
    fn wireless_data() {
        let plain = [&[8, 1][..], &[0; 22], &SNAP].concat();
        finds(LinkType::IEEE802_11, &plain);
        finds(LinkType::IEEE802_11, &[&[8, 3][..], &[0; 28], &SNAP].concat());
        finds(LinkType::IEEE802_11, &[&[0x88, 1][..], &[0; 22], &[0, 0], &SNAP].concat());
        finds(LinkType::IEEE802_11, &[&[0x88, 1][..], &[0; 22], &[0x80, 0], &[0; 14], &SNAP].concat());
        finds(LinkType::IEEE802_11_RADIOTAP, &[&[0, 0, 12, 0][..], &[0; 8], &plain].concat());
        finds(LinkType::PPI, &[&[0, 0, 8, 0, 105, 0, 0, 0][..], &plain].concat());
        for (control, what) in [(0x48, "no data"), (0x80, "a beacon"), (0xb4, "request to send")] {
            let frame = [&[control, 0][..], &[0; 40]].concat();
            assert_eq!(ip_offset(LinkType::IEEE802_11, &frame), Err(Without::NotIp), "{what}");
        }
        let encrypted = [&[8, 0x41][..], &[0; 40]].concat();
        assert_eq!(ip_offset(LinkType::IEEE802_11, &encrypted), Err(Without::NotIp));
    }
}
