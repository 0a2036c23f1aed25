//! `adjoin scan`: the joins in many captures, each capture read by one of several threads.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use join_engine::report::{Counted, harmless_json};
use join_engine::{Options, Report};
use serde::Serialize;

use crate::arguments;
use crate::exit::{Ending, Exit};
use crate::folder;
use crate::run;
use crate::terminal::harmless;

/// Columns of a name in the table; longer ones are cut there, not in the lines.
const COLUMNS: usize = 40;

/// A line about a join: the members of a join in docs/report.md, with those of docs/scan.md before.
#[derive(Serialize)]
struct Line<'l, T> {
    schema: u32,
    file: &'l str,
    files: &'l [String],
    #[serde(flatten)]
    what: &'l T,
}

/// What a line says of joins that are only counted.
#[derive(Serialize)]
struct More {
    counted: Counted,
}

/// What a line says of files that can't be read, or not to their end.
#[derive(Serialize)]
struct Unread {
    error: String,
}

/// A line of the table.
#[derive(Debug)]
struct Told {
    outcome: &'static str,
    client: String,
    root: String,
    file: String,
}

/// What became of one capture.
#[derive(Debug, Default)]
struct Done {
    /// The lines, each with its line feed.
    lines: Vec<u8>,
    told: Vec<Told>,
    /// What all joins came to, also those that are only counted.
    outcomes: Counted,
    /// There are packets, and no join in them.
    without: bool,
    unread: bool,
}

/// Searches, reads in parallel, writes lines as they come and the table when all is done.
pub(crate) fn run(arguments: &arguments::Scan) -> Result<Ending, String> {
    let options = run::options(&arguments.judging)?;
    let found = folder::find(&arguments.paths);
    if found.captures.is_empty() && found.troubles.is_empty() {
        return Err("there is no capture in what was given (pcap and pcapng, also compressed)".to_owned());
    }
    let printer = Printer::new(arguments.sorted);
    for (folder, why) in &found.troubles {
        printer.print(&unread(&[folder.display().to_string()], &folder.display().to_string(), why));
    }
    let workers = match arguments.threads {
        Some(threads) => usize::from(threads),
        None => thread::available_parallelism().map_or(1, usize::from),
    };
    let next = AtomicUsize::new(0);
    let work = || {
        while !printer.is_closed() {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(files) = found.captures.get(at) else { return };
            printer.done(at, one(files, &options));
        }
    };
    thread::scope(|scope| {
        for _ in 1..workers.min(found.captures.len()) {
            scope.spawn(work);
        }
        work();
    });
    let all = printer.finish()?;
    let _ = io::stderr().lock().write_all(table(&all, found.troubles.len()).as_bytes());
    let any = |of: fn(&Counted) -> u64| all.values().any(|done| of(&done.outcomes) > 0);
    let exit = match (any(|all| all.failed), any(|all| all.joined)) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Joined,
        (false, false) => Exit::Unknown,
    };
    Ok(Ending { output: Vec::new(), exit })
}

/// Reads one capture. Whatever happens to it doesn't end the others.
fn one(files: &[PathBuf], options: &Options) -> Done {
    let names: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
    let first = names.first().cloned().unwrap_or_default();
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let read = run::read(files, options.clone(), &run::Wanted::Verdicts);
        (read.engine.report(), read.troubles)
    }));
    let Ok((report, troubles)) = judged else {
        let lines = unread(&names, &first, "a fault of this program; please report it with the capture");
        return Done { lines, unread: true, ..Done::default() };
    };
    let mut done = told(&report, &names, &first);
    if !troubles.is_empty() {
        done.lines.extend(unread(&names, &first, &troubles.join("; ")));
    }
    done.unread = report.capture.frames == 0;
    if done.unread && troubles.is_empty() {
        done.lines.extend(unread(&names, &first, "there is no packet in it"));
    }
    done
}

fn told(report: &Report, names: &[String], first: &str) -> Done {
    let mut done = Done::default();
    for join in &report.joins {
        done.lines.extend(line(&Line { schema: report.schema, file: first, files: names, what: join }));
        done.told.push(Told {
            outcome: join.outcome,
            client: join.client.name.clone().unwrap_or_else(|| join.client.address.clone()),
            root: join.root.as_ref().map_or_else(String::new, |root| root.id.to_owned()),
            file: place(names, first),
        });
    }
    for join in &report.brief {
        done.lines.extend(line(&Line { schema: report.schema, file: first, files: names, what: join }));
        done.told.push(Told {
            outcome: join.outcome,
            client: join.client.name.clone().unwrap_or_else(|| join.client.address.clone()),
            root: join.root_id.unwrap_or_default().to_owned(),
            file: place(names, first),
        });
    }
    if report.counted != Counted::default() {
        let what = &More { counted: report.counted };
        done.lines.extend(line(&Line { schema: report.schema, file: first, files: names, what }));
    }
    done.outcomes = report.outcomes();
    done.without = done.outcomes == Counted::default() && report.capture.frames > 0;
    done
}

