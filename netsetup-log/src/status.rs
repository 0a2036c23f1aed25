//! The code in a line: where it is, in which base, and of which family.

use crate::codes::{code_name, ldap_result_name};
use core::fmt;
use core::ops::Range;

/// Whose number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// A Win32, network (NERR) or DNS code.
    Win32,
    /// A code of the LDAP client library; above it, when the line has one, the Win32 code made of it.
    Ldap,
    /// An NTSTATUS.
    NtStatus,
    /// An HRESULT of the security packages.
    Security,
    /// A truth value: 1 is good.
    Bool,
}

/// A status as a line tells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Status {
    /// The number. In `ldap_add_s failed: 0x32 0x5` it is the second, the Win32 code.
    pub code: u32,
    /// Whose number it is.
    pub family: Family,
    /// The LDAP number before the code, as 0x32 above.
    pub ldap: Option<u32>,
    /// Where the number stands in the line's text.
    pub place: Range<usize>,
}

impl Status {
    /// The status in a line's text, without the time.
    ///
    /// Numbers after `last error is`, option words and counts are none.
    ///
    /// ```
    /// use netsetup_log::Status;
    /// let status = Status::of(r"NetUseAdd to \\DC1\IPC$ returned 64").unwrap();
    /// assert_eq!(status.code, 0x40);
    /// assert_eq!(status.symbol(), Some("ERROR_NETNAME_DELETED"));
    /// ```
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        if !text.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        // What comes after is about the thread, not about the step.
        let text = text.split_once(", last error").map_or(text, |(text, _)| text);
        let (number, place) =
            ldap(text).or_else(|| parsed(text)).or_else(|| word(text)).or_else(|| tail(text))?;
        let (code, ldap, family) = number;
        let family = match code {
            _ if text.contains("SetComputerNameEx()") => Family::Bool,
            0x8009_0000..=0x8009_ffff => Family::Security,
            0xc000_0000.. => Family::NtStatus,
            _ => family,
        };
        Some(Self { code, family, ldap, place })
    }

    /// Does the number say that all went well?
    #[must_use]
    pub const fn is_success(&self) -> bool {
        match self.family {
            Family::Bool => self.code != 0,
            _ => self.code == 0,
        }
    }

    /// The symbol of the code, such as `ERROR_NO_SUCH_DOMAIN`.
    #[must_use]
    pub fn symbol(&self) -> Option<&'static str> {
        match self.family {
            Family::Bool => None,
            Family::Ldap => ldap_result_name(self.code),
            _ => code_name(self.code).map(|(symbol, _)| symbol),
        }
    }

    /// What the code means in a join, in one sentence.
    #[must_use]
    pub fn meaning(&self) -> Option<&'static str> {
        match self.family {
            Family::Bool | Family::Ldap => None,
            _ => code_name(self.code).map(|(_, meaning)| meaning),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.family {
            Family::Bool => return f.write_str(if self.code == 0 { "false" } else { "true" }),
            Family::Ldap => write!(f, "LDAP {}", self.code)?,
            _ => write!(f, "{:#x}", self.code)?,
        }
        match self.symbol() {
            Some(symbol) => write!(f, " {symbol}"),
            None => Ok(()),
        }
    }
}

/// Code, LDAP number, family; and the place.
type Found = ((u32, Option<u32>, Family), Range<usize>);

/// A number at the start of the text: its value, its length, and whether it is spelled in hexadecimal.
fn leading(text: &str) -> Option<(u32, usize, bool)> {
    let whole = |end: usize| {
        let after = text.get(end..)?.chars().next();
        (!after.is_some_and(|c| c.is_alphanumeric() || c == '_')).then_some(end)
    };
    let end_of = |rest: &str, digit: fn(&char) -> bool| rest.chars().take_while(digit).count();
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let count = end_of(digits, char::is_ascii_hexdigit);
        let value = u32::from_str_radix(digits.get(..count)?, 16).ok()?;
        return Some((value, whole(count.saturating_add(2))?, true));
    }
    let count = end_of(text, char::is_ascii_hexdigit);
    let digits = text.get(..count)?;
    if count == 8 {
        // Eight digits without a prefix: `returned 000021C7`.
        return Some((u32::from_str_radix(digits, 16).ok()?, whole(count)?, true));
    }
    (count > 0 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(())?;
    Some((digits.parse().ok()?, whole(count)?, false))
}

