//! Verdicts: what went wrong in a join, what of it was survived, and which one is the root.
//!
//! Rules are small functions, one file for each phase. Each looks at the contacts of a client and
//! gives the [`Problem`]s that it sees. A problem whose goal was reached later was survived; the
//! first that was not is the root, those behind it are its consequences.

mod absent;
mod account;
mod anchor;
mod device;
mod directory;
mod dns;
mod kerberos;
mod live;
mod locator;
mod netbios;
mod normal;
mod notes;
mod passes;
mod phases;
mod ping;
mod problem;
mod quality;
mod rename;
mod rpc;
mod sessions;
mod settled;
mod smb;
mod stall;
mod steering;
mod success;
mod vanished;
mod verdict;
mod who;

use std::net::IpAddr;

pub(crate) use live::Watch;
pub(crate) use phases::{phase_of, phase_of_fact};
pub(crate) use settled::Settled;
pub(crate) use verdict::{Remark, Says, moments, report};

use crate::story::{Client, Contact, Overheard, QUIET, Service, Story};
use crate::tcp::Sight;

/// What rules look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'s> {
    pub(crate) client: &'s Client,
    /// The contacts of this join, in the order of their first frames.
    pub(crate) contacts: &'s [&'s Contact],
    /// All clients, and what was said beside their contacts.
    pub(crate) story: &'s Story,
    /// The last frame of the capture.
    pub(crate) end: Sight,
    /// How long an open request may wait before its silence counts, in nanoseconds.
    pub(crate) patience: i64,
}

impl<'s> Case<'s> {
    /// The contacts with one service.
    fn with(&self, service: Service) -> impl Iterator<Item = &'s Contact> {
        self.contacts.iter().copied().filter(move |contact| contact.service == service)
    }

    /// What was said by or to the client beside its contacts.
    fn asides(&self) -> &'s [Overheard] {
        self.story.asides(self.client.address)
    }

    /// A client with an address of the other family was connected, not long before or after: a host with both
    /// pings over both, and goes on with one.
    fn goes_on_elsewhere(&self, at: Sight) -> bool {
        const NEAR: u64 = 5_000_000_000;
        let is_other = |client: &&Client| client.address.is_ipv4() != self.client.address.is_ipv4();
        let near = |contact: &Contact| !contact.udp && contact.first.time.abs_diff(at.time) < NEAR;
        self.story.each_client().filter(is_other).any(|client| client.contacts.iter().any(near))
            || self.story.connected_near(!self.client.address.is_ipv4(), at.time, NEAR)
    }

    /// What was said beside the contacts of this join, while it went on.
    fn overheard(&self) -> impl Iterator<Item = &'s Overheard> + use<'s> {
        /// Contacts of which one is still busy at the end.
        const LATEST: usize = 8;
        let first = self.contacts.first().map_or(i64::MAX, |contact| contact.first.time);
        let latest = self.contacts.iter().rev().take(LATEST).map(|contact| contact.last.time);
        let during = first.saturating_sub(QUIET)..=latest.max().unwrap_or(i64::MIN).saturating_add(QUIET);
        self.asides().iter().filter(move |said| during.contains(&said.at.time))
    }

    /// Hops that frames of `server` show on other ports than `port`.
    fn usual_hops(&self, server: IpAddr, port: u16) -> Option<u8> {
        let mut values: Vec<u8> = self
            .contacts
            .iter()
            .filter(|contact| contact.server.address == server && contact.server.port != port)
            .filter_map(|contact| contact.server_hops)
            .collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied()
    }

    /// The first thing that the client does after `at` on another contact than `but`.
    fn moves_on(&self, at: Sight, but: &Contact) -> Option<Sight> {
        self.contacts
            .iter()
            .filter(|other| !core::ptr::eq(**other, but) && other.first.time > at.time)
            .map(|other| other.first)
            .min_by_key(|first| first.time)
    }

    /// How long the capture goes on after `at`, in nanoseconds.
    const fn time_after(&self, at: Sight) -> i64 {
        self.end.time.saturating_sub(at.time)
    }
}

/// Nanoseconds.
pub(crate) const SECOND: i64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// A rule that names a finding which the catalogue doesn't have would say nothing of it.
    #[test]
    fn every_id_is_in_the_catalogue() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/judge");
        let mut ids = 0;
        for file in std::fs::read_dir(folder).expect("the rules").flatten() {
            let text = std::fs::read_to_string(file.path()).expect("a rule");
            for word in text.split('"').skip(1).step_by(2) {
                let letters = word.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'-');
                if letters && word.contains('-') {
                    assert!(crate::catalogue::by_name(word).is_some(), "{word} in {}", file.path().display());
                    ids += 1;
                }
            }
        }
        assert!(ids > 60, "{ids}");
    }
}
