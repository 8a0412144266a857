//! A file, and the files it includes, to expressions, each with the comment that documents it.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::comment::Comment;
use super::lexer::{Lexer, Token, TokenKind};
use super::text::Text;
use super::{Expression, Object, Parsed, Value, json};
use crate::doc::{Doc, Documentation};
use crate::source::{Location, SchemaError, SourceFile};

/// How deep files may include each other; every level is a recursion.
const MAX_INCLUDE_DEPTH: usize = 64;

/// Collects what the files of a schema say.
#[derive(Debug, Default)]
pub(super) struct Reader {
    parsed: Parsed,
    /// Every file met so far, by its real path: it may be named in several ways.
    met: HashSet<PathBuf>,
    /// The files being read, each included by the one before it.
    open: Vec<PathBuf>,
}

/// A comment whose definition is yet to come.
enum Pending {
    Nothing,
    Definition(Doc),
    /// A free-form comment; only its place matters now.
    FreeForm(Location),
}

impl Reader {
    /// The schema that a file and all it includes make.
    pub(super) fn read(path: &Path) -> Result<Parsed, crate::CompileError> {
        let failed = |source| crate::CompileError::File { action: "read schema", path: path.to_owned(), source };
        let bytes = fs::read(path).map_err(failed)?;
        let real = fs::canonicalize(path).map_err(failed)?;
        let mut reader = Self::default();
        reader.met.insert(real.clone());
        reader.file(SourceFile { path: path.to_owned(), included_from: None }, real, bytes)?;
        Ok(reader.parsed)
    }

    fn file(&mut self, file: SourceFile, real: PathBuf, bytes: Vec<u8>) -> Result<(), SchemaError> {
        let file = Arc::new(file);
        self.parsed.files.push(Arc::clone(&file));
        let text = Text::decode(file, bytes)?;
        self.open.push(real);
        let mut lexer = Lexer::new(&text);
        let mut pending = Pending::Nothing;
        loop {
            let token = lexer.next()?;
            pending = match token.kind {
                TokenKind::EndOfFile => break,
                TokenKind::Comment(comment) => {
                    pending.expect_no_definition()?;
                    self.comment(&text, &comment)?
                }
                TokenKind::BraceOpen
                | TokenKind::BraceClose
                | TokenKind::BracketOpen
                | TokenKind::BracketClose
                | TokenKind::Colon
                | TokenKind::Comma
                | TokenKind::Bool(_)
                | TokenKind::String(_) => {
                    self.top_level(&mut lexer, token, pending)?;
                    Pending::Nothing
                }
            };
        }
        pending.expect_no_definition()?;
        self.open.pop();
        Ok(())
    }

    fn comment(&mut self, text: &Text, comment: &Comment<'_>) -> Result<Pending, SchemaError> {
        match Documentation::read(text, comment)? {
            Documentation::Definition(doc) => Ok(Pending::Definition(doc)),
            Documentation::FreeForm(parts) => {
                let before = self.parsed.expressions.len();
                self.parsed.free_form.extend(parts.into_iter().map(|part| (before, part)));
                Ok(Pending::FreeForm(text.location(comment.at)))
            }
        }
    }

    fn top_level(&mut self, lexer: &mut Lexer<'_>, first: Token<'_>, pending: Pending) -> Result<(), SchemaError> {
        let location = lexer.text().location(first.at);
        let Value::Object(mut members) = json::value(lexer, first)? else {
            return Err(SchemaError::new(&location, "top-level expression must be an object"));
        };
        if let Some(value) = directive(&location, &mut members, "include")? {
            pending.expect_no_definition()?;
            let Value::String(name) = value else {
                return Err(SchemaError::new(&location, "value of 'include' must be a string"));
            };
            return self.include(location, &name);
        }
        if let Some(value) = directive(&location, &mut members, "pragma")? {
            pending.expect_no_definition()?;
            let Value::Object(pragmas) = value else {
                return Err(SchemaError::new(&location, "value of 'pragma' must be an object"));
            };
            return self.parsed.pragma.apply(&location, pragmas);
        }
        let doc = match pending {
            Pending::Nothing => None,
            Pending::Definition(doc) => Some(doc),
            Pending::FreeForm(comment) => return Err(SchemaError::new(&comment, "definition documentation required")),
        };
        self.parsed.expressions.push(Expression { location, members, doc });
        Ok(())
    }

    fn include(&mut self, location: Location, name: &str) -> Result<(), SchemaError> {
        let path = location.file.path.parent().unwrap_or(Path::new("")).join(name);
        let unreadable = |error: io::Error| {
            let why = system_message(&error);
            SchemaError::new(&location, format!("can't read include file '{}': {why}", path.display()))
        };
        let real = fs::canonicalize(&path).map_err(unreadable)?;
        if self.open.contains(&real) {
            return Err(SchemaError::new(&location, format!("inclusion loop for {name}")));
        }
        if !self.met.insert(real.clone()) {
            return Ok(());
        }
        if self.open.len() > MAX_INCLUDE_DEPTH {
            return Err(SchemaError::new(&location, format!("included deeper than {MAX_INCLUDE_DEPTH} levels")));
        }
        let bytes = fs::read(&path).map_err(unreadable)?;
        self.file(SourceFile { path, included_from: Some(location) }, real, bytes)
    }
}

impl Pending {
    /// To be asked where no definition follows.
    fn expect_no_definition(&self) -> Result<(), SchemaError> {
        match self {
            Self::Nothing | Self::FreeForm(_) => Ok(()),
            Self::Definition(doc) => {
                let message = format!("documentation for '{}' is not followed by the definition", doc.symbol);
                Err(SchemaError::new(&doc.location, message))
            }
        }
    }
}

/// The value of a directive, if that is what the expression is.
fn directive(location: &Location, members: &mut Object, name: &str) -> Result<Option<Value>, SchemaError> {
    let alone = members.len() == 1;
    match members.shift_remove(name) {
        Some(value) if alone => Ok(Some(value)),
        Some(_) => Err(SchemaError::new(location, format!("invalid '{name}' directive"))),
        None => Ok(None),
    }
}

/// The system's words for an error, without the number that Rust adds.
fn system_message(error: &io::Error) -> String {
    let message = error.to_string();
    match message.split_once(" (os error") {
        Some((words, _)) => words.to_owned(),
        None => message,
    }
}
