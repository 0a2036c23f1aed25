//! The task runner of this repository: `cargo xtask --help`.

mod api;
mod bench;
#[path = "../../join-engine/tests/capture_file/mod.rs"]
mod capture_file;
mod crates;
mod demo;
mod deny;
mod docs;
mod features;
mod fresh;
mod fuzz;
mod install;
mod lab;
mod matrix;
mod miri;
mod mutate;
mod oracle;
mod package;
#[cfg(test)]
mod pages;
mod profile;
mod roots;
mod sanitize;
mod score;
mod screenshots;
mod setup;
mod terminal;
mod test;
mod zip;

use std::path::Path;
use std::process::ExitCode;

/// What a task ends with when it fails: one message for a person.
type Outcome = Result<(), String>;

const HELP: &str = "\
cargo xtask <task>

  demo [CAPTURE] [--all]  set up, build and install the plugin, and show a real domain join
                          annotated by it; --all prints every annotated frame
  test                    set up and run everything that CI runs: format, clippy, docs, tests
  matrix [SUITE..]        build and test the plugin with Wireshark 4.0, 4.2, 4.4 and 4.6, each in a folder made
                          from the packages of a suite: bookworm, noble (Ubuntu), trixie, testing
  fresh [SYSTEM..]        run the README's two commands on fresh machines, made from the packages of Debian
                          and Ubuntu: bookworm, trixie, noble; prints how long they took; needs root
  install [--system]      build the plugin and install it for you, or for all users
  install --profile       install the Wireshark profile adjoin for you: columns, colours and
                          filter buttons; --zip FILE writes it for Wireshark's import instead
  package [SUITE..]       make an archive and a Debian package for the Wireshark of this machine, and for
                          those of these suites; --windows: archives for Windows; --to FOLDER;
                          --debug: unoptimised, not for Windows
  package --crates        pack the crates that are published, and compare their sizes with docs/crates.md;
                          --write writes them there
  setup                   install what building and testing needs (Wireshark's headers, tshark, ...)
  screenshots [--out DIR] run the real Wireshark under a virtual display with plugin and profile, and
                          save pictures of what it shows
  features                build and test the libraries with each combination of their features, without
                          std for a bare target, and with the oldest Rust that they promise
  api [--write]           compare what the libraries offer with docs/api, or write it
  docs [--check]          write docs/filters.md, docs/findings.md and docs/findings/ from the tables in the code
  bench [--write|--check] time our decoders beside other crates on the same octets; --write writes
                          docs/performance.md, --check compares instructions with the last --write;
                          --all [--write] [SIZE..] measures whole captures of 200M, 2G and 10G instead,
                          beside merely reading them and beside tshark
  oracle [FOLDER..]       compare every field of every message with Wireshark, the crates of others,
                          Samba's ndrdump and impacket; --page writes the outcome to docs/oracle.md
  score [--verbose] DIR.. compare verdicts with captures of which the truth is known (truth.tsv);
                          --verbose prints all findings
  lab [--quick|--all|..]  join a real domain with real clients across a router that injects a fault, capture
                          both sides, and score the verdicts; needs root on Debian; lab --help tells more
  fuzz [TARGET..]         run the fuzz targets one behind the other, --minutes N each (5), and print
                          executions, coverage and finds; --seeds makes their corpora from captures
                          instead; --address looks for wrong uses of memory in dependencies as well
  sanitize [TEST..]       the C interface's tests and the plugin's with AddressSanitizer and
                          UndefinedBehaviorSanitizer, and leaks of the plugin; needs a nightly compiler
  miri                    the tests of wire and of the C interface, interpreted by Miri; needs nightly
  deny                    licences, sources, duplicates and advisories of the crates that we depend on
  mutate [SUITE..]        damage captures and random packets, and feed them to the plugin in each Wireshark
                          that is there, for --minutes N in all (5), from --seed S on (1)

Each task says what it does and where it stopped. Nothing asks questions.
Exit codes: 0 done, 1 failed, 2 wrong arguments.
";

/// What a command line asks for, ready to run.
type Task<'a> = Box<dyn FnOnce() -> Outcome + 'a>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["lab", rest @ ..] => match lab::run(rest) {
            Ok(true) => Ok(()),
            Ok(false) => return ExitCode::from(2),
            Err(message) => Err(message),
        },
        [] | ["help" | "--help" | "-h", ..] | [_, "--help" | "-h"] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => match task(&arguments) {
            Ok(task) => task(),
            Err(problem) => {
                eprintln!("{problem}\n\n{HELP}");
                return ExitCode::from(2);
            }
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{} {message}", terminal::Style::for_stderr().bad("failed:"));
            ExitCode::FAILURE
        }
    }
}

