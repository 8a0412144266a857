//! A string that is more than a piece of the input as it stands: it has escapes, or comes in several chunks.

use std::mem;
use std::ops::Range;

use bytes::Bytes;

use super::Refused;
use super::input::{Input, valid_text};
use crate::parser::escape::{NoEscape, unescape};
use crate::parser::kept::{Kept, LARGE};
use crate::parser::noncharacter::{has_only_characters, may_begin_noncharacter};
use crate::parser::scan::find_special;

/// The string that is being read. Only its end tells whether it is text, and then it is put together, in one piece.
#[derive(Debug, Default)]
pub(super) struct Text {
    quote: u8,
    /// What earlier chunks had.
    parts: Kept,
    /// Whether these must be looked at for noncharacters.
    doubtful: bool,
    /// What follows that, without its escapes.
    decoded: Vec<u8>,
    /// The beginning of an escape that the input so far ends with.
    escape: Vec<u8>,
}

/// What a piece of input had of the string.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Its end: this is all of it.
    Last(String),
    /// All the piece was part of it, and there must be more.
    Unfinished,
}

impl Text {
    /// Stands behind an opening quote.
    pub(super) fn begin(&mut self, quote: u8) {
        self.quote = quote;
    }

    /// Reads on.
    ///
    /// # Errors
    /// When the string has what no string may have. A byte that can stand in no string is refused at once.
    pub(super) fn read(&mut self, input: &mut Input<'_>) -> Result<Piece, Refused> {
        while !self.escape.is_empty() {
            let Some(byte) = input.peek() else { return Ok(Piece::Unfinished) };
            input.at += 1;
            self.escape.push(byte);
            self.mend()?;
        }
        if !self.parts.is_empty() {
            // There is no more than the input has: growing would move it several times.
            self.decoded.reserve(input.rest().len());
        }
        loop {
            let (start, rest) = (input.at, input.rest());
            let Some(length) = find_special(rest, self.quote) else {
                input.at += rest.len();
                self.keep(input.chunk, start..input.at);
                return Ok(Piece::Unfinished);
            };
            input.at += length + 1;
            if rest[length] == self.quote {
                return self.end(&rest[..length]).map(Piece::Last);
            }
            if rest[length] != b'\\' {
                return Err(Refused);
            }
            self.decoded.extend_from_slice(&rest[..length]);
            match unescape(&rest[length..]) {
                Ok((char, escape)) => {
                    self.push(char);
                    input.at += escape - 1;
                }
                Err(NoEscape::Incomplete) => {
                    input.at = start + rest.len();
                    self.escape.extend_from_slice(&rest[length..]);
                    return Ok(Piece::Unfinished);
                }
                Err(NoEscape::Wrong) => return Err(Refused),
            }
        }
    }

    /// Ends the escape that was cut if it is whole by now.
    fn mend(&mut self) -> Result<(), Refused> {
        match unescape(&self.escape) {
            Ok((char, _)) => {
                self.push(char);
                self.escape.clear();
                Ok(())
            }
            Err(NoEscape::Incomplete) => Ok(()),
            Err(NoEscape::Wrong) => Err(Refused),
        }
    }

    fn push(&mut self, char: char) {
        match u8::try_from(char) {
            Ok(byte) if byte.is_ascii() => self.decoded.push(byte),
            Ok(_) | Err(_) => self.decoded.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }

    /// The rest of a chunk belongs to the string.
    fn keep(&mut self, chunk: &Bytes, rest: Range<usize>) {
        if rest.len() < LARGE && self.decoded.len() < LARGE {
            self.decoded.extend_from_slice(&chunk[rest]);
        } else {
            self.keep_decoded();
            self.keep_part(chunk.slice(rest));
        }
    }

    fn keep_decoded(&mut self) {
        let decoded = mem::take(&mut self.decoded);
        self.keep_part(Bytes::from(decoded));
    }

    fn keep_part(&mut self, part: Bytes) {
        self.doubtful |= may_begin_noncharacter(&part);
        self.parts.push(part, usize::MAX);
    }

    /// The whole string, of which this is the last part.
    fn end(&mut self, last: &[u8]) -> Result<String, Refused> {
        self.decoded.extend_from_slice(last);
        if self.parts.is_empty() {
            let text = valid_text(&self.decoded)?.to_owned();
            self.decoded.clear();
            return Ok(text);
        }
        let doubtful = mem::take(&mut self.doubtful) || may_begin_noncharacter(&self.decoded);
        let text = String::from_utf8(self.parts.join(&self.decoded)).map_err(|_| Refused)?;
        self.decoded = Vec::new();
        if doubtful && !has_only_characters(&text) { Err(Refused) } else { Ok(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The string; none if there must be more.
    fn read(pieces: &[&[u8]]) -> Result<Option<String>, Refused> {
        let mut text = Text::default();
        text.begin(b'"');
        for piece in pieces {
            let chunk = Bytes::copy_from_slice(piece);
            let mut input = Input::new(&chunk, 0..chunk.len());
            let piece = text.read(&mut input)?;
            assert_eq!(input.at, chunk.len());
            if let Piece::Last(text) = piece {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    #[test]
    fn a_string_cut_anywhere_is_the_same_string() {
        let source = r#"aé日😀\n\u00e9\ud83d\ude00\'' \"x""#.as_bytes();
        let expected = Ok(Some("aé日😀\né😀'' \"x".to_owned()));
        for first in 0..source.len() {
            for second in first..source.len() {
                assert_eq!(read(&[&source[..first], &source[first..second], &source[second..]]), expected);
            }
        }
        assert_eq!(read(&source.chunks(1).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn what_can_stand_in_no_string_is_refused_as_soon_as_it_comes() {
        for wrong in [
            &b"a\x1f"[..],
            b"a\xff",
            b"a\\\x01",
            b"a\\u1\xff",
            b"a\\u00\"",
            b"\\ud83d\x01",
            b"\\ud83d\\n",
            b"\xc3\x01",
            b"\xf0\x9f\xff",
            b"\\\xfe",
        ] {
            assert_eq!(read(&[wrong]), Err(Refused), "{wrong:?}");
            assert_eq!(read(&wrong.chunks(1).collect::<Vec<_>>()), Err(Refused), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused_at_the_strings_end() {
        for wrong in [
            &b"\xc3\""[..],
            b"\x80\"",
            b"a\\n\xed\xa0\x80\"",
            b"\xef\xbf\xbf\"",
            b"\\n\xef\xb7\x90\"",
            b"\xe2\\u00a9\"",
        ] {
            assert_eq!(read(&[wrong]), Err(Refused), "{wrong:?}");
            assert_eq!(read(&wrong.chunks(1).collect::<Vec<_>>()), Err(Refused), "{wrong:?}");
        }
    }
}
