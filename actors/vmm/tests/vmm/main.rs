//! The machine as an actor, without monitors: commands in, answers and events out.
#![allow(clippy::unwrap_used, reason = "a test that unwraps wrongly fails, as it should")]

mod dumping;
mod migrating;
mod rig;
mod run_control;
