//! The report as text: the conclusion first, then what proves it. 100 columns, no colour.

use core::fmt::Write as _;

use crate::report::{BriefJoin, CaptureReport, FindingReport, Host, JoinReport, PhaseReport, Report};

/// Columns of a line. A display filter is never broken, however long: it is there to be pasted.
const WIDTH: usize = 100;
/// Columns of the words at the left.
const LABEL: usize = 14;
/// A phase that took fewer seconds has no time beside it.
const WORTH_TELLING: f64 = 1.0;

impl Report {
    /// The report for people. Whatever control characters a capture carries, none is in it but line feeds.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut page = Page::default();
        let all = self.outcomes().total();
        if all == 0 {
            page.fill("", "", &format!("No domain join was found in {}.", frames(&self.capture)));
        }
        let several = all > 1;
        for (number, join) in (1_usize..).zip(&self.joins) {
            if several {
                page.rule(&format!("join {number} of {all}"));
            }
            page.join(join);
        }
        page.brief(&self.brief);
        page.capture(&self.capture, several);
        page.text
    }
}

impl JoinReport {
    /// The conclusion, in one sentence without a full stop.
    #[must_use]
    pub fn conclusion(&self) -> String {
        conclusion(self)
    }

    /// A text of the catalogue, with the real names in its commands, which are in backquotes.
    #[must_use]
    pub fn with_names(&self, text: &str) -> String {
        StandIns::of(self).put_into(text)
    }
}

impl FindingReport {
    /// A display filter of the evidence.
    #[must_use]
    pub fn filter(&self) -> String {
        filter(self)
    }

    /// The id, and the Windows code that follows with its name, where there is one.
    #[must_use]
    pub fn codes(&self) -> String {
        codes(self)
    }
}

#[derive(Debug, Default)]
struct Page {
    text: String,
}

impl Page {
    fn join(&mut self, join: &JoinReport) {
        self.fill("", "  ", &conclusion(join));
        self.blank();
        self.row("client", &host(&join.client));
        self.row("domain", join.domain.as_deref().unwrap_or("not seen"));
        self.row("DC", &join.dc.as_ref().map_or_else(|| "none was chosen".to_owned(), host));
        self.row("account", join.account.as_deref().unwrap_or("not seen"));
        self.row("credentials", &format!("{}: {}", join.credentials, join.credentials_why));
        self.row("passes", &join.passes.to_string());
        self.blank();
        self.bar(join.phases.iter().map(phase));
        if let Some(root) = &join.root {
            self.blank();
            self.root(join, root);
        }
        self.list(join, "consequence", "What followed from it");
        self.list(join, "note", "Notes");
        self.list(join, "normal", "Normal, though it may look like an error");
        if let Some(next) = &join.next_expected {
            self.blank();
            self.row("next expected", next);
        }
        self.blank();
    }

    fn root(&mut self, join: &JoinReport, root: &FindingReport) {
        let names = StandIns::of(join);
        self.row("what", &root.what);
        self.row("why", root.why);
        self.row("fix", &names.put_into(root.fix));
        self.row("to be sure", &names.put_into(root.settle));
        if root.evidence.is_empty() {
            return;
        }
        self.blank();
        self.line("Evidence");
        let digits = root.evidence.iter().map(|seen| seen.frame.to_string().len()).max().unwrap_or(0);
        for seen in &root.evidence {
            let first = format!("  frame {:>digits$}  ", seen.frame);
            self.fill(&first, &" ".repeat(first.len()), &seen.shows);
        }
        self.line(&format!("  {}", filter(root)));
    }

    fn list(&mut self, join: &JoinReport, role: &str, heading: &str) {
        let mut findings = join.findings.iter().filter(|finding| finding.role == role).peekable();
        if findings.peek().is_none() {
            return;
        }
        self.blank();
        self.line(heading);
        for finding in findings {
            let text = format!("{} ({}, {})", sentence(&finding.what), codes(finding), finding.phase);
            self.fill("  - ", "    ", &text);
            if !finding.evidence.is_empty() {
                self.line(&format!("    {}", filter(finding)));
            }
        }
    }

