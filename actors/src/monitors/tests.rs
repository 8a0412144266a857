//! Ending monitors when an I/O thread does not end.

use std::sync::mpsc::channel;

use actix_rt::System;

use super::*;

#[test]
fn a_blocked_io_thread_holds_up_neither_the_shutdown_nor_the_program() {
    let (open, opened) = channel::<()>();
    // The runtime ends with the statement.
    System::new().block_on(async {
        let monitors = Monitors::builder(VersionInfo::new("test")).start().await.unwrap();
        let (enter, entered) = oneshot::channel();
        monitors.io[0].arbiter.spawn_fn(move || {
            enter.send(()).unwrap();
            // Until the test lets it go, or has waited for it.
            let _ = opened.recv_timeout(Duration::from_secs(60));
        });
        entered.await.unwrap();
        assert_eq!(monitors.shutdown(Duration::ZERO).await, Err(ShutdownError::IoThreadBlocked));
    });
    open.send(()).expect("the thread is still blocked");
}
