//! Which causes fit a line. The log names phase and code; which of the causes it was, packets tell.

use crate::lines::{LineKind, Log};
use crate::normal;
use crate::passes::{JoinOutcome, Operation, joins_of};
use crate::status::Status;

/// A cause that fits a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// The id of the finding in adjoin's catalogue, such as `RPC-DYN`.
    pub id: &'static str,
    /// The first line that it fits.
    pub line: u32,
    /// Why the line is no error, if it is none.
    pub normal: Option<&'static str>,
}

/// Findings that only a log can tell: they leave no packets, or sealed ones.
pub const LOG_ONLY: [&str; 15] = [
    "LOC-ALREADY",
    "LOC-ISDC",
    "LOC-SKU",
    "LOC-ENTRA",
    "LOC-HOSTLONG",
    "LOC-LICENSE",
    "LOC-NETNAME",
    "LOC-NOCONN",
    "LOC-SIDCLONE",
    "LOC-ROLE",
    "LDAP-OUOTHER",
    "LDAP-CN",
    "LDAP-NOOBJ",
    "ODJ-NOINFO",
    "ODJ-BAD",
];

/// How a line must go on behind the words.
#[derive(Clone, Copy)]
enum Tail {
    /// In any way.
    Any,
    /// With one of these codes, in hexadecimal.
    Hex(&'static [u32]),
    /// With one of these codes, in decimal.
    Dec(&'static [u32]),
    /// With a code that is not zero, in hexadecimal.
    NotZero,
    /// In any way, with one of these codes in hexadecimal anywhere in the line.
    Has(&'static [u32]),
}

/// The ids that fit when all words are in the line, in this order, and it goes on like that.
struct Rule {
    words: &'static [&'static str],
    tail: Tail,
    ids: &'static [&'static str],
}

const fn rule(words: &'static [&'static str], tail: Tail, ids: &'static [&'static str]) -> Rule {
    Rule { words, tail, ids }
}

use Tail::{Any, Dec, Has, Hex, NotZero};

/// What every failed search for a domain controller may come from.
const NOT_FOUND: &[&str] = &[
    "DNS-TIMEOUT",
    "DNS-NXDOMAIN",
    "DNS-SERVFAIL",
    "DNS-NOSRV",
    "DNS-AWRONG",
    "DNS-SUFFIX",
    "DNS-TCP",
    "PING-NOREPLY",
    "PING-ICMP",
    "PING-EMPTY",
    "PING-PAUSED",
    "PING-NT4EMU",
    "PING-FLAGS",
];

