//! The archive: the same octets from the same content.

use super::content::Content;
use super::{Release, output};
use std::env::consts::{ARCH, OS};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Writes it and returns where it is.
pub(super) fn write(release: &Release, series: &str, content: &Content) -> Result<PathBuf, String> {
    let name = format!("adjoin-{}-wireshark-{series}-{OS}-{ARCH}", release.version);
    let unpacked = release.folder.join("unpacked");
    content.write(&unpacked.join(&name))?;
    let archive = release.folder.join(format!("{name}.tar.gz"));
    let packed = output(
        Command::new("tar")
            .args(["--create", "--format=ustar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner"])
            .arg(format!("--mtime=@{}", release.moment))
            // Without the name and the time of what is packed.
            .args(["--use-compress-program", "gzip -9n", "--file"])
            .arg(&archive)
            .arg("--directory")
            .arg(&unpacked)
            .arg(&name),
    );
    let removed = fs::remove_dir_all(&unpacked);
    packed?;
    removed.map_err(|error| format!("{}: {error}", unpacked.display()))?;
    Ok(archive)
}
