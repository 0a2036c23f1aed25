//! A fault: what it changes, who can meet it, and the verdict that it deserves.

use super::{Evidence, Scenario, Seen, Side, Truth};
use crate::client::Tool;
use crate::domain::Setting;
use crate::router::{Action, Rule, When};
use crate::site::Site;

/// Something that goes wrong, or that only looks like it.
#[derive(Debug)]
pub struct Fault {
    /// Its name, and that of its scenario in the table.
    pub id: &'static str,
    /// What is wrong, in words.
    pub what: &'static str,
    /// Who meets it with the outcome that is written here. The first does so in the table.
    pub tools: &'static [Tool],
    /// What makes it happen.
    pub change: fn(&mut Scenario),
    /// The client joins all the same.
    pub joined: bool,
    /// Ids of findings; one of them is the root.
    pub root: &'static [&'static str],
    /// The phase of the root; one of these.
    pub phase: &'static [&'static str],
    /// Findings that should be there besides.
    pub also: &'static [&'static str],
    /// The code that Windows shows.
    pub win32: &'static str,
}

/// A join that nothing is wrong with; the start of a [`Fault`] with `..GOOD`.
pub(super) const GOOD: Fault = Fault {
    id: "",
    what: "none",
    tools: &[],
    change: |_| (),
    joined: true,
    root: &[],
    phase: &[],
    also: &[],
    win32: "0x0",
};

/// A join that fails; the start of a [`Fault`] with `..FAILS`.
pub(super) const FAILS: Fault = Fault { joined: false, ..GOOD };

impl Fault {
    /// The fault met by a client at a site.
    #[must_use]
    pub fn scenario(&self, id: impl Into<String>, tool: Tool, site: Site) -> Scenario {
        let mut scenario = Scenario::good(id, tool, site);
        scenario.fault = self.what;
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        scenario.truth = Truth {
            joined: self.joined,
            root: owned(self.root),
            phase: owned(self.phase),
            also: owned(self.also),
            win32: self.win32,
        };
        (self.change)(&mut scenario);
        scenario
    }
}

/// What faults are made of.
impl Scenario {
    /// The router does this.
    pub(super) fn rule(&mut self, name: &str, when: When, action: Action) {
        self.plan.rules.push(Rule::new(name, when, action));
    }

    /// The controller is like this.
    pub(super) fn setting(&mut self, setting: Setting) {
        self.settings.push(setting);
    }

    /// Another user than Administrator joins: one without any right but to log on.
    pub(super) fn user(&mut self, name: &str) -> String {
        self.user = name.to_owned();
        self.setting(Setting::User(self.user.clone()));
        self.user.clone()
    }

    /// A user joins whose tickets don't fit in a packet.
    pub(super) fn user_of_many_groups(&mut self) {
        let user = self.user("fielding");
        self.setting(Setting::ManyGroups(user));
    }

    /// The client's capture has frames like this, and one of them proves the root.
    pub(super) fn shows(&mut self, filter: impl Into<String>) {
        self.evidence.push(Evidence { side: Side::Client, filter: filter.into(), seen: Seen::Yes });
    }

    /// The client's capture has no frame like this.
    pub(super) fn lacks(&mut self, filter: impl Into<String>) {
        self.evidence.push(Evidence { side: Side::Client, filter: filter.into(), seen: Seen::No });
    }

    /// The controller's capture has frames like this, and one of them proves the root.
    pub(super) fn dc_shows(&mut self, filter: impl Into<String>) {
        self.evidence.push(Evidence { side: Side::Dc, filter: filter.into(), seen: Seen::Yes });
    }

    /// The controller's capture has no frame like this.
    pub(super) fn dc_lacks(&mut self, filter: impl Into<String>) {
        self.evidence.push(Evidence { side: Side::Dc, filter: filter.into(), seen: Seen::No });
    }
}
