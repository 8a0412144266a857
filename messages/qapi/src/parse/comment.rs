//! A documentation comment as it stands in the file: its lines without their `#` marks.

use super::text::Text;
use crate::source::SchemaError;

/// A comment between two `##` lines.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Comment<'t> {
    /// Where the opening `##` is.
    pub(crate) at: usize,
    /// The lines between.
    pub(crate) lines: Vec<CommentLine<'t>>,
    /// Where the closing `##` is.
    pub(crate) end: usize,
}

/// A line of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CommentLine<'t> {
    /// Where its `#` is.
    pub(crate) at: usize,
    /// What follows `# `, without space at the end.
    pub(crate) content: &'t str,
}

impl<'t> Comment<'t> {
    /// Adds a line; `content` is all that follows the `#`.
    pub(super) fn push(&mut self, text: &Text, at: usize, content: &'t str) -> Result<(), SchemaError> {
        if content.starts_with('#') {
            return Err(text.error(at, "junk after '##' at end of documentation comment"));
        }
        let content = match content.strip_prefix(' ') {
            Some(content) => content.trim_end(),
            None if content.is_empty() => content,
            None => return Err(text.error(at, "missing space after #")),
        };
        self.lines.push(CommentLine { at, content });
        Ok(())
    }
}
