//! How a command ends.

use std::process::ExitCode;

use join_engine::Report;

/// What a command prints, and how it ends.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) output: Vec<u8>,
    pub(crate) exit: Exit,
}

/// The exit codes, for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// 0: the join was seen to succeed; of several, none failed. For commands that judge nothing: done.
    Joined,
    /// 1: a join failed, and what broke it is named.
    Failed,
    /// 2: nothing can be said: the files can't be read, or they show no join, or none that ended.
    Unknown,
}

impl Exit {
    /// What the joins of a report come to.
    pub(crate) fn of(report: &Report) -> Self {
        let all = report.outcomes();
        match (all.failed > 0, all.joined > 0) {
            (true, _) => Self::Failed,
            (false, true) => Self::Joined,
            (false, false) => Self::Unknown,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Joined => Self::from(0),
            Exit::Failed => Self::from(1),
            Exit::Unknown => Self::from(2),
        }
    }
}
