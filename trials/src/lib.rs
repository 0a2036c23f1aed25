//! What the decoders' tests share. No decoder needs it: it is a development dependency without a version,
//! which `cargo package` leaves out.

pub mod calls;
pub mod secret;
pub mod seeds;
pub mod shared;
