//! Errors that garbage may cause: as many as it has bytes to pay for.
//!
//! Every mistake deserves its error, but a stream of garbage must not make the monitor send many times
//! what it receives. Each error is paid for with input bytes; a client that makes a few mistakes never
//! notices, a flood runs dry.

/// Input bytes that one error costs. An error reply is some 85 bytes: output stays below 4 times input.
const BYTES_PER_ERROR: usize = 32;
/// Errors that may come at once.
const BURST: usize = 32;

/// What garbage may still cost.
#[derive(Debug)]
pub(crate) struct GarbageBudget {
    credit: usize,
    withheld: u64,
}

impl Default for GarbageBudget {
    fn default() -> Self {
        Self { credit: BURST * BYTES_PER_ERROR, withheld: 0 }
    }
}

impl GarbageBudget {
    /// Input was read, good or bad.
    pub(crate) fn earn(&mut self, bytes: usize) {
        self.credit = self.credit.saturating_add(bytes).min(BURST * BYTES_PER_ERROR);
    }

    /// Pays for an error; `None` when it can't be afforded.
    pub(crate) fn pay(&mut self) -> Option<()> {
        let left = self.credit.checked_sub(BYTES_PER_ERROR);
        match left {
            Some(credit) => self.credit = credit,
            None => self.withheld += 1,
        }
        left.map(drop)
    }

    /// Errors that were not sent since the last call.
    pub(crate) fn take_withheld(&mut self) -> u64 {
        std::mem::take(&mut self.withheld)
    }
}
