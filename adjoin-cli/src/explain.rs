//! `adjoin explain`: what a finding or a code means in a join, and how those that share a code are told apart.

use join_engine::catalogue::{FINDINGS, Finding, by_name};
use join_engine::report::harmless_json;
use serde::Serialize;

use crate::arguments::{self, ExplainFormat};
use crate::codes::{self, Code};
use crate::complain;
use crate::exit::{Ending, Exit};
use crate::terminal::{fill, harmless};

/// Most names that are suggested for one that isn't known.
const MAX_NEAREST: usize = 5;
/// Most characters of a word that are compared with names.
const MAX_WORD: usize = 64;
/// MIT's numbers of Kerberos errors begin here.
const MIT_BASE: i64 = -1_765_328_384;

/// What was found for one question.
enum Answer {
    Finding(&'static Finding),
    /// All findings of a phase, or whose ids begin so.
    Group(Vec<&'static Finding>),
    Codes(Vec<Code>),
    Unknown(Vec<&'static str>),
}

/// One question of the command line.
#[derive(Debug, PartialEq, Eq)]
enum Question {
    Word(String),
    /// What comes behind `data` in the answer to an LDAP bind.
    Data(String),
}

/// Looks up, renders; what isn't known is told on standard error.
pub(crate) fn run(arguments: &arguments::Explain) -> Result<Ending, String> {
    let answers: Vec<_> =
        questions(&arguments.what).into_iter().map(|question| (answer(&question), question)).collect();
    let mut exit = Exit::Joined;
    for (answer, question) in &answers {
        if let Answer::Unknown(nearest) = answer {
            exit = Exit::Unknown;
            let near = match nearest.as_slice() {
                [] => "docs/findings.md lists all findings".to_owned(),
                names => format!("did you mean {}?", names.join(", ")),
            };
            complain(&format!("{}: neither a finding nor a code that is known; {near}", asked(question)));
        }
    }
    let output = match arguments.format {
        ExplainFormat::Text => {
            let pages: Vec<_> =
                answers.iter().map(|(answer, _)| page(answer)).filter(|page| !page.is_empty()).collect();
            pages.join("\n")
        }
        ExplainFormat::Json => json(&answers) + "\n",
    };
    Ok(Ending { output: output.into_bytes(), exit })
}

fn questions(words: &[String]) -> Vec<Question> {
    let mut words = words.iter().flat_map(|word| word.split_whitespace());
    let clean = |word: &str| word.trim_matches([',', ';', ':', '.', '"', '\'']).to_owned();
    let mut questions = Vec::new();
    while let Some(word) = words.next() {
        let number = if word.eq_ignore_ascii_case("data") { words.next() } else { None };
        questions.push(match number {
            Some(number) => Question::Data(clean(number)),
            None => Question::Word(clean(word)),
        });
    }
    questions
}

/// A question as it was asked, for a terminal.
fn asked(question: &Question) -> String {
    match question {
        Question::Word(word) => harmless(word),
        Question::Data(number) => harmless(&format!("data {number}")),
    }
}

fn answer(question: &Question) -> Answer {
    let word = match question {
        Question::Word(word) => word,
        Question::Data(digits) => {
            let digits = digits.strip_prefix("0x").unwrap_or(digits);
            let code = u32::from_str_radix(digits, 16).ok().and_then(codes::logon);
            return code.map_or(Answer::Unknown(Vec::new()), |code| Answer::Codes(vec![code]));
        }
    };
    let id = word.to_ascii_uppercase().replace('_', "-");
    if let Some((_, finding)) = by_name(&id) {
        return Answer::Finding(finding);
    }
    let found = match number(word) {
        Some(number) => codes::by_number(number),
        None => codes::by_symbol(word),
    };
    if !found.is_empty() {
        return Answer::Codes(found);
    }
    let of_phase = |finding: &&Finding| finding.phase.id().eq_ignore_ascii_case(word);
    let begins = |finding: &&Finding| finding.id.starts_with(&id);
    let group = |fits: &dyn Fn(&&Finding) -> bool| FINDINGS.iter().filter(fits).collect::<Vec<_>>();
    if !word.is_empty() {
        let group =
            if FINDINGS.iter().any(|finding| of_phase(&finding)) { group(&of_phase) } else { group(&begins) };
        match group.as_slice() {
            [] => {}
            [only] => return Answer::Finding(only),
            _ => return Answer::Group(group),
        }
    }
    Answer::Unknown(nearest(&id))
}

/// The number that a word is: with 0x, in decimal (also negative, as 32 bits with a sign), or of digits that
/// can only be hexadecimal.
fn number(word: &str) -> Option<u32> {
    if let Some(digits) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        return u32::from_str_radix(digits, 16).ok();
    }
    let hexadecimal = word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.starts_with(|c: char| c.is_ascii_digit() || word.len() == 8);
    let decimal = word.parse::<i64>().ok();
    match decimal {
        Some(_) if word.len() == 8 && hexadecimal => u32::from_str_radix(word, 16).ok(),
        Some(number) if (MIT_BASE..MIT_BASE.saturating_add(128)).contains(&number) => {
            u32::try_from(number.saturating_sub(MIT_BASE)).ok()
        }
        Some(number) => u32::try_from(number)
            .ok()
            .or_else(|| i32::try_from(number).ok().map(|number| u32::from_ne_bytes(number.to_ne_bytes()))),
        None if hexadecimal => u32::from_str_radix(word, 16).ok(),
        None => None,
    }
}

/// Names like `word`, the most like it first.
fn nearest(word: &str) -> Vec<&'static str> {
    let fold = |name: &str| name.to_ascii_uppercase().replace('_', "-");
    let word: String = fold(word).chars().take(MAX_WORD).collect();
    if word.len() < 2 {
        return Vec::new();
    }
    let reach = word.len().checked_div(3).unwrap_or_default().saturating_add(1);
    let names = FINDINGS.iter().map(|finding| finding.id).chain(codes::symbols());
    let mut near: Vec<(usize, &'static str)> = names
        .filter_map(|name| {
            let folded = fold(name);
            let far = if folded.starts_with(&word) {
                0
            } else if word.len() > 3 && folded.contains(&word) {
                1
            } else {
                distance(&word, &folded)
            };
            (far <= reach).then_some((far, name))
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(MAX_NEAREST).map(|(_, name)| name).collect()
}

/// How many characters must be changed, added or removed to make one of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (at, a) in one.chars().enumerate() {
        let mut corner = at;
        let mut left = at.saturating_add(1);
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (above, b) in row.iter_mut().skip(1).zip(other.chars()) {
            let same = corner.saturating_add(usize::from(a != b));
            corner = *above;
            left = same.min(corner.saturating_add(1)).min(left.saturating_add(1));
            *above = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

fn page(answer: &Answer) -> String {
    let mut page = String::new();
    match answer {
        Answer::Finding(finding) => whole(&mut page, finding),
        Answer::Group(findings) => {
            let columns = findings.iter().map(|finding| finding.id.len()).max().unwrap_or_default();
            for (phase, findings) in by_phase(findings) {
                page.push_str(&format!("{phase}\n"));
                for finding in findings {
                    page.push_str(&format!("  {:columns$}  {}\n", finding.id, finding.title));
                }
            }
        }
        Answer::Codes(codes) => {
            for (number, code) in codes.iter().enumerate() {
                if number > 0 {
                    page.push('\n');
                }
                coded(&mut page, code);
            }
        }
        Answer::Unknown(_) => {}
    }
    page
}

fn phase(finding: &Finding) -> String {
    format!("{} {}", finding.phase.id(), finding.phase.name()).trim_start().to_owned()
}

fn by_phase<'f>(findings: &'f [&'static Finding]) -> impl Iterator<Item = (String, &'f [&'static Finding])> {
    findings
        .chunk_by(|one, next| one.phase == next.phase)
        .filter_map(|findings| Some((phase(findings.first()?), findings)))
}

/// The findings with the same code.
fn sharing(finding: &Finding) -> Vec<&'static str> {
    let shares =
        |other: &&Finding| other.code.is_some() && other.code == finding.code && other.id != finding.id;
    FINDINGS.iter().filter(shares).map(|other| other.id).collect()
}

/// All that is known of a finding.
fn whole(page: &mut String, finding: &Finding) {
    page.push_str(&format!("{}: {}\n", finding.id, finding.title));
    fill(page, 2, "phase", &phase(finding));
    fill(page, 2, "severity", finding.severity.as_str());
    if let Some(code) = finding.code {
        fill(page, 2, "code", &format!("0x{code:x} ({code}) {}", finding.symbol));
        let others = sharing(finding);
        if !others.is_empty() {
            fill(
                page,
                2,
                "",
                &format!("also of {}; `adjoin explain 0x{code:x}` tells them apart", others.join(", ")),
            );
        }
    }
    for (label, text) in
        [("what", finding.what), ("why", finding.why), ("fix", finding.fix), ("settle", finding.settle)]
    {
        if !text.is_empty() {
            fill(page, 2, label, text);
        }
    }
    // Never broken, however long: it is there to be pasted.
    if !finding.filter.is_empty() {
        page.push_str(&format!("  filter   {}\n", finding.filter));
    }
}

fn coded(page: &mut String, code: &Code) {
    let also = code.also.map(|also| format!(", {also}")).unwrap_or_default();
    page.push_str(&format!("{}  {}{also}  [{}]\n", code.digits(), code.symbol, code.kind()));
    if let Some(meaning) = code.meaning {
        fill(page, 2, "means", meaning);
    }
    if let Some(win32) = code.win32() {
        let symbol = netsetup_log::code_name(win32).map_or("", |(symbol, _)| symbol);
        fill(page, 2, "Win32", &format!("0x{win32:x} {symbol}"));
    }
    if let Some(filter) = code.filter() {
        page.push_str(&format!("  filter   {filter}\n"));
    }
    let findings = code.findings();
    match findings.as_slice() {
        [] => page.push_str("  No finding of a join is known by this code alone.\n"),
        [only] => {
            page.push('\n');
            whole(page, only);
        }
        several => {
            page.push_str(&format!("\n  {} findings lead to it. What tells them apart:\n", several.len()));
            for (phase, findings) in by_phase(several) {
                page.push_str(&format!("\n  {phase}\n"));
                for finding in findings {
                    page.push_str(&format!("    {}: {}\n", finding.id, finding.title));
                    for (label, text) in
                        [("seen", finding.what), ("settle", finding.settle), ("fix", finding.fix)]
                    {
                        if !text.is_empty() {
                            fill(page, 6, label, text);
                        }
                    }
                    page.push_str(&format!("      filter   {}\n", finding.filter));
                }
            }
        }
    }
}

/// The shape of docs/explain.md.
#[derive(Serialize)]
struct Explained {
    schema: u32,
    answers: Vec<JsonAnswer>,
}

#[derive(Serialize)]
struct JsonAnswer {
    asked: String,
    kind: &'static str,
    codes: Vec<JsonCode>,
    findings: Vec<JsonFinding>,
    nearest: Vec<&'static str>,
}

#[derive(Serialize)]
struct JsonCode {
    family: &'static str,
    number: u32,
    hex: String,
    symbol: &'static str,
    also: Option<&'static str>,
    meaning: Option<&'static str>,
    win32: Option<u32>,
    filter: Option<String>,
    findings: Vec<&'static str>,
}

#[derive(Serialize)]
struct JsonFinding {
    id: &'static str,
    title: &'static str,
    phase: &'static str,
    phase_name: &'static str,
    severity: &'static str,
    code: Option<String>,
    symbol: Option<&'static str>,
    shared_with: Vec<&'static str>,
    what: &'static str,
    why: &'static str,
    fix: &'static str,
    settle: &'static str,
    filter: &'static str,
}

fn json(answers: &[(Answer, Question)]) -> String {
    let answers = answers
        .iter()
        .map(|(answer, question)| {
            let asked = match question {
                Question::Word(word) => word.clone(),
                Question::Data(number) => format!("data {number}"),
            };
            let mut made = JsonAnswer {
                asked,
                kind: "unknown",
                codes: Vec::new(),
                findings: Vec::new(),
                nearest: Vec::new(),
            };
            match answer {
                Answer::Finding(finding) => {
                    made.kind = "finding";
                    made.findings = vec![json_finding(finding)];
                }
                Answer::Group(findings) => {
                    made.kind = "group";
                    made.findings = findings.iter().map(|finding| json_finding(finding)).collect();
                }
                Answer::Codes(codes) => {
                    made.kind = "code";
                    made.codes = codes.iter().map(json_code).collect();
                    let ids: Vec<_> = made.codes.iter().flat_map(|code| &code.findings).collect();
                    made.findings = FINDINGS
                        .iter()
                        .filter(|finding| ids.contains(&&finding.id))
                        .map(json_finding)
                        .collect();
                }
                Answer::Unknown(nearest) => made.nearest.clone_from(nearest),
            }
            made
        })
        .collect();
    harmless_json(serde_json::to_string_pretty(&Explained { schema: 1, answers }).unwrap_or_default())
}

fn json_code(code: &Code) -> JsonCode {
    JsonCode {
        family: code.kind(),
        number: code.number,
        hex: format!("0x{:x}", code.number),
        symbol: code.symbol,
        also: code.also,
        meaning: code.meaning,
        win32: code.win32(),
        filter: code.filter(),
        findings: code.findings().iter().map(|finding| finding.id).collect(),
    }
}

fn json_finding(finding: &Finding) -> JsonFinding {
    JsonFinding {
        id: finding.id,
        title: finding.title,
        phase: finding.phase.id(),
        phase_name: finding.phase.name(),
        severity: finding.severity.as_str(),
        code: finding.code.map(|code| format!("0x{code:x}")),
        symbol: finding.code.map(|_| finding.symbol),
        shared_with: sharing(finding),
        what: finding.what,
        why: finding.why,
        fix: finding.fix,
        settle: finding.settle,
        filter: finding.filter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        for (word, wanted) in [
            ("0x54b", Some(0x54b)),
            ("0X54B", Some(0x54b)),
            ("1355", Some(1355)),
            ("54b", Some(0x54b)),
            ("c000006d", Some(0xc000_006d)),
            ("C000006D", Some(0xc000_006d)),
            ("80090308", Some(0x8009_0308)),
            ("-1073741715", Some(0xc000_006d)),
            ("3221225581", Some(0xc000_006d)),
            ("-1765328360", Some(24)),
            ("0x1c000006d", None),
            ("DC-VANISHED", None),
            ("DEAD", None),
            ("", None),
            ("99999999999", None),
        ] {
            assert_eq!(number(word), wanted, "{word}");
        }
    }

    #[test]
    fn questions_of_one_and_of_two_words() {
        let words = ["data", "52e,", "0x5", "data 775: KRB-SKEW", "DATA"].map(str::to_owned);
        assert_eq!(
            questions(&words),
            [
                Question::Data("52e".into()),
                Question::Word("0x5".into()),
                Question::Data("775".into()),
                Question::Word("KRB-SKEW".into()),
                Question::Word("DATA".into()),
            ]
        );
    }

    #[test]
    fn what_is_misspelled_has_a_neighbour() {
        assert_eq!(nearest("KRB-PREAUHT").first(), Some(&"KRB-PREAUTH"));
        assert!(nearest("KDC_ERR_PREAUTH").contains(&"KDC_ERR_PREAUTH_FAILED"));
        assert_eq!(nearest("QQQQQQQQQQQQ"), Vec::<&str>::new());
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!((distance("", "abc"), distance("abc", "")), (3, 3));
        let _ = nearest(&"A".repeat(100_000));
    }
}
