//! Names in captures, logs and file names that want more than to be read: every command shows them as text.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use join_engine::report::harmless;

/// Clears the screen in two ways, and turns the direction of what follows; as long as `Administrator`.
const NAME: &[u8; 13] = b"<i>\x1b[2J\xc2\x9bZ\xe2\x80\xae";
const SHOWN: &str = "<i>\u{fffd}[2J\u{fffd}Z\u{fffd}";

/// A folder of one test; it goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("adjoin-hostile-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        Self(folder)
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).expect("a temporary file");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A sample in which the user has a hostile name.
fn capture() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/wrong-password.pcap");
    let mut bytes = fs::read(path).expect("a sample");
    let name = b"Administrator";
    let places: Vec<usize> =
        (0..bytes.len() - NAME.len()).filter(|at| bytes[*at..].starts_with(name)).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + name.len()].copy_from_slice(NAME);
    }
    bytes
}

/// What a command prints; neither of its outputs has a character that commands, turns or hides anything.
fn adjoin(arguments: &[&str], files: &[&Path]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_adjoin")).args(arguments).args(files).output().unwrap();
    let (said, errors) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    for text in [&said, &errors] {
        let bad: Vec<char> = text.chars().filter(|c| *c != '\n' && harmless(*c) != *c).collect();
        assert!(bad.is_empty(), "{arguments:?}: {bad:?} in {text:?}");
    }
    (said, errors)
}

#[test]
fn names_in_a_capture_command_no_terminal() {
    let folder = Folder::new("capture");
    let file = folder.file("in.pcap", &capture());
    for format in ["text", "markdown", "html", "json"] {
        let (said, _) = adjoin(&["report", "--format", format], &[&file]);
        match format {
            "text" => assert!(said.contains(SHOWN), "{said}"),
            // A program reads the name as it is.
            "json" => {
                let report: serde_json::Value = serde_json::from_str(&said).unwrap();
                let root = report["joins"][0]["root"]["what"].as_str().unwrap();
                assert!(root.contains("<i>\u{1b}[2J\u{9b}Z\u{202e}"), "{root:?}");
            }
            _ => assert!(!said.is_empty()),
        }
    }
    let (line, _) = adjoin(&["scan"], &[&folder.0]);
    assert!(line.contains(r"<i>\u001b[2J\u009bZ\u202e"), "{line}");
    let (said, _) = adjoin(&["report", "--mask"], &[&file]);
    assert!(!said.contains("[2J"), "{said}");
}

#[test]
fn comments_of_an_annotated_capture_command_nothing() {
    let folder = Folder::new("annotated");
    let (input, output) = (folder.file("in.pcap", &capture()), folder.0.join("out.pcapng"));
    adjoin(&["annotate"], &[&input, Path::new("-o"), &output]);
    let mut reader = capture_file::Reader::open(&output).unwrap();
    let mut comments = Vec::new();
    while let Some(record) = reader.next().unwrap() {
        comments.extend(record.comments().map(String::from));
    }
    assert!(comments.iter().any(|comment| comment.contains(SHOWN)), "{comments:?}");
    for comment in comments {
        assert!(comment.chars().all(|c| harmless(c) == c), "{comment:?}");
    }
}

#[test]
fn lines_of_a_log_command_no_terminal() {
    let hostile = "PC\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}gpj";
    let lines = [
        "NetpDoDomainJoin",
        &format!("NetpMachineValidToJoin: '{hostile}'"),
        &format!("\tMachine: {hostile}"),
        &format!("\tDomain: {hostile}"),
        &format!("\tAccount: {hostile}\\{hostile}"),
        &format!("NetpJoinDomainOnDs: status of connecting to dc '\\\\{hostile}': 0x{hostile}"),
        "NetpDoDomainJoin: status: 0x52e",
    ];
    let log: String = lines.iter().map(|line| format!("11/20/2026 10:00:00:000 {line}\r\n")).collect();
    let folder = Folder::new("log");
    let file = folder.file("\u{1b}[31m\u{202e}NetSetup.LOG", log.as_bytes());
    let (said, errors) = adjoin(&["log"], &[&file]);
    assert!(said.contains("\u{fffd}]0;owned"), "{said}{errors}");
    let (json, _) = adjoin(&["log", "--format", "json"], &[&file]);
    assert!(json.contains(r"\u001b]0;owned\u0007\u009b2J\u202egpj"), "{json}");
}

#[test]
fn names_of_files_command_no_terminal() {
    let folder = Folder::new("names");
    let name = "\u{1b}[31m\u{9b}2J\u{202e}\r.pcap";
    let good = folder.file(name, &capture());
    let bad = folder.file(&format!("bad{name}"), b"no capture at all");
    let absent = folder.0.join(format!("absent{name}"));
    for format in ["text", "markdown", "html", "json"] {
        adjoin(&["report", "--format", format], &[&good, &good]);
        let (_, errors) = adjoin(&["report", "--format", format], &[&bad, &absent]);
        assert!(errors.contains("[31m"), "it says which: {errors}");
    }
    adjoin(&["scan"], &[&folder.0]);
    for command in [&["log"][..], &["decode"], &["explain"]] {
        for file in [&bad, &absent] {
            adjoin(command, &[file]);
        }
    }
    adjoin(&["annotate"], &[&good, Path::new("-o"), &folder.0.join(format!("out{name}"))]);
    adjoin(&["annotate"], &[&good, Path::new("-o"), &folder.0.join(format!("no{name}/such"))]);
}

/// A link where the output is to be is not followed: what it leads to stays, and the link goes.
#[cfg(unix)]
#[test]
fn an_output_never_follows_a_link() {
    let folder = Folder::new("link");
    let (input, victim) = (folder.file("in.pcap", &capture()), folder.file("victim", b"keep me"));
    let output = folder.0.join("out.pcapng");
    std::os::unix::fs::symlink(&victim, &output).unwrap();
    adjoin(&["annotate"], &[&input, Path::new("-o"), &output]);
    assert_eq!(fs::read(&victim).unwrap(), b"keep me");
    assert!(fs::symlink_metadata(&output).unwrap().is_file());
}
