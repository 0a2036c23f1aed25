//! What the machine has to have.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Programs, and the Debian packages that have them.
const PROGRAMS: [(&str, &str); 8] = [
    ("dumpcap", "wireshark-common"),
    ("ethtool", "ethtool"),
    ("ip", "iproute2"),
    ("mmdebstrap", "mmdebstrap"),
    ("mount", "mount"),
    ("nsenter", "util-linux"),
    ("tshark", "tshark"),
    ("unshare", "util-linux"),
];

/// Whether folders can be mounted above each other; the kernel may have to load a module for it, as a mount would.
fn has_overlays() -> bool {
    let listed = || fs::read_to_string("/proc/filesystems").is_ok_and(|text| text.contains("\toverlay"));
    listed()
        || (Command::new("modprobe").arg("overlay").output().is_ok_and(|done| done.status.success())
            && listed())
}

/// What is missing, for a person; empty when the lab can be run.
#[must_use]
pub fn missing() -> Vec<String> {
    let mut missing = Vec::new();
    if !nix::unistd::geteuid().is_root() {
        missing.push("the lab makes network namespaces and mounts, so it has to be run as root".to_owned());
    }
    if !has_overlays() {
        missing.push("this kernel has no overlayfs".to_owned());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let there = |program: &str| {
        let standard = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map(Path::new);
        standard.iter().any(|folder| folder.join(program).is_file())
            || env::split_paths(&path).any(|folder| folder.join(program).is_file())
    };
    let absent: Vec<_> = PROGRAMS.iter().filter(|(program, _)| !there(program)).collect();
    if !absent.is_empty() {
        let programs: Vec<&str> = absent.iter().map(|(program, _)| *program).collect();
        let mut packages: Vec<&str> = absent.iter().map(|(_, package)| *package).collect();
        packages.sort_unstable();
        packages.dedup();
        missing.push(format!(
            "programs are missing: {}; on Debian: apt-get install {}",
            programs.join(", "),
            packages.join(" ")
        ));
    }
    missing
}
