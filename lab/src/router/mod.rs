//! The router between client and controller, in user space, and the faults that it injects.

use std::io::Result;
use std::path::Path;

/// What the router does to the traffic.
#[derive(Clone, Debug, Default)]
pub struct Plan {}

/// How often a rule of the plan was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    /// The rule, for a reader.
    pub rule: String,
    /// How many packets it met.
    pub count: u64,
}

/// A router at work.
#[derive(Debug)]
pub struct Running {}

impl Running {
    /// Stops it.
    #[must_use]
    pub fn stop(self) -> Vec<Fired> {
        Vec::new()
    }
}

/// Starts a router in the network namespace `namespace` (a file for `setns`) between two interfaces.
///
/// # Errors
/// When the namespace or an interface can't be opened.
pub fn start(_namespace: &Path, _lan: &str, _wan: &str, _plan: Plan) -> Result<Running> {
    Ok(Running {})
}
