//! Folder roots: suites of Debian and Ubuntu, unpacked below the target folder, each with a Wireshark of its own.
//!
//! A root has the programs, libraries and headers of its suite's packages. Nothing of it is installed or
//! configured, so no maintainer script runs. Its programs run on this machine with the root's `/usr` and
//! `/etc` in the place of the machine's, and a `/dev` of their own; every other path is the same inside and
//! outside. They can change nothing of the machine but the home folder that a test made for them.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use adjoin_oracle::tshark;

use crate::{Outcome, setup};

/// A suite of Debian or Ubuntu, and with it a minor version of Wireshark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suite {
    /// Debian 12: Wireshark 4.0.
    Bookworm,
    /// Ubuntu 24.04: Wireshark 4.2.
    Noble,
    /// Debian 13: Wireshark 4.4.
    Trixie,
    /// The next Debian: Wireshark 4.6.
    Testing,
}

impl Suite {
    /// The oldest Wireshark first.
    pub(crate) const ALL: [Self; 4] = [Self::Bookworm, Self::Noble, Self::Trixie, Self::Testing];

    /// As the archive spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bookworm => "bookworm",
            Self::Noble => "noble",
            Self::Trixie => "trixie",
            Self::Testing => "testing",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.name() == name)
    }

    /// Its system, as people call it.
    pub(crate) fn system(self) -> &'static str {
        match self {
            Self::Bookworm => "Debian 12",
            Self::Noble => "Ubuntu 24.04",
            Self::Trixie => "Debian 13",
            Self::Testing => "the next Debian",
        }
    }

    /// Where its packages are, as a line of apt's, if Debian's mirror doesn't have them.
    fn source(self) -> Option<&'static str> {
        match self {
            // Debian 12 has no package with Ubuntu's keys: the certificate of the server stands in for them.
            Self::Noble => Some("deb [trusted=yes] https://archive.ubuntu.com/ubuntu noble main universe"),
            Self::Bookworm | Self::Trixie | Self::Testing => None,
        }
    }

    /// A `mmdebstrap` that puts `packages` and what they depend on into `target`: a folder, or `-`.
    pub(crate) fn mmdebstrap(
        self,
        options: &[&str],
        packages: &str,
        target: &Path,
    ) -> Result<Command, String> {
        let source = self.source().map_or_else(mirror, |source| Ok(source.to_owned()))?;
        let mut mmdebstrap = Command::new("mmdebstrap");
        mmdebstrap
            .arg("--quiet")
            .args(options)
            // A mirror may be behind. What Debian's gives is signed all the same.
            .arg("--aptopt=Acquire::Check-Valid-Until \"false\"")
            .args(proxies()?.iter().map(|option| format!("--aptopt={option}")));
        if self.source().is_none() {
            // Debian 12 has packages for both layouts, with /lib and with /usr/lib alone.
            mmdebstrap.arg("--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr");
        }
        mmdebstrap.arg(format!("--include={packages}")).arg(self.name()).arg(target).arg(source);
        Ok(mmdebstrap)
    }
}

/// What every root has: Wireshark's programs and headers, and valgrind with what it needs to read the
/// C library's symbols. valgrind is started by a shell script.
const PACKAGES: [&str; 7] =
    ["dash", "libc6-dbg", "libglib2.0-dev", "libwireshark-dev", "tshark", "valgrind", "wireshark-common"];

/// The programs that get a script in [`Root::programs`], where a root has them.
const PROGRAMS: [&str; 8] =
    ["capinfos", "editcap", "mergecap", "sharkd", "text2pcap", "tshark", "valgrind", "wireshark"];

/// The file that names the packages of a root, beside its `usr`.
const CONTENTS: &str = "packages";

/// A suite's folder root, complete.
#[derive(Debug)]
pub(crate) struct Root {
    folder: PathBuf,
    programs: PathBuf,
}

impl Root {
    /// The root of `suite`, made when it isn't there yet. Remove its folder to get newer packages.
    pub(crate) fn of(suite: Suite) -> Result<Self, String> {
        Self::with(suite, &[])
    }

    /// The same with more packages, such as `wireshark`. A root that lacks one of them is made anew.
    pub(crate) fn with(suite: Suite, more: &[&str]) -> Result<Self, String> {
        setup::provide(setup::FOR_ROOTS)?;
        let target = tshark::target_folder().ok_or("xtask doesn't run from a target folder")?;
        let folder = target.join("roots").join(suite.name());
        let there = fs::read_to_string(folder.join(CONTENTS)).unwrap_or_default();
        let mut packages: Vec<&str> = there.lines().collect();
        let known = packages.len();
        for package in PACKAGES.iter().chain(more) {
            if !packages.contains(package) {
                packages.push(package);
            }
        }
        if packages.len() > known {
            make(suite, &folder, &packages)?;
        }
        let root = Self { programs: folder.with_extension("programs"), folder };
        root.write_programs().map_err(|error| format!("{}: {error}", root.programs.display()))?;
        Ok(root)
    }

