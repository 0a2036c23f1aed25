//! Calls, security tokens and sessions: which field of Wireshark's stands for which of ours.

use crate::message::{Kind, Message, Silence, number};
use adjoin_oracle::pdml::Item;

/// One family of ours and the dissector that tells the same.
struct Family {
    kind: Kind,
    /// Our heading and their protocol.
    items: (&'static str, &'static str),
    /// Their filters and our names without prefix. Several of theirs may be one of ours.
    fields: &'static [(&'static str, &'static str)],
}

const FAMILIES: [Family; 6] = [
    Family {
        kind: Kind::Samr,
        items: ("adjoin.samr", "samr"),
        fields: &[
            ("samr.opnum", "opnum"),
            ("samr.samr_Connect2.system_name", "server"),
            ("samr.samr_Connect4.system_name", "server"),
            ("samr.samr_Connect5.system_name", "server"),
            ("samr.connect.access_mask", "access"),
            ("samr.domain.access_mask", "access"),
            ("samr.user.access_mask", "access"),
            ("samr.samr_ConnectInfo1.client_version", "revision"),
            ("samr.samr_ConnectInfo1.unknown2", "features"), // of 4.0
            ("samr.samr_ConnectInfo1.supported_features", "features"),
            ("samr.samr_LookupDomain.domain_name", "domain"),
            ("dcerpc.nt.domain_sid", "domain_sid"),
            ("samr.samr_CreateUser.account_name", "account"),
            ("samr.samr_CreateUser2.account_name", "account"),
            ("samr.samr_LookupNames.names", "account"),
            ("samr.samr_CreateUser2.acct_flags", "account_control"),
            ("samr.samr_UserInfo16.acct_flags", "account_control"),
            ("samr.samr_CreateUser2.access_granted", "granted_access"),
            ("samr.samr_SetUserInfo.level", "information_class"),
            ("samr.samr_SetUserInfo2.level", "information_class"),
            ("samr.samr_QueryUserInfo.level", "information_class"),
            ("samr.samr_QueryUserInfo2.level", "information_class"),
            ("samr.rid", "rid"),
            ("samr.status", "status"),
        ],
    },
    Family {
        kind: Kind::Lsa,
        items: ("adjoin.lsa", "lsarpc"),
        fields: &[
            ("lsarpc.opnum", "opnum"),
            ("lsarpc.lsa_OpenPolicy2.system_name", "server"),
            ("lsarpc.policy.access_mask", "access"),
            ("lsarpc.lsa_QueryInfoPolicy.level", "information_class"),
            ("lsarpc.lsa_QueryInfoPolicy2.level", "information_class"),
            ("lsarpc.lsa_DnsDomainInfo.domain_guid", "domain_guid"),
            ("dcerpc.nt.domain_sid", "domain_sid"),
            ("lsarpc.status", "status"),
        ],
    },
    Family {
        kind: Kind::Netlogon,
        items: ("adjoin.netlogon", "rpc_netlogon"),
        fields: &[
            ("netlogon.opnum", "opnum"),
            ("netlogon.handle", "server"),
            ("netlogon.acct_name", "account"),
            ("netlogon.sec_chan_type", "secure_channel_type"),
            ("netlogon.computer_name", "computer"),
            ("netlogon.clientchallenge", "client_challenge"),
            ("netlogon.serverchallenge", "server_challenge"),
            ("netlogon.clientcred", "client_credential"),
            ("netlogon.servercred", "server_credential"),
            ("netlogon.neg_flags", "flags"),
            ("netlogon.serverrid", "rid"),
            ("netlogon.downlevel_domain", "trust.netbios_domain"),
            ("netlogon.dns_domain", "trust.domain"),
            ("netlogon.trust_flags", "trust.flags"),
            ("netlogon.trust_type", "trust.type"),
            ("netlogon.trust_attribs", "trust.attributes"),
            ("netlogon.rc", "status"),
            ("netlogon.dos.rc", "win32"),
            ("netlogon.werr.rc", "win32"),
        ],
    },
    Family {
        kind: Kind::Ntlm,
        items: ("adjoin.ntlm", "ntlmssp"),
        fields: &[
            ("ntlmssp.messagetype", "type"),
            ("ntlmssp.negotiateflags", "flags"),
            ("ntlmssp.negotiate.domain", "domain"),
            ("ntlmssp.auth.domain", "domain"),
            ("ntlmssp.auth.username", "user"),
            ("ntlmssp.negotiate.callingworkstation", "workstation"),
            ("ntlmssp.auth.hostname", "workstation"),
            ("ntlmssp.challenge.target_name", "target"),
            ("ntlmssp.challenge.target_info.nb_computer_name", "target_info.netbios_computer"),
            ("ntlmssp.challenge.target_info.nb_domain_name", "target_info.netbios_domain"),
            ("ntlmssp.challenge.target_info.dns_computer_name", "target_info.dns_computer"),
            ("ntlmssp.challenge.target_info.dns_domain_name", "target_info.dns_domain"),
            ("ntlmssp.challenge.target_info.dns_tree_name", "target_info.forest"),
            ("ntlmssp.challenge.target_info.timestamp", "target_info.timestamp"),
            ("ntlmssp.ntlmv2_response.nb_computer_name", "target_info.netbios_computer"),
            ("ntlmssp.ntlmv2_response.nb_domain_name", "target_info.netbios_domain"),
            ("ntlmssp.ntlmv2_response.dns_computer_name", "target_info.dns_computer"),
            ("ntlmssp.ntlmv2_response.dns_domain_name", "target_info.dns_domain"),
            ("ntlmssp.ntlmv2_response.dns_tree_name", "target_info.forest"),
            ("ntlmssp.ntlmv2_response.timestamp", "target_info.timestamp"),
            ("ntlmssp.ntlmv2_response.flags", "target_info.flags"),
            ("ntlmssp.ntlmv2_response.target_name", "target_info.target_name"),
            ("ntlmssp.ntlmv2_response.time", "timestamp"),
        ],
    },
    Family {
        kind: Kind::Smb2,
        items: ("adjoin.smb", "smb2"),
        fields: &[
            ("smb2.cmd", "command"),
            ("smb2.nt_status", "status"),
            ("smb2.dialect", "dialect"),
            ("smb2.sec_mode", "security_mode"),
            ("smb2.capabilities", "capabilities"),
            ("smb2.negotiate_context.cipher_id", "cipher"),
            ("smb2.negotiate_context.signing_id", "signing_algorithm"),
            ("smb2.current_time", "server_time"),
            ("smb2.session_flags", "session_flags"),
            ("smb2.tree", "tree"),
            ("smb2.share_type", "share_type"),
        ],
    },
    Family {
        kind: Kind::Ldap,
        items: ("adjoin.ldap", "ldap.LDAPMessage_element"),
        fields: &[
            ("ldap.messageID", "message_id"),
            ("ldap.name", "name"),
            ("ldap.mechanism", "mechanism"),
            ("ldap.resultCode", "result"),
            ("ldap.bindResponse_resultCode", "result"), // from 4.6 on, as is the next one
            ("ldap.extendedResponse_resultCode", "result"),
            ("ldap.errorMessage", "text"),
        ],
    },
];

