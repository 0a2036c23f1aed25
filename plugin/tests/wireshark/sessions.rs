//! Two capture files one after the other in one process, in sharkd, which does what the GUI does:
//! one sequential pass, then any frame in any order.

use std::io::Write;
use std::process::Stdio;

use adjoin_oracle::tshark::{faults, installed};

use crate::{captures, text, tshark};

#[test]
fn a_second_file_starts_afresh() {
    if !installed("sharkd") {
        return;
    }
    let tshark = tshark();
    let made = |name, content: &[u8]| tshark.file(name, content).expect("a temporary file");
    let mut files = vec![made("ping.pcap", &captures::ping()), made("empty.pcap", &captures::pcap(&[]))];
    files.extend(captures::shared(3).iter().map(|file| tshark.lend(file).expect("a capture")));
    files.push(made("again.pcap", &captures::ping()));

    let mut requests = Vec::new();
    for file in &files {
        let file = file.display();
        requests.push(format!(r#""load","params":{{"file":"{file}"}}"#));
        requests.push(r#""status""#.to_owned());
        for frame in [7, 2, 5, 2] {
            requests.push(format!(r#""frame","params":{{"frame":{frame},"proto":true,"bytes":true}}"#));
        }
        requests.push(r#""frames","params":{"filter":"adjoin or frame"}"#.to_owned());
        requests.push(r#""tap","params":{"tap0":"expert"}"#.to_owned());
    }
    requests.push(r#""bye""#.to_owned());

    let mut sharkd = tshark.program("sharkd");
    sharkd.arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = sharkd.spawn().expect("sharkd runs");
    let mut input = running.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || {
        for (id, request) in (1..).zip(requests) {
            writeln!(input, r#"{{"jsonrpc":"2.0","id":{id},"method":{request}}}"#).expect("sharkd reads on");
        }
    });
    let output = running.wait_with_output().expect("sharkd ends");
    writer.join().expect("all was written");
    assert_eq!(faults(&output), None);

    let said = text(&output.stdout);
    let loaded = said.lines().filter(|line| line.contains(r#""status":"OK""#)).count();
    assert!(loaded >= files.len(), "{loaded} of {} files loaded\n{said}", files.len());
    // The first file and the last are the same; so is what is said of them.
    let frames: Vec<_> = said.lines().filter(|line| line.contains(r#""tree":"#)).collect();
    let without_id = |line: &str| line.split_once("\"result\"").map(|(_, rest)| rest.to_owned());
    assert_eq!(without_id(frames[0]), without_id(frames[frames.len() - 4]));
    assert_eq!(without_id(frames[1]), without_id(frames[3]), "the same frame twice");
}
