//! The example program: a tower, a stub, a cut tower, and something else.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use epmap_proto::{EptStatus, TowerWriter, ept_map_response};
use rpce_proto::{ContextHandle, Encoding, SyntaxId};
use std::io::Write;
use std::process::{Command, Output, Stdio};

/// The example is built with the tests, next to them.
fn run(octets: &[u8]) -> Option<Output> {
    let folder = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("examples");
    let program = folder.join(format!("tower_dump{}", std::env::consts::EXE_SUFFIX));
    if !program.exists() {
        println!("skipped: the example was not built");
        return None;
    }
    let pipes = || Stdio::piped();
    let mut child =
        Command::new(program).arg("-").stdin(pipes()).stdout(pipes()).stderr(pipes()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(octets).unwrap();
    Some(child.wait_with_output().unwrap())
}

fn tower() -> Vec<u8> {
    let drsuapi = SyntaxId::new("e3514235-4b06-11d1-ab04-00c04fc2dcd2".parse().unwrap(), 4, 0);
    TowerWriter::ncacn_ip_tcp(drsuapi, SyntaxId::NDR, 49671, [192, 0, 2, 10].into()).unwrap()
}

const TOWER: &str = "\
ncacn_ip_tcp:192.0.2.10[49671]  drsuapi
  floor 1  octets    2..27   UUID e3514235-4b06-11d1-ab04-00c04fc2dcd2 v4.0
  floor 2  octets   27..52   UUID 8a885d04-1ceb-11c9-9fe8-08002b104860 v2.0
  floor 3  octets   52..59   NCACN 0
  floor 4  octets   59..66   TCP 49671
  floor 5  octets   66..75   IP 192.0.2.10
";

#[test]
fn a_tower() {
    let Some(output) = run(&tower()) else { return };
    assert_eq!(String::from_utf8(output.stdout).unwrap(), TOWER);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_stub() {
    let tower = tower();
    for encoding in [Encoding::NDR, Encoding::NDR64] {
        let towers = [(3, tower.as_slice())];
        let stub = ept_map_response(encoding, ContextHandle::NULL, 4, &towers, EptStatus::OK).unwrap();
        let Some(output) = run(&stub) else { return };
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.starts_with("ept_map response: ok\nncacn_ip_tcp:192.0.2.10[49671]  drsuapi\n"),
            "{text}"
        );
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn what_was_cut_and_what_it_is_not() {
    let Some(output) = run(tower().get(..62).unwrap()) else { return };
    assert!(String::from_utf8(output.stdout).unwrap().contains("floor 3"));
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(error, "tower_dump: -: RHS length: the input ends 2 bytes too early (at byte 62)\n");
    assert_eq!(output.status.code(), Some(1));
    // The second has a floor, but no interface: it begins as a capture does.
    for other in [&b"GET / HTTP/1.1"[..], b"\xd4\xc3\x01\0\x11\x01\0\xff"] {
        let Some(output) = run(other) else { return };
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    }
}
