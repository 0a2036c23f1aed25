//! The calls as C makes them, with everything null that can be null.

use std::ffi::CStr;
use std::path::Path;
use std::{ptr, slice};

use dissector_ffi::{
    AdjoinFormat, AdjoinView, adjoin_close, adjoin_feed, adjoin_fields, adjoin_findings, adjoin_finish,
    adjoin_has_buffer, adjoin_joins, adjoin_open, adjoin_report, adjoin_rows, adjoin_set_option,
    adjoin_version,
};

#[test]
fn null_is_tolerated_everywhere() {
    // SAFETY: null is allowed for each of these pointers.
    unsafe {
        adjoin_feed(ptr::null_mut(), 1, 0, 1, ptr::null(), 10, 10);
        adjoin_finish(ptr::null_mut());
        assert!(adjoin_joins(ptr::null_mut(), ptr::null_mut()).is_null());
        assert!(!adjoin_has_buffer(ptr::null_mut(), 1));
        let mut view = AdjoinView { row_count: 5, ..AdjoinView::EMPTY };
        assert_eq!(adjoin_rows(ptr::null_mut(), 1, ptr::null(), 10, &mut view), 0);
        assert_eq!(view.row_count, 0, "the view is overwritten");
        assert!(adjoin_report(ptr::null_mut(), AdjoinFormat::Text as u32).is_null());
        assert!(!adjoin_set_option(ptr::null_mut(), c"patience".as_ptr(), c"5".as_ptr()));
        adjoin_close(ptr::null_mut());
        assert!(!adjoin_fields(ptr::null_mut()).is_null());
        assert!(!adjoin_findings(ptr::null_mut()).is_null());

        let capture = adjoin_open();
        assert!(!capture.is_null());
        assert!(!adjoin_set_option(capture, ptr::null(), c"5".as_ptr()));
        assert!(!adjoin_set_option(capture, c"patience".as_ptr(), ptr::null()));
        adjoin_feed(capture, 1, i64::MIN, u32::MAX, ptr::null(), 10, 0);
        adjoin_feed(capture, 2, i64::MAX, 1, ptr::null(), 0, u32::MAX);
        assert_eq!(adjoin_rows(capture, 1, ptr::null(), usize::MAX, ptr::null_mut()), 0);
        adjoin_finish(capture);
        adjoin_finish(capture);
        assert_eq!(adjoin_rows(capture, u32::MAX, ptr::null(), 0, ptr::null_mut()), 0);
        adjoin_close(capture);
    }
}

#[test]
fn options_are_taken_or_refused() {
    // SAFETY: the handle is open until the end; the texts are constant.
    unsafe {
        let capture = adjoin_open();
        let set = |name: &CStr, value: &CStr| adjoin_set_option(capture, name.as_ptr(), value.as_ptr());
        assert!(set(c"controllers", c"192.0.2.1 2001:db8::1"));
        assert!(set(c"clients", c"203.0.113.1,203.0.113.2"));
        assert!(set(c"off", c"NET,DNS"));
        adjoin_finish(capture);
        assert!(set(c"patience", c"10"), "also when the capture has ended");
        adjoin_finish(capture);

        assert!(!set(c"clients", c"203.0.113.1,here"));
        assert!(!set(c"clients", c"\xff"), "no UTF-8");
        assert!(!set(c"off", c"NOTHING"));
        assert!(!set(c"patience", c"-1"));
        assert!(!set(c"colour", c"red"));
        adjoin_close(capture);
    }
}

