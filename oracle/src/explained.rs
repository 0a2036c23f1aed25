//! The list of differences that are explained. Each line says where it holds, decided from the packet and
//! never from the name of a file, why, and whose fault it is. A line that explains nothing any more where it
//! should is reported, so that the list stays true.

use crate::bytes::NAME as BYTES;
use crate::ledger::{Key, MESSAGE};
use crate::pdml::Item;
use crate::told::Told;
use crate::tshark::FILTER_BUG;
use crate::wireshark::NAME as WIRESHARK;

/// Whose fault a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The other reader's: it is wrong, or doesn't read it.
    Theirs,
    /// Ours by design: we don't show it, and mean not to.
    Ours,
    /// The capture's: it doesn't hold all octets.
    Capture,
}

/// Captures in which a line must explain something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Those of the repository.
    Samples,
    /// The public ones beside it.
    Public,
    /// Those of the laboratory beside it.
    Lab,
    /// None that is read with the version that the list is kept for: another version needs it.
    Never,
}

/// A difference, with all that is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The other reader.
    pub source: &'static str,
    /// The kind of message.
    pub family: &'static str,
    /// The packet tree; empty when the message was read from octets alone.
    pub packet: &'a Item,
    /// What the other reader tells.
    pub theirs: Option<&'a Told<'a>>,
    /// What we tell.
    pub ours: Option<&'a Told<'a>>,
}

/// A line of the list.
#[derive(Clone, Copy, Debug)]
pub struct Explained {
    /// A name for reports.
    pub id: &'static str,
    /// The other reader.
    pub source: &'static str,
    /// The kinds of message; empty for all.
    pub families: &'static [&'static str],
    /// The fields; empty for all but the message itself.
    pub fields: &'static [&'static str],
    /// When it holds.
    pub when: fn(&Case<'_>, &'static str) -> bool,
    /// Why the two differ.
    pub why: &'static str,
    /// Who is to blame.
    pub fault: Fault,
    /// Where it is known to hold.
    pub seen: Place,
}

impl Explained {
    /// Whether this line explains that difference.
    #[must_use]
    pub fn explains(&self, (source, family, field): Key, case: &Case<'_>) -> bool {
        let fields = if self.fields.is_empty() { field != MESSAGE } else { self.fields.contains(&field) };
        self.source == source
            && (self.families.is_empty() || self.families.contains(&family))
            && fields
            && (self.when)(case, field)
    }
}

impl Case<'_> {
    fn carries(&self, protocol: &str) -> bool {
        self.packet.child(protocol).is_some()
    }

    /// Only the plugin tells the message.
    fn only_ours(&self) -> bool {
        self.theirs.is_none()
    }

    /// Only Wireshark tells the message.
    fn only_theirs(&self) -> bool {
        self.ours.is_none()
    }

    /// Wireshark says nothing of a field that we show.
    fn they_are_silent(&self, field: &'static str) -> bool {
        self.theirs.is_some_and(|told| !told.has(field))
    }

    /// We show nothing of a field that Wireshark has.
    fn we_are_silent(&self, field: &'static str) -> bool {
        self.ours.is_some_and(|told| !told.has(field))
    }
}

/// Wireshark 4.2.2 stopped within the filter of a search: see [`FILTER_BUG`].
fn stops_in_filter(packet: &Item) -> bool {
    packet.find_all("_ws.expert.message").any(|message| message.show.contains(FILTER_BUG))
}

/// Whether the capture holds less of the frame than was sent.
fn cut(packet: &Item) -> bool {
    let length = |name: &str| packet.find(name).map(|item| item.show.as_str());
    length("frame.cap_len") != length("frame.len")
}

/// An ICMP error quotes an old message.
fn quoted(packet: &Item) -> bool {
    packet.child("icmp").is_some() || packet.child("icmpv6").is_some()
}

