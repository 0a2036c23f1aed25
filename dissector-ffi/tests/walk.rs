//! Everything that the C interface hands out is read to its last octet, as a careless caller would, with frames
//! that are whole, cut, or others than those that were fed. Under a sanitizer or Miri a wrong pointer or length
//! ends the test; without one, the promises of the header are compared with what comes.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "tests")]

use std::ffi::{CStr, c_char};
use std::hint::black_box;
use std::io::Cursor;
use std::slice;

use dissector_ffi::{
    AdjoinCapture, AdjoinFormat, AdjoinPlace, AdjoinView, AdjoinWhat, adjoin_close, adjoin_feed,
    adjoin_fields, adjoin_findings, adjoin_finish, adjoin_has_buffer, adjoin_joins, adjoin_open,
    adjoin_report, adjoin_rows,
};

/// Name and octets of captures; Miri takes its time, and gets the small ones.
const SAMPLES: &[(&str, &[u8])] = &[
    ("ldap-ping", include_bytes!("../../samples/ldap-ping.pcap")),
    ("wrong-password", include_bytes!("../../samples/wrong-password.pcap")),
    #[cfg(not(miri))]
    ("kdc-answer-lost", include_bytes!("../../samples/kdc-answer-lost.pcap")),
    #[cfg(not(miri))]
    ("joined", include_bytes!("../../samples/joined.pcap")),
    #[cfg(not(miri))]
    ("windows7-join", include_bytes!("../../samples/windows7-join.pcap")),
];

/// As many frames of each are fed.
const FRAMES: usize = if cfg!(miri) { 12 } else { usize::MAX };

struct Frame {
    number: u32,
    time: i64,
    link: u32,
    bytes: Vec<u8>,
    original: u32,
}

fn frames(capture: &'static [u8]) -> Vec<Frame> {
    let mut reader = capture_file::Reader::new(Box::new(Cursor::new(capture)), "sample").unwrap();
    let mut frames = Vec::new();
    while let Some(record) = reader.next().unwrap().filter(|_| frames.len() < FRAMES) {
        frames.push(Frame {
            number: u32::try_from(frames.len()).unwrap().saturating_add(1),
            time: record.time,
            link: record.link.0.into(),
            bytes: record.bytes.to_vec(),
            original: record.original_length,
        });
    }
    frames
}

/// Feeds the frames as `change` leaves them.
fn feed(frames: &[Frame], change: impl Fn(&mut Vec<u8>)) -> *mut AdjoinCapture {
    let capture = adjoin_open();
    for frame in frames {
        let mut bytes = frame.bytes.clone();
        change(&mut bytes);
        // SAFETY: an open handle, and octets that exist.
        unsafe {
            adjoin_feed(
                capture,
                frame.number,
                frame.time,
                frame.link,
                bytes.as_ptr(),
                bytes.len(),
                frame.original,
            );
        }
    }
    capture
}

/// Every octet is looked at, so that whoever checks memory sees it.
fn read(octets: &[u8]) {
    black_box(octets.iter().fold(0_u8, |sum, octet| sum ^ octet));
}

/// # Safety
/// `text` is null or ends in NUL.
unsafe fn read_text(text: *const c_char) -> usize {
    if text.is_null() {
        return 0;
    }
    // SAFETY: as the caller promises.
    let text = unsafe { CStr::from_ptr(text) };
    assert!(text.to_str().is_ok(), "{text:?} is no UTF-8");
    text.to_bytes().len()
}

/// The rows of a frame, which are as the header promises.
///
/// # Safety
/// `capture` is open.
unsafe fn walk(capture: *mut AdjoinCapture, number: u32, bytes: &[u8]) -> usize {
    let (mut field_count, mut finding_count) = (0, 0);
    let mut view = AdjoinView::EMPTY;
    // SAFETY: the handle is open; the counts and the view may be written; what the view leads to is read before
    // the next call.
    unsafe {
        adjoin_fields(&mut field_count);
        adjoin_findings(&mut finding_count);
        black_box(adjoin_has_buffer(capture, number));
        let count = adjoin_rows(capture, number, bytes.as_ptr(), bytes.len(), &mut view);
        assert_eq!(count, view.row_count);
        if count == 0 {
            return 0;
        }
        let buffers = match view.buffer_count {
            0 => &[],
            count => slice::from_raw_parts(view.buffers, count),
        };
        for buffer in buffers {
            read_text(buffer.name);
            read(slice::from_raw_parts(buffer.bytes, buffer.length));
        }
        for row in slice::from_raw_parts(view.rows, count) {
            let table = if row.what == AdjoinWhat::Field { field_count } else { finding_count };
            assert!((row.index as usize) < table);
            let within = match row.place {
                AdjoinPlace::Generated => usize::MAX,
                AdjoinPlace::Frame => bytes.len(),
                AdjoinPlace::Buffer => buffers[row.buffer as usize].length,
            };
            assert!(row.offset as usize <= within && row.length as usize <= within - row.offset as usize);
            read(slice::from_raw_parts(row.value.cast(), row.value_length));
            assert_eq!(*row.value.add(row.value_length), 0, "a NUL follows");
            assert_eq!(read_text(row.text), row.text_length);
        }
        count
    }
}

