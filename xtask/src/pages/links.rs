//! Links between the pages lead somewhere.

use std::fmt::Write;

use super::read::{Page, blocks, pages, root};

#[test]
fn links_lead_somewhere() {
    let pages = pages();
    let mut faults = String::new();
    for page in &pages {
        for link in links(&page.text) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let folder = page.path.parent().unwrap();
            let to = if file.is_empty() { Ok(page.path.clone()) } else { folder.join(file).canonicalize() };
            let Ok(to) = to else {
                let _ = writeln!(faults, "{}: {link}: no such file", page.name);
                continue;
            };
            let name = to.strip_prefix(root()).map(|path| path.display().to_string()).unwrap_or_default();
            let other = pages.iter().find(|other| other.name == name);
            if !heading.is_empty() && other.is_some_and(|other| !has(other, heading)) {
                let _ = writeln!(faults, "{}: {link}: no such heading", page.name);
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

/// What the links and pictures of a page name, but for other sites.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.split("](").skip(1).filter_map(|after| after.split_once(')'));
    ends.map(|(link, _)| link).filter(|link| !link.contains("://") && !link.contains(char::is_whitespace))
}

/// Whether a page has a heading that is named so in links, or an anchor.
fn has(page: &Page, heading: &str) -> bool {
    let blocks = blocks(&page.text);
    let in_block = |line: &str| blocks.iter().any(|block| block.lines.contains(&line));
    let headings = page.text.lines().filter(|line| line.starts_with('#') && !in_block(line));
    let mut named = headings.map(|line| {
        let words = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        words.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect::<String>()
    });
    named.any(|name| name == heading) || page.text.contains(&format!("id=\"{heading}\""))
}
