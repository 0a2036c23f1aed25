#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| adjoin_fuzz_targets::generated(bytes));
