//! Makes the corpora from captures: what is in them, and of that only what reaches new code.

use super::{Fuzzer, folder};
use crate::{Outcome, setup, test};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::{env, fs};

/// A folder of captures to take as well.
const CAPTURES: &str = "ADJOIN_CAPTURES";

/// Fills `fuzz/corpus` from `samples`, and from the folder that [`CAPTURES`] names.
pub(super) fn make(fuzzer: &Fuzzer, targets: &[String]) -> Outcome {
    let mut captures = BTreeSet::new();
    captures_below(&folder().join("../samples"), &mut captures);
    if let Some(more) = env::var_os(CAPTURES).map(PathBuf::from) {
        let before = captures.len();
        captures_below(&more, &mut captures);
        if captures.len() == before {
            return Err(format!("{CAPTURES}: {} has no capture", more.display()));
        }
    }
    let pool = folder().join("corpus").join(".pool");
    if pool.exists() {
        fs::remove_dir_all(&pool).map_err(|error| format!("{}: {error}", pool.display()))?;
    }
    println!("{} captures and logs", captures.len());
    let mut cut = setup::cargo();
    cut.args([
        "run",
        "--quiet",
        "--release",
        "--package",
        "adjoin-fuzz-targets",
        "--example",
        "corpus",
        "--",
    ]);
    test::succeed(cut.arg(&pool).args(&captures))?;
    println!("{:<22} {:>9} {:>9}", "target", "inputs", "kept");
    for target in targets {
        let (inputs, kept) = minimise(fuzzer, target, &pool)?;
        println!("{target:<22} {inputs:>9} {kept:>9}");
    }
    fs::remove_dir_all(&pool).map_err(|error| format!("{}: {error}", pool.display()))
}

/// What of the pool reaches new code goes into a new corpus, with what is worth keeping of the old one.
fn minimise(fuzzer: &Fuzzer, target: &str, pool: &Path) -> Result<(usize, usize), String> {
    let failed = |error: std::io::Error| format!("{target}: {error}");
    let corpus = folder().join("corpus").join(target);
    let new = folder().join("corpus").join(format!(".{target}"));
    fs::create_dir_all(&corpus).map_err(failed)?;
    fs::create_dir_all(&new).map_err(failed)?;
    let inputs = [corpus.clone(), folder().join("seeds").join(target), pool.join("any"), pool.join(target)];
    let inputs: Vec<&PathBuf> = inputs.iter().filter(|folder| folder.exists()).collect();
    let status = fuzzer
        .command(target)
        .arg("-merge=1")
        // Whatever fails here is found again, and told, when the target runs.
        .arg(format!("-artifact_prefix={}/", new.display()))
        .arg(&new)
        .args(&inputs)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(failed)?;
    if !status.success() {
        return Err(format!("{target}: libFuzzer ended with {status} when it made the corpus smaller"));
    }
    fs::remove_dir_all(&corpus).map_err(failed)?;
    fs::rename(&new, &corpus).map_err(failed)?;
    Ok((inputs.iter().map(|folder| files(folder)).sum(), files(&corpus)))
}

fn files(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

/// All captures and logs of a folder and of those in it.
fn captures_below(folder: &Path, captures: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            captures_below(&path, captures);
        } else if path
            .extension()
            .and_then(OsStr::to_str)
            .is_some_and(|it| ["pcap", "pcapng", "log"].contains(&it))
        {
            captures.insert(path);
        }
    }
}
