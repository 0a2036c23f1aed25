//! P6, P7, P9: the endpoint mapper, the ports that it names, and calls.

use adjoin_wire::Guid;
use rpce_proto::{interface_name, opnum_name};

use super::Case;
use super::problem::{Confidence, Goal, Problem};
use super::stall::{Names, unanswered, unreached};
use crate::Phase;
use crate::speak::{DRSUAPI, NETLOGON, WKSSVC};
use crate::story::{Contact, Fact, Proof, Service, Told};

pub(super) const EPM: Names = Names {
    phase: Phase::P6,
    blocked: "RPC-135",
    unreachable: "RPC-135",
    reset: "RPC-DNE",
    intercepted: "RPC-DNE",
    mtu: "RPC-DNE",
    lost: "RPC-DNE",
    silent: "RPC-DNE",
};
pub(super) const CALLS: Names = Names {
    phase: Phase::P7,
    blocked: "RPC-DYN",
    unreachable: "RPC-DYN",
    reset: "RPC-FAILED",
    intercepted: "RPC-FAILED",
    mtu: "RPC-FAILED",
    lost: "RPC-FAILED",
    silent: "RPC-FAILED",
};

/// What goes wrong with RPC over TCP and in pipes.
pub(crate) fn problems(case: &Case<'_>) -> Vec<Problem> {
    let mut all = Vec::new();
    for contact in case.contacts {
        match contact.service {
            Service::Epm => {
                all.extend(unreached(case, contact, &EPM, Goal::Port(None)));
                all.extend(unanswered(case, contact, &EPM, Goal::Port(None)));
            }
            Service::Rpc => {
                let interface = interface_of(case, contact);
                let phase = if interface == Some(NETLOGON) { Phase::P9 } else { Phase::P7 };
                let names = Names { phase, ..CALLS };
                all.extend(unreached(case, contact, &names, Goal::Calls(interface)));
                all.extend(unanswered(case, contact, &names, Goal::Calls(interface)));
            }
            _ => {}
        }
        answers(contact, &mut all);
    }
    all
}

/// What the endpoint mapper had said to listen at the contact's port.
fn interface_of(case: &Case<'_>, contact: &Contact) -> Option<Guid> {
    let bound = contact.facts.iter().find_map(|told| match &told.fact {
        Fact::RpcBind { interface, .. } => *interface,
        _ => None,
    });
    bound.or_else(|| {
        case.contacts.iter().flat_map(|other| &other.facts).find_map(|told| match &told.fact {
            Fact::EpmAnswer { interface, ports, .. } if ports.contains(&contact.server.port) => *interface,
            _ => None,
        })
    })
}

fn name(interface: Option<Guid>) -> String {
    interface.and_then(interface_name).map_or_else(|| "an interface".to_owned(), str::to_uppercase)
}

/// Calls that only an established secure channel may carry, and must seal ([MS-NRPC] 3.4.4):
/// `NetrLogonGetCapabilities`, `NetrLogonGetDomainInfo`, `NetrServerPasswordSet2` and logons.
const OF_THE_CHANNEL: [u16; 6] = [2, 21, 29, 30, 39, 45];

/// A call of the secure channel that is not sealed, and is refused for that.
fn unsealed(contact: &Contact) -> Option<Problem> {
    let mut made = None;
    let mut call = None;
    for told in &contact.facts {
        let refusal = match &told.fact {
            Fact::RpcReturn {
                interface: Some(NETLOGON), opnum: Some(15 | 26 | 59), status: Some(0), ..
            } => {
                made = Some(told.at);
                continue;
            }
            Fact::RpcCall { interface: Some(NETLOGON), opnum, sealed } => {
                call = Some((told.at, *opnum)).filter(|_| !sealed && OF_THE_CHANNEL.contains(opnum));
                continue;
            }
            Fact::RpcFault { status: 0x5, .. } => "fault 0x00000005",
            Fact::RpcReturn { status: Some(0xc000_0022), sealed: false, .. } => "STATUS_ACCESS_DENIED",
            _ => continue,
        };
        let (Some(made), Some((asked, opnum))) = (made, call.take()) else { continue };
        let server = contact.server.address;
        let what = format!(
            "The secure channel is made, but {} comes unsealed, and {server} refuses it: {refusal}",
            opnum_name(NETLOGON, opnum).unwrap_or("the next call")
        );
        let mut found =
            Problem::told("NL-SEAL", Phase::P9, told.at, Goal::Calls(Some(NETLOGON)), server, what)
                .showing(made.frame, "the secure channel is made")
                .showing(asked.frame, "the call, not sealed")
                .showing(told.at.frame, refusal);
        found.certain = told.at;
        return Some(found);
    }
    None
}

