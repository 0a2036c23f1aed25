//! The folder root of the lab's hosts: Debian 12 with a domain controller and everything that joins one.
//!
//! Its packages are unpacked, not installed: no maintainer script runs, and nothing of the machine changes.

use crate::host::Root;
use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The suite whose Samba the scenarios are known to work with.
const SUITE: &str = "bookworm";

const PACKAGES: [&str; 22] = [
    // The controller.
    "samba",
    "samba-ad-provision",
    "samba-dsdb-modules",
    "samba-vfs-modules",
    "winbind",
    "ldb-tools",
    // The clients.
    "samba-common-bin",
    "python3-samba",
    "python3-dnspython",
    "python3-impacket",
    "adcli",
    "realmd",
    "msktutil",
    "krb5-user",
    "ldap-utils",
    "libsasl2-modules-gssapi-mit",
    // What both need.
    "faketime",
    "iproute2",
    "coreutils",
    "dash",
    "procps",
    "sed",
];

/// Inside the root: the packages it was made from, with their versions.
const VERSIONS: &str = "packages";

/// Without maintainer scripts these are not there.
const FILES: [(&str, &str); 3] = [
    (
        "etc/passwd",
        "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    ),
    ("etc/group", "root:x:0:\nusers:x:100:\nnogroup:x:65534:\n"),
    (
        "etc/nsswitch.conf",
        "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
    ),
];

const FOLDERS: [&str; 6] = ["dev", "etc/sssd", "proc", "root", "var/lib/samba/private", "var/log/samba"];

/// The root below `cache`, made when it isn't there yet. Remove its folder to get newer packages.
pub(crate) fn of(cache: &Path) -> Result<Root> {
    let folder = cache.join("roots").join(SUITE);
    if !folder.join(VERSIONS).is_file() {
        make(&folder)?;
    }
    Ok(Root::at(&folder))
}

/// The root gets its name last, so one that was cut short is never taken for a complete one.
fn make(folder: &Path) -> Result<()> {
    println!("making {} from Debian's packages, once; this takes two minutes", folder.display());
    let unfinished = unfinished(folder)?;
    let mut mmdebstrap = Command::new("mmdebstrap");
    mmdebstrap
        .args(["--quiet", "--variant=extract", "--format=tar"])
        // Debian 12 has packages for both layouts, with /lib and with /usr/lib alone.
        .arg("--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr")
        // A mirror may be behind. What it gives is signed all the same, and runs in namespaces only.
        .arg("--aptopt=Acquire::Check-Valid-Until \"false\"")
        .args(proxies()?.iter().map(|option| format!("--aptopt={option}")))
        .args(["doc", "man", "locale"].map(|folder| format!("--dpkgopt=path-exclude=/usr/share/{folder}/*")))
        .arg(format!("--include={}", PACKAGES.join(",")))
        .args([SUITE, "-", &mirror()?])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut packed = mmdebstrap.spawn().map_err(|error| Error::other(format!("mmdebstrap: {error}")))?;
    let archive = packed.stdout.take().ok_or_else(|| Error::other("mmdebstrap has no output"))?;
    let mut unpacker = Command::new("tar")
        .arg("--directory")
        .arg(&unfinished)
        .args(["--extract", "--no-same-owner", "--exclude=./dev", "--file=-"])
        .stdin(archive)
        .spawn()?;
    let said = packed.wait_with_output()?;
    let unpacked = unpacker.wait()?;
    if !said.status.success() || !unpacked.success() {
        let why = String::from_utf8_lossy(&said.stderr);
        return Err(Error::other(format!("mmdebstrap: {}, tar: {unpacked}\n{why}", said.status)));
    }
    for name in FOLDERS {
        fs::create_dir_all(unfinished.join(name))?;
    }
    for (name, content) in FILES {
        fs::write(unfinished.join(name), content)?;
    }
    // realmd has services started with it; there is nothing here that starts services.
    let services = unfinished.join("usr/sbin/update-rc.d");
    if services.exists() {
        fs::remove_file(&services)?;
    }
    std::os::unix::fs::symlink("/usr/bin/true", services)?;
    compile(&unfinished)?;
    fs::write(unfinished.join(VERSIONS), versions()?)?;
    fs::rename(&unfinished, folder)
}

/// An empty folder beside `folder`, which is removed.
pub(super) fn unfinished(folder: &Path) -> Result<PathBuf> {
    let unfinished = folder.with_extension("unfinished");
    for old in [folder, &unfinished] {
        if old.exists() {
            fs::remove_dir_all(old)?;
        }
    }
    fs::create_dir_all(&unfinished)?;
    Ok(unfinished)
}

/// Compiles its Python once, and not anew in each host.
fn compile(root: &Path) -> Result<()> {
    let status = Command::new("chroot")
        .arg(root)
        .args(["/usr/bin/python3", "-m", "compileall", "-qq", "/usr/lib/python3", "/usr/lib/python3.11"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()?;
    // Some packages have test files that aren't Python at all; all others are compiled.
    if status.code().is_none() { Err(Error::other(format!("compileall: {status}"))) } else { Ok(()) }
}

/// The versions that apt has for the packages, as lines `name version`.
fn versions() -> Result<String> {
    let listed = printed(Command::new("apt-cache").arg("madison").args(PACKAGES))?;
    let mut lines: Vec<String> = Vec::new();
    for name in PACKAGES {
        let version = listed.lines().find_map(|line| {
            let mut columns = line.split('|').map(str::trim);
            (columns.next() == Some(name)).then(|| columns.next().unwrap_or_default().to_owned())
        });
        lines.push(format!("{name} {}\n", version.unwrap_or_default()));
    }
    Ok(lines.concat())
}

/// The address of the Debian mirror that this machine's apt uses.
fn mirror() -> Result<String> {
    let mut targets = Command::new("apt-get");
    targets.args(["indextargets", "--format", "$(SITE)", "Created-By: Packages", "Label: Debian"]);
    let listed = printed(&mut targets)?;
    let first = listed.lines().next();
    first.map(str::to_owned).ok_or_else(|| Error::other("this machine's apt knows no Debian mirror"))
}

/// The proxies of this machine's apt, as lines of its configuration.
fn proxies() -> Result<Vec<String>> {
    let configuration = printed(Command::new("apt-config").arg("dump"))?;
    let proxies = configuration.lines().filter(|line| {
        line.starts_with("Acquire::") && line.split(' ').next().is_some_and(|key| key.contains("::Proxy"))
    });
    Ok(proxies.map(|line| line.trim_end_matches(';').to_owned()).collect())
}

fn printed(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(Error::other(format!("{name}: {}: {why}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
