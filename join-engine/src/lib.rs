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
use judge::{Remark, Watch};
use show::View;
use tracker::Tracker;

/// Most frames of which something is said before the capture has ended.
const MAX_REMARKED: usize = 1 << 16;

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
        }
    }

    /// An engine for [`report`](Self::report) alone: it forgets what messages said once they are answered,
    /// so [`view`](Self::view) knows of few frames.
    #[must_use]
    pub fn for_report() -> Self {
        let mut engine = Self::new();
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
        let (_, remarks) =
            judge::report(&self.tracker.story, &self.tracker.names, self.capture.stats(), &self.options);
        self.fresh = None;
        self.watch = Watch::default();
        self.remarks.clear();
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
        judge::report(&self.tracker.story, &self.tracker.names, self.capture.stats(), &self.options).0
    }

    /// The steps of each join, in the order of the joins in [`Engine::report`]: to lay the client's own log
    /// beside them.
    #[must_use]
    pub fn moments(&self) -> Vec<Vec<moments::Moment>> {
        judge::moments(&self.tracker.story, &self.tracker.names, &self.options)
    }

    /// The ladders of the joins, in the order of the report's.
    #[must_use]
    pub fn ladders(&self) -> Vec<Ladder> {
        let Tracker { story, names, .. } = &self.tracker;
        let beside = |case: &judge::Case<'_>, join: &report::JoinReport| ladder::ladder(case, join, names);
        judge::report_with(story, names, self.capture.stats(), &self.options, beside).2
    }

    /// Whom the capture names.
    #[must_use]
    pub fn identities(&self) -> Identities {
        identities::identities(&self.tracker.story, &self.tracker.names)
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
