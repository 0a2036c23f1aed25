//! Reading a message allocates nothing.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    unreachable_pub,
    reason = "tests may panic"
)]
#![allow(unsafe_code, reason = "an allocator that counts")]

use kerberos_proto::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local!(static COUNT: Cell<usize> = const { Cell::new(0) });

// SAFETY: every call is handed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get().saturating_add(1)));
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

#[test]
fn none() {
    let enc = encode::Encrypted { etype: Etype(18), kvno: Some(2), cipher: &[0; 1000] };
    let name = encode::Name { name_type: NameType::SRV_INST, parts: &["krbtgt", "R"] };
    let ticket = encode::Ticket { realm: "R", sname: name, enc_part: enc };
    let ap_req = encode::ApReq { ap_options: ApOptions::default(), ticket, authenticator: enc }.to_der();
    let till = KerberosTime::from_ascii(b"20370913024805Z").unwrap();
    let tgs = encode::KdcReq {
        padata: &[(PaType::TGS_REQ, &ap_req)],
        realm: "R",
        sname: Some(name),
        etype: &[Etype(18), Etype(23)],
        till,
        ..Default::default()
    }
    .to_tgs_req();
    let e_data = encode::ext_error(0xc000_0072);
    let error = encode::KrbError { e_data: Some(&e_data), stime: till, ..Default::default() }.to_der();

    let before = COUNT.with(Cell::get);
    let Ok(Message::TgsReq(request)) = Message::parse(&tgs) else { panic!() };
    let inner = ApReq::parse(request.ap_req().unwrap().value).unwrap();
    let failed = KrbError::parse(&error).unwrap();
    let status = failed.ext_error().unwrap().status.value;
    assert_eq!(COUNT.with(Cell::get), before);
    assert_eq!((*inner.authenticator.cipher_length, status), (1000, 0xc000_0072));
}
