//! A bug on purpose, to see that AddressSanitizer stops a program that has Rust with it: loaded before a program, the
//! library reads beyond an allocation before `main`. It is no part of any crate.

extern "C" fn plant() {
    let memory = std::hint::black_box(vec![1_u8; 8]);
    let size = std::hint::black_box(memory.len());
    // SAFETY: there is none; this is the bug.
    std::hint::black_box(unsafe { memory.as_ptr().add(size).read() });
}

// SAFETY: what stands in this section is a function without arguments, as the loader calls them.
#[used]
#[unsafe(link_section = ".init_array")]
static PLANT: extern "C" fn() = plant;
