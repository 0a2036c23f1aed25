//! Follows a Windows domain join through a capture: which protocol speaks, which phase of the join
//! it is, and what each message says.
//!
//! * [`Engine`] is fed with every frame once, in order, and asked for any frame afterwards.
//! * [`show`] is what it answers: flat [rows](show::Row) that any tree can be drawn from, and the
//!   table of all [fields](show::fields).
//! * [`catalogue`] lists the findings.
//! * [`report`] is the verdict on each join, [`ladder`] its steps as a diagram shows them, and
//!   [`identities`] the names that both may show.
//!
//! ```
//! use adjoin_capture::{Frame, LinkType};
//! use join_engine::Engine;
//!
//! let mut engine = Engine::new();
//! let frame = Frame { number: 1, time: 0, link: LinkType::ETHERNET, bytes: &[0; 60], original_length: 60 };
//! engine.feed(&frame);
//! engine.finish();
//! assert_eq!(engine.view(1, frame.bytes), None);
//! ```
#![forbid(unsafe_code)]

pub mod annotated;
mod bounded;
pub mod catalogue;
pub mod identities;
mod judge;
pub mod ladder;
mod log;
mod log_lines;
pub mod moments;
mod options;
mod phase;
pub mod report;
mod report_text;
pub mod show;
pub mod sides;
mod speak;
mod story;
mod tcp;
mod tracker;

pub use identities::Identities;
pub use ladder::Ladder;
pub use options::Options;
pub use phase::Phase;
pub use report::Report;

use std::collections::BTreeMap;

use adjoin_capture::{Capture, Frame, Limits, Stats};
use judge::{Remark, Settled, Watch};
use show::View;
use tracker::Tracker;

/// Most frames of which something is said before the capture has ended.
const MAX_REMARKED: usize = 1 << 16;

/// Where only the report is wanted: connections, octets of their streams that wait for others, and of fragments.
const MAX_CONNECTIONS: usize = 1 << 13;
const MAX_STREAM_BYTES: usize = 16 << 20;
const MAX_FRAGMENT_BYTES: usize = 4 << 20;

/// All that is known of one capture.
#[derive(Debug)]
pub struct Engine {
    capture: Capture,
    tracker: Tracker,
    /// What the verdicts say of single frames: so far, or once the capture has ended.
    remarks: BTreeMap<u32, Vec<Remark>>,
    watch: Watch,
    /// The frame that was fed last, until it was watched or the capture has ended.
    fresh: Option<tcp::Sight>,
    options: Options,
    /// Clients that were judged before the capture ended; nothing where somebody may look at frames.
    settled: Option<Settled>,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    /// An engine for a new capture.
    #[must_use]
    pub fn new() -> Self {
        Self {
            capture: Capture::new(Limits::default()),
            tracker: Tracker::default(),
            remarks: BTreeMap::new(),
            watch: Watch::default(),
            fresh: None,
            options: Options::default(),
            settled: None,
        }
    }

    /// An engine for [`report`](Self::report) alone, in little memory however long the capture is: it forgets
    /// what messages said once they are answered, so [`view`](Self::view) and [`certain`](Self::certain) have
    /// nothing. Where there are many clients, those that were quiet for minutes are judged before the end, by the
    /// options that are set then, and [`moments`](Self::moments) and [`ladders`](Self::ladders) have no steps of
    /// their joins.
    #[must_use]
    pub fn for_report() -> Self {
        let mut limits = Limits::default();
        limits.connections = MAX_CONNECTIONS;
        limits.stream_bytes = MAX_STREAM_BYTES;
        limits.fragment_bytes = MAX_FRAGMENT_BYTES;
        let mut engine =
            Self { capture: Capture::new(limits), settled: Some(Settled::default()), ..Self::new() };
        engine.tracker.log.keep_little();
        engine.tracker.lines.keep_nothing();
        engine
    }

    /// Sets how verdicts are reached, at any time: those of [`Engine::report`] follow at once, those that
    /// [`Engine::view`] shows when [`Engine::finish`] is called again.
    pub fn set_options(&mut self, options: Options) {
        self.options = options;
    }

    /// Takes the next frame of the capture.
    pub fn feed(&mut self, frame: &Frame<'_>) {
        let at = tcp::Sight { frame: frame.number, time: frame.time };
        // Nothing was on the wire then: to the capture it is no frame.
        if annotated::is_log_line(frame) {
            return self.tracker.lines.line(at, &annotated::packets(frame.bytes));
        }
        self.tracker.read(at);
        self.capture.frame(frame, &mut self.tracker);
        self.fresh = Some(at);
        self.settle();
    }

