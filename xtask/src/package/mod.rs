//! Makes what can be installed without building: an archive and a Debian package for each Wireshark series.

mod compile;
mod content;
mod deb;
mod licences;
mod tarball;
mod windows;

use crate::roots::{Root, Suite};
use crate::{Outcome, setup, terminal};
use adjoin_oracle::tshark;
use compile::Headers;
use content::Content;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the user chose.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Beside this machine's Wireshark.
    suites: Vec<Suite>,
    /// Unoptimised, from the target folder that the tests use.
    debug: bool,
    /// For Windows, and not for this machine.
    windows: bool,
    /// Where the packages go.
    to: Option<PathBuf>,
}

impl Options {
    /// Reads the arguments of the task, or says what is wrong with them.
    pub(crate) fn from(arguments: &[&str]) -> Result<Self, String> {
        let mut options = Self { suites: Vec::new(), debug: false, windows: false, to: None };
        let mut arguments = arguments.iter();
        while let Some(&argument) = arguments.next() {
            match argument {
                "--debug" => options.debug = true,
                "--windows" => options.windows = true,
                "--to" => options.to = Some(arguments.next().ok_or("--to needs a folder")?.into()),
                option if option.starts_with('-') => return Err(format!("there is no option {option}")),
                name => options.suites.push(
                    Suite::named(name).ok_or_else(|| format!("{name} is no suite that is known here"))?,
                ),
            }
        }
        if options.debug && options.windows {
            return Err(
                "--debug and --windows don't go together: for Windows there are only releases".to_owned()
            );
        }
        Ok(options)
    }
}

/// What all packages of one run have in common.
struct Release {
    /// Of adjoin.
    version: &'static str,
    /// Seconds since 1970: the age of everything in a package, so that one commit gives the same octets
    /// whenever it is packed.
    moment: u64,
    /// Where the packages go.
    folder: PathBuf,
}

/// Builds, packs, and says what was made.
pub(crate) fn run(options: &Options) -> Outcome {
    if !cfg!(target_os = "linux") {
        return Err("packages are made on Linux".to_owned());
    }
    if options.windows {
        windows::is_possible()?;
    }
    setup::run(setup::FOR_PLUGIN)?;
    let target = tshark::target_folder().ok_or("cargo's target folder is not to be found")?;
    let release = Release {
        version: env!("CARGO_PKG_VERSION"),
        moment: moment()?,
        folder: options.to.clone().unwrap_or_else(|| target.join("packages")),
    };
    let mut all = vec![Headers::of_this_machine()?];
    for &suite in &options.suites {
        let headers = Headers::of_root(&Root::of(suite)?)?;
        if all.iter().all(|other| other.series != headers.series) {
            all.push(headers);
        }
    }
    for headers in &all {
        println!("building for Wireshark {} (the first time takes some minutes)", headers.series);
        if options.windows {
            report(&windows::make(&release, headers)?)?;
        } else {
            make(&release, headers, options.debug)?;
        }
    }
    Ok(())
}

/// The packages for one series of Wireshark.
fn make(release: &Release, headers: &Headers, debug: bool) -> Outcome {
    let programs = compile::run(headers, debug)?;
    let content = Content::of(release, &headers.series, &programs)?;
    report(&tarball::write(release, &headers.series, &content)?)?;
    if deb::is_possible() {
        report(&deb::write(release, &headers.series, &programs)?)?;
    } else {
        terminal::skip("the Debian package, because there is no dpkg-deb");
    }
    Ok(())
}

fn report(file: &Path) -> Outcome {
    let size = fs::metadata(file).map_err(|error| format!("{}: {error}", file.display()))?.len();
    println!("made: {} ({} KiB)", file.display(), size.div_ceil(1024));
    Ok(())
}

/// `SOURCE_DATE_EPOCH`, or when the last commit was made.
fn moment() -> Result<u64, String> {
    let text = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text,
        Err(_) => output(Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(workspace()))
            .map_err(|error| format!("{error}\nOutside of git, set SOURCE_DATE_EPOCH."))?,
    };
    text.trim().parse().map_err(|_| format!("SOURCE_DATE_EPOCH must be seconds since 1970, not {text:?}"))
}

/// The folder of the whole repository.
fn workspace() -> PathBuf {
    let below = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    below.canonicalize().unwrap_or(below)
}

/// What a program prints, if it succeeds.
fn output(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("{name}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read() {
        let all = Options {
            suites: vec![Suite::Trixie, Suite::Testing],
            debug: true,
            windows: false,
            to: Some("there".into()),
        };
        assert_eq!(Options::from(&["trixie", "--debug", "--to", "there", "testing"]), Ok(all));
        for wrong in [&["--to"][..], &["--colour"], &["sid"], &["--debug", "--windows"]] {
            assert!(Options::from(wrong).is_err_and(|message| message.contains(wrong[0])), "{wrong:?}");
        }
    }
}
