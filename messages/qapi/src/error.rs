//! Why a schema can't be compiled.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::source::SchemaError;

/// A schema that can't be compiled.
#[derive(thiserror::Error)]
pub enum CompileError {
    /// The schema is wrong.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A file can't be read or written.
    #[error("can't {action} file '{}': {}", path.display(), words(source))]
    File {
        /// `read schema`, `write`
        action: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// `compile` was called outside of a build script.
    #[error("OUT_DIR is not set: compile() is for build scripts; use write_to() elsewhere")]
    NotInBuildScript,
}

/// A build script that returns the error shows it by its `Debug`, so that is the text for people.
impl fmt::Debug for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the operating system says, without its number.
fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error").map_or(text.as_str(), |(words, _)| words).to_owned()
}
