//! Says that a command has held the dispatcher for long. The dispatcher's thread may be blocked, so the I/O thread says it.
//!
//! A watch begins when the dispatcher has taken a request, and sleeps; when it wakes it looks at what runs by then. So
//! there is one waking for each period of load, whatever the number of commands, and none while nothing runs.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_qmp_messages::RequestKey;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use crate::deadline::later;
use crate::request_span::as_micros;
use crate::statistics::{RunningCommand, Statistics};

/// Watches the commands of one monitor.
pub(super) struct HeldWarning {
    /// How long a command may take; none: as long as it likes.
    after: Option<Duration>,
    watch: Option<JoinHandle<()>>,
    warned_of: Rc<Cell<Option<RequestKey>>>,
}

impl HeldWarning {
    pub(super) fn new(after: Option<Duration>) -> Self {
        Self { after, watch: None, warned_of: Rc::default() }
    }

    /// Whether something sleeps that will look at what runs.
    pub(super) fn is_watching(&self) -> bool {
        self.watch.as_ref().is_some_and(|watch| !watch.is_finished())
    }

    /// The dispatcher has taken a request, and said what runs before it said so.
    pub(super) fn request_taken(&mut self, statistics: &Arc<Statistics>) {
        let Some(after) = self.after else { return };
        if !self.is_watching() {
            self.watch = Some(actix::spawn(watch(Arc::clone(statistics), after, Rc::clone(&self.warned_of))));
        }
    }
}

impl Drop for HeldWarning {
    fn drop(&mut self) {
        if let Some(watch) = &self.watch {
            watch.abort();
        }
    }
}

/// Ends when it has warned, or when it finds that nothing runs.
async fn watch(statistics: Arc<Statistics>, after: Duration, warned_of: Rc<Cell<Option<RequestKey>>>) {
    let mut due = later(Instant::now(), after);
    loop {
        sleep_until(due).await;
        let Some(running) = statistics.running().filter(|running| warned_of.get() != Some(running.request)) else {
            return;
        };
        due = later(running.since, after);
        if due <= Instant::now() {
            warned_of.set(Some(running.request));
            warn(running);
            return;
        }
    }
}

fn warn(RunningCommand { request, name, since }: RunningCommand) {
    let (monitor, session) = (request.session.monitor, request.session.session);
    let held_us = as_micros(since.elapsed());
    tracing::warn!(%monitor, %session, sequence = %request.sequence, command = name, held_us, "dispatcher_held");
}
