//! The outside opinion: runs the `tshark` of this machine with the adjoin plugin loaded and reads
//! what both say about each frame.
//!
//! - [`table`] says which field of Wireshark's stands for which of ours, [`told`] how each is compared;
//! - [`wireshark`] compares both sides of one run, and [`bytes`](mod@bytes) ours with tables of what the bytes say;
//! - [`ledger`] keeps count, [`explained`] lists the differences that are known, and whose fault they are;
//! - [`tshark`] builds the plugin, puts it where Wireshark looks for plugins, and runs `tshark` as an
//!   ordinary user, because Wireshark loads no personal plugins for root;
//! - [`pdml`] reads Wireshark's detailed output into a tree.
//!
//! The test `agreement` of this crate compares; `cargo xtask oracle` does so with all readers that there are
//! and with any captures. `xtask` uses [`tshark`] for its demo.

pub mod bytes;
pub mod captures;
pub mod explained;
pub mod ledger;
pub mod pdml;
pub mod table;
pub mod told;
pub mod tshark;
pub mod wireshark;

#[cfg(doctest)]
#[doc = include_str!("../../docs/crates.md")]
struct Crates;
