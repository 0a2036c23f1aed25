//! The Wireshark plugin: what Wireshark looks up in `libadjoin.so`, and adjoin's tables in epan's
//! terms.
//!
//! epan reports errors by `longjmp`, which must never cross a Rust frame. So every call into epan
//! is made by the C files of this folder, which are called by Wireshark itself; Rust is only ever called,
//! through `dissector-ffi`, and returns before epan is called again.
//!
//! SPDX-License-Identifier: GPL-2.0-or-later
#![deny(unsafe_op_in_unsafe_fn)]

mod epan;

use std::ffi::c_int;
use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;
use std::{panic, ptr, slice};

use dissector_ffi::{
    AdjoinBase, AdjoinField, AdjoinFinding, AdjoinGroup, AdjoinKind, AdjoinLink, adjoin_fields,
    adjoin_findings,
};
use epan::{glue_field, glue_finding};

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");

/// Our version, shown in Help > About > Plugins; an array of characters, not a pointer.
// SAFETY: the name is the one that Wireshark looks up in a plugin; nothing else here has it.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "Wireshark's name")]
pub static plugin_version: [u8; VERSION.len()] = {
    let mut version = [0; VERSION.len()];
    let mut rest = VERSION.as_bytes();
    let mut unset: &mut [u8] = &mut version;
    while let ([from, others @ ..], [to, places @ ..]) = (rest, unset) {
        *to = *from;
        (rest, unset) = (others, places);
    }
    version
};

/// The series that this was built for; Wireshark refuses to load it into another one.
// SAFETY: the name is the one that Wireshark looks up in a plugin; nothing else here has it.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "Wireshark's name")]
pub static plugin_want_major: c_int = epan::WIRESHARK_VERSION_MAJOR;

/// See [`plugin_want_major`].
// SAFETY: the name is the one that Wireshark looks up in a plugin; nothing else here has it.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "Wireshark's name")]
pub static plugin_want_minor: c_int = epan::WIRESHARK_VERSION_MINOR;

/// What the plugin is, asked from Wireshark 4.4 on: a dissector and a tap listener.
// SAFETY: the name is the one that Wireshark looks up in a plugin; nothing else here has it.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_describe() -> u32 {
    1 | 16
}

/// Called once by Wireshark when it has loaded the plugin.
// SAFETY: the name is the one that Wireshark looks up in a plugin; nothing else here has it.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_register() {
    // A panic is caught at the border and shown in the packet tree. The hook is that of this
    // library's own copy of the standard library; it would print to Wireshark's terminal.
    panic::set_hook(Box::new(|_| {}));
    // SAFETY: only adds function pointers to epan's lists of plugins; nothing there throws.
    unsafe { epan::glue_register() }
}

/// The fields in epan's terms, for `glue.c`.
///
/// # Safety
/// `count` may be written.
// SAFETY: the name is the one that Wireshark looks up in a plugin; nothing else here has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn glue_fields(count: *mut usize) -> *const glue_field {
    static TABLE: OnceLock<Table<glue_field>> = OnceLock::new();
    // SAFETY: `adjoin_fields` gives a constant table and its length.
    unsafe { Table::give(&TABLE, adjoin_fields, field, count) }
}

/// The findings in epan's terms, for `glue.c`.
///
/// # Safety
/// `count` may be written.
// SAFETY: the name is the one that Wireshark looks up in a plugin; nothing else here has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn glue_findings(count: *mut usize) -> *const glue_finding {
    static TABLE: OnceLock<Table<glue_finding>> = OnceLock::new();
    // SAFETY: `adjoin_findings` gives a constant table and its length.
    unsafe { Table::give(&TABLE, adjoin_findings, finding, count) }
}

/// A table whose pointers lead to constant strings.
struct Table<T>(Vec<T>);

// SAFETY: the strings are never changed or freed, and Wireshark has one thread that dissects.
unsafe impl<T> Send for Table<T> {}
// SAFETY: as above; the table is only read.
unsafe impl<T> Sync for Table<T> {}

impl<T> Table<T> {
    /// The address and length of `table`, filled on the first call from what `ours` returns.
    ///
    /// # Safety
    /// `ours` returns the address of a constant array and writes its length; `count` may be written.
    unsafe fn give<F: 'static>(
        table: &'static OnceLock<Self>,
        ours: unsafe extern "C" fn(*mut usize) -> *const F,
        translate: fn(&F) -> T,
        count: *mut usize,
    ) -> *const T {
        let fill = || {
            let mut length = 0;
            // SAFETY: `length` may be written.
            let first = unsafe { ours(&mut length) };
            // SAFETY: a constant array of `length` elements, as the caller promises.
            Self(unsafe { slice::from_raw_parts(first, length) }.iter().map(translate).collect())
        };
        let filled = panic::catch_unwind(AssertUnwindSafe(|| table.get_or_init(fill)));
        let (first, length) = filled.map_or((ptr::null(), 0), |table| (table.0.as_ptr(), table.0.len()));
        // SAFETY: as the caller promises.
        unsafe { count.write(length) };
        first
    }
}

fn field(ours: &AdjoinField) -> glue_field {
    let base = match ours.base {
        AdjoinBase::None => epan::BASE_NONE,
        AdjoinBase::Dec => epan::BASE_DEC,
        AdjoinBase::Hex => epan::BASE_HEX,
    };
    let (kind, display) = match ours.kind {
        AdjoinKind::Group => (epan::FT_NONE, epan::BASE_NONE),
        AdjoinKind::Text => (epan::FT_STRING, epan::BASE_NONE),
        AdjoinKind::Uint => match ours.bits {
            8 => (epan::FT_UINT8, base),
            16 => (epan::FT_UINT16, base),
            32 => (epan::FT_UINT32, base),
            _ => (epan::FT_UINT64, base),
        },
        AdjoinKind::Int => (epan::FT_INT32, base),
        AdjoinKind::Flag => (epan::FT_BOOLEAN, ours.bits),
        AdjoinKind::Guid => (epan::FT_GUID, epan::BASE_NONE),
        AdjoinKind::Duration => (epan::FT_RELATIVE_TIME, epan::BASE_NONE),
        AdjoinKind::Ipv4 => (epan::FT_IPv4, epan::BASE_NONE),
        AdjoinKind::Ipv6 => (epan::FT_IPv6, epan::BASE_NONE),
        AdjoinKind::Bytes => (epan::FT_BYTES, epan::BASE_NONE),
        AdjoinKind::Frame => (epan::FT_FRAMENUM, epan::BASE_NONE),
    };
    let frame_type = match ours.link {
        AdjoinLink::Related => epan::FT_FRAMENUM_NONE,
        AdjoinLink::Request => epan::FT_FRAMENUM_REQUEST,
        AdjoinLink::Response => epan::FT_FRAMENUM_RESPONSE,
    };
    glue_field {
        filter: ours.filter,
        name: ours.name,
        about: ours.about,
        type_: kind,
        display,
        bitmask: ours.mask.into(),
        frame_type,
    }
}

fn finding(ours: &AdjoinFinding) -> glue_finding {
    let group = match ours.group {
        AdjoinGroup::Sequence => epan::PI_SEQUENCE,
        AdjoinGroup::Response => epan::PI_RESPONSE_CODE,
        AdjoinGroup::Malformed => epan::PI_MALFORMED,
        AdjoinGroup::Internal => epan::PI_UNDECODED,
    };
    glue_finding { filter: ours.filter, title: ours.title, group }
}
