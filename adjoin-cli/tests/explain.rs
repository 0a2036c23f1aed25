//! `adjoin explain`: findings, codes of all families, and what isn't known.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "a test that can't go on has failed; not every test needs all of the shared part"
)]

mod shape;

use serde_json::Value;
use shape::{adjoin, check, documented, is_harmless};

fn explain(words: &[&str]) -> shape::Ran {
    adjoin(&[&["explain"], words].concat(), b"")
}

fn json(words: &[&str]) -> Value {
    let ran = explain(&[&["--format", "json"], words].concat());
    let explained: Value = serde_json::from_str(&ran.out).unwrap();
    check("explained", &explained, "explained", &documented("explain.md"));
    explained
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["findings"].as_array().unwrap().iter().map(|finding| finding["id"].as_str().unwrap()).collect()
}

#[test]
fn a_finding_in_any_case() {
    let ran = explain(&["krb-preauth"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for words in
        ["KRB-PREAUTH: ", "P3K Kerberos", "0x52e (1326) ERROR_LOGON_FAILURE", "kerberos.error_code == 24"]
    {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert_eq!(explain(&["Krb_Preauth"]).out, ran.out);
    // The only id that begins so.
    assert_eq!(explain(&["KRB-PREAU"]).out, ran.out);
}

#[test]
fn every_finding_is_explained() {
    let answers =
        json(&join_engine::catalogue::FINDINGS.iter().map(|finding| finding.id).collect::<Vec<_>>());
    for (answer, finding) in
        answers["answers"].as_array().unwrap().iter().zip(join_engine::catalogue::FINDINGS)
    {
        assert_eq!((answer["kind"].as_str(), ids(answer)), (Some("finding"), vec![finding.id]));
    }
}

#[test]
fn a_code_that_findings_share() {
    let shared =
        join_engine::catalogue::FINDINGS.iter().filter(|finding| finding.code == Some(0x54b)).count();
    assert!(shared >= 12);
    let by_number = json(&["0x54b"]);
    assert!(ids(&by_number["answers"][0]).len() >= shared);
    for word in ["1355", "0x54B", "54b", "ERROR_NO_SUCH_DOMAIN", "error_no_such_domain"] {
        assert_eq!(json(&[word])["answers"][0]["findings"], by_number["answers"][0]["findings"], "{word}");
    }
    let text = explain(&["0x54b"]).out;
    assert!(
        text.contains("What tells them apart")
            && text.contains("DNS-NXDOMAIN")
            && text.contains("PING-NOREPLY")
    );
    for line in text.lines().filter(|line| !line.trim_start().starts_with("filter")) {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn codes_of_all_families() {
    for (words, family, number, finding) in [
        (&["KDC_ERR_PREAUTH_FAILED"][..], "Kerberos", 24_u32, "KRB-PREAUTH"),
        (&["KRB_AP_ERR_SKEW"], "Kerberos", 37, "KRB-SKEW"),
        (&["0xC000006D"], "NTSTATUS", 0xc000_006d, "SMB-CREDS"),
        (&["-1073741715"], "NTSTATUS", 0xc000_006d, "SMB-CREDS"),
        (&["NT_STATUS_ACCESS_DENIED"], "NTSTATUS", 0xc000_0022, "SMB-DENIED"),
        (&["data", "52e"], "LDAP logon error", 0x52e, "LDAP-CREDS"),
        (&["data 775"], "LDAP logon error", 0x775, "SMB-LOCKED"),
        (&["invalidCredentials"], "LDAP", 49, "LDAP-CREDS"),
        (&["NXDOMAIN"], "DNS", 3, "DNS-NXDOMAIN"),
    ] {
        let explained = json(words);
        let answer = &explained["answers"][0];
        assert_eq!(answer["kind"], "code", "{words:?}");
        assert_eq!(answer["codes"][0]["family"], family, "{words:?}");
        assert_eq!(answer["codes"][0]["number"], number, "{words:?}");
        assert!(ids(answer).contains(&finding), "{words:?}: {:?}", ids(answer));
    }
    // A number that several families have.
    let families = json(&["24"]);
    assert!(
        families["answers"][0]["codes"].as_array().unwrap().iter().any(|code| code["family"] == "Kerberos")
    );
    assert_eq!(json(&["0x8007052e"])["answers"][0]["codes"][0]["number"], 0x52e);
}

#[test]
fn groups_and_phases() {
    for (word, least) in [("DNS", 8), ("P3K", 10), ("KRB-REPLYLOST", 2)] {
        let explained = json(&[word]);
        assert_eq!(explained["answers"][0]["kind"], "group", "{word}");
        assert!(ids(&explained["answers"][0]).len() >= least, "{word}");
    }
}

#[test]
fn what_is_unknown_has_neighbours_and_the_others_are_explained() {
    let ran = explain(&["KRB-PREAUHT", "KRB-SKEW"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("did you mean KRB-PREAUTH"), "{}", ran.err);
    assert!(ran.out.contains("KRB-SKEW: "), "{}", ran.out);
    assert_eq!(json(&["KDC_ERR_PREAUTH"])["answers"][0]["kind"], "unknown");
    for word in
        ["0xdeadbeef", "99999999999999999999", "", "data", "\x1b[2J\u{202e}", "0x", &"Z".repeat(50_000)]
    {
        let ran = explain(&["--", word]);
        assert!(ran.code == 2 || word.is_empty(), "{word:?}");
        assert!(is_harmless(&ran.out) && is_harmless(&ran.err), "{:?}", ran.err);
    }
}
