//! Runs `tshark` and its sisters with the plugin loaded.
//!
//! Wireshark loads no personal plugins when it runs as root, and says nothing about it. So each run has
//! a home folder of its own with the plugin in it, and as root it runs as the user `nobody`.

use std::ffi::{OsStr, OsString};
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

/// The user and group `nobody` on every Linux distribution that has Wireshark.
#[cfg(unix)]
const NOBODY: u32 = 65534;

/// The variable that names the folder root whose programs are on the path, if they aren't this machine's
/// (see `xtask/src/roots.rs`). Those run as an ordinary user by themselves, may read what we may, and write to
/// the home folder only.
pub const ROOT: &str = "ADJOIN_WIRESHARK_ROOT";

/// How the home folder of a [`Tshark`] is called, in the folder for temporary files.
pub const HOME_PREFIX: &str = "adjoin-";

/// A `tshark` that loads the plugin, and the temporary home folder that it finds the plugin in.
#[derive(Debug)]
pub struct Tshark {
    home: PathBuf,
    as_nobody: bool,
    environment: Vec<(&'static str, OsString)>,
    lent: AtomicU32,
}

impl Tshark {
    /// Prepares a home folder with `plugin` in the place where this machine's Wireshark looks for it.
    ///
    /// # Errors
    /// When there is no `tshark`, or the folder can't be made.
    pub fn with_plugin(plugin: &Path) -> Result<Self> {
        Self::of(&[], Some(plugin))
    }

    /// A `tshark` that has no personal plugins and no preferences.
    ///
    /// # Errors
    /// When the home folder can't be made.
    pub fn without_plugin() -> Result<Self> {
        Self::of(&[], None)
    }

    /// The `tshark` that is found with the variables of `environment`, such as the path to a folder root's
    /// programs, with `plugin` or with no personal plugins.
    ///
    /// # Errors
    /// When there is no `tshark`, or its home folder can't be made.
    pub fn of(environment: &[(&'static str, OsString)], plugin: Option<&Path>) -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let home = env::temp_dir().join(format!("{HOME_PREFIX}{}-{number}", process::id()));
        fs::create_dir_all(&home)?;
        let in_root = env::var_os(ROOT).is_some() || environment.iter().any(|(name, _)| *name == ROOT);
        let this = Self {
            home,
            as_nobody: is_root() && !in_root,
            environment: environment.to_vec(),
            lent: AtomicU32::new(0),
        };
        if let Some(plugin) = plugin {
            let folder = folders(this.command())?.personal;
            fs::create_dir_all(&folder)?;
            fs::copy(plugin, folder.join("adjoin.so"))?;
        }
        this.open_to_all(&this.home)?;
        Ok(this)
    }

    /// Whether runs happen as `nobody`, because this process is root.
    #[must_use]
    pub fn drops_privileges(&self) -> bool {
        self.as_nobody
    }

    /// The home folder of its runs.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// A command for this `tshark`, without arguments.
    #[must_use]
    pub fn command(&self) -> Command {
        self.program("tshark")
    }

    /// A command for another program that is to find the same plugin, such as `sharkd`.
    #[must_use]
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command
            .envs(self.environment.iter().cloned())
            .env("HOME", &self.home)
            .env("LC_ALL", "C.UTF-8")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("WIRESHARK_CONFIG_DIR")
            .env_remove("WIRESHARK_PLUGIN_DIR")
            .current_dir(&self.home)
            .stdin(Stdio::null());
        #[cfg(unix)]
        if self.as_nobody {
            use std::os::unix::process::CommandExt;
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// Runs with these arguments on `capture` and returns what was printed.
    ///
    /// # Errors
    /// When the run fails; the text is what `tshark` said. A capture that is cut short in the middle of a
    /// packet is no failure.
    pub fn read<S: AsRef<OsStr>>(&self, capture: &Path, arguments: &[S]) -> Result<String> {
        let readable = self.lend(capture)?;
        let output = self.command().arg("-r").arg(&readable).args(arguments).output()?;
        // Only a copy is removed. A path that differs from `capture` is none yet: it may be a shorter way to it.
        if self.as_nobody {
            fs::remove_file(&readable)?;
        }
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() && !said.contains("cut short") {
            return Err(Error::other(format!("tshark on {}: {}: {said}", capture.display(), output.status)));
        }
        String::from_utf8(output.stdout).map_err(|error| Error::new(ErrorKind::InvalidData, error))
    }

    /// Runs with these arguments, as they are, and returns all that was printed.
    ///
    /// # Errors
    /// When it doesn't run, and for the [faults] that it shows. A status that isn't 0 is none.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Result<Output> {
        let mut command = self.command();
        let output = command.args(arguments).output()?;
        match faults(&output) {
            Some(fault) => Err(Error::other(format!("{command:?}: {fault}"))),
            None => Ok(output),
        }
    }

    /// Writes a file that this `tshark` may read, and returns its path; it goes when this `tshark` does.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn file(&self, name: &str, content: &[u8]) -> Result<PathBuf> {
        let path = self.home.join(name);
        fs::write(&path, content)?;
        self.open_to_all(&path)?;
        Ok(path)
    }

    /// A path to `file` that this `tshark` may read: the user `nobody` can't look into root's folders.
    ///
    /// # Errors
    /// When there is no such file, or it can't be copied.
    pub fn lend(&self, file: &Path) -> Result<PathBuf> {
        let named = |error: Error| Error::new(error.kind(), format!("{}: {error}", file.display()));
        if !self.as_nobody {
            return file.canonicalize().map_err(named);
        }
        let copy = self.home.join(format!("capture-{}", self.lent.fetch_add(1, Ordering::Relaxed)));
        fs::copy(file, &copy).map_err(named)?;
        self.open_to_all(&copy)?;
        Ok(copy)
    }

    /// Lets the runs write in their home folder, as Wireshark does with its window.
    ///
    /// # Errors
    /// When the owner of something in it can't be changed.
    pub fn hand_over(&self) -> Result<()> {
        #[cfg(unix)]
        if self.as_nobody {
            let mut folders = vec![self.home.clone()];
            while let Some(folder) = folders.pop() {
                std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY))?;
                if folder.is_dir() {
                    for entry in fs::read_dir(folder)? {
                        folders.push(entry?.path());
                    }
                }
            }
        }
        Ok(())
    }

