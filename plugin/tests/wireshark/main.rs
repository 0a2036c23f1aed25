//! The plugin inside the installed tshark and sharkd: it loads, lists what it should, changes no
//! summary line, and survives hostile captures, two passes, two files in one process and valgrind.
//!
//! Each test says what it skips where a program isn't installed. Captures are made here; those in
//! `../shared/captures` are used too when they are there.
#![allow(clippy::arithmetic_side_effects, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod captures;
mod fields;
mod harness;
mod hostile;
mod loading;
mod memory;
mod sessions;
mod speaks;
