//! Faults of clients and of the system, over real sockets; after each the program is as it was before: the next client is
//! answered, and descriptors and threads are back at their number.
//!
//! `QMP_TESTS_FULL=1` does as often what the documentation promises as it says there; otherwise a part of that.
#![allow(clippy::unwrap_used, reason = "a test that unwraps wrongly fails, as it should")]

#[path = "faults/base.rs"]
mod base;
#[path = "faults/descriptors.rs"]
mod descriptors;
#[path = "faults/half_close.rs"]
mod half_close;
#[path = "faults/never_reading.rs"]
mod never_reading;
#[path = "faults/signals.rs"]
mod signals;
#[path = "faults/vanishing.rs"]
mod vanishing;

/// How often: a part in every run, all of it when asked for.
fn times(part: usize, all: usize) -> usize {
    if std::env::var_os("QMP_TESTS_FULL").is_some() { all } else { part }
}
