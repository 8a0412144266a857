//! A schema, and all that is made of it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| actix_qmp_tests::fuzz::schema(data));
