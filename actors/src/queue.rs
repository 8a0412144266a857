//! The queue of a monitor: order, bound, and the suspend/resume counter.
//!
//! ```text
//!             request judged, nobody holds the input: ResumeInput
//!   OPEN <------------------------------------------------------------ CLOSED
//!     |                                                                   ^
//!     +--- request handed in; or somebody holds the input: SuspendInput --+
//! ```
//!
//! - The parser closes its own gate with every request it hands in. CLOSED → OPEN happens here: the verdict is made
//!   and the counter is 0. In a session without out-of-band the counter stays above 0 until the answer is out, and
//!   that is all there is to "one command at a time".
//! - A request waits here, or in the dispatcher's window, until the dispatcher says that it took it. A malformed one
//!   waits too, so that its error keeps its place, and is answered from here: the main arbiter has no part in it.
//!
//! Edges in: parser (requests), dispatcher (taken), responder (answered, backlog), embedder (hold, release). Edges out:
//! parser (suspend, resume), dispatcher (requests), responder (malformed, dropped, finished).

mod held_warning;
mod policy;
mod suspend;

use std::sync::Arc;
use std::task;
use std::time::Duration;

use actix::{Actor, ActorContext, Context, Handler, Recipient};
use actix_qmp_messages::{
    DISPATCH_WINDOW, DispatcherToQueue, EmbedderToQueue, HOLDS, InBandRequest, MonitorId, ParserToQueue,
    QueueToDispatcher, QueueToParser, QueueToResponder, ResponderToQueue, Sequence, SessionKey,
};

use self::held_warning::HeldWarning;
pub(crate) use self::policy::id_required;
use self::policy::{Hold, RequestQueue, Step, Verdict};
use tokio_util::task::task_tracker::TaskTrackerToken;

pub use self::policy::{QUEUE_LENGTH, QueueFull};
use self::suspend::{Change, Holder, SuspendCounter};
use crate::drive::{Driven, bound_mailbox, start_driving};
use crate::outbox::{Flushed, Outbox};
use crate::statistics::{Listed, Statistics};

/// Messages in the mailbox: one request, what the dispatcher has of ours twice (taken, answered), holds, session life.
pub(crate) const MAILBOX: usize = 2 * DISPATCH_WINDOW + 2 * HOLDS + 32;

/// What a queue needs to begin.
pub(crate) struct QueueSetup {
    pub(crate) monitor: MonitorId,
    pub(crate) queue_full: QueueFull,
    pub(crate) parser: Recipient<QueueToParser>,
    pub(crate) dispatcher: Recipient<QueueToDispatcher>,
    pub(crate) responder: Recipient<QueueToResponder>,
    /// Dropped when the queue has ended: the dispatcher has been told by then.
    pub(crate) alive: TaskTrackerToken,
}

/// The actor.
pub(crate) struct Queue {
    monitor: MonitorId,
    requests: RequestQueue,
    counter: SuspendCounter,
    session: Option<Session>,
    life: Life,
    parser: Outbox<QueueToParser>,
    dispatcher: Outbox<QueueToDispatcher>,
    responder: Outbox<QueueToResponder>,
    statistics: Arc<Statistics>,
    held_warning: HeldWarning,
    /// Dropped before the token: a monitor that has ended is not listed.
    _listed: Option<Listed>,
    _alive: TaskTrackerToken,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Life {
    Runs,
    Ends,
}

struct Session {
    key: SessionKey,
    /// The last request that was judged.
    judged: Sequence,
    gate: Gate,
    input: Input,
}

/// Whether the parser may be parsing, as far as is known here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    Open,
    Closed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
    Open,
    Ended,
    /// The responder was told that all is answered.
    Finished,
}

impl Queue {
    pub(crate) fn new(setup: QueueSetup) -> Self {
        Self {
            monitor: setup.monitor,
            requests: RequestQueue::new(setup.queue_full),
            counter: SuspendCounter::default(),
            session: None,
            life: Life::Runs,
            parser: Outbox::new(setup.parser),
            dispatcher: Outbox::new(setup.dispatcher),
            responder: Outbox::new(setup.responder),
            statistics: Arc::new(Statistics::new(setup.monitor, String::new())),
            held_warning: HeldWarning::new(None),
            _listed: None,
            _alive: setup.alive,
        }
    }

