//! The memory of `adjoin report` has a bound, however many joins a capture has.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::BufWriter;
use std::process::{Command, Stdio};
use std::time::Duration;

use adjoin_capture::LinkType;
use adjoin_scenes::bulk::{Bulk, Size};
use capture_file::Writer;

/// What it may take at the most, in KiB.
const MOST: u64 = 64 << 10;

/// The most memory of a process so far, in KiB.
fn high_water(process: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[test]
fn a_report_on_thousands_of_joins_stays_small() {
    let path = std::env::temp_dir().join(format!("adjoin-memory-{}.pcapng", std::process::id()));
    let file = BufWriter::new(File::create(&path).unwrap());
    let mut writer = Writer::new(file, "a test").unwrap();
    let size = Size { bytes: 120_000_000, joins: 4000, files: true };
    for (time, frame) in Bulk::new(size, 1) {
        writer.packet(LinkType::ETHERNET, time, &frame, 0, &[]).unwrap();
    }
    writer.finish().unwrap();
    let mut report = Command::new(env!("CARGO_BIN_EXE_adjoin"));
    let mut report = report.arg("report").arg(&path).stdout(Stdio::null()).spawn().unwrap();
    let mut most = None;
    let status = loop {
        most = most.max(high_water(report.id()));
        if let Some(status) = report.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    std::fs::remove_file(&path).unwrap();
    assert_eq!(status.code(), Some(1), "some of them failed");
    let most = most.expect("it ran");
    assert!(most < MOST, "{most} KiB");
}
