//! Prints what the engine says of each frame of a pcap or pcapng file.
//!
//! `cargo run -p join-engine --example print_capture -- samples/FILE [--rows]`

#[path = "../tests/capture_file/mod.rs"]
mod capture_file;

use std::error::Error;

use join_engine::Engine;
use join_engine::catalogue;
use join_engine::show::{Value, What, fields};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which capture file?")?;
    let all_rows = arguments.next().is_some();
    let frames = capture_file::read(&path)?;

    let mut engine = Engine::new();
    for (number, frame) in (1..).zip(&frames) {
        engine.feed(&frame.numbered(number));
    }
    engine.finish();

    let fields: Vec<_> = fields().collect();
    for (number, frame) in (1..).zip(&frames) {
        let Some(view) = engine.view(number, &frame.bytes) else { continue };
        println!("frame {number}");
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
                        println!("{indent}{}: {value}   [{:?}]", field.filter, row.place);
                    }
                }
                What::Finding { id, text } => {
                    if let Some(finding) = catalogue::finding(id) {
                        println!("{indent}{} {}: {text}", finding.severity.as_str(), finding.id);
                    }
                }
            }
        }
    }
    Ok(())
}
