//! Codes as joins meet them, with what each means there.

mod hresult;
mod nerr;
mod ntstatus;
mod rpc;
mod win32;

/// One code: number, symbol, meaning in a join.
type Code = (u32, &'static str, &'static str);

/// All tables; each is sorted by number, and no number is in two.
const TABLES: [&[Code]; 5] = [win32::CODES, nerr::CODES, rpc::CODES, hresult::CODES, ntstatus::CODES];

/// Symbol of a Win32, NERR, DNS, NTSTATUS, DCE/RPC or security package code, and what it means in a
/// domain join.
///
/// LDAP and Kerberos have small numbers of their own that aren't asked for here: see
/// [`ldap_result_name`] for the former.
///
/// ```
/// let (symbol, meaning) = netsetup_log::code_name(0x54b).unwrap();
/// assert_eq!(symbol, "ERROR_NO_SUCH_DOMAIN");
/// assert!(meaning.contains("domain controller"));
/// ```
#[must_use]
pub fn code_name(code: u32) -> Option<(&'static str, &'static str)> {
    TABLES.iter().find_map(|table| {
        let at = table.binary_search_by_key(&code, |(number, _, _)| *number).ok()?;
        table.get(at).map(|(_, symbol, meaning)| (*symbol, *meaning))
    })
}

/// Every code that [`code_name`] knows, with symbol and meaning.
pub fn codes() -> impl Iterator<Item = (u32, &'static str, &'static str)> {
    TABLES.into_iter().flatten().copied()
}

/// The Windows name of an LDAP result, those of the client library included: 81 is `LDAP_SERVER_DOWN`.
#[must_use]
pub const fn ldap_result_name(result: u32) -> Option<&'static str> {
    Some(match result {
        0 => "LDAP_SUCCESS",
        1 => "LDAP_OPERATIONS_ERROR",
        2 => "LDAP_PROTOCOL_ERROR",
        3 => "LDAP_TIMELIMIT_EXCEEDED",
        4 => "LDAP_SIZELIMIT_EXCEEDED",
        5 => "LDAP_COMPARE_FALSE",
        6 => "LDAP_COMPARE_TRUE",
        7 => "LDAP_AUTH_METHOD_NOT_SUPPORTED",
        8 => "LDAP_STRONG_AUTH_REQUIRED",
        9 => "LDAP_PARTIAL_RESULTS",
        10 => "LDAP_REFERRAL",
        11 => "LDAP_ADMIN_LIMIT_EXCEEDED",
        12 => "LDAP_UNAVAILABLE_CRIT_EXTENSION",
        13 => "LDAP_CONFIDENTIALITY_REQUIRED",
        14 => "LDAP_SASL_BIND_IN_PROGRESS",
        16 => "LDAP_NO_SUCH_ATTRIBUTE",
        17 => "LDAP_UNDEFINED_TYPE",
        18 => "LDAP_INAPPROPRIATE_MATCHING",
        19 => "LDAP_CONSTRAINT_VIOLATION",
        20 => "LDAP_ATTRIBUTE_OR_VALUE_EXISTS",
        21 => "LDAP_INVALID_SYNTAX",
        32 => "LDAP_NO_SUCH_OBJECT",
        33 => "LDAP_ALIAS_PROBLEM",
        34 => "LDAP_INVALID_DN_SYNTAX",
        35 => "LDAP_IS_LEAF",
        36 => "LDAP_ALIAS_DEREF_PROBLEM",
        48 => "LDAP_INAPPROPRIATE_AUTH",
        49 => "LDAP_INVALID_CREDENTIALS",
        50 => "LDAP_INSUFFICIENT_RIGHTS",
        51 => "LDAP_BUSY",
        52 => "LDAP_UNAVAILABLE",
        53 => "LDAP_UNWILLING_TO_PERFORM",
        54 => "LDAP_LOOP_DETECT",
        60 => "LDAP_SORT_CONTROL_MISSING",
        61 => "LDAP_OFFSET_RANGE_ERROR",
        64 => "LDAP_NAMING_VIOLATION",
        65 => "LDAP_OBJECT_CLASS_VIOLATION",
        66 => "LDAP_NOT_ALLOWED_ON_NONLEAF",
        67 => "LDAP_NOT_ALLOWED_ON_RDN",
        68 => "LDAP_ALREADY_EXISTS",
        69 => "LDAP_NO_OBJECT_CLASS_MODS",
        70 => "LDAP_RESULTS_TOO_LARGE",
        71 => "LDAP_AFFECTS_MULTIPLE_DSAS",
        76 => "LDAP_VIRTUAL_LIST_VIEW_ERROR",
        80 => "LDAP_OTHER",
        81 => "LDAP_SERVER_DOWN",
        82 => "LDAP_LOCAL_ERROR",
        83 => "LDAP_ENCODING_ERROR",
        84 => "LDAP_DECODING_ERROR",
        85 => "LDAP_TIMEOUT",
        86 => "LDAP_AUTH_UNKNOWN",
        87 => "LDAP_FILTER_ERROR",
        88 => "LDAP_USER_CANCELLED",
        89 => "LDAP_PARAM_ERROR",
        90 => "LDAP_NO_MEMORY",
        91 => "LDAP_CONNECT_ERROR",
        92 => "LDAP_NOT_SUPPORTED",
        93 => "LDAP_NO_RESULTS_RETURNED",
        94 => "LDAP_CONTROL_NOT_FOUND",
        95 => "LDAP_MORE_RESULTS_TO_RETURN",
        96 => "LDAP_CLIENT_LOOP",
        97 => "LDAP_REFERRAL_LIMIT_EXCEEDED",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_every_meaning_is_a_sentence() {
        let mut seen = std::collections::BTreeSet::new();
        for table in TABLES {
            assert!(table.windows(2).all(|pair| pair[0].0 < pair[1].0));
            for (code, symbol, meaning) in table {
                assert!(seen.insert(*code), "{code:#x} twice");
                assert!(!symbol.is_empty() && !symbol.contains([' ', '/']), "{symbol}");
                assert!(meaning.len() > 12 && meaning.ends_with('.') && !meaning.contains("  "), "{symbol}");
                assert_eq!(code_name(*code), Some((*symbol, *meaning)));
            }
        }
        assert_eq!(codes().count(), seen.len());
        assert_eq!(code_name(0xdead_beef), None);
    }
}
