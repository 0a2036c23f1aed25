//! A whole message, RFC 1035 4.1.

use crate::header::{Header, Opcode, Rcode};
use crate::rdata::Rdata;
use crate::record::{Question, Questions, Records};
use crate::update::Update;
use adjoin_wire::{Cursor, ErrorKind, Partial, WireError};

/// A query, a response or an update.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Message<'a> {
    /// The header.
    pub header: Header,
    /// The question section; the zone of an update.
    pub questions: Questions<'a>,
    /// The answer section; the prerequisites of an update.
    pub answers: Records<'a>,
    /// The authority section; the changes of an update.
    pub authorities: Records<'a>,
    /// The additional section.
    pub additionals: Records<'a>,
}

impl<'a> Message<'a> {
    /// Reads a message: a UDP payload, or [`Frame::message`](crate::Frame::message) on TCP.
    ///
    /// # Errors
    /// `Truncated` when the input ends too early, `Malformed`, `Overrun` or `Trailing` when a name,
    /// a record or RDATA of a known type doesn't have its form, or when octets follow the last record.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Self::parse_partial(bytes).complete()
    }

    /// As [`Message::parse`], keeping what was read before an error. A section that breaks off is
    /// kept: its iterator gives the records before the error, then the error. RDATA that is wrong
    /// doesn't stop the reading of the records behind it.
    #[must_use]
    pub fn parse_partial(bytes: &'a [u8]) -> Partial<Self> {
        Partial::fill(|message: &mut Self| message.read(&mut Cursor::new(bytes)))
    }

    fn read(&mut self, c: &mut Cursor<'a>) -> Result<(), WireError> {
        let bytes = c.peek();
        self.header.read(c)?;
        self.questions = Questions::new(bytes, c.offset(), self.header.qdcount.value);
        let mut questions = self.questions.iter();
        questions.try_for_each(|question| question.map(|_| ()))?;

        let mut wrong_rdata = None;
        let mut end = questions.offset();
        for (section, count) in [
            (&mut self.answers, self.header.ancount.value),
            (&mut self.authorities, self.header.nscount.value),
            (&mut self.additionals, self.header.arcount.value),
        ] {
            *section = Records::new(bytes, end, count);
            let mut records = section.iter();
            for record in records.by_ref() {
                if let Err(error) = record?.rdata() {
                    wrong_rdata = wrong_rdata.or(Some(error));
                }
            }
            end = records.offset();
        }
        if let Some(error) = wrong_rdata {
            return Err(error);
        }
        match bytes.len().saturating_sub(end) {
            0 => Ok(()),
            count => Err(WireError::new(ErrorKind::Trailing { count }, end, "Message")),
        }
    }

    /// The first question, which in practice is the only one.
    #[must_use]
    pub fn question(&self) -> Option<Question<'a>> {
        self.questions.iter().next()?.ok()
    }

    /// RCODE with the upper eight bits that an OPT record adds (RFC 6891 6.1.3).
    #[must_use]
    pub fn rcode(&self) -> Rcode {
        let upper = self
            .additionals
            .iter()
            .map_while(Result::ok)
            .filter_map(|record| record.rdata().ok())
            .find_map(|rdata| match rdata.value {
                Rdata::Opt(opt) => Some(opt.extended_rcode.value),
                _ => None,
            })
            .unwrap_or_default();
        Rcode(u16::from(upper) << 4 | self.header.rcode.value.0)
    }

    /// The message read as an update, when its OPCODE says that it is one.
    #[must_use]
    pub fn update(&self) -> Option<Update<'a>> {
        (self.header.opcode.value == Opcode::UPDATE && self.header.opcode.reached().is_some())
            .then(|| Update::new(self))
    }
}
