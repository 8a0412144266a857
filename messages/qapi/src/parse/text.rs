//! The text of a schema file, and how a place in it becomes a [`Location`] or an error.

use std::sync::Arc;

use crate::source::{Location, SchemaError, SourceFile};

/// A file's text, with line ends made `\n` and one at its very end.
#[derive(Debug)]
pub(crate) struct Text {
    file: Arc<SourceFile>,
    text: String,
    /// The offset at which each line begins.
    line_starts: Vec<usize>,
}

impl Text {
    /// Takes what the file holds.
    ///
    /// # Errors
    /// It isn't UTF-8; the error is at the first wrong byte.
    pub(crate) fn decode(file: Arc<SourceFile>, bytes: Vec<u8>) -> Result<Self, SchemaError> {
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(file, text)),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default());
                let line = text.matches('\n').count() + 1;
                let column = text.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
                Err(SchemaError::at_column(&Location { file, line }, column, "text is not UTF-8"))
            }
        }
    }

    fn new(file: Arc<SourceFile>, mut text: String) -> Self {
        if text.contains("\r\n") {
            text = text.replace("\r\n", "\n");
        }
        // The end of the file is then always the end of a line, which is where messages about it point to.
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file, text, line_starts }
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The line of an offset.
    pub(crate) fn location(&self, at: usize) -> Location {
        // The first line begins at 0, so there is always a line that doesn't begin after `at`.
        let line = self.line_starts.partition_point(|start| *start <= at);
        Location { file: Arc::clone(&self.file), line }
    }

    /// An error of the line and column of an offset.
    pub(crate) fn error(&self, at: usize, message: impl Into<String>) -> SchemaError {
        let location = self.location(at);
        let line_start = self.line_starts.get(location.line - 1).copied().unwrap_or_default();
        let column = self.text.get(line_start..at).unwrap_or_default().chars().count() + 1;
        SchemaError::at_column(&location, column, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: impl Into<Vec<u8>>) -> Result<Text, SchemaError> {
        let file = SourceFile { path: "vm.json".into(), included_from: None };
        Text::decode(Arc::new(file), content.into())
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = text("one\näöü!\n").unwrap();
        let at = text.as_str().find('!').unwrap();
        assert_eq!(text.error(at, "here").to_string(), "vm.json:2:4: here");
    }

    #[test]
    fn a_place_right_behind_a_line_end_is_on_the_next_line() {
        let text = text("a\n\nb").unwrap();
        let lines: Vec<_> = (0..4).map(|at| text.location(at).line).collect();
        assert_eq!(lines, [1, 1, 2, 3]);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_named_by_their_place() {
        let error = text(b"{ }\n# \xff\n").unwrap_err();
        assert_eq!(error.to_string(), "vm.json:2:3: text is not UTF-8");
    }

    #[test]
    fn line_ends_of_windows_are_read_as_line_ends() {
        assert_eq!(text("a\r\nb\r\n").unwrap().as_str(), "a\nb\n");
    }
}
