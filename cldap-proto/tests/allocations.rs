//! Reading allocates nothing: an LDAP ping, its answer, and the value in it.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "tests")]

use cldap_proto::{LdapPing, ProtocolOp, messages, netlogon_value};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static ALLOCATIONS: Cell<u32> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator unchanged; counting touches a constant-initialised
// thread-local cell only, which allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|n| n.set(n.get().saturating_add(1)));
        // SAFETY: the caller's promise about `layout` is the one that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: `pointer` came from `System.alloc` with this `layout`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn reading_allocates_nothing() {
    let ping: &[u8] = include_bytes!("data/ping_windows10.bin");
    let answer: &[u8] = include_bytes!("data/answer_windows.bin");
    let before = ALLOCATIONS.with(Cell::get);
    let (mut pings, mut values) = (0_u8, 0_u8);
    for message in messages(ping).chain(messages(answer)) {
        match message.complete().unwrap().op {
            ProtocolOp::SearchRequest(search) => pings += u8::from(LdapPing::of(&search).is_some()),
            ProtocolOp::SearchResultEntry(entry) => {
                let value = netlogon_value(&entry).unwrap();
                values += u8::from(netlogon_proto::Message::parse(&value).unwrap().is_extended());
            }
            _ => {}
        }
    }
    assert_eq!(ALLOCATIONS.with(Cell::get), before);
    assert_eq!((pings, values), (1, 1));
}
