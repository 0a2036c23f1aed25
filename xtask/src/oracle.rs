//! Compares all decoders with all other readers that there are, on every message of captures.
//!
//! The work is done by a program of its own, so that this one needn't be built with everybody's parsers.

use std::env;
use std::ffi::OsString;

use crate::{Outcome, setup, test};

/// Runs the readers on these folders, or on all captures that are known.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let here = env::current_dir().map_err(|error| error.to_string())?;
    // The program runs at the root of the repository, whatever folder this one was started in.
    let arguments = arguments.iter().map(|argument| -> OsString {
        if argument.starts_with("--") { (*argument).into() } else { here.join(argument).into() }
    });
    let mut command = setup::cargo();
    command.args(["run", "--quiet", "--package", "adjoin-readers", "--"]).args(arguments);
    test::succeed(&mut command)
}
