//! The hosts on a link and their hardware addresses, asked for as any router does: ARP ([RFC 826]) and
//! neighbour discovery ([RFC 4861]).

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::datagram::{Datagram, ICMPV6, word};

/// A hardware address.
pub type Mac = [u8; 6];

/// EtherType of IPv4.
pub(super) const IPV4: u16 = 0x0800;
/// EtherType of ARP.
pub(super) const ARP: u16 = 0x0806;
/// EtherType of IPv6.
pub(super) const IPV6: u16 = 0x86dd;

/// ICMPv6 type of a neighbour advertisement.
pub(super) const ADVERTISEMENT: u8 = 136;
const SOLICITATION: u8 = 135;

const BROADCAST: Mac = [0xff; 6];
const TRIES: u32 = 3;
const BETWEEN_TRIES: Duration = Duration::from_secs(1);
const MOST_WAITING: usize = 64;

/// One end of the router: an interface and its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its hardware address.
    pub mac: Mac,
    /// Its IP addresses.
    pub addresses: Vec<IpAddr>,
}

impl Port {
    /// Its address of the same family, one that hosts elsewhere can answer to.
    pub(super) fn address_for(&self, other: IpAddr) -> Option<IpAddr> {
        let same = |own: &&IpAddr| own.is_ipv4() == other.is_ipv4() && super::datagram::is_routable(**own);
        self.addresses.iter().find(same).copied()
    }
}

/// Who is known on one link.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    known: HashMap<IpAddr, Mac>,
    asked: HashMap<IpAddr, Asked>,
}

#[derive(Debug, Default)]
struct Asked {
    tries: u32,
    again: Duration,
    waiting: Vec<Datagram>,
}

impl Neighbours {
    /// A host has shown its hardware address. Gives the datagrams that have waited for it.
    pub(super) fn learn(&mut self, address: IpAddr, mac: Mac) -> Vec<Datagram> {
        // No flood of invented senders fills the memory.
        const MOST_KNOWN: usize = 4096;
        if self.known.len() < MOST_KNOWN || self.known.contains_key(&address) {
            self.known.insert(address, mac);
        }
        self.asked.remove(&address).map_or_else(Vec::new, |asked| asked.waiting)
    }

    /// The hardware address of a datagram's receiver; when it isn't known, the datagram waits and
    /// [`questions`](Self::questions) asks for it.
    pub(super) fn find(&mut self, now: Duration, datagram: Datagram) -> Option<(Mac, Datagram)> {
        let address = datagram.destination();
        if let Some(mac) = self.known.get(&address) {
            return Some((*mac, datagram));
        }
        let asked = self.asked.entry(address).or_insert_with(|| Asked { again: now, ..Asked::default() });
        if asked.waiting.len() < MOST_WAITING {
            asked.waiting.push(datagram);
        }
        None
    }

    /// The frames that ask for hosts now, and the datagrams for hosts that never answered.
    pub(super) fn questions(&mut self, now: Duration, port: &Port) -> (Vec<Vec<u8>>, Vec<Datagram>) {
        let (mut frames, mut given_up) = (Vec::new(), Vec::new());
        self.asked.retain(|address, asked| {
            if asked.again > now {
                return true;
            }
            if asked.tries == TRIES {
                given_up.append(&mut asked.waiting);
                return false;
            }
            asked.tries += 1;
            asked.again = now + BETWEEN_TRIES;
            frames.extend(question(port, *address));
            true
        });
        (frames, given_up)
    }

    /// When [`questions`](Self::questions) has something to do.
    pub(super) fn due(&self) -> Option<Duration> {
        self.asked.values().map(|asked| asked.again).min()
    }
}

fn question(port: &Port, address: IpAddr) -> Option<Vec<u8>> {
    match (port.address_for(address)?, address) {
        (IpAddr::V4(own), IpAddr::V4(address)) => Some(arp_request(port.mac, own, address)),
        (IpAddr::V6(own), IpAddr::V6(address)) => solicitation(port.mac, own, address),
        _ => None,
    }
}

fn arp_request(mac: Mac, own: Ipv4Addr, address: Ipv4Addr) -> Vec<u8> {
    // Ethernet and IPv4, a request.
    let mut body = vec![0, 1, 8, 0, 6, 4, 0, 1];
    body.extend(mac);
    body.extend(own.octets());
    body.extend([0; 6]);
    body.extend(address.octets());
    frame(BROADCAST, mac, ARP, &body)
}