    /// Counts there, where it is read; the monitor is listed as long as its queue lives.
    pub(crate) fn counting(self, listed: Listed) -> Self {
        Self { statistics: listed.statistics(), _listed: Some(listed), ..self }
    }

    /// Warns of a command that takes longer than this.
    pub(crate) fn warning_after(self, after: Option<Duration>) -> Self {
        Self { held_warning: HeldWarning::new(after), ..self }
    }
}

impl Actor for Queue {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        bound_mailbox(ctx, MAILBOX);
        start_driving(ctx);
    }
}

impl Handler<ParserToQueue> for Queue {
    type Result = ();

    fn handle(&mut self, message: ParserToQueue, _ctx: &mut Self::Context) {
        match message {
            ParserToQueue::SessionStarted { session } => {
                self.session =
                    Some(Session { key: session, judged: Sequence::NONE, gate: Gate::Closed, input: Input::Open });
            }
            ParserToQueue::CapabilitiesNegotiated { session, oob } => {
                if self.is_current(session) {
                    self.requests.set_oob(oob);
                }
            }
            ParserToQueue::RequestParsed(request) => self.judge(request),
            ParserToQueue::InputEnded { session } => {
                if let Some(session) = self.session.as_mut().filter(|current| current.key == session) {
                    session.input = Input::Ended;
                }
            }
            ParserToQueue::SessionEnded { session } => self.end_session(session),
            ParserToQueue::MonitorClosed => {
                self.dispatcher.send(QueueToDispatcher::MonitorClosed { monitor: self.monitor });
                self.life = Life::Ends;
            }
        }
    }
}

impl Handler<DispatcherToQueue> for Queue {
    type Result = ();

    fn handle(&mut self, message: DispatcherToQueue, _ctx: &mut Self::Context) {
        let DispatcherToQueue::RequestTaken { request } = message;
        self.held_warning.request_taken(&self.statistics);
        if self.is_current(request.session) {
            self.requests.taken();
        } else {
            self.requests.taken_of_ended_session();
        }
    }
}

impl Handler<ResponderToQueue> for Queue {
    type Result = ();

    fn handle(&mut self, message: ResponderToQueue, _ctx: &mut Self::Context) {
        match message {
            ResponderToQueue::RequestsAnswered { session, count } => {
                if self.is_current(session) {
                    self.requests.answered(count);
                }
            }
            ResponderToQueue::OutputBacklogged { session } => {
                if self.is_current(session) {
                    self.suspend(Holder::OutputBacklog);
                }
            }
            ResponderToQueue::OutputDrained { session } => {
                if self.is_current(session) {
                    self.resume(Holder::OutputBacklog);
                }
            }
        }
    }
}

impl Handler<EmbedderToQueue> for Queue {
    type Result = ();

    fn handle(&mut self, message: EmbedderToQueue, _ctx: &mut Self::Context) {
        match message {
            EmbedderToQueue::HoldInput { hold } => self.suspend(Holder::Embedder(hold)),
            EmbedderToQueue::ReleaseInput { hold, .. } => self.resume(Holder::Embedder(hold)),
        }
    }
}

impl Driven for Queue {
    fn drive(&mut self, ctx: &mut Context<Self>, task: &mut task::Context<'_>) {
        if self.flush(task) == Flushed::Held {
            return;
        }
        if self.life == Life::Ends {
            ctx.stop();
            return;
        }
        self.advance();
        for (holder, hold) in self.requests.holds() {
            self.follow(holder, hold);
        }
        self.set_gate();
        self.statistics.set_queue(self.requests.len(), self.counter.holders().iter().map(|holder| holder.told()));
        // What was said just now may have been kept: this sees to a next turn.
        self.flush(task);
    }
}

impl Queue {
    fn flush(&mut self, task: &task::Context<'_>) -> Flushed {
        self.parser.flush(task).and(self.dispatcher.flush(task)).and(self.responder.flush(task))
    }

    fn is_current(&self, session: SessionKey) -> bool {
        self.session.as_ref().is_some_and(|current| current.key == session)
    }

