#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| passdesk::properties::arguments(bytes));
