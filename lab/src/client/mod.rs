//! The programs that join.

use crate::host::{Program, Root};
use crate::site::Site;
use std::io::Result;
use std::path::Path;

/// Who joins, and with what.
#[derive(Clone, Debug)]
pub struct Join<'a> {
    /// Where.
    pub site: &'a Site,
    /// The user that creates the computer account.
    pub user: &'a str,
    /// The user's password, right or wrong.
    pub password: &'a str,
}

/// A program that can join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {}

/// What to write on the client's host, and what to run then.
#[derive(Clone, Debug)]
pub struct Command {
    /// Files, by their paths on the host.
    pub files: Vec<(String, String)>,
    /// What joins.
    pub program: Program,
}

impl Tool {
    /// The files of a client that has this tool, made when they aren't there yet below `cache`.
    ///
    /// # Errors
    /// When they can't be made.
    pub fn root(self, _cache: &Path) -> Result<Root> {
        match self {}
    }

    /// How this tool joins.
    #[must_use]
    pub fn command(self, _join: &Join<'_>) -> Command {
        match self {}
    }

    /// Whether what it wrote, with this exit status, says that the client has joined.
    #[must_use]
    pub fn joined(self, _status: Option<i32>, _output: &str) -> bool {
        match self {}
    }
}