    /// Lets every user read `path` and what is below it, whatever the umask and the original's mode.
    fn open_to_all(&self, path: &Path) -> Result<()> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
        }
        if path.is_dir() {
            for entry in fs::read_dir(path)? {
                self.open_to_all(&entry?.path())?;
            }
        }
        Ok(())
    }
}

impl Drop for Tshark {
    fn drop(&mut self) {
        // What can't be removed stays in the folder for temporary files; nothing depends on it.
        let _ = fs::remove_dir_all(&self.home);
    }
}

/// What a run of Wireshark shows of a fault of the plugin; `None` when it shows none. Wireshark's own
/// dissectors have faults too, which it reports in the same words.
#[must_use]
pub fn faults(output: &Output) -> Option<String> {
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = output.status.signal() {
            return Some(format!("ended by signal {signal}: {}", String::from_utf8_lossy(&output.stderr)));
        }
    }
    let faults = ["Dissector bug, protocol ADJOIN", "panicked", "adjoin failed", "OOPS"];
    said.lines().find(|line| faults.iter().any(|fault| line.contains(fault))).map(str::to_owned)
}

/// What Wireshark 4.2.2 says of a search whose filter has an `and` or `or` of more than two parts, as that of an LDAP
/// ping has: it counts the depth of parts wrongly, takes the third for a fault of its own, and reads nothing behind it.
pub const FILTER_BUG: &str = "packet-ldap.c:2180: failed assertion \"recursion_depth <= 100\"";

/// Whether Wireshark of this version says of itself that it has the [`FILTER_BUG`]. In no other version that would be
/// excused.
#[must_use]
pub fn is_filter_bug(version: &str, said: &str) -> bool {
    version.starts_with("4.2.") && said.contains(FILTER_BUG)
}

/// Whether `program` is on the path; prints that something is skipped when it isn't.
#[must_use]
pub fn installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

/// Where Wireshark looks for plugins that extend its dissection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// Of the current user.
    pub personal: PathBuf,
    /// Of all users.
    pub global: PathBuf,
}

