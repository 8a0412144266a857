//! What a program has while nobody is connected.

use std::time::Duration;

use actix_qmp_tests::footprint::{Footprint, is_idle};
use actix_qmp_tests::{Outcome, Program};
use serde_json::json;

/// Memory that the allocator may keep of what was used once.
const RESIDENT_ALLOWANCE: u64 = 16 << 20;
/// How long CPU time is looked at.
const SPAN: Duration = Duration::from_millis(400);

/// A program at rest.
pub(crate) struct Base(Footprint);

impl Base {
    /// After one session, which makes what is made once.
    pub(crate) fn of(program: &Program) -> Outcome<Self> {
        drop(program.session(&[])?);
        Self::of_process(program.pid())
    }

    /// The next client is answered, all that was taken has been given back, and CPU time is not taken any more.
    pub(crate) fn is_back(&self, program: &Program) -> Outcome {
        let mut client = program.session(&[])?;
        client.execute("query-status", json!({}))?;
        drop(client);
        self.is_back_in_process(program.pid())
    }

    /// Of a process which the caller has brought to rest.
    pub(crate) fn of_process(pid: u32) -> Outcome<Self> {
        Footprint::at_rest(pid).map(Self)
    }

    /// As [`is_back`](Self::is_back); no client is tried.
    pub(crate) fn is_back_in_process(&self, pid: u32) -> Outcome {
        self.0.wait_until_back(pid, RESIDENT_ALLOWANCE)?;
        is_idle(pid, SPAN)
    }
}
