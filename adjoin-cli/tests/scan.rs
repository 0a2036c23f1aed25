//! `adjoin scan`: folders, ring buffers, lines as documented, and captures that can't be read.
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

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use shape::{Kinds, Ran, adjoin, check, documented, is_harmless, root};

/// A folder of its own, which goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("scan-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn scan(&self, more: &[&str]) -> Ran {
        adjoin(&[&["scan", self.0.to_str().unwrap()], more].concat(), b"")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn sample(name: &str) -> Vec<u8> {
    fs::read(root().join("samples").join(name)).unwrap()
}

fn lines(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn kinds() -> Kinds {
    let mut kinds = documented("report.md");
    let scan = documented("scan.md");
    let mut join = kinds["join"].clone();
    join.extend(scan["join line"].clone());
    kinds.insert("join line".to_owned(), join);
    kinds.insert("error line".to_owned(), scan["error line"].clone());
    kinds
}

fn check_line(line: &Value) {
    let of_type = if line.get("error").is_some() { "error line" } else { "join line" };
    check("line", line, of_type, &kinds());
}

/// A pcap file in two, the second with the header of the first.
fn halves(pcap: &[u8]) -> [Vec<u8>; 2] {
    let big = pcap[0] == 0xa1;
    let mut at = 24;
    while at < pcap.len() / 2 {
        let length: [u8; 4] = pcap[at + 8..at + 12].try_into().unwrap();
        at += 16 + if big { u32::from_be_bytes(length) } else { u32::from_le_bytes(length) } as usize;
    }
    [pcap[..at].to_vec(), [&pcap[..24], &pcap[at..]].concat()]
}

#[test]
fn every_join_is_a_line_as_in_the_report() {
    let samples = root().join("samples");
    let ran = adjoin(&["scan", "--sorted", samples.to_str().unwrap()], b"");
    assert_eq!(ran.code, 1, "{}", ran.err);
    let lines = lines(&ran);
    assert!(lines.len() >= 7, "{}", lines.len());
    for line in &lines {
        check_line(line);
        let file = line["file"].as_str().unwrap();
        let report = adjoin(&["report", "--format", "json", file], b"");
        let report: Value = serde_json::from_str(&report.out).unwrap();
        let mut join = line.as_object().unwrap().clone();
        for member in ["schema", "file", "files"] {
            join.remove(member).unwrap();
        }
        assert!(report["joins"].as_array().unwrap().contains(&Value::Object(join)), "{file}");
    }
    assert!(ran.err.starts_with("outcome"), "{}", ran.err);
    assert!(ran.err.contains("KRB-REPLYLOST-MTU"), "{}", ran.err);
    // The order is that of the files, and the same whatever the number of threads.
    for threads in ["1", "2", "16"] {
        let again = adjoin(&["scan", "--sorted", "--threads", threads, samples.to_str().unwrap()], b"");
        assert_eq!((again.out, again.err), (ran.out.clone(), ran.err.clone()), "{threads}");
    }
    let mut unsorted: Vec<String> =
        adjoin(&["scan", samples.to_str().unwrap()], b"").out.lines().map(str::to_owned).collect();
    let mut sorted: Vec<String> = ran.out.lines().map(str::to_owned).collect();
    unsorted.sort_unstable();
    sorted.sort_unstable();
    assert_eq!(unsorted, sorted);
}

#[test]
fn exit_codes_are_those_of_a_report() {
    let folder = Folder::new("exit");
    assert_eq!(folder.scan(&[]).code, 2);
    folder.file("a.pcap", &sample("ldap-ping.pcap"));
    assert_eq!(folder.scan(&[]).code, 2);
    folder.file("b.pcap", &sample("joined.pcap"));
    assert_eq!(folder.scan(&[]).code, 0);
    folder.file("broken.pcap", b"no capture");
    assert_eq!(folder.scan(&[]).code, 0);
    folder.file("c.pcap", &sample("wrong-password.pcap"));
    assert_eq!(folder.scan(&[]).code, 1);
    assert_eq!(folder.scan(&["--off", "NOPE"]).code, 2);
}

#[test]
fn files_of_a_ring_buffer_are_one_capture() {
    let folder = Folder::new("ring");
    let [one, two] = halves(&sample("joined.pcap"));
    folder.file("deep/er/ring_00007_20260102030405.pcap", &one);
    folder.file("deep/er/ring_00008_20260102030505.pcap", &two);
    let ran = folder.scan(&[]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    let lines = lines(&ran);
    assert_eq!(lines.len(), 1, "{}", ran.out);
    check_line(&lines[0]);
    assert_eq!(lines[0]["files"].as_array().unwrap().len(), 2);
    assert_eq!(lines[0]["file"], lines[0]["files"][0]);
    assert!(lines[0]["file"].as_str().unwrap().ends_with("ring_00007_20260102030405.pcap"));
    let whole =
        adjoin(&["report", "--format", "json", root().join("samples/joined.pcap").to_str().unwrap()], b"");
    let whole: Value = serde_json::from_str(&whole.out).unwrap();
    assert_eq!(lines[0]["phases"], whole["joins"][0]["phases"]);
}

#[test]
fn captures_are_known_by_name_or_content_and_others_are_left_alone() {
    let folder = Folder::new("names");
    folder.file("notes.txt", b"not a capture");
    folder.file("unnamed", &sample("joined.pcap"));
    folder.file("sub/CAPS.CAP", &sample("wrong-password.pcap"));
    folder.file("sub/tiny", b"\xa1");
    #[cfg(unix)]
    {
        // A circle, and a link that leads nowhere.
        std::os::unix::fs::symlink(&folder.0, folder.0.join("sub/circle")).unwrap();
        std::os::unix::fs::symlink("/nowhere", folder.0.join("lost.pcap")).unwrap();
    }
    let ran = folder.scan(&["--sorted"]);
    let outcomes: Vec<_> =
        lines(&ran).iter().map(|line| line["outcome"].as_str().unwrap().to_owned()).collect();
    assert_eq!(outcomes, ["joined", "failed"], "{}", ran.out);
}

#[test]
fn what_cannot_be_read_has_a_line_and_ends_nothing() {
    let folder = Folder::new("broken");
    let joined = sample("joined.pcap");
    folder.file("empty.pcap", b"");
    folder.file("garbage.pcapng", &[0x5a; 4096]);
    folder.file("cut.pcap", &joined[..joined.len() - 7]);
    folder.file("header.pcap", &joined[..24]);
    folder.file("zip.pcap.gz", b"\x1f\x8b\x08\0broken");
    folder.file("good.pcap", &joined);
    let ran = folder.scan(&["--sorted"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    let lines = lines(&ran);
    lines.iter().for_each(check_line);
    let errors: Vec<_> = lines.iter().filter(|line| line.get("error").is_some()).collect();
    assert_eq!(errors.len(), 5, "{}", ran.out);
    assert!(ran.err.lines().last().unwrap().starts_with("6 captures read"), "{}", ran.err);
    let missing = adjoin(&["scan", folder.0.join("none.pcap").to_str().unwrap()], b"");
    assert_eq!(missing.code, 2);
    check_line(&self::lines(&missing)[0]);
}

#[test]
fn escapes_never_reach_the_terminal() {
    let folder = Folder::new("escapes");
    let mut ping = sample("ldap-ping.pcap");
    let (name, evil) = (b"WINDOWS7-3", b"\x1b[2J\x07\x9b7-\r3");
    let places: Vec<usize> =
        ping.windows(name.len()).enumerate().filter(|(_, at)| at == name).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        ping[at..at + name.len()].copy_from_slice(&evil[..]);
    }
    folder.file("\u{1b}[31mred\u{202e}.pcap", &ping);
    folder.file("\u{1b}[31m.pcap", b"no capture");
    let ran = folder.scan(&[]);
    assert!(is_harmless(&ran.err), "{:?}", ran.err);
    // JSON escapes control characters itself.
    assert!(!ran.out.contains(|c: char| c.is_ascii_control() && c != '\n'), "{:?}", ran.out);
    lines(&ran).iter().for_each(check_line);
}
