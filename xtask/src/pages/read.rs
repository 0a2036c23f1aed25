//! What a page of the documentation shows and names: its blocks, the commands in them, and those in its sentences.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders without pages: what was built or found, and what tests compare with.
const LEFT_OUT: [&str; 6] = ["target", ".git", "corpus", "artifacts", "snapshots", "licences"];

/// Programs that a command in a sentence begins with. Other code in sentences may be anything, also a command of
/// Windows.
pub(super) const PROGRAMS: [&str; 12] = [
    "adjoin",
    "cargo",
    "tshark",
    "wireshark",
    "sharkd",
    "dumpcap",
    "editcap",
    "tcpdump",
    "sudo",
    "apt",
    "rustup",
    "brew",
];

/// A page.
pub(super) struct Page {
    /// From the root of the repository.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// A block of code.
#[derive(Debug)]
pub(super) struct Block<'p> {
    /// The line that opens it, from 1.
    pub(super) line: usize,
    /// What stands behind the fence.
    pub(super) language: &'p str,
    pub(super) lines: Vec<&'p str>,
}

/// A command of a `console` block, and what the page says that it prints.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// Its line in the page, from 1.
    pub(super) line: usize,
    pub(super) command: String,
    /// The line behind the command and its continuations, from 1.
    pub(super) output: usize,
    pub(super) printed: Vec<String>,
}

/// The root of the repository.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// All pages of the repository.
pub(super) fn pages() -> Vec<Page> {
    let root = root();
    let mut folders = vec![root.clone()];
    let mut pages = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !LEFT_OUT.contains(&name.as_str()) {
                folders.push(path);
            } else if name.ends_with(".md") {
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                let text = fs::read_to_string(&path).unwrap();
                pages.push(Page { name, path, text });
            }
        }
    }
    pages.sort_by(|one, other| one.name.cmp(&other.name));
    pages
}

/// The blocks of a page, in lists too.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut open = None;
    for (number, line) in (1..).zip(text.lines()) {
        let indent = line.len() - line.trim_start().len();
        match (open, line.trim_start().strip_prefix("```")) {
            (None, Some(language)) => {
                blocks.push(Block { line: number, language, lines: Vec::new() });
                open = Some(indent);
            }
            (Some(_), Some(_)) => open = None,
            (Some(indent), None) => {
                let line = line.get(indent.min(line.len())..).unwrap_or_default();
                blocks.last_mut().unwrap().lines.push(line);
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block without an end");
    blocks
}

/// The commands of a `console` block: lines behind `$ `, also over several lines. What follows is what they print.
pub(super) fn shown(block: &Block<'_>) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut goes_on = false;
    for (number, line) in (block.line + 1..).zip(&block.lines) {
        if goes_on {
            let last = shown.last_mut().unwrap();
            last.command.push('\n');
            last.command.push_str(line);
            last.output = number + 1;
            goes_on = line.ends_with('\\');
        } else if let Some(command) = line.strip_prefix("$ ") {
            let (command, output) = (command.to_owned(), number + 1);
            goes_on = command.ends_with('\\');
            shown.push(Shown { line: number, command, output, printed: Vec::new() });
        } else {
            let last = shown.last_mut().unwrap_or_else(|| panic!("line {number}: no command before it"));
            last.printed.push(line.trim_end().to_owned());
        }
    }
    shown
}

/// The commands in the sentences and tables of a page, with their lines.
pub(super) fn named(text: &str) -> Vec<(usize, String)> {
    let mut commands = Vec::new();
    for (line, code) in spans(text) {
        let is_command = code.split_once(' ').is_some_and(|(program, _)| PROGRAMS.contains(&program));
        if is_command {
            commands.push((line, code));
        }
    }
    commands
}

/// Code between backticks outside of blocks; one may go on in the next line of a paragraph.
fn spans(text: &str) -> Vec<(usize, String)> {
    let mut prose = String::new();
    let mut is_code = false;
    for line in text.lines() {
        let is_fence = line.trim_start().starts_with("```");
        if !is_fence && !is_code {
            prose.push_str(line);
        }
        is_code ^= is_fence;
        prose.push('\n');
    }
    let mut spans = Vec::new();
    let mut number = 1;
    for paragraph in prose.split("\n\n") {
        let mut line = number;
        for (at, part) in paragraph.split('`').enumerate() {
            if at % 2 == 1 {
                let words: Vec<_> = part.split_whitespace().collect();
                spans.push((line, words.join(" ").replace("\\|", "|")));
            }
            line += part.matches('\n').count();
        }
        number += paragraph.matches('\n').count() + 2;
    }
    spans
}

#[test]
fn commands_are_found() {
    let page = "Say `adjoin log\nFILE` and `adjoin`, or:\n\n- so:\n  ```console\n  $ a \\\n  b\n  c\n\n  $ d\n  ```\n\
                | `cargo a \\| b` | `x` |\n";
    let blocks = blocks(page);
    assert_eq!((blocks.len(), blocks[0].line, blocks[0].language), (1, 5, "console"));
    let one = |line, command: &str, output, printed: &[&str]| Shown {
        line,
        command: command.to_owned(),
        output,
        printed: printed.iter().map(|line| (*line).to_owned()).collect(),
    };
    assert_eq!(shown(&blocks[0]), [one(6, "a \\\nb", 8, &["c", ""]), one(10, "d", 11, &[])]);
    let named = named(page);
    assert_eq!(named, [(1, "adjoin log FILE".to_owned()), (12, "cargo a | b".to_owned())]);
}