/// Reads a command line and does nothing yet: a test asks it about each command of the documentation.
fn task<'a>(arguments: &'a [&'a str]) -> Result<Task<'a>, String> {
    let wrong = || format!("no such task, or not with these arguments: {}", arguments.join(" "));
    let task: Task<'a> = match arguments {
        ["demo", rest @ ..] => {
            let options = demo::Options::from(rest).ok_or_else(wrong)?;
            Box::new(move || demo::run(&options))
        }
        ["test"] => Box::new(test::run),
        ["matrix", rest @ ..] => {
            let suites = matrix::suites(rest).ok_or_else(wrong)?;
            Box::new(move || matrix::run(&suites))
        }
        ["fresh", rest @ ..] => {
            let systems = fresh::systems(rest).ok_or_else(wrong)?;
            Box::new(move || fresh::run(&systems))
        }
        ["install"] => Box::new(|| install::run(false)),
        ["install", "--system"] => Box::new(|| install::run(true)),
        ["install", "--profile"] => Box::new(profile::install),
        ["install", "--profile", "--zip", file] => Box::new(|| profile::write_zip(file.as_ref())),
        ["package", "--crates"] => Box::new(|| crates::package(false)),
        ["package", "--crates", "--write"] => Box::new(|| crates::package(true)),
        ["package", rest @ ..] => {
            let options = package::Options::from(rest).map_err(|message| format!("package: {message}"))?;
            Box::new(move || package::run(&options))
        }
        ["setup"] => Box::new(|| setup::run(setup::FOR_TESTS)),
        ["screenshots"] => Box::new(|| screenshots::run(Path::new(screenshots::FOLDER))),
        ["screenshots", "--out", folder] => Box::new(|| screenshots::run(folder.as_ref())),
        ["features"] => Box::new(features::run),
        ["api"] => Box::new(api::check),
        ["api", "--write"] => Box::new(api::write),
        ["docs"] => Box::new(docs::write),
        ["docs", "--check"] => Box::new(docs::check),
        ["bench", rest @ ..] if matches!(rest, [] | ["--write" | "--check"] | ["--all", ..]) => {
            Box::new(|| bench::run(rest))
        }
        ["fuzz", rest @ ..] => {
            let options = fuzz::Options::from(rest).map_err(|message| format!("fuzz: {message}"))?;
            Box::new(move || fuzz::run(&options))
        }
        ["mutate", rest @ ..] => {
            let options = mutate::Options::from(rest).ok_or_else(wrong)?;
            Box::new(move || mutate::run(&options))
        }
        ["deny"] => Box::new(deny::run),
        ["miri"] => Box::new(miri::run),
        ["sanitize", names @ ..] if names.iter().all(|name| !name.starts_with('-')) => {
            Box::new(|| sanitize::run(names))
        }
        ["oracle", rest @ ..] => Box::new(|| oracle::run(rest)),
        ["score", rest @ ..] => {
            let options = score::Options::from(rest).ok_or_else(wrong)?;
            Box::new(move || score::run(&options))
        }
        _ => return Err(wrong()),
    };
    Ok(task)
}
