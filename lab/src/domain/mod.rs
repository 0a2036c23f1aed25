//! The domain controller: its root folder, its provisioned state, and its settings.

use crate::host::{Host, Process, Root};
use crate::site::Site;
use std::io::Result;
use std::path::Path;

/// A change of the controller or its accounts before the client joins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {}

/// A provisioned domain, in a folder.
#[derive(Clone, Debug)]
pub struct Domain {}

/// A controller that answers.
#[derive(Debug)]
pub struct Controller {
    /// The server.
    pub process: Process,
}

impl Domain {
    /// The domain of `site`, provisioned when it isn't there yet below `cache`.
    ///
    /// # Errors
    /// When its root can't be made, or it can't be provisioned.
    pub fn of(_site: &Site, _cache: &Path) -> Result<Self> {
        Ok(Self {})
    }

    /// The files of its controller.
    #[must_use]
    pub fn root(&self) -> Root {
        Root::default()
    }

    /// Starts the controller with these settings on a host made of [`Domain::root`], and waits until it answers.
    ///
    /// # Errors
    /// When a setting isn't accepted, or the controller doesn't answer.
    pub fn start(&self, _host: &Host, _settings: &[Setting], _log: &Path) -> Result<Controller> {
        Err(std::io::Error::other("there is no controller yet"))
    }
}