fn place(names: &[String], first: &str) -> String {
    match names {
        [_, .., last] => format!("{first} .. {}", file_name(last)),
        _ => first.to_owned(),
    }
}

fn file_name(path: &str) -> String {
    Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

fn unread(names: &[String], first: &str, why: &str) -> Vec<u8> {
    line(&Line { schema: 1, file: first, files: names, what: &Unread { error: why.to_owned() } })
}

fn line<T: Serialize>(line: &Line<'_, T>) -> Vec<u8> {
    let json = serde_json::to_string(line).unwrap_or_default();
    (harmless_json(json) + "\n").into_bytes()
}

/// Writes the lines of captures, in the order in which they are done or in that of the files.
#[derive(Debug)]
struct Printer {
    sorted: bool,
    /// Nobody reads any more, or nothing can be written.
    closed: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What is done, without the lines that were written.
    done: BTreeMap<usize, Done>,
    /// The capture whose lines come next, when sorted.
    next: usize,
    trouble: Option<String>,
}

impl Printer {
    fn new(sorted: bool) -> Self {
        Self { sorted, closed: AtomicBool::new(false), state: Mutex::default() }
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn print(&self, lines: &[u8]) {
        self.write(&mut self.state(), lines);
    }

    fn write(&self, state: &mut State, lines: &[u8]) {
        if lines.is_empty() || self.is_closed() {
            return;
        }
        let mut output = io::stdout().lock();
        if let Err(error) = output.write_all(lines).and_then(|()| output.flush()) {
            self.closed.store(true, Ordering::Relaxed);
            // The reader, such as `head`, has seen enough.
            if error.kind() != ErrorKind::BrokenPipe {
                state.trouble = Some(error.to_string());
            }
        }
    }

    fn done(&self, at: usize, mut done: Done) {
        let mut state = self.state();
        if !self.sorted {
            self.write(&mut state, &std::mem::take(&mut done.lines));
            state.done.insert(at, done);
            return;
        }
        state.done.insert(at, done);
        loop {
            let next = state.next;
            let Some(done) = state.done.get_mut(&next) else { return };
            let lines = std::mem::take(&mut done.lines);
            state.next = next.saturating_add(1);
            self.write(&mut state, &lines);
        }
    }

    fn finish(self) -> Result<BTreeMap<usize, Done>, String> {
        let state = self.state.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        match state.trouble {
            Some(trouble) => Err(trouble),
            None => Ok(state.done),
        }
    }
}

/// All joins in the order of their files, for people, and what was read without one.
fn table(all: &BTreeMap<usize, Done>, folders: usize) -> String {
    let told: Vec<_> = all.values().flat_map(|done| &done.told).collect();
    let mut page = String::new();
    if !told.is_empty() {
        let rows = told.iter().map(|told| [told.outcome, &told.client, &told.root, &told.file]);
        let rows: Vec<_> = [["outcome", "client", "root", "file"]].into_iter().chain(rows).collect();
        let clean: Vec<[String; 4]> = rows.iter().map(|row| row.map(cell)).collect();
        let width = |of: fn(&[String; 4]) -> &String| {
            clean.iter().map(|row| of(row).chars().count()).max().unwrap_or_default()
        };
        let (one, two, three) = (width(|[a, ..]| a), width(|[_, b, ..]| b), width(|[_, _, c, _]| c));
        for ([outcome, client, root, _], row) in clean.iter().zip(&rows) {
            let file = harmless(row.last().unwrap_or(&""));
            page.push_str(&format!("{outcome:one$}  {client:two$}  {root:three$}  {file}\n"));
        }
    }
    let count = |of: fn(&Done) -> bool| all.values().filter(|done| of(done)).count();
    let (without, unread) = (count(|done| done.without), count(|done| done.unread).saturating_add(folders));
    let captures =
        |number: usize| if number == 1 { "1 capture".to_owned() } else { format!("{number} captures") };
    page.push_str(&format!("{} read, {} without a join", captures(all.len()), without));
    if unread > 0 {
        page.push_str(&format!(", {unread} without packets or not to be read"));
    }
    page.push('\n');
    page
}

/// A name for the table, without what a terminal would obey.
fn cell(text: &str) -> String {
    let clean = harmless(text);
    if clean.chars().count() <= COLUMNS {
        return clean;
    }
    let mut cut: String = clean.chars().take(COLUMNS.saturating_sub(1)).collect();
    cut.push('\u{2026}');
    cut
}
