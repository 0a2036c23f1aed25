//! Which of Wireshark's fields stands for which of ours: one table, by families.

use crate::pdml::Item;
use crate::told::How::{self, Bare, Bit, Length, Number, Octets, Shown, Text};

/// A family of fields: one kind of message.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// What a message of it is called.
    pub name: &'static str,
    /// What the filters of its fields begin with, without the dot.
    pub prefix: &'static str,
    /// Which of our items is such a message, in this packet.
    pub ours: fn(&Item, &Item) -> bool,
    /// Which of Wireshark's is.
    pub theirs: fn(&Item, &Item) -> bool,
    /// The fields.
    pub rows: &'static [Row],
}

/// A field of ours and those of Wireshark.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Our filter without the prefix of the family.
    pub name: &'static str,
    /// What must be equal.
    pub how: How,
    /// Where Wireshark's values come from.
    pub from: From,
}

/// Where the values of Wireshark come from, below the item of the message.
#[derive(Clone, Copy, Debug)]
pub enum From {
    /// All items with one of these names, at any depth, in the order of the tree.
    Names(&'static [&'static str]),
    /// All items that one of these paths of names leads to; the first path that leads anywhere counts.
    Paths(&'static [&'static [&'static str]]),
    /// What a function finds: the spelling, the place of the first octet, and as many as there are.
    Made(fn(&Item) -> Vec<Made>),
}

/// A value that was put together of several items.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its spelling, as [`How::spell`] has it for our side.
    pub text: String,
    /// The octets in hexadecimal, where they are compared.
    pub octets: Option<String>,
}

impl Made {
    const fn text(text: String) -> Self {
        Self { text, octets: None }
    }

    fn of(item: &Item, how: How) -> Self {
        let octets = matches!(how, Number | Shown).then(|| item.value.clone());
        Self { text: how.spell(item, false), octets }
    }
}

const fn row(name: &'static str, how: How, names: &'static [&'static str]) -> Row {
    Row { name, how, from: From::Names(names) }
}

const fn path(name: &'static str, how: How, paths: &'static [&'static [&'static str]]) -> Row {
    Row { name, how, from: From::Paths(paths) }
}

const fn made(name: &'static str, how: How, function: fn(&Item) -> Vec<Made>) -> Row {
    Row { name, how, from: From::Made(function) }
}

fn named(item: &Item, name: &str) -> bool {
    item.name == name
}

fn has(item: &Item, name: &str) -> bool {
    item.child(name).is_some()
}

fn in_mailslot(packet: &Item) -> bool {
    has(packet, "smb_netlogon") || has(packet, "nbdgm")
}

/// All families.
pub static FAMILIES: &[Family] = &[
    LDAP_PING,
    LDAP_PING_ANSWER,
    MAILSLOT,
    EPM,
    TOWER,
    RPC,
    KERBEROS,
    AP_REQ,
    SAMR,
    LSA,
    NETLOGON,
    GSS,
    NTLM,
    NETLOGON_PROVIDER,
    SMB2,
    SMB_TRANSFORM,
    LDAP,
    DNS,
    DNS_RECORD,
];

const LDAP_PING: Family = Family {
    name: "LDAP ping",
    prefix: "adjoin.ldap_ping",
    ours: |item, packet| {
        named(item, "adjoin.ldap_ping") && !has(item, "adjoin.ldap_ping.opcode") && !in_mailslot(packet)
    },
    theirs: |item, _| {
        named(item, "ldap.searchRequest_element")
            && item.find_all("ldap.attributeDesc").any(|name| name.show.eq_ignore_ascii_case("NtVer"))
    },
    rows: &[
        made("request.dns_domain", Text, |item| asserted(item, "DnsDomain", Text)),
        made("request.host", Text, |item| asserted(item, "Host", Text)),
        made("request.dns_host_name", Text, |item| asserted(item, "DnsHostName", Text)),
        made("request.user", Text, |item| asserted(item, "User", Text)),
        made("request.aac", Octets, |item| asserted(item, "AAC", Octets)),
        made("request.domain_sid", Octets, |item| asserted(item, "DomainSid", Octets)),
        made("request.domain_guid", Shown, |item| asserted(item, "DomainGuid", Shown)),
        made("request.nt_version", Number, |item| asserted(item, "NtVer", Number)),
    ],
};

/// The value that a filter asserts of an attribute.
fn asserted(search: &Item, attribute: &str, how: How) -> Vec<Made> {
    search
        .find_all("ldap.equalityMatch_element")
        .filter(|item| {
            item.child("ldap.attributeDesc").is_some_and(|name| name.show.eq_ignore_ascii_case(attribute))
        })
        .filter_map(|item| item.children.iter().find(|child| child.name != "ldap.attributeDesc"))
        .map(|value| Made::of(value, how))
        .collect()
}

const LDAP_PING_ANSWER: Family = Family {
    name: "answer to an LDAP ping",
    prefix: "adjoin.ldap_ping",
    ours: |item, packet| {
        named(item, "adjoin.ldap_ping") && has(item, "adjoin.ldap_ping.opcode") && !in_mailslot(packet)
    },
    theirs: |item, _| {
        named(item, "ldap.PartialAttributeList_item_element")
            && item.child("ldap.type").is_some_and(|name| name.show.eq_ignore_ascii_case("netlogon"))
            && item.find("ldap.vals").is_some_and(|values| values.value.len() > 4)
    },
    rows: &[
        row("opcode", Number, &["mscldap.netlogon.opcode"]),
        row("flags", Number, &["mscldap.netlogon.flags"]),
        row("flags.pdc", Bit, &["mscldap.netlogon.flags.pdc"]),
        row("flags.gc", Bit, &["mscldap.netlogon.flags.gc"]),
        row("flags.ldap", Bit, &["mscldap.netlogon.flags.ldap"]),
        row("flags.ds", Bit, &["mscldap.netlogon.flags.ds"]),
        row("flags.kdc", Bit, &["mscldap.netlogon.flags.kdc"]),
        row("flags.timeserv", Bit, &["mscldap.netlogon.flags.timeserv"]),
        row("flags.close_site", Bit, &["mscldap.netlogon.flags.closest"]),
        row("flags.writable", Bit, &["mscldap.netlogon.flags.writable"]),
        row("flags.gtimeserv", Bit, &["mscldap.netlogon.flags.good_timeserv"]),
        row("flags.ndnc", Bit, &["mscldap.netlogon.flags.ndnc"]),
        row("flags.partial_secret", Bit, &["mscldap.netlogon.flags.rodc"]),
        row("flags.full_secret", Bit, &["mscldap.netlogon.flags.writabledc"]),
        row("flags.dns_dc", Bit, &["mscldap.netlogon.flags.dnsname"]),
        row("flags.dns_domain", Bit, &["mscldap.netlogon.flags.defaultnc"]),
        row("flags.dns_forest", Bit, &["mscldap.netlogon.flags.forestnc"]),
        row("domain_guid", Shown, &["mscldap.domain.guid"]),
        row("forest", Text, &["mscldap.forest"]),
        row("domain", Text, &["mscldap.domain"]),
        row("host", Text, &["mscldap.hostname"]),
        row("netbios_domain", Text, &["mscldap.nb_domain"]),
        row("netbios_host", Text, &["mscldap.nb_hostname"]),
        row("user", Text, &["mscldap.username"]),
        row("dc_site", Text, &["mscldap.sitename"]),
        row("client_site", Text, &["mscldap.clientsitename"]),
        row("dc_address", Shown, &["mscldap.netlogon.ipaddress.ipv4"]),
        row("nt_version", Number, &["mscldap.ntver.flags"]),
        row("lm_nt_token", Number, &["mscldap.netlogon.lm_token"]),
        row("lm20_token", Number, &["mscldap.netlogon.nt_token"]),
    ],
};

