//! Codes by number and by name: of Windows, Kerberos, LDAP and DNS, and what each means in a join.

use cldap_proto::{LogonSubCode, ResultCode};
use dns_proto::Rcode;
use join_engine::catalogue::{FINDINGS, Finding};
use kerberos_proto::ErrorCode;
use netsetup_log::{code_name, codes, ldap_result_name};
use smb2_proto::NtStatus;

/// What numbers a code belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Win32, NERR, NTSTATUS, RPC and security packages: they share one range.
    Windows,
    /// `error-code` of a KRB-ERROR.
    Kerberos,
    /// `resultCode` of LDAP.
    Ldap,
    /// The number behind `data` when a domain controller refuses an LDAP bind.
    Logon,
    /// RCODE of DNS.
    Dns,
}

/// A code that is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code {
    pub(crate) family: Family,
    pub(crate) number: u32,
    pub(crate) symbol: &'static str,
    /// Another name, as a specification has it.
    pub(crate) also: Option<&'static str>,
    pub(crate) meaning: Option<&'static str>,
}

impl Code {
    /// What kind of code it is, in a word or two.
    pub(crate) fn kind(&self) -> &'static str {
        match self.family {
            Family::Kerberos => "Kerberos",
            Family::Ldap => "LDAP",
            Family::Logon => "LDAP logon error",
            Family::Dns => "DNS",
            Family::Windows => match self.symbol.split('_').next() {
                Some("NERR") => "NERR",
                Some("STATUS") => "NTSTATUS",
                Some("RPC" | "EPT" | "nca") => "RPC",
                Some("SEC") => "SSPI",
                Some("DNS") => "DNS (Win32)",
                _ => "Win32",
            },
        }
    }

    /// Its number, as its family writes it.
    pub(crate) fn digits(&self) -> String {
        let number = self.number;
        match self.family {
            Family::Windows if number > 0xffff => format!("0x{number:08x}"),
            Family::Windows => format!("0x{number:x} ({number})"),
            Family::Logon => format!("data {number:x}"),
            Family::Kerberos | Family::Ldap | Family::Dns => format!("{number} (0x{number:x})"),
        }
    }

    /// The Win32 code that Windows makes of an NTSTATUS: its meaning ends with that in brackets.
    pub(crate) fn win32(&self) -> Option<u32> {
        let inside = self.meaning?.strip_suffix(").")?.rsplit_once("(0x")?.1;
        u32::from_str_radix(inside, 16).ok()
    }

    /// The findings that end with this code, or whose packets carry it.
    pub(crate) fn findings(&self) -> Vec<&'static Finding> {
        let number = self.number;
        let in_filter: Vec<String> = match self.family {
            Family::Windows => vec![format!("nt_status == 0x{number:08x}")],
            Family::Kerberos => vec![format!("kerberos.error_code == {number}")],
            Family::Ldap => vec![format!("ldap.resultCode == {number}")],
            Family::Dns => vec![format!("dns.flags.rcode == {number}")],
            Family::Logon => vec![format!("\"data {number:x}\"")],
        };
        let codes = match self.family {
            Family::Windows => [Some(number), self.win32()],
            Family::Logon => [Some(number), None],
            _ => [None, None],
        };
        let fits = |finding: &&Finding| {
            (finding.code.is_some() && codes.contains(&finding.code))
                || in_filter.iter().any(|words| names(finding.filter, words))
        };
        FINDINGS.iter().filter(fits).collect()
    }

    /// A display filter for the packets that carry it.
    pub(crate) fn filter(&self) -> Option<String> {
        let number = self.number;
        Some(match self.family {
            Family::Kerberos => format!("kerberos.error_code == {number}"),
            Family::Ldap => format!("ldap.resultCode == {number}"),
            Family::Dns => format!("dns.flags.rcode == {number}"),
            Family::Logon => format!("adjoin.ldap.data == 0x{number:x}"),
            Family::Windows if self.symbol.starts_with("STATUS_") => {
                format!("smb2.nt_status == 0x{number:08x}")
            }
            Family::Windows => return None,
        })
    }
}

/// The filter has these words, and not only as the beginning of a longer number.
fn names(filter: &str, words: &str) -> bool {
    filter.match_indices(words).any(|(at, _)| {
        let behind = filter.get(at.saturating_add(words.len())..).unwrap_or_default();
        !behind.starts_with(|c: char| c.is_ascii_alphanumeric())
    })
}

fn windows(number: u32) -> Option<Code> {
    let (symbol, meaning) = match code_name(number) {
        Some((symbol, meaning)) => (symbol, Some(meaning)),
        None => (NtStatus(number).name().filter(|_| number > 0xffff)?, None),
    };
    Some(Code { family: Family::Windows, number, symbol, also: None, meaning })
}

fn kerberos(number: u32) -> Option<Code> {
    let symbol = ErrorCode(i32::try_from(number).ok()?).name()?;
    Some(Code { family: Family::Kerberos, number, symbol, also: None, meaning: kerberos_meaning(number) })
}

