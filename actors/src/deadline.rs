//! Sums of times that no bound can overflow.

use std::time::Duration;

use tokio::time::Instant;

/// What stands for never: nobody waits that long, and every clock can tell it.
const NEVER: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

/// The moment so much later. Sums that a clock can't tell panic, and `Duration::MAX` is how one says "without a bound".
pub(crate) fn later(from: Instant, by: Duration) -> Instant {
    from.checked_add(by).or_else(|| from.checked_add(NEVER)).unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_that_no_clock_can_tell_is_one_that_nobody_lives_to_see() {
        let now = Instant::now();
        assert_eq!(later(now, Duration::from_secs(5)), now + Duration::from_secs(5));
        assert_eq!(later(now, Duration::MAX), now + NEVER);
        let seconds = (0..63).rev().map(|bit| Duration::from_secs(1 << bit));
        let last = seconds.fold(now, |last, more| last.checked_add(more).unwrap_or(last));
        assert_eq!(later(last, Duration::MAX), last, "there is nothing later");
    }
}
