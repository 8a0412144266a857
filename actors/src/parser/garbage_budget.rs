//! Errors that garbage may cause: as many as it has bytes to pay for.
//!
//! Every mistake deserves its error, but a stream of garbage must not make the monitor send many times
//! what it receives. Each error is paid for with input bytes; a client that makes a few mistakes never
//! notices, a flood runs dry.

/// Bytes of reply for which one byte of input pays.
const REPLY_BYTES: usize = 4;
/// Input bytes that an error costs at least: what one with a description of 48 characters comes to.
const BYTES_PER_ERROR: usize = 32;
/// Errors that may come at once.
const BURST: usize = 32;
/// Bytes of an error reply around its description, on a monitor with `pretty=on`.
const AROUND: usize = 80;

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

    /// Pays for an error with this description; `None` when it can't be afforded.
    pub(crate) fn pay(&mut self, desc: &str) -> Option<()> {
        let reply = AROUND + desc.chars().map(bytes_on_the_wire).sum::<usize>();
        let left = self.credit.checked_sub(reply.div_ceil(REPLY_BYTES).max(BYTES_PER_ERROR));
        match left {
            Some(credit) => self.credit = credit,
            None => self.withheld += 1,
        }
        left.map(drop)
    }

    /// Errors that were not sent.
    pub(crate) fn withheld(&self) -> u64 {
        self.withheld
    }
}

/// What a character takes in JSON of ASCII; control characters are escaped already.
fn bytes_on_the_wire(char: char) -> usize {
    match char {
        '"' | '\\' => 2,
        char if char.is_ascii() => 1,
        char => 6 * char.len_utf16(),
    }
}
