//! The archive for Windows, built on another system.

use super::compile::{Headers, Programs};
use super::content::{Content, read};
use super::{Release, compile, output};
use crate::zip;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Rust's name of 64-bit Windows with mingw-w64.
pub(super) const TARGET: &str = "x86_64-pc-windows-gnu";

/// What Wireshark looks up in a plugin.
const EXPORTS: [&str; 5] =
    ["plugin_version", "plugin_want_major", "plugin_want_minor", "plugin_register", "plugin_describe"];
/// The libraries of Wireshark's folder that the plugin needs. All others must be Windows' own.
const IMPORTS: [&str; 3] = ["libwireshark.dll", "libwsutil.dll", "glib-2.0-0.dll"];
/// How the names of Windows' own libraries begin.
const SYSTEM: [&str; 9] =
    ["KERNEL32", "NTDLL", "MSVCRT", "USERENV", "WS2_32", "BCRYPT", "ADVAPI32", "API-MS-WIN-", "UCRTBASE"];

/// Builds, looks at what was built, and packs it.
pub(super) fn make(release: &Release, headers: &Headers) -> Result<PathBuf, String> {
    let programs = compile::for_windows(headers)?;
    check(&programs)?;
    let mut content = Content::default();
    content.file("adjoin.dll", programs.plugin.clone());
    content.file("adjoin.exe", programs.command.clone());
    content.text("README.txt", &read("packaging/README-windows.txt")?, release, &headers.series);
    content.profile("profile")?;
    content.licences("licences", Some(TARGET))?;
    let name = format!("adjoin-{}-wireshark-{}-windows-x86_64", release.version, headers.series);
    pack(release, &name, &content)
}

/// Whether all that is needed is here; otherwise what isn't, and how to get it.
pub(super) fn is_possible() -> Result<(), String> {
    let libraries = output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    let has_library = fs::read_dir(libraries.trim()).is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
    });
    let runs = |program: &str, argument: &str| {
        let mut command = Command::new(program);
        command.arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    let mut missing = Vec::new();
    if !has_library {
        missing.push("Rust's library for Windows: rustup target add x86_64-pc-windows-gnu");
    }
    if !runs("x86_64-w64-mingw32-gcc", "--version") || !runs("x86_64-w64-mingw32-dlltool", "--version") {
        missing.push("mingw-w64: apt install gcc-mingw-w64-x86-64, dnf install mingw64-gcc");
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "for the Windows package this machine lacks\n  {}\ndocs/packages.md says more.",
        missing.join("\n  ")
    ))
}

/// Nobody can run it here; what it asks of Windows and offers to Wireshark can be read.
fn check(programs: &Programs) -> Result<(), String> {
    let mut objdump = Command::new("x86_64-w64-mingw32-objdump");
    let listing = output(objdump.arg("-p").arg(&programs.plugin_file))?;
    let needed = imports(&listing);
    let exported = |name: &&&str| listing.lines().any(|line| line.split_whitespace().last() == Some(name));
    println!("adjoin.dll imports {}", needed.join(", "));
    let foreign: Vec<_> = needed.iter().filter(|name| !is_welcome(name)).copied().collect();
    let lacking: Vec<_> = IMPORTS.iter().filter(|name| !needed.contains(name)).copied().collect();
    let hidden: Vec<_> = EXPORTS.iter().filter(|name| !exported(name)).copied().collect();
    if foreign.is_empty() && lacking.is_empty() && hidden.is_empty() {
        return Ok(());
    }
    Err(format!(
        "adjoin.dll imports from {foreign:?}, which no Windows has; doesn't import from {lacking:?}; and \
         doesn't export {hidden:?}"
    ))
}

/// The names of libraries in what `objdump -p` prints.
fn imports(listing: &str) -> Vec<&str> {
    listing.lines().filter_map(|line| line.trim().strip_prefix("DLL Name: ")).collect()
}

fn is_welcome(library: &str) -> bool {
    let upper = library.to_ascii_uppercase();
    IMPORTS.contains(&library) || SYSTEM.iter().any(|start| upper.starts_with(start))
}

/// The archive: the same octets from the same content.
fn pack(release: &Release, name: &str, content: &Content) -> Result<PathBuf, String> {
    let files: Vec<_> = content.files().map(|(path, bytes)| (format!("{name}/{path}"), bytes)).collect();
    let bytes = zip::stored(&files).ok_or("the programs are too big for a zip")?;
    let archive = release.folder.join(format!("{name}.zip"));
    fs::create_dir_all(&release.folder)
        .and_then(|()| fs::write(&archive, bytes))
        .map_err(|error| format!("{}: {error}", archive.display()))?;
    Ok(archive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_read() {
        let listing = " vma: Hint\n\tDLL Name: KERNEL32.dll\n\tvma:  1\n\tDLL Name: libwsutil.dll\n";
        assert_eq!(imports(listing), ["KERNEL32.dll", "libwsutil.dll"]);
        assert!(is_welcome("KERNEL32.dll") && is_welcome("api-ms-win-core-synch-l1-2-0.dll"));
        assert!(!is_welcome("libgcc_s_seh-1.dll"));
    }
}