/// `ldap_bind failed on DC: 81: ...`, `ldap_add_s failed: 0x35 0x216d`.
fn ldap(text: &str) -> Option<Found> {
    let call =
        text.find("ldap_").filter(|at| *at == 0 || text.get(..*at).is_some_and(|t| t.ends_with(' ')))?;
    let failed = text.get(call..)?.find(" failed")?.saturating_add(call);
    let mut at = failed.saturating_add(" failed".len());
    // `on DC` may stand between; an IPv6 address in it has colons without a space.
    let colon = text.get(at..)?.find(": ")?;
    at = at.saturating_add(colon).saturating_add(2);
    let (first, length, _) = leading(text.get(at..)?)?;
    let after = at.saturating_add(length);
    let second = text.get(after..)?.strip_prefix(' ').and_then(leading);
    Some(match second {
        Some((code, length, true)) => {
            let start = after.saturating_add(1);
            ((code, Some(first), Family::Win32), start..start.saturating_add(length))
        }
        _ => ((first, Some(first), Family::Ldap), at..after),
    })
}

/// `Parsed [0x2098] from server extended error string: ...`
fn parsed(text: &str) -> Option<Found> {
    let at = text.find("Parsed [")?.saturating_add("Parsed [".len());
    let (code, length, _) = leading(text.get(at..)?)?;
    Some(((code, None, Family::Win32), at..at.saturating_add(length)))
}

/// A word that announces a code, directly before it; the last of the line.
fn word(text: &str) -> Option<Found> {
    const WORDS: [&str; 6] = ["status of", "status", "Status", "returned", "returning", "failed"];
    let mut best: Option<Found> = None;
    for word in WORDS {
        for (at, found) in text.match_indices(word) {
            let after = at.saturating_add(found.len());
            let Some(rest) = text.get(after..) else { continue };
            let number = rest.trim_start_matches([' ', ':', '=', '\t']);
            let at = after.saturating_add(rest.len().saturating_sub(number.len()));
            if at == after || best.as_ref().is_some_and(|(_, place)| place.start >= at) {
                continue;
            }
            if let Some((code, length, _)) = leading(number) {
                best = Some(((code, None, Family::Win32), at..at.saturating_add(length)));
            }
        }
    }
    best
}

