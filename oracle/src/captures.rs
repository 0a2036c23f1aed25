//! Which captures there are, and work on many of them at once.

use crate::explained::Place;
use crate::ledger::Ledger;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folders with captures that are known, whether they are here or not.
#[must_use]
pub fn known() -> [(Place, PathBuf); 3] {
    let shared = root().join("../shared/captures");
    [
        (Place::Samples, root().join("samples")),
        (Place::Public, shared.join("dev")),
        (Place::Lab, shared.join("lab/dev")),
    ]
}

/// Where the tables of what the bytes say lie, of the captures in the folder [`Place::Public`].
#[must_use]
pub fn tables() -> PathBuf {
    root().join("../shared/captures/oracle/dev")
}

/// The captures in a folder, in the order of their names; a file stands for itself.
#[must_use]
pub fn within(folder: &Path) -> Vec<PathBuf> {
    let is_capture = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "pcap" || extension == "pcapng")
    };
    if folder.is_file() {
        return vec![folder.to_owned()];
    }
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut captures: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(is_capture).collect();
    captures.sort();
    captures
}

/// The name of a capture in reports.
#[must_use]
pub fn name(capture: &Path) -> String {
    capture.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Works on all captures, as many at a time as there are processors.
///
/// # Errors
/// The first of `work`.
pub fn for_each(
    captures: &[PathBuf],
    work: impl Fn(&Path) -> Result<Ledger, String> + Sync,
) -> Result<Ledger, String> {
    let next = AtomicUsize::new(0);
    let sum = Mutex::new(Ok(Ledger::default()));
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(capture) = captures.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = work(capture);
                    let mut sum = sum.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    match (&mut *sum, outcome) {
                        (Ok(sum), Ok(ledger)) => sum.add(ledger),
                        (Ok(_), Err(error)) => *sum = Err(error),
                        (Err(_), _) => return,
                    }
                }
            });
        }
    });
    sum.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}
