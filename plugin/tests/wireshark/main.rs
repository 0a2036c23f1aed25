//! The plugin inside the installed tshark and sharkd: it loads, lists what it should, changes no
//! summary line, and survives hostile captures, two passes, two files in one process and valgrind.
//!
//! Each test says what it skips where a program isn't installed. Captures are made here or come from
//! `samples`; those in `../shared/captures` are used too when they are there.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

#[path = "../../../join-engine/tests/capture_file/mod.rs"]
mod capture_file;
mod captures;
mod fields;
mod hostile;
mod loading;
mod memory;
mod options;
mod profile;
mod report;
mod sessions;
mod speaks;
mod views;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use adjoin_oracle::tshark::{Tshark, build_plugin};

/// The plugin, built from the present sources.
fn plugin() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| build_plugin(false).expect("the plugin builds"))
}

/// A `tshark` that loads it.
fn tshark() -> Tshark {
    Tshark::with_plugin(plugin()).expect("tshark has a folder for plugins")
}

/// What `tshark` prints to standard output; it must end by itself and show no fault of ours.
fn printed<S: AsRef<OsStr>>(tshark: &Tshark, arguments: impl IntoIterator<Item = S>) -> String {
    text(&tshark.run(arguments).unwrap_or_else(|fault| panic!("{fault}")).stdout)
}

/// What `tshark` prints of a capture.
fn read(tshark: &Tshark, capture: &Path, arguments: &[&str]) -> String {
    let input = [OsStr::new("-r"), capture.as_os_str()];
    printed(tshark, input.into_iter().chain(arguments.iter().map(OsStr::new)))
}

/// The output of a program as text.
fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}
