//! What answers told about hosts and ports, for the sentences about later frames.

use std::net::IpAddr;

use adjoin_capture::Endpoint;
use adjoin_wire::Guid;

use crate::bounded::Bounded;

/// Names of addresses, and interfaces of ports.
#[derive(Debug, Default)]
pub(crate) struct Names {
    hosts: Bounded<IpAddr, String, 4096>,
    /// Host names that SRV records of a domain named.
    targets: Bounded<String, (), 4096>,
    interfaces: Bounded<Endpoint, Guid, 4096>,
}

impl Names {
    /// `address` calls itself, or is called, `name`.
    pub(crate) fn learn_host(&mut self, address: IpAddr, name: &str) {
        if !name.is_empty() && self.hosts.get(&address).is_none_or(|known| known != name) {
            self.hosts.insert(address, name.to_owned());
        }
    }

    /// The address has a name.
    pub(crate) fn knows(&self, address: IpAddr) -> bool {
        self.hosts.get(&address).is_some()
    }

    /// `name` was named as a domain controller.
    pub(crate) fn learn_controller(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        if self.targets.get(&name).is_none() {
            self.targets.insert(name, ());
        }
    }

    /// An SRV record named this host as a domain controller.
    pub(crate) fn is_controller(&self, name: &str) -> bool {
        self.targets.get(&name.to_ascii_lowercase()).is_some()
    }

    /// The endpoint mapper said that `interface` listens there.
    pub(crate) fn learn_interface(&mut self, endpoint: Endpoint, interface: Guid) {
        self.interfaces.insert(endpoint, interface);
    }

    /// What the endpoint mapper said to listen there.
    pub(crate) fn interface(&self, endpoint: Endpoint) -> Option<Guid> {
        self.interfaces.get(&endpoint).copied()
    }

    /// Every name of a host that is known.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.hosts.values().chain(self.targets.keys()).map(String::as_str)
    }

    /// The host's name, or its address.
    pub(crate) fn host(&self, address: IpAddr) -> String {
        self.hosts.get(&address).cloned().unwrap_or_else(|| address.to_string())
    }
}
