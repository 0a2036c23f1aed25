//! The findings: id, severity, what they mean and what helps. Ids never change; scripts and filters use them.
//!
//! One file per phase, each a table; a new finding is one more entry there. The texts use a few stand-ins:
//! `DC` for the domain controller's full name, `DOMAIN` for the domain, `CLIENT` and `USER` for who joins.

use crate::phase::Phase;
use crate::show::FindingId;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Normal, though it looks like an error.
    Chat,
    /// Worth knowing.
    Note,
    /// Probably a cause of trouble.
    Warning,
    /// The join can't succeed with this.
    Error,
}

impl Severity {
    /// The word used in fields and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The groups in which Wireshark sorts expert information.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The sequence of messages is not what it should be.
    Sequence,
    /// The peer answers with a status that says no.
    Response,
    /// The message itself is damaged.
    Malformed,
    /// A fault of this analyser.
    Internal,
}

/// Where in a join a finding belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// To no phase of its own: to the capture, the analyser, or whatever phase it hits.
    Any,
    /// P0, what the client checks by itself before the first packet.
    Local,
    /// To a phase that has packets.
    In(Phase),
}

impl Stage {
    /// The id, such as `P3K`; empty for [`Stage::Any`].
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Local => "P0",
            Self::In(phase) => phase.id(),
        }
    }

    /// The stage in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "Any phase",
            Self::Local => "Local checks",
            Self::In(phase) => phase.name(),
        }
    }
}

/// One entry of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Finding {
    /// Stable id, such as `PING-PAUSED`.
    pub id: &'static str,
    /// How bad it is by itself. A verdict weighs anew: its root is an error, what a join survived is a note.
    pub severity: Severity,
    /// Where Wireshark lists it.
    pub group: Group,
    /// The phase that it belongs to.
    pub phase: Stage,
    /// The code that Windows shows when the join fails by this: a Win32 or NERR code, or an NTSTATUS.
    pub code: Option<u32>,
    /// The symbol of that code; empty without one.
    pub symbol: &'static str,
    /// What it means, in a few words.
    pub title: &'static str,
    /// What happened, in one sentence.
    pub what: &'static str,
    /// Why it breaks the join, and what causes it.
    pub why: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// What would prove it where the packets leave a doubt; may be empty.
    pub settle: &'static str,
    /// A display filter for the packets it is about.
    pub filter: &'static str,
}

/// A table of findings, numbered from a start, and a constant for each.
macro_rules! findings {
    ($phase:expr, $start:expr; $($name:ident = $id:literal, $severity:ident, $group:ident {
        $(code: $code:literal $symbol:ident,)?
        title: $title:literal,
        what: $what:literal,
        why: $why:literal,
        fix: $fix:literal,
        settle: $settle:literal,
        filter: $filter:literal,
    })*) => {
        #[allow(
            non_camel_case_types,
            clippy::upper_case_acronyms,
            reason = "one variant for each entry of the table, named as the constants they number"
        )]
        enum Index { $($name,)* End }
        const START: u16 = $start;
        /// The number of the first finding after this table.
        pub(super) const END: u16 = START + Index::End as u16;
        /// The findings of this table.
        pub(super) const TABLE: &[super::Finding] = &[$(super::Finding {
            id: $id,
            severity: super::Severity::$severity,
            group: super::Group::$group,
            phase: $phase,
            code: super::only(&[$($code)?]),
            symbol: concat!($(stringify!($symbol))?),
            title: $title,
            what: $what,
            why: $why,
            fix: $fix,
            settle: $settle,
            filter: $filter,
        },)*];
        $(#[doc = $title]
        pub const $name: crate::show::FindingId = crate::show::FindingId(START + Index::$name as u16);)*
    };
}

mod any;
mod p0;
mod p1;
mod p10;
mod p2;
mod p3;
mod p3k;
mod p4;
mod p5;
mod p6;
mod p7;
mod p8;
mod p9;

pub use any::*;
pub use p0::*;
pub use p1::*;
pub use p2::*;
pub use p3::*;
pub use p3k::*;
pub use p4::*;
pub use p5::*;
pub use p6::*;
pub use p7::*;
pub use p8::*;
pub use p9::*;
pub use p10::*;

/// The tables, in the order in which they number their findings.
#[allow(unused_qualifications, reason = "each module has a TABLE")]
const TABLES: [&[Finding]; 13] = [
    any::TABLE,
    p0::TABLE,
    p1::TABLE,
    p2::TABLE,
    p3::TABLE,
    p3k::TABLE,
    p4::TABLE,
    p5::TABLE,
    p6::TABLE,
    p7::TABLE,
    p8::TABLE,
    p9::TABLE,
    p10::TABLE,
];

static ALL: [Finding; p10::END as usize] = joined();

