//! What the plugin says: the `adjoin.*` items of the same packet.

use crate::message::{Kind, Message, number, transfer_syntax};
use adjoin_oracle::pdml::Item;

/// The names, without prefix, that are compared for each kind of message.
pub(crate) const LDAP_PING: &[&str] = &[
    "opcode",
    "flags",
    "domain_guid",
    "forest",
    "domain",
    "host",
    "netbios_domain",
    "netbios_host",
    "user",
    "dc_site",
    "client_site",
    "next_closest_site",
    "dc_address",
    "nt_version",
    "lm_nt_token",
    "lm20_token",
];
const LDAP_PING_REQUEST: &[&str] =
    &["request.host", "request.user", "request.mailslot", "request.nt_version", "request.aac"];
const EPM: &[&str] = &["opnum", "status"];
const TOWER: &[&str] = &[
    "tower.interface",
    "tower.version",
    "tower.transfer_syntax",
    "tower.protocol",
    "tower.port",
    "tower.address",
    "tower.endpoint",
    "tower.host",
];
const AP_REQ: &[&str] = &[
    "pvno",
    "options",
    "tkt_vno",
    "realm",
    "sname",
    "sname_type",
    "ticket_etype",
    "ticket_kvno",
    "ticket_cipher_length",
    "authenticator_etype",
    "authenticator_kvno",
    "authenticator_cipher_length",
];

/// All messages of a packet, in the order in which the plugin shows them.
pub(crate) fn messages(packet: &Item) -> Vec<Message> {
    let frame = packet.frame();
    let in_mailslot = packet.child("smb_netlogon").is_some() || packet.child("nbdgm").is_some();
    let mut messages = Vec::new();
    for adjoin in packet.children.iter().filter(|protocol| protocol.name == "adjoin") {
        for item in adjoin.descendants() {
            match item.name.as_str() {
                "adjoin.ldap_ping" if in_mailslot => messages.push(mailslot(frame, item)),
                "adjoin.ldap_ping" if item.find("adjoin.ldap_ping.opcode").is_some() => {
                    messages.push(message(frame, Kind::LdapPing, item, LDAP_PING));
                }
                "adjoin.epm" => messages.push(epm(frame, item)),
                "adjoin.krb.ap_req" => messages.push(message(frame, Kind::ApReq, item, AP_REQ)),
                _ => {}
            }
        }
    }
    messages
}

fn mailslot(frame: u32, item: &Item) -> Message {
    let mut told = message(frame, Kind::Mailslot, item, LDAP_PING);
    take(&mut told, 0, item, LDAP_PING_REQUEST);
    told
}

fn epm(frame: u32, item: &Item) -> Message {
    let mut told = message(frame, Kind::Epm, item, EPM);
    for (index, tower) in item.find_all("adjoin.epm.tower").enumerate() {
        take(&mut told, index, tower, TOWER);
    }
    told
}

fn message(frame: u32, kind: Kind, item: &Item, names: &[&'static str]) -> Message {
    let mut message = Message::new(frame, kind);
    take(&mut message, 0, item, names);
    message
}

fn take(message: &mut Message, index: usize, item: &Item, names: &[&'static str]) {
    for &name in names {
        let filter = format!("{}.{name}", message.kind.prefix());
        if let Some(value) = item.find(&filter) {
            let value = match name {
                "tower.transfer_syntax" => transfer_syntax(&value.show),
                // Text stays as it is, even where it looks like a number.
                "forest" | "domain" | "host" | "netbios_domain" | "netbios_host" | "user" | "dc_site"
                | "client_site" | "next_closest_site" | "realm" | "sname" | "tower.version"
                | "tower.endpoint" | "tower.host" | "request.host" | "request.user" | "request.mailslot" => {
                    value.show.clone()
                }
                _ => number(&value.show),
            };
            message.set_in(index, name, value);
        }
    }
}
