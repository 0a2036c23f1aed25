//! What `cargo xtask package` makes is installed, used and removed, as a person would, by an ordinary user.

#![cfg(target_os = "linux")]

use adjoin_oracle::tshark::{self, installed};
use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, process};

/// The user `nobody`, if the test is run by root.
const NOBODY: u32 = 65534;

/// A folder that goes when the test ends; an ordinary user may write to it.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("adjoin-package-{}-{name}", process::id()));
        fs::create_dir_all(&path).unwrap();
        give(&path);
        Self(path)
    }

    /// All that is below it.
    fn paths(&self) -> BTreeSet<String> {
        let found = Command::new("find").arg(&self.0).output().unwrap();
        String::from_utf8(found.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    /// The checksums of all files below it.
    fn contents(&self) -> BTreeSet<String> {
        let found = run(Command::new("find").arg(&self.0).args(["-type", "f", "-exec", "cksum", "{}", "+"]));
        found.lines().map(str::to_owned).collect()
    }

    /// Lets the ordinary user run a line of shell in this home.
    fn shell(&self, line: &str) {
        run(self.command("sh").args(["-e", "-c", line]));
    }

    /// A command of the ordinary user whose home this is.
    fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        for name in
            ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "WIRESHARK_CONFIG_DIR", "WIRESHARK_PLUGIN_DIR", "PREFIX"]
        {
            command.env_remove(name);
        }
        command.env("HOME", &self.0).env("LC_ALL", "C.UTF-8").current_dir(&self.0);
        if tshark::is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn give(path: &Path) {
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    if tshark::is_root() {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Runs it; what it says if it succeeds.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", said(&output));
    said(&output)
}

/// Makes the packages in `folder`.
fn make(folder: &Path) {
    let mut make = Command::new(env!("CARGO_BIN_EXE_xtask"));
    make.args(["package", "--debug", "--to"]).arg(folder);
    if Command::new("git").arg("--version").output().is_err() {
        // Without git nothing says when the sources were changed.
        make.env("SOURCE_DATE_EPOCH", "1700000000");
    }
    run(&mut make);
}

fn package(folder: &Path, suffix: &str) -> Option<PathBuf> {
    let mut found = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    found.find(|path| path.to_string_lossy().ends_with(suffix))
}

/// Unpacks the archive in `place`, with a profile in any case.
fn unpack(packages: &Path, place: &Place) -> PathBuf {
    let archive = package(packages, ".tar.gz").expect("an archive");
    run(Command::new("tar").args(["-xzf"]).arg(&archive).arg("-C").arg(&place.0));
    let name = archive.file_name().unwrap().to_string_lossy().replace(".tar.gz", "");
    let folder = place.0.join(name);
    fs::create_dir_all(folder.join("profile")).unwrap();
    fs::write(folder.join("profile/a file"), "ours\n").unwrap();
    folder
}

/// `4.0` of this machine's Wireshark.
fn series() -> String {
    tshark::version().unwrap().splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}

/// A program in `place` that does as the script says.
fn script(place: &Place, name: &str, text: &str) {
    let folder = place.0.join("bin");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(folder.join(name), Permissions::from_mode(0o755)).unwrap();
}

/// A path that begins with `place`'s programs.
fn path_with(place: &Place) -> String {
    format!("{}:{}", place.0.join("bin").display(), env::var("PATH").unwrap())
}

/// One test, because making the packages takes a while and test runners give each test a process.
#[test]
fn packages() {
    let made = Place::new("made");
    make(&made.0);
    the_archive_is_installed_used_and_removed(&made.0);
    nothing_is_left_of_what_was_not_changed(&made.0);
    what_others_put_there_is_left_alone(&made.0);
    an_update_that_fails_changes_nothing(&made.0);
    an_update_removes_what_only_the_earlier_version_had(&made.0);
    another_minor_version_is_refused(&made.0);
    for_all_users_it_goes_where_tshark_says(&made.0);
    folders_are_known_without_wireshark(&made.0);
    the_debian_package_puts_the_plugin_where_tshark_looks(&made.0);
    the_same_programs_give_the_same_octets(&made.0);
}

fn the_archive_is_installed_used_and_removed(packages: &Path) {
    let (home, work) = (Place::new("home"), Place::new("work"));
    let package = unpack(packages, &work);
    let sample = work.0.join("sample.pcap");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/kdc-answer-lost.pcap"), &sample).unwrap();
    // What tshark itself leaves in a new home is there before.
    let plugins = run(home.command("tshark").args(["-G", "plugins"]));
    assert!(!plugins.contains(&format!("{}", home.0.display())), "{plugins}");
    let before = home.paths();

    let told = run(&mut home.command(package.join("install.sh")));
    let plugin = home.0.join(format!(".local/lib/wireshark/plugins/{}/epan/adjoin.so", series()));
    assert!(told.contains(&format!("  {}\n", plugin.display())), "{told}");
    assert!(told.contains("tshark lists the plugin"), "{told}");
    let plugins = run(home.command("tshark").args(["-G", "plugins"]));
    assert!(plugins.contains(&plugin.display().to_string()), "{plugins}");
    let phases = run(home
        .command("tshark")
        .args(["-Y", "adjoin", "-T", "fields", "-e", "adjoin.phase", "-r"])
        .arg(&sample));
    assert!(phases.contains("P3K"), "{phases}");
    let report = home.command(home.0.join(".local/bin/adjoin")).arg("report").arg(&sample).output().unwrap();
    assert_eq!(report.status.code(), Some(1), "{}", said(&report));

    // Once more, with a profile that was changed: nothing is lost.
    let profile = home.0.join(".config/wireshark/profiles/adjoin/a file");
    assert_eq!(fs::read_to_string(&profile).unwrap(), "ours\n");
    fs::write(&profile, "the user's\n").unwrap();
    let told = run(&mut home.command(package.join("install.sh")));
    assert!(told.contains("kept as it is, because it was changed"), "{told}");
    assert_eq!(fs::read_to_string(&profile).unwrap(), "the user's\n");
    let told = run(&mut home.command(package.join("install.sh")));
    assert!(told.contains("kept as it is, because it was changed"), "{told}");

    let told = run(&mut home.command(home.0.join(".local/share/adjoin/uninstall.sh")));
    assert!(told.contains(&format!("  {}\n", plugin.display())), "{told}");
    let kept = told.lines().find(|line| line.contains("kept, because it was changed")).unwrap_or_default();
    assert!(kept.ends_with(&format!(": {}", profile.display())), "{told}");
    let mut left = home.paths();
    assert!(left.remove(&profile.display().to_string()), "the user's file is kept");
    let above: Vec<_> = profile.ancestors().skip(1).map(|path| path.display().to_string()).collect();
    left.retain(|path| before.contains(path) || !above.contains(path));
    assert_eq!(left, before);
}

fn nothing_is_left_of_what_was_not_changed(packages: &Path) {
    let (home, work) = (Place::new("home-clean"), Place::new("work-clean"));
    let package = unpack(packages, &work);
    run(home.command("tshark").args(["-G", "plugins"]));
    let before = home.paths();
    run(&mut home.command(package.join("install.sh")));
    assert!(home.paths().len() > before.len() + 5);
    run(&mut home.command(package.join("uninstall.sh")));
    assert_eq!(home.paths(), before);
    let again = home.command(package.join("uninstall.sh")).output().unwrap();
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("nothing to remove"), "{}", said(&again));
}

/// Runs it; what it says when it doesn't install, with its own reason as the last thing.
fn refused(command: &mut Command, reason: &str) -> String {
    let output = command.output().unwrap();
    let told = said(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    let last = told.rfind("not installed: ").map(|at| told.split_at(at).1);
    assert!(last.is_some_and(|last| last.contains(reason)), "{reason}: {told}");
    told
}

fn what_others_put_there_is_left_alone(packages: &Path) {
    let (home, work) = (Place::new("home-others"), Place::new("work-others"));
    let package = unpack(packages, &work);
    run(home.command("tshark").args(["-G", "plugins"]));
    home.shell("mkdir -p .local/bin; echo another >.local/bin/adjoin");
    let command = home.0.join(".local/bin/adjoin").display().to_string();
    let (paths, contents) = (home.paths(), home.contents());
    let told = refused(&mut home.command(package.join("install.sh")), "is there already");
    assert!(told.contains(&command), "{told}");
    assert_eq!((home.paths(), home.contents()), (paths, contents));

    // A file of the profile is no reason to stop, even if it is like ours; it stays anyway.
    home.shell("rm .local/bin/adjoin; mkdir -p .config/wireshark/profiles/adjoin");
    home.shell("echo ours >'.config/wireshark/profiles/adjoin/a file'");
    let (paths, contents) = (home.paths(), home.contents());
    run(&mut home.command(package.join("install.sh")));
    // The command is replaced behind the back of install.sh.
    home.shell("echo another >.local/bin/adjoin");
    let installed = home.contents();
    let told = refused(&mut home.command(package.join("install.sh")), "changed since");
    assert!(told.contains(&command), "{told}");
    assert_eq!(home.contents(), installed);
    let told = run(&mut home.command(package.join("uninstall.sh")));
    for file in [".local/bin/adjoin", ".config/wireshark/profiles/adjoin/a file"] {
        let end = format!(": {}", home.0.join(file).display());
        assert!(told.lines().any(|line| line.starts_with("  kept, ") && line.ends_with(&end)), "{told}");
    }
    home.shell("rm .local/bin/adjoin");
    assert_eq!((home.paths(), home.contents()), (paths, contents));
}

fn an_update_that_fails_changes_nothing(packages: &Path) {
    let (home, work) = (Place::new("home-fails"), Place::new("work-fails"));
    let package = unpack(packages, &work);
    run(home.command("tshark").args(["-G", "plugins"]));
    // The last step but some: the plugin was replaced, and the command can't be.
    script(
        &work,
        "mv",
        "for last; do :; done; case $last in */bin/adjoin) exit 1 ;; esac; exec /bin/mv \"$@\"",
    );
    let install = || home.command(package.join("install.sh"));
    let halfway = || {
        refused(install().env("PATH", path_with(&work)), ".local/bin/adjoin can't be replaced");
    };
    let before = home.paths();
    halfway();
    assert_eq!(home.paths(), before);
    run(&mut install());

    fs::write(package.join("adjoin.so"), "another version\n").unwrap();
    fs::write(package.join("profile/a file"), "of another version\n").unwrap();
    let (paths, contents) = (home.paths(), home.contents());
    halfway();
    assert_eq!((home.paths(), home.contents()), (paths.clone(), contents.clone()));
    home.shell("chmod 555 .local/share/adjoin");
    refused(&mut install(), "can't be written");
    assert_eq!((home.paths(), home.contents()), (paths, contents));
    home.shell("chmod 755 .local/share/adjoin");
    run(&mut home.command(package.join("uninstall.sh")));
    assert_eq!(home.paths(), before);

    // A file where a folder should be.
    home.shell("rm -rf .local; echo mine >.local");
    let before = home.paths();
    refused(&mut install(), "can't be made");
    assert_eq!(home.paths(), before);
}

fn an_update_removes_what_only_the_earlier_version_had(packages: &Path) {
    let (home, work) = (Place::new("home-update"), Place::new("work-update"));
    let package = unpack(packages, &work);
    for name in ["left out", "left out, changed"] {
        fs::write(package.join("profile").join(name), "of the earlier version\n").unwrap();
    }
    run(home.command("tshark").args(["-G", "plugins"]));
    let before = home.paths();
    run(&mut home.command(package.join("install.sh")));
    let profile = home.0.join(".config/wireshark/profiles/adjoin");
    home.shell("echo mine >'.config/wireshark/profiles/adjoin/left out, changed'");
    for name in ["left out", "left out, changed"] {
        fs::remove_file(package.join("profile").join(name)).unwrap();
    }
    fs::write(package.join("profile/a file"), "of another version\n").unwrap();
    run(&mut home.command(package.join("install.sh")));
    assert_eq!(fs::read_to_string(profile.join("a file")).unwrap(), "of another version\n");
    assert!(!profile.join("left out").exists() && profile.join("left out, changed").exists());
    let told = run(&mut home.command(package.join("uninstall.sh")));
    let kept = format!("was there before: {}\n", profile.join("left out, changed").display());
    assert!(told.contains(&kept), "{told}");
    let above = profile.join("left out, changed");
    let mut left = home.paths();
    left.retain(|path| before.contains(path) || !above.starts_with(path));
    assert_eq!(left, before);
}

fn another_minor_version_is_refused(packages: &Path) {
    let (home, work) = (Place::new("home-minor"), Place::new("work-minor"));
    let package = unpack(packages, &work);
    script(&work, "tshark", "echo 'TShark (Wireshark) 3.6.14 (Git v3.6.14 packaged as 3.6.14-1).'");
    let before = home.paths();
    let output = home.command(package.join("install.sh")).env("PATH", path_with(&work)).output().unwrap();
    let told = said(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    let wanted = format!("this package is for Wireshark {}, and ", series());
    assert!(told.contains(&wanted) && told.contains("is Wireshark 3.6.14"), "{told}");
    assert!(told.contains("wireshark-3.6"), "{told}");
    assert_eq!(home.paths(), before);
    let output = home.command(package.join("install.sh")).arg("--everywhere").output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}

fn for_all_users_it_goes_where_tshark_says(packages: &Path) {
    let (home, work) = (Place::new("home-all"), Place::new("work-all"));
    let package = unpack(packages, &work);
    let at = home.0.display();
    script(
        &work,
        "tshark",
        &format!(
            "case $* in --version) echo 'TShark (Wireshark) {}.99.' ;;\n\
             '-G folders') printf 'Global configuration:\\t{at}/share/wireshark\\n\
             Personal Plugins:\\t/nowhere\\nGlobal Plugins:      \\t{at}/lib/plugins/9\\n' ;;\n\
             *) echo 'adjoin.so 0.1.0 dissector' ;; esac",
            series()
        ),
    );
    let before = home.paths();
    let command = |name: &str| {
        let mut command = home.command(package.join(name));
        command.arg("--system").env("PATH", path_with(&work)).env("PREFIX", home.0.join("usr local"));
        command
    };
    let told = run(&mut command("install.sh"));
    for file in [
        "lib/plugins/9/epan/adjoin.so",
        "usr local/bin/adjoin",
        "share/wireshark/profiles/adjoin/a file",
        "usr local/share/adjoin/uninstall.sh",
    ] {
        assert!(told.contains(&format!("  {at}/{file}\n")) && home.0.join(file).is_file(), "{told}");
    }
    run(&mut command("uninstall.sh"));
    assert_eq!(home.paths(), before);
}

/// Where there is no Wireshark yet, and how macOS spells a series.
fn folders_are_known_without_wireshark(packages: &Path) {
    let (home, work) = (Place::new("home-none"), Place::new("work-none"));
    let package = unpack(packages, &work);
    // Only what the scripts use: no tshark.
    let path = env::var_os("PATH").unwrap();
    fs::create_dir_all(work.0.join("bin")).unwrap();
    for tool in [
        "basename", "chmod", "cksum", "cmp", "cp", "dirname", "id", "mkdir", "mktemp", "mv", "rm", "rmdir",
        "sed", "sh", "tr",
    ] {
        let found = env::split_paths(&path).map(|folder| folder.join(tool)).find(|path| path.is_file());
        symlink(found.unwrap_or_else(|| panic!("{tool} is not installed")), work.0.join("bin").join(tool))
            .unwrap();
    }
    let before = home.paths();
    for (system, series) in [("Linux", series()), ("Darwin", series().replace('.', "-"))] {
        script(&work, "uname", &format!("echo {system}"));
        let told = run(home.command(package.join("install.sh")).env("PATH", work.0.join("bin")));
        assert!(told.contains("No Wireshark was found"), "{told}");
        let plugin = home.0.join(format!(".local/lib/wireshark/plugins/{series}/epan/adjoin.so"));
        assert!(plugin.is_file(), "{told}");
        run(home.command(package.join("uninstall.sh")).env("PATH", work.0.join("bin")));
        assert_eq!(home.paths(), before);
    }
}

fn the_debian_package_puts_the_plugin_where_tshark_looks(packages: &Path) {
    let Some(package) = package(packages, ".deb") else {
        println!("skipped: dpkg-deb is not installed");
        return;
    };
    let place = Place::new("deb");
    run(Command::new("dpkg-deb").arg("-x").arg(&package).arg(&place.0));
    let folders = tshark::folders(Command::new("tshark")).unwrap();
    let plugin = folders.global.join("adjoin.so");
    let below = |path: &Path| place.0.join(path.strip_prefix("/").unwrap());
    assert!(below(&plugin).is_file(), "{}", plugin.display());
    for file in ["/usr/bin/adjoin", "/usr/share/doc/adjoin/copyright", "/usr/share/man/man1/adjoin.1.gz"] {
        assert!(below(Path::new(file)).is_file(), "{file}");
    }
    run(Command::new("dpkg-deb").arg("-e").arg(&package).arg(place.0.join("DEBIAN")));
    run(Command::new("md5sum").args(["--check", "--quiet", "DEBIAN/md5sums"]).current_dir(&place.0));
    let depends = run(Command::new("dpkg-deb").arg("-f").arg(&package).arg("Depends"));
    assert!(depends.contains("libwireshark") && depends.contains("libc6 (>= 2."), "{depends}");
}

fn the_same_programs_give_the_same_octets(packages: &Path) {
    let again = Place::new("again");
    make(&again.0);
    for suffix in [".tar.gz", ".deb"] {
        let [first, second] = [packages, &again.0].map(|folder| package(folder, suffix).map(fs::read));
        assert!(first.map(Result::unwrap) == second.map(Result::unwrap), "{suffix}");
    }
}

#[test]
fn wrong_arguments_are_named() {
    for (arguments, message) in [
        (&["--colour"][..], "there is no option --colour"),
        (&["--to"], "--to needs a folder"),
        (&["sid"], "sid is no suite"),
        (&["--debug", "--windows"], "--debug and --windows don't go together"),
    ] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_xtask")).arg("package").args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).starts_with(&format!("package: {message}")), "{}", said(&output));
    }
}

/// What a Windows build lacks is said before anything is built.
#[test]
fn what_is_missing_for_windows_is_said_first() {
    let work = Place::new("work-windows");
    script(&work, "rustc", "echo /nowhere");
    let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
    xtask.args(["package", "--windows", "--to"]).arg(&work.0).env("PATH", work.0.join("bin"));
    let output = xtask.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    assert!(said(&output).contains("lacks\n  Rust's library for Windows"), "{}", said(&output));
}

#[test]
fn the_scripts_are_clean() {
    if installed("shellcheck") {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging");
        run(Command::new("shellcheck").args(["install.sh", "uninstall.sh"]).current_dir(folder));
    }
}

/// The symbols that `nm -D` lists of a library.
fn symbols(library: &Path, which: &str) -> BTreeSet<String> {
    let listed = run(Command::new("nm").args(["-D", "--format=just-symbols", which]).arg(library));
    listed.lines().map(|line| line.split('@').next().unwrap_or_default().to_owned()).collect()
}

/// A Windows build, which few make, links only what is listed in `plugin/windows`. What this machine's build needs of
/// Wireshark and GLib must be there too.
#[test]
fn the_lists_for_windows_are_complete() {
    let needed = symbols(&tshark::build_plugin(false).unwrap(), "--undefined-only");
    for (library, module) in
        [("libwireshark", "wireshark"), ("libwsutil", "wireshark"), ("glib-2.0-0", "glib-2.0")]
    {
        let list = format!("plugin/windows/{library}.def");
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(&list)).unwrap();
        let listed: BTreeSet<_> = text.lines().filter_map(|line| line.strip_prefix("    ")).collect();
        let listed: BTreeSet<_> =
            listed.iter().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect();
        let folder = run(Command::new("pkg-config").args(["--variable=libdir", module]));
        let file =
            if library.starts_with("lib") { format!("{library}.so") } else { "libglib-2.0.so".to_owned() };
        let offered = symbols(&Path::new(folder.trim()).join(file), "--defined-only");
        assert!(offered.contains(listed.first().unwrap()), "{library}: {} symbols", offered.len());
        let missing: Vec<_> = needed.intersection(&offered).filter(|name| !listed.contains(*name)).collect();
        assert!(missing.is_empty(), "{list} needs lines for {missing:?}");
    }
}
