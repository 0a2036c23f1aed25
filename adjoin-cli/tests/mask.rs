//! With `--mask` nothing that the capture names is in a report, whatever its format.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use capture_file::Sequence;
use join_engine::Engine;

/// Captures of each folder that are tried: enough for every kind of name.
const MOST: usize = 30;
/// What a report says by itself.
const OWN_WORDS: [&str; 6] = ["dc", "client", "domain", "user", "account", "capture"];

fn captures(folder: &Path) -> Vec<PathBuf> {
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut captures: Vec<PathBuf> = files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "pcap" || end == "pcapng"))
        .collect();
    captures.sort();
    captures
}

/// Everything that the capture names, in lower case.
fn secrets(capture: &Path) -> BTreeSet<String> {
    let mut engine = Engine::new();
    let mut sequence = Sequence::open(&[capture.to_owned()]);
    let mut number = 0;
    while let Some((_, record)) = sequence.next() {
        number += 1;
        engine.feed(&record.frame(number));
    }
    engine.finish();
    let known = engine.identities();
    let mut secrets: BTreeSet<String> = known.addresses.iter().map(ToString::to_string).collect();
    for name in [known.domains, known.hosts, known.users, known.others].into_iter().flatten() {
        let name = name.to_lowercase();
        // The host in a full name is as telling as the full name.
        if name.contains('.') && !name.ends_with(".arpa") {
            secrets.extend(name.split('.').next().map(str::to_owned));
        }
        secrets.insert(name);
    }
    for join in engine.report().joins {
        let hosts = [Some(join.client), join.dc].into_iter().flatten();
        secrets.extend(hosts.flat_map(|host| [Some(host.address), host.name]).flatten());
        secrets.extend([join.domain, join.account].into_iter().flatten());
    }
    secrets
        .into_iter()
        .map(|secret| secret.to_lowercase())
        .filter(|secret| secret.chars().count() > 1 && !secret.starts_with('_'))
        .filter(|secret| !OWN_WORDS.contains(&secret.as_str()))
        .collect()
}

/// `word` stands in `text`, and not as a part of another word.
fn has(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(at, _)| {
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next())
    })
}

fn check(capture: &Path) {
    let secrets = secrets(capture);
    if secrets.is_empty() {
        return;
    }
    for format in ["text", "json", "html", "markdown"] {
        let output = Command::new(env!("CARGO_BIN_EXE_adjoin"))
            .args(["report", "--mask", "--format", format])
            .arg(capture)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap().to_lowercase();
        assert!(!text.is_empty());
        // The style of a page is no text of the report.
        let text = match (text.split_once("<style>"), text.split_once("</style>")) {
            (Some((head, _)), Some((_, body))) => head.to_owned() + body,
            _ => text,
        };
        for secret in &secrets {
            assert!(!has(&text, secret), "{secret} in the masked {format} of {}", capture.display());
        }
        let file = capture.file_name().unwrap().to_str().unwrap();
        assert!(!text.contains(file), "the file's name in the {format} of {}", capture.display());
    }
}

#[test]
fn samples_name_nobody() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
    let samples = captures(&folder);
    assert!(samples.len() >= 5);
    samples.iter().for_each(|sample| check(sample));
}

#[test]
fn captures_of_others_name_nobody() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/captures");
    for folder in ["lab/dev", "dev"] {
        let all = captures(&shared.join(folder));
        if all.is_empty() {
            println!("skipped: ../shared is not here");
            return;
        }
        let step = (all.len() / MOST).max(1);
        all.iter().step_by(step).for_each(|capture| check(capture));
    }
}

#[test]
fn a_log_beside_the_capture_names_nobody() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let sample = root.join("samples/joined.pcap");
    let run = |log: &Path, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_adjoin"));
        let output = command.arg("report").arg(&sample).arg("--netsetup").arg(log).args(arguments).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    let mut logs = 0;
    for entry in std::fs::read_dir(root.join("netsetup-log/tests/data")).unwrap() {
        let log = entry.unwrap().path();
        if log.extension().is_none_or(|end| end != "log") {
            continue;
        }
        logs += 1;
        let plain: serde_json::Value = serde_json::from_str(&run(&log, &["--format", "json"])).unwrap();
        let mut secrets = BTreeSet::new();
        for pass in plain["log"]["passes"].as_array().unwrap() {
            for member in ["machine", "domain", "account", "dc"] {
                let text = pass[member].as_str().unwrap_or_default().to_lowercase();
                secrets.extend(text.split(['\\', '@']).filter(|part| part.len() > 1).map(str::to_owned));
            }
        }
        for format in ["text", "json", "html", "markdown"] {
            let masked = run(&log, &["--mask", "--format", format]).to_lowercase();
            assert!(masked.contains("netsetup.log"), "{format}");
            for secret in &secrets {
                assert!(!has(&masked, secret), "{secret} in the masked {format} with {}", log.display());
            }
        }
    }
    assert!(logs >= 10);
}

#[test]
fn a_masked_report_still_tells_who_is_who() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/kdc-answer-lost.pcap");
    let output =
        Command::new(env!("CARGO_BIN_EXE_adjoin")).args(["report", "--mask"]).arg(sample).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for part in
        ["client-1 did not join DOMAIN-1", "client-1, 192.0.2.1", "dc-1.DOMAIN-1, 192.0.2.2", "user-1"]
    {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(text.contains("ticket for cifs/dc-1.DOMAIN-1, from 192.0.2.2"), "{text}");
    assert!(text.contains("capture-1"));
}
