//! One monitor: the one place that knows its concrete actors together, and the embedder's handle to it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix::dev::channel::{AddressReceiver, channel};
use actix::prelude::SendError;
use actix::{Addr, Context, Recipient};
use actix_qmp_chardev::BoundChardev;
use actix_qmp_messages::{
    AddMonitorToDispatcher, AddMonitorToResponder, EmbedderToQueue, FinishMonitor, FrontendToParser, HOLDS, HoldId,
    MonitorId, MonitorsToFrontend, Oob, OutputLimits, ParserToResponder,
};
use actix_rt::ArbiterHandle;
use tokio::sync::{Semaphore, oneshot};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::command_table::CommandTable;
use crate::dispatcher::Dispatcher;
use crate::frontend::{self, Frontend, FrontendSetup};
use crate::options::{MonitorOptions, Placement};
use crate::parser::{self, Parser, ParserSetup};
use crate::queue::{self, Queue, QueueSetup};
use crate::responder::Responder;
use crate::statistics::{MonitorList, Statistics};

/// What all monitors of an I/O arbiter have in common.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) main: ArbiterHandle,
    pub(crate) io: ArbiterHandle,
    pub(crate) table: Arc<CommandTable>,
    pub(crate) oob_budget: Duration,
    pub(crate) list: MonitorList,
    pub(crate) warn_after: Option<Duration>,
    pub(crate) dispatcher: Addr<Dispatcher>,
    pub(crate) responder: Addr<Responder>,
}

/// A monitor that runs: the embedder's handle.
///
/// Dropping the handle leaves the monitor as it is; it ends with [`Monitor::close`] or with all others.
pub struct Monitor {
    id: MonitorId,
    local_name: String,
    queue: Recipient<EmbedderToQueue>,
    first_client: Option<oneshot::Receiver<()>>,
    holds: AtomicU64,
    hold_credits: Arc<Semaphore>,
    pub(crate) end: MonitorEnd,
}

/// What it takes to end a monitor.
#[derive(Clone)]
pub(crate) struct MonitorEnd {
    id: MonitorId,
    frontend: Recipient<MonitorsToFrontend>,
    responder: Addr<Responder>,
    alive: TaskTracker,
}

