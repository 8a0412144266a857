//! The dispatcher: one for all monitors, pinned to the main arbiter; runs in-band commands, one at a time.
//!
//! ```text
//!            a request's turn                 the handler is done
//!   IDLE ----------------------> RUNNING ---------------------------> IDLE
//!     |                             |
//!     +------- StopDispatching -----+----> (when nothing runs) STOPPED
//! ```
//!
//! - IDLE → RUNNING: the mailbox has been emptied before, so a session that ended by now has been discarded. The
//!   queue is told before the handler starts: a handler that blocks this thread must not make a running request look
//!   like a waiting one.
//! - RUNNING → IDLE: the result goes to the responder; events that the handler emitted are in that mailbox already.
//!   The next request waits for the next turn, so the main arbiter's other tasks come in between.
//! - STOPPED: what waits is never executed; the actor ends.
//!
//! Edges in: queues (requests), embedder (monitors, stop). Edges out: queues (taken), responders (results).

mod round_robin;

use std::fmt::Debug;
use std::sync::Arc;
use std::task::{self, Poll};
use std::time::{Duration, Instant};

use actix::{Actor, ActorContext, Context, Handler, Message, ResponseFuture};
use actix_qmp_messages::{
    AddMonitorToDispatcher, DISPATCH_WINDOW, DispatcherToQueue, DispatcherToResponder, MonitorId, Outcome, QmpError,
    QueueToDispatcher, ReadyRequest, RequestId, RequestKey, SessionKey, StopDispatching,
};
use futures_util::future::LocalBoxFuture;
use rustc_hash::FxHashMap;
use tokio::sync::oneshot;

use self::round_robin::RoundRobin;
use crate::contained::{Contained, Panicked, caught};
use crate::drive::{Driven, bound_mailbox, start_driving};
use crate::handler::{CommandTurn, handler_panicked};
use crate::monitors::ShutdownTrigger;
use crate::outbox::{Flushed, Outbox};
use crate::request_span::as_micros;
use crate::statistics::{MonitorList, RunningCommand, Statistics};

/// Messages of one monitor in the mailbox: its requests, an order to discard each, and its end.
const MAILBOX_PER_MONITOR: usize = 2 * DISPATCH_WINDOW + 2;

/// Monitors there is always room for, since others may be added and used while this thread stands still.
const MONITORS_AT_FIRST: usize = 64;

/// Messages in the mailbox at first; with more monitors there is room for more.
pub(crate) const MAILBOX: usize = 16 + MAILBOX_PER_MONITOR * MONITORS_AT_FIRST;

/// The actor.
pub(crate) struct Dispatcher {
    handlers: Vec<Box<dyn CommandTurn>>,
    monitors: FxHashMap<MonitorId, Monitor>,
    /// Monitors for which something is kept, since a mailbox of theirs was full.
    held: Vec<MonitorId>,
    waiting: RoundRobin,
    running: Option<Running>,
    /// Triggered: nothing is begun any more.
    trigger: ShutdownTrigger,
    stop_waiters: Vec<oneshot::Sender<()>>,
    list: MonitorList,
    warn_after: Option<Duration>,
}

struct Monitor {
    queue: Outbox<DispatcherToQueue>,
    responder: Outbox<DispatcherToResponder>,
    statistics: Arc<Statistics>,
}

struct Running {
    key: RequestKey,
    id: Option<RequestId>,
    name: &'static str,
    span: tracing::Span,
    started: Instant,
    statistics: Option<Arc<Statistics>>,
    result: LocalBoxFuture<'static, Outcome>,
}

impl Dispatcher {
    pub(crate) fn new(handlers: Vec<Box<dyn CommandTurn>>, trigger: ShutdownTrigger) -> Self {
        Self {
            handlers,
            trigger,
            monitors: FxHashMap::default(),
            held: Vec::new(),
            waiting: RoundRobin::default(),
            running: None,
            stop_waiters: Vec::new(),
            list: MonitorList::default(),
            warn_after: None,
        }
    }

    /// Counts for the monitors of this list.
    pub(crate) fn counting(self, list: MonitorList) -> Self {
        Self { list, ..self }
    }

    /// Says how long a command took that took longer than this.
    pub(crate) fn warning_after(self, warn_after: Option<Duration>) -> Self {
        Self { warn_after, ..self }
    }
}

impl Actor for Dispatcher {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        bound_mailbox(ctx, MAILBOX);
        start_driving(ctx);
    }

    fn stopped(&mut self, _ctx: &mut Self::Context) {
        self.handlers.drain(..).for_each(|handler| drop(Contained::new(handler)));
    }
}

impl Handler<AddMonitorToDispatcher> for Dispatcher {
    type Result = ();

    fn handle(&mut self, message: AddMonitorToDispatcher, ctx: &mut Self::Context) {
        let AddMonitorToDispatcher { monitor, queue, responder } = message;
        let (queue, responder, statistics) = (Outbox::new(queue), Outbox::new(responder), self.list.of(monitor));
        self.monitors.insert(monitor, Monitor { queue, responder, statistics });
        let beyond = self.monitors.len().saturating_sub(MONITORS_AT_FIRST);
        bound_mailbox(ctx, MAILBOX + MAILBOX_PER_MONITOR * beyond);
    }
}

impl Handler<QueueToDispatcher> for Dispatcher {
    type Result = ();