    fn brief(&mut self, joins: &[BriefJoin]) {
        if joins.is_empty() {
            return;
        }
        self.rule(&format!("{} more joins, in one line each", joins.len()));
        for join in joins {
            let root = join.root_id.map_or_else(String::new, |root| format!(", {root}"));
            let (client, first, last) = (host(&join.client), join.first_frame, join.last_frame);
            self.line(&format!("  {:10} {client}{root}, frames {first} to {last}", join.outcome));
        }
        self.blank();
    }

    fn capture(&mut self, capture: &CaptureReport, several: bool) {
        if several {
            self.rule("capture");
        }
        if !capture.files.is_empty() {
            self.row("files", &capture.files.join(", "));
        }
        self.row("capture", &frames(capture));
        if let (Some(first), Some(last)) = (&capture.first, &capture.last) {
            self.row("", &format!("{first} to {last}"));
        }
        if capture.quality.is_empty() {
            self.row("quality", "nothing that lowers confidence");
        }
        for (number, remark) in capture.quality.iter().enumerate() {
            let label = if number == 0 { "quality" } else { "" };
            self.row(label, &format!("{} ({})", sentence(&remark.text), remark.id));
        }
    }

    /// A word at the left and text beside it; nothing when there is no text.
    fn row(&mut self, label: &str, text: &str) {
        if !text.is_empty() {
            self.fill(&format!("  {label:LABEL$} "), &" ".repeat(LABEL.saturating_add(3)), text);
        }
    }

    /// Cells side by side, none of them broken.
    fn bar(&mut self, cells: impl Iterator<Item = String>) {
        let mut line = String::new();
        for cell in cells {
            if columns(&line).saturating_add(columns(&cell)).saturating_add(2) > WIDTH {
                self.line(&line);
                line.clear();
            }
            line.push_str("  ");
            line.push_str(&cell);
        }
        self.line(&line);
    }

