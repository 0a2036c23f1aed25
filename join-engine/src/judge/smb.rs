//! P3 and P4: SMB sessions and pipes.

use core::ops::RangeInclusive;

use smb2_proto::NtStatus;

use super::problem::{Confidence, Goal, Problem};
use super::stall::{Names, unanswered, unreached};
use super::{Case, sessions};
use crate::Phase;
use crate::story::{Contact, Fact, Proof, Service};

pub(super) const NAMES: Names = Names {
    phase: Phase::P3,
    blocked: "SMB-SYN",
    unreachable: "SMB-UNREACH",
    reset: "SMB-RESET",
    intercepted: "SMB-PROXYACK",
    mtu: "SMB-TIMEOUT",
    lost: "SMB-TIMEOUT",
    silent: "SMB-TIMEOUT",
};

/// The port of NetBIOS sessions.
const NETBIOS: u16 = 139;
/// STATUS_INVALID_SIGNATURE.
const BAD_SIGNATURE: u32 = 0xc000_a000;
/// The pipes that a join needs.
const PIPES: [&str; 4] = ["lsarpc", "samr", "netlogon", "lsass"];

/// What goes wrong with sessions.
pub(crate) fn problems(case: &Case<'_>) -> Vec<Problem> {
    let mut all = Vec::new();
    for contact in case.with(Service::Smb) {
        // Port 139 is tried beside 445 and is closed in most places.
        if contact.server.port != NETBIOS {
            all.extend(unreached(case, contact, &NAMES, Goal::Smb));
        }
        match sessions::broken_off(contact) {
            Some(found) => all.push(found),
            None => all.extend(unanswered(case, contact, &NAMES, Goal::Smb)),
        }
        statuses(contact, &mut all);
        all.extend(sealed(contact));
    }
    all
}

/// Octets of an encrypted message with the 516 octets of a new password in it ([MS-SAMR] 2.2.6.21).
pub(super) const PASSWORD_BUFFER: RangeInclusive<usize> = 640..=2000;

/// RPC in encrypted pipes that ends before a password was set.
fn sealed(contact: &Contact) -> Option<Problem> {
    /// Most octets of an answer in a pipe of a join; file traffic has larger ones.
    const SMALL: usize = 600;
    let sizes = |wanted: bool| {
        contact.facts.iter().filter_map(move |told| match told.fact {
            Fact::SmbEncrypted { bytes, from_server } if from_server == wanted => Some((told.at, bytes)),
            _ => None,
        })
    };
    let (requests, fin) = (sizes(false).count(), contact.tcp.to_server.fin?);
    // The message that matters may be the one that isn't there.
    if !contact.tcp.is_whole() {
        return None;
    }
    if requests < 8
        || sizes(false).any(|(_, bytes)| bytes > *PASSWORD_BUFFER.start())
        || sizes(true).any(|(_, bytes)| bytes > SMALL)
    {
        return None;
    }
    let (first, _) = sizes(false).next()?;
    let (last, _) = sizes(true).next_back()?;
    let what = format!(
        "{requests} encrypted SMB requests and no new password among them: the account was refused inside SMB3 encryption"
    );
    let mut found = Problem::told("SEALED", Phase::P8, first, Goal::Account, contact.server.address, what)
        .showing(first.frame, "encryption begins")
        .showing(last.frame, "the server's last words")
        .showing(fin.frame, "the client closes");
    found.confidence = Confidence::Low;
    Some(found)
}

