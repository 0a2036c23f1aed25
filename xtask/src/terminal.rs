//! Colour for terminals, plain text for everything else (and with `NO_COLOR`).

use std::io::{IsTerminal, stderr, stdout};
use std::sync::{Mutex, PoisonError};

/// Whether to colour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    colour: bool,
}

impl Style {
    pub(crate) fn for_stdout() -> Self {
        Self { colour: stdout().is_terminal() && colour_is_wanted() }
    }

    pub(crate) fn for_stderr() -> Self {
        Self { colour: stderr().is_terminal() && colour_is_wanted() }
    }

    pub(crate) fn heading(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(crate) fn quiet(self, text: &str) -> String {
        self.paint("2", text)
    }

    pub(crate) fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    pub(crate) fn notable(self, text: &str) -> String {
        self.paint("33", text)
    }

    pub(crate) fn bad(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

fn colour_is_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// What this run has not done, in the order in which it was said.
static SKIPPED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Says that something is not done, and why; kept to be said again at the end.
pub(crate) fn skip(what: &str) {
    let line = format!("skipped: {what}");
    println!("{line}");
    SKIPPED.lock().unwrap_or_else(PoisonError::into_inner).push(line);
}

/// All that was skipped so far.
pub(crate) fn skipped() -> Vec<String> {
    SKIPPED.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// `text` in `width` columns at most, with an ellipsis where it was cut; control characters, which a
/// capture may carry in a name, become `?`.
pub(crate) fn fit(text: &str, width: usize) -> String {
    let clean: Vec<char> = text.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    if clean.len() <= width {
        return clean.into_iter().collect();
    }
    clean.into_iter().take(width.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_and_made_harmless() {
        assert_eq!(fit("abc", 3), "abc");
        assert_eq!(fit("abcd", 3), "ab…");
        assert_eq!(fit("a\x1b[31m", 10), "a?[31m");
    }
}
