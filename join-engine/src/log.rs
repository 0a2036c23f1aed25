//! What was understood of the capture, message by message.
//!
//! A message keeps no decoded fields. It remembers where its octets lie, in the frame or in a copy
//! of what was put together from several frames, and how to decode them again when they are shown.

use std::collections::{BTreeMap, VecDeque};

use adjoin_wire::Span;

use crate::Phase;
use crate::show::{Decode, FindingId, Part};

/// Most messages that are kept; the oldest are forgotten first.
const MAX_MESSAGES: usize = 1 << 20;
/// Most messages that are kept where nobody will look at frames: requests that wait for their answers.
const MAX_WAITING: usize = 1 << 12;
/// Most octets of sentences, and of messages that were put together from several frames.
const MAX_KEPT: usize = 256 << 20;
/// Most characters of a sentence: names from the wire can be as long as they like.
const MAX_SENTENCE: usize = 400;

/// No frame has this number.
const NOWHERE: u32 = 0;

/// A message of a join.
#[derive(Debug)]
pub(crate) struct Message {
    /// The frame in which it was complete, or that brought the last of it.
    pub(crate) frame: u32,
    /// The frame that was read when it was understood; not before `frame`.
    read_in: u32,
    /// Absent when it is no part of a join.
    pub(crate) phase: Option<Phase>,
    /// What it says, in one sentence.
    pub(crate) summary: String,
    pub(crate) octets: Octets,
    /// What can be decoded of the octets.
    pub(crate) parts: Vec<Part>,
    /// The frame with the request that this answers.
    pub(crate) request: Option<u32>,
    /// The frame with the answer to this.
    pub(crate) response: Option<u32>,
    /// When it was understood, in nanoseconds since 1970.
    time: i64,
    /// Nanoseconds between the request and this.
    pub(crate) took: Option<i64>,
    pub(crate) findings: Vec<Remark>,
}

/// A finding about one message.
#[derive(Debug)]
pub(crate) struct Remark {
    pub(crate) id: FindingId,
    pub(crate) text: String,
}

/// Where the octets of a message lie.
#[derive(Debug)]
pub(crate) enum Octets {
    /// Nothing of it is decoded again.
    None,
    /// In its frame.
    Frame(Span),
    /// Nowhere in one piece.
    Kept { name: &'static str, bytes: Box<[u8]> },
}

/// The octets of a message while its frame is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) bytes: &'a [u8],
    /// Offset in the current frame, when all of them lie there in one piece.
    at: Option<usize>,
    /// What they are called when they don't.
    name: &'static str,
}

impl<'a> Source<'a> {
    pub(crate) const fn new(bytes: &'a [u8], at: Option<usize>, name: &'static str) -> Self {
        Self { bytes, at, name }
    }

    /// Octets that lie nowhere in one piece.
    pub(crate) const fn assembled(bytes: &'a [u8], name: &'static str) -> Self {
        Self { bytes, at: None, name }
    }

    /// The octets `span` of these.
    pub(crate) fn sub(&self, span: Span) -> Self {
        Self {
            bytes: self.bytes.get(span.range()).unwrap_or_default(),
            at: self.at.map(|at| at.saturating_add(span.start)),
            name: self.name,
        }
    }

    /// The same octets under another name.
    pub(crate) const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    fn octets(&self) -> Octets {
        match self.at {
            Some(at) => Octets::Frame(Span::new(at, at.saturating_add(self.bytes.len()))),
            None => Octets::Kept { name: self.name, bytes: self.bytes.into() },
        }
    }
}

impl Message {
    /// A message in `source` that is complete in `frame`.
    pub(crate) fn new(
        frame: u32,
        source: &Source<'_>,
        phase: impl Into<Option<Phase>>,
        summary: String,
    ) -> Self {
        Self {
            frame,
            read_in: frame,
            phase: phase.into(),
            summary,
            octets: source.octets(),
            parts: Vec::new(),
            request: None,
            response: None,
            time: 0,
            took: None,
            findings: Vec::new(),
        }
    }

    /// Adds something to decode in the octets `span` of the message.
    pub(crate) fn part(mut self, decode: Decode, span: Span) -> Self {
        // Messages have one part, rarely three, and there may be a million of them.
        self.parts.reserve_exact(1);
        self.parts.push(Part { decode, span });
        self
    }

    /// Adds all octets as something to decode.
    pub(crate) fn whole(self, decode: Decode) -> Self {
        let len = match &self.octets {
            Octets::None => 0,
            Octets::Frame(span) => span.len(),
            Octets::Kept { bytes, .. } => bytes.len(),
        };
        self.part(decode, Span::new(0, len))
    }

    /// Adds a finding.
    pub(crate) fn finding(mut self, id: FindingId, text: impl Into<String>) -> Self {
        self.remark(id, text);
        self
    }

    /// Adds a finding in place.
    pub(crate) fn remark(&mut self, id: FindingId, text: impl Into<String>) {
        self.findings.push(Remark { id, text: text.into() });
    }

