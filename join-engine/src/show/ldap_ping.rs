//! `adjoin.ldap_ping.*`: the DC locator's ping and its answer, [MS-ADTS] 6.3.

use super::Base::{Dec, Hex};
use super::Kind::{Bytes, Flag, Group, Guid, Ipv4, Text, Uint};
use super::sheet::Sheet;
use super::{FieldId, family};
use adjoin_wire::{Partial, Span, Spanned};
use cldap_proto::{LdapMessage, LdapPing, ProtocolOp};
use netlogon_proto::{DsFlags, Message, NtVersion};

family! {
    HEADING = "adjoin.ldap_ping", "LDAP ping", Group, "DC locator message: over CLDAP, LDAP or a mailslot";
    OPCODE = "adjoin.ldap_ping.opcode", "Operation code", Uint(16, Dec), "Kind of message ([MS-ADTS] 6.3.1.3)";
    FLAGS = "adjoin.ldap_ping.flags", "Flags", Uint(32, Hex), "What the responding DC is and runs ([MS-ADTS] 6.3.1.2)";
    FLAG_PDC = "adjoin.ldap_ping.flags.pdc", "PDC", Flag(0x00000001), "Responder holds the PDC emulator role (DS_PDC_FLAG)";
    FLAG_RESERVED = "adjoin.ldap_ping.flags.reserved", "reserved", Flag(0x00000002), "Not assigned in the ping flags";
    FLAG_GC = "adjoin.ldap_ping.flags.gc", "GC", Flag(0x00000004), "Global catalog and forest NC readable (DS_GC_FLAG)";
    FLAG_LDAP = "adjoin.ldap_ping.flags.ldap", "LDAP", Flag(0x00000008), "LDAP server (DS_LDAP_FLAG)";
    FLAG_DS = "adjoin.ldap_ping.flags.ds", "DS", Flag(0x00000010), "Is a domain controller (directory service) (DS_DS_FLAG)";
    FLAG_KDC = "adjoin.ldap_ping.flags.kdc", "KDC", Flag(0x00000020), "KDC service is running (DS_KDC_FLAG)";
    FLAG_TIMESERV = "adjoin.ldap_ping.flags.timeserv", "TIMESERV", Flag(0x00000040), "Windows Time service running (DS_TIMESERV_FLAG)";
    FLAG_CLOSE_SITE = "adjoin.ldap_ping.flags.close_site", "CLOSE_SITE", Flag(0x00000080), "Responder is in the site closest to the client (DS_CLOSEST_FLAG)";
    FLAG_WRITABLE = "adjoin.ldap_ping.flags.writable", "WRITABLE", Flag(0x00000100), "Writable DC (DS_WRITABLE_FLAG)";
    FLAG_GTIMESERV = "adjoin.ldap_ping.flags.gtimeserv", "GTIMESERV", Flag(0x00000200), "Reliable time source (DS_GOOD_TIMESERV_FLAG)";
    FLAG_NDNC = "adjoin.ldap_ping.flags.ndnc", "NDNC", Flag(0x00000400), "Naming context is an application NC (non-domain NC) (DS_NDNC_FLAG)";
    FLAG_PARTIAL_SECRET = "adjoin.ldap_ping.flags.partial_secret", "PARTIAL_SECRET", Flag(0x00000800), "Read-only DC (DS_SELECT_SECRET_DOMAIN_6_FLAG)";
    FLAG_FULL_SECRET = "adjoin.ldap_ping.flags.full_secret", "FULL_SECRET", Flag(0x00001000), "Writable DC, version 2008 or later (DS_FULL_SECRET_DOMAIN_6_FLAG)";
    FLAG_WS = "adjoin.ldap_ping.flags.ws", "WS", Flag(0x00002000), "Active Directory Web Services running (DS_WS_FLAG)";
    FLAG_DS_8 = "adjoin.ldap_ping.flags.ds_8", "DS_8", Flag(0x00004000), "DC version 2012 or later (DS_DS_8_FLAG)";
    FLAG_DS_9 = "adjoin.ldap_ping.flags.ds_9", "DS_9", Flag(0x00008000), "DC version 2012 R2 or later (DS_DS_9_FLAG)";
    FLAG_DS_10 = "adjoin.ldap_ping.flags.ds_10", "DS_10", Flag(0x00010000), "DC version 2016 or later (DS_DS_10_FLAG)";
    FLAG_KEYLIST = "adjoin.ldap_ping.flags.keylist", "KEYLIST", Flag(0x00020000), "DC supports the Kerberos key-list request (Entra cloud trust) (DS_KEY_LIST_FLAG)";
    FLAG_DS_13 = "adjoin.ldap_ping.flags.ds_13", "DS_13", Flag(0x00040000), "DC version 2025 or later (DS_DS_13_FLAG)";
    FLAG_DS_12 = "adjoin.ldap_ping.flags.ds_12", "DS_12", Flag(0x00080000), "DC version 2022 or later (DS_DS_12_FLAG)";
    FLAG_DNS_DC = "adjoin.ldap_ping.flags.dns_dc", "DNS_DC", Flag(0x20000000), "Returned DC name is a DNS name (DS_DNS_CONTROLLER_FLAG)";
    FLAG_DNS_DOMAIN = "adjoin.ldap_ping.flags.dns_domain", "DNS_DOMAIN", Flag(0x40000000), "Returned domain name is a DNS name (DS_DNS_DOMAIN_FLAG)";
    FLAG_DNS_FOREST = "adjoin.ldap_ping.flags.dns_forest", "DNS_FOREST", Flag(0x80000000), "Returned forest name is a DNS name (DS_DNS_FOREST_FLAG)";
    DOMAIN_GUID = "adjoin.ldap_ping.domain_guid", "Domain GUID", Guid, "GUID of the domain";
    FOREST = "adjoin.ldap_ping.forest", "Forest", Text, "DNS name of the forest";
    DOMAIN = "adjoin.ldap_ping.domain", "Domain", Text, "DNS name of the domain";
    HOST = "adjoin.ldap_ping.host", "DC host name", Text, "DNS name of the responding DC";
    NETBIOS_DOMAIN = "adjoin.ldap_ping.netbios_domain", "NetBIOS domain", Text, "NetBIOS name of the domain";
    NETBIOS_HOST = "adjoin.ldap_ping.netbios_host", "NetBIOS DC name", Text, "NetBIOS name of the responding DC";
    USER = "adjoin.ldap_ping.user", "Account", Text, "The account that was asked for";
    DC_SITE = "adjoin.ldap_ping.dc_site", "DC site", Text, "Site of the responding DC";
    CLIENT_SITE = "adjoin.ldap_ping.client_site", "Client site", Text, "Site of the client; empty when its subnet belongs to no site";
    NEXT_CLOSEST_SITE = "adjoin.ldap_ping.next_closest_site", "Next closest site", Text, "Site to try when the client's own has no DC";
    DC_ADDRESS = "adjoin.ldap_ping.dc_address", "DC address", Ipv4, "IPv4 address of the responding DC (127.0.0.1 stands for a DC that only speaks IPv6)";
    NT_VERSION = "adjoin.ldap_ping.nt_version", "NtVersion", Uint(32, Hex), "Version of the answer ([MS-ADTS] 6.3.1.1)";
    LM_NT_TOKEN = "adjoin.ldap_ping.lm_nt_token", "LmNtToken", Uint(16, Hex), "Always 0xffff";
    LM20_TOKEN = "adjoin.ldap_ping.lm20_token", "Lm20Token", Uint(16, Hex), "Always 0xffff";
    REQ_DNS_DOMAIN = "adjoin.ldap_ping.request.dns_domain", "Wanted domain", Text, "DNS name of the domain that is searched";
    REQ_HOST = "adjoin.ldap_ping.request.host", "Client", Text, "NetBIOS name of the client";
    REQ_DNS_HOST_NAME = "adjoin.ldap_ping.request.dns_host_name", "Client DNS name", Text, "DNS name of the client";
    REQ_USER = "adjoin.ldap_ping.request.user", "Wanted account", Text, "Account that the DC shall look up";
    REQ_AAC = "adjoin.ldap_ping.request.aac", "Allowed account control", Uint(32, Hex), "Kinds of account that may match (0x80 workstation, 0x100 DC)";
    REQ_DOMAIN_SID = "adjoin.ldap_ping.request.domain_sid", "Wanted domain SID", Bytes, "SID of the domain that is searched";
    REQ_DOMAIN_GUID = "adjoin.ldap_ping.request.domain_guid", "Wanted domain GUID", Guid, "GUID of the domain that is searched";
    REQ_NT_VERSION = "adjoin.ldap_ping.request.nt_version", "Wanted NtVersion", Uint(32, Hex), "Form of answer that is asked for";
    REQ_MAILSLOT = "adjoin.ldap_ping.request.mailslot", "Answer to mailslot", Text, "Mailslot that the answer goes to";
}

