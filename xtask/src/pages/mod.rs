//! The documentation says what the programs do: each command of a page is run, or read by the parser that it is
//! meant for, or on the list of those that can't be, with the reason.
//!
//! A page shows a command in a block of the kind `console`, behind `$ `, and below it what it prints. A line `…` stands
//! for lines that are left out, `…` at the end of a line for the rest of it. Nothing below a command says nothing about
//! what it prints. `$ echo $?` asks for the exit code; without it none but 0 is right, and for verdicts 1.
//! `UPDATE=1 cargo test -p xtask pages` writes what was printed into the pages, where nothing is left out.

mod bounds;
mod links;
mod read;
mod sandbox;
mod unplayed;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use adjoin_oracle::tshark::{installed, target_folder};
use read::{PROGRAMS, Page, Shown, blocks, named, pages, root, shown};
use sandbox::{Ran, Sandbox};
use unplayed::{TASKS, UNPLAYED};

/// A line, or the rest of one, that a page leaves out.
const GAP: &str = "…";

#[test]
fn every_shown_command_does_what_the_page_says() {
    let mut faults = String::new();
    for page in pages() {
        let blocks = blocks(&page.text);
        let console = blocks.iter().filter(|block| block.language == "console");
        let commands: Vec<Shown> = console.flat_map(shown).collect();
        let sandbox = (!commands.is_empty()).then(Sandbox::new);
        let Some(sandbox) = sandbox else { continue };
        let (mut last, mut mended) = (None, Vec::new());
        for shown in &commands {
            let place = format!("{}:{}", page.name, shown.line);
            if shown.command == "echo $?" {
                let code = last.take().map(|code: i32| code.to_string());
                if code.as_ref().is_some_and(|code| *code != shown.printed.join("\n")) {
                    let _ = writeln!(faults, "{place}: the exit code is {}", code.unwrap_or_default());
                }
                continue;
            }
            let asks_code = commands
                .iter()
                .any(|next| next.command == "echo $?" && next.line == shown.output + shown.printed.len());
            match play(&sandbox, &shown.command) {
                Ok(Some(ran)) => {
                    if !asks_code && !is_good(&shown.command, ran.code) {
                        let _ = writeln!(
                            faults,
                            "{place}: {}: exit code {}: {}",
                            shown.command, ran.code, ran.printed
                        );
                    }
                    last = Some(ran.code);
                    let printed: Vec<String> =
                        ran.printed.lines().map(|line| line.trim_end().to_owned()).collect();
                    if !shown.printed.is_empty() && !fits(&shown.printed, &printed) {
                        mended.push((shown, printed.clone()));
                        let _ = writeln!(faults, "{place}: {} prints\n{}", shown.command, printed.join("\n"));
                    }
                }
                Ok(None) => last = None,
                Err(fault) => {
                    let _ = writeln!(faults, "{place}: {}: {fault}", shown.command);
                }
            }
        }
        if std::env::var_os("UPDATE").is_some() {
            update(&page, &mended);
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn every_named_command_is_one() {
    let sandbox = Sandbox::new();
    let mut seen = BTreeSet::new();
    let mut faults = String::new();
    let pages = pages();
    let of_pages = pages.iter().flat_map(|page| {
        named(&page.text).into_iter().map(|(line, command)| (format!("{}:{line}", page.name), command))
    });
    for (place, command) in of_pages.chain(of_help(&sandbox)) {
        if !seen.insert(command.clone()) {
            continue;
        }
        let fault = match command.split(' ').next() {
            Some("adjoin") if unplayed(&command).is_none() => {
                refused(&sandbox.run(&format!("{command} </dev/null")))
            }
            // Some name an option only: it must do something with a capture.
            Some("tshark")
                if unplayed(&command).is_none() && !command.contains("-r ") && !command.contains(" -G") =>
            {
                play(&sandbox, &command.replacen("tshark", "tshark -r capture.pcap", 1))
                    .map_or_else(Some, failed)
            }
            _ => play(&sandbox, &command).map_or_else(Some, failed),
        };
        if let Some(fault) = fault {
            let _ = writeln!(faults, "{place}: {command}: {fault}");
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn commands_stand_where_they_are_seen() {
    let mut faults = String::new();
    for page in pages() {
        for block in blocks(&page.text).iter().filter(|block| block.language != "console") {
            if matches!(block.language, "sh" | "bash" | "shell" | "") {
                let _ = writeln!(faults, "{}:{}: is it `console` or `text`?", page.name, block.line);
            }
            let is_command = |line: &&str| {
                let first = line.split_whitespace().next().unwrap_or_default();
                line.starts_with("$ ") || (block.language == "text" && PROGRAMS.contains(&first))
            };
            if let Some(line) = block.lines.iter().copied().find(is_command) {
                let _ =
                    writeln!(faults, "{}:{}: a command outside of `console`: {line}", page.name, block.line);
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn what_is_left_out_is_still_there() {
    let pages = pages();
    let mut all: Vec<String> =
        pages.iter().flat_map(|page| named(&page.text)).map(|(_, command)| command).collect();
    all.extend(pages.iter().flat_map(|page| {
        blocks(&page.text)
            .iter()
            .filter(|block| block.language == "console")
            .flat_map(shown)
            .map(|shown| shown.command)
            .collect::<Vec<_>>()
    }));
    all.extend(of_help(&Sandbox::new()).into_iter().map(|(_, command)| command));
    for (begins, reason) in UNPLAYED {
        assert!(
            all.iter()
                .any(|command| parts(command).any(|part| part.starts_with(begins))
                    || command.starts_with(begins)),
            "no page has `{begins}` ({reason})"
        );
    }
}

#[test]
fn every_task_is_run_somewhere() {
    let tasks: BTreeSet<&str> = crate::HELP
        .lines()
        .filter_map(|line| {
            line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split_whitespace().next()
        })
        .chain(["help"])
        .collect();
    let told: BTreeMap<&str, &str> = TASKS.iter().copied().collect();
    assert_eq!(tasks, told.keys().copied().collect());
}

/// The examples that `adjoin` gives in its help.
fn of_help(sandbox: &Sandbox) -> Vec<(String, String)> {
    let mut commands = Vec::new();
    for task in ["report", "log", "decode", "scan", "explain", "annotate", "completions", "man"] {
        let help = sandbox.run(&format!("adjoin {task} --help")).printed;
        let examples =
            help.split_once("\nExample").unwrap_or_else(|| panic!("{task}: no examples in {help}")).1;
        let lines = examples.lines().skip(1).take_while(|line| line.starts_with("  "));
        commands.extend(lines.map(|line| (format!("adjoin {task} --help"), line.trim().to_owned())));
    }
    commands
}

/// Runs a command, if it is one that is run; a fault otherwise.
fn play(sandbox: &Sandbox, command: &str) -> Result<Option<Ran>, String> {
    if unplayed(command).is_some() {
        return Ok(None);
    }
    let mut is_whole = true;
    for part in parts(command) {
        let words: Vec<&str> = part
            .split('#')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .filter(|word| *word != "\\")
            .collect();
        match words.as_slice() {
            ["adjoin", ..] | ["grep" | "head" | "cat" | "sort", ..] => {}
            [program @ ("tshark" | "jq"), ..] => is_whole &= installed(program),
            ["cargo", "xtask", arguments @ ..] => return task(arguments).map(|()| None),
            ["cargo", "run", arguments @ ..] => return example(arguments),
            _ if unplayed(part).is_some() => return Ok(None),
            _ => return Err("neither run nor on the list of those that can't be".to_owned()),
        }
    }
    Ok(is_whole.then(|| sandbox.run(command)))
}

/// The commands of a line.
fn parts(command: &str) -> impl Iterator<Item = &str> {
    // What stands in quotes is no pipe.
    let mut quote = None;
    command
        .split(move |c: char| {
            match quote {
                Some(open) if c == open => quote = None,
                None if c == '\'' || c == '"' => quote = Some(c),
                _ => {}
            }
            quote.is_none() && matches!(c, '|' | ';' | '&')
        })
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn unplayed(command: &str) -> Option<&'static str> {
    UNPLAYED.iter().find(|(begins, _)| command.starts_with(begins)).map(|(_, reason)| *reason)
}

/// Whether the task runner takes these arguments.
fn task(arguments: &[&str]) -> Result<(), String> {
    // `FOLDER..` stands for any number of them, `N` for a number.
    let words = arguments.iter().copied().filter(|word| !word.ends_with(".."));
    let arguments: Vec<&str> = words.map(|word| if word == "N" { "5" } else { word }).collect();
    match arguments.as_slice() {
        [] | ["--help"] => Ok(()),
        #[cfg(target_os = "linux")]
        ["lab", rest @ ..] => {
            use adjoin_lab::arguments::{Arguments, What};
            let read = Arguments::read(rest.iter().map(|word| (*word).to_owned()))?;
            match &read.what {
                What::Only(names) => adjoin_lab::scenario::named(names).map(|_| ()),
                _ => Ok(()),
            }
        }
        #[cfg(not(target_os = "linux"))]
        ["lab", ..] => Ok(()),
        _ => crate::task(&arguments).map(|_| ()),
    }
}

/// Runs an example of one of the crates; one that wants a file of the reader's is only looked for.
fn example(arguments: &[&str]) -> Result<Option<Ran>, String> {
    let behind = |word: &str| arguments.iter().skip_while(|argument| **argument != word).nth(1).copied();
    let (package, name) = (behind("-p").ok_or("no package")?, behind("--example").ok_or("no example")?);
    let found = ["", "fuzz/", "oracle/"]
        .iter()
        .flat_map(|above| [package, "targets"].map(|folder| root().join(above).join(folder)))
        .find(|folder| {
            fs::read_to_string(folder.join("Cargo.toml"))
                .is_ok_and(|manifest| manifest.contains(&format!("name = \"{package}\"")))
        });
    let source = found.ok_or("no such package")?.join("examples").join(name).with_extension("rs");
    if !source.is_file() {
        return Err(format!("there is no {}", source.display()));
    }
    let own: Vec<&&str> = arguments.iter().skip_while(|argument| **argument != "--").skip(1).collect();
    if !own.iter().all(|word| word.starts_with("--") || root().join(word).exists()) {
        return Ok(None);
    }
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).args(["run", "--quiet"]).args(arguments);
    if let Some(target) = target_folder() {
        cargo.env("CARGO_TARGET_DIR", target);
    }
    let output = cargo.output().map_err(|error| error.to_string())?;
    let printed = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    Ok(Some(Ran { printed, code: output.status.code().unwrap_or(-1) }))
}

/// Why a run is none that a page may name.
fn failed(ran: Option<Ran>) -> Option<String> {
    ran.filter(|ran| ran.code != 0).map(|ran| format!("exit code {}: {}", ran.code, ran.printed))
}

/// Why `adjoin` doesn't take its arguments. A page may name a command without the files that it wants.
fn refused(ran: &Ran) -> Option<String> {
    let is_usage = ran.printed.lines().any(|line| line.starts_with("error: "));
    let is_short =
        ["required arguments were not provided", "a value is required for", "requires a subcommand"];
    (is_usage && !is_short.iter().any(|words| ran.printed.contains(words))).then(|| ran.printed.clone())
}

/// Whether a page may show a command that ends so, and say nothing about it.
fn is_good(command: &str, code: i32) -> bool {
    let is_verdict =
        ["adjoin report", "adjoin scan", "adjoin log"].iter().any(|words| command.contains(words));
    code == 0 || (is_verdict && code == 1)
}

/// Whether a page that prints `told` is right about what was `printed`.
fn fits(told: &[String], printed: &[String]) -> bool {
    match (told, printed) {
        ([line, told @ ..], printed) if line.trim() == GAP => {
            (0..=printed.len()).any(|left_out| fits(told, &printed[left_out..]))
        }
        ([line, told @ ..], [real, printed @ ..]) => {
            let is_same = match line.strip_suffix(GAP) {
                Some(begins) => real.starts_with(begins),
                None => line == real,
            };
            is_same && fits(told, printed)
        }
        // The empty line before the next command of a block, and those that a program ends with.
        (rest, []) | ([], rest) => rest.iter().all(String::is_empty),
    }
}

/// Writes what was printed into a page, where it leaves nothing out.
fn update(page: &Page, mended: &[(&Shown, Vec<String>)]) {
    let mut lines: Vec<String> = page.text.lines().map(str::to_owned).collect();
    for (shown, printed) in mended.iter().rev() {
        if shown.printed.iter().any(|line| line.contains(GAP)) {
            continue;
        }
        let from = shown.output - 1;
        let indent: String = lines[from - 1].chars().take_while(|c| *c == ' ').collect();
        let printed: Vec<String> =
            printed.iter().map(|line| format!("{indent}{line}").trim_end().to_owned()).collect();
        let _ = lines.splice(from..from + shown.printed.len(), printed);
    }
    fs::write::<&PathBuf, _>(&page.path, lines.join("\n") + "\n").unwrap();
}

#[test]
fn gaps_stand_for_what_is_left_out() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let printed = lines("one\ntwo\nthree\nfour");
    for told in [
        "one\ntwo\nthree\nfour",
        "one\n  …\nfour",
        "…\nthree\nfour",
        "on…\n…",
        "…",
        "one\ntwo\nthree\nfour\n\n",
    ] {
        assert!(fits(&lines(told), &printed), "{told}");
    }
    for told in ["one\ntwo\nthree", "one\nthree\nfour", "two\n…", "…\nthree", "one\n…\ntwo"] {
        assert!(!fits(&lines(told), &printed), "{told}");
    }
}

#[test]
fn pipes_are_told_from_quotes() {
    assert_eq!(parts("a 'b | c' | d \"x;y\"; e").collect::<Vec<_>>(), ["a 'b | c'", "d \"x;y\"", "e"]);
}
