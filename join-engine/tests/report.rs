//! The report: its JSON is what `docs/report.md` says, its text is that of `tests/snapshots/*.report.txt`.
//!
//! `UPDATE=1 cargo test -p join-engine --test report` writes the snapshots anew; read the difference.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

mod capture_file;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use join_engine::report::{
    BriefJoin, CaptureReport, Counted, EvidenceReport, FindingReport, Host, JoinReport, PhaseReport, Quality,
    Report,
};
use join_engine::show::{self, Kind, What, fields};
use join_engine::{Engine, catalogue};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The report on each sample, by its name.
fn reports() -> BTreeMap<String, Report> {
    let mut reports = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("samples")).unwrap() {
        let path = entry.unwrap().path();
        if !path.extension().is_some_and(|end| end == "pcap" || end == "pcapng") {
            continue;
        }
        let frames = capture_file::read(path.to_str().unwrap()).unwrap();
        let mut engine = Engine::new();
        for (number, frame) in (1..).zip(&frames) {
            engine.feed(&frame.numbered(number));
        }
        engine.finish();
        let mut report = engine.report();
        report.capture.files.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        reports.insert(path.file_stem().unwrap().to_str().unwrap().to_owned(), report);
    }
    assert!(reports.len() >= 5, "only {} samples", reports.len());
    reports
}

/// A report that has everything, with `name` wherever a capture can put one.
fn full(name: &str) -> Report {
    let finding = |role, severity| FindingReport {
        id: "KRB-SPN",
        role,
        phase: "P3K",
        severity,
        code: Some("0x525".to_owned()),
        symbol: Some("ERROR_NO_SUCH_USER"),
        confidence: "medium",
        what: format!("The KDC knows no service {name}"),
        why: "It matters.",
        fix: "`nltest /dsgetdc:DOMAIN`, `ping DC`, `ping CLIENT`, `net user USER`",
        settle: "`klist get cifs/DC`",
        evidence: vec![EvidenceReport { frame: 7, shows: format!("asks for {name}") }],
    };
    let root = finding("root", "error");
    Report {
        schema: 1,
        capture: CaptureReport {
            files: vec![format!("{name}.pcap")],
            frames: 9,
            first: Some("1970-01-01T00:00:00.000000Z".to_owned()),
            last: Some("1970-01-01T00:00:01.000000Z".to_owned()),
            quality: vec![Quality { id: "QUAL-SNAPLEN", text: "2 of 9 frames were cut".to_owned() }],
        },
        brief: vec![BriefJoin {
            client: Host { address: "192.0.2.9".to_owned(), name: None },
            outcome: "failed",
            root_id: Some("SMB-RESET"),
            first_frame: 8,
            last_frame: 9,
        }],
        counted: Counted::default(),
        joins: vec![JoinReport {
            client: Host { address: "192.0.2.7".to_owned(), name: Some(name.to_owned()) },
            domain: Some(name.to_owned()),
            dc: Some(Host { address: "192.0.2.1".to_owned(), name: Some(name.to_owned()) }),
            account: Some(name.to_owned()),
            credentials: "ntlm",
            credentials_why: format!("no ticket for {name}"),
            outcome: "failed",
            passes: 2,
            phases: vec![PhaseReport {
                id: "P3K",
                name: "Kerberos",
                outcome: "failed",
                first_frame: Some(7),
                last_frame: Some(8),
                seconds: Some(0.5),
            }],
            findings: vec![root.clone(), finding("consequence", "warning"), finding("note", "note")],
            root: Some(root),
            next_expected: Some(format!("a ticket for {name}")),
        }],
    }
}

/// The types of `docs/report.md`: members and their types by kind of object.
fn documented() -> BTreeMap<String, BTreeMap<String, String>> {
    let text = std::fs::read_to_string(root().join("docs/report.md")).unwrap();
    let mut kinds: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut kind = String::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            heading.clone_into(&mut kind);
        } else if let Some(row) = line.strip_prefix("| `") {
            let (member, rest) = row.split_once("` | ").unwrap();
            let (of_type, _) = rest.split_once(" | ").unwrap();
            let members = kinds.entry(kind.clone()).or_default();
            assert_eq!(members.insert(member.to_owned(), of_type.to_owned()), None, "{kind}.{member} twice");
        }
    }
    kinds
}

