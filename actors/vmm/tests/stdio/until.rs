//! Waits that end.

use std::time::{Duration, Instant};

/// Nothing here takes long; whatever takes longer hangs.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// Asks again and again until there is an answer.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "after {SOON:?} still not: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
