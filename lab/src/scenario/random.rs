//! Scenarios put together by chance. What is true of each follows from what it was put together from.

use super::{Fault, Scenario, faults, works_at};
use crate::client::Tool;
use crate::router::{Action, Random, Rule, When};
use crate::site::{Family, Leg, Site};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;
use std::time::Duration;

/// Draws one scenario after the other. The same seed gives the same scenarios.
#[derive(Clone, Debug)]
pub struct Draw {
    seed: u64,
    drawn: u32,
    random: Random,
}

impl Draw {
    /// All chance comes from `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, drawn: 0, random: Random::new(seed) }
    }

    /// The next scenario.
    ///
    /// A third of them are joins without a fault, because a false alarm is as bad as a miss.
    pub fn scenario(&mut self) -> Scenario {
        let good = self.happens(33);
        let candidates: Vec<&Fault> = faults().filter(|fault| fault.joined == good).collect();
        let fault = *self.pick(&candidates);
        let tool = *self.pick(fault.tools);
        let site = self.place(tool);
        self.drawn += 1;
        let id = format!("random-{}-{:03}-{}", self.seed, self.drawn, fault.id);
        let mut scenario = fault.scenario(id, tool, site);
        scenario.plan.seed = self.random.number();
        if self.happens(15) {
            scenario.capture.vlan = Some(self.number(2..=4000) as u16);
        }
        if scenario.capture.snaplen.is_none() && shows_headers_only(&scenario) && self.happens(20) {
            scenario.capture.snaplen = Some(self.number(96..=300) as u32);
        }
        // Those are noise already.
        if !fault.id.starts_with("netem") {
            self.noise(&mut scenario);
        }
        scenario.clutter = self.happens(25);
        scenario
    }

    /// A site with another client than in the table, elsewhere.
    fn place(&mut self, tool: Tool) -> Site {
        let families = [None, None, Some(Family::V4), Some(Family::V6), Some(Family::Both)];
        let mut sites = Vec::new();
        for site in Site::all() {
            sites.extend(
                families.map(|family| Site { family: family.unwrap_or(site.family), ..site.clone() }),
            );
        }
        sites.retain(|site| works_at(tool, site));
        let mut site = self.pick(&sites).clone();
        let prefix = *self.pick(&["pc", "desk", "lt-", "ws", "kiosk-", "lab-", "vm"]);
        site.client = format!("{prefix}{}", self.number(1..=99_999));
        let [b, c, host] = [1..=250, 1..=250, 2..=220].map(|range| self.number(range) as u8);
        // The controllers' networks are in none of these.
        let v4 = match self.number(0..=2) {
            0 => Ipv4Addr::new(10, 128 | (b >> 1), c, host),
            1 => Ipv4Addr::new(172, 16 + (b & 3), c, host),
            _ => Ipv4Addr::new(192, 168, 100 + (c >> 1), host),
        };
        let mut word = || self.number(1..=0xfffe) as u16;
        let v6 = Ipv6Addr::new(0xfd00, 0x1ab, word(), 1, word(), word(), word(), word() | 2);
        site.client_leg = Leg::of(v4, v6);
        site
    }

    /// A path that isn't perfect, which changes nothing about the truth.
    fn noise(&mut self, scenario: &mut Scenario) {
        let tcp = || When::tcp(0..=u16::MAX);
        let (name, when, action) = match self.number(0..=9) {
            0..=2 => {
                let by = Duration::from_millis(self.number(2..=60));
                let jitter = by / (self.number(2..=10) as u32);
                (format!("delayed by {} ms", by.as_millis()), When::any(), Action::Delay { by, jitter })
            }
            // Only TCP: clients ask DNS once.
            3 => ("one of a hundred lost".to_owned(), tcp(), Action::Lose(0.01)),
            4 => ("some twice".to_owned(), tcp(), Action::Duplicate(0.04)),
            5 => {
                let by = Duration::from_millis(self.number(1..=5));
                ("some overtaken".to_owned(), tcp(), Action::HoldBack { chance: 0.1, by })
            }
            _ => return,
        };
        scenario.plan.rules.push(Rule::new(name.clone(), when, action));
        scenario.may_rest.push(name.clone());
        scenario.noise.push(name);
    }

    fn number(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (from, to) = (*range.start(), *range.end());
        from + self.random.number() % (to - from + 1)
    }

    fn happens(&mut self, percent: u64) -> bool {
        self.number(1..=100) <= percent
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let last = from.len().saturating_sub(1) as u64;
        &from[self.number(0..=last) as usize]
    }
}

/// Whether headers prove the root, so that a capture may have cut frames.
fn shows_headers_only(scenario: &Scenario) -> bool {
    const HEADERS: [&str; 3] = ["tcp.", "icmp.", "icmpv6."];
    let words = scenario.evidence.iter().flat_map(|evidence| evidence.filter.split([' ', '(', ')', '!']));
    let mut fields = words.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
    !scenario.truth.joined && fields.all(|field| HEADERS.iter().any(|header| field.starts_with(header)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn draw(seed: u64, count: usize) -> Vec<Scenario> {
        let mut draw = Draw::new(seed);
        (0..count).map(|_| draw.scenario()).collect()
    }

    #[test]
    fn the_same_seed_draws_the_same() {
        let described =
            |seed| -> Vec<String> { draw(seed, 20).iter().map(|drawn| format!("{drawn:?}")).collect() };
        assert_eq!(described(3), described(3));
        assert_ne!(described(3), described(4));
    }

    #[test]
    fn chance_reaches_everything() {
        let drawn = draw(1, 2000);
        let met: BTreeSet<_> = drawn.iter().map(|scenario| scenario.fault).collect();
        let all: BTreeSet<_> = faults().map(|fault| fault.what).collect();
        assert_eq!(met, all);
        let good = drawn.iter().filter(|scenario| scenario.truth.joined).count();
        assert!((500..820).contains(&good), "{good}");
        assert!(drawn.iter().all(|scenario| scenario.plan.check().is_ok()));
        assert!(drawn.iter().any(|scenario| scenario.capture.snaplen.is_some()));
        assert!(drawn.iter().all(|scenario| scenario.site.client.len() <= 15));
    }

    #[test]
    fn clients_and_controllers_are_in_different_networks() {
        for scenario in draw(2, 500) {
            let [client, dc] =
                [scenario.site.client_leg.host, scenario.site.dc_leg.host].map(|host| host.octets());
            assert_ne!(client[..3], dc[..3], "{}", scenario.id);
        }
    }
}
