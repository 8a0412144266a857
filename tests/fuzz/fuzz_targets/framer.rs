//! A stream of bytes, cut in different ways.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| actix_qmp_tests::fuzz::framer(data));