fn solicitation(mac: Mac, own: Ipv6Addr, address: Ipv6Addr) -> Option<Vec<u8>> {
    let [.., a, b, c] = address.octets();
    let group = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00 | u16::from(a), u16::from(b) << 8 | u16::from(c));
    let mut body = vec![SOLICITATION, 0, 0, 0, 0, 0, 0, 0];
    body.extend(address.octets());
    // Option 1: the sender's hardware address, in one unit of 8 octets.
    body.extend([1, 1]);
    body.extend(mac);
    let datagram = Datagram::new(own.into(), group.into(), 255, ICMPV6, &body)?;
    Some(frame([0x33, 0x33, 0xff, a, b, c], mac, IPV6, datagram.bytes()))
}

/// Who says in this ARP message where it is.
pub(super) fn arp_sender(body: &[u8]) -> Option<(IpAddr, Mac)> {
    if body.get(..6)? != [0, 1, 8, 0, 6, 4] {
        return None;
    }
    let address = <[u8; 4]>::try_from(body.get(14..18)?).ok()?;
    let mac = body.get(8..14)?.try_into().ok()?;
    (address != [0; 4]).then_some((address.into(), mac))
}

/// Who says in this neighbour advertisement where it is.
pub(super) fn advertised(datagram: &Datagram) -> Option<(IpAddr, Mac)> {
    let body = datagram.payload();
    if datagram.icmp_type() != Some(ADVERTISEMENT) {
        return None;
    }
    let address = <[u8; 16]>::try_from(body.get(8..24)?).ok()?;
    // Option 2: the hardware address of the target.
    if word(body, 24)? != 0x0201 {
        return None;
    }
    Some((address.into(), body.get(26..32)?.try_into().ok()?))
}

/// An Ethernet frame.
pub(super) fn frame(to: Mac, from: Mac, ether_type: u16, body: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(14 + body.len());
    frame.extend(to);
    frame.extend(from);
    frame.extend(ether_type.to_be_bytes());
    frame.extend(body);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Mac = [2, 0, 0, 0, 0, 1];
    const HOST: Mac = [2, 0, 0, 0, 0, 9];

    #[test]
    fn datagrams_wait_until_the_host_answers() {
        let port = Port { mac: OWN, addresses: vec!["10.0.0.1".parse().unwrap()] };
        let host = "10.0.0.9".parse().unwrap();
        let datagram = Datagram::udp(("10.1.0.2".parse().unwrap(), 1), (host, 2), 9, b"x").unwrap();
        let mut neighbours = Neighbours::default();
        assert_eq!(neighbours.find(Duration::ZERO, datagram.clone()), None);
        assert_eq!(neighbours.due(), Some(Duration::ZERO));
        let (frames, given_up) = neighbours.questions(Duration::ZERO, &port);
        assert_eq!((frames.len(), given_up.len()), (1, 0));
        assert_eq!(frames[0][..14], [255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6]);
        assert_eq!(arp_sender(&frames[0][14..]), Some(("10.0.0.1".parse().unwrap(), OWN)));
        assert_eq!(neighbours.due(), Some(BETWEEN_TRIES));
        assert_eq!(neighbours.learn(host, HOST), std::slice::from_ref(&datagram));
        assert_eq!(neighbours.find(Duration::ZERO, datagram.clone()), Some((HOST, datagram)));
        assert_eq!(neighbours.due(), None);
    }

    #[test]
    fn hosts_that_stay_silent_are_given_up() {
        let port = Port { mac: OWN, addresses: vec!["fe80::1".parse().unwrap(), "fd00::1".parse().unwrap()] };
        let host = "fd00::9".parse().unwrap();
        let datagram = Datagram::udp(("fd01::2".parse().unwrap(), 1), (host, 2), 9, b"x").unwrap();
        let mut neighbours = Neighbours::default();
        neighbours.find(Duration::ZERO, datagram.clone());
        for second in 0..3 {
            let (frames, given_up) = neighbours.questions(Duration::from_secs(second), &port);
            assert_eq!((frames.len(), given_up.len()), (1, 0));
            let asked = Datagram::parse(&frames[0][14..]).unwrap();
            assert!(asked.is_sound());
            assert_eq!(asked.source(), port.addresses[1]);
            assert_eq!(frames[0][..6], [0x33, 0x33, 0xff, 0, 0, 9]);
        }
        assert_eq!(neighbours.questions(Duration::from_secs(3), &port), (vec![], vec![datagram]));
    }

    #[test]
    fn an_advertisement_tells_the_address() {
        let mut body = vec![ADVERTISEMENT, 0, 0, 0, 0x60, 0, 0, 0];
        let host: Ipv6Addr = "fd00::9".parse().unwrap();
        body.extend(host.octets());
        body.extend([2, 1]);
        body.extend(HOST);
        let datagram = Datagram::new(host.into(), "fd00::1".parse().unwrap(), 255, ICMPV6, &body).unwrap();
        assert_eq!(advertised(&datagram), Some((host.into(), HOST)));
    }
}
