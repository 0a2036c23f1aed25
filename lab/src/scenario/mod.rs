//! What can be played: a fault, who meets it, where, and what is known of the outcome.

mod account;
mod dns;
mod fault;
mod good;
mod kerberos;
mod ldap;
mod middlebox;
mod path;
mod ping;
mod random;
mod rpc;
mod smb;

pub use fault::Fault;
pub use random::Draw;

use crate::capture;
use crate::client::{self, Join, Tool};
use crate::domain::Setting;
use crate::router::Plan;
use crate::site::{PASSWORD, Site};

/// Whose capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The client's.
    Client,
    /// The controller's.
    Dc,
}

impl Side {
    /// As file names have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Dc => "dc",
        }
    }
}

/// Whether something must be in a capture, or mustn't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// At least one frame shows it. A verdict has to name one of these frames, if there is such evidence.
    Yes,
    /// No frame shows it.
    No,
}

/// A display filter that tells whether a fault is in a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// In which capture.
    pub side: Side,
    /// The filter, for any Wireshark.
    pub filter: String,
    /// What it has to find.
    pub seen: Seen,
}

/// The verdict that a scenario deserves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// The client joins.
    pub joined: bool,
    /// Ids of findings that are right as the root; one of them is enough. None when the join is good.
    pub root: Vec<String>,
    /// The phases in which that may be.
    pub phase: Vec<String>,
    /// Findings that should be there besides.
    pub also: Vec<String>,
    /// The code that Windows shows.
    pub win32: &'static str,
}

/// A join that can be played.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name, and that of its files.
    pub id: String,
    /// What is wrong, in words.
    pub fault: &'static str,
    /// What is not quite right on the way besides, in words.
    pub noise: Vec<String>,
    /// Who joins.
    pub tool: Tool,
    /// Where.
    pub site: Site,
    /// The user that creates the account.
    pub user: String,
    /// What the user types.
    pub password: String,
    /// The domain that the user types.
    pub domain: String,
    /// How many seconds the client's clock is fast.
    pub clock: i64,
    /// What is changed at the controller.
    pub settings: Vec<Setting>,
    /// What the router does.
    pub plan: Plan,
    /// Rules of the plan that needn't be applied.
    pub may_rest: Vec<String>,
    /// The client does other things meanwhile, as machines do.
    pub clutter: bool,
    /// How it is recorded.
    pub capture: capture::Options,
    /// What is in the captures.
    pub evidence: Vec<Evidence>,
    /// The right verdict.
    pub truth: Truth,
}

impl Scenario {
    /// A good join by Administrator.
    #[must_use]
    pub fn good(id: impl Into<String>, tool: Tool, site: Site) -> Self {
        Self {
            id: id.into(),
            fault: "none",
            noise: Vec::new(),
            tool,
            user: "Administrator".to_owned(),
            password: PASSWORD.to_owned(),
            domain: site.domain(),
            site,
            clock: 0,
            settings: Vec::new(),
            plan: Plan::default(),
            may_rest: Vec::new(),
            clutter: false,
            capture: capture::Options::default(),
            evidence: Vec::new(),
            truth: Truth { joined: true, ..Truth::default() },
        }
    }

    /// How the client joins.
    #[must_use]
    pub fn command(&self) -> client::Command {
        self.tool.command(&Join {
            site: &self.site,
            user: &self.user,
            password: &self.password,
            domain: &self.domain,
            clock: self.clock,
        })
    }

    /// The name of the capture of one side.
    #[must_use]
    pub fn file(&self, side: Side) -> String {
        format!("{}.{}.pcapng", self.id, side.name())
    }

    /// Whether the scenario is void when this rule of the router is never applied.
    #[must_use]
    pub fn must_fire(&self, rule: &str) -> bool {
        !self.may_rest.iter().any(|name| name == rule)
    }
}

/// All faults, in the order of a join.
pub fn faults() -> impl Iterator<Item = &'static Fault> {
    let families = [
        good::FAULTS,
        dns::FAULTS,
        ping::FAULTS,
        smb::FAULTS,
        kerberos::FAULTS,
        middlebox::FAULTS,
        ldap::FAULTS,
        rpc::FAULTS,
        account::FAULTS,
        path::FAULTS,
    ];
    families.into_iter().flatten()
}

/// Whether this client can join there: `net rpc` looks for a NetBIOS name, which IPv6 doesn't have.
fn works_at(tool: Tool, site: &Site) -> bool {
    tool != Tool::NetRpc || site.family.has_v4()
}

/// The table: each fault once, at one site after the other.
#[must_use]
pub fn all() -> Vec<Scenario> {
    let sites = Site::all();
    let mut places = sites.iter().cycle();
    let met = faults().filter_map(|fault| Some((fault, *fault.tools.first()?)));
    met.filter_map(|(fault, tool)| {
        let site = places.find(|site| works_at(tool, site))?;
        Some(fault.scenario(fault.id, tool, site.clone()))
    })
    .collect()
}

/// Six that are soon over, of six kinds.
#[must_use]
pub fn quick() -> Vec<Scenario> {
    const QUICK: [&str; 6] = [
        "ok-winjoin",
        "ok-net-ads-krb",
        "dns-srv-nxdomain",
        "smb445-rst",
        "bad-password",
        "x40-accel-swallow-tgs",
    ];
    all().into_iter().filter(|scenario| QUICK.contains(&scenario.id.as_str())).collect()
}

/// Some of the table.
///
/// # Errors
/// When one isn't in it.
pub fn named(names: &[String]) -> Result<Vec<Scenario>, String> {
    let table = all();
    let named = |name: &String| table.iter().find(|scenario| scenario.id == *name).cloned();
    let mut found: Vec<Scenario> = Vec::new();
    for name in names {
        let scenario = named(name).ok_or_else(|| format!("{name} isn't in the table; see --list"))?;
        // Played twice at the same time, both would write the same files.
        if found.iter().all(|other| other.id != scenario.id) {
            found.push(scenario);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_used_once() {
        let scenarios = all();
        let names: BTreeSet<_> = scenarios.iter().map(|scenario| &scenario.id).collect();
        assert_eq!(names.len(), scenarios.len());
        assert_eq!(quick().len(), 6);
        let twice = ["ok-adcli", "ok-realm", "ok-adcli"].map(str::to_owned);
        assert_eq!(named(&twice).unwrap().len(), 2);
        assert!(named(&["ok-nothing".to_owned()]).is_err());
    }

    #[test]
    fn what_fails_has_a_root() {
        for scenario in all() {
            let Truth { joined, root, phase, .. } = &scenario.truth;
            assert_eq!(root.is_empty(), *joined, "{}", scenario.id);
            assert_eq!(phase.is_empty(), *joined, "{}", scenario.id);
            assert!(scenario.plan.check().is_ok(), "{}", scenario.id);
            assert!(*joined || !scenario.evidence.is_empty(), "{}", scenario.id);
        }
    }
}