/// The call is sealed: there is nothing to read in it.
fn sealed(packet: &Item) -> bool {
    packet.find_all("dcerpc.auth_level").any(|level| level.show == "6")
}

/// What is dissected on a TCP stream.
const ON_TCP: [&str; 5] = ["nbss", "ldap", "dcerpc", "kerberos", "dns"];

/// Wireshark, told to reassemble out of order, waits for a segment that was never captured: it dissects
/// nothing, or an answer without its request.
fn waits(packet: &Item) -> bool {
    let has = |name: &str| packet.child(name).is_some();
    has("tcp") && !ON_TCP.iter().any(|carrier| has(carrier))
        || has("dcerpc") && packet.find("dcerpc.request_in").is_none()
}

/// The call that this message belongs to, by its number.
fn opnum<'a>(case: &Case<'a>) -> &'a str {
    case.theirs.or(case.ours).and_then(|told| told.first("opnum")).unwrap_or_default()
}

/// Whether the packet is of an interface that joins use: Wireshark knows it, or it is a bind that names it.
fn calls_of_a_join(packet: &Item) -> bool {
    const PROTOCOLS: [&str; 6] = ["epm", "samr", "lsarpc", "rpc_netlogon", "drsuapi", "dssetup"];
    const INTERFACES: [&str; 6] = [
        "e1af8308-5d1f-11c9-91a4-08002b14a0fa",
        "12345778-1234-abcd-ef00-0123456789ac",
        "12345778-1234-abcd-ef00-0123456789ab",
        "12345678-1234-abcd-ef00-01234567cffb",
        "e3514235-4b06-11d1-ab04-00c04fc2dcd2",
        "3919286a-b10c-11d0-9ba8-00c04fd92ef5",
    ];
    PROTOCOLS.iter().any(|protocol| packet.child(protocol).is_some())
        || packet
            .find_all("dcerpc.cn_bind_to_uuid")
            .any(|interface| INTERFACES.contains(&interface.show.to_ascii_lowercase().as_str()))
}

/// Whether a DNS message is an update, or about a name under which domain controllers are found. Those that
/// ask for the address of one can't be told from others by themselves.
fn asks_for_a_controller(packet: &Item) -> bool {
    let services = ["_ldap._", "_kerberos._", "_kpasswd._", "_gc._"];
    packet.find_all("dns.flags.opcode").any(|opcode| opcode.show == "5")
        || packet.find_all("dns.qry.name").any(|name| {
            let name = name.show.to_ascii_lowercase();
            services.iter().any(|service| name.starts_with(service)) || name.contains("._msdcs.")
        })
}

/// A step of a session, without the answers that say to wait.
fn is_session_step(case: &Case<'_>) -> bool {
    case.theirs.is_some_and(|told| told.is("command", &["0", "1", "3"]) && !told.is("status", &["259"]))
}

/// A filter as Wireshark writes it, which knows `and` and `or` of two parts only; and what follows it.
/// `alone`: as 4.6 does, which puts the first part into a pair of its own.
fn in_pairs(filter: &str, alone: bool) -> Option<(String, &str)> {
    let inside = filter.strip_prefix('(')?;
    let operator = inside.chars().next()?;
    if !matches!(operator, '&' | '|' | '!') {
        let end = filter.find(')')? + 1;
        return Some((filter[..end].to_owned(), &filter[end..]));
    }
    let mut rest = &inside[1..];
    let mut folded: Option<String> = None;
    while !rest.starts_with(')') {
        let (part, behind) = in_pairs(rest, alone)?;
        folded = Some(match folded {
            Some(before) => format!("({operator}{before}{part})"),
            None if operator == '!' || alone => format!("({operator}{part})"),
            None => part,
        });
        rest = behind;
    }
    Some((folded?, &rest[1..]))
}