const RULES: &[Rule] = &[
    // On the machine itself.
    rule(&["NetpMachineValidToJoin: ", "status: "], Hex(&[0xa83]), &["LOC-ALREADY"]),
    rule(&["status: "], Hex(&[0xa85]), &["LOC-ISDC"]),
    rule(&["NetpDomainJoinLicensingCheck: ulLicenseValue="], Dec(&[0]), &["LOC-SKU"]),
    rule(&["NetpDomainJoinLicensingCheck: ", "Status: "], NotZero, &["LOC-LICENSE"]),
    rule(&["DsrIsDeviceJoined returned true"], Any, &["LOC-ENTRA"]),
    rule(&[], Has(&[0xa8c]), &["LOC-ENTRA"]),
    rule(&["NetpValidateName: ", " is not valid"], Any, &["LOC-NAME"]),
    rule(&["NetpValidateName: ", " failed"], Any, &["LOC-NAME"]),
    rule(&[], Has(&[0xaa4]), &["LOC-NAME"]),
    rule(&["NetpCheckNetBiosNameNotInUse for ", " returned "], Hex(&[0x34]), &["LOC-NAMEINUSE"]),
    rule(&[], Has(&[0xaaa]), &["LOC-HOSTLONG"]),
    rule(&["NetpCheckForDomainSIDCollision: returning "], Hex(&[0x21c4]), &["LOC-SIDCLONE"]),
    rule(&[], Has(&[0x54a]), &["LOC-ROLE"]),
    rule(&[], Has(&[0x437]), &["LOC-W32TIME"]),
    rule(&["status: "], Hex(&[0x8]), &["LOC-MEM"]),
    rule(&["returned "], Hex(&[0x8]), &["LOC-MEM"]),
    rule(&["status: "], Hex(&[0xa99]), &["LOC-RESTART"]),
    rule(&[], Has(&[0xa95]), &["ODJ-NOINFO"]),
    rule(&[], Has(&[0xa96]), &["ODJ-BAD"]),
    rule(&[], Has(&[0xaa0, 0xaa2, 0xaa5]), &["ODJ-DS8"]),
    rule(&[], Has(&[0xaa1]), &["ODJ-LDAP"]),
    // The search for a domain controller.
    rule(&["NetpCheckDomainNameIsValid ", " returned "], Hex(&[0x54b]), NOT_FOUND),
    rule(&["failed to find a DC in the specified domain: "], Hex(&[0x54b]), NOT_FOUND),
    rule(
        &["returned "],
        Hex(&[0x54b]),
        &[
            "DNS-NXDOMAIN",
            "DNS-SERVFAIL",
            "DNS-NOSRV",
            "DNS-AWRONG",
            "DNS-SUFFIX",
            "DNS-TCP",
            "PING-NOREPLY",
            "PING-ICMP",
            "PING-EMPTY",
            "PING-PAUSED",
            "PING-NT4EMU",
        ],
    ),
    rule(&["ERROR_TIMEOUT"], Any, &["DNS-TIMEOUT"]),
    rule(&[], Has(&[0x5b4]), &["DNS-TIMEOUT"]),
    rule(&[], Has(&[0x232b]), &["DNS-NXDOMAIN"]),
    rule(&["returned "], Dec(&[9003]), &["DNS-NXDOMAIN"]),
    rule(&[], Has(&[0x232a]), &["DNS-SERVFAIL"]),
    rule(&["returned "], Dec(&[9002]), &["DNS-SERVFAIL"]),
    rule(&[], Has(&[0x232d]), &["DNS-REFUSED"]),
    rule(&["returned "], Dec(&[9005]), &["DNS-REFUSED"]),
    rule(&[], Has(&[0x251d]), &["DNS-NOSRV"]),
    rule(&["returned "], Dec(&[9501]), &["DNS-NOSRV"]),
    rule(
        &["status of verifying DNS A record name resolution for '", "': "],
        Hex(&[0x2746, 0x2af9, 0x2afc, 0x251d, 0x232b]),
        &["DNS-AMISSING"],
    ),
    rule(&[], Has(&[0xa8b]), &["DNS-AMISSING"]),
    rule(&["failed to find a DC having account '", "$': "], Hex(&[0x525]), &["PING-USERUNKNOWN"]),
    // The SMB session and its logon.
    rule(&["NetUseAdd to ", " returned "], Dec(&[1219]), &["LOC-CREDCONFLICT"]),
    rule(&[], Has(&[0x4c3]), &["LOC-CREDCONFLICT"]),
    rule(&["returned "], Dec(&[1214]), &["LOC-NETNAME"]),
    rule(&[], Has(&[0x8ca]), &["LOC-NOCONN"]),
    rule(&["returned "], Dec(&[1937]), &["LOC-NTLMBLOCK"]),
    rule(&[], Has(&[0x791]), &["LOC-NTLMBLOCK"]),
    rule(&["NetUseAdd to ", " returned "], Dec(&[53]), &["SMB-SYN", "SMB-DIALECT"]),
    rule(&["status of connecting to dc ", ": "], Hex(&[0x35]), &["SMB-SYN"]),
    rule(&["returned "], Dec(&[1231]), &["SMB-UNREACH"]),
    rule(&["returned "], Dec(&[67]), &["SMB-BADNETNAME"]),
    rule(&["returned "], Dec(&[71]), &["SMB-NOCONN"]),
    rule(&["NetUseAdd to ", " returned "], Dec(&[50]), &["SMB-NTLMDENY", "SMB-DIALECT"]),
    rule(&["NetUseAdd to ", " returned "], Dec(&[1385]), &["SMB-LOGONTYPE"]),
    rule(&["NetUseAdd to ", " returned "], Dec(&[1326]), &["SMB-CREDS"]),
    rule(&["ldap_bind failed ", " "], Dec(&[49]), &["SMB-CREDS"]),
    rule(&["returned "], Dec(&[1326]), &["KRB-PREAUTH"]),
    rule(&["returned "], Dec(&[1317]), &["KRB-CLIENT"]),
    rule(&["returned "], Dec(&[1909]), &["SMB-LOCKED"]),
    rule(&["returned "], Dec(&[1331]), &["SMB-DISABLED"]),
    rule(&["returned "], Dec(&[1330]), &["SMB-PWEXPIRED"]),
    rule(&["returned "], Dec(&[1907]), &["SMB-PWCHANGE"]),
    rule(&["returned "], Dec(&[1793]), &["SMB-ACCTEXPIRED"]),
    rule(&[], Has(&[0x8bf]), &["SMB-ACCTEXPIRED"]),
    rule(&["returned "], Dec(&[1328]), &["SMB-HOURS"]),
    rule(&["returned "], Dec(&[1240, 1329]), &["SMB-WKSTA"]),
    rule(&["returned "], Dec(&[1327]), &["SMB-RESTRICT"]),
    rule(&["NetUseAdd to ", " returned "], Dec(&[5]), &["SMB-DENIED", "SMB-SIGN"]),
    rule(&["status of connecting to dc ", ": "], Hex(&[0x5]), &["SMB-DENIED"]),
    rule(&["NetUseAdd to ", " returned "], Dec(&[59]), &["SMB-SIGN"]),
    rule(
        &["NetUseAdd to ", " returned "],
        Dec(&[64]),
        &["SMB-SIGN", "SMB-DIALECT", "SMB-RESET", "KRB-REPLYLOST-MTU"],
    ),
    rule(&["status of connecting to dc ", ": "], Hex(&[0x40]), &["SMB-RESET", "KRB-REPLYLOST-MTU"]),
    rule(&["returned "], Dec(&[64]), &["KRB-REPLYLOST-FW", "KRB-PROXYACK", "KRB-KDCSILENT", "KRB-88BLOCKED"]),
    rule(&["returned "], Dec(&[121]), &["SMB-TIMEOUT"]),
    rule(&[], Has(&[0x51f]), &["KRB-88BLOCKED", "KRB-NOKDC"]),
    rule(&["returned "], Dec(&[1311]), &["KRB-NOKDC"]),
    rule(&["returned "], Dec(&[1398]), &["KRB-SKEW"]),
    rule(&[], Has(&[0x576]), &["KRB-SKEW"]),
    rule(&["returned "], Dec(&[1396]), &["KRB-MODIFIED"]),
    rule(&[], Has(&[0x574]), &["KRB-MODIFIED"]),
    // LDAP.
    rule(&["NetpLdapBind: ldap_bind failed on ", ": 81: Server Down"], Any, &["LDAP-389"]),
    rule(&["81: Server Down"], Any, &["LDAP-389MTU"]),
    rule(&["status:"], Hex(&[0x3a]), &["LDAP-389"]),
    rule(&["NetpSetDnsHostNameAndSpn: NetpLdapBind failed: "], Hex(&[0x3a]), &["LDAP-DNSNAME"]),
    rule(&["ldap_bind failed ", ": "], Dec(&[49]), &["LDAP-CREDS"]),
    rule(&["ldap_bind failed ", ": "], Dec(&[8]), &["LDAP-STRONG"]),
    rule(&["NetpLdapBind: Verified minimum encryption strength on ", ": "], NotZero, &["LDAP-ENCSTRENGTH"]),
    rule(&[], Has(&[0xa9e]), &["LDAP-ENCSTRENGTH"]),
    // RPC.
    rule(&["NetpGetComputerObjectDn: Unable to bind to DS on '", "': "], Hex(&[0x6ba]), &["RPC-135"]),
    rule(&["Unable to bind to DS on ", ": "], Hex(&[0x6ba]), &["RPC-DYN"]),
    rule(&["Unable to bind to DS on ", ": "], Hex(&[0x6d9]), &["RPC-EPMAP"]),
    rule(&[], Has(&[0x6ba]), &["SAMR-UNAVAIL"]),
    rule(&[], Has(&[0x6bf]), &["RPC-DNE"]),
    rule(&["LsaOpenPolicy ", " failed: "], Hex(&[0xc002_001c]), &["RPC-DNE"]),
    rule(&[], Has(&[0x6be]), &["RPC-FAILED"]),
    rule(&[], Has(&[0x6d9]), &["RPC-PORTEXH"]),
    rule(&["WSAENOBUFS"], Any, &["RPC-PORTEXH"]),
    rule(&[], Has(&[0x721]), &["RPC-SECPKG"]),
    rule(&["returned "], Dec(&[1825]), &["RPC-SECPKG"]),
    rule(&[], Has(&[0x700]), &["NL-STOPPED"]),
    // The account.
    rule(&["Parsed [0x216d] from server extended error string"], Any, &["LDAP-QUOTA"]),
    rule(&["ldap_add_s failed: 0x35 "], Hex(&[0x216d]), &["LDAP-QUOTA"]),
    rule(&["ldap_add_s failed: 0x32 "], Hex(&[0x5]), &["LDAP-NOCREATE"]),
    rule(&[], Has(&[0x2098]), &["LDAP-NOCREATE"]),
    rule(&["NetpModifyComputerObjectInDs: ldap_modify_s failed: 0x32 "], Hex(&[0x5]), &["LDAP-MODIFY"]),
    rule(&["Parsed [0x2098]"], Any, &["LDAP-MODIFY"]),
    rule(&["ldap_add_s failed: "], Hex(&[0x20]), &["LDAP-OU"]),
    rule(&[], Has(&[0x8b0]), &["LDAP-OUOTHER"]),
    rule(&[], Has(&[0x57]), &["LDAP-CN"]),
    rule(&["returned "], Hex(&[0x21c7]), &["LDAP-SPNDUP"]),
    rule(&[], Has(&[0x21c7]), &["LDAP-SPNDUP"]),
    rule(&[], Has(&[0x2010]), &["LDAP-RID"]),
    rule(
        &["NetpCheckIfAccountShouldBeReused:fReuseAllowed: TRUE, NetStatus:"],
        Hex(&[0x2030]),
        &["LDAP-NOOBJ"],
    ),
    rule(&["Ldap Search failed: "], Dec(&[8240]), &["LDAP-NOOBJ"]),
    rule(&["NetpDsValidateComputerAccountReuseAttempt", "FALSE"], Any, &["ACC-REUSE"]),
    rule(&["NetpCheckIfAccountShouldBeReused", "fReuseAllowed: FALSE"], Any, &["ACC-REUSE"]),
    rule(&[], Has(&[0xaac]), &["ACC-REUSE"]),
    rule(&["NetUserAdd on '", "' for '", "$' failed: "], Hex(&[0x8b0]), &["ACC-EXISTS"]),
    rule(&["NetUserAdd on ", " failed: "], Hex(&[0x5]), &["ACC-SAMRDENY"]),
    rule(&["Crack results: ", "Account does not exist"], Any, &["ACC-NONE"]),
    rule(&["NetpDoDomainJoin: status: "], Hex(&[0x534]), &["ACC-NONE", "ACC-NONE-1ST"]),
    rule(&[], Has(&[0x52d]), &["ACC-PWD"]),
    rule(&["status of NetUserSetInfo on '", "' for '", "$': "], Hex(&[0x5]), &["RPC-FAULT5", "ACC-RENAME5"]),
    rule(&["NetpChangeMachineName: ", ": "], Hex(&[0x5]), &["ACC-RENAME5"]),
];

