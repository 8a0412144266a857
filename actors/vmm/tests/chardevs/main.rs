//! The program `qmp-vmm` and the places its monitors are in: what is still answered when standard input ends, what is left
//! behind for whoever shares the terminal, and places that are taken.
#![allow(clippy::unwrap_used, reason = "a test that unwraps wrongly fails, as it should")]

mod end_of_input;
mod giving_back;
mod rig;
mod shared_end;
mod taken_places;
