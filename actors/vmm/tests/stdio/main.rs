//! The program `qmp-vmm` with a monitor on its standard input and output: what is still answered when input ends, and
//! what is left behind for whoever shares the terminal.
#![allow(clippy::unwrap_used, reason = "a test that unwraps wrongly fails, as it should")]

mod end_of_input;
mod giving_back;
mod rig;
mod shared_end;
mod until;
