//! The example program on samples: who the client is, and a capture of nobody.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::{Command, Output};

/// The example is built with the tests, next to them.
fn run(file: &str) -> Option<Output> {
    let folder = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("examples");
    let program = folder.join(format!("whoami_from_capture{}", std::env::consts::EXE_SUFFIX));
    let sample = format!("{}/../samples/{file}", env!("CARGO_MANIFEST_DIR"));
    if !program.exists() || !std::path::Path::new(&sample).exists() {
        println!("skipped: the example was not built, or ../samples is not here");
        return None;
    }
    Some(Command::new(program).arg(sample).output().unwrap())
}

const WINDOWS_7: &str = "\
192.168.122.145 WINDOWS7-3: joined
  domain        s4.howto.abartlet.net
  DC            192.168.122.3 obed.s4.howto.abartlet.net
  account       administrator, with kerberos
as the messages tell
  computer      WINDOWS7-3   (frame 307)
  account       administrator   (frame 33)
  account       windows7-3$   (frame 205)
  machine       WINDOWS7-3$   (frame 309)
  domain        S4-HOWTO   (frame 6)
  domain        s4.howto.abartlet.net   (frame 6)
  site          Default-First-Site-Name   (frame 6)
  DC            obed.s4.howto.abartlet.net   (frame 6)
";

#[test]
fn a_join() {
    let Some(output) = run("windows7-join.pcap") else { return };
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text, WINDOWS_7);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn no_capture() {
    let Some(output) = run("README.md") else { return };
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("README.md"));
}
