//! What is in an archive.

use super::compile::Programs;
use super::{Release, licences, workspace};
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Files by their paths, in order; whether each is a program.
#[derive(Default)]
pub(super) struct Content(BTreeMap<String, (Vec<u8>, bool)>);

impl Content {
    /// The archive for Linux: install.sh and what it installs.
    pub(super) fn of(release: &Release, series: &str, programs: &Programs) -> Result<Self, String> {
        let mut content = Self::default();
        content.file("adjoin.so", programs.plugin.clone());
        content.program("adjoin", programs.command.clone());
        content.file("wireshark-version", format!("{series}\n").into());
        for script in ["install.sh", "uninstall.sh"] {
            content.program(script, read(&format!("packaging/{script}"))?);
        }
        content.text("README.txt", &read("packaging/README.txt")?, release, series);
        content.profile("profile")?;
        content.licences("licences", None)?;
        Ok(content)
    }

    pub(super) fn file(&mut self, path: &str, bytes: Vec<u8>) {
        self.0.insert(path.to_owned(), (bytes, false));
    }

    pub(super) fn program(&mut self, path: &str, bytes: Vec<u8>) {
        self.0.insert(path.to_owned(), (bytes, true));
    }

    /// A text with the places `@VERSION@` and `@WIRESHARK@`.
    pub(super) fn text(&mut self, path: &str, text: &[u8], release: &Release, series: &str) {
        let text = String::from_utf8_lossy(text);
        let text = text.replace("@VERSION@", release.version).replace("@WIRESHARK@", series);
        self.file(path, text.into());
    }

    /// Wireshark's profile `adjoin`: a folder of files.
    pub(super) fn profile(&mut self, folder: &str) -> Result<(), String> {
        let profile = workspace().join("plugin/profile");
        if !profile.is_dir() {
            return Ok(());
        }
        let named = |error: std::io::Error| format!("{}: {error}", profile.display());
        for entry in fs::read_dir(&profile).map_err(named)? {
            let entry = entry.map_err(named)?;
            if entry.path().is_file() {
                let name = entry.file_name().to_string_lossy().into_owned();
                self.file(&format!("{folder}/{name}"), fs::read(entry.path()).map_err(named)?);
            }
        }
        Ok(())
    }

    /// Ours, and those of what is built in.
    pub(super) fn licences(&mut self, folder: &str, target: Option<&str>) -> Result<(), String> {
        self.file(&format!("{folder}/LICENSE-MIT"), read("LICENSE-MIT")?);
        self.file(&format!("{folder}/LICENSE-APACHE"), read("LICENSE-APACHE")?);
        self.file(&format!("{folder}/GPL-2.0.txt"), read("plugin/COPYING")?);
        self.licence_of_others(&format!("{folder}/other-crates.txt"), target)
    }

    /// Those of what is built in, for another `target` than this machine's too.
    pub(super) fn licence_of_others(&mut self, path: &str, target: Option<&str>) -> Result<(), String> {
        self.file(path, licences::of_others(target)?.into());
        Ok(())
    }

    /// The paths and what is in the files, in order.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(path, (bytes, _))| (path.as_str(), bytes.as_slice()))
    }

    /// The paths, in order.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Writes all files below a new `folder`.
    pub(super) fn write(&self, folder: &Path) -> Result<(), String> {
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        for (path, (bytes, is_program)) in &self.0 {
            let path = folder.join(path);
            let write = || {
                for above in path.ancestors().skip(1).take_while(|above| above.starts_with(folder)) {
                    fs::create_dir_all(above)?;
                    fs::set_permissions(above, Permissions::from_mode(0o755))?;
                }
                fs::write(&path, bytes)?;
                fs::set_permissions(&path, Permissions::from_mode(if *is_program { 0o755 } else { 0o644 }))
            };
            write().map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(())
    }
}

/// A file of the repository.
pub(super) fn read(path: &str) -> Result<Vec<u8>, String> {
    fs::read(workspace().join(path)).map_err(|error| format!("{path}: {error}"))
}