fn ldap(number: u32) -> Option<Code> {
    let also = ResultCode(number).name();
    let symbol = ldap_result_name(number).or(also)?;
    Some(Code { family: Family::Ldap, number, symbol, also, meaning: ldap_meaning(number) })
}

fn dns(number: u32) -> Option<Code> {
    let symbol = Rcode(u16::try_from(number).ok()?).name()?;
    Some(Code { family: Family::Dns, number, symbol, also: None, meaning: dns_meaning(number) })
}

/// The number behind `data` in the answer to an LDAP bind.
pub(crate) fn logon(number: u32) -> Option<Code> {
    let meaning = LogonSubCode(number).meaning();
    let symbol = code_name(number).map_or("", |(symbol, _)| symbol);
    (meaning.is_some() || !symbol.is_empty()).then_some(Code {
        family: Family::Logon,
        number,
        symbol,
        also: None,
        meaning: meaning.or_else(|| code_name(number).map(|(_, meaning)| meaning)),
    })
}

/// All codes with this number.
pub(crate) fn by_number(number: u32) -> Vec<Code> {
    let mut found: Vec<_> =
        [windows(number), kerberos(number), ldap(number), dns(number)].into_iter().flatten().collect();
    // An HRESULT around a Win32 code (FACILITY_WIN32).
    if number >> 16 == 0x8007 {
        found.extend(windows(number & 0xffff));
    }
    found
}

/// Every code that has a name.
fn all() -> impl Iterator<Item = Code> {
    codes()
        .filter_map(|(number, ..)| windows(number))
        .chain((0..=127).filter_map(kerberos))
        .chain((0..=127).filter_map(ldap))
        .chain((0..=31).filter_map(dns))
}

/// The codes of this name, however it is spelled: Samba and MIT have prefixes of their own.
pub(crate) fn by_symbol(name: &str) -> Vec<Code> {
    let mut wanted = vec![name.to_ascii_uppercase()];
    for (theirs, ours) in
        [("NT_STATUS_", "STATUS_"), ("WERR_", "ERROR_"), ("KRB5KDC_", "KDC_"), ("KRB5KRB_", "KRB_")]
    {
        let more =
            wanted.first().and_then(|name| name.strip_prefix(theirs)).map(|rest| format!("{ours}{rest}"));
        wanted.extend(more);
    }
    let is = |name: &str| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(name));
    all().filter(|code| is(code.symbol) || code.also.is_some_and(is)).collect()
}

/// All names, for suggestions.
pub(crate) fn symbols() -> impl Iterator<Item = &'static str> {
    all().map(|code| code.symbol)
}

const fn kerberos_meaning(number: u32) -> Option<&'static str> {
    Some(match number {
        0 => "No error.",
        1 => "The client's entry at the KDC has expired.",
        2 => "The service's entry at the KDC has expired.",
        3 => "The KDC doesn't speak this version of the protocol.",
        6 => "The KDC doesn't know the user or computer that asks.",
        7 => "The KDC has no account with the name of the service; clients then try NTLM.",
        8 => "Several accounts have the name that was asked for.",
        9 => "The account has no key, such as one without a password.",
        12 => "A policy of the KDC forbids this logon, such as an authentication policy or silo.",
        13 => "The KDC can't do what the options of the request ask for, such as delegate.",
        14 => "The KDC has no key, or allows none, of the encryption types that the client offers.",
        16 => "The KDC can't take this kind of pre-authentication.",
        18 => "The account is disabled, locked, expired or out of its logon hours.",
        20 => "The ticket-granting ticket was revoked, such as when the account was disabled since.",
        23 => "The password has expired or must be changed first.",
        24 => "The proof of the password was wrong: so is the password, or its key.",
        25 => "The KDC wants a proof of the password first; part of every logon, no error.",
        29 => "The KDC can't do its work now, such as a read-only one without a way to its partner.",
        31 => "The integrity check failed: the keys of both sides differ.",
        32 => "The ticket has expired.",
        33 => "The ticket isn't valid yet: a clock is wrong.",
        34 => "The same request came twice.",
        35 => "The ticket is for another service than the one that got it.",
        36 => "Ticket and authenticator name different clients.",
        37 => "The clocks of both sides differ by more than five minutes.",
        38 => "The request comes from another address than the ticket was made for.",
        41 => "The service can't read the ticket: it was made for another account's key.",
        44 => "The service has no key of the version that the ticket was made with.",
        45 => "The service has no key for the ticket.",
        52 => "The answer is too large for UDP; the client asks again over TCP, no error.",
        60 => "Something else failed at the KDC; its status says what.",
        68 => "The user belongs to another realm, where the client goes next; no error.",
        _ => return None,
    })
}

