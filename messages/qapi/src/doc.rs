//! Documentation comments, taken apart.
//!
//! Text is as written between the `#` marks, indentation of the whole taken off: reStructuredText with `@name` for a name of
//! the schema.
//!
//! | file | what it does |
//! |---|---|
//! | `doc/line.rs` | what a line of a comment begins |
//! | `doc/prose.rs` | which lines belong to a description, and its text |
//! | `doc/definition.rs` | comment → [`Doc`] |
//! | `doc/free_form.rs` | comment → [`FreeForm`] |
//!
//! The form of comments changed between QEMU 7.2 and 10.0; both are read. See `doc/prose.rs` for indentation. Tags count
//! with or without a blank line before them, and the tags that 10.0 gave up are still known.

mod definition;
mod free_form;
mod line;
mod prose;
#[cfg(test)]
mod tests;

use crate::parse::comment::Comment;
use crate::parse::text::Text;
use crate::source::{Location, SchemaError};

/// The documentation of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doc {
    /// The comment's first line.
    pub location: Location,
    /// The name of what it documents.
    pub symbol: String,
    /// The overview.
    pub body: String,
    /// Arguments, members, values or branches in the order of the comment; also those that the comment leaves out, with an empty
    /// text, in the order of the definition.
    pub members: Vec<DocItem>,
    /// Features.
    pub features: Vec<DocItem>,
    /// Tagged sections in order, `Since` and `Returns` among them.
    pub sections: Vec<Section>,
}

/// A documented name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocItem {
    /// The name, without `@`.
    pub name: String,
    /// What is said of it.
    pub text: String,
    /// Its line.
    pub location: Location,
}

/// A tagged section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its tag; `None` for text that follows an argument or a section without a tag of its own.
    pub tag: Option<Tag>,
    /// Its text.
    pub text: String,
    /// Its line.
    pub location: Location,
}

/// The tags of sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "named as in the language")]
pub enum Tag {
    Returns,
    Errors,
    Since,
    Note,
    Notes,
    Example,
    Examples,
    Todo,
}

/// A comment that documents no definition, or a part of one: every heading begins a part of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeForm {
    /// The first line: the comment's `##` or the heading.
    pub location: Location,
    /// Its text; if there is a heading, it is the first line and begins with `=`.
    pub text: String,
}

/// What a comment turns out to be.
#[derive(Debug)]
pub(crate) enum Documentation {
    /// It documents the definition that follows.
    Definition(Doc),
    /// It documents none.
    FreeForm(Vec<FreeForm>),
}

impl Documentation {
    /// Takes a comment apart.
    ///
    /// # Errors
    /// The comment's form is wrong; what it says is not compared with the definition.
    pub(crate) fn read(text: &Text, comment: &Comment<'_>) -> Result<Self, SchemaError> {
        match comment.lines.split_first() {
            Some((first, lines)) if first.content.starts_with('@') => {
                let symbol = definition::symbol(text, *first)?;
                definition::read(text, comment, symbol, lines).map(Self::Definition)
            }
            Some(_) | None => free_form::read(text, comment).map(Self::FreeForm),
        }
    }
}

impl Tag {
    /// The tag of a word, the text before the colon.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            // QEMU 10.1 knows the singular only.
            "Returns" | "Return" => Self::Returns,
            "Errors" => Self::Errors,
            "Since" => Self::Since,
            "Note" => Self::Note,
            "Notes" => Self::Notes,
            "Example" => Self::Example,
            "Examples" => Self::Examples,
            "TODO" => Self::Todo,
            _ => return None,
        })
    }

    /// The word that begins such a section.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Returns => "Returns",
            Self::Errors => "Errors",
            Self::Since => "Since",
            Self::Note => "Note",
            Self::Notes => "Notes",
            Self::Example => "Example",
            Self::Examples => "Examples",
            Self::Todo => "TODO",
        }
    }
}

impl Doc {
    /// The text of the first section with this tag.
    #[must_use]
    pub fn section(&self, tag: Tag) -> Option<&str> {
        self.sections.iter().find(|section| section.tag == Some(tag)).map(|section| section.text.as_str())
    }

    /// What is said of a member.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&str> {
        self.members
            .iter()
            .find(|item| item.name == name)
            .map(|item| item.text.as_str())
            .filter(|text| !text.is_empty())
    }
}