/// Reports and joins.
///
/// # Safety
/// `capture` is open.
unsafe fn conclusions(capture: *mut AdjoinCapture) {
    // SAFETY: the handle is open; what it gives is read before the next call.
    unsafe {
        for format in [AdjoinFormat::Text, AdjoinFormat::Json] {
            assert!(read_text(adjoin_report(capture, format as u32)) > 0);
        }
        let mut count = 0;
        let first = adjoin_joins(capture, &mut count);
        let joins = if first.is_null() { &[] } else { slice::from_raw_parts(first, count) };
        for join in joins {
            read_text(join.client);
            read_text(join.outcome);
            for at in 0..join.problem_count {
                let problem = &*join.problems.add(at);
                for text in [problem.role, problem.phase, problem.what] {
                    read_text(text);
                }
                for at in 0..problem.frame_count {
                    black_box(*problem.frames.add(at));
                }
            }
            for at in 0..join.step_count {
                let step = &*join.steps.add(at);
                for text in [step.label, step.comment] {
                    read_text(text);
                }
            }
            for at in 0..join.time_count {
                let times = &*join.times.add(at);
                for text in [times.phase, times.name] {
                    read_text(text);
                }
            }
        }
    }
}

#[test]
fn all_that_is_handed_out_can_be_read() {
    for (name, capture) in SAMPLES {
        let frames = frames(capture);
        let capture = feed(&frames, |_| {});
        // SAFETY: the handle is open until the end.
        unsafe {
            adjoin_finish(capture);
            let rows: usize = frames.iter().map(|frame| walk(capture, frame.number, &frame.bytes)).sum();
            assert!(rows > 0, "{name} has nothing to show");
            conclusions(capture);
            adjoin_close(capture);
        }
    }
}

#[test]
fn octets_that_were_not_fed_do_no_harm() {
    for (_, capture) in SAMPLES {
        let frames = frames(capture);
        let capture = feed(&frames, |_| {});
        // SAFETY: the handle is open until the end.
        unsafe {
            for frame in &frames {
                let half = &frame.bytes[..frame.bytes.len() / 2];
                let mut longer = frame.bytes.clone();
                longer.resize(frame.bytes.len().saturating_mul(2), 0xff);
                let turned: Vec<u8> = frame.bytes.iter().map(|octet| !octet).collect();
                for bytes in [half, &longer, &turned, &[]] {
                    walk(capture, frame.number, bytes);
                }
            }
            conclusions(capture);
            adjoin_close(capture);
        }
    }
}

#[test]
fn cut_frames_do_no_harm() {
    let lengths: &[usize] = if cfg!(miri) { &[60] } else { &[0, 1, 14, 33, 42, 60, 96, 128, 300] };
    for (_, capture) in SAMPLES {
        let frames = frames(capture);
        for length in lengths {
            let capture = feed(&frames, |bytes| bytes.truncate(*length));
            // SAFETY: the handle is open until the end.
            unsafe {
                for frame in &frames {
                    let end = frame.bytes.len().min(*length);
                    walk(capture, frame.number, &frame.bytes[..end]);
                }
                adjoin_finish(capture);
                conclusions(capture);
                adjoin_close(capture);
            }
        }
    }
}

#[test]
fn one_wrong_octet_does_no_harm() {
    // Each frame has another octet inverted: the step is no multiple of what headers are long.
    const STEP: usize = if cfg!(miri) { 211 } else { 7 };
    for (_, capture) in SAMPLES {
        let frames = frames(capture);
        for first in (0..STEP).step_by(if cfg!(miri) { STEP } else { 2 }) {
            let change = |bytes: &mut Vec<u8>| {
                let step = if bytes.len() > 400 { STEP * 29 } else { STEP };
                bytes.iter_mut().skip(first).step_by(step).for_each(|octet| *octet = !*octet);
            };
            let capture = feed(&frames, change);
            // SAFETY: the handle is open until the end.
            unsafe {
                for frame in &frames {
                    let mut bytes = frame.bytes.clone();
                    change(&mut bytes);
                    walk(capture, frame.number, &bytes);
                }
                adjoin_finish(capture);
                conclusions(capture);
                adjoin_close(capture);
            }
        }
    }
}
