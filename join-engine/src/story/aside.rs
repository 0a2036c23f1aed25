//! What was said beside the conversations of a join: names of hosts, and fragments that were lost.
//!
//! Hosts on a network talk of names all the time. Kept apart, that neither makes a client nor tells when
//! one is busy.

use std::net::IpAddr;

use adjoin_capture::Endpoint;

use crate::tcp::Sight;

/// Hosts of which such things are remembered.
pub(super) const MAX_HOSTS: usize = 1024;
/// Most of them for each host; the oldest are forgotten.
const MAX_OF_HOST: usize = 64;

/// One thing, to be read with the host that it is kept for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Aside {
    /// DNS gave the host this address of a domain controller.
    Address { host: String, address: IpAddr },
    /// DNS gave the host this name of an address.
    Pointer { address: IpAddr, name: String },
    /// The host asked for a NetBIOS name, or claimed it for itself.
    NetbiosAsked { name: String, suffix: u8, claims: bool },
    /// Another one answered: who has the name, and how it is told.
    NetbiosTold { name: String, suffix: u8, from: IpAddr, owner: IpAddr, answer: NetbiosAnswer },
    /// Another host told it something, whatever it was about; only the last time is kept.
    Spoke { server: IpAddr },
    /// A datagram between the host and this port of a server went in fragments; whether all of them came.
    Fragmented { server: Endpoint, to_server: bool, whole: bool },
}

/// How a host hears of a NetBIOS name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NetbiosAnswer {
    /// Its question is answered with an address.
    Found,
    /// Its claim is refused: the name is another's.
    Taken,
    /// It must give the name up: two hosts have it.
    Conflict,
}

/// Such a thing, and when it became known.
#[derive(Clone, Debug)]
pub(crate) struct Overheard {
    pub(crate) at: Sight,
    pub(crate) aside: Aside,
}

/// Adds to what is kept for a host.
pub(super) fn add(kept: &mut Vec<Overheard>, at: Sight, aside: Aside) {
    if matches!(aside, Aside::Spoke { .. }) {
        if let Some(before) = kept.iter_mut().find(|known| known.aside == aside) {
            before.at = at;
            return;
        }
    }
    // What DNS says is true until it says otherwise; what hosts ask, they may ask again.
    let lasts = matches!(aside, Aside::Address { .. } | Aside::Pointer { .. });
    if lasts && kept.iter().any(|known| known.aside == aside) {
        return;
    }
    if kept.len() >= MAX_OF_HOST {
        kept.remove(0);
    }
    kept.push(Overheard { at, aside });
}
