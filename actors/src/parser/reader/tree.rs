//! The values of a request, put together token by token with a stack of their own: a client may nest a thousand levels,
//! and an arbiter's thread has two megabytes for all it does.

use std::mem;

use serde_json::{Map, Value};

use super::Refused;
use crate::parser::echo::Echo;
use crate::parser::members::{Members, Slot};

/// Levels of brackets for which memory is kept from one request to the next.
const USUAL_LEVELS: usize = 8;

/// Whether a bracket is still open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nested {
    Within,
    Nowhere,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Request,
    Value,
    FirstElement,
    FirstName,
    Name,
    Colon,
    SeparatorOrEnd,
}

/// Brackets that are open.
#[derive(Debug)]
enum Open {
    /// The request's own. The slot is that of the member being read.
    Request(Slot),
    Array(Vec<Value>),
    /// The name is that of the member being read.
    Object(Map<String, Value>, String),
}

/// A request as far as it was read.
#[derive(Debug)]
pub(super) struct Tree {
    max_depth: usize,
    expected: Expected,
    innermost: Open,
    /// What is around it, outermost first.
    outer: Vec<Open>,
    members: Members,
    /// The `id`, while it is read.
    echo: Option<Echo>,
}

impl Tree {
    /// Nothing yet.
    pub(super) fn new(max_depth: usize) -> Self {
        Self {
            max_depth,
            expected: Expected::Request,
            innermost: Open::Request(Slot::Other),
            outer: Vec::new(),
            members: Members::default(),
            echo: None,
        }
    }

    /// Takes out the members that are complete.
    pub(super) fn take(&mut self) -> Members {
        self.expected = Expected::Request;
        self.innermost = Open::Request(Slot::Other);
        self.outer.clear();
        self.outer.shrink_to(USUAL_LEVELS);
        self.echo = None;
        mem::take(&mut self.members)
    }

    /// A bracket opens.
    pub(super) fn open(&mut self, bracket: u8) -> Result<(), Refused> {
        // As many as around the innermost, and that one; none around the request's own.
        let depth = if self.expected == Expected::Request { 0 } else { self.outer.len() + 1 };
        if depth == self.max_depth {
            return Err(Refused);
        }
        if let Some(echo) = &mut self.echo {
            echo.punctuation(bracket);
        }
        let (open, expected) = match (self.expected, bracket) {
            (Expected::Request, b'{') => {
                self.expected = Expected::FirstName;
                return Ok(());
            }
            (Expected::Value | Expected::FirstElement, b'{') => {
                (Open::Object(Map::new(), String::new()), Expected::FirstName)
            }
            (Expected::Value | Expected::FirstElement, b'[') => (Open::Array(Vec::new()), Expected::FirstElement),
            _ => return Err(Refused),
        };
        self.outer.push(mem::replace(&mut self.innermost, open));
        self.expected = expected;
        Ok(())
    }

    /// A bracket closes.
    pub(super) fn close(&mut self, bracket: u8) -> Result<Nested, Refused> {
        match (&self.innermost, self.expected, bracket) {
            (Open::Request(_) | Open::Object(..), Expected::FirstName | Expected::SeparatorOrEnd, b'}')
            | (Open::Array(_), Expected::FirstElement | Expected::SeparatorOrEnd, b']') => {}
            _ => return Err(Refused),
        }
        if let Some(echo) = &mut self.echo {
            echo.punctuation(bracket);
        }
        let Some(outer) = self.outer.pop() else { return Ok(Nested::Nowhere) };
        let complete = match mem::replace(&mut self.innermost, outer) {
            Open::Array(elements) => Value::Array(elements),
            Open::Object(members, _) => Value::Object(members),
            Open::Request(_) => return Err(Refused),
        };
        self.put(complete).map(|()| Nested::Within)
    }

    /// A colon.
    pub(super) fn colon(&mut self) -> Result<(), Refused> {
        if self.expected != Expected::Colon {
            return Err(Refused);
        }
        self.expected = Expected::Value;
        match (&mut self.echo, &self.innermost) {
            (Some(echo), _) => echo.punctuation(b':'),
            (None, Open::Request(Slot::Id)) => self.echo = Some(Echo::default()),
            (None, _) => {}
        }
        Ok(())
    }

    /// A comma.
    pub(super) fn comma(&mut self) -> Result<(), Refused> {
        if self.expected != Expected::SeparatorOrEnd {
            return Err(Refused);
        }
        self.expected = match self.innermost {
            Open::Array(_) => Expected::Value,
            Open::Object(..) | Open::Request(_) => Expected::Name,
        };
        if let Some(echo) = &mut self.echo {
            echo.punctuation(b',');
        }
        Ok(())
    }

    /// A string: a value, or a member's name.
    pub(super) fn string(&mut self, text: impl AsRef<str> + Into<String>) -> Result<(), Refused> {
        if let Some(echo) = &mut self.echo {
            echo.string(text.as_ref());
        }
        match self.expected {
            Expected::Value | Expected::FirstElement => {
                // The `id` was echoed.
                let is_id = matches!(self.innermost, Open::Request(Slot::Id));
                return self.put(if is_id { Value::Null } else { Value::String(text.into()) });
            }
            Expected::FirstName | Expected::Name => {}
            Expected::Request | Expected::Colon | Expected::SeparatorOrEnd => return Err(Refused),
        }
        self.expected = Expected::Colon;
        match &mut self.innermost {
            Open::Object(_, name) => *name = text.into(),
            Open::Request(slot) => *slot = self.members.begin(text.as_ref())?,
            Open::Array(_) => return Err(Refused),
        }
        Ok(())
    }

    /// A number or a keyword, and how it is written.
    pub(super) fn scalar(&mut self, value: Value, word: &[u8]) -> Result<(), Refused> {
        if let Some(echo) = &mut self.echo {
            echo.word(word);
        }
        match self.expected {
            Expected::Value | Expected::FirstElement => self.put(value),
            Expected::Request | Expected::FirstName | Expected::Name | Expected::Colon | Expected::SeparatorOrEnd => {
                Err(Refused)
            }
        }
    }

    fn put(&mut self, value: Value) -> Result<(), Refused> {
        self.expected = Expected::SeparatorOrEnd;
        match &mut self.innermost {
            Open::Array(elements) => elements.push(value),
            Open::Object(members, name) => {
                // The same name twice: which one is meant, nobody knows.
                if members.insert(mem::take(name), value).is_some() {
                    return Err(Refused);
                }
            }
            Open::Request(Slot::Id) => self.members.id = self.echo.take().map(Echo::into_id),
            Open::Request(slot) => self.members.put(*slot, value),
        }
        Ok(())
    }
}