/// Asks a `tshark` for the folder of the user's settings and profiles.
///
/// # Errors
/// When it doesn't run or doesn't name it.
pub fn configuration(mut tshark: Command) -> Result<PathBuf> {
    let output = tshark.args(["-G", "folders"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let named = text.lines().find_map(|line| line.strip_prefix("Personal configuration:"));
    named
        .map(|path| PathBuf::from(path.trim()))
        .ok_or_else(|| Error::other(format!("`tshark -G folders` names no personal configuration:\n{text}")))
}

/// Asks a `tshark` for its plugin folders.
///
/// # Errors
/// When it doesn't run or doesn't name them.
pub fn folders(mut tshark: Command) -> Result<Folders> {
    let output = tshark.args(["-G", "folders"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let folder = |label: &str| {
        let path = text.lines().find_map(|line| line.strip_prefix(label))?.trim_start_matches(':').trim();
        Some(Path::new(path).join("epan"))
    };
    match (folder("Personal Plugins"), folder("Global Plugins")) {
        (Some(personal), Some(global)) => Ok(Folders { personal, global }),
        _ => Err(Error::other(format!("`tshark -G folders` names no plugin folders:\n{text}"))),
    }
}

/// The version of the `tshark` of this machine, such as `4.0.17`.
///
/// # Errors
/// When it doesn't run or says no version.
pub fn version() -> Result<String> {
    let output = Command::new("tshark").arg("--version").output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let words = text.split_whitespace();
    words
        .map(|word| word.trim_end_matches('.'))
        .find(|word| word.contains('.') && word.split('.').all(|part| part.parse::<u32>().is_ok()))
        .map(str::to_owned)
        .ok_or_else(|| Error::other("`tshark --version` says no version"))
}

/// Whether this process runs as root.
#[must_use]
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Builds the plugin and returns where it is; tells cargo to build in release mode with `release`.
///
/// A test calls it so that it can't run with a plugin older than the sources. The build goes to the
/// target folder of the running program.
///
/// # Errors
/// When cargo fails; what it said has then been printed.
pub fn build_plugin(release: bool) -> Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .args(["build", "--quiet", "--package", "adjoin-plugin", "--message-format=json-render-diagnostics"])
        .stderr(Stdio::inherit());
    if release {
        command.arg("--release");
    }
    if let Some(target) = target_folder() {
        command.arg("--target-dir").arg(target);
    }
    let output = command.output()?;
    if !output.status.success() {
        return Err(Error::other("the plugin doesn't build; see above"));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let name = format!("{}adjoin{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    // One JSON message for each line; the file names of an artefact are strings without escapes on Unix.
    messages
        .split('"')
        .map(PathBuf::from)
        .find(|path| path.file_name() == Some(OsStr::new(&name)) && path.is_absolute())
        .ok_or_else(|| Error::other(format!("cargo built no {name}")))
}

/// The target folder that this program was built in: `<target>/<profile>[/deps]/program`.
#[must_use]
pub fn target_folder() -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).map(Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read() {
        let mut echo = Command::new("printf");
        echo.arg("Temp: /tmp\nPersonal Plugins:    \t/home/a/.local/lib/wireshark/plugins/4.0\nGlobal Plugins: /usr/lib/p/4.0\n%s");
        let folders = folders(echo).unwrap();
        assert_eq!(folders.personal, Path::new("/home/a/.local/lib/wireshark/plugins/4.0/epan"));
        assert_eq!(folders.global, Path::new("/usr/lib/p/4.0/epan"));
    }

    #[cfg(unix)]
    #[test]
    fn faults_are_found() {
        use std::os::unix::process::ExitStatusExt;
        let output = |status, text: &str| Output {
            status: process::ExitStatus::from_raw(status),
            stdout: text.as_bytes().to_vec(),
            stderr: Vec::new(),
        };
        assert_eq!(faults(&output(0, "all is well")), None);
        assert_eq!(faults(&output(256, "no such file")), None, "it ended by itself");
        assert!(faults(&output(11, "")).is_some());
        assert_eq!(faults(&output(0, "a\nhe panicked\nb")).as_deref(), Some("he panicked"));
    }

    #[test]
    fn one_fault_of_one_version_is_excused() {
        let said = |file: &str| {
            format!("Malformed  CLDAP  ./{file}:2180: failed assertion \"recursion_depth <= 100\"")
        };
        assert!(is_filter_bug("4.2.2", &said("packet-ldap.c")));
        assert!(!is_filter_bug("4.0.17", &said("packet-ldap.c")));
        assert!(!is_filter_bug("4.2.2", &said("packet-smb.c")));
        assert!(!is_filter_bug("4.2.2", "Malformed  CLDAP  Malformed Packet (Exception occurred)"));
    }

    #[test]
    fn reading_leaves_the_capture_where_it_is() {
        // The header of a pcap file without packets.
        let empty = [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
        for as_nobody in [false, is_root()] {
            let mut tshark = Tshark::without_plugin().unwrap();
            tshark.as_nobody = as_nobody;
            let other = Tshark::without_plugin().unwrap();
            for owner in [&tshark, &other] {
                let capture = owner.file("empty.pcap", &empty).unwrap();
                let detour = owner.home.join("..").join(owner.home.file_name().unwrap()).join("empty.pcap");
                for path in [&capture, &detour] {
                    assert_eq!(tshark.read(path, &["-n"]).unwrap(), "");
                    assert!(capture.is_file(), "{} was removed", path.display());
                }
            }
        }
    }

    #[test]
    fn runs_in_a_home_of_its_own() {
        let tshark = Tshark::without_plugin().unwrap();
        let folders = folders(tshark.command()).unwrap();
        assert!(folders.personal.starts_with(&tshark.home), "{folders:?}");
        let home = tshark.home.clone();
        drop(tshark);
        assert!(!home.exists());
    }
}
