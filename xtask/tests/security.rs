//! SECURITY.md names the test that proves each of its lines, and the tasks that there are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page() -> String {
    fs::read_to_string(root().join("SECURITY.md")).unwrap()
}

/// What stands in backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether a file has a test of this name, which isn't always ignored.
fn has_test(file: &str, name: &str) -> bool {
    let source = fs::read_to_string(root().join(file)).unwrap_or_default();
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let Some(at) = lines.iter().position(|line| line.starts_with(&format!("fn {name}("))) else {
        return false;
    };
    let attributes: Vec<_> = lines.iter().take(at).rev().take_while(|line| line.starts_with("#[")).collect();
    attributes.contains(&&"#[test]") && !attributes.iter().any(|line| line.starts_with("#[ignore"))
}

#[test]
fn every_threat_has_a_test() {
    let page = page();
    let (_, threats) = page.split_once("\n## Threats\n").unwrap();
    let (threats, _) = threats.split_once("\n## ").unwrap();
    let rows: Vec<_> = threats.lines().filter(|line| line.starts_with("| ")).collect();
    let rows = rows.into_iter().filter(|line| !line.starts_with("| threat "));
    let mut count = 0;
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").collect();
        assert_eq!(cells.len(), 3, "{row}");
        let mut file = "";
        let mut tests = 0;
        for word in quoted(cells[2]) {
            if word.ends_with(".rs") {
                file = word;
            } else {
                assert!(has_test(file, word), "SECURITY.md names {word} in {file}");
                tests += 1;
            }
        }
        assert!(tests > 0, "no test: {row}");
        count += 1;
    }
    assert!(count > 25, "{count} threats");
}

#[test]
fn every_task_is_one() {
    let help = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let page = page();
    let tasks: Vec<_> = quoted(&page).filter_map(|words| words.strip_prefix("cargo xtask ")).collect();
    assert!(tasks.len() > 5);
    for task in tasks {
        let name = task.split(' ').next().unwrap();
        assert!(help.lines().any(|line| line.trim_start().split(' ').next() == Some(name)), "{task}");
    }
}