    fn judge(&mut self, request: InBandRequest) {
        let Some(session) = self.session.as_mut().filter(|session| session.key == request.key.session) else {
            return;
        };
        session.judged = request.key.sequence;
        session.gate = Gate::Closed;
        let span = request.span.clone();
        let _entered = span.enter();
        span.record("queue_length", self.requests.len());
        match self.requests.judge(&request) {
            Verdict::Enqueue => {
                self.requests.push(request);
                tracing::debug!(queue_length = self.requests.len(), "request_enqueued");
            }
            Verdict::RefuseWithoutId => {
                tracing::debug!("request_refused");
                let (session, error) = (request.key.session, id_required());
                self.responder.send(QueueToResponder::RequestFailed { session, id: None, error });
            }
            Verdict::Drop => {
                // At debug: how many there are is up to the client, who is told of each.
                tracing::debug!("request_dropped");
                self.statistics.dropped.add(1);
                let (session, id) = (request.key.session, request.id);
                self.responder.send(QueueToResponder::CommandDropped { session, id });
            }
            Verdict::AnswerNow => {
                tracing::debug!("request_refused");
                if let Err(error) = request.body {
                    let (session, id) = (request.key.session, request.id);
                    self.responder.send(QueueToResponder::RequestFailed { session, id, error });
                }
            }
        }
    }

    /// Sends on what may leave, and finishes a session that has nothing more to come.
    fn advance(&mut self) {
        let Some(session) = self.session.as_ref().map(|session| session.key) else { return };
        while let Some(step) = self.requests.step() {
            let sent = match step {
                Step::HandOver(ready) => self.dispatcher.send(QueueToDispatcher::RequestReady(ready)),
                Step::Fail { id, error, span } => {
                    tracing::debug!(parent: &span, "request_refused");
                    self.responder.send(QueueToResponder::RequestFailed { session, id, error })
                }
            };
            if sent == Flushed::Held {
                // What stands behind an error is answered by the dispatcher, which would overtake it.
                break;
            }
        }
        if let Some(current) = &mut self.session
            && current.input == Input::Ended
            && self.requests.is_idle()
        {
            current.input = Input::Finished;
            self.responder.send(QueueToResponder::SessionFinished { session });
        }
    }

    fn end_session(&mut self, session: SessionKey) {
        if !self.is_current(session) {
            return;
        }
        self.session = None;
        if self.requests.has_handed_over() {
            // Only then, so that a main arbiter that stands still is not flooded by clients that come and go.
            self.dispatcher.send(QueueToDispatcher::DiscardSession { session });
        }
        self.requests.end_session();
        if !self.counter.is_open() {
            tracing::debug!(monitor = %self.monitor, session = %session.session, holders = self.counter.count(), "holders_forgotten");
        }
        self.counter.reset();
    }

    fn follow(&mut self, holder: Holder, hold: Hold) {
        match (hold, self.counter.holders().contains(&holder)) {
            (Hold::Needed, false) => self.suspend(holder),
            (Hold::NotNeeded, true) => self.resume(holder),
            (Hold::Needed, true) | (Hold::NotNeeded, false) => {}
        }
    }

    fn suspend(&mut self, holder: Holder) {
        match self.counter.suspend(holder) {
            Ok(change) => {
                let suspended = change == Change::Suspended;
                tracing::debug!(monitor = %self.monitor, ?holder, holders = self.counter.count(), suspended, "monitor_suspended");
            }
            Err(error) => tracing::error!(monitor = %self.monitor, %error, "suspend_refused"),
        }
    }

    fn resume(&mut self, holder: Holder) {
        match self.counter.resume(holder) {
            Ok(change) => {
                let resumed = change == Change::Resumed;
                tracing::debug!(monitor = %self.monitor, ?holder, holders = self.counter.count(), resumed, "monitor_resumed");
            }
            // A guard of the embedder that was taken in an earlier session.
            Err(error) => tracing::debug!(monitor = %self.monitor, %error, "resume_without_effect"),
        }
    }

    /// Tells the parser what the counter says, where the parser may not know.
    fn set_gate(&mut self) {
        let Some(Session { key: session, judged, gate, .. }) = &mut self.session else { return };
        let (session, judged) = (*session, *judged);
        match (self.counter.is_open(), *gate) {
            (true, Gate::Closed) => {
                *gate = Gate::Open;
                self.parser.send(QueueToParser::ResumeInput { session, judged });
            }
            (false, Gate::Open) => {
                *gate = Gate::Closed;
                self.parser.send(QueueToParser::SuspendInput { session });
            }
            (true, Gate::Open) | (false, Gate::Closed) => {}
        }
    }
}

#[cfg(test)]
mod tests;
