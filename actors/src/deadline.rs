//! Moments to come.

use std::time::Duration;

use tokio::time::Instant;

/// What stands for never: nobody waits that long, and every clock can tell it.
const NEVER: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

/// The moment so much later. Sums that a clock can't tell panic, and `Duration::MAX` is how one says "without a bound".
pub(crate) fn later(from: Instant, by: Duration) -> Instant {
    from.checked_add(by).unwrap_or(from + NEVER)
}
