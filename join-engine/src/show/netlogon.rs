//! `adjoin.netlogon.*`: the Netlogon Remote Protocol, [MS-NRPC].

use super::Base::{Dec, Hex};
use super::Kind::{Bytes, Flag, Group, Guid, Text, Uint};
use super::sheet::Sheet;
use super::{FieldId, Stub, family};
use adjoin_wire::{Partial, Span, Spanned};
use netlogon_proto::rpc::{
    Credential, DomainTrust, DsrGetDcName, DsrGetDcNameReply, NegotiateFlags, NetlogonDomainInfo, Opnum,
    Request, Response, SecureChannelType,
};
use netsetup_log::{OptionKind, Options, code_name};

family! {
    HEADING = "adjoin.netlogon", "Netlogon", Group, "Call to the Netlogon service or its answer";
    OPNUM = "adjoin.netlogon.opnum", "Operation", Uint(16, Dec), "Operation number; 26 is NetrServerAuthenticate3";
    SERVER = "adjoin.netlogon.server", "Server", Text, "The server that the client means";
    ACCOUNT = "adjoin.netlogon.account", "Account", Text, "Name of the account; a computer's ends with $";
    CHANNEL_TYPE = "adjoin.netlogon.secure_channel_type", "Secure channel type", Uint(16, Dec), "Who sets up the channel; 2 is a member computer";
    COMPUTER = "adjoin.netlogon.computer", "Computer", Text, "NetBIOS name of the client";
    CLIENT_CHALLENGE = "adjoin.netlogon.client_challenge", "Client challenge", Bytes, "The client's random octets";
    SERVER_CHALLENGE = "adjoin.netlogon.server_challenge", "Server challenge", Bytes, "The server's random octets";
    CLIENT_CREDENTIAL = "adjoin.netlogon.client_credential", "Client credential", Bytes, "The client's proof of its password; the password is not in it";
    SERVER_CREDENTIAL = "adjoin.netlogon.server_credential", "Server credential", Bytes, "The server's proof; zeros when it refuses";
    FLAGS = "adjoin.netlogon.flags", "Negotiate flags", Uint(32, Hex), "What the sender can do ([MS-NRPC] 3.1.4.2)";
    FLAG_ACCOUNT_LOCKOUT = "adjoin.netlogon.flags.account_lockout", "ACCOUNT_LOCKOUT", Flag(0x0000_0001), "Account lockout; no longer used (bit A)";
    FLAG_PERSISTENT_SAMREPL = "adjoin.netlogon.flags.persistent_samrepl", "PERSISTENT_SAMREPL", Flag(0x0000_0002), "Persistent update of backup domain controllers (bit B)";
    FLAG_ARCFOUR = "adjoin.netlogon.flags.arcfour", "ARCFOUR", Flag(0x0000_0004), "RC4 encryption (bit C)";
    FLAG_PROMOTION_COUNT = "adjoin.netlogon.flags.promotion_count", "PROMOTION_COUNT", Flag(0x0000_0008), "Promotion count; not used (bit D)";
    FLAG_CHANGELOG_BDC = "adjoin.netlogon.flags.changelog_bdc", "CHANGELOG_BDC", Flag(0x0000_0010), "Change log on backup domain controllers (bit E)";
    FLAG_FULL_SYNC_REPL = "adjoin.netlogon.flags.full_sync_repl", "FULL_SYNC_REPL", Flag(0x0000_0020), "Restart of a full synchronization (bit F)";
    FLAG_MULTIPLE_SIDS = "adjoin.netlogon.flags.multiple_sids", "MULTIPLE_SIDS", Flag(0x0000_0040), "Pass-through without validation level 2 (bit G)";
    FLAG_REDO = "adjoin.netlogon.flags.redo", "REDO", Flag(0x0000_0080), "NetrDatabaseRedo (bit H)";
    FLAG_PASSWORD_CHANGE_REFUSAL = "adjoin.netlogon.flags.password_change_refusal", "PASSWORD_CHANGE_REFUSAL", Flag(0x0000_0100), "A domain controller may refuse a change of the machine password (bit I)";
    FLAG_SEND_PASSWORD_INFO_PDC = "adjoin.netlogon.flags.send_password_info_pdc", "SEND_PASSWORD_INFO_PDC", Flag(0x0000_0200), "NetrLogonSendToSam (bit J)";
    FLAG_GENERIC_PASSTHROUGH = "adjoin.netlogon.flags.generic_passthrough", "GENERIC_PASSTHROUGH", Flag(0x0000_0400), "Generic pass-through authentication (bit K)";
    FLAG_CONCURRENT_RPC = "adjoin.netlogon.flags.concurrent_rpc", "CONCURRENT_RPC", Flag(0x0000_0800), "Concurrent RPC calls (bit L)";
    FLAG_AVOID_ACCOUNT_DB_REPL = "adjoin.netlogon.flags.avoid_account_db_repl", "AVOID_ACCOUNT_DB_REPL", Flag(0x0000_1000), "No replication of the account database (bit M)";
    FLAG_AVOID_SECURITYAUTH_DB_REPL = "adjoin.netlogon.flags.avoid_securityauth_db_repl", "AVOID_SECURITYAUTH_DB_REPL", Flag(0x0000_2000), "No replication of the security authority database (bit N)";
    FLAG_STRONG_KEYS = "adjoin.netlogon.flags.strong_keys", "STRONG_KEYS", Flag(0x0000_4000), "Strong keys (128 bits) (bit O)";
    FLAG_TRANSITIVE_TRUSTS = "adjoin.netlogon.flags.transitive_trusts", "TRANSITIVE_TRUSTS", Flag(0x0000_8000), "Transitive trusts (bit P)";
    FLAG_DNS_DOMAIN_TRUSTS = "adjoin.netlogon.flags.dns_domain_trusts", "DNS_DOMAIN_TRUSTS", Flag(0x0001_0000), "DNS domain trusts; not used (bit Q)";
    FLAG_PASSWORD_SET2 = "adjoin.netlogon.flags.password_set2", "PASSWORD_SET2", Flag(0x0002_0000), "NetrServerPasswordSet2 (bit R)";
    FLAG_GETDOMAININFO = "adjoin.netlogon.flags.getdomaininfo", "GETDOMAININFO", Flag(0x0004_0000), "NetrLogonGetDomainInfo (bit S)";
    FLAG_CROSS_FOREST_TRUSTS = "adjoin.netlogon.flags.cross_forest_trusts", "CROSS_FOREST_TRUSTS", Flag(0x0008_0000), "Trusts across forests (bit T)";
    FLAG_NEUTRALIZE_NT4_EMULATION = "adjoin.netlogon.flags.neutralize_nt4_emulation", "NEUTRALIZE_NT4_EMULATION", Flag(0x0010_0000), "The server is to ignore NT4Emulator (bit U)";
    FLAG_RODC_PASSTHROUGH = "adjoin.netlogon.flags.rodc_passthrough", "RODC_PASSTHROUGH", Flag(0x0020_0000), "Pass-through by read-only domain controllers (bit V)";
    FLAG_SUPPORTS_AES_SHA2 = "adjoin.netlogon.flags.supports_aes_sha2", "SUPPORTS_AES_SHA2", Flag(0x0040_0000), "AES with SHA-2, by Samba's header; not in the specification";
    FLAG_SUPPORTS_AES = "adjoin.netlogon.flags.supports_aes", "SUPPORTS_AES", Flag(0x0100_0000), "AES-128 in CFB8 mode with SHA-2 (bit W)";
    FLAG_AUTHENTICATED_RPC_LSASS = "adjoin.netlogon.flags.authenticated_rpc_lsass", "AUTHENTICATED_RPC_LSASS", Flag(0x2000_0000), "Not used; Windows sets it (bit X)";
    FLAG_AUTHENTICATED_RPC = "adjoin.netlogon.flags.authenticated_rpc", "AUTHENTICATED_RPC", Flag(0x4000_0000), "Secure RPC (the Netlogon security provider) (bit Y)";
    FLAG_SUPPORTS_KERBEROS_AUTH = "adjoin.netlogon.flags.supports_kerberos_auth", "SUPPORTS_KERBEROS_AUTH", Flag(0x8000_0000), "Kerberos for the secure channel (opnum 59) (bit Z)";
    RID = "adjoin.netlogon.rid", "Account RID", Uint(32, Dec), "Relative identifier of the account";
    LEVEL = "adjoin.netlogon.level", "Level", Uint(32, Dec), "Which information is asked for";
    DOMAIN = "adjoin.netlogon.domain", "Domain", Text, "Name of the domain that is looked for, or was found";
    DOMAIN_GUID = "adjoin.netlogon.domain_guid", "Domain GUID", Guid, "GUID of the domain";
    SITE = "adjoin.netlogon.site", "Site", Text, "Site in which a DC is looked for, or the site of a computer";
    ACCOUNT_CONTROL = "adjoin.netlogon.account_control", "Allowed account control", Uint(32, Hex), "Kinds of account that the DC may know by the name";
    ASK_FLAGS = "adjoin.netlogon.wanted", "Wanted", Uint(32, Hex), "Flags of the request: what the DC must be, or which trusts are wanted";
    DC = "adjoin.netlogon.dc", "DC", Text, "Name of the DC that was found";
    DC_ADDRESS = "adjoin.netlogon.dc_address", "DC address", Text, "Address of the DC as text";
    FOREST = "adjoin.netlogon.forest", "Forest", Text, "DNS name of the forest";
    DC_FLAGS = "adjoin.netlogon.dc_flags", "DC flags", Uint(32, Hex), "What the DC is and runs";
    DC_SITE = "adjoin.netlogon.dc_site", "DC site", Text, "Site of the DC";
    CLIENT_SITE = "adjoin.netlogon.client_site", "Client site", Text, "Site of the client";
    TRUST = "adjoin.netlogon.trust", "Trust", Group, "A domain that the server trusts, or its own";
    TRUST_NETBIOS = "adjoin.netlogon.trust.netbios_domain", "NetBIOS domain", Text, "NetBIOS name of the domain";
    TRUST_DOMAIN = "adjoin.netlogon.trust.domain", "Domain", Text, "DNS name of the domain";
    TRUST_FLAGS = "adjoin.netlogon.trust.flags", "Trust flags", Uint(32, Hex), "What the domain is to the server";
    TRUST_TYPE = "adjoin.netlogon.trust.type", "Trust type", Uint(32, Dec), "Kind of trust; 2 is Active Directory";
    TRUST_ATTRIBUTES = "adjoin.netlogon.trust.attributes", "Trust attributes", Uint(32, Hex), "Attributes of the trust";
    TRUST_GUID = "adjoin.netlogon.trust.domain_guid", "Domain GUID", Guid, "GUID of the domain";
    STATUS = "adjoin.netlogon.status", "Status", Uint(32, Hex), "What the call returned, an NTSTATUS";
    WIN32 = "adjoin.netlogon.win32", "Win32 error", Uint(32, Dec), "What the call returned, a Win32 error code; 0 is success";
}