/// Value of the attribute `Netlogon`, or data of a netlogon mailslot.
pub(crate) fn netlogon(sheet: &mut Sheet<'_>, bytes: &[u8], whole: Span) {
    let Partial { value: message, error } = Message::parse_partial(bytes);
    let opcode = message.opcode();
    sheet.group(0, HEADING, whole, opcode.value.to_string());
    if opcode.reached().is_some() {
        let number = opcode.value.0;
        let text =
            opcode.value.name().map_or_else(|| number.to_string(), |name| format!("{name} ({number})"));
        sheet.named(1, OPCODE, opcode.span, number.into(), text);
    }
    match &message {
        Message::SamLogonResponseEx(m) => {
            flags(sheet, &m.flags);
            sheet.guid(1, DOMAIN_GUID, &m.domain_guid);
            sheet.text(1, FOREST, &m.dns_forest_name);
            sheet.text(1, DOMAIN, &m.dns_domain_name);
            sheet.text(1, HOST, &m.dns_host_name);
            sheet.text(1, NETBIOS_DOMAIN, &m.netbios_domain_name);
            sheet.text(1, NETBIOS_HOST, &m.netbios_computer_name);
            sheet.text(1, USER, &m.user_name);
            sheet.text(1, DC_SITE, &m.dc_site_name);
            sheet.text(1, CLIENT_SITE, &m.client_site_name);
            if let Some(address) = &m.dc_sock_addr {
                sheet.ipv4(1, DC_ADDRESS, address.sin_addr.span, address.sin_addr.value);
            }
            if let Some(site) = &m.next_closest_site_name {
                sheet.text(1, NEXT_CLOSEST_SITE, site);
            }
        }
        Message::SamLogonResponse(m) => {
            sheet.text(1, NETBIOS_HOST, &m.unicode_logon_server);
            sheet.text(1, USER, &m.unicode_user_name);
            sheet.text(1, NETBIOS_DOMAIN, &m.unicode_domain_name);
            sheet.guid(1, DOMAIN_GUID, &m.domain_guid);
            sheet.text(1, FOREST, &m.dns_forest_name);
            sheet.text(1, DOMAIN, &m.dns_domain_name);
            sheet.text(1, HOST, &m.dns_host_name);
            if let Some(address) = m.dc_ip_address.reached() {
                sheet.ipv4(1, DC_ADDRESS, m.dc_ip_address.span, address.to_be_bytes());
            }
            flags(sheet, &m.flags);
        }
        Message::SamLogonResponseNt40(m) => {
            sheet.text(1, NETBIOS_HOST, &m.unicode_logon_server);
            sheet.text(1, USER, &m.unicode_user_name);
            sheet.text(1, NETBIOS_DOMAIN, &m.unicode_domain_name);
        }
        Message::SamLogonRequest(m) => {
            sheet.text(1, REQ_HOST, &m.unicode_computer_name);
            sheet.text(1, REQ_USER, &m.unicode_user_name);
            sheet.text(1, REQ_MAILSLOT, &m.mailslot_name);
            sheet.uint(1, REQ_AAC, &m.allowable_account_control_bits);
            if let Some(sid) = &m.domain_sid {
                sheet.bytes(1, REQ_DOMAIN_SID, &sid.map(|sid| sid.0));
            }
        }
        Message::LogonPrimaryQuery(m) => {
            sheet.text(1, REQ_HOST, &m.computer_name);
            sheet.text(1, REQ_MAILSLOT, &m.mailslot_name);
        }
        Message::PrimaryResponse(m) => {
            sheet.text(1, NETBIOS_HOST, &m.primary_dc_name);
            sheet.text(1, NETBIOS_DOMAIN, &m.unicode_domain_name);
        }
        Message::LogonRequest(m) => {
            sheet.text(1, REQ_HOST, &m.computer_name);
            sheet.text(1, REQ_USER, &m.user_name);
            sheet.text(1, REQ_MAILSLOT, &m.mailslot_name);
        }
        Message::LogonResponse2(m) => sheet.text(1, NETBIOS_HOST, &m.logon_server),
        Message::DbChange(m) => {
            sheet.text(1, NETBIOS_HOST, &m.primary_dc_name);
            sheet.text(1, NETBIOS_DOMAIN, &m.domain_name);
        }
        _ => {}
    }
    let version_field = if opcode.value.is_answer() { NT_VERSION } else { REQ_NT_VERSION };
    if let Some(version) = message.nt_version() {
        sheet.named(1, version_field, version.span, version.value.bits().into(), version_text(version.value));
    }
    let (lm_nt, lm20) = tokens(&message);
    sheet.uint(1, LM_NT_TOKEN, &lm_nt);
    sheet.uint(1, LM20_TOKEN, &lm20);
    sheet.stopped(1, error);
}