/// What Wireshark tells of a packet.
pub(crate) fn theirs(packet: &Item) -> Vec<Message> {
    let mut messages = Vec::new();
    for family in &FAMILIES {
        for item in packet.find_all(family.items.1) {
            // Messages that were compounded are told one by one, there in one item.
            if item.find_all("smb2.cmd").count() > 1 {
                continue;
            }
            let mut message = Message::new(packet.frame(), family.kind);
            for &(_, name) in family.fields {
                let found = item.descendants().filter_map(|field| {
                    let ours = family.fields.iter().find(|(theirs, _)| *theirs == field.name);
                    ours.filter(|(_, ours)| *ours == name).map(|_| value(name, field))
                });
                set(&mut message, name, found.collect());
            }
            if item.find("dcerpc.long_frame").is_some() {
                message.silent = Some(Silence::LosesItsPlace);
            }
            if comparable(&mut message, packet) {
                messages.push(message);
            }
        }
    }
    messages
}

/// Takes away what Wireshark adds or the plugin leaves out by design; tells whether anything is left.
fn comparable(message: &mut Message, packet: &Item) -> bool {
    let is = |message: &Message, name, among: &[&str]| {
        message.values.get(&(0, name)).is_some_and(|value| among.contains(&value.as_str()))
    };
    match message.kind {
        // A sealed stub says nothing.
        Kind::Samr | Kind::Lsa | Kind::Netlogon => {
            // Of information in bulk only the account's kind and state are read, and nothing of groups.
            if message.kind == Kind::Samr && !is(message, "opnum", &["12", "17", "34", "50"]) {
                message.values.remove(&(0, "rid"));
            }
            // Lists of groups and translations of names are no part of a join.
            let policy = ["5", "7", "46", "74"];
            if message.kind != Kind::Netlogon && !is(message, "opnum", &policy) {
                message.values.remove(&(0, "domain_sid"));
            }
            // What is asked for has a field of its own.
            if message.values.contains_key(&(0, "server")) {
                message.values.remove(&(0, "trust.flags"));
            }
            !packet.find_all("dcerpc.auth_level").any(|level| level.show == "6")
        }
        Kind::Smb2 => {
            // The share is repeated in every message, and flags of a session that was refused are padding.
            if !is(message, "command", &["3"]) {
                message.values.remove(&(0, "tree"));
                message.values.remove(&(0, "share_type"));
            }
            if !is(message, "status", &["0", "3221225494"]) {
                message.values.remove(&(0, "session_flags"));
            }
            if message.values.contains_key(&(0, "status")) {
                message.values.remove(&(0, "tree"));
                let last = |list: &String| list.rsplit(", ").next().unwrap_or_default().to_owned();
                if let Some(kind) = message.values.get_mut(&(0, "share_type")) {
                    *kind = last(kind);
                }
            }
            // Steps of a session, without the answers that say to wait. What is opened in it is no matter.
            is(message, "command", &["0", "1", "3"]) && !is(message, "status", &["259"])
        }
        Kind::Ntlm => {
            let other = packet.child("dcerpc").is_some() && packet.child("adjoin").is_none();
            if packet.child("http").is_some() || other {
                message.silent = Some(Silence::CarrierNotFollowed);
            }
            true
        }
        Kind::Ldap => {
            // An explanation that is empty is not shown.
            message.values.retain(|(_, name), value| *name != "text" || !value.is_empty());
            let told = |name| message.values.contains_key(&(0, name));
            (told("result") || told("name")) && !ends_search(message, packet)
        }
        _ => true,
    }
}

