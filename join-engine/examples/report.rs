//! Prints the report on a pcap or pcapng file as JSON.
//!
//! `cargo run -p join-engine --example report -- samples/kdc-answer-lost.pcap`

#[path = "../tests/capture_file/mod.rs"]
mod capture_file;

use std::error::Error;

use join_engine::Engine;

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args().skip(1) {
        let frames = capture_file::read(&path)?;
        let mut engine = Engine::new();
        for (number, frame) in (1..).zip(&frames) {
            engine.feed(&frame.numbered(number));
        }
        engine.finish();
        let mut report = engine.report();
        report.capture.files.push(path);
        println!("{}", report.to_json());
    }
    Ok(())
}
