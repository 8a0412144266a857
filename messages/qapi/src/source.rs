//! Where something stands in a schema, for error messages.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// A file of the schema and how it came to be read.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path as the including file and its own folder make it.
    pub path: PathBuf,
    /// The `include` that named it; `None` for the file that the compiler was given.
    pub included_from: Option<Location>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.path.display(), self.line)
    }
}

/// What is wrong with a schema, and where.
///
/// Displayed in the form people know from QEMU:
/// ```text
/// In file included from main.json:3:
/// sub.json: In command 'stop':
/// sub.json:7: flag 'allow-oob' may only use true value
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct SchemaError {
    location: Location,
    column: Option<usize>,
    definition: Option<String>,
    message: String,
}

impl SchemaError {
    /// An error about a line.
    pub(crate) fn new(location: &Location, message: impl Into<String>) -> Self {
        Self { location: location.clone(), column: None, definition: None, message: message.into() }
    }

    /// An error of a place within a line; `column` counts from 1.
    pub(crate) fn at_column(location: &Location, column: usize, message: impl Into<String>) -> Self {
        Self { column: Some(column), ..Self::new(location, message) }
    }

    /// Says which definition the error is in: `command 'stop'`.
    pub(crate) fn in_definition(self, definition: impl Into<String>) -> Self {
        Self { definition: Some(definition.into()), ..self }
    }

    /// The line.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// What is wrong, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut from = self.location.file.included_from.as_ref();
        let mut chain = Vec::new();
        while let Some(location) = from {
            chain.push(location);
            from = location.file.included_from.as_ref();
        }
        for location in chain.into_iter().rev() {
            writeln!(f, "In file included from {location}:")?;
        }
        if let Some(definition) = &self.definition {
            writeln!(f, "{}: In {definition}:", self.location.file.path.display())?;
        }
        match self.column {
            Some(column) => write!(f, "{}:{column}: {}", self.location, self.message),
            None => write!(f, "{}: {}", self.location, self.message),
        }
    }
}

/// A build script that returns the error shows it by its `Debug`, so that is the text for people.
impl fmt::Debug for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