const MAILSLOT: Family = Family {
    name: "message in a mailslot",
    prefix: "adjoin.ldap_ping",
    ours: |item, packet| named(item, "adjoin.ldap_ping") && in_mailslot(packet),
    theirs: |item, _| named(item, "smb_netlogon") && has(item, "smb_netlogon.command"),
    rows: &[
        row("opcode", Bare, &["smb_netlogon.command"]),
        row("domain_guid", Octets, &["smb_netlogon.domain.guid"]),
        row("forest", Text, &["smb_netlogon.forest_dns_name"]),
        row("domain", Text, &["smb_netlogon.domain_dns_name"]),
        row("host", Text, &["smb_netlogon.server_dns_name"]),
        row("netbios_domain", Text, &["smb_netlogon.domain_name"]),
        row("netbios_host", Text, &["smb_netlogon.server_name", "smb_netlogon.unicode_pdc_name"]),
        row("dc_site", Text, &["smb_netlogon.server_site_name"]),
        row("client_site", Text, &["smb_netlogon.client_site_name"]),
        row("dc_address", Shown, &["smb_netlogon.server_ip"]),
        made("nt_version", Number, |item| version(item, false)),
        row("lm_nt_token", Number, &["smb_netlogon.lmnt_token"]),
        row("lm20_token", Number, &["smb_netlogon.lm_token"]),
        made("user", Text, |item| user(item, false)),
        made("request.user", Text, |item| user(item, true)),
        row("request.host", Text, &["smb_netlogon.computer_name", "smb_netlogon.unicode_computer_name"]),
        row("request.aac", Number, &["smb_netlogon.flags"]),
        row("request.domain_sid", Octets, &["nt.sid"]),
        made("request.nt_version", Number, |item| version(item, true)),
        row("request.mailslot", Text, &["smb_netlogon.mailslot_name"]),
    ],
};

/// Whether it is a request: 7 and 18.
fn asks(message: &Item) -> bool {
    message
        .child("smb_netlogon.command")
        .is_some_and(|command| matches!(command.show.as_str(), "0x07" | "0x12"))
}

/// Requests and answers have one field for it there, and one each of ours.
fn version(message: &Item, of_request: bool) -> Vec<Made> {
    let found = message.find_all("smb_netlogon.nt_version").map(|item| Made::of(item, Number));
    if asks(message) == of_request { found.collect() } else { Vec::new() }
}

fn user(message: &Item, of_request: bool) -> Vec<Made> {
    let found = message.find_all("smb_netlogon.user_name").map(|item| Made::of(item, Text));
    if asks(message) == of_request { found.collect() } else { Vec::new() }
}

const EPM: Family = Family {
    name: "endpoint mapper",
    prefix: "adjoin.epm",
    ours: |item, _| named(item, "adjoin.epm"),
    theirs: |item, _| named(item, "epm"),
    rows: &[
        row("opnum", Bare, &["epm.opnum"]),
        row("status", Number, &["epm.rc"]),
        row("max_towers", Number, &["epm.max_towers", "epm.max_ents"]),
        row("num_towers", Number, &["epm.num_towers", "epm.num_ents"]),
    ],
};

const TOWER: Family = Family {
    name: "tower",
    prefix: "adjoin.epm.tower",
    ours: |item, _| named(item, "adjoin.epm.tower"),
    theirs: |item, _| has(item, "epm.tower.num_floors"),
    rows: &[
        made("interface", Text, |tower| {
            floors(tower)
                .first()
                .and_then(|floor| floor.child("epm.uuid"))
                .map(|uuid| Made::of(uuid, Text))
                .into_iter()
                .collect()
        }),
        made("version", Text, |tower| {
            floors(tower)
                .first()
                .map(|floor| {
                    format!("{}.{}", little(floor, "epm.uuid_version"), little(floor, "epm.ver_min"))
                })
                .map(Made::text)
                .into_iter()
                .collect()
        }),
        made("transfer_syntax", Text, |tower| {
            let uuid = floors(tower).get(1).and_then(|floor| floor.child("epm.uuid"));
            uuid.map(|uuid| Made::text(transfer_syntax(&uuid.show))).into_iter().collect()
        }),
        made("protocol", Text, |tower| {
            sequence(&floors(tower)).map(|name| Made::text(name.to_owned())).into_iter().collect()
        }),
        row("port", Number, &["epm.proto.tcp_port", "epm.proto.udp_port", "epm.proto.http_port"]),
        row("address", Shown, &["epm.proto.ip"]),
        row("endpoint", Text, &["epm.proto.named_pipe"]),
        row("host", Text, &["epm.proto.netbios_name"]),
    ],
};

/// The floors of a tower, whose items have no name.
fn floors(tower: &Item) -> Vec<&Item> {
    tower.children.iter().filter(|item| has(item, "epm.tower.proto_id")).collect()
}

/// A half of an interface's version from its octets: Wireshark 4.0 reads the number big-endian.
fn little(floor: &Item, name: &str) -> String {
    let octets = floor.child(name).map_or("", |version| version.value.as_str());
    u16::from_str_radix(octets, 16).map_or_else(|_| octets.to_owned(), |value| value.swap_bytes().to_string())
}

/// The common name of a transfer syntax.
#[must_use]
pub fn transfer_syntax(uuid: &str) -> String {
    match uuid {
        "71710533-beba-4937-8319-b5dbef9ccc36" => "NDR64".to_owned(),
        "8a885d04-1ceb-11c9-9fe8-08002b104860" => "NDR".to_owned(),
        other => other.to_owned(),
    }
}

/// The protocol sequence that the floors of a tower make ([C706] appendix I).
fn sequence(floors: &[&Item]) -> Option<&'static str> {
    let ids: Vec<_> = floors
        .iter()
        .filter_map(|floor| floor.child("epm.tower.proto_id"))
        .map(|id| id.show.as_str())
        .collect();
    Some(match ids.get(2..)? {
        ["0x0b", "0x07", ..] => "ncacn_ip_tcp",
        ["0x0a", "0x08", ..] => "ncadg_ip_udp",
        ["0x0b", "0x0f", ..] => "ncacn_np",
        ["0x0b", "0x1f", ..] => "ncacn_http",
        ["0x0c", ..] => "ncalrpc",
        _ => return None,
    })
}

const RPC: Family = Family {
    name: "DCE/RPC PDU",
    prefix: "adjoin.rpc",
    ours: |item, _| named(item, "adjoin.rpc"),
    theirs: |item, _| named(item, "dcerpc") && has(item, "dcerpc.pkt_type"),
    rows: &[
        row("type", Number, &["dcerpc.pkt_type"]),
        row("call_id", Number, &["dcerpc.cn_call_id"]),
        row("opnum", Bare, &["dcerpc.opnum"]),
        made("context", Length, |pdu| {
            // The results in an answer have no name.
            let result = |item: &&Item| item.name.is_empty() && has(item, "dcerpc.cn_ack_result");
            let offers = pdu.find_all("dcerpc.cn_ctx_item").filter(|item| has(item, "dcerpc.cn_bind_trans"));
            offers.chain(pdu.descendants().filter(result)).map(|item| Made::of(item, Length)).collect()
        }),
        row("fault", Number, &["dcerpc.cn_status"]),
        row("bind_nak", Number, &["dcerpc.cn_reject_reason"]),
        row("auth_type", Number, &["dcerpc.auth_type"]),
        row("auth_level", Number, &["dcerpc.auth_level"]),
    ],
};

/// Kerberos messages but AP-REQ, which is a family of its own.
const KRB_MESSAGES: [&str; 9] = [
    "kerberos.as_req_element",
    "kerberos.as_rep_element",
    "kerberos.tgs_req_element",
    "kerberos.tgs_rep_element",
    "kerberos.ap_rep_element",
    "kerberos.krb_error_element",
    "kerberos.krb_priv_element",
    "kerberos.krb_safe_element",
    "kerberos.krb_cred_element",
];