/// Ids of lines that are no errors.
const NORMAL: [&str; 4] = ["PING-USERUNKNOWN", "ACC-NONE-1ST", "LDAP-NOOBJ", "LOC-RESTART"];

/// The ids that fit a line's text, whatever stands around it; some fit by two rules and come twice.
///
/// The lines around decide what to keep: [`Log::findings`] does that.
pub fn candidates_of(text: &str) -> impl Iterator<Item = &'static str> {
    let numbers = Numbers::of(text);
    RULES
        .iter()
        .filter(move |rule| rule.may_fit(&numbers) && rule.fits(text))
        .flat_map(|rule| rule.ids)
        .copied()
}

/// Every id that a log can suggest, each once, in the order of the phases.
#[must_use]
pub fn finding_ids() -> Vec<&'static str> {
    let mut ids: Vec<&'static str> = Vec::new();
    for id in RULES.iter().flat_map(|rule| rule.ids) {
        if !ids.contains(id) {
            ids.push(id);
        }
    }
    ids
}

/// How the lines look that suggest a finding, for people: `…` stands for what differs. Nothing for a finding that
/// leaves no line.
///
/// ```
/// let signs: Vec<_> = netsetup_log::signs("KRB-REPLYLOST-MTU").collect();
/// assert!(signs.contains(&"NetUseAdd to … returned 64".to_owned()));
/// ```
pub fn signs(id: &str) -> impl Iterator<Item = String> {
    RULES.iter().filter(move |rule| rule.ids.contains(&id)).map(Rule::sign)
}

