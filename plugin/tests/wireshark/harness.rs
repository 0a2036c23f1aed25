//! Runs Wireshark's programs with the plugin in a personal plugin folder of its own.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, process};

/// The plugin as cargo builds it for the profile of this test.
pub(crate) fn plugin() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        // A library that is only a cdylib isn't built for the tests of its own package.
        let test = env::current_exe().expect("the test knows its path");
        let profile = test.parent().and_then(Path::parent).expect("target/PROFILE/deps");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--lib", "--manifest-path"]);
        cargo.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
        cargo.arg("--target-dir").arg(profile.parent().expect("a target folder"));
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.status().expect("cargo runs").success(), "the plugin doesn't build");
        profile.join("libadjoin.so")
    })
}

/// Whether `program` can be run; says so when it can't.
pub(crate) fn installed(program: &str) -> bool {
    let found =
        env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|p| p.join(program).exists()));
    if !found {
        eprintln!("skipped: {program} is not installed");
    }
    found
}

/// A home folder that Wireshark's programs may read, removed at the end.
pub(crate) struct Home(PathBuf);

impl Home {
    /// A home without plugins.
    pub(crate) fn empty() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let unique = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("adjoin-{}-{unique}", process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        readable(&folder);
        Self(folder)
    }

    /// A home with the plugin in it.
    pub(crate) fn with_plugin() -> Self {
        Self::with_plugin_from(&fs::read(plugin()).expect("the plugin was built"))
    }

    /// A home with this file as the plugin.
    pub(crate) fn with_plugin_from(library: &[u8]) -> Self {
        let home = Self::empty();
        let mut folder = home.0.clone();
        for part in [".local", "lib", "wireshark", "plugins", series(), "epan"] {
            folder.push(part);
            fs::create_dir_all(&folder).expect("a temporary folder");
            readable(&folder);
        }
        home.write(&folder.join("adjoin.so"), library);
        home
    }

    /// Writes a file into the home; its path.
    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        self.write(&path, content);
        path
    }

    fn write(&self, path: &Path, content: &[u8]) {
        fs::write(path, content).expect("a temporary file");
        readable(path);
    }

    /// `program` in this home. As root Wireshark ignores personal plugins, so root becomes nobody.
    pub(crate) fn command(&self, program: &str) -> Command {
        let root = fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
        let mut command = if root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups", program]);
            command
        } else {
            Command::new(program)
        };
        command.env("HOME", &self.0).env_remove("XDG_CONFIG_HOME").env_remove("WIRESHARK_PLUGIN_DIR");
        command.env("LC_ALL", "C.UTF-8").current_dir("/").stdin(Stdio::null());
        command
    }

    /// Runs tshark; it must end by itself, and nothing may hint at a fault of ours.
    pub(crate) fn tshark<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Output {
        let mut command = self.command("tshark");
        let output = command.args(arguments).output().expect("tshark runs");
        check(&format!("{command:?}"), &output);
        output
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The output of a program as text.
pub(crate) fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

/// No signal ended the program, and nothing hints at a fault of ours.
pub(crate) fn check(what: &str, output: &Output) {
    assert_eq!(output.status.signal(), None, "{what} crashed: {}", text(&output.stderr));
    let said = text(&output.stdout) + &text(&output.stderr);
    for fault in ["Dissector bug, protocol", "panicked", "adjoin failed on this frame", "OOPS"] {
        let line = said.lines().find(|line| line.contains(fault));
        assert!(line.is_none(), "{what} says {}", line.unwrap_or_default());
    }
}

/// Folder of the plugins of this Wireshark, such as `4.0`.
fn series() -> &'static str {
    static SERIES: OnceLock<String> = OnceLock::new();
    SERIES.get_or_init(|| {
        let output = Command::new("tshark").arg("--version").output().expect("tshark runs");
        let first = text(&output.stdout);
        let version = first.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        let mut numbers = version.expect("tshark says its version").split('.');
        format!("{}.{}", numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default())
    })
}

/// Lets any user read `path`.
fn readable(path: &Path) {
    fs::set_permissions(path, Permissions::from_mode(0o755)).expect("our own file");
}