const KERBEROS: Family = Family {
    name: "Kerberos message",
    prefix: "adjoin.krb",
    ours: |item, _| named(item, "adjoin.krb"),
    theirs: |item, _| KRB_MESSAGES.contains(&item.name.as_str()),
    rows: &[
        path("msg_type", Number, &[&["kerberos.msg_type"]]),
        path("kdc_options", Octets, &[&["kerberos.req_body_element", "kerberos.kdc_options"]]),
        row("kdc_options.forwardable", Bit, &["kerberos.KDCOptions.forwardable"]),
        row("kdc_options.forwarded", Bit, &["kerberos.KDCOptions.forwarded"]),
        row("kdc_options.proxiable", Bit, &["kerberos.KDCOptions.proxiable"]),
        row("kdc_options.proxy", Bit, &["kerberos.KDCOptions.proxy"]),
        row("kdc_options.allow_postdate", Bit, &["kerberos.KDCOptions.allow.postdate"]),
        row("kdc_options.postdated", Bit, &["kerberos.KDCOptions.postdated"]),
        row("kdc_options.renewable", Bit, &["kerberos.KDCOptions.renewable"]),
        row("kdc_options.opt_hardware_auth", Bit, &["kerberos.KDCOptions.opt.hardware.auth"]),
        row("kdc_options.cname_in_addl_tkt", Bit, &["kerberos.KDCOptions.constrained.delegation"]),
        row("kdc_options.canonicalize", Bit, &["kerberos.KDCOptions.canonicalize"]),
        row("kdc_options.request_anonymous", Bit, &["kerberos.KDCOptions.request.anonymous"]),
        row("kdc_options.disable_transited_check", Bit, &["kerberos.KDCOptions.disable.transited.check"]),
        row("kdc_options.renewable_ok", Bit, &["kerberos.KDCOptions.renewable.ok"]),
        row("kdc_options.enc_tkt_in_skey", Bit, &["kerberos.KDCOptions.enc.tkt.in.skey"]),
        row("kdc_options.renew", Bit, &["kerberos.KDCOptions.renew"]),
        row("kdc_options.validate", Bit, &["kerberos.KDCOptions.validate"]),
        made("address", Octets, |message| {
            message
                .at(&["kerberos.req_body_element", "kerberos.addresses", "kerberos.HostAddress_element"])
                .iter()
                .flat_map(|address| &address.children)
                .filter(|part| part.name != "kerberos.addr_type")
                .map(|part| Made::of(part, Octets))
                .collect()
        }),
        made("padata_type", Number, |message| {
            let types = padata(message).into_iter().filter_map(|data| data.child("kerberos.padata_type"));
            types.map(|kind| Made::of(kind, Number)).collect()
        }),
        made("padata.etype", Number, |message| {
            let ways: [&[&str]; 3] = [
                &["kerberos.etype"],
                &["kerberos.ETYPE_INFO_ENTRY_element", "kerberos.etype"],
                &["kerberos.ETYPE_INFO2_ENTRY_element", "kerberos.etype"],
            ];
            below_padata(message, Number, &ways)
        }),
        made("padata.salt", Octets, |message| {
            let ways: [&[&str]; 2] = [
                &["kerberos.ETYPE_INFO_ENTRY_element", "kerberos.info_salt"],
                &["kerberos.ETYPE_INFO2_ENTRY_element", "kerberos.info2_salt"],
            ];
            below_padata(message, Octets, &ways)
        }),
        made("padata.include_pac", Bit, |message| below_padata(message, Bit, &[&["kerberos.include_pac"]])),
        made("padata.pac_options", Octets, |message| {
            // The second name is of 4.6.
            below_padata(message, Octets, &[&["kerberos.flags"], &["kerberos.pAC_OPTIONS_FLAGS_flags"]])
        }),
        made("padata.supported_enctypes", Octets, |message| {
            below_padata(message, Octets, &[&["kerberos.supported_entypes"]])
        }),
        made("padata.for_user", Text, |message| {
            let texts = |data: &Item, path: &[&str]| -> Vec<String> {
                data.at(path).iter().map(|part| part.show.clone()).collect()
            };
            padata_values(message)
                .filter(|data| has(data, "kerberos.name_element"))
                .map(|data| {
                    let name = texts(
                        data,
                        &["kerberos.name_element", "kerberos.name_string", "kerberos.KerberosString"],
                    );
                    let realm = texts(data, &["kerberos.realm"]);
                    Made::text(format!("{}@{}", name.join("/"), realm.join("")))
                })
                .collect()
        }),
        row("fast.armor_type", Number, &["kerberos.armor_type"]),
        made("fast.etype", Number, |message| {
            message
                .descendants()
                .filter(|item| {
                    matches!(
                        item.name.as_str(),
                        "kerberos.enc_fast_req_element" | "kerberos.enc_fast_rep_element"
                    )
                })
                .filter_map(|item| item.child("kerberos.etype"))
                .map(|item| Made::of(item, Number))
                .collect()
        }),
        made("checksum_type", Number, |message| {
            let armoured = message.find_all("kerberos.req_checksum_element");
            // Of KRB-SAFE; what is armoured is not in it.
            armoured
                .chain(message.child("kerberos.cksum_element"))
                .filter_map(|item| item.child("kerberos.cksumtype"))
                .map(|item| Made::of(item, Number))
                .collect()
        }),
        path("crealm", Text, &[&["kerberos.crealm"]]),
        made("cname", Text, |message| {
            principal(message, &["kerberos.cname_element"], "kerberos.CNameString")
        }),
        path(
            "realm",
            Text,
            &[
                &["kerberos.req_body_element", "kerberos.realm"],
                &["kerberos.ticket_element", "kerberos.realm"],
                &["kerberos.realm"],
            ],
        ),
        made("sname", Text, |message| {
            principal(message, &["kerberos.sname_element"], "kerberos.SNameString")
        }),
        path(
            "sname_type",
            Number,
            &[
                &["kerberos.req_body_element", "kerberos.sname_element", "kerberos.name_type"],
                &["kerberos.ticket_element", "kerberos.sname_element", "kerberos.name_type"],
                &["kerberos.sname_element", "kerberos.name_type"],
            ],
        ),
        path("till", Octets, &[&["kerberos.req_body_element", "kerberos.till"]]),
        path(
            "etype",
            Number,
            &[
                &["kerberos.req_body_element", "kerberos.kdc-req-body.etype", "kerberos.ENCTYPE"],
                &["kerberos.enc_part_element", "kerberos.etype"],
                // These are of 4.6.
                &["kerberos.kDC_REP_enc_part_element", "kerberos.etype"],
                &["kerberos.aP_REP_enc_part_element", "kerberos.etype"],
                &["kerberos.kRB_PRIV_enc_part_element", "kerberos.etype"],
            ],
        ),
        path("error_code", Number, &[&["kerberos.error_code"]]),
        row("nt_status", Number, &["kerberos.smb.nt_status"]),
        path("stime", Octets, &[&["kerberos.stime"]]),
        path("ctime", Octets, &[&["kerberos.ctime"], &["kerberos.safe_body_element", "kerberos.timestamp"]]),
        path("e_text", Text, &[&["kerberos.e_text"]]),
        path("ticket_etype", Number, TICKET_ETYPE),
        path("ticket_kvno", Number, TICKET_KVNO),
        path("ticket_cipher_length", Length, TICKET_CIPHER),
        made("ticket.realm", Text, |message| beside(message, Text, &[&["kerberos.realm"]])),
        made("ticket.sname", Text, |message| {
            let names =
                tickets(message).into_iter().filter_map(|ticket| ticket.child("kerberos.sname_element"));
            names.map(|name| Made::text(joined(name, "kerberos.SNameString"))).collect()
        }),
        made("ticket.etype", Number, |message| {
            beside(
                message,
                Number,
                &[
                    &["kerberos.enc_part_element", "kerberos.etype"],
                    &["kerberos.ticket_enc_part_element", "kerberos.etype"],
                ],
            )
        }),
        made("ticket.kvno", Number, |message| {
            beside(
                message,
                Number,
                &[
                    &["kerberos.enc_part_element", "kerberos.kvno"],
                    &["kerberos.ticket_enc_part_element", "kerberos.kvno"],
                ],
            )
        }),
        made("ticket.cipher_length", Length, |message| {
            beside(
                message,
                Length,
                &[
                    &["kerberos.enc_part_element", "kerberos.cipher"],
                    &["kerberos.enc_part_element", "kerberos.encryptedTicketData_cipher"],
                    &["kerberos.ticket_enc_part_element", "kerberos.encryptedTicketData_cipher"],
                ],
            )
        }),
    ],
};

/// The pre-authentication data of a message, of its errors as well.
fn padata(message: &Item) -> Vec<&Item> {
    let lists: [&[&str]; 4] = [
        &["kerberos.padata", "kerberos.PA_DATA_element"],
        // These two are of 4.6.
        &["kerberos.rEQ_SEQUENCE_OF_PA_DATA", "kerberos.PA_DATA_element"],
        &["kerberos.rEP_SEQUENCE_OF_PA_DATA", "kerberos.PA_DATA_element"],
        &["kerberos.e_data", "kerberos.PA_DATA_element"],
    ];
    lists.iter().map(|path| message.at(path)).find(|found| !found.is_empty()).unwrap_or_default()
}

