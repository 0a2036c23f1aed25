//! The C interface of adjoin: feed frames, get flat rows for a packet tree.
//!
//! Wireshark reports errors by `longjmp` and Rust by unwinding; neither may cross the other's
//! frames. So nothing here calls back: a frame goes in as a pointer and a length, and what is
//! known of it comes out as an array of plain structs that C can walk in its own time.
//!
//! * [`adjoin_open`], [`adjoin_set_option`], [`adjoin_feed`], [`adjoin_finish`], [`adjoin_rows`],
//!   [`adjoin_report`], [`adjoin_joins`], [`adjoin_close`]: one handle for each capture.
//! * [`adjoin_fields`], [`adjoin_findings`]: constant tables, so that registering is a loop.
//! * [`adjoin_version`].
//!
//! Null handles, null pointers and lengths of zero are tolerated everywhere. A panic below is
//! caught and shown as the finding `ADJOIN-INTERNAL` of the frame that caused it.
//!
//! ```
//! use dissector_ffi::{AdjoinView, adjoin_close, adjoin_feed, adjoin_open, adjoin_rows};
//!
//! let frame = [0_u8; 60];
//! let mut view = AdjoinView::EMPTY;
//! // SAFETY: the pointers come from `frame` and `view`; the handle is used by this thread only.
//! let count = unsafe {
//!     let capture = adjoin_open();
//!     adjoin_feed(capture, 1, 0, 1, frame.as_ptr(), frame.len(), 60);
//!     let count = adjoin_rows(capture, 1, frame.as_ptr(), frame.len(), &mut view);
//!     adjoin_close(capture);
//!     count
//! };
//! assert_eq!(count, 0, "zeros are no part of a join");
//! ```
#![deny(unsafe_op_in_unsafe_fn)]

mod handle;
mod joins;
mod options;
mod rows;
mod tables;

use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::slice;

use adjoin_capture::{Frame, LinkType};

pub use handle::{AdjoinCapture, AdjoinFormat};
pub use joins::{AdjoinJoin, AdjoinProblem, AdjoinStep, AdjoinTimes};
pub use rows::{AdjoinBuffer, AdjoinPlace, AdjoinRow, AdjoinView, AdjoinWhat};
pub use tables::{
    AdjoinBase, AdjoinField, AdjoinFinding, AdjoinGroup, AdjoinKind, AdjoinLink, AdjoinSeverity,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Runs `work`; a panic ends here, and `otherwise` is returned.
///
/// Whatever `work` was changing is dropped or overwritten by the caller afterwards, or is only
/// ever read through safe code.
fn stop_unwinding<T>(otherwise: T, work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(otherwise)
}

/// The octets that C passed; none for null and for lengths that no object can have.
///
/// # Safety
/// `bytes` is null or points to `length` readable octets that nobody changes during `'a`.
const unsafe fn octets<'a>(bytes: *const u8, length: usize) -> &'a [u8] {
    if bytes.is_null() || length > isize::MAX as usize {
        return &[];
    }
    // SAFETY: not null, not too long, and readable for `length` octets as the caller promises.
    unsafe { slice::from_raw_parts(bytes, length) }
}

/// The text that C passed; none for null and for what isn't UTF-8.
///
/// # Safety
/// `text` is null or points to octets that end in NUL and that nobody changes during `'a`.
unsafe fn text<'a>(text: *const c_char) -> Option<&'a str> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not null, and ends in NUL as the caller promises.
    unsafe { CStr::from_ptr(text) }.to_str().ok()
}

/// Starts a capture. Null if that fails.
// SAFETY: `adjoin_` is the prefix of this library alone.
#[unsafe(no_mangle)]
pub extern "C" fn adjoin_open() -> *mut AdjoinCapture {
    stop_unwinding(ptr::null_mut(), || Box::into_raw(Box::new(AdjoinCapture::new())))
}