/// Most trusts that are shown of one answer.
const MAX_TRUSTS: usize = 1000;

/// What the trusted domain is, [MS-NRPC] 2.2.1.6.2, by the bits from 0.
const TRUST_BITS: &[&str] =
    &["IN_FOREST", "DIRECT_OUTBOUND", "TREE_ROOT", "PRIMARY", "NATIVE_MODE", "DIRECT_INBOUND"];

/// The stub of a call or of its answer.
pub(crate) fn rows(sheet: &mut Sheet<'_>, bytes: &[u8], whole: Span, stub: Stub) {
    let opnum = Opnum(stub.opnum);
    sheet.call([HEADING, OPNUM], whole, stub);
    let error = if stub.response {
        let Partial { value: answer, error } = Response::parse_partial(opnum, bytes, stub.encoding);
        response(sheet, &answer);
        match answer.status() {
            Some(status) if opnum.returns_win32() => {
                let text = code_name(status.value).map(|(name, _)| format!("{name} ({})", status.value));
                let text = text.unwrap_or_else(|| status.to_string());
                sheet.named(1, WIN32, status.span, status.value.into(), text);
            }
            Some(status) => sheet.nt_status(1, STATUS, status),
            None => {}
        }
        error
    } else {
        let Partial { value: call, error } = Request::parse_partial(opnum, bytes, stub.encoding);
        sheet.text_if(1, SERVER, call.server_name().as_ref());
        request(sheet, &call);
        error
    };
    sheet.stopped(1, error);
}

