//! Text from a capture into a page: whatever it holds, it stays text.

use join_engine::report::harmless;

/// For HTML and SVG, inside elements and inside quoted attributes.
pub(super) fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars().map(harmless) {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '`' => safe.push_str("&#96;"),
            c => safe.push(c),
        }
    }
    safe
}

/// For Markdown as GitHub reads it, also inside a table. Nothing becomes a link, a mention or a reference.
pub(super) fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut before = String::new();
    let mut chars = text.chars().map(harmless).peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        match c {
            // Between letters it says nothing, as in the names of codes.
            '_' if !before.is_empty() && next.is_some_and(char::is_alphanumeric) => safe.push(c),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '|' | '~' | '!' | '$' | '&' => {
                safe.push('\\');
                safe.push(c);
            }
            // A number or a name behind these would become a link: an empty comment parts them.
            '@' | '#' => {
                safe.push('\\');
                safe.push(c);
                safe.push_str("<!-- -->");
            }
            // Addresses of the web become links wherever they stand.
            ':' if ["http", "https", "ftp", "mailto", "xmpp"].contains(&before.as_str()) => {
                safe.push_str("\\:");
            }
            '.' if before == "www" => safe.push_str("\\."),
            // A list, a heading or a line, at the beginning of a cell or a paragraph.
            '-' | '+' | '=' if safe.is_empty() => {
                safe.push('\\');
                safe.push(c);
            }
            '.' | ')'
                if !safe.is_empty()
                    && safe.chars().all(|c| c.is_ascii_digit())
                    && next.is_none_or(char::is_whitespace) =>
            {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
        if c.is_alphanumeric() {
            before.extend(c.to_lowercase());
        } else {
            before.clear();
        }
    }
    safe
}

/// Text with commands in backquotes, piece by piece: whether it is a command, and the text.
pub(super) fn commands(text: &str) -> impl Iterator<Item = (bool, &str)> {
    text.split('`')
        .enumerate()
        .map(|(index, part)| (index % 2 == 1, part))
        .filter(|(_, part)| !part.is_empty())
}

/// No more than `most` characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['\u{2026}']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{cut, html, markdown};

    #[test]
    fn markup_stays_text() {
        let name = "<script>alert(\"1\")</script>&'\u{202e}\u{1b}[31m\n";
        let safe = html(name);
        assert!(!safe.contains(['<', '>', '"', '\'', '\u{202e}', '\u{1b}', '\n']), "{safe}");
        assert!(safe.starts_with("&lt;script&gt;alert(&quot;1&quot;)"), "{safe}");
    }

    #[test]
    fn nothing_is_markdown() {
        assert_eq!(markdown("a|b *c* _d_ <e>"), r"a\|b \*c\* \_d\_ \<e\>");
        assert_eq!(markdown("@you #1"), r"\@<!-- -->you \#<!-- -->1");
        assert_eq!(markdown("https://x www.y"), r"https\://x www\.y");
        assert_eq!(markdown("- x"), r"\- x");
        assert_eq!(markdown("12. x"), r"12\. x");
        assert_eq!(markdown("192.0.2.1"), "192.0.2.1");
        assert_eq!(markdown("KDC_ERR_NONE _ a_"), r"KDC_ERR_NONE \_ a\_");
        assert_eq!(markdown("a.b:1"), "a.b:1");
    }

    #[test]
    fn long_names_end_in_dots() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab\u{2026}");
    }
}
