//! What Miri, which interprets Rust and sees every wrong use of memory, says of `wire` and of the C interface.

use adjoin_oracle::{captures, tshark};

use crate::{Outcome, fuzz, terminal, test};

/// What it interprets: tests that read no files and start no programs.
const TESTS: [&[&str]; 2] =
    [&["--package=adjoin-wire"], &["--package=dissector-ffi", "--lib", "--test=abi", "--test=walk"]];

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
        test::succeed(cargo.env("RUSTUP_TOOLCHAIN", "nightly").current_dir(captures::root()))?;
    }
    Ok(())
}
