//! Files to expressions: the text of a schema, its includes and pragmas, and the comments that document it.
//!
//! | file | what it does |
//! |---|---|
//! | `parse/text.rs` | bytes → text with lines and columns |
//! | `parse/lexer.rs`, `parse/comment.rs` | text → tokens, documentation comments among them |
//! | `parse/json.rs` | tokens → [`Value`] |
//! | `parse/reader.rs` | files → [`Expression`]s with the comments before them; follows includes |
//! | `parse/pragma.rs` | `pragma` directives → [`Pragma`] |

pub(crate) mod comment;
mod json;
mod lexer;
mod pragma;
mod reader;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod text;

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::doc::{Doc, FreeForm};
use crate::source::{Location, SourceFile};

/// A value of the schema's JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    String(String),
    Bool(bool),
    List(Vec<Value>),
    Object(Object),
}

/// An object; names are unique, order is that of the file.
pub(crate) type Object = IndexMap<String, Value>;

/// A top-level expression other than `include` and `pragma`.
#[derive(Debug)]
pub(crate) struct Expression {
    pub(crate) location: Location,
    pub(crate) members: Object,
    /// The comment right before it, if it is a definition's.
    pub(crate) doc: Option<Doc>,
}

/// What pragmas of any file of the schema say; they hold for all of it.
#[derive(Debug, Default)]
pub(crate) struct Pragma {
    pub(crate) doc_required: bool,
    pub(crate) command_name_exceptions: Vec<String>,
    pub(crate) command_returns_exceptions: Vec<String>,
    pub(crate) member_name_exceptions: Vec<String>,
    /// Definitions that need not document their members (8.2).
    pub(crate) documentation_exceptions: Vec<String>,
}

/// All files of a schema, read.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    /// In the order in which they were first named.
    pub(crate) files: Vec<Arc<SourceFile>>,
    /// In the order in which includes are met, an included file's where it was first included.
    pub(crate) expressions: Vec<Expression>,
    /// Free-form comments with the number of expressions before each.
    pub(crate) free_form: Vec<(usize, FreeForm)>,
    pub(crate) pragma: Pragma,
}

/// Reads a schema and all it includes.
///
/// # Errors
/// Of the file system, of syntax, of includes and pragmas, of the form of documentation comments.
pub(crate) fn parse(path: &Path) -> Result<Parsed, crate::CompileError> {
    reader::Reader::read(path)
}
