//! `adjoin annotate`: a capture again, with the findings as packet comments and the log's lines as frames.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::process;

use capture_file::{Reader, Writer};
use join_engine::Engine;
use join_engine::annotated::UPPER_PDU;

use crate::arguments;
use crate::comments;
use crate::complain;
use crate::exit::{Ending, Exit};
use crate::log_frames::{self, LogFrame};
use crate::netsetup;
use crate::progress::Progress;
use crate::run;
use crate::terminal::harmless;

/// Reads and judges the capture, then writes it again.
pub(crate) fn run(arguments: &arguments::Annotate) -> Result<Ending, String> {
    let (input, output) = (&arguments.capture, &arguments.output);
    let name = output.display();
    if input.as_os_str() == "-" {
        return Err("annotate reads a capture twice, so it can't come from standard input".to_owned());
    }
    if is_same(input, output) {
        return Err(format!("{name}: this is the capture itself; choose another name with -o"));
    }
    // The file takes its place, which would end a device or a pipe.
    if fs::metadata(output).is_ok_and(|there| !there.is_file()) {
        return Err(format!("{name}: it exists and is not a regular file; choose another name with -o"));
    }
    let mut engine = Engine::new();
    engine.set_options(run::options(&arguments.judging)?);
    let mut times: Option<(i64, i64)> = None;
    let (_, troubles) = run::each(std::slice::from_ref(input), |frame| {
        let (first, last) = times.unwrap_or((frame.time, frame.time));
        times = Some((first.min(frame.time), last.max(frame.time)));
        engine.feed(frame);
    });
    engine.finish();
    for trouble in &troubles {
        complain(trouble);
    }
    let Some(times) = times else { return Err("there is no packet to annotate".to_owned()) };

    let lines = match &arguments.netsetup {
        Some(path) => lines(path, &engine, times)?,
        None => Vec::new(),
    };
    let places = places(input, &lines)?;
    let comments = comments::of(&engine.report(), engine.certain(), |frame| {
        let before = places.partition_point(|place| *place < frame);
        frame.saturating_add(u32::try_from(before).unwrap_or(u32::MAX))
    });
    let written = Unfinished::beside(output)
        .and_then(|file| {
            write(input, &comments, &lines, &file)?;
            file.finish(output)
        })
        .map_err(|error| format!("{name}: {error}"));
    written?;
    let said: usize = comments.values().map(Vec::len).sum();
    let mut words = format!("{name}: {said} comments on {} frames", comments.len());
    if arguments.netsetup.is_some() {
        words.push_str(&format!(", {} lines of the log", lines.len()));
    }
    Ok(Ending { output: (harmless(&words) + "\n").into_bytes(), exit: Exit::Joined })
}

/// The lines of the log that were written while packets were captured.
fn lines(path: &Path, engine: &Engine, times: (i64, i64)) -> Result<Vec<LogFrame>, String> {
    let log = netsetup::read(path)?;
    let report = engine.report();
    let moments = engine.moments();
    let (index, alignment) = netsetup::lay(&log, &report, &moments)
        .map_err(|why| format!("{}: its lines have no place among the packets: {why}", path.display()))?;
    let client = report.joins.get(index).and_then(|join| join.client.address.parse().ok());
    let steps = moments.get(index).map_or(&[][..], Vec::as_slice);
    let told = netsetup::told_of(&log, &alignment, steps);
    Ok(log_frames::of(&log, &alignment, &told, client, times))
}

/// How many frames of the capture come before each line: those up to the first that is later.
fn places(input: &Path, lines: &[LogFrame]) -> Result<Vec<u32>, String> {
    let mut places = Vec::with_capacity(lines.len());
    if lines.is_empty() {
        return Ok(places);
    }
    let mut reader = Reader::open(input).map_err(|error| error.to_string())?;
    let mut frame = 0_u32;
    // What is damaged has been told when the capture was judged.
    while let Ok(Some(record)) = reader.next() {
        while lines.get(places.len()).is_some_and(|line| line.time < record.time) {
            places.push(frame);
        }
        frame = frame.saturating_add(1);
    }
    places.resize(lines.len(), frame);
    Ok(places)
}

/// Writes each frame with its comments, and each line before the first frame that is later.
fn write(
    input: &Path,
    comments: &BTreeMap<u32, Vec<String>>,
    lines: &[LogFrame],
    file: &Unfinished,
) -> io::Result<()> {
    let mut reader = Reader::open(input).map_err(|error| io::Error::other(error.to_string()))?;
    let program = concat!("adjoin ", env!("CARGO_PKG_VERSION"));
    let mut writer = Writer::new(BufWriter::with_capacity(1 << 18, &file.file), program)?;
    let name = input.display().to_string();
    let mut progress = Progress::new();
    let mut lines = lines.iter().peekable();
    let mut number = 0_u32;
    while let Ok(Some(record)) = reader.next() {
        while let Some(line) = lines.next_if(|line| line.time < record.time) {
            self::line(&mut writer, line)?;
        }
        // Frames are numbered in 32 bits, as Wireshark does it.
        let Some(next) = number.checked_add(1) else { break };
        number = next;
        progress.frame(&name);
        let mut said: Vec<&str> =
            comments.get(&number).map_or_else(Vec::new, |said| said.iter().map(String::as_str).collect());
        // A capture that was annotated before says the same already.
        said.retain(|words| !record.comments().any(|known| known == *words));
        if record.is_packet() {
            writer.record(&record, &said)?;
        } else {
            let bytes = log_frames::no_packet();
            writer.packet(UPPER_PDU, record.time, &bytes, 0, &said)?;
        }
    }
    for line in lines {
        self::line(&mut writer, line)?;
    }
    writer.finish()?;
    Ok(())
}

fn line<W: io::Write>(writer: &mut Writer<W>, line: &LogFrame) -> io::Result<()> {
    writer.packet(UPPER_PDU, line.time, &line.bytes, 0, &[&line.comment])
}

/// Both names lead to one file.
fn is_same(a: &Path, b: &Path) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

/// A file that gets its name when it is whole; until then it has another in the same folder, and goes when
/// it is given up.
struct Unfinished {
    file: File,
    path: PathBuf,
}

impl Unfinished {
    fn beside(output: &Path) -> io::Result<Self> {
        let Some(name) = output.file_name() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is no name of a file"));
        };
        let mut unfinished = std::ffi::OsString::from(".");
        unfinished.push(name);
        unfinished.push(format!(".adjoin-{}", process::id()));
        let path = output.with_file_name(unfinished);
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok(Self { file, path })
    }

    fn finish(self, output: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, output)
    }
}

impl Drop for Unfinished {
    /// Nothing is left of it; once it has its name, there is nothing to remove.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
