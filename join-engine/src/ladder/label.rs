//! What a message is called on the ladder.

use adjoin_wire::Guid;
use dns_proto::Rcode;
use kerberos_proto::ErrorCode;
use netlogon_proto::{DsFlags, Opcode};
use rpce_proto::{interface_name, opnum_name};
use smb2_proto::NtStatus;

use super::StepKind;
use crate::speak::{EPMAPPER, alert};
use crate::story::{Fact, Proof};

/// Most characters of a label.
const MAX_LABEL: usize = 160;

/// Who says it, what it is called, and whether it says no.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) from_server: bool,
    pub(super) label: String,
    pub(super) kind: StepKind,
}

/// How the ladder shows a fact; nothing for those that are no step.
pub(super) fn of(fact: &Fact) -> Option<Said> {
    let (from_server, mut label) = names(fact).or_else(|| directory(fact)).or_else(|| calls(fact))?;
    if let Some((at, _)) = label.char_indices().nth(MAX_LABEL) {
        label.truncate(at);
        label.push('\u{2026}');
    }
    let kind = if fact.is_refusal() && !is_usual(fact) { StepKind::Refusal } else { StepKind::Message };
    Some(Said { from_server, label, kind })
}

/// It only looks like a no: what every client tries first, and what goes on.
fn is_usual(fact: &Fact) -> bool {
    match fact {
        Fact::KrbError { code, .. } => {
            [ErrorCode::PREAUTH_REQUIRED, ErrorCode::ERR_RESPONSE_TOO_BIG].contains(&ErrorCode(*code))
        }
        Fact::LdapBindAnswer { code: 14, .. } => true,
        Fact::SmbSetupAnswer { status, .. } => *status == NtStatus::MORE_PROCESSING_REQUIRED,
        _ => false,
    }
}

fn to_server(label: impl Into<String>) -> Option<(bool, String)> {
    Some((false, label.into()))
}

fn to_client(label: impl Into<String>) -> Option<(bool, String)> {
    Some((true, label.into()))
}

/// DNS, LDAP ping and Kerberos.
fn names(fact: &Fact) -> Option<(bool, String)> {
    match fact {
        Fact::DnsLocate { kind, domain } => to_server(format!("DNS: {kind} of {domain}?")),
        Fact::DnsAddress { host, rtype } => to_server(format!("DNS: {rtype} of {host}?")),
        Fact::DnsAnswer { rcode: Rcode::NOERROR, found, truncated, .. } => {
            let cut = if *truncated { ", truncated" } else { "" };
            to_client(match found {
                0 => format!("DNS: no such record{cut}"),
                1 => format!("DNS: 1 record{cut}"),
                found => format!("DNS: {found} records{cut}"),
            })
        }
        Fact::DnsAnswer { rcode, .. } => to_client(format!("DNS: {rcode}")),
        Fact::DnsUpdate { zone } => to_server(format!("DNS update in {zone}")),
        Fact::DnsUpdated { rcode: Rcode::NOERROR, .. } => to_client("DNS update done"),
        Fact::DnsUpdated { rcode, .. } => to_client(format!("DNS update refused: {rcode}")),
        Fact::Ping { domain, .. } if domain.is_empty() => to_server("LDAP ping"),
        Fact::Ping { domain, .. } => to_server(format!("LDAP ping for {domain}")),
        Fact::PingAnswer { opcode, flags, domain, host, extended } => {
            to_client(ping_answer(*opcode, *flags, domain, host, *extended))
        }
        Fact::PingEmpty => to_client("LDAP ping: answered with nothing"),
        Fact::AsReq { cname, proof } => {
            to_server(format!("AS-REQ for {cname}{}", if *proof { ", password proved" } else { "" }))
        }
        Fact::AsRep { cname, .. } => to_client(format!("AS-REP: ticket for {cname}")),
        Fact::TgsReq { sname } => to_server(format!("TGS-REQ for {sname}")),
        Fact::TgsRep { sname } => to_client(format!("TGS-REP: ticket for {sname}")),
        Fact::KrbError { code, .. } => {
            let name = ErrorCode(*code).to_string();
            let short = name.strip_prefix("KDC_ERR_").or(name.strip_prefix("KRB_AP_ERR_"));
            to_client(format!("KRB-ERROR {}", short.unwrap_or(&name)))
        }
        Fact::KpasswdRequest => to_server("kpasswd: sets the password"),
        Fact::KpasswdAnswer { error: Some(error), .. } => {
            to_client(format!("kpasswd: {}", ErrorCode(*error)))
        }
        Fact::KpasswdAnswer { .. } => to_client("kpasswd: answered"),
        _ => None,
    }
}

fn ping_answer(opcode: Opcode, flags: DsFlags, domain: &str, host: &str, extended: bool) -> String {
    let who = if host.is_empty() { domain } else { host };
    let who = if who.is_empty() { "LDAP ping: answered".to_owned() } else { format!("LDAP ping: {who}") };
    if opcode.is_paused() {
        format!("{who}, paused")
    } else if extended && !flags.contains(DsFlags::WRITABLE) {
        format!("{who}, not writable")
    } else {
        who
    }
}

