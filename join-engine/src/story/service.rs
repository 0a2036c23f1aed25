//! What a server is asked for: the ports, and the phase that it is part of.

use crate::Phase;

/// What a server is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Service {
    Dns,
    Ping,
    Kerberos,
    Kpasswd,
    Smb,
    Ldap,
    Ldaps,
    Epm,
    Rpc,
}

impl Service {
    /// The service of a TCP port.
    pub(crate) const fn of_tcp(port: u16) -> Option<Self> {
        Some(match port {
            53 => Self::Dns,
            88 => Self::Kerberos,
            464 => Self::Kpasswd,
            139 | 445 => Self::Smb,
            389 | 3268 => Self::Ldap,
            636 | 3269 => Self::Ldaps,
            135 => Self::Epm,
            _ => return None,
        })
    }

    /// The service of a UDP port; not of 137, which both sides send from.
    pub(crate) const fn of_udp(port: u16) -> Option<Self> {
        Some(match port {
            53 => Self::Dns,
            88 => Self::Kerberos,
            464 => Self::Kpasswd,
            // Connectionless LDAP, and mailslots.
            389 | 138 => Self::Ping,
            _ => return None,
        })
    }

    /// The phase of a join that asks for it.
    pub(crate) const fn phase(self) -> Phase {
        match self {
            Self::Dns => Phase::P1,
            Self::Ping => Phase::P2,
            Self::Smb => Phase::P3,
            Self::Kerberos => Phase::P3K,
            Self::Ldap | Self::Ldaps => Phase::P5,
            Self::Epm => Phase::P6,
            Self::Rpc => Phase::P7,
            Self::Kpasswd => Phase::P8,
        }
    }
}
