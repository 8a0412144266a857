//! The tokens of a text that may be wrong, each checked as far as a token can be by itself.

use actix_qmp_messages::excerpt;
use memchr::{memchr, memchr2};

use super::syntax_error::{SyntaxError, excerpt_bytes};

/// One token of JSON.
pub(crate) enum Token<'a> {
    /// One of `{}[],:`.
    Punctuation(u8),
    /// A string, unescaped.
    String(String),
    /// A number or a keyword, as it stands.
    Scalar(&'a [u8]),
    /// A token that ends where it should, but can't be a value.
    Wrong(SyntaxError),
}

/// Reads tokens off a text in strict JSON's quotes.
pub(crate) struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    /// Starts at the text's beginning.
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { rest: text }
    }

    /// The next token; `None` at the end.
    ///
    /// # Errors
    /// When the bytes there are no token at all.
    pub(crate) fn next(&mut self) -> Result<Option<Token<'a>>, SyntaxError> {
        while let Some((b' ' | b'\t' | b'\r' | b'\n', tail)) = self.rest.split_first() {
            self.rest = tail;
        }
        let Some((&first, tail)) = self.rest.split_first() else {
            return Ok(None);
        };
        let token = match first {
            b'{' | b'}' | b'[' | b']' | b',' | b':' => {
                self.rest = tail;
                Token::Punctuation(first)
            }
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number()?,
            b'a'..=b'z' => self.keyword(),
            _ => return Err(SyntaxError::Stray(excerpt_bytes(&[first]))),
        };
        Ok(Some(token))
    }

    /// Reads on to the first bytes that are no token.
    pub(crate) fn first_stray(&mut self) -> Option<SyntaxError> {
        loop {
            match self.next() {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(stray) => return Some(stray),
            }
        }
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let (token, rest) = self.rest.split_at(length);
        self.rest = rest;
        token
    }

    fn keyword(&mut self) -> Token<'a> {
        let length = self.rest.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        match self.take(length) {
            word @ (b"true" | b"false" | b"null") => Token::Scalar(word),
            word => Token::Wrong(SyntaxError::InvalidKeyword(excerpt_bytes(word))),
        }
    }

    fn number(&mut self) -> Result<Token<'a>, SyntaxError> {
        let length = number_length(self.rest).map_err(|wrong_at| {
            let end = self.rest.len().min(wrong_at + 1);
            SyntaxError::Stray(excerpt_bytes(&self.rest[..end]))
        })?;
        let literal = self.take(length);
        let text = String::from_utf8_lossy(literal);
        Ok(match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Token::Scalar(literal),
            Ok(_) | Err(_) => Token::Wrong(SyntaxError::NumberOutOfRange(excerpt(&text))),
        })
    }

    fn string(&mut self) -> Token<'a> {
        let end = string_length(self.rest);
        let literal = self.take(end);
        match unescape(&literal[1..]) {
            Ok(text) => Token::String(text),
            Err(error) => Token::Wrong(error),
        }
    }
}

/// Length of the string at the text's start, quotes included.
pub(crate) fn string_length(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = text.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if text[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    text.len()
}

/// The inside of a string, given up to and with its closing quote.
fn unescape(literal: &[u8]) -> Result<String, SyntaxError> {
    let mut text = Vec::new();
    let mut rest = literal;
    loop {
        let plain = memchr2(b'"', b'\\', rest).ok_or(SyntaxError::PrematureEnd)?;
        text.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
        if rest[0] == b'"' {
            break;
        }
        rest = &rest[escape(rest, &mut text)?..];
    }
    match String::from_utf8(text) {
        Ok(text) if text.chars().all(is_character) => Ok(text),
        Ok(_) | Err(_) => Err(SyntaxError::InvalidUtf8),
    }
}

/// Appends what the escape at the text's start stands for; returns the escape's length.
fn escape(rest: &[u8], text: &mut Vec<u8>) -> Result<usize, SyntaxError> {
    let byte = match rest.get(1) {
        Some(b'u') => return unicode_escape(rest, text),
        Some(&itself @ (b'"' | b'\\' | b'/')) => itself,
        Some(b'b') => 0x08,
        Some(b'f') => 0x0c,
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(_) => return Err(SyntaxError::InvalidEscape),
        None => return Err(SyntaxError::PrematureEnd),
    };
    text.push(byte);
    Ok(2)
}

fn unicode_escape(rest: &[u8], text: &mut Vec<u8>) -> Result<usize, SyntaxError> {
    let Some(first) = unit(rest) else {
        return Err(bad_unicode(rest, 6));
    };
    let pair = [first, unit(&rest[6..]).unwrap_or(0)];
    // Two units where they make a pair, one otherwise.
    let (units, length) = if is_pair(pair) { (&pair[..], 12) } else { (&pair[..1], 6) };
    match char::decode_utf16(units.iter().copied()).next() {
        Some(Ok(char)) if is_character(char) => {
            text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
            Ok(length)
        }
        Some(Ok(_) | Err(_)) | None => Err(bad_unicode(rest, length)),
    }
}

fn bad_unicode(rest: &[u8], length: usize) -> SyntaxError {
    let within = rest.len().min(length);
    let closed = memchr(b'"', &rest[..within]).map_or(within, |quote| quote + 1);
    SyntaxError::InvalidUnicode(excerpt_bytes(&rest[..closed]))
}

/// Whether a code point stands for a character: the noncharacters don't.
pub(crate) fn is_character(char: char) -> bool {
    let code = u32::from(char);
    !(0xfdd0..=0xfdef).contains(&code) && code & 0xfffe != 0xfffe
}

fn is_pair([first, second]: [u16; 2]) -> bool {
    (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second)
}

/// The UTF-16 code unit of a `\uXXXX` at the text's start.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, &digit| {
        let digit = char::from(digit).to_digit(16)?;
        u16::try_from(digit).ok().map(|digit| unit << 4 | digit)
    })
}

/// Length of the number at the text's start, or where it goes wrong.
fn number_length(text: &[u8]) -> Result<usize, usize> {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let at_least_one = |from: usize| match digits(from) {
        0 => Err(from),
        count => Ok(from + count),
    };
    let start = usize::from(text.first() == Some(&b'-'));
    let mut end = at_least_one(start)?;
    if text[start] == b'0' && end > start + 1 {
        return Err(start + 1);
    }
    if text.get(end) == Some(&b'.') {
        end = at_least_one(end + 1)?;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let signed = matches!(text.get(end + 1), Some(b'+' | b'-'));
        end = at_least_one(end + 1 + usize::from(signed))?;
    }
    Ok(end)
}