#[test]
fn the_report_comes_as_text_and_as_json() {
    // SAFETY: the handle is open until the end, and what it gave is read before the next call.
    unsafe {
        let capture = adjoin_open();
        adjoin_feed(capture, 1, 1_700_000_000_000_000_000, 1, [0; 60].as_ptr(), 60, 60);
        adjoin_finish(capture);
        let text = |format| CStr::from_ptr(adjoin_report(capture, format)).to_str().map(str::to_owned);
        let json = text(AdjoinFormat::Json as u32).unwrap_or_default();
        assert!(json.starts_with('{') && json.contains("\"frames\": 1"), "{json}");
        let lines = text(AdjoinFormat::Text as u32).unwrap_or_default();
        assert!(!lines.is_empty() && !lines.starts_with('{'), "{lines}");
        assert!(adjoin_report(capture, 2).is_null(), "there is no such format");
        assert!(adjoin_report(capture, u32::MAX).is_null());
        adjoin_close(capture);
    }
}

#[test]
fn the_tables_are_the_same_each_time() {
    let (mut fields, mut findings) = (0, 0);
    // SAFETY: the counts may be written; the version is a constant string.
    unsafe {
        assert_eq!(adjoin_fields(&mut fields), adjoin_fields(ptr::null_mut()));
        assert_eq!(adjoin_findings(&mut findings), adjoin_findings(ptr::null_mut()));
        assert_eq!(CStr::from_ptr(adjoin_version()).to_str(), Ok(env!("CARGO_PKG_VERSION")));
    }
    assert_eq!(fields, join_engine::show::fields().count());
    assert_eq!(findings, join_engine::catalogue::FINDINGS.len());
}

#[test]
#[cfg_attr(miri, ignore = "Miri takes too long for a whole join; walk.rs has shorter captures")]
fn joins_are_laid_out_with_their_steps() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/kdc-answer-lost.pcap");
    let mut sample = capture_file::Reader::open(&sample).unwrap();
    // SAFETY: the handle is open until the end; what it gave is read before the next frame; texts end in NUL.
    unsafe {
        let capture = adjoin_open();
        let mut count = 7;
        assert!(adjoin_joins(capture, &mut count).is_null());
        assert_eq!(count, 0);
        let mut number = 0;
        while let Some(frame) = sample.next().unwrap() {
            number += 1;
            let (bytes, length) = (frame.bytes.as_ptr(), frame.bytes.len());
            adjoin_feed(
                capture,
                number,
                frame.time,
                frame.link.0.into(),
                bytes,
                length,
                frame.original_length,
            );
        }
        adjoin_finish(capture);
        let first = adjoin_joins(capture, &mut count);
        assert_eq!(count, 1);
        assert_eq!(adjoin_joins(capture, ptr::null_mut()), first, "the same until something changes");
        let join = &*first;
        let text = |text| CStr::from_ptr(text).to_str().unwrap();
        assert_eq!((text(join.client), text(join.outcome)), ("192.168.50.13", "failed"));
        assert_eq!((join.first_frame, join.last_frame), (3, 80));

        let problems = slice::from_raw_parts(join.problems, join.problem_count);
        let findings = slice::from_raw_parts(adjoin_findings(&mut count), count);
        let root = &problems[0];
        assert_eq!(text(findings[root.finding as usize].id), "KRB-REPLYLOST-MTU");
        assert!(root.is_root && problems.iter().filter(|problem| problem.is_root).count() == 1);
        let evidence = slice::from_raw_parts(root.frames, root.frame_count);
        assert!(evidence.contains(&54) && evidence.is_sorted(), "{evidence:?}");

        let steps = slice::from_raw_parts(join.steps, join.step_count);
        assert!(steps.is_sorted_by_key(|step| step.time_ns));
        let lost = steps.iter().find(|step| step.is_absent).unwrap();
        assert_eq!((&lost.from[..4], &lost.to[..4]), (&[192, 168, 100, 10][..], &[192, 168, 50, 13][..]));
        assert!(!lost.from_client && lost.is_root && lost.port == 88 && lost.address_length == 4);
        assert!(text(lost.comment).contains(text(lost.label)));
        let times = slice::from_raw_parts(join.times, join.time_count);
        assert!(times.iter().any(|times| text(times.phase) == "P3K" && times.unanswered == 1));
        adjoin_close(capture);
    }
}