fn answers(contact: &Contact, all: &mut Vec<Problem>) {
    let unsealed = unsealed(contact);
    let refused_at = unsealed.as_ref().map(|found| found.at);
    all.extend(unsealed);
    let server = contact.server.address;
    let mut asked_at = contact.first;
    let mut wanted = None;
    for told in &contact.facts {
        let mut add = |id, phase, goal, what: String, shows: String| {
            let mut found = Problem::told(id, phase, asked_at, goal, server, what)
                .showing(asked_at.frame, "the request")
                .showing(told.at.frame, shows);
            found.certain = told.at;
            all.push(found);
        };
        match &told.fact {
            Fact::EpmAsk { interface } => {
                asked_at = told.at;
                wanted = Some(*interface);
            }
            Fact::RpcBind { .. } | Fact::RpcCall { .. } => asked_at = told.at,
            Fact::EpmAnswer { ports, status, .. } if *status != 0 && ports.is_empty() => add(
                "RPC-EPMAP",
                Phase::P6,
                Goal::Port(wanted),
                format!("The endpoint mapper of {server} has no entry for {}", name(wanted)),
                format!("status 0x{status:08x}, no towers"),
            ),
            Fact::RpcBindNak { interface, reason }
            | Fact::RpcBound { interface, accepted: false, reason } => {
                let phase = phase_of(contact, *interface);
                add(
                    "RPC-BINDNAK",
                    phase,
                    Goal::Calls(*interface),
                    format!("{server} refuses the bind to {}: {reason}", name(*interface)),
                    "the refusal".to_owned(),
                );
            }
            Fact::RpcFault { .. } if refused_at == Some(told.at) => {}
            Fact::RpcFault { interface, opnum, status } => {
                let locates =
                    *interface == Some(NETLOGON) && opnum.is_some_and(|call| LOCATE.contains(&call));
                let id = match status {
                    0x5 if locates && is_anonymous(contact) => "NL-DCLOC25",
                    0x5 => "RPC-FAULT5",
                    0x721 => "RPC-SECPKG",
                    _ => "RPC-FAULT",
                };
                let call =
                    opnum.and_then(|opnum| interface.and_then(|interface| opnum_name(interface, opnum)));
                let what = format!(
                    "{server} refuses {} {} with fault 0x{status:08x}",
                    name(*interface),
                    call.unwrap_or("a call")
                );
                let found = Problem::told(
                    id,
                    if id == "NL-DCLOC25" { Phase::P2 } else { phase_of(contact, *interface) },
                    asked_at,
                    Goal::Calls(*interface),
                    server,
                    what,
                )
                .showing(asked_at.frame, "the call")
                .showing(told.at.frame, format!("fault 0x{status:08x}"));
                // Optional calls fail in good joins: operation out of range, unknown interface.
                let matters = matches!(status, 0x5 | 0x721) && matches!(*interface, Some(DRSUAPI | NETLOGON));
                all.push(if matters { found } else { found.harmless() });
            }
            Fact::RpcReturn { .. } => all.extend(remote_join(contact, told)),
            _ => {}
        }
    }
}

/// DsrGetDcName, DsrGetDcNameEx and DsrGetDcNameEx2 ([MS-NRPC] 3.5.4.3.1 to 3).
const LOCATE: [u16; 3] = [20, 27, 34];

/// The caller has shown nothing of who it is, neither to RPC nor to the session that carries it.
fn is_anonymous(contact: &Contact) -> bool {
    let nobody = |proof: &Option<Proof>| matches!(proof, None | Some(Proof::Anonymous | Proof::Ntlm(None)));
    let mut begun = false;
    contact.facts.iter().all(|told| match &told.fact {
        Fact::SmbSetup { proof } => {
            begun = true;
            nobody(proof)
        }
        Fact::RpcBind { proof, .. } => {
            begun |= contact.service != Service::Smb;
            nobody(proof)
        }
        Fact::RpcCall { sealed, .. } => !sealed,
        _ => true,
    }) && begun
}

/// NetrJoinDomain2 ([MS-WKST] 3.2.4.13), by which one machine has another one join, returns the code of
/// that join.
fn remote_join(contact: &Contact, told: &Told) -> Option<Problem> {
    const JOIN_DOMAIN: u16 = 22;
    const DIFFERENT_SERVICE_ACCOUNT: u32 = 0x437;
    let Fact::RpcReturn { interface: Some(WKSSVC), opnum: Some(JOIN_DOMAIN), status, .. } = told.fact else {
        return None;
    };
    if status != Some(DIFFERENT_SERVICE_ACCOUNT) {
        return None;
    }
    let server = contact.server.address;
    let what = format!("{server} was told to join a domain, and could not: its DC's Windows Time service");
    let mut found = Problem::told("LOC-W32TIME", Phase::P4, told.at, Goal::Extra, server, what)
        .showing(told.at.frame, "NetrJoinDomain2 returns 0x437")
        .harmless();
    found.confidence = Confidence::Medium;
    Some(found)
}

const fn phase_of(contact: &Contact, interface: Option<Guid>) -> Phase {
    match (contact.service, interface) {
        (Service::Epm, _) => Phase::P6,
        (Service::Smb, _) => Phase::P4,
        (_, Some(guid)) if guid.to_u128() == NETLOGON.to_u128() => Phase::P9,
        _ => Phase::P7,
    }
}
