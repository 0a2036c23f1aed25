//! Hosts with networks and roots of their own. Namespaces need root: without it these tests skip.

#![cfg(target_os = "linux")]

use adjoin_lab::host::{self, Host, LAN, Program, Root};
use adjoin_lab::site::{Family, Site};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(10);

/// Whether this process may make hosts.
fn may() -> bool {
    let missing = ["unshare", "nsenter", "ip", "ethtool"].into_iter().find(|name| {
        let found = std::process::Command::new("sh").args(["-c", &format!("command -v {name}")]).output();
        !found.is_ok_and(|output| output.status.success())
    });
    let is_root = nix::unistd::geteuid().is_root();
    if !is_root || missing.is_some() {
        println!("skipped: {}", missing.unwrap_or("not root"));
    }
    is_root && missing.is_none()
}

#[test]
fn hosts_have_their_addresses_and_one_interface() {
    if !may() {
        return;
    }
    let [site, ..] = Site::all();
    let router = Host::new("router", &Root::default()).unwrap();
    let client = Host::new("client", &Root::default()).unwrap();
    host::connect(&client, &router, LAN, &site.client_leg, Family::Both).unwrap();
    let addresses = client.run_outside(&Program::new(["ip", "-brief", "address"]), LIMIT).unwrap();
    let text = addresses.ok("ip").unwrap();
    assert!(text.contains("172.20.40.51/24") && text.contains("fd00:ad:11::13/64"), "{text}");
    assert!(!text.contains("fe80"), "{text}");
    let links = client.run_outside(&Program::new(["ip", "-brief", "link"]), LIMIT).unwrap().output;
    assert_eq!(
        links.lines().filter(|line| !line.starts_with("tunl") && !line.starts_with("sit")).count(),
        2,
        "{links}"
    );
    let routes = client.run_outside(&Program::new(["ip", "route"]), LIMIT).unwrap().output;
    assert!(routes.contains("default via 172.20.40.1"), "{routes}");
}

#[test]
fn a_host_changes_its_own_files_only() {
    if !may() {
        return;
    }
    let host = Host::new("desk9", &Root::at(Path::new("/"))).unwrap();
    host.write("/etc/adjoin-lab-test", "here").unwrap();
    let read = host
        .run(&Program::new(["sh", "-c", "cat /etc/adjoin-lab-test; hostname; cat"]).stdin("in"), LIMIT)
        .unwrap();
    assert_eq!(read.output, "heredesk9\nin");
    assert!(!Path::new("/etc/adjoin-lab-test").exists());
    let processes = host.run(&Program::new(["sh", "-c", "echo /proc/[0-9]*"]), LIMIT).unwrap().output;
    assert!(processes.split_whitespace().count() <= 3, "{processes}");
}

#[test]
fn time_is_bounded() {
    if !may() {
        return;
    }
    let host = Host::new("slow", &Root::default()).unwrap();
    let start = Instant::now();
    let program = Program::new(["sh", "-c", "echo begun; sleep 60 & sleep 60"]);
    let finished = host.run_outside(&program, Duration::from_millis(300)).unwrap();
    assert!(finished.timed_out && finished.output == "begun\n" && start.elapsed() < LIMIT);
}

#[test]
fn nothing_outlives_its_host() {
    if !may() {
        return;
    }
    let host = Host::new("gone", &Root::at(Path::new("/"))).unwrap();
    let folder = std::env::temp_dir();
    let log = folder.join(format!("adjoin-lab-{}", std::process::id()));
    std::fs::File::create(&log).unwrap().write_all(b"").unwrap();
    // A daemon that left its group, as servers do.
    let daemon = host.start(&Program::new(["setsid", "sh", "-c", "sleep 61.25; :"]), &log).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let runs = || {
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
        lines.into_iter().any(|line| line == b"sleep\x0061.25\0")
    };
    assert!(runs());
    drop(host);
    drop(daemon);
    assert!(!runs());
    std::fs::remove_file(log).unwrap();
}