const fn ldap_meaning(number: u32) -> Option<&'static str> {
    Some(match number {
        0 => "Done.",
        1 => "Out of order: mostly a search without a bind before it.",
        2 => "The server couldn't read the request.",
        3 => "The server ran out of the time that was allowed.",
        7 => "The server doesn't offer this way to bind.",
        8 => "The server demands signing, encryption or channel binding.",
        10 => "Another server has the answer: the name belongs to another domain.",
        13 => "The operation, such as setting a password, needs an encrypted connection.",
        14 => "The bind takes another round; no error.",
        16 => "The entry doesn't have the attribute.",
        19 => "A value breaks a rule, such as uniqueness of an SPN or the password policy.",
        20 => "The value is there already.",
        32 => "There is no such entry, such as an OU that is misspelled.",
        34 => "The distinguished name is misspelled.",
        49 => "The bind was refused; the number behind data says why.",
        50 => "The account lacks a right, such as to create or change the computer account.",
        51 => "The server is too busy.",
        52 => "The server is shutting down or not ready.",
        53 => "The server won't do it; its message says why, such as the quota of computer accounts.",
        64 => "An entry of this class can't stand there.",
        65 => "The entry would lack an attribute that its class demands, or have one too many.",
        68 => "The entry is there already.",
        80 => "The server failed in a way of its own; its message says more.",
        81 => "The server can't be reached; said by the client itself.",
        82 => "The client itself failed, mostly to make a security token.",
        85 => "No answer came in time; said by the client itself.",
        91 => "No connection came up; said by the client itself.",
        _ => return None,
    })
}

const fn dns_meaning(number: u32) -> Option<&'static str> {
    Some(match number {
        0 => "The name exists; whether it has the record that was asked for, the answer section says.",
        1 => "The server couldn't read the question.",
        2 => "The server failed to find out: mostly it can't reach the one that knows.",
        3 => "The name doesn't exist for this server; for _msdcs names: a DNS server outside of the domain.",
        4 => "The server can't do this, such as dynamic updates.",
        5 => "The server refuses: a zone that takes only secure updates, or a client that isn't allowed.",
        6 => "The name exists although the update demands that it doesn't.",
        7 => "The record exists although the update demands that it doesn't.",
        8 => "The record doesn't exist although the update demands it.",
        9 => "The server doesn't answer for the zone, or doesn't accept the signature.",
        10 => "The name lies outside of the zone of the update.",
        16 => "The signature or key of a secure update was not accepted.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(code: &Code) -> Vec<&'static str> {
        code.findings().iter().map(|finding| finding.id).collect()
    }

    #[test]
    fn numbers_have_families() {
        let families: Vec<_> = by_number(24).iter().map(|code| code.family).collect();
        assert!(families.contains(&Family::Kerberos), "{families:?}");
        let code = windows(0x54b).unwrap();
        assert_eq!((code.symbol, code.kind()), ("ERROR_NO_SUCH_DOMAIN", "Win32"));
        assert!(ids(&code).len() >= 10, "{:?}", ids(&code));
        assert_eq!(by_number(0x8007_054b).len(), 1);
        assert!(by_number(0xdead_beef).is_empty());
    }

    #[test]
    fn a_status_leads_to_its_win32_code() {
        let code = by_symbol("nt_status_logon_failure").remove(0);
        assert_eq!((code.number, code.win32()), (0xc000_006d, Some(0x52e)));
        assert!(ids(&code).contains(&"KRB-PREAUTH"), "{:?}", ids(&code));
        assert_eq!(windows(0x52e).unwrap().win32(), None);
    }

    #[test]
    fn names_of_all_houses() {
        for (name, number) in [
            ("KDC_ERR_PREAUTH_FAILED", 24),
            ("krb5kdc_err_preauth_failed", 24),
            ("KRB5KRB_AP_ERR_SKEW", 37),
            ("invalidCredentials", 49),
            ("LDAP_INVALID_CREDENTIALS", 49),
            ("nxdomain", 3),
            ("WERR_ACCESS_DENIED", 5),
            ("NERR_UserNotFound", 0x8ad),
        ] {
            let found = by_symbol(name);
            assert!(found.iter().any(|code| code.number == number), "{name}: {found:?}");
        }
        assert!(by_symbol("").is_empty());
    }

    #[test]
    fn packets_lead_to_findings() {
        assert_eq!(ids(&kerberos(37).unwrap()), ["KRB-SKEW"]);
        assert!(ids(&ldap(49).unwrap()).contains(&"LDAP-INVCRED") || !ids(&ldap(49).unwrap()).is_empty());
        assert!(!ids(&dns(3).unwrap()).is_empty());
        assert!(!ids(&logon(0x775).unwrap()).is_empty());
        assert!(names("a == 5 || b", "a == 5") && !names("a == 52", "a == 5"));
    }

    #[test]
    fn meanings_are_sentences() {
        for code in all() {
            if let Some(meaning) = code.meaning {
                assert!(meaning.ends_with('.') && meaning.is_ascii(), "{meaning}");
            }
        }
        for number in 0..=127 {
            assert!(kerberos_meaning(number).is_none() || kerberos(number).is_some(), "Kerberos {number}");
            assert!(ldap_meaning(number).is_none() || ldap(number).is_some(), "LDAP {number}");
            assert!(dns_meaning(number).is_none() || dns(number).is_some(), "DNS {number}");
        }
    }
}
