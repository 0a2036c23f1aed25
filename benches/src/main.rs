//! `cargo xtask bench`: our decoders beside their peers on the same captured octets, and whole pipelines.
//!
//! Without an argument it prints the page, `--write` writes it to `docs/performance.md` and the counts to
//! `benches/instructions.tsv`, `--check` compares the counts with that file. `--all` measures whole captures
//! beside `tshark`, of the sizes that follow it or 200M, 2G and 10G; with `--write` it replaces their section.

mod allocations;
mod captured;
mod captures;
mod counted;
mod messages;
mod pipelines;
mod readers;
mod table;
mod timing;

use captured::Captured;
use messages::Message;
use std::process::ExitCode;

/// How much more an instruction count may be than it was.
const TOLERANCE: f64 = 1.05;
/// What the program runs itself with under callgrind.
const COUNT: &str = "count";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let whole = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [captures::READ, path] => {
            captures::read(path);
            return ExitCode::SUCCESS;
        }
        ["--all", "--write", ref sizes @ ..] => Some((true, sizes.to_vec())),
        ["--all", ref sizes @ ..] => Some((false, sizes.to_vec())),
        _ => None,
    };
    if let Some((write, sizes)) = whole {
        return ended(whole_captures(&sizes, write));
    }
    let captures = messages::captures();
    let messages = messages::all(&captures);
    let argument = std::env::args().nth(1);
    let outcome = match argument.as_deref() {
        Some(COUNT) => {
            each_call(&messages, &captures[0], |_, _, call| counted::count(call));
            return ExitCode::SUCCESS;
        }
        Some("--check") => check(&messages, &captures[0]),
        Some("--write") => {
            let counts = count(&messages, &captures[0]);
            counts.and_then(|counts| {
                let page = measure(messages, &captures[0], Some(&counts));
                write(PAGE, &page)?;
                write(BASELINE, &baseline(&counts))
            })
        }
        None => {
            let counts = count(&messages, &captures[0]);
            if let Err(message) = &counts {
                eprintln!("instructions are not counted: {message}");
            }
            print!("{}", measure(messages, &captures[0], counts.ok().as_deref()));
            Ok(())
        }
        Some(other) => Err(format!("no such argument: {other}; --check, --write, or none")),
    };
    ended(outcome)
}

fn ended(outcome: Result<(), String>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("bench: {message}");
            ExitCode::FAILURE
        }
    }
}

const PAGE: &str = "docs/performance.md";
/// Sizes of captures, if none are given.
const SIZES: [&str; 3] = ["200M", "2G", "10G"];

/// Measures whole captures, and prints their section of the page or writes it.
fn whole_captures(sizes: &[&str], replace: bool) -> Result<(), String> {
    let sizes = if sizes.is_empty() { &SIZES[..] } else { sizes };
    let octets = |text: &&str| captures::size(text).ok_or_else(|| format!("no size: {text}; 2G, joins:2G"));
    let sizes: Vec<_> = sizes.iter().map(octets).collect::<Result<_, _>>()?;
    let (tables, bounded) = captures::measure(&sizes)?;
    let section = table::captures(&machine(), &tables);
    if replace {
        let page = page()?;
        let before = table::captures_of(&page);
        let head = "## Beside other crates";
        let page = match before {
            "" => page.replacen(head, &format!("{section}{head}"), 1),
            before => page.replacen(before, &section, 1),
        };
        write(PAGE, &page)?;
    } else {
        print!("{section}");
    }
    if bounded { Ok(()) } else { Err("adjoin report took more memory than it may".to_owned()) }
}

fn page() -> Result<String, String> {
    std::fs::read_to_string(messages::root().join(PAGE)).map_err(|e| format!("{PAGE}: {e}"))
}

const BASELINE: &str = "benches/instructions.tsv";

fn write(path: &str, text: &str) -> Result<(), String> {
    std::fs::write(messages::root().join(path), text).map_err(|e| format!("{path}: {e}"))?;
    println!("wrote {path}");
    Ok(())
}

/// Everything whose instructions are counted, always in the same order: what is read or run, by whom.
fn each_call(
    messages: &[Message],
    capture: &Captured,
    mut visit: impl FnMut(&'static str, &'static str, &mut dyn FnMut()),
) {
    for message in messages {
        for (reader, read) in readers::of(message.name) {
            visit(message.name, reader, &mut || {
                read(&message.octets);
            });
        }
    }
    for (name, run) in pipelines::ALL {
        visit(name, "", &mut || run(capture));
    }
}

/// A count: what was read or run, by whom, and its instructions; of a pipeline for one packet.
type Count = (&'static str, &'static str, u64);

