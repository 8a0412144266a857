//! Faults of clients and of the system, over real sockets; after each the next client is answered, and where a program of
//! its own runs on, its descriptors, threads and memory are back.
#![allow(clippy::unwrap_used, reason = "a test that unwraps wrongly fails, as it should")]

#[path = "faults/base.rs"]
mod base;
#[path = "faults/clock.rs"]
mod clock;
#[path = "faults/descriptors.rs"]
mod descriptors;
#[path = "faults/full_disk.rs"]
mod full_disk;
#[path = "faults/half_close.rs"]
mod half_close;
#[path = "faults/handlers.rs"]
mod handlers;
#[path = "faults/never_reading.rs"]
mod never_reading;
#[path = "faults/signals.rs"]
mod signals;
#[path = "faults/slow_senders.rs"]
mod slow_senders;
#[path = "faults/vanishing.rs"]
mod vanishing;
