//! What a netlogon message says, whether it came by LDAP or by mailslot; and the calls of NETLOGON.

use netlogon_proto::{DsFlags, Message, Opcode, SamLogonResponseEx};

use crate::catalogue as find;
use crate::log;
use crate::show::FindingId;

/// The call belongs to the making or the use of a secure channel.
pub(super) const fn is_secure_channel(opnum: u16) -> bool {
    matches!(opnum, 2 | 3 | 4..=6 | 15 | 21 | 26 | 29 | 30 | 39 | 45 | 59)
}

/// The answer to an LDAP ping in one sentence, and what there is to remark.
/// `extended` tells that the client wanted the extended form.
pub(super) fn answer(
    ping: &str,
    message: &Message<'_>,
    from: &str,
    extended: bool,
) -> (String, Vec<(FindingId, String)>) {
    let opcode = message.opcode().value;
    let mut remarks = Vec::new();
    let summary = match message {
        Message::SamLogonResponseEx(reply) => describe(ping, reply, from, &mut remarks),
        Message::SamLogonResponse(_) | Message::SamLogonResponseNt40(_) => {
            if extended && opcode == Opcode::LOGON_SAM_LOGON_RESPONSE {
                remarks.push((
                    find::PING_NT4EMU,
                    "The answer is not in the extended form; clients since Windows 2000 discard it".into(),
                ));
            }
            sentence!("{ping} answered by {from} in an old form: {opcode}")
        }
        _ => sentence!("{opcode} from {from}"),
    };
    if opcode.is_paused() {
        remarks.push((
            find::PING_PAUSED,
            sentence!(
                "{from} is not ready: its Netlogon service is paused, or the DC is not synchronised yet"
            ),
        ));
    }
    if opcode.is_user_unknown() {
        remarks.push((
            find::PING_USERUNKNOWN,
            sentence!("{from} has no account of that name that is enabled; normal before the first join"),
        ));
    }
    (summary, remarks)
}

fn describe(
    ping: &str,
    reply: &SamLogonResponseEx<'_>,
    from: &str,
    remarks: &mut Vec<(FindingId, String)>,
) -> String {
    if reply.flags.reached().is_none() {
        return sentence!("{ping} answered by {from}");
    }
    let flags = reply.flags.value;
    let mut lacks = Vec::new();
    // An application naming context is answered for with a few flags only.
    if !flags.contains(DsFlags::NDNC) {
        for (flag, text) in [
            (DsFlags::DS, "is not ready as a directory service"),
            (DsFlags::WRITABLE, "is not writable"),
            (DsFlags::KDC, "is not a KDC"),
        ] {
            if !flags.contains(flag) {
                lacks.push(text);
            }
        }
    }
    let site = match (reply.client_site_name.reached(), flags.contains(DsFlags::CLOSEST)) {
        (Some(site), _) if site.is_empty() => ", which knows no site for the client",
        (Some(_), true) => ", closest site",
        _ => "",
    };
    let kind = match reply.opcode.value {
        Opcode::LOGON_SAM_PAUSE_RESPONSE_EX => "paused",
        Opcode::LOGON_SAM_USER_UNKNOWN_EX => "no such account",
        _ if lacks.is_empty() => "writable KDC",
        _ => "usable",
    };
    let mut summary = sentence!("{ping} answered, {kind}: {from} for {}{site}", reply.dns_domain_name);
    if !lacks.is_empty() {
        let lacks = lacks.join(", ");
        append!(summary, "; {lacks}");
        remarks.push((find::PING_FLAGS, sentence!("{from} {lacks}")));
    }
    summary
}

/// Adds the remarks to a message.
pub(super) fn remark(mut said: log::Message, remarks: Vec<(FindingId, String)>) -> log::Message {
    for (id, text) in remarks {
        said = said.finding(id, text);
    }
    said
}
