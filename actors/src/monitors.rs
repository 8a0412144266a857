//! All monitors of a program: built once, with its commands; monitors come and go; shut down once.

mod builder;

use std::sync::Arc;
use std::time::Duration;

use actix::Addr;
use actix_qmp_chardev::ChardevError;
use actix_qmp_messages::schema::VersionInfo;
use actix_qmp_messages::{MonitorId, StopDispatching};
use actix_rt::Arbiter;
use futures_util::future::join_all;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

pub use self::builder::{MonitorsBuilder, StartError};
use crate::command_table::CommandTable;
use crate::deadline::later;
use crate::dispatcher::Dispatcher;
use crate::emitter::EventEmitter;
use crate::monitor::{CONFIRMATION, Monitor, MonitorEnd, Surroundings, WiringError, wire};
use crate::options::MonitorOptions;
use crate::responder::Responder;
use crate::statistics::MonitorList;

/// Asks for the end of the program, from any thread and from within a handler.
///
/// From the moment of the call no further in-band command is begun, so what a client sent behind `quit` is not
/// executed.
#[derive(Debug, Clone, Default)]
pub struct ShutdownTrigger(CancellationToken);

impl ShutdownTrigger {
    /// Asks.
    pub fn trigger(&self) {
        self.0.cancel();
    }

    /// Whether somebody has asked.
    #[must_use]
    pub fn is_triggered(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits until somebody asks.
    pub async fn triggered(&self) {
        self.0.cancelled().await;
    }
}

/// The monitors of a program, running.
pub struct Monitors {
    main: actix_rt::ArbiterHandle,
    table: Arc<CommandTable>,
    dispatcher: Addr<Dispatcher>,
    io: Vec<IoThread>,
    next_id: u32,
    ends: Vec<MonitorEnd>,
    emitter: EventEmitter,
    trigger: ShutdownTrigger,
    oob_budget: Duration,
    list: MonitorList,
    warn_after: Option<Duration>,
}

struct IoThread {
    arbiter: Arbiter,
    responder: Addr<Responder>,
}

impl Monitors {
    /// Begins to put monitors together. `version` is what the greeting says.
    #[must_use]
    pub fn builder(version: VersionInfo) -> MonitorsBuilder {
        MonitorsBuilder::new(version)
    }

    /// Adds a monitor. It serves clients when this returns; for `wait=on` see [`Monitor::first_client`]. If the future is
    /// dropped before, there is no monitor as soon as its I/O thread has had a turn.
    ///
    /// # Errors
    /// When the chardev can't be opened, or the end of the program was asked for.
    pub async fn add(&mut self, options: MonitorOptions) -> Result<Monitor, AddError> {
        if self.trigger.is_triggered() {
            return Err(AddError::ShuttingDown);
        }
        // Names are resolved and peers connected to while the main arbiter goes on.
        let unbound = options.chardev.clone();
        let bound = tokio::task::spawn_blocking(move || unbound.bind()).await;
        let chardev = bound.map_err(|_| AddError::ShuttingDown)??;
        if self.trigger.is_triggered() {
            return Err(AddError::ShuttingDown);
        }
        let name = chardev.local_name();
        let id = MonitorId(self.next_id);
        self.next_id += 1;
        let turn = id.0 as usize % self.io.len();
        let IoThread { arbiter, responder } = &self.io[turn];
        let around = Surroundings {
            main: self.main.clone(),
            io: arbiter.handle(),
            table: Arc::clone(&self.table),
            oob_budget: self.oob_budget,
            list: self.list.clone(),
            warn_after: self.warn_after,
            dispatcher: self.dispatcher.clone(),
            responder: responder.clone(),
        };
        let monitor = wire(id, &options, chardev, &around)
            .await
            .map_err(|source| AddError::Wiring(WiringFault { name, source }))?;
        self.ends.retain(|end| !end.has_ended());
        self.ends.push(monitor.end.clone());
        Ok(monitor)
    }

    /// A handle for events.
    #[must_use]
    pub fn events(&self) -> EventEmitter {
        self.emitter.clone()
    }

    /// How the monitors are doing.
    #[must_use]
    pub fn list(&self) -> MonitorList {
        self.list.clone()
    }

    /// A handle to ask for the end, or to wait until somebody does.
    #[must_use]
    pub fn shutdown_trigger(&self) -> ShutdownTrigger {
        self.trigger.clone()
    }

    /// Ends all monitors: the command that runs is answered, what waits is not executed, what was answered or emitted
    /// goes out; all that within `within` (and a second for the I/O threads to confirm), whatever clients and handlers
    /// do. A command that takes all of it leaves its client no time to take output. An event that its throttling holds
    /// back is not emitted any more. The handlers are dropped; that of a command that still runs when it ends, and those of a
    /// blocked I/O thread when that ends.
    ///
    /// Must not be waited for within a handler, whose answer it waits for: call [`ShutdownTrigger::trigger`] there.
    ///
    /// # Errors
    /// Names what had to be cut off: a command that did not end, an I/O thread that is blocked.
    pub async fn shutdown(self, within: Duration) -> Result<(), ShutdownError> {
        self.trigger.trigger();
        let deadline = later(tokio::time::Instant::now(), within);
        let stopped = tokio::time::timeout_at(deadline, self.dispatcher.send(StopDispatching)).await;
        let within = deadline.saturating_duration_since(tokio::time::Instant::now());
        let closed = join_all(self.ends.into_iter().map(|end| end.close(within))).await;
        let mut blocked = closed.iter().any(Result::is_err);
        let by = later(deadline, CONFIRMATION);
        let ended: Vec<_> = self.io.into_iter().map(IoThread::stop).collect();
        for ended in ended {
            // That nothing was sent is how the end is told.
            blocked |= tokio::time::timeout_at(by, ended).await.is_err();
        }
        match (stopped, blocked) {
            (_, true) => Err(ShutdownError::IoThreadBlocked),
            (Err(_elapsed), false) => Err(ShutdownError::CommandStillRuns),
            (Ok(_), false) => Ok(()),
        }
    }
}

impl IoThread {
    /// Stops the thread; what comes back ends with its tasks. Joining it as well would wait for blocking work that a handler
    /// has begun in its runtime, without a bound.
    fn stop(self) -> oneshot::Receiver<()> {
        let (alive, ended) = oneshot::channel();
        self.arbiter.spawn(async move {
            let _alive: oneshot::Sender<()> = alive;
            std::future::pending::<()>().await;
        });
        self.arbiter.stop();
        ended
    }
}

/// A monitor could not be added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The chardev can't be opened.
    #[error(transparent)]
    Chardev(#[from] ChardevError),
    /// The chardev was opened, but the monitor could not be put together.
    #[error(transparent)]
    Wiring(WiringFault),
    /// The end of the program was asked for.
    #[error("the monitors are being shut down")]
    ShuttingDown,
}

/// Which monitor could not be put together, and why.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {source}")]
pub struct WiringFault {
    name: String,
    source: WiringError,
}

/// The monitors had to be cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShutdownError {
    /// Its answer is lost.
    #[error("a command was still running when time was up; its answer is lost")]
    CommandStillRuns,
    /// Output may be lost.
    #[error("an I/O thread did not end in time; an out-of-band handler blocks it, or a write to an output that blocks")]
    IoThreadBlocked,
}

#[cfg(test)]
mod tests;
