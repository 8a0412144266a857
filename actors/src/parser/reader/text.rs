//! A string, decoded and checked piece by piece.

use std::mem;
use std::str;

use super::Refused;
use crate::parser::escape::{NoEscape, unescape};
use crate::parser::noncharacter::has_only_characters;
use crate::parser::scan::find_special;

/// Strings above this length grow by half and give back what they don't need: twice is much where megabytes are meant.
const LONG: usize = 64 << 10;

/// The string that is being read.
#[derive(Debug, Default)]
pub(super) struct Text {
    quote: u8,
    decoded: String,
    /// The beginning of a character or an escape that the input so far ends with.
    cut: Vec<u8>,
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

    /// Reads on from `at`, which moves behind what was read.
    ///
    /// # Errors
    /// When the string has what no string may have. A byte that can stand in no string is refused at once.
    pub(super) fn read(&mut self, bytes: &[u8], at: &mut usize) -> Result<Piece, Refused> {
        while !self.cut.is_empty() {
            let Some(&byte) = bytes.get(*at) else { return Ok(Piece::Unfinished) };
            *at += 1;
            self.cut.push(byte);
            self.mend()?;
        }
        loop {
            let rest = &bytes[*at..];
            let Some(length) = find_special(rest, self.quote) else {
                *at = bytes.len();
                self.append_cut(rest)?;
                return Ok(Piece::Unfinished);
            };
            let run = checked(str::from_utf8(&rest[..length]).map_err(|_| Refused)?)?;
            let special = rest[length];
            if special == self.quote {
                *at += length + 1;
                return Ok(Piece::Last(self.end(run)));
            }
            if special != b'\\' {
                return Err(Refused);
            }
            self.append(run);
            match unescape(&rest[length..]) {
                Ok((char, escape)) => {
                    self.decoded.push(char);
                    *at += length + escape;
                }
                Err(NoEscape::Incomplete) => {
                    *at = bytes.len();
                    self.cut.extend_from_slice(&rest[length..]);
                    return Ok(Piece::Unfinished);
                }
                Err(NoEscape::Wrong) => return Err(Refused),
            }
        }
    }

    /// Decodes what was cut if it is whole by now.
    fn mend(&mut self) -> Result<(), Refused> {
        let decoded = if self.cut.first() == Some(&b'\\') {
            unescape(&self.cut).map(|(char, _)| Some(char)).or_else(|no_escape| match no_escape {
                NoEscape::Incomplete => Ok(None),
                NoEscape::Wrong => Err(Refused),
            })?
        } else {
            match str::from_utf8(&self.cut) {
                Ok(char) => checked(char)?.chars().next(),
                Err(error) if error.error_len().is_none() => None,
                Err(_) => return Err(Refused),
            }
        };
        if let Some(char) = decoded {
            self.decoded.push(char);
            self.cut.clear();
        }
        Ok(())
    }

    /// Appends a piece that may end within a character.
    fn append_cut(&mut self, piece: &[u8]) -> Result<(), Refused> {
        match str::from_utf8(piece) {
            Ok(whole) => self.append(checked(whole)?),
            Err(error) if error.error_len().is_none() => {
                let (whole, cut) = piece.split_at(error.valid_up_to());
                self.append(checked(str::from_utf8(whole).map_err(|_| Refused)?)?);
                self.cut.extend_from_slice(cut);
            }
            Err(_) => return Err(Refused),
        }
        Ok(())
    }

    fn append(&mut self, run: &str) {
        let needed = self.decoded.len() + run.len();
        if needed > LONG && needed > self.decoded.capacity() {
            self.decoded.reserve_exact(run.len().max(self.decoded.len() / 2));
        }
        self.decoded.push_str(run);
    }

    fn end(&mut self, run: &str) -> String {
        if self.decoded.is_empty() {
            return run.to_owned();
        }
        self.append(run);
        let mut text = mem::take(&mut self.decoded);
        if text.len() > LONG {
            text.shrink_to_fit();
        }
        text
    }
}

fn checked(run: &str) -> Result<&str, Refused> {
    if has_only_characters(run) { Ok(run) } else { Err(Refused) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Result<Piece, Refused> {
        let mut text = Text::default();
        text.begin(b'"');
        for piece in pieces {
            let mut at = 0;
            if let Piece::Last(decoded) = text.read(piece, &mut at)? {
                assert_eq!(at, piece.len());
                return Ok(Piece::Last(decoded));
            }
            assert_eq!(at, piece.len());
        }
        Ok(Piece::Unfinished)
    }

    #[test]
    fn a_string_cut_anywhere_is_the_same_string() {
        let source = r#"aé日😀\n\u00e9\ud83d\ude00\'' \"x""#.as_bytes();
        let expected = Ok(Piece::Last("aé日😀\né😀'' \"x".to_owned()));
        for first in 0..source.len() {
            for second in first..source.len() {
                assert_eq!(read(&[&source[..first], &source[first..second], &source[second..]]), expected);
            }
        }
        assert_eq!(read(&source.chunks(1).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn what_no_string_may_have_is_refused_as_soon_as_it_comes() {
        for wrong in [
            &b"a\x1f"[..],
            b"a\xff",
            b"a\\\x01",
            b"a\\u1\xff",
            b"a\\u00\"",
            b"\\ud83d\x01",
            b"\\ud83d\\n",
            b"\xc3\"",
            b"\xc3\x01",
            b"\xf0\x9f\xff",
            b"\\\xfe",
            b"\x80",
            b"\xed\xa0",
            b"\xef\xbf\xbf",
        ] {
            assert_eq!(read(&[wrong]), Err(Refused), "{wrong:?}");
            assert_eq!(read(&wrong.chunks(1).collect::<Vec<_>>()), Err(Refused), "{wrong:?}");
        }
    }
}
