//! What Wireshark's own dissectors say.

use crate::message::{Kind, Message, Silence, number, transfer_syntax};
use adjoin_oracle::pdml::Item;

/// All messages of a packet, in the order in which Wireshark shows them.
pub(crate) fn messages(packet: &Item) -> Vec<Message> {
    let frame = packet.frame();
    let mut messages = Vec::new();
    for item in packet.descendants() {
        match item.name.as_str() {
            "ldap.PartialAttributeList_item_element" => messages.extend(ldap_ping(frame, item)),
            "epm" => messages.push(epm(frame, item)),
            "kerberos.ap_req_element" => messages.push(ap_req(frame, item, packet)),
            _ => {}
        }
    }
    messages
}

fn ldap_ping(frame: u32, attribute: &Item) -> Option<Message> {
    const FIELDS: &[(&str, &str)] = &[
        ("mscldap.netlogon.opcode", "opcode"),
        ("mscldap.netlogon.flags", "flags"),
        ("mscldap.domain.guid", "domain_guid"),
        ("mscldap.forest", "forest"),
        ("mscldap.domain", "domain"),
        ("mscldap.hostname", "host"),
        ("mscldap.nb_domain", "netbios_domain"),
        ("mscldap.nb_hostname", "netbios_host"),
        ("mscldap.username", "user"),
        ("mscldap.sitename", "dc_site"),
        ("mscldap.clientsitename", "client_site"),
        ("mscldap.netlogon.ipaddress.ipv4", "dc_address"),
        ("mscldap.ntver.flags", "nt_version"),
        ("mscldap.netlogon.lm_token", "lm_nt_token"),
        ("mscldap.netlogon.nt_token", "lm20_token"),
    ];
    let name = attribute.child("ldap.type")?;
    if !name.show.eq_ignore_ascii_case("netlogon") || attribute.find("ldap.vals")?.value.len() <= 4 {
        return None;
    }
    let mut message = Message::new(frame, Kind::LdapPing);
    for &(theirs, ours) in FIELDS {
        if let Some(item) = attribute.find(theirs) {
            // The dissector prints an empty compressed name as `<Root>`.
            let show = if item.show == "<Root>" { "" } else { item.show.as_str() };
            let value = if matches!(ours, "opcode" | "flags" | "nt_version" | "lm_nt_token" | "lm20_token") {
                number(show)
            } else {
                show.to_owned()
            };
            message.set(ours, value);
        }
    }
    message.silent = match attribute.find("mscldap.netlogon.opcode").map(|item| item.show.as_str()) {
        None if name.show == "netlogon" => Some(Silence::CutFrame),
        None => Some(Silence::AttributeSpelling),
        Some("23") => None,
        Some(_) => Some(Silence::OpcodeWithoutBody),
    };
    Some(message)
}

fn epm(frame: u32, protocol: &Item) -> Message {
    let mut message = Message::new(frame, Kind::Epm);
    for (theirs, ours) in [("epm.opnum", "opnum"), ("epm.rc", "status")] {
        if let Some(item) = protocol.find(theirs) {
            message.set(ours, number(&item.show));
        }
    }
    let mut towers = 0;
    let mut floors: Vec<&str> = Vec::new();
    for item in protocol.descendants() {
        if item.name == "epm.tower.num_floors" {
            finish_tower(&mut message, towers, &floors);
            towers += 1;
            floors.clear();
        }
        let Some(floor) = item.child("epm.tower.proto_id") else { continue };
        let tower = towers.max(1) - 1;
        floors.push(&floor.show);
        let uuid = item.child("epm.uuid").map(|uuid| uuid.show.as_str());
        match (floors.len(), uuid) {
            (1, Some(uuid)) => {
                message.set_in(tower, "tower.interface", uuid);
                message.set_in(
                    tower,
                    "tower.version",
                    format!("{}.{}", little(item, "epm.uuid_version"), little(item, "epm.ver_min")),
                );
            }
            (2, Some(uuid)) => message.set_in(tower, "tower.transfer_syntax", transfer_syntax(uuid)),
            _ => {}
        }
        for (theirs, ours) in [
            ("epm.proto.tcp_port", "tower.port"),
            ("epm.proto.udp_port", "tower.port"),
            ("epm.proto.http_port", "tower.port"),
            ("epm.proto.ip", "tower.address"),
            ("epm.proto.named_pipe", "tower.endpoint"),
            ("epm.proto.netbios_name", "tower.host"),
        ] {
            if let Some(value) = item.child(theirs) {
                message.set_in(tower, ours, value.show.as_str());
            }
        }
    }
    finish_tower(&mut message, towers, &floors);
    message
}

