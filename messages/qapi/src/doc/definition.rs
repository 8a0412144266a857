//! Comments that document a definition.
//!
//! ```text
//!             @name:                   Features:            @name:
//!   overview --------> members -----------------> features --------> features
//!      |                  |                           |
//!      +------------------+---- Tag: / paragraph -----+---> sections ---> sections
//! ```
//! Names in `sections` are refused: they would be taken for text. Another `Features:` line leads back to features, once.

use std::collections::HashSet;

use super::line::{Inline, Line};
use super::prose::{Before, End, Place, Prose};
use super::{Doc, DocItem, Section, Tag};
use crate::parse::comment::{Comment, CommentLine};
use crate::parse::text::Text;
use crate::source::SchemaError;

/// The name in a comment's first line.
pub(super) fn symbol(text: &Text, line: CommentLine<'_>) -> Result<String, SchemaError> {
    let Some(symbol) = line.content.strip_suffix(':') else {
        return Err(text.error(line.at, "line should end with ':'"));
    };
    match symbol.strip_prefix('@') {
        Some("") | None => Err(text.error(line.at, "name required after '@'")),
        Some(symbol) => Ok(symbol.to_owned()),
    }
}

/// Reads what follows the first line.
pub(super) fn read(
    text: &Text,
    comment: &Comment<'_>,
    symbol: String,
    lines: &[CommentLine<'_>],
) -> Result<Doc, SchemaError> {
    let mut reader = Reader {
        text,
        doc: Doc {
            location: text.location(comment.at),
            symbol,
            body: String::new(),
            members: Vec::new(),
            features: Vec::new(),
            sections: Vec::new(),
        },
        part: Part::Overview,
        prose: Prose::new(),
        before: Before::Text,
        has_features: false,
        members: HashSet::new(),
        features: HashSet::new(),
        tags: HashSet::new(),
    };
    for line in lines {
        reader.line(*line)?;
    }
    reader.finish(comment.end)?;
    Ok(reader.doc)
}

struct Reader<'t> {
    text: &'t Text,
    doc: Doc,
    /// What is being read, and its text so far.
    part: Part<'t>,
    prose: Prose<'t>,
    before: Before,
    has_features: bool,
    // What was met already.
    members: HashSet<&'t str>,
    features: HashSet<&'t str>,
    tags: HashSet<Tag>,
}

