//! Tokens to values.

use super::lexer::{Lexer, Token, TokenKind};
use super::{Object, Value};
use crate::source::SchemaError;

/// How deep values may be nested; the language needs six levels. Reading, checking and dropping values recurse.
const MAX_DEPTH: usize = 64;

const VALUE: &str = "'{', '[', string, or boolean";
const VALUE_OR_END: &str = "'{', '[', ']', string, or boolean";

/// Reads the value that begins with a token.
pub(super) fn value(lexer: &mut Lexer<'_>, first: Token<'_>) -> Result<Value, SchemaError> {
    Reader { lexer, depth: 0 }.value(first, VALUE)
}

struct Reader<'l, 't> {
    lexer: &'l mut Lexer<'t>,
    depth: usize,
}

impl Reader<'_, '_> {
    fn value(&mut self, first: Token<'_>, expected: &str) -> Result<Value, SchemaError> {
        match first.kind {
            TokenKind::String(string) => Ok(Value::String(string)),
            TokenKind::Bool(bool) => Ok(Value::Bool(bool)),
            TokenKind::BraceOpen => {
                self.enter(first.at)?;
                let object = self.object()?;
                self.depth -= 1;
                Ok(Value::Object(object))
            }
            TokenKind::BracketOpen => {
                self.enter(first.at)?;
                let list = self.list()?;
                self.depth -= 1;
                Ok(Value::List(list))
            }
            TokenKind::BraceClose
            | TokenKind::BracketClose
            | TokenKind::Colon
            | TokenKind::Comma
            | TokenKind::Comment(_)
            | TokenKind::EndOfFile => Err(self.expected(first.at, expected)),
        }
    }

    fn enter(&mut self, at: usize) -> Result<(), SchemaError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.lexer.text().error(at, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(())
    }

    fn object(&mut self) -> Result<Object, SchemaError> {
        let mut object = Object::new();
        let mut token = self.lexer.next()?;
        if token.kind == TokenKind::BraceClose {
            return Ok(object);
        }
        let mut expected = "string or '}'";
        loop {
            let TokenKind::String(name) = token.kind else {
                return Err(self.expected(token.at, expected));
            };
            let colon = self.lexer.next()?;
            if colon.kind != TokenKind::Colon {
                return Err(self.expected(colon.at, "':'"));
            }
            let first = self.lexer.next()?;
            if object.contains_key(&name) {
                return Err(self.lexer.text().error(first.at, format!("duplicate key '{name}'")));
            }
            let value = self.value(first, VALUE)?;
            object.insert(name, value);
            let end = self.lexer.next()?;
            if end.kind == TokenKind::BraceClose {
                return Ok(object);
            }
            if end.kind != TokenKind::Comma {
                return Err(self.expected(end.at, "',' or '}'"));
            }
            token = self.lexer.next()?;
            expected = "string";
        }
    }

    fn list(&mut self) -> Result<Vec<Value>, SchemaError> {
        let mut list = Vec::new();
        let mut token = self.lexer.next()?;
        if token.kind == TokenKind::BracketClose {
            return Ok(list);
        }
        let mut expected = VALUE_OR_END;
        loop {
            list.push(self.value(token, expected)?);
            let end = self.lexer.next()?;
            if end.kind == TokenKind::BracketClose {
                return Ok(list);
            }
            if end.kind != TokenKind::Comma {
                return Err(self.expected(end.at, "',' or ']'"));
            }
            token = self.lexer.next()?;
            expected = VALUE;
        }
    }

    fn expected(&self, at: usize, what: &str) -> SchemaError {
        self.lexer.text().error(at, format!("expected {what}"))
    }
}
