//! Says what is wrong with a text that is no value, in the words that QMP's clients know.
//!
//! Runs on the error path only: once over the text, with a stack of its own, until the first mistake.

use std::collections::BTreeSet;

use super::syntax_error::SyntaxError;
use super::token::{Token, Tokens};

/// The first mistake in a value, or `None` when there is none: then the text is what the request parser
/// accepts as a JSON value.
pub(crate) fn diagnose(text: &[u8]) -> Option<SyntaxError> {
    let mut walk = Walk { tokens: Tokens::new(text), open: Vec::new(), expected: Expected::Value };
    let mistake = loop {
        match walk.step() {
            Ok(Step::On) => {}
            Ok(Step::Done) => return None,
            Err(error) => break error,
        }
    };
    // Within brackets, what is no token is said before what is a token out of place: brackets make a
    // value only when they are closed, a token is read at once.
    let stray = if walk.open.is_empty() { None } else { walk.tokens.first_stray() };
    Some(stray.unwrap_or(mistake))
}

/// The mistake in a value whose last byte is a closing bracket of the wrong kind.
pub(crate) fn diagnose_broken(text: &[u8]) -> SyntaxError {
    match diagnose(text) {
        None | Some(SyntaxError::PrematureEnd) => SyntaxError::ExpectingValue,
        Some(error) => error,
    }
}

enum Step {
    On,
    Done,
}

#[derive(Clone, Copy)]
enum Expected {
    Value,
    FirstElement,
    FirstName,
    Name,
    Colon,
    SeparatorOrEnd,
}

enum Container {
    Object(BTreeSet<String>),
    Array,
}

struct Walk<'a> {
    tokens: Tokens<'a>,
    open: Vec<Container>,
    expected: Expected,
}

impl Walk<'_> {
    fn step(&mut self) -> Result<Step, SyntaxError> {
        let token = self.tokens.next()?.ok_or(SyntaxError::PrematureEnd)?;
        match (self.expected, token) {
            (Expected::FirstElement, Token::Punctuation(b']')) | (Expected::FirstName, Token::Punctuation(b'}')) => {
                Ok(self.close())
            }
            (Expected::Value | Expected::FirstElement, token) => self.value(token),
            (Expected::FirstName | Expected::Name, token) => self.name(token),
            (Expected::Colon, Token::Punctuation(b':')) => {
                self.expected = Expected::Value;
                Ok(Step::On)
            }
            (Expected::Colon, _) => Err(SyntaxError::MissingColon),
            (Expected::SeparatorOrEnd, token) => self.separator_or_end(&token),
        }
    }

    fn value(&mut self, token: Token) -> Result<Step, SyntaxError> {
        match token {
            Token::Punctuation(b'{') => {
                self.open.push(Container::Object(BTreeSet::new()));
                self.expected = Expected::FirstName;
                Ok(Step::On)
            }
            Token::Punctuation(b'[') => {
                self.open.push(Container::Array);
                self.expected = Expected::FirstElement;
                Ok(Step::On)
            }
            Token::Punctuation(_) => Err(SyntaxError::ExpectingValue),
            Token::Wrong(error) => Err(error),
            Token::String(_) | Token::Scalar => Ok(self.end_of_value()),
        }
    }

    fn name(&mut self, token: Token) -> Result<Step, SyntaxError> {
        match token {
            Token::Punctuation(b'{' | b'[') | Token::Scalar => Err(SyntaxError::KeyNotString),
            Token::Punctuation(_) => Err(SyntaxError::ExpectingValue),
            Token::Wrong(error) => Err(error),
            Token::String(name) => {
                let is_new = match self.open.last_mut() {
                    Some(Container::Object(names)) => names.insert(name),
                    Some(Container::Array) | None => true,
                };
                self.expected = Expected::Colon;
                if is_new { Ok(Step::On) } else { Err(SyntaxError::DuplicateKey) }
            }
        }
    }

    fn separator_or_end(&mut self, token: &Token) -> Result<Step, SyntaxError> {
        match (self.open.last(), token) {
            (Some(Container::Object(_)), Token::Punctuation(b'}'))
            | (Some(Container::Array), Token::Punctuation(b']')) => {
                return Ok(self.close());
            }
            (Some(Container::Object(_)), Token::Punctuation(b',')) => self.expected = Expected::Name,
            (Some(Container::Array), Token::Punctuation(b',')) => self.expected = Expected::Value,
            (Some(Container::Object(_)), _) => return Err(SyntaxError::SeparatorInObject),
            (Some(Container::Array), _) => return Err(SyntaxError::SeparatorInArray),
            (None, _) => return Ok(Step::Done),
        }
        Ok(Step::On)
    }

    fn close(&mut self) -> Step {
        self.open.pop();
        self.end_of_value()
    }

    fn end_of_value(&mut self) -> Step {
        self.expected = Expected::SeparatorOrEnd;
        if self.open.is_empty() { Step::Done } else { Step::On }
    }
}
