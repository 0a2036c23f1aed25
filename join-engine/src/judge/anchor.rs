//! Which clients are judged: those that behave as machines that look for their domain.

use super::Case;
use crate::speak::{NETLOGON, SAMR};
use crate::story::{Fact, Service};

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
