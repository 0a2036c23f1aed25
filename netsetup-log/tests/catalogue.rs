//! Our matchers against the search patterns of the published catalogue (`../shared`, when it is there).
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking; the numbers are small"
)]

use netsetup_log::{LOG_ONLY, Log, candidates_of, finding_ids};
use regex::Regex;
use std::collections::BTreeSet;
use std::path::Path;

/// Id and pattern, as written.
fn patterns() -> Option<Vec<(String, String)>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/facts/join_error_catalogue.toml");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared is not here");
        return None;
    };
    let (mut id, mut found) = (String::new(), Vec::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("id = \"") {
            id = rest.trim_end_matches('"').to_owned();
        } else if line.starts_with("log_regex = ") {
            found
                .extend(line.split("'''").skip(1).step_by(2).map(|pattern| (id.clone(), pattern.to_owned())));
        }
    }
    assert!(found.len() > 100);
    // These are option words: which pass it is, the pass itself tells.
    found.retain(|(_, pattern)| !pattern.starts_with("Options: "));
    Some(found)
}

fn compiled(pattern: &str) -> Regex {
    // What the crate has no look-ahead for.
    let pattern = pattern.replace(r"0x(?!0\b)[0-9a-f]+", r"0x(?:0[0-9a-f]+|[1-9a-f][0-9a-f]*)");
    Regex::new(&pattern).unwrap()
}

/// All lines that a pattern describes, with something for each `.*`: alternatives are spelled out.
fn lines_of(pattern: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut rest = pattern;
    while !rest.is_empty() {
        let literal = |out: &mut Vec<String>, text: &str| out.iter_mut().for_each(|line| line.push_str(text));
        let mut eat = |prefix: &str| {
            let after = rest.strip_prefix(prefix);
            rest = after.unwrap_or(rest);
            after.is_some()
        };
        if eat("(?i)") || eat(r"\b") {
        } else if eat(r"(?!0\b)[0-9a-f]+") {
            literal(&mut out, "5a");
        } else if eat(".*") {
            literal(&mut out, "dc1.corp.example");
        } else if eat(r"\s+") {
            literal(&mut out, "   ");
        } else if rest.starts_with('(') {
            let end = rest.find(')').unwrap();
            let inner = rest[1..end].trim_start_matches("?:");
            rest = &rest[end + 1..];
            let parts: Vec<_> = inner.split('|').flat_map(lines_of).collect();
            out = out.iter().flat_map(|line| parts.iter().map(move |part| format!("{line}{part}"))).collect();
        } else if let Some(at) = rest.find('|').filter(|at| !rest[..*at].contains('(')) {
            let (left, right) = (lines_of(&rest[..at]), lines_of(&rest[at + 1..]));
            return left.into_iter().chain(right).collect();
        } else {
            let escaped = rest.starts_with('\\');
            let c = rest.chars().nth(usize::from(escaped)).unwrap();
            literal(&mut out, &c.to_string());
            rest = &rest[usize::from(escaped) + c.len_utf8()..];
        }
    }
    out
}

/// What we find and the patterns don't, on purpose: Windows writes `[ Exists ]` into one line, the search
/// inside a join fails for the same causes as the one before it, and a colon follows a function's name.
fn on_purpose(line: &str) -> bool {
    line.contains("NetpCheckDomainNameIsValid")
        || line.contains("failed to find a DC in the specified domain")
        || line.contains("NetpDsValidateComputerAccountReuseAttempt:")
}

fn compare(line: &str, patterns: &[(String, Regex)]) {
    assert_eq!(missing(line, patterns), Vec::<String>::new(), "{line}: not found");
    no_more(line, patterns);
}

fn ids_of<'a>(line: &str, patterns: &'a [(String, Regex)]) -> BTreeSet<&'a str> {
    patterns.iter().filter(|(_, regex)| regex.is_match(line)).map(|(id, _)| id.as_str()).collect()
}

fn missing(line: &str, patterns: &[(String, Regex)]) -> Vec<String> {
    let ours: BTreeSet<_> = candidates_of(line).collect();
    ids_of(line, patterns).difference(&ours).map(|id| (*id).to_owned()).collect()
}

fn no_more(line: &str, patterns: &[(String, Regex)]) {
    let published = ids_of(line, patterns);
    let ours: BTreeSet<_> = candidates_of(line).collect();
    if !on_purpose(line) {
        let more: Vec<_> = ours.difference(&published).collect();
        assert!(more.is_empty(), "{line}: found too much: {more:?}");
    }
}

#[test]
fn every_line_that_a_pattern_describes() {
    let Some(patterns) = patterns() else { return };
    let regexes: Vec<_> = patterns.iter().map(|(id, pattern)| (id.clone(), compiled(pattern))).collect();
    let mut lines = 0;
    for (id, pattern) in &patterns {
        for line in lines_of(pattern) {
            assert!(compiled(pattern).is_match(&line), "{pattern}: {line}");
            assert!(candidates_of(&line).any(|found| found == id), "{id}: {line}");
            compare(&line, &regexes);
            compare(&format!("{line}, last error is 0x0"), &regexes);
            // One digit more, and it is another code; some patterns don't look so far.
            no_more(&format!("{line}0"), &regexes);
            compare(&format!("x: {line}"), &regexes);
            lines += 1;
        }
    }
    assert!(lines > 120, "{lines}");
}

#[test]
fn every_line_of_the_logs() {
    let Some(patterns) = patterns() else { return };
    let regexes: Vec<_> = patterns.iter().map(|(id, pattern)| (id.clone(), compiled(pattern))).collect();
    for file in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")).unwrap() {
        let log = Log::read(&std::fs::read(file.unwrap().path()).unwrap());
        for line in log.lines() {
            compare(line.text, &regexes);
        }
    }
}

#[test]
fn option_words_are_no_codes() {
    for line in [
        "NetpX: options: 0x57",
        "NetpDsGetDcName: trying to find DC in domain 'x', flags: 0x6ba",
        "got RID=0x54a",
    ] {
        assert_eq!(candidates_of(line).count(), 0, "{line}");
    }
}

#[test]
fn ids() {
    let ids = finding_ids();
    for id in LOG_ONLY {
        assert!(ids.contains(&id), "{id}");
    }
    if let Some(patterns) = patterns() {
        let published: BTreeSet<_> = patterns.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), published);
    }
}
