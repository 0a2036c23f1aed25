//! The handle: an engine, what it last said, and what went wrong inside it.

use std::any::Any;
use std::ffi::{CStr, CString};
use std::panic::{AssertUnwindSafe, catch_unwind};

use adjoin_capture::Frame;
use join_engine::show::{Place, Row, Value, View, What};
use join_engine::{Engine, Options, Report, catalogue};

use crate::joins::{AdjoinJoin, Joins};
use crate::options;
use crate::rows::{self, AdjoinView, Shown};
use crate::tables;

/// After so many panics the engine is left alone: a fault that comes with every frame must not
/// cost time and memory for every frame.
const PANICS_TOLERATED: usize = 64;

/// So many payloads of panics are freed, each left by the destructor of the one before.
const PAYLOADS: usize = 4;

/// How a report is written.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdjoinFormat {
    /// For people: lines of plain text.
    Text = 0,
    /// For programs: one JSON object, of which `schema` is the version.
    Json = 1,
}

/// All that is known of one capture. Opaque.
#[derive(Debug)]
pub struct AdjoinCapture {
    engine: Engine,
    options: Options,
    shown: Shown,
    report: CString,
    /// The verdicts on what was fed so far, once they were asked for.
    joins: Option<Joins>,
    /// Frame number and message of each panic that was caught.
    panics: Vec<(u32, String)>,
    last_fed: u32,
    /// Whether the engine was told that the capture has ended, and no frame or option came after that.
    finished: bool,
}

impl AdjoinCapture {
    pub(crate) fn new() -> Self {
        Self {
            engine: Engine::new(),
            options: Options::default(),
            shown: Shown::default(),
            report: CString::default(),
            joins: None,
            panics: Vec::new(),
            last_fed: 0,
            finished: false,
        }
    }

    /// Sets the option `name`; false, and nothing is changed, when `name` or `value` can't be read.
    pub(crate) fn set_option(&mut self, name: &str, value: &str) -> bool {
        let mut options = self.options.clone();
        if options::set(&mut options, name, value).is_none() {
            return false;
        }
        self.options = options.clone();
        self.finished = false;
        self.joins = None;
        self.attempt(self.last_fed, |engine| engine.set_options(options)).is_some()
    }

    pub(crate) fn feed(&mut self, frame: &Frame<'_>) {
        self.last_fed = frame.number;
        self.finished = false;
        self.joins = None;
        self.attempt(frame.number, |engine| engine.feed(frame));
    }

    pub(crate) fn finish(&mut self) {
        if !self.finished {
            self.finished = true;
            self.joins = None;
            self.attempt(self.last_fed, Engine::finish);
        }
    }

    /// The report as C reads it, until the next call; `None` for an unknown format and when the engine
    /// fails.
    pub(crate) fn report(&mut self, format: u32) -> Option<&CStr> {
        let write = match format {
            format if format == AdjoinFormat::Text as u32 => Report::to_text,
            format if format == AdjoinFormat::Json as u32 => Report::to_json,
            _ => return None,
        };
        let report = self.attempt(self.last_fed, |engine| write(&engine.report()))?;
        self.report = CString::new(rows::without_nul(&report).into_owned()).ok()?;
        Some(&self.report)
    }

    /// The verdicts on all that was fed, until more is fed or an option changes.
    pub(crate) fn joins(&mut self) -> &[AdjoinJoin] {
        if self.joins.is_none() {
            let judged = self.attempt(self.last_fed, |engine| {
                Joins::new(engine.report().joins.iter().zip(&engine.ladders()))
            });
            self.joins = Some(judged.unwrap_or_default());
        }
        self.joins.as_ref().map(Joins::as_slice).unwrap_or_default()
    }

    pub(crate) fn is_put_together(&mut self, number: u32) -> bool {
        self.attempt(number, |engine| engine.is_put_together(number)).unwrap_or_default()
    }

    pub(crate) fn rows(&mut self, number: u32, bytes: &[u8]) -> AdjoinView {
        // Who asks for the newest frame looks at frames as they come.
        if number == self.last_fed && !self.finished {
            self.attempt(number, Engine::watch);
        }
        let view = self.attempt(number, |engine| engine.view(number, bytes)).flatten();
        self.show(number, view, bytes.len())
    }

    /// Lays out `view` for C, with the internal errors of frame `number` below it.
    fn show(&mut self, number: u32, view: Option<View>, frame_length: usize) -> AdjoinView {
        let failures = self.panics.iter().filter(|(at, _)| *at == number);
        if view.is_none() && failures.clone().next().is_none() {
            return AdjoinView::EMPTY;
        }
        let mut view = view.unwrap_or_default();
        for (_, message) in failures {
            let text = format!("adjoin failed on this frame, please report it: {message}");
            view.rows.extend(internal(text).into_iter().flatten());
        }
        self.shown = Shown::new(view, frame_length);
        self.shown.view()
    }

