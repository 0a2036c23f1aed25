//! A page for each finding, and the page that lists them.

use super::{GENERATED, cell};
use crate::score;
use join_engine::catalogue::{FINDINGS, Finding};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The folder of the pages, in `docs`.
pub(super) const FOLDER: &str = "findings";
/// So many frames of a sample are named.
const MAX_FRAMES: usize = 8;

/// Names of pages below `docs`, and what stands in them.
pub(super) fn pages() -> Result<Vec<(String, String)>, String> {
    let (samples, faults) = (seen_in_samples()?, faults()?);
    let mut pages = vec![("findings.md".to_owned(), list())];
    for finding in FINDINGS {
        pages.push((format!("{FOLDER}/{}.md", finding.id), page(finding, &samples, &faults)));
    }
    Ok(pages)
}

fn list() -> String {
    let mut text = format!(
        "# Findings\n{GENERATED}\n\
         What adjoin reports about a frame or a join, by its stable id: `adjoin.finding == \"PING-PAUSED\"`, or\n\
         `adjoin explain PING-PAUSED`. Each has a page: what it says, why, what to do, what shows it, and what it is told\n\
         apart from. In Wireshark they are in *Analyze > Expert Information* too.\n\n\
         Severities are those of a finding by itself: *error* (a join can't succeed with this), *warning* (probably a cause\n\
         of trouble), *note* (worth knowing), *chat* (looks like an error and is normal). A verdict weighs anew: what broke\n\
         the join is an error, what it survived a note. The code is the one that Windows shows when a join fails by this.\n"
    );
    for stage in FINDINGS.chunk_by(|one, next| one.phase == next.phase) {
        let _ = write!(
            text,
            "\n## {}\n\n| finding | what it means | severity | code |\n|---|---|---|---|\n",
            phase(&stage[0])
        );
        for finding in stage {
            let Finding { id, title, severity, symbol, .. } = finding;
            let code = finding.code.map(|code| format!("`{code:#x}` {symbol}")).unwrap_or_default();
            let severity = severity.as_str();
            let _ = writeln!(
                text,
                "| <a id=\"{id}\"></a>[{id}]({FOLDER}/{id}.md) | {} | {severity} | {code} |",
                cell(title)
            );
        }
    }
    text
}

fn page(finding: &Finding, samples: &[Seen], faults: &[Fault]) -> String {
    let Finding { id, title, what, why, fix, settle, .. } = finding;
    let severity = finding.severity.as_str();
    let stage = phase(finding);
    let anchor = stage.to_lowercase().replace(' ', "-");
    let mut text = format!(
        "# {id}: {title}\n{GENERATED}\n\
         {what}\n\n\
         | | |\n|---|---|\n\
         | phase | [{stage}](../findings.md#{anchor}) |\n\
         | severity | {severity} |\n"
    );
    if let Some(code) = finding.code {
        let _ = writeln!(text, "| Windows shows | `{code:#x}` ({code}) {} |", finding.symbol);
        if let Some((_, meaning)) = netsetup_log::code_name(code) {
            let _ = writeln!(text, "| which means | {} |", cell(meaning));
        }
    }
    let _ = write!(text, "\n## Why\n\n{why}\n\n## What to do\n\n{fix}\n");
    let names = ["DC", "DOMAIN", "CLIENT", "USER"];
    let mut code =
        fix.split('`').skip(1).step_by(2).flat_map(|code| code.split(|c: char| !c.is_ascii_alphanumeric()));
    if code.any(|word| names.contains(&word)) {
        text.push_str(
            "\nIn commands, `DC` stands for the full name of the domain controller, `DOMAIN` for the domain, `CLIENT` and\n\
             `USER` for who joins. A report has the real names.\n",
        );
    }
    shows(&mut text, finding);
    if !settle.is_empty() {
        let _ = write!(text, "\n## To be sure\n\n{settle}\n");
    }
    apart(&mut text, finding);
    let examples: Vec<_> = samples.iter().filter(|seen| seen.id == *id).collect();
    let played: Vec<_> = faults.iter().filter(|fault| fault.root == *id).collect();
    if !examples.is_empty() || !played.is_empty() {
        text.push_str("\n## See it\n\n");
    }
    for Seen { sample, role, frames, .. } in examples {
        let shown: Vec<_> = frames.iter().take(MAX_FRAMES).map(u32::to_string).collect();
        let more = if frames.len() > MAX_FRAMES { ", …" } else { "" };
        let frames =
            if shown.is_empty() { String::new() } else { format!(", frames {}{more}", shown.join(", ")) };
        let _ = writeln!(text, "- `adjoin report samples/{sample}`: the {role}{frames}");
    }
    for Fault { name, what, .. } in played {
        let _ = writeln!(text, "- `cargo xtask lab --only {name}` plays it: {what}");
    }
    text
}

fn phase(finding: &Finding) -> String {
    format!("{} {}", finding.phase.id(), finding.phase.name()).trim_start().to_owned()
}

/// Where adjoin finds it, and how it looks there.
fn shows(text: &mut String, finding: &Finding) {
    let id = finding.id;
    text.push_str("\n## What shows it\n\n");
    let in_packets = is_detected(id);
    let of_capture = id.starts_with("QUAL-");
    if of_capture {
        text.push_str("- The report says it of the whole capture, at `quality`.\n");
    }
    if !finding.filter.is_empty() && (in_packets || !finding.filter.contains(id)) {
        let _ = writeln!(text, "- The packets: `{}`.", finding.filter);
    }
    if in_packets && !of_capture && !finding.filter.contains(id) {
        let _ = writeln!(text, "- With the plugin: `adjoin.finding == \"{id}\"`.");
    }
    let signs: Vec<_> = netsetup_log::signs(id).map(|sign| format!("`{sign}`")).collect();
    if !signs.is_empty() {
        let only = if in_packets { "" } else { " only" };
        let _ = writeln!(
            text,
            "- In `Netsetup.log`{only}: {}. Other findings may leave the same lines.",
            signs.join(", ")
        );
    }
    if !in_packets && signs.is_empty() {
        text.push_str(
            "- adjoin doesn't say this of any frame or log yet; the page tells what to look for.\n",
        );
    }
}

