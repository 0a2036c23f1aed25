//! Where a join happens: names, addresses, and who is who.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which of its addresses the hosts of a site have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4 alone.
    V4,
    /// IPv6 alone.
    V6,
    /// Both.
    Both,
}

impl Family {
    /// Whether hosts have IPv4 addresses.
    #[must_use]
    pub fn has_v4(self) -> bool {
        self != Self::V6
    }

    /// Whether hosts have IPv6 addresses.
    #[must_use]
    pub fn has_v6(self) -> bool {
        self != Self::V4
    }
}

/// One side of the router: a network of 24 bits (IPv4) and one of 64 (IPv6), with a host and the router in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The host's address.
    pub host: Ipv4Addr,
    /// The router's address, the host's gateway.
    pub router: Ipv4Addr,
    /// The host's IPv6 address.
    pub host6: Ipv6Addr,
    /// The router's IPv6 address.
    pub router6: Ipv6Addr,
}

impl Leg {
    /// The leg of `host`, with the router at `.1` and `::1` of its networks.
    #[must_use]
    pub fn of(host: Ipv4Addr, host6: Ipv6Addr) -> Self {
        let [a, b, c, _] = host.octets();
        let [s, t, u, v, ..] = host6.segments();
        Self {
            host,
            router: Ipv4Addr::new(a, b, c, 1),
            host6,
            router6: Ipv6Addr::new(s, t, u, v, 0, 0, 0, 1),
        }
    }

    /// The address that peers use: IPv4 where there is one.
    #[must_use]
    pub fn address(&self, family: Family) -> IpAddr {
        if family.has_v4() { self.host.into() } else { self.host6.into() }
    }
}

/// A domain, its controller, and a client that is going to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The Kerberos realm, upper case: `CONTOSO.LOCAL`. In lower case the DNS domain.
    pub realm: String,
    /// The NetBIOS name of the domain.
    pub netbios: String,
    /// The controller's host name, without domain.
    pub dc: String,
    /// The client's host name, without domain.
    pub client: String,
    /// The controller's side of the router.
    pub dc_leg: Leg,
    /// The client's side of the router.
    pub client_leg: Leg,
    /// Which addresses hosts have. The controller's DNS knows those only.
    pub family: Family,
}

/// The password of `Administrator`, and of every user that the lab makes.
pub const PASSWORD: &str = "Passw0rd!2026";

impl Site {
    /// The DNS name of the domain.
    #[must_use]
    pub fn domain(&self) -> String {
        self.realm.to_lowercase()
    }

    /// The controller's full DNS name.
    #[must_use]
    pub fn dc_name(&self) -> String {
        format!("{}.{}", self.dc, self.domain())
    }

    /// The controller's address, which is the client's DNS server as well.
    #[must_use]
    pub fn dc_address(&self) -> IpAddr {
        self.dc_leg.address(self.family)
    }

    /// The client's address.
    #[must_use]
    pub fn client_address(&self) -> IpAddr {
        self.client_leg.address(self.family)
    }

    /// An address of the controller's network that nobody has.
    #[must_use]
    pub fn absent_dc(&self) -> IpAddr {
        let [a, b, c, _] = self.dc_leg.host.octets();
        let [s, t, u, v, ..] = self.dc_leg.host6.segments();
        if self.family.has_v4() {
            Ipv4Addr::new(a, b, c, 222).into()
        } else {
            Ipv6Addr::new(s, t, u, v, 0, 0, 0, 0x222).into()
        }
    }

    /// The sites that scenarios start from. A controller is provisioned once for each.
    #[must_use]
    pub fn all() -> [Self; 3] {
        let site =
            |realm: &str, netbios: &str, dc: &str, client: &str, at: [u8; 4], from: [u8; 4], net: u16| Self {
                realm: realm.to_owned(),
                netbios: netbios.to_owned(),
                dc: dc.to_owned(),
                client: client.to_owned(),
                dc_leg: Leg::of(at.into(), Ipv6Addr::new(0xfd00, 0xad, net, 0, 0, 0, 0, 0x10)),
                client_leg: Leg::of(from.into(), Ipv6Addr::new(0xfd00, 0xad, net + 1, 0, 0, 0, 0, 0x13)),
                family: Family::V4,
            };
        let mut sites = [
            site("ADATUM.LOCAL", "ADATUM", "dc1", "pc-7", [172, 20, 9, 10], [172, 20, 40, 51], 0x10),
            site(
                "OFFICE.MERIDIAN.TEST",
                "MERIDIAN",
                "mdc02",
                "lt-0412",
                [10, 61, 0, 5],
                [10, 61, 88, 17],
                0x20,
            ),
            site(
                "NORTHWIND.EXAMPLE",
                "NWTRADE",
                "srv-ad",
                "desk3",
                [192, 168, 77, 20],
                [192, 168, 201, 33],
                0x30,
            ),
        ];
        sites[2].family = Family::V6;
        sites
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_belong_together() {
        let [mut site, ..] = Site::all();
        assert_eq!(site.dc_name(), "dc1.adatum.local");
        assert_eq!(site.dc_address().to_string(), "172.20.9.10");
        assert_eq!(site.client_leg.router.to_string(), "172.20.40.1");
        site.family = Family::V6;
        assert_eq!(site.dc_address().to_string(), "fd00:ad:10::10");
        assert_eq!(site.client_leg.router6.to_string(), "fd00:ad:11::1");
    }
}