fn count(messages: &[Message], capture: &Captured) -> Result<Vec<Count>, String> {
    let mut calls = Vec::new();
    each_call(messages, capture, |name, reader, _| calls.push((name, reader)));
    let counts = counted::run(COUNT, calls.len())?;
    let packets = capture.packets.max(1) as u64;
    let each = calls.into_iter().zip(counts);
    Ok(each
        .map(|((name, reader), n)| (name, reader, if reader.is_empty() { n / packets } else { n }))
        .collect())
}

/// Ours only: what others cost is not ours to keep.
fn ours(counts: &[Count]) -> impl Iterator<Item = (&'static str, u64)> {
    let ours = |(name, reader, n): &Count| match *reader {
        "adjoin" => Some((*name, *n)),
        "" if !name.contains("pcap-parser") => Some((*name, *n)),
        _ => None,
    };
    counts.iter().filter_map(ours)
}

fn baseline(counts: &[Count]) -> String {
    ours(counts).map(|(name, n)| format!("{name}\t{n}\n")).collect()
}

fn check(messages: &[Message], capture: &Captured) -> Result<(), String> {
    let path = messages::root().join(BASELINE);
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{BASELINE}: {e}"))?;
    let before: std::collections::BTreeMap<&str, u64> = text
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(n, c)| Some((n, c.parse().ok()?)))
        .collect();
    let counts = count(messages, capture)?;
    let mut worse = Vec::new();
    for (name, now) in ours(&counts) {
        let Some(before) = before.get(name).copied() else {
            println!("{name}: {now} instructions, not counted before");
            continue;
        };
        let change = (now as f64 / before.max(1) as f64 - 1.0) * 100.0;
        println!("{name}: {now} instructions, {change:+.1}%");
        if now as f64 > before as f64 * TOLERANCE {
            worse.push(name);
        }
    }
    if worse.is_empty() { Ok(()) } else { Err(format!("over 5% more instructions: {}", worse.join("; "))) }
}

fn measure(mut messages: Vec<Message>, capture: &Captured, counts: Option<&[Count]>) -> String {
    let counted_messages = messages.len();
    messages.extend(messages::of(&messages::captures_beside()));
    let mut measured = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        let readers = readers::of(message.name);
        let mut contestants: Vec<_> =
            readers.iter().map(|(_, read)| timing::contestant(*read, &message.octets)).collect();
        let times = timing::in_turn(&mut contestants);
        let instructions = |reader: &str| {
            let mut counts = counts?.iter().filter(|_| at < counted_messages);
            counts.find(|(name, by, _)| *name == message.name && *by == reader).map(|(.., n)| *n)
        };
        let lines = readers.iter().zip(times).map(|((reader, read), timed)| table::Line {
            reader,
            read: read(&message.octets),
            timed,
            instructions: instructions(reader),
            allocations: allocations::of(|| {
                read(&message.octets);
            }),
        });
        let beside = if at < counted_messages { "" } else { ", another server" };
        measured.push(table::Measured {
            message: format!("{}{beside}", message.name),
            octets: message.octets.len(),
            source: message.source.clone(),
            lines: lines.collect(),
        });
        eprint!(".");
    }
    let mut contestants: Vec<Box<dyn FnMut() + '_>> = Vec::new();
    for (_, run) in pipelines::ALL {
        contestants.push(Box::new(|| run(capture)));
    }
    let packets = capture.packets.max(1) as f64;
    let times = timing::in_turn(&mut contestants);
    eprintln!();
    let ways = pipelines::ALL.iter().zip(times).map(|((name, _), timed)| table::Way {
        name,
        nanoseconds: timed.nanoseconds / packets,
        instructions: counts.and_then(|all| all.iter().find(|(of, ..)| of == name).map(|(.., n)| *n)),
    });
    let about = format!(
        "`samples/{}`, {} packets and {} octets in memory, from the first to the last again and again.",
        capture.name,
        capture.packets,
        capture.file.len()
    );
    let captures = page().unwrap_or_default();
    table::page(&machine(), &measured, &ways.collect::<Vec<_>>(), &about, table::captures_of(&captures))
}

/// The machine in words.
fn machine() -> String {
    let field = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "an unknown processor".into());
    let memory =
        field("/proc/meminfo", "MemTotal").and_then(|kib| kib.split(' ').next()?.parse::<u64>().ok());
    let memory = memory.map_or_else(String::new, |kib| format!(", {} GiB of memory", kib.div_ceil(1 << 20)));
    let cores = if cores == 1 { "one core".into() } else { format!("{cores} cores") };
    format!("{cores} of {model}{memory}, {} {}", std::env::consts::OS, std::env::consts::ARCH)
}