/// Sets how verdicts are reached: the option `name` to what `value` says. All that was fed before counts
/// as well; after `adjoin_finish` call that again.
///
/// - `controllers`: addresses, separated by commas or spaces, of hosts that are domain controllers and
///   never judged as clients, besides those that the capture shows to be some.
/// - `clients`: addresses of the only hosts that are judged as clients; empty for all that join or are
///   members of a domain.
/// - `off`: groups of findings that are left out before the root is chosen, by what their ids begin with,
///   such as `NET,DNS`, or whole ids.
/// - `patience`: seconds that an open request on a TCP connection may wait before its silence counts, 1
///   to 60 in decimal; 3 at first. A client that closes the connection ends the waiting before.
///
/// False, and nothing is changed, for a null pointer, an unknown name, and a value that can't be read,
/// such as a list with a wrong address or with a group that has no finding.
///
/// # Safety
/// `capture` is null or a handle that is open; `name` and `value` are null or end in NUL.
// SAFETY: `adjoin_` is the prefix of this library alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn adjoin_set_option(
    capture: *mut AdjoinCapture,
    name: *const c_char,
    value: *const c_char,
) -> bool {
    // SAFETY: null or an open handle that only this thread uses now, as the caller promises.
    let Some(capture) = (unsafe { capture.as_mut() }) else { return false };
    // SAFETY: as the caller promises; the texts are not kept beyond this call.
    let (Some(name), Some(value)) = (unsafe { (text(name), text(value)) }) else { return false };
    stop_unwinding(false, || capture.set_option(name, value))
}

/// Takes the next frame; each frame of a capture once, in the order of the capture.
///
/// `time_ns` is the capture time in nanoseconds since 1970-01-01 00:00 UTC, `linktype` a LINKTYPE_
/// value of the pcap registry (1 is Ethernet), `original_length` the length on the wire, which is
/// more than `length` where the capture cut the frame.
///
/// # Safety
/// `capture` is null or a handle that is open; `bytes` is null or points to `length` octets.
// SAFETY: `adjoin_` is the prefix of this library alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn adjoin_feed(
    capture: *mut AdjoinCapture,
    number: u32,
    time_ns: i64,
    linktype: u32,
    bytes: *const u8,
    length: usize,
    original_length: u32,
) {
    // SAFETY: null or an open handle that only this thread uses now, as the caller promises.
    let Some(capture) = (unsafe { capture.as_mut() }) else { return };
    // SAFETY: as the caller promises; the octets are not kept beyond this call.
    let bytes = unsafe { octets(bytes, length) };
    // The registry's values have 16 bits; anything else is as good as an unknown type.
    let link = LinkType(u16::try_from(linktype).unwrap_or(u16::MAX));
    let frame = Frame { number, time: time_ns, link, bytes, original_length };
    stop_unwinding((), || capture.feed(&frame));
}

/// Says that the capture has ended: what is still waited for will not come. Rows can be asked for
/// afterwards as before.
///
/// # Safety
/// `capture` is null or a handle that is open.
// SAFETY: `adjoin_` is the prefix of this library alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn adjoin_finish(capture: *mut AdjoinCapture) {
    // SAFETY: null or an open handle that only this thread uses now, as the caller promises.
    let Some(capture) = (unsafe { capture.as_mut() }) else { return };
    stop_unwinding((), || capture.finish());
}

/// Puts what is known of frame `number` into `out` and returns the number of rows; 0 for most
/// frames. `bytes` are the frame's captured octets, the same that were fed.
///
/// What `out` points to afterwards is valid until the next call with this handle.
///
/// # Safety
/// `capture` is null or a handle that is open; `bytes` is null or points to `length` octets;
/// `out` is null or may be written.
// SAFETY: `adjoin_` is the prefix of this library alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn adjoin_rows(
    capture: *mut AdjoinCapture,
    number: u32,
    bytes: *const u8,
    length: usize,
    out: *mut AdjoinView,
) -> usize {
    // SAFETY: null or an open handle that only this thread uses now, as the caller promises.
    let view = match unsafe { capture.as_mut() } {
        Some(capture) => {
            // SAFETY: as the caller promises; the octets are not kept beyond this call.
            let bytes = unsafe { octets(bytes, length) };
            stop_unwinding(AdjoinView::EMPTY, || capture.rows(number, bytes))
        }
        None => AdjoinView::EMPTY,
    };
    if !out.is_null() {
        // SAFETY: not null, and writable as the caller promises.
        unsafe { out.write(view) };
    }
    view.row_count
}