fn padata_values(message: &Item) -> impl Iterator<Item = &Item> {
    padata(message).into_iter().filter_map(|data| data.find("kerberos.padata_value"))
}

/// What lies in the values of pre-authentication data where these paths lead to.
fn below_padata(message: &Item, how: How, paths: &[&[&str]]) -> Vec<Made> {
    padata_values(message)
        .flat_map(|value| paths.iter().flat_map(|path| value.at(path)))
        .map(|item| Made::of(item, how))
        .collect()
}

/// The tickets that go with a message: those of a request, and those that are forwarded.
fn tickets(message: &Item) -> Vec<&Item> {
    let mut found =
        message.at(&["kerberos.req_body_element", "kerberos.additional_tickets", "kerberos.Ticket_element"]);
    found.extend(message.at(&["kerberos.tickets", "kerberos.Ticket_element"]));
    found
}

fn beside(message: &Item, how: How, paths: &[&[&str]]) -> Vec<Made> {
    tickets(message)
        .into_iter()
        .flat_map(|ticket| paths.iter().flat_map(|path| ticket.at(path)))
        .map(|item| Made::of(item, how))
        .collect()
}

fn joined(principal: &Item, part: &str) -> String {
    let parts: Vec<_> = principal.find_all(part).map(|part| part.show.as_str()).collect();
    parts.join("/")
}

/// A principal's parts joined with `/`: the first that is found in the body of a request, in a ticket or in
/// the message itself.
fn principal(message: &Item, name: &[&str], part: &str) -> Vec<Made> {
    for within in [&["kerberos.req_body_element"][..], &["kerberos.ticket_element"], &[]] {
        let path = [within, name].concat();
        if let Some(principal) = message.at(&path).first() {
            return vec![Made::text(joined(principal, part))];
        }
    }
    Vec::new()
}

const AP_REQ: Family = Family {
    name: "AP-REQ",
    prefix: "adjoin.krb.ap_req",
    ours: |item, _| named(item, "adjoin.krb.ap_req"),
    theirs: |item, _| named(item, "kerberos.ap_req_element"),
    rows: &[
        path("pvno", Number, &[&["kerberos.pvno"]]),
        path("options", Octets, &[&["kerberos.ap_options"]]),
        row("options.use_session_key", Bit, &["kerberos.APOptions.use.session.key"]),
        row("options.mutual_required", Bit, &["kerberos.APOptions.mutual.required"]),
        path("tkt_vno", Number, &[&["kerberos.ticket_element", "kerberos.tkt_vno"]]),
        path("realm", Text, &[&["kerberos.ticket_element", "kerberos.realm"]]),
        made("sname", Text, |message| {
            principal(message, &["kerberos.sname_element"], "kerberos.SNameString")
        }),
        path(
            "sname_type",
            Number,
            &[&["kerberos.ticket_element", "kerberos.sname_element", "kerberos.name_type"]],
        ),
        path("ticket_etype", Number, TICKET_ETYPE),
        path("ticket_kvno", Number, TICKET_KVNO),
        path("ticket_cipher_length", Length, TICKET_CIPHER),
        path("authenticator_etype", Number, AUTHENTICATOR_ETYPE),
        path("authenticator_kvno", Number, AUTHENTICATOR_KVNO),
        path("authenticator_cipher_length", Length, AUTHENTICATOR_CIPHER),
    ],
};

// What is encrypted: as 4.0 and 4.4 name it, and as 4.6 does.
const TICKET_ETYPE: &[&[&str]] = &[
    &["kerberos.ticket_element", "kerberos.enc_part_element", "kerberos.etype"],
    &["kerberos.ticket_element", "kerberos.ticket_enc_part_element", "kerberos.etype"],
];
const TICKET_KVNO: &[&[&str]] = &[
    &["kerberos.ticket_element", "kerberos.enc_part_element", "kerberos.kvno"],
    &["kerberos.ticket_element", "kerberos.ticket_enc_part_element", "kerberos.kvno"],
];
const TICKET_CIPHER: &[&[&str]] = &[
    &["kerberos.ticket_element", "kerberos.enc_part_element", "kerberos.cipher"],
    &["kerberos.ticket_element", "kerberos.enc_part_element", "kerberos.encryptedTicketData_cipher"],
    &["kerberos.ticket_element", "kerberos.ticket_enc_part_element", "kerberos.encryptedTicketData_cipher"],
];
const AUTHENTICATOR_ETYPE: &[&[&str]] = &[
    &["kerberos.authenticator_element", "kerberos.etype"],
    &["kerberos.authenticator_enc_part_element", "kerberos.etype"],
];
const AUTHENTICATOR_KVNO: &[&[&str]] = &[
    &["kerberos.authenticator_element", "kerberos.kvno"],
    &["kerberos.authenticator_enc_part_element", "kerberos.kvno"],
];
const AUTHENTICATOR_CIPHER: &[&[&str]] = &[
    &["kerberos.authenticator_element", "kerberos.cipher"],
    &["kerberos.authenticator_element", "kerberos.encryptedAuthenticator_cipher"],
    &["kerberos.authenticator_enc_part_element", "kerberos.encryptedAuthenticator_cipher"],
];

const SAMR: Family = Family {
    name: "SAMR call",
    prefix: "adjoin.samr",
    ours: |item, _| named(item, "adjoin.samr"),
    theirs: |item, _| named(item, "samr"),
    rows: &[
        row("opnum", Bare, &["samr.opnum"]),
        row(
            "server",
            Text,
            &[
                "samr.samr_Connect2.system_name",
                "samr.samr_Connect4.system_name",
                "samr.samr_Connect5.system_name",
            ],
        ),
        row(
            "access",
            Number,
            &["samr.connect.access_mask", "samr.domain.access_mask", "samr.user.access_mask"],
        ),
        row("revision", Number, &["samr.samr_ConnectInfo1.client_version"]),
        // The first name is that of 4.0.
        row(
            "features",
            Number,
            &["samr.samr_ConnectInfo1.unknown2", "samr.samr_ConnectInfo1.supported_features"],
        ),
        row("domain", Text, &["samr.samr_LookupDomain.domain_name"]),
        row("domain_sid", Text, &["dcerpc.nt.domain_sid"]),
        row(
            "account",
            Text,
            &[
                "samr.samr_CreateUser.account_name",
                "samr.samr_CreateUser2.account_name",
                "samr.samr_LookupNames.names",
            ],
        ),
        row(
            "account_control",
            Number,
            &["samr.samr_CreateUser2.acct_flags", "samr.samr_UserInfo16.acct_flags"],
        ),
        made("account_control.account_disabled", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_DISABLED")
        }),
        made("account_control.home_directory_required", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_HOMDIRREQ")
        }),
        made("account_control.password_not_required", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_PWNOTREQ")
        }),
        made("account_control.temp_duplicate_account", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_TEMPDUP")
        }),
        made("account_control.normal_account", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_NORMAL")
        }),
        made("account_control.mns_logon_account", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_MNS")
        }),
        made("account_control.interdomain_trust_account", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_DOMTRUST")
        }),
        made("account_control.workstation_trust_account", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_WSTRUST")
        }),
        made("account_control.server_trust_account", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_SVRTRUST")
        }),
        made("account_control.dont_expire_password", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_PWNOEXP")
        }),
        made("account_control.account_auto_locked", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_AUTOLOCK")
        }),
        made("account_control.encrypted_text_password_allowed", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_ENC_TXT_PWD_ALLOWED")
        }),
        made("account_control.smartcard_required", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_SMARTCARD_REQUIRED")
        }),
        made("account_control.trusted_for_delegation", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_TRUSTED_FOR_DELEGATION")
        }),
        made("account_control.not_delegated", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_NOT_DELEGATED")
        }),
        made("account_control.use_des_key_only", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_USE_DES_KEY_ONLY")
        }),
        made("account_control.dont_require_preauth", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_DONT_REQUIRE_PREAUTH")
        }),
        made("account_control.password_expired", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_PW_EXPIRED")
        }),
        made("account_control.trusted_to_authenticate_for_delegation", Bit, |item| {
            // The second name is that of 4.4 and 4.6.
            let mut found = control_bit(item, "samr.samr_AcctFlags.ACB_TRUST_AUTH_DELEGAT");
            found.extend(control_bit(item, "samr.samr_AcctFlags.ACB_TRUSTED_TO_AUTHENTICATE_FOR_DELEGATION"));
            found
        }),
        made("account_control.no_auth_data_required", Bit, |item| {
            control_bit(item, "samr.samr_AcctFlags.ACB_NO_AUTH_DATA_REQD")
        }),
        row("granted_access", Number, &["samr.samr_CreateUser2.access_granted"]),
        row(
            "information_class",
            Number,
            &[
                "samr.samr_SetUserInfo.level",
                "samr.samr_SetUserInfo2.level",
                "samr.samr_QueryUserInfo.level",
                "samr.samr_QueryUserInfo2.level",
            ],
        ),
        made("rid", Number, |item| rids(item, false)),
        made("name_use", Number, |item| rids(item, true)),
        row("status", Number, &["samr.status"]),
    ],
};

