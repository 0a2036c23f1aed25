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
    /// The DNS name of the domain that the user typed. It may be misspelt.
    pub domain: &'a str,
    /// How many seconds the client's clock is fast; below zero it is slow.
    pub clock: i64,
}

/// A program that can join, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tool {
    /// `net ads join` with Kerberos.
    NetAdsKerberos,
    /// `net ads join` with NTLM.
    NetAdsNtlm,
    /// `net ads join` with what works.
    NetAds,
    /// `net ads join` that registers its address in DNS.
    NetAdsDnsUpdate,
    /// `net rpc join`.
    NetRpc,
    /// `samba-tool domain join .. MEMBER`.
    SambaTool,
    /// `adcli join`.
    Adcli,
    /// `adcli join --use-ldaps`, which trusts any certificate.
    AdcliLdaps,
    /// `adcli join --use-ldaps`, which trusts no certificate.
    AdcliLdapsStrict,
    /// `realm join` with adcli.
    Realm,
    /// `realm join` with Samba.
    RealmSamba,
    /// `msktutil create`.
    Msktutil,
    /// impacket's `addcomputer.py` over SAMR.
    Impacket,
    /// The order of Windows: Kerberos over TCP alone.
    Winjoin,
    /// The same with NTLM.
    WinjoinNtlm,
    /// The same; Kerberos begins with UDP.
    WinjoinUdp,
    /// The same; an account that exists isn't used again.
    WinjoinNoReuse,
    /// The same with SMB 3 encryption.
    WinjoinEncrypted,
    /// The same; LDAP isn't signed.
    WinjoinPlainLdap,
    /// The same; the secure channel is tried with a wrong machine password.
    WinjoinWrongMachinePassword,
}

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
        Ok(Root::default())
    }

    /// How this tool joins.
    #[must_use]
    pub fn command(self, _join: &Join<'_>) -> Command {
        Command { files: Vec::new(), program: Program::default() }
    }

    /// Whether what it wrote, with this exit status, says that the client has joined.
    #[must_use]
    pub fn joined(self, _status: Option<i32>, _output: &str) -> bool {
        false
    }
}
