//! Goals that were reached.

use super::problem::{Goal, Success};
use super::{Case, locator, smb};
use crate::speak::{DRSUAPI, NETLOGON, SAMR};
use crate::story::{Contact, Fact, Proof, Service};
use crate::tcp::Sight;
use dns_proto::Rcode;
use dns_proto::RecordType;
use netlogon_proto::{DsFlags, Opcode};
use smb2_proto::NtStatus;

/// SAMR operations that only succeed when the account is there and may be changed.
const SAMR_SET: [u16; 4] = [37, 58, 55, 66];

/// Octets of a sealed request that must be a write: an object with its names, SPNs and password.
pub(super) const SEALED_WRITE: usize = 400;
/// Octets of a sealed answer that is no more than a result code, the seal included.
pub(super) const BARE_RESULT: usize = 100;

/// All goals that were reached, in the order of time.
pub(crate) fn successes(case: &Case<'_>) -> Vec<Success> {
    let mut all = Vec::new();
    for contact in case.contacts {
        of_contact(contact, &mut all);
    }
    // Who has given up makes nothing of an answer.
    let late = locator::late_answers(case);
    all.retain(|success| success.goal != Goal::Controller || !late.contains(&success.at));
    all.sort_by_key(|success| success.at.time);
    all
}

fn of_contact(contact: &Contact, all: &mut Vec<Success>) {
    let mut asked_domain = String::new();
    let mut proof = None;
    let mut sealed_request = 0;
    let mut of_domain = true;
    let add = |all: &mut Vec<Success>, at: Sight, goal: Goal, ntlm: bool| {
        all.push(Success { at, goal, ntlm, ticket: false });
    };
    for told in &contact.facts {
        let at = told.at;
        match &told.fact {
            Fact::DnsAnswer {
                locator: true, rcode: Rcode::NOERROR, found, rtype: RecordType::SRV, ..
            } if *found > 0 => {
                add(all, at, Goal::Names, false);
            }
            Fact::Ping { domain, .. } => asked_domain.clone_from(domain),
            Fact::PingAnswer { opcode, flags, domain, extended: true, .. } => {
                let usable = matches!(
                    *opcode,
                    Opcode::LOGON_SAM_LOGON_RESPONSE_EX | Opcode::LOGON_SAM_USER_UNKNOWN_EX
                );
                if usable && flags.contains(DsFlags::DS) && same_domain(&asked_domain, domain) {
                    add(all, at, Goal::Controller, false);
                }
            }
            Fact::AsRep { cname, sname } if sname.to_lowercase().starts_with("krbtgt/") => {
                add(all, at, Goal::Logon(cname.clone()), false);
                // The machine's own account can log on: it exists, with the password that was set.
                if cname.ends_with('$') {
                    add(all, at, Goal::Member, false);
                }
            }
            Fact::TgsRep { sname } => add(all, at, Goal::Ticket(sname.clone()), false),
            Fact::SmbSetup { proof: Some(who) } | Fact::LdapBind { proof: Some(who) } => {
                proof = Some(who.clone())
            }
            Fact::SmbSetupAnswer { status, anonymous: false, .. }
                if *status == NtStatus::SUCCESS && proof != Some(Proof::Anonymous) =>
            {
                all.push(proven(at, Goal::Smb, proof.as_ref()));
            }
            Fact::LdapBindAnswer { code: 0, .. } if proof != Some(Proof::Anonymous) => {
                all.push(proven(at, Goal::Ldap, proof.as_ref()));
            }
            Fact::LdapSealed { bytes, from_server: false } => sealed_request = *bytes,
            // A large request and a bare result: an object was written. A refusal explains itself.
            Fact::LdapSealed { bytes, from_server: true }
                if sealed_request >= SEALED_WRITE && *bytes <= BARE_RESULT =>
            {
                sealed_request = 0;
                add(all, at, Goal::Account, false);
            }
            // A password buffer of SAMR: nothing else that a join sends in a pipe is as large.
            Fact::SmbEncrypted { bytes, from_server: false } if smb::PASSWORD_BUFFER.contains(bytes) => {
                add(all, at, Goal::Account, false);
            }
            Fact::TlsData { from_server: true } => add(all, at, Goal::Extra, false),
            Fact::LdapWrite { dn, .. } => of_domain = !is_configuration(dn),
            Fact::LdapWriteAnswer { code: 0, .. } if of_domain => add(all, at, Goal::Account, false),
            Fact::EpmAnswer { interface, status: 0, ports } if !ports.is_empty() => {
                add(all, at, Goal::Port(*interface), false);
            }
            Fact::RpcReturn { interface: Some(SAMR), opnum: Some(opnum), status: Some(0), .. }
                if SAMR_SET.contains(opnum) =>
            {
                add(all, at, Goal::Account, false);
            }
            Fact::RpcReturn {
                interface: Some(NETLOGON), opnum: Some(15 | 26 | 59), status: Some(0), ..
            } => {
                add(all, at, Goal::Channel, false);
            }
            Fact::RpcReturn { interface, .. }
                if *interface == Some(DRSUAPI) || contact.service == Service::Rpc =>
            {
                add(all, at, Goal::Calls(*interface), false);
            }
            Fact::KpasswdAnswer { done: true, .. }
            | Fact::KpasswdAnswer { error: Some(0), result: None | Some(0), .. } => {
                add(all, at, Goal::Password, false);
            }
            _ => {}
        }
    }
}

/// The object lies in the configuration or the schema of the forest, where no computer account is.
fn is_configuration(dn: &str) -> bool {
    dn.to_ascii_lowercase().split(',').any(|part| part.trim() == "cn=configuration")
}

/// A session, and how the client proved who it is.
fn proven(at: Sight, goal: Goal, proof: Option<&Proof>) -> Success {
    let ntlm = matches!(proof, Some(Proof::Ntlm(_)));
    let ticket = matches!(proof, Some(Proof::Kerberos(_)));
    Success { at, goal, ntlm, ticket }
}

/// Both are the same domain, or nothing was asked for.
pub(crate) fn same_domain(asked: &str, answered: &str) -> bool {
    let bare = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
    asked.is_empty() || bare(asked) == bare(answered)
}
