//! Prints what the engine says of each frame of a pcap or pcapng file.
//!
//! `cargo run -p join-engine --example print_capture -- samples/FILE [--rows]`

#[path = "../tests/capture_file/mod.rs"]
mod capture_file;

use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use capture_file::Captured;
use join_engine::Engine;
use join_engine::catalogue;
use join_engine::show::{Value, What, fields};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (path, all_rows) = match arguments.as_slice() {
        [path] if !path.starts_with('-') => (*path, false),
        [path, "--rows"] | ["--rows", path] => (*path, true),
        _ => {
            eprintln!("usage: print_capture FILE [--rows]   (pcap or pcapng; --rows prints every field)");
            return ExitCode::from(2);
        }
    };
    let frames = match capture_file::read(path) {
        Ok(frames) => frames,
        Err(error) => {
            eprintln!("print_capture: {path}: {error}");
            return ExitCode::from(2);
        }
    };
    match print(&frames, all_rows, &mut BufWriter::new(io::stdout().lock())) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader, such as `head`, has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("print_capture: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(frames: &[Captured], all_rows: bool, out: &mut impl Write) -> io::Result<()> {
    let mut engine = Engine::new();
    for (number, frame) in (1..).zip(frames) {
        engine.feed(&frame.numbered(number));
    }
    engine.finish();

    let fields: Vec<_> = fields().collect();
    for (number, frame) in (1..).zip(frames) {
        let Some(view) = engine.view(number, &frame.bytes) else { continue };
        writeln!(out, "frame {number}")?;
        for row in view.rows {
            let indent = "  ".repeat(usize::from(row.depth) + 1);
            match row.what {
                What::Field { id, value, text } => {
                    let Some(field) = fields.get(usize::from(id.0)) else { continue };
                    if all_rows || field.filter == "adjoin.summary" || field.filter == "adjoin.phase" {
                        let value = text.unwrap_or_else(|| match value {
                            Value::Text(text) => text,
                            other => format!("{other:?}"),
                        });
                        writeln!(out, "{indent}{}: {value}   [{:?}]", field.filter, row.place)?;
                    }
                }
                What::Finding { id, text, .. } => {
                    if let Some(finding) = catalogue::finding(id) {
                        writeln!(out, "{indent}{} {}: {text}", finding.severity.as_str(), finding.id)?;
                    }
                }
            }
        }
    }
    out.flush()
}
