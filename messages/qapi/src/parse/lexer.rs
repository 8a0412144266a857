//! Text to tokens.
//!
//! The schema's JSON has fewer tokens than JSON: strings stand in single quotes and are printable ASCII, and there are
//! no numbers and no `null`. Comments are skipped, except those that document.

use super::comment::Comment;
use super::text::Text;
use crate::source::SchemaError;

/// A token and the offset at which it begins.
#[derive(Debug)]
pub(super) struct Token<'t> {
    pub(super) at: usize,
    pub(super) kind: TokenKind<'t>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum TokenKind<'t> {
    BraceOpen,
    BraceClose,
    BracketOpen,
    BracketClose,
    Colon,
    Comma,
    Bool(bool),
    String(String),
    Comment(Comment<'t>),
    /// Placed at the last line end.
    EndOfFile,
}

/// Gives a text's tokens one by one. It looks at nothing behind the token it gives, so that a mistake further on is not
/// found before what stands here was acted on.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    text: &'t Text,
    at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t Text) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn text(&self) -> &'t Text {
        self.text
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Result<Token<'t>, SchemaError> {
        loop {
            self.skip_space();
            let at = self.at;
            let Some(first) = self.rest().chars().next() else {
                return Ok(Token { at: self.text.as_str().len().saturating_sub(1), kind: TokenKind::EndOfFile });
            };
            let kind = match first {
                '#' => match self.comment()? {
                    Some(comment) => TokenKind::Comment(comment),
                    None => continue,
                },
                '\'' => TokenKind::String(self.string()?),
                '{' => self.structural(TokenKind::BraceOpen),
                '}' => self.structural(TokenKind::BraceClose),
                '[' => self.structural(TokenKind::BracketOpen),
                ']' => self.structural(TokenKind::BracketClose),
                ':' => self.structural(TokenKind::Colon),
                ',' => self.structural(TokenKind::Comma),
                _ => self.word()?,
            };
            return Ok(Token { at, kind });
        }
    }

    fn rest(&self) -> &'t str {
        self.text.as_str().get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn structural(&mut self, kind: TokenKind<'t>) -> TokenKind<'t> {
        self.at += 1;
        kind
    }

    /// Passes a comment; gives it if it documents.
    fn comment(&mut self) -> Result<Option<Comment<'t>>, SchemaError> {
        let line = self.comment_line();
        if !line.starts_with("##") {
            return Ok(None);
        }
        let at = self.at - line.len();
        if line != "##" {
            return Err(self.text.error(at, "junk after '##' at start of documentation comment"));
        }
        let mut comment = Comment { at, lines: Vec::new(), end: at };
        loop {
            self.skip_space();
            let at = self.at;
            let line = self.comment_line();
            match line.strip_prefix('#') {
                None => {
                    let at = at.min(self.text.as_str().len().saturating_sub(1));
                    return Err(self.text.error(at, "documentation comment must end with '##'"));
                }
                Some("#") => {
                    comment.end = at;
                    return Ok(Some(comment));
                }
                Some(content) => comment.push(self.text, at, content)?,
            }
        }
    }

    /// Passes the rest of the line if it is a comment; else gives an empty text.
    fn comment_line(&mut self) -> &'t str {
        let rest = self.rest();
        if !rest.starts_with('#') {
            return "";
        }
        let line = rest.split('\n').next().unwrap_or_default();
        self.at += line.len();
        line
    }

    fn string(&mut self) -> Result<String, SchemaError> {
        let start = self.at;
        let mut content = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((offset, char)) = chars.next() {
            match char {
                '\'' => {
                    self.at += offset + 1;
                    return Ok(content);
                }
                '\n' => break,
                '\\' => match chars.next() {
                    Some((_, '\\')) => content.push('\\'),
                    None | Some((_, '\n')) => break,
                    Some((_, other)) => return Err(self.text.error(start, format!("unknown escape \\{other}"))),
                },
                ' '..='~' => content.push(char),
                _ => return Err(self.text.error(start, "funny character in string")),
            }
        }
        Err(self.text.error(start, "missing terminating \"'\""))
    }

    /// What is neither string nor structure: the literal names, and all that must not be there.
    fn word(&mut self) -> Result<TokenKind<'t>, SchemaError> {
        let rest = self.rest();
        for (name, value) in [("true", true), ("false", false)] {
            if rest.starts_with(name) {
                self.at += name.len();
                return Ok(TokenKind::Bool(value));
            }
        }
        let is_end = |char: char| char.is_whitespace() || matches!(char, '[' | ']' | '{' | '}' | ':' | ',' | '\'');
        let word = rest.split(is_end).next().unwrap_or_default();
        Err(self.text.error(self.at, format!("stray '{word}'")))
    }
}
