//! A message as one of the sides tells it: named values in a canonical spelling.

use std::collections::BTreeMap;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Answer to an LDAP ping over CLDAP or LDAP.
    LdapPing,
    /// DC locator message in a mailslot.
    Mailslot,
    /// Call to the endpoint mapper or its answer.
    Epm,
    /// AP-REQ, whatever carries it.
    ApReq,
    /// Call to the account database or its answer.
    Samr,
    /// Call to the local security authority or its answer.
    Lsa,
    /// Call to the Netlogon service or its answer.
    Netlogon,
    /// NTLM message, whatever carries it.
    Ntlm,
    /// Step of an SMB2 session.
    Smb2,
    /// LDAP bind or result.
    Ldap,
}

impl Kind {
    pub(crate) const ALL: [Self; 10] = [
        Self::LdapPing,
        Self::Mailslot,
        Self::Epm,
        Self::ApReq,
        Self::Samr,
        Self::Lsa,
        Self::Netlogon,
        Self::Ntlm,
        Self::Smb2,
        Self::Ldap,
    ];
    /// Those that the tables of what the bytes say have.
    pub(crate) const IN_TABLES: [Self; 4] = [Self::LdapPing, Self::Mailslot, Self::Epm, Self::ApReq];

    /// The filter that its fields begin with.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::LdapPing | Self::Mailslot => "adjoin.ldap_ping",
            Self::Epm => "adjoin.epm",
            Self::ApReq => "adjoin.krb.ap_req",
            Self::Samr => "adjoin.samr",
            Self::Lsa => "adjoin.lsa",
            Self::Netlogon => "adjoin.netlogon",
            Self::Ntlm => "adjoin.ntlm",
            Self::Smb2 => "adjoin.smb",
            Self::Ldap => "adjoin.ldap",
        }
    }

    /// What to print.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::LdapPing => "LDAP ping answer",
            Self::Mailslot => "mailslot message",
            Self::Epm => "endpoint mapper",
            Self::ApReq => "AP-REQ",
            Self::Samr => "SAMR call",
            Self::Lsa => "LSA call",
            Self::Netlogon => "Netlogon call",
            Self::Ntlm => "NTLM message",
            Self::Smb2 => "SMB2 message",
            Self::Ldap => "LDAP bind or result",
        }
    }
}

/// One message in one frame.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) frame: u32,
    pub(crate) kind: Kind,
    /// Values by index of the tower (0 where there are no towers) and name without prefix.
    pub(crate) values: BTreeMap<(usize, &'static str), String>,
    /// Why this side tells nothing, or not all of it.
    pub(crate) silent: Option<Silence>,
}

/// Why Wireshark doesn't tell something that is in the bytes. Decided from the packet, never from the
/// name of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Silence {
    /// The whole message: the dissector table is keyed by the exact spelling `netlogon`.
    AttributeSpelling,
    /// The body of the answer: only opcode 23 is decoded behind the opcode.
    OpcodeWithoutBody,
    /// A security token at authentication level PKT.
    LevelPkt,
    /// Wireshark waits for a segment that was not captured, or has not seen the request.
    WaitsForSegment,
    /// Signed LDAP whose bind was not captured.
    SignedLdap,
    /// The rest of a call: Wireshark 4.4 reads some arrays at the start of the call, and then says that much is
    /// left over.
    LosesItsPlace,
    /// Our side: a token in a protocol that is not part of a join.
    CarrierNotFollowed,
    /// The capture doesn't hold the whole frame: the plugin shows what is there.
    CutFrame,
    /// Our side: the message is only quoted by an ICMP error.
    QuotedByIcmp,
    /// Our side: NetBIOS without IP, as Windows spoke it until 2003.
    WithoutIp,
}

impl Silence {
    /// The sentence for the report.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::AttributeSpelling => "Wireshark decodes the value of `netlogon`, not of `Netlogon`",
            Self::OpcodeWithoutBody => "Wireshark decodes no body for opcodes other than 23",
            Self::LevelPkt => "Wireshark doesn't look into tokens at authentication level PKT",
            Self::WaitsForSegment => {
                "told to reassemble out of order, Wireshark waits for a segment that was never captured"
            }
            Self::SignedLdap => "Wireshark reads no signed LDAP whose bind it has not seen",
            Self::LosesItsPlace => {
                "Wireshark loses its place in the call, and says that octets are left over"
            }
            Self::CarrierNotFollowed => {
                "the token is in HTTP, DNS or another protocol that no join phase follows"
            }
            Self::CutFrame => {
                "Wireshark dissects no message that the capture cut; the plugin shows its beginning"
            }
            Self::QuotedByIcmp => "an ICMP error quotes an old message; nobody sent it",
            Self::WithoutIp => "NetBIOS directly over LLC; the plugin follows IP",
        }
    }
}

impl Message {
    pub(crate) fn new(frame: u32, kind: Kind) -> Self {
        Self { frame, kind, values: BTreeMap::new(), silent: None }
    }

    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.set_in(0, name, value);
    }

    pub(crate) fn set_in(&mut self, tower: usize, name: &'static str, value: impl Into<String>) {
        self.values.insert((tower, name), value.into());
    }
}

/// A number in the canonical spelling, from decimal or `0x` hexadecimal.
pub(crate) fn number(text: &str) -> String {
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok().map(|value| value.to_string()),
        None => text.parse::<i64>().ok().map(|value| value.to_string()),
    };
    parsed.unwrap_or_else(|| text.to_owned())
}

/// Common names of transfer syntaxes, so that both sides' spellings meet.
pub(crate) fn transfer_syntax(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    if lower.contains("71710533-beba-4937-8319-b5dbef9ccc36")
        || lower.contains("ndr64")
        || lower.contains("64bit ndr")
    {
        "NDR64".to_owned()
    } else if lower.contains("8a885d04-1ceb-11c9-9fe8-08002b104860") || lower.contains("ndr") {
        "NDR".to_owned()
    } else {
        lower
    }
}