/// All findings, in the order of their [`FindingId`]s: by phase, those of no phase first.
pub static FINDINGS: &[Finding] = &ALL;

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "runs in the compiler only, where a wrong index is a compile error"
)]
const fn joined() -> [Finding; p10::END as usize] {
    let mut all = [TABLES[0][0]; p10::END as usize];
    let mut next = 0;
    let mut table = 0;
    while table < TABLES.len() {
        let mut entry = 0;
        while entry < TABLES[table].len() {
            all[next] = TABLES[table][entry];
            next += 1;
            entry += 1;
        }
        table += 1;
    }
    assert!(next == all.len(), "each table starts where the one before it ends");
    all
}

/// The code of an entry that has one.
const fn only(codes: &[u32]) -> Option<u32> {
    match codes {
        [code] => Some(*code),
        _ => None,
    }
}

/// The catalogue's entry of `id`.
#[must_use]
pub fn finding(id: FindingId) -> Option<&'static Finding> {
    FINDINGS.get(usize::from(id.0))
}

/// The entry with the stable id `id`, such as `PING-PAUSED`.
#[must_use]
pub fn by_name(id: &str) -> Option<(FindingId, &'static Finding)> {
    (0..).map(FindingId).zip(FINDINGS).find(|(_, finding)| finding.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};
    use std::fs;
    use std::path::Path;
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    /// Ids that are promised beside those of the list of facts.
    const PROMISED: &[&str] = &[
        "ADJOIN-INTERNAL",
        "ADJOIN-MALFORMED",
        "DC-VANISHED",
        "DNS-UNREACH",
        "DNS-UPDATE",
        "KRB-ERROR",
        "KRB-NORMAL",
        "KRB-PWEXPIRED",
        "KRB-RESET",
        "LDAPS-636",
        "LDAPS-CERT",
        "LDAPS-CLOSED",
        "LDAP-MODIFY",
        "NET-LOSS",
        "NET-MTU",
        "NET-TTL",
        "NTLM-FALLBACK",
        "PING-DOMAIN",
        "QUAL-DROPS",
        "QUAL-LATE",
        "QUAL-ONEWAY",
        "QUAL-SHORT",
        "QUAL-SKEW",
        "QUAL-SNAPLEN",
        "RPC-FAULT",
        "SEALED",
        "SMB-PROXYACK",
    ];

    /// What is normal, whatever it looks like.
    const NORMAL: &[&str] = &[
        "ACC-NONE-1ST",
        "DC-OTHER",
        "KRB-NORMAL",
        "LDAP-NOOBJ",
        "LDAP-NORMAL",
        "LOC-RESTART",
        "NET-MIDSTREAM",
        "NET-RSTCLOSE",
        "NET-RSTUNSENT",
        "PING-USERUNKNOWN",
        "RPC-NORMAL",
        "SMB-NORMAL",
        "SMB-REUSED",
    ];

    fn shared(path: &str) -> Option<String> {
        let text =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(path)).ok();
        if text.is_none() {
            println!("skipped: ../shared is not here");
        }
        text
    }

    fn texts(finding: &Finding) -> [(&'static str, &'static str); 5] {
        [
            ("title", finding.title),
            ("what", finding.what),
            ("why", finding.why),
            ("fix", finding.fix),
            ("settle", finding.settle),
        ]
    }

    #[test]
    fn ids_are_unique_and_well_formed() {
        let mut seen = HashSet::new();
        for finding in FINDINGS {
            let id = finding.id;
            assert!(seen.insert(id), "{id} twice");
            assert!(id.split('-').all(|word| !word.is_empty()), "{id}");
            assert!(
                id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
                    && id.starts_with(|c: char| c.is_ascii_uppercase()),
                "{id}"
            );
        }
    }

    #[test]
    fn constants_and_names_lead_to_their_entries() {
        for (id, name) in [
            (INTERNAL, "ADJOIN-INTERNAL"),
            (RPC_FAULT, "RPC-FAULT"),
            (LOC_NAME, "LOC-NAME"),
            (DNS_TIMEOUT, "DNS-TIMEOUT"),
            (PING_EMPTY, "PING-EMPTY"),
            (SMB_SYN, "SMB-SYN"),
            (KRB_REPLYLOST_MTU, "KRB-REPLYLOST-MTU"),
            (KRB_ERROR, "KRB-ERROR"),
            (LOC_W32TIME, "LOC-W32TIME"),
            (LDAP_389, "LDAP-389"),
            (RPC_135, "RPC-135"),
            (RPC_DYN, "RPC-DYN"),
            (ACC_REUSE, "ACC-REUSE"),
            (NL_SEAL, "NL-SEAL"),
            (LOC_RESTART, "LOC-RESTART"),
        ] {
            assert_eq!(finding(id).unwrap().id, name);
        }
        for (number, entry) in (0..).zip(FINDINGS) {
            let (id, found) = by_name(entry.id).unwrap();
            assert_eq!((id, found.id), (FindingId(number), entry.id));
        }
        assert!(by_name("PING").is_none());
        assert!(finding(FindingId(p10::END)).is_none());
    }

    #[test]
    fn promised_ids_are_there_and_normal_ones_are_chat() {
        for id in PROMISED {
            assert!(by_name(id).is_some(), "{id}");
        }
        let chat: HashSet<_> =
            FINDINGS.iter().filter(|entry| entry.severity == Severity::Chat).map(|entry| entry.id).collect();
        assert_eq!(chat, NORMAL.iter().copied().collect());
        for entry in FINDINGS {
            let quality = entry.id.starts_with("QUAL-");
            assert!(!quality || entry.severity == Severity::Note, "{}", entry.id);
        }
    }

    #[test]
    fn texts_are_whole_sentences() {
        for entry in FINDINGS {
            for (name, text) in texts(entry) {
                let id = entry.id;
                assert_eq!(text, text.trim(), "{id} {name}");
                assert!(!text.contains("  ") && !text.contains(['\n', '\t']), "{id} {name}");
                assert!(text.is_ascii(), "{id} {name}");
                assert_eq!(text.matches('`').count() % 2, 0, "{id} {name}: an open code span");
                if name == "title" {
                    assert!(!text.is_empty() && !text.ends_with('.'), "{id} {name}");
                } else if name != "settle" || !text.is_empty() {
                    assert!(text.ends_with('.') && text.contains(' '), "{id} {name}");
                    assert!(
                        text.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '`'),
                        "{id} {name}"
                    );
                }
            }
            assert!(entry.title.len() <= 80, "{}", entry.id);
            assert!(entry.what.len() <= 240, "{}", entry.id);
            assert!(!entry.what.trim_end_matches('.').contains(". "), "{}: one sentence", entry.id);
        }
    }

    #[test]
    fn filters_name_fields_that_exist() {
        let fields: HashSet<_> = crate::show::fields().map(|field| field.filter).collect();
        for entry in FINDINGS {
            // What is said of a whole capture stands at no frame.
            let of_capture = entry.id.starts_with("QUAL-");
            assert!(of_capture || !entry.filter.is_empty(), "{}", entry.id);
            assert!(!of_capture || !entry.filter.contains("adjoin."), "{}", entry.id);
            for word in entry.filter.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_')) {
                assert!(!word.starts_with("adjoin.") || fields.contains(word), "{}: {word}", entry.id);
            }
            for (at, _) in entry.filter.match_indices("adjoin.finding == \"") {
                let id = entry.filter[at..].split('"').nth(1).unwrap();
                assert_eq!(id, entry.id);
            }
        }
    }

    #[test]
    fn codes_have_symbols() {
        let mut symbols = HashMap::new();
        for entry in FINDINGS {
            assert_eq!(entry.code.is_some(), !entry.symbol.is_empty(), "{}", entry.id);
            if let Some(code) = entry.code {
                let known = *symbols.entry(code).or_insert(entry.symbol);
                assert_eq!(known, entry.symbol, "{}: {code:#x} has two symbols", entry.id);
            }
        }
    }

    /// `(id, code, phase)` of each entry that packets can show.
    fn facts(list: &str) -> Vec<(String, String, String)> {
        let value = |entry: &str, name: &str| {
            let line = entry.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
            String::from(line.unwrap_or_default().trim_matches('"'))
        };
        list.split("[[error]]")
            .filter(|entry| entry.contains("_trace = \"Y\"") || entry.contains("_trace = \"P\""))
            .map(|entry| (value(entry, "id"), value(entry, "code"), value(entry, "phase")))
            .collect()
    }

    #[test]
    fn everything_that_packets_can_show_is_listed() {
        let Some(list) = shared("facts/join_error_catalogue.toml") else { return };
        let facts = facts(&list);
        assert!(facts.len() >= 100, "only {}", facts.len());
        for (id, code, phase) in facts {
            let Some((_, entry)) = by_name(&id) else { panic!("{id} is missing") };
            assert_eq!(entry.phase.id(), phase, "{id}");
            let code = code.strip_prefix("0x").and_then(|digits| u32::from_str_radix(digits, 16).ok());
            assert!(code.is_none() || entry.code == code, "{id}: {:x?}, not {code:x?}", entry.code);
        }
    }

    fn words(text: &str) -> Vec<String> {
        text.split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect()
    }

    #[test]
    fn the_wording_is_our_own() {
        const RUN: usize = 8;
        let mut theirs = HashSet::new();
        for path in ["facts/join_error_catalogue.toml", "design/knowledge-base.md"] {
            let Some(text) = shared(path) else { return };
            theirs.extend(words(&text).windows(RUN).map(<[String]>::to_vec));
        }
        for entry in FINDINGS {
            for (name, text) in texts(entry) {
                for run in words(text).windows(RUN) {
                    assert!(!theirs.contains(run), "{} {name}: {}", entry.id, run.join(" "));
                }
            }
        }
    }
}