impl Log {
    /// The causes that fit what decided: the last pass of the last join and what came after it, or the
    /// whole log when it has no join. Of what succeeded only the normal ones are told.
    #[must_use]
    pub fn findings(&self) -> Vec<Candidate> {
        let operations = self.operations();
        let last_pass = joins_of(operations.clone()).pop().and_then(|mut join| {
            // The first pass is why the second ran: it tells its normal lines.
            let joined = join.outcome() == JoinOutcome::Joined;
            let start = join.passes.first()?.first;
            join.passes.pop().map(|pass| (pass.first, start, joined))
        });
        let mut found = Vec::new();
        for operation in operations {
            let (only_normal, counts) = match last_pass {
                Some((decisive, _, joined)) if operation.first == decisive => (joined, true),
                Some((decisive, start, _)) if operation.first < decisive => (true, operation.first >= start),
                _ => (operation.status.as_ref().is_some_and(is_good), true),
            };
            if counts {
                let new = operation.findings(self).into_iter();
                found.extend(new.filter(|candidate| candidate.normal.is_some() || !only_normal));
            }
        }
        found
    }
}

fn is_good(status: &Status) -> bool {
    status.is_success() || status.code == 0xa99
}

impl Operation<'_> {
    /// The causes that fit the lines of this operation, each once with its first line.
    #[must_use]
    pub fn findings(&self, log: &Log) -> Vec<Candidate> {
        let mut found: Vec<Candidate> = Vec::new();
        let mut notices = self.notices.iter().peekable();
        for line in (self.first..=self.last).filter_map(|number| log.line(number)) {
            if line.kind != LineKind::Entry && line.kind != LineKind::Continuation {
                continue;
            }
            while notices.next_if(|notice| notice.line < line.number).is_some() {}
            let normal = notices.peek().filter(|notice| notice.line == line.number).and_then(|n| n.normal);
            for id in candidates_of(line.text) {
                let keep = NORMAL.contains(&id) == normal.is_some()
                    && (id != "ACC-NONE-1ST" || normal == Some(normal::FIRST_PASS));
                if keep && !found.iter().any(|candidate| candidate.id == id) {
                    found.push(Candidate { id, line: line.number, normal });
                }
            }
        }
        found
    }
}

