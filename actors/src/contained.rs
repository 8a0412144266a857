//! Code of the embedder's that runs within actors of ours: its panics go no further than here.
//!
//! Some of it nobody writes down: what is dropped. A value that a handler returned, an event's data, the arguments of a request
//! that is never executed, a handler itself, even what a panic carries. A panic there would end the actor, which is all
//! monitors of an I/O thread, or all commands.

use std::any::{Any, type_name};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Serialize, Serializer};

/// Code of the embedder's has panicked.
#[derive(Debug)]
pub(crate) struct Panicked;

/// Runs code of the embedder's.
///
/// # Errors
/// When it panics.
pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(run)).map_err(forget)
}

/// Drops what a panic carried, which may panic again; what that carries is left alone.
fn forget(carried: Box<dyn Any + Send>) -> Panicked {
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(carried))) {
        std::mem::forget(again);
    }
    Panicked
}

/// A value whose panic when it is dropped goes no further than the log.
pub(crate) struct Contained<T>(Option<T>);

impl<T> Contained<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Some(value))
    }

    #[cfg(test)]
    pub(crate) fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }

    /// The value itself, for whoever sees to its panics; always there.
    pub(crate) fn take(mut self) -> Option<T> {
        self.0.take()
    }
}

impl<T> Drop for Contained<T> {
    fn drop(&mut self) {
        let value = self.0.take();
        if caught(|| drop(value)).is_err() {
            tracing::error!(value = type_name::<T>(), "value_panicked_while_dropped");
        }
    }
}

impl<T: Serialize> Serialize for Contained<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(value) => value.serialize(serializer),
            None => serializer.serialize_unit(),
        }
    }
}
