//! The input stream, cut into values: incremental, one item at a time.
//!
//! ```text
//!                     {                         complete: Frame::Request
//!     Ground ------------------> Reading ----------------------------------------> Ground
//!       |  |                        | anything wrong      { } balanced: Frame::Request, Frame::Error
//!       |  |      [ " ' word        v                     [ ] balanced: Frame::Error
//!       |  '--------------------> Lexing ----------------------------------------> Ground
//!       |  ^                     |  \---- scalar complete: Frame::Error --------.
//!       |  |                     | broken brackets, impossible bytes, a limit:  |
//!       |  |                     v                    Frame::Error              v
//!       |  '------------------ Resync <--------------------------------------- (line)
//!       |   newline or `{`       ^
//!       '------------------------'
//!         anything else: Frame::Error
//! ```
//!
//! A value in braces is read as a request while it comes, which is all there is to a well-formed one. Once the reader
//! refuses it, the lexer goes over it again from its first byte, and says where it ends and what is wrong with it.
//!
//! Invariants: each byte of a well-formed request is looked at once; a value that lies in one chunk is a slice of it;
//! memory is taken only for the value being read, only after its limits were checked, and is given away with it; what
//! comes out doesn't depend on how the input was cut; one mistake makes one error.

mod frame;
mod lexing;

use std::collections::VecDeque;
use std::mem;

use bytes::{Buf, Bytes};

pub(crate) use self::frame::{Frame, Limits};
use super::class::{Class, class};
use super::diagnose::diagnose;
use super::garbage_budget::GarbageBudget;
use super::kept::Kept;
use super::lexer::Lexer;
use super::nesting::MAX_DEPTH;
use super::reader::{Read, Reader};
use super::resync::{Progress, Resync};
use super::syntax_error::{SyntaxError, excerpt_bytes};

#[derive(Debug)]
enum Phase {
    Ground,
    /// Within a value in braces that may be a request.
    Reading,
    /// Within any other value.
    Lexing,
    Resync(Resync),
}

/// Cuts QMP's input stream into values.
#[derive(Debug)]
pub(crate) struct Framer {
    limits: Limits,
    phase: Phase,
    reader: Reader,
    lexer: Lexer,
    budget: GarbageBudget,
    waiting: VecDeque<Bytes>,
    /// The chunk being read, from the current value's first byte in it.
    chunk: Bytes,
    /// Bytes of `chunk` already looked at.
    scanned: usize,
    /// The current value's bytes from earlier chunks.
    kept: Kept,
    consumed: usize,
}

impl Default for Framer {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Framer {
    /// A framer at the start of a stream. A depth beyond 1024 is taken as 1024.
    pub(crate) fn new(limits: Limits) -> Self {
        let limits = Limits { depth: limits.depth.min(MAX_DEPTH), ..limits };
        Self {
            limits,
            phase: Phase::Ground,
            reader: Reader::new(limits.depth, limits.tokens),
            lexer: Lexer::new(limits.depth, limits.tokens),
            budget: GarbageBudget::default(),
            waiting: VecDeque::new(),
            chunk: Bytes::new(),
            scanned: 0,
            kept: Kept::default(),
            consumed: 0,
        }
    }

    /// Adds input behind what is there. Nothing is looked at before [`next`](Self::next) is called.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        // A chunk may be used up while others wait behind it: this one is not to overtake them.
        if self.chunk.is_empty() && self.waiting.is_empty() {
            self.chunk = chunk;
        } else if !chunk.is_empty() {
            self.waiting.push_back(chunk);
        }
    }

