//! What is changed on a controller before the client joins.

use std::net::IpAddr;

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
    /// The user may log on at no hour of the week.
    NoLogonHours(String),
    /// The user may log on at another computer only.
    OtherWorkstation(String),
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
    /// Nothing listens on port 135.
    NoEndpointMapper,
    /// The endpoint mapper doesn't know DRSUAPI.
    NoDrsuapi,
    /// The endpoint mapper doesn't know NETLOGON.
    NoNetlogon,
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
    OtherDc(IpAddr),
    /// DNS has no SRV records.
    NoSrv,
    /// DNS has no address of the controller.
    NoAddress,
    /// This subnet (`10.1.2.0/24`) belongs to a site without controllers.
    OtherSite(String),
    /// The controller's clock is so many seconds fast; below zero it is slow.
    Clock(i64),
}

/// The host name of the controller that [`Setting::OtherDc`] invents.
pub const OTHER_DC: &str = "dc-old";

impl Setting {
    /// As a change of the database, in the words of `state.py`.
    pub(super) fn change(&self) -> Option<String> {
        Some(match self {
            Self::User(name) => format!("user:{name}"),
            Self::ManyGroups(name) => format!("many_groups:{name}"),
            Self::MayCreate(name) => format!("may_create:{name}"),
            Self::Disabled(name) => format!("disabled:{name}"),
            Self::Expired(name) => format!("expired:{name}"),
            Self::Locked(name) => format!("locked:{name}"),
            Self::MustChangePassword(name) => format!("must_change:{name}"),
            Self::NoLogonHours(name) => format!("no_hours:{name}"),
            Self::OtherWorkstation(name) => format!("only_from:{name}"),
            Self::Computer(name) => format!("computer:{name}"),
            Self::Quota(number) => format!("quota:{number}"),
            Self::NoSpn => "no_spn:".to_owned(),
            Self::OtherDc(address) => format!("other_controller:{OTHER_DC}={address}"),
            Self::NoSrv => "no_srv:".to_owned(),
            Self::NoAddress => "addresses:".to_owned(),
            Self::OtherSite(subnet) => format!("other_site:{subnet}"),
            _ => return None,
        })
    }

    /// As a line of `smb.conf`.
    pub(super) fn line(&self) -> Option<String> {
        Some(match self {
            Self::NoNtlm => "ntlm auth = disabled".to_owned(),
            Self::StrongAuth => "ldap server require strong auth = yes".to_owned(),
            Self::SaslOverTls => "ldap server require strong auth = allow_sasl_over_tls".to_owned(),
            Self::NoDnsUpdates => "allow dns updates = disabled".to_owned(),
            Self::EncryptSmb => "server smb encrypt = required".to_owned(),
            Self::MinDialect(dialect) => format!("server min protocol = {dialect}"),
            _ => return None,
        })
    }

    /// The services of Samba that this stops.
    pub(super) fn stops(&self) -> &'static [&'static str] {
        match self {
            Self::NoKdc => &["kdc"],
            Self::NoLdap => &["ldap", "cldap"],
            Self::NoSmb => &["s3fs"],
            _ => &[],
        }
    }

    /// The RPC server of Samba that this stops.
    pub(super) fn stops_rpc(&self) -> Option<&'static str> {
        match self {
            Self::NoEndpointMapper => Some("epmapper"),
            Self::NoDrsuapi => Some("drsuapi"),
            Self::NoNetlogon => Some("netlogon"),
            _ => None,
        }
    }
}