impl Rule {
    fn sign(&self) -> String {
        let words = self.words.join("…");
        let hex = |codes: &[u32]| {
            let codes: Vec<_> = codes.iter().map(|code| format!("{code:#x}")).collect();
            codes.join(" or ")
        };
        let tail = match self.tail {
            Any => return words.trim().to_owned(),
            Hex(codes) => hex(codes),
            Has(codes) => format!("… {} …", hex(codes)),
            NotZero => "… (not 0x0)".to_owned(),
            Dec(codes) => {
                let codes: Vec<_> = codes.iter().map(u32::to_string).collect();
                codes.join(" or ")
            }
        };
        format!("{} {tail}", words.trim_end()).trim_start().to_owned()
    }

    /// The line has a number that the rule wants. Most lines end here, without a search for words.
    fn may_fit(&self, numbers: &Numbers) -> bool {
        match self.tail {
            Any => true,
            Hex(codes) => numbers.hex.iter().any(|(code, _)| codes.contains(code)),
            Has(codes) => numbers.hex.iter().any(|(code, is_bits)| !is_bits && codes.contains(code)),
            NotZero => numbers.hex.iter().any(|(code, _)| *code != 0),
            Dec(codes) => numbers.dec.iter().any(|code| codes.contains(code)),
        }
    }