    /// Runs `work` on the engine. A panic is remembered as one of frame `number`.
    ///
    /// The engine is safe code: after a panic its tables may be out of step with each other, which
    /// can make later conclusions poorer but never touches memory that isn't its own.
    fn attempt<T>(&mut self, number: u32, work: impl FnOnce(&mut Engine) -> T) -> Option<T> {
        if self.panics.len() >= PANICS_TOLERATED {
            return None;
        }
        let engine = &mut self.engine;
        match catch_unwind(AssertUnwindSafe(|| work(engine))) {
            Ok(value) => Some(value),
            Err(payload) => {
                // The same frame is asked for again and again; one message is enough.
                if !self.panics.iter().any(|(at, _)| *at == number) {
                    self.panics.push((number, message(payload.as_ref())));
                }
                discard(payload);
                None
            }
        }
    }
}

/// The rows of a fault of adjoin, like those of every other finding.
fn internal(text: String) -> Option<[Row; 3]> {
    let id = tables::internal()?;
    let finding = catalogue::finding(id)?;
    let row = |depth, what| Row { depth, place: Place::Generated, what };
    let field = |filter, value: &str| {
        Some(What::Field { id: tables::field_id(filter)?, value: Value::Text(value.into()), text: None })
    };
    Some([
        row(0, field("adjoin.finding", finding.id)?),
        row(1, What::Finding { id, text, severity: finding.severity }),
        row(1, field("adjoin.finding.severity", finding.severity.as_str())?),
    ])
}

/// Frees what a panic carried. Its destructor may panic as well, which may not unwind out of here.
fn discard(mut payload: Box<dyn Any + Send>) {
    for _ in 0..PAYLOADS {
        match catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            Ok(()) => return,
            Err(another) => payload = another,
        }
    }
    std::mem::forget(payload);
}

/// The words of a panic.
fn message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests")]
mod tests {
    use super::*;
    use crate::rows::AdjoinWhat;
    use crate::tables::{fields, findings};
    use adjoin_capture::LinkType;
    use std::slice;

    #[test]
    fn a_panic_becomes_a_finding_of_its_frame_and_the_next_frame_goes_on() {
        let mut capture = AdjoinCapture::new();
        assert_eq!(capture.attempt(7, |_| -> u32 { panic!("7 is unlucky") }), None);
        assert_eq!(capture.attempt(8, |_| 8), Some(8));
        assert_eq!(capture.rows(8, &[]).row_count, 0);

        let view = capture.rows(7, &[]);
        // SAFETY: so many rows, valid until the next call on `capture`.
        let rows = unsafe { slice::from_raw_parts(view.rows, view.row_count) };
        let [finding, row, severity] = rows else { panic!("{} rows", rows.len()) };
        for (field, filter, value) in [
            (finding, c"adjoin.finding", c"ADJOIN-INTERNAL"),
            (severity, c"adjoin.finding.severity", c"error"),
        ] {
            assert_eq!(field.what, AdjoinWhat::Field);
            // SAFETY: rows carry text that ends in NUL; tables carry constant strings.
            let is = unsafe {
                (CStr::from_ptr(fields()[field.index as usize].filter), CStr::from_ptr(field.value))
            };
            assert_eq!(is, (filter, value));
        }
        assert_eq!(row.what, AdjoinWhat::Finding);
        // SAFETY: rows carry text that ends in NUL; tables carry constant strings.
        let (text, id) =
            unsafe { (CStr::from_ptr(row.text), CStr::from_ptr(findings()[row.index as usize].id)) };
        assert!(text.to_str().unwrap().ends_with("7 is unlucky"), "{text:?}");
        assert_eq!(id, c"ADJOIN-INTERNAL");
    }

    #[test]
    fn a_panic_that_panics_again_when_it_is_freed_does_not_unwind() {
        struct Twice;
        impl Drop for Twice {
            fn drop(&mut self) {
                std::panic::panic_any("again");
            }
        }
        let mut capture = AdjoinCapture::new();
        assert_eq!(capture.attempt(1, |_| -> u32 { std::panic::panic_any(Twice) }), None);
        assert_eq!(capture.attempt(2, |_| 2), Some(2));
    }

    #[test]
    fn the_end_is_told_once_until_frames_come_again() {
        let mut capture = AdjoinCapture::new();
        capture.finish();
        assert!(capture.finished);
        let frame = Frame { number: 1, time: 0, link: LinkType::ETHERNET, bytes: &[], original_length: 0 };
        capture.feed(&frame);
        assert!(!capture.finished);
    }

    #[test]
    #[cfg_attr(miri, ignore = "Miri takes seconds for each of so many panics")]
    fn endless_panics_stop_being_tried() {
        let mut capture = AdjoinCapture::new();
        let mut tried = 0;
        for number in 0..200 {
            capture.attempt(number, |_| {
                tried += 1;
                std::panic::panic_any(number)
            });
        }
        assert_eq!(tried, PANICS_TOLERATED);
        assert_eq!(capture.rows(0, &[]).row_count, 3);
        assert!(capture.report(AdjoinFormat::Text as u32).is_none(), "the engine is left alone");
        assert_eq!(capture.rows(199, &[]).row_count, 0);
    }
}