    /// It lies in several frames, and something of it is shown.
    pub(crate) fn is_put_together(&self) -> bool {
        matches!(self.octets, Octets::Kept { .. }) && !self.parts.is_empty()
    }

    fn kept(&self) -> usize {
        let octets = match &self.octets {
            Octets::None | Octets::Frame(_) => 0,
            Octets::Kept { bytes, .. } => bytes.len(),
        };
        self.findings.iter().fold(octets.saturating_add(self.summary.capacity()), |all, remark| {
            all.saturating_add(remark.text.len())
        })
    }
}

/// The number of a message, from 0 in the order of the capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageId(u64);

/// All messages that are kept, in the order of their frames.
#[derive(Debug)]
pub(crate) struct Log {
    /// Most messages that are kept.
    most: usize,
    messages: VecDeque<Message>,
    /// Messages that were forgotten.
    forgotten: u64,
    kept: usize,
    /// Messages that were understood in a later frame than their own, by their own.
    late: BTreeMap<u32, Vec<MessageId>>,
    /// The frame that is being read.
    reading: u32,
    /// When that was captured.
    now: i64,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            most: MAX_MESSAGES,
            messages: VecDeque::new(),
            forgotten: 0,
            kept: 0,
            late: BTreeMap::new(),
            reading: 0,
            now: 0,
        }
    }
}

impl Log {
    /// Nobody will look at frames: keeps only what may be answered yet.
    pub(crate) fn keep_little(&mut self) {
        self.most = MAX_WAITING;
    }

    /// Adds a message; as an answer it is linked with its request.
    pub(crate) fn push(&mut self, mut message: Message, request: Option<MessageId>) -> MessageId {
        let frame = message.frame;
        message.read_in = frame.max(self.reading);
        message.time = self.now;
        shorten(&mut message.summary);
        for remark in &mut message.findings {
            shorten(&mut remark.text);
        }
        if self.most < MAX_MESSAGES {
            // Nobody will read it.
            (message.summary, message.parts, message.findings) = (String::new(), Vec::new(), Vec::new());
        }
        if message.parts.is_empty() {
            message.octets = Octets::None;
        }
        let request = request.and_then(|id| self.get_mut(id)).filter(|request| request.frame != NOWHERE);
        if let Some(request) = request {
            request.response = Some(frame);
            message.request = Some(request.frame);
            message.took = Some(message.time.saturating_sub(request.time));
        }
        self.kept = self.kept.saturating_add(message.kept());
        self.messages.push_back(message);
        while self.messages.len() > self.most || self.kept > MAX_KEPT {
            let Some(oldest) = self.messages.pop_front() else { break };
            self.kept = self.kept.saturating_sub(oldest.kept());
            self.forgotten = self.forgotten.saturating_add(1);
        }
        let id = MessageId(self.forgotten.saturating_add(self.messages.len() as u64).saturating_sub(1));
        if frame < self.reading && self.most == MAX_MESSAGES {
            self.late.entry(frame).or_default().push(id);
        }
        id
    }

    /// Frame `number` is being read now, which was captured at `time`.
    ///
    /// A frame that fails a read filter leaves its number to the next one: what it said is nowhere to be shown.
    pub(crate) fn read(&mut self, number: u32, time: i64) {
        if number == self.reading {
            let again = self.messages.iter_mut().rev().take_while(|message| message.read_in == number);
            again.for_each(|message| message.frame = NOWHERE);
            self.late.remove(&number);
        }
        self.reading = number;
        self.now = time;
    }

    fn get(&self, id: MessageId) -> Option<&Message> {
        let index = usize::try_from(id.0.checked_sub(self.forgotten)?).ok()?;
        self.messages.get(index)
    }

    /// The message, unless it was forgotten.
    pub(crate) fn get_mut(&mut self, id: MessageId) -> Option<&mut Message> {
        let index = usize::try_from(id.0.checked_sub(self.forgotten)?).ok()?;
        self.messages.get_mut(index)
    }

    /// The messages that are complete in `frame`.
    pub(crate) fn of_frame(&self, frame: u32) -> impl Iterator<Item = &Message> {
        // The newest frame is asked for most often, and mostly has none.
        let has_any = self.messages.back().is_some_and(|newest| newest.read_in >= frame);
        let first = if has_any {
            self.messages.partition_point(|message| message.read_in < frame)
        } else {
            self.messages.len()
        };
        let own = self.messages.range(first..).take_while(move |message| message.read_in == frame);
        let late = self.late.get(&frame).into_iter().flatten().filter_map(|id| self.get(*id));
        own.filter(move |message| message.frame == frame).chain(late)
    }

    /// Number of messages that were forgotten because there were too many.
    pub(crate) const fn forgotten(&self) -> u64 {
        self.forgotten
    }
}

/// Cuts a sentence that is too long.
pub(crate) fn shorten(text: &mut String) {
    if text.len() <= MAX_SENTENCE {
        return;
    }
    if let Some((at, _)) = text.char_indices().nth(MAX_SENTENCE) {
        text.truncate(at);
        text.push('\u{2026}');
        text.shrink_to_fit();
    }
}