    fn handle(&mut self, message: QueueToDispatcher, _ctx: &mut Self::Context) {
        match message {
            QueueToDispatcher::RequestReady(request) => self.waiting.push(request),
            QueueToDispatcher::DiscardSession { session } => self.discard(session),
            QueueToDispatcher::MonitorClosed { monitor } => {
                self.waiting.remove(monitor);
                self.monitors.remove(&monitor);
            }
        }
    }
}

impl Handler<StopDispatching> for Dispatcher {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _message: StopDispatching, _ctx: &mut Self::Context) -> Self::Result {
        self.trigger.trigger();
        let (stopped, wait) = oneshot::channel();
        self.stop_waiters.push(stopped);
        // An error means that the dispatcher itself is gone, and with it what was waited for.
        Box::pin(async move { wait.await.unwrap_or_default() })
    }
}

impl Driven for Dispatcher {
    fn drive(&mut self, ctx: &mut Context<Self>, task: &mut task::Context<'_>) {
        if self.flush(task) == Flushed::Held {
            return;
        }
        self.run(task);
        // What was said just now may have been kept: this sees to a next turn.
        if self.flush(task) == Flushed::All && self.running.is_none() && !self.stop_waiters.is_empty() {
            for waiter in self.stop_waiters.drain(..) {
                // Refused when nobody waits any more.
                let _ = waiter.send(());
            }
            // The handlers go with it, and what they own.
            ctx.stop();
        }
    }
}

impl Dispatcher {
    fn run(&mut self, task: &mut task::Context<'_>) {
        if self.trigger.is_triggered() {
            self.waiting.clear();
        }
        if self.running.is_none() {
            self.running = self.waiting.pop().map(|request| self.start(request));
        }
        if let Some(running) = &mut self.running {
            let entered = running.span.enter();
            let polled = caught(|| running.result.as_mut().poll(task));
            drop(entered);
            match polled {
                Ok(Poll::Pending) => return,
                Ok(Poll::Ready(outcome)) => self.finish(outcome),
                Err(Panicked) => {
                    let outcome = Outcome::Error(handler_panicked(running.name));
                    self.finish(outcome);
                }
            }
        }
        if !self.waiting.is_empty() {
            task.waker().wake_by_ref();
        }
    }

    fn flush(&mut self, task: &task::Context<'_>) -> Flushed {
        let monitors = &mut self.monitors;
        self.held.retain(|monitor| {
            let flushed =
                monitors.get_mut(monitor).map(|edges| edges.queue.flush(task).and(edges.responder.flush(task)));
            flushed == Some(Flushed::Held)
        });
        if self.held.is_empty() { Flushed::All } else { Flushed::Held }
    }

    fn tell<M>(&mut self, monitor: MonitorId, outbox: fn(&mut Monitor) -> &mut Outbox<M>, message: M)
    where
        M: Message + Send + Debug,
        M::Result: Send,
    {
        let edges = self.monitors.get_mut(&monitor);
        if edges.is_some_and(|edges| outbox(edges).send(message) == Flushed::Held) {
            self.held.push(monitor);
        }
    }

    fn discard(&mut self, session: SessionKey) {
        for request in self.waiting.discard(session) {
            tracing::debug!(parent: &request.span, "request_discarded");
            self.tell_taken(request.key);
        }
    }

    fn tell_taken(&mut self, request: RequestKey) {
        let taken = DispatcherToQueue::RequestTaken { request };
        self.tell(request.session.monitor, |edges| &mut edges.queue, taken);
    }

    fn start(&mut self, request: ReadyRequest) -> Running {
        let ReadyRequest { key, id, command, span, parsed_at } = request;
        let started = Instant::now();
        let name = command.name;
        let statistics = self.monitors.get(&key.session.monitor).map(|monitor| Arc::clone(&monitor.statistics));
        let waiting = started - parsed_at;
        if let Some(statistics) = &statistics {
            statistics.in_band_waiting.record(waiting);
            // Before the queue is told, which then looks at how long it takes.
            statistics.set_running(Some(RunningCommand { request: key, name, since: started.into() }));
        }
        self.tell_taken(key);
        span.record("waiting_us", as_micros(waiting));
        tracing::debug!(parent: &span, "request_dispatched");
        // The index comes from the table that was filled together with this one.
        let result = match self.handlers.get(command.index.0) {
            Some(handler) => handler.take(command.arguments),
            None => no_handler(name),
        };
        Running { key, id, name, span, started, statistics, result }
    }

    fn finish(&mut self, outcome: Outcome) {
        let Some(Running { key: request, id, name, span, started, statistics, .. }) = self.running.take() else {
            return;
        };
        let running = started.elapsed();
        if let Some(statistics) = &statistics {
            statistics.in_band_running.record(running);
            statistics.set_running(None);
        }
        span.record("running_us", as_micros(running));
        if self.warn_after.is_some_and(|after| running >= after) {
            // The queue has said that it takes long, since this thread may have been blocked; the rest is known here.
            let (SessionKey { monitor, session }, held_us) = (request.session, as_micros(running));
            tracing::warn!(%monitor, %session, sequence = %request.sequence, command = name, held_us, "dispatcher_was_held");
        }
        tracing::debug!(parent: &span, ?outcome, "request_finished");
        let finished = DispatcherToResponder::CommandFinished { request, id, outcome };
        self.tell(request.session.monitor, |edges| &mut edges.responder, finished);
    }
}

fn no_handler(command: &str) -> LocalBoxFuture<'static, Outcome> {
    let error = QmpError::generic(format!("Internal error: command '{command}' has no handler"));
    Box::pin(std::future::ready(Outcome::Error(error)))
}

#[cfg(test)]
mod tests;
