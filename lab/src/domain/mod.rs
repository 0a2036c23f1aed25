//! The domain controller: its root folder, its provisioned state, and its settings.

use crate::host::{Host, Process, Root};
use crate::site::Site;
use std::io::Result;
use std::path::Path;

/// A change of the controller or its accounts before the client joins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A user without any right but to log on: name, in [`crate::site::PASSWORD`] the password.
    User(String),
    /// The user belongs to so many groups that tickets get large, and is an administrator.
    ManyGroups(String),
    /// This user may create computer accounts.
    MayCreate(String),
    /// The account is disabled.
    Disabled(String),
    /// The account has expired.
    Expired(String),
    /// The account is locked.
    Locked(String),
    /// The password must be changed at the next logon.
    MustChangePassword(String),
    /// A computer account of this name exists, made by Administrator.
    Computer(String),
    /// Ordinary users may create so many computer accounts.
    Quota(u32),
    /// The controller's own account has no servicePrincipalName any more.
    NoSpn,
    /// The KDC doesn't run.
    NoKdc,
    /// LDAP and CLDAP don't run.
    NoLdap,
    /// SMB doesn't run.
    NoSmb,
    /// The endpoint mapper doesn't know DRSUAPI.
    NoDrsuapi,
    /// NTLM is refused.
    NoNtlm,
    /// LDAP has to be signed or sealed (`ldap server require strong auth = yes`).
    StrongAuth,
    /// SASL is accepted inside TLS (`allow_sasl_over_tls`).
    SaslOverTls,
    /// DNS takes no updates.
    NoDnsUpdates,
    /// SMB has to be encrypted.
    EncryptSmb,
    /// SMB speaks at least this dialect, such as `SMB3_11`.
    MinDialect(String),
    /// The domain's DNS names another controller too, with this address, which the client tries first.
    OtherDc(std::net::IpAddr),
}

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
