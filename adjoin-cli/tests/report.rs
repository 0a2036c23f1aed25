//! `adjoin report`, `adjoin log`, completions and the man page, run as a user runs them.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may panic"
)]

#[allow(dead_code, reason = "of what the tests share, these use some")]
mod shape;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples").join(name)
}

fn adjoin(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_adjoin"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end before it has read all.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// Standard output, standard error, and the exit code.
fn run(arguments: &[&str], input: &[u8]) -> (String, String, i32) {
    let output = adjoin(arguments, input);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code().unwrap())
}

fn report(name: &str, more: &[&str]) -> (String, String, i32) {
    let path = sample(name);
    run(&[&["report", path.to_str().unwrap()], more].concat(), b"")
}

#[test]
fn the_conclusion_comes_first_and_the_exit_code_says_it_too() {
    for (name, begins, code) in [
        ("joined.pcap", "WINWS01 joined contoso.local", 0),
        ("wrong-password.pcap", "", 1),
        ("kdc-answer-lost.pcap", "CLIENT1 did not join contoso.local", 1),
        ("ldap-ping.pcap", "", 2),
    ] {
        let (text, errors, exit) = report(name, &[]);
        assert!(text.starts_with(begins), "{name}: {text}");
        assert_eq!((exit, errors.as_str()), (code, ""), "{name}: {text}");
    }
}

#[test]
fn a_pipe_a_compressed_file_and_a_file_are_the_same() {
    let path = sample("kdc-answer-lost.pcap");
    let bytes = fs::read(&path).unwrap();
    let without_file = |text: &str| {
        text.lines().filter(|line| !line.trim_start().starts_with("files")).collect::<Vec<_>>().join("\n")
    };
    let (file, _, exit) = report("kdc-answer-lost.pcap", &[]);
    let (pipe, errors, again) = run(&["report", "-"], &bytes);
    assert_eq!((without_file(&pipe), again, errors.as_str()), (without_file(&file), exit, ""));
}

