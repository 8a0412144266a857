//! The session that is parsed: its bytes, and how far it has come.

use actix_qmp_messages::{Oob, Sequence, SessionKey};

use super::framer::{Framer, Limits};

/// The session that is parsed.
pub(super) struct Session {
    pub(super) key: SessionKey,
    pub(super) framer: Framer,
    pub(super) mode: Mode,
    pub(super) gate: Gate,
    /// The last request that was numbered, in either band.
    pub(super) last: Sequence,
    /// The last one of these that was handed in to the queue.
    pub(super) handed_in: Sequence,
    pub(super) input: Input,
    /// Messages received since the frontend was last given room.
    pub(super) chunks: usize,
    /// Bytes looked at since then.
    pub(super) bytes: usize,
    /// Errors withheld when that was last said in the log.
    withheld_told: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Negotiating,
    Command(Oob),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    Open,
    Closed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    Open,
    /// The client sends no more, but there may be bytes to parse.
    Ended,
    /// And the queue knows.
    Done,
}

impl Session {
    pub(super) fn new(key: SessionKey) -> Self {
        Self {
            key,
            framer: Framer::new(Limits::default()),
            mode: Mode::Negotiating,
            // The queue opens it: somebody may hold the input already.
            gate: Gate::Closed,
            last: Sequence::NONE,
            handed_in: Sequence::NONE,
            input: Input::Open,
            chunks: 0,
            bytes: 0,
            withheld_told: 0,
        }
    }

    /// Said each time it has doubled: whoever sends garbage doesn't fill the log with it.
    pub(super) fn warn_of_garbage(&mut self) {
        let withheld = self.framer.withheld();
        if withheld > 2 * self.withheld_told {
            self.withheld_told = withheld;
            tracing::warn!(monitor = %self.key.monitor, session = %self.key.session, withheld, "garbage_not_answered");
        }
    }

    /// Whether another turn would find something to do.
    pub(super) fn has_work(&self) -> bool {
        self.gate == Gate::Open && (self.framer.has_input() || self.input == Input::Ended)
    }
}
