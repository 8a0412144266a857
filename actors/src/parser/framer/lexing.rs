//! Values that the reader does not take: no object, or a wrong one. The lexer says where they end and what breaks them.

use bytes::Bytes;

use super::{Frame, Framer, Phase};
use crate::parser::diagnose::diagnose_broken;
use crate::parser::dialect::to_strict;
use crate::parser::lexer::{Dialect, Mistake, Verdict};
use crate::parser::resync::Resync;
use crate::parser::syntax_error::{SyntaxError, excerpt_bytes};

/// Bytes of a damaged string that are looked at to quote it.
const QUOTE_BYTES: usize = 512;

impl Framer {
    /// The value is no request: the lexer catches up.
    pub(super) fn look_again(&mut self) -> Option<Frame> {
        self.reader.take();
        self.phase = Phase::Lexing;
        for piece in self.kept.iter().chain([&self.chunk[..self.scanned]]) {
            let (taken, verdict) = self.lexer.run(piece);
            debug_assert_eq!((taken, verdict), (piece.len(), Verdict::More), "the reader took what the lexer does not");
        }
        None
    }

    pub(super) fn lex(&mut self) -> Option<Frame> {
        let unseen = &self.chunk[self.scanned..];
        let room = self.limits.bytes - self.lexer.taken();
        if room == 0 {
            return self.fail_value(SyntaxError::SizeLimit, self.lexer.depth());
        }
        let (taken, verdict) = self.lexer.run(&unseen[..unseen.len().min(room)]);
        self.scanned += taken;
        self.account(taken);
        match verdict {
            Verdict::More => None,
            Verdict::Complete => self.complete(),
            Verdict::Mistake(mistake) => {
                let (error, owed) = self.describe(mistake);
                self.fail_value(error, owed)
            }
        }
    }

    fn complete(&mut self) -> Option<Frame> {
        let raw = self.take_raw();
        let value = self.strict(raw);
        self.phase = match value.first() {
            Some(b'{' | b'[') => Phase::Ground,
            _ => Phase::Resync(Resync::line()),
        };
        let frame = self.hand_out(Frame::of_value(&value));
        if matches!(self.phase, Phase::Ground) {
            self.drop_blank();
        }
        frame
    }

    fn strict(&self, raw: Bytes) -> Bytes {
        match self.lexer.dialect() {
            Dialect::Strict => raw,
            Dialect::SingleQuotes => to_strict(&raw).into(),
        }
    }

    /// The error for a mistake, and the brackets that it leaves open.
    fn describe(&self, mistake: Mistake) -> (SyntaxError, usize) {
        let depth = self.lexer.depth();
        match mistake {
            Mistake::StrayByte => {
                let last = self.chunk[..self.scanned].last().copied();
                (SyntaxError::Stray(excerpt_bytes(last.as_slice())), depth)
            }
            Mistake::StrayInString { token_at } => {
                (SyntaxError::Stray(excerpt_bytes(&self.value_so_far(token_at, QUOTE_BYTES))), depth)
            }
            // The closer counts for the bracket it should have closed.
            Mistake::WrongCloser => {
                let broken = self.strict(self.value_so_far(0, usize::MAX).into());
                (diagnose_broken(&broken), depth - 1)
            }
            Mistake::TooDeep => (SyntaxError::DepthLimit, depth + 1),
            Mistake::TooManyTokens => (SyntaxError::TokenLimit, depth),
        }
    }

    fn fail_value(&mut self, error: SyntaxError, owed: usize) -> Option<Frame> {
        drop(self.take_raw());
        let resync = if owed == 0 && self.lexer.depth() == 0 { Resync::line() } else { Resync::value(owed) };
        self.fail(error, resync)
    }

    /// Part of the value being read.
    fn value_so_far(&self, from: usize, most: usize) -> Vec<u8> {
        let pieces = self.kept.iter().chain([&self.chunk[..self.scanned]]);
        pieces.flatten().copied().skip(from).take(most).collect()
    }
}