fn statuses(contact: &Contact, all: &mut Vec<Problem>) {
    let server = contact.server.address;
    let (mut asked_at, mut proof, mut ticket) = (contact.first, None, None);
    for told in &contact.facts {
        let mut confidence = Confidence::High;
        let (phase, found) = match &told.fact {
            Fact::SmbNegotiate { .. } => {
                asked_at = told.at;
                continue;
            }
            Fact::SmbSetup { proof: who } => {
                asked_at = told.at;
                proof = who.clone().or(proof);
                ticket = None;
                continue;
            }
            Fact::LargeTicket { bytes } => {
                ticket = Some(*bytes);
                continue;
            }
            Fact::SmbTree { .. } | Fact::SmbPipe { .. } => {
                asked_at = told.at;
                continue;
            }
            Fact::SmbNotNegotiated { status: Some(status) } => (Phase::P3, negotiation(*status)),
            Fact::SmbSetupAnswer { status, .. } => {
                let large = ticket.and_then(|bytes| sessions::too_large(*status, bytes));
                let found = match large {
                    Some((what, sure)) => {
                        confidence = sure;
                        Some(("LOC-MEM", what))
                    }
                    None => setup(*status, proof.as_ref()),
                };
                (Phase::P3, found)
            }
            Fact::SmbTreeAnswer { path, status } => (Phase::P3, tree(*status, path)),
            Fact::SmbPipeAnswer { name, status } => (Phase::P4, pipe(*status, name)),
            _ => continue,
        };
        if let Some((id, what)) = found {
            let goal = if phase == Phase::P4 { Goal::Calls(None) } else { Goal::Smb };
            let mut found = Problem::told(id, phase, asked_at, goal, server, what)
                .showing(asked_at.frame, "the request")
                .showing(told.at.frame, "the refusal");
            found.certain = told.at;
            found.confidence = confidence;
            all.push(found);
        }
    }
}

fn negotiation(status: NtStatus) -> Option<(&'static str, String)> {
    let id = match status.0 {
        // Told where the dialects are compared.
        0xc000_00bb => return None,
        0xc000_00d0 => "SMB-NOCONN",
        _ if status.is_error() => "SMB-DENIED",
        _ => return None,
    };
    Some((id, format!("The SMB negotiation is refused: {status}")))
}

fn setup(status: NtStatus, proof: Option<&Proof>) -> Option<(&'static str, String)> {
    if !status.is_error() || status == NtStatus::MORE_PROCESSING_REQUIRED {
        return None;
    }
    let who = match proof {
        Some(Proof::Ntlm(Some(name))) => format!("{name}, with NTLM"),
        Some(Proof::Ntlm(None)) => "NTLM".to_owned(),
        Some(Proof::Kerberos(service)) => format!("a ticket for {service}"),
        Some(Proof::Anonymous) => "an anonymous client".to_owned(),
        None => "the client".to_owned(),
    };
    let id = match status.0 {
        0xc000_006d | 0xc000_006a | 0xc000_0064 => "SMB-CREDS",
        0xc000_0234 => "SMB-LOCKED",
        0xc000_0072 => "SMB-DISABLED",
        0xc000_0071 => "SMB-PWEXPIRED",
        0xc000_0224 => "SMB-PWCHANGE",
        0xc000_0193 => "SMB-ACCTEXPIRED",
        0xc000_006f => "SMB-HOURS",
        0xc000_0070 => "SMB-WKSTA",
        0xc000_006e => "SMB-RESTRICT",
        0xc000_015b => "SMB-LOGONTYPE",
        0xc000_00bb | 0xc000_0418 => "SMB-NTLMDENY",
        0xc000_00d0 => "SMB-NOCONN",
        BAD_SIGNATURE => "SMB-SIGN",
        _ => "SMB-DENIED",
    };
    Some((id, format!("The SMB session of {who} is refused: {status}")))
}

fn tree(status: NtStatus, path: &str) -> Option<(&'static str, String)> {
    let id = match status.0 {
        0xc000_00cc => "SMB-BADNETNAME",
        0xc000_00d0 => "SMB-NOCONN",
        BAD_SIGNATURE => "SMB-SIGN",
        _ if status.is_error() => "SMB-DENIED",
        _ => return None,
    };
    Some((id, format!("{path} is refused: {status}")))
}

fn pipe(status: NtStatus, name: &str) -> Option<(&'static str, String)> {
    let bare = name.rsplit('\\').next().unwrap_or(name);
    if !PIPES.iter().any(|pipe| pipe.eq_ignore_ascii_case(bare)) {
        return None;
    }
    match status.0 {
        0xc000_0034 | 0xc000_00ac | 0xc000_00ae => {
            Some(("SAMR-UNAVAIL", format!("The pipe {name} is not there: {status}")))
        }
        _ if status.is_error() => Some(("SMB-DENIED", format!("The pipe {name} is refused: {status}"))),
        _ => None,
    }
}
