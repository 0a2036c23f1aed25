//! The report as HTML and Markdown, run as a user runs it.
//!
//! `UPDATE=1 cargo test -p adjoin --test formats` writes the snapshots anew; read the difference.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn samples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
    let mut samples: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "pcap"))
        .collect();
    samples.sort();
    assert!(samples.len() >= 5);
    samples
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples").join(name)
}

/// What the command prints, and its exit code.
fn report(capture: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_adjoin"))
        .arg("report")
        .arg(capture)
        .args(arguments)
        .output()
        .unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

/// Every element that is opened is closed, in order, and every attribute is quoted.
fn check_markup(page: &str) {
    const VOID: [&str; 2] = ["meta", "br"];
    let page = page.strip_prefix("<!DOCTYPE html>").unwrap();
    // What a style holds is no markup.
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, body) = rest.split_once("</style>").unwrap();
    let page = format!("{head}{body}");
    let mut open: Vec<&str> = Vec::new();
    for piece in page.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or_else(|| panic!("unclosed: <{piece}"));
        assert!(!text.contains('>'), "a bare > in {text:?}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "before </{name}>");
            continue;
        }
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let name = tag.split_whitespace().next().unwrap();
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes of <{tag}>");
        if !closed && !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn a_page_needs_nothing_else_and_says_the_same() {
    for sample in samples() {
        let (json, code) = report(&sample, &["--format", "json"]);
        let (page, page_code) = report(&sample, &["--format", "html"]);
        assert_eq!(code, page_code, "{}", sample.display());
        check_markup(&page);
        for never in ["<script", "http:", "https:", "//", "src=", "@import", "<link", "javascript"] {
            assert!(!page.contains(never), "{never} in the page of {}", sample.display());
        }
        let outside = page.matches("url(").count() - page.matches("url(#").count();
        assert_eq!(outside, 0);
        let ids: Vec<&str> =
            page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "ids are unique");
        let report: serde_json::Value = serde_json::from_str(&json).unwrap();
        for join in report["joins"].as_array().unwrap() {
            let Some(root) = join["root"].as_object() else { continue };
            assert!(page.contains(root["id"].as_str().unwrap()));
            for seen in root["evidence"].as_array().unwrap() {
                assert!(page.contains(&format!("<td class=\"n\">{}</td>", seen["frame"])));
            }
            assert!(page.contains("<code>frame.number in {"));
        }
    }
}

#[test]
fn names_stay_text_whatever_they_hold() {
    let name = b"<i>\"'&\xe2\x80\xae\x1b|*`";
    let mut bytes = std::fs::read(sample("wrong-password.pcap")).unwrap();
    let at: Vec<usize> =
        (0..bytes.len() - name.len()).filter(|at| bytes[*at..].starts_with(b"Administrator")).collect();
    assert!(!at.is_empty());
    for at in at {
        bytes[at..at + name.len()].copy_from_slice(name);
    }
    let folder = std::env::temp_dir().join(format!("adjoin-formats-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    // The file's name is not the page's to trust either.
    let file = folder.join("a<b>&\"'.pcap");
    std::fs::write(&file, bytes).unwrap();
    let (page, _) = report(&file, &["--format", "html"]);
    let (markdown, _) = report(&file, &["--format", "markdown"]);
    std::fs::remove_dir_all(&folder).unwrap();
    check_markup(&page);
    assert!(page.contains("&lt;i&gt;&quot;&#39;&amp;\u{fffd}\u{fffd}|*&#96;"), "the name is there");
    assert!(!page.contains("<i>\"") && page.contains("a&lt;b&gt;&amp;&quot;&#39;.pcap"));
    assert!(markdown.contains(r#"\<i\>"'\&"#), "{markdown}");
    for text in [&page, &markdown] {
        assert!(!text.contains(['\u{202e}', '\u{1b}']));
    }
    // No cell more than the table's head has.
    for row in markdown.lines().filter(|line| line.starts_with("| Account")) {
        assert_eq!(row.replace(r"\|", "").matches('|').count(), 3, "{row}");
    }
}

#[test]
fn markdown_for_a_ticket() {
    let (text, code) = report(&sample("wrong-password.pcap"), &["--format", "markdown", "--mask"]);
    assert_eq!(code, Some(1));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/wrong-password.masked.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&path).unwrap());
}

#[test]
fn several_files_are_numbered_through() {
    let capture = sample("wrong-password.pcap");
    for format in ["html", "markdown", "text"] {
        let output = Command::new(env!("CARGO_BIN_EXE_adjoin"))
            .arg("report")
            .args([&sample("ldap-ping.pcap"), &capture])
            .args(["--mask", "--format", format])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("Frames are numbered through all files"), "{format}");
        assert!(text.contains("capture-2") && !text.contains("wrong-password"), "{format}");
    }
}