/// `...: 0x54b` at the end, when the word before the colon isn't that of an option word.
fn tail(text: &str) -> Option<Found> {
    let at = text
        .rfind(":0x")
        .map(|at| at.saturating_add(1))
        .max(text.rfind(": 0x").map(|at| at.saturating_add(2)))?;
    let before = text.get(..at)?.trim_end_matches([' ', ':']);
    let announces_bits = ["flags", "options", "actions", "version", "context", "type"]
        .iter()
        .any(|word| before.len() >= word.len() && before.to_ascii_lowercase().ends_with(word));
    let (code, length, _) = leading(text.get(at..)?)?;
    let end = at.saturating_add(length);
    let rest = text.get(end..)?;
    let ends = rest.is_empty() || rest.starts_with(['.', ',', ' ', '(', ')']);
    (ends && !announces_bits).then_some(((code, None, Family::Win32), at..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        Status::of(text).map_or_else(String::new, |status| {
            let place = &text[status.place.clone()];
            format!("{place} {status}")
        })
    }

    #[test]
    fn forms_of_the_grammar() {
        for (text, expected) in [
            ("NetpDoDomainJoin: status: 0x54b", "0x54b 0x54b ERROR_NO_SUCH_DOMAIN"),
            ("NetpJoinCreatePackagePart: status:0x534.", "0x534 0x534 ERROR_NONE_MAPPED"),
            ("NetpJoinDomainOnDs: Function exits with status of: 0x40", "0x40 0x40 ERROR_NETNAME_DELETED"),
            (
                r"NetUseAdd to \\dc1.corp.example\IPC$ returned 1219",
                "1219 0x4c3 ERROR_SESSION_CREDENTIAL_CONFLICT",
            ),
            (r"NetpJoinDomainOnDs: status of connecting to dc '\\dc1': 0x35", "0x35 0x35 ERROR_BAD_NETPATH"),
            (
                "NetpCheckDomainNameIsValid [ Exists ] for 'corp.example' returned 0x54b",
                "0x54b 0x54b ERROR_NO_SUCH_DOMAIN",
            ),
            (
                "NetpDsGetDcName: failed to find a DC having account 'PC1$': 0x525, last error is 0x0",
                "0x525 0x525 ERROR_NO_SUCH_USER",
            ),
            (
                "NetpLdapBind: ldap_bind failed on dc1.corp.example: 81: Server Down",
                "81 LDAP 81 LDAP_SERVER_DOWN",
            ),
            (
                "NetpModifyComputerObjectInDs: ldap_add_s failed: 0x35 0x216d",
                "0x216d 0x216d ERROR_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED",
            ),
            (
                "NetpGetADObjectOwnerAttributes: Ldap Search failed: 8240",
                "8240 0x2030 ERROR_DS_NO_SUCH_OBJECT",
            ),
            (
                "NetpCheckIfAccountShouldBeReused:fReuseAllowed: TRUE, NetStatus:0x2030",
                "0x2030 0x2030 ERROR_DS_NO_SUCH_OBJECT",
            ),
            (
                "NetpMapGetLdapExtendedError: Parsed [0x2098] from server extended error string: 00002098: SecErr: DSID-1, problem 4003 (X), data 0",
                "0x2098 0x2098 ERROR_DS_INSUFF_ACCESS_RIGHTS",
            ),
            ("NetpChangeMachineName: SetComputerNameEx() returned 0x1", "0x1 true"),
            ("NetpCheckForDomainSIDCollision: returning 0x0(0).", "0x0 0x0 ERROR_SUCCESS"),
            ("NetpDeleteMachineAccountKey: returning Status: 0 ", "0 0x0 ERROR_SUCCESS"),
            ("ldap_unbind status: 0x0", "0x0 0x0 ERROR_SUCCESS"),
            (
                "NetpJoinDomain: NetpCompleteOfflineDomainJoin SUCCESS: Requested a reboot :0x0",
                "0x0 0x0 ERROR_SUCCESS",
            ),
            ("NetpDomainJoinLicensingCheck: ulLicenseValue=1, Status: 0x32", "0x32 0x32 ERROR_NOT_SUPPORTED"),
            (
                "NetpLsaOpenSecret: LsaOpenPolicy on 'dc1' failed: 0xc002001c",
                "0xc002001c 0xc002001c RPC_NT_CALL_FAILED_DNE",
            ),
            (
                "NetpSetDnsHostNameAndSpn: returned 000021C7",
                "000021C7 0x21c7 ERROR_DS_SPN_VALUE_NOT_UNIQUE_IN_FOREST",
            ),
            (
                r"NetpManageMachineAccountWithSid: NetUserAdd on '\\dc1' for 'PC1$' failed: 0x8b0",
                "0x8b0 0x8b0 NERR_UserExists",
            ),
            (
                r"NetpGetComputerObjectDn: Unable to bind to DS on '\\dc1': 0x6ba",
                "0x6ba 0x6ba RPC_S_SERVER_UNAVAILABLE",
            ),
            ("NetpJoinWorkgroup: status:  0x0", "0x0 0x0 ERROR_SUCCESS"),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_status() {
        for text in [
            "",
            "NetpDoDomainJoin",
            "NetpDsGetDcName: trying to find DC in domain 'corp.example', flags: 0x40001010",
            "NetpChangeMachineName: from 'A' to 'B' using 'corp\\joiner' [0x1000]",
            "NetpQueryAccountAttributes succeeded: got RID=0x643 objectSid=S-1-5-21-1-2-3-1603",
            "NetpJoinDomain: DsrIsDeviceJoined returned false",
            "NetpLoadParameters: DNSNameResolutionRequired not found, defaulting to '1' 0x2",
            "NetpProvGetTargetProductVersion: Target product version: 10.0.26100.3037",
            "NetpApplyJoinState: actions: 0x2b805a",
            "status: 0x",
            "status: 0x123456789",
            "returned 99999999999",
            "failed on 5 tries",
        ] {
            assert_eq!(of(text), "", "{text}");
        }
    }
}
