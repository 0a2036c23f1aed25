//! `adjoin.ntlm.*`: NTLMSSP, [MS-NLMP]. Responses and keys are not shown.

use super::Base::{Dec, Hex};
use super::Kind::{Flag, Group, Text, Uint};
use super::sheet::Sheet;
use super::{family, utc};
use adjoin_wire::{Partial, Span, Spanned};
use gss_proto::ntlm::{AvId, AvPairs, FileTime, MessageType, NegotiateFlags, Ntlm, Version};
use netsetup_log::windows_release;

family! {
    HEADING = "adjoin.ntlm", "NTLM", Group, "NTLM message in a security token";
    TYPE = "adjoin.ntlm.type", "Message type", Uint(32, Dec), "1 negotiate, 2 challenge, 3 authenticate";
    FLAGS = "adjoin.ntlm.flags", "Negotiate flags", Uint(32, Hex), "What the sender can do or chose ([MS-NLMP] 2.2.2.5)";
    FLAG_UNICODE = "adjoin.ntlm.flags.unicode", "UNICODE", Flag(0x0000_0001), "Names are UTF-16";
    FLAG_OEM = "adjoin.ntlm.flags.oem", "OEM", Flag(0x0000_0002), "Names are in a code page";
    FLAG_REQUEST_TARGET = "adjoin.ntlm.flags.request_target", "REQUEST_TARGET", Flag(0x0000_0004), "The client wants to know the server's name";
    FLAG_SIGN = "adjoin.ntlm.flags.sign", "SIGN", Flag(0x0000_0010), "Messages can be signed";
    FLAG_SEAL = "adjoin.ntlm.flags.seal", "SEAL", Flag(0x0000_0020), "Messages can be encrypted";
    FLAG_DATAGRAM = "adjoin.ntlm.flags.datagram", "DATAGRAM", Flag(0x0000_0040), "Connectionless authentication";
    FLAG_LM_KEY = "adjoin.ntlm.flags.lm_key", "LM_KEY", Flag(0x0000_0080), "Session key of LAN Manager";
    FLAG_NTLM = "adjoin.ntlm.flags.ntlm", "NTLM", Flag(0x0000_0200), "NTLM authentication";
    FLAG_ANONYMOUS = "adjoin.ntlm.flags.anonymous", "ANONYMOUS", Flag(0x0000_0800), "The client connects without an account";
    FLAG_OEM_DOMAIN_SUPPLIED = "adjoin.ntlm.flags.oem_domain_supplied", "OEM_DOMAIN_SUPPLIED", Flag(0x0000_1000), "The client tells its domain";
    FLAG_OEM_WORKSTATION_SUPPLIED = "adjoin.ntlm.flags.oem_workstation_supplied", "OEM_WORKSTATION_SUPPLIED", Flag(0x0000_2000), "The client tells its name";
    FLAG_ALWAYS_SIGN = "adjoin.ntlm.flags.always_sign", "ALWAYS_SIGN", Flag(0x0000_8000), "A session key for signing is always made";
    FLAG_TARGET_TYPE_DOMAIN = "adjoin.ntlm.flags.target_type_domain", "TARGET_TYPE_DOMAIN", Flag(0x0001_0000), "The target is a domain";
    FLAG_TARGET_TYPE_SERVER = "adjoin.ntlm.flags.target_type_server", "TARGET_TYPE_SERVER", Flag(0x0002_0000), "The target is a server";
    FLAG_EXTENDED_SESSIONSECURITY = "adjoin.ntlm.flags.extended_sessionsecurity", "EXTENDED_SESSIONSECURITY", Flag(0x0008_0000), "Session security of the second version";
    FLAG_IDENTIFY = "adjoin.ntlm.flags.identify", "IDENTIFY", Flag(0x0010_0000), "Identification only, no impersonation";
    FLAG_REQUEST_NON_NT_SESSION_KEY = "adjoin.ntlm.flags.request_non_nt_session_key", "REQUEST_NON_NT_SESSION_KEY", Flag(0x0040_0000), "Session key of LAN Manager is wanted";
    FLAG_TARGET_INFO = "adjoin.ntlm.flags.target_info", "TARGET_INFO", Flag(0x0080_0000), "The challenge has names and a clock";
    FLAG_VERSION = "adjoin.ntlm.flags.version", "VERSION", Flag(0x0200_0000), "The message has the version of the operating system";
    FLAG_KEY_128 = "adjoin.ntlm.flags.key_128", "KEY_128", Flag(0x2000_0000), "Keys of 128 bits";
    FLAG_KEY_EXCH = "adjoin.ntlm.flags.key_exch", "KEY_EXCH", Flag(0x4000_0000), "A random session key is exchanged";
    FLAG_KEY_56 = "adjoin.ntlm.flags.key_56", "KEY_56", Flag(0x8000_0000), "Keys of 56 bits";
    DOMAIN = "adjoin.ntlm.domain", "Domain", Text, "Domain of the client's account, or the client's own";
    USER = "adjoin.ntlm.user", "User", Text, "The client's account; empty when anonymous";
    WORKSTATION = "adjoin.ntlm.workstation", "Workstation", Text, "Name of the client";
    TARGET = "adjoin.ntlm.target", "Target", Text, "The server's domain, or the server";
    VERSION = "adjoin.ntlm.version", "Version", Text, "Version of the sender's operating system";
    RESPONSE = "adjoin.ntlm.response", "Response", Text, "How the client proves its password: NTLMv2, NTLMv1 or anonymous";
    TIMESTAMP = "adjoin.ntlm.timestamp", "Timestamp", Text, "Clock in the client's response: the server's if it gave one, else the client's";
    NB_COMPUTER = "adjoin.ntlm.target_info.netbios_computer", "NetBIOS computer name", Text, "The server's NetBIOS name";
    NB_DOMAIN = "adjoin.ntlm.target_info.netbios_domain", "NetBIOS domain name", Text, "NetBIOS name of the server's domain";
    DNS_COMPUTER = "adjoin.ntlm.target_info.dns_computer", "DNS computer name", Text, "The server's DNS name";
    DNS_DOMAIN = "adjoin.ntlm.target_info.dns_domain", "DNS domain name", Text, "DNS name of the server's domain";
    FOREST = "adjoin.ntlm.target_info.forest", "Forest", Text, "DNS name of the server's forest";
    AV_FLAGS = "adjoin.ntlm.target_info.flags", "Target info flags", Uint(32, Hex), "2 says that the message has an integrity code";
    AV_TIMESTAMP = "adjoin.ntlm.target_info.timestamp", "Server time", Text, "The server's clock";
    CHANNEL_BINDINGS = "adjoin.ntlm.target_info.channel_bindings", "Channel bindings", Text, "Whether the client binds its proof to a TLS channel";
    SPN = "adjoin.ntlm.target_info.target_name", "Wanted service", Text, "Service principal that the client means to talk to";
}