/// Bits of an account's state, where it is not one of all its properties.
fn control_bit(message: &Item, bit: &str) -> Vec<Made> {
    ["samr.samr_CreateUser2.acct_flags", "samr.samr_UserInfo16.acct_flags"]
        .iter()
        .flat_map(|word| message.find_all(word))
        .flat_map(|word| word.find_all(bit))
        .map(|item| Made::of(item, Bit))
        .collect()
}

/// Wireshark has one name for a RID and for the kind of a name; in the answer to a lookup the kinds are below
/// an item of their own.
fn rids(message: &Item, kinds: bool) -> Vec<Made> {
    let of_kind: Vec<_> =
        message.find_all("samr.samr_LookupNames.types").flat_map(|list| list.find_all("samr.rid")).collect();
    message
        .find_all("samr.rid")
        .filter(|item| of_kind.iter().any(|kind| std::ptr::eq(*kind, *item)) == kinds)
        .map(|item| Made::of(item, Number))
        .collect()
}

const LSA: Family = Family {
    name: "LSA call",
    prefix: "adjoin.lsa",
    ours: |item, _| named(item, "adjoin.lsa"),
    theirs: |item, _| named(item, "lsarpc"),
    rows: &[
        row("opnum", Bare, &["lsarpc.opnum"]),
        row("server", Text, &["lsarpc.lsa_OpenPolicy2.system_name"]),
        row("access", Number, &["lsarpc.policy.access_mask"]),
        row(
            "information_class",
            Number,
            &["lsarpc.lsa_QueryInfoPolicy.level", "lsarpc.lsa_QueryInfoPolicy2.level"],
        ),
        made("netbios_domain", Text, |item| {
            text_below(item, &["lsarpc.lsa_DnsDomainInfo.name", "lsarpc.lsa_DomainInfo.name"])
        }),
        made("domain", Text, |item| text_below(item, &["lsarpc.lsa_DnsDomainInfo.dns_domain"])),
        made("forest", Text, |item| text_below(item, &["lsarpc.lsa_DnsDomainInfo.dns_forest"])),
        row("domain_guid", Shown, &["lsarpc.lsa_DnsDomainInfo.domain_guid"]),
        row("domain_sid", Text, &["dcerpc.nt.domain_sid"]),
        row("status", Number, &["lsarpc.status"]),
    ],
};

/// The text of a counted string.
fn text_below(message: &Item, names: &[&str]) -> Vec<Made> {
    names
        .iter()
        .flat_map(|name| message.find_all(name))
        .filter_map(|item| {
            item.find("lsarpc.lsa.string").or_else(|| item.find("lsarpc.lsa_StringLarge.string"))
        })
        .map(|item| Made::of(item, Text))
        .collect()
}

const NETLOGON: Family = Family {
    name: "Netlogon call",
    prefix: "adjoin.netlogon",
    ours: |item, _| named(item, "adjoin.netlogon"),
    theirs: |item, _| named(item, "rpc_netlogon"),
    rows: &[
        row("opnum", Bare, &["netlogon.opnum"]),
        row("server", Text, &["netlogon.handle"]),
        row("account", Text, &["netlogon.acct_name"]),
        row("secure_channel_type", Number, &["netlogon.sec_chan_type"]),
        row("computer", Text, &["netlogon.computer_name"]),
        row("client_challenge", Octets, &["netlogon.clientchallenge"]),
        row("server_challenge", Octets, &["netlogon.serverchallenge"]),
        row("client_credential", Octets, &["netlogon.clientcred"]),
        row("server_credential", Octets, &["netlogon.servercred"]),
        row("flags", Number, &["netlogon.neg_flags"]),
        row("flags.account_lockout", Bit, &["ntlmssp.neg_flags.na1"]),
        row("flags.persistent_samrepl", Bit, &["ntlmssp.neg_flags.na2"]),
        row("flags.arcfour", Bit, &["ntlmssp.neg_flags.na4"]),
        row("flags.promotion_count", Bit, &["ntlmssp.neg_flags.na8"]),
        row("flags.changelog_bdc", Bit, &["ntlmssp.neg_flags.na10"]),
        row("flags.full_sync_repl", Bit, &["ntlmssp.neg_flags.na20"]),
        row("flags.multiple_sids", Bit, &["ntlmssp.neg_flags.na40"]),
        row("flags.redo", Bit, &["ntlmssp.neg_flags.na80"]),
        row("flags.password_change_refusal", Bit, &["ntlmssp.neg_flags.na100"]),
        row("flags.send_password_info_pdc", Bit, &["ntlmssp.neg_flags.na200"]),
        row("flags.generic_passthrough", Bit, &["ntlmssp.neg_flags.na400"]),
        row("flags.concurrent_rpc", Bit, &["ntlmssp.neg_flags.na800"]),
        row("flags.avoid_account_db_repl", Bit, &["ntlmssp.neg_flags.na1000"]),
        row("flags.avoid_securityauth_db_repl", Bit, &["ntlmssp.neg_flags.na2000"]),
        row("flags.strong_keys", Bit, &["ntlmssp.neg_flags.na4000"]),
        row("flags.transitive_trusts", Bit, &["ntlmssp.neg_flags.na8000"]),
        row("flags.dns_domain_trusts", Bit, &["ntlmssp.neg_flags.na10000"]),
        row("flags.password_set2", Bit, &["ntlmssp.neg_flags.na20000"]),
        row("flags.getdomaininfo", Bit, &["ntlmssp.neg_flags.na40000"]),
        row("flags.cross_forest_trusts", Bit, &["ntlmssp.neg_flags.na80000"]),
        // In 4.0 and 4.4 bits 0x01000000 and 0x00100000 share a name, in 4.0 also 0x40000000 and 0x20000000.
        made("flags.supports_aes", Bit, |item| capability(item, &[("na1000000", 0), ("na100000", 0)])),
        made("flags.neutralize_nt4_emulation", Bit, |item| {
            let shared = item.find("ntlmssp.neg_flags.na1000000").is_none();
            capability(item, &[("na100000", usize::from(shared))])
        }),
        row("flags.rodc_passthrough", Bit, &["ntlmssp.neg_flags.na200000"]),
        made("flags.authenticated_rpc", Bit, |item| capability(item, &[("na4000000", 0), ("na8000000", 0)])),
        made("flags.authenticated_rpc_lsass", Bit, |item| {
            capability(item, &[("na2000000", 0), ("na8000000", 1)])
        }),
        row("rid", Number, &["netlogon.serverrid"]),
        row("site", Text, &["netlogon.site_name"]),
        row("dc", Text, &["netlogon.dc.name"]),
        row("dc_address", Text, &["netlogon.dc.address"]),
        row("forest", Text, &["netlogon.dns.forest_name"]),
        row("dc_flags", Number, &["netlogon.dc.flags"]),
        row("dc_site", Text, &["netlogon.dc.site_name"]),
        row("client_site", Text, &["netlogon.client.site_name"]),
        made("wanted", Number, |item| trust_flags(item, true)),
        row("trust.netbios_domain", Text, &["netlogon.downlevel_domain"]),
        row("trust.domain", Text, &["netlogon.dns_domain"]),
        made("trust.flags", Number, |item| trust_flags(item, false)),
        row("trust.type", Number, &["netlogon.trust_type"]),
        row("trust.attributes", Number, &["netlogon.trust_attribs"]),
        row("status", Number, &["netlogon.rc"]),
        row("win32", Number, &["netlogon.dos.rc", "netlogon.werr.rc"]),
    ],
};

