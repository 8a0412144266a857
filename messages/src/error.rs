//! Errors as a QMP client sees them: a class from a fixed set and a sentence for people.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

/// The `class` member of an error reply (QMP specification, section 2.4.2 "error").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum ErrorClass {
    /// Every error that clients need not tell apart by program.
    GenericError,
    /// The requested command does not exist, or not now.
    CommandNotFound,
    /// A device has failed to become active.
    DeviceNotActive,
    /// The requested device does not exist.
    DeviceNotFound,
    /// A KVM capability is missing.
    KVMMissingCap,
}

/// What an error reply says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QmpError {
    class: ErrorClass,
    desc: Cow<'static, str>,
}

impl QmpError {
    /// An error of the given class; `desc` says what was expected, what came, and what to do.
    pub fn new(class: ErrorClass, desc: impl Into<Cow<'static, str>>) -> Self {
        Self { class, desc: desc.into() }
    }

    /// A [`ErrorClass::GenericError`].
    pub fn generic(desc: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorClass::GenericError, desc)
    }

    /// The error's class.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        self.class
    }

    /// The error's description.
    #[must_use]
    pub fn desc(&self) -> &str {
        &self.desc
    }
}

impl fmt::Display for QmpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.desc)
    }
}

impl std::error::Error for QmpError {}
