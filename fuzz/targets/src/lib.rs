//! What each fuzz target does: one function per decoder.
//!
//! A function takes any octets, reads them, walks every list, formats everything, and panics when
//! something does not hold that must always hold:
//!
//! * `parse` succeeds exactly when `parse_partial` has no error, and both tell the same error;
//! * an error lies inside the input, and so does every span;
//! * lists end, also after an error;
//! * what an encoder writes is read back as the same.
//!
//! libFuzzer calls these functions (`fuzz/fuzz_targets`), and so does the test that replays
//! `fuzz/seeds` with mutations on the stable compiler.
#![allow(clippy::arithmetic_side_effects, reason = "an overflow here is a finding: it panics")]

mod alone;
mod calls;
mod check;
mod directory;
mod engine;
mod epm;
mod files;
mod frames;
mod generated;
mod gss;
mod kerberos;
mod ldap;
mod mutated;
mod names;
mod netsetup;
mod peers;
mod rpc;
mod smb;

pub use alone::decode_alone;
pub use calls::join_call;
pub use directory::netlogon_message;
pub use engine::engine;
pub use epm::{ept_map, tower};
pub use files::capture_file;
pub use frames::{LINKS, MAX_FRAME, capture_frames};
pub use generated::generated;
pub use gss::gss_token;
pub use kerberos::kerberos_message;
pub use ldap::ldap_message;
pub use mutated::engine_mutated;
pub use names::{compressed_name, dns_message, wire_ber};
pub use netsetup::netsetup_log;
pub use peers::{peer_ber, peer_kerberos, peer_ldap};
pub use rpc::dce_rpc_pdu;
pub use smb::{mailslot_datagram, smb_message};

/// A target: its name, which is also its folder in `fuzz/seeds`, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("wire_ber", wire_ber),
    ("compressed_name", compressed_name),
    ("netlogon_message", netlogon_message),
    ("ldap_message", ldap_message),
    ("dce_rpc_pdu", dce_rpc_pdu),
    ("join_call", join_call),
    ("ept_map", ept_map),
    ("tower", tower),
    ("kerberos_message", kerberos_message),
    ("gss_token", gss_token),
    ("smb_message", smb_message),
    ("mailslot_datagram", mailslot_datagram),
    ("dns_message", dns_message),
    ("capture_frames", capture_frames),
    ("capture_file", capture_file),
    ("engine", engine),
    ("netsetup_log", netsetup_log),
    ("decode_alone", decode_alone),
    ("peer_ber", peer_ber),
    ("peer_kerberos", peer_kerberos),
    ("peer_ldap", peer_ldap),
    ("generated", generated),
    ("engine_mutated", engine_mutated),
];

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