/// A bit of what the sides can do: the first of these names that is there, and which of those that share it.
fn capability(message: &Item, names: &[(&str, usize)]) -> Vec<Made> {
    let bit = |word: &Item| {
        names.iter().find_map(|(name, index)| {
            let name = format!("ntlmssp.neg_flags.{name}");
            word.find_all(&name).nth(*index).map(|item| Made::of(item, Bit))
        })
    };
    message.find_all("netlogon.neg_flags").filter_map(bit).collect()
}

/// Wireshark has one name for what is asked for and for what a trust is; a request names the server.
fn trust_flags(message: &Item, wanted: bool) -> Vec<Made> {
    let asks = message.find("netlogon.handle").is_some();
    let mut found: Vec<_> = message
        .find_all("netlogon.get_dcname.request.flags")
        .filter(|_| wanted)
        .map(|item| Made::of(item, Number))
        .collect();
    if asks == wanted {
        found.extend(message.find_all("netlogon.trust_flags").map(|item| Made::of(item, Number)));
    }
    found
}

const GSS: Family = Family {
    name: "SPNEGO",
    prefix: "adjoin.gss",
    ours: |item, _| named(item, "adjoin.gss"),
    theirs: |item, _| {
        matches!(item.name.as_str(), "spnego.negTokenInit_element" | "spnego.negTokenTarg_element")
    },
    rows: &[
        row("mechanism", Octets, &["spnego.MechType"]),
        row("chosen", Octets, &["spnego.supportedMech"]),
        row("state", Number, &["spnego.negResult"]),
        row("mic_length", Length, &["spnego.mechListMIC"]),
        // A number whose octets each side reads in its own order.
        made("token_id", Octets, |token| {
            // A code over the list of mechanisms is a token as well, of no message.
            let codes: Vec<_> = token.find_all("spnego.mechListMIC").map(|code| code.pos).collect();
            token
                .find_all("spnego.krb5.blob")
                .filter(|blob| !codes.contains(&blob.pos))
                .flat_map(|blob| blob.find_all("spnego.krb5.tok_id"))
                .map(|id| Made::of(id, Octets))
                .collect()
        }),
    ],
};

const NETLOGON_PROVIDER: Family = Family {
    name: "Netlogon provider",
    prefix: "adjoin.gss.netlogon",
    ours: |item, _| named(item, "adjoin.gss.netlogon"),
    theirs: |item, _| has(item, "netlogon.secchan.nl_auth_message.message_type"),
    rows: &[
        row("type", Number, &["netlogon.secchan.nl_auth_message.message_type"]),
        row("domain", Text, &["netlogon.secchan.nl_auth_message.nb_domain"]),
        row(
            "computer",
            Text,
            &["netlogon.secchan.nl_auth_message.nb_host", "netlogon.secchan.nl_auth_message.nb_host_utf8"],
        ),
        row("dns_domain", Text, &["netlogon.secchan.nl_auth_message.dns_domain"]),
        row("dns_host", Text, &["netlogon.secchan.nl_auth_message.dns_host"]),
    ],
};

const NTLM: Family = Family {
    name: "NTLM message",
    prefix: "adjoin.ntlm",
    ours: |item, _| named(item, "adjoin.ntlm"),
    theirs: |item, _| named(item, "ntlmssp") && has(item, "ntlmssp.messagetype"),
    rows: &[
        row("type", Number, &["ntlmssp.messagetype"]),
        row("flags", Number, &["ntlmssp.negotiateflags"]),
        row("flags.unicode", Bit, &["ntlmssp.negotiateunicode"]),
        row("flags.oem", Bit, &["ntlmssp.negotiateoem"]),
        row("flags.request_target", Bit, &["ntlmssp.requesttarget"]),
        row("flags.sign", Bit, &["ntlmssp.negotiatesign"]),
        row("flags.seal", Bit, &["ntlmssp.negotiateseal"]),
        row("flags.datagram", Bit, &["ntlmssp.negotiatedatagram"]),
        row("flags.lm_key", Bit, &["ntlmssp.negotiatelmkey"]),
        row("flags.ntlm", Bit, &["ntlmssp.negotiatentlm"]),
        row("flags.anonymous", Bit, &["ntlmssp.negotiateanonymous"]),
        row("flags.oem_domain_supplied", Bit, &["ntlmssp.negotiateoemdomainsupplied"]),
        row("flags.oem_workstation_supplied", Bit, &["ntlmssp.negotiateoemworkstationsupplied"]),
        row("flags.always_sign", Bit, &["ntlmssp.negotiatealwayssign"]),
        row("flags.target_type_domain", Bit, &["ntlmssp.targettypedomain"]),
        row("flags.target_type_server", Bit, &["ntlmssp.targettypeserver"]),
        row(
            "flags.extended_sessionsecurity",
            Bit,
            &["ntlmssp.negotiatentlm2", "ntlmssp.negotiateextendedsessionsecurity"],
        ),
        row("flags.identify", Bit, &["ntlmssp.negotiateidentify"]),
        row(
            "flags.request_non_nt_session_key",
            Bit,
            &["ntlmssp.requestnonntsession", "ntlmssp.requestnonntsessionkey"],
        ),
        row("flags.target_info", Bit, &["ntlmssp.negotiatetargetinfo"]),
        row("flags.version", Bit, &["ntlmssp.negotiateversion"]),
        row("flags.key_128", Bit, &["ntlmssp.negotiate128"]),
        row("flags.key_exch", Bit, &["ntlmssp.negotiatekeyexch"]),
        row("flags.key_56", Bit, &["ntlmssp.negotiate56"]),
        row("domain", Text, &["ntlmssp.negotiate.domain", "ntlmssp.auth.domain"]),
        row("user", Text, &["ntlmssp.auth.username"]),
        row("workstation", Text, &["ntlmssp.negotiate.callingworkstation", "ntlmssp.auth.hostname"]),
        row("target", Text, &["ntlmssp.challenge.target_name"]),
        made("version", Octets, ntlm_version),
        row(
            "target_info.netbios_computer",
            Shown,
            &["ntlmssp.challenge.target_info.nb_computer_name", "ntlmssp.ntlmv2_response.nb_computer_name"],
        ),
        row(
            "target_info.netbios_domain",
            Shown,
            &["ntlmssp.challenge.target_info.nb_domain_name", "ntlmssp.ntlmv2_response.nb_domain_name"],
        ),
        row(
            "target_info.dns_computer",
            Shown,
            &["ntlmssp.challenge.target_info.dns_computer_name", "ntlmssp.ntlmv2_response.dns_computer_name"],
        ),
        row(
            "target_info.dns_domain",
            Shown,
            &["ntlmssp.challenge.target_info.dns_domain_name", "ntlmssp.ntlmv2_response.dns_domain_name"],
        ),
        row(
            "target_info.forest",
            Shown,
            &["ntlmssp.challenge.target_info.dns_tree_name", "ntlmssp.ntlmv2_response.dns_tree_name"],
        ),
        row(
            "target_info.timestamp",
            Octets,
            &["ntlmssp.challenge.target_info.timestamp", "ntlmssp.ntlmv2_response.timestamp"],
        ),
        row("target_info.flags", Number, &["ntlmssp.ntlmv2_response.flags"]),
        row(
            "target_info.channel_bindings",
            Octets,
            &["ntlmssp.challenge.target_info.channel_bindings", "ntlmssp.ntlmv2_response.channel_bindings"],
        ),
        row("target_info.target_name", Shown, &["ntlmssp.ntlmv2_response.target_name"]),
        row("timestamp", Octets, &["ntlmssp.ntlmv2_response.time"]),
    ],
};

/// The octets of a version: its parts, and three reserved octets that Wireshark has no item for.
fn ntlm_version(message: &Item) -> Vec<Made> {
    let part = |version: &Item, name: &str| {
        version.find(&format!("ntlmssp.version.{name}")).map_or_else(String::new, |part| part.value.clone())
    };
    message
        .find_all("ntlmssp.version")
        .map(|version| {
            let [major, minor, build] = ["major", "minor", "build_number"].map(|name| part(version, name));
            Made::text(format!("{major}{minor}{build}000000{}", part(version, "ntlm_current_revision")))
        })
        .collect()
}