fn tokens(message: &Message<'_>) -> (Spanned<u16>, Spanned<u16>) {
    match message {
        Message::SamLogonResponseEx(m) => (m.lm_nt_token, m.lm20_token),
        Message::SamLogonResponse(m) => (m.lm_nt_token, m.lm20_token),
        Message::SamLogonResponseNt40(m) => (m.lm_nt_token, m.lm20_token),
        Message::SamLogonRequest(m) => (m.lm_nt_token, m.lm20_token),
        Message::LogonPrimaryQuery(m) => (m.lm_nt_token, m.lm20_token),
        Message::PrimaryResponse(m) => (m.lm_nt_token, m.lm20_token),
        Message::DbChange(m) => (m.lm_nt_token, m.lm20_token),
        Message::LogonRequest(m) => (Spanned::default(), m.lm20_token),
        Message::LogonResponse2(m) => (Spanned::default(), m.lm20_token),
        _ => (Spanned::default(), Spanned::default()),
    }
}

fn version_text(version: NtVersion) -> String {
    let names: Vec<_> = version.names().collect();
    format!("0x{:08x} ({})", version.bits(), names.join(" "))
}

fn flags(sheet: &mut Sheet<'_>, flags: &Spanned<DsFlags>) {
    if flags.reached().is_none() {
        return;
    }
    let word = flags.value.bits();
    let names: Vec<_> = flags.value.names().collect();
    let mut text = format!("0x{word:08x} ({})", names.join(" "));
    if flags.value.unknown() != 0 {
        text.push_str(&format!(", unknown bits 0x{:08x}", flags.value.unknown()));
    }
    sheet.named(1, FLAGS, flags.span, word.into(), text);
    for id in FLAG_PDC.0..=FLAG_DNS_FOREST.0 {
        sheet.flag(2, FieldId(id), flags.span, word);
    }
}

