//! Two capture files one after the other in one process, in sharkd, which does what the GUI does:
//! one sequential pass, then any frame in any order.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use adjoin_oracle::tshark::{Tshark, faults, installed, is_filter_bug, version};

use crate::{captures, read, text, tshark};

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

/// In one pass a finding stands on the frame that makes it certain, as no more than a note: the verdict
/// comes with the end of the capture, and the second pass shows it.
#[test]
fn one_pass_names_what_two_passes_judge() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let file = tshark.lend(&captures::sample("rpc-ports-blocked.pcap")).expect("a sample");
    let fields = ["-Y", "adjoin.finding == \"RPC-DYN\"", "-T", "fields", "-e", "adjoin.finding.severity"];
    let severities = |passes: &[&str]| read(&tshark, &file, &[passes, &fields].concat());
    let (once, twice) = (severities(&[]), severities(&["-2"]));
    assert!(!once.is_empty() && !once.contains("warning") && !once.contains("error"), "{once}");
    assert!(twice.contains("error"), "{twice}");
    // The expert information says the same as the field.
    let expert = ["-2", "-Y", "adjoin.expert.rpc-dyn", "-T", "fields", "-e", "_ws.expert.severity"];
    let expert = read(&tshark, &file, &expert);
    assert!(expert.lines().any(|line| line.contains("8388608")), "PI_ERROR: {expert}");
}

/// The last of a chain of processes: a program of a folder root is started by a script.
#[cfg(target_os = "linux")]
fn innermost(mut process: u32) -> u32 {
    let child = |process: u32| {
        let children = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")).ok()?;
        children.split_whitespace().next()?.parse().ok()
    };
    while let Some(next) = child(process) {
        process = next;
    }
    process
}

/// A frame that fails a read filter leaves its number to the next one, but not its message.
#[test]
fn read_filters_leave_each_frame_its_own_message() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let file = tshark.lend(&captures::sample("windows7-join.pcap")).expect("a sample");
    let pings = |filter: &str| {
        let fields =
            ["-2", filter, "cldap", "-T", "fields", "-E", "aggregator=;", "-e", "adjoin.ldap_ping.opcode"];
        let rest = ["-e", "adjoin.response_time", "-e", "adjoin.dns.id", "-e", "adjoin.phase"];
        read(&tshark, &file, &[&fields[..], &rest].concat())
    };
    let all = pings("-Y");
    assert!(all.lines().count() >= 2 && all.contains("P2"), "{all}");
    assert_eq!(pings("-R"), all);
}

/// Expert information is there for everyone who asks for it, whether or not a tree or a field of ours is.
#[test]
fn expert_information_needs_no_field_of_ours() {
    if !installed("tshark") {
        return;
    }
    let tshark = tshark();
    let file = tshark.lend(&captures::sample("kdc-answer-lost.pcap")).expect("a sample");
    let title = "Large Kerberos packets disappear on the way";
    let listed = read(&tshark, &file, &["-2", "-q", "-z", "expert"]);
    let running = version().expect("tshark has a version");
    let counts = |line: &&str| !is_filter_bug(&running, line);
    // Below "Errors (1)", a ruler, and the names of columns.
    let errors = |listed: &str| -> Vec<String> {
        let table = listed.split("Errors (").nth(1).unwrap_or_default();
        let rows = table.lines().skip(3).take_while(|line| !line.is_empty());
        rows.filter(counts).map(str::to_owned).collect()
    };
    assert!(errors(&listed).first().is_some_and(|line| line.contains("ADJOIN")), "{title}: {listed}");
    let error = ["-2", "-Y", "_ws.expert.severity == 8388608", "-T", "fields", "-e", "frame.number"];
    let error = read(&tshark, &file, &[&error[..], &["-e", "_ws.expert.message"]].concat());
    let error: Vec<&str> = error.lines().filter(counts).collect();
    assert!(matches!(error[..], [frame] if frame.starts_with("80\t")), "{error:?}");
    let message = ["-2", "-T", "fields", "-e", "_ws.expert.message"];
    assert!(read(&tshark, &file, &message).contains("the path's MTU is smaller"));
    let column = ["-2", "-o", "gui.column.format:\"No.\",\"%m\",\"Expert\",\"%a\""];
    let column = read(&tshark, &file, &column);
    assert!(column.lines().any(|line| line.contains("80") && line.contains("Error")), "{column}");
    // One pass: what is certain so far, as notes.
    let once = read(&tshark, &file, &["-q", "-z", "expert"]);
    assert!(once.contains("ADJOIN") && errors(&once).is_empty(), "{once}");
}

/// sharkd 4.0 itself keeps some megabytes of each file; the plugin adds nothing to that.
#[cfg(target_os = "linux")]
#[test]
fn two_hundred_files_in_one_process_leave_nothing_behind() {
    if !installed("sharkd") {
        return;
    }
    let growth = |tshark: &Tshark| {
        let names = ["kdc-answer-lost.pcap", "windows7-join.pcap", "joined.pcap"];
        let files = names.map(|name| tshark.lend(&captures::sample(name)).expect("a sample"));
        let mut sharkd = tshark.program("sharkd");
        sharkd.arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut running = sharkd.spawn().expect("sharkd runs");
        let mut input = running.stdin.take().expect("a pipe");
        let mut output = BufReader::new(running.stdout.take().expect("a pipe")).lines();
        let mut ask = |request: &str| {
            writeln!(input, r#"{{"jsonrpc":"2.0","id":1,"method":{request}}}"#).expect("sharkd reads on");
            output.find_map(|line| line.ok().filter(|line| line.starts_with('{'))).expect("an answer")
        };
        let outermost = running.id();
        let resident = || {
            let status = format!("/proc/{}/status", innermost(outermost));
            let status = std::fs::read_to_string(status).expect("sharkd still runs");
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
            line.trim().trim_end_matches(" kB").parse::<i64>().expect("a number")
        };
        let mut seen = Vec::new();
        for (number, file) in (1..=201).zip(files.iter().cycle()) {
            let loaded = ask(&format!(r#""load","params":{{"file":"{}"}}"#, file.display()));
            assert!(loaded.contains(r#""status":"OK""#), "{loaded}");
            for frame in [7, 2, 54] {
                ask(&format!(r#""frame","params":{{"frame":{frame},"proto":true,"bytes":true}}"#));
            }
            ask(r#""frames","params":{"filter":"adjoin or frame"}"#);
            if [99, 150, 201].contains(&number) {
                seen.push(resident());
            }
        }
        // The program that starts it in a folder root is much smaller.
        assert!(seen[0] > 30_000, "this is not sharkd's memory: {seen:?}");
        // The allocator takes a piece now and then; what is lost with each file is lost in either half.
        let grown = (seen[1] - seen[0]).min(seen[2] - seen[1]);
        ask(r#""bye""#);
        running.wait().expect("sharkd ends");
        grown
    };
    let (with, without) = (growth(&tshark()), growth(&Tshark::without_plugin().expect("a home folder")));
    println!("51 files: {with} kB with the plugin, {without} kB without");
    // 40 kB for each file: the resident size is not exact.
    assert!(with - without < 2048, "{with} kB with the plugin, {without} kB without");
}
