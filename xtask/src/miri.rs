//! What Miri, which interprets Rust and sees every wrong use of memory, says of `wire` and of the C interface.

use adjoin_oracle::{captures, tshark};

use crate::{Outcome, fuzz, terminal, test};

/// What it interprets: tests that read no files and start no programs.
const TESTS: [&[&str]; 2] =
    [&["--package=adjoin-wire"], &["--package=dissector-ffi", "--lib", "--test=abi", "--test=walk"]];

/// Random inputs for each property: interpreted, a case takes a thousand times as long.
const CASES: &str = "16";

/// Interprets the tests; says that it skips where there is no nightly compiler with Miri.
pub(crate) fn run() -> Outcome {
    if !fuzz::runs(fuzz::nightly().args(["miri", "--version"])) {
        terminal::skip(
            "Miri needs a nightly compiler with its sources (rustup toolchain install nightly --component miri,rust-src)",
        );
        return Ok(());
    }
    let target = tshark::target_folder().ok_or("xtask doesn't run from a target folder")?.join("miri");
    for tests in TESTS {
        let mut cargo = fuzz::nightly();
        cargo.args(["miri", "test", "--target-dir"]).arg(&target).args(tests);
        // proptest looks for cases that failed before, in files beside the sources.
        cargo.env("MIRIFLAGS", "-Zmiri-disable-isolation").env("PROPTEST_CASES", CASES);
        // To find the names of a stack takes minutes, and some tests panic on purpose.
        cargo.env("RUST_BACKTRACE", "0");
        test::succeed(cargo.env("RUSTUP_TOOLCHAIN", "nightly").current_dir(captures::root()))?;
    }
    Ok(())
}
