//! Runs `tshark` with the plugin loaded.
//!
//! Wireshark loads no personal plugins when it runs as root, and says nothing about it. So each run has
//! a home folder of its own with the plugin in it, and as root it runs as the user `nobody`.

use std::ffi::OsStr;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

/// The user and group `nobody` on every Linux distribution that has Wireshark.
#[cfg(unix)]
const NOBODY: u32 = 65534;

/// A `tshark` that loads the plugin, and the temporary home folder that it finds the plugin in.
#[derive(Debug)]
pub struct Tshark {
    home: PathBuf,
    as_nobody: bool,
    lent: AtomicU32,
}

impl Tshark {
    /// Prepares a home folder with `plugin` in the place where this machine's Wireshark looks for it.
    ///
    /// # Errors
    /// When there is no `tshark`, or the folder can't be made.
    pub fn with_plugin(plugin: &Path) -> Result<Self> {
        let this = Self::without_plugin()?;
        let folder = folders(this.command())?.personal;
        fs::create_dir_all(&folder)?;
        fs::copy(plugin, folder.join("adjoin.so"))?;
        this.open_to_all(&this.home)?;
        Ok(this)
    }

    /// A `tshark` that has no personal plugins and no preferences.
    ///
    /// # Errors
    /// When the home folder can't be made.
    pub fn without_plugin() -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let home = env::temp_dir().join(format!("adjoin-{}-{number}", process::id()));
        fs::create_dir_all(&home)?;
        let this = Self { home, as_nobody: is_root(), lent: AtomicU32::new(0) };
        this.open_to_all(&this.home)?;
        Ok(this)
    }

    /// Whether runs happen as `nobody`, because this process is root.
    #[must_use]
    pub fn drops_privileges(&self) -> bool {
        self.as_nobody
    }

    /// A command for this `tshark`, without arguments; its complaints about the terminal are dropped.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new("tshark");
        command
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
        if readable != capture {
            fs::remove_file(&readable)?;
        }
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() && !said.contains("cut short") {
            return Err(Error::other(format!("tshark on {}: {}: {said}", capture.display(), output.status)));
        }
        String::from_utf8(output.stdout).map_err(|error| Error::new(ErrorKind::InvalidData, error))
    }

    /// A path to `file` that this `tshark` may read: the user `nobody` can't look into root's folders.
    fn lend(&self, file: &Path) -> Result<PathBuf> {
        if !self.as_nobody {
            return file.canonicalize();
        }
        let copy = self.home.join(format!("capture-{}", self.lent.fetch_add(1, Ordering::Relaxed)));
        fs::copy(file, &copy)?;
        self.open_to_all(&copy)?;
        Ok(copy)
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

/// Where Wireshark looks for plugins that extend its dissection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// Of the current user.
    pub personal: PathBuf,
    /// Of all users.
    pub global: PathBuf,
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
fn target_folder() -> Option<PathBuf> {
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
