//! P8 and P9: the computer account, its password, the secure channel.

use super::problem::{Confidence, Goal, Problem};
use super::stall::{Names, icmp_name, unanswered, unreached};
use super::{Case, SECOND};
use crate::Phase;
use crate::speak::{NETLOGON, SAMR};
use crate::story::{Contact, Fact, Service};
use smb2_proto::NtStatus;

const KPASSWD: Names = Names {
    phase: Phase::P8,
    blocked: "UNX-KPASSWD",
    unreachable: "UNX-KPASSWD",
    reset: "UNX-KPASSWD",
    intercepted: "UNX-KPASSWD",
    mtu: "UNX-KPASSWD",
    lost: "UNX-KPASSWD",
    silent: "UNX-KPASSWD",
};

/// What goes wrong with the account.
pub(crate) fn problems(case: &Case<'_>) -> Vec<Problem> {
    let mut all = Vec::new();
    for contact in case.contacts {
        if contact.service == Service::Kpasswd {
            if contact.udp {
                all.extend(kpasswd_datagrams(case, contact));
            } else {
                all.extend(unreached(case, contact, &KPASSWD, Goal::Password));
                all.extend(unanswered(case, contact, &KPASSWD, Goal::Password));
            }
            all.extend(success_as_error(case, contact));
        }
        calls(contact, &mut all);
        writes(contact, &mut all);
    }
    all
}

fn kpasswd_datagrams(case: &Case<'_>, contact: &Contact) -> Option<Problem> {
    let (since, _) = contact.waiting?;
    let server = contact.server.address;
    let shown = |what: String| {
        Problem::told("UNX-KPASSWD", Phase::P8, since, Goal::Password, server, what)
            .showing(since.frame, "the password is sent, no answer")
    };
    if let Some(icmp) = contact.icmp {
        let what =
            format!("UDP port 464 of {server} can't be reached: {} says {}", icmp.from, icmp_name(&icmp));
        return Some(shown(what).showing(icmp.at.frame, icmp_name(&icmp)));
    }
    if case.time_after(since) < 2 * SECOND {
        return None;
    }
    let what = format!("{server} does not answer on UDP port 464, where the computer's password is set");
    Some(shown(what).silent(contact.last, Confidence::Medium))
}

/// The password is set, and the answer that says so has the form of an error.
fn success_as_error(case: &Case<'_>, contact: &Contact) -> Option<Problem> {
    const SETTLE: &str =
        "The client's own messages tell: `Message stream modified` is what it makes of this answer.";
    let mut asked = contact.first;
    for told in &contact.facts {
        match told.fact {
            Fact::KpasswdRequest => asked = told.at,
            Fact::KpasswdAnswer { error: Some(0), result: None | Some(0), .. } => {
                let server = contact.server.address;
                let after = |other: &Contact| {
                    other.first.time > told.at.time
                        || other
                            .facts
                            .iter()
                            .any(|later| later.at.time > told.at.time && later.fact.is_request())
                };
                let goes_on = case.contacts.iter().any(|other| after(other));
                // All clients write to the account after its password, on a connection that is open.
                let leaves = case.contacts.iter().any(|other| {
                    matches!(other.service, Service::Ldap | Service::Ldaps | Service::Smb)
                        && other.first.time < told.at.time
                        && other.tcp.to_server.fin.is_some_and(|fin| fin.time > told.at.time)
                });
                let what = format!("{server} has set the password, and says so in a KRB-ERROR with number 0");
                let mut found =
                    Problem::told("UNX-KPASSWD25", Phase::P8, told.at, Goal::Member, server, what)
                        .showing(asked.frame, "the password is sent")
                        .showing(told.at.frame, "KRB-ERROR 0: done");
                // Whoever goes on has understood it.
                if goes_on || !leaves || case.time_after(told.at) < 3 * SECOND {
                    return Some(found.harmless());
                }
                found.what.push_str("; the client takes that for a failure and stops");
                found.confidence = Confidence::Medium;
                found.settle = Some(SETTLE);
                return Some(found);
            }
            _ => {}
        }
    }
    None
}

