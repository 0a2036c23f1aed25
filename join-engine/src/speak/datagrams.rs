//! UDP: who speaks is told by the port.

use adjoin_capture::{Datagram, Direction, Endpoint};

use super::{dns, kerberos, ldap, mailslot, nbns};
use crate::bounded::Bounded;
use crate::log::Source;
use crate::story::Service;
use crate::tracker::Scene;

/// The dialogues over UDP.
#[derive(Debug, Default)]
pub(crate) struct Datagrams {
    dns: dns::Dialogue,
    mailslots: mailslot::Dialogue,
    cldap: Bounded<(Endpoint, Endpoint), ldap::Dialogue, 4096>,
    kerberos: Bounded<(Endpoint, Endpoint), kerberos::Dialogue, 4096>,
}

/// Ports of NetBIOS.
const NAME_SERVICE: u16 = dns_proto::nbns::PORT;
const DATAGRAM_SERVICE: u16 = 138;

impl Datagrams {
    /// Who asks, who answers, which way this one goes, and what is asked for.
    pub(crate) fn roles(datagram: &Datagram<'_>) -> Option<(Endpoint, Endpoint, Direction, Service)> {
        let (source, destination) = (datagram.source, datagram.destination);
        let names = source.port == NAME_SERVICE || destination.port == NAME_SERVICE;
        let (client, server, to_server) = match names {
            true if nbns::is_answer(datagram.payload) => (destination, source, false),
            true => (source, destination, true),
            false => Self::ends(source, destination)?,
        };
        let direction = if to_server { Direction::ToServer } else { Direction::ToClient };
        let service = Service::of_udp(server.port).unwrap_or(Service::Ping);
        Some((client, server, direction, service))
    }

    /// Client and server by their ports, and whether the first end is the client.
    pub(crate) fn ends(source: Endpoint, destination: Endpoint) -> Option<(Endpoint, Endpoint, bool)> {
        let known = |end: Endpoint| Service::of_udp(end.port).is_some();
        match (known(source), known(destination)) {
            (_, true) => Some((source, destination, true)),
            (true, false) => Some((destination, source, false)),
            (false, false) => None,
        }
    }

    /// Fragments of messages with this server matter when they are lost.
    pub(crate) const fn matter_in_fragments(server: Endpoint) -> bool {
        matches!(Service::of_udp(server.port), Some(Service::Kerberos))
    }

    /// A datagram of one of these services.
    pub(crate) fn datagram(&mut self, scene: &mut Scene<'_>, source: &Source<'_>) {
        let pair = (scene.client, scene.server);
        let names = scene.client.port == NAME_SERVICE || scene.server.port == NAME_SERVICE;
        match Service::of_udp(scene.server.port) {
            _ if names => nbns::message(scene, source),
            Some(Service::Dns) => self.dns.datagram(scene, source),
            Some(Service::Ping) if scene.server.port == DATAGRAM_SERVICE => {
                self.mailslots.datagram(scene, source);
            }
            Some(Service::Ping) => {
                entry(&mut self.cldap, pair, |dialogue| dialogue.datagram(scene, source));
            }
            Some(Service::Kerberos) => {
                entry(&mut self.kerberos, pair, |dialogue| dialogue.datagram(scene, source));
            }
            Some(Service::Kpasswd) => {
                entry(&mut self.kerberos, pair, |dialogue| dialogue.kpasswd(scene, source));
            }
            Some(Service::Smb | Service::Ldap | Service::Ldaps | Service::Epm | Service::Rpc) | None => {}
        }
    }
}

/// Calls `f` with the dialogue of a client's port with a server, which begins with the first datagram.
fn entry<D: Default, const MAX: usize>(
    map: &mut Bounded<(Endpoint, Endpoint), D, MAX>,
    pair: (Endpoint, Endpoint),
    f: impl FnOnce(&mut D),
) {
    if map.get(&pair).is_none() {
        map.insert(pair, D::default());
    }
    if let Some(dialogue) = map.get_mut(&pair) {
        f(dialogue);
    }
}
