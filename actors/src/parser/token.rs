//! The tokens of a text that may be wrong, each checked as far as a token can be by itself.

use actix_qmp_messages::excerpt;
use memchr::{memchr, memchr2};

use super::escape::{code_unit, is_pair, unescape};
use super::noncharacter::is_character;
use super::syntax_error::{SyntaxError, excerpt_bytes};

/// One token of JSON.
pub(crate) enum Token {
    /// One of `{}[],:`.
    Punctuation(u8),
    /// A string, unescaped.
    String(String),
    /// A number or a keyword.
    Scalar,
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
    pub(crate) fn next(&mut self) -> Result<Option<Token>, SyntaxError> {
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

    fn keyword(&mut self) -> Token {
        let length = self.rest.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        match self.take(length) {
            b"true" | b"false" | b"null" => Token::Scalar,
            word => Token::Wrong(SyntaxError::InvalidKeyword(excerpt_bytes(word))),
        }
    }

    fn number(&mut self) -> Result<Token, SyntaxError> {
        let length = number_length(self.rest).map_err(|wrong_at| {
            let end = self.rest.len().min(wrong_at + 1);
            SyntaxError::Stray(excerpt_bytes(&self.rest[..end]))
        })?;
        let literal = self.take(length);
        let text = String::from_utf8_lossy(literal);
        Ok(match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Token::Scalar,
            Ok(_) | Err(_) => Token::Wrong(SyntaxError::NumberOutOfRange(excerpt(&text))),
        })
    }

    fn string(&mut self) -> Token {
        let end = string_length(self.rest);
        let literal = self.take(end);
        match unescaped(&literal[1..]) {
            Ok(text) => Token::String(text),
            Err(error) => Token::Wrong(error),
        }
    }
}

/// Length of the string at the text's start, quotes included.
fn string_length(text: &[u8]) -> usize {
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
fn unescaped(literal: &[u8]) -> Result<String, SyntaxError> {
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
    let (char, length) = unescape(rest).map_err(|_| bad_escape(rest))?;
    text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(length)
}

fn bad_escape(rest: &[u8]) -> SyntaxError {
    match rest.get(1) {
        None => SyntaxError::PrematureEnd,
        Some(b'u') => {
            let pair = [code_unit(rest), code_unit(rest.get(6..).unwrap_or_default())].map(|unit| unit.unwrap_or(0));
            // Two units where they make a pair, one otherwise.
            bad_unicode(rest, if is_pair(pair) { 12 } else { 6 })
        }
        Some(_) => SyntaxError::InvalidEscape,
    }
}

fn bad_unicode(rest: &[u8], length: usize) -> SyntaxError {
    let within = rest.len().min(length);
    let closed = memchr(b'"', &rest[..within]).map_or(within, |quote| quote + 1);
    SyntaxError::InvalidUnicode(excerpt_bytes(&rest[..closed]))
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