    fn rule(&mut self, title: &str) {
        let dashes = WIDTH.saturating_sub(columns(title)).saturating_sub(5);
        self.line(&format!("--- {title} {}", "-".repeat(dashes)));
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    fn line(&mut self, line: &str) {
        self.text.extend(line.chars().map(harmless));
        self.text.push('\n');
    }

    /// Breaks `text` at spaces, and a word only where it is longer than a line.
    fn fill(&mut self, first: &str, others: &str, text: &str) {
        let mut line = String::from(first);
        let mut used = columns(first);
        let mut fresh = true;
        for word in text.split_whitespace() {
            let more = columns(word);
            let width = used.saturating_add(more).saturating_add(usize::from(!fresh));
            if width > WIDTH && !fresh {
                self.line(&line);
                line = String::from(others);
                used = columns(others);
            } else if !fresh {
                line.push(' ');
                used = used.saturating_add(1);
            }
            if used.saturating_add(more) <= WIDTH {
                line.push_str(word);
                used = used.saturating_add(more);
            } else {
                for c in word.chars() {
                    if used >= WIDTH {
                        self.line(&line);
                        line = String::from(others);
                        used = columns(others);
                    }
                    line.push(c);
                    used = used.saturating_add(1);
                }
            }
            fresh = false;
        }
        self.line(line.trim_end());
    }
}

fn conclusion(join: &JoinReport) -> String {
    let client = join.client.name.as_deref().unwrap_or(&join.client.address);
    let domain = join.domain.as_deref().map_or("a domain", |domain| domain.trim_end_matches('.'));
    match (&join.root, join.outcome) {
        (Some(root), _) => {
            let name = join.phases.iter().find(|phase| phase.id == root.phase).map_or("", |phase| phase.name);
            format!(
                "{client} did not join {domain}: {} ({}), phase {} {name}, confidence {}",
                sentence(&root.what),
                codes(root),
                root.phase,
                root.confidence
            )
        }
        (None, "joined") => {
            let dc =
                join.dc.as_ref().map(|dc| format!(" through {}", dc.name.as_ref().unwrap_or(&dc.address)));
            let notes = match join.findings.iter().filter(|finding| finding.role == "note").count() {
                0 => "the capture shows nothing that went wrong".to_owned(),
                1 => "1 note below".to_owned(),
                count => format!("{count} notes below"),
            };
            // Without the account being made or changed here, it was a member before.
            let made = join.phases.iter().any(|phase| phase.id == "P8" && phase.outcome == "ok");
            let verb = if made { "joined" } else { "uses its membership of" };
            format!("{client} {verb} {domain}{}: {notes}", dc.unwrap_or_default())
        }
        (None, "failed") => {
            format!("{client} did not join {domain}: the cause can't be told from this capture")
        }
        (None, _) => {
            let reached = join.phases.iter().rev().find(|phase| phase.first_frame.is_some());
            let reached = reached.map(|phase| format!("; it goes as far as {} {}", phase.id, phase.name));
            format!(
                "{client} looked for {domain}, and the capture shows no join completed and no fault{}",
                reached.unwrap_or_default()
            )
        }
    }
}

/// `KRB-REPLYLOST-MTU, 0x40 ERROR_NETNAME_DELETED`
fn codes(finding: &FindingReport) -> String {
    let mut codes = String::from(finding.id);
    if let Some(code) = &finding.code {
        let _ = write!(codes, ", {code}");
        if let Some(symbol) = finding.symbol {
            let _ = write!(codes, " {symbol}");
        }
    }
    codes
}

/// `P3K FAILED 20s`
fn phase(phase: &PhaseReport) -> String {
    let outcome = match phase.outcome {
        "failed" => "FAILED",
        "absent" => "-",
        "unknown" => "?",
        other => other,
    };
    match phase.seconds {
        Some(seconds) if seconds >= WORTH_TELLING => format!("{} {outcome} {seconds:.0}s", phase.id),
        _ => format!("{} {outcome}", phase.id),
    }
}

/// `PC8, 192.168.0.10`
fn host(host: &Host) -> String {
    match &host.name {
        Some(name) => format!("{name}, {}", host.address),
        None => host.address.clone(),
    }
}

fn frames(capture: &CaptureReport) -> String {
    if capture.frames == 1 { "1 frame".to_owned() } else { format!("{} frames", capture.frames) }
}

/// A display filter of the evidence.
fn filter(finding: &FindingReport) -> String {
    let mut frames: Vec<u32> = finding.evidence.iter().map(|seen| seen.frame).collect();
    frames.sort_unstable();
    frames.dedup();
    let frames: Vec<String> = frames.iter().map(u32::to_string).collect();
    format!("frame.number in {{{}}}", frames.join(", "))
}

/// Without the full stop, for use inside another sentence.
fn sentence(text: &str) -> &str {
    text.trim_end().trim_end_matches('.')
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

/// Control characters, and the marks that turn or hide text, could make a terminal or a reader
/// see what is not there.
#[must_use]
pub const fn harmless(c: char) -> char {
    match c {
        '\0'..='\x1f'
        | '\x7f'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// The same JSON, with each character in its strings that is not [`harmless`] written by its number. JSON itself
/// asks that for those below the space only.
#[must_use]
pub fn harmless_json(json: String) -> String {
    // Outside of strings JSON has line feeds, but nothing else that matters here.
    let is_plain = |c| c == '\n' || harmless(c) == c;
    if json.chars().all(is_plain) {
        return json;
    }
    let mut plain = String::with_capacity(json.len());
    for c in json.chars() {
        if is_plain(c) {
            plain.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                plain.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    plain
}

/// The real names for the stand-ins that commands of the catalogue use.
#[derive(Debug)]
struct StandIns<'r> {
    of: [(&'static str, Option<&'r str>); 4],
    /// For options that take no name.
    dc_address: Option<&'r str>,
}

impl<'r> StandIns<'r> {
    fn of(join: &'r JoinReport) -> Self {
        let known = |host: &'r Host| host.name.as_deref().unwrap_or(&host.address);
        Self {
            of: [
                ("DC", join.dc.as_ref().map(known)),
                ("DOMAIN", join.domain.as_deref()),
                ("CLIENT", Some(known(&join.client))),
                ("USER", join.account.as_deref()),
            ],
            dc_address: join.dc.as_ref().map(|dc| dc.address.as_str()),
        }
    }

    /// The commands of `text` with real names. A name that a shell could take for more than a name stays out.
    fn put_into(&self, text: &str) -> String {
        let mut put = String::new();
        for (index, part) in text.split('`').enumerate() {
            if index > 0 {
                put.push('`');
            }
            if index % 2 == 1 { self.put_into_command(part, &mut put) } else { put.push_str(part) }
        }
        put
    }

    fn put_into_command(&self, command: &str, put: &mut String) {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let mut before = "";
        let mut rest = command;
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c| is_word(c) != is_word(first)).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            let name = self.of.iter().find(|(stand_in, _)| *stand_in == word).and_then(|(_, name)| *name);
            let name = match name {
                Some(_) if word == "DC" && (before.ends_with("Address") || before.ends_with("Addresses")) => {
                    self.dc_address
                }
                name => name,
            };
            put.push_str(name.filter(|name| is_plain(name)).unwrap_or(word));
            if is_word(first) {
                before = word;
            }
            rest = behind;
        }
    }
}

/// Nothing in it has a meaning for a shell.
fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'))
}

#[cfg(test)]
mod tests {
    use super::{Page, StandIns, harmless, harmless_json};

    #[test]
    fn lines_are_filled_and_long_words_broken() {
        let mut page = Page::default();
        page.fill("- ", "  ", &format!("one two {} end", "x".repeat(250)));
        let lines: Vec<&str> = page.text.lines().collect();
        assert_eq!(lines.first(), Some(&"- one two"));
        assert!(lines.iter().all(|line| line.len() <= 100), "{lines:?}");
        assert_eq!(lines.iter().map(|line| line.matches('x').count()).sum::<usize>(), 250);
    }

    #[test]
    fn what_a_terminal_would_obey_is_replaced() {
        for c in ['\x1b', '\u{9b}', '\r', '\n', '\t', '\u{7f}', '\u{202e}', '\u{2066}', '\u{200b}'] {
            assert_eq!(harmless(c), '\u{fffd}', "{c:?}");
        }
        assert_eq!(harmless('ä'), 'ä');
    }

    #[test]
    fn json_stays_the_same_and_commands_no_terminal() {
        let text = "\x1b[2J\u{9b}31m\u{7f}\u{202e}é\u{e0041}\n\u{fffd}";
        let json = serde_json::to_string_pretty(&[text]).unwrap();
        assert!(json.contains('\u{9b}'), "serde_json writes it as it is");
        let plain = harmless_json(json);
        assert!(plain.chars().all(|c| c == '\n' || harmless(c) == c), "{plain}");
        assert!(plain.contains(r"\u009b31m\u007f\u202eé\udb40\udc41"), "{plain}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&plain).unwrap(), [text]);
    }

    #[test]
    fn commands_get_real_names_and_prose_does_not() {
        let names = |dc| StandIns {
            of: [
                ("DC", dc),
                ("DOMAIN", Some("contoso.local")),
                ("CLIENT", None),
                ("USER", Some("$(reboot)")),
            ],
            dc_address: Some("192.0.2.1"),
        };
        let dc = names(Some("dc2.contoso.local"));
        assert_eq!(
            dc.put_into("On the DC: `ping DC`, `dcdiag /s:DC`."),
            "On the DC: `ping dc2.contoso.local`, `dcdiag /s:dc2.contoso.local`."
        );
        assert_eq!(dc.put_into("`route -RemoteIPAddress DC`"), "`route -RemoteIPAddress 192.0.2.1`");
        assert_eq!(dc.put_into("`net use \\\\DC\\IPC$ /user:DOMAIN\\user`"), {
            "`net use \\\\dc2.contoso.local\\IPC$ /user:contoso.local\\user`"
        });
        assert_eq!(dc.put_into("`Unlock-ADAccount USER`"), "`Unlock-ADAccount USER`");
        assert_eq!(names(Some("dc;reboot")).put_into("`ping DC`"), "`ping DC`");
        assert_eq!(names(Some("-f")).put_into("`ping DC`"), "`ping DC`");
        assert_eq!(names(None).put_into("`nltest /dsgetdc:DOMAIN"), "`nltest /dsgetdc:contoso.local");
    }
}