fn request(sheet: &mut Sheet<'_>, call: &Request<'_>) {
    match call {
        Request::ServerReqChallenge(m) => {
            sheet.text(1, COMPUTER, &m.computer_name);
            credential(sheet, CLIENT_CHALLENGE, Some(&m.client_challenge));
        }
        Request::ServerAuthenticate(m) => {
            sheet.text(1, ACCOUNT, &m.account_name);
            channel(sheet, m.secure_channel_type);
            sheet.text(1, COMPUTER, &m.computer_name);
            credential(sheet, CLIENT_CREDENTIAL, m.client_credential.as_ref());
            flags(sheet, m.negotiate_flags);
        }
        Request::ServerPasswordSet(m) => {
            sheet.text(1, ACCOUNT, &m.account_name);
            channel(sheet, m.secure_channel_type);
            sheet.text(1, COMPUTER, &m.computer_name);
        }
        Request::LogonGetCapabilities(m) => {
            sheet.text_if(1, COMPUTER, m.computer_name.as_ref());
            sheet.uint(1, LEVEL, &m.query_level);
        }
        Request::LogonGetDomainInfo(m) => {
            sheet.text_if(1, COMPUTER, m.computer_name.as_ref());
            sheet.uint(1, LEVEL, &m.level);
        }
        Request::DsrGetDcName(m) => locate(sheet, m),
        Request::DsrEnumerateDomainTrusts(m) => sheet.bits(1, ASK_FLAGS, m.flags, TRUST_BITS),
        _ => {}
    }
}

