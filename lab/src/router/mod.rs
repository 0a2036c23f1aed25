//! The router between the client and the domain controllers, with its faults.
//!
//! It is a program in user space: an [`engine`](Engine) that has neither sockets nor clock, and a thread
//! ([`start`]) that lends it two packet sockets in the router's namespace. The kernel there has the gateway
//! addresses and answers for them; it forwards nothing.
//!
//! A [`Plan`] lists [`Rule`]s; each counts how often it fired. A fault that never fired is no scenario.
//!
//! ```no_run
//! use adjoin_lab::router::{Action, Kind, Origin, Plan, Rule, When, start};
//!
//! let refused = Rule::new(
//!     "Kerberos refused by a firewall",
//!     When::tcp(88).kind(Kind::Syn),
//!     Action::Reset(Origin::Path),
//! );
//! let namespace = std::path::Path::new("/run/netns/router");
//! let router = start(namespace, "lan0", "wan0", Plan::new(1, vec![refused]))?;
//! // .. a client tries to join ..
//! for fired in router.stop()? {
//!     println!("{}: {}", fired.name, fired.count);
//! }
//! # Ok::<(), std::io::Error>(())
//! ```

mod connections;
mod datagram;
mod dns;
mod engine;
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