/// What Windows shows the same code for.
fn apart(text: &mut String, finding: &Finding) {
    let Some(code) = finding.code else { return };
    let others: Vec<_> =
        FINDINGS.iter().filter(|other| other.code == Some(code) && other.id != finding.id).collect();
    if others.is_empty() {
        return;
    }
    let _ = write!(
        text,
        "\n## What it is told apart from\n\nThese end with `{code:#x}` too; `adjoin explain {code:#x}` has them side by side.\n\n\
         | finding | what is seen then |\n|---|---|\n"
    );
    for other in others {
        let _ = writeln!(text, "| [{0}]({0}.md) | {1} |", other.id, cell(other.what));
    }
}

/// A finding in the report on a sample.
struct Seen {
    sample: String,
    id: &'static str,
    role: &'static str,
    frames: Vec<u32>,
}

fn seen_in_samples() -> Result<Vec<Seen>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
    let mut seen = Vec::new();
    for path in files(&folder)? {
        if path.extension().is_none_or(|kind| kind != "pcap") {
            continue;
        }
        let sample = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for finding in score::report(&path)?.joins.into_iter().flat_map(|join| join.findings) {
            let frames = finding.evidence.iter().map(|evidence| evidence.frame).collect();
            seen.push(Seen { sample: sample.clone(), id: finding.id, role: finding.role, frames });
        }
    }
    Ok(seen)
}

/// A fault of the lab whose right verdict is a finding.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    name: String,
    what: String,
    root: String,
}

/// The faults that the lab plays, read from its tables: it builds on Linux only.
fn faults() -> Result<Vec<Fault>, String> {
    let mut faults = Vec::new();
    for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab/src/scenario"))? {
        let source = fs::read_to_string(&path).map_err(|error| error.to_string())?;
        for entry in source.split(" Fault {\n").skip(1) {
            let value = |name: &str| {
                let text = entry.split_once(name)?.1.split_once('"')?.1.split_once("\",")?.0;
                // A long one goes on in the next line.
                let words: Vec<_> = text.split('\\').map(str::trim_start).collect();
                Some(words.concat())
            };
            let root = entry.split_once("root: &[\"").and_then(|(_, ids)| ids.split('"').next());
            if let (Some(name), Some(what), Some(root)) = (value("id: "), value("what: "), root) {
                faults.push(Fault { name, what, root: root.to_owned() });
            }
        }
    }
    Ok(faults)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let named = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(named)? {
        files.push(entry.map_err(named)?.path());
    }
    files.sort();
    Ok(files)
}

/// Whether any rule or decoder speaks of the finding: its id or its constant stands in their source.
fn is_detected(id: &str) -> bool {
    static SOURCES: LazyLock<String> = LazyLock::new(|| {
        let engine = Path::new(env!("CARGO_MANIFEST_DIR")).join("../join-engine/src");
        let mut text = String::new();
        for folder in ["judge", "speak", "show"] {
            for file in fs::read_dir(engine.join(folder)).into_iter().flatten().flatten() {
                text.push_str(&fs::read_to_string(file.path()).unwrap_or_default());
            }
        }
        text
    });
    let constant = id.replace('-', "_");
    let ends = |after: &str| !after.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
    SOURCES.contains(&format!("\"{id}\""))
        || SOURCES
            .match_indices(&constant)
            .any(|(at, _)| SOURCES.get(at + constant.len()..).is_some_and(ends))
        // What adjoin says of itself is no rule.
        || id.starts_with("ADJOIN-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_has_its_page() {
        let pages = pages().unwrap();
        for finding in FINDINGS {
            let page = pages.iter().find(|(name, _)| *name == format!("{FOLDER}/{}.md", finding.id));
            let (_, page) = page.unwrap();
            assert!(page.starts_with(&format!("# {}: {}\n", finding.id, finding.title)));
            for text in [finding.what, finding.why, finding.fix, finding.settle] {
                assert!(page.contains(text), "{}: {text}", finding.id);
            }
            assert!(page.contains(finding.filter) || page.contains("` only: "), "{}", finding.id);
            let anchor = format!("<a id=\"{0}\"></a>[{0}]", finding.id);
            assert_eq!(pages[0].1.matches(&anchor).count(), 1, "{}", finding.id);
        }
        assert_eq!(pages.len(), FINDINGS.len() + 1);
        let lost = pages.iter().find(|(name, _)| name.ends_with("KRB-REPLYLOST-MTU.md")).unwrap();
        for words in ["kdc-answer-lost.pcap", "NetUseAdd to … returned 64", "KRB-PROXYACK.md", "lab --only"]
        {
            assert!(lost.1.contains(words), "{words}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn faults_are_those_of_the_lab() {
        let mut read: Vec<_> =
            faults().unwrap().into_iter().map(|fault| (fault.name, fault.what, fault.root)).collect();
        let of = |fault: &adjoin_lab::scenario::Fault| {
            let root = fault.root.first()?;
            Some((fault.id.to_owned(), fault.what.to_owned(), (*root).to_owned()))
        };
        let mut real: Vec<_> = adjoin_lab::scenario::faults().filter_map(of).collect();
        read.sort();
        real.sort();
        assert_eq!(read, real);
    }
}
