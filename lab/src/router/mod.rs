//! The router between the client and the domain controllers, with its faults.
//!
//! It is a program in user space: an [`engine`](Engine) that has neither sockets nor clock, and a thread
//! ([`start`]) that lends it two packet sockets in the router's namespace. The kernel there has the gateway
//! addresses and answers for them; it forwards nothing.
//!
//! A [`Plan`] lists [`Rule`]s; each counts how often it fired. A fault that never fired is no scenario.

mod connections;
mod datagram;
mod dns;
mod engine;
pub mod fault;
mod middlebox;
mod neighbours;
mod plan;
mod random;
mod thread;

pub use dns::{Forgery, Question};
pub use engine::Engine;
pub use middlebox::Appetite;
pub use neighbours::{Mac, Port};
pub use plan::{Action, Fired, Kind, Origin, Plan, Ports, Rule, Side, Transport, Unreachable, When};
pub use random::Random;
pub use thread::{Running, start};
