//! Dynamic updates, RFC 2136.

use crate::message::Message;
use crate::record::{Class, Question, Record, RecordType, Records};
use adjoin_wire::WireError;

/// A message with OPCODE UPDATE, its sections under the names that RFC 2136 2 gives them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Update<'a> {
    /// The zone to be changed; absent when the section is empty or broken.
    pub zone: Option<Question<'a>>,
    prerequisites: Records<'a>,
    updates: Records<'a>,
}

/// What must hold before anything is changed (RFC 2136 2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Prerequisite {
    /// The name owns at least one record (2.4.4).
    NameInUse,
    /// The name owns no record (2.4.5).
    NameNotInUse,
    /// The name owns a record of this type, whatever it says (2.4.1).
    TypeExists,
    /// The name owns no record of this type (2.4.3).
    TypeAbsent,
    /// The name owns this very record (2.4.2).
    RecordExists,
}

/// What is to be changed (RFC 2136 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Change {
    /// The record is added (2.5.1).
    Add,
    /// All records of this type are deleted (2.5.2).
    DeleteType,
    /// All records of the name are deleted (2.5.3).
    DeleteName,
    /// This very record is deleted (2.5.4).
    DeleteRecord,
}

impl Prerequisite {
    /// What `record` asks for, by its class and type.
    #[must_use]
    pub fn of(record: &Record<'_>) -> Self {
        match (record.class.value, record.rtype.value) {
            (Class::ANY, RecordType::ANY) => Self::NameInUse,
            (Class::NONE, RecordType::ANY) => Self::NameNotInUse,
            (Class::ANY, _) => Self::TypeExists,
            (Class::NONE, _) => Self::TypeAbsent,
            _ => Self::RecordExists,
        }
    }
}

impl Change {
    /// What `record` asks for, by its class and type.
    #[must_use]
    pub fn of(record: &Record<'_>) -> Self {
        match (record.class.value, record.rtype.value) {
            (Class::ANY, RecordType::ANY) => Self::DeleteName,
            (Class::ANY, _) => Self::DeleteType,
            (Class::NONE, _) => Self::DeleteRecord,
            _ => Self::Add,
        }
    }
}

impl<'a> Update<'a> {
    pub(crate) fn new(message: &Message<'a>) -> Self {
        Self { zone: message.question(), prerequisites: message.answers, updates: message.authorities }
    }

    /// The prerequisites, each with the record that carries it.
    pub fn prerequisites(
        &self,
    ) -> impl core::iter::FusedIterator<Item = Result<(Prerequisite, Record<'a>), WireError>> + use<'a> {
        self.prerequisites.iter().map(|record| record.map(|r| (Prerequisite::of(&r), r)))
    }

    /// The changes, each with the record that carries it.
    pub fn changes(
        &self,
    ) -> impl core::iter::FusedIterator<Item = Result<(Change, Record<'a>), WireError>> + use<'a> {
        self.updates.iter().map(|record| record.map(|r| (Change::of(&r), r)))
    }
}
