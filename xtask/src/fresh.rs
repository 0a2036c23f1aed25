//! The README's two commands on fresh machines: roots of Debian and Ubuntu that have Rust, a linker and nothing
//! else, each in a container of its own with a clean clone of what is committed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use adjoin_oracle::tshark;

use crate::roots::{Suite, printed};
use crate::terminal::Style;
use crate::{Outcome, setup, test};

/// The systems that the README promises.
const SYSTEMS: [Suite; 3] = [Suite::Bookworm, Suite::Trixie, Suite::Noble];

/// The commands, as the README has them.
const COMMANDS: [&str; 2] = ["demo", "test"];

/// What rustc needs to link anything, and cargo to reach crates.io. Ubuntu counts apt itself as an extra.
const PACKAGES: &str = "apt,ca-certificates,gcc,libc6-dev";

/// Where the root finds the machine's Rust, and the clone.
const RUST: &str = "/opt/rust";
const CLONE: &str = "/root/adjoin";

/// The systems that the arguments name; all without any. `None` when one isn't known.
pub(crate) fn systems(arguments: &[&str]) -> Option<Vec<Suite>> {
    if arguments.is_empty() {
        return Some(SYSTEMS.to_vec());
    }
    let known = |name: &&str| Suite::named(name).filter(|suite| SYSTEMS.contains(suite));
    arguments.iter().map(known).collect()
}

/// Runs both commands in each system, whatever fails, and prints a table at the end.
pub(crate) fn run(systems: &[Suite]) -> Outcome {
    if !tshark::is_root() {
        return Err("fresh machines are made and entered by root alone".to_owned());
    }
    setup::provide(setup::FOR_FRESH)?;
    let target = tshark::target_folder().ok_or("xtask doesn't run from a target folder")?.join("fresh");
    fs::create_dir_all(&target).map_err(|error| format!("{}: {error}", target.display()))?;
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    for &suite in systems {
        let system = suite.system();
        println!("{}", Style::for_stdout().heading(&format!("== {system}")));
        let root = target.join(suite.name());
        if let Err(error) = make(suite, &root) {
            failures.push(format!("{system}: {error}"));
            continue;
        }
        for command in COMMANDS {
            let output = target.join(format!("{}.{command}.txt", suite.name()));
            let start = Instant::now();
            let outcome = enter(&root, command, &output);
            let minutes = start.elapsed().as_secs_f64() / 60.0;
            let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
            println!("cargo xtask {command}: {verdict} after {minutes:.1} minutes, in {}", output.display());
            rows.push(format!("{system:<13} {command:<8} {verdict:<7} {minutes:>7.1}"));
            failures.extend(outcome.err().map(|error| format!("{system}: {error}")));
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
fn make(suite: Suite, root: &Path) -> Outcome {
    let failed = |error: std::io::Error| format!("{}: {error}", root.display());
    if root.exists() {
        fs::remove_dir_all(root).map_err(failed)?;
    }
    test::succeed(&mut suite.mmdebstrap(&["--variant=minbase", "--mode=root"], PACKAGES, root)?)?;
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
        assert_eq!(systems(&["noble"]), Some(vec![Suite::Noble]));
        assert_eq!(systems(&["noble", "testing"]), None, "the README doesn't promise it");
    }

    /// The README promises these systems and these commands.
    #[test]
    fn the_readme_names_them() {
        let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
        let readme = fs::read_to_string(readme).unwrap();
        for command in COMMANDS {
            assert!(readme.contains(&format!("$ cargo xtask {command}\n")), "{command}");
        }
        // Of two versions of a system it may say the name once.
        for word in SYSTEMS.iter().flat_map(|suite| suite.system().split(' ')) {
            assert!(readme.contains(word), "{word}");
        }
    }
}