fn response(sheet: &mut Sheet<'_>, answer: &Response<'_>) {
    match answer {
        Response::ServerReqChallenge(m) => credential(sheet, SERVER_CHALLENGE, Some(&m.server_challenge)),
        Response::ServerAuthenticate(m) => {
            credential(sheet, SERVER_CREDENTIAL, m.server_credential.as_ref());
            flags(sheet, m.negotiate_flags);
            if let Some(rid) = &m.account_rid {
                sheet.uint(1, RID, rid);
            }
        }
        Response::LogonGetCapabilities(m) => {
            sheet.uint(1, LEVEL, &m.query_level);
            flags(sheet, m.capabilities);
        }
        Response::LogonGetDomainInfo(m) => {
            sheet.uint(1, LEVEL, &m.level);
            if let Some(info) = &m.domain_info {
                told(sheet, info);
            }
        }
        Response::DsrGetDcName(m) => found(sheet, m),
        Response::DsrGetSiteName(m) => sheet.text_if(1, SITE, m.site_name.as_ref()),
        Response::DsrEnumerateDomainTrusts(m) => {
            for domain in m.domains.iter().map_while(Result::ok).take(MAX_TRUSTS) {
                trust(sheet, &domain);
            }
        }
        _ => {}
    }
}

fn credential(sheet: &mut Sheet<'_>, id: FieldId, field: Option<&Spanned<Credential>>) {
    if let Some(field) = field {
        let octets = field.value.octets();
        sheet.bytes(1, id, &Spanned::new(&octets, field.span));
    }
}

fn channel(sheet: &mut Sheet<'_>, field: Spanned<SecureChannelType>) {
    let number = field.value.0;
    sheet.named(1, CHANNEL_TYPE, field.span, number.into(), format!("{} ({number})", field.value));
}

fn flags(sheet: &mut Sheet<'_>, field: Option<Spanned<NegotiateFlags>>) {
    if let Some(field) = field {
        let bits = FLAG_ACCOUNT_LOCKOUT.0..=FLAG_SUPPORTS_KERBEROS_AUTH.0;
        sheet.word(1, FLAGS, field.map(|flags| flags.bits()), &field.to_string(), bits);
    }
}

