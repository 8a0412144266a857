//! What an operator writes.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| actix_qmp_tests::fuzz::options(data));