const SMB2: Family = Family {
    name: "SMB2 message",
    prefix: "adjoin.smb",
    ours: |item, _| named(item, "adjoin.smb"),
    theirs: |item, _| named(item, "smb2") && item.find("smb2.cmd").is_some(),
    rows: &[
        row("command", Number, &["smb2.cmd"]),
        row("status", Number, &["smb2.nt_status"]),
        row("session_id", Number, &["smb2.sesid"]),
        row("dialect", Number, &["smb2.dialect"]),
        // Two octets, of which Wireshark reads one in some messages.
        row("security_mode", Bare, &["smb2.sec_mode"]),
        row("security_mode.signing_enabled", Bit, &["smb2.sec_mode.sign_enabled"]),
        row("security_mode.signing_required", Bit, &["smb2.sec_mode.sign_required"]),
        row("capabilities", Number, &["smb2.capabilities"]),
        row("capabilities.encryption", Bit, &["smb2.capabilities.encryption"]),
        row("cipher", Number, &["smb2.negotiate_context.cipher_id"]),
        row("signing_algorithm", Number, &["smb2.negotiate_context.signing_id"]),
        row("preauth_hash", Number, &["smb2.negotiate_context.hash_algorithm"]),
        row("compression", Number, &["smb2.negotiate_context.comp_alg_id"]),
        row("compression.flags", Number, &["smb2.negotiate_context.comp_alg_flags"]),
        row("rdma_transform", Number, &["smb2.negotiate_context.rdma_transform_id"]),
        row("netname", Text, &["smb2.negotiate_context.netname"]),
        row("transport", Number, &["smb2.negotiate_context.transport_flags"]),
        made("context", Number, |message| {
            // Those that have fields of their own; 4 was never given out.
            let read = ["0x0001", "0x0002", "0x0003", "0x0005", "0x0006", "0x0007", "0x0008"];
            message
                .find_all("smb2.negotiate_context.type")
                .filter(|kind| !read.contains(&kind.show.as_str()))
                .map(|kind| Made::of(kind, Number))
                .collect()
        }),
        row("server_time", Octets, &["smb2.current_time"]),
        row("session_flags", Number, &["smb2.session_flags"]),
        row("session_flags.guest", Bit, &["smb2.ses_flags.guest"]),
        row("session_flags.null", Bit, &["smb2.ses_flags.null"]),
        row("session_flags.encrypt", Bit, &["smb2.ses_flags.encrypt"]),
        made("tree", Text, |message| sent(message, "smb2.tree", Text)),
        made("share_type", Number, |message| sent(message, "smb2.share_type", Number)),
        made("pipe", Text, |message| sent(message, "smb2.filename", Text)),
    ],
};

/// What the message itself holds: Wireshark repeats the share that a message is about, with the octets of
/// the number that stands for it, and 4.6 the name of a file with its handle.
fn sent(message: &Item, name: &str, how: How) -> Vec<Made> {
    let repeats: Vec<_> = message.find_all("smb2.tid").flat_map(|id| id.find_all(name)).collect();
    message
        .find_all(name)
        .filter(|item| item.size > 0 && !repeats.iter().any(|repeat| std::ptr::eq(*repeat, *item)))
        .map(|item| Made::of(item, how))
        .collect()
}

const SMB_TRANSFORM: Family = Family {
    name: "transformed SMB2 message",
    prefix: "adjoin.smb.transform",
    ours: |item, _| named(item, "adjoin.smb.transform"),
    theirs: |item, _| {
        named(item, "smb2")
            && (item.find("smb2.header.transform.msg_size").is_some()
                || item.find("smb2.header.comp_transform.comp_alg").is_some())
    },
    rows: &[
        row("flags", Number, &["smb2.header.transform.flags"]),
        row("size", Number, &["smb2.header.transform.msg_size", "smb2.header.comp_transform.original_size"]),
        row("session_id", Number, &["smb2.sesid"]),
        row("compression", Number, &["smb2.header.comp_transform.comp_alg"]),
    ],
};

const LDAP: Family = Family {
    name: "LDAP message",
    prefix: "adjoin.ldap",
    ours: |item, _| named(item, "adjoin.ldap"),
    theirs: |item, packet| {
        // Pings and their answers are families of their own; an unbind has no field.
        named(item, "ldap.LDAPMessage_element")
            && item.find("ldap.unbindRequest_element").is_none()
            && !item.descendants().any(|part| {
                (LDAP_PING.theirs)(part, packet)
                    || named(part, "ldap.PartialAttributeList_item_element")
                        && part
                            .child("ldap.type")
                            .is_some_and(|name| name.show.eq_ignore_ascii_case("netlogon"))
            })
    },
    rows: &[
        row("message_id", Number, &["ldap.messageID"]),
        row("name", Text, &["ldap.name"]),
        made("mechanism", Text, |message| {
            let sasl = message.find_all("ldap.mechanism").map(|name| Made::of(name, Text));
            let simple = message.find_all("ldap.simple").map(|_| Made::text("simple".to_owned()));
            // [MS-ADTS] 5.1.1.1.3
            let sicily = message
                .find_all("ldap.authentication")
                .filter(|choice| matches!(choice.show.as_str(), "9" | "10" | "11"))
                .map(|_| Made::text("Sicily".to_owned()));
            sasl.chain(simple).chain(sicily).collect()
        }),
        row("base", Text, &["ldap.baseObject"]),
        row("scope", Number, &["ldap.scope"]),
        made("filter", Text, |message| {
            // The whole filter stands in front of its parts.
            let whole = message.descendants().find_map(|item| item.show.strip_prefix("Filter: "));
            whole.map(|text| Made::text(text.to_owned())).into_iter().collect()
        }),
        row("wanted", Text, &["ldap.AttributeDescription"]),
        row("entry", Text, &["ldap.objectName", "ldap.entry", "ldap.object", "ldap.delRequest"]),
        row("change", Number, &["ldap.operation"]),
        made("attribute", Text, |message| {
            let names = attributes(message).filter_map(|attribute| attribute.child("ldap.type"));
            names.map(|name| Made::of(name, Text)).collect()
        }),
        made("value", Octets, |message| {
            values(message, |name| SHOWN.iter().any(|shown| name.eq_ignore_ascii_case(shown)))
        }),
        made("capability", Octets, |message| {
            values(message, |name| name.eq_ignore_ascii_case("supportedCapabilities"))
        }),
        made("account_control", Octets, |message| {
            values(message, |name| name.eq_ignore_ascii_case("userAccountControl"))
        }),
        made("supported_enctypes", Octets, |message| {
            values(message, |name| name.eq_ignore_ascii_case("msDS-SupportedEncryptionTypes"))
        }),
        row("new_name", Text, &["ldap.newrdn"]),
        row("new_parent", Text, &["ldap.newSuperior"]),
        row("abandon", Number, &["ldap.abandonRequest"]),
        row("extended", Octets, &["ldap.requestName", "ldap.responseName"]),
        made("extended.value", Octets, |message| {
            // What is no text is not shown.
            message
                .find_all("ldap.responseValue")
                .filter(|value| !value.value.is_empty())
                .filter(|value| octets(value).iter().all(|octet| (0x20..0x7f).contains(octet)))
                .map(|value| Made::of(value, Octets))
                .collect()
        }),
        row("control", Octets, &["ldap.controlType"]),
        made("control.critical", Bit, |message| {
            let flags = message.find_all("ldap.criticality").map(|flag| Made::of(flag, Bit));
            flags.filter(|flag| flag.text == "1").collect()
        }),
        // The second and third are of 4.6.
        row(
            "result",
            Number,
            &["ldap.resultCode", "ldap.bindResponse_resultCode", "ldap.extendedResponse_resultCode"],
        ),
        made("matched", Text, |message| {
            // In the answer to a Sicily bind the token stands there.
            let names = message.find_all("ldap.matchedDN").filter(|name| !name.value.is_empty());
            names
                .filter(|name| !name.value.starts_with("4e544c4d"))
                .map(|name| Made::of(name, Text))
                .collect()
        }),
        row("referral", Text, &["ldap.LDAPURL"]),
        row("text", Text, &["ldap.errorMessage"]),
    ],
};

/// The attributes of an entry, or those that are changed.
fn attributes(message: &Item) -> impl Iterator<Item = &Item> {
    message.descendants().filter(|item| {
        matches!(
            item.name.as_str(),
            "ldap.PartialAttributeList_item_element"
                | "ldap.AttributeList_item_element"
                | "ldap.modification_element"
        )
    })
}