/// Holds a value against a type of the document; `seen` collects the kinds of objects.
fn check(
    path: &str,
    value: &Value,
    of_type: &str,
    kinds: &BTreeMap<String, BTreeMap<String, String>>,
    seen: &mut BTreeSet<String>,
) {
    if let Some(of_type) = of_type.strip_suffix(" or null") {
        if !value.is_null() {
            check(path, value, of_type, kinds, seen);
        }
    } else if let Some(of_type) = of_type.strip_prefix("list of ") {
        for item in value.as_array().unwrap_or_else(|| panic!("{path} is no list")) {
            check(&format!("{path}[]"), item, of_type, kinds, seen);
        }
    } else if let Some(words) = of_type.strip_prefix("one of ") {
        let word = value.as_str().unwrap_or_else(|| panic!("{path} is no string"));
        assert!(words.split(", ").any(|known| known.trim_matches('`') == word), "{path}: {word}");
    } else {
        match of_type {
            "string" => assert!(value.is_string(), "{path}: {value}"),
            "integer" => assert!(value.is_u64(), "{path}: {value}"),
            "number" => assert!(value.is_number(), "{path}: {value}"),
            kind => {
                let members = kinds.get(kind).unwrap_or_else(|| panic!("{path} is of no type: {kind}"));
                let object = value.as_object().unwrap_or_else(|| panic!("{path} is no object"));
                let there: BTreeSet<&String> = object.keys().collect();
                assert_eq!(there, members.keys().collect(), "{path}");
                for (member, value) in object {
                    check(&format!("{path}.{member}"), value, &members[member], kinds, seen);
                }
                seen.insert(kind.to_owned());
            }
        }
    }
}

#[test]
fn the_json_is_as_documented() {
    let kinds = documented();
    let mut seen = BTreeSet::new();
    let mut reports = reports();
    reports.insert("full".to_owned(), full("name"));
    for (name, report) in &reports {
        let json: Value = serde_json::from_str(&report.to_json()).unwrap();
        check(name, &json, "report", &kinds, &mut seen);
        assert_eq!(json["schema"], 1);
    }
    assert_eq!(seen, kinds.into_keys().collect(), "documented, and in no report");
}

#[test]
fn roots_come_first_and_ids_are_in_the_catalogue() {
    for (name, report) in reports() {
        for join in &report.joins {
            let root = join.root.as_ref().map(|root| root.id);
            let first = join.findings.first().filter(|finding| finding.role == "root");
            assert_eq!(root, first.map(|finding| finding.id), "{name}");
            assert_eq!(join.outcome == "failed", root.is_some(), "{name}");
            for finding in &join.findings {
                assert!(catalogue::by_name(finding.id).is_some(), "{name}: {}", finding.id);
                assert!(!finding.evidence.is_empty(), "{name}: {} has no evidence", finding.id);
                for seen in &finding.evidence {
                    assert!(u64::from(seen.frame) <= report.capture.frames, "{name}: {}", finding.id);
                }
            }
        }
    }
}

