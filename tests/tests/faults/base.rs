//! What a program has while nobody is connected.

use actix_qmp_tests::footprint::Footprint;
use actix_qmp_tests::{Outcome, Program};
use serde_json::json;

/// Memory that the allocator may keep of what was used once.
const RESIDENT_ALLOWANCE: u64 = 16 << 20;

/// A program at rest.
pub(crate) struct Base(Footprint);

impl Base {
    /// After one session, which makes what is made once.
    pub(crate) fn of(program: &Program) -> Outcome<Self> {
        drop(program.session(&[])?);
        Footprint::at_rest(program.pid()).map(Self)
    }

    /// The next client is answered, and all that was taken has been given back.
    pub(crate) fn is_back(&self, program: &Program) -> Outcome {
        let mut client = program.session(&[])?;
        client.execute("query-status", json!({}))?;
        drop(client);
        self.0.wait_until_back(program.pid(), RESIDENT_ALLOWANCE).map(drop)
    }
}
