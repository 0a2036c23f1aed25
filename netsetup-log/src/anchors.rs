//! Lines that have a counterpart in a packet capture.

use crate::lines::{Line, Log};
use crate::options::OptionKind;
use crate::status::Status;
use crate::time::Stamp;

/// What happened on the wire when the line was written: the packet to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnchorKind {
    /// The search for a domain controller begins: the first DNS query or LDAP ping of a burst.
    LocatorStarts,
    /// The domain was found (or not): the last DNS or LDAP ping answer of a burst.
    DomainChecked,
    /// No controller knows the account: the LDAP ping answer with opcode 25.
    AccountUnknown,
    /// The address of the chosen controller was looked up: its A or AAAA answer.
    AddressResolved,
    /// The controller was chosen: the LDAP ping answer with opcode 23.
    ControllerFound,
    /// The NetBIOS name was looked for: the last name query.
    NameChecked,
    /// The SMB session stands or failed: the answer to the tree connect of IPC$, or what ended it.
    SmbConnected,
    /// LDAP is bound: the last bind response.
    LdapBound,
    /// LDAP could not bind: the refusal, or the last try.
    LdapBindFailed,
    /// The domain's data are read: a sealed LDAP request.
    LdapSearched,
    /// A name was cracked: the DsCrackNames answer.
    NameCracked,
    /// The RPC service of the directory was not reached: the last try, or the refusal.
    DirectoryUnreached,
    /// The account was written: the answer to the sealed add or modify.
    AccountWritten,
    /// An account call over SAMR was answered.
    SamrAnswered,
    /// The LDAP connection was given up: the client's unbind or FIN.
    LdapUnbound,
    /// The SMB session was given up: the tree disconnect or logoff.
    SmbDisconnected,
    /// The pass ended: nothing of it comes later.
    PassEnded,
}

/// A line with a counterpart on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor<'a> {
    /// The line's number.
    pub line: u32,
    /// Its time.
    pub time: Stamp,
    /// What happened.
    pub kind: AnchorKind,
    /// The host that the line names, without slashes; for the search, the domain.
    pub host: Option<&'a str>,
    /// The flags of the search.
    pub flags: Option<u32>,
    /// The status that the line tells.
    pub status: Option<Status>,
}

impl Log {
    /// The lines that have a counterpart on the wire, in the order of the log. Lines without a time are
    /// left out.
    pub fn anchors(&self) -> impl Iterator<Item = Anchor<'_>> {
        self.lines().filter_map(anchor)
    }
}

fn anchor(line: Line<'_>) -> Option<Anchor<'_>> {
    let time = line.time?;
    let says = |words: &str| line.text.contains(words);
    let (kind, host) = match line.function() {
        Some("NetpDsGetDcName") if says("trying to find DC") => {
            (AnchorKind::LocatorStarts, quoted(line.text))
        }
        Some("NetpDsGetDcName") if says("having account") => (AnchorKind::AccountUnknown, None),
        Some("NetpDsGetDcName") if says("DNS A record") => (AnchorKind::AddressResolved, quoted(line.text)),
        Some("NetpDsGetDcName") if says("found DC") => (AnchorKind::ControllerFound, quoted(line.text)),
        Some("NetpDsGetDcName") if says("failed to find a DC") => (AnchorKind::DomainChecked, None),
        Some("NetpCheckDomainNameIsValid") => (AnchorKind::DomainChecked, quoted(line.text)),
        Some("NetpCheckNetBiosNameNotInUse") => (AnchorKind::NameChecked, quoted(line.text)),
        Some("NetUseAdd") => (AnchorKind::SmbConnected, server(line.text)),
        Some("NetpJoinDomainOnDs" | "NetpJoinDomain") if says("status of connecting to dc") => {
            (AnchorKind::SmbConnected, quoted(line.text))
        }
        Some("NetpJoinDomainOnDs" | "NetpJoinDomain") if says("status of disconnecting from") => {
            (AnchorKind::SmbDisconnected, quoted(line.text))
        }
        Some("NetpLdapBind") if says("failed") => (AnchorKind::LdapBindFailed, after_on(line.text)),
        Some("NetpLdapBind") if says("Verified") => (AnchorKind::LdapBound, after_on(line.text)),
        Some("NetpGetNCData" | "NetpGetDomainData") => (AnchorKind::LdapSearched, None),
        Some("NetpGetComputerObjectDn") if says("Unable to bind") => {
            (AnchorKind::DirectoryUnreached, quoted(line.text))
        }
        Some("NetpGetComputerObjectDn") if says("Crack results") => (AnchorKind::NameCracked, None),
        Some("NetpModifyComputerObjectInDs") if says("ldap_add_s") || says("ldap_modify_s") => {
            (AnchorKind::AccountWritten, None)
        }
        // Asked right after the account was written.
        None if says("Querying") && says("objectSid") => (AnchorKind::AccountWritten, None),
        Some("NetpManageMachineAccountWithSid" | "NetpManageMachineAccount" | "NetpChangeMachineName")
            if says("NetUserAdd on") || says("NetUserSetInfo on") || says("password on '") =>
        {
            (AnchorKind::SamrAnswered, quoted(line.text))
        }
        Some("ldap_unbind") => (AnchorKind::LdapUnbound, None),
        Some("NetpDoDomainJoin") if line.message().starts_with("status:") => (AnchorKind::PassEnded, None),
        _ => return None,
    };
    let flags =
        line.options().filter(|options| options.kind == OptionKind::Locator).map(|options| options.bits);
    Some(Anchor { line: line.number, time, kind, host, flags, status: line.status() })
}

/// The first quoted name, without the slashes of a server.
fn quoted(text: &str) -> Option<&str> {
    let (_, after) = text.split_once('\'')?;
    let (name, _) = after.split_once('\'')?;
    Some(name.trim_start_matches('\\')).filter(|name| !name.is_empty())
}

/// The server of `\\server\share`.
fn server(text: &str) -> Option<&str> {
    let (_, after) = text.split_once("\\\\")?;
    after.split(['\\', ' ', '\'']).next().filter(|name| !name.is_empty())
}

/// The host of `on HOST: 0x0`.
fn after_on(text: &str) -> Option<&str> {
    let (_, after) = text.split_once(" on ")?;
    let host = after.split([' ', '\'']).find(|word| !word.is_empty())?;
    Some(host.trim_end_matches(':').trim_start_matches('\\')).filter(|name| !name.is_empty())
}
