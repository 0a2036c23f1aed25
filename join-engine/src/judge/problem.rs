//! A problem, what it stood in the way of, and what overcomes it.

use adjoin_wire::Guid;
use std::net::IpAddr;

use crate::Phase;
use crate::tcp::Sight;

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Confidence {
    Low,
    Medium,
    High,
}

impl Confidence {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What a step is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Goal {
    /// Names of controllers.
    Names,
    /// A suitable controller.
    Controller,
    /// A ticket: for this service, or, empty, any.
    Ticket(String),
    /// A ticket-granting ticket of this client.
    Logon(String),
    /// An SMB session.
    Smb,
    /// An LDAP connection with credentials.
    Ldap,
    /// The port of an interface.
    Port(Option<Guid>),
    /// Calls of an interface.
    Calls(Option<Guid>),
    /// The computer account.
    Account,
    /// The computer's password.
    Password,
    /// A logon of the computer's own account.
    Member,
    /// The secure channel.
    Channel,
    /// Nothing that a join needs.
    Extra,
}

/// A goal that was reached.
#[derive(Clone, Debug)]
pub(crate) struct Success {
    pub(crate) at: Sight,
    pub(crate) goal: Goal,
    /// With NTLM, where that makes a difference.
    pub(crate) ntlm: bool,
    /// With a ticket.
    pub(crate) ticket: bool,
}

/// Something that went wrong.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// Id of the finding.
    pub(crate) id: &'static str,
    pub(crate) phase: Phase,
    /// When it began.
    pub(crate) at: Sight,
    /// When it was certain.
    pub(crate) certain: Sight,
    pub(crate) goal: Goal,
    pub(crate) server: IpAddr,
    /// What happened here, in one sentence.
    pub(crate) what: String,
    /// Frames and what each shows.
    pub(crate) shows: Vec<(u32, String)>,
    pub(crate) confidence: Confidence,
    /// It can't stop a join.
    pub(crate) harmless: bool,
    /// It is about the network, not an answer of a server.
    pub(crate) silence: bool,
    /// What would settle it, where that isn't what the catalogue says.
    pub(crate) settle: Option<&'static str>,
}

impl Problem {
    /// A problem that an answer told.
    pub(crate) fn told(
        id: &'static str,
        phase: Phase,
        at: Sight,
        goal: Goal,
        server: IpAddr,
        what: String,
    ) -> Self {
        Self {
            id,
            phase,
            at,
            certain: at,
            goal,
            server,
            what,
            shows: Vec::new(),
            confidence: Confidence::High,
            harmless: false,
            silence: false,
            settle: None,
        }
    }

    /// Adds a frame as evidence.
    pub(crate) fn showing(mut self, frame: u32, shows: impl Into<String>) -> Self {
        if !self.shows.iter().any(|(known, _)| *known == frame) {
            self.shows.push((frame, shows.into()));
        }
        self
    }

    /// Adds what else a frame shows.
    pub(crate) fn marked(mut self, frame: u32, shows: &str) -> Self {
        match self.shows.iter_mut().find(|(known, _)| *known == frame) {
            Some((_, known)) => {
                known.push_str("; ");
                known.push_str(shows);
                self
            }
            None => self.showing(frame, shows),
        }
    }

    /// It was seen by what did not come.
    pub(crate) fn silent(mut self, certain: Sight, confidence: Confidence) -> Self {
        self.certain = certain;
        self.confidence = confidence;
        self.silence = true;
        self
    }

    /// It can't stop a join.
    pub(crate) fn harmless(mut self) -> Self {
        self.harmless = true;
        self
    }

    /// Reaching `success` later means that this was survived.
    pub(crate) fn is_overcome_by(&self, success: &Success) -> bool {
        if success.at.time <= self.at.time {
            return false;
        }
        let reached = &success.goal;
        // Whoever gets so far has overcome all that came before.
        if matches!(reached, Goal::Account | Goal::Password | Goal::Member | Goal::Channel) {
            return true;
        }
        match &self.goal {
            Goal::Names => !matches!(reached, Goal::Extra),
            Goal::Controller => !matches!(reached, Goal::Names | Goal::Extra),
            Goal::Logon(name) => match reached {
                Goal::Logon(other) => name.is_empty() || other.eq_ignore_ascii_case(name),
                Goal::Smb | Goal::Ldap => true,
                _ => false,
            },
            Goal::Ticket(name) => match reached {
                Goal::Ticket(other) => name.is_empty() || other.eq_ignore_ascii_case(name),
                Goal::Logon(_) => name.is_empty(),
                Goal::Smb => name.is_empty() || service_of(name, &["cifs", "host"]),
                Goal::Ldap => name.is_empty() || service_of(name, &["ldap", "gc"]),
                Goal::Calls(_) => !service_of(name, &["cifs"]),
                _ => false,
            },
            Goal::Smb => matches!(reached, Goal::Smb),
            Goal::Ldap => matches!(reached, Goal::Ldap),
            Goal::Port(interface) => {
                matches!(reached, Goal::Port(other) | Goal::Calls(other) if interface.is_none() || other == interface)
            }
            Goal::Calls(interface) => {
                matches!(reached, Goal::Calls(other) if interface.is_none() || other == interface)
            }
            Goal::Account | Goal::Password | Goal::Member | Goal::Channel | Goal::Extra => false,
        }
    }
}

/// The principal is one of these services.
fn service_of(name: &str, services: &[&str]) -> bool {
    let service = name.split('/').next().unwrap_or_default();
    services.iter().any(|known| known.eq_ignore_ascii_case(service))
}
