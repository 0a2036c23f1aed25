//! The README's two commands on fresh machines: roots of Debian and Ubuntu that have Rust, a linker and nothing
//! else, each in a container of its own with a clean clone of what is committed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use adjoin_oracle::tshark;

use crate::roots::{mirror, printed, proxies};
use crate::terminal::Style;
use crate::{Outcome, setup, test};

/// A system that the README promises.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct System {
    suite: &'static str,
    name: &'static str,
    /// Where its packages are, as a line of apt's; Debian's are where this machine gets its own.
    source: Option<&'static str>,
}

const SYSTEMS: [System; 3] = [
    System { suite: "bookworm", name: "Debian 12", source: None },
    System { suite: "trixie", name: "Debian 13", source: None },
    System {
        suite: "noble",
        name: "Ubuntu 24.04",
        // Debian 12 has no package with Ubuntu's keys: the certificate of the server stands in for them.
        source: Some("deb [trusted=yes] https://archive.ubuntu.com/ubuntu noble main universe"),
    },
];

/// The commands, as the README has them.
const COMMANDS: [&str; 2] = ["demo", "test"];

/// What rustc needs to link anything, and cargo to reach crates.io. Ubuntu counts apt itself as an extra.
const PACKAGES: &str = "apt,ca-certificates,gcc,libc6-dev";

/// Where the root finds the machine's Rust, and the clone.
const RUST: &str = "/opt/rust";
const CLONE: &str = "/root/adjoin";

/// The systems that the arguments name; all without any. `None` when one isn't known.
pub(crate) fn systems(arguments: &[&str]) -> Option<Vec<&'static System>> {
    if arguments.is_empty() {
        return Some(SYSTEMS.iter().collect());
    }
    arguments.iter().map(|name| SYSTEMS.iter().find(|system| system.suite == *name)).collect()
}

/// Runs both commands in each system, whatever fails, and prints a table at the end.
pub(crate) fn run(systems: &[&System]) -> Outcome {
    if !tshark::is_root() {
        return Err("fresh machines are made and entered by root alone".to_owned());
    }
    setup::provide(setup::FOR_FRESH)?;
    let target = tshark::target_folder().ok_or("xtask doesn't run from a target folder")?.join("fresh");
    fs::create_dir_all(&target).map_err(|error| format!("{}: {error}", target.display()))?;
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    for system in systems {
        println!("{}", Style::for_stdout().heading(&format!("== {}", system.name)));
        let root = target.join(system.suite);
        if let Err(error) = make(system, &root) {
            failures.push(format!("{}: {error}", system.name));
            continue;
        }
        for command in COMMANDS {
            let output = target.join(format!("{}.{command}.txt", system.suite));
            let start = Instant::now();
            let outcome = enter(&root, command, &output);
            let minutes = start.elapsed().as_secs_f64() / 60.0;
            let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
            println!("cargo xtask {command}: {verdict} after {minutes:.1} minutes, in {}", output.display());
            rows.push(format!("{:<13} {command:<8} {verdict:<7} {minutes:>7.1}", system.name));
            failures.extend(outcome.err().map(|error| format!("{}: {error}", system.name)));
        }
        fs::remove_dir_all(&root).map_err(|error| format!("{}: {error}", root.display()))?;
    }
    println!("\nsystem        command  outcome minutes");
    for row in rows {
        println!("{row}");
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n        ")) }
}

/// Unpacks and configures the system's smallest set of packages, and clones the repository into it.
fn make(system: &System, root: &Path) -> Outcome {
    let failed = |error: std::io::Error| format!("{}: {error}", root.display());
    if root.exists() {
        fs::remove_dir_all(root).map_err(failed)?;
    }
    let source = system.source.map_or_else(mirror, |source| Ok(source.to_owned()))?;
    let mut mmdebstrap = Command::new("mmdebstrap");
    mmdebstrap
        .args(["--quiet", "--variant=minbase", "--mode=root"])
        // A mirror may be behind. What it gives is signed all the same.
        .arg("--aptopt=Acquire::Check-Valid-Until \"false\"")
        .args(proxies()?.iter().map(|option| format!("--aptopt={option}")));
    if system.source.is_none() {
        // Debian 12 has packages for both layouts, with /lib and with /usr/lib alone.
        mmdebstrap.arg("--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr");
    }
    mmdebstrap.arg(format!("--include={PACKAGES}")).arg(system.suite).arg(root).arg(source);
    test::succeed(&mut mmdebstrap)?;
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let clone = root.join(CLONE.trim_start_matches('/'));
    test::succeed(Command::new("git").args(["clone", "--quiet", "--no-hardlinks"]).arg(repository).arg(clone))
}

/// Runs a task in the root, which it may change as it likes; nothing else. What it prints goes to a file.
fn enter(root: &Path, task: &str, output: &Path) -> Outcome {
    let failed = |error: std::io::Error| format!("{}: {error}", output.display());
    let file = File::create(output).map_err(failed)?;
    let rust = printed(Command::new("rustc").args(["--print", "sysroot"]))?;
    let rust = PathBuf::from(rust.trim());
    let mut container = Command::new("bwrap");
    container
        .arg("--bind")
        .arg(root)
        .arg("/")
        .args(["--dev", "/dev", "--proc", "/proc", "--perms", "1777", "--tmpfs", "/tmp"])
        .arg("--ro-bind")
        .arg(&rust)
        .arg(RUST)
        // The way out is this machine's: its name servers, and the proxies that it trusts.
        .args(["--ro-bind", "/etc/resolv.conf", "/etc/resolv.conf"])
        .args(["--ro-bind", "/etc/ssl/certs", "/etc/ssl/certs"])
        .args(["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent"])
        // Packages are installed inside, for which their scripts change owners.
        .args(["--cap-add", "ALL", "--clearenv", "--setenv", "HOME", "/root", "--setenv", "PATH"])
        .arg(format!("{RUST}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))
        .args(["--chdir", CLONE, "cargo", "xtask", task])
        .stdin(Stdio::null())
        .stdout(file.try_clone().map_err(failed)?)
        .stderr(file);
    let status = container.status().map_err(|error| format!("bwrap: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("cargo xtask {task}: {status}; see {}", output.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_named() {
        assert_eq!(systems(&[]).map(|all| all.len()), Some(3));
        assert_eq!(systems(&["noble"]), Some(vec![&SYSTEMS[2]]));
        assert_eq!(systems(&["noble", "sid"]), None);
    }

    /// The README promises these systems and these commands.
    #[test]
    fn the_readme_names_them() {
        let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
        let readme = fs::read_to_string(readme).unwrap();
        for command in COMMANDS {
            assert!(readme.contains(&format!("$ cargo xtask {command}\n")), "{command}");
        }
        for version in ["Debian 12", "13", "Ubuntu 24.04"] {
            assert!(readme.contains(version), "{version}");
        }
    }
}
