//! A place where commands of a page run: a temporary folder with the samples, the command and the plugin.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use adjoin_oracle::tshark::{self, Tshark, build_plugin, installed, is_filter_bug, target_folder};

use super::read::root;
use crate::lab;

/// The files that pages speak of, and what stands for them. What a page shows the outcome of is in `samples`.
const STAND_INS: [(&str, &str); 9] = [
    ("FILE", "kdc-answer-lost.pcap"),
    ("capture.pcap", "kdc-answer-lost.pcap"),
    ("capture.pcapng", "kdc-answer-lost.pcap"),
    ("client.pcapng", "kdc-answer-lost.pcap"),
    ("dc.pcapng", "kdc-answer-lost.pcap"),
    ("NetSetup.LOG", "kdc-answer-lost.NetSetup.LOG"),
    ("FOLDER/one.pcap", "joined.pcap"),
    ("FOLDER/two.pcap", "wrong-password.pcap"),
    ("ticket.bin", "joined.pcap"),
];

/// What a command printed, with what went to standard error, and its exit code.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) printed: String,
    pub(super) code: i32,
}

/// The folder, which goes with it.
pub(super) struct Sandbox {
    tshark: Tshark,
    path: OsString,
}

impl Sandbox {
    /// With `samples` and the stand-ins.
    pub(super) fn new() -> Self {
        let tshark = match plugin() {
            Some(plugin) => Tshark::with_plugin(plugin),
            None => Tshark::without_plugin(),
        };
        let tshark = tshark.unwrap();
        let home = tshark.home().to_owned();
        let samples = root().join("samples");
        for folder in ["samples", "bin", "FOLDER"] {
            fs::create_dir(home.join(folder)).unwrap();
        }
        for entry in fs::read_dir(&samples).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::copy(&path, home.join("samples").join(path.file_name().unwrap())).unwrap();
            }
        }
        for (name, sample) in STAND_INS {
            fs::copy(samples.join(sample), home.join(name)).unwrap();
        }
        fs::copy(command(), home.join("bin/adjoin")).unwrap();
        tshark.hand_over().unwrap();
        let mut path = home.join("bin").into_os_string();
        path.push(":");
        path.push(env::var_os("PATH").unwrap_or_default());
        Self { tshark, path }
    }

    /// Runs a line of a shell.
    pub(super) fn run(&self, line: &str) -> Ran {
        let mut shell = self.tshark.program("sh");
        // On a terminal both would be seen.
        let output =
            shell.env("PATH", &self.path).args(["-c", &format!("exec 2>&1\n{line}")]).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        // No page shows what Wireshark 4.2.2 warns of: a fault of its own, told in docs/limits.md.
        let is_warning = |line: &&str| {
            line.contains("[Epan WARNING]")
                && tshark::version().is_ok_and(|version| is_filter_bug(&version, line))
        };
        let mut printed: String = printed.split_inclusive('\n').filter(|line| !is_warning(line)).collect();
        // The pages show what 4.0 prints.
        if line.contains("tshark ")
            && line.contains("-T fields")
            && tshark::version().is_ok_and(|version| writes_backslashes_twice(&version))
        {
            printed = printed.replace("\\\\", "\\");
        }
        Ran { printed, code: output.status.code().unwrap_or(-1) }
    }
}

/// Whether tshark of this version has two backslashes for each in a text: from 4.4 on.
fn writes_backslashes_twice(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or_default());
    (numbers.next(), numbers.next()) >= (Some(4), Some(4))
}

#[test]
fn backslashes_are_those_of_the_version() {
    assert!(["4.4.18", "4.6.9", "5.0.0"].into_iter().all(writes_backslashes_twice));
    assert!(!["4.0.17", "4.2.2", "3.6.24"].into_iter().any(writes_backslashes_twice));
}

/// The `adjoin` command of this source.
fn command() -> &'static Path {
    static COMMAND: OnceLock<PathBuf> = OnceLock::new();
    COMMAND.get_or_init(|| {
        let target = target_folder().expect("the test runs from a target folder");
        lab::build(&target, &["--package=adjoin", "--bin=adjoin"], "adjoin").unwrap()
    })
}

/// The plugin of this source, where there is a tshark to load it.
fn plugin() -> Option<&'static Path> {
    static PLUGIN: OnceLock<Option<PathBuf>> = OnceLock::new();
    PLUGIN.get_or_init(|| installed("tshark").then(|| build_plugin(false).unwrap())).as_deref()
}
