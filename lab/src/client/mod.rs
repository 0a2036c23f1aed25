//! The programs that join.

mod tool;

pub use tool::Tool;

use crate::host::Program;
use crate::site::Site;

/// Who joins, and with what.
#[derive(Clone, Debug)]
pub struct Join<'a> {
    /// Where.
    pub site: &'a Site,
    /// The user that creates the computer account.
    pub user: &'a str,
    /// The user's password, right or wrong.
    pub password: &'a str,
    /// The DNS name of the domain that the user typed. It may be misspelt.
    pub domain: &'a str,
    /// How many seconds the client's clock is fast; below zero it is slow.
    pub clock: i64,
}

/// What to write on the client's host, and what to run then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Files, by their paths on the host.
    pub files: Vec<(String, String)>,
    /// What joins.
    pub program: Program,
}
