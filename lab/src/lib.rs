//! Real clients join a real domain controller across a router that injects one fault.
//!
//! [`host`] makes the machines, [`router`] stands between them, [`domain`] is the controller, [`client`] the
//! programs that join. [`scenario`] lists what can be played, [`run`] plays it, [`capture`] records both
//! sides, and [`truth`] writes down what happened.

#![cfg(target_os = "linux")]
#![forbid(unsafe_code)]

pub mod arguments;
pub mod capture;
pub mod client;
pub mod domain;
pub mod host;
pub mod live;
pub mod needs;
pub mod router;
pub mod run;
pub mod scenario;
pub mod site;
pub mod truth;