    fn fits(&self, text: &str) -> bool {
        let Some((last, before)) = self.words.split_last() else {
            return true;
        };
        let mut rest = text;
        for word in before {
            match rest.split_once(word) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        // The last word may come more than once, and only one of them goes on as wanted.
        while let Some((_, after)) = rest.split_once(last) {
            if self.ends(after) {
                return true;
            }
            rest = after;
        }
        false
    }

    fn ends(&self, rest: &str) -> bool {
        match self.tail {
            Any | Has(_) => true,
            Hex(codes) => hex(rest).is_some_and(|code| codes.contains(&code)),
            NotZero => hex(rest).is_some_and(|code| code != 0),
            Dec(codes) => {
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                let number = rest.get(..end).and_then(|digits| digits.parse().ok());
                ends_word(rest, end) && number.is_some_and(|number| codes.contains(&number))
            }
        }
    }
}

/// The numbers of a line.
struct Numbers {
    /// Each with whether it is a set of bits or a count, and so no code.
    hex: Vec<(u32, bool)>,
    dec: Vec<u32>,
}

impl Numbers {
    fn of(text: &str) -> Self {
        let mut numbers = Self { hex: Vec::new(), dec: Vec::new() };
        let mut rest = text;
        while let Some(at) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
            let start = text.len().saturating_sub(rest.len()).saturating_add(at);
            let word = text.get(start..).unwrap_or_default();
            let end = word.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(word.len());
            let (word, after) = word.split_at_checked(end).unwrap_or((word, ""));
            if let Some(code) = hex(word) {
                numbers.hex.push((code, is_bits(text.get(..start).unwrap_or_default())));
            }
            if word.starts_with(|c: char| c.is_ascii_digit()) {
                numbers.dec.extend(word.parse::<u32>());
            }
            rest = after;
        }
        numbers
    }
}

/// The hexadecimal number at the start, when it is a whole word; without `0x` it has eight digits.
fn hex(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let end = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
    (end == 8 || digits.len() < text.len()).then_some(())?;
    let code = u32::from_str_radix(digits.get(..end)?, 16).ok()?;
    ends_word(digits, end).then_some(code)
}

fn ends_word(text: &str, end: usize) -> bool {
    let after = text.get(end..).and_then(|rest| rest.chars().next());
    !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

/// Is the number behind this text a set of bits, or a count?
fn is_bits(before: &str) -> bool {
    ["flags: ", "options: ", "Options: ", "actions: ", "RID="].iter().any(|word| before.ends_with(word))
}
