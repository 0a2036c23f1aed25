//! Prints the reports on pcap or pcapng files, as JSON or for people.
//!
//! `cargo run -p join-engine --example report -- [--text] samples/kdc-answer-lost.pcap`

#[path = "../tests/capture_file/mod.rs"]
mod capture_file;

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use join_engine::{Engine, Report};

fn main() -> ExitCode {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    let as_text = paths.first().is_some_and(|first| first == "--text");
    if as_text {
        paths.remove(0);
    }
    if paths.is_empty() || paths.iter().any(|path| path.starts_with('-')) {
        eprintln!("usage: report [--text] FILE...   (pcap or pcapng)");
        return ExitCode::from(2);
    }
    for path in &paths {
        let report = match report(path) {
            Ok(report) => report,
            Err(error) => {
                eprintln!("report: {path}: {error}");
                return ExitCode::from(2);
            }
        };
        let lines = if as_text { report.to_text() } else { report.to_json() + "\n" };
        match io::stdout().write_all(lines.as_bytes()) {
            Ok(()) => {}
            // The reader, such as `head`, has seen enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            Err(error) => {
                eprintln!("report: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn report(path: &str) -> Result<Report, Box<dyn Error>> {
    let frames = capture_file::read(path)?;
    let mut engine = Engine::new();
    for (number, frame) in (1..).zip(&frames) {
        engine.feed(&frame.numbered(number));
    }
    engine.finish();
    let mut report = engine.report();
    report.capture.files.push(path.to_owned());
    Ok(report)
}
