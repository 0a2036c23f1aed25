//! What the user knows better than the capture tells, and what is not to be reported.

use std::collections::HashSet;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use crate::judge::SECOND;

/// How verdicts are reached. Messages and their fields are shown the same whatever this says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Hosts that are domain controllers: they are never judged as clients. Needed where a capture shows
    /// nothing of it, such as no ticket and no accepted bind; others are known by what they answer.
    pub controllers: Vec<IpAddr>,
    /// The only hosts that are judged as clients, even if one of them looks like a controller; when empty,
    /// all that behave as machines that look for their domain.
    pub clients: Vec<IpAddr>,
    /// Groups of findings that aren't reported, by what their ids begin with: `NET` stands for all `NET-..`,
    /// and `KRB-SKEW` for that one alone. They are left out before the root is chosen, so another problem may
    /// become the root.
    pub off: Vec<String>,
    /// Seconds that an open request on a TCP connection may wait before its silence counts as a problem, 3
    /// unless told otherwise. Silence that made the client close the connection counts after one second all
    /// the same. Values outside of [`Options::PATIENCE`] count as the nearest inside.
    pub patience: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { controllers: Vec::new(), clients: Vec::new(), off: Vec::new(), patience: 3 }
    }
}

impl Options {
    /// The values that [`Options::patience`] can have, in seconds.
    pub const PATIENCE: RangeInclusive<u32> = 1..=60;

    /// Whether the finding isn't to be reported.
    pub(crate) fn is_off(&self, id: &str) -> bool {
        self.off.iter().any(|group| {
            id.strip_prefix(group.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
    }

    /// Whether the host is judged as a client; `known` are those that the capture shows as controllers.
    pub(crate) fn judges(&self, address: IpAddr, known: &HashSet<IpAddr>) -> bool {
        if self.controllers.contains(&address) {
            return false;
        }
        if self.clients.is_empty() { !known.contains(&address) } else { self.clients.contains(&address) }
    }

    /// How long an open request may wait, in nanoseconds.
    pub(crate) fn patience_ns(&self) -> i64 {
        let seconds = self.patience.clamp(*Self::PATIENCE.start(), *Self::PATIENCE.end());
        i64::from(seconds).saturating_mul(SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_end_at_a_hyphen() {
        let off = |group: &str, id| Options { off: vec![group.to_owned()], ..Options::default() }.is_off(id);
        assert!(off("LDAP", "LDAP-389MTU") && off("LDAP-389MTU", "LDAP-389MTU"));
        assert!(!off("LDAP", "LDAPS-CERT") && !off("LDAP-389", "LDAP-389MTU"));
        assert!(!off("", "LDAP-389") && !Options::default().is_off("LDAP-389"));
    }

    #[test]
    fn what_the_user_says_comes_before_what_is_inferred() {
        let [one, two] = [1, 2].map(|last| IpAddr::from([192, 0, 2, last]));
        let known = HashSet::from([one]);
        let plain = Options::default();
        assert!(!plain.judges(one, &known) && plain.judges(two, &known));
        let client = Options { clients: vec![one], ..Options::default() };
        assert!(client.judges(one, &known) && !client.judges(two, &known));
        let both = Options { controllers: vec![one, two], ..client };
        assert!(!both.judges(one, &known) && !both.judges(two, &known));
    }

    #[test]
    fn patience_has_bounds() {
        let wait = |patience| Options { patience, ..Options::default() }.patience_ns() / SECOND;
        assert_eq!([0, 1, 3, 60, 61, u32::MAX].map(wait), [1, 1, 3, 60, 60, 60]);
        assert_eq!(Options::default().patience_ns(), 3 * SECOND);
    }
}
