//! Which clients are judged: those that behave as machines that look for their domain.

use std::collections::HashSet;
use std::net::IpAddr;

use super::Case;
use crate::speak::{NETLOGON, SAMR};
use crate::story::{Fact, Service, Story};

/// Hosts that serve a directory or give out tickets. What such a host asks of others is how
/// controllers work together, and no join.
pub(super) fn controllers(story: &Story) -> HashSet<IpAddr> {
    let contacts = story.clients().into_iter().flat_map(|client| &client.contacts);
    contacts
        .filter(|contact| {
            contact.facts.iter().any(|told| {
                matches!(
                    told.fact,
                    Fact::PingAnswer { .. }
                        | Fact::AsRep { .. }
                        | Fact::TgsRep { .. }
                        | Fact::LdapBindAnswer { code: 0, .. }
                )
            })
        })
        .map(|contact| contact.server.address)
        .collect()
}

/// The client asks for something that only a member of a domain, or who wants to become one, asks.
pub(super) fn is_anchored(case: &Case<'_>) -> bool {
    let asks_kdc = case.contacts.iter().any(|contact| contact.service == Service::Kerberos);
    asks_kdc
        || case.contacts.iter().flat_map(|contact| &contact.facts).any(|told| match &told.fact {
            Fact::DnsLocate { .. }
            | Fact::Ping { .. }
            | Fact::AsReq { .. }
            | Fact::TgsReq { .. }
            | Fact::KpasswdRequest
            | Fact::EpmAsk { .. }
            | Fact::LdapBind { .. }
            | Fact::LdapSealed { .. }
            | Fact::LdapWrite { .. } => true,
            Fact::RpcCall { interface, .. } => matches!(*interface, Some(NETLOGON | SAMR)),
            _ => false,
        })
}
