//! The whole way of a frame: from its octets to the rows that are shown.

use crate::check;
use crate::frames::input;
use adjoin_capture::Frame;
use join_engine::Engine;
use join_engine::annotated::UPPER_PDU;
use join_engine::show::{Place, View};

/// [`join_engine::Engine`]: fed with frames, then asked for each of them in both orders. The input
/// is that of [`capture_frames`](crate::capture_frames).
pub fn engine(bytes: &[u8]) {
    let Some(input) = input(bytes) else { return };
    let mut engine = Engine::new();
    let mut time = 0_i64;
    for (number, given) in (1..).zip(&input.frames) {
        time += given.after;
        let original_length = u32::try_from(given.octets.len()).unwrap_or(u32::MAX) + given.cut;
        engine.feed(&Frame { number, time, link: input.link, bytes: given.octets, original_length });
        if let Some(view) = engine.view(number, given.octets) {
            rows(given.octets, &view);
        }
    }
    engine.finish();
    // A line of a log is no frame of the capture.
    let lines = input.link == UPPER_PDU;
    assert!(engine.stats().frames == input.frames.len() as u64 || lines);
    for (number, given) in (1..).zip(&input.frames).collect::<Vec<_>>().into_iter().rev() {
        if let Some(view) = engine.view(number, given.octets) {
            rows(given.octets, &view);
            // Asking changes nothing.
            assert_eq!(
                engine.view(number, given.octets).map(|again| again.rows.len()),
                Some(view.rows.len())
            );
        }
        // Other octets than those that were fed: a display may hold a frame that was cut.
        let half = given.octets.get(..given.octets.len() / 2).unwrap_or_default();
        let _ = engine.view(number, half);
    }
}

/// Every row lies in the frame or in a buffer that is there, and is at most one level deeper than
/// the row before.
pub(crate) fn rows(frame: &[u8], view: &View) {
    let mut depth = 0;
    for (i, row) in view.rows.iter().enumerate() {
        match row.place {
            Place::Generated => {}
            Place::Frame(span) => check::span(frame, span),
            Place::Buffer(index, span) => {
                let buffer = view.buffers.get(usize::from(index));
                assert!(buffer.is_some(), "a buffer that is not there");
                if let Some(buffer) = buffer {
                    check::span(&buffer.bytes, span);
                }
            }
        }
        assert!(i == 0 || row.depth <= depth + 1, "a level was left out at row {i}");
        depth = row.depth;
    }
}
