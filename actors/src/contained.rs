//! Values of the embedder's that actors of ours keep, and drop.
//!
//! Whatever code of the embedder's runs within an actor is run where its panic is caught. Dropping a value is the one such
//! place that nobody writes down: what a handler returned, an event's data, the arguments of a request that is never
//! executed. A panic there would end the actor, which is all monitors of an I/O thread, or all commands.

use std::any::type_name;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Serialize, Serializer};

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
        if catch_unwind(AssertUnwindSafe(|| drop(value))).is_err() {
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
