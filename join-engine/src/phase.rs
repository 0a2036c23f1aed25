//! The phases of a domain join.

use core::fmt;

/// A phase, in the usual order of Windows 10 and 11. A phase may repeat, and some may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// DNS: names and addresses of domain controllers.
    P1,
    /// LDAP ping: is this domain controller suitable?
    P2,
    /// SMB session to the domain controller.
    P3,
    /// Kerberos tickets for the steps around it.
    P3K,
    /// RPC over a named pipe of that session.
    P4,
    /// LDAP: rootDSE, bind, domain data.
    P5,
    /// Endpoint mapper: the port of an RPC interface.
    P6,
    /// DRSUAPI: names of the domain and of the account.
    P7,
    /// The computer account is created, reused or changed.
    P8,
    /// NETLOGON secure channel.
    P9,
    /// Final steps.
    P10,
}

impl Phase {
    /// All phases, in the order of a join.
    pub const ALL: [Self; 11] = [
        Self::P1,
        Self::P2,
        Self::P3,
        Self::P3K,
        Self::P4,
        Self::P5,
        Self::P6,
        Self::P7,
        Self::P8,
        Self::P9,
        Self::P10,
    ];

    /// The id, such as `P3K`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
            Self::P3K => "P3K",
            Self::P4 => "P4",
            Self::P5 => "P5",
            Self::P6 => "P6",
            Self::P7 => "P7",
            Self::P8 => "P8",
            Self::P9 => "P9",
            Self::P10 => "P10",
        }
    }

    /// The phase in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::P1 => "DNS",
            Self::P2 => "LDAP ping",
            Self::P3 => "SMB session",
            Self::P3K => "Kerberos",
            Self::P4 => "RPC over named pipe",
            Self::P5 => "LDAP",
            Self::P6 => "Endpoint mapper",
            Self::P7 => "DRSUAPI",
            Self::P8 => "Account",
            Self::P9 => "Secure channel",
            Self::P10 => "Finalise",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// The published course of a join: the same phases in the same order, and what can go wrong in each is in
    /// a catalogue here. P0 leaves no packets: only lines of a log belong to it.
    #[test]
    fn the_published_phases() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/facts/phases.toml");
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("skipped: ../shared is not here");
            return;
        };
        let ids = text.lines().filter_map(|line| line.strip_prefix("id = \"")?.strip_suffix('"'));
        assert!(ids.filter(|id| *id != "P0").eq(Phase::ALL.map(Phase::id)));
        let in_logs = netsetup_log::finding_ids();
        let mut known = 0;
        for line in text.lines().filter_map(|line| line.strip_prefix("failures = [")) {
            for id in line.trim_end_matches(']').split(',').map(|id| id.trim_matches(['"', ' '])) {
                let shown = crate::catalogue::FINDINGS.iter().any(|entry| entry.id == id);
                assert!(shown || in_logs.contains(&id), "{id}");
                known += 1;
            }
        }
        assert!(known > 80, "{known}");
    }
}