/// SAMR and NETLOGON calls whose return value can be read.
fn calls(contact: &Contact, all: &mut Vec<Problem>) {
    let server = contact.server.address;
    let mut asked_at = contact.first;
    for (index, told) in contact.facts.iter().enumerate() {
        let (interface, opnum, status) = match &told.fact {
            Fact::RpcCall { .. } => {
                asked_at = told.at;
                continue;
            }
            Fact::ReuseAnswer { allowed: false } => {
                let what =
                    format!("{server} does not allow this user to use the existing computer account again");
                let mut found = Problem::told("ACC-REUSE", Phase::P8, asked_at, Goal::Account, server, what)
                    .showing(asked_at.frame, "the question")
                    .showing(told.at.frame, "the answer: FALSE");
                found.certain = told.at;
                all.push(found);
                continue;
            }
            Fact::RpcReturn { interface, opnum: Some(opnum), status: Some(status), .. } => {
                (*interface, *opnum, *status)
            }
            _ => continue,
        };
        let nt = NtStatus(status);
        if status == 0 || !nt.is_error() {
            continue;
        }
        let later = contact.facts.get(index.saturating_add(1)..).unwrap_or_default();
        let goes_on = later.iter().any(|told| {
            matches!(told.fact, Fact::RpcCall { interface: Some(SAMR), opnum: 17 | 34 | 36 | 37 | 58, .. })
        });
        let found = if interface == Some(SAMR) {
            samr(opnum, nt, goes_on).map(|(id, what)| (id, Phase::P8, Goal::Account, what))
        } else if interface == Some(NETLOGON) && matches!(opnum, 5 | 15 | 26 | 59) {
            let id = match status {
                0xc000_0388 => "NL-DOWNGRADE",
                0xc000_018b => "NL-NOTRUST",
                0xc000_0192 => "NL-STOPPED",
                _ if opnum == 59 => "NL-KRB59",
                _ => "NL-BADCRED",
            };
            let what = format!("{server} refuses the secure channel: {nt}");
            Some((id, Phase::P9, Goal::Channel, what))
        } else {
            None
        };
        if let Some((id, phase, goal, what)) = found {
            let mut found = Problem::told(id, phase, asked_at, goal, server, what)
                .showing(asked_at.frame, "the call")
                .showing(told.at.frame, format!("returns {nt}"));
            found.certain = told.at;
            all.push(found);
        }
    }
}

/// A SAMR call that failed. `goes_on` tells that the client then works on the existing account.
fn samr(opnum: u16, status: NtStatus, goes_on: bool) -> Option<(&'static str, String)> {
    const CREATE: u16 = 50;
    const SET: [u16; 4] = [37, 58, 55, 66];
    let denied = status.0 == 0xc000_0022;
    Some(match (opnum, status.0) {
        (_, 0xc000_02e7) => {
            ("LDAP-QUOTA", format!("The user may create no more computer accounts: {status}"))
        }
        (CREATE, 0xc000_0063) if goes_on => return None,
        (CREATE, 0xc000_0063) => ("ACC-EXISTS", format!("The computer account exists already: {status}")),
        (CREATE | 0 | 57 | 62 | 64 | 5 | 7, _) if denied => {
            ("ACC-SAMRDENY", format!("The user may not create the computer account: {status}"))
        }
        (74, _) => ("ACC-REUSE", format!("The existing computer account may not be reused: {status}")),
        (34, _) if denied => {
            ("ACC-SAMRDENY", format!("The user may not open the existing computer account: {status}"))
        }
        (opnum, 0xc000_006c | 0xc000_006b) if SET.contains(&opnum) => {
            ("ACC-PWD", format!("The computer's password is refused by policy: {status}"))
        }
        (opnum, _) if SET.contains(&opnum) && denied => {
            ("ACC-SAMRDENY", format!("The user may not change the existing computer account: {status}"))
        }
        (CREATE, _) => ("ACC-SAMRDENY", format!("The computer account is not created: {status}")),
        _ => return None,
    })
}

/// LDAP writes in clear or signed only.
fn writes(contact: &Contact, all: &mut Vec<Problem>) {
    let mut asked: Option<(crate::tcp::Sight, &str, &str)> = None;
    for told in &contact.facts {
        match &told.fact {
            Fact::LdapWrite { what, dn } => asked = Some((told.at, what, dn)),
            Fact::LdapWriteAnswer { code, win32 } if *code != 0 => {
                let (at, what, dn) = asked.take().unwrap_or((told.at, "write", "the object"));
                let id = match (code, win32) {
                    (_, Some(0x216d)) => "LDAP-QUOTA",
                    (_, Some(0x52d)) => "ACC-PWD",
                    (_, Some(0x21c7)) => "LDAP-SPNDUP",
                    (_, Some(0x2010)) => "LDAP-RID",
                    (32, _) => "LDAP-OU",
                    (68, _) => "ACC-EXISTS",
                    (50, _) if what == "add" => "LDAP-NOCREATE",
                    (13, _) => "LDAP-CONF",
                    _ => "LDAP-MODIFY",
                };
                let text = format!("The LDAP {what} of {dn} is refused: result {code}");
                let mut found = Problem::told(id, Phase::P8, at, Goal::Account, contact.server.address, text)
                    .showing(at.frame, format!("the {what}"))
                    .showing(told.at.frame, format!("result {code}"));
                found.certain = told.at;
                all.push(found);
            }
            _ => {}
        }
    }
}