/// Why a monitor was not started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WiringError {
    #[error("cannot be watched by the I/O thread: {0}")]
    Register(#[from] io::Error),
    #[error("the monitors are being shut down")]
    ArbiterGone,
    #[error("the mailbox of the {0} is full; try again")]
    Overloaded(&'static str),
}

/// The mailboxes of a monitor's actors, before the actors themselves: each needs to know the others.
struct Wiring {
    id: MonitorId,
    oob: Oob,
    frontend: Addr<Frontend>,
    parser: Addr<Parser>,
    queue: Addr<Queue>,
}

/// Starts the actors of a monitor and waits until its chardev is registered: it serves clients then. Whoever waits no more wants
/// no monitor.
pub(crate) async fn wire(
    id: MonitorId,
    options: &MonitorOptions,
    chardev: BoundChardev,
    around: &Surroundings,
) -> Result<Monitor, WiringError> {
    let local_name = chardev.local_name();
    let (frontend_tx, frontend_rx) = channel(frontend::MAILBOX);
    let (parser_tx, parser_rx) = channel(parser::MAILBOX);
    let (queue_tx, queue_rx) = channel(queue::MAILBOX);
    let (oob, home) = match options.placement {
        Placement::IoArbiter => (Oob::Enabled, &around.io),
        Placement::MainArbiter => (Oob::Disabled, &around.main),
    };
    let (frontend, parser, queue) = (Addr::new(frontend_tx), Addr::new(parser_tx), Addr::new(queue_tx));
    let wiring = Wiring { id, oob, frontend, parser, queue };
    let listed = around.list.add(id, local_name.clone());
    let statistics = listed.statistics();
    wiring.introduce(options, around)?;

    let alive = TaskTracker::new();
    let queue = wiring.queue_setup(options, around, alive.token());
    let parser = wiring.parser_setup(options, around, alive.token());
    let (counted, warn_after) = (listed.statistics(), around.warn_after);
    let started = around.io.spawn_fn(move || {
        Context::with_receiver(queue_rx).run(Queue::new(queue).counting(listed).warning_after(warn_after));
        Context::with_receiver(parser_rx).run(Parser::new(parser).counting(counted));
    });
    let (first_client, client_came) = oneshot::channel();
    let parts = FrontendParts { chardev, limits: options.limits, first_client, statistics, alive: alive.token() };
    alive.close();
    let (registered, registration) = oneshot::channel();
    let start_frontend = wiring.frontend_start(parts, around);
    let spawned = home.spawn_fn(move || {
        let outcome = start_frontend(frontend_rx);
        // Whoever asked for the monitor may have given up.
        let _ = registered.send(outcome);
    });
    if !(started && spawned) {
        return Err(WiringError::ArbiterGone);
    }
    let Wiring { frontend, queue, .. } = wiring;
    let end = MonitorEnd { id, frontend: frontend.recipient(), responder: around.responder.clone(), alive };
    let queue = queue.recipient();
    let (holds, hold_credits) = (AtomicU64::new(0), Arc::new(Semaphore::new(HOLDS)));
    let monitor = Monitor { id, local_name, queue, first_client: Some(client_came), holds, hold_credits, end };
    let unwanted = EndsWithWaiting(Some(monitor.end.clone()));
    registration.await.map_err(|_| WiringError::ArbiterGone)??;
    unwanted.keep();
    Ok(monitor)
}

/// Ends a monitor that nobody waits for any more, so that nobody has a handle to it.
struct EndsWithWaiting(Option<MonitorEnd>);

impl EndsWithWaiting {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for EndsWithWaiting {
    fn drop(&mut self) {
        if let Some(end) = &self.0 {
            end.order(Duration::ZERO);
        }
    }
}

/// What only the frontend needs.
struct FrontendParts {
    chardev: BoundChardev,
    limits: OutputLimits,
    first_client: oneshot::Sender<()>,
    statistics: Arc<Statistics>,
    alive: TaskTrackerToken,
}

impl Wiring {
    /// Makes the monitor known to the actors that all share, before the first message of its own can reach them.
    fn introduce(&self, options: &MonitorOptions, around: &Surroundings) -> Result<(), WiringError> {
        let monitor = self.id;
        let to_responder = AddMonitorToResponder {
            monitor,
            style: options.style,
            limits: options.limits,
            oob: self.oob,
            frontend: self.frontend.clone().recipient(),
            queue: self.queue.clone().recipient(),
        };
        let to_dispatcher = AddMonitorToDispatcher {
            monitor,
            queue: self.queue.clone().recipient(),
            responder: around.responder.clone().recipient(),
        };
        around.responder.try_send(to_responder).map_err(|error| refused("responder", &error))?;
        around.dispatcher.try_send(to_dispatcher).map_err(|error| {
            // Nothing will ever end what the responder has begun for this monitor. A sender that is new has room.
            let _ = around.responder.clone().try_send(ParserToResponder::MonitorClosed { monitor });
            refused("dispatcher", &error)
        })
    }

    fn queue_setup(&self, options: &MonitorOptions, around: &Surroundings, alive: TaskTrackerToken) -> QueueSetup {
        QueueSetup {
            monitor: self.id,
            queue_full: options.queue_full,
            parser: self.parser.clone().recipient(),
            dispatcher: around.dispatcher.clone().recipient(),
            responder: around.responder.clone().recipient(),
            alive,
        }
    }

    fn parser_setup(&self, options: &MonitorOptions, around: &Surroundings, alive: TaskTrackerToken) -> ParserSetup {
        ParserSetup {
            monitor: self.id,
            table: Arc::clone(&around.table),
            offered: self.oob,
            queue_full: options.queue_full,
            ids: options.ids,
            oob_budget: around.oob_budget,
            frontend: self.frontend.clone().recipient(),
            queue: self.queue.clone().recipient(),
            responder: around.responder.clone().recipient(),
            alive,
        }
    }

    /// Sockets are registered with the reactor of the thread that will use them, so this runs there.
    fn frontend_start(
        &self,
        parts: FrontendParts,
        around: &Surroundings,
    ) -> impl FnOnce(AddressReceiver<Frontend>) -> io::Result<()> + Send + use<> {
        let (monitor, parser, responder) = (self.id, self.parser.clone(), around.responder.clone());
        move |mailbox| {
            let FrontendParts { chardev, limits, first_client, statistics, alive } = parts;
            let chardev = chardev.register().inspect_err(|_| {
                // Nothing will come from a frontend, so its part of the end is done here. The mailbox is new.
                let _ = parser.try_send(FrontendToParser::MonitorClosed);
            })?;
            let (parser, responder) = (parser.recipient(), responder.recipient());
            let setup = FrontendSetup { monitor, chardev, limits, parser, responder, first_client, alive };
            Context::with_receiver(mailbox).run(Frontend::new(setup).counting(statistics));
            Ok(())
        }
    }
}

fn refused<M>(who: &'static str, error: &SendError<M>) -> WiringError {
    match error {
        SendError::Full(_) => WiringError::Overloaded(who),
        SendError::Closed(_) => WiringError::ArbiterGone,
    }
}

impl Monitor {
    /// The monitor's number in this process.
    #[must_use]
    pub const fn id(&self) -> MonitorId {
        self.id
    }

    /// Where it listens, as an option string begins: `unix:/run/vm/qmp.sock`, `tcp:127.0.0.1:4444` with the real port.
    #[must_use]
    pub fn local_name(&self) -> &str {
        &self.local_name
    }

    /// Waits until the first client has connected (`wait=on`), or the monitor has ended.
    pub async fn first_client(&mut self) {
        if let Some(client_came) = self.first_client.take() {
            // An error means that the frontend ended without ever having had one.
            client_came.await.unwrap_or_default();
        }
    }

    /// Holds the monitor's input until the guard is dropped or the session ends. What the client sent before is
    /// still executed.
    ///
    /// # Errors
    /// When the monitor has ended, or there are [`HOLDS`] guards.
    pub fn suspend(&self) -> Result<SuspendGuard, SuspendError> {
        let credit = Arc::clone(&self.hold_credits).try_acquire_owned().map_err(|_| SuspendError::Overloaded)?;
        let hold = HoldId(self.holds.fetch_add(1, Ordering::Relaxed));
        self.queue.try_send(EmbedderToQueue::HoldInput { hold }).map_err(|error| match error {
            SendError::Full(_) => SuspendError::Overloaded,
            SendError::Closed(_) => SuspendError::Closed,
        })?;
        Ok(SuspendGuard { queue: self.queue.clone(), hold, credit: Arc::new(credit) })
    }

    /// Ends the monitor: no new client; what was answered goes out, for at most `within`.
    ///
    /// # Errors
    /// When the monitor's thread did not end it even a second after that.
    pub async fn close(self, within: Duration) -> Result<(), CloseError> {
        self.end.close(within).await
    }
}

/// Holds a monitor's input; dropping it lets go.
#[must_use = "the input is let go when the guard is dropped"]
pub struct SuspendGuard {
    queue: Recipient<EmbedderToQueue>,
    hold: HoldId,
    credit: Arc<dyn Send + Sync>,
}

impl Drop for SuspendGuard {
    fn drop(&mut self) {
        let release = EmbedderToQueue::ReleaseInput { hold: self.hold, credit: Arc::clone(&self.credit) };
        // The mailbox has room for what all guards say, and this one has a sender of its own, with a place beyond that.
        if let Err(SendError::Full(_)) = self.queue.try_send(release) {
            tracing::error!(hold = self.hold.0, "release_lost");
        }
    }
}

/// A monitor's input could not be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SuspendError {
    /// Too many guards at once, counting those whose release is under way.
    #[error("{HOLDS} guards hold the monitor's input or let go of it just now; hold fewer, or try again later")]
    Overloaded,
    /// There is nothing to hold any more.
    #[error("the monitor has ended")]
    Closed,
}

/// A monitor did not end in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("monitor {monitor} did not end within {within:?}; its I/O thread is blocked")]
pub struct CloseError {
    monitor: MonitorId,
    within: Duration,
}

/// How long after the bound of a close its confirmation may take.
pub(crate) const CONFIRMATION: Duration = Duration::from_secs(1);

impl MonitorEnd {
    pub(crate) fn has_ended(&self) -> bool {
        self.alive.is_empty()
    }

    /// Tells everybody; refused sends mean that the actor is gone already.
    fn order(&self, within: Duration) {
        // Senders that are new have room.
        let _ = self.frontend.clone().try_send(MonitorsToFrontend::Close { within });
        let _ = self.responder.clone().try_send(FinishMonitor { monitor: self.id });
    }

    pub(crate) async fn close(self, within: Duration) -> Result<(), CloseError> {
        self.order(within);
        let ended = tokio::time::timeout(within.saturating_add(CONFIRMATION), self.alive.wait()).await;
        ended.map_err(|_| CloseError { monitor: self.id, within })
    }
}

#[cfg(test)]
mod tests;