/// A half of an interface's version from its octets: Wireshark 4.0 reads the number big-endian.
fn little(floor: &Item, name: &str) -> String {
    let octets = floor.child(name).map_or("", |version| version.value.as_str());
    u16::from_str_radix(octets, 16).map_or_else(|_| octets.to_owned(), |value| value.swap_bytes().to_string())
}

/// The protocol sequence that the floors of a tower make ([C706] appendix I).
fn finish_tower(message: &mut Message, towers: usize, floors: &[&str]) {
    let Some(tower) = towers.checked_sub(1) else { return };
    let sequence = match floors.get(2..) {
        Some(["0x0b", "0x07", ..]) => "ncacn_ip_tcp",
        Some(["0x0a", "0x08", ..]) => "ncadg_ip_udp",
        Some(["0x0b", "0x0f", ..]) => "ncacn_np",
        Some(["0x0b", "0x1f", ..]) => "ncacn_http",
        Some(["0x0c", ..]) => "ncalrpc",
        _ => return,
    };
    message.set_in(tower, "tower.protocol", sequence);
}

fn ap_req(frame: u32, item: &Item, packet: &Item) -> Message {
    let mut message = Message::new(frame, Kind::ApReq);
    if let Some(options) = item.child("kerberos.ap_options") {
        message.set("options", number(&format!("0x{}", options.value)));
    }
    for (theirs, ours) in [("kerberos.pvno", "pvno")] {
        if let Some(value) = item.child(theirs) {
            message.set(ours, value.show.as_str());
        }
    }
    if let Some(ticket) = item.child("kerberos.ticket_element") {
        for (theirs, ours) in [("kerberos.tkt_vno", "tkt_vno"), ("kerberos.realm", "realm")] {
            if let Some(value) = ticket.child(theirs) {
                message.set(ours, value.show.as_str());
            }
        }
        if let Some(sname) = ticket.child("kerberos.sname_element") {
            let parts: Vec<_> =
                sname.find_all("kerberos.SNameString").map(|part| part.show.as_str()).collect();
            message.set("sname", parts.join("/"));
            if let Some(kind) = sname.find("kerberos.name_type") {
                message.set("sname_type", number(&kind.show));
            }
        }
        encrypted(&mut message, any(ticket, &TICKET_PARTS), TICKET);
    }
    encrypted(&mut message, any(item, &AUTHENTICATOR_PARTS), AUTHENTICATOR);
    if !packet.children.iter().any(|protocol| matches!(protocol.name.as_str(), CARRIERS!())) {
        message.silent = Some(Silence::CarrierNotFollowed);
    }
    message
}

/// The protocols whose AP-REQs belong to a phase of a join.
macro_rules! CARRIERS {
    () => {
        "kerberos" | "ldap" | "dcerpc" | "smb" | "smb2"
    };
}
use CARRIERS;

/// What is encrypted, and its octets: as 4.0 and 4.4 name them, and as 4.6 does.
const TICKET_PARTS: [&str; 2] = ["kerberos.enc_part_element", "kerberos.ticket_enc_part_element"];
const AUTHENTICATOR_PARTS: [&str; 2] =
    ["kerberos.authenticator_element", "kerberos.authenticator_enc_part_element"];
const CIPHERS: [&str; 3] =
    ["kerberos.cipher", "kerberos.encryptedTicketData_cipher", "kerberos.encryptedAuthenticator_cipher"];

/// The child that has one of these names.
fn any<'a>(item: &'a Item, names: &[&str]) -> Option<&'a Item> {
    names.iter().find_map(|name| item.child(name))
}

const TICKET: [&str; 3] = ["ticket_etype", "ticket_kvno", "ticket_cipher_length"];
const AUTHENTICATOR: [&str; 3] = ["authenticator_etype", "authenticator_kvno", "authenticator_cipher_length"];

fn encrypted(message: &mut Message, item: Option<&Item>, [etype, kvno, cipher]: [&'static str; 3]) {
    let Some(item) = item else { return };
    if let Some(value) = item.child("kerberos.etype") {
        message.set(etype, number(&value.show));
    }
    if let Some(value) = item.child("kerberos.kvno") {
        message.set(kvno, number(&value.show));
    }
    if let Some(value) = any(item, &CIPHERS) {
        message.set(cipher, value.size.to_string());
    }
}