/// A part of a comment, with the place where it begins.
#[derive(Clone, Copy)]
enum Part<'t> {
    Overview,
    Member(&'t str, usize),
    /// The line `Features:`, of which no feature was met yet.
    FeaturesLine,
    Feature(&'t str, usize),
    Tagged(Tag, usize),
    /// Text of no name, after members or sections.
    Plain(usize),
}

impl<'t> Reader<'t> {
    fn line(&mut self, line: CommentLine<'t>) -> Result<(), SchemaError> {
        match Line::of(line.content) {
            Line::Blank => {
                self.prose.push("");
                self.before = Before::Blank;
                return Ok(());
            }
            Line::Name(name, inline) => self.name(line.at, name, inline)?,
            Line::Features => self.features_line(line.at)?,
            Line::Tag(tag, inline) => self.tag(line.at, tag, inline)?,
            Line::Equals => return Err(self.text.error(line.at, "unexpected '=' markup in definition documentation")),
            Line::Text { indent } => self.text_line(line, indent)?,
        }
        self.before = Before::Text;
        Ok(())
    }

    fn name(&mut self, at: usize, name: &'t str, inline: Inline<'t>) -> Result<(), SchemaError> {
        if name.is_empty() {
            return Err(self.text.error(at, "invalid parameter name"));
        }
        let (part, is_new) = match self.part {
            Part::Overview | Part::Member(..) => (Part::Member(name, at), self.members.insert(name)),
            Part::FeaturesLine | Part::Feature(..) => (Part::Feature(name, at), self.features.insert(name)),
            Part::Tagged(tag, _) => {
                let message = format!("'@{name}:' can't follow '{}' section", tag.word());
                return Err(self.text.error(at, message));
            }
            Part::Plain(_) => {
                return Err(self.text.error(at, format!("description of '@{name}:' follows a section")));
            }
        };
        if !is_new {
            return Err(self.text.error(at, format!("'{name}' parameter name duplicated")));
        }
        // The line that announces features ends with the first of them.
        if matches!(self.part, Part::FeaturesLine) {
            self.part = part;
            self.prose = Prose::with_inline(inline);
            return Ok(());
        }
        self.begin(at, part, Prose::with_inline(inline))
    }

    fn features_line(&mut self, at: usize) -> Result<(), SchemaError> {
        if self.has_features {
            return Err(self.text.error(at, "duplicated 'Features:' line"));
        }
        self.has_features = true;
        self.begin(at, Part::FeaturesLine, Prose::new())
    }

    fn tag(&mut self, at: usize, tag: Tag, inline: Inline<'t>) -> Result<(), SchemaError> {
        let only_once = match tag {
            Tag::Returns | Tag::Errors | Tag::Since => true,
            Tag::Note | Tag::Notes | Tag::Example | Tag::Examples | Tag::Todo => false,
        };
        if !self.tags.insert(tag) && only_once {
            return Err(self.text.error(at, format!("duplicated '{}' section", tag.word())));
        }
        self.begin(at, Part::Tagged(tag, at), Prose::with_inline(inline))
    }

    fn text_line(&mut self, line: CommentLine<'t>, indent: usize) -> Result<(), SchemaError> {
        let end = match self.part {
            Part::Overview | Part::Plain(_) => {
                self.prose.push(line.content);
                return Ok(());
            }
            // QEMU 7.2 took all such text; 10.0 has a rule against it, which is kept but for references.
            Part::FeaturesLine if line.content.starts_with('@') => {
                self.part = Part::Plain(line.at);
                self.prose.push(line.content);
                return Ok(());
            }
            Part::FeaturesLine => return Err(self.features_expected(line.at)),
            Part::Member(..) | Part::Feature(..) => End::Paragraph,
            // Notes and examples were written without indentation, and end with the next tag only.
            Part::Tagged(Tag::Note | Tag::Notes | Tag::Example | Tag::Examples, _) => End::Never,
            Part::Tagged(Tag::Returns | Tag::Errors | Tag::Since | Tag::Todo, _) => End::IndentedParagraph,
        };
        match self.prose.offer(line.content, indent, self.before, end) {
            Place::Inside => Ok(()),
            Place::Behind => {
                self.begin(line.at, Part::Plain(line.at), Prose::new())?;
                self.prose.push(line.content);
                Ok(())
            }
            Place::Refused { expected } => {
                let message = format!("unexpected de-indent (expected at least {expected} spaces)");
                Err(self.text.error(line.at, message))
            }
        }
    }

    fn begin(&mut self, at: usize, part: Part<'t>, prose: Prose<'t>) -> Result<(), SchemaError> {
        self.finish(at)?;
        self.part = part;
        self.prose = prose;
        Ok(())
    }

    /// Puts the part that was being read into the result; `at` is where the next begins.
    fn finish(&mut self, at: usize) -> Result<(), SchemaError> {
        let text = std::mem::replace(&mut self.prose, Prose::new()).into_text();
        match self.part {
            Part::Overview => self.doc.body = text,
            Part::Member(name, begin) => {
                let item = self.item(name, begin, text, at)?;
                self.doc.members.push(item);
            }
            Part::FeaturesLine => return Err(self.features_expected(at)),
            Part::Feature(name, begin) => {
                let item = self.item(name, begin, text, at)?;
                self.doc.features.push(item);
            }
            Part::Tagged(tag, begin) => {
                self.expect_text(tag.word(), &text, at)?;
                self.section(Some(tag), begin, text);
            }
            Part::Plain(begin) => self.section(None, begin, text),
        }
        Ok(())
    }

    fn item(&self, name: &str, begin: usize, text: String, at: usize) -> Result<DocItem, SchemaError> {
        self.expect_text(name, &text, at)?;
        Ok(DocItem { name: name.to_owned(), text, location: self.text.location(begin) })
    }

    fn section(&mut self, tag: Option<Tag>, begin: usize, text: String) {
        self.doc.sections.push(Section { tag, text, location: self.text.location(begin) });
    }

    fn expect_text(&self, name: &str, text: &str, at: usize) -> Result<(), SchemaError> {
        if text.is_empty() {
            return Err(self.text.error(at, format!("empty doc section '{name}'")));
        }
        Ok(())
    }

    fn features_expected(&self, at: usize) -> SchemaError {
        self.text.error(at, "feature descriptions expected")
    }
}
