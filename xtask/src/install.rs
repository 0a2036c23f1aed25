//! Builds the plugin in release mode and puts it where Wireshark looks.

use crate::terminal::Style;
use crate::{Outcome, setup};
use adjoin_oracle::tshark;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds and installs for the current user, or for all users with `system`.
pub(crate) fn run(system: bool) -> Outcome {
    setup::run(setup::FOR_PLUGIN)?;
    let plugin = build()?;
    let is_root = tshark::is_root();
    if is_root && !system {
        println!("As root Wireshark silently ignores personal plugins, so this installs for all users.");
    }
    let installed = place(&plugin, system || is_root)?;
    println!("installed: {}", installed.display());
    println!("To check: `tshark -G plugins` lists adjoin.so; in Wireshark, Help > About > Plugins.");
    println!(
        "Try it:   tshark -r CAPTURE -Y adjoin -T fields -e frame.number -e adjoin.phase -e adjoin.summary"
    );
    println!("          tshark -r CAPTURE -q -z adjoin,report");
    Ok(())
}

/// Builds the plugin.
pub(crate) fn build() -> Result<PathBuf, String> {
    println!("building the plugin (the first time takes a minute or two)");
    tshark::build_plugin(true).map_err(|error| error.to_string())
}

/// Copies the plugin into the personal or the global folder and returns where it is.
pub(crate) fn place(plugin: &Path, system: bool) -> Result<PathBuf, String> {
    let folders = tshark::folders(Command::new("tshark")).map_err(|error| error.to_string())?;
    let folder = if system { folders.global } else { folders.personal };
    let target = folder.join("adjoin.so");
    // A running Wireshark has the old file mapped: never write into it, put a new one in its place.
    let fresh = folder.join("adjoin.so.new");
    fs::create_dir_all(&folder)
        .and_then(|()| fs::copy(plugin, &fresh))
        .and_then(|_| fs::rename(&fresh, &target))
        .map_err(|error| {
            let by_hand = format!("sudo install -D -m 644 {} {}", plugin.display(), target.display());
            format!("{}: {error}\n  {}", target.display(), Style::for_stderr().heading(&by_hand))
        })?;
    Ok(target)
}
