//! The outside opinion: runs the `tshark` of this machine with the adjoin plugin loaded and reads
//! what both say about each frame.
//!
//! - [`tshark`] builds the plugin, puts it where Wireshark looks for plugins, and runs `tshark` as an
//!   ordinary user, because Wireshark loads no personal plugins for root;
//! - [`pdml`] reads Wireshark's detailed output into a tree.
//!
//! The comparison itself is the test `agreement` of this crate. `xtask` uses [`tshark`] for its demo.

pub mod pdml;
pub mod tshark;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