#[test]
fn the_text_is_that_of_the_snapshots() {
    let mut changed = Vec::new();
    for (name, report) in reports() {
        let text = report.to_text();
        let path = root().join("join-engine/tests/snapshots").join(format!("{name}.report.txt"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let wanted = std::fs::read_to_string(&path).unwrap_or_default();
        if text != wanted {
            for (says, wanted) in text.lines().zip(wanted.lines()).filter(|(a, b)| a != b).take(5) {
                eprintln!("{name}: says    {says}\n{name}: wanted  {wanted}");
            }
            changed.push(name);
        }
    }
    assert!(changed.is_empty(), "other reports now: {changed:?}");
}

#[test]
fn lines_have_100_columns_at_most() {
    let mut reports = reports();
    reports.insert("long".to_owned(), full(&"long-name.".repeat(30)));
    for (name, report) in reports {
        for line in report.to_text().lines() {
            let is_filter = line.trim_start().starts_with("frame.number in {");
            assert!(is_filter || line.chars().count() <= 100, "{name}: {line}");
            assert_eq!(line, line.trim_end(), "{name}: spaces at the end");
        }
    }
}

#[test]
fn names_cannot_command_a_terminal() {
    let hostile = "PC\x1b]0;owned\x07\x1b[2J\u{9b}31m\r\x08\u{202e}gpj\nall is well\u{2066}\0";
    let text = full(hostile).to_text();
    let bad: Vec<char> = text.chars().filter(|c| c.is_control() && *c != '\n').collect();
    assert!(bad.is_empty(), "{bad:?}");
    assert!(!text.contains(['\u{202e}', '\u{2066}', '\u{9b}']));
    assert!(!text.lines().any(|line| line.starts_with("all is well")), "a name has forged a line");
    assert!(text.contains("\u{fffd}]0;owned"), "it is shown, harmless:\n{text}");
}

/// A name that is more than a name is never put into a command that someone will paste.
#[test]
fn names_cannot_command_a_shell() {
    for hostile in
        ["dc;reboot", "$(reboot)", "a b", "`reboot`", "dc|sh", "-f", "dc&reboot", "dc'\"", "a\nreboot"]
    {
        let text = full(hostile).to_text();
        assert!(
            text.contains("`nltest /dsgetdc:DOMAIN`, `ping DC`, `ping CLIENT`, `net user USER`"),
            "{text}"
        );
    }
    assert!(full("dc2.contoso.local").to_text().contains("`ping dc2.contoso.local`"));
}

/// What is printed to be pasted as a display filter is made of frame numbers, and of no name.
#[test]
fn names_never_get_into_a_filter() {
    for hostile in ["1} or eth", "}\" || frame", "{1..9}", "7, 8", "\n    frame.number in {1}"] {
        let report = full(hostile);
        let is_filter = |text: &str| {
            let numbers = text.strip_prefix("frame.number in {").and_then(|text| text.strip_suffix('}'));
            numbers.is_some_and(|list| list.split(", ").all(|number| number.parse::<u32>().is_ok()))
        };
        let text = report.to_text();
        for finding in report.joins.iter().flat_map(|join| join.findings.iter().chain(&join.root)) {
            assert!(is_filter(&finding.filter()), "{}", finding.filter());
            assert!(text.lines().any(|line| line.trim_start() == finding.filter()), "{text}");
        }
    }
}

#[test]
fn no_join_is_said_in_one_honest_line() {
    let report = Report {
        schema: 1,
        capture: CaptureReport::default(),
        joins: Vec::new(),
        brief: Vec::new(),
        counted: Counted::default(),
    };
    assert_eq!(report.to_text().lines().next(), Some("No domain join was found in 0 frames."));
}

#[test]
fn several_joins_are_told_apart() {
    let mut report = full("one");
    report.joins.extend(full("two").joins);
    let text = report.to_text();
    // The third is told in one line.
    let (one, two) = (text.find("--- join 1 of 3 -").unwrap(), text.find("--- join 2 of 3 -").unwrap());
    assert!(one < two && two < text.find("--- capture -").unwrap(), "{text}");
}

/// The same of what is shown of single frames: of octets, only those that the next test names.
#[test]
fn no_row_shows_a_secret() {
    for entry in std::fs::read_dir(root().join("samples")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "pcap") {
            continue;
        }
        let frames = capture_file::read(path.to_str().unwrap()).unwrap();
        let mut engine = Engine::new();
        for (number, frame) in (1..).zip(&frames) {
            engine.feed(&frame.numbered(number));
        }
        engine.finish();
        for (number, frame) in (1..).zip(&frames) {
            for row in engine.view(number, &frame.bytes).iter().flat_map(|view| &view.rows) {
                let texts = match &row.what {
                    What::Field { value: show::Value::Text(value), text, .. } => [Some(value), text.as_ref()],
                    What::Field { text, .. } => [None, text.as_ref()],
                    What::Finding { text, .. } => [Some(text), None],
                };
                for text in texts.into_iter().flatten() {
                    let longest =
                        text.split(|c: char| !c.is_ascii_hexdigit()).map(str::len).max().unwrap_or(0);
                    assert!(longest < 32, "{}: frame {number}: {text}", path.display());
                }
            }
        }
    }
}

/// No field has octets for its value but these: identifiers, and of Netlogon what is random or the proof of a
/// secret that is itself random.
#[test]
fn octets_are_shown_of_sids_and_challenges_alone() {
    let octets: Vec<_> =
        fields().filter(|field| field.kind == Kind::Bytes).map(|field| field.filter).collect();
    for filter in octets {
        let ends = ["_sid", "_challenge", "_credential"];
        assert!(ends.iter().any(|end| filter.ends_with(end)), "{filter}");
    }
}

/// Hashes, tickets and keys are long runs of hexadecimal digits wherever somebody prints them.
#[test]
fn nothing_secret_is_printed() {
    for (name, report) in reports() {
        let all = report.to_json() + &report.to_text();
        let longest = all.split(|c: char| !c.is_ascii_hexdigit()).map(str::len).max().unwrap_or(0);
        assert!(longest < 16, "{name} has {longest} hexadecimal digits in a row");
    }
}