/// An NTLM message.
pub(crate) fn rows(sheet: &mut Sheet<'_>, bytes: &[u8], whole: Span) {
    let Partial { value: message, error } = Ntlm::parse_partial(bytes);
    match &message {
        Ntlm::Negotiate(m) => {
            head(sheet, whole, m.message_type, m.negotiate_flags);
            sheet.text_if(1, DOMAIN, m.domain_name.as_ref());
            sheet.text_if(1, WORKSTATION, m.workstation.as_ref());
            version(sheet, m.version);
        }
        Ntlm::Challenge(m) => {
            head(sheet, whole, m.message_type, m.negotiate_flags);
            sheet.text(1, TARGET, &m.target_name);
            version(sheet, m.version);
            if let Some(pairs) = &m.target_info {
                target_info(sheet, pairs);
            }
        }
        Ntlm::Authenticate(m) => {
            head(sheet, whole, m.message_type, m.negotiate_flags);
            sheet.text(1, DOMAIN, &m.domain_name);
            sheet.text(1, USER, &m.user_name);
            sheet.text(1, WORKSTATION, &m.workstation);
            version(sheet, m.version);
            if m.nt_response.reached().is_some() {
                sheet.words(1, RESPONSE, m.nt_response.span, m.authentication().to_string());
            }
            if let Some(proof) = &m.ntlmv2 {
                sheet.text(1, TIMESTAMP, &time(proof.timestamp));
                target_info(sheet, &proof.av_pairs);
            }
        }
        _ => return,
    }
    sheet.stopped(1, error);
}

fn head(sheet: &mut Sheet<'_>, whole: Span, kind: Spanned<MessageType>, flags: Spanned<NegotiateFlags>) {
    let number = kind.value.0;
    sheet.group(0, HEADING, whole, kind.value.to_string());
    sheet.named(1, TYPE, kind.span, number.into(), format!("{} ({number})", kind.value));
    let names: Vec<_> = flags.value.iter_names().map(|(name, _)| name).collect();
    sheet.word(1, FLAGS, flags.map(|flags| flags.bits()), &names.join(" "), FLAG_UNICODE.0..=FLAG_KEY_56.0);
}

fn target_info(sheet: &mut Sheet<'_>, pairs: &AvPairs<'_>) {
    for pair in pairs.iter().map_while(Result::ok) {
        let id = match pair.id.value {
            AvId::NB_COMPUTER_NAME => NB_COMPUTER,
            AvId::NB_DOMAIN_NAME => NB_DOMAIN,
            AvId::DNS_COMPUTER_NAME => DNS_COMPUTER,
            AvId::DNS_DOMAIN_NAME => DNS_DOMAIN,
            AvId::DNS_TREE_NAME => FOREST,
            AvId::TARGET_NAME => SPN,
            AvId::FLAGS => {
                if let Some(flags) = &pair.flags() {
                    sheet.uint(1, AV_FLAGS, flags);
                }
                continue;
            }
            AvId::CHANNEL_BINDINGS => {
                // All zeros are a hash of nothing.
                let bound = pair.value.iter().any(|octet| *octet != 0);
                sheet.words(1, CHANNEL_BINDINGS, pair.value.span, if bound { "bound" } else { "none" });
                continue;
            }
            AvId::TIMESTAMP => {
                if let Some(at) = pair.timestamp() {
                    sheet.text(1, AV_TIMESTAMP, &time(at));
                }
                continue;
            }
            _ => continue,
        };
        if let Some(text) = pair.text() {
            // Some servers send a NUL for a name that they don't have.
            sheet.words(1, id, pair.value.span, text.to_string().trim_end_matches('\0'));
        }
    }
}

/// With the release that the build belongs to. Samba sends the version of an old Windows.
fn version(sheet: &mut Sheet<'_>, field: Option<Spanned<Version>>) {
    let Some(field) = field else { return };
    let text = match windows_release(field.value.build.into()) {
        Some(release) => format!("{field} ({release})"),
        None => field.to_string(),
    };
    sheet.words(1, VERSION, field.span, text);
}

fn time(field: Spanned<FileTime>) -> Spanned<String> {
    field.map(|time| utc::text(time.unix_seconds()))
}
