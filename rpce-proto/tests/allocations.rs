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
fn a_bind_and_its_contexts() {
    use rpce_proto::{Body, OfferedContext, Pdu, PduType, PduWriter, SyntaxId};
    let syntaxes = [SyntaxId::NDR, SyntaxId::NDR64];
    let context =
        OfferedContext { p_cont_id: 0, abstract_syntax: SyntaxId::NDR, transfer_syntaxes: &syntaxes };
    let bytes = PduWriter::default().bind(PduType::BIND, 0, &[context; 3]).unwrap();
    let count = allocations(|| {
        let Body::Bind(bind) = Pdu::parse(&bytes).unwrap().body else { return };
        let syntaxes = bind.contexts.iter().flatten().flat_map(|c| c.transfer_syntaxes.iter());
        assert_eq!(syntaxes.count(), 6);
    });
    assert_eq!(count, 0);
}
