//! Our decoders beside other crates: builds and runs `benches`, a workspace of its own.

use crate::{Outcome, setup};
use std::path::Path;

/// Runs the benches with these arguments: none, `--write`, `--check`, or `--all` with sizes of captures.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/Cargo.toml");
    let mut command = setup::cargo();
    command.args(["run", "--release", "--manifest-path"]).arg(manifest).arg("--").args(arguments);
    let status = command.status().map_err(|error| format!("cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("the benches ended with {status}")) }
}