/// The end of a search, which the plugin shows only where there is no entry.
fn ends_search(message: &Message, packet: &Item) -> bool {
    let of = |item: &Item| item.find("ldap.messageID").map(|id| id.show.clone());
    message.kind == Kind::Ldap
        && packet.find_all("ldap.LDAPMessage_element").any(|item| {
            of(item).as_ref() == message.values.get(&(0, "message_id"))
                && item.find("ldap.searchResDone_element").is_some()
        })
}

/// What the plugin shows of a packet.
pub(crate) fn ours(packet: &Item) -> Vec<Message> {
    let mut messages = Vec::new();
    for family in &FAMILIES {
        for item in packet.find_all(family.items.0) {
            let mut message = Message::new(packet.frame(), family.kind);
            for &(_, name) in family.fields {
                let filter = format!("{}.{name}", family.kind.prefix());
                // Wireshark has one name for a RID and for the kind of a name.
                let kinds = (name == "rid").then(|| item.find_all("adjoin.samr.name_use"));
                let found = item.find_all(&filter).chain(kinds.into_iter().flatten());
                set(&mut message, name, found.map(|field| value(name, field)).collect());
            }
            // Those that open and close a pipe are not compared.
            let opens = family.kind == Kind::Smb2
                && !matches!(message.values.get(&(0, "command")).map(String::as_str), Some("0" | "1" | "3"));
            if !opens && !ends_search(&message, packet) {
                messages.push(message);
            }
        }
    }
    messages
}

/// All values of a field in their order.
fn set(message: &mut Message, name: &'static str, values: Vec<String>) {
    if !values.is_empty() {
        message.set(name, values.join(", "));
    }
}

/// A value in a canonical spelling; of a number also the octets that the item highlights.
fn value(name: &str, field: &Item) -> String {
    match name {
        // Each side writes points in time in its own way: the octets decide.
        "timestamp" | "target_info.timestamp" | "server_time" => field.value.clone(),
        // An empty name is `NULL` there.
        "domain" | "user" | "workstation" | "target" if field.show == "NULL" => String::new(),
        "name" | "mechanism" | "text" | "account" | "server" | "computer" | "domain" | "user"
        | "workstation" | "target" | "tree" | "domain_guid" => field.show.clone(),
        // These tell what is to be compared.
        "opnum" | "command" | "status" | "message_id" => number(&field.show),
        // Two octets, of which Wireshark reads one.
        "security_mode" => number(&field.show),
        _ => format!("{} ({})", number(&field.show), field.value),
    }
}
