//! Waits that end, and other threads.

use std::future::Future;
use std::time::Duration;

/// Longer than anything takes on a machine under load.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Waits, but not for ever.
pub(crate) async fn within<F: Future>(what: &str, future: F) -> F::Output {
    let in_time = tokio::time::timeout(PATIENCE, future).await;
    in_time.unwrap_or_else(|_| panic!("waited {PATIENCE:?} in vain until {what}"))
}

/// Waits until something is so, but not for ever.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    within(what, waiting).await;
}

/// Runs a script on a thread and a runtime of its own: it goes on when the main arbiter's thread stands still.
pub(crate) async fn elsewhere<S, T>(script: impl FnOnce() -> S + Send + 'static) -> T
where
    S: Future<Output = T>,
    T: Send + 'static,
{
    let thread = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(script())
    });
    thread.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}
