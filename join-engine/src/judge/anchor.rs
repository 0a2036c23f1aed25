//! Which clients are judged: those that behave as machines that look for their domain.

use std::collections::HashSet;

use super::Case;
use crate::speak::{NETLOGON, SAMR};
use crate::story::{Fact, Service, Story};

/// Most users that one computer logs on while it joins.
const MAX_USERS: usize = 3;

/// What the host asks for is how controllers work together: it serves a directory, and doesn't look for its
/// domain as members do.
pub(super) fn is_at_work(case: &Case<'_>, story: &Story) -> bool {
    story.directories.contains(&case.client.address) && !seeks_domain(case)
}

/// The host looks for its domain as members do.
pub(super) fn seeks_domain(case: &Case<'_>) -> bool {
    let mut facts = case.contacts.iter().flat_map(|contact| &contact.facts).map(|told| &told.fact);
    facts.any(|fact| matches!(fact, Fact::DnsLocate { .. } | Fact::Ping { .. } | Fact::AsReq { .. }))
}

/// The client asks for something that only a member of a domain, or who wants to become one, asks.
pub(super) fn is_anchored(case: &Case<'_>) -> bool {
    let facts = || case.contacts.iter().flat_map(|contact| &contact.facts).map(|told| &told.fact);
    let joins = facts().any(|fact| match fact {
        Fact::DnsLocate { .. }
        | Fact::Ping { .. }
        | Fact::KpasswdRequest
        | Fact::EpmAsk { .. }
        | Fact::LdapBind { .. }
        | Fact::LdapSealed { .. }
        | Fact::LdapWrite { .. } => true,
        Fact::RpcCall { interface, .. } => matches!(*interface, Some(NETLOGON | SAMR)),
        _ => false,
    });
    if joins {
        return true;
    }
    // Nothing but Kerberos: a computer, unless it tries one user after the other as a test or an attack does.
    let users: HashSet<&str> = facts()
        .filter_map(|fact| match fact {
            Fact::AsReq { cname, .. } if !cname.ends_with('$') && !cname.contains('/') => {
                Some(cname.as_str())
            }
            _ => None,
        })
        .collect();
    let asks_kdc = case.contacts.iter().any(|contact| contact.service == Service::Kerberos);
    asks_kdc && users.len() <= MAX_USERS
}
