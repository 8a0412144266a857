//! The time of day that events are stamped with. A test can hold it, so that the same history is the same bytes.

use std::time::SystemTime;

#[cfg(test)]
thread_local! {
    static HELD: std::cell::Cell<Option<SystemTime>> = const { std::cell::Cell::new(None) };
}

/// What time it is.
pub(crate) fn now() -> SystemTime {
    #[cfg(test)]
    if let Some(held) = HELD.get() {
        return held;
    }
    SystemTime::now()
}

/// Holds the time of day for this thread.
#[cfg(test)]
pub(crate) fn hold(at: SystemTime) {
    HELD.set(Some(at));
}