/// All values are the same, but for controls and extended operations that we leave out.
fn only_oids_are_left_out(case: &Case<'_>, field: &'static str) -> bool {
    let values = |told: Option<&Told<'_>>| told.and_then(|told| told.values.get(field)).cloned();
    let (Some(theirs), Some(item)) = (values(case.theirs), case.theirs.and_then(|told| told.item)) else {
        return false;
    };
    let mut ours = values(case.ours).unwrap_or_default().into_iter().peekable();
    let left_out: Vec<_> = theirs.into_iter().filter(|value| ours.next_if_eq(value).is_none()).collect();
    let lists: Vec<_> = item
        .find_all("ldap.PartialAttributeList_item_element")
        .filter(|list| {
            let name = list.child("ldap.type").map_or("", |name| name.show.as_str());
            ["supportedControl", "supportedExtension"].iter().any(|known| name.eq_ignore_ascii_case(known))
        })
        .flat_map(|list| list.find_all("ldap.oid"))
        .map(|oid| oid.value.as_str())
        .collect();
    ours.peek().is_none() && left_out.iter().all(|value| lists.contains(&value.as_str()))
}

const RPC_FAMILIES: &[&str] = &["SAMR call", "LSA call", "Netlogon call"];

/// The list.
pub static EXPLAINED: &[Explained] = &[
    Explained {
        id: "attribute-spelling",
        source: WIRESHARK,
        families: &["answer to an LDAP ping"],
        fields: &[],
        when: |case, field| {
            case.they_are_silent(field)
                && case
                    .theirs
                    .and_then(|told| told.item)
                    .and_then(|item| item.child("ldap.type"))
                    .is_some_and(|name| name.show != "netlogon")
        },
        why: "it decodes the value of `netlogon`, not of `Netlogon` as newer servers spell it",
        fault: Fault::Theirs,
        seen: Place::Public,
    },
    Explained {
        id: "opcode-without-body",
        source: WIRESHARK,
        families: &["answer to an LDAP ping"],
        fields: &[],
        when: |case, field| {
            case.they_are_silent(field)
                && case.theirs.is_some_and(|told| told.has("opcode") && !told.is("opcode", &["23"]))
        },
        why: "it decodes no body for opcodes other than 23",
        fault: Fault::Theirs,
        seen: Place::Public,
    },
    Explained {
        id: "mailslot-answers",
        source: WIRESHARK,
        families: &["message in a mailslot"],
        fields: &[],
        when: |case, field| {
            case.they_are_silent(field) && case.theirs.is_some_and(|told| told.is("opcode", &["24", "25"]))
        },
        why: "it takes mailslot answers 23 and 25 for each other, doesn't know 24, and shows what it didn't expect raw",
        fault: Fault::Theirs,
        seen: Place::Public,
    },
    Explained {
        id: "mailslot-without-ip",
        source: WIRESHARK,
        families: &["message in a mailslot"],
        fields: &[MESSAGE],
        when: |case, _| case.only_theirs() && !case.carries("ip") && !case.carries("ipv6"),
        why: "NetBIOS directly over LLC, as Windows spoke it until 2003; the plugin follows IP",
        fault: Fault::Ours,
        seen: Place::Public,
    },
    Explained {
        id: "mailslot-without-ip-either",
        source: BYTES,
        families: &["message in a mailslot"],
        fields: &[MESSAGE],
        when: |case, _| case.only_theirs() && !case.carries("ip") && !case.carries("ipv6"),
        why: "NetBIOS directly over LLC, as Windows spoke it until 2003; the plugin follows IP",
        fault: Fault::Ours,
        seen: Place::Public,
    },
    Explained {
        id: "cut-frame",
        source: WIRESHARK,
        families: &[],
        fields: &[],
        when: |case, _| cut(case.packet),
        why: "the capture cut the frame: the plugin shows what is there, Wireshark mostly nothing",
        fault: Fault::Capture,
        seen: Place::Lab,
    },
    Explained {
        id: "cut-message",
        source: WIRESHARK,
        families: &[],
        fields: &[MESSAGE],
        when: |case, _| cut(case.packet),
        why: "the capture cut the frame: the plugin shows what is there, Wireshark mostly nothing",
        fault: Fault::Capture,
        seen: Place::Lab,
    },
    Explained {
        id: "quoted-by-icmp",
        source: WIRESHARK,
        families: &[],
        fields: &[MESSAGE],
        when: |case, _| case.only_theirs() && quoted(case.packet),
        why: "an ICMP error quotes an old message; nobody sent it",
        fault: Fault::Ours,
        seen: Place::Lab,
    },
    Explained {
        id: "level-packet",
        source: WIRESHARK,
        families: &["AP-REQ", "Kerberos message", "SPNEGO", "NTLM message"],
        fields: &[MESSAGE],
        when: |case, _| {
            case.only_ours() && case.packet.find_all("dcerpc.auth_level").any(|level| level.show == "4")
        },
        why: "it doesn't look into tokens at authentication level PKT",
        fault: Fault::Theirs,
        seen: Place::Public,
    },
    Explained {
        id: "waits-for-segment",
        source: WIRESHARK,
        families: &[],
        fields: &[MESSAGE],
        when: |case, _| case.only_ours() && waits(case.packet),
        why: "told to reassemble out of order, it waits for a segment or a request that was never captured",
        fault: Fault::Capture,
        seen: Place::Public,
    },
    Explained {
        id: "answer-without-request",
        source: WIRESHARK,
        families: &["DCE/RPC PDU"],
        fields: &["opnum"],
        when: |case, field| {
            case.they_are_silent(field)
                && case
                    .theirs
                    .and_then(|told| told.item)
                    .is_some_and(|item| item.find("dcerpc.request_in").is_none())
        },
        why: "it has not seen the request of this answer, or took it for something else",
        fault: Fault::Capture,
        seen: Place::Public,
    },
    Explained {
        id: "sealed-ldap",
        source: WIRESHARK,
        families: &["LDAP message", "LDAP ping", "answer to an LDAP ping"],
        fields: &[MESSAGE],
        when: |case, _| case.only_ours() && case.packet.find("ldap.sasl_buffer_length").is_some(),
        why: "it reads no signed LDAP whose bind it has not seen",
        fault: Fault::Theirs,
        seen: Place::Public,
    },
    Explained {
        id: "sealed-call",
        source: WIRESHARK,
        families: RPC_FAMILIES,
        fields: &[MESSAGE],
        when: |case, _| case.only_theirs() && sealed(case.packet),
        why: "the call is sealed: only its number is known, which the plugin tells of the PDU",
        fault: Fault::Ours,
        seen: Place::Samples,
    },
    Explained {
        id: "unframed-negotiation",
        source: WIRESHARK,
        families: &["SPNEGO"],
        fields: &[MESSAGE],
        when: |case, _| {
            case.only_ours() && case.packet.find_all("spnego").any(|item| item.children.is_empty())
        },
        why: "it reads no NegTokenInit outside of a GSS-API frame, as an LDAP server sends it",
        fault: Fault::Theirs,
        seen: Place::Lab,
    },
    Explained {
        id: "negotiation-begun-before",
        source: WIRESHARK,
        families: &["SPNEGO", "Kerberos message"],
        fields: &[MESSAGE],
        when: |case, _| {
            let unread = case.packet.find_all("gss-api").any(|item| item.find("spnego").is_none());
            let unknown =
                case.packet.find("ldap.serverSaslCreds").is_some() && case.packet.find("spnego").is_none();
            case.only_ours() && (unread || unknown)
        },
        why: "it has not seen the negotiation begin, and doesn't try to read what goes on without it",
        fault: Fault::Theirs,
        seen: Place::Public,
    },
    Explained {
        id: "token-in-place-of-a-code",
        source: WIRESHARK,
        families: &["Kerberos message"],
        fields: &[MESSAGE],
        when: |case, _| {
            let negotiation = case.packet.find("spnego.mechListMIC").is_some();
            case.only_theirs() && negotiation && case.packet.find_all("spnego.krb5.blob").count() > 1
        },
        why: "Windows 2000 repeats the token where the integrity code belongs; the plugin shows it once",
        fault: Fault::Ours,
        seen: Place::Public,
    },
    Explained {
        id: "reserved-octets-of-a-version",
        source: WIRESHARK,
        families: &["NTLM message"],
        fields: &["version"],
        when: |case, field| {
            let of = |told: Option<&Told<'_>>| {
                told.and_then(|told| told.first(field)).map(|octets| octets.get(..8).map(str::to_owned))
            };
            of(case.theirs).is_some() && of(case.theirs) == of(case.ours)
        },
        why: "it has no item for the reserved octets, which some senders don't leave empty",
        fault: Fault::Theirs,
        seen: Place::Public,
    },
    Explained {
        id: "fragment-of-a-call",
        source: WIRESHARK,
        families: &["DCE/RPC PDU"],
        fields: &[MESSAGE],
        when: |case, _| {
            // The lowest bits say that it is the first and the last.
            let flags = case.theirs.and_then(|told| told.item?.child("dcerpc.cn_flags"));
            let whole = flags.is_none_or(|flags| matches!(flags.show.as_bytes().last(), Some(b'3' | b'7')));
            case.only_theirs() && !whole
        },
        why: "of a call in several fragments the whole is shown, not each fragment",
        fault: Fault::Ours,
        seen: Place::Public,
    },
    Explained {
        id: "other-interface",
        source: WIRESHARK,
        families: &["DCE/RPC PDU"],
        fields: &[MESSAGE],
        when: |case, _| {
            case.only_theirs() && case.packet.find("adjoin.rpc").is_none() && !calls_of_a_join(case.packet)
        },
        why: "a call of an interface that is no part of a join",
        fault: Fault::Ours,
        seen: Place::Public,
    },
    Explained {
        id: "other-carrier",
        source: WIRESHARK,
        families: &["AP-REQ", "Kerberos message", "SPNEGO", "NTLM message"],
        fields: &[MESSAGE],
        when: |case, _| {
            let known = if case.carries("dcerpc") {
                calls_of_a_join(case.packet)
            } else {
                ["kerberos", "ldap", "cldap", "smb2"].iter().any(|carrier| case.carries(carrier))
            };
            case.only_theirs() && !known
        },
        why: "the token is in HTTP, DNS or a call that no phase of a join follows",
        fault: Fault::Ours,
        seen: Place::Public,
    },
    Explained {
        id: "other-question",
        source: WIRESHARK,
        families: &["DNS message", "DNS record"],
        fields: &[MESSAGE],
        when: |case, _| {
            case.only_theirs()
                && case.packet.find("adjoin.dns").is_none()
                && !asks_for_a_controller(case.packet)
        },
        why: "a question that neither the search for a domain controller nor a join asks",
        fault: Fault::Ours,
        seen: Place::Samples,
    },
    Explained {
        id: "signature-ttl",
        source: WIRESHARK,
        families: &["DNS record"],
        fields: &["ttl"],
        when: |case, field| {
            case.we_are_silent(field) && case.ours.is_some_and(|told| told.is("type", &["249", "250"]))
        },
        why: "of a TSIG or TKEY record the time to live is no time: it must be 0",
        fault: Fault::Ours,
        seen: Place::Public,
    },
    Explained {
        id: "edata-of-other-errors",
        source: WIRESHARK,
        families: &["Kerberos message"],
        fields: &["padata_type", "padata.etype", "padata.salt", "fast.etype", "nt_status"],
        when: |case, field| {
            case.they_are_silent(field) && case.theirs.is_some_and(|told| told.has("error_code"))
        },
        why: "it decodes what comes with an error of some codes only",
        fault: Fault::Theirs,
        seen: Place::Samples,
    },
    Explained {
        id: "class-of-an-answer",
        source: WIRESHARK,
        families: &["LSA call", "SAMR call"],
        fields: &["information_class"],
        when: |case, field| case.they_are_silent(field) && case.ours.is_some_and(|told| told.has("status")),
        why: "it doesn't show the class that an answer repeats in front of the information",
        fault: Fault::Theirs,
        seen: Place::Samples,
    },
    Explained {
        id: "accounts-in-bulk",
        source: WIRESHARK,
        families: &["SAMR call"],
        fields: &["rid"],
        when: |case, field| case.we_are_silent(field) && !matches!(opnum(case), "12" | "17" | "34" | "50"),
        why: "of lists and of all properties of an account the RIDs are no part of a join",
        fault: Fault::Ours,
        seen: Place::Public,
    },
    Explained {
        id: "lists-of-sids",
        source: WIRESHARK,
        families: &["SAMR call", "LSA call"],
        fields: &["domain_sid", "netbios_domain"],
        when: |case, field| {
            let looks_up = case.family == "LSA call"
                && matches!(opnum(case), "14" | "15" | "57" | "58" | "68" | "76" | "77");
            let groups = case.family == "SAMR call" && !matches!(opnum(case), "5" | "7");
            case.we_are_silent(field) && (looks_up || groups)
        },
        why: "lists of groups and translations of names are no part of a join",
        fault: Fault::Ours,
        seen: Place::Public,
    },
    Explained {
        id: "filter-in-pairs",
        source: WIRESHARK,
        families: &["LDAP message"],
        fields: &["filter"],
        when: |case, field| {
            let of = |told: Option<&Told<'_>>| told.and_then(|told| told.values.get(field)?.first().cloned());
            let (Some(theirs), Some(ours)) = (of(case.theirs), of(case.ours)) else { return false };
            let is = |alone| in_pairs(&ours, alone).is_some_and(|found| found == (theirs.clone(), ""));
            is(false) || is(true)
        },
        why: "it writes an `and` or `or` of many parts as pairs in pairs, and that of one part as the part; \
              4.6 as a pair that lacks its second",
        fault: Fault::Theirs,
        seen: Place::Public,
    },
    Explained {
        id: "controls-without-a-name",
        source: WIRESHARK,
        families: &["LDAP message"],
        fields: &["value"],
        when: |case, field| only_oids_are_left_out(case, field),
        why: "of the controls and extended operations that a server knows, those are shown that have a name",
        fault: Fault::Ours,
        seen: Place::Samples,
    },
    Explained {
        id: "empty-explanation",
        source: WIRESHARK,
        families: &["LDAP message"],
        fields: &["text"],
        when: |case, field| {
            case.we_are_silent(field) && case.theirs.is_some_and(|told| told.is(field, &[""]))
        },
        why: "an explanation that is empty is not shown",
        fault: Fault::Ours,
        seen: Place::Samples,
    },
    Explained {
        id: "end-of-search",
        source: WIRESHARK,
        families: &["LDAP message"],
        fields: &[MESSAGE],
        when: |case, _| {
            case.only_theirs()
                && case
                    .theirs
                    .and_then(|told| told.item)
                    .is_some_and(|item| item.find("ldap.searchResDone_element").is_some())
        },
        why: "the end of a search is shown only where there was no entry",
        fault: Fault::Ours,
        seen: Place::Samples,
    },
    Explained {
        id: "flags-of-a-refused-session",
        source: WIRESHARK,
        families: &["SMB2 message"],
        fields: &["session_flags", "session_flags.guest", "session_flags.null", "session_flags.encrypt"],
        when: |case, field| {
            case.we_are_silent(field)
                && !case.theirs.is_some_and(|told| told.is("status", &["0", "3221225494"]))
        },
        why: "an answer that refuses has no flags of a session: the octets are those of an error",
        fault: Fault::Theirs,
        seen: Place::Samples,
    },
    Explained {
        id: "encrypted-before",
        source: WIRESHARK,
        families: &["transformed SMB2 message"],
        fields: &[MESSAGE],
        when: |case, _| case.only_theirs() && case.packet.find("adjoin.smb.transform").is_none(),
        why: "that a session is encrypted is told of the first such message of each direction",
        fault: Fault::Ours,
        seen: Place::Public,
    },
    Explained {
        id: "no-session-step",
        source: WIRESHARK,
        families: &["SMB2 message"],
        fields: &[MESSAGE],
        when: |case, _| case.only_theirs() && !is_session_step(case),
        why: "what is done in a session is no matter of a join, but for the pipes that are opened",
        fault: Fault::Ours,
        seen: Place::Samples,
    },
    Explained {
        id: "file-is-named-in-answers",
        source: WIRESHARK,
        families: &["SMB2 message"],
        fields: &["pipe"],
        when: |case, field| {
            let asks = case.theirs.and_then(|told| told.item).is_some_and(|item| {
                item.find("smb2.create.disposition").is_some() && item.find("smb2.filename").is_none()
            });
            asks && case.they_are_silent(field)
        },
        why: "4.6 says the name of a file that is asked for on the summary line and with the answer's handle",
        fault: Fault::Theirs,
        seen: Place::Never,
    },
    Explained {
        id: "name-to-the-end",
        source: WIRESHARK,
        families: &["message in a mailslot"],
        fields: &[
            "request.user",
            "request.aac",
            "request.domain_sid",
            "request.nt_version",
            "request.mailslot",
            "lm_nt_token",
            "lm20_token",
        ],
        when: |case, field| {
            let end = |item: &Item| item.pos + item.size;
            let swallowed = case.theirs.and_then(|told| told.item).is_some_and(|message| {
                let name = message.child("smb_netlogon.unicode_computer_name");
                name.is_some_and(|name| end(name) == end(message))
            });
            swallowed && case.they_are_silent(field)
        },
        why: "4.6 takes all that follows for a part of the name, and calls the message malformed",
        fault: Fault::Theirs,
        seen: Place::Never,
    },
    Explained {
        id: "loses-its-place",
        source: WIRESHARK,
        families: RPC_FAMILIES,
        fields: &[],
        when: |case, _| {
            case.theirs
                .and_then(|told| told.item)
                .is_some_and(|item| item.find("dcerpc.long_frame").is_some())
        },
        why: "4.4 reads some arrays at the start of a call, and says that octets are left over",
        fault: Fault::Theirs,
        seen: Place::Never,
    },
    Explained {
        id: "stops-in-filter",
        source: WIRESHARK,
        families: &["LDAP ping", "LDAP message"],
        fields: &[MESSAGE],
        // It doesn't come to the part that makes a search an LDAP ping.
        when: |case, _| {
            let is_ping = case.family == "LDAP ping" && case.only_ours()
                || case.family == "LDAP message"
                    && case.only_theirs()
                    && case.packet.find("adjoin.ldap_ping").is_some();
            is_ping && stops_in_filter(case.packet)
        },
        why: "4.2.2 stops at the third part of an `and` or `or`, and says that this is a fault of its own",
        fault: Fault::Theirs,
        seen: Place::Never,
    },
    Explained {
        id: "nothing-behind-filter",
        source: WIRESHARK,
        families: &["LDAP ping", "LDAP message"],
        fields: &[
            "request.dns_domain",
            "request.host",
            "request.dns_host_name",
            "request.user",
            "request.aac",
            "request.domain_sid",
            "request.domain_guid",
            "filter",
            "wanted",
            "control",
            "control.critical",
        ],
        when: |case, field| {
            let is_silent = case.they_are_silent(field)
                || field == "filter" && case.theirs.is_some_and(|told| told.is(field, &[""]));
            is_silent && stops_in_filter(case.packet)
        },
        why: "4.2.2 shows neither a filter in which it stopped nor what follows it",
        fault: Fault::Theirs,
        seen: Place::Never,
    },
    Explained {
        id: "signed-nonce",
        source: "kerberos-parser",
        families: &["Kerberos message"],
        fields: &[MESSAGE],
        when: |case, _| case.only_ours() && case.ours.is_some_and(|told| told.is("msg_type", &["10", "12"])),
        why: "it takes the nonce of a request for unsigned; MIT's clients send one that is negative",
        fault: Fault::Theirs,
        seen: Place::Samples,
    },
    Explained {
        id: "user-to-user",
        source: "kerberos-parser",
        families: &["Kerberos message"],
        fields: &[MESSAGE],
        when: |case, _| case.only_ours() && case.ours.is_some_and(|told| told.is("msg_type", &["16", "17"])),
        why: "it doesn't know the messages in which one side asks the other for its ticket",
        fault: Fault::Theirs,
        seen: Place::Public,
    },
    Explained {
        id: "sicily",
        source: "ldap-parser",
        families: &["LDAP message"],
        fields: &[MESSAGE],
        when: |case, _| case.only_ours(),
        why: "it knows neither the choices of a Sicily bind ([MS-ADTS] 5.1.1.1.3) nor tokens in the matched name",
        fault: Fault::Theirs,
        seen: Place::Public,
    },
    Explained {
        id: "tower-in-ndr64",
        source: "ndrdump",
        families: &["endpoint mapper"],
        fields: &[MESSAGE],
        when: |case, _| {
            let of_towers = |told: &Told<'_>| told.has("num_towers") || told.has("max_towers");
            case.only_ours() && case.ours.is_some_and(of_towers)
        },
        why: "Samba's IDL puts a length of four octets in front of a tower, which has eight in NDR64",
        fault: Fault::Theirs,
        seen: Place::Public,
    },
    Explained {
        id: "answer-without-token",
        source: "impacket",
        families: &["SPNEGO"],
        fields: &[MESSAGE],
        when: |case, _| case.only_ours() && case.ours.is_some_and(|told| told.has("state")),
        why: "it wants a mechanism or a token in every NegTokenResp; the last one of a negotiation has neither",
        fault: Fault::Theirs,
        seen: Place::Samples,
    },
    Explained {
        id: "name-of-one-character",
        source: "impacket",
        families: &["LSA call"],
        fields: &[MESSAGE],
        when: |case, _| case.only_ours() && opnum(case) == "6",
        why: "it reads the server's name in LsarOpenPolicy as a string; it is one character",
        fault: Fault::Theirs,
        seen: Place::Lab,
    },
    Explained {
        id: "connect-in-ndr64",
        source: "impacket",
        families: &["SAMR call"],
        fields: &[MESSAGE],
        when: |case, _| case.only_ours() && opnum(case) == "64",
        why: "it loses its place in SamrConnect5 in NDR64",
        fault: Fault::Theirs,
        seen: Place::Public,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_folded() {
        for (ours, theirs) in [
            ("(|(a=b))", "(a=b)"),
            ("(&(a=1)(b=2)(!(c=3)))", "(&(&(a=1)(b=2))(!(c=3)))"),
            ("(&(!(a=1))(|(b=2)(c=3)(d=4)))", "(&(!(a=1))(|(|(b=2)(c=3))(d=4)))"),
        ] {
            assert_eq!(in_pairs(ours, false), Some((theirs.to_owned(), "")));
        }
        let of_three = in_pairs("(&(a=1)(!(b=2))(c=3))", true);
        assert_eq!(of_three, Some(("(&(&(&(a=1))(!(b=2)))(c=3))".to_owned(), "")));
        assert_eq!(in_pairs("(&(a=1)", false), None);
    }
}