#[test]
fn json_has_the_files_and_the_verdict() {
    let (text, _, exit) = report("kdc-answer-lost.pcap", &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((exit, json["schema"].as_u64()), (1, Some(1)));
    assert!(json["capture"]["files"][0].as_str().unwrap().ends_with("kdc-answer-lost.pcap"));
    assert_eq!(json["joins"][0]["root"]["id"], "KRB-REPLYLOST-MTU");
    assert!(json.get("log").is_none() && json.get("sides").is_none());
}

#[test]
fn options_reach_the_engine() {
    let (text, _, _) = report("kdc-answer-lost.pcap", &["--format", "json", "--off", "KRB"]);
    assert!(!text.contains("KRB-REPLYLOST-MTU"));
    let (text, _, exit) = report("kdc-answer-lost.pcap", &["--controller", "192.168.50.13"]);
    assert!(exit == 2 && text.contains("No domain join"), "{text}");
    let (_, errors, exit) = report("joined.pcap", &["--off", "NOSUCH"]);
    assert!(exit == 2 && errors.contains("NOSUCH"), "{errors}");
}

#[test]
fn what_cant_be_read_is_said_and_spares_the_rest() {
    let (text, errors, exit) = run(&["report", "no such file.pcapng"], b"");
    assert!(text.is_empty() && errors.contains("no such file.pcapng") && exit == 2, "{errors}");
    let (_, errors, exit) = run(&["report", "-"], b"these are no packets");
    assert!(errors.contains("no pcap or pcapng file") && exit == 2, "{errors}");
    let (_, errors, exit) = run(&["report", "-"], b"");
    assert!(errors.contains("empty") && exit == 2, "{errors}");
    // A file that ends in the middle of a packet is judged as far as it goes.
    let bytes = fs::read(sample("kdc-answer-lost.pcap")).unwrap();
    let (text, errors, _) = run(&["report", "-"], &bytes[..bytes.len() - 5]);
    assert!(text.contains("contoso.local") && errors.contains("in the middle of a packet"), "{errors}");
    // Damage is told in the report itself, whatever reads it.
    let mut damaged = bytes.clone();
    damaged[24 + 8..24 + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    let good = sample("joined.pcap");
    let broken = std::env::temp_dir().join(format!("adjoin-damaged-{}.pcap", std::process::id()));
    fs::write(&broken, damaged).unwrap();
    let (text, errors, _) = run(&["report", good.to_str().unwrap(), broken.to_str().unwrap()], b"");
    fs::remove_file(&broken).unwrap();
    assert!(text.contains("damaged at octet 24") && errors.contains("damaged at octet 24"), "{text}{errors}");
    // One bad file beside a good one.
    let (text, errors, exit) = run(&["report", good.to_str().unwrap(), "no such file"], b"");
    assert!(text.starts_with("WINWS01 joined") && errors.contains("no such file") && exit == 0, "{errors}");
}

#[test]
fn files_of_one_ring_buffer_are_one_capture() {
    let bytes = fs::read(sample("kdc-answer-lost.pcap")).unwrap();
    // The pcap's packets in two files, the later one named first.
    let mut at = 24;
    for _ in 0..40 {
        let captured = u32::from_le_bytes(bytes[at + 8..at + 12].try_into().unwrap());
        at += 16 + usize::try_from(captured).unwrap();
    }
    let folder = std::env::temp_dir().join(format!("adjoin-ring-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (first, second) = (folder.join("a.pcap"), folder.join("b.pcap"));
    fs::write(&first, &bytes[..at]).unwrap();
    fs::write(&second, [&bytes[..24], &bytes[at..]].concat()).unwrap();
    let (text, _, exit) = run(&["report", second.to_str().unwrap(), first.to_str().unwrap()], b"");
    fs::remove_dir_all(&folder).unwrap();
    assert!(exit == 1 && text.contains("KRB-REPLYLOST-MTU"), "{text}");
    assert!(text.contains("54 is frame 14 of ") && text.contains("b.pcap"), "{text}");
}

#[test]
fn a_log_stands_beside_its_packets() {
    // The clock of this client is two hours east of UTC and 3 s ahead; the capture is from 2026.
    let (text, _, _) = report("joined.pcap", &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let first = json["capture"]["first"].as_str().unwrap().to_owned();
    let (date, time) = first.split_once('T').unwrap();
    let (year, day) = date.split_once('-').unwrap();
    let day = day.replace('-', "/");
    let hour: u32 = time[..2].parse().unwrap();
    let rest: f64 = time[3..5].parse::<f64>().unwrap() * 60.0 + time[6..12].parse::<f64>().unwrap();
    let line = |after: f64, text: &str| {
        let seconds = rest + after + 3.0;
        let (minutes, seconds) = ((seconds / 60.0).floor(), seconds % 60.0);
        let millis = (seconds.fract() * 1000.0).floor();
        format!(
            "{day}/{year} {:02}:{minutes:02.0}:{:02.0}:{millis:03.0} {text}\r\n",
            (hour + 2) % 24,
            seconds.floor()
        )
    };
    // When the client found its controller and when its session stood, by the report itself.
    let phase = |id: &str| {
        let phases = json["joins"][0]["phases"].as_array().unwrap();
        phases.iter().find(|phase| phase["id"] == id).unwrap()["last_frame"].as_u64().unwrap()
    };
    assert!(phase("P2") > 0);
    let log = [
        line(0.0, "NetpDoDomainJoin"),
        line(0.0, "\tMachine: WINWS01"),
        line(0.0, "\tDomain: contoso.local"),
        line(0.0, "NetpDsGetDcName: trying to find DC in domain 'contoso.local', flags: 0x40001010"),
        line(0.5, "NetpDsGetDcName: found DC '\\\\dc1.contoso.local' in the specified domain"),
        line(1.0, "NetpDoDomainJoin: status: 0x0"),
    ]
    .concat();
    let path = std::env::temp_dir().join(format!("adjoin-netsetup-{}.log", std::process::id()));
    fs::write(&path, log).unwrap();
    let (alone, _, exit) = run(&["log", path.to_str().unwrap()], b"");
    assert!(
        exit == 0 && alone.starts_with("WINWS01 joined contoso.local\n") && alone.contains("lines 1 to 6"),
        "{alone}"
    );
    let (beside, errors, _) =
        report("joined.pcap", &["--netsetup", path.to_str().unwrap(), "--format", "json"]);
    fs::remove_file(&path).unwrap();
    let beside: serde_json::Value = serde_json::from_str(&beside).unwrap_or_else(|_| panic!("{errors}"));
    assert_eq!(beside["log"]["clock"]["zone"], "UTC+02:00", "{:#}", beside["log"]);
    shape::check("log", &beside["log"], "log", &shape::documented("log-and-sides.md"));
    let skew = beside["log"]["clock"]["skew_seconds"].as_f64().unwrap();
    assert!((2.0..4.0).contains(&skew), "{skew}");
}

#[test]
fn no_log_is_no_log() {
    let path = sample("joined.pcap");
    let (_, errors, exit) = run(&["log", path.to_str().unwrap()], b"");
    assert!(exit == 2 && errors.contains("no Netsetup.log"), "{errors}");
}

#[test]
fn the_shells_and_man_know_it() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let (text, _, exit) = run(&["completions", shell], b"");
        assert!(exit == 0 && text.contains("adjoin") && text.contains("netsetup"), "{shell}");
    }
    let (page, _, exit) = run(&["man"], b"");
    assert!(exit == 0 && page.contains(".TH adjoin 1") && page.contains("dc\\-side"), "{page}");
    for command in ["report", "log"] {
        let (help, _, exit) = run(&[command, "--help"], b"");
        assert!(exit == 0 && help.contains("Example"), "{help}");
    }
}

#[test]
fn the_other_side_is_documented_and_must_have_packets() {
    let path = sample("joined.pcap");
    let (text, _, exit) = report("joined.pcap", &["--dc-side", path.to_str().unwrap(), "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    shape::check("sides", &json["sides"], "sides", &shape::documented("log-and-sides.md"));
    assert_eq!((exit, json["sides"]["differences"].as_array().unwrap().len()), (0, 0));
    let (text, errors, exit) = report("joined.pcap", &["--dc-side", "no such file"]);
    assert!(exit == 2 && text.is_empty() && errors.contains("no packet in it"), "{errors}");
    let (_, errors, exit) = run(&["report", "-", "-"], b"");
    assert!(exit == 2 && errors.contains("once only"), "{errors}");
}