/// The values of attributes.
fn values(message: &Item, wanted: fn(&str) -> bool) -> Vec<Made> {
    attributes(message)
        .filter(|attribute| attribute.child("ldap.type").is_some_and(|name| wanted(&name.show)))
        .flat_map(|attribute| attribute.descendants())
        .filter(|item| matches!(item.name.as_str(), "ldap.AttributeValue" | "ldap.oid"))
        .map(|value| Made::of(value, Octets))
        .collect()
}

/// Attributes whose values are shown: of the rootDSE and of a computer's account.
const SHOWN: [&str; 28] = [
    "configurationNamingContext",
    "currentTime",
    "defaultNamingContext",
    "distinguishedName",
    "dNSHostName",
    "domainControllerFunctionality",
    "domainFunctionality",
    "dsServiceName",
    "forestFunctionality",
    "isGlobalCatalogReady",
    "isSynchronized",
    "ldapServiceName",
    "ms-DS-MachineAccountQuota",
    "msDS-AdditionalDnsHostName",
    "namingContexts",
    "nETBIOSName",
    "objectClass",
    "operatingSystem",
    "operatingSystemVersion",
    "rootDomainNamingContext",
    "sAMAccountName",
    "schemaNamingContext",
    "serverName",
    "servicePrincipalName",
    "supportedControl",
    "supportedExtension",
    "supportedLDAPVersion",
    "supportedSASLMechanisms",
];

fn octets(item: &Item) -> Vec<u8> {
    let digits = item.value.as_bytes().chunks(2);
    digits
        .filter_map(|pair| std::str::from_utf8(pair).ok())
        .filter_map(|pair| u8::from_str_radix(pair, 16).ok())
        .collect()
}

const DNS: Family = Family {
    name: "DNS message",
    prefix: "adjoin.dns",
    ours: |item, _| named(item, "adjoin.dns"),
    theirs: |item, _| named(item, "dns") && has(item, "dns.id"),
    rows: &[
        row("id", Number, &["dns.id"]),
        row("opcode", Bare, &["dns.flags.opcode"]),
        row("rcode", Bare, &["dns.flags.rcode"]),
        row("name", Text, &["dns.qry.name"]),
        row("type", Number, &["dns.qry.type"]),
    ],
};

const DNS_RECORD: Family = Family {
    name: "DNS record",
    prefix: "adjoin.dns.record",
    ours: |item, _| named(item, "adjoin.dns.record"),
    theirs: |item, packet| has(item, "dns.resp.type") && has(packet, "dns"),
    rows: &[
        made("name", Text, owner),
        row("type", Number, &["dns.resp.type"]),
        row("ttl", Number, &["dns.resp.ttl"]),
        row("priority", Number, &["dns.srv.priority"]),
        row("weight", Number, &["dns.srv.weight"]),
        row("port", Number, &["dns.srv.port"]),
        row(
            "target",
            Text,
            &["dns.srv.target", "dns.cname", "dns.ns", "dns.ptr.domain_name", "dns.soa.mname"],
        ),
        row("address", Shown, &["dns.a"]),
        row("address6", Shown, &["dns.aaaa"]),
    ],
};

/// The owner of a record: of an SRV record Wireshark shows it in three parts.
fn owner(record: &Item) -> Vec<Made> {
    let part = |name: &str| record.find(name).map(|part| part.show.as_str());
    match (part("dns.srv.service"), part("dns.srv.proto"), part("dns.srv.name"), part("dns.resp.name")) {
        (Some(service), Some(protocol), Some(rest), None) => {
            vec![Made::text(format!("{service}.{protocol}.{rest}"))]
        }
        _ => record.find_all("dns.resp.name").map(|name| Made::of(name, Text)).collect(),
    }
}

/// Fields of ours that are not compared with Wireshark's, and why: a name that ends with `.*` stands for all
/// below it, and a heading for itself.
pub const NOT_COMPARED: &[(&str, &str)] = &[
    ("adjoin", "the protocol itself"),
    ("adjoin.phase.*", "a conclusion about the join"),
    ("adjoin.summary", "a sentence"),
    ("adjoin.finding.*", "a conclusion about the join"),
    ("adjoin.evidence.*", "a conclusion about the join"),
    ("adjoin.request_in", "a conclusion; each of Wireshark's dissectors pairs on its own terms"),
    ("adjoin.response_in", "a conclusion; each of Wireshark's dissectors pairs on its own terms"),
    ("adjoin.response_time", "a conclusion; each of Wireshark's dissectors pairs on its own terms"),
    ("adjoin.note", "a sentence about what was not decoded"),
    ("adjoin.log.*", "Netsetup.log is no protocol of Wireshark's"),
    ("adjoin.ldap_ping.flags.reserved", "Wireshark has no name for the bit"),
    ("adjoin.ldap_ping.flags.ws", "Wireshark has no name for the bit"),
    ("adjoin.ldap_ping.flags.ds_8", "Wireshark has no name for the bit"),
    ("adjoin.ldap_ping.flags.ds_9", "Wireshark has no name for the bit"),
    ("adjoin.ldap_ping.flags.ds_10", "Wireshark has no name for the bit"),
    ("adjoin.ldap_ping.flags.keylist", "Wireshark has no name for the bit"),
    ("adjoin.ldap_ping.flags.ds_12", "Wireshark has no name for the bit"),
    ("adjoin.ldap_ping.flags.ds_13", "Wireshark has no name for the bit"),
    ("adjoin.ldap_ping.next_closest_site", "Wireshark doesn't know the field"),
    ("adjoin.epm.tower.interface_name", "a name from our own table"),
    ("adjoin.epm.tower.address6", "Wireshark reads no floor of an IPv6 address"),
    ("adjoin.epm.tower.annotation", "it lies outside of the tower there; ndrdump compares it"),
    ("adjoin.rpc.interface", "remembered from the bind; Wireshark tells it as the name of a protocol"),
    ("adjoin.samr.features.rid_to_sid_required", "Wireshark has no name for the bit"),
    ("adjoin.samr.features.aes_password_buffers", "Wireshark has no name for the bit"),
    ("adjoin.samr.features.account_reuse_validation", "Wireshark has no name for the bit"),
    ("adjoin.samr.features.account_reuse_validation_v2", "Wireshark has no name for the bit"),
    ("adjoin.samr.computer_sid", "Wireshark knows no opnum above 69"),
    ("adjoin.samr.reuse_allowed", "Wireshark knows no opnum above 69"),
    ("adjoin.samr.account_control.partial_secrets_account", "Wireshark has no name for the bit"),
    ("adjoin.samr.account_control.use_aes_keys", "Wireshark has no name for the bit"),
    ("adjoin.lsa.features", "Wireshark doesn't know LsarOpenPolicy3"),
    ("adjoin.netlogon.flags.supports_aes_sha2", "Wireshark has no name for the bit"),
    ("adjoin.netlogon.flags.supports_kerberos_auth", "Wireshark 4.0 has no name for the bit"),
    ("adjoin.netlogon.level", "only in calls that Wireshark reads as others, or that are sealed"),
    ("adjoin.netlogon.domain", "Wireshark shows it as text without a filter"),
    ("adjoin.netlogon.domain_guid", "Wireshark shows it as text without a filter"),
    ("adjoin.netlogon.account_control", "Wireshark shows it as text without a filter"),
    ("adjoin.netlogon.trust.domain_guid", "Wireshark shows it under a name that all GUIDs share"),
    ("adjoin.ntlm.response", "a conclusion from the length of the response"),
    (
        "adjoin.krb.pkinit.*",
        "Wireshark's fields of it lie below a dissector of certificates; no capture has one",
    ),
    ("adjoin.ldap.error", "read from the text, which is compared"),
    ("adjoin.ldap.data", "read from the text, which is compared"),
];

/// Whether a field of ours is on the list of those that are not compared.
#[must_use]
pub fn is_left_out(filter: &str) -> bool {
    NOT_COMPARED.iter().any(|(name, _)| match name.strip_suffix(".*") {
        Some(all) => filter == all || filter.strip_prefix(all).is_some_and(|rest| rest.starts_with('.')),
        None => filter == *name,
    })
}