    /// The next item, or `None` when the input so far holds no further one.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        loop {
            if self.scanned == self.chunk.len() {
                self.next_chunk()?;
            }
            let item = match self.phase {
                Phase::Ground => self.ground(),
                Phase::Reading => self.read(),
                Phase::Lexing => self.lex(),
                Phase::Resync(resync) => self.resync(resync),
            };
            if item.is_some() {
                return item;
            }
        }
    }

    /// The end of input: what is unfinished will stay so. The framer is at the start of a stream afterwards.
    ///
    /// Call [`next`](Self::next) until `None` before; input that is still there is thrown away.
    pub(crate) fn finish(&mut self) -> Option<SyntaxError> {
        let unfinished = self.is_within_value();
        let depth = self.lexer.depth();
        let tail = self.take_raw();
        self.reader.take();
        self.waiting = VecDeque::new();
        self.chunk = Bytes::new();
        self.phase = Phase::Ground;
        // A bare word is delimited by the end of input; a string or a bracket is not.
        let is_word = depth == 0 && tail.first().is_some_and(|&byte| class(byte) == Class::Word);
        match (unfinished, is_word) {
            (false, _) => None,
            (true, false) => Some(SyntaxError::PrematureEnd),
            (true, true) => Some(diagnose(&tail).unwrap_or(SyntaxError::NotAnObject)),
        }
    }

    /// Input bytes looked at since the last call: the flow-control window opens by them. Bytes of an
    /// unfinished value count, so that a value larger than the window still comes through.
    pub(crate) fn take_consumed(&mut self) -> usize {
        mem::take(&mut self.consumed)
    }

    /// Whether there is input that has not been looked at.
    pub(crate) fn has_input(&self) -> bool {
        self.scanned < self.chunk.len() || !self.waiting.is_empty()
    }

    /// Errors that were not handed out because garbage came in a flood.
    pub(crate) fn withheld(&self) -> u64 {
        self.budget.withheld()
    }

    fn next_chunk(&mut self) -> Option<()> {
        if self.is_within_value() {
            self.kept.push(mem::take(&mut self.chunk), self.limits.bytes);
        }
        // Also when nothing waits: it must not hold its buffer while the client is silent.
        self.chunk = Bytes::new();
        self.scanned = 0;
        self.chunk = self.waiting.pop_front()?;
        if self.waiting.is_empty() {
            self.waiting = VecDeque::new();
        }
        Some(())
    }

    fn ground(&mut self) -> Option<Frame> {
        self.drop_blank();
        let &byte = self.chunk.first()?;
        match class(byte) {
            Class::Space => None,
            Class::Open | Class::Quote => self.begin_value(byte),
            Class::Word if matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-') => self.begin_value(byte),
            Class::Close | Class::Separator => {
                self.drop_front(1);
                self.fail(SyntaxError::ExpectingValue, Resync::line())
            }
            Class::Word | Class::Impossible => {
                let error = SyntaxError::Stray(excerpt_bytes(&[byte]));
                self.drop_front(1);
                self.fail(error, Resync::line())
            }
        }
    }

    fn begin_value(&mut self, first: u8) -> Option<Frame> {
        self.lexer.reset();
        self.phase = if first == b'{' { Phase::Reading } else { Phase::Lexing };
        None
    }

    fn is_within_value(&self) -> bool {
        matches!(self.phase, Phase::Reading | Phase::Lexing)
    }

    fn read(&mut self) -> Option<Frame> {
        let room = self.limits.bytes - self.reader.taken();
        if room == 0 {
            return self.look_again();
        }
        let end = self.chunk.len().min(self.scanned.saturating_add(room));
        let Ok((taken, read)) = self.reader.run(&self.chunk, self.scanned..end) else {
            return self.look_again();
        };
        self.scanned += taken;
        self.account(taken);
        if read == Read::More {
            return None;
        }
        self.kept = Kept::default();
        self.chunk.advance(mem::take(&mut self.scanned));
        let members = self.reader.take();
        self.phase = Phase::Ground;
        // Most clients end a request with a newline, for which the parser need not be given a turn of its own.
        self.drop_blank();
        Some(Frame::Request(members))
    }

    fn drop_blank(&mut self) {
        let blank = self.chunk.iter().take_while(|&&byte| class(byte) == Class::Space).count();
        self.drop_front(blank);
        if self.chunk.is_empty() {
            // It must not hold its buffer while the client is silent.
            self.chunk = Bytes::new();
        }
    }

    fn resync(&mut self, mut resync: Resync) -> Option<Frame> {
        let (swallowed, progress) = resync.run(&self.chunk, self.limits.depth);
        self.drop_front(swallowed);
        self.phase = match progress {
            Progress::Swallowing => Phase::Resync(resync),
            Progress::Fresh => Phase::Ground,
        };
        None
    }

    fn fail(&mut self, error: SyntaxError, resync: Resync) -> Option<Frame> {
        self.phase = Phase::Resync(resync);
        self.hand_out(Frame::error(error))
    }

    /// Garbage without an `id` is handed out as long as there was input enough to pay for its answer.
    fn hand_out(&mut self, frame: Frame) -> Option<Frame> {
        if let Frame::Error { error, id: None } = &frame {
            self.budget.pay(&error.desc())?;
        }
        Some(frame)
    }

    /// Takes what was read of the value out of the framer.
    fn take_raw(&mut self) -> Bytes {
        let (mut kept, here) = self.take_pieces();
        if kept.is_empty() { here } else { kept.join(&here).into() }
    }

    fn take_pieces(&mut self) -> (Kept, Bytes) {
        (mem::take(&mut self.kept), self.chunk.split_to(mem::take(&mut self.scanned)))
    }

    fn drop_front(&mut self, bytes: usize) {
        self.chunk.advance(bytes);
        self.account(bytes);
    }

    fn account(&mut self, bytes: usize) {
        self.consumed += bytes;
        self.budget.earn(bytes);
    }
}

#[cfg(test)]
mod tests;