    /// A folder with a script for each of Wireshark's programs, and for valgrind: first on the path, it
    /// makes them the root's.
    ///
    /// A script's status is its program's, and a signal that ends the program ends the script. As root the
    /// program believes to be `nobody`, because Wireshark loads no personal plugins for root, but may read
    /// what root may.
    pub(crate) fn programs(&self) -> &Path {
        &self.programs
    }

    /// What to set for cargo, so that the plugin is built with the headers of the root's Wireshark and GLib,
    /// and so that tests run the root's programs. The compiler and the C library's headers are the
    /// machine's: this works where the machine's C library isn't newer than the root's.
    pub(crate) fn environment(&self) -> Result<Vec<(&'static str, OsString)>, String> {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = [self.programs.clone()].into_iter().chain(env::split_paths(&path));
        let path = env::join_paths(folders).map_err(|error| error.to_string())?;
        let descriptions = [self.libraries()?.join("pkgconfig"), self.folder.join("usr/share/pkgconfig")];
        let descriptions = env::join_paths(descriptions).map_err(|error| error.to_string())?;
        let system = env::join_paths([Path::new("/usr/include"), &self.folder.join("usr/include")]);
        let system = system.map_err(|error| error.to_string())?;
        Ok(vec![
            ("PATH", path),
            (tshark::ROOT, self.folder.clone().into()),
            ("PKG_CONFIG_LIBDIR", descriptions),
            ("PKG_CONFIG_PATH", OsString::new()),
            ("PKG_CONFIG_SYSROOT_DIR", self.folder.clone().into()),
            ("PKG_CONFIG_SYSTEM_INCLUDE_PATH", system),
        ])
    }

    /// The exact version of its Wireshark, such as `4.4.18`.
    pub(crate) fn version(&self) -> Result<String, String> {
        let description = self.libraries()?.join("pkgconfig/wireshark.pc");
        let text = fs::read_to_string(&description)
            .map_err(|error| format!("{}: {error}", description.display()))?;
        let version = text.lines().find_map(|line| line.strip_prefix("Version:"));
        version
            .map(|version| version.trim().to_owned())
            .ok_or_else(|| format!("{} says no version", description.display()))
    }

    /// `/usr/lib/<triplet>`.
    fn libraries(&self) -> Result<PathBuf, String> {
        let folder = self.folder.join("usr/lib");
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut folders = entries.flatten().map(|entry| entry.path());
        folders
            .find(|folder| folder.join("pkgconfig/wireshark.pc").is_file())
            .ok_or_else(|| format!("no wireshark.pc below {}", folder.display()))
    }

    /// Written each time, because what they say depends on who runs them.
    fn write_programs(&self) -> std::io::Result<()> {
        fs::create_dir_all(&self.programs)?;
        for program in PROGRAMS {
            if self.folder.join("usr/bin").join(program).is_file() {
                self.write_program(program)?;
            }
        }
        Ok(())
    }

    fn write_program(&self, name: &str) -> std::io::Result<()> {
        let script = script(name, &self.folder, &env::temp_dir(), tshark::is_root());
        let path = self.programs.join(name);
        // A script that runs is never changed: another one takes its place.
        let fresh = path.with_extension("new");
        fs::write(&fresh, script)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&fresh, fs::Permissions::from_mode(0o755))?;
        }
        fs::rename(fresh, path)
    }
}

/// The text of a program's script.
fn script(name: &str, root: &Path, temporary: &Path, is_root: bool) -> String {
    // Any user but root: see `Root::programs`.
    let user = if is_root { "--uid 65534 --gid 65534 " } else { "" };
    let (root, homes) = (quoted(root), quoted(&temporary.join(tshark::HOME_PREFIX)));
    format!(
        "#!/bin/sh\n\
         # {name} of a folder root; written by cargo xtask.\n\
         set -- -- /usr/bin/{name} \"$@\"\n\
         case $HOME in\n\
         */..*) ;;\n\
         {homes}*) set -- --bind \"$HOME\" \"$HOME\" \"$@\" ;;\n\
         esac\n\
         bwrap --unshare-user {user}--ro-bind / / --dev /dev --ro-bind {root}/usr /usr --ro-bind {root}/etc /etc \
         --setenv TMPDIR /dev/shm --setenv PATH /usr/bin --die-with-parent \"$@\"\n\
         status=$?\n\
         # bwrap returns where its program was ended by a signal.\n\
         if [ \"$status\" -gt 128 ]; then kill -s \"$((status - 128))\" $$; fi\n\
         exit \"$status\"\n"
    )
}

