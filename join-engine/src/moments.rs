//! What a client does that leaves a line in its own log as well: where a log can be laid beside the capture.

use crate::phase::Phase;
use crate::speak::{DRSUAPI, Names, SAMR};
use crate::story::{Contact, Fact, Service, Told};
use crate::tcp::Sight;
use dns_proto::RecordType;
use netlogon_proto::Opcode;

/// Most steps that are told of one join.
const MAX_STEPS: usize = 4096;
/// DRSUAPI's DsCrackNames.
const CRACK_NAMES: u16 = 12;

/// A step of a join, in the order of the capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The frame.
    pub frame: u32,
    /// When it was captured, in nanoseconds since 1970.
    pub time: i64,
    /// The phase that it belongs to.
    pub phase: Phase,
    /// What it is that a log tells of as well.
    pub kind: Option<MomentKind>,
    /// The host or domain that it is about; empty when that isn't known.
    pub host: String,
}

/// Steps that Windows writes into Netsetup.log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MomentKind {
    /// A question for domain controllers: DNS or LDAP ping.
    LocatorAsks,
    /// An answer to it.
    LocatorAnswered,
    /// An LDAP ping answered with "no such account".
    AccountUnknown,
    /// An answer with a host's address.
    AddressResolved,
    /// An LDAP ping answered by a usable domain controller.
    ControllerFound,
    /// The tree connect to IPC$ was answered, or the session was refused.
    SmbConnected,
    /// An LDAP bind was accepted.
    LdapBound,
    /// An LDAP bind was refused.
    LdapBindFailed,
    /// A sealed or clear LDAP request.
    LdapSearched,
    /// DsCrackNames was answered.
    NameCracked,
    /// The computer account was written.
    AccountWritten,
    /// An account call over SAMR was answered.
    SamrAnswered,
    /// The LDAP connection was given up.
    LdapUnbound,
    /// The SMB connection was given up.
    SmbDisconnected,
}

/// The steps of a join, from its contacts; `written` is when the account was seen to be written.
pub(crate) fn of_join(contacts: &[&Contact], written: &[Sight], names: &Names) -> Vec<Moment> {
    let mut all = Vec::new();
    for contact in contacts {
        let server = names.host(contact.server.address);
        let moment = |at: Sight, phase, kind, host: &str| Moment {
            frame: at.frame,
            time: at.time,
            phase,
            kind,
            host: host.trim_end_matches('.').to_owned(),
        };
        // A connection that came to nothing has nothing else to show.
        all.push(moment(contact.first, contact.service.phase(), None, &server));
        for told in &contact.facts {
            let (kind, host) = kind(told, contact);
            all.push(moment(told.at, phase(contact, &told.fact), kind, host.unwrap_or(&server)));
        }
        let closed = match contact.service {
            Service::Ldap | Service::Ldaps => Some(MomentKind::LdapUnbound),
            Service::Smb => Some(MomentKind::SmbDisconnected),
            _ => None,
        };
        if let (Some(kind), Some(fin)) = (closed, contact.tcp.to_server.fin) {
            all.push(moment(fin, contact.service.phase(), Some(kind), &server));
        }
        for at in written.iter().filter(|at| contact.facts.iter().any(|told| told.at == **at)) {
            all.push(moment(*at, Phase::P8, Some(MomentKind::AccountWritten), &server));
        }
    }
    all.sort_by_key(|moment| (moment.time, moment.frame));
    all.truncate(MAX_STEPS);
    all
}

fn kind<'t>(told: &'t Told, contact: &Contact) -> (Option<MomentKind>, Option<&'t str>) {
    use MomentKind as K;
    match &told.fact {
        Fact::DnsLocate { domain, .. } | Fact::Ping { domain, .. } => (Some(K::LocatorAsks), Some(domain)),
        Fact::DnsAnswer { about, locator: true, .. } => (Some(K::LocatorAnswered), Some(about)),
        Fact::DnsAnswer { about, rtype: RecordType::A | RecordType::AAAA, .. } => {
            (Some(K::AddressResolved), Some(about))
        }
        Fact::PingAnswer { opcode: Opcode::LOGON_SAM_USER_UNKNOWN_EX, .. } => (Some(K::AccountUnknown), None),
        Fact::PingAnswer { host, .. } if !host.is_empty() => (Some(K::ControllerFound), Some(host)),
        Fact::PingAnswer { .. } => (Some(K::ControllerFound), None),
        Fact::SmbTreeAnswer { path, .. } if path.to_ascii_uppercase().ends_with("IPC$") => {
            (Some(K::SmbConnected), None)
        }
        Fact::SmbSetupAnswer { status, .. } if status.is_error() => (Some(K::SmbConnected), None),
        Fact::LdapBindAnswer { code: 0, .. } => (Some(K::LdapBound), None),
        // A step of SASL is no refusal.
        Fact::LdapBindAnswer { code: 14, .. } => (None, None),
        Fact::LdapBindAnswer { .. } => (Some(K::LdapBindFailed), None),
        Fact::LdapSealed { from_server: false, .. } | Fact::LdapSearch { root_dse: false } => {
            (Some(K::LdapSearched), None)
        }
        Fact::LdapUnbind => (Some(K::LdapUnbound), None),
        Fact::RpcReturn { interface: Some(DRSUAPI), opnum: Some(CRACK_NAMES), .. } => {
            (Some(K::NameCracked), None)
        }
        Fact::RpcReturn { interface: Some(SAMR), .. } if contact.service == Service::Smb => {
            (Some(K::SamrAnswered), None)
        }
        _ => (None, None),
    }
}

fn phase(contact: &Contact, fact: &Fact) -> Phase {
    match fact {
        Fact::SmbPipe { .. } | Fact::SmbPipeAnswer { .. } => Phase::P4,
        Fact::RpcBind { interface: Some(SAMR), .. }
        | Fact::RpcCall { interface: Some(SAMR), .. }
        | Fact::RpcReturn { interface: Some(SAMR), .. }
        | Fact::LdapWrite { .. }
        | Fact::LdapWriteAnswer { .. } => Phase::P8,
        Fact::RpcCall { interface: Some(crate::speak::NETLOGON), .. }
        | Fact::RpcReturn { interface: Some(crate::speak::NETLOGON), .. } => Phase::P9,
        _ => contact.service.phase(),
    }
}
