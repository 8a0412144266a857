//! Garbage before a session's negotiation, beside QEMU.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| actix_qmp_tests::fuzz::differential(data));
