//! The ladder of a join: what went between the client and the servers, in the order of time, as plain data
//! that a diagram can be drawn from.
//!
//! It is made from what messages said and from what TCP headers tell, and knows which step a finding is
//! about. It is bounded: of a long join, what a finding marks and the first and last steps stay, and the
//! number of those that were left out is told at their place.

mod build;
mod label;
mod times;

pub(crate) use build::ladder;

/// The ladder of one join.
#[derive(Clone, Debug, Default)]
pub struct Ladder {
    /// Who takes part: the client first, then the servers in the order in which they were met.
    pub hosts: Vec<Party>,
    /// The steps, in the order of time.
    pub steps: Vec<Step>,
    /// Number of steps that are not among them because there were too many.
    pub left_out: usize,
    /// How long answers took, for each phase that asked for something.
    pub times: Vec<PhaseTimes>,
}

/// A host that takes part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// Its address.
    pub address: String,
    /// Its name, where one was seen.
    pub name: Option<String>,
}

/// One step: what a frame said, or that nothing came.
#[derive(Clone, Debug)]
pub struct Step {
    /// The frame; of what did not come, the frame that was waited after.
    pub frame: u32,
    /// The last frame of steps that are the same.
    pub last_frame: u32,
    /// When, in nanoseconds since 1970.
    pub time: i64,
    /// The same for the last of steps that are the same.
    pub last_time: i64,
    /// Sender, as an index of [`Ladder::hosts`]; of what did not come, who should have sent it.
    pub from: usize,
    /// Receiver.
    pub to: usize,
    /// The server's port.
    pub port: u16,
    /// Id of the phase.
    pub phase: &'static str,
    /// What it is, in a few words. Names in it are from the capture and may hold any character.
    pub label: String,
    /// What kind of step it is.
    pub kind: StepKind,
    /// How often the same step came in a row.
    pub times: u32,
    /// The finding that it is evidence for; the worst, where there are several.
    pub mark: Option<Mark>,
    /// Steps that were left out before this one.
    pub left_out_before: usize,
}

/// Kinds of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A message arrived.
    Message,
    /// A message says no.
    Refusal,
    /// Something is asked or sent again.
    Again,
    /// Something that should have come did not.
    Silence,
    /// Something was sent, and did not arrive.
    Lost,
    /// The connection was reset.
    Reset,
    /// A frame without a message, shown because a finding rests on it.
    Header,
}

impl StepKind {
    /// One word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Refusal => "refusal",
            Self::Again => "again",
            Self::Silence => "silence",
            Self::Lost => "lost",
            Self::Reset => "reset",
            Self::Header => "header",
        }
    }

    /// What was sent did not arrive, or was never sent.
    #[must_use]
    pub const fn is_absent(self) -> bool {
        matches!(self, Self::Silence | Self::Lost)
    }
}

/// A finding's mark on a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Stable id of the finding.
    pub id: &'static str,
    /// The part that it plays, such as `root`.
    pub role: &'static str,
}

/// How long the answers of a phase took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseTimes {
    /// Id of the phase.
    pub phase: &'static str,
    /// The phase in words.
    pub name: &'static str,
    /// Requests with an answer.
    pub answered: usize,
    /// Requests without.
    pub unanswered: usize,
    /// Half of the answers took no longer, in nanoseconds.
    pub median: i64,
    /// The slowest answer, in nanoseconds.
    pub slowest: i64,
    /// The request that it was an answer to.
    pub slowest_frame: u32,
}