/// Whether the view of frame `number` has a buffer: for those who show octets but no rows.
///
/// # Safety
/// `capture` is null or a handle that is open.
// SAFETY: `adjoin_` is the prefix of this library alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn adjoin_has_buffer(capture: *mut AdjoinCapture, number: u32) -> bool {
    // SAFETY: null or an open handle that only this thread uses now, as the caller promises.
    let Some(capture) = (unsafe { capture.as_mut() }) else { return false };
    stop_unwinding(false, || capture.is_put_together(number))
}

/// The report on all that was fed: what became of each join, and what broke it. Call `adjoin_finish`
/// before, unless more frames are to come.
///
/// `format` is an `AdjoinFormat`. The result is UTF-8 that ends in NUL and is valid until the next
/// call with this handle. Null for a null handle, for an unknown format, and where adjoin failed.
///
/// # Safety
/// `capture` is null or a handle that is open.
// SAFETY: `adjoin_` is the prefix of this library alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn adjoin_report(capture: *mut AdjoinCapture, format: u32) -> *const c_char {
    // SAFETY: null or an open handle that only this thread uses now, as the caller promises.
    let Some(capture) = (unsafe { capture.as_mut() }) else { return ptr::null() };
    stop_unwinding(ptr::null(), || capture.report(format).map_or(ptr::null(), CStr::as_ptr))
}

/// The joins of all that was fed so far, in the order of the report: what became of each, its findings and
/// its steps, as data for tables and diagrams.
///
/// Null, and a count of 0, when there are none. They stay valid until the next frame is fed, an option is
/// set, the capture is finished or closed; asking for rows or reports in between changes nothing.
///
/// # Safety
/// `capture` is null or a handle that is open; `count` is null or may be written.
// SAFETY: `adjoin_` is the prefix of this library alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn adjoin_joins(capture: *mut AdjoinCapture, count: *mut usize) -> *const AdjoinJoin {
    // SAFETY: null or an open handle that only this thread uses now, as the caller promises.
    let joins = match unsafe { capture.as_mut() } {
        Some(capture) => stop_unwinding(&[][..], || capture.joins()),
        None => &[],
    };
    if !count.is_null() {
        // SAFETY: not null, and writable as the caller promises.
        unsafe { count.write(joins.len()) };
    }
    if joins.is_empty() { ptr::null() } else { joins.as_ptr() }
}

/// Frees the handle and all that it gave out.
///
/// # Safety
/// `capture` is null or a handle that is open; it is not used afterwards.
// SAFETY: `adjoin_` is the prefix of this library alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn adjoin_close(capture: *mut AdjoinCapture) {
    if capture.is_null() {
        return;
    }
    // SAFETY: it came from `Box::into_raw` in `adjoin_open` and is closed once.
    let capture = unsafe { Box::from_raw(capture) };
    stop_unwinding((), || drop(capture));
}

/// The table of all fields; rows name a field by its index here. Constant, never freed.
///
/// # Safety
/// `count` is null or may be written.
// SAFETY: `adjoin_` is the prefix of this library alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn adjoin_fields(count: *mut usize) -> *const AdjoinField {
    let table = stop_unwinding(&[][..], tables::fields);
    if !count.is_null() {
        // SAFETY: not null, and writable as the caller promises.
        unsafe { count.write(table.len()) };
    }
    table.as_ptr()
}

/// The table of all findings; rows name a finding by its index here. Constant, never freed.
///
/// # Safety
/// `count` is null or may be written.
// SAFETY: `adjoin_` is the prefix of this library alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn adjoin_findings(count: *mut usize) -> *const AdjoinFinding {
    let table = stop_unwinding(&[][..], tables::findings);
    if !count.is_null() {
        // SAFETY: not null, and writable as the caller promises.
        unsafe { count.write(table.len()) };
    }
    table.as_ptr()
}

/// The version of adjoin, such as `0.1.0`.
// SAFETY: `adjoin_` is the prefix of this library alone.
#[unsafe(no_mangle)]
pub extern "C" fn adjoin_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
