//! Instructions instead of times: the same on a busy machine, and a small change shows.
//!
//! The program runs itself under valgrind's callgrind, which counts inside [`counted`] alone and writes a
//! file each time that function ends: the files in order are the calls in order.

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};

/// Counts what runs in here.
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "Rust" fn adjoin_counted(run: &mut dyn FnMut()) {
    run();
    black_box(());
}

/// Runs `act` once so that what is only done once is done, then counts it.
pub fn count(mut act: impl FnMut()) {
    act();
    adjoin_counted(&mut act);
}

/// Runs this program with `argument` under callgrind and gives the counts in order.
pub fn run(argument: &str, expected: usize) -> Result<Vec<u64>, String> {
    let folder = std::env::temp_dir().join(format!("adjoin-counts-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let counts = callgrind(argument, &folder);
    let _ = std::fs::remove_dir_all(&folder);
    let counts = counts?;
    if counts.len() == expected {
        Ok(counts)
    } else {
        Err(format!("callgrind counted {} calls of {expected}", counts.len()))
    }
}

fn callgrind(argument: &str, folder: &Path) -> Result<Vec<u64>, String> {
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    let status = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg("--toggle-collect=adjoin_counted")
        .arg("--dump-after=adjoin_counted")
        .arg(format!("--callgrind-out-file={}", folder.join("counts").display()))
        .arg(program)
        .arg(argument)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|e| format!("valgrind can't be run ({e}); install the package valgrind"))?;
    if !status.success() {
        return Err(format!("valgrind ended with {status}"));
    }
    let mut parts = Vec::new();
    for file in std::fs::read_dir(folder).map_err(|e| e.to_string())?.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        // The file without a number is written at the end, of what comes behind the last call.
        let Some(number) = name.strip_prefix("counts.").and_then(|n| n.parse::<u32>().ok()) else { continue };
        let text = std::fs::read_to_string(file.path()).map_err(|e| e.to_string())?;
        let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
        let total =
            total.and_then(|n| n.trim().parse::<u64>().ok()).ok_or("no totals in callgrind's file")?;
        parts.push((number, total));
    }
    parts.sort_unstable();
    Ok(parts.into_iter().map(|(_, total)| total).collect())
}