    /// Makes room where only the report is wanted.
    fn settle(&mut self) {
        let Tracker { story, names, .. } = &mut self.tracker;
        let Some(settled) = self.settled.as_mut().filter(|_| story.is_crowded()) else { return };
        let leaving = story.leaving();
        settled.judge(&leaving, story, names, &self.options);
        story.leave(&leaving);
    }

    /// Judges what the frame that was fed last has made certain, so that [`Engine::view`] says it of that
    /// frame already. For those who show frames as they come; [`Engine::finish`] replaces it all.
    pub fn watch(&mut self) {
        let Some(at) = self.fresh.take() else { return };
        let Some(touched) = self.tracker.story.touched() else { return };
        let remarks = self.watch.look(&self.tracker.story, &self.options, at, touched);
        if !remarks.is_empty() && self.remarks.len() < MAX_REMARKED {
            self.remarks.entry(at.frame).or_default().extend(remarks);
        }
    }

    /// The capture has ended: what was still waited for will not come.
    pub fn finish(&mut self) {
        self.capture.finish(&mut self.tracker);
        self.fresh = None;
        self.watch = Watch::default();
        self.remarks.clear();
        if self.settled.is_some() {
            return;
        }
        let (_, remarks, _) = self.judged(|_, _| ());
        for remark in remarks {
            self.remarks.entry(remark.frame).or_default().push(remark);
        }
        for remarks in self.remarks.values_mut() {
            remarks.sort_by_key(Remark::severity);
        }
    }

    /// What there is to show of frame `number`, whose captured octets are `bytes`; nothing for most.
    #[must_use]
    pub fn view(&self, number: u32, bytes: &[u8]) -> Option<View> {
        let mut view = View::default();
        if let Some(packets) = self.tracker.lines.of_line(number) {
            show::log_line(&mut view, bytes, packets);
        }
        for message in self.tracker.log.of_frame(number) {
            show::message(&mut view, message, bytes);
        }
        show::verdicts(&mut view, self.remarks.get(&number).map(Vec::as_slice).unwrap_or_default());
        show::log_links(&mut view, self.tracker.lines.of_packet(number));
        show::leave_out(&mut view, &self.options);
        (!view.rows.is_empty()).then_some(view)
    }

    /// Whether [`Engine::view`] of frame `number` has a message that was put together from several frames.
    #[must_use]
    pub fn is_put_together(&self, number: u32) -> bool {
        self.tracker.log.of_frame(number).any(log::Message::is_put_together)
    }

    /// The verdicts on everything that was fed so far.
    #[must_use]
    pub fn report(&self) -> Report {
        self.judged(|_, _| ()).0
    }

    fn judged<T: Default>(
        &self,
        beside: impl Fn(&judge::Case<'_>, &report::JoinReport) -> T,
    ) -> (Report, Vec<Remark>, Vec<T>) {
        let none = Settled::default();
        let (settled, stats) = (self.settled.as_ref().unwrap_or(&none), self.capture.stats());
        judge::report(&self.tracker.story, &self.tracker.names, stats, &self.options, settled, beside)
    }

    /// The steps of each join, in the order of the joins in [`Engine::report`]: to lay the client's own log
    /// beside them.
    #[must_use]
    pub fn moments(&self) -> Vec<Vec<moments::Moment>> {
        let none = Settled::default();
        let settled = self.settled.as_ref().unwrap_or(&none);
        judge::moments(&self.tracker.story, &self.tracker.names, &self.options, settled)
    }

    /// The ladders of the joins, in the order of the report's.
    #[must_use]
    pub fn ladders(&self) -> Vec<Ladder> {
        self.judged(|case, join| ladder::ladder(case, join, &self.tracker.names)).2
    }

    /// Whom the capture names.
    #[must_use]
    pub fn identities(&self) -> Identities {
        let before = self.settled.as_ref().map(Settled::named).unwrap_or_default();
        identities::identities(before, &self.tracker.story, &self.tracker.names)
    }

    /// Where each finding of [`Engine::report`] became certain: the frame, the finding's id and its sentence.
    pub fn certain(&self) -> impl Iterator<Item = (u32, &'static str, &str)> {
        self.remarks.values().flatten().filter_map(|remark| match &remark.says {
            judge::Says::Finding { text, .. } => {
                Some((remark.frame, catalogue::finding(remark.finding)?.id, text.as_str()))
            }
            judge::Says::Evidence { .. } => None,
        })
    }

    /// Counts of what the capture held.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        self.capture.stats()
    }

    /// Number of messages that were forgotten because there were too many.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.tracker.log.forgotten()
    }
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
