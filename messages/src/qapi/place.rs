//! Where a value stands among the arguments, for errors.

use std::fmt;

use crate::{QmpError, excerpt};

/// Levels of objects and arrays that arguments may have; deeper ones are refused, whatever their schema says, since
/// checking and dropping them takes stack.
pub const MAX_DEPTH: usize = 128;

/// Bytes of the stack that checking one request's arguments may take; a level takes the more the larger its type is. Beyond it
/// values are refused as nested too deeply, well before a thread of 2 MiB is at its end.
pub const STACK_BUDGET: usize = 512 * 1024;

/// A place such as `instances[0].type`; written out only when there is an error.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    depth: usize,
    /// Where on the stack the check began; `None` before it did.
    origin: Option<usize>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Arguments,
    Member(&'a Place<'a>, &'a str),
    Element(&'a Place<'a>, usize),
}

impl<'a> Place<'a> {
    /// The arguments as a whole.
    pub const ARGUMENTS: Place<'static> = Place { depth: 0, origin: None, step: Step::Arguments };

    /// A member of the object that stands here.
    #[must_use]
    pub fn member(&'a self, name: &'a str) -> Self {
        Self { depth: self.depth + 1, origin: self.origin, step: Step::Member(self, name) }
    }

    /// An element of the array that stands here.
    #[must_use]
    pub fn element(&'a self, index: usize) -> Self {
        Self { depth: self.depth + 1, origin: self.origin, step: Step::Element(self, index) }
    }

    /// A value of another type than `expected`.
    #[must_use]
    pub fn wrong_type(&self, expected: &str) -> QmpError {
        QmpError::generic(format!("Invalid parameter type for '{self}', expected: {expected}"))
    }

    /// A value of a JSON type that the alternate `expected` has no branch for.
    #[must_use]
    pub fn no_branch(&self, expected: &str) -> QmpError {
        QmpError::generic(format!("Invalid parameter type for '{}', expected: {expected}", OwnName(self)))
    }

    /// No unsigned integer.
    pub(super) fn not_unsigned(&self) -> QmpError {
        QmpError::generic(format!("Parameter '{self}' expects uint64"))
    }

    /// An integer that the narrower type `expected` does not have.
    pub(super) fn out_of_range(&self, expected: &str) -> QmpError {
        QmpError::generic(format!("Parameter '{}' expects {expected}", OwnName(self)))
    }

    /// A name that its enum does not have.
    #[must_use]
    pub fn unknown_name(&self, name: &str) -> QmpError {
        QmpError::generic(format!("Parameter '{}' does not accept value '{}'", OwnName(self), excerpt(name)))
    }

    /// No value where there must be one.
    pub(super) fn missing(&self) -> QmpError {
        QmpError::generic(format!("Parameter '{self}' is missing"))
    }

    /// A value that nobody expects.
    pub(super) fn unexpected(&self) -> QmpError {
        QmpError::generic(format!("Parameter '{self}' is unexpected"))
    }

    /// The same place; the check began here, if not before.
    pub(super) fn begun(self) -> Self {
        Self { origin: Some(self.origin.unwrap_or_else(stack_address)), ..self }
    }

    /// Refuses an object or array here if it is too deep, or if what it is in has taken too much of the stack.
    pub(super) fn check_depth(&self) -> Result<(), QmpError> {
        let taken = self.origin.map_or(0, |origin| origin.abs_diff(stack_address()));
        if self.depth <= MAX_DEPTH && taken <= STACK_BUDGET {
            return Ok(());
        }
        Err(QmpError::generic(format!("Parameter '{self}' is nested too deeply")))
    }
}

/// About where the caller is on the stack.
#[inline(never)]
fn stack_address() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            Step::Arguments => Ok(()),
            Step::Member(Place { step: Step::Arguments, .. }, name) => f.write_str(&excerpt(name)),
            Step::Member(of, name) => write!(f, "{of}.{}", excerpt(name)),
            Step::Element(of, index) => write!(f, "{of}[{index}]"),
        }
    }
}

/// A member's name without the objects that it is in, which is what the protocol's errors about a value's content tell.
/// Elements of arrays have none: they are told by their whole place.
struct OwnName<'a>(&'a Place<'a>);

impl fmt::Display for OwnName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.step {
            Step::Member(_, name) => f.write_str(name),
            Step::Arguments | Step::Element(..) => self.0.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_as_paths() {
        let arguments = Place::ARGUMENTS;
        let instances = arguments.member("instances");
        let first = instances.element(0);
        let kind = first.member("type");
        assert_eq!(instances.to_string(), "instances");
        assert_eq!(first.to_string(), "instances[0]");
        assert_eq!(kind.to_string(), "instances[0].type");
        assert_eq!(kind.unknown_name("x").desc(), "Parameter 'type' does not accept value 'x'");
        assert_eq!(first.unknown_name("x").desc(), "Parameter 'instances[0]' does not accept value 'x'");
    }
}
