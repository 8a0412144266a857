//! A handler that really blocks its thread until the test opens the gate.

use std::sync::mpsc::{Receiver, Sender, channel};

use actix_qmp::QmpError;
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};

use super::{PATIENCE, within};

/// The test's end.
pub(crate) struct Gate {
    entered: mpsc::UnboundedReceiver<i64>,
    open: Sender<()>,
}

/// A handler body that stops its thread, and the gate that lets it go on. Dropping the gate opens it for ever.
pub(crate) fn gate() -> (impl Fn(i64) -> Result<Value, QmpError> + Send + Sync + 'static, Gate) {
    let (tell, entered) = mpsc::unbounded_channel();
    let (open, opened): (_, Receiver<()>) = channel();
    // A receiver can't be shared between threads by itself; nobody ever waits for this lock.
    let opened = Mutex::new(opened);
    let handler = move |n| {
        // Refused when the test has failed.
        let _ = tell.send(n);
        let opened = opened.try_lock().expect("one handler at a time");
        match opened.recv_timeout(PATIENCE) {
            Ok(()) => Ok(json!({"n": n})),
            Err(error) => Err(QmpError::generic(format!("the gate was not opened: {error}"))),
        }
    };
    (handler, Gate { entered, open })
}

impl Gate {
    /// Waits until the handler stands at the gate.
    pub(crate) async fn entered(&mut self) -> i64 {
        within("a handler stands at the gate", self.entered.recv()).await.expect("the handler exists")
    }

    /// Lets it go on.
    pub(crate) fn open(&self) {
        self.open.send(()).expect("the handler exists");
    }
}