/// LDAPMessage with an LDAP ping.
pub(crate) fn request(sheet: &mut Sheet<'_>, bytes: &[u8], whole: Span) {
    let Partial { value: message, error } = LdapMessage::parse_partial(bytes);
    let ProtocolOp::SearchRequest(search) = &message.op else { return sheet.stopped(0, error) };
    let Some(ping) = LdapPing::of(search) else { return sheet.stopped(0, error) };
    sheet.group(0, HEADING, whole, "request");
    for (id, field) in [
        (REQ_DNS_DOMAIN, &ping.dns_domain),
        (REQ_HOST, &ping.host),
        (REQ_DNS_HOST_NAME, &ping.dns_host_name),
        (REQ_USER, &ping.user),
    ] {
        if let Some(field) = field {
            sheet.text(1, id, field);
        }
    }
    if let Some(aac) = &ping.aac {
        sheet.uint(1, REQ_AAC, aac);
    }
    if let Some(sid) = &ping.domain_sid {
        sheet.bytes(1, REQ_DOMAIN_SID, sid);
    }
    if let Some(guid) = &ping.domain_guid {
        sheet.guid(1, REQ_DOMAIN_GUID, guid);
    }
    if let Some(version) = ping.nt_ver {
        let text = version_text(NtVersion::from_bits_retain(version.value));
        sheet.named(1, REQ_NT_VERSION, version.span, version.value.into(), text);
    }
    sheet.stopped(1, ping.problem.or(error));
}
