//! Text that a terminal can be given, whatever a capture or a file name carries.

/// Columns of a line.
pub(crate) const WIDTH: usize = 100;

/// `text` without control characters, and without the marks that turn or hide text.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(join_engine::report::harmless).collect()
}

/// `label`, and beside it `text`, broken between words; lines begin with `indent` columns, those that follow
/// the first with `indent` and the label's columns.
pub(crate) fn fill(page: &mut String, indent: usize, label: &str, text: &str) {
    let label_columns = if label.is_empty() { 0 } else { label.chars().count().max(LABEL) };
    let start = indent.saturating_add(label_columns);
    page.push_str(&format!("{:indent$}{label:label_columns$}", ""));
    let mut column = start;
    for word in text.split_whitespace() {
        let columns = word.chars().count();
        let space = usize::from(column > start);
        if column > start && column.saturating_add(space).saturating_add(columns) > WIDTH {
            page.push_str(&format!("\n{:start$}", ""));
            column = start;
        } else if space == 1 {
            page.push(' ');
            column = column.saturating_add(1);
        }
        page.push_str(word);
        column = column.saturating_add(columns);
    }
    page.push('\n');
}

/// Columns of the words at the left.
const LABEL: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_a_terminal_that_it_would_obey() {
        let text = harmless("a\x1b[2J\u{9b}b\u{202e}c\u{200b}\r\n\té");
        assert!(!text.contains(|c: char| c.is_control()), "{text}");
        assert!(text.ends_with('é') && text.contains("[2J"), "{text}");
    }

    #[test]
    fn lines_end_at_the_width() {
        let mut page = String::new();
        fill(&mut page, 4, "what", &"word ".repeat(60));
        assert!(page.lines().count() > 2);
        for line in page.lines() {
            assert!(line.chars().count() <= WIDTH && line == line.trim_end(), "{line:?}");
        }
        assert!(page.starts_with("    what     word word"), "{page}");
        assert!(page.lines().nth(1).is_some_and(|line| line.starts_with("             word")), "{page}");
    }
}
