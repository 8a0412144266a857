//! Where one value of the input stream ends: tokens and brackets, without looking at what they mean.
//!
//! ```text
//!            word byte                 quote
//!   Word <------------- Between ----------------> String <---> Escape
//!     |  --------------->  ^  |  <---------------   |
//!     |   anything else    |__|   same quote        |
//!     |                 brackets, separators,       |
//!     v                 white space                 v
//!   Complete at depth 0    Complete when the last bracket closes
//! ```
//!
//! Every byte is looked at once, and the state between two bytes is all in the struct: the result
//! doesn't depend on how the input is cut into pieces. What keeps the bracket structure intact (a bad
//! literal, a missing comma) is not this file's business; what breaks it is a [`Mistake`] at once.

use super::class::{Class, class};
use super::nesting::Nesting;
use super::scan::{can_be_in_string, find_special};

/// What came of a piece of input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All of it belongs to the value, and there must be more.
    More,
    /// The value is complete; the bytes behind it were not looked at.
    Complete,
    /// The value can't be saved; the last byte taken is the offending one.
    Mistake(Mistake),
}

/// What breaks a value's bracket structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// A byte that can stand nowhere, outside of strings.
    StrayByte,
    /// A byte that can't stand in a string; the string began at this offset of the value.
    StrayInString { token_at: usize },
    /// A closing bracket of the wrong kind.
    WrongCloser,
    /// One bracket too many.
    TooDeep,
    /// One token too many.
    TooManyTokens,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Between,
    Word,
    String { quote: u8 },
    Escape { quote: u8 },
}

/// Which string quotes and escapes a value uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Strict JSON as far as quotes go.
    Strict,
    /// Single quotes, or `\'`: must be rewritten before a JSON parser can read it.
    SingleQuotes,
}

/// Finds the end of one value.
#[derive(Debug)]
pub(crate) struct Lexer {
    max_depth: usize,
    max_tokens: usize,
    state: State,
    nesting: Nesting,
    tokens: usize,
    /// Bytes of the value taken so far.
    taken: usize,
    token_at: usize,
    dialect: Dialect,
}

impl Lexer {
    /// A lexer that stands before a value.
    pub(crate) fn new(max_depth: usize, max_tokens: usize) -> Self {
        Self {
            max_depth,
            max_tokens,
            state: State::Between,
            nesting: Nesting::default(),
            tokens: 0,
            taken: 0,
            token_at: 0,
            dialect: Dialect::Strict,
        }
    }

    /// Stands before a value again.
    pub(crate) fn reset(&mut self) {
        self.state = State::Between;
        self.nesting.clear();
        self.tokens = 0;
        self.taken = 0;
        self.token_at = 0;
        self.dialect = Dialect::Strict;
    }

    /// Bytes of the value taken so far.
    pub(crate) fn taken(&self) -> usize {
        self.taken
    }

    /// Brackets open now.
    pub(crate) fn depth(&self) -> usize {
        self.nesting.depth()
    }

    /// The value's dialect as far as it was read.
    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Reads on. Returns how many bytes were taken, and why it stopped.
    pub(crate) fn run(&mut self, bytes: &[u8]) -> (usize, Verdict) {
        let mut at = 0;
        let verdict = loop {
            if at == bytes.len() {
                break Verdict::More;
            }
            let stop = match self.state {
                State::Between => self.between(bytes, &mut at),
                State::Word => self.word(bytes, &mut at),
                State::String { quote } => self.string(bytes, &mut at, quote),
                State::Escape { quote } => {
                    self.state = State::String { quote };
                    self.escape(bytes, &mut at)
                }
            };
            if let Some(verdict) = stop {
                break verdict;
            }
        };
        self.taken += at;
        (at, verdict)
    }

    fn between(&mut self, bytes: &[u8], at: &mut usize) -> Option<Verdict> {
        while let Some(&byte) = bytes.get(*at) {
            let class = class(byte);
            if class == Class::Space {
                *at += 1;
                continue;
            }
            self.tokens += 1;
            if self.tokens > self.max_tokens {
                *at += 1;
                // What a bracket opens or closes still counts for what is left open.
                let _ = self.mark(class, byte);
                return mistake(Mistake::TooManyTokens);
            }
            let stop = match class {
                Class::Word => self.word(bytes, at),
                Class::Quote => {
                    self.token_at = self.taken + *at;
                    self.note_dialect(byte);
                    *at += 1;
                    self.string(bytes, at, byte)
                }
                Class::Space | Class::Separator | Class::Open | Class::Close | Class::Impossible => {
                    *at += 1;
                    self.mark(class, byte)
                }
            };
            if stop.is_some() || self.state != State::Between {
                return stop;
            }
        }
        None
    }

    fn mark(&mut self, class: Class, byte: u8) -> Option<Verdict> {
        match class {
            Class::Open if self.nesting.depth() == self.max_depth => mistake(Mistake::TooDeep),
            Class::Open => {
                self.nesting.open(byte);
                None
            }
            Class::Close if !self.nesting.close(byte) => mistake(Mistake::WrongCloser),
            Class::Close => (self.nesting.depth() == 0).then_some(Verdict::Complete),
            Class::Impossible => mistake(Mistake::StrayByte),
            Class::Space | Class::Word | Class::Separator | Class::Quote => None,
        }
    }

    fn word(&mut self, bytes: &[u8], at: &mut usize) -> Option<Verdict> {
        let rest = &bytes[*at..];
        let Some(length) = rest.iter().position(|&byte| class(byte) != Class::Word) else {
            *at = bytes.len();
            self.state = State::Word;
            return None;
        };
        *at += length;
        self.state = State::Between;
        if self.nesting.depth() > 0 {
            return None;
        }
        if class(bytes[*at]) == Class::Impossible {
            *at += 1;
            return mistake(Mistake::StrayByte);
        }
        Some(Verdict::Complete)
    }

    fn string(&mut self, bytes: &[u8], at: &mut usize, quote: u8) -> Option<Verdict> {
        while let Some(length) = find_special(&bytes[*at..], quote) {
            let byte = bytes[*at + length];
            *at += length + 1;
            if byte == quote {
                self.state = State::Between;
                return (self.nesting.depth() == 0).then_some(Verdict::Complete);
            }
            if byte != b'\\' {
                return mistake(Mistake::StrayInString { token_at: self.token_at });
            }
            if *at == bytes.len() {
                self.state = State::Escape { quote };
                return None;
            }
            if let Some(stray) = self.escape(bytes, at) {
                return Some(stray);
            }
        }
        *at = bytes.len();
        self.state = State::String { quote };
        None
    }

    /// The byte behind a backslash.
    fn escape(&mut self, bytes: &[u8], at: &mut usize) -> Option<Verdict> {
        let byte = bytes[*at];
        *at += 1;
        self.note_dialect(byte);
        let impossible = !can_be_in_string(byte);
        impossible.then_some(Verdict::Mistake(Mistake::StrayInString { token_at: self.token_at }))
    }

    fn note_dialect(&mut self, byte: u8) {
        if byte == b'\'' {
            self.dialect = Dialect::SingleQuotes;
        }
    }
}

fn mistake(mistake: Mistake) -> Option<Verdict> {
    Some(Verdict::Mistake(mistake))
}
