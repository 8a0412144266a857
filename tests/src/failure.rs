//! The one error of the harness: a text for the person who reads a failed test.
//!
//! Nothing branches on it, so it carries no variants. `Debug` prints the plain text: that is what a test that returns
//! `Err` shows.

use std::fmt;

/// Why a step of a test could not be done, in words, with the conversation so far where there was one.
pub struct Failure(String);

/// The result of every fallible function of the harness.
pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure with this text.
    pub fn new(text: impl fmt::Display) -> Self {
        Self(text.to_string())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Puts what was being done in front of what went wrong.
pub trait Context<T> {
    /// The same result; a failure's text becomes `doing: text`.
    ///
    /// # Errors
    /// The failure that was there already.
    fn context(self, doing: impl fmt::Display) -> Outcome<T>;
}

impl<T, E: Into<Failure>> Context<T> for Result<T, E> {
    fn context(self, doing: impl fmt::Display) -> Outcome<T> {
        self.map_err(|error| Failure(format!("{doing}: {}", error.into())))
    }
}
