//! A request read off the input stream, tokens made into values as they come.
//!
//! ```text
//!            number, keyword             quote
//!   Word <------------------- Between -----------> String
//!     '--- anything else ------> ^  |  <--- same quote ---'
//!                                |__| brackets, separators, white space
//! ```
//!
//! This is the way that well-formed requests take: each byte is looked at once, and nothing is built that is not part of
//! the result. Whatever is wrong, in the text or by its size, is only noticed here. What it is, and where the stream goes
//! on behind it, is the business of those who then look at the text again: the lexer and `diagnose`.
//!
//! A byte that the lexer would call a mistake is never taken for a part of a request, wherever the input was cut.

mod input;
mod scalar;
mod text;
mod tree;

use std::ops::Range;

use bytes::Bytes;

use self::input::Input;
use self::scalar::{integer, scalar};
use self::text::{Piece, Text};
use self::tree::{Nested, Tree};
use super::class::{Class, class};
use super::members::Members;

/// The text is no request, or more than a request may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused;

/// How far a request was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Read {
    /// All the bytes belong to it, and there must be more.
    More,
    /// It is complete; the bytes behind it were not looked at.
    Complete,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Between,
    Word,
    String,
}

/// Reads one request after the other.
#[derive(Debug)]
pub(crate) struct Reader {
    max_tokens: usize,
    state: State,
    tokens: usize,
    /// Bytes of the request taken so far.
    taken: usize,
    /// The number or keyword that the input so far ends with.
    word: Vec<u8>,
    text: Text,
    tree: Tree,
}

impl Reader {
    /// A reader that stands before a request.
    pub(crate) fn new(max_depth: usize, max_tokens: usize) -> Self {
        Self {
            max_tokens,
            state: State::Between,
            tokens: 0,
            taken: 0,
            word: Vec::new(),
            text: Text::default(),
            tree: Tree::new(max_depth),
        }
    }

    /// Bytes of the request taken so far.
    pub(crate) fn taken(&self) -> usize {
        self.taken
    }

    /// Takes out what was read, and stands before a request again.
    pub(crate) fn take(&mut self) -> Members {
        self.state = State::Between;
        self.tokens = 0;
        self.taken = 0;
        self.word = Vec::new();
        self.text = Text::default();
        self.tree.take()
    }

    /// Reads on, this part of a chunk. Returns how many bytes were taken, and whether there must be more.
    ///
    /// # Errors
    /// When this is no request. Then none of the bytes counts as taken.
    pub(crate) fn run(&mut self, chunk: &Bytes, part: Range<usize>) -> Result<(usize, Read), Refused> {
        let mut input = Input::new(chunk, part);
        let start = input.at;
        let read = match self.state {
            State::Between => self.between(&mut input)?,
            State::Word => self.rest_of_word(&mut input)?,
            State::String => self.string(&mut input).and_then(|()| self.between(&mut input))?,
        };
        let taken = input.at - start;
        self.taken += taken;
        Ok((taken, read))
    }

    fn between(&mut self, input: &mut Input<'_>) -> Result<Read, Refused> {
        while let Some(byte) = input.peek() {
            let class = class(byte);
            if class == Class::Space {
                input.skip_blanks();
                continue;
            }
            self.tokens += 1;
            if self.tokens > self.max_tokens {
                return Err(Refused);
            }
            if class == Class::Word {
                self.word(input)?;
                continue;
            }
            input.at += 1;
            match byte {
                b'"' | b'\'' => self.quote(byte, input)?,
                b',' => self.tree.comma()?,
                b':' => self.tree.colon()?,
                b'{' | b'[' => self.tree.open(byte)?,
                b'}' | b']' if self.tree.close(byte)? == Nested::Nowhere => return Ok(Read::Complete),
                b'}' | b']' => {}
                _ => return Err(Refused),
            }
        }
        Ok(Read::More)
    }

    fn quote(&mut self, quote: u8, input: &mut Input<'_>) -> Result<(), Refused> {
        if let Some(text) = input.plain_string(quote)? {
            return self.tree.string(text);
        }
        self.text.begin(quote);
        self.string(input)
    }

    fn string(&mut self, input: &mut Input<'_>) -> Result<(), Refused> {
        match self.text.read(input)? {
            Piece::Last(text) => {
                self.state = State::Between;
                self.tree.string(text)
            }
            Piece::Unfinished => {
                self.state = State::String;
                Ok(())
            }
        }
    }

    fn word(&mut self, input: &mut Input<'_>) -> Result<(), Refused> {
        let rest = input.rest();
        if let Some((number, length)) = integer(rest) {
            input.at += length;
            return self.tree.scalar(number, &rest[..length]);
        }
        match word_length(rest) {
            Some(length) => {
                input.at += length;
                let value = scalar(&rest[..length])?;
                self.tree.scalar(value, &rest[..length])
            }
            None => {
                input.at += rest.len();
                self.word.extend_from_slice(rest);
                self.state = State::Word;
                Ok(())
            }
        }
    }

    fn rest_of_word(&mut self, input: &mut Input<'_>) -> Result<Read, Refused> {
        let rest = input.rest();
        let end = word_length(rest);
        let length = end.unwrap_or(rest.len());
        input.at += length;
        self.word.extend_from_slice(&rest[..length]);
        if end.is_none() {
            return Ok(Read::More);
        }
        let value = scalar(&self.word)?;
        self.tree.scalar(value, &self.word)?;
        self.word.clear();
        self.state = State::Between;
        self.between(input)
    }
}

/// Length of the number or keyword at the text's start, if it ends in the text.
fn word_length(text: &[u8]) -> Option<usize> {
    text.iter().position(|&byte| class(byte) != Class::Word)
}
