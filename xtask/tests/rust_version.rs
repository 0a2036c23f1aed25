//! The crates promise Rust 1.85. Clippy checks what of the library they use; this checks the one part of the
//! language that a newer compiler takes without a word: chains of `if let` (1.88).

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() && name != "target" && !name.to_string_lossy().starts_with('.') {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(path);
        }
    }
}

/// The condition that begins here, up to its block, has `&&` beside a `let`.
fn is_chain(condition: &str) -> bool {
    let mut depth = 0_u32;
    let mut last = ' ';
    let mut rest = condition.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '{' if depth == 0 && rest.peek() == Some(&'\n') => return false,
            '(' | '[' | '{' => depth = depth.saturating_add(1),
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => return false,
            '&' if last == '&' && depth == 0 => return true,
            _ => {}
        }
        last = next;
    }
    false
}

#[test]
fn no_chains_of_let() {
    assert!(
        is_chain(" Some(a) = b\n    && a > 3\n{\n")
            && !is_chain(" Some(a) = b.filter(|b| b && c) {\n a && b }")
    );
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), &mut all);
    assert!(all.len() > 100, "{}", all.len());
    let mut found = Vec::new();
    for path in all {
        let text = fs::read_to_string(&path).expect("a source");
        let chains = ["if let ", "while let "].iter().flat_map(|word| text.split(word).skip(1));
        if chains.clone().any(is_chain) || text.lines().any(|line| line.trim_start().starts_with("&& let ")) {
            found.push(path.display().to_string());
        }
    }
    found.retain(|path| !path.ends_with("rust_version.rs"));
    assert!(found.is_empty(), "Rust 1.85 doesn't compile: {found:?}");
}
