//! The package for Debian and its kin.

use super::compile::Programs;
use super::content::{Content, read};
use super::{Release, output};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What Debian wants to have compressed.
const COMPRESSED: [&str; 2] = ["usr/share/doc/adjoin/changelog", "usr/share/man/man1/adjoin.1"];

/// Whether this machine can make one.
pub(super) fn is_possible() -> bool {
    let mut dpkg = Command::new("dpkg-deb");
    dpkg.arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// The packages that hold a series' libwireshark. The number is that of the library's interface.
fn library(series: &str) -> Result<&'static str, String> {
    match series {
        "4.0" => Ok("libwireshark16"),
        // Ubuntu 24.04 renamed it when time became 64 bits wide.
        "4.2" => Ok("libwireshark17t64 | libwireshark17"),
        "4.4" => Ok("libwireshark18"),
        "4.6" => Ok("libwireshark19"),
        _ => Err(format!("which package holds the library of Wireshark {series} is not known")),
    }
}

/// Writes it and returns where it is.
pub(super) fn write(release: &Release, series: &str, programs: &Programs) -> Result<PathBuf, String> {
    let unpacked = release.folder.join("unpacked-deb");
    let package = pack(release, series, programs, &unpacked);
    let removed = fs::remove_dir_all(&unpacked);
    let package = package?;
    removed.map_err(|error| format!("{}: {error}", unpacked.display()))?;
    Ok(package)
}

fn pack(release: &Release, series: &str, programs: &Programs, folder: &Path) -> Result<PathBuf, String> {
    let architecture = output(Command::new("dpkg").arg("--print-architecture"))?.trim().to_owned();
    // The same adjoin for a newer Wireshark counts as newer: it comes when the whole system is upgraded.
    let version = format!("{}+wireshark{series}", release.version);
    let content = files(release, series, &architecture, &version, programs)?;
    content.write(folder)?;
    output(Command::new("gzip").arg("-9n").args(COMPRESSED).current_dir(folder))?;
    let paths: Vec<_> = content
        .paths()
        .map(|path| if COMPRESSED.contains(&path) { format!("{path}.gz") } else { path.to_owned() })
        .collect();
    let sums = output(Command::new("md5sum").args(&paths).current_dir(folder))?;
    let control = control(folder, &paths, series, &architecture, &version)?;
    let meta = folder.join("DEBIAN");
    fs::create_dir(&meta)
        .and_then(|()| fs::write(meta.join("md5sums"), sums))
        .and_then(|()| fs::write(meta.join("control"), control))
        .map_err(|error| format!("{}: {error}", meta.display()))?;
    let package = release.folder.join(format!("adjoin_{version}_{architecture}.deb"));
    output(
        Command::new("dpkg-deb")
            .env("SOURCE_DATE_EPOCH", release.moment.to_string())
            .args(["--root-owner-group", "-Zxz", "--build"])
            .arg(folder)
            .arg(&package),
    )?;
    Ok(package)
}

/// Everything that the package puts on a machine.
fn files(
    release: &Release,
    series: &str,
    architecture: &str,
    version: &str,
    programs: &Programs,
) -> Result<Content, String> {
    let triplet = match architecture {
        "amd64" => "x86_64-linux-gnu",
        "arm64" => "aarch64-linux-gnu",
        other => return Err(format!("the folder of libraries on {other} is not known")),
    };
    let said = |argument: &[&str]| output(Command::new(&programs.command_file).args(argument));
    let mut content = Content::default();
    content.file(
        &format!("usr/lib/{triplet}/wireshark/plugins/{series}/epan/adjoin.so"),
        programs.plugin.clone(),
    );
    content.program("usr/bin/adjoin", programs.command.clone());
    content.file("usr/share/man/man1/adjoin.1", said(&["man"])?.into());
    content.file("usr/share/bash-completion/completions/adjoin", said(&["completions", "bash"])?.into());
    content.profile("usr/share/wireshark/profiles/adjoin")?;
    let documents = "usr/share/doc/adjoin";
    content.text(&format!("{documents}/copyright"), &read("packaging/debian-copyright")?, release, series);
    content.licence_of_others(&format!("{documents}/other-crates.txt"), None)?;
    let date = output(Command::new("date").args(["--utc", "-R", "-d", &format!("@{}", release.moment)]))?;
    let maintainer = maintainer();
    content.file(
        &format!("{documents}/changelog"),
        format!(
            "adjoin ({version}) unstable; urgency=medium\n\n  * adjoin {} for Wireshark {series}.\n\n \
             -- {maintainer}  {date}",
            release.version
        )
        .into(),
    );
    Ok(content)
}

/// What dpkg is told of the package.
fn control(
    folder: &Path,
    paths: &[String],
    series: &str,
    architecture: &str,
    version: &str,
) -> Result<String, String> {
    let mut octets = 0;
    let mut needed = String::new();
    for path in paths {
        let file = folder.join(path);
        octets += fs::metadata(&file).map_err(|error| format!("{path}: {error}"))?.len();
        if path.ends_with(".so") || path.starts_with("usr/bin/") {
            needed += &output(Command::new("objdump").arg("-p").arg(&file))?;
        }
    }
    let mut depends = vec![library(series)?.to_owned()];
    if let Some(version) = newest(&needed, "GLIBC_") {
        depends.push(format!("libc6 (>= {version})"));
    }
    if let Some(version) = newest(&needed, "GCC_") {
        depends.push(format!("libgcc-s1 (>= {version})"));
    }
    Ok(format!(
        "Package: adjoin
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {size}
Depends: {depends}
Recommends: wireshark | tshark
Section: net
Priority: optional
Homepage: {homepage}
Description: says why a Windows domain join failed, in Wireshark and without it
 A plugin for Wireshark {series} that follows Active Directory domain joins:
 which phase broke, why, which frames prove it and what to do, with a tree,
 filters and expert information for each frame of a join; and the command
 adjoin, which says the same of a capture file without Wireshark.
",
        maintainer = maintainer(),
        size = octets.div_ceil(1024),
        depends = depends.join(", "),
        homepage = env!("CARGO_PKG_REPOSITORY"),
    ))
}

fn maintainer() -> String {
    format!("{} <adjoin@adjoin.invalid>", env!("CARGO_PKG_AUTHORS"))
}

/// The newest version of a library's interface that `objdump` finds needed, such as 2.34 of GLIBC_2.34.
fn newest(objdump: &str, prefix: &str) -> Option<String> {
    let versions = objdump.split_whitespace().filter_map(|word| word.strip_prefix(prefix));
    let numbers =
        |version: &str| version.split('.').map(str::parse::<u32>).collect::<Result<Vec<_>, _>>().ok();
    versions
        .filter(|version| numbers(version).is_some())
        .max_by_key(|version| numbers(version))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_counts() {
        let objdump = "0x09691a75 0x00 05 GLIBC_2.2.5\n 0x069691b4 0x00 04 GLIBC_2.34\n GLIBC_2.4 GLIBC_PRIVATE GCC_3.0";
        assert_eq!(newest(objdump, "GLIBC_").as_deref(), Some("2.34"));
        assert_eq!(newest(objdump, "GCC_").as_deref(), Some("3.0"));
        assert_eq!(newest(objdump, "GLIBCXX_"), None);
    }
}