fn locate(sheet: &mut Sheet<'_>, ask: &DsrGetDcName<'_>) {
    sheet.text_if(1, ACCOUNT, ask.account_name.as_ref());
    if let Some(bits) = &ask.allowable_account_control_bits {
        sheet.uint(1, ACCOUNT_CONTROL, bits);
    }
    sheet.text_if(1, DOMAIN, ask.domain_name.as_ref());
    if let Some(guid) = &ask.domain_guid {
        sheet.guid(1, DOMAIN_GUID, guid);
    }
    sheet.text_if(1, SITE, ask.site_name.as_ref());
    let wanted = Options { kind: OptionKind::Locator, bits: ask.flags.value };
    sheet.named(1, ASK_FLAGS, ask.flags.span, ask.flags.value.into(), wanted.to_string());
}

fn found(sheet: &mut Sheet<'_>, dc: &DsrGetDcNameReply<'_>) {
    sheet.text_if(1, DC, dc.domain_controller_name.as_ref());
    sheet.text_if(1, DC_ADDRESS, dc.domain_controller_address.as_ref());
    if let Some(guid) = &dc.domain_guid {
        sheet.guid(1, DOMAIN_GUID, guid);
    }
    sheet.text_if(1, DOMAIN, dc.domain_name.as_ref());
    sheet.text_if(1, FOREST, dc.dns_forest_name.as_ref());
    if let Some(flags) = dc.flags {
        let names: Vec<_> = flags.value.names().collect();
        sheet.named(
            1,
            DC_FLAGS,
            flags.span,
            flags.value.bits().into(),
            format!("0x{:08x} ({})", flags.value.bits(), names.join(" ")),
        );
    }
    sheet.text_if(1, DC_SITE, dc.dc_site_name.as_ref());
    sheet.text_if(1, CLIENT_SITE, dc.client_site_name.as_ref());
}

/// What a domain tells its member.
fn told(sheet: &mut Sheet<'_>, info: &NetlogonDomainInfo<'_>) {
    let own = &info.primary_domain;
    sheet.text_if(1, DOMAIN, own.dns_domain_name.or(own.domain_name).as_ref());
    sheet.guid(1, DOMAIN_GUID, &own.domain_guid);
    sheet.text_if(1, FOREST, own.dns_forest_name.as_ref());
    sheet.text_if(1, COMPUTER, info.dns_host_name_in_ds.as_ref());
    for domain in info.trusted_domains.iter().map_while(Result::ok).take(MAX_TRUSTS) {
        let name = domain.dns_domain_name.or(domain.domain_name);
        let span = name.map_or(domain.domain_guid.span, |name| name.span);
        sheet.group(1, TRUST, span, name.map_or_else(String::new, |name| name.to_string()));
        sheet.text_if(2, TRUST_NETBIOS, domain.domain_name.as_ref());
        sheet.text_if(2, TRUST_DOMAIN, domain.dns_domain_name.as_ref());
        if let Some(what) = &domain.trust_extension {
            sheet.bits(2, TRUST_FLAGS, what.flags, TRUST_BITS);
            sheet.uint(2, TRUST_TYPE, &what.trust_type);
            sheet.uint(2, TRUST_ATTRIBUTES, &what.trust_attributes);
        }
        sheet.guid(2, TRUST_GUID, &domain.domain_guid);
    }
}

fn trust(sheet: &mut Sheet<'_>, domain: &DomainTrust<'_>) {
    let name = domain.dns_domain_name.or(domain.netbios_domain_name);
    let text = name.map_or_else(String::new, |name| name.to_string());
    sheet.group(1, TRUST, domain.flags.span.to(domain.domain_guid.span), text);
    sheet.text_if(2, TRUST_NETBIOS, domain.netbios_domain_name.as_ref());
    sheet.text_if(2, TRUST_DOMAIN, domain.dns_domain_name.as_ref());
    sheet.bits(2, TRUST_FLAGS, domain.flags, TRUST_BITS);
    sheet.uint(2, TRUST_TYPE, &domain.trust_type);
    sheet.uint(2, TRUST_ATTRIBUTES, &domain.trust_attributes);
    sheet.guid(2, TRUST_GUID, &domain.domain_guid);
}
