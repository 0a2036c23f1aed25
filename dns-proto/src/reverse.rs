//! Names under which the name of an address is looked up: RFC 1035 3.5 and RFC 3596 2.5.

use adjoin_wire::{CompressedName, Labels, Text};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The address that a name below `in-addr.arpa` or `ip6.arpa` stands for.
#[must_use]
pub fn address_of(name: CompressedName<'_>) -> Option<IpAddr> {
    v4(name.labels()).map(IpAddr::V4).or_else(|| v6(name.labels()).map(IpAddr::V6))
}

/// One label for each octet, the last octet first.
fn v4(mut labels: Labels<'_>) -> Option<Ipv4Addr> {
    let mut octets = [0_u8; 4];
    for octet in octets.iter_mut().rev() {
        *octet = text(&mut labels)?.to_str()?.parse().ok()?;
    }
    ends_with(labels, "in-addr").then(|| octets.into())
}

/// One label for each half of an octet, the last half first.
fn v6(mut labels: Labels<'_>) -> Option<Ipv6Addr> {
    let mut half = || match text(&mut labels)?.as_bytes() {
        [digit] => char::from(*digit).to_digit(16).and_then(|half| u8::try_from(half).ok()),
        _ => None,
    };
    let mut octets = [0_u8; 16];
    for octet in octets.iter_mut().rev() {
        let low = half()?;
        *octet = half()? << 4 | low;
    }
    ends_with(labels, "ip6").then(|| octets.into())
}

fn text<'a>(labels: &mut Labels<'a>) -> Option<Text<'a>> {
    labels.next()?.ok()
}

fn ends_with(mut labels: Labels<'_>, zone: &str) -> bool {
    [zone, "arpa"]
        .iter()
        .all(|wanted| text(&mut labels).is_some_and(|label| label.eq_ignore_ascii_case(wanted)))
        && labels.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Message;
    use std::string::ToString;
    use std::vec::Vec;

    fn address(name: &str) -> Option<std::string::String> {
        let mut bytes = Vec::from(*b"\0\0\0\0\0\x01\0\0\0\0\0\0");
        for label in name.split('.').filter(|label| !label.is_empty()) {
            bytes.push(u8::try_from(label.len()).unwrap());
            bytes.extend(label.as_bytes());
        }
        bytes.extend(b"\0\0\x0c\0\x01");
        address_of(Message::parse(&bytes).unwrap().question().unwrap().name.value).map(|a| a.to_string())
    }

    #[test]
    fn both_families() {
        assert_eq!(address("2.0.20.10.in-addr.arpa").as_deref(), Some("10.20.0.2"));
        assert_eq!(address("255.2.0.192.IN-ADDR.ARPA.").as_deref(), Some("192.0.2.255"));
        let six = "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
        assert_eq!(address(six).as_deref(), Some("2001:db8::567:89ab"));
    }

    #[test]
    fn other_names() {
        for name in [
            "",
            "20.10.in-addr.arpa",
            "1.2.0.20.10.in-addr.arpa",
            "256.0.20.10.in-addr.arpa",
            "2.0.20.10.in-addr.arpa.example",
            "2.0.20.10.ip6.arpa",
            "dc1.corp.example",
        ] {
            assert_eq!(address(name), None, "{name}");
        }
    }
}