/// SMB, LDAP and TLS.
fn directory(fact: &Fact) -> Option<(bool, String)> {
    match fact {
        Fact::SmbNegotiate { .. } => to_server("SMB negotiate"),
        Fact::SmbNegotiated { .. } => to_client("SMB negotiated"),
        Fact::SmbNotNegotiated { .. } => to_client("SMB negotiate refused"),
        Fact::SmbValidate { .. } => to_server("SMB says the negotiation again"),
        Fact::SmbValidated { status, .. } if status.is_error() => {
            to_client(format!("SMB negotiation not confirmed: {status}"))
        }
        Fact::SmbValidated { .. } => to_client("SMB negotiation confirmed"),
        Fact::SmbSetup { proof } => to_server(format!("SMB session setup{}", with(proof.as_ref()))),
        Fact::SmbSetupAnswer { status: NtStatus::MORE_PROCESSING_REQUIRED, .. } => {
            to_client("SMB session setup goes on")
        }
        Fact::SmbSetupAnswer { status, .. } if status.is_error() => {
            to_client(format!("SMB session refused: {status}"))
        }
        Fact::SmbSetupAnswer { .. } => to_client("SMB session accepted"),
        Fact::SmbTree { path } => to_server(format!("SMB share {path}")),
        Fact::SmbTreeAnswer { status, .. } if status.is_error() => {
            to_client(format!("SMB share refused: {status}"))
        }
        Fact::SmbTreeAnswer { .. } => to_client("SMB share connected"),
        Fact::SmbPipe { name } => to_server(format!("SMB opens pipe {name}")),
        Fact::SmbPipeAnswer { status, .. } if status.is_error() => {
            to_client(format!("SMB pipe refused: {status}"))
        }
        Fact::SmbPipeAnswer { .. } => to_client("SMB pipe open"),
        Fact::SmbEncrypted { from_server, .. } => Some((*from_server, "encrypted SMB".to_owned())),
        Fact::LdapSearch { root_dse: true } => to_server("LDAP: reads the rootDSE"),
        Fact::LdapSearch { .. } => to_server("LDAP search"),
        Fact::LdapEntry => to_client("LDAP entry"),
        Fact::LdapBind { proof } => to_server(format!("LDAP bind{}", with(proof.as_ref()))),
        Fact::LdapBindAnswer { code: 0, .. } => to_client("LDAP bind accepted"),
        Fact::LdapBindAnswer { code: 14, .. } => to_client("LDAP bind goes on"),
        Fact::LdapBindAnswer { code, .. } => to_client(format!("LDAP bind refused: result {code}")),
        Fact::LdapWrite { what, .. } => to_server(format!("LDAP {what}")),
        Fact::LdapWriteAnswer { code: 0, .. } => to_client("LDAP write done"),
        Fact::LdapWriteAnswer { code, .. } => to_client(format!("LDAP write refused: result {code}")),
        Fact::LdapSealed { from_server, .. } => Some((*from_server, "sealed LDAP".to_owned())),
        Fact::LdapUnbind => to_server("LDAP unbind"),
        Fact::TlsHello => to_server("TLS client hello"),
        Fact::TlsServerHello => to_client("TLS server hello"),
        Fact::TlsData { from_server } => Some((*from_server, "TLS data".to_owned())),
        Fact::TlsAlert { description, from_server, .. } => {
            Some((*from_server, format!("TLS alert: {}", alert(*description))))
        }
        _ => None,
    }
}

/// DCE/RPC.
fn calls(fact: &Fact) -> Option<(bool, String)> {
    match fact {
        Fact::EpmAsk { interface } => to_server(format!("EPM: port of {}?", name(Some(*interface)))),
        Fact::EpmAnswer { ports, .. } => to_client(match ports.first() {
            Some(port) => format!("EPM: TCP port {port}"),
            None => "EPM: not registered".to_owned(),
        }),
        Fact::RpcBind { interface, proof } => {
            to_server(format!("RPC bind to {}{}", name(*interface), with(proof.as_ref())))
        }
        Fact::RpcBound { accepted: true, .. } => to_client("RPC bind accepted"),
        Fact::RpcBound { reason, .. } | Fact::RpcBindNak { reason, .. } => {
            to_client(format!("RPC bind refused: {reason}"))
        }
        // What the endpoint mapper is asked and answers is told by facts of its own.
        Fact::RpcCall { interface: Some(EPMAPPER), .. }
        | Fact::RpcReturn { interface: Some(EPMAPPER), .. } => None,
        Fact::RpcCall { interface, opnum, sealed } => {
            to_server(format!("{}{}", call(*interface, Some(*opnum)), if *sealed { ", sealed" } else { "" }))
        }
        Fact::RpcReturn { interface, opnum, status, .. } => {
            let call = call(*interface, *opnum);
            to_client(match status {
                Some(status) if *status != 0 => format!("{call}: 0x{status:X}"),
                _ => format!("{call}: returns"),
            })
        }
        Fact::ReuseAnswer { allowed } => to_client(if *allowed {
            "the account may be used again"
        } else {
            "the account may not be used again"
        }),
        Fact::RpcFault { interface, opnum, status } => {
            to_client(format!("{}: fault 0x{status:08x}", call(*interface, *opnum)))
        }
        _ => None,
    }
}

fn with(proof: Option<&Proof>) -> String {
    match proof {
        Some(Proof::Kerberos(service)) if service.is_empty() => ", Kerberos".to_owned(),
        Some(Proof::Kerberos(service)) => format!(", ticket for {service}"),
        Some(Proof::Ntlm(Some(account))) if !account.is_empty() => format!(", NTLM as {account}"),
        Some(Proof::Ntlm(_)) => ", NTLM".to_owned(),
        Some(Proof::Anonymous) => ", anonymous".to_owned(),
        None => String::new(),
    }
}

fn name(interface: Option<Guid>) -> String {
    match interface {
        None => "an interface".to_owned(),
        Some(guid) => interface_name(guid).map_or_else(|| guid.to_string(), str::to_uppercase),
    }
}

fn call(interface: Option<Guid>, opnum: Option<u16>) -> String {
    let Some(opnum) = opnum else { return format!("{} call", name(interface)) };
    match interface.and_then(|interface| opnum_name(interface, opnum)) {
        Some(call) => call.to_owned(),
        None => format!("{} operation {opnum}", name(interface)),
    }
}
