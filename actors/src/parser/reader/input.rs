//! The part of a chunk that is read, and where in it.

use std::ops::Range;
use std::str;

use bytes::Bytes;

use super::Refused;
use crate::parser::noncharacter::has_only_characters;
use crate::parser::scan::find_special;

/// Bytes that are checked for UTF-8 at once where strings are short: a check has its price, and some hundred bytes cost
/// little more than ten. Not many more, since the next request begins soon, and is checked again.
const AHEAD: usize = 256;

/// Blanks that are stepped over at once.
const INDENTATION: &[u8] = b"        ";

/// A position in a chunk.
#[derive(Debug)]
pub(super) struct Input<'a> {
    /// The chunk, which has more than is to be read.
    pub(super) chunk: &'a Bytes,
    bytes: &'a [u8],
    /// Where in the chunk.
    pub(super) at: usize,
    /// What was checked last, and where it begins.
    checked: &'a str,
    checked_at: usize,
}

impl<'a> Input<'a> {
    pub(super) fn new(chunk: &'a Bytes, part: Range<usize>) -> Self {
        Self { chunk, bytes: &chunk[..part.end], at: part.start, checked: "", checked_at: 0 }
    }

    /// The byte at the position.
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Steps over a blank, and an indentation behind it.
    pub(super) fn skip_blanks(&mut self) {
        self.at += 1;
        while self.bytes.get(self.at..self.at + INDENTATION.len()) == Some(INDENTATION) {
            self.at += INDENTATION.len();
        }
    }

    /// All from the position on.
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// The string whose opening quote is behind the position, if it is nothing but text and ends in the chunk.
    ///
    /// # Errors
    /// When it is no UTF-8, or has noncharacters.
    pub(super) fn plain_string(&mut self, quote: u8) -> Result<Option<&'a str>, Refused> {
        let rest = self.rest();
        match find_special(rest, quote).filter(|&length| rest[length] == quote) {
            None => Ok(None),
            Some(length) => {
                let start = self.at;
                self.at += length + 1;
                self.text(start..start + length).map(Some)
            }
        }
    }

    /// A part of the chunk as text.
    fn text(&mut self, part: Range<usize>) -> Result<&'a str, Refused> {
        if part.start < self.checked_at || part.end > self.checked_at + self.checked.len() {
            self.check(&part)?;
        }
        self.checked.get(part.start - self.checked_at..part.end - self.checked_at).ok_or(Refused)
    }

    /// Checks a part, and what follows it if that is to be had for little.
    fn check(&mut self, part: &Range<usize>) -> Result<(), Refused> {
        let mut end = self.bytes.len().min(part.start + AHEAD).max(part.end);
        while end > part.end && self.bytes.get(end).is_some_and(|&byte| is_within_character(byte)) {
            end -= 1;
        }
        let ahead = valid_text(&self.bytes[part.start..end]);
        self.checked = ahead.or_else(|_| valid_text(&self.bytes[part.clone()]))?;
        self.checked_at = part.start;
        Ok(())
    }
}

/// These bytes as text.
///
/// # Errors
/// When it is no UTF-8, or has noncharacters.
pub(super) fn valid_text(bytes: &[u8]) -> Result<&str, Refused> {
    let text = str::from_utf8(bytes).map_err(|_| Refused)?;
    if has_only_characters(text) { Ok(text) } else { Err(Refused) }
}

fn is_within_character(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_text_whatever_follows_it() {
        for behind in [&b""[..], b"abc", "é".repeat(300).as_bytes(), b"\xff", &[0x80; 400], "\u{ffff}".as_bytes()] {
            for length in [0, 1, 10, 255, 256, 300] {
                let chunk = Bytes::from(["-".repeat(length).as_bytes(), "é".as_bytes(), behind].concat());
                let mut input = Input::new(&chunk, 0..chunk.len());
                assert_eq!(input.text(0..length + 2).map(str::len), Ok(length + 2));
                assert_eq!(input.text(length..length + 2), Ok("é"));
                assert_eq!(input.text(0..length + 1), Err(Refused));
            }
        }
        let chunk = Bytes::from_static(b"ok \xff ok \xef\xbf\xbf ok");
        let mut input = Input::new(&chunk, 0..chunk.len());
        let texts = [0..2, 3..4, 5..7, 8..11, 12..14, 0..2].map(|part| input.text(part));
        assert_eq!(texts, [Ok("ok"), Err(Refused), Ok("ok"), Err(Refused), Ok("ok"), Ok("ok")]);
    }
}
