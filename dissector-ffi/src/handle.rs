//! The handle: an engine, what it last said, and what went wrong inside it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use adjoin_capture::Frame;
use join_engine::Engine;
use join_engine::show::{Place, Row, View, What};

use crate::rows::{AdjoinView, Shown};
use crate::tables;

/// After so many panics the engine is left alone: a fault that comes with every frame must not
/// cost time and memory for every frame.
const PANICS_TOLERATED: usize = 64;

/// All that is known of one capture. Opaque.
#[derive(Debug)]
pub struct AdjoinCapture {
    engine: Engine,
    shown: Shown,
    /// Frame number and message of each panic that was caught.
    panics: Vec<(u32, String)>,
    last_fed: u32,
}

impl AdjoinCapture {
    pub(crate) fn new() -> Self {
        Self { engine: Engine::new(), shown: Shown::default(), panics: Vec::new(), last_fed: 0 }
    }

    pub(crate) fn feed(&mut self, frame: &Frame<'_>) {
        self.last_fed = frame.number;
        self.attempt(frame.number, |engine| engine.feed(frame));
    }

    pub(crate) fn finish(&mut self) {
        self.attempt(self.last_fed, Engine::finish);
    }

    pub(crate) fn rows(&mut self, number: u32, bytes: &[u8]) -> AdjoinView {
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
        view.rows.extend(failures.filter_map(|(_, message)| {
            let text = format!("adjoin failed on this frame, please report it: {message}");
            Some(Row {
                depth: 0,
                place: Place::Generated,
                what: What::Finding { id: tables::internal()?, text },
            })
        }));
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
                // A payload whose destructor panics would unwind out of here.
                std::mem::forget(payload);
                None
            }
        }
    }
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
    use crate::tables::findings;
    use std::ffi::CStr;

    #[test]
    fn a_panic_becomes_a_finding_of_its_frame_and_the_next_frame_goes_on() {
        let mut capture = AdjoinCapture::new();
        assert_eq!(capture.attempt(7, |_| -> u32 { panic!("7 is unlucky") }), None);
        assert_eq!(capture.attempt(8, |_| 8), Some(8));
        assert_eq!(capture.rows(8, &[]).row_count, 0);

        let view = capture.rows(7, &[]);
        assert_eq!(view.row_count, 1);
        // SAFETY: one row, valid until the next call on `capture`.
        let row = unsafe { &*view.rows };
        assert_eq!(row.what, AdjoinWhat::Finding);
        // SAFETY: rows carry text that ends in NUL; tables carry constant strings.
        let (text, id) =
            unsafe { (CStr::from_ptr(row.text), CStr::from_ptr(findings()[row.index as usize].id)) };
        assert!(text.to_str().unwrap().ends_with("7 is unlucky"), "{text:?}");
        assert_eq!(id, c"ADJOIN-INTERNAL");
    }

    #[test]
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
        assert_eq!(capture.rows(0, &[]).row_count, 1);
        assert_eq!(capture.rows(199, &[]).row_count, 0);
    }
}
