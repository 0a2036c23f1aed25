//! Reading allocates nothing.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|c| c.set(c.get().saturating_add(1)));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(f: impl FnOnce()) -> usize {
    let before = COUNT.with(Cell::get);
    f();
    COUNT.with(Cell::get).saturating_sub(before)
}

#[test]
fn an_answer_and_its_towers() {
    use epmap_proto::{
        Direction, EptMapResponse, EptOpnum, EptStatus, TowerWriter, ept_map_response, guess_encoding,
    };
    use rpce_proto::{ByteOrder, ContextHandle, Encoding, SyntaxId};
    let tower =
        TowerWriter::ncacn_ip_tcp(SyntaxId::NDR, SyntaxId::NDR, 49671, [192, 0, 2, 1].into()).unwrap();
    let towers = [(3, &tower[..]), (4, &tower[..])];
    let stub = ept_map_response(Encoding::NDR64, ContextHandle::NULL, 4, &towers, EptStatus::OK).unwrap();
    let count = allocations(|| {
        let encoding = guess_encoding(&stub, EptOpnum::MAP, Direction::Response, ByteOrder::Little).unwrap();
        let answer = EptMapResponse::parse(&stub, encoding).unwrap();
        assert!(answer.towers.towers().all(|t| t.summary().port.is_some_and(|p| *p == 49671)));
    });
    assert_eq!(count, 0);
}