/// Unpacks `packages` and what they depend on. The root gets its name last, so one that was cut short is
/// never taken for a complete one.
fn make(suite: Suite, folder: &Path, packages: &[&str]) -> Outcome {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    println!("making {} from packages of {}: {}", folder.display(), suite.system(), packages.join(" "));
    let unfinished = folder.with_extension("unfinished");
    for old in [folder, &unfinished] {
        if old.exists() {
            fs::remove_dir_all(old).map_err(failed)?;
        }
    }
    fs::create_dir_all(&unfinished).map_err(failed)?;

    let options = ["--variant=extract", "--format=tar"];
    let mut mmdebstrap = suite.mmdebstrap(&options, &packages.join(","), Path::new("-"))?;
    mmdebstrap.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut packed = mmdebstrap.spawn().map_err(|error| format!("mmdebstrap: {error}"))?;
    let archive = packed.stdout.take().ok_or("mmdebstrap has no output")?;
    // All files become this user's, who may then remove them; devices can't and needn't be made.
    let unpacked = Command::new("tar")
        .arg("--directory")
        .arg(&unfinished)
        .args(["--extract", "--no-same-owner", "--exclude=./dev", "--file=-"])
        .stdin(archive)
        .status()
        .map_err(|error| format!("tar: {error}"))?;
    let packed = packed.wait().map_err(|error| format!("mmdebstrap: {error}"))?;
    if !packed.success() || !unpacked.success() {
        return Err(format!("making the root of {}: mmdebstrap: {packed}, tar: {unpacked}", suite.name()));
    }
    // Made by maintainer scripts otherwise; GLib asks for the name and the home of the present user.
    let nobody = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
    fs::write(unfinished.join("etc/passwd"), nobody).map_err(failed)?;
    let mut contents = String::new();
    for package in packages {
        let _ = writeln!(contents, "{package}");
    }
    fs::write(unfinished.join(CONTENTS), contents).map_err(failed)?;
    fs::rename(&unfinished, folder).map_err(failed)
}

/// The address of the Debian mirror that this machine's apt uses.
pub(crate) fn mirror() -> Result<String, String> {
    let mut targets = Command::new("apt-get");
    targets.args(["indextargets", "--format", "$(SITE)", "Created-By: Packages", "Label: Debian"]);
    let listed = printed(&mut targets)?;
    let first = listed.lines().next().ok_or("this machine's apt knows no Debian mirror")?;
    Ok(first.to_owned())
}

/// The proxies of this machine's apt, as lines of its configuration.
pub(crate) fn proxies() -> Result<Vec<String>, String> {
    let configuration = printed(Command::new("apt-config").arg("dump"))?;
    let proxies = configuration.lines().filter(|line| {
        line.starts_with("Acquire::") && line.split(' ').next().is_some_and(|key| key.contains("::Proxy"))
    });
    Ok(proxies.map(|line| line.trim_end_matches(';').to_owned()).collect())
}

pub(crate) fn printed(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{name}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A path as the shell reads it.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_have_names() {
        for suite in Suite::ALL {
            assert_eq!(Suite::named(suite.name()), Some(suite));
        }
        assert_eq!(Suite::named("sid"), None);
    }

    #[test]
    fn only_the_home_of_a_test_can_be_written() {
        // Everything that the script would bind, as a shell prints it.
        let bound = |home: &str| {
            let script = script("tshark", Path::new("/a root"), Path::new("/tmp"), true);
            let script = script.replace("bwrap", "printf '%s\\n'");
            let printed = Command::new("sh").arg("-c").arg(script).env("HOME", home).output().unwrap();
            let printed = String::from_utf8(printed.stdout).unwrap();
            let options: Vec<_> = printed.lines().map(str::to_owned).collect();
            assert!(options.windows(3).any(|words| words == ["--ro-bind", "/", "/"]), "{options:?}");
            assert!(options.contains(&"/a root/usr".to_owned()), "{options:?}");
            let writable = |option: &str| option == "--bind" || option == "--dev-bind";
            let binds = options.windows(2).filter(|words| writable(&words[0]));
            binds.map(|words| words[1].clone()).collect::<Vec<_>>()
        };
        assert_eq!(bound("/tmp/adjoin-1-2"), ["/tmp/adjoin-1-2"]);
        for home in ["/root", "/tmp", "/", "", "/tmp/adjoin-1/../other", "/home/adjoin-1"] {
            assert!(bound(home).is_empty(), "{home}");
        }
    }

    #[test]
    fn paths_are_quoted() {
        assert_eq!(quoted(Path::new("/a b/it's")), r"'/a b/it'\''s'");
    }
}
